"""What must hold of a workspace after a fault, and what must hold besides once the next refresh has run.

Looked at with as little of the product as can be: files, hashes and JSON. Every fault found is one sentence.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.registration.vault import Vault, vault_faults
from dagster_project.snapshots import SnapshotStore
from dagster_project.verification import kept as records
from dagster_project.workspace import Workspace

_LINES = 3
_TRACE = re.compile(r"Traceback|File \".*\", line \d+")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Before:
    """What there was before the fault, none of which may be lost.

    Attributes:
        snapshots: path below the snapshots folder of the bytes of each.
        publications: their names.
        originals: sha256 of each original in the vault.
        drop: name to sha256 of each export in `drop/`.
        current: name of the publication that stood.
    """

    snapshots: frozenset[str]
    publications: frozenset[str]
    originals: frozenset[str]
    drop: dict[str, str]
    current: str


def look(root: Path) -> Before:
    """What there is in a workspace."""
    data = root / "data"
    stored = (path for path in (data / "snapshots").glob("*/*/*") if path.suffix != ".json" and path.name[0] != ".")
    return Before(
        snapshots=frozenset(path.relative_to(data / "snapshots").as_posix() for path in stored),
        publications=frozenset(path.name for path in (data / "publications").glob("[!.]*")),
        originals=frozenset(path.stem for path in (data / "confidential" / "originals").glob("[!.]*.age")),
        drop={path.name: sha256(path) for path in (root / "drop").glob("[!.]*") if path.is_file()},
        current=(data / "current").resolve(strict=True).name,
    )


def faults(root: Path, before: Before, *, forgets: bool = False) -> Iterator[str]:
    """What is lost or half, at any moment after a fault."""
    yield from _publication_faults(root / "data", before)
    yield from _snapshot_faults(root / "data", before)
    yield from _drop_faults(root, before)
    workspace = Workspace(root)
    yield from vault_faults(workspace)
    kept = {original.original_id for original in Vault(workspace).all() if original.forgotten_at is None}
    if not forgets and before.originals - kept:
        yield f"originals {before.originals - kept} are lost"
    found = records.look(workspace)
    yield from (*found.faults, *records.file_faults(found.editions), *records.edition_chain_faults(found.editions))
    for path in (root / "data" / "runs").glob("[!.]*"):
        json.loads(path.read_text(encoding="utf-8"))


def _publication_faults(data: Path, before: Before) -> Iterator[str]:
    there = {path.name: path for path in (data / "publications").glob("[!.]*")}
    if before.publications - there.keys():
        yield f"publications {before.publications - there.keys()} are lost"
    for name, folder in there.items():
        if not (folder / "manifest.json").is_file():
            yield f"publication {name} is half: it has no manifest"
            continue
        files: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        if found != files.keys() | {"manifest.json"}:
            yield f"publication {name} is half: {found ^ (files.keys() | {'manifest.json'})}"
            continue
        if name in before.publications:
            continue  # nothing writes there; the readers hash what stands
        yield from (f"{name}/{file} is torn" for file, expected in files.items() if sha256(folder / file) != expected)
    if (data / "current").resolve().name not in there:
        yield f"current points at {(data / 'current').resolve()}, which is no publication"


def _snapshot_faults(data: Path, before: Before) -> Iterator[str]:
    store = SnapshotStore(data / "snapshots")
    for sidecar in store.root.glob("*/*/[!.]*.json"):
        snapshot = store.read_sidecar(sidecar)
        path = store.path_of(snapshot)
        if not path.is_file():
            yield f"snapshot {snapshot.key} {path.name[:12]} has a sidecar and no bytes"
        elif sha256(path) != snapshot.snapshot_id:
            yield f"snapshot {snapshot.key} {path.name[:12]} was changed"
    for name in before.snapshots:
        path, aside = data / "snapshots" / name, data / "rejected" / name
        stored = path.is_file() and path.with_suffix(".json").is_file()
        if not stored and not (aside.is_file() and aside.with_suffix(".json").is_file() and _is_named_so(aside)):
            yield f"snapshot {name} is lost"


def _is_named_so(path: Path) -> bool:
    return sha256(path) == path.stem


def _drop_faults(root: Path, before: Before) -> Iterator[str]:
    there = [*(root / "drop").glob("*"), *(root / "accepted").glob("*"), *(root / "rejected").glob("*")]
    known = {sha256(path) for path in there if path.is_file()}
    known |= {path.stem for path in (root / "data" / "confidential" / "originals").glob("[!.]*.age")}
    yield from (f"export {name} is lost" for name, digest in before.drop.items() if digest not in known)


def leftovers(root: Path, persons: tuple[str, ...]) -> Iterator[str]:
    """What must be gone once the next refresh has run: unfinished files, folders of runs, persons in plain."""
    data = root / "data"
    for path in root.rglob(".*tmp"):
        if not path.is_relative_to(data / "dagster"):
            yield f"{path.relative_to(root)} was left"
    yield from (f"build/{path.name} was left" for path in (data / "build").glob("*") if path.name != "pulls")
    words = tuple(person.encode() for person in persons)
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and any(word in path.read_bytes() for word in words):
            yield f"{path.relative_to(root)} holds persons in plain"


def unplain(text: str, code: int | None, kind: str) -> Iterator[str]:
    """Why what was said of a fault is no plain message; nothing where it is one."""
    told = text.strip()
    if code is None or code not in (1, 2, 3, 4, 5, 6):
        yield f"exit code {code}"
    if not told or told.count("\n") >= _LINES or _TRACE.search(told):
        yield f"not plain: {told[:300]!r}"
    if kind in ("full", "limit", "disk") and not re.search(r"\broom\b", told):
        yield f"does not say that there is no room: {told[:300]!r}"
    if kind == "deny" and not re.search(r"ermission", told):
        yield f"does not say that a permission is lacking: {told[:300]!r}"
    if kind == "eio" and "disk" not in told:
        yield f"does not say that the disk failed: {told[:300]!r}"
    if kind == "rot" and "snapshots/" not in told:
        yield f"does not name the snapshot that was changed: {told[:300]!r}"


_OF_THE_MOMENT = ("aggregate", "cbs")
"""Sources whose bytes hold a moment or an address that differs from run to run: they are compared by their number."""


def _named(sidecar: Path) -> str:
    """A snapshot by its dataset and bytes."""
    dataset = sidecar.parent
    name = "" if dataset.parent.name in _OF_THE_MOMENT else sidecar.stem
    return f"{dataset.parent.name}/{dataset.name}/{name}"


def keeps(root: Path) -> dict[str, object]:
    """What a workspace keeps from run to run, of which the rest of a refresh is a function."""
    data = root / "data"
    grounds_file = data / "confidential" / "grounds.json"
    return {
        "snapshots": sorted(_named(path) for path in (data / "snapshots").glob("*/*/[!.]*.json")),
        "originals": sorted(path.name for path in (data / "confidential" / "originals").glob("[!.]*")),
        "confidential database": grounds_file.read_text() if grounds_file.is_file() else None,
        "drop": sorted(path.name for path in (root / "drop").glob("[!.]*")),
        "set aside": sorted(_named(path) for path in (data / "rejected").glob("*/*/*.json")),
    }


def grounds(manifest: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What a publication rests on, without its order."""
    return sorted(
        (pin["source_id"], pin["dataset_id"], "" if pin["source_id"] in _OF_THE_MOMENT else pin["snapshot_id"])
        for pin in manifest["pins"]
    )
