"""Dagster's records as a refresh writes them: in the library's own files, as its own storage reads them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import dagster as dg
import pytest

from dagster_project import event_log
from dagster_project.event_log import KeptSqliteEventLogStorage, open_records
from dagster_project.execution import prepare_dagster_home


@dg.asset
def upstream() -> None:
    """Something to build on."""


@dg.asset(deps=[upstream])
def downstream() -> None:
    """Something that builds on it."""


@dg.asset_check(asset=downstream)
def sound() -> dg.AssetCheckResult:
    """Something that is checked of it."""
    return dg.AssetCheckResult(passed=True, metadata={"rows": 7})


ASSETS = [upstream, downstream, sound]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    prepare_dagster_home(tmp_path / "dagster")
    return tmp_path / "dagster"


def _told(instance: dg.DagsterInstance, run_id: str) -> list[tuple[str, str]]:
    return [(event.event_type_value, str(event.asset_key)) for event in _events(instance, run_id)]


def _events(instance: dg.DagsterInstance, run_id: str) -> list[dg.DagsterEvent]:
    return [entry.get_dagster_event() for entry in instance.all_logs(run_id) if entry.is_dagster_event]


def test_the_library_s_own_storage_reads_what_was_kept_and_the_other_way_round(home: Path) -> None:
    with open_records(home) as kept:
        assert isinstance(kept.event_log_storage, KeptSqliteEventLogStorage)
        first = dg.materialize(ASSETS, instance=kept).run_id
        told = _told(kept, first)
        with dg.DagsterInstance.from_config(str(home)) as own:  # while the other still has its files open
            assert not isinstance(own.event_log_storage, KeptSqliteEventLogStorage)
            assert _told(own, first) == told
            assert len(told) > 15
            check = dg.AssetCheckKey(dg.AssetKey("downstream"), "sound")
            execution = own.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
            assert execution.run_id == first
            second = dg.materialize(ASSETS, instance=own).run_id
        assert [kind for kind, _ in _told(kept, second)] == [kind for kind, _ in told]
        latest = kept.get_latest_materialization_event(dg.AssetKey("downstream"))
        assert latest
        assert latest.run_id == second


def test_many_runs_keep_few_files_open(home: Path) -> None:
    with open_records(home) as kept:
        runs = [dg.materialize([upstream], instance=kept).run_id for _ in range(event_log._KEPT + 3)]
        storage = kept.event_log_storage
        assert isinstance(storage, KeptSqliteEventLogStorage)
        assert len(storage._engines) <= event_log._KEPT
        assert all(_told(kept, run) for run in runs), "those that were closed are opened again"
    assert not storage._engines


def _write(home: Path) -> None:
    with open_records(home) as kept:
        for _ in range(5):
            dg.materialize([upstream], instance=kept)


def test_two_writers_lose_nothing(home: Path) -> None:
    """Workspaces side by side write to one index, each in a process of its own."""
    with open_records(home) as kept, ProcessPoolExecutor(2, get_context("spawn")) as processes:
        list(processes.map(_write, [home, home]))
        assert len(kept.get_runs()) == 10
        assert len(kept.fetch_materializations(dg.AssetKey("upstream"), limit=100).records) == 10
