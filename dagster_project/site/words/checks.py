"""From the rows of the gates to the page about the checks: every expectation in plain Dutch, what failed first.

What belongs here: words for checks, their order and their counts. What does not: running them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from dagster_project.site.queries import ValidationRow
from dagster_project.site.words import labels

_RESULTS = {
    "passed": ("in orde", "ok", "vink"),
    "failed": ("niet in orde", "error", "uitroep"),
    "broken": ("kon niet draaien", "error", "vraag"),
}
_WARNED = ("let op", "warning", "uitroep")
_SEVERITIES = {"critical": "streng: houdt publicatie tegen", "warning": "waarschuwing", "info": "ter informatie"}
_STAGES = {"after_ingest": "Na het ophalen", "after_build": "Na het rekenen", "after_proof": "Na het bewijs"}
_EXPECTATIONS = {
    "expect_column_pair_values_a_to_be_greater_than_b": "de ene kolom is nooit kleiner dan de andere",
    "expect_column_values_to_be_between": "waarden liggen tussen de grenzen",
    "expect_column_values_to_be_in_set": "alleen toegestane waarden",
    "expect_column_values_to_be_unique": "elke waarde komt één keer voor",
    "expect_column_values_to_not_be_null": "elke rij heeft een waarde",
    "expect_compound_columns_to_be_unique": "elke combinatie komt één keer voor",
    "expect_table_row_count_to_be_between": "het aantal rijen ligt tussen de grenzen",
    "unexpected_rows_expectation": "geen rij breekt deze afspraak",
    "": "de controles zelf",
}
# The fixed phrases of the gates; a sentence that a suite brings itself stays in its own language.
_PHRASES = (
    (re.compile(r"^no exception$"), "geen uitzondering"),
    (re.compile(r"^a value in every row$"), "een waarde in elke rij"),
    (re.compile(r"^each to occur once$"), "elk één keer"),
    (re.compile(r"^one of (.+)$"), r"een van: \1"),
    (re.compile(r"^at least ([\d .]+) rows$"), r"minstens \1 rijen"),
    (re.compile(r"^at most ([\d .]+) rows$"), r"hoogstens \1 rijen"),
    (re.compile(r"^at least (\S+)$"), r"minstens \1"),
    (re.compile(r"^at most (\S+)$"), r"hoogstens \1"),
    (re.compile(r"^(-?[\d .]+) to (-?[\d .]+) rows$"), r"\1 tot \2 rijen"),
    (re.compile(r"^(-?[\d .]+) to (-?[\d .]+)$"), r"\1 tot \2"),
    (re.compile(r"^([\d .]+) rows$"), r"\1 rijen"),
    (re.compile(r"^([\d .]+) rows that differ$"), r"\1 rijen wijken af"),
    (re.compile(r"^([\d .]+) empty$"), r"\1 leeg"),
    (re.compile(r"^$"), "niet vastgelegd"),
)


@dataclass(frozen=True)
class Phrase:
    """Words of a gate, and whether they could be put into Dutch."""

    text: str
    is_dutch: bool


@dataclass(frozen=True)
class Check:
    """One expectation on the page."""

    outcome: str
    tone: str
    icon: str
    words: str
    expectation: str
    column: str
    severity: str
    observed: Phrase
    expected: Phrase
    rows: str
    message: str | None


@dataclass(frozen=True)
class Suite:
    """One suite on one table, with its counts."""

    title: str
    table: str
    summary: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Stage:
    """One gate: after ingest or after build."""

    title: str
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


@dataclass(frozen=True)
class Trouble:
    """One expectation that was not met, with where it belongs."""

    stage: str
    suite: str
    check: Check


def troubles_of(rows: Iterable[ValidationRow]) -> tuple[Trouble, ...]:
    """The checks that did not end well, the worst first."""
    troubled = sorted((row for row in rows if row.result != "passed"), key=lambda row: (_trouble(row), row.suite))
    return tuple(Trouble(_STAGES.get(row.stage, row.stage), row.suite, _check(row)) for row in troubled)


def counts_of(rows: Iterable[ValidationRow]) -> tuple[tuple[str, int, int], ...]:
    """Per gate, in the order in which they run: its name, how many checks it made, and how many tables it looked at."""
    in_order = sorted(rows, key=lambda row: (_stage_rank(row.stage), row.stage))
    found = []
    for stage, grouped in groupby(in_order, key=lambda row: row.stage):
        members = list(grouped)
        tables = {row.table_name or row.suite for row in members}
        found.append((_STAGES.get(stage, stage), len(members), len(tables)))
    return tuple(found)


def stages_of(rows: Iterable[ValidationRow]) -> tuple[Stage, ...]:
    """The gates in the order in which they run; within each, suites and checks with trouble first."""
    stages = []
    in_order = sorted(rows, key=lambda row: (_stage_rank(row.stage), row.stage))
    for stage, members in groupby(in_order, key=lambda row: row.stage):
        suites = _suites_of(list(members))
        stages.append(Stage(_STAGES.get(stage, stage), suites))
    return tuple(stages)


def _stage_rank(stage: str) -> int:
    return list(_STAGES).index(stage) if stage in _STAGES else len(_STAGES)


def _is_warning(row: ValidationRow) -> bool:
    return row.result == "failed" and row.severity != "critical"


def _trouble(row: ValidationRow) -> int:
    if row.result == "passed":
        return 2
    return 1 if _is_warning(row) else 0


def _suites_of(rows: list[ValidationRow]) -> tuple[Suite, ...]:
    grouped: dict[tuple[str, str], list[ValidationRow]] = {}
    for row in rows:
        grouped.setdefault((row.suite, row.table_name or ""), []).append(row)
    worst_first = sorted(grouped.items(), key=lambda item: (min(map(_trouble, item[1])), item[0]))
    return tuple(
        Suite(suite, table, summary_sentence(members), tuple(_check(row) for row in sorted(members, key=_trouble)))
        for (suite, table), members in worst_first
    )


def _check(row: ValidationRow) -> Check:
    outcome, tone, icon = _WARNED if _is_warning(row) else _RESULTS.get(row.result, (row.result, "error", "vraag"))
    return Check(
        outcome=outcome,
        tone=tone,
        icon=icon,
        words=_EXPECTATIONS.get(row.expectation.partition("(")[0], "eigen afspraak"),
        expectation=row.expectation,
        column=row.column_name or "hele tabel",
        severity=_SEVERITIES.get(row.severity, row.severity),
        observed=_phrase(row.observed),
        expected=_phrase(row.expected),
        rows=_rows_words(row),
        message=None if row.result == "passed" else row.message,
    )


def _phrase(words: str | None) -> Phrase:
    """A phrase of the gates in Dutch, or as it is when its form is unknown."""
    for form, dutch in _PHRASES:
        if form.match(words or ""):
            return Phrase(form.sub(dutch, words or ""), True)
    return Phrase(words or "", False)


def _rows_words(row: ValidationRow) -> str:
    if row.element_count is None:
        return "niet geteld" if row.unexpected_count is None else f"{labels.number(row.unexpected_count, 0)} fout"
    return f"{labels.number(row.unexpected_count or 0, 0)} fout van {labels.number(row.element_count, 0)}"
