"""The snapshots on disk: every file is a snapshot's, every sidecar is as it was written, every byte as it came.

What a sidecar says beyond its own schema is held against the manifests and editions that rest on it: they keep a hash
of what never changes and of the sightings of then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.errors import VerificationFailed
from dagster_project.registration.vault import Vault
from dagster_project.snapshots import Snapshot, SnapshotStore
from dagster_project.verification.pace import Pace
from dagster_project.warehouse import WAREHOUSE

_WAY_OUT = "Restore it from backup."


@dataclass
class Stored:
    """What lies in the snapshots folder. `sound` holds the readable sidecars by `source/dataset/snapshot`."""

    sound: dict[str, Snapshot] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """Those of which a record told a fault: once is enough, however many records rest on them."""
    faults: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    """Unfinished files of killed runs, which nothing reads."""


def look(store: SnapshotStore) -> Stored:
    """Read every sidecar, hash every snapshot, and name every file that is neither."""
    stored = Stored()
    files = sorted(path for path in store.root.rglob("*") if path.is_symlink() or not path.is_dir())
    by_stem: dict[str, list[str]] = {}
    for path in files:
        by_stem.setdefault(_stem(path.relative_to(store.root).as_posix()), []).append(path.name)
    sizes = sum(path.stat().st_size for path in files if path.is_file())
    pace = Pace(f"Hashing {len(files)} files of snapshots", sizes)
    for path in files:
        name = path.relative_to(store.root).as_posix()
        if path.name.startswith(".") and path.name.endswith(".tmp"):
            stored.leftovers.append(f"snapshots/{name} was left by a run that was killed; nothing reads it.")
        else:
            stored.faults += _file_faults(store, path, name, by_stem[_stem(name)], stored.sound)
        pace.passed(path)
    return stored


def _stem(name: str) -> str:
    return name.removesuffix(f".{name.rpartition('.')[2]}")


def _file_faults(
    store: SnapshotStore, path: Path, name: str, beside: list[str], sound: dict[str, Snapshot]
) -> Iterator[str]:
    """What is wrong with one file; `beside` are the files of the same stem."""
    place = name.split("/")
    if len(place) != 3 or path.is_symlink():
        yield f"snapshots/{name} is no snapshot: nobody knows where it came from. Take it out."
    elif path.suffix != ".json":
        if f"{path.stem}.json" not in beside:
            yield (
                f"snapshots/{name} has no sidecar: it was taken away, or the run that wrote the bytes was killed. "
                "Nothing reads it. Restore the sidecar from backup, or take the file out."
            )
    else:
        try:
            snapshot = store.read_sidecar(path)
            sound[name.removesuffix(".json")] = snapshot
            store.verify(snapshot)
            yield from _double(snapshot, beside)
            yield from _size(store, snapshot, name)
        except VerificationFailed as error:
            yield str(error)


def _double(snapshot: Snapshot, beside: list[str]) -> Iterator[str]:
    for other in beside:
        if other not in (f"{snapshot.snapshot_id}.json", snapshot.relative_path.name):
            yield (
                f"snapshots/{snapshot.key}/{other} is not the file that its sidecar speaks of (.{snapshot.extension}). "
                "Take it out."
            )


def _size(store: SnapshotStore, snapshot: Snapshot, name: str) -> Iterator[str]:
    found = store.path_of(snapshot).stat().st_size
    if found != snapshot.bytes:
        yield f"Sidecar snapshots/{name} says {snapshot.bytes} bytes, and the file has {found}. {_WAY_OUT}"


def witness_faults(
    stored: Stored, record: Mapping[str, Any], name: str, folder: Path, rejected: Path, *, must_exist: bool
) -> Iterator[str]:
    """Pinned snapshots that are gone, or whose sidecar says something else than when a record was made.

    Args:
        stored: what lies in the snapshots folder.
        record: a manifest or an edition's record.
        name: what to call it.
        folder: where it stands, with the warehouse that tells what the sidecars said.
        rejected: where unsound snapshots were moved to: of an earlier publication they may lie there.
        must_exist: whether it is to be built anew, and so needs every snapshot in its place.
    """
    for pin in record["pins"]:
        key = f"{pin['source_id']}/{pin['dataset_id']}/{pin['snapshot_id']}"
        snapshot = stored.sound.get(key)
        if key in stored.told:
            continue
        if snapshot is None:
            if must_exist or not (rejected / f"{key}.json").is_file():
                stored.told.add(key)
                yield (
                    f"Pin snapshots/{key[:-52]}… of {name} has no snapshot any more, or none with a sound sidecar. "
                    "Restore it from backup."
                )
            continue
        witness = record.get("sidecars", {}).get(key)
        if witness is None:
            continue
        now = snapshot.witness(witness["sightings"])
        if now != witness:
            stored.told.add(key)
        if now["facts_sha256"] != witness["facts_sha256"]:
            what = _changed(folder, snapshot)
            yield f"Sidecar snapshots/{key}.json was changed after {name} was made{what}. {_WAY_OUT}"
        elif now != witness:
            yield (
                f"Sidecar snapshots/{key}.json has other sightings than {name} knew: moments were changed or taken "
                f"out. {_WAY_OUT}"
            )


def original_faults(vault: Vault, warehouse: Path) -> Iterator[str]:
    """Originals on which a publication rests and of which nothing is left, not even that they were forgotten."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            rows = connection.execute(
                "select original_id, file_name from marts.dim_registration_file order by original_id"
            ).fetchall()
    except duckdb.Error:
        return  # the warehouse is not as it was published, which is named as a fault of its own
    for original_id, file_name in rows:
        if not vault.knows(original_id):
            yield f"Original {vault.root / original_id}.json ({file_name}) is gone, and was never forgotten. {_WAY_OUT}"


def _changed(folder: Path, snapshot: Snapshot) -> str:
    """Which field was changed, where the warehouse of the publication says what it was."""
    content = asdict(snapshot)
    try:
        with duckdb.connect(str(folder / WAREHOUSE), read_only=True) as connection:
            cursor = connection.execute(
                "select * exclude (last_seen_at, is_serving, file_path) from marts.audit_snapshot"
                " where snapshot_id = $id and source_id = $source and dataset_id = $dataset",
                {"id": snapshot.snapshot_id, "source": snapshot.source_id, "dataset": snapshot.dataset_id},
            )
            names = [column[0] for column in cursor.description or ()]
            row = cursor.fetchone()
    except duckdb.Error:
        return ""  # the warehouse is not as it was published, which is named as a fault of its own
    for column, value in zip(names, row or (), strict=False):
        was = value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
        if column in content and content[column] != was:
            return f": {column} was {was}, and is {content[column]}"
    return ""
