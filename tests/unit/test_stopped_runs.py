"""What a run leaves that was stopped from outside, and what the next one makes of it."""

from __future__ import annotations

import json
import os

import pytest

from dagster_project.conclusion import conclude_stopped
from dagster_project.publication import point_at
from dagster_project.run import Run, RunOptions, clear_leftovers, finished_runs
from dagster_project.workspace import Workspace
from tests.unit.registration.conftest import bare_workspace

__all__ = ["bare_workspace"]


def begun(workspace: Workspace, run_id: str = "run-1", options: RunOptions | None = None) -> Run:
    run = Run(workspace, run_id, options or RunOptions())
    run.begin()
    return run


def stand(workspace: Workspace, run_id: str) -> None:
    folder = workspace.publications / "publication-1"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"publication_id": folder.name, "run_id": run_id, "pins": []}))
    point_at(workspace, folder)


def test_a_run_that_was_killed_gets_its_record(bare_workspace: Workspace) -> None:
    begun(bare_workspace)
    conclude_stopped(bare_workspace)
    clear_leftovers(bare_workspace)
    (record,) = finished_runs(bare_workspace)
    assert (record.run_id, record.outcome, record.exit_code) == ("run-1", "failed", 1)
    assert record.message.startswith("The run was stopped from outside")
    assert list(bare_workspace.build.iterdir()) == []


def test_one_that_was_killed_just_after_publishing_did_publish(bare_workspace: Workspace) -> None:
    begun(bare_workspace)
    stand(bare_workspace, "run-1")
    conclude_stopped(bare_workspace)
    (record,) = finished_runs(bare_workspace)
    assert (record.outcome, record.exit_code, record.publication_id) == ("published", 0, "publication-1")


def test_a_run_that_ended_and_a_rebuild_get_no_other_record(bare_workspace: Workspace) -> None:
    begun(bare_workspace).finish("nothing_new", 0, "Nothing new.")
    begun(bare_workspace, "run-2", RunOptions(pins=()))
    conclude_stopped(bare_workspace)
    assert [record.message for record in finished_runs(bare_workspace)] == ["Nothing new."]


def test_what_cannot_be_read_of_a_killed_run_stops_no_later_one(bare_workspace: Workspace) -> None:
    run = begun(bare_workspace)
    (run.folder / "state.json").write_text('{"of_another_version": 1}')
    conclude_stopped(bare_workspace)
    clear_leftovers(bare_workspace)
    assert (list(finished_runs(bare_workspace)), list(bare_workspace.build.iterdir())) == ([], [])


def test_the_record_finds_room_where_there_is_none_left(
    bare_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(bare_workspace)
    sync = os.fsync

    def full_but_for_the_reserve(handle: int) -> None:
        if any(path.stat().st_size > 100_000 for path in run.folder.iterdir()):
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full_but_for_the_reserve)
    with pytest.raises(OSError, match="No space left"):
        run.note_set_aside("something")
    run.finish("failed", 1, "No room left.")
    assert [record.message for record in finished_runs(bare_workspace)] == ["No room left."]


def test_what_was_built_anew_to_compare_is_cleared_by_the_next_run(bare_workspace: Workspace) -> None:
    folder = begun(bare_workspace, "run-2", RunOptions(pins=())).folder
    clear_leftovers(bare_workspace)
    assert not folder.exists()


def test_whatever_stands_under_a_temporary_name_goes(bare_workspace: Workspace) -> None:
    data, root = bare_workspace.data, bare_workspace.root
    left = [
        data / ".current.77.tmp",
        data / ".secret.key.77.tmp",
        data / "runs" / ".run.json.77.tmp",
        data / "snapshots" / "cbs" / "kwb" / ".0.zip.tmp",
        data / "confidential" / ".grounds.json.77.tmp",
        root / "rejected" / "dataset" / ".lines.csv.77.tmp",
        root / "accepted" / ".receipt.txt.77.tmp",
    ]
    half = [data / "publications" / ".1.tmp", data / "editions" / ".2026-04.tmp"]
    stays = [data / "build" / "pulls" / "page.json", root / "drop" / ".half.tmp", data / "snapshots" / "x.zip"]
    for path in (*left, *stays, *(folder / "deep" / "page.html" for folder in half)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (half[1] / "deep").chmod(0o555)
    clear_leftovers(bare_workspace)
    assert [path for path in (*left, *half) if path.exists()] == []
    assert [path for path in stays if not path.exists()] == []


def test_a_damaged_record_of_a_run_is_named_and_passed_over(
    bare_workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    begun(bare_workspace).finish("nothing_new", 0, "Nothing new.")
    (path,) = bare_workspace.runs.iterdir()
    path.write_text(path.read_text()[:40])
    assert list(finished_runs(bare_workspace)) == []
    assert f"{path.name} is not as it was written" in caplog.text
