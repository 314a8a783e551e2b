"""Delimited text files by contract: encoding, delimiter, headers, and the way dates and numbers are written.

A file comes out as chunks of text columns under the contract's names, with the line each row stood on. Columns that
the contract does not name (a BSN beside the client number, say) are never taken out of the file. What a value means
belongs to the readers of each kind of file.

Why pyarrow: it reads column by column in bounded memory, so twenty million rows go the same road as twenty, and every
check runs once per distinct value instead of once per row.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import functools
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from dagster_project.contracts import Column, FileFormat
from dagster_project.errors import UnsoundData
from dagster_project.extract import limits
from dagster_project.extract.personal import masked
from dagster_project.legible import legible

MAX_COLUMNS = limits.COLUMNS
MAX_CELL = limits.CELL_CHARACTERS
_MAX_HEADER = 1 << 16
_BLOCK = limits.LINE_CHARACTERS
_FALLBACK = "cp1252"
_LOOKED_AT = 400
"""Characters of a cell that an error looks at: more than it shows."""

_TIME = re.compile(r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN_DATE = re.compile(r"[0-9./\- ]+", re.ASCII)
_OPEN_END = date(9999, 12, 31)
_WHOLE, _FRACTION = rf"-?[0-9]{{1,{limits.DIGITS}}}", rf"[0-9]{{1,{limits.DECIMALS}}}"
_NUMBER = {mark: re.compile(rf"{_WHOLE}(?:{re.escape(mark)}{_FRACTION})?") for mark in ",."}
_GROUPED = re.compile(rf"-?[0-9]{{1,3}}(?:\.[0-9]{{3}}){{1,{limits.DIGITS // 3 - 1}}}(?:,{_FRACTION})?")


@dataclass(frozen=True)
class Source:
    """A delimited file that can be opened more than once, and the name by which its owner knows it."""

    name: str
    open: Callable[[], BinaryIO]

    @classmethod
    def of(cls, path: Path, name: str) -> Source:
        return cls(name, lambda: path.open("rb"))


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file: the line each stood on, and its cells as text, null where empty, by contract name.

    Lines count as a spreadsheet shows them, the header being line 1.
    """

    lines: pa.Array
    columns: dict[str, pa.Array]


@dataclass(frozen=True)
class BrokenRow:
    """A row with more or fewer cells than there are headers; its text is not kept."""

    line: int
    cells: int
    expected: int


def read_chunks(
    source: Source,
    columns: Sequence[Column],
    file_format: FileFormat,
    broken: list[BrokenRow],
    headers_needed: Collection[str] | None = None,
    *,
    keep_blank: bool = False,
) -> Iterator[Chunk]:
    """Read a file's columns of interest.

    Args:
        source: the file.
        columns: what the contract reads from it.
        file_format: how the contract says that it is written.
        broken: gains every row whose cells do not match the headers.
        headers_needed: names of the columns whose header must be there; None: those that are `required`.
        keep_blank: whether rows without a cell that is read come along.

    Yields:
        Chunks of rows.

    Raises:
        UnsoundData: the file is empty, its bytes are not text, a header is missing or stands twice, or it is larger in
            some direction than any export is.
    """
    encoding = encoding_of(source, file_format)
    _check_quotes(source)
    delimiter, headers, has_rows = layout_of(source, encoding, file_format)
    places = match_headers(source.name, headers, columns, headers_needed)
    names = [f"c{position}" for position in range(len(headers))]
    wanted = {name: names[position] for name, position in places.items()}
    if not has_rows:
        return

    def note_broken(row: pa_csv.InvalidRow) -> str:
        broken.append(BrokenRow(row.number, row.actual_columns, row.expected_columns))
        return "skip"

    numbering = _Numbering(broken)
    with source.open() as stream:
        try:
            reader = pa_csv.open_csv(
                stream,
                pa_csv.ReadOptions(
                    use_threads=False,  # with threads, broken rows lose their numbers
                    block_size=_BLOCK,
                    column_names=names,
                    skip_rows_after_names=1,
                    encoding=encoding,
                ),
                pa_csv.ParseOptions(
                    delimiter=delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=note_broken,
                ),
                pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=False,
                    include_columns=list(wanted.values()),
                ),
            )
            for batch in reader:
                lines = numbering.take(batch.num_rows)
                cells = {name: trimmed(batch.column(position)) for name, position in wanted.items()}
                refuse_long_cells(source.name, cells)
                yield Chunk(lines, cells) if keep_blank else without_blank_rows(lines, cells)
        except pa.ArrowInvalid:
            # `from None`: the original error quotes the row, which may hold personal data
            raise UnsoundData(
                f"{source.name} cannot be read as text separated by '{delimiter}': a row is longer than "
                f"{_BLOCK >> 20} MB or its quotes do not match. Export it again."
            ) from None


