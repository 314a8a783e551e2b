"""A small confidential database for tests: made-up rows, run through the compiled models of the registration layer.

dbt builds the project once per session, which gives the SQL of every model; what follows runs that SQL again on other
rows, as dbt would, without dbt's seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from dagster_project import transform
from dagster_project.registration.tables import CONFIDENTIAL_TABLES

Row = Mapping[str, Any]
Cells = dict[tuple[str, ...], Decimal]

DIMENSIONS = ("wet", "category", "form", "referrer", "wijk", "n_provisions")
WHOLE = "totaal"


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the confidential tables, empty."""
    connection.execute("create schema if not exists raw")
    for table, columns in CONFIDENTIAL_TABLES.items():
        body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create table raw.{table} ({body})")


def original(name: str, received: str, period: str | None = None, dataset: str = "export", **more: Any) -> Row:
    """One export; a period is a year or a half-year, none makes it a stand."""
    year, _, half = (period or "").partition("-H")
    months = {"": (1, 12), "1": (1, 6), "2": (7, 12)}[half]
    last = date(int(year), months[1], 31 if months[1] == 12 else 30) if period else None
    return {
        "original_id": name,
        "dataset_id": dataset,
        "file_name": f"{name}.csv",
        "received_at": f"{received}T08:00:00Z",
        "period_id": period,
        "first_day": date(int(year), months[0], 1) if period else None,
        "last_day": last,
        "is_synthetic": True,
    } | more


class Confidential:
    """The confidential database, filled and counted anew for each set of rows."""

    def __init__(self, folder: Path) -> None:
        database = folder / "warehouse.duckdb"
        with duckdb.connect(str(database)) as connection:
            create_tables(connection)
        transform.build(database, select="+tag:registration", on_event=lambda _: None)
        # in memory, under the name by which the compiled SQL calls it
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as warehouse")
        self.connection.execute(f"attach '{database}' as built (read_only)")
        self.connection.execute("copy from database built to warehouse")
        self.connection.execute("detach built")
        self.connection.execute("use warehouse")
        self._statements = _statements(folder / "dbt" / "compiled" / "opkoers")

    def count(self, rows: Mapping[str, Iterable[Row]]) -> Cells:
        """Fill the raw tables with rows and nothing else; returns the cells by measure, dimensions and period."""
        for table in CONFIDENTIAL_TABLES:
            self.connection.execute(f"delete from raw.{table}")
        for table, listed in rows.items():
            self._insert(table, list(listed))
        self.run()
        return self.cells()

    def run(self) -> None:
        """Run every model that is a table."""
        for statement in self._statements:
            self.connection.execute(statement)

    def cells(self) -> Cells:
        """`subject, measure, dimensions…, period` to value."""
        names = ("subject", "measure", *DIMENSIONS, "period_id")
        found = self.connection.execute(f"select {', '.join(names)}, value from registration.cell").fetchall()
        cells = {tuple(row[:-1]): row[-1] for row in found}
        assert len(cells) == len(found), "a cell stands twice"
        return cells

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def _insert(self, table: str, rows: list[Row]) -> None:
        if not rows:
            return
        names = list(rows[0])
        marks = ", ".join("?" for _ in names)
        self.connection.executemany(
            f"insert into raw.{table} ({', '.join(names)}) values ({marks})",
            [[row[name] for name in names] for row in rows],
        )


def cell(cells: Cells, subject: str, measure: str, period: str, **members: str) -> Decimal | None:
    """One cell; dimensions that are not named are the whole. None where it does not stand."""
    return cells.get((subject, measure, *(members.get(name, WHOLE) for name in DIMENSIONS), period))


def _statements(compiled: Path) -> list[str]:
    """The tables of the layer, each after what it reads; the views of staging stand already."""
    nodes = transform.manifest()["nodes"]
    layer = {key: node for key, node in nodes.items() if node["resource_type"] == "model" and _is_counted(node)}
    ordered: dict[str, None] = {}

    def visit(key: str) -> None:
        for parent in layer[key]["depends_on"]["nodes"]:
            if parent in layer and parent not in ordered:
                visit(parent)
        ordered[key] = None

    for key in layer:
        visit(key)
    return [_statement(layer[key], compiled) for key in ordered]


def _is_counted(node: Row) -> bool:
    return bool(node["fqn"][1] == "registration")


def _statement(node: Row, compiled: Path) -> str:
    sql = (compiled / node["original_file_path"]).read_text(encoding="utf-8")
    return f"create or replace table {node['schema']}.{node['alias']} as ({sql})"
