"""What anybody knows of how cells hang together, whatever they came to: the arithmetic of a reader.

Every relation follows from what the cells mean (`registration.cell`): who is counted in a group is counted in the
whole; a year is its half-years; who was in care and who came are those who left and who stayed. Euro, grants and cases
add up. Persons do not: one client may be in several categories, so only wijken and numbers of provisions partition
them, and elsewhere the largest part ≤ the whole ≤ the sum of the parts. Which cells are hidden is not known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dagster_project.disclosure.cells import PERSONS, TOTAL, CellKey

BREAKDOWNS = ("wet", "category", "form", "referrer", "wijk", "n_provisions")
PARTITIONS_OF_PERSONS = ("wijk", "n_provisions")
NUMBERS_OF_PROVISIONS = ("1", "2", "3+")

OUTCOMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("wachttijd", "started_in_norm"): ("started",),
    ("uitkering", "returned"): ("ended",),
    ("inburgering", "left"): ("reached",),
    ("schuldhulp", "solved"): ("ended",),
    ("melding", "resolved_by_general"): ("resolved",),
    ("klacht", "upheld"): ("complaints", "objections"),
}
"""Measures that count a part of what others count: numerator, and the denominators that it is part of together."""

ONCE_IN_A_LIFE = {("inburgering", "reached"), ("inburgering", "left")}
"""Persons whose moment falls on one day: their half-years add up."""

MOVES = ("inflow", "outflow")


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """The sum of factor × cell is 0, or at most 0."""

    terms: tuple[tuple[CellKey, float], ...]
    is_equality: bool


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A cell and the cells into which one dimension divides it, in order."""

    parent: CellKey
    dimension: str
    children: tuple[CellKey, ...]


def relations(units: Mapping[CellKey, str]) -> list[Relation]:
    """Every relation between cells that exist, each once, in an order that rests on the cells alone.

    Args:
        units: every cell there is, with its unit.
    """
    groups = breakdowns(units)
    found = [
        *_of_breakdowns(groups, units),
        *_of_halves(units),
        *_of_flow(units),
        *_of_those_in_care(groups, units),
        *_of_stacking(units),
        *_of_outcomes(units),
        *_of_same_months(units),
    ]
    return sorted(set(found))


def breakdowns(units: Collection[CellKey]) -> list[Breakdown]:
    """Every cell that another dimension divides further."""
    children: dict[tuple[CellKey, str], list[CellKey]] = defaultdict(list)
    for key in sorted(units):
        for dimension in BREAKDOWNS:
            if dimension == "wet" and key.n_provisions != TOTAL:
                continue  # who has two provisions may have one in each of two wetten
            if getattr(key, dimension) != TOTAL:
                parent = replace(key, **{dimension: TOTAL})
                if parent in units:
                    children[parent, dimension].append(key)
    return [Breakdown(parent, dimension, tuple(keys)) for (parent, dimension), keys in children.items()]


def is_additive(key: CellKey, unit: str) -> bool:
    """Whether parts of it, and half-years, add up to it."""
    return unit != PERSONS or (key.subject, key.measure) in ONCE_IN_A_LIFE


def _equal(left: Sequence[CellKey], right: Sequence[CellKey]) -> Relation:
    return _weighed(dict.fromkeys(left, 1.0), dict.fromkeys(right, 1.0), is_equality=True)


def _at_most(left: Sequence[CellKey], right: Sequence[CellKey]) -> Relation:
    return _weighed(dict.fromkeys(left, 1.0), dict.fromkeys(right, 1.0), is_equality=False)


def _weighed(left: Mapping[CellKey, float], right: Mapping[CellKey, float], *, is_equality: bool) -> Relation:
    terms = [*left.items(), *((key, -factor) for key, factor in right.items())]
    return Relation(tuple(sorted(terms)), is_equality)


def _cover(parent: Sequence[CellKey], parts: Sequence[Sequence[CellKey]]) -> Iterator[Relation]:
    """Persons who may be in several parts: each part ≤ the whole ≤ the sum of the parts."""
    yield from (_at_most(part, parent) for part in parts)
    yield _at_most(parent, [key for part in parts for key in part])


