"""Where two databases differ: the tables, and of the first one the row and the column, with the value on either side.

`table_hashes` says whether a table differs; this module says where. Both look at the same thing, a row as DuckDB writes
it as text, so that neither sees a difference that the other does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project import transform
from dagster_project.warehouse import PUBLISHED_SCHEMA, published_tables, quoted, table_hashes

_LATER = {"audit_snapshot": ("last_seen_at",)}
"""Audit tables that a rebuild makes again, each with the columns that go on changing after the publication."""
_SHOWN = 120
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Row:
    """A row that the two sides do not share."""

    key: dict[str, Any]
    published: dict[str, Any] | None
    rebuilt: dict[str, Any] | None


def differing_tables(published: Path, rebuilt: Path) -> list[str]:
    """Names of the tables whose content or columns differ, in order.

    The audit tables tell of one run and are left out; but what they say of the pinned snapshots a rebuild says again.
    """
    was, is_now = table_hashes(published), table_hashes(rebuilt)
    differing = [table for table in sorted({*was, *is_now}) if was.get(table) != is_now.get(table)]
    with _both(published, rebuilt) as connection:
        return differing + [table for table in _LATER if _row_fault(connection, table)]


def first_difference(published: Path, rebuilt: Path, table: str) -> str:
    """Sentences that say where a table differs first, and in how many rows in all.

    Args:
        published: the warehouse that stands.
        rebuilt: the build database.
        table: a table that differs.
    """
    with _both(published, rebuilt) as connection:
        for side, other in (("published", "rebuilt"), ("rebuilt", "published")):
            connection.execute(f"use {side}")
            if table not in published_tables(connection):
                return f"{table} is in what is {other}, and not in what is {side}."
        columns = list(_column_faults(connection, table))
        rows = _row_fault(connection, table)
    return " ".join([*columns, *([rows] if rows else [])])


def _both(published: Path, rebuilt: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"set temp_directory = '{quoted(rebuilt.parent / 'compare.tmp')}'")
    for name, path in (("published", published), ("rebuilt", rebuilt)):
        connection.execute(f"attach '{quoted(path)}' as {name} (read_only)")
    return connection


def _columns(connection: duckdb.DuckDBPyConnection, side: str, table: str) -> dict[str, str]:
    described = connection.execute(f"describe {side}.{PUBLISHED_SCHEMA}.{table}").fetchall()
    return {name: kind for name, kind, *_ in described if name not in _LATER.get(table, ())}


def _common(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    rebuilt = _columns(connection, "rebuilt", table)
    return [name for name in _columns(connection, "published", table) if name in rebuilt]


def _texts(side: str, table: str, columns: Sequence[str], keys: Sequence[str]) -> str:
    """Each row as text beside its key; rows of one key get a number, for a key may be forged to stand twice."""
    fields = ", ".join(f'"{name}" := "{name}"' for name in columns)
    named = ", ".join(f'"{name}"' for name in keys)
    return (
        f"select {named}, to_json(struct_pack({fields}))::varchar as content,"
        f" row_number() over (partition by {named} order by content) as nth"
        f" from {side}.{PUBLISHED_SCHEMA}.{table}"
    )


def _differing_rows(connection: duckdb.DuckDBPyConnection, table: str, shown: str) -> str:
    columns = _common(connection, table)
    keys = [name for name in grain_of(table) if name in columns] or columns
    same = " and ".join(f'published."{name}" is not distinct from rebuilt."{name}"' for name in (*keys, "nth"))
    selected = ", ".join(f'coalesce(published."{name}", rebuilt."{name}") as "{name}"' for name in keys)
    named = ", ".join(f'"{name}"' for name in keys)
    return (
        f"with published as ({_texts('published', table, columns, keys)}),"
        f" rebuilt as ({_texts('rebuilt', table, columns, keys)}),"
        f" differing as (select {selected}, published.content as was, rebuilt.content as is_now"
        f" from published full join rebuilt on {same}"
        " where published.content is distinct from rebuilt.content)"
        f" {shown.format(keys=named)}"
    )


def _column_faults(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    published, rebuilt = (_columns(connection, side, table) for side in ("published", "rebuilt"))
    for name in dict.fromkeys([*published, *rebuilt]):
        if name not in rebuilt:
            yield f"Column {table}.{name} is published, and a rebuild has no such column."
        elif name not in published:
            yield f"A rebuild has a column {table}.{name} that is not published."
        elif published[name] != rebuilt[name]:
            yield f"Column {table}.{name} is published as {published[name]}, and rebuilt as {rebuilt[name]}."
    if list(published) != list(rebuilt) and set(published) == set(rebuilt):
        yield f"The columns of {table} are published in another order than a rebuild gives them."


def _row_fault(connection: duckdb.DuckDBPyConnection, table: str) -> str | None:
    counted = connection.execute(
        _differing_rows(
            connection,
            table,
            "select count(*), count(*) filter (is_now is null), count(*) filter (was is null) from differing",
        )
    ).fetchone()
    if not counted or not counted[0]:
        return None
    cursor = connection.execute(
        _differing_rows(connection, table, "select {keys}, was, is_now from differing order by {keys} limit 1")
    )
    names = [column[0] for column in cursor.description or ()]
    (values,) = cursor.fetchall()
    key = dict(zip(names[:-2], values[:-2], strict=True))
    was, is_now = (json.loads(text) if text else None for text in values[-2:])
    total, only_published, only_rebuilt = counted
    among = [f"{only_published} only published", f"{only_rebuilt} only rebuilt"]
    kinds = ", ".join(part for part in among if not part.startswith("0 "))
    return f"{_told(table, Row(key, was, is_now))} ({total} rows of {table} differ{', ' + kinds if kinds else ''}.)"


def _told(table: str, row: Row) -> str:
    where = ", ".join(f"{name} {_shown(value)}" for name, value in row.key.items())
    if row.rebuilt is None:
        return f"{table}: the row {where} is published, and a rebuild does not have it."
    if row.published is None:
        return f"{table}: a rebuild has the row {where}, and it is not published."
    column = next(name for name in row.published if _differs(row.published[name], row.rebuilt[name]))
    return (
        f"{table}, row {where}, column {column}: {_shown(row.published[column])} is published, "
        f"{_shown(row.rebuilt[column])} is rebuilt."
    )


def _differs(a: Any, b: Any) -> bool:
    """As text: to Python 0.0 and -0.0, or 1 and True, would be the same."""
    return json.dumps(a) != json.dumps(b)


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def grain_of(table: str) -> tuple[str, ...]:
    """The columns that name one row of a published table, as its own data tests say; none where no test does."""
    of_table = [
        node["test_metadata"]
        for node in transform.manifest()["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata")
        and node.get("attached_node", "") == f"model.opkoers.{table}"
    ]
    grains = [tuple(test["kwargs"]["columns"]) for test in of_table if test["name"] == "grain"]
    grains += [(test["kwargs"]["column_name"],) for test in of_table if test["name"] == "unique"]
    return min(grains, key=len, default=())
