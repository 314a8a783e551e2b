"""The SQL by which one table of an original is read: cells become values, and each row is checked.

What a cell means is the work of typed.py. Running the SQL, and what becomes of the rows, is that of intake.py, sums.py
and set_aside.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.contracts import ANY_CODE, Column, Dataset
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.registration import typed
from dagster_project.registration.convert import Prepared, sql_text
from dagster_project.registration.tables import CONFIDENTIAL_TABLES
from dagster_project.registration.typed import Check, value, written
from dagster_project.registration.vault import Original

GROUPED = {"declaratieregel", "cssd_szukhis"}
"""Tables of payments, whose lines are added up."""
_WET_OF_CATEGORY = {"loonkostensubsidie": "participatiewet", "bijzondere_bijstand": "bijzondere_bijstand"}
"""Act of a category that a contract names without one; all others are the municipality's own."""


@dataclass(frozen=True)
class Part:
    """One table of an original that is being read."""

    connection: duckdb.DuckDBPyConnection
    dataset: Dataset
    original: Original
    pseudonymiser: Pseudonymiser
    table: str
    columns: tuple[Column, ...]
    file: Path
    extension: str
    name: str


@dataclass(frozen=True)
class Plan:
    """The SQL of one table: what is scanned, what cells become, and what is checked."""

    part: Part
    source: Prepared
    checks: list[Check]
    code_column: str | None
    in_scan: tuple[str, ...] = ()
    """Targets that are read while lines are added up; the others are what lines are grouped by."""

    @property
    def keys(self) -> list[str]:
        return [target for target in self.source.columns if target not in self.in_scan]

    def column(self, target: str) -> Column:
        return self.source.columns[target][0]


def plan_of(part: Part, source: Prepared) -> Plan:
    """How a table of an original is read: which checks there are, and what is read while lines are added up."""
    targets = CONFIDENTIAL_TABLES[part.table]
    is_coded = "category" in targets and "category" not in source.columns and bool(_codes(part.dataset))
    code_column = next((one for one in source.columns if is_coded and one in typed.CODE_COLUMNS), None)
    columns = {target: column for target, (column, _) in source.columns.items()}
    checks = typed.checks_of(columns, part.dataset, code_column)
    measured = tuple(target for target, column in columns.items() if column.type in ("date", "month", "decimal"))
    return Plan(part, source, checks, code_column, measured if part.table in GROUPED else ())


def _codes(dataset: Dataset) -> dict[str, tuple[str, str, str, str | None]]:
    """Code, as it is compared, to its spelling, act, category and form."""
    codes: dict[str, tuple[str, str, str, str | None]] = {
        typed.code_key(code): (code, _WET_OF_CATEGORY.get(category, "gemeentelijk"), category, None)
        for code, category in dataset.categories.items()
    }
    for code, product in dataset.known_products.items():
        codes[typed.code_key(code)] = (code, product.wet, product.category, product.form)
    return codes


def make_lookups(plan: Plan) -> None:
    """Put the codes and wijken of the contract into temporary tables, where the SQL of a plan looks them up."""
    connection = plan.part.connection
    columns = "code text, spelling text, wet text, category text, form text"
    connection.execute(f"create or replace temp table intake_code ({columns})")
    connection.execute("create or replace temp table intake_wijk (name text, code text)")
    codes = [(code, *found) for code, found in _codes(plan.part.dataset).items()]
    wijken = {name.lower(): code for name, code in plan.part.dataset.wijken.items()}
    if codes:
        connection.executemany("insert into intake_code values (?, ?, ?, ?, ?)", codes)
    if wijken:
        connection.executemany("insert into intake_wijk values (?, ?)", list(wijken.items()))


def cell_value(plan: Plan, target: str, text: str) -> str:
    """SQL for what the text of a cell means; null where it means nothing."""
    return typed.value_of(plan.column(target), text, plan.part.dataset.format, typed.usual(target))


