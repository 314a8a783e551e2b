"""What Dagster loads: whole, with a workspace and without, gates that block, one job, and what starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from dagster_project import transform
from dagster_project.contracts import all_contracts
from dagster_project.definitions import JOB_NAME, defs, drop_sensor
from dagster_project.extract import dropfolder
from dagster_project.gate.suites import STAGES, suites_for
from dagster_project.product import product_path
from dagster_project.workspace import Workspace


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


def test_one_process_writes_the_build_database_and_claims_nothing_that_a_killed_run_would_keep(
    loaded: dg.Definitions,
) -> None:
    graph = loaded.resolve_asset_graph()
    assert loaded.executor is dg.in_process_executor
    assert [key for key in graph.executable_asset_keys if graph.get(key).pools] == []


def test_the_sensor_of_the_drop_folder_follows_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPKOERS_WORKSPACE", str(tmp_path))
    found = []
    for setting in ("", "watch_drop_folder = false\n"):
        (tmp_path / "opkoers.toml").write_text(f'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n{setting}')
        sensor = drop_sensor()
        found.append((sensor.name, sensor.job_name, sensor.minimum_interval_seconds, sensor.default_status.value))
    assert found == [("drop_sensor", JOB_NAME, 60, "RUNNING"), ("drop_sensor", JOB_NAME, 60, "STOPPED")]


def test_the_sensor_is_loaded_with_the_rest(loaded: dg.Definitions) -> None:
    assert [sensor.name for sensor in loaded.sensors or ()] == ["drop_sensor"]
    assert loaded.resolve_sensor_def("drop_sensor").job_name == JOB_NAME


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with an empty drop folder, that the definitions find."""
    (tmp_path / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n')
    (tmp_path / "drop").mkdir()
    monkeypatch.setenv("OPKOERS_WORKSPACE", str(tmp_path))
    return Workspace(tmp_path)


class Ticks:
    """The sensor, evaluated as the daemon does: each tick is given the cursor of the one before it."""

    def __init__(self) -> None:
        self._sensor = drop_sensor()
        self._cursor: str | None = None

    def tick(self) -> tuple[list[str], str]:
        """Keys of the runs that are asked for, and why none is."""
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance, cursor=self._cursor)
            result = self._sensor.evaluate_tick(context)
        self._cursor = result.cursor
        return [str(request.run_key) for request in result.run_requests or ()], result.skip_message or ""


def dropped(workspace: Workspace, name: str, text: str = "Gemeentecode\nGM0396\n") -> Path:
    path = workspace.drop / name
    path.write_text(text)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def test_a_complete_export_starts_one_run(watched: Workspace) -> None:
    ticks = Ticks()
    assert ticks.tick() == ([], "drop/ holds no complete export.")
    path = dropped(watched, "divosa_benchmark_2024.csv")
    (key,), _ = ticks.tick()
    (item,) = dropfolder.incoming(watched, all_contracts())
    assert key.startswith(dropfolder.run_key([item]) + "@")
    keys, why = ticks.tick()
    assert (keys, why) == ([], f"A run was asked for {path.name} before, and it lies there still.")


def test_the_same_export_dropped_again_starts_another_run(watched: Workspace) -> None:
    ticks = Ticks()
    keys = []
    for _ in range(2):
        path = dropped(watched, "divosa_benchmark_2024.csv")
        (key,), _why = ticks.tick()
        keys.append(key)
        path.unlink()
        assert ticks.tick()[0] == []
    assert len(set(keys)) == 2
    assert len({key.split("@")[0] for key in keys}) == 1


def test_a_stray_starts_a_run_that_turns_it_away(watched: Workspace) -> None:
    dropped(watched, "foto.jpg")
    assert len(Ticks().tick()[0]) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs file leases")
def test_what_is_still_being_written_is_named_and_waited_for(watched: Workspace) -> None:
    ticks = Ticks()
    path = dropped(watched, "divosa_benchmark_2024.csv")
    with path.open("ab"):
        assert ticks.tick() == (
            [],
            f"drop/ holds no complete export. Still being written: {path.name} ({path.name} is open for writing).",
        )
    assert len(ticks.tick()[0]) == 1


def test_no_run_is_asked_for_while_one_goes_on_and_it_is_asked_for_later(watched: Workspace) -> None:
    ticks = Ticks()
    dropped(watched, "divosa_benchmark_2024.csv")
    watched.data.mkdir()
    hold = (
        "import sys; from pathlib import Path; from dagster_project.run import refresh_lock;"
        "from dagster_project.workspace import Workspace\n"
        "with refresh_lock(Workspace(Path(sys.argv[1]))): print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", hold, str(watched.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        keys, why = ticks.tick()
        process.communicate("\n")
    assert keys == []
    assert why.startswith("A refresh is running; divosa_benchmark_2024.csv is looked at again after it.")
    assert len(ticks.tick()[0]) == 1


def test_the_setting_keeps_the_sensor_from_starting_anything(watched: Workspace) -> None:
    settings = watched.root / "opkoers.toml"
    settings.write_text(settings.read_text() + "watch_drop_folder = false\n")
    dropped(watched, "divosa_benchmark_2024.csv")
    assert Ticks().tick() == ([], "watch_drop_folder is off in opkoers.toml.")
