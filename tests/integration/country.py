"""A small made-up country in the tables of the product's own contracts, and a workspace that lives in it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from dagster_project import demo
from dagster_project.contracts import Dataset, all_contracts
from tests.standin.made_up import SAYS_SO
from tests.standin.server import StandIn
from tests.standin.tables import StaticFile, V3Table, V4Table

GEMEENTEN = {f"GM{number:04}": 20_000 + 1_000 * index for index, number in enumerate((396, *range(9001, 9021)))}
"""Code to inhabitants; the same every year, so that a rate can be worked out by hand."""
YEARS = range(2019, 2025)
ADULTS = 0.8
"""Share of adults in every gemeente."""
_COUNTS = {
    "PersonenPerSoortUitkeringBijstand": 0.02,
    "JongerenMetJeugdzorgInNatura": 0.03,
    "WmoClienten": 0.05,
}
"""Measured column of the key figures to its share of the inhabitants; these come first, after the inhabitants."""
_PERIODS = {
    "half-yearly": ("2018HJ01", "2018HJ02"),
    "monthly": ("2018MM06", "2018MM12"),
    "per school year": ("2018SJ00",),
}
"""Periods of a regional table by its rhythm, else a year: before YEARS, so that these stand beside no other figures."""


def population(version: int = 1) -> V4Table:
    """03759ned: inhabitants in all, at 18 and at 95 and older, per gemeente and year."""
    ages = {"10000": "Totaal", **{f"{10000 + 100 * age}": f"{age} jaar" for age in range(1, 95)}}
    ages |= {"10010": "0 jaar", "22000": "95 jaar of ouder", "22300": "105 jaar of ouder"}
    shares = dict.fromkeys(ages, 0.0) | {"10000": 1.0, "10500": 1 - ADULTS, "11800": ADULTS / 2, "22000": ADULTS / 2}
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
            "ObservationsModified": f"2025-06-{version:02}T00:00:00+02:00",
            "Version": f"202506{version:02}0000",
        },
        dimensions=[{"Identifier": name, "Title": name, "Kind": "Dimension"} for name in names],
        measures=[{"Identifier": "M000352", "Title": SAYS_SO, "Unit": "aantal", "Decimals": 0}],
        codes={
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
    """A table of key figures with every column that a contract of the product asks of it.

    Args:
        dataset: the contract.
        factor: every count of clients is multiplied by it.
        modified: the publisher's stamp.
    """
    region = str(dataset.region_dimension)
    keys = {"NL00": sum(GEMEENTEN.values()), **GEMEENTEN}
    numbered = _numbered(dataset)
    shares = {name: share * factor for name, share in _COUNTS.items()}
    rows = [
        {
            "ID": number,
            region: key.ljust(10),
            **{column: round(people * shares.get(name, 1)) for name, column in numbered.items()},
        }
        for number, (key, people) in enumerate(keys.items())
    ]
    codes = [{"Key": key.ljust(10), "Title": f"Verzonnen {key}", "Description": SAYS_SO} for key in keys]
    return V3Table(str(dataset.table_id), _properties(dataset, numbered), {region: codes}, rows, modified, SAYS_SO)


def regional(dataset: Dataset) -> V3Table:
    """A table of regions and periods with the codes that the contract chooses and one that it leaves; all figures 7."""
    region, period = str(dataset.region_dimension), dataset.period_dimension
    chosen = {dimension: [*titles, "Overig"] for dimension, titles in dataset.chosen.items()}
    regions = ["NL01", *GEMEENTEN]
    keys = {region: regions, **({period: list(_PERIODS.get(dataset.rhythm, ("2018JJ00",)))} if period else {})}
    keys |= {dimension: [_code_of(title) for title in titles] for dimension, titles in chosen.items()}
    codes = {name: [{"Key": key, "Title": key} for key in listed] for name, listed in keys.items()}
    codes |= {name: [{"Key": _code_of(title), "Title": title} for title in titles] for name, titles in chosen.items()}
    numbered = _numbered(dataset)
    rows = [
        {"ID": number, **dict(zip(keys, combination, strict=True)), **dict.fromkeys(numbered.values(), 7)}
        for number, combination in enumerate(product(*keys.values()))
    ]
    return V3Table(str(dataset.table_id), _properties(dataset, numbered), codes, rows, "2025-03-01T02:00:00", SAYS_SO)


def _numbered(dataset: Dataset) -> dict[str, str]:
    """Name of each column to its key: inhabitants and counts of clients first, from 5 on."""
    names = dict.fromkeys(measure.header for measure in dataset.measures)
    ordered = sorted(names, key=lambda name: next((n for n, c in enumerate(_FIRST) if c == name), len(_FIRST)))
    return {name: name if name[-1].isdigit() else f"{name}_{place}" for place, name in enumerate(ordered, start=5)}


_FIRST = ("AantalInwoners", *_COUNTS)


def _properties(dataset: Dataset, numbered: dict[str, str]) -> list[dict[str, Any]]:
    units = {measure.header: measure.unit for measure in dataset.measures}
    dimensions = [
        {"odata.type": "Cbs.OData.Dimension", "ID": 0, "Type": "Dimension", "Key": name, "Title": name}
        for name in dataset.coded_dimensions
    ]
    topics = [
        {"odata.type": "Cbs.OData.Topic", "ID": place, "Type": "Topic", "Key": key, "Title": SAYS_SO,
         "Unit": units[name], "Decimals": 0}
        for place, (name, key) in enumerate(numbered.items(), start=1)
    ]  # fmt: skip
    return [*dimensions, *topics]


def _code_of(title: str) -> str:
    """A code for a title; what is a code already stays."""
    return title if re.fullmatch(r"[A-Z]+[0-9]+", title) else f"T{zlib.crc32(title.encode()) % 10**6:06}"


def cbs_tables() -> list[V3Table | V4Table]:
    """Every CBS table that the product asks for, once."""
    wide = {str(d.table_id): d for d in all_contracts() if d.kind == "cbs_v3"}
    tables = (regional(d) if d.period_dimension or d.chosen else key_figures(d) for d in wide.values())
    return [population(), *tables]


def verzuim() -> dict[str, StaticFile]:
    """The DUO file of the product's contract."""
    path = next(str(d.path) for d in all_contracts() if d.kind == "duo_csv")
    lines = "SCHOOLJAAR;GEMEENTENUMMER;ABSOLUUT_VERZUIM;LEERLINGEN\n2023/2024;0396;20;4000\n2023/2024;9001;<5;4100\n"
    return {path: StaticFile(lines.encode(), '"1"', "Wed, 01 Oct 2025 06:00:00 GMT")}


@contextmanager
def made_up_country() -> Iterator[StandIn]:
    """A stand-in that serves it, in pages that make every table several."""
    with StandIn(tuple(cbs_tables()), verzuim(), v3_page=8, v4_page=60) as server:
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
