"""From the rows of the gates to the page about the checks: what was checked of which subject, what failed first.

What belongs here: the records of the page, their order and their counts. What does not: running checks, and the Dutch
of a single phrase (`check_names.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from dagster_project.site.queries import ValidationRow
from dagster_project.site.words import labels
from dagster_project.site.words.check_names import (
    OTHER,
    Phrase,
    dutch_names,
    expected_words,
    observed_words,
    subject_of,
    title_of,
)

_RESULTS = {
    "passed": ("in orde", "ok", "vink"),
    "failed": ("niet in orde", "error", "uitroep"),
    "broken": ("kon niet draaien", "error", "vraag"),
}
_WARNED = ("let op", "warning", "uitroep")
_SEVERITIES = {"critical": "streng: houdt publicatie tegen", "warning": "waarschuwing", "info": "ter informatie"}
_STAGES = {"after_ingest": "Na het ophalen", "after_build": "Na het rekenen", "after_proof": "Na het bewijs"}
_SQL = "unexpected_rows_expectation"


@dataclass(frozen=True)
class Check:
    """One expectation on the page."""

    outcome: str
    tone: str
    icon: str
    expectation: str
    """Its name in the suite's file, for those who look it up."""
    column: str
    severity: str
    observed: Phrase
    expected: Phrase
    rows: str
    reason: str | None
    """Why it could not be run, in the words of the gate; None when it ran."""


@dataclass(frozen=True)
class Suite:
    """The checks of one table at one moment, with their counts."""

    title: str
    when: str
    name: str
    table: str
    summary: str
    trouble: Check | None
    """The worst check that did not end well."""
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Subject:
    """What the plan's readers know by one name: objectives, money, care."""

    title: str
    about: str
    summary: str
    suites: tuple[Suite, ...]


def summary_sentence(rows: Iterable[ValidationRow]) -> str:
    """How many checks there were and how they ended, each counted once."""
    rows = list(rows)
    if not rows:
        return "Over deze cijfers is geen enkele controle vastgelegd."
    passed = sum(row.result == "passed" for row in rows)
    warned = sum(_is_warning(row) for row in rows)
    refused = len(rows) - passed - warned
    warnings = "1 gaf een waarschuwing" if warned == 1 else f"{warned} gaven een waarschuwing"
    failures = {0: "geen enkele ging mis", 1: "1 ging mis"}.get(refused, f"{refused} gingen mis")
    checks = "Er is 1 controle gedaan" if len(rows) == 1 else f"Er zijn {labels.number(len(rows), 0)} controles gedaan"
    if passed == len(rows):
        return f"{checks}; {'die is' if passed == 1 else 'alle zijn'} in orde."
    return f"{checks}: {labels.number(passed, 0)} in orde, {warnings} en {failures}."


def short_summary(rows: Iterable[ValidationRow]) -> str:
    """The same in a few words, for a line that can be unfolded."""
    rows = list(rows)
    warned = sum(_is_warning(row) for row in rows)
    refused = sum(row.result != "passed" for row in rows) - warned
    checks = "1 controle" if len(rows) == 1 else f"{labels.number(len(rows), 0)} controles"
    if not warned and not refused:
        return f"{checks}, in orde"
    warnings = "1 waarschuwing" if warned == 1 else f"{warned} waarschuwingen"
    parts = ([f"{refused} niet in orde"] if refused else []) + ([warnings] if warned else [])
    return f"{checks}, {', '.join(parts)}"


@dataclass(frozen=True)
class Trouble:
    """One expectation that was not met, with what it is about."""

    stage: str
    subject: str
    suite: str
    check: Check


def troubles_of(rows: Iterable[ValidationRow]) -> tuple[Trouble, ...]:
    """The checks that did not end well, the worst first."""
    troubled = sorted((row for row in rows if row.result != "passed"), key=lambda row: (_trouble(row), row.suite))
    return tuple(
        Trouble(_stage(row.stage), subject_of(row.suite).title, title_of(row.suite), _check(row)) for row in troubled
    )


