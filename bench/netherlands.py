"""A made-up Netherlands of real size: every table that a CBS contract of the product asks, for all years at hand.

Codes of gemeenten follow the seed of real changes, so that every year has as many as it had; all figures are made up
and follow from their concept (`tests/integration/country.py`), scaled per region and year.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from itertools import islice
from typing import Any

from dagster_project.contracts import Dataset, Measure, all_contracts
from dagster_project.product import product_path
from tests.integration import country
from tests.standin import by_contract
from tests.standin.made_up import SAYS_SO
from tests.standin.tables import StaticFile, V3Table, V4Table

GEMEENTE = "GM0396"
YEARS = range(2013, 2026)
SPANS = {
    "82972NED": range(2015, 2021),
    "85098NED": range(2021, 2026),
    "83262NED": range(2015, 2021),
    "85043NED": range(2021, 2025),
    "85896NED": range(2024, 2026),
    "86060NED": range(2024, 2026),
    "84703NED": range(2013, 2020),
    "85269NED": range(2013, 2022),
    "85494NED": range(2013, 2023),
    "85588NED": range(2023, 2026),
    "83674NED": range(2016, 2017),
}
"""Years of tables that hold fewer than all; those of wijken and buurten have the one of their contract."""
PRESENT, EVER, PROVINCES = 342, 848 - 13, range(20, 32)
"""Gemeenten of today, gemeenten that the population table lists besides country and provinces, and those."""
WIJKEN, BUURTEN = 3_200, 13_800
POPULATION = "03759ned"


@dataclass(frozen=True)
class Gemeente:
    """A gemeente code and the days on which it stood for one; None: before, or after, all figures."""

    code: str
    begun: date | None = None
    ended: date | None = None
    description: str = ""

    def existed(self, year: int) -> bool:
        """Whether it was one on 1 January."""
        day = date(year, 1, 1)
        return (self.begun is None or self.begun <= day) and (self.ended is None or day < self.ended)

    @cached_property
    def place(self) -> float:
        """A number from 0 to 1 that is its own."""
        return zlib.crc32(self.code.encode()) / 2**32

    @property
    def province(self) -> str:
        return f"PV{PROVINCES[int(self.place * len(PROVINCES))]}"

    def people(self, year: int) -> int | None:
        """Inhabitants on 1 January: few gemeenten are large; None where it did not exist."""
        if not self.existed(year):
            return None
        return round((6_000 + 500_000 * self.place**12) * (1 + 0.006 * (year - 2013)))


@cache
def gemeenten() -> tuple[Gemeente, ...]:
    """Every gemeente code: those of the seed of changes, others of today, and others that ended long ago."""
    with product_path("seeds", "region_changes.csv").open(encoding="utf-8", newline="") as lines:
        changes = list(csv.DictReader(lines))
    begun = {row["new_code"]: date.fromisoformat(row["event_date"]) for row in changes if row["is_new_code"] == "true"}
    ended = {row["old_code"]: date.fromisoformat(row["event_date"]) for row in changes if row["kind"] != "border"}
    told = sorted({row[name] for row in changes for name in ("old_code", "new_code")} | {GEMEENTE})
    known = [Gemeente(code, begun.get(code), ended.get(code)) for code in told]
    free = (code for number in range(1, 2000) if (code := f"GM{number:04}") not in told)
    present = [Gemeente(code) for code in islice(free, PRESENT - sum(code not in ended for code in told))]
    gone = [
        Gemeente(code, ended=date(1990, 1, 1), description=_abolished(present[number % len(present)].code))
        for number, code in enumerate(islice(free, EVER - len(known) - len(present)))
    ]
    return tuple(sorted([*known, *present, *gone], key=lambda gemeente: gemeente.code))


def _abolished(successor: str) -> str:
    """The life of a gemeente as CBS tells it in the description of its code."""
    into = f"- Verzonnen ({successor}),\n... 100 hectare met 400 woningen en 900 inwoners"
    return f"Opgeheven per 01-01-1990, overgegaan naar:\n{into}\n\nBegindatum voor 1830"


@cache
def people(year: int) -> dict[str, int]:
    """Inhabitants of the country, the provinces and the gemeenten of a year."""
    counted = {gemeente: found for gemeente in gemeenten() if (found := gemeente.people(year)) is not None}
    provinces = {f"PV{number}": 0 for number in PROVINCES}
    for gemeente, found in counted.items():
        provinces[gemeente.province] += found
    whole = sum(counted.values())
    return {"NL01": whole, "NL00": whole, **provinces, **{gemeente.code: found for gemeente, found in counted.items()}}


@cache
def inside(year: int) -> dict[str, int]:
    """Inhabitants of the wijken and buurten of a year: equal parts of what they lie in."""
    found: dict[str, int] = {}
    wijken: dict[str, int] = {}
    places = {gemeente.code: people(year)[gemeente.code] for gemeente in gemeenten() if gemeente.existed(year)}
    for gemeente, count in zip(places, _shared(WIJKEN, len(places)), strict=True):
        wijken |= {f"WK{gemeente[2:]}{number:02}": places[gemeente] // count for number in range(count)}
    for wijk, count in zip(wijken, _shared(BUURTEN, len(wijken)), strict=True):
        found[wijk] = wijken[wijk]
        found |= {f"BU{wijk[2:]}{number:02}": wijken[wijk] // count for number in range(count)}
    return found


def _shared(whole: int, parts: int) -> Iterator[int]:
    """A number of things over so many places, as evenly as it goes."""
    return (whole // parts + (place < whole % parts) for place in range(parts))


@cache
def ages() -> dict[int, float]:
    """Age to its share of the inhabitants, the last of them with all that are older: even until 60, then falling."""
    weights = {age: 1.0 if age < 60 else 1.0 - (age - 60) / 40 for age in range(96)}
    return {age: weight / sum(weights.values()) for age, weight in weights.items()}


@cache
def _share(concept: str) -> float:
    return country.share(concept, ages())


@cache
def _rate(concept: str) -> float:
    return country.rate(concept, ages())


@cache
def _denominators() -> frozenset[str]:
    with product_path("seeds", "indicator_versions.csv").open(encoding="utf-8", newline="") as lines:
        return frozenset(row["denominator_concept"] for row in csv.DictReader(lines))


@cache
def _scale(region: str, year: int) -> float:
    """How far a region's figures lie from the country's, a little further every year."""
    if region.startswith("NL"):
        return 1.0
    place = zlib.crc32(region.encode()) / 2**32
    return (0.7 + 0.6 * place) * (1 + 0.02 * (place - 0.5) * (year - 2013))


@dataclass(frozen=True)
class Figures:
    """What stands in the cells of every table.

    Attributes:
        correction: every figure of what is counted but people themselves, and every rate, is multiplied by it.
    """

    correction: float = 1.0

    def __call__(self, measure: Measure, region: str, period: str) -> float | None:
        """A figure, None where the region had no people then."""
        year, concept = int(period[:4]), measure.concept
        lives = people(year).get(region) or (inside(year).get(region) if region[:2] in ("WK", "BU") else None)
        if lives is None:
            return None
        scale = 1.0 if concept in _denominators() or concept.startswith("inhabitants") else _scale(region, year)
        scale *= self.correction if scale != 1.0 else 1.0
        if measure.unit == "aantal":
            return round(lives * _share(concept) * scale)
        return round(_rate(concept) * scale, 4)


def tables(figure: by_contract.Figure) -> Iterator[V3Table | V4Table]:
    """Every table that a CBS contract of the product names, once."""
    for table_id in dict.fromkeys(str(dataset.table_id) for dataset in all_contracts() if dataset.is_cbs):
        yield population() if table_id == POPULATION else table(table_id, figure)


def table(table_id: str, figure: by_contract.Figure) -> V3Table | V4Table:
    """One of them: of wijken and buurten, or of gemeenten that existed in one of its years."""
    asking = asking_for(table_id)
    years = SPANS.get(table_id, YEARS)
    one_year = [int(str(dataset.period)[:4]) for dataset in asking if dataset.period]
    is_kwb = asking[0].dataset_id.startswith("kwb_")
    codes = [f"PV{number}" for number in PROVINCES] if not is_kwb else []
    codes += [gemeente.code for gemeente in gemeenten() if any(map(gemeente.existed, one_year or years))]
    codes += inside(one_year[0]) if is_kwb else []
    regions = {code: f"Verzonnen {code}" for code in ("NL00" if is_kwb else "NL01", *codes)}
    make = by_contract.v3_table if asking[0].kind == "cbs_v3" else by_contract.v4_table
    return make(asking, regions, years, figure)


def revised(table_id: str) -> V3Table:
    """A version 3 table after a correction of all its figures but people, with a later stamp."""
    found = table(table_id, Figures(correction=1.05))
    if not isinstance(found, V3Table):
        raise TypeError(f"{table_id} is of version 4, expected a table of version 3")
    return replace(found, modified="2025-09-01T02:00:00")


def asking_for(table_id: str) -> Sequence[Dataset]:
    """The contracts that name a table."""
    return [dataset for dataset in all_contracts() if dataset.is_cbs and dataset.table_id == table_id]


def population() -> V4Table:
    """03759ned: inhabitants in all and by year of age; what is no gemeente any more, or not yet, is impossible."""
    titles = {"10000": "Totaal", "10010": "0 jaar", **{f"{10000 + 100 * age}": f"{age} jaar" for age in range(1, 95)}}
    titles |= {"22000": "95 jaar of ouder"}
    shares = dict(zip(titles, [1.0, *ages().values()], strict=True))
    groups = {"NL01": "NL", **{f"PV{n}": f"PV{n}" for n in PROVINCES}, **{g.code: g.province for g in gemeenten()}}
    told = {gemeente.code: gemeente.description for gemeente in gemeenten()}
    cells = (
        (region, f"{year}JJ00", age, people(year).get(region), share)
        for region in groups
        for year in YEARS
        for age, share in shares.items()
    )
    return V4Table(
        table_id=POPULATION,
        properties={
            "Identifier": POPULATION,
            "Title": SAYS_SO,
            "Status": "Regulier",
            "ObservationsModified": "2025-06-01T00:00:00+02:00",
            "Version": "202506010000",
        },
        dimensions=[{"Identifier": name, "Title": name, "Kind": "Dimension"} for name in _DIMENSIONS],
        measures=[{"Identifier": "M000352", "Title": SAYS_SO, "Unit": "aantal", "Decimals": 0}],
        codes={
            "BurgerlijkeStaat": [{"Identifier": "T001019", "Title": "Totaal burgerlijke staat"}],
            "Geslacht": [{"Identifier": "T001038", "Title": "Totaal mannen en vrouwen"}],
            "RegioS": [
                {
                    "Identifier": code,
                    "Title": f"Verzonnen {code}",
                    "Description": told.get(code, ""),
                    "DimensionGroupId": f"GM{group}" if code.startswith("GM") else group,
                }
                for code, group in groups.items()
            ],
            "Leeftijd": [{"Identifier": code, "Title": title} for code, title in titles.items()],
            "Perioden": [{"Identifier": f"{y}JJ00", "Title": str(y), "Status": "Definitief"} for y in YEARS],
        },
        rows=[_observation(number, *cell) for number, cell in enumerate(cells)],
    )


_DIMENSIONS = ("Geslacht", "Leeftijd", "BurgerlijkeStaat", "RegioS", "Perioden")


def _observation(number: int, region: str, period: str, age: str, lives: int | None, share: float) -> dict[str, Any]:
    return {
        "Id": number,
        "Measure": "M000352",
        "ValueAttribute": "Impossible" if lives is None else "None",
        "Value": None if lives is None else round(lives * share),
        "StringValue": None,
        "Geslacht": "T001038",
        "Leeftijd": age,
        "BurgerlijkeStaat": "T001019",
        "RegioS": region,
        "Perioden": period,
    }


def verzuim() -> Mapping[str, StaticFile]:
    """The DUO file of the product's contract."""
    dataset = next(dataset for dataset in all_contracts() if dataset.kind == "duo_csv")
    header = [str(dataset.period_dimension), str(dataset.region_dimension), *(m.header for m in dataset.measures)]
    lines = [
        f"{year}/{year + 1};{gemeente.code[2:]};{lives // 1000};{lives // 6}"
        for year in YEARS[:-1]
        for gemeente in gemeenten()
        if (lives := gemeente.people(year)) is not None
    ]
    body = "\n".join([";".join(header), *lines, ""]).encode()
    return {str(dataset.path): StaticFile(body, '"1"', "Wed, 01 Oct 2025 06:00:00 GMT")}
