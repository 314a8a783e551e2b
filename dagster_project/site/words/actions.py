"""What the municipality does for its objectives, in words: actions, choices, and moments at which the council decides.

What belongs here: the words of a row about an action, a choice or the agenda. What does not: which page shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dagster_project.site.queries import Action, AgendaItem, PageData
from dagster_project.site.words import labels


@dataclass(frozen=True)
class ActionLine:
    """One action as the pages show it."""

    action: str
    programme: str
    state: str
    when: str
    effect: str
    cost: str
    indicators: tuple[str, ...]
    remarks: str
    is_synthetic: bool


@dataclass(frozen=True)
class AgendaLine:
    """One moment of the council's agenda."""

    when: str
    subject: str
    body: str
    opgave: str | None
    is_past: bool


def indicator_names(data: PageData) -> dict[str, str]:
    """What each indicator is called: its own name, else that of the objective that it measures."""
    measured = {o.indicator_id: o.title for o in data.objectives if o.indicator_id}
    return measured | {row.indicator_id: row.name_nl for row in data.indicator_names}


def action_lines(rows: Iterable[Action], names: Mapping[str, str]) -> tuple[ActionLine, ...]:
    """Actions in the order of their document.

    Args:
        names: what indicators are called, by id.
    """
    return tuple(
        ActionLine(
            row.action,
            row.programme or labels.NOT_IN_SOURCE,
            row.state or labels.NOT_IN_SOURCE,
            _when(row.starts, row.ends),
            row.expected_effect or labels.NOT_IN_SOURCE,
            labels.euro(row.cost),
            tuple(names.get(indicator, indicator) for indicator in row.indicators),
            row.remarks or "",
            row.is_synthetic,
        )
        for row in rows
    )


def _when(starts: str | None, ends: str | None) -> str:
    if not starts and not ends:
        return labels.NOT_IN_SOURCE
    if not ends:
        return f"vanaf {labels.period(starts)}"
    if not starts:
        return f"tot en met {labels.period(ends)}"
    return labels.period(starts) if starts == ends else f"{labels.period(starts)} tot en met {labels.period(ends)}"


def agenda_lines(rows: Iterable[AgendaItem], as_of: date) -> tuple[AgendaLine, ...]:
    """Moments in order of time, those without a date last."""
    return tuple(
        AgendaLine(
            moment_words(row.moment_text),
            row.subject,
            row.body or "",
            row.opgave,
            _is_past(row.moment_text, as_of),
        )
        for row in rows
    )


def _is_past(text: str, as_of: date) -> bool:
    """Whether a day, or the whole of a period, lies before the day of the verdicts."""
    try:
        return date.fromisoformat(text) < as_of
    except ValueError:
        return labels.period_end(text) <= as_of.year + (as_of.month - 1) / 12


def moment_words(text: str) -> str:
    """The moment of a decision as the agenda gives it: a day (ISO date) or a period."""
    try:
        return labels.day(date.fromisoformat(text))
    except ValueError:
        return labels.period(text)
