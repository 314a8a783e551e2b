"""The contracts of CBS tables promise what the tables can give."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from dagster_project.contracts import Dataset, all_contracts, contract
from dagster_project.product import product_path
from tests.standin.odata_filter import compile_filter

CBS = [dataset for dataset in all_contracts() if dataset.source_id == "cbs"]
REGIONAL = [dataset for dataset in CBS if dataset.filter]
KEY_FIGURES = {int(str(dataset.period)): dataset for dataset in CBS if re.fullmatch(r"kwb_\d{4}", dataset.dataset_id)}
# every table that the register's indicators are filled from
TABLES = {
    *("03759ned", "70072ned"),
    *("82339NED", "82931NED", "83220NED", "83487NED", "83765NED", "84286NED", "84583NED", "84799NED", "85039NED"),
    *("85318NED", "85618NED", "85984NED", "86165NED"),
    *("82972NED", "85098NED"),
    *("83262NED", "85043NED", "85896NED", "86060NED"),
    *("84703NED", "85269NED", "85494NED", "86088NED", "86008NED"),
    *("80794ned", "82015NED", "85588NED"),
    *("83674NED", "85012NED", "85563NED", "86137NED"),
    *("84780NED", "83648NED", "83651NED", "83452NED", "85036NED"),
}
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


def test_every_table_of_the_register_is_contracted_and_85615ned_never() -> None:
    contracted = {str(dataset.table_id) for dataset in CBS}
    assert contracted >= TABLES
    assert "85615NED" not in contracted, "it knows no regions"


def test_a_table_is_asked_the_same_question_once_only() -> None:
    questions = Counter((d.table_id, d.filter, str(d.select), str(d.measures)) for d in CBS)
    assert max(questions.values()) == 1
    twice = [table for table, times in Counter(d.table_id for d in CBS).items() if times > 1]
    assert twice == ["03759ned"], "all ages, and per year of age"


@pytest.mark.parametrize("dataset", REGIONAL, ids=[dataset.dataset_id for dataset in REGIONAL])
def test_a_filter_takes_the_country_provinces_and_gemeenten_and_no_other_division(dataset: Dataset) -> None:
    wanted = compile_filter(dataset.filter or "")
    fixed = {"Geslacht": "T001038", "BurgerlijkeStaat": "T001019", "Perioden": "2024MM06"}
    fixed["Leeftijd"] = "10000" if dataset.dataset_id == "population" else "10010"
    taken = {
        region: wanted({**fixed, str(dataset.region_dimension): region})
        for region in ("NL01", "PV27", "GM0396", "LD01", "CR23", "GG5406")
    }
    assert taken == {"NL01": True, "PV27": True, "GM0396": True, "LD01": False, "CR23": False, "GG5406": False}


@pytest.mark.parametrize("dataset_id", ["bijstand_personen", "bijstand_uitkeringen", "reintegratie"])
def test_of_a_month_by_month_table_the_ends_of_the_half_years_are_taken(dataset_id: str) -> None:
    wanted = compile_filter(contract("cbs", dataset_id).filter or "")
    months = [month for month in range(1, 13) if wanted({"RegioS": "GM0396", "Perioden": f"2024MM{month:02}"})]
    assert months == [6, 12]
    assert not wanted({"RegioS": "GM0396", "Perioden": "2012MM06"})


def test_the_key_figures_are_one_table_a_year_and_grow() -> None:
    assert sorted(KEY_FIGURES) == list(range(2013, 2026))
    assert len({dataset.table_id for dataset in KEY_FIGURES.values()}) == 13
    assert not any(dataset.filter for dataset in KEY_FIGURES.values()), "every wijk and buurt"
    concepts = {year: {m.concept for m in dataset.measures} for year, dataset in KEY_FIGURES.items()}
    assert all(concepts[year] <= concepts[year + 1] for year in range(2013, 2025))
    assert [year for year in concepts if "wmo_clients" in concepts[year]] == list(range(2018, 2026))
    assert [year for year in concepts if "inhabitants_0_14" in concepts[year]] == list(range(2016, 2026))


def test_a_survey_brings_its_value_and_both_ends_of_its_interval_out_of_one_column() -> None:
    surveys = [dataset for dataset in CBS if dataset.rhythm == "4-yearly"]
    assert len(surveys) == 4
    for dataset in surveys:
        assert {m.concept: m.where["Marges"] for m in dataset.measures} == {
            "wekelijkse_sporters_pct": "MW00000",
            "wekelijkse_sporters_pct_low": "MOG0095",
            "wekelijkse_sporters_pct_high": "MBG0095",
        }
        assert len({(m.names, m.titles) for m in dataset.measures}) == 1


def test_a_published_figure_in_per_cent_or_per_1000_reaches_the_unit_of_its_indicator() -> None:
    with product_path("seeds", "indicator_versions.csv").open(encoding="utf-8", newline="") as file:
        versions = list(csv.DictReader(file))
    per = {"%": 100.0, "% (zie toelichting)": 100.0, "per 1 000 inwoners": 1000.0}
    fed = {m.concept: per[m.unit] for d in CBS for m in d.measures if m.unit in per}
    checked = [row for row in versions if row["published_concept"] in fed]
    assert len({row["indicator_id"] for row in checked}) >= 11
    for row in checked:
        factor, base = abs(float(row["published_factor"])), float(row["rate_base"])
        assert factor == base / fed[row["published_concept"]], row["indicator_id"]
        assert row["published_rounding"], row["indicator_id"]


def test_the_ages_count_everyone_once() -> None:
    wanted = compile_filter(contract("cbs", "population_by_age").filter or "")
    fixed = {"Geslacht": "T001038", "BurgerlijkeStaat": "T001019", "RegioS": "GM0396", "Perioden": "2024JJ00"}
    taken = [age for code, age in AGES.items() if wanted({**fixed, "Leeftijd": code})]
    assert taken == [*range(95), "95 and older"]


def test_the_population_starts_in_2019_and_takes_all_ages_together() -> None:
    wanted = compile_filter(contract("cbs", "population").filter or "")
    row = {
        "Geslacht": "T001038",
        "Leeftijd": "10000",
        "BurgerlijkeStaat": "T001019",
        "RegioS": "GM0396",
        "Perioden": "2019JJ00",
    }
    assert wanted(row)
    assert not wanted({**row, "Perioden": "2018JJ00"})
    assert not wanted({**row, "Leeftijd": "11800"})
