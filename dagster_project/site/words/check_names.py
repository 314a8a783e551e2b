"""What checks are called in Dutch: names and sentences from `expectations/dutch.yml`, other phrases by their form.

What belongs here: from the English of the gates to Dutch. What does not: which checks stand where (`checks.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict

from dagster_project.product import product_path

_COLUMNS = re.compile(r"^one row per ([a-z_, ]+?)((?:, in whatever case they are written)?)$")
_NUMBER = re.compile(r"^-?[\d .]+$")
_VALUE = r"(-?[\d .]+)"
_FORMS = (
    (r"no exception", "geen uitzondering"),
    (r"a value in every row", "een waarde in elke rij"),
    (r"each to occur once", "elke waarde één keer"),
    (r"one of (.+)", "een van: {0}"),
    (rf"a row count of {_VALUE} to {_VALUE}", "{0} tot {1} rijen"),
    (rf"a row count of at least {_VALUE}", "minstens {0} rij(en)"),
    (rf"a row count of at most {_VALUE}", "hoogstens {0} rij(en)"),
    (rf"at least {_VALUE}", "minstens {0}"),
    (rf"at most {_VALUE}", "hoogstens {0}"),
    (rf"{_VALUE} to {_VALUE}", "{0} tot {1}"),
    (r"(\w+) at least (\w+)", "{0} niet kleiner dan {1}"),
    (r"(\w+) above (\w+)", "{0} groter dan {1}"),
    (rf"{_VALUE} rows? otherwise", "{0} rij(en) anders"),
    (rf"{_VALUE} rows?", "{0} rij(en)"),
    (rf"{_VALUE} empty", "{0} leeg"),
    (rf"(.+) and {_VALUE} more", "{0} en nog {1}"),
    (r"", "niet vastgelegd"),
)
_PHRASES = tuple((re.compile(form), dutch) for form, dutch in _FORMS)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SubjectNames(_Strict):
    """What a group of suites is about."""

    title: str
    about: str
    suites: dict[str, str]
    """Suite to its Dutch name."""


class DutchNames(_Strict):
    """All of `expectations/dutch.yml`."""

    subjects: tuple[SubjectNames, ...]
    sentences: dict[str, str]
    """What a suite says it expects, to the same in Dutch."""


OTHER = SubjectNames(title="Overige controles", about="Controles die nog geen onderwerp hebben.", suites={})


@dataclass(frozen=True)
class Phrase:
    """Words of a gate, and whether they could be put into Dutch."""

    text: str
    is_dutch: bool


@cache
def dutch_names() -> DutchNames:
    """The Dutch names of subjects, suites and sentences, read once."""
    text = product_path("expectations", "dutch.yml").read_text(encoding="utf-8")
    return DutchNames.model_validate(yaml.safe_load(text))


def subject_of(suite: str) -> SubjectNames:
    """The subject that a suite belongs to."""
    return next((subject for subject in dutch_names().subjects if suite in subject.suites), OTHER)


def title_of(suite: str) -> str:
    """What a suite is called; by its own name where it has no Dutch one."""
    return subject_of(suite).suites.get(suite, suite)


def expected_words(words: str | None) -> Phrase:
    """What a check expects, in Dutch, or as the suite says it where that has no Dutch."""
    given = words or ""
    dutch = dutch_names().sentences.get(given) or _one_row_per(given) or _by_form(given)
    return Phrase(dutch or given, dutch is not None)


def observed_words(words: str | None) -> Phrase:
    """What a check saw, in Dutch. What has no form of its own is a value out of the data, in whatever language."""
    given = words or ""
    return Phrase(_by_form(given) or given, True)


def _one_row_per(words: str) -> str | None:
    match = _COLUMNS.match(words)
    if match is None:
        return None
    names = match[1].replace(" and ", " en ")
    case = ", hoe ook geschreven" if match[2] else ""
    return "één rij per cel" if names == "cell" else f"één rij per {names}{case}"


def _by_form(words: str) -> str | None:
    for form, dutch in _PHRASES:
        match = form.fullmatch(words)
        if match:
            return _counted(dutch, [_number(group) for group in match.groups()])
    return None


def _number(text: str) -> str:
    """A number as Dutch writes it; other words as they are."""
    return text.replace(".", ",").replace(" ", ".") if _NUMBER.match(text) else text


def _counted(dutch: str, groups: list[str]) -> str:
    """A phrase with its numbers filled in, its nouns and verbs in the number that they ask for."""
    rows = "rij" if groups[:1] == ["1"] else "rijen"
    return dutch.replace("rij(en)", rows).format(*groups)
