"""The policy on small counts: which cells of a seal are not shown.

- A count (persons, grants, cases) above 0 and under the threshold is hidden.
- A zero is hidden where it tells something of everybody in a group: where all who are counted in the whole fall under
  one category or one referrer, so that the zeros beside it say which care each of them has, or who sent them; and where
  an outcome holds for nobody, or for all, of those whom it is asked of. Other zeros are shown. In which wijk people
  live and in which law or form their care falls is no secret about somebody who is known to be a client, and how many
  kinds of care nobody has does not say which one a person has.
- While a reader of all that is shown, in this version and in all before it, can place a hidden cell within less than
  the threshold (`reader`), one more cell goes of those that bind it: a cost before a count, what an earlier version hid
  before what it showed, a part before a whole, and the smallest that closes the gap. That a cost must go because it
  tells how many clients there are comes out of the same check, as the reader reckons with prices.

What the version before hid, and has not changed, stays hidden, so that the same cells keep the same marks. What an
earlier version showed, and has not changed, is known: hiding it would help nobody, so another cell goes. Where all that
could still go is known already, a figure that is large enough to be shown and only covers others may stay narrower than
the threshold to a reader of all versions; never to a reader of this one. Nothing in the outcome tells why a cell is
hidden. It rests on the cells alone, not on their order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from dagster_project.disclosure.cells import EURO, TOTAL, Cell, CellKey, Version
from dagster_project.disclosure.reader import Reader, Unknown, sheet_of
from dagster_project.disclosure.relations import BREAKDOWNS, breakdowns, outcomes

TELLING = ("category", "referrer")
"""Dimensions that say of a client what others need not know."""


def decide(cells: Sequence[Cell], threshold: int, history: Sequence[Version] = ()) -> frozenset[CellKey]:
    """The cells that are not shown.

    Args:
        cells: everything that a seal holds, in any order.
        threshold: the smallest count that is shown.
        history: the versions that were published before, oldest first.

    Raises:
        ValueError: a cell stands there twice.
    """
    values = {cell.key: cell.value for cell in cells}
    if len(values) < len(cells):
        raise ValueError(f"{len(cells) - len(values)} cells stand there twice; expected each key once.")
    units = {cell.key: cell.unit for cell in cells}
    hidden = set(primary(values, units, threshold)) | _still_hidden(values, history)
    views = [_View(values, units, threshold, ())]
    if history:
        views.append(_View(values, units, threshold, history))
    earlier = frozenset(key for version in history for key in version.hidden)
    while more := [key for view in views for key in view.next(hidden, earlier)]:
        hidden.update(more)
    return frozenset(hidden)


def _still_hidden(values: Mapping[CellKey, Decimal], history: Sequence[Version]) -> set[CellKey]:
    """What the version before hid and has not changed: to show it now would tell what it was then."""
    before = history[-1] if history else Version({}, {}, frozenset())
    return {key for key in before.hidden if key in values and values[key] == before.cells[key]}


def primary(values: Mapping[CellKey, Decimal], units: Mapping[CellKey, str], threshold: int) -> Iterator[CellKey]:
    """Cells that are hidden for what they say by themselves, in order."""
    small = {key for key, value in values.items() if units[key] != EURO and 0 < value < threshold}
    yield from sorted(small | set(_telling_zeros(values, units)) | set(_telling_outcomes(values)))


def _telling_zeros(values: Mapping[CellKey, Decimal], units: Mapping[CellKey, str]) -> Iterator[CellKey]:
    for group in breakdowns(units):
        if group.dimension not in TELLING or units[group.parent] == EURO or values[group.parent] <= 0:
            continue
        zeros = [child for child in group.children if values[child] == 0]
        if zeros and len(zeros) == len(group.children) - 1:
            yield from zeros


def _telling_outcomes(values: Mapping[CellKey, Decimal]) -> Iterator[CellKey]:
    for part, whole in outcomes(values):
        asked = sum(values[key] for key in whole)
        if asked > 0 and values[part] in (0, asked):
            yield part


_AT_A_TIME = 8
"""How many narrow cells that hang together are looked for before something is done about them."""


class _View:
    """What a reader knows of the newest version, alone or beside those before it."""

    def __init__(
        self,
        values: Mapping[CellKey, Decimal],
        units: Mapping[CellKey, str],
        threshold: int,
        history: Sequence[Version],
    ) -> None:
        numbers: dict[tuple[CellKey, Decimal], int] = {}
        versions = [*history, Version(values, units, frozenset())]
        sheets = [sheet_of(version.cells, version.units, numbers) for version in versions]
        self.values = {number: float(value) for (_, value), number in numbers.items()}
        self.now = sheets[-1].ids
        self.told = {
            sheet.ids[key]
            for version, sheet in zip(history, sheets, strict=False)
            for key in version.cells
            if key not in version.hidden
        }
        self.reader = Reader(sheets, threshold)
        self.wide: frozenset[int] = frozenset()
        self.lost: frozenset[int] = frozenset()

    def next(self, hidden: set[CellKey], earlier: frozenset[CellKey]) -> list[CellKey]:
        """What must be hidden besides, none where all that is hidden is wide enough or nothing more can help."""
        shown = {number for key, number in self.now.items() if key not in hidden}
        known = {number: self.values[number] for number in sorted(shown | self.told)}
        free = shown - self.told
        return self._against(self.reader.plainly_narrow(known), free, earlier) or self._searched(known, free, earlier)

    def _searched(
        self, known: Mapping[int, float], free: Collection[int], earlier: frozenset[CellKey]
    ) -> list[CellKey]:
        """The same by linear programs: first of what was not found wide before, and of all when that is settled.

        Some narrow cells at a time: what is hidden for them widens others. One that nothing can help is passed by.
        """
        for settled in dict.fromkeys((frozenset(self.wide), frozenset())):
            self.wide = settled
            while answers := self.reader.unknowns(known, exact=False, but=self.wide | self.lost, enough=_AT_A_TIME):
                narrow = [one for one in answers if not one.is_wide_enough]
                self.wide |= {one.number for one in answers if one.is_wide_enough}
                found = self._against(narrow, free, earlier)
                if found:
                    return found
                self.lost |= {one.number for one in narrow}
        return []

    def _against(self, narrow: Sequence[Unknown], free: Collection[int], earlier: frozenset[CellKey]) -> list[CellKey]:
        """One more cell for each that is narrow, unless one that was just chosen widens it too."""
        chosen: dict[int, None] = {}
        for one in sorted(narrow, key=lambda one: (one.high - one.low, one.number)):
            levers = {number: lever for number, lever in one.reasons.items() if number in free}
            if levers and not chosen.keys() & levers.keys():
                chosen[min(levers, key=lambda number: self._rank(number, levers[number], one, earlier))] = None
        return [self.reader.keys[number] for number in chosen]

    def _rank(self, number: int, lever: float, narrow: Unknown, earlier: frozenset[CellKey]) -> tuple[object, ...]:
        """First what is hidden soonest."""
        key = self.reader.keys[number]
        closes = lever >= narrow.needed - (narrow.high - narrow.low)
        return (
            self.reader.units[number] != EURO,
            lever == 0,
            key not in earlier,
            sum(getattr(key, dimension) == TOTAL for dimension in BREAKDOWNS) + ("-" not in key.period_id),
            not closes,
            lever if closes else -lever,
            key,
        )
