"""Sheets of workbooks (.xlsx) by contract, as the same chunks of text that delimited.py makes of a text file.

Numbers come out as the contract writes them and dates in ISO form. What a cell shows is not known here: one formatted
as a percentage holds a fraction. What a value means belongs to the readers of each kind of file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from dagster_project.contracts import Column, FileFormat
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, limits, workbooks
from dagster_project.extract.delimited import Chunk

_TITLE_ROWS = 20
"""Rows above the headers that may hold a title or a date of print."""

Row = list[str]


def read_rows(path: Path, name: str, sheet: str | None = None, decimal: str = ",") -> Iterator[tuple[int, Row]]:
    """The rows of a sheet as text, each with its line as a spreadsheet counts; empty cells are empty texts.

    Args:
        path: the workbook.
        name: how its owner knows it.
        sheet: name of the sheet; None: the first.
        decimal: how numbers are written out.

    Raises:
        UnsoundData: it is no workbook, is locked with a password, lacks the sheet, or is too large to hold.
    """
    most = limits.FIGURES_SHEET_BYTES
    with workbooks.opened(path, name, sheet=sheet, only_first=sheet is None, most=most) as workbook:
        rows = next((rows for _, rows in workbook.sheets()), None)
        if rows is None:
            raise workbooks.lacks_sheet(name, sheet, workbook.sheet_names)
        for line, row in enumerate(rows, start=1):
            yield line, [_text(cell, decimal) for cell in row]


def read_chunks(
    path: Path,
    name: str,
    columns: Sequence[Column],
    file_format: FileFormat,
    headers_needed: Collection[str] | None = None,
) -> Iterator[Chunk]:
    """Read the columns of interest of a sheet, as `delimited.read_chunks` does of a text file.

    The headers are the first row, among the first twenty that hold something, in which all that are needed stand.

    Raises:
        UnsoundData: as `read_rows` and `delimited.read_chunks` do.
    """
    filled = [(line, row) for line, row in read_rows(path, name, file_format.sheet, file_format.decimal) if any(row)]
    start, places = _header_row(filled, name, lambda row: delimited.match_headers(name, row, columns, headers_needed))
    lines = [line for line, _ in filled[start + 1 :]]
    if not lines:
        return
    cells = {
        column: delimited.trimmed(pa.array([row[place] for _, row in filled[start + 1 :]], pa.string()))
        for column, place in places.items()
    }
    delimited.refuse_long_cells(name, cells)
    yield delimited.without_blank_rows(pa.array(lines, pa.int64()), cells)


def count_rows(path: Path) -> int | None:
    """Rows below the first one that hold something; None where it is no workbook that can be read."""
    try:
        return max(sum(any(row) for _, row in read_rows(path, path.name)) - 1, 0)
    except UnsoundData:
        return None


def _header_row(
    filled: list[tuple[int, Row]], name: str, match: Callable[[Row], dict[str, int]]
) -> tuple[int, dict[str, int]]:
    """Place of the headers among the rows that hold something, and where each column stands."""
    if not filled:
        raise UnsoundData(f"{name} is empty, expected a row of headers. Export it again.")
    for position, (_, row) in enumerate(filled[:_TITLE_ROWS]):
        try:
            return position, match(row)
        except UnsoundData:
            continue
    widest = max(range(min(len(filled), _TITLE_ROWS)), key=lambda position: sum(map(bool, filled[position][1])))
    return widest, match(filled[widest][1])  # says what is missing


def _text(cell: object, decimal: str) -> str:
    """A cell as the contract would write it in a text file."""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)  # no number, and refused as such where one is expected
    if isinstance(cell, int | float):
        written = format(Decimal(f"{cell:.15g}"), "f")  # the digits that a spreadsheet keeps
        whole, _, fraction = written.partition(".")
        return whole if not fraction.strip("0") else f"{whole}{decimal}{fraction}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
