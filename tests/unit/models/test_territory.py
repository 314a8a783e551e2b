"""Today's division on the real population of all gemeenten: nobody is lost, and the checks that say so can fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project import raw, transform
from tests.unit.models import sample_population
from tests.unit.models.conftest import AS_OF, insert

GEMEENTEN_PER_YEAR = {
    2010: 431, 2011: 418, 2012: 415, 2013: 408, 2014: 403, 2015: 393, 2016: 390, 2017: 388, 2018: 380, 2019: 355,
    2020: 355, 2021: 352, 2022: 345, 2023: 342,
}  # fmt: skip
"""CBS, gemeenten on 1 January."""
JEUGD = ("jeugdhulp_pct", "jeugdbescherming_pct", "jeugdreclassering_pct", "jeugdzorg_per_10000_inw")
MADE_UP = {"GM0398": 5.0, "GM0416": 6.0}
"""A percentage of youths with jeugdhulp by hand in two gemeenten that are one now."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with the real population and, for trends, a made-up indicator by hand."""
    file: Path = tmp_path_factory.mktemp("territory") / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        raw.create_raw_schema(connection)
        insert(connection, "parameter", [{"workspace_gemeente": "GM1980", "as_of": AS_OF, "small_count_threshold": 10}])
        found = sample_population.snapshot()
        insert(
            connection,
            "snapshot",
            [
                {
                    "source_id": "cbs",
                    "dataset_id": "population",
                    "snapshot_id": found.snapshot_id,
                    "retrieved_at": found.retrieved_at,
                    "is_serving": True,
                }
            ],
        )
        raw.append(connection, sample_population.batches())
        insert(connection, "measurement", _measurements())
    transform.build(file, exclude="tag:audit", on_event=lambda _: None)
    return file


def _measurements() -> Iterator[dict[str, object]]:
    for indicator in JEUGD:
        for year in range(2012, 2027):
            yield {
                "snapshot_id": "hand",
                "indicator_id": indicator,
                "region_code": "GM0034",
                "period_id": str(year),
                "value": str((3 + year % 3 / 2) * (100 if indicator.endswith("inw") else 1)),  # within plausible bounds
                "is_synthetic": "ja",
            }
    for region, value in MADE_UP.items():
        yield {
            "snapshot_id": "hand",
            "indicator_id": "jeugdhulp_pct",
            "region_code": region,
            "period_id": "2020",
            "value": str(value),
            "is_synthetic": "ja",
        }


