"""Rows of snapshots as they stand there, read by the product's own readers and found by their numbers.

Of registrations only the seal is read, where there are counts and no persons; a count that is not published is not
shown here either. A snapshot is verified before it is read, and read once for all rows that are wanted of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import ingest
from dagster_project.contracts import contract
from dagster_project.errors import ConfigurationError, UnsoundData, VerificationFailed
from dagster_project.extract import mappings
from dagster_project.extract.reading import ReadContext
from dagster_project.snapshots import Snapshot, SnapshotStore
from dagster_project.workspace import Workspace

SEALED_CELL = "registration_cell"
HIDDEN = "not published: a small count, or what would give one away"
_TOLD_BY_THE_SNAPSHOT = ("source_id", "dataset_id", "snapshot_id")

RawRows = dict[str, dict[int, list[dict[str, Any]]]]
"""Raw table to row number to the raw rows of it: a line with several figures is as many raw rows."""


def verified(workspace: Workspace, source_id: str, dataset_id: str, snapshot_id: str) -> tuple[Snapshot, Path]:
    """A snapshot and its bytes, after hashing them.

    Raises:
        VerificationFailed: it is gone or was changed; the message names the file.
        ConfigurationError: this user may not read it.
    """
    store = SnapshotStore(workspace.snapshots)
    sidecar = store.root / source_id / dataset_id / f"{snapshot_id}.json"
    if not sidecar.is_file():
        raise VerificationFailed(f"The value rests on snapshot {sidecar}, which is gone. Restore it from backup.")
    try:
        snapshot = store.read_sidecar(sidecar)
        return snapshot, store.verify(snapshot)
    except PermissionError as error:
        raise ConfigurationError(
            f"Snapshot {error.filename} may be read by its owner only. Run the command as that user."
        ) from error


def read_rows(workspace: Workspace, snapshot: Snapshot, path: Path, wanted: Mapping[str, set[int]]) -> RawRows:
    """The wanted rows of a snapshot, batch by batch.

    Args:
        workspace: its mappings say how its own exports are read.
        snapshot: the snapshot.
        path: its bytes.
        wanted: raw table to row numbers.

    Raises:
        VerificationFailed: today's code cannot read it, or finds no such row.
    """
    dataset = mappings.apply_mapping(contract(snapshot.source_id, snapshot.dataset_id), workspace)
    found: RawRows = {table: {} for table in wanted}
    try:
        for batch in ingest.read(dataset, path, snapshot, ReadContext()):
            if batch.table in wanted:
                for row in _of_numbers(batch.rows, wanted[batch.table]):
                    found[batch.table].setdefault(row["row_number"], []).append(_shown(batch.table, row))
    except UnsoundData as error:
        raise VerificationFailed(f"Snapshot {path} cannot be read by this version of the code: {error}") from error
    for table, numbers in wanted.items():
        if missing := numbers - found[table].keys():
            raise VerificationFailed(
                f"Snapshot {path} has no {table} row {min(missing)} as this version of the code reads it. "
                "Trace with the version that published."
            )
    return found


def _of_numbers(rows: pa.Table, numbers: set[int]) -> list[dict[str, Any]]:
    mask = pc.is_in(rows.column("row_number"), value_set=pa.array(sorted(numbers), pa.int64()))
    return rows.filter(mask).to_pylist()  # type: ignore[no-any-return]


def _shown(table: str, row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if name not in _TOLD_BY_THE_SNAPSHOT}
    if table == SEALED_CELL and row["is_hidden"] is not False:
        shown["value"] = HIDDEN
    return shown
