"""From an export in any form to something that DuckDB scans as text: plain UTF-8 CSV, or Parquet with line numbers.

Text in another encoding is transcoded while it streams. CSV without quotes and with one kind of line end goes to
DuckDB as it is; CSV with quotes, and sheets, are rewritten as Parquet first, with only the columns that the contract
reads. Rows are counted here, from the file itself, before any of that. What a cell means does not belong here.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import math
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.contracts import Column, FileFormat
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, limits, workbooks
from dagster_project.extract.delimited import MAX_CELL, BrokenRow, Source
from dagster_project.extract.workbooks import Row, Workbook

_BLOCK = 1 << 23
_MAY_BE_BLANK = np.isin(np.arange(256), np.frombuffer(b"\n\r;,|\t ", dtype=np.uint8))
"""By byte: whether a line that starts with it may be blank."""
_EXCEL_EPOCH = datetime(1899, 12, 30)
_EXCEL_DAYS = range(10_000, 80_000)
"""Day numbers that may be a date written without a date format: 1927 to 2119."""
_NO_PARQUET = (pa.ArrowException, OSError, MemoryError, OverflowError, ValueError, KeyError)
"""What the library raises on bytes that are no sound Parquet file."""
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Prepared:
    """A file that DuckDB can scan.

    Attributes:
        name: how its owner knows it.
        columns: the contract's columns that it has, each with the SQL that gives the cell as text.
        scan: what stands behind `from`.
        line: SQL that gives the line of a row; on plain CSV it forces one thread.
        rows_in: rows below the header that hold something, counted from the file and not by DuckDB.
        broken: rows with too many or too few cells, which `scan` leaves out.
        is_plain: whether DuckDB parses the text itself.
    """

    name: str
    columns: dict[str, tuple[Column, str]]
    scan: str
    line: str
    rows_in: int
    broken: list[BrokenRow] = field(default_factory=list)
    is_plain: bool = False


@dataclass(frozen=True)
class _Survey:
    """What counting the rows of a text file found."""

    rows: int
    blank: frozenset[int]
    """Lines below the header that hold nothing but delimiters and space."""
    line_end: str | None
    """The one kind of line end, where DuckDB can read the file as it is."""


def prepare(
    file: Path,
    name: str,
    columns: Sequence[Column],
    file_format: FileFormat,
    scratch: Path,
    *,
    extension: str,
    may_be_plain: bool = True,
) -> Prepared:
    """Make one table of an export ready to be scanned.

    Args:
        file: the export, decrypted.
        name: how its owner knows it.
        columns: what the contract reads.
        file_format: how the contract says that it is written.
        scratch: folder for converted files, closed to others; the caller removes it.
        extension: csv, txt, xlsx or parquet.
        may_be_plain: False rewrites CSV whatever it looks like.

    Raises:
        UnsoundData: the file is not what its name says, a header is missing or stands twice, or it is larger in some
            direction than any export is.
    """
    if extension in ("csv", "txt"):
        return _prepare_text(file, name, columns, file_format, scratch, may_be_plain)
    if extension == "xlsx":
        return _prepare_sheet(file, name, columns, file_format, scratch)
    if extension == "parquet":
        return _prepare_parquet(file, name, columns, file_format)
    raise UnsoundData(f"{name} is a .{extension} file, expected .csv, .xlsx or .parquet. Export it again.")


def sql_text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def sql_path(path: Path) -> str:
    """A path as SQL writes it, for functions that read patterns."""
    return sql_text("".join(f"[{one}]" if one in "[*?" else one for one in str(path)))


def _prepare_text(
    file: Path, name: str, columns: Sequence[Column], file_format: FileFormat, scratch: Path, may_be_plain: bool
) -> Prepared:
    text = _as_utf8(file, name, file_format, scratch)
    utf8 = file_format.model_copy(update={"encoding": "utf-8"})
    source = Source.of(text, name)
    delimiter, headers = delimited.layout_of(source, "utf-8", utf8)[:2]
    places = _places(name, headers, columns)
    survey = _survey(text, name, delimiter)
    if survey.line_end and may_be_plain and len(headers) > 1:
        cells = ", ".join(f"'c{position}': 'varchar'" for position in range(len(headers)))
        scan = (
            f"read_csv({sql_path(text)}, auto_detect = false, header = false, skip = 1, delim = {sql_text(delimiter)}, "
            f"quote = '', escape = '', nullstr = '\x01', strict_mode = true, new_line = {sql_text(survey.line_end)}, "
            f"max_line_size = {2 * MAX_CELL}, columns = {{{cells}}})"
        )
        found = {target: (column, f"c{position}") for target, (column, position) in places.items()}
        return Prepared(name, found, scan, "row_number() over () + 1", survey.rows, is_plain=True)
    broken: list[BrokenRow] = []
    converted = _new_file(scratch, "parquet")
    read = [column for column, _ in places.values()]
    chunks = delimited.read_chunks(source, read, utf8, broken, (), keep_blank=True)
    with _Writer(converted, list(places)) as writer:
        for chunk in chunks:
            lines = chunk.lines.to_numpy()
            kept = ~np.isin(lines, np.fromiter(survey.blank, dtype=np.int64)) if survey.blank else None
            cells_of = {target: chunk.columns[column.name] for target, (column, _) in places.items()}
            writer.write(chunk.lines, cells_of, kept)
    broken = [row for row in broken if row.line not in survey.blank]
    return _of_converted(name, places, converted, survey.rows, broken)


def _as_utf8(file: Path, name: str, file_format: FileFormat, scratch: Path) -> Path:
    """The file itself where it is UTF-8, else a copy that is."""
    encoding = _encoding_of(file, name, file_format)
    if encoding == "utf-8":
        return file
    copy = _new_file(scratch, "csv")
    decoder = codecs.getincrementaldecoder(encoding)()
    with file.open("rb") as source, copy.open("wb") as target:
        while block := source.read(_BLOCK):
            target.write(decoder.decode(block).encode("utf-8"))
        target.write(decoder.decode(b"", final=True).encode("utf-8"))
    return copy


def _encoding_of(file: Path, name: str, file_format: FileFormat) -> str:
    with file.open("rb") as stream:
        start = stream.read(4)
    marked = next((encoding for mark, encoding in _MARKS.items() if start.startswith(mark)), None)
    if marked == "utf-16":
        if delimited.decodes(Source.of(file, name), marked):
            return marked
        raise UnsoundData(f"{name} is not the UTF-16 text that its first bytes announce. Export it again as CSV.")
    return delimited.encoding_of(Source.of(file, name), file_format)


def _places(name: str, headers: Sequence[str], columns: Sequence[Column]) -> dict[str, tuple[Column, int]]:
    """The column that fills each target, and where it stands. Of several for one target the first that is there counts.

    Raises:
        UnsoundData: a header stands twice, or none of those that must be there is.
    """
    places = delimited.match_headers(name, headers, columns, ())
    found: dict[str, tuple[Column, int]] = {}
    for column in columns:
        if column.name in places:
            found.setdefault(column.target, (column, places[column.name]))
    for column in columns:
        if (column.required or column.present) and column.target not in found:
            alternatives = [one for one in columns if one.target == column.target]
            accepted = tuple(header for one in alternatives for header in (*one.headers, one.name))
            delimited.match_headers(name, headers, [Column(name=accepted[-1], headers=accepted, required=True)])
    return found


def _survey(file: Path, name: str, delimiter: str) -> _Survey:
    """Count the rows of a UTF-8 file: by its line ends where these always end a row, else with Python's own parser."""
    return _survey_lines(file, delimiter) or _survey_records(file, name, delimiter)


