"""Synthetic cubes: people are made up, and every cell is counted from them, so that all cells fit together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from random import Random

from dagster_project.disclosure.cells import EURO, PERSONS, TOTAL, Cell, CellKey


@dataclass(frozen=True)
class Care:
    """One kind of care of one person, month by month, from one month through another (counted from January, year 0)."""

    wet: str
    category: str
    form: str
    referrer: str
    first: int
    last: int
    per_month: int


@dataclass(frozen=True)
class Person:
    wijk: str
    care: tuple[Care, ...]


@dataclass(frozen=True)
class World:
    """What there is to choose from."""

    categories: dict[str, tuple[str, ...]]
    forms: tuple[str, ...] = ("ZIN", "PGB")
    referrers: tuple[str, ...] = ("gemeente", "huisarts", "GI")
    wijken: tuple[str, ...] = ("WK01", "WK02", "WK03")
    first_year: int = 2022
    n_years: int = 2

    def periods(self) -> Iterator[tuple[str, int, int]]:
        """Every year and half-year, with its first and last month."""
        for year in range(self.n_years):
            name, january = str(self.first_year + year), 12 * year
            yield name, january, january + 11
            yield f"{name}-H1", january, january + 5
            yield f"{name}-H2", january + 6, january + 11


SMALL = World({"wmo": ("Begeleiding", "HH", "Vervoer"), "jeugdwet": ("Crisis", "GI")})


def dice(seed: int) -> Random:
    """Chance that is the same each time."""
    return Random(seed)  # noqa: S311 - not for secrets


def people(random: Random, n: int, world: World = SMALL) -> list[Person]:
    """People with one kind of care or more, some kinds rare and some dear."""
    kinds = [(wet, category) for wet, categories in world.categories.items() for category in categories]
    weights = [1 / (1 + at) ** 1.5 for at in range(len(kinds))]
    prices = {kind: random.choice((30, 90, 250, 700)) for kind in kinds}
    months = 12 * world.n_years
    made = []
    for _ in range(n):
        care = []
        for wet, category in random.choices(kinds, weights, k=random.choice((1, 1, 1, 2, 2, 3, 5))):
            first = random.randrange(-6, months)
            care.append(
                Care(
                    wet=wet,
                    category=category,
                    form=random.choices(world.forms, (9, 1)[: len(world.forms)])[0],
                    referrer=random.choices(world.referrers, (6, 3, 1)[: len(world.referrers)])[0],
                    first=first,
                    last=first + random.randrange(1, 20),
                    per_month=int(prices[wet, category] * random.uniform(0.5, 2)),
                )
            )
        made.append(Person(random.choice(world.wijken), tuple(care)))
    return made


Counted = dict[CellKey, int]


def cube(persons: Sequence[Person], world: World = SMALL) -> list[Cell]:
    """Every cell of these people: clients, cost, flow and numbers of provisions, zeros included."""
    counts: dict[tuple[CellKey, str], int] = defaultdict(int)
    for period, first, last in world.periods():
        for person in persons:
            _count_care(counts, person, period, first, last)
            _count_flow(counts, person, period, first, last)
    for key, unit in _everything(world):
        counts.setdefault((key, unit), 0)
    return [Cell(key, unit, Decimal(value)) for (key, unit), value in sorted(counts.items())]


def _everything(world: World) -> Iterator[tuple[CellKey, str]]:
    for (wet, categories), (period, _, _) in product(world.categories.items(), world.periods()):
        whole = {"subject": "care", "wet": wet, "period_id": period}
        sets: list[dict[str, str]] = [{}]
        sets += [{"category": one} for one in categories]
        sets += [{"form": one} for one in world.forms]
        sets += [{"referrer": one} for one in world.referrers]
        sets += [{"wijk": one} for one in world.wijken]
        sets += [{"category": one, "form": form} for one in categories for form in world.forms]
        for dimensions in sets:
            yield CellKey(measure="clients", **whole, **dimensions), PERSONS
            yield CellKey(measure="cost", **whole, **dimensions), EURO
        for number in ("1", "2", "3+"):
            yield CellKey(measure="clients", n_provisions=number, **whole), PERSONS
        flows: list[dict[str, str]] = [{}, *({"category": one} for one in categories)]
        flows += [{"wijk": one} for one in world.wijken]
        for dimensions, measure in product(flows, ("standing_begin", "inflow", "outflow", "standing_end")):
            yield CellKey(measure=measure, **whole, **dimensions), PERSONS


def _count_care(counts: dict[tuple[CellKey, str], int], person: Person, period: str, first: int, last: int) -> None:
    cost: dict[CellKey, int] = defaultdict(int)
    kinds: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for care in person.care:
        months = min(care.last, last) - max(care.first, first) + 1
        if months <= 0:
            continue
        for wet in (care.wet, TOTAL):
            kinds[wet].add((care.wet, care.category))
        for dimensions in _sets_of(person, care):
            cost[CellKey("care", "cost", period_id=period, **dimensions)] += months * care.per_month
    for key, amount in cost.items():
        counts[key, EURO] += amount
        counts[CellKey("care", "clients", *_dimensions(key)), PERSONS] += 1
    for wet, had in kinds.items():
        number = str(len(had)) if len(had) < 3 else "3+"
        counts[CellKey("care", "clients", wet, n_provisions=number, period_id=period), PERSONS] += 1


def _sets_of(person: Person, care: Care) -> Iterator[dict[str, str]]:
    yield {}
    for more in (
        {},
        {"category": care.category},
        {"form": care.form},
        {"referrer": care.referrer},
        {"wijk": person.wijk},
        {"category": care.category, "form": care.form},
    ):
        yield {"wet": care.wet, **more}


def _count_flow(counts: dict[tuple[CellKey, str], int], person: Person, period: str, first: int, last: int) -> None:
    groups: dict[tuple[tuple[str, str], ...], list[Care]] = defaultdict(list)
    for care in person.care:
        for more in ({}, {"category": care.category}, {"wijk": person.wijk}):
            groups[tuple(sorted({"wet": care.wet, **more}.items()))].append(care)
        groups[()].append(care)
    for dimensions, cares in groups.items():
        begin = any(care.first <= first - 1 <= care.last for care in cares)
        end = any(care.first <= last <= care.last for care in cares)
        during = begin or any(care.first <= last and care.last >= first for care in cares)
        told = {
            "standing_begin": begin,
            "inflow": during and not begin,
            "outflow": during and not end,
            "standing_end": end,
        }
        for measure, holds in told.items():
            if holds:
                counts[CellKey("care", measure, period_id=period, **dict(dimensions)), PERSONS] += 1


def _dimensions(key: CellKey) -> tuple[str, ...]:
    return key.wet, key.category, key.form, key.referrer, key.wijk, key.n_provisions, key.period_id


def by_key(cells: Iterable[Cell]) -> dict[CellKey, Decimal]:
    return {cell.key: cell.value for cell in cells}
