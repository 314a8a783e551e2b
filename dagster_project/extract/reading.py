"""What every reader of a file shares: its context, faults of single rows, typed cells, and the columns of a raw row.

Which columns there are, and what a row means, belongs to the reader of each kind of file. They all have the form
`read(dataset, path, snapshot, context) -> Iterator[RawBatch]`: batches as they are read, faults into the context, and
UnsoundData, possibly after some batches, when the whole file is refused. So a caller loads one file in one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.contracts import PERIOD, Column, Dataset, FileFormat
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, limits
from dagster_project.extract.delimited import BrokenRow, Chunk
from dagster_project.extract.personal import PERSONAL_NUMBER, holds_bsn
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Snapshot

MAX_FAULTY_SHARE = 0.2
"""A file with more faulty rows than this is refused as a whole."""
_WHOLE = re.compile(rf"-?[0-9]{{1,{limits.WHOLE_DIGITS}}}")
SYNTHETIC_COLUMN = Column(name="is_synthetic", headers=("synthetisch",), allowed=("ja", "nee"))
"""Any file may say per row that it is made up."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One row that was set aside. Never holds a personal number."""

    line: int
    """As a spreadsheet counts: the header is line 1."""
    column: str
    """Contract name; empty where the whole row is broken."""
    reason: str


@dataclass
class ReadContext:
    """What a reader needs besides the file.

    Attributes:
        faults: gains a RowFault for each row that is set aside.
    """

    faults: list[RowFault] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """How cells of one kind become raw text."""

    parse: Callable[[str], str | None]
    """Raw text, or None where the cell is not of this kind."""
    expected: str
    """What an error says was expected."""
    is_shown: bool = True
    """Whether an error may show the cell."""


class Tally:
    """Counts the rows of one file, sound and faulty, and refuses the file when too many are faulty."""

    def __init__(self, faults: list[RowFault]) -> None:
        self._faults = faults
        self._before = len(faults)
        self._sound = 0

    def add_sound(self, rows: int) -> None:
        self._sound += rows

    def refuse_if_too_many(self, name: str) -> None:
        """Raise UnsoundData when more than a fifth of the rows was set aside."""
        new = self._faults[self._before :]
        total = self._sound + len(new)
        if total and len(new) / total > MAX_FAULTY_SHARE:
            first = min(new, key=lambda fault: fault.line)
            where = f"line {first.line}, {first.column}" if first.column else f"line {first.line}"
            raise UnsoundData(
                f"{name}: {len(new)} of {total} rows are faulty, expected at most {MAX_FAULTY_SHARE:.0%}; "
                f"the first is {where}: {first.reason}. Mend the export or its mapping in mappings/."
            )


def kind_of(column: Column, file_format: FileFormat) -> Kind:
    """How the cells of one column are read. Dates become ISO dates and numbers get a decimal point, all as text."""
    if column.type == "date":
        return Kind(_date_in(file_format.date_format), f"a real date written {_spelt(file_format.date_format)}")
    if column.type == "decimal":
        example = "1240 or 48,1" if file_format.decimal == "," else "1240 or 48.1"
        return Kind(lambda text: delimited.parse_decimal(text, file_format.decimal), f"a number written as {example}")
    if column.type == "integer":
        return Kind(_integer, "a whole number")
    if column.type == "period":
        return Kind(_period, "a period such as 2023, 2023-H1, 2023-Q2, 2023-06 or 2022/2023")
    if column.allowed:
        spelling = {one.casefold(): one for one in column.allowed}
        return Kind(lambda text: spelling.get(text.casefold()), f"one of {', '.join(column.allowed)}")
    return Kind(str, "text")


def without_personal_numbers(kind: Kind) -> Kind:
    """The same kind of cell, faulty where it holds a number as long as a BSN, which is then not shown."""

    def parse(text: str) -> str | None:
        return None if PERSONAL_NUMBER.search(text) else kind.parse(text)

    return Kind(parse, f"{kind.expected} without a number as long as a BSN", is_shown=False)


def without_bsn(kind: Kind) -> Kind:
    """The same kind of cell, faulty where it holds nine digits that may be a BSN, which are then not shown.

    For text that people write themselves: longer numbers, such as those of cases, may stand in it.
    """

    def parse(text: str) -> str | None:
        return None if holds_bsn(text) else kind.parse(text)

    return Kind(parse, f"{kind.expected} without nine digits that may be a BSN", is_shown=False)


