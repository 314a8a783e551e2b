"""What is told of a run: a few plain lines, as the text of an e-mail and as an Adaptive Card. Never a row of anyone.

A run's own message may name files and quote an error of a library; what leaves the building is put together here from
parts that cannot hold a person: the first sentence of a gate, which shows no value of a table with persons, and for a
fault of the program no more than its kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dagster_project.gate.judgement import refuses
from dagster_project.gate.results import without_personal_numbers
from dagster_project.notify.settings import Event
from dagster_project.run import RunState

_LONGEST = 600
_KEY = re.compile(r"^([a-z_]+/[a-z0-9_]+)[ :,]")
_INTERNAL = re.compile(r"^Internal error: (\w+)")
_TITLES: dict[Event, str] = {
    "refused": "A gate refused: nothing new was published",
    "failed": "The refresh failed: nothing new was published",
    "unreachable": "A source could not be reached: nothing new was published",
    "set_aside": "Input was set aside",
}


@dataclass(frozen=True)
class Notice:
    """One message.

    Attributes:
        title: what happened.
        municipality: whose monitor it is.
        sentences: what was found, what stands, what to do.
        facts: names and values, such as the run and its exit code.
    """

    title: str
    municipality: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def subject(self) -> str:
        """One line."""
        return " ".join(f"Opkoers {self.municipality}: {self.title}".split())


def event_of(state: RunState) -> Event | None:
    """What kind of ending it was; None for one that nobody needs to hear of."""
    match state.outcome:
        case "refused" | "failed" | "unreachable":
            return state.outcome
        case "published" | "nothing_new" if state.set_aside:
            return "set_aside"
        case _:
            return None


def notice_of(state: RunState, event: Event, municipality: str, stands: str, way_out: str) -> Notice:
    """The message about a run that ended.

    Args:
        state: the run, ended.
        event: the kind of ending.
        municipality: its name.
        stands: a sentence on the publication that stands.
        way_out: the command that says more.
    """
    told = _set_aside(state) if event == "set_aside" else _reason(state, stands)
    return Notice(
        title=_TITLES[event],
        municipality=municipality,
        sentences=(told, stands, f"What to do: {way_out}"),
        facts=(
            ("Run", state.run_id[:8]),
            ("Started", state.started_at),
            ("Ended", state.finished_at or "unknown"),
            ("Outcome", f"{state.outcome}, exit code {state.exit_code}"),
        ),
    )


def _reason(state: RunState, stands: str) -> str:
    refusals = [row["message"] for row in state.validations if refuses(row)]
    if refusals:
        more = f" ({len(refusals) - 1} more)" if len(refusals) > 1 else ""
        return _cut(f"{refusals[0]}{more}")
    internal = _INTERNAL.match(state.message)
    if internal:
        return f"Internal error: {internal[1]}. The run's record on the machine itself says more."
    return _cut(without_personal_numbers(state.message.replace(stands, "").strip()))


def _set_aside(state: RunState) -> str:
    """How much was left out, and of which datasets; a stray file is counted and not named."""
    keys = [match[1] if (match := _KEY.match(sentence)) else "" for sentence in state.set_aside]
    named = sorted({key for key in keys if key})
    n_others = keys.count("")
    others = [f"{n_others} other {'file' if n_others == 1 else 'files or series'}"] if n_others else []
    return _cut(f"Left out in whole or in part: {', '.join([*named, *others])}.")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def test_notice(municipality: str) -> Notice:
    """The message of `opkoers notify test`."""
    return Notice(
        title="This is a test",
        municipality=municipality,
        sentences=(
            "Somebody asked Opkoers to try whether its messages arrive. Nothing happened, and there is nothing to do.",
        ),
        facts=(),
    )


def as_text(notice: Notice) -> str:
    """The body of an e-mail."""
    facts = [f"{name}: {value}" for name, value in notice.facts]
    paragraphs = [f"{notice.municipality}: {notice.title}.", *notice.sentences, "\n".join(facts)]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def as_card(notice: Notice) -> dict[str, Any]:
    """An Adaptive Card in the envelope that incoming webhooks of Microsoft Teams take.

    The form is that of the Adaptive Cards schema, version 1.4, which Teams shows on every device.
    """
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": _plain(notice.municipality), "isSubtle": True, "wrap": True},
        {"type": "TextBlock", "text": _plain(notice.title), "size": "Large", "weight": "Bolder", "wrap": True},
        *({"type": "TextBlock", "text": _plain(sentence), "wrap": True} for sentence in notice.sentences),
    ]
    if notice.facts:
        facts = [{"title": _plain(name), "value": _plain(value)} for name, value in notice.facts]
        body.append({"type": "FactSet", "facts": facts})
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _plain(text: str) -> str:
    """A text that a card shows as it is: cards read Markdown, in which a name such as cbs_observation is emphasis."""
    return re.sub(r"([\\`*_\[\]])", r"\\\1", text)
