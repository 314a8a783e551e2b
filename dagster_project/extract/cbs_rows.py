"""What both versions of CBS OData share when a snapshot is read: its pages, its columns, and the checks on them.

The names of columns and members belong to `cbs_v3.py` and `cbs_v4.py`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.contracts import Dataset, Measure
from dagster_project.errors import UnsoundData
from dagster_project.extract import archives, limits
from dagster_project.extract.archives import BadArchive
from dagster_project.extract.cbs_pages import parse_json, parse_page
from dagster_project.extract.http import BrokenAnswer
from dagster_project.extract.personal import masked
from dagster_project.extract.rows import ConflictingRows, RowMaker, SeenRows
from dagster_project.legible import legible
from dagster_project.raw import RawBatch

log = logging.getLogger(__name__)

_NUMBER = re.compile(rf"\s*[+-]?\d{{1,{limits.DIGITS}}}(\.\d{{1,{limits.DECIMALS}}})?\s*", re.ASCII)
_TOO_LARGE = 10**limits.DIGITS
_NO_NUMBER = re.compile(r"\s*\.?\s*")  # untyped v3: blank, or a point that is aligned to the right


class TableReader:
    """One snapshot of one CBS table, a page in memory at a time.

    Attributes:
        dataset: its contract.
        make: makes its batches.
    """

    def __init__(self, dataset: Dataset, path: Path, make: RowMaker) -> None:
        self.dataset = dataset
        self.make = make
        self._path = path
        self._seen = SeenRows()

    def pages(self, stem: str) -> Iterator[list[Any]]:
        """Rows of each page whose member is called `<stem>.json` or `<stem>-<number>.json`, in order.

        Raises:
            UnsoundData: the file is not a snapshot of pages, or has none of that name.
        """
        name_of_page = re.compile(rf"{re.escape(stem)}(-\d+)?\.json")
        try:
            with archives.opened(self._path, self.dataset.key) as archive:
                names = [name for name in archive.namelist() if name_of_page.fullmatch(name)]
                if not names:
                    raise self.unsound(f"its snapshot has no {stem}", "one page or more")
                for name in names:
                    yield parse_page(archives.read(archive, name, self.dataset.key, limits.PAGE_BYTES))
        except (BadArchive, BrokenAnswer) as error:
            raise self.unsound(f"its snapshot is not readable ({error})", "a zip of whole pages") from error

    def rows(self, stem: str) -> list[dict[str, Any]]:
        """All rows of a small collection.

        Raises:
            UnsoundData: a row is not an object.
        """
        return objects(self.dataset, stem, [row for page in self.pages(stem) for row in page])

    def document(self, name: str) -> dict[str, Any]:
        """A document that is one object and no page.

        Raises:
            UnsoundData: the file is not a snapshot, lacks it, or holds something else under that name.
        """
        try:
            with archives.opened(self._path, self.dataset.key) as archive:
                if name not in archive.namelist():
                    raise self.unsound(f"its snapshot has no {name}", "it")
                body = archives.read(archive, name, self.dataset.key, limits.PAGE_BYTES)
                return objects(self.dataset, name, [parse_json(body)])[0]
        except (BadArchive, BrokenAnswer) as error:
            raise self.unsound(f"its snapshot is not readable ({error})", "a zip of whole documents") from error

    def column(self, rows: Sequence[Any], name: str) -> list[Any]:
        """The values of one column, one per row.

        Raises:
            UnsoundData: a row lacks it.
        """
        try:
            return [row[name] for row in rows]
        except (KeyError, TypeError, IndexError) as error:
            raise self.unsound(f"column {name} is missing from a row", "it in every row") from error

    def keys(self, rows: Sequence[Any], name: str) -> list[str]:
        """The codes in one column, exactly as sent.

        Raises:
            UnsoundData: a row lacks it, or holds something else than text.
        """
        values = self.column(rows, name)
        self._only(values, name, {str}, "a code as text")
        return values

    def words(self, rows: Sequence[Any], name: str) -> list[str | None]:
        """The texts in one column, or null.

        Raises:
            UnsoundData: a row lacks it, or holds something else.
        """
        values = self.column(rows, name)
        self._only(values, name, {str, type(None)}, "a text or null")
        return values

    def details(self, keys: Mapping[str, Sequence[str]]) -> list[str] | None:
        """The codes of each row in the dimensions that are neither region nor period, as `Dimension=code|…`, or None.

        Args:
            keys: every dimension to its codes, one per row.
        """
        own = (self.dataset.region_dimension, self.dataset.period_dimension)
        others = [[f"{name}={code.strip()}" for code in codes] for name, codes in keys.items() if name not in own]
        return list(map("|".join, zip(*others, strict=True))) if others else None

    def numbers(self, rows: Sequence[Any], name: str, allowed: frozenset[type]) -> list[str | None]:
        """The values in one column as the text of a number, or null.

        Args:
            rows: rows of one page.
            name: the column.
            allowed: JSON types that may occur besides null; a `str` must itself read as a number or as missing.

        Raises:
            UnsoundData: a row lacks the column, or holds something else than a number.
        """
        values = self.column(rows, name)
        types = set(map(type, values)) - {type(None)}
        odd = [v for v in values if v is not None and type(v) not in allowed] if types - allowed else []
        if str in types and not odd:
            odd = [v for v in values if type(v) is str and not (_NUMBER.fullmatch(v) or _NO_NUMBER.fullmatch(v))]
        if not odd and types - {str}:
            odd = [v for v in values if type(v) in (int, float) and not abs(v) < _TOO_LARGE]
        if odd:
            raise self.unsound(f"column {name} holds {str(odd[0])[:60]!r}", "a number or null")
        return [None if value is None else str(value) for value in values]

    def _only(self, values: Sequence[object], name: str, types: set[type], expected: str) -> None:
        if set(map(type, values)) - types:
            odd = next(value for value in values if type(value) not in types)
            raise self.unsound(f"column {name} holds {str(odd)[:60]!r}", expected)

    def table(self, row: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]]) -> RawBatch:
        """The row for raw.cbs_table.

        Args:
            row: what CBS says of the table.
            columns: raw column to the names under which CBS may say it; the first that is not blank counts.
        """
        filled = {name: value for name, value in row.items() if str(value).strip()}
        return self.make.batch("cbs_table", [1], {raw: [_first(filled, names)] for raw, names in columns.items()})

    def codes(self, dimensions: Sequence[str], columns: Mapping[str, tuple[str, ...]]) -> Iterator[RawBatch]:
        """Rows for raw.cbs_code, one per code of each dimension.

        Args:
            dimensions: those whose code lists the snapshot holds.
            columns: raw column to the names under which CBS may send it; the first that is present counts.
        """
        start = 1
        for dimension in dimensions:
            rows = self.rows(f"codes-{dimension}")
            self.keys(rows, columns["code_key"][0])
            yield self.make.batch(
                "cbs_code",
                range(start, start + len(rows)),
                {
                    "dimension": dimension,
                    **{raw: [_first(row, names) for row in rows] for raw, names in columns.items()},
                },
            )
            start += len(rows)

    def measures(self, found: Sequence[tuple[Measure, str, Mapping[str, Any]]]) -> RawBatch:
        """Rows for raw.cbs_measure, one per measure of the contract.

        Args:
            found: each measure with its key in the table and CBS's description of it.
        """
        decimals = [row.get("Decimals") for _, _, row in found]
        return self.make.batch(
            "cbs_measure",
            range(1, len(found) + 1),
            {
                "measure_key": [key for _, key, _ in found],
                "concept_id": [measure.concept for measure, _, _ in found],
                "title": [_first(row, ("Title",)) for _, _, row in found],
                "unit": [_first(row, ("Unit",)) for _, _, row in found],
                "decimals": [value if type(value) is int and 0 <= value < 100 else None for value in decimals],
            },
        )

    def admit(self, keys: Sequence[Sequence[str]], values: Sequence[Sequence[object]]) -> pa.BooleanArray | None:
        """Which rows of a page are no duplicates of earlier ones; None: all of them.

        Args:
            keys: the columns that identify a row.
            values: the columns that say something about it.

        Raises:
            UnsoundData: two rows of one key contradict each other.
        """
        try:
            new = self._seen.admit(zip(*keys, strict=True), zip(*values, strict=True))
        except ConflictingRows as conflict:
            where = ", ".join(column[conflict.position].strip() for column in keys)
            said = ", ".join(str(column[conflict.position]) for column in values)
            raise self.unsound(
                f"{where} stands twice with different values, the later one {said}", "one value"
            ) from conflict
        return None if new.all() else pa.array(new)

    def close(self, count: int) -> None:
        """Say how many duplicates were left out, and refuse a table without rows.

        Raises:
            UnsoundData: there was no row.
        """
        if self._seen.duplicates:
            log.warning("%s: %d exact duplicate rows were taken once", self.dataset.key, self._seen.duplicates)
        if not count:
            raise self.unsound("it holds no observations", "at least one; does the filter still fit the codes?")

    def unsound(self, found: str, expected: str) -> UnsoundData:
        """The error for content that breaks the contract."""
        return unsound(self.dataset, found, expected)


def unsound(dataset: Dataset, found: str, expected: str) -> UnsoundData:
    """One sentence that names dataset and table, what was found, what was expected, and the way out."""
    return UnsoundData(
        f"{dataset.key} (CBS table {dataset.table_id}): {masked(legible(found))}; expected {expected}. "
        f"It is set aside: compare the table with its contract in sources/{dataset.source_id}.yml."
    )


def objects(dataset: Dataset, what: str, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows, after seeing that each is a JSON object.

    Raises:
        UnsoundData: one is not.
    """
    for row in rows:
        if not isinstance(row, dict):
            raise unsound(dataset, f"{what} holds {str(row)[:40]!r}", "objects with columns")
    return list(rows)


def check_unit(dataset: Dataset, measure: Measure, column: str, stated: object) -> None:
    """See that CBS states the unit that the contract promises.

    Raises:
        UnsoundData: it states another.
    """
    if measure.unit is None:
        return
    found = stated.strip() if isinstance(stated, str) else stated
    if found != measure.unit:
        raise unsound(
            dataset, f"column {column} has unit {found!r}", f"{measure.unit!r}: a changed unit would make wrong figures"
        )


def kept(batch: RawBatch, *masks: pa.BooleanArray | None) -> RawBatch:
    """The rows of a batch that every mask lets through; None lets all through."""
    given = [mask for mask in masks if mask is not None]
    return RawBatch(batch.table, batch.rows.filter(reduce(pc.and_, given))) if given else batch


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    value = next((row[name] for name in names if row.get(name) is not None), None)
    return None if value is None else str(value)
