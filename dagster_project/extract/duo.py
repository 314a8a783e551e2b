"""DUO: open education data as CSV over HTTP, taken again only when the publisher changed it.

Normalising codes does not belong here: `396` and `0396` are both kept as sent.
"""

from __future__ import annotations

import codecs
import csv
import logging
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from dagster_project.contracts import Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, limits
from dagster_project.extract.endpoints import Endpoints
from dagster_project.extract.http import HttpClient
from dagster_project.extract.personal import masked
from dagster_project.extract.rows import ConflictingRows, RowMaker, SeenRows, nearest
from dagster_project.legible import legible
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Recording

log = logging.getLogger(__name__)

_FALLBACK = "cp1252"
_CHUNK = 1 << 20
_ROWS = 50_000  # rows in memory at a time
_Line = tuple[int, list[str]]


class Stamped(Protocol):
    """What the publisher said of the bytes that were had last: a snapshot, or a file that was set aside."""

    @property
    def etag(self) -> str | None: ...
    @property
    def publisher_modified(self) -> str | None: ...


def pull(
    dataset: Dataset, endpoints: Endpoints, http: HttpClient, scratch: Path, previous: Stamped | None
) -> Recording | None:
    """Bring in a file as one recording, or nothing when it is the one of `previous`.

    Args:
        dataset: a contract of kind `duo_csv`.
        endpoints: where the service answers.
        http: the client.
        scratch: folder for the file while it arrives.
        previous: what was had last, whose stamps are sent along.

    Returns:
        The recording; None when the service answers "not modified" or states the same moment of change.

    Raises:
        SourceUnreachable, RequestRefused, UnsoundData: as `HttpClient.download`.
    """
    url = f"{endpoints.duo}/{(dataset.path or '').lstrip('/')}"
    folder = scratch / dataset.source_id
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{dataset.dataset_id}.csv"
    etag, modified = (previous.etag, previous.publisher_modified) if previous else (None, None)
    answer = http.download_if_changed(url, target, etag=etag, last_modified=modified)
    if answer.status == 304:
        return None
    if modified is not None and answer.last_modified == modified:
        target.unlink()
        return None
    return Recording(
        file=target,
        extension="csv",
        origin="wire",
        url=url,
        http_status=answer.status,
        publisher_modified=answer.last_modified,
        etag=answer.etag,
        row_count=count_rows(target),
    )


def count_rows(path: Path) -> int:
    """Lines with content after the header."""
    with path.open("rb") as stream:
        lines = iter(lambda: stream.readline(limits.LINE_CHARACTERS), b"")
        return max(0, sum(1 for line in lines if line.strip()) - 1)


def read(dataset: Dataset, path: Path, snapshot_id: str, is_synthetic: bool = False) -> Iterator[RawBatch]:
    """Raw rows of a stored file for raw.duo_observation, a row becoming one per measure.

    `value_text` is the number with a decimal point, or null; a suppressed count is null with the attribute
    `Confidential`. `row_number` is the line in the file, the header being line 1.

    Args:
        dataset: the contract.
        path: the stored file.
        snapshot_id: its sha256.
        is_synthetic: marks every row.

    Raises:
        UnsoundData: a header is missing or stands twice, a line is cut, a value is no number, two lines contradict each
            other, or there are none.
    """
    encoding = _encoding(dataset, path)
    with path.open(encoding=encoding, newline="") as stream:
        text = delimited.bounded_lines(stream, dataset.key)
        lines = _lines(dataset, next(text, ""), text)
        header = [name.strip().casefold() for name in next(lines, (0, []))[1]]
        if len(header) > limits.COLUMNS:
            raise _unsound(dataset, f"the file has {len(header)} columns", f"{limits.COLUMNS} at most")
        places = {name: _place(dataset, header, name) for name in _wanted(dataset)}
        checked = _Checker(dataset, len(header), places)
        maker = RowMaker(dataset, snapshot_id, is_synthetic)
        count = 0
        while part := list(islice(lines, _ROWS)):
            yield from checked.batches(part, maker)
            count += len(part)
    if checked.duplicates:
        log.warning("%s: %d exact duplicate lines were taken once", dataset.key, checked.duplicates)
    if not count:
        raise _unsound(dataset, "the file holds no lines after its header", "at least one")


