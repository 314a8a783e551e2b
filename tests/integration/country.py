"""A small made-up country in the tables of the product's own contracts, and a workspace that lives in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
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
"""Measured column to its share of the inhabitants."""


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
    keys = {"NL00": sum(GEMEENTEN.values()), **GEMEENTEN}
    columns = ["AantalInwoners", *_COUNTS]
    numbered = {column: f"{column}_{place}" for place, column in enumerate(columns, start=5)}
    rows = [
        {
            "ID": number,
            "WijkenEnBuurten": key.ljust(10),
            numbered["AantalInwoners"]: people,
            **{numbered[name]: round(people * share * factor) for name, share in _COUNTS.items()},
        }
        for number, (key, people) in enumerate(keys.items())
    ]
    properties: list[dict[str, Any]] = [
        {"odata.type": "Cbs.OData.GeoDetail", "ID": 0, "Type": "GeoDetail", "Key": "WijkenEnBuurten", "Title": "Wijken"}
    ]
    properties += [
        {"odata.type": "Cbs.OData.Topic", "ID": place, "Type": "Topic", "Key": key, "Title": SAYS_SO, "Unit": "aantal",
         "Decimals": 0}
        for place, key in enumerate(numbered.values(), start=1)
    ]  # fmt: skip
    codes = [{"Key": key.ljust(10), "Title": f"Verzonnen {key}", "Description": SAYS_SO} for key in keys]
    return V3Table(str(dataset.table_id), properties, {"WijkenEnBuurten": codes}, rows, modified, SAYS_SO)


def cbs_tables() -> list[V3Table | V4Table]:
    """Every CBS table that the product asks for, once."""
    wide = {str(d.table_id): d for d in all_contracts() if d.kind == "cbs_v3"}
    return [population(), *(key_figures(dataset) for dataset in wide.values())]


def verzuim() -> dict[str, StaticFile]:
    """The DUO file of the product's contract."""
    path = next(str(d.path) for d in all_contracts() if d.kind == "duo_csv")
    lines = "SCHOOLJAAR;GEMEENTENUMMER;ABSOLUUT_VERZUIM;LEERLINGEN\n2023/2024;0396;20;4000\n2023/2024;9001;<5;4100\n"
    return {path: StaticFile(lines.encode(), '"1"', "Wed, 01 Oct 2025 06:00:00 GMT")}


@contextmanager
def made_up_country() -> Iterator[StandIn]:
    """A stand-in that serves it, in pages that make every table several."""
    with StandIn(tuple(cbs_tables()), verzuim(), v3_page=8, v4_page=4000) as server:
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
