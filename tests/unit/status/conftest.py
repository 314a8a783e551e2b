"""A morning to look at: a workspace with one source in trouble, one never had, and files of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dagster_project.demo import init_workspace
from dagster_project.doctor import Finding
from dagster_project.run import RunState
from dagster_project.status.look import DatasetState, Morning
from dagster_project.workspace import Workspace

HAD = DatasetState(
    source="cbs",
    dataset="arbeidsdeelname_gemeenten",
    is_own=False,
    is_wired=True,
    names=("86008NED",),
    checked_at="2026-11-26T05:00:00Z",
    changed_on=date(2025, 3, 1),
    rows=12345,
    origin="wire",
    is_synthetic=False,
    gate="passed",
    trouble="out of reach since 2026-11-20; succeeded by 99999NED",
    expected_on=date(2026, 3, 1),
    is_overdue=True,
)
NEVER = replace(
    HAD, dataset="woz", checked_at=None, changed_on=None, trouble="", expected_on=None, is_overdue=False, gate=""
)
OWN = replace(HAD, source="municipal", dataset="plans", is_own=True, trouble="", expected_on=None, is_overdue=False)
RUN = RunState(
    *("0123456789abcdef", "2026-11-26T05:00:00Z", "2026-11-26", "x", "c", "f", "0.1.0"),
    outcome="refused",
    exit_code=3,
    message="Suite cbs found [b]nothing[/b] \x1b[2J. The publication p-1 still stands.",
    validations=[{"result": "passed"}, {"result": "failed"}],
)


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    init_workspace(tmp_path, "GM0396", "Heemskerk", registrations=False)
    return Morning(
        workspace=Workspace(tmp_path),
        today=date(2026, 11, 26),
        manifest={
            "publication_id": "20261126T154645Z-1e36cc88",
            "created_at": "2026-11-26T15:47:19Z",
            "as_of": "2026-11-26",
            "set_aside": [],
            "pins": [],
            "tables": {"a": {"rows": 1000}, "b": {"rows": 234}},
        },
        runs=(RUN,),
        datasets=(HAD, NEVER, OWN, replace(OWN, dataset="opgaven", gate="warned")),
        originals=(),
        last_edition="2026-10",
        next_edition="2027-04",
        disk=Finding("ok", "disk", "54.3 GB free at /srv/opkoers/data"),
        notices="Nobody is told when a run is refused: [notify] in opkoers.toml is empty.",
        is_refreshing=False,
    )
