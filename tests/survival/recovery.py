"""The next refresh after a fault: all that it reads and writes of the workspace, or the whole command.

The models and the gates work in the folder of the run alone and follow from the snapshots that are pinned. So that
hundreds of faults fit, a short recovery does not repeat them: once it has pinned the same snapshots as the run that
nothing struck, it goes on with the database of that run. Of some faults the whole command runs.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from dagster_project import cli, ingest
from dagster_project.conclusion import conclude, conclude_stopped
from dagster_project.gate import judgement
from dagster_project.publication import publish
from dagster_project.run import BUILD_DATABASE, Run, RunOptions, clear_leftovers, refresh_lock
from dagster_project.workspace import Workspace
from tests.survival.soundness import grounds
from tests.survival.steps import SOURCES


def by_command(*arguments: str) -> int:
    """Run a command of the product in this process, and give its exit code."""
    try:
        cli.main([*arguments])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


def shortly(root: Path, built: Path, expected: dict[str, Any], *, loads: bool, publishes: bool) -> int:
    """Refresh, but for models and gates.

    Args:
        root: the workspace.
        built: the folder of the run that nothing struck, with its audited database.
        expected: the manifest of the publication that it came to.
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
        if loads:
            ingest.reject_strays(run)
            ingest.load_raw(run)
            found, wanted = grounds({"pins": run.state().pins}), grounds(expected)
            assert found == wanted, f"other snapshots are pinned: {set(found) ^ set(wanted)}"
        with run.changing() as state:
            state.pins = expected["pins"]
        if not publishes:
            shutil.rmtree(run.folder)
            return 0
        shutil.copyfile(built / BUILD_DATABASE, run.database)
        judgement.load_results(run)
        with duckdb.connect(str(run.database)) as connection:
            connection.execute("insert into marts.audit_run by name select * from raw.run where outcome = 'running'")
        state = conclude(run, publish(run))
        shutil.rmtree(run.folder)
    return 1 if state.exit_code is None else state.exit_code
