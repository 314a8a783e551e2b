"""Exports with one row per person and provision, such as the flat list of grants that Suite4Sociaal Domein gives.

The contract says which headers hold what and which local code belongs to which category. Client numbers are hashed
here, before a row exists. Counting persons or provisions is the work of the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.contracts import Dataset
from dagster_project.extract import delimited, reading
from dagster_project.extract.delimited import BrokenRow, Chunk, Source
from dagster_project.extract.reading import Kind, ReadContext, RowFault, Tally
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Snapshot

CODE_COLUMN = "regeling_code"
ANY_CODE = "*"
"""In `categories`: what a code that is not named belongs to. Only a mapping of the municipality's own should say so."""


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Read one flat export into the contract's raw table, one raw row per row of the file.

    Set aside, one RowFault each: a row without client number, with an impossible date, an end before its start, a code
    that no category knows, a status that is not allowed, a number as long as a BSN in a text cell, or too many or too
    few cells. Dates come out in ISO form.

    Raises:
        UnsoundData: the file is not as the contract says, or more than a fifth of its rows is faulty. It may come
            after batches were yielded: load the file in one transaction.
    """
    columns = (*dataset.columns, reading.SYNTHETIC_COLUMN)
    tally = Tally(context.faults)
    broken: list[BrokenRow] = []
    kinds: dict[str, Kind] = {}
    for chunk in delimited.read_chunks(Source.of(path, snapshot.url), columns, dataset.format, broken):
        kinds = kinds or _kinds(dataset, context)
        sound = reading.check_cells(chunk, columns, kinds, context.faults)
        sound = reading.set_aside(sound, ends_before_start(sound, "start_date", "end_date"), context.faults)
        sound = with_category(sound, CODE_COLUMN, dataset, context.faults)
        tally.add_sound(len(sound.lines))
        rows = {**sound.columns, "is_synthetic": reading.is_synthetic(sound, snapshot)}
        yield reading.raw_batch(str(dataset.raw_table), dataset, snapshot, sound.lines, rows)
    reading.note_broken_rows(broken, context.faults)
    tally.refuse_if_too_many(snapshot.url)


def ends_before_start(chunk: Chunk, start: str, end: str, label: str = "") -> dict[int, RowFault]:
    """Faults of rows whose end lies before their start, by position; both are ISO dates, an open end is no fault."""
    if start not in chunk.columns or end not in chunk.columns:
        return {}
    wrong = pc.fill_null(pc.less(chunk.columns[end], chunk.columns[start]), False)
    return {
        row: RowFault(chunk.lines[row].as_py(), label + end, "lies before the start, expected the same day or later")
        for row in pc.indices_nonzero(wrong).to_pylist()
    }


def with_category(chunk: Chunk, code_column: str, dataset: Dataset, faults: list[RowFault], label: str = "") -> Chunk:
    """Add `category` by the contract's categories. Rows whose code belongs to none are set aside.

    A contract without categories leaves every category empty.
    """
    codes = chunk.columns.get(code_column)
    if codes is None or not dataset.categories:
        return Chunk(chunk.lines, {**chunk.columns, "category": pa.nulls(len(chunk.lines), pa.string())})
    known = {code.casefold(): category for code, category in dataset.categories.items()}
    fallback = known.get(ANY_CODE)
    category = delimited.map_distinct(codes, lambda code: known.get(code.casefold(), fallback))
    unknown = {
        row: RowFault(
            chunk.lines[row].as_py(),
            label + code_column,
            f"code {delimited.quoted(codes[row].as_py())} has no category; add it to mappings/{dataset.dataset_id}.yml",
        )
        for row in pc.indices_nonzero(pc.is_null(category)).to_pylist()
    }
    return reading.set_aside(Chunk(chunk.lines, {**chunk.columns, "category": category}), unknown, faults)


def _kinds(dataset: Dataset, context: ReadContext) -> dict[str, Kind]:
    kinds = {
        column.name: reading.kind_of(column, dataset.format, context.pseudonymiser)
        for column in (*dataset.columns, reading.SYNTHETIC_COLUMN)
    }
    free_text = [column.name for column in dataset.columns if column.type == "text" and not column.allowed]
    return kinds | {name: reading.without_personal_numbers(kinds[name]) for name in free_text}