def _of_breakdowns(groups: Sequence[Breakdown], units: Mapping[CellKey, str]) -> Iterator[Relation]:
    for group in groups:
        parent, children = group.parent, group.children
        if units[parent] != PERSONS or group.dimension in PARTITIONS_OF_PERSONS:
            yield _equal([parent], children)
        elif parent.measure in MOVES:
            # who comes into a second category came to that category, not into care: a part may exceed the whole
            yield _at_most([parent], children)
        else:
            yield from _cover([parent], [[child] for child in children])


def _of_halves(units: Mapping[CellKey, str]) -> Iterator[Relation]:
    spoken_for = {(key.subject, key.measure, key.wet, key.period_id) for key in units}
    for year in sorted(units):
        halves = [replace(year, period_id=f"{year.period_id}-{half}") for half in ("H1", "H2")]
        first, second = halves
        if first in units and second in units:
            yield from _of_both_halves(year, first, second, units)
        elif first in units and (year.subject, year.measure, year.wet, second.period_id) not in spoken_for:
            yield _equal([year], [first])  # nothing after the first half is known: the year is that half


def _of_both_halves(year: CellKey, first: CellKey, second: CellKey, units: Mapping[CellKey, str]) -> Iterator[Relation]:
    if is_additive(year, units[year]):
        yield _equal([year], [first, second])
    elif year.n_provisions != TOTAL:
        yield from (_as_many_or_more(half, year, units) for half in (first, second))
    elif year.wijk == TOTAL:
        yield from _of_persons_in_halves(year, first, second)


def _of_persons_in_halves(year: CellKey, first: CellKey, second: CellKey) -> Iterator[Relation]:
    if year.measure == "standing_begin":
        yield _equal([year], [first])
    elif year.measure == "standing_end":
        yield _equal([year], [second])
    elif year.measure == "inflow":  # who comes back in the second half was in care before
        yield _at_most([first], [year])
        yield _at_most([year], [first, second])
    elif year.measure == "outflow":  # who left in the first half may be back
        yield _at_most([second], [year])
        yield _at_most([year], [first, second])
    else:
        yield from _cover([year], [[first], [second]])


def _as_many_or_more(part: CellKey, whole: CellKey, units: Collection[CellKey]) -> Relation:
    """Who has so many provisions in half a year or in one wet has at least as many in the year or in all wetten."""
    upwards = [number for number in NUMBERS_OF_PROVISIONS if number >= part.n_provisions]
    fewer, more = ([replace(key, n_provisions=number) for number in upwards] for key in (part, whole))
    return _at_most([key for key in fewer if key in units], [key for key in more if key in units])


def _of_flow(units: Mapping[CellKey, str]) -> Iterator[Relation]:
    for begin in sorted(units):
        if begin.measure != "standing_begin":
            continue
        inflow, outflow, end = (replace(begin, measure=name) for name in ("inflow", "outflow", "standing_end"))
        if inflow in units and outflow in units and end in units:
            yield _equal([begin, inflow], [end, outflow])
        if begin.wijk == TOTAL:
            yield from _of_continuity(begin, units)


def _of_continuity(begin: CellKey, units: Collection[CellKey]) -> Iterator[Relation]:
    before = replace(begin, measure="standing_end", period_id=period_before(begin.period_id))
    if before in units:
        yield _equal([begin], [before])


def period_before(period_id: str) -> str:
    """The year before a year, the half-year before a half-year."""
    year, _, half = period_id.partition("-")
    if half == "H2":
        return f"{year}-H1"
    earlier = str(int(year) - 1)
    return f"{earlier}-H2" if half else earlier


def _in_care(key: CellKey) -> list[CellKey]:
    """The two cells that together count those in care at any moment of a period."""
    return [replace(key, measure="standing_begin"), replace(key, measure="inflow")]


def _of_those_in_care(groups: Sequence[Breakdown], units: Mapping[CellKey, str]) -> Iterator[Relation]:
    for group in groups:
        if group.parent.measure != "standing_begin" or group.dimension in PARTITIONS_OF_PERSONS:
            continue
        if all(key in units for one in (group.parent, *group.children) for key in _in_care(one)):
            yield from _cover(_in_care(group.parent), [_in_care(child) for child in group.children])


