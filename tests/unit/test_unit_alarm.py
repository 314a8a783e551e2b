"""A whole table that jumps eightfold is set aside; one gemeente that does, or a small change of all, is not."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from dagster_project import unit_alarm
from dagster_project.errors import UnsoundData
from dagster_project.raw import RawBatch, append, create_raw_schema
from dagster_project.snapshots import Snapshot


def snapshot(snapshot_id: str) -> Snapshot:
    return Snapshot(
        snapshot_id, "cbs", "t", "zip", "wire", "made-up://t", None, "2026-01-01T00:00:00Z", None, None, 200, 1, 1, "l",
        "a", "84799NED", 1, False,
    )  # fmt: skip


def batch(snapshot_id: str, rows: dict[tuple[str, ...], float]) -> RawBatch:
    """Rows by region and period, and by the code of a further dimension where there is one."""
    columns = {
        "source_id": ["cbs"] * len(rows),
        "dataset_id": ["t"] * len(rows),
        "snapshot_id": [snapshot_id] * len(rows),
        "row_number": list(range(len(rows))),
        "concept_id": ["clients"] * len(rows),
        "measure_key": ["M"] * len(rows),
        "region_key": [key[0] for key in rows],
        "period_key": [key[1] for key in rows],
        "detail_key": [key[2] if len(key) > 2 else None for key in rows],
        "value_text": [str(value) for value in rows.values()],
    }
    return RawBatch("cbs_observation", pa.table(columns))


def check(now: dict[tuple[str, ...], float], before: dict[tuple[str, ...], float] | None = None) -> None:
    connection = duckdb.connect()
    create_raw_schema(connection)
    append(connection, [batch("new", now)])
    earlier = [batch("old", before)] if before else []
    unit_alarm.check(connection, "cbs_observation", snapshot("new"), earlier)


def table(factor: float, gemeenten: int = 100, year: str = "2020") -> dict[tuple[str, ...], float]:
    return {(f"GM{number:04}    ", year): (100 + number) * factor for number in range(gemeenten)}


def test_the_same_figures_and_slightly_revised_ones_pass() -> None:
    check(table(1), table(1))
    check(table(1.3), table(1))


@pytest.mark.parametrize("factor", [10, 0.1, 1000, 0.001])
def test_a_table_in_another_unit_is_refused(factor: float) -> None:
    with pytest.raises(UnsoundData, match="clients changed eightfold or more in 100 of 100 gemeenten"):
        check(table(factor), table(1))


def test_one_gemeente_that_jumps_does_not_condemn_the_table() -> None:
    check(table(1) | {("GM0001    ", "2020"): 5000.0}, table(1))


def test_a_jump_from_one_year_to_the_next_in_the_same_table_is_seen() -> None:
    check(table(1) | table(1.2, year="2021"))
    with pytest.raises(UnsoundData, match="Unit alarm"):
        check(table(1) | table(10, year="2021"))


def test_wijken_never_alarm() -> None:
    wijken = {(f"WK{number:06}", "2020"): 10.0 for number in range(50)}
    check({key: value * 10 for key, value in wijken.items()}, wijken)


def by_age(factor: float = 1, oldest: float = 10) -> dict[tuple[str, ...], float]:
    """Two years of gemeenten with a thousand people of one age, and `oldest` of another, ten in the year before."""
    people = {("2020", "94"): 10.0, ("2021", "94"): oldest, ("2020", "18"): 1000.0, ("2021", "18"): 1000.0}
    return {
        (f"GM{number:04}", year, f"Leeftijd={age}"): count * factor
        for number in range(100)
        for (year, age), count in people.items()
    }


def test_ages_of_different_size_are_not_compared_with_each_other() -> None:
    check(by_age(), by_age())


def test_one_age_that_jumps_is_no_other_unit() -> None:
    check(by_age(oldest=1), by_age())


def test_a_table_by_age_in_another_unit_is_refused() -> None:
    with pytest.raises(UnsoundData, match="in 100 of 100 gemeenten"):
        check(by_age(factor=0.001), by_age())


def test_a_table_without_a_further_dimension_is_compared_as_well() -> None:
    connection = duckdb.connect()
    create_raw_schema(connection)
    rows = batch("new", table(10)).rows.drop_columns(["detail_key"])
    append(connection, [RawBatch("duo_observation", rows)])
    earlier = RawBatch("duo_observation", batch("old", table(1)).rows.drop_columns(["detail_key"]))
    with pytest.raises(UnsoundData, match="Unit alarm"):
        unit_alarm.check(connection, "duo_observation", snapshot("new"), [earlier])
