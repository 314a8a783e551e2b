"""The reader who puts together everything that was ever published: cells of several versions as one set of unknowns.

What a reader knows: every value that any version shows, how cells hang together (`relations`), what care costs
(`prices`). What he makes of it is worked out by `bounds`. Which cells ought to be hidden is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from dagster_project.disclosure.bounds import Extent, Floats, Row, System
from dagster_project.disclosure.cells import EURO, CellKey
from dagster_project.disclosure.prices import WIDENED, Group, PriceRange, known_prices, price_of
from dagster_project.disclosure.relations import Families, Relation, families, patterns, presumptions, relations

_EURO_PER_UNIT = 1000.0
"""Money is reckoned in thousands, so that it is of the size of counts in the linear programs."""


@dataclass(frozen=True)
class Sheet:
    """One version, as cells of a set of unknowns.

    Attributes:
        units: every cell of it, with its unit.
        ids: which unknown each is; the same in another version where the value did not change.
    """

    units: Mapping[CellKey, str]
    ids: Mapping[CellKey, int]


@dataclass(frozen=True)
class Unknown:
    """One value that a reader does not know, with what would be known of it by now.

    Attributes:
        number: which unknown it is.
        key: the cell, in the newest version that has it.
        low, high, needed: in its own unit: persons, grants, cases or euro.
        reasons: the shown numbers that keep it narrow, and how far each moves its bounds; only where it is narrow.
    """

    number: int
    key: CellKey
    low: float
    high: float
    needed: float
    reasons: Mapping[int, float]

    @property
    def is_wide_enough(self) -> bool:
        return self.high - self.low >= self.needed - 1e-6


class Reader:
    """Somebody who reads all versions with a given threshold in mind."""

    def __init__(self, sheets: Sequence[Sheet], threshold: int) -> None:
        self.sheets, self.threshold = sheets, threshold
        self.keys: dict[int, CellKey] = {}
        self.units: dict[int, str] = {}
        for sheet in sheets:
            for key in sorted(sheet.ids):
                self.keys[sheet.ids[key]] = key
                self.units[sheet.ids[key]] = sheet.units[key]
        self.size = max(self.keys, default=-1) + 1
        self._whole = np.array([self.units.get(number) != EURO for number in range(self.size)], bool)
        self._structures = _structures(sheets)
        self._certain = self._rows([one.certain for one in self._structures], is_soft=False)
        self._presumed = self._rows([one.presumed for one in self._structures], is_soft=True)
        self._pairs = sorted({pair for sheet in sheets for pair in _pairs(sheet)})

    def plainly_narrow(self, known: Mapping[int, float]) -> list[Unknown]:
        """Some of what is narrow, found quickly: one relation at a time.

        Args:
            known: the values that any version shows, in their own unit.
        """
        question = self._question(known)
        return question.answered(question.system.plainly_narrow(question.values, question.needed))

    def unknowns(
        self,
        known: Mapping[int, float],
        *,
        exact: bool,
        but: Collection[int] = frozenset(),
        enough: int | None = None,
    ) -> list[Unknown]:
        """Everything that is not known, and how far it is narrowed, in order of its number.

        Args:
            known: the values that any version shows, in their own unit.
            exact: find the very extremes also of what is wide enough.
            but: unknowns to leave out.
            enough: leave others out as well when so many that hang together were found narrow.
        """
        question = self._question(known)
        asked = {number: width for number, width in question.needed.items() if number not in but}
        return question.answered(question.system.extents(question.values, asked, exact=exact, enough=enough))

    def _question(self, known: Mapping[int, float]) -> _Question:
        prices = known_prices(
            (self.keys[cost], known[cost], known[clients])
            for cost, clients in self._pairs
            if cost in known and clients in known
        )
        values = np.zeros(self.size)
        hidden = [number for number in sorted(self.keys) if number not in known]
        values[hidden] = np.nan
        for number, value in known.items():
            values[number] = value / self.scale(number)
        rows = [*self._certain, *self._presumed, *self._expected(known), *self._price_rows(known, prices)]
        needed = {number: self._needed(number, prices) / self.scale(number) for number in hidden}
        return _Question(self, known, rows, System(rows, self._whole), values, needed)

    def _needed(self, number: int, prices: Mapping[Group, PriceRange]) -> float:
        """The width at which an unknown is wide enough: for money, what a threshold of clients costs at the least."""
        if self.units[number] != EURO:
            return float(self.threshold)
        price = price_of(self.keys[number], prices)
        return self.threshold * max(price.low if price else 1.0, 1.0)

    def scale(self, number: int) -> float:
        """How much of its unit one is in the linear programs."""
        return _EURO_PER_UNIT if self.units[number] == EURO else 1.0

    def _rows(self, told: Sequence[Sequence[Relation]], *, is_soft: bool) -> list[Row]:
        """Relations per version, as rows on unknowns, each once."""
        found: dict[tuple[tuple[tuple[int, float], ...], bool], None] = {}
        for sheet, its in zip(self.sheets, told, strict=True):
            for relation in its:
                terms: dict[int, float] = {}
                for key, factor in relation.terms:
                    terms[sheet.ids[key]] = terms.get(sheet.ids[key], 0.0) + factor
                found[tuple(sorted(terms.items())), relation.is_equality] = None
        return [Row(terms, is_equality, is_soft) for terms, is_equality in found]

    def _expected(self, known: Mapping[int, float]) -> list[Row]:
        told = [
            patterns({key: known[number] for key, number in sheet.ids.items() if number in known}, one.families)
            for sheet, one in zip(self.sheets, self._structures, strict=True)
        ]
        return self._rows(told, is_soft=True)

    def _price_rows(self, known: Mapping[int, float], prices: Mapping[Group, PriceRange]) -> Iterator[Row]:
        for cost, clients in self._pairs:
            if cost in known and clients in known:
                continue
            price = price_of(self.keys[cost], prices)
            if price:
                low, high = price.low / WIDENED / _EURO_PER_UNIT, price.high * WIDENED / _EURO_PER_UNIT
                yield Row(((cost, -1.0), (clients, low)), is_equality=False, is_soft=True)
                yield Row(((cost, 1.0), (clients, -high)), is_equality=False, is_soft=True)
            elif cost in known and known[cost] > 0:  # somebody had it
                yield Row(((cost, 1.0), (clients, -known[cost] / _EURO_PER_UNIT)), is_equality=False, is_soft=True)
            elif cost in known:  # nobody had it
                yield Row(((cost, -1.0), (clients, 1.0)), is_equality=False, is_soft=True)


@dataclass(frozen=True)
class _Structure:
    """What follows from which cells there are."""

    certain: Sequence[Relation]
    presumed: Sequence[Relation]
    families: Families


def _structures(sheets: Sequence[Sheet]) -> list[_Structure]:
    """The structure of each version; one for versions with the same cells."""
    found: list[_Structure] = []
    for at, sheet in enumerate(sheets):
        if at and sheet.units == sheets[at - 1].units:
            found.append(found[-1])
        else:
            found.append(_Structure(relations(sheet.units), presumptions(sheet.units), families(sheet.units)))
    return found


@dataclass
class _Question:
    """What is asked of the linear programs, and what they answer in the units of the cells."""

    reader: Reader
    known: Mapping[int, float]
    rows: Sequence[Row]
    system: System
    values: Floats
    needed: dict[int, float]

    def answered(self, extents: Mapping[int, Extent]) -> list[Unknown]:
        return [self._unknown(number, extents[number]) for number in sorted(extents)]

    def _unknown(self, number: int, extent: Extent) -> Unknown:
        scale = self.reader.scale(number)
        moved: dict[int, float] = {}
        for row, weight in sorted(extent.reasons.items()):
            for other, factor in self.rows[row].terms:
                if other in self.known:
                    lever = abs(weight * factor * self.known[other]) * scale / self.reader.scale(other)
                    moved[other] = moved.get(other, 0.0) + lever
        low, high, needed = (one * scale for one in (extent.low, extent.high, self.needed[number]))
        return Unknown(number, self.reader.keys[number], low, high, needed, moved)


def sheet_of(
    cells: Mapping[CellKey, Decimal], units: Mapping[CellKey, str], numbers: dict[tuple[CellKey, Decimal], int]
) -> Sheet:
    """A version of which every value is told, as unknowns: the same value of the same cell is the same unknown.

    Args:
        numbers: the unknowns of all versions, to which those of this one are added.
    """
    return Sheet(units, {key: numbers.setdefault((key, cells[key]), len(numbers)) for key in sorted(cells)})


def _pairs(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Costs, each with the clients whose care it is."""
    for key, number in sheet.ids.items():
        clients = replace(key, measure="clients")
        if key.measure == "cost" and clients in sheet.ids:
            yield number, sheet.ids[clients]
