"""Reads one workbook in a process of its own, so that a hostile one can neither hang nor kill a run.

It is started by workbooks.py as a script, imports nothing of the product, holds no keys, and writes frames to its
output: four bytes of length, then msgpack. A frame is the sheet names, the start of a sheet, some of its rows, a fault,
or the end. What the cells mean does not belong here.

Why a process: the library keeps a sheet as one block from its first to its last cell, so that two cells far apart ask
for more memory than any machine has, which ends the process in which that happens.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

_ROWS_PER_FRAME = 2_000
_CHARACTERS_PER_FRAME = 1 << 20
_OUT_OF_MEMORY = 3


class Order(msgspec.Struct):
    """What to read, and within which limits."""

    path: str
    sheet: str | None
    """Name of the one sheet that is wanted."""
    only_first: bool
    columns: int
    characters: int
    memory: int
    seconds: int


class TooWide(Exception):
    """A row holds something beyond the last column that may be there."""


def main() -> None:
    """Read as the one argument, an order in JSON, says."""
    order = msgspec.json.decode(sys.argv[1].encode(), type=Order)
    _limit(order)
    out = sys.stdout.buffer
    try:
        for frame in _frames(order):
            _write(out, frame)
    except CalamineError as error:
        _write(out, {"fault": type(error).__name__})
    except TooWide:
        _write(out, {"fault": "TooWide"})
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
    out.flush()


def _limit(order: Order) -> None:
    """Ask the system to end this process when it asks too much; Windows has no such limits."""
    with suppress(ImportError):
        import resource

        for what, most in ((resource.RLIMIT_AS, order.memory), (resource.RLIMIT_CPU, order.seconds)):
            hard = resource.getrlimit(what)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump of memory would hold cells of persons


def _frames(order: Order) -> Iterator[dict[str, Any]]:
    with CalamineWorkbook.from_path(order.path) as workbook:
        names = workbook.sheet_names
        yield {"sheets": names}
        wanted = names[:1] if order.only_first else [name for name in names if order.sheet in (None, name)]
        for name in wanted:
            yield {"sheet": name}
            rows: list[list[object]] = []
            characters = 0
            for row in workbook.get_sheet_by_name(name).iter_rows():
                if any(cell != "" for cell in row[order.columns :]):
                    raise TooWide
                cells = [_plain(cell, order.characters) for cell in row[: order.columns]]
                rows.append(cells)
                characters += sum(len(cell) for cell in cells if isinstance(cell, str))
                if len(rows) == _ROWS_PER_FRAME or characters > _CHARACTERS_PER_FRAME:
                    yield {"rows": rows}
                    rows, characters = [], 0
            yield {"rows": rows}
        yield {"end": True}


def _plain(cell: object, characters: int) -> object:
    """A cell as msgpack can hold it; a moment is a list of its kind and its ISO form.

    A text that is too long keeps one character too many, so that its reader can tell.
    """
    if isinstance(cell, str):
        return cell[: characters + 1]
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell) if abs(cell) >= 1 << 63 else cell
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, time):
        return ["time", cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["span", cell.total_seconds()]
    return cell


def _write(out: BinaryIO, frame: dict[str, Any]) -> None:
    body = msgspec.msgpack.encode(frame)
    out.write(len(body).to_bytes(4, "big") + body)


if __name__ == "__main__":
    main()
