"""The publication in PostgreSQL: one schema per publication, and a schema of views that all readers use.

A publication is copied into a schema of its own that nobody reads yet. When its totals are those of the file, one short
transaction lets every view select from it; a query that is under way keeps the old tables until it ends. Readers see
the schema of views alone, with a role that may select and nothing else.
"""

from __future__ import annotations

import json
import logging
import math
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from dagster_project.errors import ConfigurationError, OpkoersError, PostgresUnreachable, VerificationFailed
from dagster_project.publication import current_folder
from dagster_project.run import Run
from dagster_project.secret import file_variable, secret
from dagster_project.snapshots import write_durably
from dagster_project.warehouse import PUBLISHED_SCHEMA, WAREHOUSE, published_tables, quoted
from dagster_project.workspace import Postgres, Workspace

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

log = logging.getLogger(__name__)

URL_VARIABLE = "OPKOERS_POSTGRES_URL"
_SERVED = "served.json"
_PATIENCE_SECONDS = 10
_SWITCH_ATTEMPTS = 6
"""A view is replaced between the queries of others: each attempt waits for `lock_timeout` and then lets them go on."""
_LOCK_TIMEOUT = "5s"
_NULL = r"\N"
_CHUNK = 1 << 20
_TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
_TOLERANCE = 1e-9
"""Of a sum of floating values: it depends on the order in which they are added."""

Totals = dict[str, tuple[Any, ...]]
"""Column to its totals; `""` to the number of rows."""


@dataclass(frozen=True)
class Column:
    """One column of a published table, by its type in DuckDB."""

    name: str
    kind: str
    comment: str | None

    @property
    def type(self) -> str:
        """Its type in PostgreSQL."""
        if self.kind.startswith("DECIMAL"):
            return self.kind.replace("DECIMAL", "numeric")
        return _TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """One published table."""

    name: str
    comment: str | None
    columns: tuple[Column, ...]


def is_due(workspace: Workspace) -> bool:
    """Whether the publication that stands is not yet the one in PostgreSQL, and should be."""
    standing = current_folder(workspace)
    if not workspace.settings.postgres.view_schema or standing is None:
        return False
    served = workspace.data / _SERVED
    if not served.is_file():
        return True
    told: dict[str, str] = json.loads(served.read_text(encoding="utf-8"))
    return told != _served(workspace, standing)


def serve_after(run: Run) -> None:
    """Let PostgreSQL follow at the end of a run. What goes wrong there is told and tried again at the next refresh:
    the publication in files stands."""
    if not run.options.takes_input or not is_due(run.workspace):
        return
    with run.stage("serve PostgreSQL"):
        try:
            log.info("%s", serve(run.workspace))
        except OpkoersError as error:
            run.note_set_aside(str(error))


def _served(workspace: Workspace, standing: Path) -> dict[str, str]:
    return {"publication_id": standing.name, "view_schema": workspace.settings.postgres.view_schema}


def serve(workspace: Workspace) -> str:
    """Copy the publication that stands into PostgreSQL, compare, and let readers over to it.

    Returns:
        What was done, in one sentence.

    Raises:
        ConfigurationError: it is not configured, nothing is published, or a library or a right is missing.
        PostgresUnreachable: the server does not answer, or others held the views too long; the old one still serves.
        VerificationFailed: what arrived is not what was sent; the old one still serves.
    """
    settings, standing = workspace.settings.postgres, current_folder(workspace)
    if not settings.view_schema:
        raise ConfigurationError("PostgreSQL is not set up: opkoers.toml needs [postgres] view_schema, such as marts.")
    if standing is None:
        raise ConfigurationError("Nothing is published yet. Run: opkoers refresh.")
    own_schema = f"{settings.view_schema}_{standing.name.lower().replace('-', '_')}"
    with _connected() as connection, duckdb.connect(str(standing / WAREHOUSE), read_only=True) as warehouse:
        tables = list(_tables(warehouse))
        _load(connection, warehouse, own_schema, tables, workspace)
        _compare(connection, warehouse, own_schema, tables)
        connection.commit()
        _switch(connection, settings, own_schema, tables, standing.name)
        _drop_old(connection, settings, own_schema)
    content = json.dumps(_served(workspace, standing), indent=1).encode()
    write_durably(workspace.data / _SERVED, content)
    return f"PostgreSQL serves {standing.name}: {len(tables)} tables in schema {settings.view_schema}, totals compared."


@contextmanager
def _connected() -> Iterator[psycopg.Connection[Any]]:
    """A connection, with what goes wrong in it told in the product's own words; its address is never told."""
    try:
        import psycopg
    except ImportError as error:
        raise ConfigurationError(
            "The library for PostgreSQL is not installed. Run: pip install --require-hashes -r requirements-server.lock"
        ) from error
    try:
        with closing(psycopg.connect(_url(), connect_timeout=_PATIENCE_SECONDS)) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"PostgreSQL refuses ({_first_line(error)}). Give the user in {URL_VARIABLE} the right to create schemas, "
            "and to create the reader's role or make that role yourself."
        ) from error
    except psycopg.OperationalError as error:
        raise PostgresUnreachable(
            f"PostgreSQL does not answer as it should ({_cause(error)}). What it served before still stands. "
            f"Look at the server and at {URL_VARIABLE}, then run: opkoers serve"
        ) from None  # the library's own words name the address
    except psycopg.ProgrammingError as error:
        raise ConfigurationError(
            f"{URL_VARIABLE} is no address of a PostgreSQL server, or refused: {_cause(error)}"
        ) from None


