"""What Dagster loads: whole, with a workspace and without, gates that block, one job, and what starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy

from dagster_project import changes, transform
from dagster_project.assets.history import as_of_publication
from dagster_project.contracts import all_contracts
from dagster_project.definitions import (
    JOB_NAME,
    defs,
    drop_sensor,
    failure_sensor,
    refresh_schedule,
)
from dagster_project.extract import dropfolder, incoming
from dagster_project.gate.suites import STAGES, suites_for
from dagster_project.many.installation import Installation
from dagster_project.product import product_path
from dagster_project.publication import point_at
from dagster_project.pulls import WIRED
from dagster_project.run import Run, RunOptions, finished_runs
from dagster_project.snapshots import Recording, SnapshotStore
from dagster_project.workspace import Workspace
from tests.unit.notify.servers import Hook, hook_server


@pytest.fixture(scope="module")
def loaded() -> dg.Definitions:
    return defs()


def test_they_load_without_a_workspace(loaded: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPKOERS_WORKSPACE", raising=False)
    dg.Definitions.validate_loadable(defs())


def schedules_of(definitions: dg.Definitions) -> dict[str, tuple[object, ...]]:
    """Cron expression, time zone and whether it is on, by name."""
    found = [schedule for schedule in definitions.schedules or () if isinstance(schedule, dg.ScheduleDefinition)]
    return {s.name: (s.cron_schedule, s.execution_timezone, s.default_status.value) for s in found}


def test_the_schedules_follow_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = "Europe/Amsterdam"
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPKOERS_WORKSPACE", raising=False)
    assert schedules_of(defs()) == {
        "scheduled_refresh": ("0 6 * * 1-5", zone, "STOPPED"),
        "scheduled_duo": ("30 6 1 * *", zone, "STOPPED"),
        "scheduled_edition": ("0 7 1 4,10 *", zone, "STOPPED"),
    }
    settings = (
        'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\nschedule = "30 5 * * 1"\nduo_schedule = "0 5 3 * *"\n'
        'edition_schedule = "0 8 2 4,10 *"\nfreeze_editions = true\n'
    )
    (tmp_path / "opkoers.toml").write_text(settings)
    monkeypatch.setenv("OPKOERS_WORKSPACE", str(tmp_path))
    assert schedules_of(defs()) == {
        "scheduled_refresh": ("30 5 * * 1", zone, "STOPPED"),
        "scheduled_duo": ("0 5 3 * *", zone, "STOPPED"),
        "scheduled_edition": ("0 8 2 4,10 *", zone, "RUNNING"),
    }


def test_a_scheduled_look_asks_its_source_and_is_patient(watched: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def why(_: Workspace, options: RunOptions) -> changes.Quiet | None:
        asked.append(options.only)
        return changes.Quiet("Nothing new.") if len(asked) == 2 else None

    monkeypatch.setattr(changes, "why_nothing_to_do", why)
    schedule = refresh_schedule("scheduled_duo", "duo", "duo_schedule")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(instance, scheduled_execution_time=datetime(2026, 12, 1, tzinfo=UTC))
        (first,) = schedule.evaluate_tick(context).run_requests or ()
        assert first.run_config["resources"]["refresh"]["config"] == {"only": [], "is_patient": True}
        publication = watched.publications / "one"
        publication.mkdir(parents=True)
        point_at(watched, publication)
        assert schedule.evaluate_tick(context).skip_message == "Nothing new."
        (third,) = schedule.evaluate_tick(context).run_requests or ()
        assert third.run_config["resources"]["refresh"]["config"]["only"] == ["duo"]
    assert asked == [(), ("duo",), ("duo",)]


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
    every = loaded.resolve_asset_graph().executable_asset_keys
    assert every - job.asset_layer.executable_asset_keys == {dg.AssetKey("as_of_publication")}


def test_only_what_comes_over_the_network_is_tried_again(loaded: dg.Definitions) -> None:
    job = loaded.resolve_job_def(JOB_NAME)
    policies = {node.name: node.definition.retry_policy for node in job.graph.nodes if node.definition.retry_policy}  # type: ignore[attr-defined]
    assert set(policies) == {"take_cbs", "take_duo"}
    for policy in policies.values():
        assert (policy.max_retries, policy.backoff, policy.jitter) == (
            3,
            dg.Backoff.EXPONENTIAL,
            dg.Jitter.PLUS_MINUS,
        )


def test_what_comes_over_the_network_grows_old_by_its_rhythm(loaded: dg.Definitions) -> None:
    graph = loaded.resolve_asset_graph()
    days: dict[str, int | None] = {}
    for dataset in all_contracts():
        policy = graph.get(dg.AssetKey(["snapshots", *dataset.key.split("/")])).freshness_policy
        assert policy is None or isinstance(policy, TimeWindowFreshnessPolicy)
        assert (policy is None) == (dataset.kind not in WIRED or dataset.rhythm == "irregular"), dataset.key
        if policy:
            days[dataset.rhythm] = policy.fail_window.to_timedelta().days
    assert days["half-yearly"] == 2 * 184
    assert days["yearly"] == days["per school year"] == 2 * 366


def test_half_years_count_from_the_first_snapshot(watched: Workspace) -> None:
    recording = watched.root / "file.csv"
    recording.write_text("x")
    dataset = next(d for d in all_contracts() if d.kind == "duo_csv")
    SnapshotStore(watched.snapshots).add(
        dataset, Recording(recording, "csv", "file", "file.csv"), retrieved_at="2024-08-20T10:00:00Z"
    )
    partitions = as_of_publication().partitions_def
    assert partitions
    with dg.DagsterInstance.ephemeral():
        keys = partitions.get_partition_keys(current_time=datetime(2026, 11, 26, tzinfo=UTC))
    assert keys == ["2024-07-01", "2025-01-01", "2025-07-01", "2026-01-01"]


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


def test_the_sensors_are_loaded_with_the_rest(loaded: dg.Definitions) -> None:
    assert [sensor.name for sensor in loaded.sensors or ()] == ["drop_sensor", "tell_of_failure"]
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
    assert key.startswith(incoming.run_key([item]) + "@")
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


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Two workspaces and one that cannot be read, that the definitions find."""
    for key in ("almere", "noord/heemskerk"):
        (tmp_path / key / "drop").mkdir(parents=True)
        (tmp_path / key / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n')
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "opkoers.toml").write_text("gemeente = ")
    (tmp_path / "workspaces.toml").write_text('schedule = "15 4 * * *"\n')
    monkeypatch.setenv("OPKOERS_WORKSPACES", str(tmp_path))
    return Installation(tmp_path)


