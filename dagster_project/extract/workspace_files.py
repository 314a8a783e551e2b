"""The workspace's own tables: objectives, measurements, budgets and the like, which people keep by hand.

They are read strictly: one wrong cell refuses the file, because a person can mend it at once. What the figures mean
is the work of the models.
"""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterator
from pathlib import Path

from dagster_project.contracts import Column, Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, reading
from dagster_project.extract.delimited import BrokenRow, Chunk, Source
from dagster_project.extract.reading import Kind, ReadContext, RowFault
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Recording, Snapshot

_FAULTS_SHOWN = 5


def record(dataset: Dataset, path: Path, scratch: Path) -> Recording:
    """Copy a workspace file as it stands, ready for the snapshot store. Its name stands in `url`."""
    scratch.mkdir(parents=True, exist_ok=True)
    copy = scratch / f"{dataset.dataset_id}{path.suffix}"
    shutil.copyfile(path, copy)
    return Recording(file=copy, extension="csv", origin="file", url=path.name, row_count=delimited.count_rows(copy))


def read(dataset: Dataset, path: Path, snapshot: Snapshot, _context: ReadContext) -> Iterator[RawBatch]:
    """Read one workspace file into the contract's raw table, one raw row per row.

    Text stands as it was written, without surrounding space; numbers get a decimal point and dates ISO form.

    Raises:
        UnsoundData: a header is missing or unknown, a cell is not what the contract says, or a row has too many or too
            few cells. The message names file, line, column, what was found and what was expected.
    """
    name = snapshot.url
    source = Source.of(path, name)
    _refuse_unknown_headers(source, dataset)
    faults: list[RowFault] = []
    broken: list[BrokenRow] = []
    kinds = {column.name: _kind_of(column, dataset) for column in dataset.columns}
    batches = []
    for chunk in delimited.read_chunks(source, dataset.columns, dataset.format, broken):
        sound = reading.check_cells(chunk, dataset.columns, kinds, faults)
        faults += [fault for group in dataset.one_of for fault in _not_exactly_one(sound, group)]
        batches.append(reading.raw_batch(str(dataset.raw_table), dataset, snapshot, sound.lines, sound.columns))
    reading.note_broken_rows(broken, faults)
    if faults:
        raise UnsoundData(_all_faults(name, faults))
    yield from batches


def _kind_of(column: Column, dataset: Dataset) -> Kind:
    kind = reading.kind_of(column, dataset.format)
    return reading.without_bsn(kind) if column.type == "text" and not column.allowed else kind


def _refuse_unknown_headers(source: Source, dataset: Dataset) -> None:
    """A misspelt header of a column that may be missing would otherwise empty that column without a word."""
    known = {delimited.header_key(header) for column in dataset.columns for header in (*column.headers, column.name)}
    for header in delimited.headers_of(source, dataset.format):
        key = delimited.header_key(header)
        if key and key not in known:
            near = difflib.get_close_matches(key, sorted(known), 1)
            found = f"{source.name} has an unknown header {delimited.quoted(header)}"
            expected = ", ".join(column.name for column in dataset.columns)
            raise UnsoundData(f"{found}; did you mean '{near[0]}'?" if near else f"{found}; expected {expected}.")


def _not_exactly_one(chunk: Chunk, group: tuple[str, ...]) -> Iterator[RowFault]:
    """The rows that fill none of a group of columns, or more than one."""
    filled = [chunk.columns[name].is_valid().to_pylist() for name in group if name in chunk.columns]
    counts = map(sum, zip(*filled, strict=True)) if filled else iter([0] * len(chunk.lines))
    for line, count in zip(chunk.lines.to_pylist(), counts, strict=True):
        if count != 1:
            found = "none of them is filled" if count == 0 else "more than one is filled"
            yield RowFault(line, " or ".join(group), f"{found}, expected exactly one")


def _all_faults(name: str, faults: list[RowFault]) -> str:
    faults = sorted(faults, key=lambda fault: fault.line)
    shown = "; ".join(
        f"line {fault.line}{', ' + fault.column if fault.column else ''}: {fault.reason}"
        for fault in faults[:_FAULTS_SHOWN]
    )
    more = f"; and {len(faults) - _FAULTS_SHOWN} more" if len(faults) > _FAULTS_SHOWN else ""
    return f"{name}, {shown}{more}. Mend the file and run again."
