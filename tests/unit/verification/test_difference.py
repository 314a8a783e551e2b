"""Two databases that differ: the table, the row by its grain, the column, and the value on either side."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dagster_project.verification.difference import differing_tables, first_difference, grain_of

TABLES = (
    "create table marts.fct_indicator_value as select * from (values"
    " ('a', 'GM0001', '2023', 'current', 1.0::double, null::text), ('a', 'GM0001', '2024', 'current', 2.0, null),"
    " ('a', 'GM0002', '2024', 'current', null, 'suppressed'))"
    " as t(indicator_id, region_code, period_id, territory, value, absence)",
    "create table marts.dim_period as select '2023' as period_id, date '2023-01-01' as start_date",
    "create table marts.audit_run as select 'x' as run_id",
    "create table marts.audit_snapshot as select 'x' as snapshot_id, 'CC0' as licence, now() as last_seen_at",
)
FIGURES = "marts.fct_indicator_value"


def database(path: Path, *changes: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for statement in (*TABLES, *changes):
            connection.execute(statement)
    return path


def told(tmp_path: Path, *changes: str) -> tuple[list[str], str]:
    """Which tables differ when what is published was changed, and what is said of the first."""
    published, rebuilt = database(tmp_path / "published.duckdb", *changes), database(tmp_path / "rebuilt.duckdb")
    tables = differing_tables(published, rebuilt)
    return tables, first_difference(published, rebuilt, tables[0]) if tables else ""


def test_the_grain_is_that_of_the_data_tests() -> None:
    assert grain_of("fct_indicator_value") == ("indicator_id", "region_code", "period_id", "territory")
    assert grain_of("dim_period") == ("period_id",)
    assert grain_of("no_such_table") == ()


def test_equal_content_in_another_order_and_another_run_is_equal(tmp_path: Path) -> None:
    again = [
        f"create or replace table {FIGURES} as from {FIGURES} order by value desc",
        "update marts.audit_run set run_id = 'y'",
        "update marts.audit_snapshot set last_seen_at = now() + interval 1 day",
    ]
    assert told(tmp_path, *again) == ([], "")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            f"update {FIGURES} set value = 2.5 where period_id = '2024' and region_code = 'GM0001'",
            "fct_indicator_value, row indicator_id a, region_code GM0001, period_id 2024, territory current, column "
            "value: 2.5 is published, 2.0 is rebuilt. (1 rows of fct_indicator_value differ.)",
        ),
        (
            f"update {FIGURES} set absence = null, value = 0 where region_code = 'GM0002'",
            "fct_indicator_value, row indicator_id a, region_code GM0002, period_id 2024, territory current, column "
            "value: 0.0 is published, nothing is rebuilt. (1 rows of fct_indicator_value differ.)",
        ),
        (
            f"delete from {FIGURES} where period_id = '2023'",
            "fct_indicator_value: a rebuild has the row indicator_id a, region_code GM0001, period_id 2023, territory "
            "current, and it is not published. (1 rows of fct_indicator_value differ, 1 only rebuilt.)",
        ),
        (
            f"insert into {FIGURES} values ('b', null, '2023', 'current', 1, null)",
            "fct_indicator_value: the row indicator_id b, region_code nothing, period_id 2023, territory current is "
            "published, and a rebuild does not have it. (1 rows of fct_indicator_value differ, 1 only published.)",
        ),
        (
            f"insert into {FIGURES} from {FIGURES} where period_id = '2023'",
            "fct_indicator_value: the row indicator_id a, region_code GM0001, period_id 2023, territory current is "
            "published, and a rebuild does not have it. (1 rows of fct_indicator_value differ, 1 only published.)",
        ),
        (
            f"update {FIGURES} set value = '-0.0'::double where period_id = '2023'",
            "column value: -0.0 is published, 1.0 is rebuilt",
        ),
        (
            f"alter table {FIGURES} drop column absence",
            "A rebuild has a column fct_indicator_value.absence that is not published.",
        ),
        (
            f"alter table {FIGURES} add column note text",
            "Column fct_indicator_value.note is published, and a rebuild has no such column.",
        ),
        (
            f"alter table {FIGURES} alter column value type decimal(9, 2)",
            "Column fct_indicator_value.value is published as DECIMAL(9,2), and rebuilt as DOUBLE.",
        ),
        (
            f"create or replace table {FIGURES} as select absence, * exclude (absence) from {FIGURES}",
            "The columns of fct_indicator_value are published in another order than a rebuild gives them.",
        ),
    ],
)
def test_a_difference_is_told_with_its_row_and_column(tmp_path: Path, change: str, sentence: str) -> None:
    tables, found = told(tmp_path, change)
    assert tables == ["fct_indicator_value"]
    assert sentence in found


def test_the_first_row_is_the_first_by_its_grain_and_all_are_counted(tmp_path: Path) -> None:
    _, found = told(tmp_path, f"update {FIGURES} set value = coalesce(value, 0) + 1")
    assert "region_code GM0001, period_id 2023" in found
    assert "(3 rows of fct_indicator_value differ.)" in found


def test_a_table_that_one_side_lacks_is_told(tmp_path: Path) -> None:
    tables, found = told(tmp_path, "drop table marts.dim_period", "create table marts.dim_extra as select 1 as one")
    assert tables == ["dim_extra", "dim_period"]
    assert found == "dim_extra is in what is published, and not in what is rebuilt."


def test_what_is_told_of_the_snapshots_is_compared_and_when_they_were_last_met_is_not(tmp_path: Path) -> None:
    tables, found = told(tmp_path, "update marts.audit_snapshot set licence = 'alle rechten'")
    assert tables == ["audit_snapshot"]
    assert "column licence: alle rechten is published, CC0 is rebuilt" in found
