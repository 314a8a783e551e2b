"""From which snapshots the rows came that a check refused. Told for certain or not at all.

Running checks does not belong here (`duckdb_source.py`), nor what a reader should do about it (`explain.py`).
"""

from __future__ import annotations

from typing import Any, Final

import duckdb

from dagster_project.gate import suites
from dagster_project.gate.results import Origin
from dagster_project.gate.suites import Expectation

_MOST_SNAPSHOTS: Final = 200
_ROWS_SHOWN: Final = 5


def find_origins(
    connection: duckdb.DuckDBPyConnection, table: str, expectation: Expectation, unexpected: int
) -> tuple[Origin, ...]:
    """Hold a check that failed against each snapshot alone.

    A check that compares rows of several snapshots gives other counts then, and nothing is told of it.

    Args:
        connection: the build database.
        table: the table that was checked.
        expectation: the check.
        unexpected: how many rows it refused in all.

    Returns:
        The snapshots that hold those rows, most rows first; none where the counts do not add up to `unexpected`, or
        the table does not say where its rows come from.
    """
    refused = _refused_rows(expectation)
    if refused is None or not unexpected:
        return ()
    query, parameters = refused
    try:
        snapshots = connection.execute(
            f"select distinct t.snapshot_id, s.source_id, s.dataset_id from {table} as t "
            f"inner join raw.snapshot as s on t.snapshot_id = s.snapshot_id order by all limit {_MOST_SNAPSHOTS}"
        ).fetchall()
        found = [_origin(connection, table, query, parameters, snapshot) for snapshot in snapshots]
    except duckdb.Error:
        return ()  # no snapshot_id, or a query that cannot read from a part of its table
    told = sorted((origin for origin in found if origin.rows), key=lambda origin: (-origin.rows, origin.dataset))
    return tuple(told) if sum(origin.rows for origin in told) == unexpected else ()


def _origin(
    connection: duckdb.DuckDBPyConnection, table: str, query: str, parameters: list[Any], snapshot: tuple[str, str, str]
) -> Origin:
    snapshot_id, source_id, dataset_id = snapshot
    literal = snapshot_id.replace("'", "''")
    part = query.replace("{batch}", f"(select * from {table} where snapshot_id = '{literal}')")
    # counted inside DuckDB: of a table that fails as a whole, millions of rows are not fetched
    counted = connection.execute(f"select count(*) from ({part}\n)", parameters).fetchall()
    names = [column[0] for column in connection.execute(f"select * from ({part}\n) limit 0", parameters).description]
    first = f"select row_number from ({part}\n) where row_number is not null order by 1 limit {_ROWS_SHOWN}"
    lines = connection.execute(first, parameters).fetchall() if "row_number" in names else []
    return Origin(
        dataset=f"{source_id}/{dataset_id}",
        snapshot_id=snapshot_id,
        rows=counted[0][0],
        row_numbers=tuple(line for (line,) in lines),
    )


def _refused_rows(expectation: Expectation) -> tuple[str, list[Any]] | None:
    """A query with `{batch}` for the rows that a check refuses, and its parameters; None where it is not about rows."""
    kwargs = expectation.kwargs
    column = kwargs.get("column")
    match expectation.type:
        case suites.SQL_TYPE:
            query = str(kwargs["unexpected_rows_query"])
            return query.replace("{{", "{").replace("}}", "}"), []
        case "expect_column_values_to_not_be_null":
            return f"select * from {{batch}} where {column} is null", []
        case "expect_column_values_to_be_in_set":
            known = f"{column} is not null and not list_contains(?, {column})"
            return f"select * from {{batch}} where {known}", [kwargs["value_set"]]
        case "expect_column_values_to_be_between":
            low, high = kwargs.get("min_value"), kwargs.get("max_value")
            inside = f"({column} >= coalesce(?, {column}) and {column} <= coalesce(?, {column}))"
            return f"select * from {{batch}} where {column} is not null and not {inside}", [low, high]
        case "expect_column_values_to_be_unique":
            twice = f"select {column} from {{batch}} group by {column} having count(*) > 1"
            return f"select * from {{batch}} where {column} in ({twice})", []
        case _:
            return None
