"""A small made-up country in the tables of the product's own contracts, and a workspace that lives in it.

Every table but the population is derived from the contracts (`tests/standin/by_contract.py`). Figures follow from their
concept alone, the same in every table and year, so that a rate can be worked out by hand and no two tables disagree.
"""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from dagster_project import demo
from dagster_project.contracts import Dataset, Measure, all_contracts
from dagster_project.product import product_path
from tests.standin import by_contract
from tests.standin.made_up import SAYS_SO
from tests.standin.server import StandIn
from tests.standin.tables import StaticFile, V3Table, V4Table

GEMEENTEN = {f"GM{number:04}": 20_000 + 1_000 * index for index, number in enumerate((396, *range(9001, 9021)))}
"""Code to inhabitants; the same every year, so that a rate can be worked out by hand."""
YEARS = range(2019, 2025)
"""Years of the population. Only the yearly tables of wijken en buurten speak for these too: a test can change them."""
REGIONAL_YEARS = range(2017, 2019)
"""Years of the other tables, where their filters take them."""
ADULTS = 0.8
"""Share of adults in every gemeente."""
AGES = {5: 1 - ADULTS, 18: ADULTS / 2, 95: ADULTS / 2}
"""Age to the share of the inhabitants that are of that age; nobody is of another."""
SHARES = {"inhabitants": 1.0, "bijstand_persons": 0.02, "jeugdzorg_persons": 0.03, "wmo_clients": 0.05}
"""Counted concept to its share of the inhabitants."""
_COUNT, _PART = 0.2, 0.1
"""Share of the inhabitants for any other count, and of its denominator for any other numerator."""


def population(version: int = 1) -> V4Table:
    """03759ned: inhabitants in all, at 18 and at 95 and older, per gemeente and year."""
    ages = {"10000": "Totaal", **{f"{10000 + 100 * age}": f"{age} jaar" for age in range(1, 95)}}
    ages |= {"10010": "0 jaar", "22000": "95 jaar of ouder", "22300": "105 jaar of ouder"}
    shares = dict.fromkeys(ages, 0.0) | {"10000": 1.0, "10500": AGES[5], "11800": AGES[18], "22000": AGES[95]}
    regions = {"NL01": sum(GEMEENTEN.values()), **GEMEENTEN}
    rows = [
        {
            "Id": 0,
            "Measure": "M000352",
            "ValueAttribute": "None",
            "Value": round(people * share),
            "StringValue": None,
            "BurgerlijkeStaat": "T001019",
            "Geslacht": "T001038",
            "Leeftijd": age,
            "RegioS": region,
            "Perioden": f"{year}JJ00",
        }
        for region, people in regions.items()
        for year in YEARS
        for age, share in shares.items()
    ]
    names = ("BurgerlijkeStaat", "Geslacht", "Leeftijd", "RegioS", "Perioden")
    return V4Table(
        table_id="03759ned",
        properties={
            "Identifier": "03759ned",
            "Title": SAYS_SO,
            "Status": "Regulier",
            "ObservationsModified": f"2025-06-{version:02}T00:00:00+02:00",
            "Version": f"202506{version:02}0000",
        },
        dimensions=[{"Identifier": name, "Title": name, "Kind": "Dimension"} for name in names],
        measures=[{"Identifier": "M000352", "Title": SAYS_SO, "Unit": "aantal", "Decimals": 0}],
        codes={
            "BurgerlijkeStaat": [{"Identifier": "T001019", "Title": "Totaal burgerlijke staat"}],
            "Geslacht": [{"Identifier": "T001038", "Title": "Totaal mannen en vrouwen"}],
            "RegioS": [_region(code) for code in regions],
            "Leeftijd": [{"Identifier": code, "Title": title} for code, title in ages.items()],
            "Perioden": [{"Identifier": f"{y}JJ00", "Title": str(y), "Status": "Definitief"} for y in YEARS],
        },
        rows=[{**row, "Id": number} for number, row in enumerate(rows)],
    )


def _region(code: str) -> dict[str, Any]:
    group = "NL" if code == "NL01" else "GMPV27"
    return {"Identifier": code, "Title": f"Verzonnen {code}", "Description": SAYS_SO, "DimensionGroupId": group}


def key_figures(dataset: Dataset, *, factor: float = 1.0, modified: str = "2025-03-01T02:00:00") -> V3Table:
    """A wide table of the product's contracts.

    Args:
        dataset: one of the contracts that name it; it serves all of them.
        factor: every figure but the inhabitants is multiplied by it.
        modified: the publisher's stamp.
    """
    asking = [d for d in all_contracts() if (d.kind, d.table_id) == (dataset.kind, dataset.table_id)]

    def multiplied(measure: Measure, region: str, _period: str) -> float:
        if measure.concept.startswith("inhabitants"):
            return figure(measure, region)
        scaled = figure(measure, region) * factor
        return round(scaled) if measure.unit == "aantal" else round(scaled, 4)

    return replace(by_contract.v3_table(asking, _regions(asking), REGIONAL_YEARS, multiplied), modified=modified)


