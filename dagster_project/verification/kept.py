"""What was published and frozen, as files: each is as its record says, and each record is one that can be read.

What a rebuild gives is not looked at here (`anew.py`), nor whether the records themselves are those that were written
(`chained.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jsonschema

from dagster_project.contracts import EDITION
from dagster_project.editions.store import RECORD, Edition
from dagster_project.publication import MANIFEST, current_folder
from dagster_project.signing import SUFFIX
from dagster_project.snapshots import sha256_of
from dagster_project.verification.pace import Pace
from dagster_project.warehouse import WAREHOUSE, content_hash, is_audit, table_hashes
from dagster_project.workspace import Workspace

_WAY_OUT = "Restore it from backup."
_SCHEMA = Path(__file__).parent / "record.schema.json"
_ALSO = {MANIFEST: ("created_at", "previous_manifest_sha256"), RECORD: ("label", "frozen_at", "previous_edition")}
"""What the record of a publication must say beside what both say, and that of an edition."""


@dataclass(frozen=True)
class Kept:
    """A publication or an edition whose record can be read."""

    folder: Path
    record_name: str
    """manifest.json or edition.json."""
    record: dict[str, Any]

    @property
    def name(self) -> str:
        """Its place below the data folder."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def record_file(self) -> Path:
        return self.folder / self.record_name

    @property
    def is_edition(self) -> bool:
        return self.record_name == RECORD

    def as_edition(self) -> Edition:
        """The same, as the edition that it is."""
        return Edition(self.folder.name, self.folder, self.record)


@dataclass(frozen=True)
class Found:
    """All that stands in `publications/` and `editions/`."""

    publications: tuple[Kept, ...]
    editions: tuple[Kept, ...]
    faults: tuple[str, ...]
    leftovers: tuple[str, ...]
    """What killed runs left unfinished, and nothing reads."""


def look(workspace: Workspace) -> Found:
    """Read the record of every publication and edition; what else lies there is named."""
    faults: list[str] = []
    leftovers: list[str] = []
    kept: dict[str, list[Kept]] = {MANIFEST: [], RECORD: []}
    for root, record_name in ((workspace.publications, MANIFEST), (workspace.editions, RECORD)):
        for path in sorted(root.glob("*")):
            name = f"{root.name}/{path.name}"
            if path.name.startswith(".") and path.name.endswith(".tmp"):
                leftovers.append(f"{name} was left by a run that was killed; nothing reads it.")
            elif not path.is_dir() or path.is_symlink() or (root == workspace.editions and not _is_label(path.name)):
                faults.append(f"{name} does not belong there: nobody knows where it came from. Take it out.")
            else:
                faults += _read(path, record_name, kept[record_name])
    return Found(tuple(kept[MANIFEST]), tuple(kept[RECORD]), tuple(faults), tuple(leftovers))


def _is_label(name: str) -> bool:
    return bool(EDITION.fullmatch(name))


def _read(folder: Path, record_name: str, into: list[Kept]) -> Iterator[str]:
    """Add what stands in a folder, or say why it cannot be read."""
    name = f"{folder.parent.name}/{folder.name}/{record_name}"
    try:
        record = json.loads((folder / record_name).read_text(encoding="utf-8"))
        _validator(record_name).validate(record)
    except FileNotFoundError:
        yield f"{name} is gone. {_WAY_OUT}"
    except jsonschema.ValidationError as error:
        place = ".".join(map(str, error.absolute_path))
        yield f"{name} is not as it was written: {f'{place}: ' if place else ''}{error.message[:200]}. {_WAY_OUT}"
    except (ValueError, OSError) as error:
        yield f"{name} is not as it was written: {error}. {_WAY_OUT}"
    else:
        own = record["label"] if record_name == RECORD else record["publication_id"]
        if own == folder.name:
            into.append(Kept(folder, record_name, record))
        else:
            yield f"{name} speaks of {own}: its folder was renamed or the record changed. {_WAY_OUT}"


