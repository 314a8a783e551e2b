"""The two resources of the job: which run this is, and the warm gate. No work is done here."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Self

import dagster as dg
from pydantic import Field

from dagster_project.conclusion import conclude_stopped
from dagster_project.gate.client import GateWorker
from dagster_project.gate.judgement import gate_log
from dagster_project.run import Run, RunOptions, clear_leftovers, refresh_lock
from dagster_project.workspace import Workspace, find_workspace

WORKSPACE_VARIABLE = "OPKOERS_WORKSPACE"


class Refresh(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What the run was asked to do, as run configuration; the defaults are those of the schedule."""

    workspace: str = ""
    """Folder of the workspace; empty: `OPKOERS_WORKSPACE`, or the nearest one above the current folder."""
    home: str = ""
    """The workspace whose data folder it uses, where that is another: for the copy that an edition keeps."""
    offline: bool = False
    only: list[str] = Field(default_factory=list)
    as_of: str = ""
    """ISO date, or empty for today."""
    pins: list[str] = Field(default_factory=list)
    """Snapshot ids to rebuild from, for `verify` and for editions; empty takes what serves."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:  # noqa: ARG002
        """Let no second refresh of the same workspace in, and clear what killed runs left."""
        if self.pins:
            yield self
            return
        with refresh_lock(self.found_workspace()):
            conclude_stopped(self.found_workspace())
            clear_leftovers(self.found_workspace())
            yield self

    def found_workspace(self) -> Workspace:
        if self.home:
            return Workspace(Path(self.workspace), home=Path(self.home))
        folder = self.workspace or os.environ.get(WORKSPACE_VARIABLE)
        return find_workspace(Path(folder) if folder else None)

    def run(self, run_id: str) -> Run:
        """The run with this id, its folder made."""
        options = RunOptions(
            offline=self.offline,
            only=tuple(self.only),
            as_of=date.fromisoformat(self.as_of) if self.as_of else None,
            pins=tuple(self.pins) or None,
        )
        run = Run(self.found_workspace(), run_id, options)
        run.begin()
        return run


@dg.resource(required_resource_keys={"refresh"})
def gate(context: dg.InitResourceContext) -> Iterator[GateWorker]:
    """The process that runs the expectation suites, started before the first step so that it is warm at the gate."""
    workspace = context.resources.refresh.found_workspace()
    with GateWorker(gate_log(workspace)).start() as worker:
        yield worker
