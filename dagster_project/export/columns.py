"""How a sheet is made of rows: a column is a heading with what its cell holds of a row.

What belongs here: what the sheets of every subject share. What does not: which sheets and columns there are
(`sheets.py`, `care_sheets.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dagster_project.export.cells import Cell, Sheet
from dagster_project.export.imprint import SYNTHETIC_MARK
from dagster_project.site.words import labels

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column."""

    heading: str
    cell: Callable[[Row], Cell]


def sheet_of(
    name: str, about: str, tables: Sequence[str], rows: Iterable[Row], columns: Sequence[Column[Row]]
) -> Sheet:
    """A sheet with a line per row."""
    return Sheet(
        name,
        about,
        tuple(tables),
        tuple(column.heading for column in columns),
        tuple(tuple(column.cell(row) for column in columns) for row in rows),
    )


def period_words(period_id: str | None) -> str | None:
    """A period in words, or an empty cell."""
    return labels.period(period_id) if period_id else None


def yes(*, is_so: bool) -> str | None:
    """`ja`, or an empty cell."""
    return "ja" if is_so else None


def synthetic_mark(*, is_synthetic: bool) -> str | None:
    """The word that every made-up row bears."""
    return SYNTHETIC_MARK if is_synthetic else None
