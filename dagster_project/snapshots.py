"""Snapshots: the publisher's own bytes, kept once, never changed, verified on every read.

`<data>/snapshots/<source>/<dataset>/<sha256>.<ext>` with a sidecar `<sha256>.json`. The sha256 is that of the file.
A response in several pages is one file: an uncompressed zip (fixed dates, so equal pages make equal bytes) whose
members are the exact bodies and whose member comments are their addresses. Parsing does not belong here.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import jsonschema

from dagster_project.contracts import Dataset
from dagster_project.errors import VerificationFailed
from dagster_project.extract import documents
from dagster_project.extract.documents import BadDocument
from dagster_project.extract.personal import masked
from dagster_project.legible import legible

Origin = Literal["wire", "file", "reconstructed"]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_NO_LINK = (errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP)
"""Why a file cannot have a second name where a copy of it can be: another disk, another owner, too many names."""
_TOLD = 200
"""Characters of what is wrong with a sidecar that are told."""


@dataclass(frozen=True)
class Recording:
    """Bytes that have just arrived, complete, in a temporary file, with what is known of where they came from."""

    file: Path
    extension: str
    origin: Origin
    url: str
    """Address asked, or the file's name."""
    http_status: int | None = None
    publisher_modified: str | None = None
    """The publisher's own stamp of its last change, as it stated it."""
    etag: str | None = None
    row_count: int | None = None
    original_url: str | None = None
    """For `reconstructed`: where the figures originally stood."""
    is_synthetic: bool = False


@dataclass(frozen=True)
class Snapshot:
    """One stored snapshot: its sidecar, and where its bytes are. `snapshot_id` is the sha256 of the file."""

    snapshot_id: str
    source_id: str
    dataset_id: str
    extension: str
    origin: Origin
    url: str
    original_url: str | None
    retrieved_at: str
    """UTC, ISO 8601 with `Z`."""
    publisher_modified: str | None
    etag: str | None
    http_status: int | None
    row_count: int | None
    bytes: int
    licence: str
    attribution: str
    table_id: str | None
    contract_version: int
    is_synthetic: bool
    sightings: list[str] = field(default_factory=list)
    """UTC moments at which the same bytes were met again."""

    @property
    def key(self) -> str:
        return f"{self.source_id}/{self.dataset_id}"

    @property
    def relative_path(self) -> Path:
        """Path of the bytes below the snapshots folder."""
        return Path(self.source_id) / self.dataset_id / f"{self.snapshot_id}.{self.extension}"

    @property
    def last_seen_at(self) -> str:
        return self.sightings[-1] if self.sightings else self.retrieved_at

    def witness(self, sightings: int | None = None) -> dict[str, Any]:
        """What a manifest keeps of a sidecar, so that a later change of it shows.

        The sightings grow, and `etag` is that of the last one: the former are hashed up to a count, the latter is not.

        Args:
            sightings: how many of the sightings, from the first on; None: all.

        Returns:
            Hash of what never changes, count of the sightings, and their hash.
        """
        facts = {name: value for name, value in asdict(self).items() if name not in ("etag", "sightings")}
        seen = self.sightings[:sightings]
        return {
            "facts_sha256": _sha256_of_json(facts),
            "sightings": len(seen),
            "sightings_sha256": _sha256_of_json(seen),
        }