def counts_of(rows: Iterable[ValidationRow]) -> tuple[tuple[str, int, int], ...]:
    """Per gate, in the order in which they run: its name, how many checks it made, and how many tables it looked at."""
    in_order = sorted(rows, key=lambda row: (_stage_rank(row.stage), row.stage))
    found = []
    for stage, grouped in groupby(in_order, key=lambda row: row.stage):
        members = list(grouped)
        tables = {row.table_name or row.suite for row in members}
        found.append((_stage(stage), len(members), len(tables)))
    return tuple(found)


def subjects_of(rows: Iterable[ValidationRow]) -> tuple[Subject, ...]:
    """What was checked, by subject, in a fixed order; within each, suites and checks with trouble first."""
    by_subject: dict[str, list[ValidationRow]] = {}
    for row in rows:
        by_subject.setdefault(subject_of(row.suite).title, []).append(row)
    return tuple(
        Subject(names.title, names.about, summary_sentence(members), _suites_of(members))
        for names in (*dutch_names().subjects, OTHER)
        if (members := by_subject.get(names.title))
    )


def _stage(stage: str) -> str:
    return _STAGES.get(stage, stage)


def _stage_rank(stage: str) -> int:
    return list(_STAGES).index(stage) if stage in _STAGES else len(_STAGES)


def _is_warning(row: ValidationRow) -> bool:
    return row.result == "failed" and row.severity != "critical"


def _trouble(row: ValidationRow) -> int:
    if row.result == "passed":
        return 2
    return 1 if _is_warning(row) else 0


def _suites_of(rows: list[ValidationRow]) -> tuple[Suite, ...]:
    grouped: dict[tuple[str, str, str], list[ValidationRow]] = {}
    for row in rows:
        grouped.setdefault((row.suite, row.table_name or "", row.stage), []).append(row)
    order = list(subject_of(rows[0].suite).suites)
    worst_first = sorted(
        grouped.items(),
        key=lambda item: (
            min(map(_trouble, item[1])),
            order.index(item[0][0]) if item[0][0] in order else len(order),
            _stage_rank(item[0][2]),
            item[0],
        ),
    )
    return tuple(_suite(*names, members) for names, members in worst_first)


def _suite(name: str, table: str, stage: str, rows: list[ValidationRow]) -> Suite:
    worst_first = sorted(rows, key=_trouble)
    found = tuple(_check(row) for row in worst_first)
    return Suite(
        title=title_of(name),
        when=_stage(stage).lower(),
        name=name,
        table=table,
        summary=short_summary(rows),
        trouble=None if worst_first[0].result == "passed" else found[0],
        checks=found,
    )


def _check(row: ValidationRow) -> Check:
    outcome, tone, icon = _WARNED if _is_warning(row) else _RESULTS.get(row.result, (row.result, "error", "vraag"))
    is_broken = row.result == "broken"
    return Check(
        outcome=outcome,
        tone=tone,
        icon=icon,
        expectation=_short_name(row.expectation),
        column=row.column_name or "",
        severity=_SEVERITIES.get(row.severity, row.severity),
        observed=observed_words(row.observed),
        expected=Phrase("dat de controle kan draaien", True) if is_broken else expected_words(row.expected),
        rows=_rows_words(row),
        reason=row.message if is_broken else None,
    )


def _short_name(expectation: str) -> str:
    """The name of an SQL check, or the type of another one."""
    kind, _, arguments = expectation.partition("(")
    return arguments.removesuffix(")") if kind == _SQL else kind


def _rows_words(row: ValidationRow) -> str:
    if row.element_count is None:
        return "niet geteld" if row.unexpected_count is None else f"{labels.number(row.unexpected_count, 0)} fout"
    return f"{labels.number(row.unexpected_count or 0, 0)} fout van {labels.number(row.element_count, 0)}"
