"""What changed between two warehouses, on small hand-made ones of which every change is known."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dagster_project.editions.diff import EditionDiff, ObjectiveChange, compare
from dagster_project.editions.report import as_lines

_SCHEMA = """
create schema marts;
create table marts.dim_region as select * from (values
    ('GM0396', 'Heemskerk', 'gemeente', 'PV27', date '1970-01-01'), ('WK039601', 'Wijk 01', 'wijk', 'GM0396', null),
    ('WK045301', 'Wijk 01', 'wijk', 'GM0453', null), ('GM0453', 'Velsen', 'gemeente', 'PV27', null)
) as t (region_code, region_name, region_type, parent_code, valid_from);
create table marts.dim_indicator as select * from (values
    ('wmo', 'Wmo-cliënten', 'per 1.000 inwoners', 1), ('zorg', 'Ervaren zorg', '%', 0)
) as t (indicator_id, name_nl, unit, decimals);
create table marts.audit_snapshot as select * from (values
    ('cbs1', 'cbs', 'kwb', 'http://x'), ('cbs2', 'cbs', 'kwb', 'http://x'), ('people', 'cbs', 'population', 'http://y'),
    ('hand1', 'municipal', 'measurements', 'measurements.csv'),
    ('hand2', 'municipal', 'measurements', 'measurements.csv')
) as t (snapshot_id, source_id, dataset_id, url);
create table marts.fct_break (indicator_id text, region_code text, break_date date, reason text, source text);
create table marts.fct_indicator_revision (indicator_id text, region_code text, period_id text, part text,
    old_value double, new_value double, new_snapshot_id text);
create table marts.fct_indicator_value (indicator_id text, region_code text, period_id text, territory text,
    value double, numerator double, denominator double, interval_low double, interval_high double, value_status text,
    absence text, is_synthetic boolean, snapshot_id text);
create table marts.dim_objective (objective_id text, version integer, title text, opgave text, kind text,
    target_value double, unit text, owner text, rhythm text, target_period_id text, valid_from date,
    is_current boolean);
