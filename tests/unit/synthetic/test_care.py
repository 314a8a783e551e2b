"""Spells hold the numbers they were made for, and money is shared out to the cent."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.synthetic.care import shared_out, spells

YEARS = (2001, 2002, 2003)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[dict[str, dict[int, int]], dict[int, int]]:
    """Clients of up to four categories in three years, and totals that each year could have by itself."""
    names = ("a", "b", "c", "d")[: draw(st.integers(1, 4))]
    counts = {name: {year: draw(st.integers(0, 30)) for year in YEARS} for name in names}
    totals = {}
    for year in YEARS:
        of_year = [counts[name][year] for name in names]
        totals[year] = draw(st.integers(max(of_year), sum(of_year)))
    return counts, totals


@given(numbers(), st.integers(0, 100))
@settings(max_examples=300, deadline=None)
def test_every_year_has_its_clients_or_it_is_said_that_it_cannot(
    wanted: tuple[dict[str, dict[int, int]], dict[int, int]], stay: int
) -> None:
    counts, totals = wanted
    try:
        found = spells("test", counts, totals, stay)
    except ValueError:
        return  # those who stay may leave a year no room
    inside: dict[tuple[str, int], set[int]] = defaultdict(set)
    anywhere: dict[int, set[int]] = defaultdict(set)
    for spell in found:
        for year in range(spell.first, spell.last + 1):
            assert spell.client not in inside[spell.category, year], "one spell at a time"
            inside[spell.category, year].add(spell.client)
            anywhere[year].add(spell.client)
    for year in YEARS:
        assert len(anywhere[year]) == totals[year]
        assert {name: len(inside[name, year]) for name in counts} == {name: counts[name][year] for name in counts}


@pytest.mark.parametrize(("total", "words"), [(19, "at least those of each category"), (31, "and the sum of all")])
def test_a_total_that_no_clients_can_have_is_refused(total: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        spells("test", {"a": {2001: 10}, "b": {2001: 20}}, {2001: total}, 50)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any))
def test_a_shared_amount_adds_up_and_is_off_by_less_than_one(amount: int, weights: list[int]) -> None:
    shares = shared_out(amount, weights)
    assert sum(shares) == amount
    assert all(
        abs(share * sum(weights) - amount * weight) < sum(weights)
        for share, weight in zip(shares, weights, strict=True)
    )
