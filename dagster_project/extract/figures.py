"""Files of figures: one row per region and period, one column per measure, such as the Divosa benchmark.

The contract names the columns for region and period and the concept that each measure feeds. Files with a row per
person belong to records.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.contracts import Column, Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, reading
from dagster_project.extract.delimited import BrokenRow, Chunk, Source
from dagster_project.extract.reading import Kind, ReadContext, Tally
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Snapshot

SUPPRESSED = "Confidential"
"""`value_attribute` of a cell that hides a small count: the word that OData v4 has for it."""


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Read one file of figures: one raw row per measure, region and period.

    Numbers come out with a decimal point. A mark of suppression keeps its text and gets the attribute `Confidential`;
    an empty cell stays an observation without value. Rows with an empty region or period or with a cell that is not
    a number are set aside.

    Raises:
        UnsoundData: the file is not as the contract says, a region and period stand twice, or more than a fifth of
            its rows is faulty. It may come after batches were yielded: load the file in one transaction.
    """
    columns = _columns(dataset)
    kinds = _kinds(dataset, columns, context)
    tally = Tally(context.faults)
    broken: list[BrokenRow] = []
    seen: dict[tuple[str, str], int] = {}
    needed = {column.name for column in columns} - {reading.SYNTHETIC_COLUMN.name}
    for chunk in delimited.read_chunks(Source.of(path, snapshot.url), columns, dataset.format, broken, needed):
        sound = reading.check_cells(chunk, columns, kinds, context.faults)
        _refuse_doubles(snapshot.url, sound, seen)
        tally.add_sound(len(sound.lines))
        for measure in dataset.measures:
            yield _observations(dataset, snapshot, sound, measure.header, measure.concept)
    reading.note_broken_rows(broken, context.faults)
    tally.refuse_if_too_many(snapshot.url)


def _columns(dataset: Dataset) -> tuple[Column, ...]:
    dimensions = [
        Column(name="region", headers=(str(dataset.region_dimension),), required=True),
        Column(name="period", headers=(str(dataset.period_dimension),), required=True),
    ]
    measures = [Column(name=f"measure:{m.header}", headers=(m.header,), type="decimal") for m in dataset.measures]
    return (*dimensions, *measures, reading.SYNTHETIC_COLUMN)


def _kinds(dataset: Dataset, columns: tuple[Column, ...], context: ReadContext) -> dict[str, Kind]:
    kinds = {column.name: reading.kind_of(column, dataset.format, context.pseudonymiser) for column in columns}
    number = _number_or_mark(dataset)
    return {name: replace(kind, parse=number) if name.startswith("measure:") else kind for name, kind in kinds.items()}


def _number_or_mark(dataset: Dataset) -> Callable[[str], str | None]:
    def parse(text: str) -> str | None:
        if text in dataset.suppressed_marks:
            return text
        return delimited.parse_decimal(text, dataset.format.decimal, grouped=True)

    return parse


def _refuse_doubles(name: str, chunk: Chunk, seen: dict[tuple[str, str], int]) -> None:
    cells = zip(
        chunk.columns["region"].to_pylist(), chunk.columns["period"].to_pylist(), chunk.lines.to_pylist(), strict=True
    )
    for region, period, line in cells:
        first = seen.setdefault((region, period), line)
        if first != line:
            raise UnsoundData(
                f"{name}: line {line} repeats region {region} and period {period} of line {first}, "
                "expected one line for each. Remove one of them."
            )


def _observations(dataset: Dataset, snapshot: Snapshot, chunk: Chunk, measure: str, concept: str) -> RawBatch:
    size = len(chunk.lines)
    values = chunk.columns[f"measure:{measure}"]
    is_mark = pc.fill_null(pc.is_in(values, pa.array(dataset.suppressed_marks, pa.string())), False)
    rows = {
        "concept_id": pa.repeat(pa.scalar(concept), size),
        "measure_key": pa.repeat(pa.scalar(measure), size),
        "region_key": chunk.columns["region"],
        "period_key": chunk.columns["period"],
        "value_text": values,
        "value_attribute": pc.if_else(is_mark, SUPPRESSED, pa.scalar(None, pa.string())),
        "is_synthetic": reading.is_synthetic(chunk, snapshot),
    }
    return reading.raw_batch(f"{dataset.source_id}_observation", dataset, snapshot, chunk.lines, rows)
