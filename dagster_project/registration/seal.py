"""The seal: what leaves the confidential database, as one file that a rebuild can start from.

A zip of CSV files, one per `raw.registration_*` table: counts and euros per group, unrounded, each with the mark that
says whether it may be published. It is a snapshot like any other, readable by its owner only. Which counts there are is
decided in `models/registration/`, which are hidden in `disclosure/`.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from dagster_project.contracts import Dataset
from dagster_project.disclosure.cells import Cell, CellKey, Version
from dagster_project.errors import UnsoundData
from dagster_project.extract import archives, limits
from dagster_project.extract.reading import ReadContext, raw_batch
from dagster_project.raw import RAW_TABLES, RawBatch
from dagster_project.registration.vault import Original
from dagster_project.snapshots import Snapshot, pack_texts

_TRUTH = ("false", "true")
_BOOLEANS = ("is_hidden", "is_synthetic", "is_whole")
_NUMBER = re.compile(rf"-?[0-9]{{1,{limits.DIGITS}}}(?:\.[0-9]{{1,{limits.DECIMALS}}})?")
_COUNTS = ("rows_in", "rows_loaded", "rows_quarantined", "n")


class CellRow(NamedTuple):
    """One count or amount, with what the seal says of it. Grain: the nine dimensions."""

    subject: str
    measure: str
    unit: str
    wet: str
    category: str
    form: str
    referrer: str
    wijk: str
    n_provisions: str
    period_id: str
    value: str
    is_hidden: bool
    is_synthetic: bool

    @property
    def key(self) -> CellKey:
        return CellKey(
            subject=self.subject,
            measure=self.measure,
            wet=self.wet,
            category=self.category,
            form=self.form,
            referrer=self.referrer,
            wijk=self.wijk,
            n_provisions=self.n_provisions,
            period_id=self.period_id,
        )

    @property
    def group(self) -> tuple[str, str, str]:
        """Subject, wet and period: what is covered, and carried over, as a whole."""
        return self.subject, self.wet, self.period_id


class CoverageRow(NamedTuple):
    """How much of a period the exports cover. Grain: subject, wet and period; days as ISO dates."""

    subject: str
    wet: str
    period_id: str
    covered_from: str
    covered_through: str
    is_whole: bool

    @property
    def group(self) -> tuple[str, str, str]:
        return self.subject, self.wet, self.period_id

    def covers(self, other: CoverageRow) -> bool:
        """Whether it reaches at least as far as another, at both ends."""
        return self.covered_from <= other.covered_from and self.covered_through >= other.covered_through


class FileRow(NamedTuple):
    """One export that was taken in. Grain: original."""

    original_id: str
    original_dataset_id: str
    file_name: str
    period_id: str
    received_at: str
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    state: str
    superseded_by: str
    forgotten_at: str
    is_synthetic: bool


class FaultRow(NamedTuple):
    """Rows of one export that were set aside for one reason."""

    original_id: str
    original_dataset_id: str
    file_name: str
    table_name: str
    column_name: str
    reason_kind: str
    reason: str
    n: int


@dataclass(frozen=True)
class Seal:
    """The content of a seal, each table in the order of its rows."""

    cells: tuple[CellRow, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    files: tuple[FileRow, ...] = ()
    faults: tuple[FaultRow, ...] = ()

    @property
    def counted(self) -> list[Cell]:
        """Its cells as the disclosure policy reads them."""
        return [Cell(row.key, row.unit, Decimal(row.value)) for row in self.cells]

    @property
    def version(self) -> Version:
        """What it held and what it hid, for the policy of a later seal."""
        return Version(
            cells={row.key: Decimal(row.value) for row in self.cells},
            units={row.key: row.unit for row in self.cells},
            hidden=frozenset(row.key for row in self.cells if row.is_hidden),
        )

    def hiding(self, hidden: frozenset[CellKey]) -> Seal:
        """The same seal with other marks."""
        return replace(self, cells=tuple(row._replace(is_hidden=row.key in hidden) for row in self.cells))


_CELLS = """
select
    subject, measure, unit, wet, category, form, referrer, wijk, n_provisions, period_id, value::text,
    false, is_synthetic
from registration.cell
order by all
"""
_COVERAGE = """
select subject, wet, period_id, covered_from::text, covered_through::text, is_whole
from registration.coverage
order by all
"""
_FILES = """
select
    original_id, dataset_id, file_name, coalesce(period_id, ''), received_at, rows_in, rows_loaded, rows_quarantined,
    state, coalesce(superseded_by, ''), '', is_synthetic
from registration.file
order by received_at, original_id
"""
_FAULTS = """
select
    original_id, dataset_id, file_name, table_name, coalesce(column_name, ''), reason_kind, reason, count(*)
