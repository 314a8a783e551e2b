"""A refused row is traced to its snapshot by every type of check, for certain or not at all."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from dagster_project.gate.origins import find_origins
from dagster_project.gate.results import Origin
from dagster_project.gate.suites import PROVEN_TYPES, SQL_TYPE, Expectation, Meta

ROWS = """
create schema raw;
create table raw.snapshot (source_id text, dataset_id text, snapshot_id text);
insert into raw.snapshot values ('cbs', 'kwb', 'a'), ('cbs', 'population', 'b'), ('cbs', 'quiet', 'c');
create table raw.thing (snapshot_id text, row_number bigint, word text, low double, high double);
insert into raw.thing values
    ('a', 2, 'x', 1, 2), ('a', 3, null, -1, 2), ('a', 4, 'q', 1, 0),
    ('b', 2, 'x', -5, 2), ('b', 3, null, -1, 2), ('b', 4, null, 1, 2),
    ('c', 2, 'y', 1, 2);
create table raw.loose (word text);
insert into raw.loose values (null);
"""


def origins(kind: str, kwargs: dict[str, Any], unexpected: int, table: str = "raw.thing") -> Any:
    meta = Meta(name="n", sentence="s") if kind == SQL_TYPE else Meta()
    expectation = Expectation(type=kind, kwargs=kwargs, severity="critical", meta=meta)
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        return find_origins(connection, table, expectation, unexpected)


def of(dataset: str, snapshot_id: str, *lines: int) -> Origin:
    return Origin(dataset=dataset, snapshot_id=snapshot_id, rows=len(lines), row_numbers=lines)


@pytest.mark.parametrize(
    ("kind", "kwargs", "unexpected", "found"),
    [
        (
            "expect_column_values_to_not_be_null",
            {"column": "word"},
            3,
            (of("cbs/population", "b", 3, 4), of("cbs/kwb", "a", 3)),
        ),
        (
            "expect_column_values_to_be_in_set",
            {"column": "word", "value_set": ["x", "y"]},
            1,
            (of("cbs/kwb", "a", 4),),
        ),
        (
            "expect_column_values_to_be_between",
            {"column": "low", "min_value": 0},
            3,
            (of("cbs/population", "b", 2, 3), of("cbs/kwb", "a", 3)),
        ),
        (
            SQL_TYPE,
            {"unexpected_rows_query": "-- why\nselect t.row_number from {batch} as t where word ~ 'q{{1}}'"},
            1,
            (of("cbs/kwb", "a", 4),),
        ),
    ],
)
def test_the_snapshots_of_refused_rows_are_told_with_their_lines(
    kind: str, kwargs: dict[str, Any], unexpected: int, found: tuple[Origin, ...]
) -> None:
    assert origins(kind, kwargs, unexpected) == found


def test_a_check_across_snapshots_tells_nothing_rather_than_something_wrong() -> None:
    """`x` occurs once in each of two snapshots: each alone would hold no double."""
    assert origins("expect_column_values_to_be_unique", {"column": "word"}, 2) == ()
    query = {"unexpected_rows_query": "select 1 from {batch} having count(*) > 2"}
    assert origins(SQL_TYPE, query, 1) == ()


def test_a_query_without_line_numbers_still_tells_the_snapshot() -> None:
    query = {"unexpected_rows_query": "select word from {batch} where word = 'q'"}
    assert origins(SQL_TYPE, query, 1) == (Origin(dataset="cbs/kwb", snapshot_id="a", rows=1),)


def test_a_table_that_does_not_say_where_its_rows_come_from_tells_nothing() -> None:
    assert origins("expect_column_values_to_not_be_null", {"column": "word"}, 1, "raw.loose") == ()


def test_every_proven_type_is_either_traced_or_known_not_to_be() -> None:
    traced = {
        SQL_TYPE,
        *(f"expect_column_values_to_{kind}" for kind in ("not_be_null", "be_in_set", "be_between", "be_unique")),
    }
    untraced = PROVEN_TYPES - traced
    assert untraced == {"expect_table_row_count_to_be_between", "expect_column_pair_values_a_to_be_greater_than_b"}
    for kind in untraced:
        assert origins(kind, {}, 1) == ()
