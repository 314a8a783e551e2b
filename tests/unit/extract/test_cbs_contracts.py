"""The contracts of CBS tables promise what the tables can give."""

from __future__ import annotations

import pytest

from dagster_project.contracts import Dataset, all_contracts, contract
from tests.standin.odata_filter import compile_filter

CBS = [dataset for dataset in all_contracts() if dataset.source_id == "cbs"]
# code list of Leeftijd in 03759ned: total, single years, and two groups that overlap them
AGES = {
    "10000": "total",
    **{f"{10000 + 100 * age}" if age else "10010": age for age in range(100)},
    **{f"{19901 + age}": 100 + age for age in range(5)},
    "22000": "95 and older",
    "22300": "105 and older",
}


@pytest.mark.parametrize("dataset", CBS, ids=[dataset.dataset_id for dataset in CBS])
def test_every_measure_names_its_unit_and_every_filter_can_be_parsed(dataset: Dataset) -> None:
    assert all(measure.unit for measure in dataset.measures)
    if dataset.filter:
        compile_filter(dataset.filter)


def test_the_ages_count_everyone_once() -> None:
    wanted = compile_filter(contract("cbs", "population_by_age").filter or "")
    fixed = {"Geslacht": "T001038", "BurgerlijkeStaat": "T001019", "RegioS": "GM0396", "Perioden": "2024JJ00"}
    taken = [age for code, age in AGES.items() if wanted({**fixed, "Leeftijd": code})]
    assert taken == [*range(95), "95 and older"]


def test_the_population_filter_takes_land_provincies_and_gemeenten_of_all_ages() -> None:
    wanted = compile_filter(contract("cbs", "population").filter or "")
    row = {
        "Geslacht": "T001038",
        "Leeftijd": "10000",
        "BurgerlijkeStaat": "T001019",
        "RegioS": "GM0396",
        "Perioden": "2019JJ00",
    }
    assert all(wanted({**row, "RegioS": region}) for region in ("NL01", "PV27", "GM0396"))
    assert not any(wanted({**row, "RegioS": region}) for region in ("LD01", "CR23"))
    assert not wanted({**row, "Perioden": "2018JJ00"})
    assert not wanted({**row, "Leeftijd": "11800"})