def _survey_lines(file: Path, delimiter: str) -> _Survey | None:
    """Count the lines of a file, in blocks; None where it has quotes, odd line ends or a line that is too long."""
    lines = returns = pairs = longest = offset = 0
    line_start, previous = 0, ord("\n")
    suspects: list[tuple[int, int]] = []  # lines that may be blank, and where they start
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if b'"' in block or b"\0" in block:
                return None
            cells: npt.NDArray[np.uint8] = np.frombuffer(block, dtype=np.uint8)
            ends = np.flatnonzero(cells == ord("\n"))
            starts = np.concatenate((np.zeros(int(previous == ord("\n")), dtype=ends.dtype), ends + 1))
            starts = starts[starts < len(cells)]
            odd = np.flatnonzero(_MAY_BE_BLANK[cells[starts]])
            suspects += zip((lines + 1 + odd).tolist(), (offset + starts[odd]).tolist(), strict=True)
            lines += len(starts)
            if b"\r" in block:
                returns += block.count(b"\r")
                pairs += block.count(b"\r\n") + (previous == ord("\r") and block[0] == ord("\n"))
            if len(ends):
                longest = max(longest, int(np.diff(ends, prepend=line_start - offset).max()))
                line_start = offset + int(ends[-1])
            previous = block[-1]
            offset += len(block)
    line_ends = lines if previous == ord("\n") else lines - 1
    if returns != pairs or pairs not in (0, line_ends) or max(longest, offset - line_start) > MAX_CELL:
        return None
    blank = _blank_lines(file, suspects, delimiter)
    # DuckDB passes over empty lines, which shifts the lines behind them
    is_plain = all(number > lines - len(blank) and is_empty for number, is_empty in blank.items())
    line_end = "\\r\\n" if pairs else "\\n"
    return _Survey(lines - 1 - len(blank.keys() - {1}), frozenset(blank), line_end if is_plain else None)


