"""The one place where Great Expectations speaks to DuckDB. Importing it costs the import of Great Expectations.

Checks run as SQL inside DuckDB, on a read-only connection, so no table passes through Python. As shipped, the DuckDB
dialect of SQLAlchemy is unfit for this in two ways, which `GateDialect` mends: it rolls back between a query and the
reading of its result, which empties the result, and it looks for columns in PostgreSQL's catalogue. What a result
means for the run does not belong here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import great_expectations as gx
import sqlalchemy as sa
from duckdb_engine import ConnectionWrapper, Dialect
from great_expectations.core import ExpectationValidationResult
from sqlalchemy.dialects import registry

from dagster_project.gate.origins import find_origins
from dagster_project.gate.results import Finding, number, rows_in_words, without_personal_numbers
from dagster_project.gate.suites import SQL_TYPE, Expectation, Suite

_MAX_SHOWN: Final = 5
_LONGEST_SHOWN: Final = 80
_POSITION = "position"
_COLUMN_TYPES: Final[dict[str, sa.types.TypeEngine[Any]]] = {
    "VARCHAR": sa.String(),
    "DOUBLE": sa.Float(),
    "BIGINT": sa.BigInteger(),
    "INTEGER": sa.Integer(),
    "BOOLEAN": sa.Boolean(),
    "DATE": sa.Date(),
    "TIMESTAMP": sa.DateTime(),
}
_DUCKDB_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "512MB",  # it stands beside the refresh itself; what does not fit goes to disk
}


class GateDialect(Dialect):
    """DuckDB for reading only: there is nothing to begin, commit or roll back, and columns come from DuckDB itself."""

    supports_statement_cache = False

    def do_begin(self, connection: Any) -> None:
        """Every statement stands alone."""

    def do_commit(self, connection: Any) -> None:
        """Nothing was written."""

    def do_rollback(self, connection: Any) -> None:
        """Nothing was written, and a rollback would drop a result that is not read yet."""

    def get_columns(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> list[Any]:
        """Name and type of each column of a table, in the form that SQLAlchemy's inspector expects."""
        query = sa.text(
            "select column_name, data_type from duckdb_columns() "
            "where schema_name = :schema and table_name = :table order by column_index"
        )
        found = connection.execute(query, {"schema": schema, "table": str(table_name)}).fetchall()
        return [
            {"name": name, "type": _COLUMN_TYPES.get(kind, sa.types.NullType()), "nullable": True, "default": None}
            for name, kind in found
        ]

    def get_pk_constraint(self, *_: Any, **__: Any) -> Any:
        """Build tables have no primary keys: suites check their grain."""
        return {"constrained_columns": [], "name": None}


registry.register("duckdb.gate", __name__, GateDialect.__name__)


