"""The versions of an objective in words: what the council changed, and since when.

What belongs here: the difference between two versions. What does not: which version judges what (the tables know).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from dagster_project.site.queries import ObjectiveVersion
from dagster_project.site.words import labels
from dagster_project.site.words.targets import target_words


@dataclass(frozen=True)
class Change:
    """One thing that a version says differently."""

    what: str
    old: str
    new: str


@dataclass(frozen=True)
class VersionLine:
    """One version: from when it holds, whether it holds now, and what it changed."""

    number: int
    since: str
    is_current: bool
    changes: tuple[Change, ...]


def versions_of(objective_id: str, rows: Iterable[ObjectiveVersion]) -> tuple[VersionLine, ...]:
    """The versions of an objective, the newest first."""
    mine = [row for row in rows if row.objective_id == objective_id]
    before: dict[int, ObjectiveVersion] = {new.version: old for old, new in pairwise(mine)}
    return tuple(
        VersionLine(
            row.version,
            labels.day(row.valid_from) if row.valid_from else labels.NOT_IN_SOURCE,
            row.is_current,
            tuple(_changes(before[row.version], row)) if row.version in before else (),
        )
        for row in reversed(mine)
    )


def _start(row: ObjectiveVersion) -> str:
    if row.baseline_value is None:
        return labels.NOT_IN_SOURCE
    value = labels.exact_amount(row.baseline_value, row.unit, row.decimals)
    return f"{value} ({labels.period(row.baseline_period_id)})" if row.baseline_period_id else value


_TOLD: tuple[tuple[str, Callable[[ObjectiveVersion], str | None]], ...] = (
    ("Doel in woorden", lambda row: row.title),
    ("Resultaatgebied", lambda row: row.result_area),
    ("Begin", _start),
    ("Streefwaarde", target_words),
    ("Te halen in", lambda row: labels.period(row.target_period_id) if row.target_period_id else None),
    ("Eigenaar", lambda row: row.owner),
    ("Gemeten met", lambda row: row.instrument),
    ("Hoe vaak", lambda row: labels.rhythm(row.rhythm) if row.rhythm else None),
    ("Programma", lambda row: row.programme),
    ("Opmerkingen", lambda row: row.remarks),
)


def _changes(old: ObjectiveVersion, new: ObjectiveVersion) -> Iterable[Change]:
    for what, words in _TOLD:
        before, after = words(old) or labels.NOT_IN_SOURCE, words(new) or labels.NOT_IN_SOURCE
        if before != after:
            yield Change(what, before, after)
