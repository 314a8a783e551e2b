"""What earlier runs say of snapshots: one that a gate refused is known, unless it was published all the same."""

from __future__ import annotations

from pathlib import Path

from dagster_project.gate.judgement import refused_snapshots
from dagster_project.workspace import Workspace
from tests.unit.notify.runs import FAILED_ROW, begun, refused, workspace


def origin(snapshot_id: str) -> dict[str, object]:
    return {"dataset": "cbs/population", "snapshot_id": snapshot_id, "rows": 1, "row_numbers": [2]}


def published(found: Workspace, run_id: str, snapshot_id: str) -> None:
    run = begun(found, run_id)
    with run.changing() as state:
        state.pins = [{"source_id": "cbs", "dataset_id": "population", "snapshot_id": snapshot_id}]
    run.finish("published", 0, "Published.", run_id)


def test_snapshots_with_refused_rows_are_known(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    assert refused_snapshots(found) == set()
    refused(begun(found, "aaaa1111"), origins=[origin("bad"), origin("worse")])
    assert refused_snapshots(found) == {"bad", "worse"}


def test_a_warning_does_not_count_and_neither_does_a_check_that_could_not_run(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    run = begun(found, "aaaa1111")
    with run.changing() as state:
        state.validations.append(FAILED_ROW | {"severity": "warning", "origins": [origin("odd")]})
    refused(run, result="broken")
    assert refused_snapshots(found) == set()


def test_one_that_was_published_later_counts_no_more(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    refused(begun(found, "aaaa1111"), origins=[origin("mended")])
    published(found, "bbbb2222", "mended")
    assert refused_snapshots(found) == set()
