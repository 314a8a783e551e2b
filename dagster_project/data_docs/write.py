"""Write `data_docs/` of a publication: an index of the gates' suites, and a page per gate with every expectation.

What belongs here: the order, the counts and the files. What does not: running checks (`gate/`), and Dutch (`site/`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dagster_project.gate.results import number
from dagster_project.gate.suites import SQL_TYPE, STAGES, Expectation, Suite, suites_for
from dagster_project.site.queries import ValidationRow
from dagster_project.site.queries.audit import VALIDATIONS
from dagster_project.site.queries.shared import Reader
from dagster_project.site.site import SiteRun
from dagster_project.workspace import Workspace

_STATUS = {"passed": 2, "failed": 1, "broken": 0}


@dataclass(frozen=True)
class Validation:
    """One expectation and what it found."""

    status: str
    """passed, warned, failed or broken."""
    severity: str
    column: str
    expectation: str
    expected: str
    observed: str
    rows: str
    query: str
    """The query of an SQL expectation; empty for another type."""
    message: str


@dataclass(frozen=True)
class SuiteResult:
    """One suite on one table, with the statistics that Data Docs give."""

    name: str
    table: str
    description: str
    validations: tuple[Validation, ...]

    @property
    def successful(self) -> int:
        return sum(validation.status == "passed" for validation in self.validations)

    @property
    def success_percent(self) -> str:
        return f"{number(round(100 * self.successful / len(self.validations), 1))} %"

    @property
    def status(self) -> str:
        """The worst of its expectations."""
        found = {validation.status for validation in self.validations}
        return next(status for status in ("broken", "failed", "warned", "passed") if status in found)


@dataclass(frozen=True)
class GateResult:
    """One gate: its page, and its suites with trouble first."""

    stage: str
    suites: tuple[SuiteResult, ...]

    @property
    def file(self) -> str:
        return f"{self.stage}.html"


def write_data_docs(database: Path, workspace: Workspace, folder: Path, run: SiteRun) -> None:
    """Write the pages.

    Args:
        database: a build database; only its table of validations is read.
        workspace: whose municipality it is.
        folder: folder to write into; made when it is not there.
        run: the run and publication that the pages belong to.

    Raises:
        duckdb.Error: the database lacks the table or a column of it.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = Reader(connection, workspace.settings.gemeente).rows(ValidationRow, VALIDATIONS)
    gates = gates_of(rows)
    frame = {"gates": gates, "run": run, "gemeente": workspace.settings.gemeente_name}
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"index.html": _templates().get_template("index.html.j2").render(frame)}
    pages |= {gate.file: _templates().get_template("gate.html.j2").render(frame, gate=gate) for gate in gates}
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def gates_of(rows: Iterable[ValidationRow]) -> tuple[GateResult, ...]:
    """The gates in the order in which they run, from the rows of `audit_validation` in whatever order."""
    in_order = sorted(rows, key=lambda row: (row.stage, row.suite, row.table_name or ""))
    found = {stage: _suites(stage, list(members)) for stage, members in groupby(in_order, key=lambda row: row.stage)}
    known = [stage for stage in STAGES if stage in found]
    return tuple(GateResult(stage, found[stage]) for stage in (*known, *sorted(set(found) - set(STAGES))))


def _suites(stage: str, rows: list[ValidationRow]) -> tuple[SuiteResult, ...]:
    known = {suite.name: suite for gate in STAGES if gate == stage for suite in suites_for(gate)}
    found = [
        _suite(name, table, known.get(name), list(members))
        for (name, table), members in groupby(rows, key=lambda row: (row.suite, row.table_name or ""))
    ]
    return tuple(sorted(found, key=lambda suite: (suite.status == "passed", suite.name)))


def _suite(name: str, table: str, suite: Suite | None, rows: list[ValidationRow]) -> SuiteResult:
    known = {expectation.label: expectation for expectation in suite.expectations} if suite else {}
    order = list(known)

    def rank(row: ValidationRow) -> tuple[int, int, str]:
        place = order.index(row.expectation) if row.expectation in known else len(order)
        return _STATUS.get(row.result, 0), place, row.expectation

    validations = tuple(_validation(row, known.get(row.expectation)) for row in sorted(rows, key=rank))
    return SuiteResult(name, table, suite.description if suite else "", validations)


def _validation(row: ValidationRow, expectation: Expectation | None) -> Validation:
    is_warning = row.result == "failed" and row.severity != "critical"
    is_sql = expectation is not None and expectation.type == SQL_TYPE
    return Validation(
        status="warned" if is_warning else row.result,
        severity=row.severity,
        column=row.column_name or "",
        expectation=row.expectation,
        expected=row.expected or "",
        observed=row.observed or "",
        rows=_rows(row),
        query=str(expectation.kwargs["unexpected_rows_query"]).strip() if expectation and is_sql else "",
        message=row.message or "",
    )


def _rows(row: ValidationRow) -> str:
    if row.element_count is None:
        return ""
    if row.unexpected_count is None:
        return f"{number(row.element_count)} rows"
    return f"{number(row.unexpected_count)} of {number(row.element_count)} unexpected"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
