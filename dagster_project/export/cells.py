"""Sheets of typed cells: what a workbook and a CSV file each write in their own way.

What belongs here: the sorts of cell and the sheet. What does not: which sheets and columns there are (`sheets.py`) and
how a cell is written (`workbook.py`, `delimited.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

READING_GUIDE = "Leeswijzer"


@dataclass(frozen=True)
class Figure:
    """A figure with the number of decimals in which it is shown; None shows what it has, two at most."""

    value: float
    decimals: int | None


@dataclass(frozen=True)
class Euro:
    """An amount of money."""

    value: Decimal


@dataclass(frozen=True)
class Share:
    """A part of a whole: 0,25 is shown as 25,0 %."""

    value: float


Cell = str | int | Figure | Euro | Share | date | None


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes:
        name: of the sheet in the workbook; in lower case that of the CSV file.
        about: what the sheet holds, for the reading guide.
        tables: the published tables that its rows come from.
    """

    name: str
    about: str
    tables: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def figure(value: float | None, decimals: int | None) -> Figure | None:
    """A figure, or an empty cell."""
    return None if value is None else Figure(value, decimals)


def euro(value: Decimal | None) -> Euro | None:
    """An amount, or an empty cell."""
    return None if value is None else Euro(value)


def share(value: float | None) -> Share | None:
    """A share, or an empty cell."""
    return None if value is None else Share(value)