def _url() -> str:
    """The address with its password, from the environment or a file that it names.

    Raises:
        ConfigurationError: there is none, or its file cannot be read.
    """
    given = secret(URL_VARIABLE)
    if not given:
        raise ConfigurationError(
            f"{URL_VARIABLE} is empty, expected postgresql://user:password@host:5432/database. Set it, or name a file "
            f"that holds it in {file_variable(URL_VARIABLE)}."
        )
    return given


def _cause(error: Exception) -> str:
    """The name of what went wrong, without the address that the server's own words may hold."""
    return getattr(error, "sqlstate", None) or type(error).__name__


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _tables(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Table]:
    """The published tables as they stand in the file."""
    for name in published_tables(warehouse):
        found = {"schema": PUBLISHED_SCHEMA, "table": name}
        where = "where schema_name = $schema and table_name = $table"
        columns = warehouse.execute(
            f"select column_name, data_type, comment from duckdb_columns() {where} order by column_index", found
        ).fetchall()
        comment = warehouse.execute(f"select comment from duckdb_tables() {where}", found).fetchone()
        yield Table(name, comment[0] if comment else None, tuple(Column(*column) for column in columns))


def _load(
    connection: psycopg.Connection[Any],
    warehouse: duckdb.DuckDBPyConnection,
    schema: str,
    tables: list[Table],
    workspace: Workspace,
) -> None:
    """Fill a schema of its own; what an earlier attempt left half done goes first."""
    from psycopg import sql

    name = sql.Identifier(schema)
    connection.execute(sql.SQL("drop schema if exists {} cascade").format(name))
    connection.execute(sql.SQL("create schema {}").format(name))
    workspace.build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=workspace.build, prefix="postgres-") as scratch:
        for table in tables:
            for statement in _definition(schema, table):
                connection.execute(statement)
            file = Path(scratch) / "rows.csv"
            warehouse.execute(
                f"copy {PUBLISHED_SCHEMA}.{table.name} to '{quoted(file)}'"
                f" (format csv, header false, nullstr '{_NULL}', force_quote *)"
            )
            _copy(connection, schema, table.name, file)


def _definition(schema: str, table: Table) -> Iterator[sql.Composed]:
    """The table as PostgreSQL has it, with the descriptions of its columns."""
    from psycopg import sql

    name = sql.Identifier(schema, table.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type)) for column in table.columns
    )
    yield sql.SQL("create table {} ({})").format(name, columns)
    if table.comment:
        yield sql.SQL("comment on table {} is {}").format(name, sql.Literal(table.comment))


