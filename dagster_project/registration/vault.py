"""The vault: client-level originals, encrypted at rest, each with a sidecar, until they are forgotten.

`<data>/confidential/originals/<sha256>.age` (age, x25519) with `<sha256>.json` beside it. The sha256 is that of the
bytes as they were delivered. Readable by their owner only, files 0600 in folders 0700. An original is read through
`opened` alone, which leaves no plain copy. What is in a file belongs to `intake`; when originals go, and what goes with
them, to `retention`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from tempfile import mkstemp
from typing import Any, BinaryIO

import jsonschema
import pyrage

from dagster_project.contracts import Dataset
from dagster_project.errors import VerificationFailed
from dagster_project.extract import documents
from dagster_project.extract.documents import BadDocument
from dagster_project.extract.personal import masked
from dagster_project.keys import FILE_MODE, FOLDER_MODE
from dagster_project.legible import legible
from dagster_project.registration.identity import identities_of
from dagster_project.snapshots import AMSTERDAM, sha256_of, sync_folder, utc_now, write_durably
from dagster_project.workspace import Workspace

_TOLD = 200
"""Characters of what is wrong with a sidecar that are told."""
_EXTENSIONS = ("csv", "xlsx", "parquet", "zip")


@dataclass(frozen=True)
class Original:
    """One export as it was delivered: what its sidecar says. `original_id` is the sha256 of the plain bytes."""

    original_id: str
    source_id: str
    dataset_id: str
    file_name: str
    """Name of its last delivery."""
    extension: str
    """csv, xlsx, parquet or zip."""
    received_at: str
    """UTC, ISO 8601 with `Z`: its first delivery, from which its retention runs."""
    sightings: list[str]
    """UTC moments at which the same bytes were delivered again."""
    bytes: int
    is_synthetic: bool
    retain_until: str
    """ISO day: the last one on which it is kept, by the setting in force."""
    forgotten_at: str | None
    licence: str
    attribution: str
    earlier: dict[str, Any] | None = field(default=None, repr=False)
    """Its sidecar before it was delivered under another name or contract, or after it was forgotten."""

    @property
    def last_seen_at(self) -> str:
        return self.sightings[-1] if self.sightings else self.received_at

    @property
    def received_on(self) -> date:
        """The day of its first delivery, in Amsterdam."""
        return _day_of(self.received_at)


class Vault:
    """The originals of one workspace.

    Attributes:
        root: `<data>/confidential/originals`.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.root = workspace.data / "confidential" / "originals"
        self._workspace = workspace

    def add(self, dataset: Dataset, file: Path, name: str, *, is_synthetic: bool) -> tuple[Original, bool]:
        """Encrypt an export, and prove that it reads back. The file itself stays where it is.

        The same bytes are one original: another delivery is one more sighting. What the newest delivery says counts,
        so that a file which was misnamed is put right by delivering it once more under its proper name.

        Args:
            dataset: the contract that it fits.
            file: the complete export; its suffix tells what kind of file it is.
            name: its name as delivered, from which its period is read.
            is_synthetic: whether it says that it is made up.

        Returns:
            The original, and whether its bytes are new here.

        Raises:
            VerificationFailed: it does not read back, for it changed meanwhile.
            ConfigurationError: there is no key to encrypt with.
        """
        self._make_root()
        now, original_id = utc_now(), sha256_of(file)
        known = self._read(self._sidecar(original_id)) if self._sidecar(original_id).is_file() else None
        is_new = known is None or known.forgotten_at is not None
        delivered = Original(
            original_id=original_id,
            source_id=dataset.source_id,
            dataset_id=dataset.dataset_id,
            file_name=name,
            extension=_extension(file),
            received_at=now,
            sightings=[],
            bytes=file.stat().st_size,
            is_synthetic=is_synthetic,
            retain_until=self._retain_until(now),
            forgotten_at=None,
            licence=dataset.licence,
            attribution=dataset.attribution,
        )
        original = _seen_again(known, delivered) if known else delivered
        try:
            if is_new or not self._is_sound(original_id):
                self._encrypt(file, original_id)
            self._write(original)  # the sidecar comes last: without it the bytes do not count
        except OSError:
            if not known:
                self._bytes_of(original_id).unlink(missing_ok=True)
            raise
        return original, is_new

    def all(self) -> list[Original]:
        """Every original, also forgotten ones, oldest first by its last delivery.

        Raises:
            VerificationFailed: a sidecar is not as it was written.
        """
        found = [self._read(path) for path in self._sidecars()]
        return sorted(found, key=lambda one: (one.last_seen_at, one.received_at, one.original_id))

    @contextmanager
    def opened(self, original: Original, folder: Path) -> Iterator[Path]:
        """A plain copy of an original, readable by its owner only, and gone afterwards.

        Args:
            original: one that is kept.
            folder: a closed folder for the copy, made if need be. It is also where a killed run leaves it: choose one
                that the next run clears.

        Raises:
            VerificationFailed: the bytes are gone, or are not those that were delivered.
            ConfigurationError: there is no key to decrypt with.
        """
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        handle, name = mkstemp(suffix=f".{original.extension}", prefix="original-", dir=folder)
        plain = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                self._decrypt(original.original_id, out)
            yield plain
        finally:
            plain.unlink(missing_ok=True)

    def verify(self, original: Original) -> None:
        """Decrypt an original and compare its hash. Nothing plain is written.

        Raises:
            VerificationFailed: the bytes are gone, are not those that were delivered, or should be gone and are not.
        """
        if original.forgotten_at is None:
            self._decrypt(original.original_id, None)
        elif self._bytes_of(original.original_id).exists():
            raise VerificationFailed(
                f"Original {original.file_name} was to be forgotten at {original.forgotten_at}, and its bytes are "
                "still there. Remove them with: opkoers forget"
            )

    def discard(self, original: Original) -> None:
        """Take back the delivery that was just added, because it was refused as a whole.

        An original that was known under another name or contract is again what it was; any other one goes, with its
        sidecar.
        """
        stored = self._read(self._sidecar(original.original_id))
        if stored.earlier is None:
            self._sidecar(original.original_id).unlink()
            self._bytes_of(original.original_id).unlink(missing_ok=True)
            return
        before = self._from_record(stored.earlier)
        self._write(before)
        if before.forgotten_at is not None:
            self._bytes_of(original.original_id).unlink(missing_ok=True)

    def forget(self, before: date) -> list[Original]:
        """Remove the bytes of every original that was first received before a day, in Amsterdam. No key is needed.

        Returns:
            The originals as their sidecars now have them, with `forgotten_at`.
        """
        now = utc_now()
        due = [one for one in self.all() if one.forgotten_at is None and one.received_on < before]
        forgotten = [replace(one, forgotten_at=now) for one in due]
        for original in forgotten:
            self._write(original)  # first: killed after it, the next clean-up removes the bytes
            self._bytes_of(original.original_id).unlink(missing_ok=True)
        sync_folder(self.root)
        return forgotten

    def encrypt_anew(self, scratch: Path) -> int:
        """Encrypt every kept original with the workspace's first identity, one after the other.

        Args:
            scratch: a closed folder for the plain copies, one at a time.

        Returns:
            How many there were.
        """
        kept = [original for original in self.all() if original.forgotten_at is None]
        for original in kept:
            with self.opened(original, scratch) as plain:
                self._encrypt(plain, original.original_id)
        return len(kept)

    def clear_leftovers(self) -> None:
        """Remove what a killed run left: unfinished files, bytes without a sidecar, bytes of forgotten originals.

        Only for who holds the refresh lock.
        """
        for path in self.root.glob(".*.tmp"):
            path.unlink(missing_ok=True)
        for path in self.root.glob("*.age"):
            sidecar = self._sidecar(path.stem)
            if not sidecar.is_file() or self._says_forgotten(sidecar):
                path.unlink(missing_ok=True)

    def knows(self, original_id: str) -> bool:
        """Whether an original was taken in and is kept or was forgotten."""
        return self._sidecar(original_id).is_file()

    def faults(self) -> Iterator[str]:
        """A sentence for every original that is not as it was delivered, and every file that is none.

        To be forgotten is no fault, nor is what a killed run left: the next one clears it.
        """
        yield from self._strange_files()
        for path in self._sidecars():
            try:
                self.verify(self._read(path))
            except VerificationFailed as error:
                yield str(error)

    def _strange_files(self) -> Iterator[str]:
        for path in sorted(self.root.glob("*")):
            if path.name.startswith(".") and path.name.endswith(".tmp"):
                continue
            if path.suffix == ".age" and not self._sidecar(path.stem).is_file():
                yield (
                    f"Original {path} has no sidecar, and the next refresh removes it. Restore the sidecar from backup "
                    "before that, or deliver the export again."
                )
            elif path.suffix not in (".age", ".json") or path.is_symlink() or not path.is_file():
                yield f"{path} is no original: nobody knows where it came from. Take it out."

    @cached_property
    def _identities(self) -> list[Any]:
        return identities_of(self._workspace)

    def _bytes_of(self, original_id: str) -> Path:
        return self.root / f"{original_id}.age"

    def _sidecar(self, original_id: str) -> Path:
        return self.root / f"{original_id}.json"

    def _sidecars(self) -> list[Path]:
        return sorted(path for path in self.root.glob("*.json") if not path.name.startswith("."))

    def _make_root(self) -> None:
        for folder in (self.root.parent, self.root):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            folder.chmod(FOLDER_MODE)

    def _encrypt(self, file: Path, original_id: str) -> None:
        """Put the bytes of an original in place, in one move, when they have proved to read back."""
        target = self._bytes_of(original_id)
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            handle = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE_MODE)
            with file.open("rb") as plain, os.fdopen(handle, "wb") as out:
                pyrage.encrypt_io(plain, out, [self._identities[0].to_public()])
                out.flush()
                os.fsync(out.fileno())
            self._decrypt(original_id, None, temporary)
            temporary.replace(target)
            sync_folder(self.root)
        finally:
            temporary.unlink(missing_ok=True)

    def _decrypt(self, original_id: str, out: BinaryIO | None, path: Path | None = None) -> None:
        """Decrypt an original, or a file that is to become one, and check that it is what was delivered."""
        path = path or self._bytes_of(original_id)
        if not path.is_file():
            raise VerificationFailed(f"Original {path} is gone. Restore it from backup, or deliver the export again.")
        hashing = _Hashing(out)
        with path.open("rb") as encrypted:
            try:
                pyrage.decrypt_io(encrypted, hashing, self._identities)
            except (pyrage.DecryptError, OSError) as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise  # the disk, and not what stands on it
                raise VerificationFailed(
                    f"Original {path} cannot be decrypted ({error}): it was changed, or the key is another one than it "
                    "was encrypted with. Restore the one or the other from backup, or deliver the export again."
                ) from error
        if hashing.hexdigest() != original_id:
            raise VerificationFailed(
                f"Original {path} was changed: its sha256 is {hashing.hexdigest()[:12]}…, expected "
                f"{original_id[:12]}…. Restore it from backup, or deliver the export again."
            )

    def _is_sound(self, original_id: str) -> bool:
        try:
            self._decrypt(original_id, None)
        except VerificationFailed:
            return False
        return True

    def _retain_until(self, received_at: str) -> str:
        days = timedelta(days=self._workspace.settings.retention_days)
        return (_day_of(received_at) + days).isoformat()

    def _says_forgotten(self, sidecar: Path) -> bool:
        try:
            return self._read(sidecar).forgotten_at is not None
        except VerificationFailed:
            return False  # verify will tell; nothing is removed on the word of a damaged sidecar

    def _read(self, path: Path) -> Original:
        try:
            content = documents.read_json(path)
            _sidecar_validator().validate(content)
        except (BadDocument, jsonschema.ValidationError) as error:
            message = legible(masked(getattr(error, "message", str(error))[:_TOLD]))
            raise VerificationFailed(
                f"Sidecar {path} is not as it was written: {message}. Restore it from backup."
            ) from error
        if content["original_id"] != path.stem:
            raise VerificationFailed(
                f"Sidecar {path} speaks of {content['original_id'][:12]}…: it was renamed. Restore it from backup."
            )
        return self._from_record(content)

    def _from_record(self, record: dict[str, Any]) -> Original:
        return Original(**record, retain_until=self._retain_until(record["received_at"]))

    def _write(self, original: Original) -> None:
        content = json.dumps(_as_record(original), indent=2, ensure_ascii=False).encode() + b"\n"
        write_durably(self._sidecar(original.original_id), content, mode=FILE_MODE)