def _sha256_of_json(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def _sidecar_validator() -> jsonschema.Draft202012Validator:
    """Checks a sidecar: every key named, no other allowed. Made once: checking the schema itself costs most."""
    schema = json.loads((Path(__file__).parent / "sidecar.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def utc_now() -> str:
    """This moment in UTC, to the second, as sidecars and manifests write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_amsterdam(utc: str) -> str:
    """A UTC moment as a reader in the Netherlands knows it, to the minute."""
    return datetime.fromisoformat(utc).astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M")


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_durably(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that a reader sees the old content or the new, never a part: temporary name, fsync, rename.

    Once this returns, the new content also outlives a loss of power.

    Args:
        path: the file.
        content: all of it.
        mode: who may do what with it, less what the process takes from every new file (its umask).
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, mode), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)  # what is left of it would take room that there may not be
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names that came and went in a folder as durable as the bytes, where the system can."""
    if os.name != "posix" or not folder.is_dir():
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def pack(target: Path, members: Iterable[tuple[str, Path, str]]) -> None:
    """Pack response bodies into one deterministic, uncompressed zip.

    Args:
        target: the file to write.
        members: name, file with the exact body, and address of each response, in order.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, body, url in members:
            info = _zip_info(name, 0o644)
            info.comment = url.encode()
            info.file_size = body.stat().st_size
            with archive.open(info, "w", force_zip64=info.file_size >= 1 << 31) as out, body.open("rb") as source:
                shutil.copyfileobj(source, out, _CHUNK)


def pack_texts(target: Path, members: dict[str, str]) -> None:
    """Pack texts into one deterministic, uncompressed zip, in the order given."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, text in members.items():
            archive.writestr(_zip_info(name, 0o600), text.encode())


def _zip_info(name: str, mode: int) -> zipfile.ZipInfo:
    """A member of a zip whose bytes depend neither on the moment nor on the machine."""
    info = zipfile.ZipInfo(name, _ZIP_DATE)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


class SnapshotStore:
    """The snapshots of one workspace.

    Attributes:
        root: `<data>/snapshots`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, snapshot: Snapshot) -> Path:
        return self.root / snapshot.relative_path

    def sidecar_of(self, snapshot: Snapshot) -> Path:
        return self.root / snapshot.source_id / snapshot.dataset_id / f"{snapshot.snapshot_id}.json"

    def add(self, dataset: Dataset, recording: Recording, *, retrieved_at: str | None = None) -> tuple[Snapshot, bool]:
        """Keep a recording. Its temporary file is moved, or removed when the bytes are known already.

        Returns:
            The snapshot, and whether its bytes are new; known bytes gain one sighting.
        """
        now = retrieved_at or utc_now()
        digest = sha256_of(recording.file)
        folder = self.root / dataset.source_id / dataset.dataset_id
        folder.mkdir(parents=True, exist_ok=True)
        known = folder / f"{digest}.json"
        if known.is_file():
            seen = self.read_sidecar(known)
            seen = replace(seen, sightings=[*seen.sightings, now], etag=recording.etag or seen.etag)
            self._write_sidecar(seen)
            recording.file.unlink()
            return seen, False
        snapshot = Snapshot(
            snapshot_id=digest,
            source_id=dataset.source_id,
            dataset_id=dataset.dataset_id,
            extension=recording.extension,
            origin=recording.origin,
            url=recording.url,
            original_url=recording.original_url,
            retrieved_at=now,
            publisher_modified=recording.publisher_modified,
            etag=recording.etag,
            http_status=recording.http_status,
            row_count=recording.row_count,
            bytes=recording.file.stat().st_size,
            licence=dataset.licence,
            attribution=dataset.attribution,
            table_id=dataset.table_id,
            contract_version=dataset.contract_version,
            is_synthetic=recording.is_synthetic,
        )
        self._move_in(recording.file, self.path_of(snapshot))
        self._write_sidecar(snapshot)  # the sidecar comes last: without it the bytes do not count
        return snapshot, True

    def adopt(self, snapshot: Snapshot, file: Path) -> tuple[Snapshot, bool]:
        """Take over a snapshot of another store, with a sidecar of its own; from now on it counts as met last.

        The bytes are linked and not copied where the file system and the rights to the file allow that: nobody ever
        writes to them, and removing them here leaves them there.

        Args:
            snapshot: as the other store knows it.
            file: where its bytes are.

        Returns:
            The snapshot, and whether its bytes are new here; known bytes gain one sighting.
        """
        now = utc_now()
        sidecar = self.sidecar_of(snapshot)
        if sidecar.is_file():
            known = self.read_sidecar(sidecar)
            known = replace(known, sightings=[*known.sightings, now], etag=snapshot.etag or known.etag)
            self._write_sidecar(known)
            return known, False
        sidecar.parent.mkdir(parents=True, exist_ok=True)
        latest = self.latest(snapshot.source_id, snapshot.dataset_id)
        is_last = latest is None or latest.last_seen_at < snapshot.retrieved_at
        own = replace(snapshot, sightings=[] if is_last else [now])
        self._link_in(file, self.path_of(own))
        self._write_sidecar(own)
        return own, True

    def all(self, source_id: str | None = None, dataset_id: str | None = None) -> Iterator[Snapshot]:
        """Every snapshot, or those of one source or dataset, oldest first within a dataset."""
        pattern = f"{source_id or '*'}/{dataset_id or '*'}/*.json"
        found = [self.read_sidecar(path) for path in self.root.glob(pattern) if not path.name.startswith(".")]
        yield from sorted(
            found, key=lambda s: (s.source_id, s.dataset_id, s.last_seen_at, s.retrieved_at, s.snapshot_id)
        )

    def known(self, source_id: str, dataset_id: str, as_of: date | None = None) -> list[Snapshot]:
        """A dataset's snapshots by the moment they were met last, or were known at the end of a day in Amsterdam.

        Known bytes that come back after others count as the newest again: the publisher went back to them.
        """
        limit = end_of_day(as_of) if as_of else "9999"
        met = [
            (max(moment for moment in moments if moment <= limit), snapshot)
            for snapshot in self.all(source_id, dataset_id)
            if min(moments := (snapshot.retrieved_at, *snapshot.sightings)) <= limit
        ]
        return [snapshot for _, snapshot in sorted(met, key=lambda pair: (pair[0], pair[1].snapshot_id))]

    def latest(self, source_id: str, dataset_id: str) -> Snapshot | None:
        """The snapshot that was met last."""
        known = self.known(source_id, dataset_id)
        return known[-1] if known else None

    def verify(self, snapshot: Snapshot) -> Path:
        """The path of a snapshot's bytes, after hashing them.

        Raises:
            VerificationFailed: the bytes are gone or are not those that were stored.
        """
        path = self.path_of(snapshot)
        if not path.is_file():
            raise VerificationFailed(
                f"Snapshot {snapshot.key} {snapshot.snapshot_id[:12]} is gone: no {path}. Restore it from backup."
            )
        found = sha256_of(path)
        if found != snapshot.snapshot_id:
            raise VerificationFailed(
                f"Snapshot {path} was changed: its sha256 is {found[:12]}…, expected {snapshot.snapshot_id[:12]}…. "
                "Restore it from backup, or remove it with its .json and refresh."
            )
        return path

    @contextmanager
    def opened(self, snapshot: Snapshot) -> Iterator[Path]:
        """The path of a snapshot's bytes to read from, hashed before, and again after if they were touched meanwhile.

        Raises:
            VerificationFailed: the bytes are gone or are not those that were stored; what was read of them is to be
                thrown away.
        """
        path = self.path_of(snapshot)
        before = _touched(path)
        self.verify(snapshot)
        try:
            yield path
        finally:  # also when they could not be read: bytes that changed are no fault of what they said
            if _touched(path) != before:
                self.verify(snapshot)

    def set_aside(self, snapshot: Snapshot, reason: str, rejected: Path) -> Path:
        """Move a snapshot whose content is unsound out of the store, its reason beside it. Nothing is lost.

        Killed halfway, it stands in the store as it was, or counts there no more.

        Returns:
            Where the bytes are now.
        """
        target = rejected / snapshot.relative_path
        target.parent.mkdir(parents=True, exist_ok=True)
        record = {**asdict(snapshot), "reason": reason, "set_aside_at": utc_now()}
        write_durably(target.with_suffix(".json"), json.dumps(record, indent=2, ensure_ascii=False).encode())
        copy = target.with_name(f".{target.name}.copy.tmp")
        shutil.copyfile(self.path_of(snapshot), copy)
        self._move_in(copy, target)
        self.sidecar_of(snapshot).unlink()  # before the bytes: a sidecar without them would stop every later run
        self.path_of(snapshot).unlink()
        sync_folder(self.sidecar_of(snapshot).parent)
        return target

    def read_sidecar(self, path: Path) -> Snapshot:
        """One sidecar, checked against its schema.

        Raises:
            VerificationFailed: it is not JSON, lacks a key, has one too many, or does not name its own file.
        """
        try:
            content = documents.read_json(path)
            _sidecar_validator().validate(content)
        except (BadDocument, jsonschema.ValidationError) as error:
            message = legible(masked(getattr(error, "message", str(error))[:_TOLD]))
            raise VerificationFailed(
                f"Sidecar {path} is not as it was written: {message}. Restore it from backup."
            ) from error
        if (content["source_id"], content["dataset_id"]) != (path.parent.parent.name, path.parent.name):
            raise VerificationFailed(
                f"Sidecar {path} speaks of another dataset than its folder: it was moved. Restore it from backup."
            )
        if content["snapshot_id"] != path.stem:
            raise VerificationFailed(
                f"Sidecar {path} speaks of {content['snapshot_id'][:12]}…: it was renamed. Restore it from backup."
            )
        return Snapshot(**content)

    def _write_sidecar(self, snapshot: Snapshot) -> None:
        content = json.dumps(asdict(snapshot), indent=2, ensure_ascii=False).encode() + b"\n"
        write_durably(self.sidecar_of(snapshot), content)

    def _link_in(self, source: Path, target: Path) -> None:
        """Give bytes a second name, or copy them; the target name appears only when its bytes are safe."""
        temporary = target.with_name(f".{target.name}.link.tmp")
        temporary.unlink(missing_ok=True)
        try:
            os.link(source, temporary)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            shutil.copyfile(source, temporary)
            self._move_in(temporary, target)
            return
        temporary.replace(target)
        temporary.unlink(missing_ok=True)  # both were names of the same file: renaming one to the other does nothing
        sync_folder(target.parent)

    @staticmethod
    def _move_in(source: Path, target: Path) -> None:
        """Move across file systems if need be; the target name appears only when its bytes are safe."""
        temporary = target.with_name(f".{target.name}.tmp")
        shutil.move(source, temporary)
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
        sync_folder(target.parent)


def _touched(path: Path) -> tuple[int, ...] | None:
    """What changes when anybody touches a file's bytes; None: there is no such file."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def end_of_day(day: date) -> str:
    """The last second of a day in Europe/Amsterdam, in UTC as sidecars write it."""
    midnight = datetime.combine(day + timedelta(days=1), time(), AMSTERDAM)
    return (midnight - timedelta(seconds=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
