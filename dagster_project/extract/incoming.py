"""An export on its way in: its copy for the stores, its receipt, and where it goes afterwards.

Files are copied byte for byte and moved; what is in them is the work of the readers. Which exports lie in `drop/`, and
which contract each fits, is told in dropfolder.py.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from dagster_project.contracts import Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, sheets, workbooks
from dagster_project.extract.completeness import Signature, files_of, why_unfinished
from dagster_project.extract.personal import masked, masked_name
from dagster_project.language import Language, translated
from dagster_project.legible import legible, legible_lines
from dagster_project.snapshots import Recording, in_amsterdam, pack, sha256_of, utc_now, write_durably

SYNTHETIC_PREFIX = "SYNTHETISCH"
"""An export whose name starts with this is made up, and says so everywhere."""


@dataclass(frozen=True)
class Incoming:
    """An export that lies in `drop/`: a file, or a folder of table dumps."""

    path: Path
    root: Path
    """The workspace's folder, with `accepted/` and `rejected/` in it."""
    dataset: Dataset | None
    """The contract that it fits; None for a stray."""
    signature: Signature
    language: Language
    """In which the notes beside it are written."""

    @property
    def name(self) -> str:
        return self.path.name


def arrived_at(item: Incoming) -> int:
    """When an export came to lie in `drop/`, or was last touched there: nanoseconds since 1970."""
    return max(path.lstat().st_ctime_ns for path in (item.path, *files_of(item.path)))


def run_key(items: Iterable[Incoming]) -> str:
    """sha256 over the names and contents of exports: the same ones give the same key, whatever their order."""
    digest = hashlib.sha256()
    for item in sorted(items, key=lambda item: item.name):
        digest.update(f"{item.name}\0{_digest(item.path)}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def is_synthetic(name: str) -> bool:
    """Whether an export says by its name that it is made up."""
    return name.upper().startswith(SYNTHETIC_PREFIX)


def record(item: Incoming, scratch: Path) -> Recording:
    """Copy a file of figures or a printed list, ready for the snapshot store.

    Its name stands in `url`, so that exports of several periods stay apart.

    Raises:
        UnsoundData: the export changed while it was copied. It stays in `drop/` for the next run.
    """
    if item.dataset is None or item.dataset.is_client_level:
        raise ValueError(f"{item.name} is no file of figures: it cannot be recorded")
    copy = _copied(item, scratch, 0o644)
    return Recording(
        file=copy,
        extension=copy.suffix.removeprefix("."),
        origin="file",
        url=item.name,
        row_count=sheets.count_rows(copy) if copy.suffix == workbooks.SUFFIX else delimited.count_rows(copy),
        is_synthetic=is_synthetic(item.name),
    )


def pack_or_copy(item: Incoming, scratch: Path) -> Path:
    """The plain bytes of an export with rows on persons, as they are to be kept encrypted.

    A file is copied as it is; of a folder of table dumps the tables become one zip, which is the same for the same
    tables. Files in a dump that no contract reads are left out. The copy is closed to other users (mode 0600): the
    caller removes it.

    Raises:
        UnsoundData: the export changed while it was copied. It stays in `drop/` for the next run.
    """
    if item.dataset is None or not item.dataset.is_client_level:
        raise ValueError(f"{item.name} holds no rows on persons: it is recorded, not packed")
    return _copied(item, scratch, 0o600)


def accept(item: Incoming) -> Path:
    """Move an export that was recorded to `accepted/`, and say where it is now. Nothing there is overwritten."""
    target = _target(item, item.root / "accepted")
    shutil.move(item.path, target)
    return target


def accept_sealed(item: Incoming, receipt: str) -> Path:
    """Remove an export whose bytes are kept encrypted, leaving a receipt `<name>.accepted.txt` in `accepted/`.

    The receipt is on disk before the export goes. Files of a dump that no contract reads go as well, unkept, and the
    receipt names them.

    Args:
        item: the export, kept since `pack_or_copy` read it.
        receipt: what the receipt says; see `receipt_of`.

    Returns:
        The receipt.

    Raises:
        UnsoundData: the export changed since it was read. It stays in `drop/` for the next run.
    """
    _refuse_changed(item)
    folder = _private_folder(item.root / "accepted")
    target = _free(folder, f"{item.name}.accepted", ".txt", _digest(item.path))
    unread = [
        legible(path.relative_to(item.path).as_posix()) for path in files_of(item.path) if not _is_kept(item, path)
    ]
    note = f"Read by no contract, so not kept: {', '.join(unread)}.\n" if unread else ""
    told = translated(legible_lines(f"{receipt.rstrip()}\n{note}"), item.language)
    write_durably(target, told.encode(), mode=0o600)
    if item.path.is_dir():
        shutil.rmtree(item.path)
    else:
        item.path.unlink()
    return target


def receipt_of(
    item: Incoming, sha256: str, rows_loaded: int, rows_quarantined: int, retain_until: str, seen_before: str | None
) -> str:
    """What a receipt says of an export that was taken.

    Args:
        item: the export.
        sha256: of its plain bytes, as `pack_or_copy` gave them.
        rows_loaded: rows that were read.
        rows_quarantined: rows that were set aside, each with its reason.
        retain_until: day (ISO) until which the encrypted original is kept.
        seen_before: moment (UTC) at which the same bytes were met first; None: they are new.
    """
    key = item.dataset.key if item.dataset else "no contract"
    told = f"{item.name} was taken as {key} on {in_amsterdam(utc_now())}."
    if seen_before:
        first = in_amsterdam(seen_before)
        told += f" The same bytes were met on {first}: this is one more sighting, nothing is counted twice."
    return "\n".join(
        [
            told,
            f"sha256: {sha256}",
            f"Rows: {rows_loaded + rows_quarantined} in, {rows_loaded} read, {rows_quarantined} set aside.",
            f"The encrypted original is kept until {retain_until}; the plain export was removed from drop/.",
        ]
    )


def reject(item: Incoming, reason: str) -> Path:
    """Move an export to `rejected/`, closed to other users, with `<name>.reason.txt` beside it; say where it is now.

    The reason file never holds what may be a personal number.
    """
    target = _target(item, item.root / "rejected")
    told = masked_name(legible(item.name)).join(masked(legible_lines(part)) for part in reason.split(item.name))
    note = target.with_name(f"{target.name}.reason.txt")  # before the export: killed between them, it is told again
    told = translated(f"{told}\nMend it, put it in drop/ again and run: opkoers refresh\n", item.language)
    write_durably(note, told.encode(), mode=0o600)
    shutil.move(item.path, target)
    own = [target] if target.is_symlink() or target.is_file() else [target, *target.rglob("*")]
    for path in own:
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)
    return target