def vault_faults(workspace: Workspace) -> Iterator[str]:
    """A sentence for every kept original that does not decrypt to what was delivered, and for every broken sidecar.

    Raises:
        ConfigurationError: there are originals, and no key to read them with.
    """
    return Vault(workspace).faults()


def vault_state(workspace: Workspace) -> Iterator[str]:
    """What verifying the originals came to when it found no fault, one sentence each; none where there are none."""
    originals = Vault(workspace).all()
    kept = [original for original in originals if original.forgotten_at is None]
    if kept:
        yield f"{len(kept)} encrypted originals of local registrations are as they were delivered."
    for original in originals:
        if original.forgotten_at is not None:
            yield (
                f"Original {original.file_name} of {original.received_on} was forgotten by policy on "
                f"{_day_of(original.forgotten_at)}; what it came to stays in the seals."
            )


class _Hashing:
    """Hashes what is written through it, and passes it on where there is somewhere to."""

    def __init__(self, out: BinaryIO | None) -> None:
        self._digest = hashlib.sha256()
        self._out = out

    def write(self, part: bytes) -> int:
        self._digest.update(part)
        return self._out.write(part) if self._out else len(part)

    def flush(self) -> None:
        if self._out:
            self._out.flush()

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@cache
def _sidecar_validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((Path(__file__).parent / "original.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _seen_again(known: Original, delivered: Original) -> Original:
    """A known original after another delivery of its bytes."""
    if known.forgotten_at is not None:
        return replace(delivered, earlier=_as_record(known))
    if _label(known) == _label(delivered):
        return replace(known, sightings=[*known.sightings, delivered.received_at])
    return replace(
        delivered,
        received_at=known.received_at,
        retain_until=known.retain_until,
        sightings=[*known.sightings, delivered.received_at],
        earlier=_as_record(known),
    )


def _label(original: Original) -> tuple[object, ...]:
    return original.source_id, original.dataset_id, original.file_name, original.is_synthetic


def _as_record(original: Original) -> dict[str, Any]:
    """What a sidecar holds: not the day until which it is kept, which follows from the setting, and one step back."""
    record = asdict(original)
    del record["retain_until"]
    if record["earlier"]:
        record["earlier"] = {**record["earlier"], "earlier": None}
    return record


def _day_of(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(AMSTERDAM).date()


def _extension(file: Path) -> str:
    """The kind of file by its suffix; delimited text goes by many of them."""
    suffix = file.suffix.lower().removeprefix(".")
    return suffix if suffix in _EXTENSIONS else "csv"
