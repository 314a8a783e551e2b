"""A first look at an export of which nothing is known yet: how it is written, its headers, and some of its cells.

Cells stay in memory. What they look like is told by shapes.py.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.contracts import FileFormat
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, sheets, workbooks
from dagster_project.extract.delimited import Source

ROWS = 20_000
"""Rows that are looked at."""
_LOOKED_AT = 50
"""Lines by which the delimiter is found."""
_TITLE_ROWS = 20
_DELIMITERS = (";", ",", "\t", "|")
_NO_HEADER = re.compile(r"[0-9]{5,}|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|\S+@\S+\.\S+|-?[0-9]+[.,][0-9]+")


@dataclass(frozen=True)
class Sample:
    """How an export is written, and its first rows."""

    name: str
    form: str
    """Ending that tells how it is read: `.csv` for every text file, `.xlsx` or `.parquet`."""
    headers: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    """Cells of each header as trimmed text, empty where there is nothing."""
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def n_rows(self) -> int:
        return len(self.columns[0]) if self.columns else 0


def sample_of(path: Path, *, sheet: str | None = None) -> Sample:
    """Look at an export.

    Args:
        path: a text file, a workbook or a parquet file.
        sheet: name of the sheet of a workbook; None: its first.

    Raises:
        UnsoundData: it cannot be read as what it says it is, is empty, or has no line of headers: its first line, which
            then is a person's data, is not shown.
    """
    if path.suffix.lower() == workbooks.SUFFIX:
        return _of_rows(path.name, workbooks.SUFFIX, _below_title(sheets.read_rows(path, path.name, sheet)))
    if path.suffix.lower() == ".parquet":
        return _of_rows(path.name, ".parquet", _parquet_rows(path))
    encoding = _encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            delimiter = _delimiter_of(list(itertools.islice(delimited.bounded_lines(stream, path.name), _LOOKED_AT)))
            stream.seek(0)
            rows = itertools.islice(
                delimited.bounded_rows(delimited.bounded_lines(stream, path.name), delimiter), ROWS + 1
            )
            return _of_rows(path.name, ".csv", rows, encoding=encoding, delimiter=delimiter)
    except (csv.Error, UnicodeDecodeError):
        # `from None`: the original may quote a row
        raise UnsoundData(
            f"{path.name} cannot be read as text with separators. Export it again as CSV in UTF-8."
        ) from None


def _of_rows(
    name: str, form: str, rows: Iterable[list[str]], *, encoding: str | None = None, delimiter: str | None = None
) -> Sample:
    filled = (row for row in rows if any(cell.strip() for cell in row))
    headers = [" ".join(header.split()) for header in next(filled, [])]
    if not headers:
        raise UnsoundData(f"{name} is empty, expected a line of headers. Export it again.")
    if any(_NO_HEADER.fullmatch(header) for header in headers):
        raise UnsoundData(f"{name} has values in its first line, expected headers. Export it with a line of headers.")
    whole = [row for row in filled if len(row) == len(headers)]
    columns = tuple(tuple(row[place].strip() for row in whole) for place in range(len(headers)))
    return Sample(name, form, tuple(headers), columns, encoding, delimiter)


def _encoding_of(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return delimited.encoding_of(Source.of(path, path.name), FileFormat())


def _delimiter_of(lines: list[str]) -> str:
    """The one that cuts most lines in as many cells as the first, and in most cells."""

    def score(delimiter: str) -> tuple[float, int]:
        counts = [len(row) for row in delimited.bounded_rows(lines, delimiter) if row]
        width = counts[0] if counts else 0
        return (counts.count(width) / len(counts) if width > 1 else 0.0, width)

    return max(_DELIMITERS, key=score)


def _below_title(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[str]]:
    """Rows from the headers on: the first of the widest among the first twenty that hold something."""
    filled = (row for _, row in rows if any(row))
    first = list(itertools.islice(filled, _TITLE_ROWS))
    if not first:
        return
    widths = [sum(map(bool, row)) for row in first]
    yield from itertools.islice(itertools.chain(first[widths.index(max(widths)) :], filled), ROWS + 1)


def _parquet_rows(path: Path) -> Iterator[list[str]]:
    try:
        with duckdb.connect() as connection:
            relation = connection.read_parquet(str(path)).limit(ROWS)
            yield list(relation.columns)
            for row in relation.fetchall():
                yield ["" if cell is None else str(cell) for cell in row]
    except duckdb.Error:
        raise UnsoundData(f"{path.name} cannot be read as parquet. Export it again.") from None
