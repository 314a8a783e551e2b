"""The split of a change of cost into users, price and mix, against exact fractions over all orders of change."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, permutations
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

YEARS = ("2021", "2022", "2023")
CENT = Fraction(1, 100)
HALF_A_CENT = CENT / 2
SLACK = Fraction(1, 10**6)
"""What doubles may be off near half a cent; amounts stay below ten million euros."""


class Line(NamedTuple):
    """A row of costs.csv: what is blank is None, and the whole has no category."""

    period: str
    category: str | None
    users: int | None
    cents: int | None


class Change(NamedTuple):
    """A change of cost in exact euros."""

    before: Fraction
    after: Fraction
    users: Fraction
    price: Fraction
    mix: Fraction
    unsplit: Fraction


amounts = st.integers(min_value=0, max_value=10**9)
users = st.integers(min_value=0, max_value=5_000)
blank = st.none()


@st.composite
def tables(draw: st.DrawFn) -> list[Line]:
    """Up to three years of up to four categories that come and go, with blanks, with and without the whole."""
    lines = []
    for year in draw(st.lists(st.sampled_from(YEARS), min_size=2, max_size=3, unique=True)):
        for category in draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4)):
            lines.append(Line(year, category, draw(users | blank), draw(st.one_of(amounts, amounts, amounts, blank))))
        if draw(st.booleans()):
            lines.append(Line(year, None, draw(users | blank), draw(st.one_of(amounts, amounts, blank))))
    return lines


def _euros(cents: int) -> Fraction:
    return Fraction(cents, 100)


def _cost(lines: list[Line], year: str) -> Fraction | None:
    """Cost of a year: of the whole where it is given, else of all categories, if all tell it."""
    of_year = [line for line in lines if line.period == year]
    whole = [line.cents for line in of_year if line.category is None and line.cents is not None]
    if whole:
        return _euros(whole[0])
    parts = [line.cents for line in of_year if line.category is not None]
    known = [cents for cents in parts if cents is not None]
    return _euros(sum(known)) if parts and len(known) == len(parts) else None


def expected(lines: list[Line]) -> dict[str, Change]:
    """The later year of every pair to its change, by the definition and in exact fractions."""
    years = sorted({line.period for line in lines})
    found = {}
    for before, after in pairwise(years):
        costs = [_cost(lines, year) for year in (before, after)]
        if costs[0] is not None and costs[1] is not None:
            found[after] = _change(lines, before, after, costs[0], costs[1])
    return found


Part = tuple[int, Fraction, int, Fraction]
"""Users and cost of a category, before and after."""


def _change(lines: list[Line], before: str, after: str, cost_before: Fraction, cost_after: Fraction) -> Change:
    whole = [
        next((line.users for line in lines if line.period == year and line.category is None), None)
        for year in (before, after)
    ]
    named = [{line.category for line in lines if line.period == year} - {None} for year in (before, after)]
    if all(named):
        parts = [part for name in sorted(map(str, named[0] | named[1])) if (part := _part(lines, name, before, after))]
        if None in whole:
            whole = [sum(part[0] for part in parts), sum(part[2] for part in parts)]
    else:
        part = _splittable(whole[0], cost_before, whole[1], cost_after)
        parts = [part] if part else []
    if not (whole[0] and whole[1]):
        parts = []
    effects = _shapley(whole[0] or 0, whole[1] or 0, parts)
    return Change(cost_before, cost_after, *effects, cost_after - cost_before - sum(effects))


def _part(lines: list[Line], name: str, before: str, after: str) -> Part | None:
    sides = []
    for year in (before, after):
        line = next((line for line in lines if line.period == year and line.category == name), None)
        if line and line.cents is None:
            return None
        sides += [(line.users, _euros(line.cents or 0)) if line else (0, Fraction(0))]
    return _splittable(sides[0][0], sides[0][1], sides[1][0], sides[1][1])


def _splittable(users0: int | None, cost0: Fraction, users1: int | None, cost1: Fraction) -> Part | None:
    if users0 is None or users1 is None or (not users0 and cost0) or (not users1 and cost1):
        return None
    return users0, cost0, users1, cost1


def _shapley(all_before: int, all_after: int, parts: list[Part]) -> tuple[Fraction, Fraction, Fraction]:
    """What users, price and mix each add, on average over the orders in which they can change."""
    if not parts:
        return Fraction(0), Fraction(0), Fraction(0)
    everyone = (Fraction(all_before), Fraction(all_after))
    mixes = [(users0 / everyone[0], users1 / everyone[1]) for users0, _, users1, _ in parts]
    prices = [_prices(part) for part in parts]

    def cost(state: dict[str, int]) -> Fraction:
        heads = (mix[state["mix"]] * price[state["price"]] for mix, price in zip(mixes, prices, strict=True))
        return everyone[state["users"]] * sum(heads, Fraction(0))

    added = dict.fromkeys(("users", "price", "mix"), Fraction(0))
    for order in permutations(added):
        state = dict.fromkeys(added, 0)
        for factor in order:
            was = cost(state)
            state[factor] = 1
            added[factor] += (cost(state) - was) / 6
    return added["users"], added["price"], added["mix"]


def _prices(part: Part) -> tuple[Fraction, Fraction]:
    users0, cost0, users1, cost1 = part
    before, after = (cost0 / users0 if users0 else None, cost1 / users1 if users1 else None)
    return (
        before if before is not None else after or Fraction(0),
        after if after is not None else before or Fraction(0),
    )


@pytest.fixture(scope="module")
def models(build_database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The compiled models of the split, as views on a table of costs that a test fills."""
    compiled = build_database.parent / "dbt" / "compiled" / "models"
    sql = {path.stem: path.read_text(encoding="utf-8") for path in compiled.rglob("*_cost_*.sql")}
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema intermediate; create schema seeds")
        connection.execute(
            "create table intermediate.int_cost ("
            " wet text, category text, period_id text, users integer, cost decimal(18, 2), is_synthetic boolean)"
        )
        connection.execute("create table seeds.cost_breaks (wet text, break_date date, reason text, source text)")
        for name in ("int_cost_pair", "int_cost_part"):
            connection.execute(f"create view intermediate.{name} as {sql[name]}")
        connection.execute(f"create view fct_cost_change as {sql['fct_cost_change']}")
        yield connection


