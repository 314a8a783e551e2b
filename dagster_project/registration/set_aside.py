"""Rows of an original that cannot be taken: each goes to the quarantine with its line and reason.

No number of a person is shown: a reason names the column, and a code where that is what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dagster_project.errors import UnsoundData
from dagster_project.extract.delimited import MAX_CELL, BrokenRow
from dagster_project.registration.convert import sql_text
from dagster_project.registration.plan import Plan, checked_rows, execute


class NotPlain(Exception):
    """The rows that DuckDB read are not those that were counted."""


@dataclass
class Outcome:
    """Rows of one table that were loaded, and those that were set aside by the number of the check."""

    loaded: int
    faults: dict[int, int] = field(default_factory=dict)


def stage(plan: Plan, selected: str, condition: str) -> None:
    """Read every row by itself into the temporary table intake_row: typed cells and hashes, never a number."""
    part = plan.part
    rows = checked_rows(plan, list(plan.source.columns), plan.source.scan)
    execute(part, f"create or replace temp table intake_row as select {selected} from ({rows}) where {condition}")


def quarantine_staged(plan: Plan, loaded: int) -> Outcome:
    """Quarantine the staged rows that failed a check, drop the rest, and say how many there were of each."""
    part = plan.part
    numbered = list(enumerate(plan.checks, start=1))

    def by_number(texts: Iterator[str]) -> str:
        cases = " ".join(f"when {number} then {sql_text(text)}" for number, text in enumerate(texts, start=1))
        return f"case fault {cases} end"

    with_code = ", ".join(str(number) for number, check in numbered if check.shows_code) or "null"
    part.connection.execute(
        "insert into raw.quarantine (dataset_id, original_id, line, file_name, table_name, column_name, reason_kind, "
        f"reason) select ?, ?, at_line, ?, ?, {by_number(check.target for _, check in numbered)}, "
        f"{by_number(check.kind for _, check in numbered)}, "
        f"case when fault in ({with_code}) and shown is not null then 'code ''' || shown || ''' ' else '' end || "
        f"{by_number(check.sentence for _, check in numbered)} from intake_row where fault is not null",
        [part.dataset.dataset_id, part.original.original_id, part.original.file_name, part.table],
    )
    faults = part.connection.execute(
        "select fault, count(*) from intake_row where fault is not null group by fault"
    ).fetchall()
    part.connection.execute("drop table intake_row")
    return Outcome(loaded, dict(faults))


def quarantine_broken(plan: Plan) -> None:
    """Quarantine the rows that had too many or too few cells to be read at all."""
    part = plan.part
    own = (part.dataset.dataset_id, part.original.original_id)
    rows = [
        (*own, row.line, part.original.file_name, part.table, None, "broken_row", _broken(row))
        for row in plan.source.broken
    ]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        part.connection.executemany(
            "insert into raw.quarantine (dataset_id, original_id, line, file_name, table_name, column_name, "
            f"reason_kind, reason) values ({marks})",
            rows,
        )


def _broken(row: BrokenRow) -> str:
    return f"has {row.cells} cells, expected {row.expected} as in the header"


def refuse_unparsed(plan: Plan) -> None:
    """Raise where DuckDB cannot parse the text as it stands, before the transaction depends on it."""
    cells = ", ".join(f"count({text})" for _, text in plan.source.columns.values())
    with plan.part.connection.cursor() as cursor:
        cursor.execute(f"select {cells} from {plan.source.scan}").fetchall()


def refuse_long_cells(plan: Plan) -> None:
    """Raise UnsoundData where a cell is longer than any is: probably a quote was never closed."""
    lengths = ", ".join(f"max(strlen({text}))" for _, text in plan.source.columns.values())
    with plan.part.connection.cursor() as cursor:
        found = cursor.execute(f"select {lengths} from {plan.source.scan}").fetchone() or ()
    for target, longest in zip(plan.source.columns, found, strict=True):
        if longest is not None and longest > 4 * MAX_CELL:
            raise UnsoundData(
                f"{plan.part.name} has a cell of more than {MAX_CELL} characters under {target}. Export it again."
            )
