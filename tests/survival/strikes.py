"""What can go wrong, and when: at the n-th touch of a file, at a moment, or from the beginning of a step.

A strike is armed in the child that does the work. Touches are seen through Python's audit events, and so before they
happen; what libraries do in other languages is struck at moments, and by limits and disks that are real.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import importlib
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.survival.child import DISARMED, ask_for_company

REST = "-"
"""The part of a step that is in none of its named parts."""
RENAME = "rename"
"""The part in which a publication or an edition gets its own name."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PLACE = dict.fromkeys(("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"), 0) | {
    "os.symlink": 1
}
"""Events that change a folder or file, with the place of its path among their arguments."""
_CAPABILITIES = 0x20080522
"""Version 3 of the capabilities of Linux."""
_TAKES_ROOM = ("open", "os.mkdir", "os.symlink", "fsync", "sqlite3.connect")


@dataclass(frozen=True)
class Touch:
    """One touch of a file of the workspace."""

    part: str
    event: str
    path: str
    writes: bool


@dataclass
class Seen:
    """What a step does when nothing strikes it.

    Attributes:
        touches: in their order.
        begins: seconds from the beginning of the step to the first entry of each part.
        lasts: seconds in each part, its first time.
        grown: bytes by which the workspace grew.
        largest: bytes of the largest file that it wrote.
    """

    touches: list[Touch] = field(default_factory=list)
    begins: dict[str, float] = field(default_factory=dict)
    lasts: dict[str, float] = field(default_factory=dict)
    grown: int = 0
    largest: int = 0


class Watch:
    """Sees every touch below a folder, and which part of the step it is in. One per child."""

    def __init__(self, root: Path, parts: Sequence[tuple[str, str]]) -> None:
        self._root = str(root)
        self._stack = [REST]
        self._inside = False
        self._began = time.monotonic()
        self.seen = Seen(begins={REST: 0.0})
        self.on_touch: Callable[[Touch], None] = self.seen.touches.append
        self.on_part: Callable[[str], None] = lambda _: None
        self.fell = False
        for name, target in parts:
            self._wrap(name, target)
        self._wrap_fsync()
        sys.addaudithook(self._hear)

    def end(self) -> Seen:
        self.seen.lasts[REST] = time.monotonic() - self._began
        return self.seen

    def _wrap(self, name: str, target: str) -> None:
        module, _, attribute = target.partition(":")
        owner: Any = importlib.import_module(module)
        *outer, last = attribute.split(".")
        for step in outer:
            owner = getattr(owner, step)
        work = getattr(owner, last)

        @functools.wraps(work)
        def inside(*arguments: Any, **named: Any) -> Any:
            self._stack.append(name)
            first = name not in self.seen.begins
            begins = time.monotonic()
            if first:
                self.seen.begins[name] = begins - self._began
                self.on_part(name)
            try:
                return work(*arguments, **named)
            finally:
                self._stack.pop()
                if first:
                    self.seen.lasts[name] = time.monotonic() - begins

        setattr(owner, last, inside)

    def _wrap_fsync(self) -> None:
        sync = os.fsync

        def fsync(handle: int) -> None:
            self._met("fsync", str(Path(f"/proc/self/fd/{handle}").readlink()), writes=True)
            sync(handle)

        os.fsync = fsync

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = bool(flags & _WRITING) if flags else any(letter in (mode or "") for letter in "wax+")
            self._met(event, path, writes=writes)
        elif event == "sqlite3.connect":
            self._met(event, arguments[0], writes=True)
        elif event in _PLACE:
            self._met(event, arguments[_PLACE[event]], writes=True)

    def _met(self, event: str, path: Any, *, writes: bool) -> None:
        if self._inside or DISARMED.depth or not isinstance(path, str | Path) or not str(path).startswith(self._root):
            return
        self._inside = True
        is_rename = event == "os.rename" and Path(path).parent.name in ("publications", "editions")
        try:
            self.on_touch(Touch(RENAME if is_rename else self._stack[-1], event, str(path), writes))
        finally:
            self._inside = False


@dataclass(frozen=True)
class Strike:
    """One thing that goes wrong.

    Attributes:
        kind: one of `KINDS`.
        part: of the step.
        at: the number of the touch within the part, from 1, for kinds that fall at a touch; else what the kind says.
    """

    kind: str
    part: str
    at: float

    @property
    def word(self) -> str:
        """As `--only` names it."""
        return f"{self.kind}@{self.part}@{self.at:g}"

    def arm(self, watch: Watch) -> None:
        """Have it fall in this process."""
        _ARM[self.kind](self, watch)


def _at_touch(fits: Callable[[Touch], bool], strike: Callable[[Touch], None], *, lasting: bool = False) -> Any:
    def arm(self: Strike, watch: Watch) -> None:
        met = 0

        def on_touch(touch: Touch) -> None:
            nonlocal met
            if touch.part != self.part and not (lasting and met >= self.at):
                return
            if not fits(touch):
                return
            met += 1
            if met == self.at or (lasting and met > self.at):
                watch.fell = True
                strike(touch)

        watch.on_touch = on_touch

    return arm


