"""Files of figures: text or .xlsx, one row per region and period with a column per measure, such as the Divosa
benchmark; or in long form, one row per region, period and measure.

The contract names the columns and the concept that each measure feeds. Files with a row per person belong to
registration/.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.contracts import Column, Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, reading, sheets, workbooks
from dagster_project.extract.delimited import BrokenRow, Chunk, Source
from dagster_project.extract.reading import Kind, ReadContext, Tally
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Snapshot

SUPPRESSED = "Confidential"
"""`value_attribute` of a cell that hides a small count: the word that OData v4 has for it."""
_REGION = re.compile(r"[0-9]{1,4}|[A-Z]{2}[0-9A-Z]{2,8}")
_PERIOD = re.compile(r"(?:19|20)[0-9]{2}(?:[A-Z][A-Z0-9][0-9]{2}|-H[12]|-Q[1-4]|-[0-9]{2}|[/-](?:19|20)[0-9]{2})?")
_MEASURE = "measure:"
"""Column of figures of the measure whose header follows; of the long form, of every measure."""


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Read one file of figures: one raw row per measure, region and period.

    Numbers come out with a decimal point. A mark of suppression keeps its text and gets the attribute `Confidential`;
    an empty cell stays an observation without value. Rows without a region's code or a period and rows with a cell that
    is not a number are set aside. Of the long form, rows of measures that the contract does not name are passed over,
    as columns are otherwise.

    Raises:
        UnsoundData: the file is not as the contract says, a measure, region and period stand twice, or more than a
            fifth of its rows is faulty. It may come after batches were yielded: load the file in one transaction.
    """
    columns = columns_of(dataset)
    kinds = _kinds(dataset, columns)
    tally = Tally(context.faults)
    broken: list[BrokenRow] = []
    wanted = _Wanted(dataset, snapshot.url)
    for chunk in _chunks(dataset, path, snapshot.url, columns, broken):
        sound = reading.check_cells(wanted.rows_of(chunk), columns, kinds, context.faults)
        wanted.refuse_doubles(sound)
        tally.add_sound(len(sound.lines))
        yield from _observations(dataset, snapshot, sound)
    wanted.refuse_none_known()
    reading.note_broken_rows(broken, context.faults)
    tally.refuse_if_too_many(snapshot.url)


def columns_of(dataset: Dataset) -> tuple[Column, ...]:
    """The columns of a file of figures, under the names `region`, `period`, `measure` and `measure:<header>`."""
    dimensions = [
        Column(name="region", headers=(str(dataset.region_dimension),), required=True),
        Column(name="period", headers=(str(dataset.period_dimension),), required=True),
    ]
    if dataset.measure_dimension:
        dimensions.append(Column(name="measure", headers=(dataset.measure_dimension,), required=True))
        measures = [Column(name=_MEASURE, headers=(str(dataset.value_dimension),), type="decimal")]
    else:
        measures = [Column(name=_MEASURE + m.header, headers=(m.header,), type="decimal") for m in dataset.measures]
    return (*dimensions, *measures, reading.SYNTHETIC_COLUMN)


def _chunks(
    dataset: Dataset, path: Path, name: str, columns: tuple[Column, ...], broken: list[BrokenRow]
) -> Iterator[Chunk]:
    needed = {column.name for column in columns} - {reading.SYNTHETIC_COLUMN.name}
    if path.suffix == workbooks.SUFFIX:
        return sheets.read_chunks(path, name, columns, dataset.format, needed)
    return delimited.read_chunks(Source.of(path, name), columns, dataset.format, broken, needed)


def _kinds(dataset: Dataset, columns: tuple[Column, ...]) -> dict[str, Kind]:
    kinds = {column.name: reading.kind_of(column, dataset.format) for column in columns}
    number = _number_or_mark(dataset)
    figures = {name: Kind(number, kind.expected) for name, kind in kinds.items() if name.startswith(_MEASURE)}
    return {
        **kinds,
        **figures,
        "region": Kind(_matching(_REGION), "a region's code such as GM0396 or 396"),
        "period": Kind(_matching(_PERIOD), "a period such as 2023, 2023-H1 or 2022/2023"),
    }


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.fullmatch(text) else None


