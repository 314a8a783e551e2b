"""Which snapshots speak for a dataset: the newest, those of an earlier day, and what was said before.

Taking new ones is the work of taking.py, reading them that of loading.py.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dagster_project.contracts import Dataset, all_contracts
from dagster_project.extract import mappings, narratives
from dagster_project.pulls import WIRED
from dagster_project.snapshots import Snapshot, SnapshotStore
from dagster_project.workspace import Workspace

KEPT = ("workspace_file", "shape_file")
"""Kinds that are one file of the workspace; narratives are a folder of them."""
OWN = (*KEPT, "narrative")
"""Kinds that the municipality's own people keep in the workspace."""


def datasets_of(workspace: Workspace) -> tuple[Dataset, ...]:
    """The contracts of the sources that are on, with the workspace's own mappings laid over them."""
    on = (d for d in all_contracts() if workspace.source_is_on(d.source_id))
    return tuple(mappings.apply_mapping(dataset, workspace) for dataset in on)


def own_files(workspace: Workspace, dataset: Dataset) -> dict[str, Path]:
    """The files of a dataset of an own kind that lie in the workspace, by the name that their snapshot bears."""
    if dataset.kind == "narrative":
        return {narratives.name_of(path): path for path in narratives.files_of(workspace.root, dataset)}
    path = workspace.root / str(dataset.file_pattern)
    return {path.name: path} if path.is_file() else {}


def serving_snapshots(workspace: Workspace, dataset: Dataset, as_of: date | None = None) -> list[Snapshot]:
    """The snapshots that speak for a dataset: the newest, or of dropped files and narratives the newest of each name.

    A file that was taken out of the workspace speaks no more, except for days on which it was there.
    """
    known = SnapshotStore(workspace.snapshots).known(dataset.source_id, dataset.dataset_id, as_of)
    if dataset.is_dropped:
        return list({snapshot.url: snapshot for snapshot in known}.values())
    if dataset.kind == "narrative":
        newest = {snapshot.url: snapshot for snapshot in known}
        there = own_files(workspace, dataset)
        return [newest[name] for name in sorted(newest) if as_of is not None or name in there]
    if dataset.kind in KEPT and as_of is None and not own_files(workspace, dataset):
        return []
    return known[-1:]


def earlier_vintages(
    workspace: Workspace, dataset: Dataset, serving: Snapshot, as_of: date | None = None
) -> list[Snapshot]:
    """What a network source said before the snapshot that serves, oldest first: the figures that it revised."""
    if dataset.kind not in WIRED:
        return []
    known = SnapshotStore(workspace.snapshots).known(dataset.source_id, dataset.dataset_id, as_of)
    return known[: known.index(serving)]
