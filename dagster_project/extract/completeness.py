"""Whether an export is complete: it stands still, and nobody has one of its files open for writing.

Linux tells the latter itself: it refuses a read lease on a file that any process has open for writing. Where leases do
not exist (other systems, folders of another machine, files of another user) nothing is known of writers, and whether a
file is complete rests on its size standing still. What lies where, and when it is looked at, is the work of
dropfolder.py.
"""

from __future__ import annotations

import errno
import fnmatch
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

_REMOTE = ("nfs", "cifs", "smb", "9p", "ceph", "afs", "fuse")
"""Beginnings of the types of file system of which this kernel does not know every writer, or refuses every lease."""

_UNFINISHED = ("*.tmp", "*.part", "*.partial", "*.crdownload", "~$*")

Signature = tuple[tuple[str, int, int], ...]
"""Name, size and modification time of every file of an export; of a folder, its own time as well."""


def is_called(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of the patterns, compared without case."""
    return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def files_of(path: Path) -> list[Path]:
    """The file itself, or every file below a folder."""
    if not path.is_dir() or path.is_symlink():
        return [path]
    return sorted(entry for entry in path.rglob("*") if entry.is_file())


def signature_of(path: Path) -> Signature:
    """What an export looks like now: the same for the same files, as long as nobody touches them."""
    try:
        stats = [(file.relative_to(path.parent).as_posix(), file.lstat()) for file in files_of(path)]
        folder = [(".", 0, path.lstat().st_mtime_ns)] if path.is_dir() and not path.is_symlink() else []
    except FileNotFoundError:  # a file went away during the look
        return ((".", 0, time.time_ns()),)  # like no other
    return (*folder, *((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats))


def why_unfinished(path: Path, signature: Signature) -> str | None:
    """Why an export is not complete; None: it is.

    Args:
        path: the export.
        signature: what it looked like before; anything else now means that somebody is at it.
    """
    if signature_of(path) != signature:
        return "it is growing"
    files = files_of(path)
    if not files:
        return "it is an empty folder"
    unfinished = [file.name for file in files if is_called(file.name, _UNFINISHED)]
    if unfinished:
        return f"{unfinished[0]} is not finished, by its name"
    try:
        written = [
            file.name for file in files if file.is_file() and not file.is_symlink() and is_open_for_writing(file)
        ]
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return f"{written[0]} is open for writing" if written else None


def is_open_for_writing(path: Path) -> bool:
    """Whether some process has a file open for writing; False where that cannot be known.

    Raises:
        OSError: the file is gone or may not be read.
    """
    if not knows_writers(path):
        return False
    import fcntl

    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        # whoever opens the file in between has us told by a signal: SIGIO, the usual one, would end this process
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN  # any other refusal: no leases on this file
    finally:
        os.close(handle)
    return False


def knows_writers(path: Path) -> bool:
    """Whether it can be known of a file, or of those in a folder, that somebody is writing."""
    return sys.platform == "linux" and not _is_remote(path)


def _is_remote(path: Path) -> bool:
    """Whether a file lies on a file system of another machine; one that is not listed counts as our own."""
    device = path.lstat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        mount, _, source = line.partition(" - ")
        if mount.split()[2] == number:
            return source.startswith(_REMOTE)
    return False