def _copy(connection: psycopg.Connection[Any], schema: str, table: str, file: Path) -> None:
    from psycopg import sql

    statement = sql.SQL("copy {} from stdin (format csv, null {})").format(
        sql.Identifier(schema, table), sql.Literal(_NULL)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy, file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            copy.write(chunk)


def _compare(
    connection: psycopg.Connection[Any], warehouse: duckdb.DuckDBPyConnection, schema: str, tables: list[Table]
) -> None:
    """Hold the totals of every column against those of the file.

    Raises:
        VerificationFailed: one differs; the message names table and column.
    """
    from psycopg import sql

    for table in tables:
        sent = _totals(table, warehouse.execute(f"{_totals_sql(table, _DUCKDB)} from {PUBLISHED_SCHEMA}.{table.name}"))
        query = sql.SQL(_totals_sql(table, _POSTGRES) + " from {}").format(sql.Identifier(schema, table.name))
        arrived = _totals(table, connection.execute(query))
        for column, total in sent.items():
            if not _agree(total, arrived[column]):
                raise VerificationFailed(
                    f"PostgreSQL holds something else than was sent: {table.name}.{column or 'rows'} comes to "
                    f"{arrived[column]}, expected {total}. What it served before still stands; run: opkoers serve"
                )


_DUCKDB = "sum(cast('0x' || substr(md5(cast({0} as varchar)), 1, 8) as bigint))"
_POSTGRES = "sum(cast(cast('x' || substr(md5(cast({0} as text)), 1, 8) as bit(32)) as bigint))"
"""A sum over the hashes of a column's texts: equal for the same texts in any order."""


def _totals_sql(table: Table, hashes: str) -> str:
    parts = ["count(*)"]
    for column in table.columns:
        name = f'"{column.name}"'
        parts.append(f"count({name})")
        if column.kind == "DOUBLE":
            parts.append(f"min({name}), max({name}), sum({name})")
        elif column.kind in ("BIGINT", "INTEGER") or column.kind.startswith("DECIMAL"):
            parts.append(f"sum({name})")
        elif column.kind == "BOOLEAN":
            parts.append(f"sum(cast({name} as integer))")
        else:
            parts.append(hashes.format(name))
    return f"select {', '.join(parts)}"


def _totals(table: Table, cursor: Any) -> Totals:
    rows, *numbers = cursor.fetchone()
    totals: Totals = {"": (rows,)}
    for column in table.columns:
        count = 4 if column.kind == "DOUBLE" else 2
        totals[column.name], numbers = tuple(numbers[:count]), numbers[count:]
    return totals


def _agree(sent: tuple[Any, ...], arrived: tuple[Any, ...]) -> bool:
    return all(_equal(one, other) for one, other in zip(sent, arrived, strict=True))


def _equal(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(one, float):
        return math.isclose(one, float(other), rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return Decimal(one) == Decimal(other)


def _switch(
    connection: psycopg.Connection[Any], settings: Postgres, own_schema: str, tables: list[Table], publication_id: str
) -> None:
    """Let every view select from the new tables, in one transaction, between the queries of readers."""
    import psycopg

    for attempt in range(1, _SWITCH_ATTEMPTS + 1):
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
                _replace_views(connection, settings.view_schema, own_schema, tables, publication_id)
                _grant(connection, settings)
            return
        except psycopg.errors.LockNotAvailable:
            if attempt == _SWITCH_ATTEMPTS:
                raise


def _replace_views(
    connection: psycopg.Connection[Any], view_schema: str, own_schema: str, tables: list[Table], publication_id: str
) -> None:
    from psycopg import sql

    schema = sql.Identifier(view_schema)
    connection.execute(sql.SQL("create schema if not exists {}").format(schema))
    standing = connection.execute(
        "select table_name from information_schema.views where table_schema = %s", [view_schema]
    ).fetchall()
    for (name,) in standing:
        if name not in {table.name for table in tables}:
            _drop_view(connection, view_schema, name)
    for table in tables:
        _replace_view(connection, view_schema, own_schema, table)
    connection.execute(sql.SQL("comment on schema {} is {}").format(schema, sql.Literal(f"Opkoers {publication_id}")))


def _replace_view(connection: psycopg.Connection[Any], view_schema: str, own_schema: str, table: Table) -> None:
    """Let one view select from its new table; views that others built on it stay, as long as its columns do."""
    import psycopg
    from psycopg import sql

    view = sql.Identifier(view_schema, table.name)
    body = sql.SQL("view {} as select * from {}").format(view, sql.Identifier(own_schema, table.name))
    try:
        with connection.transaction():
            connection.execute(sql.SQL("create or replace ") + body)
    except psycopg.errors.InvalidTableDefinition:  # its columns changed
        _drop_view(connection, view_schema, table.name)
        connection.execute(sql.SQL("create ") + body)
    if table.comment:
        connection.execute(sql.SQL("comment on view {} is {}").format(view, sql.Literal(table.comment)))
    for column in table.columns:
        if column.comment:
            name = sql.Identifier(view_schema, table.name, column.name)
            connection.execute(sql.SQL("comment on column {} is {}").format(name, sql.Literal(column.comment)))


def _drop_view(connection: psycopg.Connection[Any], view_schema: str, name: str) -> None:
    import psycopg
    from psycopg import sql

    try:
        connection.execute(sql.SQL("drop view {}").format(sql.Identifier(view_schema, name)))
    except psycopg.errors.DependentObjectsStillExist as error:
        raise ConfigurationError(
            f"{view_schema}.{name} changes its columns or goes, and others built on it in PostgreSQL: "
            f"{error.diag.message_detail}. Drop those, run: opkoers serve, and make them anew."
        ) from error


def _grant(connection: psycopg.Connection[Any], settings: Postgres) -> None:
    """Let the reader's role select from the views, and from nothing else; it is made where it is missing."""
    from psycopg import sql

    role, schema = sql.Identifier(settings.reader), sql.Identifier(settings.view_schema)
    if not connection.execute("select 1 from pg_roles where rolname = %s", [settings.reader]).fetchone():
        connection.execute(sql.SQL("create role {} nologin").format(role))
    connection.execute(sql.SQL("grant usage on schema {} to {}").format(schema, role))
    connection.execute(sql.SQL("grant select on all tables in schema {} to {}").format(schema, role))


def _drop_old(connection: psycopg.Connection[Any], settings: Postgres, own_schema: str) -> None:
    """Drop the schemas of publications before the last few; one that a reader still uses goes the next time."""
    import psycopg
    from psycopg import sql

    pattern = rf"^{settings.view_schema}_\d{{8}}t\d{{6}}z_[0-9a-f]{{8}}$"
    found = connection.execute("select nspname from pg_namespace where nspname ~ %s order by 1", [pattern]).fetchall()
    connection.commit()
    old = [name for (name,) in found if name != own_schema]
    for name in old[: max(0, len(old) - settings.keep)]:
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
                connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))
        except psycopg.errors.LockNotAvailable:
            log.info("PostgreSQL: schema %s is still being read, and is dropped after the next publication.", name)
