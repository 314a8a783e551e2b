"""The published tables as a file: which there are, what they hold by their hashes, and their copies.

What does not belong here: the folder that such a file stands in, its manifest and its pages (`publication.py`).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.spill import limit_resources

PUBLISHED_SCHEMA = "marts"
WAREHOUSE = "warehouse.duckdb"
_STORAGE_VERSION = "v1.0.0"  # the oldest that DuckDB 1.x reads; DuckDB 1.1 clients open it


def quoted(text: object) -> str:
    """A text or path as it stands between quotes in SQL that takes no parameters."""
    return str(text).replace("'", "''")


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the tables in the published schema, in order."""
    rows = connection.execute(
        "select table_name from information_schema.tables"
        " where table_schema = $schema and table_catalog = current_database() order by table_name",
        {"schema": PUBLISHED_SCHEMA},
    ).fetchall()
    return [name for (name,) in rows]


def is_audit(table: str) -> bool:
    """Whether a table tells of a run, its snapshots and checks, rather than of the municipality."""
    return table.startswith("audit_")


@contextmanager
def _within_bounds(
    database: str, spill_in: Path | None, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sorts large tables on disk, in a folder that is gone afterwards (None: the system chooses)."""
    with (
        tempfile.TemporaryDirectory(prefix="spill-", dir=spill_in) as spill,
        duckdb.connect(database, read_only=read_only) as connection,
    ):
        limit_resources(connection, Path(spill))
        yield connection


def table_hashes(database: Path, *, audit: bool = False, spill_in: Path | None = None) -> dict[str, dict[str, Any]]:
    """Rows and content hash of every published table; of the audit tables only when they are asked for.

    The hash covers the rows in the order of all their columns, each row as DuckDB writes it as text, so that it depends
    on the content alone and not on how or when it was written.

    Args:
        database: holds the published schema.
        audit: whether the audit tables are asked for.
        spill_in: folder for what does not fit in the memory; default: the system's for temporary files.
    """
    with _within_bounds(str(database), spill_in, read_only=True) as connection:
        names = [name for name in published_tables(connection) if audit or not is_audit(name)]
        return {name: table_hash(connection, name) for name in names}


def table_hash(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    """Rows and content hash of one published table, as manifests name them."""
    digest = hashlib.sha256()
    description = connection.execute(f"describe {PUBLISHED_SCHEMA}.{table}").fetchall()
    digest.update(repr([(name, kind) for name, kind, *_ in description]).encode())
    cursor = connection.execute(f"select to_json(t)::varchar from {PUBLISHED_SCHEMA}.{table} as t order by all")
    count = 0
    while rows := cursor.fetchmany(10_000):
        count += len(rows)
        digest.update("\n".join(row for (row,) in rows).encode() + b"\n")
    return {"rows": count, "sha256": digest.hexdigest()}


def content_hash(tables: dict[str, dict[str, Any]]) -> str:
    """One hash for the content of a publication, from those of its tables."""
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def copy_warehouse(build: Path, target: Path) -> None:
    """Copy the published schema, with its comments, into a file that older DuckDB clients read."""
    with _within_bounds(":memory:", build.parent) as connection:
        connection.execute(f"attach '{quoted(build)}' as build (read_only)")
        connection.execute(f"attach '{quoted(target)}' as published (storage_version '{_STORAGE_VERSION}')")
        connection.execute(f"create schema published.{PUBLISHED_SCHEMA}")
        connection.execute("use build")
        for table in published_tables(connection):
            name = f"{PUBLISHED_SCHEMA}.{table}"
            # sorted, so that one indicator or one region is read from few blocks
            connection.execute(f"create table published.{name} as select * from build.{name} order by all")
            for statement in _comments(connection, table):
                connection.execute(statement)


def _comments(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    target = f"published.{PUBLISHED_SCHEMA}.{table}"
    where = "where database_name = 'build' and schema_name = $schema and table_name = $table and comment is not null"
    names = {"schema": PUBLISHED_SCHEMA, "table": table}
    for (comment,) in connection.execute(f"select comment from duckdb_tables() {where}", names).fetchall():
        yield f"comment on table {target} is '{quoted(comment)}'"
    columns = connection.execute(f"select column_name, comment from duckdb_columns() {where}", names).fetchall()
    for column, comment in columns:
        yield f"comment on column {target}.{column} is '{quoted(comment)}'"


def write_parquet(warehouse: Path, folder: Path) -> None:
    """Write every published table of a file into a new folder, as one Parquet file that is the same every time."""
    folder.mkdir()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set threads = 1")  # so that rows fall into groups in one way
        for table in published_tables(connection):
            path = quoted(folder / f"{table}.parquet")
            connection.execute(f"copy {PUBLISHED_SCHEMA}.{table} to '{path}' (format parquet, compression zstd)")


def adopt_audit_tables(database: Path, kept: Path) -> None:
    """Put the audit tables of a kept warehouse in the place of those of a rebuild.

    They tell of the run that published and of what was known then. A rebuild is another run, at another moment: it can
    make every other table anew, but not these.
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{quoted(kept)}' as kept (read_only)")
        there = connection.execute("select table_name from duckdb_tables() where database_name = 'kept'").fetchall()
        for table in filter(is_audit, published_tables(connection)):
            name = f"{PUBLISHED_SCHEMA}.{table}"
            connection.execute(f"delete from {name}")
            if (table,) in there:  # an earlier version of the product had fewer
                connection.execute(f"insert into {name} by name select * from kept.{name}")
