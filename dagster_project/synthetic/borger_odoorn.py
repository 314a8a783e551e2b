"""A made-up Borger-Odoorn (GM1681): care under the Wmo and the Jeugdwet, 2019 to 2022, person by person.

True are only the sums: unique clients and euros per year and category are those of the municipality's own newsletter
(Nieuwsbrief sociaal domein 5, December 2022, appendices 1 and 2). Its Wmo figures are in thousands of euros, and the
euros below round to them; where its total of 2022 does not fit its own categories, the sum of the categories holds. Its
Jeugdhulp figures are of care in kind (ZIN). Everything else (people, dates, referrers, wijken, forms, PGBs of youths,
who has what beside what) is made up. So is the end in November 2022 for Jeugdhulp: the newsletter says it of the Wmo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from dagster_project.synthetic.care import Payment, Person, Provision, Spell, shared_out, spells
from dagster_project.synthetic.writing import draw, fictitious_bsns

YEARS = (2019, 2020, 2021, 2022)
LAST_DAY = date(2022, 11, 30)
"""Payments and decisions go no further."""

_WMO_CLIENTS = {
    "Begeleiding": (380, 362, 377, 336),
    "HH": (954, 990, 1050, 1052),
    "Rolstoelen": (311, 305, 294, 284),
    "Vervoer": (258, 281, 289, 294),
    "Wonen": (85, 99, 122, 109),
}
_WMO_TOTAL = (1553, 1584, 1622, 1584)
_WMO_CENTS = {
    "Begeleiding": (271_974_312, 228_568_940, 224_021_775, 134_213_650),
    "HH": (225_881_267, 253_084_105, 293_668_420, 258_571_525),
    "Rolstoelen": (19_777_590, 24_181_666, 23_986_038, 19_732_140),
    "Vervoer": (21_775_831, 25_480_489, 29_030_917, 36_468_405),
    "Wonen": (10_191_000, 25_584_800, 20_692_850, 12_814_280),
}
"""They round to the printed thousands, and so do their sums of 2019 to 2021; that of 2022 is 4.618.000,00."""

_JEUGD_CLIENTS = {
    "Begeleiding": (56, 61, 100, 82),
    "Bijzonder gecontracteerde zorg": (16, 27, 35, 31),
    "Crisis": (0, 7, 15, 4),
    "Dagbesteding/dagbehandeling": (30, 36, 39, 39),
    "Dyslexie": (64, 53, 50, 57),
    "Gezinsbehandeling": (152, 111, 106, 73),
    "GI": (103, 109, 119, 74),
    "Individuele behandeling": (390, 407, 424, 374),
    "Verblijf": (90, 103, 105, 52),
    "Vervoer": (0, 3, 8, 11),
}
"""Where the print is blank and money flows (Crisis 2020 and 2022, Vervoer 2020 and 2021) the number is made up."""
_JEUGD_TOTAL = (649, 638, 676, 597)
_JEUGD_EUROS = {
    "Begeleiding": (383_367, 416_215, 573_245, 281_629),
    "Bijzonder gecontracteerde zorg": (169_053, 258_913, 245_520, 491_888),
    "Crisis": (0, 111_453, 88_974, 26_007),
    "Dagbesteding/dagbehandeling": (316_381, 324_175, 642_860, 424_975),
    "Dyslexie": (165_646, 95_760, 97_634, 82_906),
    "Gezinsbehandeling": (1_003_975, 717_960, 622_282, 475_829),
    "GI": (555_072, 716_133, 780_921, 432_455),
    "Individuele behandeling": (1_054_528, 1_508_458, 1_743_339, 1_176_626),
    "Verblijf": (1_860_933, 2_250_478, 2_609_289, 1_042_225),
    "Vervoer": (0, 2_575, 10_316, 6_370),
}
_JEUGD_EURO_TOTAL = (5_508_955, 6_402_122, 7_414_380, 4_440_909)
"""As printed, each rounded by itself: in 2020 the categories come to two euros less, in 2022 to one more."""
_PGB_CLIENTS = {"Begeleiding": (41, 35, 30, 26), "Verblijf": (17, 16, 14, 12)}
_PGB_TOTAL = (48, 42, 36, 32)
_PGB_EUROS = {"Begeleiding": (286_430, 251_115, 208_940, 167_325), "Verblijf": (92_760, 88_305, 73_480, 61_150)}
_PGB_EURO_TOTAL = (379_190, 339_420, 282_420, 228_475)
"""Youths with a personal budget: wholly made up."""

_PRODUCTS = {
    ("wmo", "Begeleiding"): ("WBEG1", "WBEG2"),
    ("wmo", "HH"): ("WHH1", "WHH2"),
    ("wmo", "Rolstoelen"): ("WROL1",),
    ("wmo", "Vervoer"): ("WVER1",),
    ("wmo", "Wonen"): ("WWON1",),
    ("jeugdwet", "Begeleiding"): ("JBEG1", "JBEG2"),
    ("jeugdwet", "Bijzonder gecontracteerde zorg"): ("JBGZ1",),
    ("jeugdwet", "Crisis"): ("JCRI1",),
    ("jeugdwet", "Dagbesteding/dagbehandeling"): ("JDAG1", "JDAG2"),
    ("jeugdwet", "Dyslexie"): ("JDYS1",),
    ("jeugdwet", "Gezinsbehandeling"): ("JGEZ1",),
    ("jeugdwet", "GI"): ("JGI1", "JGI2"),
    ("jeugdwet", "Individuele behandeling"): ("JIND1", "JIND2"),
    ("jeugdwet", "Verblijf"): ("JVER1", "JVER2"),
    ("jeugdwet", "Vervoer"): ("JVVR1",),
}
PRODUCTS = {code: key for key, codes in _PRODUCTS.items() for code in codes}
"""Product code of these exports to wet and category; `mappings/` of the sample says the same."""
_PGB_PERCENT = {"Begeleiding": 14, "HH": 7, "Rolstoelen": 4, "Vervoer": 9, "Wonen": 0}
"""Of every hundred Wmo provisions of a category, about so many are a PGB."""
_MONTHS_PER_PAYMENT = {"Rolstoelen": 3, "Vervoer": 3, "Wonen": 6}
"""How often the Wmo pays for aids; everything else monthly."""
_OLD_PERCENT = {"wmo": 84, "jeugdwet": 62}
"""Of every hundred clients of 2019, about so many were in care before."""
_OPEN_PERCENT = {"wmo": 82, "jeugdwet": 66}
"""Of every hundred provisions of 2022, about so many still run when the exports end."""
_REFUSED_PER_YEAR = 30
_BOTH_ACTS = 14
"""New Wmo clients per year who are in Jeugdhulp in that year as well."""
_PGB_BESIDE_ZIN = 12
"""New youths with a PGB per year who have care in kind in that year as well."""

_GEMEENTE, _HUISARTS, _JEUGDARTS = "gemeente", "huisarts", "jeugdarts"
_INSTELLING, _SPECIALIST, _RECHTER = "gecertificeerde instelling", "medisch specialist", "rechter"
_REFERRERS = {
    "GI": ((_RECHTER, 55), (_INSTELLING, 45)),
    "Verblijf": ((_INSTELLING, 52), (_GEMEENTE, 38), (_RECHTER, 10)),
    "Crisis": ((_GEMEENTE, 60), (_INSTELLING, 40)),
    "Dyslexie": ((_GEMEENTE, 100),),
    "Individuele behandeling": ((_HUISARTS, 58), (_GEMEENTE, 24), (_JEUGDARTS, 8), (_SPECIALIST, 6), (_INSTELLING, 4)),
}
_OTHER_REFERRERS = ((_GEMEENTE, 66), (_HUISARTS, 16), (_INSTELLING, 12), (_JEUGDARTS, 6))

_WIJKEN = {
    "Borger": 4990,
    "Buinen": 785,
    "Bronneger": 115,
    "Drouwen": 565,
    "Bronnegerveen": 85,
    "Drouwenerveen": 280,
    "Drouwenermond": 590,
    "Nieuw-Buinen": 4885,
    "Buinerveen": 425,
    "Ees": 645,
    "Odoorn": 1930,
    "Exloo": 1645,
    "Valthe": 1225,
    "Klijndijk": 770,
    "Odoornerveen": 375,
    "Tweede Exloërmond": 2785,
    "Valthermond": 3510,
}
"""Wijk to inhabitants in 2020 (CBS, Kerncijfers wijken en buurten 84799NED), by which clients are spread."""


@dataclass(frozen=True)
class _Population:
    """People counted together: clients per category and in all, and cents per category, each per year of `YEARS`."""

    name: str
    wet: str
    clients: Mapping[str, Sequence[int]]
    total: Sequence[int]
    cents: Mapping[str, Sequence[int]]
    stay: int
    """Of every hundred clients of a category, about so many stay the next year."""
    form: str = ""
    """ZIN or PGB; empty where it differs per provision."""

    def spells(self) -> list[Spell]:
        """Who is in which category in which years."""
        counts = {category: dict(zip(YEARS, of_years, strict=True)) for category, of_years in self.clients.items()}
        return spells(self.name, counts, dict(zip(YEARS, self.total, strict=True)), self.stay)


def _in_cents(euros: Mapping[str, Sequence[int]], totals: Sequence[int]) -> dict[str, list[int]]:
    """Cents that round to the euros of each category and add up to the totals; what differs is shared out evenly."""
    cents: dict[str, list[int]] = {category: [] for category in euros}
    for place, total in enumerate(totals):
        of_year = {category: 100 * of_years[place] for category, of_years in euros.items()}
        difference = 100 * total - sum(of_year.values())
        shares = shared_out(abs(difference), [int(amount > 0) for amount in of_year.values()])
        for (category, amount), share in zip(of_year.items(), shares, strict=True):
            cents[category].append(amount + (share if difference > 0 else -share))
    return cents


_WMO = _Population("wmo", "wmo", _WMO_CLIENTS, _WMO_TOTAL, _WMO_CENTS, stay=80)
_JEUGD = _Population(
    "jeugd", "jeugdwet", _JEUGD_CLIENTS, _JEUGD_TOTAL, _in_cents(_JEUGD_EUROS, _JEUGD_EURO_TOTAL), stay=57, form="ZIN"
)
_PGB = _Population(
    "pgb", "jeugdwet", _PGB_CLIENTS, _PGB_TOTAL, _in_cents(_PGB_EUROS, _PGB_EURO_TOTAL), stay=72, form="PGB"
)


@dataclass(frozen=True)
class Facts:
    """Everything that the exports tell: provisions in order of number, payments in order of month and number."""

    provisions: Sequence[Provision]
    payments: Sequence[Payment]


@cache
def facts() -> Facts:
    """The provisions and payments of 2019 to November 2022, with the provisions from before that still ran."""
    people = _people()
    numbers = iter(range(1_000_001, 10_000_000))
    jeugd, pgb, wmo = _JEUGD.spells(), _PGB.spells(), _WMO.spells()
    youths = _persons(jeugd, {}, people)
    with_pgb = _persons(pgb, _alike("pgb", pgb, jeugd, youths, _PGB_BESIDE_ZIN), people)
    clients = _persons(wmo, _alike("wmo", wmo, jeugd, youths, _BOTH_ACTS), people)
    provisions: list[Provision] = []
    payments: list[Payment] = []
    for population, found, who in ((_WMO, wmo, clients), (_JEUGD, jeugd, youths), (_PGB, pgb, with_pgb)):
        decided = [_provision(next(numbers), population, spell, who[spell.client]) for spell in found]
        provisions += decided
        payments += _payments(population, found, decided)
    provisions += [
        _refused(next(numbers), provisions, year, place) for year in YEARS for place in range(_REFUSED_PER_YEAR)
    ]
    return Facts(provisions, sorted(payments, key=lambda payment: (payment.month, payment.provision.besluit)))


def _people() -> Iterator[Person]:
    for number, bsn in enumerate(fictitious_bsns(), start=1):
        yield Person(bsn, f"Cliënt Verzonnen {number:05d}", _chosen(tuple(_WIJKEN.items()), "wijk", bsn))


def _persons(found: Sequence[Spell], known: Mapping[int, Person], people: Iterator[Person]) -> dict[int, Person]:
    """Client of a population to person: those that are known already, and somebody new for every other."""
    clients = sorted({spell.client for spell in found})
    return {client: known.get(client) or next(people) for client in clients}


def _alike(
    name: str, found: Sequence[Spell], other: Sequence[Spell], persons: Mapping[int, Person], per_year: int
) -> dict[int, Person]:
    """New clients of each year who are persons of another population that runs in that year, each once."""
    starts: dict[int, int] = {}
    for spell in found:
        starts[spell.client] = min(spell.first, starts.get(spell.client, spell.first))
    same: dict[int, Person] = {}
    taken: set[int] = set()
    for year in YEARS:
        newcomers = sorted(client for client, first in starts.items() if first == year)[:per_year]
        running = sorted({spell.client for spell in other if spell.first <= year <= spell.last} - taken)
        running.sort(key=lambda client: draw(10**9, "alike", name, client))
        same |= {new: persons[client] for new, client in zip(newcomers, running, strict=False)}
        taken |= set(running[: len(newcomers)])
    return same


def _provision(number: int, population: _Population, spell: Spell, person: Person) -> Provision:
    start = _start(number, population, spell)
    products = _PRODUCTS[population.wet, spell.category]
    is_pgb = draw(100, "form", number) < _PGB_PERCENT.get(spell.category, 0)
    is_youth = population.wet == "jeugdwet"
    return Provision(
        besluit=number,
        person=person,
        product=products[draw(len(products), "product", number)],
        wet=population.wet,
        category=spell.category,
        form=population.form or ("PGB" if is_pgb else "ZIN"),
        referrer=_chosen(_REFERRERS.get(spell.category, _OTHER_REFERRERS), "referrer", number) if is_youth else "",
        application=start - timedelta(days=5 + draw(115 if is_youth else 70, "waits", number)),
        start=start,
        end=_end(number, population, spell, start),
    )


def _start(number: int, population: _Population, spell: Spell) -> date:
    if spell.first == YEARS[0] and draw(100, "old", number) < _OLD_PERCENT[population.wet]:
        return date(YEARS[0], 1, 1) - timedelta(days=1 + draw(1_300, "start", number))
    return date(spell.first, 1, 1) + timedelta(days=draw(_days(spell.first) - 40, "start", number))


def _end(number: int, population: _Population, spell: Spell, start: date) -> date | None:
    """A day of its last year; in 2022 mostly none, or one that is planned for the year after."""
    if spell.last == YEARS[-1] and (chance := draw(100, "end", number)) < _OPEN_PERCENT[population.wet]:
        return None if chance % 3 else date(spell.last + 1, 1, 31) + timedelta(days=draw(300, "planned", number))
    earliest = max(date(spell.last, 1, 10), start + timedelta(days=20))
    latest = date(spell.last, 1, 1) + timedelta(days=_days(spell.last) - 10)
    return earliest + timedelta(days=draw((latest - earliest).days + 1, "last", number))


def _days(year: int) -> int:
    """Days of a year that the exports tell of."""
    return (min(date(year, 12, 31), LAST_DAY) - date(year, 1, 1)).days + 1


def _payments(population: _Population, found: Sequence[Spell], provisions: Sequence[Provision]) -> Iterator[Payment]:
    """The money of each category and year over the months in which its provisions are paid."""
    for category, of_years in population.cents.items():
        for year, cents in zip(YEARS, of_years, strict=True):
            lines = [
                (provision, month)
                for spell, provision in zip(found, provisions, strict=True)
                if spell.category == category and spell.first <= year <= spell.last
                for month in _months(provision, year)
            ]
            weights = [
                (50 + draw(100, "price", provision.besluit)) * (80 + draw(40, "month", provision.besluit, month))
                for provision, month in lines
            ]
            for (provision, month), amount in zip(lines, shared_out(cents, weights) if lines else (), strict=True):
                yield Payment(provision, month, amount)


def _months(provision: Provision, year: int) -> list[date]:
    """First days of the months of a year in which a provision is paid, always at least one while it runs."""
    first = provision.start.month if provision.start.year == year else 1
    end = min(provision.end or LAST_DAY, LAST_DAY)
    last = end.month if end.year == year else 12
    step = _MONTHS_PER_PAYMENT.get(provision.category, 1) if provision.wet == "wmo" else 1
    return [date(year, month, 1) for month in range(first, last + 1, step)]


def _refused(number: int, decided: Sequence[Provision], year: int, place: int) -> Provision:
    """An application that was turned down, of somebody who has something else; no count may hold it."""
    like = decided[draw(len(decided), "refused", year, place)]
    day = date(year, 1, 1) + timedelta(days=draw(_days(year) - 5, "refused on", year, place))
    return replace(like, besluit=number, application=day - timedelta(days=30), start=day, end=None, is_granted=False)


def _chosen(weights: Sequence[tuple[str, int]], *parts: object) -> str:
    """One of several texts by weight."""
    place = draw(sum(weight for _, weight in weights), *parts)
    for text, weight in weights:
        if place < weight:
            return text
        place -= weight
    raise AssertionError("a draw lies below its bound")