def _unsound(dataset: Dataset, found: str, expected: str) -> UnsoundData:
    return UnsoundData(
        f"{dataset.key}: {masked(legible(found))}; expected {expected}. "
        f"It is set aside: compare the file with its contract in sources/{dataset.source_id}.yml."
    )


def _encoding(dataset: Dataset, path: Path) -> str:
    """The encoding in which the whole file can be read: the contract's, else Windows-1252."""
    for encoding in (dataset.format.encoding, _FALLBACK):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise _unsound(dataset, "the file is not text", f"{dataset.format.encoding} or {_FALLBACK}")


def _lines(dataset: Dataset, header: str, rest: Iterator[str]) -> Iterator[_Line]:
    """Line number and cells of the header and of every line with content."""
    delimiter = dataset.format.delimiter or (";" if header.count(";") > header.count(",") else ",")

    def stream() -> Iterator[str]:
        yield header
        yield from rest

    reader = csv.reader(stream(), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise _unsound(dataset, f"line {reader.line_num} is not CSV ({error})", "cells with closed quotes") from error


def _wanted(dataset: Dataset) -> list[str]:
    return [str(dataset.region_dimension), str(dataset.period_dimension), *(m.header for m in dataset.measures)]


def _place(dataset: Dataset, header: list[str], name: str) -> int:
    found = header.count(name.casefold())
    if found == 1:
        return header.index(name.casefold())
    if found:
        raise _unsound(dataset, f"header {name} stands {found} times", "once")
    raise _unsound(
        dataset, f"header {name} is missing; nearest: {nearest(name.casefold(), header)}", "it in the first line"
    )


class _Checker:
    """Turns lines into batches, looking at each on the way."""

    def __init__(self, dataset: Dataset, width: int, places: dict[str, int]) -> None:
        self._dataset = dataset
        self._width = width
        self._places = places
        self._seen = SeenRows()
        # only the contract's own decimal mark: 1.234 may be a thousand and more
        mark = re.escape(dataset.format.decimal)
        form = rf"[+-]?\d{{1,{limits.DIGITS}}}({mark}\d{{1,{limits.DECIMALS}}})?"
        self._number_form = re.compile(form, re.ASCII)

    @property
    def duplicates(self) -> int:
        return self._seen.duplicates

    def batches(self, lines: list[_Line], maker: RowMaker) -> Iterator[RawBatch]:
        dataset = self._dataset
        for number, cells in lines:
            if len(cells) != self._width:
                raise _unsound(dataset, f"line {number} has {len(cells)} cells", f"{self._width}, as the header has")
        columns = {name: [cells[place].strip() for _, cells in lines] for name, place in self._places.items()}
        numbers = [number for number, _ in lines]
        regions, periods = columns[str(dataset.region_dimension)], columns[str(dataset.period_dimension)]
        measured = [columns[measure.header] for measure in dataset.measures]
        try:
            new = pa.array(self._seen.admit(zip(regions, periods, strict=True), zip(*measured, strict=True)))
        except ConflictingRows as conflict:
            at = conflict.position
            found = f"line {numbers[at]} contradicts an earlier line on {regions[at]}, {periods[at]}"
            raise _unsound(dataset, found, "one line per region and period") from conflict
        for measure, texts in zip(dataset.measures, measured, strict=True):
            batch = maker.batch(
                "duo_observation",
                numbers,
                {
                    "concept_id": measure.concept,
                    "measure_key": measure.header,
                    "region_key": regions,
                    "period_key": periods,
                    "value_text": [
                        self._number(cell, measure.header, n) for cell, n in zip(texts, numbers, strict=True)
                    ],
                    "value_attribute": ["Confidential" if cell in dataset.suppressed_marks else None for cell in texts],
                },
            )
            yield RawBatch(batch.table, batch.rows.filter(new))

    def _number(self, cell: str, column: str, line: int) -> str | None:
        if not cell or cell in self._dataset.suppressed_marks:
            return None
        if not self._number_form.fullmatch(cell):
            expected = f"a number, with {self._dataset.format.decimal!r} before its decimals"
            raise _unsound(self._dataset, f"line {line}, column {column} holds {cell[:60]!r}", expected)
        return cell.replace(",", ".")