def figure(measure: Measure, region: str, _period: str = "") -> float:
    """What stands in every table for a concept in a region: a count by its share, or the rate that follows from it."""
    if measure.unit == "aantal":
        return round(_people(region) * share(measure.concept))
    return round(rate(measure.concept), 4)


def share(concept: str, ages: Mapping[int, float] = AGES) -> float:
    """The share of the inhabitants that a counted concept is, where those are the shares of the ages."""
    if concept in SHARES:
        return SHARES[concept]
    if concept.startswith("inhabitants_"):
        return sum(_share_of_ages(band, ages) for band in concept.removeprefix("inhabitants_").split("_and_"))
    denominator = next((v["denominator_concept"] for v in _versions() if v["numerator_concept"] == concept), "")
    return share(denominator, ages) * _PART if denominator else _COUNT


def _share_of_ages(band: str, ages: Mapping[int, float]) -> float:
    """Of a band such as 18plus, 0_17 or by_age, the last of which is everyone."""
    first, _, last = band.removesuffix("plus").partition("_")
    if not first.isdigit():
        return 1.0
    return sum(part for age, part in ages.items() if int(first) <= age <= int(last or 200))


def rate(concept: str, ages: Mapping[int, float] = AGES) -> float:
    """The rate that the product would work out from the counts, as its publisher gives it; else any up to 50.

    The ends of an interval lie a tenth below and above it.
    """
    middle = re.sub("_(low|high)$", "", concept)
    ends = {"_low": 0.9, "_high": 1.1}
    margin = next((part for end, part in ends.items() if concept == middle + end), 1.0)
    for version in _versions():
        shares = [share(version[name], ages) for name in ("numerator_concept", "denominator_concept") if version[name]]
        if version["published_concept"] == middle and version["rate_base"] and len(shares) == 2 and shares[1]:
            computed = float(version["rate_base"]) * shares[0] / shares[1]
            return margin * (computed - float(version["published_offset"])) / float(version["published_factor"])
    return margin * (10 + zlib.crc32(middle.encode()) % 40)


@cache
def _versions() -> tuple[dict[str, str], ...]:
    with product_path("seeds", "indicator_versions.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _people(region: str) -> int:
    """Inhabitants of a gemeente; a wijk or buurt counts as the first gemeente, all above as the country."""
    if region[:2] in ("WK", "BU"):
        return next(iter(GEMEENTEN.values()))
    return GEMEENTEN.get(region, sum(GEMEENTEN.values()))


def _regions(asking: Iterable[Dataset]) -> dict[str, str]:
    """The country, by the code that tables of its kind have, and its gemeenten."""
    is_by_wijk = any(dataset.region_dimension == "WijkenEnBuurten" for dataset in asking)
    return {code: f"Verzonnen {code}" for code in ("NL00" if is_by_wijk else "NL01", *GEMEENTEN)}


def column_key(table_id: str, concept: str) -> str:
    """The key under which the made-up table has a concept of the product's contracts."""
    asking = [dataset for dataset in all_contracts() if dataset.is_cbs and dataset.table_id == table_id]
    return by_contract.column_key(asking, concept)


def cbs_tables(contracts: Iterable[Dataset]) -> list[V3Table | V4Table]:
    """Every CBS table that the contracts ask for, once."""
    groups: dict[tuple[str, str | None], list[Dataset]] = {}
    for dataset in contracts:
        if dataset.is_cbs:
            groups.setdefault((dataset.kind, dataset.table_id), []).append(dataset)
    return [_table(asking) for asking in groups.values()]


@cache
def _tables_of_the_product() -> tuple[V3Table | V4Table, ...]:
    return tuple(cbs_tables(all_contracts()))


def _table(asking: list[Dataset]) -> V3Table | V4Table:
    if asking[0].table_id == "03759ned":
        return population()
    make = by_contract.v3_table if asking[0].kind == "cbs_v3" else by_contract.v4_table
    return make(asking, _regions(asking), REGIONAL_YEARS, figure)


def verzuim() -> dict[str, StaticFile]:
    """The DUO file of the product's contract."""
    path = next(str(d.path) for d in all_contracts() if d.kind == "duo_csv")
    lines = "SCHOOLJAAR;GEMEENTENUMMER;ABSOLUUT_VERZUIM;LEERLINGEN\n2023/2024;0396;20;4000\n2023/2024;9001;<5;4100\n"
    return {path: StaticFile(lines.encode(), '"1"', "Wed, 01 Oct 2025 06:00:00 GMT")}


@contextmanager
def made_up_country() -> Iterator[StandIn]:
    """A stand-in that serves it, in pages that make every table several."""
    with StandIn(_tables_of_the_product(), verzuim(), v3_page=8, v4_page=4000) as server:
        yield server


def settle(folder: Path) -> Path:
    """A workspace for GM0396 in it, with little patience so that tests are quick."""
    demo.init_workspace(folder, "GM0396", "Verzonnen gemeente")
    settings = folder / "opkoers.toml"
    text = settings.read_text(encoding="utf-8")
    for name, value in (("attempts", "2"), ("timeout_seconds", "1.5"), ("backoff_seconds", "0.05")):
        text, found = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert found == 1, f"{name} is not in the template of a workspace"
    settings.write_text(text, encoding="utf-8")
    return folder