def bounded_lines(stream: TextIO, name: str) -> Iterator[str]:
    """The lines of a text, none of them so long that it fills memory.

    Raises:
        UnsoundData: one is.
    """
    for line in iter(lambda: stream.readline(_BLOCK), ""):
        if len(line) == _BLOCK:
            raise UnsoundData(f"{name} has a line of more than {limits.shown(_BLOCK)}. Export it again.")
        yield line


def bounded_rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The rows of a text, none of their cells so long that a quote was never closed.

    The limit that `csv` itself has is that of the whole process, and other libraries move it.

    Raises:
        csv.Error: a cell has more than twice the characters that a cell may have.
    """
    for row in csv.reader(lines, delimiter=delimiter):
        if max(map(len, row), default=0) > 2 * MAX_CELL:
            raise csv.Error(f"a cell of more than {2 * MAX_CELL} characters")
        yield row


def headers_of(source: Source, file_format: FileFormat) -> list[str]:
    """The headers as they stand in the file.

    Raises:
        UnsoundData: as `read_chunks` does.
    """
    return layout_of(source, encoding_of(source, file_format), file_format)[1]


def count_rows(path: Path) -> int:
    """Rows below the header that hold something, without parsing: a line end within quotes does not end a row."""
    rows = 0
    is_quoted = False
    with path.open("rb") as stream:
        for line in iter(lambda: stream.readline(_BLOCK), b""):
            rows += not is_quoted and bool(line.strip(b"\r\n\t ,;"))
            is_quoted ^= line.count(b'"') % 2 == 1
    return max(rows - 1, 0)


def match_headers(
    name: str, headers: Sequence[str], columns: Sequence[Column], needed: Collection[str] | None = None
) -> dict[str, int]:
    """Where each column of the contract stands in the file.

    Where several accepted headers are there, the one that the contract names first counts.

    Raises:
        UnsoundData: a header stands twice, or one that must be there is missing (with the nearest that were found).
    """
    found: dict[str, int] = {}
    for position, header in enumerate(headers):
        key = header_key(header)
        if key in found:
            raise UnsoundData(f"{name} has the header {_shown(header)} twice. Remove or rename one of the two columns.")
        if key:
            found[key] = position
    places: dict[str, int] = {}
    for column in columns:
        accepted = [header_key(header) for header in (*column.headers, column.name)]
        hits = [found[key] for key in accepted if key in found]
        if hits:
            places[column.name] = hits[0]
        elif column.required if needed is None else column.name in needed:
            raise UnsoundData(_missing_header(name, column, found))
    return places


def parse_date(text: str, date_format: str) -> date | None:
    """A real date in the contract's format or in ISO form, a time behind it left off; None where it is neither.

    Years outside 1900–2100 are taken for typing errors, but for 9999-12-31, which registrations use for an open end.
    """
    written = _TIME.sub("", text.strip())
    try:
        found = _parsed_date(written, date_format)
    except ValueError:
        return None
    return found if found == _OPEN_END or limits.FIRST_YEAR <= found.year <= limits.LAST_YEAR else None


def _parsed_date(written: str, date_format: str) -> date:
    if _ISO_DATE.fullmatch(written):
        return date.fromisoformat(written)
    if not _WRITTEN_DATE.fullmatch(written):
        raise ValueError
    return datetime.strptime(written, date_format).date()


def parse_decimal(text: str, decimal: str, *, grouped: bool = False) -> str | None:
    """A number in one spelling, with a decimal point; None where the text is not a number in the contract's spelling.

    Args:
        text: the cell.
        decimal: `,` or `.`, as the contract says.
        grouped: whether `1.240` may stand for 1240 (only with a decimal comma). Off for files written by hand, where
            it may as well mean 1,24.
    """
    written = text.strip()
    plain = _NUMBER[decimal].fullmatch(written)
    if plain:
        return written.replace(",", ".")
    if grouped and decimal == "," and _GROUPED.fullmatch(written):
        return written.replace(".", "").replace(",", ".")
    return None


def map_distinct(column: pa.Array, parse: Callable[[str], str | None]) -> pa.Array:
    """Apply a function to a text column, once per distinct value; nulls stay null."""
    encoded = column.dictionary_encode()
    parsed = pa.array([parse(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return parsed.take(encoded.indices)


def quoted(text: str) -> str:
    """A cell as an error may show it: short, and without anything that may be a personal number."""
    shown = legible(masked(text[:_LOOKED_AT]))
    return f"'{shown if len(shown) <= 40 else shown[:40] + '…'}'"


class _Numbering:
    """Line numbers for the rows that are left when broken ones fall out."""

    def __init__(self, broken: list[BrokenRow]) -> None:
        self._broken = broken
        self._next = 2

    def take(self, count: int) -> pa.Array:
        skipped = {row.line for row in self._broken if row.line >= self._next}
        lines: Sequence[int] = range(self._next, self._next + count + len(skipped))
        if skipped:
            lines = [line for line in lines if line not in skipped][:count]
        self._next = lines[-1] + 1 if count else self._next
        return pa.array(lines, pa.int64())


def encoding_of(source: Source, file_format: FileFormat) -> str:
    """UTF-8 where the bytes are UTF-8: no real text in another encoding happens to be. Else what the contract says,
    or Windows-1252 where the contract expected UTF-8.

    Raises:
        UnsoundData: the bytes are text in neither.
    """
    expected = codecs.lookup(file_format.encoding).name
    other = _FALLBACK if expected.startswith("utf-8") else expected
    with source.open() as stream:
        if stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8:
            other = "utf-8"  # the mark at the start rules everything else out
    for encoding in ("utf-8", other):
        if decodes(source, encoding):
            return encoding
    way_out = "Export it again as CSV in UTF-8."
    if other == "utf-8":
        raise UnsoundData(f"{source.name} is not the UTF-8 text that its first bytes announce. {way_out}")
    raise UnsoundData(f"{source.name} is text in neither UTF-8 nor {other}. {way_out}")


def decodes(source: Source, encoding: str) -> bool:
    """Whether all bytes of a file are text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with source.open() as stream:
        try:
            while block := stream.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _check_quotes(source: Source) -> None:
    """A quote that is never closed would swallow the rows behind it without a sound."""
    with source.open() as stream:
        quotes = sum(block.count(b'"') for block in iter(lambda: stream.read(1 << 20), b""))
    if quotes % 2:
        raise UnsoundData(
            f"{source.name} has {quotes} quotes, expected an even number: one is never closed. Export it again."
        )