def test_several_workspaces_are_partitions_of_the_same_assets(several: Installation, loaded: dg.Definitions) -> None:
    found = defs()
    dg.Definitions.validate_loadable(found)
    job = found.resolve_job_def(JOB_NAME)
    assert job.partitions_def
    assert list(job.partitions_def.get_partition_keys()) == ["almere", "broken", "noord/heemskerk"]
    alone = loaded.resolve_job_def(JOB_NAME).asset_layer.executable_asset_keys
    assert job.asset_layer.executable_asset_keys == alone
    assert schedules_of(found) == {"scheduled_refresh_of_all": ("15 4 * * *", "Europe/Amsterdam", "STOPPED")}


def test_the_sensor_of_several_looks_in_every_drop_folder(several: Installation) -> None:
    dropped(several.workspace("noord/heemskerk"), "divosa_benchmark_2024.csv")
    sensor, repository = drop_sensor(several), defs().get_repository_def()
    with dg.DagsterInstance.ephemeral() as instance:
        first = sensor.evaluate_tick(dg.build_sensor_context(instance, repository_def=repository))
        (request,) = first.run_requests or ()
        assert request.partition_key == "noord/heemskerk"
        assert str(request.run_key).startswith("noord/heemskerk:")
        second = sensor.evaluate_tick(dg.build_sensor_context(instance, cursor=first.cursor))
    assert not second.run_requests
    assert "broken: " in str(second.skip_message)
    assert "almere: drop/ holds no complete export." in str(second.skip_message)


def fail(instance: dg.DagsterInstance, job: dg.JobDefinition, run_id: str, config: dict[str, object]) -> None:
    """Have Dagster note that a run failed without saying why, as it does of one that was killed."""
    run = instance.create_run_for_job(job, run_id=run_id, run_config={"resources": {"refresh": {"config": config}}})
    instance.report_run_failed(run, message="This run has been marked as failed from outside the execution context.")


def told_of(instance: dg.DagsterInstance, sensor: dg.SensorDefinition, run_id: str) -> str:
    """What the sensor says of a run that failed, given what the daemon gives it."""
    (record,) = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.RUN_FAILURE).records
    event = record.event_log_entry.dagster_event
    assert event
    found = instance.get_run_by_id(run_id)
    assert found
    context = dg.build_run_status_sensor_context("tell_of_failure", event, instance, found).for_run_failure()
    return str(sensor(context).skip_message)  # type: ignore[union-attr]


def test_a_run_that_died_is_told_of_once(watched: Workspace, loaded: dg.Definitions) -> None:
    settings = watched.root / "opkoers.toml"
    job = loaded.resolve_job_def(JOB_NAME)
    sensor = failure_sensor([job])
    hook, said = Hook(), []
    with hook_server(hook) as address, dg.DagsterInstance.ephemeral() as instance:
        settings.write_text(settings.read_text() + f'[notify]\nwebhook = "{address}/in"\n')
        workspace = Workspace(watched.root)
        killed, unbegun, rebuilt = (f"0000000{end}-0000-4000-8000-000000000000" for end in "abc")
        Run(workspace, killed, RunOptions()).begin()
        for run_id in (killed, unbegun, rebuilt):
            fail(instance, job, run_id, {"pins": ["x"]} if run_id == rebuilt else {})
            said += [told_of(instance, sensor, run_id) for _ in range(2)]
    assert said == [
        "Run 0000000a was stopped, and is told of now.",
        "It was told of before.",
        "Run 0000000b left no record. webhook: sent",
        "It was told of before.",
        *["It rebuilt what was published, for somebody who waited for it."] * 2,
    ]
    (record,) = finished_runs(workspace)
    assert record.message.startswith("The run was stopped from outside")
    assert len(hook.bodies) == 2
