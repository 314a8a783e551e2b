"""What Dagster loads: whole, with a workspace and without, gates that block, and one job."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from dagster_project import transform
from dagster_project.contracts import all_contracts
from dagster_project.definitions import JOB_NAME, defs
from dagster_project.gate.suites import STAGES, suites_for
from dagster_project.product import product_path


@pytest.fixture(scope="module")
def loaded() -> dg.Definitions:
    return defs()


def test_they_load_without_a_workspace(loaded: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPKOERS_WORKSPACE", raising=False)
    dg.Definitions.validate_loadable(defs())


def test_the_schedule_follows_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = 'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\nschedule = "30 5 * * 1"\n'
    (tmp_path / "opkoers.toml").write_text(settings)
    monkeypatch.setenv("OPKOERS_WORKSPACE", str(tmp_path))
    (schedule,) = list(defs().schedules or ())
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 5 * * 1", "Europe/Amsterdam")


def test_there_is_an_asset_for_every_contract_and_every_model(loaded: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in loaded.resolve_asset_graph().get_all_asset_keys()}
    assert {f"snapshots/{dataset.key}" for dataset in all_contracts()} <= keys
    models = [node for node in transform.manifest()["nodes"].values() if node["resource_type"] == "model"]
    of_persons = [node for node in models if "registration" in node["tags"]]
    assert {f"{node['schema']}/{node['name']}" for node in models if node not in of_persons} <= keys
    assert of_persons
    assert not {f"{node['schema']}/{node[name]}" for node in of_persons for name in ("name", "alias")} & keys
    assert "publication" in keys


def test_dbt_reads_every_sql_file() -> None:
    files = {path.stem for path in product_path("models").rglob("*.sql")}
    assert files == {n["name"] for n in transform.manifest()["nodes"].values() if n["resource_type"] == "model"}


def test_every_suite_is_a_check_that_blocks(loaded: dg.Definitions) -> None:
    graph = loaded.resolve_asset_graph()
    blocking = {key.name for key in graph.asset_check_keys if graph.get(key).blocking}
    assert {suite.name for stage in STAGES for suite in suites_for(stage)} <= blocking


def test_the_publication_waits_for_every_gate(loaded: dg.Definitions) -> None:
    graph = loaded.resolve_asset_graph()
    upstream = dg.AssetSelection.assets("publication").upstream().resolve(graph)
    tables = {suite.table for stage in STAGES for suite in suites_for(stage)}
    assert {dg.AssetKey(table.split(".")) for table in tables} <= upstream


def test_the_job_takes_everything_in_one_process(loaded: dg.Definitions) -> None:
    job = loaded.resolve_job_def(JOB_NAME)
    assert job.executor_def is dg.in_process_executor
    assert job.asset_layer.executable_asset_keys == loaded.resolve_asset_graph().executable_asset_keys


def test_every_table_is_written_under_one_pool(loaded: dg.Definitions) -> None:
    graph = loaded.resolve_asset_graph()
    written = [key for key in graph.executable_asset_keys if key.path[0] in ("raw", "staging", "intermediate", "marts")]
    assert {pool for key in written for pool in graph.get(key).pools} == {"build_database"}
    assert all(graph.get(key).pools for key in written)