def layout_of(source: Source, encoding: str, file_format: FileFormat) -> tuple[str, list[str], bool]:
    """The delimiter, the headers, and whether anything follows the first line.

    Raises:
        UnsoundData: there is no line of headers, or it is longer or wider than that of any export.
    """
    with source.open() as stream:
        start = stream.read(_MAX_HEADER)
    text = codecs.getincrementaldecoder(encoding)().decode(start).removeprefix("\ufeff")
    if not text.strip():
        raise UnsoundData(f"{source.name} is empty, expected a line of headers. Export it again.")
    if len(start) == _MAX_HEADER and "\n" not in text and "\r" not in text:
        raise UnsoundData(
            f"{source.name} has no line end in its first {_MAX_HEADER >> 10} kB, expected a line of headers."
        )
    delimiters = [file_format.delimiter] if file_format.delimiter else [";", ","]
    try:
        rows = {delimiter: _first_row(text, delimiter) for delimiter in delimiters}
    except csv.Error:
        raise UnsoundData(f"{source.name} has a header that is longer than any is. Export it again.") from None
    delimiter = max(delimiters, key=lambda one: len(rows[one]))
    if len(rows[delimiter]) > MAX_COLUMNS:
        raise UnsoundData(f"{source.name} has {len(rows[delimiter])} columns, expected {MAX_COLUMNS} at most.")
    has_rows = len(start) == _MAX_HEADER or len(text.strip().splitlines()) > 1
    return delimiter, rows[delimiter], has_rows


def _first_row(text: str, delimiter: str) -> list[str]:
    return next(bounded_rows(io.StringIO(text, newline=""), delimiter), [])


def _missing_header(name: str, column: Column, found: Collection[str]) -> str:
    accepted = " or ".join(f"'{header}'" for header in dict.fromkeys((*column.headers, column.name)))
    known = {header_key(header) for header in (*column.headers, column.name)}
    # only look-alikes are shown: the first line of a file without headers is a person's data
    near = {hit for key in known for hit in difflib.get_close_matches(key, list(found), 2)}
    nearest = ", ".join(_shown(header) for header in sorted(near)) or f"nothing like it among {len(found)} columns"
    return f"{name} lacks the header {accepted}; found {nearest}. Name the column so, or map it in mappings/."


def _shown(header: str) -> str:
    return quoted(" ".join(header.split()))


def header_key(header: str) -> str:
    """How headers are compared: without case and without surrounding or doubled space."""
    return " ".join(header.split()).casefold()


def trimmed(cells: pa.Array) -> pa.Array:
    """Text cells without surrounding space, null where nothing is left."""
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def refuse_long_cells(name: str, cells: dict[str, pa.Array]) -> None:
    """Raise UnsoundData where a cell is longer than any real one is."""
    for column, values in cells.items():
        longest = pc.max(pc.utf8_length(values)).as_py() or 0
        if longest > MAX_CELL:
            raise UnsoundData(
                f"{name} has a cell of {longest} characters under {column}, expected {MAX_CELL} at most: "
                "probably a quote that is never closed. Export it again."
            )


def without_blank_rows(lines: pa.Array, cells: dict[str, pa.Array]) -> Chunk:
    """The rows with a cell that is read, as a chunk."""
    filled = functools.reduce(pc.or_, [pc.is_valid(values) for values in cells.values()])
    return Chunk(lines.filter(filled), {column: values.filter(filled) for column, values in cells.items()})