def _of_stacking(units: Mapping[CellKey, str]) -> Iterator[Relation]:
    """Clients per category, added up, count everybody as often as he has categories."""
    numbers: dict[CellKey, list[CellKey]] = defaultdict(list)
    categories_of: dict[CellKey, list[CellKey]] = defaultdict(list)
    for key in sorted(units):
        if key.measure == "clients" and key.n_provisions != TOTAL:
            numbers[replace(key, n_provisions=TOTAL)].append(key)
        elif key.measure == "clients" and key.category != TOTAL:
            whole = replace(key, category=TOTAL)
            categories_of[whole].append(key)
            categories_of[replace(whole, wet=TOTAL)].append(key)
    for whole, counted in numbers.items():
        categories = categories_of[whole]
        if not categories:
            continue
        least = {key: float(key.n_provisions.removesuffix("+")) for key in counted}
        most = {key: max(n, float(len(categories))) if key.n_provisions == "3+" else n for key, n in least.items()}
        summed = dict.fromkeys(categories, 1.0)
        yield _weighed(least, summed, is_equality=False)
        yield _weighed(summed, most, is_equality=False)
        for key in counted:
            of_all = replace(key, wet=TOTAL)
            if whole.wet != TOTAL and of_all in units:
                yield _as_many_or_more(key, of_all, units)


def _of_outcomes(units: Mapping[CellKey, str]) -> Iterator[Relation]:
    for part, whole in outcomes(units):
        yield _at_most([part], whole)


def outcomes(units: Collection[CellKey]) -> Iterator[tuple[CellKey, list[CellKey]]]:
    """Every numerator, with the denominators that it is part of."""
    for part in sorted(units):
        names = OUTCOMES.get((part.subject, part.measure))
        if names:
            whole = [replace(part, measure=name) for name in names]
            if all(key in units for key in whole):
                yield part, whole


def _of_same_months(units: Mapping[CellKey, str]) -> Iterator[Relation]:
    same = [key for key in sorted(units) if key.measure == "cost_same_months"]
    newest = {key.wet: max(other.period_id for other in same if other.wet == key.wet) for key in same}
    for key in same:
        cost = replace(key, measure="cost")
        if cost in units:
            yield _equal([key], [cost]) if key.period_id == newest[key.wet] else _at_most([key], [cost])


def presumptions(units: Mapping[CellKey, str]) -> list[Relation]:
    """Relations that nearly always hold: that nobody moves house.

    A client is counted in the last wijk of a period, which for few is another than that of the period before or of half
    of it.
    """
    found: list[Relation] = []
    for key in sorted(units):
        if key.wijk == TOTAL or units[key] != PERSONS:
            continue
        halves = [replace(key, period_id=f"{key.period_id}-{half}") for half in ("H1", "H2")]
        if all(half in units for half in halves):
            found += _of_persons_in_halves(key, *halves)
        if key.measure == "standing_begin":
            found += _of_continuity(key, units)
    return sorted(set(found))


Families = Mapping[tuple[str, bool], Sequence[Relation]]


def patterns(values: Mapping[CellKey, float], families: Families) -> list[Relation]:
    """Relations that need not hold, but do in every case that is shown: a reader expects them of the hidden ones too.

    Args:
        values: the cells that are shown.
        families: relations that hold all together or not at all.
    """
    found: list[Relation] = []
    for (_, is_equality), family in families.items():
        shown = [
            sum(factor * values[key] for key, factor in one.terms)
            for one in family
            if all(key in values for key, _ in one.terms) and any(values[key] for key, _ in one.terms)
        ]
        if shown and all(value == 0 if is_equality else value <= 0 for value in shown):
            found += family
    return sorted(found)


def families(units: Mapping[CellKey, str]) -> Families:
    """Per wet: clients are those in care, as where it has no payments; and clients are at most those in care.

    Not per wijk: a client's wijk is told by what was paid, and that of who is in care by what was decided.
    """
    found: dict[tuple[str, bool], list[Relation]] = defaultdict(list)
    for key in sorted(units):
        if key.measure == "clients" and key.wijk == TOTAL and all(one in units for one in _in_care(key)):
            found[key.wet, True].append(_equal([key], _in_care(key)))
            found[key.wet, False].append(_at_most([key], _in_care(key)))
    return found
