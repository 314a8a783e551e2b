"""People in care who do not exist: who is in which category in which year, and money spread over payments.

Given are, per year, the clients of each category and of all categories together; a client may be in several. What
comes out holds those numbers exactly, with people who stay from year to year. Which numbers those are, and for which
municipality, is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dagster_project.synthetic.writing import draw

_MOST_KEPT = 92
"""Of every hundred clients that a category has in a year, at most so many were in it the year before."""


@dataclass(frozen=True)
class Spell:
    """The years, without a gap, in which a client of a population is in a category. `client` is a running number."""

    client: int
    category: str
    first: int
    last: int


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist."""

    bsn: str
    name: str
    wijk: str


@dataclass(frozen=True)
class Provision:
    """A provision that was decided on: one decision (besluit), one product."""

    besluit: int
    person: Person
    product: str
    wet: str
    category: str
    form: str
    referrer: str
    application: date
    start: date
    end: date | None
    is_granted: bool = True

    @property
    def status(self) -> str:
        """What was decided, as the exports spell it."""
        return "toegekend" if self.is_granted else "afgewezen"


@dataclass(frozen=True)
class Payment:
    """Money for one month of a provision. `month` is its first day."""

    provision: Provision
    month: date
    cents: int


def spells(
    population: str,
    counts: Mapping[str, Mapping[int, int]],
    totals: Mapping[int, int],
    stay: int,
) -> list[Spell]:
    """Who is in which category in which years, so that every category and every total of a year has its number.

    Args:
        population: a name, so that populations differ.
        counts: category to year to clients.
        totals: year to clients of all categories together, in order of year.
        stay: of every hundred clients of a category, about so many stay the next year.

    Raises:
        ValueError: a total cannot be reached: it is less than a category or more than all of them.
    """
    running: dict[tuple[int, str], int] = {}
    found: list[Spell] = []
    known = 0
    for year, total in totals.items():
        wanted = {category: of_year.get(year, 0) for category, of_year in counts.items()}
        if total < max(wanted.values()):
            raise ValueError(f"{population} {year}: {total} clients in all, expected at least those of each category.")
        kept = _kept(population, running, wanted, year, stay)
        found += [Spell(*key, first, year - 1) for key, first in running.items() if key not in kept]
        running = {key: first for key, first in running.items() if key in kept}
        clients = {client for client, _ in running}
        missing = {c: n - sum(category == c for _, category in running) for c, n in wanted.items()}
        first_ones = _firsts(population, total - len(clients), missing, year)
        for category, number in first_ones.items():
            running |= {(client, category): year for client in range(known, known + number)}
            clients |= set(range(known, known + number))
            known += number
            missing[category] -= number
        for category, number in missing.items():
            others = [client for client in clients if (client, category) not in running]
            others.sort(key=lambda client: (draw(10**9, population, "also", category, client, year), client))
            running |= {(client, category): year for client in others[:number]}
    last = max(totals)
    return sorted(
        [*found, *(Spell(*key, first, last) for key, first in running.items())],
        key=lambda spell: (spell.client, spell.first, spell.category),
    )


def _kept(
    population: str, running: Mapping[tuple[int, str], int], wanted: Mapping[str, int], year: int, stay: int
) -> set[tuple[int, str]]:
    """Those that go on in this year. The draw is of the client, so that who leaves leaves everywhere alike."""
    kept: set[tuple[int, str]] = set()
    for category, number in wanted.items():
        inside = [client for client, other in running if other == category]
        inside.sort(key=lambda client: (draw(10**9, population, "stays", client, year), client))
        going_on = min(len(inside) * stay // 100, number * _MOST_KEPT // 100)
        kept |= {(client, category) for client in inside[:going_on]}
    return kept


def _firsts(population: str, newcomers: int, missing: Mapping[str, int], year: int) -> dict[str, int]:
    """Category to the newcomers who come for it; what is missing beyond them goes to clients who are there already."""
    if not 0 <= newcomers <= sum(missing.values()):
        raise ValueError(
            f"{population} {year}: {newcomers} newcomers for {sum(missing.values())} places, expected 0 to that. "
            "The total must lie between the largest category and the sum of all, with room for those who stay."
        )
    return dict(zip(missing, shared_out(newcomers, list(missing.values())), strict=True)) if newcomers else {}


def shared_out(amount: int, weights: Sequence[int]) -> list[int]:
    """A whole amount over weights, to the unit: what rounding leaves goes to the largest remainders, in order."""
    whole = sum(weights)
    shares = [amount * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % whole), place))
    for place in order[: amount - sum(shares)]:
        shares[place] += 1
    return shares
