"""The policy: what is hidden for itself, what besides, and that no reader of all that is shown gets near any of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.disclosure.cells import Cell, CellKey, Interval, Version
from dagster_project.disclosure.decide import decide, primary
from dagster_project.disclosure.prove import intervals
from tests.unit.disclosure.cubes import World, by_key, cube, dice, people

T = 10
SMALL = World(
    {"wmo": ("Begeleiding", "HH"), "jeugdwet": ("GI",)},
    referrers=("gemeente", "GI"),
    wijken=("WK01", "WK02"),
    n_years=1,
)
SLOW = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), max_examples=15)


def made_up(seed: int, n: int) -> list[Cell]:
    return cube(people(dice(seed), n, SMALL), SMALL)


def units_of(cells: Sequence[Cell]) -> dict[CellKey, str]:
    return {cell.key: cell.unit for cell in cells}


def published(cells: Sequence[Cell], hidden: Collection[CellKey]) -> dict[CellKey, Decimal | None]:
    return {cell.key: None if cell.key in hidden else cell.value for cell in cells}


def version(cells: Sequence[Cell], hidden: frozenset[CellKey]) -> Version:
    return Version(by_key(cells), units_of(cells), hidden)


def given_away(found: Sequence[Interval]) -> list[CellKey]:
    return [one.key for one in found if not one.is_wide_enough]


def counts(measure: str = "clients", unit: str = "persons", **values: int) -> list[Cell]:
    """A wet with its categories; `totaal` is the whole."""
    return [Cell(CellKey("care", measure, "wmo", one, period_id="2023"), unit, Decimal(n)) for one, n in values.items()]


def wijken(**values: int) -> list[Cell]:
    return [
        Cell(CellKey("care", "clients", "wmo", wijk=one, period_id="2023"), "persons", Decimal(n))
        for one, n in values.items()
    ]


def hidden_names(cells: Sequence[Cell], history: Sequence[Version] = (), dimension: str = "category") -> set[str]:
    return {getattr(key, dimension) for key in decide(cells, T, history)}


@SLOW
@given(seed=st.integers(0, 10_000), n=st.integers(5, 150))
def test_a_reader_of_all_that_is_shown_gets_near_nothing(seed: int, n: int) -> None:
    cells = made_up(seed, n)
    hidden = decide(cells, T)
    assert given_away(intervals(published(cells, hidden), units_of(cells), T, exact=False)) == []
    assert all(
        cell.value == 0 or cell.value >= T for cell in cells if cell.unit == "persons" and cell.key not in hidden
    )


@pytest.mark.long
@settings(SLOW, max_examples=150)
@given(seed=st.integers(0, 100_000), n=st.integers(2, 400))
def test_a_reader_gets_near_nothing_of_many_more(seed: int, n: int) -> None:
    cells = made_up(seed, n)
    assert given_away(intervals(published(cells, decide(cells, T)), units_of(cells), T, exact=False)) == []


@pytest.mark.parametrize("seed", range(3))
def test_hiding_small_counts_alone_would_give_them_away(seed: int) -> None:
    cells = made_up(seed, 80)
    values, units = by_key(cells), units_of(cells)
    naive = set(primary(values, units, T))
    found = intervals(published(cells, naive), units, T)
    assert any(one.low == one.high == float(values[one.key]) < T for one in found), "a reader computes one exactly"


def revised(random: Random, persons: list, world: World) -> list:  # type: ignore[type-arg]
    return [one for one in persons if random.random() > 0.03] + people(random, random.randrange(4), world)


@pytest.mark.parametrize("seed", range(4))
def test_versions_together_give_no_small_count_away(seed: int) -> None:
    random = dice(seed)
    persons = people(random, 60 + 20 * seed, SMALL)
    history: list[Version] = []
    small: set[CellKey] = set()
    for _ in range(3):
        cells = cube(persons, SMALL)
        values, units = by_key(cells), units_of(cells)
        hidden = decide(cells, T, history)
        small |= {key for key in hidden if units[key] != "euro" and values[key] < T}
        shown = published(cells, hidden)
        assert given_away(intervals(shown, units, T, exact=False)) == []
        same = {key for key in hidden if history and history[-1].cells.get(key) == values[key]}
        for told in (set(), same):
            found = intervals(shown, units, T, history, unchanged=told, exact=False)
            assert small.isdisjoint(given_away(found))
        history.append(version(cells, hidden))
        persons = revised(random, persons, SMALL)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_cells_does_not_matter(seed: int) -> None:
    cells = made_up(seed, 60)
    hidden = decide(cells, T)
    shuffled = dice(seed).sample(cells, len(cells))
    assert decide(shuffled, T) == hidden


def test_the_seed_of_hashes_does_not_matter() -> None:
    script = (
        "from tests.unit.disclosure.test_decide import made_up, decide, T\n"
        "import hashlib; print(hashlib.sha256(repr(sorted(decide(made_up(5, 60), T))).encode()).hexdigest())"
    )
    outcomes = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outcomes) == 1


def test_a_cell_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells stand there twice"):
        decide(2 * counts(totaal=30), T)


def test_a_small_count_in_overlapping_categories_needs_no_other() -> None:
    assert hidden_names(counts(totaal=60, HH=55, Wonen=4)) == {"Wonen"}


def test_a_small_count_in_a_partition_takes_the_next_smallest_with_it() -> None:
    assert hidden_names(wijken(totaal=90, WK01=4, WK02=26, WK03=60), dimension="wijk") == {"WK01", "WK02"}


def test_the_next_smallest_is_one_that_closes_the_gap() -> None:
    cells = wijken(totaal=90, WK01=4, WK02=0, WK03=26, WK04=60)
    assert hidden_names(cells, dimension="wijk") == {"WK01", "WK03"}


def test_what_adds_up_is_protected_in_time_as_well() -> None:
    periods = {"2023": 40, "2023-H1": 3, "2023-H2": 37}
    cells = [
        Cell(CellKey("toekenning", "grants", category="kindpakket", period_id=one), "grants", Decimal(n))
        for one, n in periods.items()
    ]
    assert {key.period_id for key in decide(cells, T)} == {"2023-H1", "2023-H2"}


def test_zeros_are_shown_unless_they_tell_that_all_have_the_same_care() -> None:
    assert hidden_names(counts(totaal=40, HH=30, Wonen=20, Vervoer=0)) == set()
    assert hidden_names(counts(totaal=40, HH=40, Wonen=0, Vervoer=0)) == {"Wonen", "Vervoer"}
    assert hidden_names(wijken(totaal=40, WK01=40, WK02=0), dimension="wijk") == set()


@pytest.mark.parametrize(("solved", "is_hidden"), [(0, True), (12, False), (40, True), (4, True)])
def test_an_outcome_of_nobody_or_of_all_is_hidden(solved: int, is_hidden: bool) -> None:
    cells = [
        Cell(CellKey("schuldhulp", measure, period_id="2023"), "persons", Decimal(n))
        for measure, n in (("ended", 40), ("solved", solved))
    ]
    assert decide(cells, T) == ({cells[1].key} if is_hidden else frozenset())


def with_cost(cost_of_small: int, price: int = 5_000) -> list[Cell]:
    """Three clients in `Wonen`, and what care in `Wonen` costs told by another year."""
    cells = [*counts(totaal=300, HH=200, Begeleiding=150, Wonen=3)]
    money = {"HH": 900_000, "Begeleiding": 800_000, "Wonen": cost_of_small}
    cells += counts("cost", "euro", totaal=sum(money.values()), **money)
    for measure, unit, value in (("clients", "persons", 50), ("cost", "euro", 50 * price)):
        cells.append(Cell(CellKey("care", measure, "wmo", "Wonen", period_id="2022"), unit, Decimal(value)))
    return cells


def hidden_costs(cells: Sequence[Cell]) -> set[str]:
    return {key.category for key in decide(cells, T) if key.measure == "cost"}


def test_a_cost_that_tells_how_few_clients_there_are_is_hidden_and_cannot_be_subtracted() -> None:
    assert hidden_costs(with_cost(15_000)) == {"Wonen", "Begeleiding"}


def test_a_cost_from_which_no_reader_can_tell_how_many_there_are_is_shown() -> None:
    assert hidden_costs(with_cost(150_000)) == set()


def test_a_cost_without_a_known_price_tells_only_that_there_is_somebody() -> None:
    assert hidden_costs([cell for cell in with_cost(15_000) if cell.key.period_id == "2023"]) == set()


def test_the_cost_of_a_hidden_zero_does_not_tell_it() -> None:
    cells = counts(totaal=40, HH=40, Wonen=0, Vervoer=0)
    cells += counts("cost", "euro", totaal=400_000, HH=400_000, Wonen=0, Vervoer=0)
    assert hidden_costs(cells) >= {"Wonen", "Vervoer"}


def earlier(cells: Sequence[Cell], *hidden: str) -> Version:
    return version(cells, frozenset(cell.key for cell in cells if cell.key.wijk in hidden))


def test_what_was_hidden_before_stays_hidden_where_showing_it_would_tell_what_was_hidden_beside_it() -> None:
    before = wijken(totaal=90, WK01=4, WK02=26, WK03=60)
    now = wijken(totaal=98, WK01=12, WK02=26, WK03=60)
    assert "WK02" not in hidden_names(now, dimension="wijk")
    assert "WK02" in hidden_names(now, [earlier(before, "WK01", "WK02")], dimension="wijk")


def test_the_same_cells_keep_the_same_marks() -> None:
    cells = made_up(3, 60)
    hidden = decide(cells, T)
    assert decide(cells, T, [version(cells, hidden)]) == hidden


def test_what_was_hidden_before_goes_before_what_is_smaller() -> None:
    before = wijken(totaal=92, WK01=4, WK02=28, WK03=60)
    now = wijken(totaal=90, WK01=4, WK02=26, WK03=60)
    assert hidden_names(now, [earlier(before, "WK01", "WK03")], dimension="wijk") >= {"WK01", "WK03"}


def test_what_was_shown_before_is_known_so_that_another_goes() -> None:
    before = wijken(totaal=96, WK01=10, WK02=26, WK03=60)
    now = wijken(totaal=93, WK01=4, WK02=26, WK03=63)
    assert hidden_names(now, [earlier(before)], dimension="wijk") >= {"WK01", "WK03"}


def test_marks_do_not_tell_why() -> None:
    hidden = decide(wijken(totaal=90, WK01=4, WK02=26, WK03=60), T)
    assert isinstance(hidden, frozenset)
    assert all(isinstance(key, CellKey) for key in hidden)
