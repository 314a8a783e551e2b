"""The proof of a build: cells are read from the marts as any reader can, and what is given away is written down."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from dagster_project.disclosure.cells import CellKey
from dagster_project.disclosure.prove import published_cells, record
from dagster_project.raw import create_raw_schema

MARTS = """
create schema marts;
create schema seeds;
create table marts.fct_care_use (
    wet text, category text, form text, referrer text, region_code text, period_id text, clients bigint);
create table marts.fct_care_cost (
    wet text, category text, form text, referrer text, region_code text, period_id text, cost decimal(18, 2),
    clients bigint, cost_per_client decimal(18, 2));
create table marts.fct_care_flow (
    wet text, category text, region_code text, period_id text, standing_begin bigint, inflow bigint, outflow bigint,
    standing_end bigint);
create table marts.fct_care_stacking (wet text, n_provisions text, period_id text, clients bigint);
create table marts.fct_care_outlook (wet text, period_id text, cost_to_date decimal(18, 2));
create table marts.fct_registration_count (
    subject text, measure text, wet text, category text, period_id text, value decimal(18, 2), unit text);
create table marts.fct_indicator_value (
    indicator_id text, region_code text, period_id text, territory text, numerator double, denominator double,
    rate_computed double);
create table seeds.indicator_versions (
    indicator_id text, numerator_concept text, denominator_concept text, rate_base double);
create table seeds.registration_concepts (
    concept_id text, subject text, measure text, wet text, category text, form text);
insert into raw.parameter values ('GM1681', '2026-04-01', 10);
insert into seeds.indicator_versions values ('wmo_use', 'wmo_clients', 'inhabitants', 1000);
insert into seeds.registration_concepts values ('wmo_clients', 'care', 'clients', 'wmo', 'totaal', 'totaal');
"""


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_raw_schema(connection)
        connection.execute(MARTS)
        yield connection


def use(
    build: duckdb.DuckDBPyConnection, clients: int | None, region: str = "GM1681", category: str = "totaal"
) -> None:
    row = ["wmo", category, "totaal", "totaal", region, "2023", clients]
    build.execute("insert into marts.fct_care_use values (?, ?, ?, ?, ?, ?, ?)", row)


def key(measure: str = "clients", **more: str) -> CellKey:
    return CellKey("care", measure, "wmo", period_id="2023", **more)


def rows(build: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return build.execute(
        "select measure, category, wijk, low, high, needed, is_wide_enough from raw.disclosure_interval order by all"
    ).fetchall()


def test_nothing_registered_is_nothing_to_prove(build: duckdb.DuckDBPyConnection) -> None:
    proof = record(build, 10)
    assert (proof.n_hidden, proof.n_open, proof.narrowest) == (0, 0, None)
    assert rows(build) == []


def test_the_gemeente_is_the_whole_and_its_wijken_the_parts(build: duckdb.DuckDBPyConnection) -> None:
    use(build, 40)
    use(build, None, "WK168101")
    use(build, None, "WK168102")
    cells, units = published_cells(build)
    assert cells == {key(): Decimal(40), key(wijk="WK168101"): None, key(wijk="WK168102"): None}
    assert set(units.values()) == {"persons"}
    proof = record(build, 10)
    assert (proof.n_hidden, proof.n_open, proof.narrowest) == (2, 0, 4.0)
    assert rows(build) == [
        ("clients", "totaal", "WK168101", 0.0, 40.0, 10.0, True),
        ("clients", "totaal", "WK168102", 0.0, 40.0, 10.0, True),
    ]


def test_a_hidden_count_that_can_be_subtracted_is_given_away(build: duckdb.DuckDBPyConnection) -> None:
    use(build, 40)
    use(build, None, "WK168101")
    use(build, 37, "WK168102")
    assert record(build, 10).n_open == 1
    assert rows(build) == [("clients", "totaal", "WK168101", 3.0, 3.0, 10.0, False)]


def test_a_small_count_that_is_shown_is_given_away(build: duckdb.DuckDBPyConnection) -> None:
    use(build, 4, category="Wonen")
    proof = record(build, 10)
    assert (proof.n_hidden, proof.n_open, proof.narrowest) == (0, 1, 0.0)
    assert rows(build) == [("clients", "Wonen", "totaal", 4.0, 4.0, 10.0, False)]


def test_nothing_bounds_what_stands_alone(build: duckdb.DuckDBPyConnection) -> None:
    use(build, None)
    record(build, 10)
    assert rows(build) == [("clients", "totaal", "totaal", 0.0, None, 10.0, True)]


def test_what_another_table_tells_by_division_is_shown(build: duckdb.DuckDBPyConnection) -> None:
    use(build, None, category="HH")
    build.execute(
        "insert into marts.fct_care_cost values ('wmo', 'HH', 'totaal', 'totaal', 'GM1681', '2023', 100000, null, 2500)"
    )
    cells, _ = published_cells(build)
    assert cells[key(category="HH")] == 40


@pytest.mark.parametrize("numerator", [90, None])
def test_what_an_indicator_tells_is_shown(build: duckdb.DuckDBPyConnection, numerator: int | None) -> None:
    use(build, None)
    build.execute(
        "insert into marts.fct_indicator_value values ('wmo_use', 'GM1681', '2023', 'as_published', ?, 25000, 3.6)",
        [numerator],
    )
    cells, _ = published_cells(build)
    assert cells == {key(): 90}


def test_every_table_of_counts_is_read(build: duckdb.DuckDBPyConnection) -> None:
    build.execute("insert into marts.fct_care_flow values ('wmo', 'totaal', 'GM1681', '2023', 20, null, 11, null)")
    build.execute("insert into marts.fct_care_stacking values ('wmo', '3+', '2023', null)")
    build.execute(
        "insert into marts.fct_care_cost values "
        "('wmo', 'totaal', 'totaal', 'totaal', 'GM1681', '2023', null, null, null)"
    )
    build.execute("insert into marts.fct_care_outlook values ('wmo', '2023', 5000)")
    build.execute(
        "insert into marts.fct_registration_count values "
        "('klacht', 'complaints', 'totaal', 'totaal', '2023', null, 'cases')"
    )
    cells, units = published_cells(build)
    assert cells == {
        key("standing_begin"): 20,
        key("inflow"): None,
        key("outflow"): 11,
        key("standing_end"): None,
        key(n_provisions="3+"): None,
        key("cost"): 5000,
        CellKey("klacht", "complaints", period_id="2023"): None,
    }
    assert units[CellKey("klacht", "complaints", period_id="2023")] == "cases"


def test_a_second_proof_replaces_the_first(build: duckdb.DuckDBPyConnection) -> None:
    use(build, None)
    record(build, 10)
    record(build, 10)
    assert len(rows(build)) == 1
