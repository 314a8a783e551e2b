"""The one reader of workbooks (.xlsx): sheets as rows of typed cells, whoever made the file.

The file is looked at as an archive first, and read by workbook_worker.py in a process of its own, with limits on its
memory and time. Which rows are headers and what a cell means belongs to sheets.py and registration/convert.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import IO, Any

import msgspec

from dagster_project.errors import UnsoundData
from dagster_project.extract import archives, limits
from dagster_project.legible import legible

SUFFIX = ".xlsx"
Cell = str | int | float | bool | datetime | date | time | timedelta | None
Row = list[Cell]

_WORKER = Path(__file__).with_name("workbook_worker.py")
_FRAME = 256 << 20
"""Bytes of one frame: the widest row of the longest cells takes 20 MB."""
_PATIENCE = 4
"""Times the processor time that the whole reading may take by the clock, on a machine that does other things too."""
_SHOWN = 10
_LEFT_ALONE = {"LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "TMPDIR"}
"""Variables that the process may need to start; keys are not among them."""


class _Broken(Exception):
    """What came from the process is no whole answer."""


class Workbook:
    """A workbook that is being read. Its sheets come in the order of the file and each can be read once.

    Attributes:
        sheet_names: of all sheets, also of those that were not asked for.
    """

    def __init__(self, name: str, frames: Iterator[dict[str, Any]]) -> None:
        self._name = name
        self._frames = frames
        self.sheet_names: list[str] = next(self._frames)["sheets"]

    def sheets(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """The name and the rows of each sheet that was asked for; rows that are not taken are passed over."""
        frame = next(self._frames)
        while "sheet" in frame:
            rest: list[dict[str, Any]] = []
            rows = self._rows(rest)
            yield frame["sheet"], rows
            for _ in rows:
                pass
            frame = rest[0]

    def _rows(self, rest: list[dict[str, Any]]) -> Iterator[Row]:
        for frame in self._frames:
            if "rows" not in frame:
                rest.append(frame)
                return
            for row in frame["rows"]:
                yield [_cell(cell) for cell in row] if list in map(type, row) else row


@contextmanager
def opened(
    path: Path, name: str, *, sheet: str | None = None, only_first: bool = False, most: int = limits.SHEET_BYTES
) -> Iterator[Workbook]:
    """A workbook to read. Leave the context when enough was read: the process ends with it.

    Args:
        path: the file.
        name: how its owner knows it.
        sheet: name of the one sheet that is wanted; None: all of them.
        only_first: whether only the first sheet is wanted.
        most: bytes that it may come to when it is unpacked.

    Raises:
        UnsoundData: it is no workbook, is locked with a password, unpacks to too much, or cannot be read within the
            limits. Also while its rows are read.
    """
    limits.size_of(path, name, limits.WORKBOOK_BYTES)
    _refuse_no_zip(path, name)
    with archives.opened(path, name, most=most):
        pass
    with _worker(path, sheet, only_first) as process:
        yield Workbook(name, _frames(process, name))


def _refuse_no_zip(path: Path, name: str) -> None:
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":
            raise UnsoundData(f"{name} is no workbook, whatever its name says. Save it as .xlsx without a password.")


@contextmanager
def _worker(path: Path, sheet: str | None, only_first: bool) -> Iterator[subprocess.Popen[bytes]]:
    order = {
        "path": str(path),
        "sheet": sheet,
        "only_first": only_first,
        "columns": limits.COLUMNS,
        "characters": limits.CELL_CHARACTERS,
        "memory": limits.WORKBOOK_MEMORY,
        "seconds": limits.WORKBOOK_SECONDS,
    }
    process = subprocess.Popen(
        # -I: nothing in the current folder or the environment stands in for a library
        [sys.executable, "-I", str(_WORKER), msgspec.json.encode(order).decode()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what the library says when it ends may quote the file
        env={name: value for name, value in os.environ.items() if name.upper() in _LEFT_ALONE},
    )
    watch = threading.Timer(_PATIENCE * limits.WORKBOOK_SECONDS, process.kill)
    watch.daemon = True
    watch.start()
    try:
        yield process
    finally:
        watch.cancel()
        with suppress(OSError):
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _frames(process: subprocess.Popen[bytes], name: str) -> Iterator[dict[str, Any]]:
    """What the process says, as far as it goes well.

    Raises:
        UnsoundData: it tells of a fault, or ends before it is ready.
    """
    if process.stdout is None:
        raise ValueError("the worker was started without a pipe")
    try:
        while True:
            frame = _next_frame(process.stdout)
            if "fault" in frame:
                raise UnsoundData(_told(name, frame["fault"]))
            yield frame
    except (_Broken, msgspec.DecodeError):
        process.wait()
        raise UnsoundData(
            f"{name} cannot be read as a workbook: it is damaged, or reading it takes more than "
            f"{limits.shown(limits.WORKBOOK_MEMORY)} of memory or {limits.WORKBOOK_SECONDS} s. "
            "Delete the empty rows and columns behind its data, or export it as CSV."
        ) from None


def _next_frame(stream: IO[bytes]) -> dict[str, Any]:
    length = int.from_bytes(_exactly(stream, 4), "big")
    if length > _FRAME:
        raise _Broken
    frame: dict[str, Any] = msgspec.msgpack.decode(_exactly(stream, length), type=dict[str, Any])
    return frame


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise _Broken
    return content


def _told(name: str, fault: str) -> str:
    if fault == "TooWide":
        return f"{name} has a filled cell beyond column {limits.COLUMNS}, expected {limits.COLUMNS} columns at most."
    if fault == "PasswordError":
        return f"{name} is locked with a password. Save it as .xlsx without one."
    # the library's own words may quote cells
    return f"{name} cannot be read as a workbook ({fault}). Save it again as .xlsx without a password, or export CSV."


def lacks_sheet(name: str, sheet: str | None, names: list[str]) -> UnsoundData:
    """The error for a workbook without the sheet that is wanted."""
    shown = [f"'{legible(one)[:40]}'" for one in names[:_SHOWN]]
    found = ", ".join(chain(shown, ["…"] if len(names) > _SHOWN else [])) or "no sheet at all"
    return UnsoundData(f"{name} lacks the sheet '{sheet or 'first'}', found {found}. Set format: sheet in mappings/.")


def _cell(cell: Any) -> Cell:
    if not isinstance(cell, list):
        return cell  # type: ignore[no-any-return]
    kind, value = cell
    if kind == "datetime":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    return time.fromisoformat(value) if kind == "time" else timedelta(seconds=value)