@cache
def _validator(record_name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    schema["required"] += _ALSO[record_name]
    return jsonschema.Draft202012Validator(schema)


def file_faults(all_kept: tuple[Kept, ...]) -> Iterator[str]:
    """Files that are not as they were published or frozen, are gone, or were added."""
    files = [(one, path) for one in all_kept for path in sorted(one.folder.rglob("*"))]
    size = sum(path.stat().st_size for _, path in files if path.is_file())
    pace = Pace(f"Hashing {len(all_kept)} publications and editions", size)
    for one in all_kept:
        yield from _file_faults(one, pace)


def _file_faults(kept: Kept, pace: Pace) -> Iterator[str]:
    verb, what = ("frozen", "the edition") if kept.is_edition else ("published", "it")
    recorded: dict[str, str] = kept.record["files"]
    for name, expected in recorded.items():
        path = kept.folder / name
        if not path.is_file():
            yield f"{kept.name}/{name} is gone. {_WAY_OUT}"
        elif sha256_of(path) != expected:
            yield f"{kept.name}/{name} was changed after it was {verb}. {_WAY_OUT}"
        pace.passed(path)
    own = {kept.record_name, f"{kept.record_name}{SUFFIX}"}
    for path in sorted(kept.folder.rglob("*")):
        name = path.relative_to(kept.folder).as_posix()
        if path.is_symlink():
            yield f"{kept.name}/{name} is a link, and what it leads to may change. {_WAY_OUT}"
        elif path.is_file() and name not in own and name not in recorded:
            yield f"{kept.name}/{name} was added after {what} was {verb}. Take it out."


def table_faults(kept: Kept) -> Iterator[str]:
    """Tables of the warehouse that are not those of the record, and a content hash that is not that of its tables."""
    recorded = kept.record["tables"]
    try:
        found = table_hashes(kept.folder / WAREHOUSE, audit=True)
    except duckdb.Error as error:
        yield f"{kept.name}/{WAREHOUSE} cannot be read: {str(error).splitlines()[0]} {_WAY_OUT}"
        return
    for table in sorted({*found, *recorded}):
        if table not in recorded or table not in found:
            where = "the warehouse" if table in found else kept.record_name
            yield f"{kept.name}: table {table} is in {where} only. Restore both from backup."
        elif any(found[table][fact] != recorded[table].get(fact, found[table][fact]) for fact in ("rows", "sha256")):
            yield (
                f"{kept.name}/{kept.record_name} has other rows or another hash of table {table} than {WAREHOUSE} "
                "beside it. Restore both from backup."
            )
        elif not is_audit(table) and "sha256" not in recorded[table]:
            yield f"{kept.name}/{kept.record_name} has no hash of table {table}. {_WAY_OUT}"
    of_content = {name: table for name, table in recorded.items() if not is_audit(name)}
    if content_hash(of_content) != kept.record["content_hash"]:
        yield f"{kept.name}/{kept.record_name} has a content hash that is not that of its tables. {_WAY_OUT}"


def edition_chain_faults(editions: tuple[Kept, ...]) -> Iterator[str]:
    """Editions on which a later one looks back, and that are gone or were changed since."""
    known = {kept.folder.name: kept for kept in editions}
    for kept in editions:
        before = kept.record["previous_edition"]
        if before is None:
            continue
        previous = known.get(before["label"])
        if previous is None:
            yield f"Edition {before['label']}, on which edition {kept.folder.name} looks back, is gone. {_WAY_OUT}"
        elif sha256_of(previous.record_file) != before["sha256"]:
            yield (
                f"{previous.name}/{RECORD} was changed after edition {kept.folder.name} was frozen: its sha256 was "
                f"{before['sha256'][:12]}…. {_WAY_OUT}"
            )


def standing(workspace: Workspace, publications: tuple[Kept, ...]) -> tuple[Kept | None, list[str]]:
    """The publication that `current` points at, or why there is none to be found."""
    folder = current_folder(workspace)
    for kept in publications:
        if folder is not None and folder.is_dir() and kept.folder.samefile(folder):
            return kept, []
    pointer = workspace.current
    target = str(pointer.readlink()) if pointer.is_symlink() else "nothing"
    if pointer.is_file():
        target = pointer.read_text(encoding="utf-8", errors="replace").strip()[:100]
    return None, [
        f"{pointer} leads to {target}, and that is no sound publication. Point it at one, or run: opkoers refresh."
    ]