def _die(_: Touch) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()


def _refused(number: int) -> Callable[[Touch], None]:
    def refuse(touch: Touch) -> None:
        raise OSError(number, os.strerror(number), touch.path)

    return refuse


def _close(touch: Touch) -> None:
    """Take every right from what is touched: of the file that is there, or of the folder that it is to come in."""
    path = Path(touch.path)
    (path if path.exists() else path.parent).chmod(0)


def _rot(touch: Touch) -> None:
    flip_a_byte(Path(touch.path))


def flip_a_byte(path: Path) -> None:
    """Change one bit in the middle of a file, in place."""
    with path.open("r+b") as stream:
        stream.seek(path.stat().st_size // 2)
        byte = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte[0] ^ 1]))


def obey_modes() -> None:
    """Give up what root may beyond other users, who get no file that its mode closes to them."""
    if os.geteuid() == 0:
        header, none = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
        if ctypes.CDLL(None, use_errno=True).capset(header, none):
            raise OSError(ctypes.get_errno(), "the privileges of root cannot be given up")


def _deny(self: Strike, watch: Watch) -> None:
    obey_modes()
    _at_touch(may_be_closed, _close)(self, watch)


def _company(_: Touch) -> None:
    ask_for_company()


def is_snapshot(touch: Touch) -> bool:
    """Whether the bytes of a stored snapshot are about to be read."""
    path = Path(touch.path)
    is_bytes = path.suffix not in (".json", ".tmp") and not path.name.startswith(".")
    return touch.event == "open" and not touch.writes and is_bytes and "/snapshots/" in touch.path and path.is_file()


def _die_at_moment(self: Strike, watch: Watch) -> None:
    """Killed by the system after so many seconds in a part, wherever it is then, in whatever language."""

    def on_part(name: str) -> None:
        if name == self.part:
            signal.setitimer(signal.ITIMER_REAL, max(self.at, 0.0005))

    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # here, and not where the part begins: that may be in a thread
    watch.on_touch = lambda _: None
    watch.on_part = on_part
    on_part(REST)


def _limit(self: Strike, watch: Watch) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    watch.on_touch = lambda _: None

    def on_part(name: str) -> None:
        if name == self.part:
            watch.fell = True
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(self.at), resource.RLIM_INFINITY))

    watch.on_part = on_part
    on_part(REST)


def _nothing(_self: Strike, watch: Watch) -> None:
    """The disk is small already."""
    watch.on_touch = lambda _: None
    watch.fell = True


def writes(touch: Touch) -> bool:
    return touch.writes


def takes_room(touch: Touch) -> bool:
    return touch.writes and touch.event in _TAKES_ROOM


def any_touch(_: Touch) -> bool:
    return True


def may_be_closed(touch: Touch) -> bool:
    return touch.event in ("open", "os.rename", "os.mkdir", "sqlite3.connect")


def changes_beside(touch: Touch) -> bool:
    """Once the workspace is held: not the touch of the lock itself, nor of the folder that it stands in."""
    return touch.writes and not touch.path.endswith((".lock", "/data"))


AT_TOUCH: dict[str, Callable[[Touch], bool]] = {
    "kill": writes,
    "full": takes_room,
    "eio": any_touch,
    "deny": may_be_closed,
    "rot": is_snapshot,
    "beside": changes_beside,
}
"""Kinds that fall at a touch, with the touches at which they can."""
_ARM = {
    "kill": _at_touch(writes, _die),
    "moment": _die_at_moment,
    "full": _at_touch(takes_room, _refused(errno.ENOSPC), lasting=True),
    "eio": _at_touch(any_touch, _refused(errno.EIO)),
    "limit": _limit,
    "disk": _nothing,
    "deny": _deny,
    "rot": _at_touch(is_snapshot, _rot),
    "beside": _at_touch(changes_beside, _company),
}
KINDS = tuple(_ARM)
MEANS = {
    "kill": "SIGKILL just before a file is touched",
    "moment": "killed by the system at a moment",
    "full": "no room (ENOSPC) from a touch on",
    "eio": "one input/output error (EIO)",
    "limit": "no file may grow beyond so many bytes (RLIMIT_FSIZE)",
    "disk": "a real small disk with so many bytes free (tmpfs)",
    "deny": "permission lost, without the privileges of root",
    "rot": "a byte of a snapshot changes just before it is opened",
    "beside": "another command beside it",
}


def as_record(seen: Seen) -> dict[str, Any]:
    return asdict(seen)


def from_record(record: dict[str, Any]) -> Seen:
    return Seen(**{**record, "touches": [Touch(**touch) for touch in record["touches"]]})
