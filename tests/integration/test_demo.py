"""The demo, run as a stranger runs it: one command in a process of its own, then everything that it promises."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from scipy import stats

from dagster_project.demo import HEEMSKERK
from dagster_project.publication import read_manifest
from dagster_project.snapshots import SnapshotStore
from dagster_project.standards.contract import agreed_version
from tests.unit.models.test_columns import PUBLISHED

ALMERE = {
    "inwoners": [203_990, 207_904, 211_893, 214_715, 217_828, 222_825, 226_500],
    "wmo_clients_per_10000": [10_820, 11_440, 11_980, 12_045, 11_940, 9_375, 9_515],
    "jeugdzorg_per_10000_inw": [5_805, 5_885, 5_960, 6_585, 6_680, 7_160, 7_400],
    "bijstand_per_10000_inw": [6_150, 5_730, 5_430, 5_350, 5_070, 5_260, 5_460],
}
"""Counts for Almere 2018-2024 (CBS, Kerncijfers wijken en buurten, CC BY 4.0)."""
YEARS = list(range(2018, 2025))
UNBROKEN_FROM = {"wmo_clients_per_10000": 2020, "jeugdzorg_per_10000_inw": 2022, "bijstand_per_10000_inw": 2018}
"""First year after the last registered break of each series."""

VERDICTS = {
    "behaald": {3},
    "op koers": {7, 17, 18, 20, 21, 28},
    "op de grens": {8},
    "achter op schema": {1, 6, 23},
    "ver achter": {2, 11, 24},
    "verkeerde richting": {4, 27},
    "geen nieuwe meting": {5, 19},
    "geen nulmeting": {12, 13, 15, 16, 22, 25, 26},
    "doel nog open": {9, 10, 14},
}
"""Verdict to the objectives of Heemskerk that the demo's figures lead to, worked out by hand. Only "niet meetbaar" is
missing: the plan has no qualitative objective."""
MEASURED = ("behaald", "op koers", "op de grens", "achter op schema", "ver achter", "verkeerde richting")


def opkoers(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("opkoers")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo workspace, made once for this file."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    done = opkoers("demo", "--workspace", str(folder))
    assert done.returncode == 0, done.stderr
    assert "page" in done.stdout
    return folder


@pytest.fixture(scope="module")
def warehouse(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo / "data" / "current" / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def series(warehouse: duckdb.DuckDBPyConnection, indicator: str, region: str) -> dict[str, tuple[float, float, float]]:
    rows = warehouse.execute(
        "select period_id, value, numerator, denominator from marts.fct_indicator_value"
        " where indicator_id = ? and region_code = ? and territory = 'as_published' order by period_id",
        [indicator, region],
    ).fetchall()
    return {period: (value, numerator, denominator) for period, value, numerator, denominator in rows}


def test_bijstand_per_10000_is_there_for_the_whole_country(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select region_code, value, numerator, denominator from marts.fct_indicator_value"
        " where indicator_id = 'bijstand_per_10000_inw' and period_id = '2020' and region_code like 'GM%'"
        " and territory = 'as_published'"
    ).fetchall()
    values = {region: (value, numerator, denominator) for region, value, numerator, denominator in rows}
    assert len(values) == len(rows) == 355
    assert values["GM0034"] == (pytest.approx(256.26, abs=0.005), 5_430, 211_893)
    assert values["GM0396"] == (pytest.approx(214.38, abs=0.005), 840, 39_182)


def test_the_official_rate_says_that_its_denominator_was_not_collected(warehouse: duckdb.DuckDBPyConnection) -> None:
    row = warehouse.execute(
        "select value, numerator, absence from marts.fct_indicator_value"
        " where indicator_id = 'bijstand_per_10000_18plus' and region_code = 'GM0396' and period_id = '2020'"
        " and territory = 'as_published'"
    ).fetchall()
    assert row == [(None, 840, "not_collected")]


@pytest.mark.parametrize("indicator", UNBROKEN_FROM)
def test_almere_comes_out_of_its_counts(warehouse: duckdb.DuckDBPyConnection, indicator: str) -> None:
    found = series(warehouse, indicator, "GM0034")
    for year, count, people in zip(YEARS, ALMERE[indicator], ALMERE["inwoners"], strict=True):
        assert found[str(year)] == (pytest.approx(count / people * 10_000), count, people)


@pytest.mark.parametrize("indicator", UNBROKEN_FROM)
def test_trends_are_those_of_scipy_on_the_last_unbroken_stretch(
    warehouse: duckdb.DuckDBPyConnection, indicator: str
) -> None:
    years = [year for year in YEARS if year >= UNBROKEN_FROM[indicator]]
    rates = [ALMERE[indicator][YEARS.index(y)] / ALMERE["inwoners"][YEARS.index(y)] * 10_000 for y in years]
    found = warehouse.execute(
        "select n_points, window_start, window_end, slope, p_value, trend from marts.fct_indicator_trend"
        " where indicator_id = ? and region_code = 'GM0034'",
        [indicator],
    ).fetchall()
    window = (len(years), str(years[0]), str(years[-1]))
    if len(years) < 5:
        assert found == [(*window, None, None, "too_few_points")]
        return
    slope = stats.theilslopes(rates, years).slope
    p_value = stats.kendalltau(years, rates).pvalue
    trend = "no_significant_change" if p_value >= 0.05 else "up" if slope > 0 else "down"
    assert found == [(*window, pytest.approx(slope), pytest.approx(p_value), trend)]


def test_every_objective_has_exactly_one_current_verdict_and_none_is_silently_zero(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        "select objective_id, status, current_value, target_value, is_synthetic from marts.fct_objective_attainment"
        " where is_current order by objective_id"
    ).fetchall()
    assert [row[0] for row in rows] == [f"heemskerk-{number:02}" for number in range(1, 29)]
    found: dict[str, set[int]] = {}
    for objective, verdict, *_ in rows:
        found.setdefault(verdict, set()).add(int(objective[-2:]))
    assert found == VERDICTS
    measured = set().union(*(VERDICTS[verdict] for verdict in MEASURED))
    assert {int(row[0][-2:]) for row in rows if row[4]} == measured, "what was measured in the demo is made up"
    without_a_place = 24  # one wijk has no place to meet, and the worst wijk decides
    assert {int(row[0][-2:]) for row in rows if row[2] == 0 or row[3] == 0} <= {without_a_place}


def test_every_objective_that_deviates_has_a_telling_in_the_demo(demo: Path) -> None:
    told = {int(path.stem[-2:]) for path in (demo / "narratives").glob("heemskerk-*.md")}
    assert told == VERDICTS["achter op schema"] | VERDICTS["ver achter"] | VERDICTS["verkeerde richting"]


def test_trace_ends_in_the_bytes_and_their_hash(demo: Path) -> None:
    done = opkoers("trace", "bijstand_per_10000_inw", "GM0396", "2020", "--workspace", str(demo), "--json")
    assert done.returncode == 0, done.stderr
    chain = json.loads(done.stdout)
    assert chain["formula"].startswith("840 / 39182 × 10000 = 214.38")
    assert chain["models"][-1]["model"] == "marts.fct_indicator_value"
    snapshots = {snapshot["sha256"]: snapshot for snapshot in chain["snapshots"]}
    ends = {end["role"]: end for end in chain["nodes"][0]["rests_on"]}
    numerator = snapshots[ends["numerator"]["snapshot_id"]]
    assert (numerator["table_id"], numerator["dataset"], numerator["origin"]) == (
        "84799NED",
        "kwb_2020",
        "reconstructed",
    )
    assert [row["value_text"] for row in ends["numerator"]["rows"]] == ["840"]
    assert [row["value_text"] for row in ends["denominator"]["rows"]] == ["39182"]
    for snapshot in chain["snapshots"]:
        assert hashlib.sha256((demo / snapshot["file"]).read_bytes()).hexdigest() == snapshot["sha256"]
        assert snapshot["retrieved_at"].endswith("Z")
    text = opkoers("trace", "bijstand_per_10000_inw", "GM0396", "2020", "--workspace", str(demo)).stdout
    for told in (numerator["sha256"], numerator["file"], "84799NED", numerator["retrieved_at"], "reconstructed from"):
        assert told in text


def test_a_figure_that_is_not_there_is_answered_with_the_nearest(demo: Path) -> None:
    done = opkoers("trace", "bijstand_per_10000", "GM0396", "2020", "--workspace", str(demo))
    assert done.returncode == 2
    assert "bijstand_per_10000_inw" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_demo_publishes_nothing_and_says_so(demo: Path) -> None:
    before = sorted(path.name for path in (demo / "data" / "publications").iterdir())
    done = opkoers("demo", "--workspace", str(demo))
    assert done.returncode == 0, done.stderr
    assert "Nothing new" in done.stdout
    assert sorted(path.name for path in (demo / "data" / "publications").iterdir()) == before


def test_a_refresh_without_network_publishes_nothing_new(demo: Path) -> None:
    done = opkoers("refresh", "--offline", cwd=demo / "data")
    assert (done.returncode, done.stdout[:11]) == (0, "Nothing new")


def test_the_publication_is_whole_and_holds_aggregates_only(demo: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    folder = demo / "data" / "current"
    manifest = read_manifest(folder)
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    schemas = warehouse.execute("select distinct schema_name from duckdb_tables()").fetchall()
    assert schemas == [("marts",)]
    tables = {name for (name,) in warehouse.execute("select table_name from duckdb_tables()").fetchall()}
    told = ("dataset", "lineage", "model", "model_column", "quarantine", "run", "snapshot", "validation")
    audit = {f"audit_{name}" for name in told}
    assert tables == set(PUBLISHED) | audit
    assert {path.stem for path in (folder / "parquet").glob("*.parquet")} == tables
    assert set(manifest["tables"]) == tables
    assert manifest["tables_version"] == agreed_version()
    columns = "select count(*) from duckdb_columns() where schema_name = 'marts' and (comment is null or comment = '')"
    assert warehouse.execute(columns).fetchone() == (0,), "every published column carries its description"


def test_the_published_file_is_written_for_older_clients(demo: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{demo / 'data' / 'current' / 'warehouse.duckdb'}' as published (read_only)")
        (tags,) = connection.execute("select tags from duckdb_databases() where database_name = 'published'").fetchall()
    assert tags[0]["storage_version"].startswith("v1.0.0")


def test_pins_are_the_snapshots_of_the_workspace(demo: Path) -> None:
    manifest = read_manifest(demo / "data" / "current")
    known = {s.snapshot_id for s in SnapshotStore(demo / "data" / "snapshots").all()}
    assert {pin["snapshot_id"] for pin in manifest["pins"]} == known


def test_verify_agrees_and_then_finds_a_changed_byte(demo: Path) -> None:
    done = opkoers("verify", "--workspace", str(demo))
    assert done.returncode == 0, done.stderr
    assert read_manifest(demo / "data" / "current")["content_hash"] in done.stdout
    victim = next((demo / "data" / "snapshots" / "cbs" / "kwb_2019").glob("*.zip"))
    sound = victim.read_bytes()
    victim.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    try:
        done = opkoers("verify", "--workspace", str(demo))
    finally:
        victim.write_bytes(sound)
    assert done.returncode == 6
    assert victim.name in done.stderr


def test_what_was_known_before_the_sample_was_recorded_is_nothing(demo: Path) -> None:
    done = opkoers("refresh", "--as-of", "2026-01-01", "--workspace", str(demo))
    assert done.returncode in (3, 4)
    assert "still stands" in done.stderr


def test_status_shows_what_stands(demo: Path) -> None:
    done = opkoers("status", "--workspace", str(demo), env={"COLUMNS": "240", "PATH": ""})
    assert done.returncode == 0, done.stderr
    assert read_manifest(demo / "data" / "current")["publication_id"] in done.stdout
    assert "03759ned" in done.stdout


def test_no_client_number_of_the_exports_reaches_what_is_published(demo: Path, tmp_path: Path) -> None:
    name, write = next((name, write) for name, write in HEEMSKERK.exports().items() if "toekenningen" in name)
    assert (demo / "accepted" / f"{name}.accepted.txt").is_file()
    write(tmp_path / name)  # what was dropped was the same, and is kept encrypted only
    export = (tmp_path / name).read_text(encoding="cp1252").splitlines()
    header = [name.strip().lower() for name in export[0].split(";")]
    numbers = {line.split(";")[header.index("bsn")] for line in export[1:] if line}
    assert len(numbers) > 100
    published = [path for path in (demo / "data" / "current").resolve().rglob("*") if path.is_file()]
    records = list((demo / "data" / "runs").glob("*.json"))
    assert len(published) > 100
    assert records
    assert {len(number) for number in numbers} == {9}
    nine_digits = re.compile(rb"(?=([0-9]{9}))")  # also within a longer number
    personal = {number.encode() for number in numbers}
    assert [
        path for path in (*published, *records) if personal.intersection(nine_digits.findall(path.read_bytes()))
    ] == []


def test_dagster_knows_the_columns_and_where_they_come_from(demo: Path) -> None:
    with dg.DagsterInstance.from_config(str(demo / "data" / "dagster")) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["marts", "fct_indicator_value"]))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    columns = {column.name for column in metadata["dagster/column_schema"].value.columns}
    assert {"indicator_id", "value", "snapshot_id"} <= columns
    lineage = metadata["dagster/column_lineage"].value.deps_by_column
    assert {dep.asset_key.to_user_string() for dep in lineage["value"]} == {
        "intermediate/int_indicator_value",
        "intermediate/int_indicator_value_current",
    }
    assert set(lineage) == columns
    shown = metadata["column lineage"].value.splitlines()
    assert len(shown) == 2 + len(columns)
    assert "| `value` | `intermediate.int_indicator_value.value`, " in "\n".join(shown)


def test_bad_usage_is_one_plain_sentence(tmp_path: Path) -> None:
    done = opkoers("refresh", "--only", "cbs,weather", cwd=tmp_path)
    assert done.returncode == 2
    assert "opkoers.toml" in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_a_workspace_without_editions_says_how_to_freeze_one(demo: Path) -> None:
    done = opkoers("edition", "list", "--workspace", str(demo))
    assert (done.returncode, done.stdout[:24]) == (0, "No edition is frozen yet")
    done = opkoers("edition", "diff", "2026-01", "--workspace", str(demo))
    assert done.returncode == 2
    assert "There is no edition 2026-01; the editions are: none yet." in done.stderr


def test_every_check_is_told_in_dutch_and_the_run_explains_itself(demo: Path) -> None:
    page = (demo / "data" / "current" / "site" / "controles.html").read_text(encoding="utf-8")
    assert page.count("Verwacht") > 50
    assert '<span lang="en">' not in page, "only names of tables, columns and checks stay in English"
    done = opkoers("gate", "explain", "--json", "--workspace", str(demo))
    assert done.returncode == 0, done.stderr
    explained = json.loads(done.stdout)
    assert [gate["stage"] for gate in explained["gates"]] == ["after_ingest", "after_build", "after_proof"]
    assert {finding["kind"] for finding in explained["findings"]} <= {"warning"}
    unknown = opkoers("gate", "explain", "no-such-run", "--workspace", str(demo))
    assert unknown.returncode == 2
    assert explained["run_id"][:8] in unknown.stderr