def _number_or_mark(dataset: Dataset) -> Callable[[str], str | None]:
    def parse(text: str) -> str | None:
        if text in dataset.suppressed_marks:
            return text
        return delimited.parse_decimal(text, dataset.format.decimal, grouped=True)

    return parse


class _Wanted:
    """The measures of one file that the contract reads, and what was met of them."""

    def __init__(self, dataset: Dataset, name: str) -> None:
        self._name = name
        self._is_long = bool(dataset.measure_dimension)
        self._known = {delimited.header_key(measure.header): measure.header for measure in dataset.measures}
        self._others: dict[str, None] = {}
        self._seen: dict[tuple[str, str, str], int] = {}

    def rows_of(self, chunk: Chunk) -> Chunk:
        """In long form: the rows of measures that the contract names, spelt as it does. Else every row."""
        if not self._is_long:
            return chunk
        written = chunk.columns["measure"]
        measures = delimited.map_distinct(written, lambda text: self._known.get(delimited.header_key(text)))
        self._others |= dict.fromkeys(written.filter(pc.is_null(measures)).unique().drop_null().to_pylist()[:100])
        # an empty name is a fault of its row, not another measure
        is_read = pc.or_(pc.is_valid(measures), pc.is_null(written))
        cells = {**chunk.columns, "measure": measures}
        return Chunk(chunk.lines.filter(is_read), {name: values.filter(is_read) for name, values in cells.items()})

    def refuse_doubles(self, chunk: Chunk) -> None:
        """Raises UnsoundData when a measure, region and period were met before."""
        size = len(chunk.lines)
        measures = chunk.columns["measure"].to_pylist() if self._is_long else [""] * size
        keys = zip(measures, chunk.columns["region"].to_pylist(), chunk.columns["period"].to_pylist(), strict=True)
        for key, line in zip(keys, chunk.lines.to_pylist(), strict=True):
            first = self._seen.setdefault(key, line)
            if first != line:
                measure, region, period = key
                of = f"{measure}, " if measure else ""
                raise UnsoundData(
                    f"{self._name}: line {line} repeats {of}region {region} and period {period} of line {first}, "
                    "expected one line for each. Remove one of them."
                )

    def refuse_none_known(self) -> None:
        """Raises UnsoundData when a file in long form holds none of the measures: it would be read as nothing."""
        if not self._is_long or self._seen or not self._others:
            return
        near = [hit for name in self._known.values() for hit in difflib.get_close_matches(name, self._others, 1)]
        found = ", ".join(delimited.quoted(text) for text in dict.fromkeys([*near, *self._others][:3]))
        raise UnsoundData(
            f"{self._name} holds none of the measures {', '.join(self._known.values())}; found {found}. "
            "Name them so, or map them in mappings/."
        )


def _observations(dataset: Dataset, snapshot: Snapshot, chunk: Chunk) -> Iterator[RawBatch]:
    if not dataset.measure_dimension:
        for measure in dataset.measures:
            yield _batch(
                dataset, snapshot, chunk, measure.header, measure.concept, chunk.columns[_MEASURE + measure.header]
            )
        return
    for measure in dataset.measures:
        own = pc.fill_null(pc.equal(chunk.columns["measure"], measure.header), False)
        rows = Chunk(chunk.lines.filter(own), {name: values.filter(own) for name, values in chunk.columns.items()})
        if len(rows.lines):
            yield _batch(dataset, snapshot, rows, measure.header, measure.concept, rows.columns[_MEASURE])


def _batch(
    dataset: Dataset, snapshot: Snapshot, chunk: Chunk, measure: str, concept: str, values: pa.Array
) -> RawBatch:
    size = len(chunk.lines)
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
