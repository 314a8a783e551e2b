"""The language in which people at a terminal are spoken to: Dutch or English.

The program thinks in English: every sentence is made in it, and so it stands in records, logs and errors. At the door
to the terminal, and in the notes beside a file that was accepted or rejected, it is put into Dutch, by the table in
`dutch/`: the English sentence, with `{names}` where something is filled in, to the Dutch one. What the table does not
hold is shown in English.

What belongs here: choosing the language, and the table. What does not: the pages, the export and the notices, which are
Dutch whoever makes them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

Language = Literal["nl", "en"]
VARIABLE = "OPKOERS_LANG"
"""Goes before the workspace's own setting."""
CATALOGUE = Path(__file__).parent / "dutch"
"""Holds the table, a file for each occasion."""
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=\S)")
_LONGEST = 8
"""Sentences that one message of the table may span."""
_OURS = ("sentence", "outcome")
"""Placeholders that are filled with words of our own; all others hold names and figures, which stay as they are."""
_SERIES = "series"
"""A placeholder that is filled with several such, with commas between them."""
_COUNT = "count"
"""A placeholder that holds a number, so that `{count} passed` is not taken for any sentence that ends so."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is there
_setting: ContextVar[str] = ContextVar("setting", default="")


def choose(setting: str = "", environment: Mapping[str, str] | None = None) -> Language:
    """The language to speak.

    Args:
        setting: `language` of a workspace; empty where it says nothing, or where there is no workspace.
        environment: of the process; default: its own.

    Returns:
        What `OPKOERS_LANG` says, else the setting, else the locale. Without any of these it is Dutch, for those who
        use this work for a Dutch municipality; a server often has no locale.
    """
    environment = os.environ if environment is None else environment
    for said in (environment.get(VARIABLE, ""), setting):
        if said[:2] in ("nl", "en"):
            return "nl" if said.startswith("nl") else "en"
    locale = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    is_neutral = locale.partition(".")[0] in ("", "C", "POSIX")
    return "nl" if is_neutral or locale.startswith("nl") else "en"


def speak(setting: str) -> None:
    """Speak the language that a workspace sets from here on; empty: that of the environment."""
    _setting.set(setting)


def spoken() -> Language:
    """The language that is spoken now: that of the workspace, or of the environment as long as there is none."""
    return choose(_setting.get())


def told(message: str, **values: object) -> str:
    """A message of the table in the language that is spoken, filled in.

    Args:
        message: the English of it.
        values: what stands for each `{name}` in it.
    """
    return _in_language(message).format(**values)


def _in_language(message: str) -> str:
    return dutch().get(message, message) if spoken() == "nl" else message


def translated(text: str, language: Language | None = None) -> str:
    """A text that was made elsewhere, in English, put into Dutch where that is wanted.

    Line by line and sentence by sentence: what is not in the table stays as it is.

    Args:
        text: the English.
        language: the one that is wanted; None: the one that is spoken.
    """
    if (language or spoken()) == "en":
        return text
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return indent + " ".join(_sentences(_SENTENCE_END.split(line.lstrip())))


def _sentences(parts: list[str]) -> Iterator[str]:
    """Of some sentences the longest stretches that the table knows, each in Dutch."""
    while parts:
        known, length = _stretch(parts[:_LONGEST])
        yield known
        parts = parts[length:]


def _stretch(parts: list[str]) -> tuple[str, int]:
    """The longest beginning of some sentences that the table knows, and how many it spans; else the first as it is.

    What is filled in may hold a full stop, but no sentence that the table knows by itself.
    """
    for length in range(len(parts), 1, -1):
        if " ".join(parts[:length]) in dutch():
            return dutch()[" ".join(parts[:length])], length
    own = next((place for place, part in enumerate(parts) if place and _known(part) is not None), len(parts))
    for length in range(own, 0, -1):
        known = _known(" ".join(parts[:length]))
        if known is not None:
            return known, length
    return parts[0], 1


def _known(sentence: str) -> str | None:
    if sentence in dutch():
        return dutch()[sentence]
    for pattern in _patterns():
        found = pattern.expression.fullmatch(sentence)
        if found:
            dutch_one = pattern.dutch.format(
                **{name: _filled(name, value) for name, value in found.groupdict().items()}
            )
            if dutch_one != sentence:  # else it only introduces what the table does not know: another may know it whole
                return dutch_one
    return None


def _filled(name: str, value: str) -> str:
    if name == _SERIES:
        return ", ".join(translated(part, "nl") for part in value.split(", "))
    return translated(value, "nl") if name in _OURS else value


@dataclass(frozen=True)
class _Pattern:
    expression: re.Pattern[str]
    dutch: str


@cache
def dutch() -> dict[str, str]:
    """The table: English to Dutch."""
    table: dict[str, str] = {}
    for path in sorted(CATALOGUE.glob("*.yml")):
        table |= yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe one
    return table


@cache
def _patterns() -> tuple[_Pattern, ...]:
    """The messages with something to fill in: first those that introduce another, then those with most words of their
    own, which leave least to guess."""
    open_ones = [message for message in dutch() if _PLACEHOLDER.search(message)]
    open_ones.sort(key=lambda message: (not _introduces(message), -len(_PLACEHOLDER.sub("", message))))
    return tuple(_Pattern(_expression(message), dutch()[message]) for message in open_ones)


def _introduces(message: str) -> bool:
    """Whether it begins with words of its own and goes on with a sentence, as `Set aside: {sentence}` does."""
    return not message.startswith("{") and message.endswith(f"{{{_OURS[0]}}}")


def _expression(message: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(message)  # words and names by turns
    words, names = parts[::2], parts[1::2]
    expression = re.escape(words[0])
    for name, following in zip(names, words[1:], strict=True):
        expression += f"(?P<{name}>{r'[0-9 ]+' if name == _COUNT else '.+?'}){re.escape(following)}"
    return re.compile(expression)
