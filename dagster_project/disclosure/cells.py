"""The cells that the policy on small counts speaks of: what counts, where, and what it came to.

Here: keys, cells, versions and intervals. Not here: how cells hang together (`relations`) and which are hidden
(`decide`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

TOTAL = "totaal"
"""The member of every dimension that stands for all of it."""

EURO = "euro"
PERSONS = "persons"
UNITS = (PERSONS, "grants", "cases", EURO)


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """Which figure a cell is; a dimension that is not broken down says `totaal`."""

    subject: str
    measure: str
    wet: str = TOTAL
    category: str = TOTAL
    form: str = TOTAL
    referrer: str = TOTAL
    wijk: str = TOTAL
    n_provisions: str = TOTAL
    period_id: str = TOTAL


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure: persons, grants or cases (whole numbers), or euro."""

    key: CellKey
    unit: str
    value: Decimal

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"{self.key} is in {self.unit!r}; expected one of {', '.join(UNITS)}.")


@dataclass(frozen=True)
class Version:
    """An earlier seal: all that it held, and which of it was not shown."""

    cells: Mapping[CellKey, Decimal]
    units: Mapping[CellKey, str]
    hidden: frozenset[CellKey]


@dataclass(frozen=True)
class Interval:
    """Between which values a reader can place a hidden cell, in its own unit, and how far apart these must be."""

    key: CellKey
    low: float
    high: float
    needed: float
    is_wide_enough: bool
