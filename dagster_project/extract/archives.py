"""Archives (.zip, and .xlsx, which is one): opened only when nothing in them can hurt, and read within limits.

Nothing is ever unpacked under a name that stands in the archive: callers read a member, or copy it to a file of their
own. Names are looked at all the same, for an archive that tries to leave its folder was made by somebody who means ill.
What the members say belongs to the readers.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dagster_project.errors import UnsoundData
from dagster_project.extract import limits
from dagster_project.legible import legible

_CHUNK = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What programs that export write; others have readers with faults of their own."""
_ENCRYPTED = 0x1
_DRIVE = re.compile(r"[A-Za-z]:")
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    KeyError,
)
"""What the standard library raises on bytes that are no sound archive; a RuntimeError where a password is asked."""


class BadArchive(UnsoundData):
    """An archive that is damaged, or made to hurt. The text is the whole message."""


@contextmanager
def opened(
    path: Path, name: str, *, most: int = limits.ARCHIVE_BYTES, members: int = limits.ARCHIVE_MEMBERS
) -> Iterator[zipfile.ZipFile]:
    """An archive whose members are all harmless by its own list of them.

    Args:
        path: the file.
        name: how errors call it.
        most: bytes that all members may come to.
        members: how many there may be.

    Raises:
        BadArchive: it is no archive, holds too much, unpacks to too many times its size, or has a member that is
            encrypted, a link, packed in an unusual way, there twice, or named so that it would leave its folder.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise BadArchive(f"{name} is no readable zip ({_cause(error)}). Export it again.") from None
    with archive:
        _refuse_hostile(archive.infolist(), name, path.stat().st_size, most, members)
        yield archive


def read(archive: zipfile.ZipFile, member: str | zipfile.ZipInfo, name: str, most: int) -> bytes:
    """A member, whole.

    Args:
        archive: as `opened` gave it.
        member: which.
        name: how errors call the archive.
        most: bytes that it may have.

    Raises:
        BadArchive: it is not there, is damaged, or is larger.
    """
    try:
        info = archive.getinfo(member) if isinstance(member, str) else member
        if info.file_size > most:
            raise BadArchive(
                f"{name}: '{_shown(info)}' has {limits.shown(info.file_size)}, expected {limits.shown(most)} at most."
            )
        return archive.read(info)
    except _DAMAGE as error:
        raise _damaged(name, member, error) from None


def copy(archive: zipfile.ZipFile, member: str, target: BinaryIO, name: str) -> None:
    """Copy a member to a file, a block at a time.

    Raises:
        BadArchive: it is not there, or is damaged.
    """
    try:
        with archive.open(member) as source:
            while block := source.read(_CHUNK):  # never more than the size that was checked
                target.write(block)
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the archive
        raise _damaged(name, member, error) from None


def _refuse_hostile(found: list[zipfile.ZipInfo], name: str, packed: int, most: int, members: int) -> None:
    if len(found) > members:
        raise BadArchive(f"{name} holds {len(found)} files, expected {members} at most. Export it again.")
    unpacked = sum(info.file_size for info in found)
    if unpacked > most:
        raise BadArchive(
            f"{name} unpacks to {limits.shown(unpacked)}, expected {limits.shown(most)} at most. Export it as CSV."
        )
    if unpacked > limits.RATIO_MATTERS and unpacked > limits.ARCHIVE_RATIO * packed:
        raise BadArchive(
            f"{name} unpacks to {unpacked // max(packed, 1)} times its size, "
            f"expected {limits.ARCHIVE_RATIO} times at most. Export it as CSV."
        )
    seen: set[str] = set()
    for info in found:
        fault = _fault(info) or ("stands in it twice" if info.filename.casefold() in seen else None)
        if fault:
            raise BadArchive(f"{name}: '{_shown(info)}' {fault}, expected plain files only. Export it again.")
        seen.add(info.filename.casefold())


def _fault(info: zipfile.ZipInfo) -> str | None:
    """Why a member is not harmless."""
    if info.flag_bits & _ENCRYPTED:
        return "is locked with a password"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if info.compress_type not in _METHODS:
        return "is packed in an unusual way"
    # `orig_filename`: the library itself turns backslashes and cuts at a NUL
    parts = re.split(r"[/\\]", info.orig_filename)
    if ".." in parts or parts[0] == "" or _DRIVE.match(info.orig_filename) or "\0" in info.orig_filename:
        return "would leave its folder"
    return None


def _shown(info: zipfile.ZipInfo) -> str:
    name = legible(info.orig_filename)
    return name if len(name) <= 60 else name[:60] + "…"


def _damaged(name: str, member: str | zipfile.ZipInfo, error: Exception) -> BadArchive:
    if isinstance(error, BadArchive):
        return error
    label = member if isinstance(member, str) else member.filename
    return BadArchive(f"{name}: {legible(label)[:60]} cannot be unpacked ({_cause(error)}). Export it again.")


def _cause(error: Exception) -> str:
    """What is wrong, in words that quote nothing of the file."""
    return "a password is asked" if isinstance(error, RuntimeError) and "password" in str(error) else "it is damaged"