def _blank_lines(file: Path, suspects: Sequence[tuple[int, int]], delimiter: str) -> dict[int, bool]:
    """Of the lines that may be blank those that are, each with whether it is quite empty."""
    blank: dict[int, bool] = {}
    with file.open("rb") as stream:
        for number, start in suspects:
            stream.seek(start)
            line = stream.readline().rstrip(b"\r\n")
            if not line.strip(b" \t" + delimiter.encode()):
                blank[number] = not line
    return blank


def _survey_records(file: Path, name: str, delimiter: str) -> _Survey:
    blank: list[int] = []
    number = 0
    with file.open(encoding="utf-8-sig", newline="") as stream:
        try:
            lines = delimited.bounded_lines(stream, name)
            for number, row in enumerate(delimited.bounded_rows(lines, delimiter), start=1):
                if not "".join(row).strip():
                    blank.append(number)
        except csv.Error:
            raise UnsoundData(
                f"{name} has a cell of more than {MAX_CELL} characters near line {number + 1}: "
                "probably a quote that is never closed. Export it again."
            ) from None
    return _Survey(number - 1 - len(blank), frozenset(blank), None)


class _Writer:
    """Rows of text as Parquet, with the line that each stood on."""

    def __init__(self, path: Path, targets: Sequence[str]) -> None:
        self._path = path
        self._schema = pa.schema([("line", pa.int64()), *((target, pa.string()) for target in targets)])

    def __enter__(self) -> _Writer:
        self._writer = pq.ParquetWriter(self._path, self._schema, compression="snappy")
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, lines: pa.Array, cells: dict[str, pa.Array], kept: npt.NDArray[np.bool_] | None = None) -> None:
        """Append rows, or those of them that are to be kept."""
        rows = pa.table({"line": lines, **cells}, schema=self._schema)
        self._writer.write_table(rows if kept is None else rows.filter(pa.array(kept)))


def _of_converted(
    name: str,
    places: dict[str, tuple[Column, int]],
    converted: Path,
    rows: int,
    broken: list[BrokenRow],
) -> Prepared:
    found = {target: (column, f'"{target}"') for target, (column, _) in places.items()}
    return Prepared(name, found, f"read_parquet({sql_path(converted)})", "line", rows, broken)


def _prepare_sheet(
    file: Path, name: str, columns: Sequence[Column], file_format: FileFormat, scratch: Path
) -> Prepared:
    converted = _new_file(scratch, "parquet")
    filled = 0
    with workbooks.opened(file, name) as workbook:
        header_line, places, rows = _sheet_of(workbook, name, columns)
        with _Writer(converted, list(places)) as writer:
            for batch in _batches(enumerate(rows, start=header_line + 1)):
                batch = [(number, row) for number, row in batch if any(_is_filled(cell) for cell in row)]
                filled += len(batch)
                cells = {
                    target: pa.array([_cell_text(row[place], column, file_format) for _, row in batch], pa.string())
                    for target, (column, place) in places.items()
                }
                delimited.refuse_long_cells(name, cells)
                writer.write(pa.array([number for number, _ in batch], pa.int64()), cells)
    return _of_converted(name, places, converted, filled, [])


_Place = tuple[Column, int]