create table marts.fct_objective_attainment (objective_id text, status text, is_current boolean);
"""

Figure = tuple[object, ...]


def figure(
    indicator: str = "wmo",
    region: str = "GM0396",
    period: str = "2024",
    value: float | None = 48.1,
    *,
    counted: tuple[float | None, float | None] = (None, None),
    interval: tuple[float | None, float | None] = (None, None),
    status: str | None = "definitive",
    absence: str | None = None,
    synthetic: bool = False,
    snapshot: str = "cbs1",
    territory: str = "as_published",
) -> Figure:
    return (indicator, region, period, territory, value, *counted, *interval, status, absence, synthetic, snapshot)


def warehouse(path: Path, *figures: Figure, sql: str = "") -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(_SCHEMA)
        for row in figures:
            connection.execute(f"insert into marts.fct_indicator_value values ({', '.join('?' * len(row))})", row)
        connection.execute(sql or "select 1")
    return path


@pytest.fixture
def changes(tmp_path: Path) -> EditionDiff:
    """One change of every kind, between figures that stay."""
    old = warehouse(
        tmp_path / "old.duckdb",
        figure(period="2020"),
        figure(period="2021", status="provisional"),
        figure(period="2022", counted=(1_000, 20_000)),
        figure(period="2023", value=None, absence="suppressed"),
        figure(period="2024"),
        figure("zorg", "WK039601", "2022", 41, snapshot="hand1"),
        figure("zorg", "WK039601", "2023", 41, snapshot="hand1"),
        figure("zorg", period="2024", interval=(38.0, 44.0), synthetic=True),
        figure(region="GM0453"),
        figure(region="WK045301"),
        figure(region="GM0396", territory="current"),
    )
    new = warehouse(
        tmp_path / "new.duckdb",
        figure(period="2020", value=48.1 * (1 + 1e-15)),
        figure(period="2021", status="definitive"),
        figure(period="2022", value=50.0, counted=(1_000, 21_500), snapshot="cbs2"),
        figure(period="2023", value=47.04),
        figure(period="2024", value=47.5, snapshot="cbs2", status="revised"),
        figure("zorg", "WK039601", "2023", 41.4, snapshot="hand2"),
        figure("zorg", period="2024", interval=(37.5, 44.0), synthetic=True),
        figure(region="GM0453", value=1.0),
        figure(region="WK045301", value=None, absence="not_available"),
        figure(region="GM0396", territory="current", value=1.0),
        sql="insert into marts.fct_indicator_revision values ('wmo', 'GM0396', '2024', 'numerator', 1, 2, 'cbs2');"
        "insert into marts.fct_break values ('wmo', null, '2024-01-01', 'Andere telwijze', 'CBS'),"
        " (null, 'GM0453', '2024-01-01', 'Grenswijziging elders', 'CBS'), ('elders', null, '2024-01-01', 'x', 'x')",
    )
    return compare(old, new, "GM0396")


def test_every_figure_that_changed_is_told_with_its_reason_and_no_other(changes: EditionDiff) -> None:
    told = {(f.kind, f.indicator_id, f.region_code, f.period_id): f.reason for f in changes.figures}
    assert told == {
        ("revised", "wmo", "GM0396", "2021"): "was voorlopig, nu definitief",
        ("revised", "wmo", "GM0396", "2022"): "opnieuw berekend, want de noemer veranderde van 20.000 in 21.500",
        ("new", "wmo", "GM0396", "2023"): "was te klein om te tonen",
        ("revised", "wmo", "GM0396", "2024"): "herzien door de uitgever; was definitief, nu herzien",
        ("gone", "zorg", "WK039601", "2022"): "uit measurements.csv gehaald",
        ("revised", "zorg", "WK039601", "2023"): "met de hand gewijzigd in measurements.csv",
        ("revised", "zorg", "GM0396", "2024"): "de marge is veranderd, het cijfer niet",
        ("method_break", "wmo", None, "2024-01-01"): "Andere telwijze",
    }


def test_figures_of_others_are_counted(changes: EditionDiff) -> None:
    assert changes.other_regions == 2


def test_the_lines_are_dutch_and_show_a_difference_that_rounding_would_hide(changes: EditionDiff) -> None:
    lines = list(as_lines(changes, "editie 2026-01", "editie 2026-04"))
    assert lines[0] == "Van editie 2026-01 naar editie 2026-04"
    assert lines[1] == "Cijfers: 1 nieuw, 5 herzien, 1 vervallen en 1 methodebreuk."
    text = "\n".join(lines).replace("\u00a0", " ")
    assert "herzien: Wmo-cliënten, Heemskerk, 2024: 48,1 → 47,5 per 1.000 inwoners (herzien door de uitgever;" in text
    assert "herzien: Ervaren zorg, Wijk 01, 2023: 41 → 41,4 % (met de hand" in text
    assert "nieuw: Wmo-cliënten, Heemskerk, 2023: 47,0 per 1.000 inwoners (was te klein om te tonen)" in text
    assert "vervallen: Ervaren zorg, Wijk 01, 2022: 41 % → geen cijfer (uit measurements.csv gehaald)" in text
    assert "herzien: Ervaren zorg, Heemskerk, 2024 (synthetisch): 48 % (de marge" in text
    assert "methodebreuk: Wmo-cliënten, overal, vanaf 1 januari 2024: Andere telwijze" in text
    assert lines[-2:] == ["Doelen: niets veranderd.", "Van andere gebieden zijn 2 cijfers anders."]


def objective(number: int, version: int, target: float | None, title: str = "Minder", current: bool = True) -> str:
    told = "null" if target is None else target
    return (
        f"insert into marts.dim_objective values ('plan-0{number}', {version}, '{title}', 'Opgave', 'level', {told},"
        f" '%', 'Ina', 'yearly', '2027', '202{version}-01-01', {current});"
    )


def verdict(number: int, status: str) -> str:
    return f"insert into marts.fct_objective_attainment values ('plan-0{number}', '{status}', true);"


def test_an_objective_that_changed_is_told_by_field_and_its_verdict_apart(tmp_path: Path) -> None:
    old = warehouse(
        tmp_path / "old.duckdb",
        sql=objective(1, 1, 40.0) + objective(2, 1, 5.0) + objective(3, 1, 7.0) + verdict(1, "op koers"),
    )
    new = warehouse(
        tmp_path / "new.duckdb",
        sql=objective(1, 1, 40.0, current=False)
        + objective(1, 2, 35.5)
        + objective(3, 1, None)
        + objective(4, 1, 1.0, "Meer")
        + verdict(1, "ver achter"),
    )
    assert compare(old, new, "GM0396").objectives == (
        ObjectiveChange("plan-01", "Minder", "changed", "streefwaarde", "40\u00a0%", "35,5\u00a0%"),
        ObjectiveChange("plan-01", "Minder", "verdict", "oordeel", "op koers", "ver achter"),
        ObjectiveChange("plan-02", "Minder", "gone", "doel", "Minder", None),
        ObjectiveChange("plan-03", "Minder", "changed", "streefwaarde", "7\u00a0%", None),
        ObjectiveChange("plan-04", "Meer", "new", "doel", None, "Meer"),
    )


def test_what_an_earlier_version_has_no_table_or_column_for_is_not_compared(tmp_path: Path) -> None:
    old = warehouse(
        tmp_path / "old.duckdb",
        figure(value=1.0),
        sql="drop table marts.dim_objective; drop table marts.fct_break; drop table marts.fct_indicator_revision;"
        "alter table marts.fct_indicator_value drop column interval_low;" + verdict(1, "op koers"),
    )
    new = warehouse(
        tmp_path / "new.duckdb",
        figure(value=2.0, snapshot="cbs2"),
        sql=objective(1, 1, 40.0)
        + verdict(1, "behaald")
        + "insert into marts.fct_break values ('wmo', null, '2024-01-01', 'Andere telwijze', 'CBS')",
    )
    diff = compare(old, new, "GM0396")
    assert [(f.kind, f.reason) for f in diff.figures] == [
        ("revised", "anders gegeven in een nieuw bestand of een nieuwe stand van de bron")
    ]
    assert diff.objectives == (ObjectiveChange("plan-01", "Minder", "verdict", "oordeel", "op koers", "behaald"),)


def test_a_warehouse_is_no_different_from_itself(tmp_path: Path) -> None:
    one = warehouse(tmp_path / "one.duckdb", figure(), sql=objective(1, 1, 40.0) + verdict(1, "op koers"))
    two = warehouse(tmp_path / "two.duckdb", figure(), sql=objective(1, 1, 40.0) + verdict(1, "op koers"))
    diff = compare(one, two, "GM0396")
    assert diff == EditionDiff((), (), 0)
    assert list(as_lines(diff, "a", "b"))[1:] == ["Cijfers: niets veranderd.", "Doelen: niets veranderd."]
