"""Which reader reads a snapshot: by the kind of its contract.

Reading itself is the work of `extract/`, and of `registration/` for what was sealed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dagster_project.contracts import Dataset
from dagster_project.extract import cbs, duo, figures, narratives, printed, shapes, workspace_files
from dagster_project.extract.reading import ReadContext
from dagster_project.raw import RawBatch
from dagster_project.registration import seal
from dagster_project.snapshots import Snapshot


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Raw rows of a snapshot, by the reader of its contract's kind.

    Raises:
        UnsoundData: the content is not what the contract promises.
    """
    if dataset.kind in ("cbs_v3", "cbs_v4"):
        return cbs.read(dataset, path, snapshot.snapshot_id, snapshot.is_synthetic)
    if dataset.kind == "duo_csv":
        return duo.read(dataset, path, snapshot.snapshot_id, snapshot.is_synthetic)
    reader = {
        "figure_file": figures.read,
        "printed_list": printed.read,
        "workspace_file": workspace_files.read,
        "narrative": narratives.read,
        "shape_file": shapes.read,
        "sealed": seal.read,
    }[dataset.kind]
    return reader(dataset, path, snapshot, context)