def _sheet_of(workbook: Workbook, name: str, columns: Sequence[Column]) -> tuple[int, dict[str, _Place], Iterator[Row]]:
    """The line of the headers, the places of the columns and the rows below, of the first sheet that has them.

    Raises:
        UnsoundData: no sheet has the headers.
    """
    first_fault: UnsoundData | None = None
    for _, rows in workbook.sheets():
        for line, row in enumerate(rows, start=1):
            if not any(_is_filled(cell) for cell in row):
                continue
            try:
                return line, _places(f"{name}, sheet", [str(cell).strip() for cell in row], columns), rows
            except UnsoundData as error:
                first_fault = first_fault or error
                break
    raise first_fault or UnsoundData(f"{name} has no sheet with rows. Export it again.")


def _batches(rows: Iterator[tuple[int, Row]], size: int = 20_000) -> Iterator[list[tuple[int, Row]]]:
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _is_filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _cell_text(cell: Any, column: Column, file_format: FileFormat) -> str | None:
    """A cell as the contract would write it, so that all that comes after sees text alone."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)  # no number, and refused as such where one is expected
    if isinstance(cell, float | int):
        return _number_text(float(cell), column, file_format)
    if isinstance(cell, datetime):
        return cell.isoformat() if cell.time() != time.min else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip() or None


def _number_text(number: float, column: Column, file_format: FileFormat) -> str:
    if column.type in ("date", "month") and int(number) in _EXCEL_DAYS:
        return (_EXCEL_EPOCH + timedelta(days=int(number))).date().isoformat()
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number).replace(".", file_format.decimal)


def _prepare_parquet(file: Path, name: str, columns: Sequence[Column], file_format: FileFormat) -> Prepared:
    try:
        with pq.ParquetFile(file) as parquet:
            schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
            _refuse_hostile_parquet(name, parquet.metadata)
            places = _places(name, schema.names, columns)
            _read_through(parquet, name, [schema.field(place) for _, place in places.values()])
    except _NO_PARQUET:
        # `from None`: the original may quote a cell
        raise unreadable_parquet(name) from None
    found = {
        target: (column, _parquet_text(schema.field(place), file_format)) for target, (column, place) in places.items()
    }
    scan = f"read_parquet({sql_path(file)}, file_row_number = true)"
    return Prepared(name, found, scan, "file_row_number + 2", rows)


def unreadable_parquet(name: str) -> UnsoundData:
    """The error for a Parquet file whose bytes are not what its footer says."""
    return UnsoundData(f"{name} is no readable Parquet file. Export it again.")


def _refuse_hostile_parquet(name: str, footer: pq.FileMetaData) -> None:
    """Raise UnsoundData when a file says of itself that it is larger than any export."""
    if footer.num_columns > limits.COLUMNS:
        raise UnsoundData(f"{name} has {footer.num_columns} columns, expected {limits.COLUMNS} at most.")
    if not 0 <= footer.num_rows <= limits.ROWS:
        raise UnsoundData(f"{name} has {footer.num_rows:,} rows, expected {limits.ROWS:,} at most. Split it.")
    unpacked = sum(footer.row_group(number).total_byte_size for number in range(footer.num_row_groups))
    if unpacked > limits.ARCHIVE_BYTES:
        most = limits.shown(limits.ARCHIVE_BYTES)
        raise UnsoundData(f"{name} unpacks to {limits.shown(unpacked)}, expected {most} at most. Split it.")


def _read_through(parquet: pq.ParquetFile, name: str, cells: Sequence[pa.Field]) -> None:
    """See that the columns that are read are as the footer says: DuckDB would end in the middle of its work."""
    for cell in cells:
        if pa.types.is_nested(cell.type):
            raise UnsoundData(f"{name} has lists under {delimited.quoted(cell.name)}, expected single values.")
    for _ in parquet.iter_batches(columns=[cell.name for cell in cells]):
        pass


def _parquet_text(cell: pa.Field, file_format: FileFormat) -> str:
    quoted = '"' + cell.name.replace('"', '""') + '"'
    text = f"cast({quoted} as varchar)"
    if pa.types.is_floating(cell.type):
        whole = f"{quoted} = trunc({quoted}) and abs({quoted}) < 1e15"
        text = f"case when {whole} then cast(cast({quoted} as bigint) as varchar) else {text} end"
    if pa.types.is_floating(cell.type) or pa.types.is_decimal(cell.type):
        return f"replace({text}, '.', {sql_text(file_format.decimal)})"
    return text


def _new_file(scratch: Path, extension: str) -> Path:
    """An empty file of our own, closed to others."""
    path = scratch / f"{secrets.token_hex(8)}.{extension}"
    path.touch(mode=0o600)
    return path
