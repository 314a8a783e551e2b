"""Helpers for turning what a source sent into raw rows: batches, duplicate rows, and names that are nearly right.

What one source's answer looks like does not belong here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dagster_project.contracts import Dataset
from dagster_project.raw import RAW_TABLES, RawBatch

_ARROW_TYPES = {"text": pa.string(), "bigint": pa.int64(), "integer": pa.int32(), "boolean": pa.bool_()}


def closest(name: str, known: Iterable[str]) -> list[str]:
    """The three known names most like `name`; where none is like it, the first three."""
    names = sorted(set(known))
    return difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names[:3]


def nearest(name: str, known: Iterable[str]) -> str:
    """The known names most like `name`, as a phrase for an error message."""
    return ", ".join(closest(name, known)) or "none at all"


@dataclass(frozen=True)
class RowMaker:
    """Makes batches that say which snapshot they came from."""

    dataset: Dataset
    snapshot_id: str
    is_synthetic: bool

    def batch(
        self, table: str, row_numbers: Sequence[int], columns: dict[str, Sequence[object] | pa.Array | str | None]
    ) -> RawBatch:
        """A batch for a raw table.

        Args:
            table: its name without schema.
            row_numbers: where each row stands in the snapshot; unique per table and snapshot.
            columns: a value per row, or one text (or null) for all of them; an array, where several batches share it.
        """
        filled: dict[str, Sequence[object] | pa.Array | str | bool | None] = {
            "source_id": self.dataset.source_id,
            "dataset_id": self.dataset.dataset_id,
            "snapshot_id": self.snapshot_id,
            "row_number": row_numbers,
            **columns,
        }
        if "is_synthetic" in RAW_TABLES[table]:
            filled.setdefault("is_synthetic", self.is_synthetic)
        types = {name: _ARROW_TYPES[RAW_TABLES[table][name]] for name in filled}
        count = len(row_numbers)
        return RawBatch(table, pa.table({name: _array(filled[name], types[name], count) for name in filled}))


def _array(values: Sequence[object] | pa.Array | str | bool | None, kind: pa.DataType, count: int) -> pa.Array:
    if values is None or isinstance(values, str | bool):
        return pa.repeat(pa.scalar(values, kind), count)
    return values if isinstance(values, pa.Array) else pa.array(values, kind)


class ConflictingRows(Exception):
    """Two rows have the same key and different values. `position` is that of the later one in its page."""

    def __init__(self, position: int) -> None:
        super().__init__(f"row {position} contradicts an earlier row")
        self.position = position


class SeenRows:
    """Which rows of a snapshot were met, so that an exact duplicate is taken once and a contradiction is noticed.

    A row costs 16 bytes: a 64-bit hash of its key and one of its values, in two sorted arrays. A hundred thousand rows
    are 1.6 MB, ten million 160 MB. Two different keys of one hash would look like a contradiction: a chance of about
    three in a million at ten million rows, and it errs to the safe side.

    Attributes:
        duplicates: how many exact duplicates were met so far.
    """

    def __init__(self) -> None:
        self.duplicates = 0
        self._keys: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._values: npt.NDArray[np.int64] = np.empty(0, np.int64)

    def admit(self, keys: Iterable[tuple[object, ...]], values: Iterable[object]) -> npt.NDArray[np.bool_]:
        """Which rows of a page are new.

        Args:
            keys: what identifies each row.
            values: what each row says.

        Raises:
            ConflictingRows: a key was met before with another value.
        """
        key_hashes = np.fromiter(map(hash, keys), np.int64)
        value_hashes = np.fromiter(map(hash, values), np.int64)
        order = np.argsort(key_hashes, kind="stable")
        key_hashes, value_hashes = key_hashes[order], value_hashes[order]

        again = np.zeros(len(order), np.bool_)
        again[1:] = key_hashes[1:] == key_hashes[:-1]
        conflict = again.copy()
        conflict[1:] &= value_hashes[1:] != value_hashes[:-1]

        places = np.searchsorted(self._keys, key_hashes)
        if len(self._keys):
            candidate = np.minimum(places, len(self._keys) - 1)
            earlier = self._keys[candidate] == key_hashes
            conflict |= earlier & (self._values[candidate] != value_hashes)
            again |= earlier
        if conflict.any():
            raise ConflictingRows(int(order[conflict].min()))

        self.duplicates += int(again.sum())
        self._keys = np.insert(self._keys, places[~again], key_hashes[~again])
        self._values = np.insert(self._values, places[~again], value_hashes[~again])
        new = np.empty(len(order), np.bool_)
        new[order] = ~again
        return new