from raw.quarantine
group by all
order by all
"""


def taken_from(database: Path) -> Seal:
    """What a built confidential database comes to. Nothing is hidden yet."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return Seal(
            cells=tuple(CellRow(*row) for row in connection.execute(_CELLS).fetchall()),
            coverage=tuple(CoverageRow(*row) for row in connection.execute(_COVERAGE).fetchall()),
            files=tuple(FileRow(*row) for row in connection.execute(_FILES).fetchall()),
            faults=tuple(FaultRow(*row) for row in connection.execute(_FAULTS).fetchall()),
        )


def carried_over(seal: Seal, earlier: Seal, forgotten: Sequence[Original]) -> Seal:
    """A seal with what the exports that were forgotten had come to, taken from the seal before it.

    A group (subject, wet and period) that the seal before covered further than the exports at hand do stays as it was
    there; no group is made of both.
    """
    if not forgotten:
        return seal
    now = {row.group: row for row in seal.coverage}
    kept = {row.group: row for row in earlier.coverage if row.group not in now or not now[row.group].covers(row)}
    gone = {original.original_id: original.forgotten_at or "" for original in forgotten}
    return Seal(
        cells=_joined(seal.cells, earlier.cells, kept.keys()),
        coverage=_joined(seal.coverage, earlier.coverage, kept.keys()),
        files=tuple(
            sorted(
                [
                    *seal.files,
                    *(
                        row._replace(state="forgotten", forgotten_at=gone[row.original_id])
                        for row in earlier.files
                        if row.original_id in gone
                    ),
                ],
                key=lambda row: (row.received_at, row.original_id),
            )
        ),
        faults=tuple(sorted([*seal.faults, *(row for row in earlier.faults if row.original_id in gone)])),
    )


def _joined(now: Sequence[Any], before: Sequence[Any], kept: Any) -> tuple[Any, ...]:
    return tuple(sorted([*(r for r in now if r.group not in kept), *(r for r in before if r.group in kept)]))


def write(seal: Seal, target: Path) -> None:
    """Write a seal as a zip whose bytes follow from its content alone; only its owner can read it."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    pack_texts(target, {f"{table}.csv": _csv(kind, rows) for table, kind, rows in _tables(seal)})


def _tables(seal: Seal) -> Iterator[tuple[str, Any, Sequence[Any]]]:
    yield "registration_cell", CellRow, seal.cells
    yield "registration_coverage", CoverageRow, seal.coverage
    yield "registration_file", FileRow, seal.files
    yield "registration_fault", FaultRow, seal.faults


def _csv(kind: Any, rows: Sequence[Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(kind._fields)
    writer.writerows([_written(value) for value in row] for row in rows)
    return text.getvalue()


def _written(value: object) -> object:
    return _TRUTH[value] if isinstance(value, bool) else value


def read_seal(path: Path) -> Seal:
    """Read a seal back, as it was written.

    Raises:
        UnsoundData: the file is no seal, or a value in it is not of its kind.
    """
    with archives.opened(path, path.name) as archive:
        try:
            return Seal(*(_rows(archive, path.name, table, kind) for table, kind, _ in _tables(Seal())))
        except (ValueError, TypeError, csv.Error) as error:  # a UnicodeDecodeError is a ValueError too
            raise UnsoundData(
                f"{path.name} is not a seal as it was written ({type(error).__name__}). Restore it from backup."
            ) from None


def _rows(archive: zipfile.ZipFile, name: str, table: str, kind: Any) -> tuple[Any, ...]:
    content = archives.read(archive, f"{table}.csv", name, limits.RECORD_BYTES)
    lines = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    if next(lines, None) != list(kind._fields):
        raise ValueError(table)
    return tuple(
        kind(*(_value(column, text) for column, text in zip(kind._fields, line, strict=True))) for line in lines
    )


def _value(name: str, text: str) -> object:
    if name in _BOOLEANS:
        return _TRUTH.index(text) == 1
    if name == "value" and not _NUMBER.fullmatch(text):
        raise ValueError(name)
    return int(text) if name in _COUNTS else text


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:  # noqa: ARG001
    """The rows of a seal for the `raw.registration_*` tables. An empty text there is null."""
    for table, kind, rows in _tables(read_seal(path)):
        lines = pa.array(range(2, len(rows) + 2), pa.int64())
        columns = {
            name: pa.array([None if row[position] == "" else row[position] for row in rows], _arrow(table, name))
            for position, name in enumerate(kind._fields)
        }
        yield raw_batch(table, dataset, snapshot, lines, columns)


def _arrow(table: str, column: str) -> pa.DataType:
    return {"text": pa.string(), "bigint": pa.int64(), "boolean": pa.bool_()}[RAW_TABLES[table][column]]