def check_cells(chunk: Chunk, columns: Sequence[Column], kinds: dict[str, Kind], faults: list[RowFault]) -> Chunk:
    """Read the cells of a chunk by their kinds, and set faulty rows aside: one fault per row, that of the first column.

    Args:
        chunk: cells as text.
        columns: the columns in the order in which faults count; those the file lacks are passed over.
        kinds: how to read each column, by name.
        faults: gains one fault for each row that falls out.

    Returns:
        The rows that are sound, as raw text.
    """
    cells = dict(chunk.columns)
    found: dict[int, RowFault] = {}
    for column in columns:
        if column.name not in cells:
            continue
        written = cells[column.name]
        cells[column.name] = delimited.map_distinct(written, kinds[column.name].parse)
        bad = (
            pc.is_null(cells[column.name])
            if column.required
            else pc.xor(pc.is_null(cells[column.name]), pc.is_null(written))
        )
        for row in pc.indices_nonzero(bad).to_pylist():
            reason = _reason(written[row].as_py(), kinds[column.name])
            found.setdefault(row, RowFault(chunk.lines[row].as_py(), column.name, reason))
    return set_aside(Chunk(chunk.lines, cells), found, faults)


def set_aside(chunk: Chunk, found: dict[int, RowFault], faults: list[RowFault]) -> Chunk:
    """Take rows out of a chunk, by position, and note why."""
    if not found:
        return chunk
    faults += [found[row] for row in sorted(found)]
    sound = pa.array([row not in found for row in range(len(chunk.lines))])
    return Chunk(chunk.lines.filter(sound), {name: values.filter(sound) for name, values in chunk.columns.items()})


def note_broken_rows(broken: list[BrokenRow], faults: list[RowFault]) -> None:
    """Move rows with too few or too many cells to the faults."""
    faults += [
        RowFault(row.line, "", f"found {row.cells} cells, expected {row.expected} as in the header") for row in broken
    ]
    broken.clear()


def is_synthetic(chunk: Chunk, snapshot: Snapshot) -> pa.Array:
    """Whether each row is made up: because its file is, or because it says so itself."""
    if snapshot.is_synthetic or SYNTHETIC_COLUMN.name not in chunk.columns:
        return pa.repeat(pa.scalar(snapshot.is_synthetic), len(chunk.lines))
    return pc.fill_null(pc.equal(chunk.columns[SYNTHETIC_COLUMN.name], "ja"), False)


def raw_batch(
    table: str, dataset: Dataset, snapshot: Snapshot, lines: pa.Array, columns: dict[str, pa.Array]
) -> RawBatch:
    """Rows for a raw table, with the columns that say where they came from."""
    size = len(lines)
    origin = {
        "source_id": pa.repeat(pa.scalar(dataset.source_id), size),
        "dataset_id": pa.repeat(pa.scalar(dataset.dataset_id), size),
        "snapshot_id": pa.repeat(pa.scalar(snapshot.snapshot_id), size),
        "row_number": lines,
    }
    return RawBatch(table, pa.table({**origin, **columns}))


def _reason(written: str | None, kind: Kind) -> str:
    if written is None:
        return f"is empty, expected {kind.expected}"
    return (
        f"found {delimited.quoted(written)}, expected {kind.expected}" if kind.is_shown else f"is not {kind.expected}"
    )


def _date_in(date_format: str) -> Callable[[str], str | None]:
    def parse(text: str) -> str | None:
        found = delimited.parse_date(text, date_format)
        return found.isoformat() if found else None

    return parse


def _spelt(date_format: str) -> str:
    words = date_format.replace("%d", "dd").replace("%m", "mm").replace("%Y", "yyyy")
    return words if words == "yyyy-mm-dd" else f"{words} or yyyy-mm-dd"


def _integer(text: str) -> str | None:
    return text if _WHOLE.fullmatch(text) else None


def _period(text: str) -> str | None:
    first, _, second = text.partition("/")
    is_period = PERIOD.fullmatch(text) and (not second or int(second) == int(first) + 1)
    return text if is_period else None
