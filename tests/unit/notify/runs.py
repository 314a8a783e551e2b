"""Runs that ended, made with the product's own pieces: a workspace, a state, and its conclusion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dagster_project.conclusion import conclude
from dagster_project.run import Run, RunOptions, RunState
from dagster_project.workspace import Workspace

HEAD = 'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n'
REFUSAL = "Suite cbs_observation: value_is_a_figure on raw.cbs_observation.value_text expected a finite number."
FAILED_ROW: dict[str, Any] = {
    "run_id": "",
    "stage": "after_ingest",
    "suite": "cbs_observation",
    "table_name": "raw.cbs_observation",
    "expectation": "unexpected_rows_expectation(value_is_a_figure)",
    "column_name": "value_text",
    "severity": "critical",
    "result": "failed",
    "observed": "3 rows otherwise",
    "expected": "a finite number that is not below zero, or a cell that says why there is none",
    "unexpected_count": 3,
    "element_count": 1412,
    "message": REFUSAL,
}


def workspace(folder: Path, notify: str = "") -> Workspace:
    """A workspace with settings of its own under `[notify]`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "opkoers.toml").write_text(f"{HEAD}\n{notify}", encoding="utf-8")
    return Workspace(folder)


def begun(found: Workspace, run_id: str = "0123abcd-0000", **options: Any) -> Run:
    """A run that has begun."""
    run = Run(found, run_id, RunOptions(**options))
    run.begin()
    return run


def refused(run: Run, **changes: Any) -> RunState:
    """The state in which a run ends that a gate refused."""
    with run.changing() as state:
        state.validations.append(FAILED_ROW | {"run_id": run.run_id} | changes)
    return conclude(run, error=RuntimeError("the step after the gate was not run"))
