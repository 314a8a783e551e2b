"""The linear programs against the enumeration of every table that fits what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import product
from random import Random

import numpy as np
import pytest

from dagster_project.disclosure.bounds import Row, System
from dagster_project.disclosure.cells import TOTAL, CellKey
from dagster_project.disclosure.prove import intervals
from dagster_project.disclosure.relations import relations
from tests.unit.disclosure.cubes import dice

MOST = 12
"""No hidden figure of these tables is larger: the enumeration goes through all up to it."""


def grants(category: str = TOTAL, period: str = "2023") -> CellKey:
    return CellKey("toekenning", "grants", TOTAL, category, period_id=period)


def clients(category: str = TOTAL, **more: str) -> CellKey:
    return CellKey("care", "clients", "wmo", category, period_id="2023", **more)


def enumerated(
    published: Mapping[CellKey, Decimal | None], units: Mapping[CellKey, str]
) -> dict[CellKey, tuple[int, int]]:
    """Lowest and highest of every hidden cell over all tables of whole numbers that fit."""
    hidden = [key for key, value in published.items() if value is None]
    rows = [(dict(one.terms), one.is_equality) for one in relations(units)]
    at = {key: position for position, key in enumerate(hidden)}
    tables = np.array(list(product(range(MOST + 1), repeat=len(hidden))), np.int64)
    fits = np.ones(len(tables), bool)
    for terms, is_equality in rows:
        shown = sum(factor * float(published[key] or 0) for key, factor in terms.items())
        total = shown + sum(factor * tables[:, at[key]] for key, factor in terms.items() if key in at)
        fits &= (total == 0) if is_equality else (total <= 0)
    assert fits.any()
    return {key: (int(tables[fits, at[key]].min()), int(tables[fits, at[key]].max())) for key in hidden}


def hide(random: Random, cells: Mapping[CellKey, int], n: int) -> dict[CellKey, Decimal | None]:
    small = sorted(key for key, value in cells.items() if value <= MOST)
    hidden = set(random.sample(small, min(n, len(small))))
    return {key: None if key in hidden else Decimal(value) for key, value in cells.items()}


def table_of_grants(random: Random) -> dict[CellKey, int]:
    """Three regelingen in two half-years, with all their sums."""
    names = ("kindpakket", "meedoen", "bijzonder")
    halves = {(one, half): random.randrange(5) for one in names for half in ("H1", "H2")}
    cells = {grants(one, f"2023-{half}"): value for (one, half), value in halves.items()}
    cells |= {grants(one): halves[one, "H1"] + halves[one, "H2"] for one in names}
    cells |= {grants(period=f"2023-{half}"): sum(halves[one, half] for one in names) for half in ("H1", "H2")}
    return cells | {grants(): sum(halves.values())}


def table_of_clients(random: Random) -> dict[CellKey, int]:
    """Persons with one category or two, in one form or both, counted."""
    kinds = list(product(("HH", "Wonen"), ("ZIN", "PGB")))
    persons = [random.sample(kinds, random.choice((1, 1, 1, 2, 3))) for _ in range(random.randrange(3, 12))]
    cells = {clients(): len(persons)}
    for name in ("HH", "Wonen"):
        cells[clients(name)] = sum(any(one == name for one, _ in person) for person in persons)
    for form in ("ZIN", "PGB"):
        cells[clients(form=form)] = sum(any(one == form for _, one in person) for person in persons)
    for name, form in kinds:
        cells[clients(name, form=form)] = sum((name, form) in person for person in persons)
    return cells


@pytest.mark.parametrize("seed", range(25))
def test_intervals_of_what_adds_up_are_those_of_all_tables(seed: int) -> None:
    random = dice(seed)
    cells = table_of_grants(random)
    units = dict.fromkeys(cells, "grants")
    published = hide(random, cells, 5)
    exact = enumerated(published, units)
    assert {one.key: (one.low, min(one.high, MOST)) for one in intervals(published, units, 10)} == exact


@pytest.mark.parametrize("seed", range(25))
def test_intervals_of_persons_hold_those_of_all_tables(seed: int) -> None:
    random = dice(seed)
    cells = table_of_clients(random)
    units = dict.fromkeys(cells, "persons")
    published = hide(random, cells, 5)
    exact = enumerated(published, units)
    for one in intervals(published, units, 10):
        low, high = exact[one.key]
        assert one.low <= low
        assert one.high >= high
        assert one.low <= cells[one.key] <= one.high


def system(*rows: Row, n: int) -> System:
    return System(rows, np.ones(n, bool))


def test_an_unknown_by_itself_can_be_anything() -> None:
    extents = system(n=1).extents(np.array([np.nan]), {0: 10.0}, exact=True)
    assert (extents[0].low, extents[0].high) == (0.0, np.inf)


def test_a_guess_that_contradicts_what_is_certain_is_dropped() -> None:
    whole = Row(((0, 1.0), (1, 1.0), (2, -1.0)), is_equality=True)
    guess = Row(((0, 1.0), (3, -1.0)), is_equality=True, is_soft=True)
    extents = system(whole, guess, n=4).extents(np.array([np.nan, np.nan, 20.0, 30.0]), {0: 10.0}, exact=True)
    assert (extents[0].low, extents[0].high) == (0.0, 20.0)


def test_figures_that_contradict_each_other_give_way_as_little_as_can_be() -> None:
    first = Row(((0, 1.0), (1, 1.0), (2, -1.0)), is_equality=True)
    second = Row(((0, 1.0), (1, 1.0), (3, -1.0)), is_equality=True)
    extents = system(first, second, n=4).extents(np.array([np.nan, np.nan, 20.0, 21.0]), {0: 10.0}, exact=True)
    assert extents[0].low == 0.0
    assert 20.0 <= extents[0].high <= 21.0


def test_what_keeps_an_unknown_narrow_is_named() -> None:
    part = Row(((0, 1.0), (1, -1.0)), is_equality=False)
    other = Row(((2, 1.0), (1, -1.0)), is_equality=False)
    values = np.array([np.nan, 4.0, 3.0])
    for extent in (
        system(part, other, n=3).extents(values, {0: 10.0}, exact=False)[0],
        system(part, other, n=3).plainly_narrow(values, {0: 10.0})[0],
    ):
        assert (extent.low, extent.high) == (0.0, 4.0)
        assert list(extent.reasons) == [0]
