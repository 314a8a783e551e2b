"""Whether somebody still has a file open for writing, as far as this machine can tell.

Linux says so itself: it refuses a read lease on a file that any process has open for writing. Where leases do not
exist (other systems, folders of another machine, files of another user) nothing is known here, and whether a file is
complete rests on its size standing still, which is the work of dropfolder.py.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path

_REMOTE = ("nfs", "cifs", "smb", "9p", "ceph", "afs", "fuse")
"""Beginnings of the types of file system of which this kernel does not know every writer, or refuses every lease."""


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
