"""Work in a process of its own: what it came to, how it ended, what it printed, and what it left running."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MARK = "OPKOERS_SURVIVAL"
"""A variable by which everything that a child starts is known."""
_LIMIT = 900.0
_PATIENCE = 10.0
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Ending:
    """How a child ended.

    Attributes:
        signal: that ended it; None: it ended by itself.
        result: what its work gave; None when it gave nothing.
        trace: the traceback of an error that its work let through.
        printed: on standard output and standard error.
        left: command lines of processes that it started and that are still there seconds after it.
    """

    signal: int | None
    result: Any = None
    trace: str = ""
    printed: str = ""
    left: list[str] = field(default_factory=list)

    def value(self) -> Any:
        """What the work gave; an error of the harness when it did not end well."""
        if self.signal is not None or self.trace:
            raise RuntimeError(f"signal {self.signal}: {self.trace or self.printed}")
        return self.result


def in_child(
    work: Callable[[], Any],
    report: Path,
    *,
    arm: Callable[[], object] = lambda: None,
    beside: Callable[[], None] | None = None,
    environment: Mapping[str, str] = {},
) -> Ending:
    """Fork, do work there, and wait.

    Args:
        work: gives something that JSON can hold.
        report: where it is written down; removed again.
        arm: called in the child before the work.
        beside: called here when the child asks for it with `ask_for_company`; the child waits meanwhile.
        environment: variables for the child.

    Raises:
        TimeoutError: it hung; with where each of its threads stood.
    """
    ask, asked = os.pipe()
    go, on = os.pipe()
    printed, out = os.pipe()  # a pipe, which has room when no disk has
    mark = f"{report.stem}-{time.time_ns()}"
    child = os.fork()
    if child == 0:
        _COMPANY.update(ask=asked, go=go)
        os.environ.update({**environment, MARK: mark})
        _become(work, report, out, arm)
    for end in (asked, go, out):
        os.close(end)
    os.set_blocking(printed, False)
    status, text = _wait(child, printed, ask, on, beside)
    for end in (printed, ask, on):
        os.close(end)
    if status is None:
        raise TimeoutError(f"A child worked for more than {_LIMIT:g} seconds. {text}")
    content = json.loads(report.read_text() or "{}") if report.is_file() else {}
    report.unlink(missing_ok=True)
    return Ending(
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        result=content.get("result"),
        trace=content.get("trace", ""),
        printed=text,
        left=_left_running(mark),
    )


_COMPANY: dict[str, int] = {}


def ask_for_company() -> None:
    """In a child: have the parent do what is to happen beside it, and wait until that is done."""
    os.write(_COMPANY["ask"], b"!")
    os.read(_COMPANY["go"], 1)


def _become(work: Callable[[], Any], report: Path, out: int, arm: Callable[[], object]) -> None:
    """The life of a child, from the fork to its end."""
    content: dict[str, Any] = {}
    try:
        report_to = os.open(report, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)  # now: later it may no more
        os.dup2(out, 1)
        os.dup2(out, 2)
        # the parent may have replaced them, as pytest does: what is printed would go there
        sys.stdout, sys.stderr = (os.fdopen(end, "w", buffering=1, closefd=False) for end in (1, 2))
        faulthandler.enable(sys.stderr)  # for SIGABRT, which ends a child that hangs
        arm()
        content["result"] = work()
    except BaseException:
        content["trace"] = traceback.format_exc()
    signal.setitimer(signal.ITIMER_REAL, 0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with DISARMED:
        os.write(report_to, json.dumps(content).encode())
    os._exit(0)


class _Disarmed:
    """While it is entered, no strike falls: for what the harness itself does in a child."""

    depth = 0

    def __enter__(self) -> None:
        _Disarmed.depth += 1

    def __exit__(self, *_: object) -> None:
        _Disarmed.depth -= 1


DISARMED = _Disarmed()


def _wait(child: int, printed: int, ask: int, on: int, beside: Callable[[], None] | None) -> tuple[int | None, str]:
    """The status with which a child ended, and what it printed.

    The status is None where it hung: it was ended, and said where each of its threads stood.
    """
    deadline = time.monotonic() + _LIMIT
    parts = []
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        hangs = not ended and time.monotonic() > deadline
        if hangs:
            os.kill(child, signal.SIGABRT)
            os.waitpid(child, 0)
        parts.append(_all_of(printed))  # as it comes: a full pipe would hold the child
        if ended or hangs:
            return (None if hangs else status), b"".join(parts).decode(errors="replace")
        ready, _, _ = select.select([ask], [], [], 0.01)
        if ready and os.read(ask, 1):
            if beside:
                beside()
            os.write(on, b".")


def _all_of(pipe: int) -> bytes:
    """What lies in a pipe, of which others may hold the other end still."""
    parts = []
    with contextlib.suppress(BlockingIOError):
        while part := os.read(pipe, _MEGABYTE):
            parts.append(part)
    return b"".join(parts)


def _left_running(mark: str) -> list[str]:
    """Processes that bear a child's mark some seconds after it ended."""
    deadline = time.monotonic() + _PATIENCE
    while there := _bearing(mark):
        if time.monotonic() > deadline:
            for pid in there:
                os.kill(pid, signal.SIGKILL)
            return list(there.values())
        time.sleep(0.1)
    return []


def _bearing(mark: str) -> dict[int, str]:
    found = {}
    wanted = f"{MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if line:  # a zombie has none
                    found[int(folder.name)] = line
        except OSError:
            continue
    return found
