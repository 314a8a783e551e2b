"""Great Expectations inside DuckDB: every type that suites may use can pass, can fail, and tells when it cannot run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.gate.results import Finding
from dagster_project.gate.suites import PROVEN_TYPES, SQL_TYPE, Expectation, Meta, Suite

pytestmark = pytest.mark.usefixtures("_analytics_off")

TABLE = """
create schema raw;
create table raw.thing (id integer, word text, low double, high double, day date);
insert into raw.thing values (1, 'a', 1, 2, '2020-01-01'), (2, 'b', 3, 3, '2020-01-02'), (3, null, null, null, null);
create table raw.known (word text);
insert into raw.known values ('a'), ('b');
create table raw.nothing (id integer, word text, low double, high double);
create table raw.registration_thing (id integer, client_key text);
insert into raw.registration_thing values (1, '123456782');
"""

PASSING_AND_FAILING: dict[str, tuple[dict[str, Any], dict[str, Any], str, int | None]] = {
    "expect_table_row_count_to_be_between": ({"min_value": 3, "max_value": 3}, {"min_value": 4}, "3 rows", None),
    "expect_column_values_to_not_be_null": ({"column": "id"}, {"column": "word"}, "1 empty", 1),
    "expect_column_values_to_be_unique": ({"column": "id"}, {"column": "one"}, "3 rows otherwise", 3),
    "expect_column_values_to_be_in_set": (
        {"column": "word", "value_set": ["a", "b"]},
        {"column": "word", "value_set": ["a"]},
        "b",
        1,
    ),
    "expect_column_values_to_be_between": (
        {"column": "low", "min_value": 0, "max_value": 3},
        {"column": "low", "min_value": 0, "max_value": 2},
        "1 to 3",
        1,
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": (
        {"column_A": "high", "column_B": "low", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
        {"column_A": "high", "column_B": "low", "ignore_row_if": "either_value_is_missing"},
        "1 row otherwise",
        1,
    ),
    SQL_TYPE: (
        {"unexpected_rows_query": "select 1 from {batch} where regexp_full_match(word, '[^ab]{{1}}')"},
        {
            "unexpected_rows_query": "-- why\nselect t.id from {batch} as t "
            "left join raw.known as k on t.word = k.word where k.word is null or t.word = 'b'"
        },
        "2 rows otherwise",
        2,
    ),
}


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("things") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLE)
        connection.execute("alter table raw.thing add column one integer default 1")
    return path


def check(path: Path, kind: str, kwargs: dict[str, Any], table: str = "raw.thing", shows: str | None = None) -> Finding:
    from dagster_project.gate.duckdb_source import open_build

    meta = Meta(name="sql", sentence="none", shows=shows) if kind == SQL_TYPE else Meta()
    expectation = Expectation(type=kind, kwargs=kwargs, severity="critical", meta=meta)
    with open_build(path) as database:
        (finding,) = database.run(Suite("after_ingest", "thing", table, "Things.", (expectation,)))
    return finding


def test_every_type_that_suites_may_use_is_proven_here() -> None:
    assert set(PASSING_AND_FAILING) == PROVEN_TYPES


@pytest.mark.parametrize("kind", sorted(PROVEN_TYPES))
def test_a_type_passes_on_sound_data(things: Path, kind: str) -> None:
    finding = check(things, kind, PASSING_AND_FAILING[kind][0])
    assert finding.error is None
    assert finding.success
    assert finding.element_count == 3


@pytest.mark.parametrize("kind", sorted(PROVEN_TYPES))
def test_a_type_fails_on_unsound_data_and_counts_it(things: Path, kind: str) -> None:
    _, kwargs, observed, unexpected = PASSING_AND_FAILING[kind]
    finding = check(things, kind, kwargs)
    assert finding.error is None
    assert not finding.success
    assert (finding.observed, finding.unexpected_count) == (observed, unexpected)


def test_what_an_sql_check_finds_is_named_where_the_suite_says_so(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    words = ", ".join(f"('w{number}')" for number in (1, 1, 2, 3, 4, 5, 6, 123456782))
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema marts; create table marts.thing as from (values {words}) as t(word)")
    query = "-- why\nselect word from {batch} where word <> 'a'"
    finding = check(path, SQL_TYPE, {"unexpected_rows_query": query}, "marts.thing", shows="word")
    assert finding.observed == "w1, w[number], w2, w3, w4 and 2 more"


@pytest.mark.parametrize("kind", sorted(PROVEN_TYPES - {SQL_TYPE, "expect_table_row_count_to_be_between"}))
def test_a_type_tells_when_its_column_is_not_there(things: Path, kind: str) -> None:
    sound = PASSING_AND_FAILING[kind][0]
    missing = {name: "gone" if name in ("column", "column_A") else value for name, value in sound.items()}
    finding = check(things, kind, missing)
    assert not finding.success
    assert finding.error is not None
    assert "gone" in finding.error


def test_sql_that_cannot_run_is_told_apart_from_unsound_data(things: Path) -> None:
    finding = check(things, SQL_TYPE, {"unexpected_rows_query": "select gone from {batch}"})
    assert not finding.success
    assert finding.error is not None
    assert "gone" in finding.error


@pytest.mark.parametrize("kind", sorted(PROVEN_TYPES - {"expect_table_row_count_to_be_between"}))
def test_a_type_holds_vacuously_on_an_empty_table(things: Path, kind: str) -> None:
    finding = check(things, kind, PASSING_AND_FAILING[kind][0], "raw.nothing")
    assert finding.error is None
    assert finding.success
    assert finding.element_count == 0


def test_not_a_number_is_not_between_anything(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw; create table raw.thing as select 'nan'::double as low")
    finding = check(path, "expect_column_values_to_be_between", {"column": "low", "min_value": 0, "max_value": 9})
    assert not finding.success


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_values_to_be_in_set", {"column": "client_key", "value_set": ["x"]}),
        ("expect_column_values_to_be_between", {"column": "client_key", "min_value": "2", "max_value": "3"}),
        (SQL_TYPE, {"unexpected_rows_query": "select client_key from {batch}"}),
        (SQL_TYPE, {"unexpected_rows_query": "select client_key::date from {batch}"}),
    ],
)
def test_nothing_of_a_person_is_observed(things: Path, kind: str, kwargs: dict[str, Any]) -> None:
    finding = check(things, kind, kwargs, "raw.registration_thing")
    assert not finding.success
    assert "123456782" not in repr(finding)


def test_a_personal_number_in_an_ordinary_table_is_blotted_out(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw; create table raw.thing as select '123456782' as word")
    finding = check(path, "expect_column_values_to_be_in_set", {"column": "word", "value_set": ["a"]})
    assert finding.observed == "[number]"


def test_the_database_is_free_for_writing_afterwards(build: Callable[[str], Path]) -> None:
    path = build("")
    check(path, "expect_table_row_count_to_be_between", {"min_value": 1}, "raw.cbs_observation")
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table raw.written as select 1")


def test_a_table_is_known_with_its_schema_only(things: Path) -> None:
    from dagster_project.gate.duckdb_source import open_build

    with open_build(things) as database:
        assert database.has("raw.thing")
        assert not database.has("marts.thing")
        assert not database.has("thing")