def _is_kept(item: Incoming, path: Path) -> bool:
    """Whether a file of an export is copied: of a dump only the tables that are read, directly in its folder."""
    if not item.path.is_dir():
        return True
    tables = item.dataset.tables if item.dataset else {}
    return path.parent == item.path and path.stem.lower() in tables and not path.name.startswith(".")


def _copied(item: Incoming, scratch: Path, mode: int) -> Path:
    """A copy of an export in the scratch folder, made under its mode; of a dump, its tables as one zip."""
    scratch.mkdir(parents=True, exist_ok=True)
    dataset_id = item.dataset.dataset_id if item.dataset else item.path.stem
    copy = scratch / f"{dataset_id}{'.zip' if item.path.is_dir() else _suffix(item.path)}"
    copy.unlink(missing_ok=True)
    copy.touch(mode=0o600)
    try:
        if item.path.is_dir():
            tables = [path for path in files_of(item.path) if _is_kept(item, path)]
            pack(copy, [(path.name, path, path.name) for path in tables])
        else:
            shutil.copyfile(item.path, copy)
        _refuse_changed(item)
    except BaseException:
        copy.unlink()
        raise
    copy.chmod(mode)
    return copy


def _suffix(path: Path) -> str:
    """The form of a file; text files are all called `.csv`."""
    form = path.suffix.lower()
    return form if form in (".xlsx", ".parquet") else ".csv"


def _refuse_changed(item: Incoming) -> None:
    if why_unfinished(item.path, item.signature):
        raise UnsoundData(
            f"drop/{item.name} changed while it was read: it is still being written. It waits for the next run."
        )


def _private_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _free(folder: Path, stem: str, suffix: str, digest: str) -> Path:
    """A path in a folder that nothing has yet: the plain name, else with a mark of the content, else numbered."""
    marked = f"{stem}.{digest[:8]}"
    names = (f"{stem}{suffix}", f"{marked}{suffix}", *(f"{marked}-{n}{suffix}" for n in range(2, 1000)))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


def _target(item: Incoming, folder: Path) -> Path:
    name = PurePath(legible(item.name))
    target = _private_folder(folder) / name
    if os.path.lexists(target):
        target = _free(folder, name.stem, name.suffix, _digest(item.path))
    return target


def _digest(path: Path) -> str:
    """sha256 over the names and contents of the files of an export; links are passed over."""
    own = [file for file in files_of(path) if file.is_file() and not file.is_symlink()]
    files = [f"{file.relative_to(path.parent).as_posix()} {sha256_of(file)}" for file in own]
    return hashlib.sha256("\n".join(files).encode(errors="surrogateescape")).hexdigest()