@pytest.fixture
def warehouse(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build, in a transaction that is rolled back: a test may tamper with it."""
    with duckdb.connect(str(database)) as connection:
        connection.begin()
        yield connection
        connection.rollback()


def test_the_number_of_gemeenten_per_year_is_that_of_cbs(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        """
        select year, count(*) from unnest(range(2010, 2024)) as t (year)
        join intermediate.int_region_life
            on (valid_from is null or valid_from <= make_date(year::int, 1, 1))
            and (valid_to is null or valid_to >= make_date(year::int, 1, 1))
        group by year order by year
        """
    ).fetchall()
    assert dict(found) == GEMEENTEN_PER_YEAR


def test_today_has_the_present_gemeenten_and_all_inhabitants(warehouse: duckdb.DuckDBPyConnection) -> None:
    real = sample_population.inhabitants()
    years = sorted({year for region, year in real if region == "NL01"})
    today = {region for region, year in real if region.startswith("GM") and year == years[-1]}
    assert len(today) == 342
    for year in years:
        rows = warehouse.execute(
            """
            select region_code, value from marts.fct_indicator_value
            where indicator_id = 'inwoners' and territory = 'current' and period_id = ? and region_code like 'GM%'
            """,
            [str(year)],
        ).fetchall()
        assert {region for region, _ in rows} == today
        assert len(rows) == len(today)
        assert sum(value for _, value in rows) == pytest.approx(real["NL01", year], abs=1e-6)


@pytest.mark.parametrize("year", [2019, 2020, 2021])
def test_dijk_en_waard_is_heerhugowaard_and_langedijk(warehouse: duckdb.DuckDBPyConnection, year: int) -> None:
    real = sample_population.inhabitants()
    found = warehouse.execute(
        """
        select value, rate_published, is_derived, is_indicative, absence from marts.fct_indicator_value
        where indicator_id = 'inwoners' and region_code = 'GM1980' and territory = 'current' and period_id = ?
        """,
        [str(year)],
    ).fetchall()
    assert found == [(real["GM0398", year] + real["GM0416", year], None, True, False, None)]


def test_weesp_is_part_of_amsterdam_as_far_as_2022(warehouse: duckdb.DuckDBPyConnection) -> None:
    real = sample_population.inhabitants()
    found = warehouse.execute(
        """
        select period_id::int, value from marts.fct_indicator_value
        where indicator_id = 'inwoners' and region_code = 'GM0363' and territory = 'current' and period_id < '2024'
        order by period_id
        """
    ).fetchall()
    assert ("GM0457", 2022) in real
    assert ("GM0457", 2023) not in real
    assert found == [(year, real["GM0363", year] + real.get(("GM0457", year), 0)) for year in range(2019, 2024)]


def test_haaren_is_shared_out_and_its_heirs_are_indicative(warehouse: duckdb.DuckDBPyConnection) -> None:
    real = sample_population.inhabitants()
    moved = {"GM0757": 2149, "GM0824": 5827, "GM0855": 1442, "GM0865": 4900}
    found = warehouse.execute(
        """
        select region_code, value from marts.fct_indicator_value
        where indicator_id = 'inwoners' and territory = 'current' and period_id = '2020' and is_indicative
        """
    ).fetchall()
    everyone = sum(moved.values())
    assert dict(found) == {
        heir: pytest.approx(real[heir, 2020] + real["GM0788", 2020] * count / everyone) for heir, count in moved.items()
    }


def test_a_merged_gemeente_has_a_trend_over_its_merger(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        """
        select window_start, n_points, trend, is_indicative from marts.fct_indicator_trend
        where indicator_id = 'inwoners' and region_code in ('GM1980', 'GM0757', 'GM0398') order by region_code
        """
    ).fetchall()
    assert found == [("2019", 8, "up", True), ("2019", 8, "up", False)]


def test_percentages_without_counts_are_not_averaged(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        """
        select value, absence from marts.fct_indicator_value
        where indicator_id = 'jeugdhulp_pct' and region_code = 'GM1980' and territory = 'current' and period_id = '2020'
        """
    ).fetchall()
    assert found == [(None, "not_available")]


@pytest.mark.parametrize("indicator_id", JEUGD)
def test_no_trend_of_jeugdhulp_crosses_a_break(warehouse: duckdb.DuckDBPyConnection, indicator_id: str) -> None:
    breaks = warehouse.execute(
        "select break_date::text from marts.fct_break where indicator_id = ? and region_code is null order by 1",
        [indicator_id],
    ).fetchall()
    assert breaks == [("2021-01-01",), ("2022-01-01",)]
    windows = warehouse.execute(
        "select window_start, window_end from marts.fct_indicator_trend"
        " where indicator_id = ? and region_code = 'GM0034'",
        [indicator_id],
    ).fetchall()
    assert windows == [("2022", "2026")]


TAMPERED = {
    "municipalities_per_year": "update intermediate.int_region_life set valid_to = null where region_code = 'GM0398'",
    "every_gemeente_leads_to_today": "delete from intermediate.int_region_current where region_code = 'GM0398'",
    "no_inhabitant_lost_or_counted_twice": "update intermediate.int_indicator_value_current set value = value + 1"
    " where indicator_id = 'inwoners' and region_code = 'GM1980' and period_id = '2020'",
}


@pytest.mark.parametrize("name", TAMPERED)
def test_the_checks_of_the_territory_can_fail(warehouse: duckdb.DuckDBPyConnection, database: Path, name: str) -> None:
    (compiled,) = (database.parent / "dbt" / "compiled").rglob(f"{name}.sql")
    check = compiled.read_text(encoding="utf-8")
    assert warehouse.execute(check).fetchall() == []
    warehouse.execute(TAMPERED[name])
    assert warehouse.execute(check).fetchall() != []