class BuildDatabase:
    """A build database, open for checking. Made by `open_build`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        self._source = context.data_sources.add_sql(  # type: ignore[call-arg]  # its stub leaves kwargs out
            name="build",
            connection_string=f"duckdb+gate:///{path}",
            # every connection that SQLAlchemy asks for is a cursor of the one that `open_build` closes
            kwargs={"creator": lambda: ConnectionWrapper(connection.cursor())},
        )

    def has(self, table: str) -> bool:
        """Whether `schema.name` exists, as a table or a view."""
        query = "select count(*) from information_schema.tables where table_schema || '.' || table_name = ?"
        return bool(self._value(query, [table]))

    def run(self, suite: Suite) -> list[Finding]:
        """Run every check of a suite.

        Returns:
            One finding per expectation, in the suite's order.

        Raises:
            RuntimeError: Great Expectations dropped a check or an answer.
        """
        gx_suite = gx.ExpectationSuite(
            name=suite.name,
            expectations=[
                {
                    "type": expectation.type,
                    "kwargs": expectation.kwargs,
                    "severity": expectation.severity,
                    "meta": {_POSITION: position},
                }
                for position, expectation in enumerate(suite.expectations)
            ],
        )
        # partial_unexpected_count: no single value leaves DuckDB by way of Great Expectations
        results = self._batch(suite).validate(
            gx_suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
        )
        by_position = {result.expectation_config.meta[_POSITION]: result for result in results.results}
        if sorted(by_position) != list(range(len(suite.expectations))):
            raise RuntimeError(f"{len(suite.expectations)} checks were asked for and {len(by_position)} were answered")
        rows = self._row_count(suite.table)
        return [
            self._finding(suite, expectation, by_position[position], rows)
            for position, expectation in enumerate(suite.expectations)
        ]

    def _batch(self, suite: Suite) -> Any:
        schema, table = suite.table.split(".")
        with warnings.catch_warnings():
            # the way out that the warning names, a schema in the connection, does not exist for DuckDB
            warnings.simplefilter("ignore", DeprecationWarning)
            asset = self._source.add_table_asset(name=suite.name, table_name=table, schema_name=schema)
            return asset.add_batch_definition_whole_table("all").get_batch()

    def _finding(
        self, suite: Suite, expectation: Expectation, result: ExpectationValidationResult, rows: int
    ) -> Finding:
        error = _error(result, suite)
        if error:
            return Finding(False, "", None, rows, error)
        answer = result.result or {}
        if expectation.type == "expect_table_row_count_to_be_between":
            return Finding(bool(result.success), rows_in_words(rows), None, rows)
        count = answer.get("observed_value" if expectation.type == SQL_TYPE else "unexpected_count")
        if count is None and rows:
            return Finding(False, "", None, rows, "it gave no count of rows")
        unexpected = int(count or 0)  # some types count nothing in an empty table
        if result.success:
            return Finding(True, "no exception", unexpected, rows)
        origins = find_origins(self._connection, suite.table, expectation, unexpected)
        return Finding(False, self._observed(suite, expectation, unexpected), unexpected, rows, origins=origins)

    def _observed(self, suite: Suite, expectation: Expectation, unexpected: int) -> str:
        column = str(expectation.kwargs.get("column"))
        if suite.holds_persons:
            return f"{rows_in_words(unexpected)} otherwise"
        if expectation.meta.shows:
            return self._named(suite.table, expectation.kwargs["unexpected_rows_query"], expectation.meta.shows)
        match expectation.type:
            case "expect_column_values_to_be_between":
                return self._value_range(suite.table, column)
            case "expect_column_values_to_be_in_set":
                return self._strange_values(suite.table, column, expectation.kwargs["value_set"])
            case "expect_column_values_to_not_be_null":
                return f"{number(unexpected)} empty"
            case _:
                return f"{rows_in_words(unexpected)} otherwise"

    def _named(self, table: str, query: str, column: str) -> str:
        """What an SQL check found, by the values that name it."""
        answer = query.format(batch=table)
        named = self._connection.execute(f"select distinct {column}::varchar from ({answer}\n) order by 1").fetchall()
        shown = [without_personal_numbers(str(value))[:_LONGEST_SHOWN] for (value,) in named[:_MAX_SHOWN]]
        more = f" and {number(len(named) - _MAX_SHOWN)} more" if len(named) > _MAX_SHOWN else ""
        return f"{', '.join(shown)}{more}"

    def _value_range(self, table: str, column: str) -> str:
        query = f"select min({column}), max({column}) from {table}"
        low, high = self._connection.execute(query).fetchall()[0]
        return f"{number(low)} to {number(high)}"

    def _strange_values(self, table: str, column: str, known: list[object]) -> str:
        query = (
            f"select distinct {column}::varchar from {table} "
            f"where {column} is not null and not list_contains(?, {column}) order by 1 limit {_MAX_SHOWN}"
        )
        return ", ".join(
            without_personal_numbers(value) for (value,) in self._connection.execute(query, [known]).fetchall()
        )

    def _row_count(self, table: str) -> int:
        return int(self._value(f"select count(*) from {table}"))

    def _value(self, query: str, parameters: list[object] | None = None) -> Any:
        return self._connection.execute(query, parameters).fetchall()[0][0]


@contextmanager
def open_build(path: Path) -> Iterator[BuildDatabase]:
    """Open a build database for checking; afterwards it is closed wholly, so that another process may write again.

    Raises:
        duckdb.Error: there is no such database, or a writer holds it.
    """
    with duckdb.connect(str(path), read_only=True, config=_DUCKDB_CONFIG) as connection:
        yield BuildDatabase(connection, path)


def _error(result: ExpectationValidationResult, suite: Suite) -> str | None:
    """Why a check could not be run, in one line; None when it ran.

    Great Expectations reports one exception, or one per metric. A database error may quote a value, so of tables that
    hold persons only the kind of error is told.
    """
    info: dict[str, Any] = result.exception_info or {}
    raised = [part for part in (info, *info.values()) if isinstance(part, dict) and part.get("raised_exception")]
    if not raised:
        return None
    message = " ".join(str(raised[0].get("exception_message")).split("\n[SQL")[0].split())
    if suite.holds_persons:
        return message.partition(":")[0][:60]
    return without_personal_numbers(message)[:240]
