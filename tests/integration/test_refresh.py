"""A refresh against a real HTTP service: what it publishes, when it publishes nothing, and what it sets aside."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from dagster_project.contracts import all_contracts, contract
from dagster_project.execution import refresh
from dagster_project.publication import current_folder, current_manifest
from dagster_project.pulls import WIRED
from dagster_project.run import RunOptions
from dagster_project.status import status
from dagster_project.workspace import Workspace
from tests.integration.conftest import Refresh
from tests.integration.country import ADULTS, GEMEENTEN, column_key, key_figures, population
from tests.standin import faults
from tests.standin.server import StandIn

KWB_2024 = "85984NED"
WMO = column_key(KWB_2024, "wmo_clients")


def query(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    folder = current_folder(workspace)
    assert folder is not None
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def value(workspace: Workspace, indicator: str, region: str, period: str) -> float | None:
    rows = query(
        workspace,
        "select value from marts.fct_indicator_value"
        f" where indicator_id = '{indicator}' and region_code = '{region}' and period_id = '{period}'"
        " and territory = 'as_published'",
    )
    return rows[0][0] if rows else None


def test_everything_arrives_and_a_second_refresh_publishes_nothing(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    said, code = run_refresh()
    assert code == 0, said
    people = GEMEENTEN["GM0396"]
    assert value(workspace, "bijstand_per_10000_inw", "GM0396", "2023") == pytest.approx(200.0)
    assert value(workspace, "bijstand_per_10000_18plus", "GM0396", "2023") == pytest.approx(200.0 / ADULTS)
    assert value(workspace, "wmo_clients_per_10000", "GM0396", "2024") == pytest.approx(500.0)
    assert value(workspace, "inwoners", "GM0396", "2024") == people
    assert value(workspace, "absoluut_verzuim_per_1000", "GM0396", "2023/2024") == pytest.approx(5.0)
    (absence,) = query(
        workspace,
        "select absence from marts.fct_indicator_value where indicator_id = 'absoluut_verzuim_per_1000'"
        " and region_code = 'GM9001' and territory = 'as_published'",
    )
    assert absence == ("suppressed",)

    first = current_manifest(workspace)
    country.requests.clear()
    said, code = run_refresh()
    assert (code, current_manifest(workspace)) == (0, first)
    assert said.startswith("Nothing new since")
    tables = {(d.kind, d.table_id or d.path) for d in all_contracts() if d.kind in WIRED}
    assert len(country.requests) == len(tables), "a quiet refresh asks once per table, however many datasets it feeds"


@pytest.mark.long
def test_a_new_vintage_is_published_and_the_old_file_stays_open(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    run_refresh()
    folder = current_folder(workspace)
    assert folder is not None
    table = (
        "select value from marts.fct_indicator_value"
        " where indicator_id = 'wmo_clients_per_10000' and region_code = 'GM0396' and period_id = '2024'"
        " and territory = 'as_published'"
    )
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as reader:
        country.put(key_figures(contract("cbs", "kwb_2024"), factor=1.1, modified="2025-09-01T02:00:00"))
        said, code = run_refresh()
        assert code == 0, said
        assert reader.execute(table).fetchall() == [(pytest.approx(500.0),)]
    assert query(workspace, table) == [(pytest.approx(550.0),)]
    clients = GEMEENTEN["GM0396"] * 0.05
    (revision,) = query(
        workspace,
        "select old_value, new_value, old_snapshot_id <> new_snapshot_id from marts.fct_indicator_revision"
        " where indicator_id = 'wmo_clients_per_10000' and part = 'numerator' and region_code = 'GM0396'",
    )
    assert revision == (pytest.approx(clients), pytest.approx(clients * 1.1), True)
    served = query(workspace, "select is_serving from marts.audit_snapshot where dataset_id = 'kwb_2024' order by 1")
    assert served == [(False,), (True,)]
    manifest = current_manifest(workspace)
    assert manifest is not None
    assert manifest["previous_manifest_sha256"]


def _long(*case: object) -> Any:
    return pytest.param(*case, marks=pytest.mark.long)


@pytest.mark.parametrize(
    ("part", "fault", "told"),
    [
        _long(f"{KWB_2024}/TypedDataSet", faults.hang, "not a byte came"),
        # test_misbehaving_cbs_pull tries all of them on a pull alone
        _long(f"{KWB_2024}/TypedDataSet", faults.reset_half_way, "broke"),
        _long(f"{KWB_2024}/TypedDataSet", faults.status(500, "query returns more than 10000 records"), "500"),
        _long(f"{KWB_2024}/TypedDataSet", faults.cut_json, "JSON"),
        _long(f"{KWB_2024}/DataProperties", faults.rewritten(faults.without_row("Key", WMO)), "WmoClienten"),
        _long(f"{KWB_2024}/TypedDataSet", faults.rewritten(faults.without_column(WMO)), WMO),
        (
            f"{KWB_2024}/DataProperties",
            faults.rewritten(faults.with_unit("Key", WMO, "x 1 000")),
            "x 1 000",
        ),
        _long(f"{KWB_2024}/TypedDataSet", faults.rewritten(faults.with_row_again(0, **{WMO: 999_999})), "999999"),
    ],
    ids=[
        "hangs",
        "resets half-way",
        "HTTP 500",
        "truncated JSON",
        "vanished column",
        "column missing in rows",
        "changed unit",
        "duplicate rows",
    ],
)
def test_a_table_that_misbehaves_is_set_aside_and_the_rest_goes_on(
    country: StandIn, workspace: Workspace, run_refresh: Refresh, part: str, fault: faults.Fault, told: str
) -> None:
    country.misbehave(part, fault, times=1000)
    said, code = run_refresh()
    assert code == 5, said
    assert "cbs/kwb_2024" in said
    assert told in said
    assert value(workspace, "wmo_clients_per_10000", "GM0396", "2024") is None
    assert value(workspace, "wmo_clients_per_10000", "GM0396", "2023") == pytest.approx(500.0)


@pytest.mark.long
def test_a_fault_that_passes_leaves_no_trace(country: StandIn, workspace: Workspace, run_refresh: Refresh) -> None:
    country.misbehave(f"{KWB_2024}/TypedDataSet", faults.reset_half_way, times=1)
    country.misbehave("85618NED/TypedDataSet", faults.status(503), times=1)
    country.misbehave("03759ned/Observations", faults.cut_json, times=1)
    said, code = run_refresh()
    assert code == 0, said
    assert value(workspace, "wmo_clients_per_10000", "GM0396", "2024") == pytest.approx(500.0)


@pytest.mark.long
def test_a_table_in_another_unit_is_kept_out_and_its_last_snapshot_serves(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    run_refresh()
    country.put(key_figures(contract("cbs", "kwb_2024"), factor=10, modified="2025-09-01T02:00:00"))
    said, code = run_refresh()
    assert code == 5, said
    assert "Unit alarm in table 85984NED" in said
    assert value(workspace, "wmo_clients_per_10000", "GM0396", "2024") == pytest.approx(500.0)
    (reason,) = (workspace.rejected / "cbs" / "kwb_2024").glob("*.json")
    assert "Unit alarm" in json.loads(reason.read_text())["reason"]

    standing = current_manifest(workspace)
    country.requests.clear()
    said, code = run_refresh()
    assert (code, current_manifest(workspace)) == (5, standing), "it is still set aside, and nothing was built"
    assert said.startswith("Nothing new since")
    assert "Unit alarm in table 85984NED" in said
    assert country.count("TypedDataSet") == 0
    country.put(key_figures(contract("cbs", "kwb_2024"), factor=1.1, modified="2025-10-01T02:00:00"))
    said, code = run_refresh()
    assert code == 0, said
    assert value(workspace, "wmo_clients_per_10000", "GM0396", "2024") == pytest.approx(550.0)


@pytest.mark.long
def test_a_table_that_vanished_serves_on_says_so_everywhere_and_keeps_later_refreshes_quick(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    stops = "Tot slot.\n\nWanneer komen er nieuwe cijfers?\nDeze reeks wordt voortgezet in tabel 86999NED."
    table = key_figures(contract("cbs", "kwb_2024"))
    country.put(replace(table, info={"OutputStatus": "Gediscontinueerd", "ShortDescription": stops}))
    run_refresh()
    country.misbehave(f"/{KWB_2024}/", faults.status(404, "weg"), times=1000)
    country.put(key_figures(contract("cbs", "kwb_2023"), factor=1.1, modified="2025-09-01T02:00:00"))
    said, code = run_refresh()
    assert code == 5, said
    assert "CBS knows no table 85984NED" in said
    assert value(workspace, "wmo_clients_per_10000", "GM0396", "2024") == pytest.approx(500.0)
    state = "select trouble, is_serving_old, age_days >= 0 from marts.audit_dataset where dataset_id = 'kwb_2024'"
    assert query(workspace, state) == [("vanished", True, True)]
    assert "Its last description names 86999NED as successor. For now its snapshot of" in said
    described = (
        "select table_id, publisher_status, successor_table_id, snapshot_id is not null from marts.dim_dataset"
        " where dataset_id = 'kwb_2024'"
    )
    assert query(workspace, described) == [(KWB_2024, "discontinued", "86999NED", True)]
    folder = current_folder(workspace)
    assert folder is not None
    words = "stopgezet; opgevolgd door tabel 86999NED; bij de uitgever niet meer te vinden sinds"
    assert words in (folder / "site" / "bronnen.html").read_text(encoding="utf-8")

    standing = current_manifest(workspace)
    said, code = run_refresh()
    assert (code, current_manifest(workspace)) == (5, standing)
    assert said.startswith("Nothing new since")
    assert "CBS knows no table 85984NED" in said
    console = Console(width=300)
    with console.capture() as shown:
        console.print(status(workspace))
    assert "discontinued; succeeded by 86999NED; gone at the publisher since" in shown.get()
    assert shown.get().count("CBS knows no table 85984NED") == 1


def test_with_nothing_in_reach_and_no_snapshot_the_code_is_4(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    country.misbehave("", faults.status(503), times=100_000)
    said, code = run_refresh()
    assert code == 4, said
    assert "Nothing sound of CBS is left to publish" in said
    assert current_folder(workspace) is None


@pytest.mark.long
def test_with_nothing_in_reach_the_last_snapshots_serve_visibly(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    run_refresh()
    before = current_manifest(workspace)
    country.misbehave("", faults.status(503), times=100_000)
    said, code = run_refresh()
    assert (code, current_manifest(workspace)) == (5, before)
    assert "snapshot of" in said
    assert "serves" in said


def test_a_gate_that_refuses_leaves_the_publication_and_says_why(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    run_refresh()
    before = current_manifest(workspace)
    negative = population(version=2)
    rows = [{**row, "Value": -1} if row["RegioS"] == "GM9005" else row for row in negative.rows]
    country.put(type(negative)(**{**vars(negative), "rows": rows}))
    said, code = run_refresh()
    assert (code, current_manifest(workspace)) == (3, before)
    assert "Suite cbs_observation" in said
    assert "raw.cbs_observation" in said
    assert "still stands" in said
    record = json.loads(max(workspace.runs.glob("*.json")).read_text())
    assert record["outcome"] == "refused"


@pytest.mark.long
def test_other_settings_that_come_to_the_same_are_built_once(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    run_refresh()
    standing = current_manifest(workspace)
    settings = workspace.root / "opkoers.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("small_count_threshold = 10", "small_count_threshold = 11"), encoding="utf-8")
    for said in ("Published", "Nothing new since"):
        sentence, code = refresh(Workspace(workspace.root), RunOptions())
        assert (code, sentence.startswith(said)) == (0, True), sentence
    moved = current_manifest(workspace)
    assert standing is not None
    assert moved is not None
    assert moved["content_hash"] == standing["content_hash"]
    (workspace.root / "theme.css").write_text(":root { color: #005500; }", encoding="utf-8")
    for said in ("Published", "Nothing new since"):
        sentence, code = run_refresh()
        assert (code, sentence.startswith(said)) == (0, True), sentence
    assert "#005500" in (workspace.current / "site" / "theme.css").read_text(encoding="utf-8")


def test_a_file_that_fits_nothing_is_rejected_with_its_reason(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    (workspace.drop / "vakantieplanning.csv").write_text("naam;dagen\nx;3\n")
    said, code = run_refresh()
    assert code == 5, said
    assert "vakantieplanning.csv" in said
    assert (workspace.root / "rejected" / "vakantieplanning.csv.reason.txt").is_file()
    said, code = run_refresh()
    assert (code, said[:11]) == (0, "Nothing new"), "it was rejected once and is out of the way"


@pytest.mark.long
def test_a_build_as_of_a_day_takes_what_was_known_then_and_leaves_the_pointer(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    run_refresh()
    for path in workspace.snapshots.glob("cbs/*/*.json"):  # as if all that had been met half a year ago
        known = json.loads(path.read_text())
        path.write_text(json.dumps(known | {"retrieved_at": "2026-03-01T06:00:00Z", "sightings": []}))
    country.put(key_figures(contract("cbs", "kwb_2024"), factor=1.1, modified="2025-09-01T02:00:00"))
    run_refresh()
    standing = current_folder(workspace)
    said, code = run_refresh(as_of=date(2026, 3, 1))
    assert code == 0, said
    assert current_folder(workspace) == standing
    built = max(path for path in workspace.publications.iterdir())
    assert built != standing
    sql = (
        "select value from marts.fct_indicator_value"
        " where indicator_id = 'wmo_clients_per_10000' and region_code = 'GM0396' and period_id = '2024'"
        " and territory = 'as_published'"
    )
    with duckdb.connect(str(built / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute(sql).fetchall() == [(pytest.approx(500.0),)]
    assert value(workspace, "wmo_clients_per_10000", "GM0396", "2024") == pytest.approx(550.0)


@pytest.mark.long
def test_an_export_with_headers_of_its_own_is_read_by_the_mapping_and_a_source_that_is_off_is_left_alone(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    mapping = "file_pattern: 'bwi_*.csv'\nheaders: {region: gm, period: jaar}\n"
    (workspace.mappings / "benchmark_werk_inkomen.yml").write_text(mapping)
    (measure,) = contract("divosa", "benchmark_werk_inkomen").measures
    (workspace.drop / "bwi_2024.csv").write_text(f"gm;jaar;{measure.header}\nGM0396;2024;14,8\n")
    said, code = run_refresh()
    assert code == 0, said
    assert value(workspace, measure.concept, "GM0396", "2024") == pytest.approx(14.8)

    settings = workspace.root / "opkoers.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("# divosa = false", "divosa = false"))
    said, code = refresh(Workspace(workspace.root), RunOptions())
    assert code == 0, said
    assert value(workspace, measure.concept, "GM0396", "2024") is None


@pytest.mark.long
def test_a_file_that_was_taken_out_of_the_workspace_speaks_no_more(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    header = (workspace.root / "measurements.csv").read_text(encoding="utf-8").splitlines()[0]
    cells = dict.fromkeys(header.split(";"), "") | {"indicator_id": "banen_per_1000", "region_code": "GM0396"}
    cells |= {"period_id": "2024", "value": "644,1", "source": "verzonnen", "synthetisch": "ja"}
    (workspace.root / "measurements.csv").write_text(f"{header}\n{';'.join(cells.values())}\n", encoding="utf-8")
    run_refresh()
    assert value(workspace, "banen_per_1000", "GM0396", "2024") == pytest.approx(644.1)
    (workspace.root / "measurements.csv").unlink()
    said, code = run_refresh()
    assert code == 0, said
    assert value(workspace, "banen_per_1000", "GM0396", "2024") is None
    assert run_refresh()[0].startswith("Nothing new")


@pytest.mark.long
def test_objectives_that_cannot_be_read_are_set_aside_and_named(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    header = Path(workspace.root / "objectives.csv").read_text(encoding="utf-8").splitlines()[0]
    cells = dict.fromkeys(header.split(";"), "")
    cells |= {
        "plan_id": "p",
        "objective_id": "p-01",
        "opgave": "o",
        "title": "t",
        "indicator_id": "i",
        "kind": "hopeful",
    }
    (workspace.root / "objectives.csv").write_text(f"{header}\n{';'.join(cells.values())}\n", encoding="utf-8")
    said, code = run_refresh()
    assert code == 5, said
    assert "hopeful" in said
    assert "line 2" in said