def split(models: duckdb.DuckDBPyConnection, lines: list[Line]) -> dict[str, Change]:
    """What the models make of a table of costs."""
    models.execute("delete from intermediate.int_cost")
    rows = [
        ("Wmo", line.category, line.period, line.users, line.cents and Decimal(line.cents) / 100, False)
        if line.cents != 0
        else ("Wmo", line.category, line.period, line.users, Decimal(0), False)
        for line in lines
    ]
    if rows:
        models.executemany("insert into intermediate.int_cost values (?, ?, ?, ?, ?, ?)", rows)
    found = models.execute(
        "select period_id, cost_before, cost_after, users_effect, price_effect, mix_effect, unsplit_effect, change"
        " from fct_cost_change"
    ).fetchall()
    assert all(sum(effects) == change for _, _, _, *effects, change in found)
    return {period: Change(*map(Fraction, amounts)) for period, *amounts, _ in found}


@given(lines=tables())
@settings(max_examples=120, deadline=None)
def test_the_effects_are_the_exact_ones_to_the_cent_and_add_up(
    models: duckdb.DuckDBPyConnection, lines: list[Line]
) -> None:
    found, exact = split(models, lines), expected(lines)
    assert found.keys() == exact.keys()
    for period, change in found.items():
        wanted = exact[period]
        assert (change.before, change.after) == (wanted.before, wanted.after)
        assert change.users + change.price + change.mix + change.unsplit == change.after - change.before
        assert change.unsplit == wanted.unsplit
        assert abs(change.users - wanted.users) <= HALF_A_CENT + SLACK
        assert abs(change.price - wanted.price) <= HALF_A_CENT + SLACK
        assert abs(change.mix - wanted.mix) <= 2 * (HALF_A_CENT + SLACK)


def test_overlapping_categories_with_a_whole_of_unique_users(models: duckdb.DuckDBPyConnection) -> None:
    """80 users of a and 40 of b are 100 people; next year 96 and 48 are 120, and a costs 12 euros instead of 10."""
    lines = [
        *(Line("2022", None, 100, 160_000), Line("2022", "a", 80, 80_000), Line("2022", "b", 40, 80_000)),
        *(Line("2023", None, 120, 211_200), Line("2023", "a", 96, 115_200), Line("2023", "b", 48, 96_000)),
    ]
    change = split(models, lines)["2023"]
    assert (change.users, change.price, change.mix, change.unsplit) == (336, 176, 0, 0)


def test_users_that_are_unique_in_one_year_only_are_not_compared_with_added_up_ones(
    models: duckdb.DuckDBPyConnection,
) -> None:
    """The whole of 2022 does not tell its users: both years count those of their categories, and nobody is new."""
    lines = [
        *(Line("2022", None, None, 120_000), Line("2022", "a", 80, 80_000), Line("2022", "b", 40, 40_000)),
        *(Line("2023", None, 100, 120_000), Line("2023", "a", 80, 80_000), Line("2023", "b", 40, 40_000)),
    ]
    change = split(models, lines)["2023"]
    assert (change.users, change.price, change.mix, change.unsplit) == (0, 0, 0, 0)
