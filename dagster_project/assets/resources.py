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
from dagster_project.many.installation import installation_in_environment
from dagster_project.run import Run, RunOptions, clear_leftovers, refresh_lock
from dagster_project.tags import tags_of_run
from dagster_project.workspace import Workspace, find_workspace

WORKSPACE_VARIABLE = "OPKOERS_WORKSPACE"
PARTITION_TAG = "dagster/partition"


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
    common: str = ""
    """Folder of the workspaces that share national snapshots; empty: the workspace pulls for itself."""
    since: str = ""
    """With `common`: the UTC moment after which publishers must have been asked; empty: an hour ago will do."""
    is_patient: bool = False
    """Nobody waits: a source that does not answer is tried again some minutes later."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """Let no second refresh of the same workspace in, clear what killed runs left, and tag the run."""
        if context.run and context.instance:
            context.instance.add_run_tags(context.run.run_id, tags_of_run())
        if self.pins:
            yield self
            return
        own = self.for_partition(context.run.tags.get(PARTITION_TAG) if context.run else None)
        with refresh_lock(own.found_workspace()):
            conclude_stopped(own.found_workspace())
            clear_leftovers(own.found_workspace())
            yield own

    def for_partition(self, key: str | None) -> Self:
        """The same, for the workspace that a partition of the installation in the environment stands for."""
        installation = installation_in_environment()
        if key is None or installation is None or self.workspace:
            return self
        return self.model_copy(
            update={"workspace": str(installation.workspace(key).root), "common": str(installation.root)}
        )

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
            common=Path(self.common) if self.common else None,
            since=self.since,
            is_patient=self.is_patient,
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
