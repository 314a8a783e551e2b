"""Many publications under readers: one process publishes again and again, others read what stands all the while."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from dagster_project.run import BUILD_DATABASE, Run, RunOptions, refresh_lock
from dagster_project.workspace import Workspace
from tests.survival.base import Base, copy_tree
from tests.survival.child import in_child
from tests.survival.reader import Read, reading
from tests.survival.recovery import publish_built

_HELD = "select count(*), sum(hash(t)) from marts.fct_indicator_value as t"


@dataclass
class Came:
    """What the loop came to."""

    published: list[str] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    held: bool = False
    """Whether a reader that held the first file open read the same to the end."""

    @property
    def sentence(self) -> str:
        looks = sum(read.looks for read in self.reads)
        errors = sum(len(read.errors) for read in self.reads)
        return f"{len(set(self.published))} publications, {len(self.reads)} readers, {looks} reads, {errors} errors"

    def faults(self) -> list[str]:
        """What did not hold, one sentence each."""
        found = [error for read in self.reads for error in read.errors]
        if len(set(self.published)) < len(self.published):
            found.append("Two publications have one name.")
        if any(len(read.publications) <= len(self.published) // 5 for read in self.reads):
            found.append("A reader did not see the publications come and go.")
        if not self.held:
            found.append("A reader that held the first file open read something else afterwards.")
        return found


def publish_under_readers(base: Base, folder: Path, times: int, readers: int = 2) -> Came:
    """Publish so many times, two contents in turn, while readers read without a pause.

    Args:
        base: prepared workspaces.
        folder: an empty folder to work in.
        times: how many publications.
        readers: how many of them, each a process of its own.
    """
    root = folder / "workspace"
    folder.mkdir(exist_ok=True)
    copy_tree(base.folder / "published", root)
    came = Came()
    with ExitStack() as stack:
        ends = [
            stack.enter_context(reading(root / "data", folder / f"reader-{n}.json", seed=n, pause=0.05))
            for n in range(readers)
        ]
        ending = in_child(lambda: _publish_often(root, base, times), folder / "writer.json")
        came.reads = [end() for end in ends]
    result = ending.value()
    came.published, came.held = result["published"], result["held"]
    return came


def _publish_often(root: Path, base: Base, times: int) -> dict[str, Any]:
    workspace = Workspace(root)
    other = root.with_name("other.duckdb")
    shutil.copyfile(base.built() / BUILD_DATABASE, other)
    with duckdb.connect(str(other)) as connection:
        connection.execute("update marts.fct_indicator_value set value = value + 1 where value is not null")
    published = []
    with duckdb.connect(str(workspace.current / "warehouse.duckdb"), read_only=True) as held:
        before = held.execute(_HELD).fetchall()
        for number in range(times):
            published.append(_publish_once(workspace, (other, base.built() / BUILD_DATABASE)[number % 2]))
        after = held.execute(_HELD).fetchall()
    return {"published": published, "held": before == after}


def _publish_once(workspace: Workspace, database: Path) -> str:
    with refresh_lock(workspace):
        run = Run(workspace, str(uuid4()), RunOptions(offline=True))
        run.begin()
        state = publish_built(run, database)
        shutil.rmtree(run.folder)
    assert state.publication_id, state.message
    return state.publication_id