def checked_rows(plan: Plan, targets: Sequence[str], scan: str) -> str:
    """SQL for the rows of a scan with their cells read and the number of the first check that they fail."""
    is_group = scan == "intake_group"
    texts = {target: f'"k_{target}"' if is_group else plan.source.columns[target][1] for target in targets}
    line = "group_id" if is_group else f"{plan.source.line} as line"
    cells = ", ".join([line, *(f"{typed.trimmed(text)} as {written(target)}" for target, text in texts.items())])
    values = ", ".join(
        ["*", *(f"{cell_value(plan, target, written(target))} as {value(target)}" for target in targets)]
    )
    looks = ", ".join(
        [
            "*",
            *(
                f"{typed.usual_date(plan.column(target), written(target), plan.part.dataset.format)} as "
                f"{typed.usual(target)}"
                for target in targets
            ),
        ]
    )
    code = written(plan.code_column) if plan.code_column else "null"
    wijk = f"lower({value('wijk')})" if "wijk" in targets else "null"
    fault = typed.fault_of(plan.checks if not is_group else checks_on(plan.checks, targets))
    return (
        f"select *, {fault} as fault, {typed.shown_code(code) if plan.code_column else 'null'} as shown from ("
        "select typed.*, code.spelling as c_spelling, coalesce(code.wet, other.wet) as c_wet, wijk.code as c_wijk, "
        "coalesce(code.category, other.category) as c_category, "
        f"coalesce(code.form, other.form) as c_form from (select {values} from "
        f"(select {looks} from (select {cells} from {scan}))) as typed "
        f"left join intake_code as code on code.code = {typed.code_key_of(code) if plan.code_column else 'null'} "
        f"left join intake_code as other on other.code = {sql_text(ANY_CODE)} and {code} is not null "
        f"left join intake_wijk as wijk on wijk.name = {wijk})"
    )


def checks_on(checks: Sequence[Check], targets: Sequence[str]) -> list[Check]:
    """Those of the checks that look at one of the targets."""
    return [check for check in checks if check.target in targets]


def outputs_of(plan: Plan) -> dict[str, str]:
    """Column of the confidential table to the SQL that fills it from a row whose cells were read."""
    part = plan.part
    outputs: dict[str, str] = {}
    for name, kind in CONFIDENTIAL_TABLES[part.table].items():
        outputs[name] = f"cast({output_of(plan, name)} as {kind})"
    outputs["dataset_id"] = sql_text(part.dataset.dataset_id)
    outputs["original_id"] = sql_text(part.original.original_id)
    outputs["line"] = "line"
    is_marked = f"coalesce({value('is_synthetic')} = 'ja', false)" if "is_synthetic" in plan.source.columns else "false"
    outputs["is_synthetic"] = "true" if part.original.is_synthetic else is_marked
    return outputs


def output_of(plan: Plan, name: str) -> str:
    """SQL for one column of the confidential table, before it is cast: the first way that gives something."""
    ways: list[str] = []
    if name in plan.source.columns:
        ways.append(typed.hashed(value(name)) if plan.column(name).type in typed.HASHED else value(name))
    if name == "wijk" and ways:
        is_code = f"regexp_full_match({value(name)}, '(?i)wk[0-9]{{6}}')"
        ways = ["c_wijk", f"case when {is_code} then upper({value(name)}) else {value(name)} end"]
    ways = ["c_spelling", *ways] if name == plan.code_column else ways
    ways += [sql_text(one.default) for one in plan.part.columns if one.target == name and one.default]
    if name in ("wet", "category", "form"):
        ways += [f"c_{name}"]
    ways += [sql_text("onbekend")] if name == "form" else []
    return f"coalesce({', '.join(ways)})" if ways else "null"


def execute(part: Part, sql: str) -> None:
    """Run SQL that may hash numbers; the key goes in as a parameter, never into the text."""
    inner, outer = part.pseudonymiser.pads
    given: Mapping[str, Any] = {"inner": inner, "outer": outer} if "$inner" in sql else {}
    part.connection.execute(sql, given)


def count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    """The one number that a query gives; none is 0."""
    (found,) = connection.execute(sql).fetchone() or (0,)
    return int(found)
