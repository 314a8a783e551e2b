"""The next refresh after a fault: all that it reads and writes of the workspace, or the whole command.

The models and the gates work in the folder of the run alone and follow from the snapshots that are pinned. So that
hundreds of faults fit, a short recovery does not repeat them: it clears, takes everything in, and what then stands in
the workspace must be what stood there when nothing struck. Some go on: they pin the same snapshots, and publish the
database of that run. After some faults the whole command runs.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

import duckdb

from dagster_project import cli, ingest
from dagster_project.conclusion import conclude, conclude_stopped
from dagster_project.gate import judgement
from dagster_project.publication import publish
from dagster_project.run import BUILD_DATABASE, Run, RunOptions, RunState, clear_leftovers, refresh_lock
from dagster_project.workspace import Workspace
from tests.survival.base import Base
from tests.survival.soundness import grounds
from tests.survival.steps import SOURCES


def by_command(*arguments: str) -> int:
    """Run a command of the product in this process, and give its exit code."""
    try:
        cli.main([*arguments])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


def shortly(root: Path, base: Base, *, loads: bool, publishes: bool) -> int:
    """Refresh, but for models and gates; and, where that is not asked for, only as far as all is cleared and taken in.

    Args:
        root: the workspace.
        base: what the run that nothing struck came to.
        loads: whether the snapshots are read again; where not, it is enough that they are there.
        publishes: whether it goes on to a publication, which follows from what is pinned.

    Returns:
        The exit code.

    Raises:
        AssertionError: other snapshots are pinned.
    """
    workspace = Workspace(root)
    with refresh_lock(workspace):
        conclude_stopped(workspace)
        clear_leftovers(workspace)
        run = Run(workspace, str(uuid4()), RunOptions())
        run.begin()
        for source_id in SOURCES:
            ingest.take(run, source_id)
        if loads or publishes:  # a publication names what its own run has read
            ingest.reject_strays(run)
            ingest.load_raw(run)
            found, wanted = grounds({"pins": run.state().pins}), grounds(base.expected)
            assert found == wanted, f"other snapshots are pinned: {set(found) ^ set(wanted)}"
        if publishes:
            publish_built(run, base.built() / BUILD_DATABASE)
        shutil.rmtree(run.folder)
    return 0


def publish_built(run: Run, database: Path) -> RunState:
    """Publish a database that another run built, as this run's."""
    shutil.copyfile(database, run.database)
    judgement.load_results(run)
    with duckdb.connect(str(run.database)) as connection:
        connection.execute("insert into marts.audit_run by name select * from raw.run where outcome = 'running'")
    return conclude(run, publish(run))
