"""Every relation that a reader reckons with holds among cells that are counted from people."""

from __future__ import annotations

import pytest

from dagster_project.disclosure.cells import PERSONS, CellKey
from dagster_project.disclosure.relations import Relation, families, patterns, presumptions, relations
from tests.unit.disclosure.cubes import by_key, cube, dice, people


def key(measure: str, period: str = "2023", subject: str = "care", **more: str) -> CellKey:
    return CellKey(subject, measure, "wmo", period_id=period, **more)


def equal(left: list[CellKey], right: list[CellKey]) -> Relation:
    terms = [*((one, 1.0) for one in left), *((one, -1.0) for one in right)]
    return Relation(tuple(sorted(terms)), True)


def at_most(left: list[CellKey], right: list[CellKey]) -> Relation:
    return Relation(equal(left, right).terms, False)


@pytest.mark.parametrize("seed", range(6))
def test_every_relation_holds_of_people(seed: int) -> None:
    cells = cube(people(dice(seed), 60))
    values, units = by_key(cells), {cell.key: cell.unit for cell in cells}
    found = relations(units) + presumptions(units)  # nobody of these people moves house
    assert len(found) > len(cells)
    for relation in found:
        total = sum(int(factor) * values[one] for one, factor in relation.terms)
        assert total == 0 if relation.is_equality else total <= 0, relation


def test_relations_do_not_depend_on_the_order_of_cells() -> None:
    cells = cube(people(dice(1), 20))
    dice(2).shuffle(cells)
    units = {cell.key: cell.unit for cell in cells}
    assert relations(units) == relations({one: units[one] for one in sorted(units)})


def test_persons_in_categories_only_cover_the_whole_and_wijken_partition_it() -> None:
    whole, hh, wonen = key("clients"), key("clients", category="HH"), key("clients", category="Wonen")
    west, east = key("clients", wijk="WK01"), key("clients", wijk="WK02")
    found = relations(dict.fromkeys((whole, hh, wonen, west, east), PERSONS))
    assert at_most([hh], [whole]) in found
    assert at_most([whole], [hh, wonen]) in found
    assert equal([whole], [west, east]) in found
    assert equal([whole], [hh, wonen]) not in found


def test_a_year_of_which_only_the_first_half_is_known_is_that_half() -> None:
    year, first, second = key("clients"), key("clients", "2023-H1"), key("clients", "2023-H2")
    assert equal([year], [first]) in relations({year: PERSONS, first: PERSONS})
    assert equal([year], [first]) not in relations({year: PERSONS, first: PERSONS, second: PERSONS})


def test_who_ends_a_period_begins_the_next() -> None:
    end, begin = key("standing_end", "2022-H2"), key("standing_begin", "2023-H1")
    assert equal([begin], [end]) in relations({end: PERSONS, begin: PERSONS})


@pytest.mark.parametrize(
    ("subject", "part", "whole"),
    [
        ("uitkering", "returned", ["ended"]),
        ("inburgering", "left", ["reached"]),
        ("schuldhulp", "solved", ["ended"]),
        ("wachttijd", "started_in_norm", ["started"]),
        ("melding", "resolved_by_general", ["resolved"]),
        ("klacht", "upheld", ["complaints", "objections"]),
    ],
)
def test_an_outcome_is_at_most_those_of_whom_it_is_asked(subject: str, part: str, whole: list[str]) -> None:
    keys = [key(name, subject=subject) for name in (part, *whole)]
    assert at_most(keys[:1], keys[1:]) in relations(dict.fromkeys(keys, "cases"))


def test_cost_over_the_same_months_is_the_cost_in_the_newest_year() -> None:
    keys = {(name, year): key(name, year) for name in ("cost", "cost_same_months") for year in ("2022", "2023")}
    found = relations(dict.fromkeys(keys.values(), "euro"))
    assert equal([keys["cost_same_months", "2023"]], [keys["cost", "2023"]]) in found
    assert at_most([keys["cost_same_months", "2022"]], [keys["cost", "2022"]]) in found


def test_where_clients_always_were_those_in_care_a_reader_expects_it_of_what_is_hidden() -> None:
    periods = ("2021", "2022", "2023")
    keys = {(name, period): key(name, period) for name in ("clients", "standing_begin", "inflow") for period in periods}
    units = dict.fromkeys(keys.values(), PERSONS)
    values = {one: {"clients": 30.0, "standing_begin": 20.0, "inflow": 10.0}[one.measure] for one in units}
    del values[keys["inflow", "2023"]]
    expected = equal([keys["clients", "2023"]], [keys["standing_begin", "2023"], keys["inflow", "2023"]])
    assert expected in patterns(values, families(units))
    assert expected not in patterns(values | {keys["clients", "2021"]: 31.0}, families(units))
