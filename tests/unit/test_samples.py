"""The three sample plans hold what their documents say and are silent where these are; what is made up says so."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.contracts import all_contracts
from dagster_project.demo import HEEMSKERK, SAMPLES
from dagster_project.extract import narratives, workspace_files
from dagster_project.product import product_path
from tests.real_data import founding_documents
from tests.unit.extract.files import read_all

SYNTHETIC = HEEMSKERK.folder / "synthetic"
TEMPLATE = product_path("sources", "samples", "template")
BBV_OF_OPGAVE = {
    "Vitaal en weerbaar": {"20"},
    "Zorg en wonen": {"32"},
    "Opgroeien en zelfontplooiing": {"17", "18", "19", "22", "29", "30", "31"},
    "Financieel fit": {"21", "23", "24", "26", "27", "28"},
    "Ontmoeten en omzien naar elkaar": set(),
}
"""Numbers of the official indicators that Heemskerk's proposal sets under each opgave."""
DOELEN = [
    "Samen op weg naar passend werk",
    "Financieel gezonder worden",
    "Langer zelfstandig (thuis) wonen",
    "Ruimte voor mantelzorg en vrijwillige deelname",
    "Voorkomen roken, overgewicht en problematisch alcoholgebruik",
    "Eenzaamheid en sociaal isolement",
    "Psychische problemen",
    "Uitstroom beschermd wonen",
    "Een fatsoenlijk verrijkt bestaan",
    "Preventie aansluiten op wijk of dorp",
    "De Wmo toekomstbestendig",
    "Sterke pedagogische basisvoorzieningen",
    "Preventie opvoed- en opgroeiproblematiek",
    "Jeugdhulp – transformatie en sturing",
    "VN-inclusie agenda",
]
RESULTS_OF_DOEL = [1, 3, 5, 3, 3, 2, 4, 2, 4, 2, 2, 8, 9, 4, 1]
"""How many results the Kadernota gives each doel, two things in one result counted as two."""
BUDGET_2019 = {
    "Uitkeringen": "19.7",
    "Minimabeleid": "2.2",
    "Sociale werkvoorziening": "9.2",
    "Re-integratie en schuldhulpverlening": "1.4",
    "Subsidies": "0.6",
    "Jeugdhulp in natura": "11.7",
    "Jeugdhulp persoonsgebonden budget": "0.4",
    "Jeugdbescherming en jeugdreclassering": "1.2",
    "Algemene en uitvoeringskosten": "1.2",
    "Wmo preventie": "2.9",
    "Wmo voorzieningen": "10.4",
    "Samenwerking met kennisorganisaties": "0.1",
}
WORDS_IN_A_ROW = 8

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";", strict=True))


def plan(sample: str, name: str) -> list[Row]:
    return rows(SAMPLES[sample].folder / f"{name}.csv")


def filled(row: Row) -> set[str]:
    return {name for name, cell in row.items() if cell}


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_row_of_a_plan_names_its_plan_and_its_source(sample: str) -> None:
    assert [row["plan_id"] for row in plan(sample, "plans")] == [sample]
    opgaven = [row["opgave"] for row in plan(sample, "opgaven")]
    assert len(set(opgaven)) == len(opgaven)
    for path in SAMPLES[sample].folder.glob("*.csv"):
        for row in rows(path):
            assert row.get("plan_id", sample) == sample
            assert row["source"]
            assert not row.get("opgave") or row["opgave"] in opgaven
            assert row.get("synthetisch", "") == "", "what is made up stands apart"


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_has_every_file_with_the_headers_of_the_template(sample: str) -> None:
    headers = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in TEMPLATE.glob("*.csv")}
    found = {p.name: p.read_text(encoding="utf-8").splitlines()[0] for p in SAMPLES[sample].folder.glob("*.csv")}
    assert found == headers
    assert plan(sample, "measurements") == []


@pytest.mark.parametrize(
    "folder", [*(sample.folder for sample in SAMPLES.values()), SYNTHETIC, TEMPLATE], ids=lambda f: f.name
)
def test_every_table_is_read_by_its_contract(folder: Path) -> None:
    tables = {dataset.file_pattern: dataset for dataset in all_contracts() if dataset.kind == "workspace_file"}
    for path in folder.glob("*.csv"):
        read, faults = read_all(workspace_files.read, tables[path.name], path, name=path.name)
        assert (sum(len(found) for found in read.values()), faults) == (len(rows(path)), [])


def test_heemskerk_has_28_objectives_in_5_opgaven_and_says_what_is_still_to_be_filled_in() -> None:
    objectives = plan("heemskerk", "objectives")
    assert [row["objective_id"] for row in objectives] == [f"heemskerk-{n:02}" for n in range(1, 29)]
    assert list(dict.fromkeys(row["opgave"] for row in objectives)) == list(BBV_OF_OPGAVE)
    assert all(row["result_area"] for row in objectives)
    # domain.md: 9, 10, 13, 14 and 16 wait for a number; without a baseline are 12, 15, 22, 24, 25 and 26
    silent = {9, 10, 12, 13, 14, 15, 16, 22, 24, 25, 26}
    assert {n for n, row in enumerate(objectives, 1) if not row["baseline_value"]} == silent
    assert all(objectives[n - 1]["remarks"] for n in silent)
    assert {n for n, row in enumerate(objectives, 1) if "nog niet ingevuld" in row["remarks"]} == {9, 10, 13, 14, 16}


def test_heemskerk_sets_the_official_indicators_under_their_opgaven() -> None:
    with product_path("seeds", "indicators.csv").open(encoding="utf-8", newline="") as stream:
        number = {row["indicator_id"]: row["bbv_number"] for row in csv.DictReader(stream)}
    found = {
        row["opgave"]: {number[indicator] for indicator in row["indicators"].split(",") if indicator}
        for row in plan("heemskerk", "opgaven")
    }
    assert found == BBV_OF_OPGAVE
    assert all(row["ambition"] for row in plan("heemskerk", "opgaven"))


def test_heemskerk_evaluates_in_2027_and_tells_the_council_in_april_and_october() -> None:
    (row,) = plan("heemskerk", "plans")
    assert (row["starts"], row["ends"], row["evaluation"]) == ("2024", "", "2027")
    assert "April en oktober" in row["council_moments"]
    assert "zes jaar" in row["remarks"]
    moments = [row["period"] for row in plan("heemskerk", "agenda")]
    assert moments == ["2024-Q3", "2025-04", "2025-10", "2026-04", "2026-10", "2027-04", "2027-10", "2027"]


@pytest.mark.parametrize("name", ["actions", "choices", "budget", "costs", "indicators"])
def test_heemskerk_is_silent_where_its_proposal_is(name: str) -> None:
    assert plan("heemskerk", name) == []


def test_heerenveen_has_15_doelen_in_order_with_their_results() -> None:
    objectives = plan("heerenveen", "objectives")
    assert [row["opgave"] for row in plan("heerenveen", "opgaven")] == DOELEN
    assert [row["objective_id"] for row in objectives] == [f"heerenveen-{n:02}" for n in range(1, len(objectives) + 1)]
    assert Counter(row["opgave"] for row in objectives) == dict(zip(DOELEN, RESULTS_OF_DOEL, strict=True))
    assert [row["opgave"] for row in objectives] == sorted((r["opgave"] for r in objectives), key=DOELEN.index)
    assert {row["valid_from"] for row in objectives} == {"2020-02-24"}


def test_heerenveen_has_one_objective_with_a_number() -> None:
    objectives = plan("heerenveen", "objectives")
    (numeric,) = (row for row in objectives if row["target_value"])
    figures = ("kind", "direction", "baseline_value", "baseline_period", "target_value", "target_period")
    assert tuple(numeric[name] for name in figures) == ("level", "down", "1500", "2017", "1100", "2023")
    assert "vierhonderd minder" in numeric["remarks"]
    kinds = {row["kind"] for row in objectives if row is not numeric}
    assert kinds == {"directional", "qualitative", "not_above_baseline"}
    for row in objectives:
        assert bool(row["direction"]) == (row["kind"] != "qualitative")
        assert bool(row["indicator_id"]) == (row["kind"] in ("level", "directional"))
        assert row["owner"] == ""
    directional = [row["indicator_id"] for row in objectives if row["kind"] == "directional"]
    assert len(set(directional)) == len(directional)
    against_ggd = {row["title"] for row in objectives if "GGD-rapportage" in row["remarks"]}
    assert against_ggd == {"Minder rokers", "Minder inwoners met overgewicht", "Minder problematisch alcoholgebruik"}


def test_heerenveen_names_a_programme_of_an_objective_only_where_it_is_clear() -> None:
    of_doel: dict[str, set[str]] = {}
    for row in plan("heerenveen", "actions"):
        of_doel.setdefault(row["opgave"], set()).add(row["programme"])
    assert list(of_doel) == DOELEN
    assert sum(len(programmes) for programmes in of_doel.values()) == 21
    for row in plan("heerenveen", "objectives"):
        programmes = of_doel[row["opgave"]]
        assert row["programme"] in {*programmes, ""}
        assert row["programme"] or len(programmes) > 1
    assert {row["opgave"] for row in plan("heerenveen", "risks")} == {*DOELEN, ""}


def test_heerenveen_has_19_indicators_in_4_groups() -> None:
    indicators = plan("heerenveen", "indicators")
    assert Counter(row["indicator_group"] for row in indicators) == {
        "Preventieve inzet toegang": 4,
        "Gebruik voorzieningen": 8,
        "Kosten": 4,
        "Kwaliteit": 3,
    }
    assert len({row["indicator_id"] for row in indicators}) == 19
    assert {(row["definition_nl"], row["direction"], row["opgave"]) for row in indicators} == {("", "", "")}


def test_heerenveen_has_the_budget_of_2019_gross_and_that_of_2020_net_each_with_its_base() -> None:
    budget = plan("heerenveen", "budget")
    gross = {row["budget_line"]: Decimal(row["budget"]) for row in budget if row["year"] == "2019"}
    assert gross == {line: Decimal(millions) * 1_000_000 for line, millions in BUDGET_2019.items()}
    assert sum(gross.values()) == 61_000_000
    assert {row["basis"] for row in budget if row["year"] == "2019"} == {"bruto"}
    (net,) = (row for row in budget if row["year"] != "2019")
    assert (net["year"], net["budget"]) == ("2020", "45100000")
    assert "na aftrek van de rijksbijdrage bijstand" in net["basis"]
    assert {(row["programme"], row["actual"], row["forecast"]) for row in budget} == {("", "", "")}, (
        "open per programme"
    )


def test_westervoort_has_a_register_of_26_rows_and_leaves_the_gaps_empty() -> None:
    first, *others = plan("westervoort", "objectives")
    assert [row["objective_id"] for row in (first, *others)] == [f"westervoort-{n:02}" for n in range(1, 27)]
    required = {"plan_id", "objective_id", "opgave", "title", "source", "valid_from"}
    assert first["title"] == "Score kwaliteit van zorg"
    assert filled(first) == {*required, "indicator_id", "remarks"}
    assert "staat er niet bij" in first["remarks"]
    for number, row in enumerate(others, 2):
        assert row["title"] == f"Prestatie-indicator {number} (naam niet in bron)"
        assert filled(row) == required


def test_westervoort_links_its_one_named_indicator_to_every_action_of_the_plan() -> None:
    actions = plan("westervoort", "actions")
    assert Counter(row["indicators"] for row in actions) == {"kwaliteit_van_zorg_score": 6, "": 3}
    assert {row["state"] for row in actions if row["indicators"]} == {""}, "running or finished: the source mixes them"
    assert {row["programme"] for row in actions} == {""}
    assert [row["opgave"] for row in plan("westervoort", "opgaven")][1:] == [
        "Innovatie",
        "Preventie",
        "Effecten en monitoring",
    ]
    assert plan("westervoort", "plans")[0]["council_moments"] == "Elke raadsvergadering"


def test_every_made_up_row_beside_a_plan_says_so() -> None:
    tables = {path.stem: rows(path) for path in SYNTHETIC.glob("*.csv")}
    assert set(tables) == {"measurements", "actions", "choices", "budget", "costs"}
    for name, made_up in tables.items():
        assert made_up, name
        assert {row["synthetisch"] for row in made_up} == {"ja"}
        assert all(row["source"].startswith("SYNTHETISCH") for row in made_up)
        header = (SYNTHETIC / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert header == (HEEMSKERK.folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
    blocks = json.loads((SYNTHETIC / "wijken.geojson").read_text(encoding="utf-8"))
    assert "SYNTHETISCH" in blocks["name"]
    assert len(blocks["features"]) == 11
    for block in blocks["features"]:
        assert block["properties"]["synthetisch"] is True
        assert "schematisch" in block["properties"]["region_name"]


def test_every_made_up_telling_says_so_and_tells_of_an_objective() -> None:
    known = {row["objective_id"] for row in plan("heemskerk", "objectives")}
    tellings = list((SYNTHETIC / "narratives").iterdir())
    assert tellings
    for path in tellings:
        told = narratives.parse(path.name, path.read_bytes())
        assert path.stem in known
        assert (told.is_synthetic, told.edition) == (True, "2026-04")
        assert "verzonnen" in told.author_role
        assert told.maatregelen
        assert [section.code for section in told.sections] == list(narratives.SECTIONS)
        assert all(section.text for section in told.sections)
        assert "synthetisch: verzonnen voor het voorbeeld" in told.sections[0].text


def test_the_example_of_a_telling_in_an_empty_workspace_can_be_copied() -> None:
    text = (TEMPLATE / "narratives" / "LEESMIJ.txt").read_text(encoding="utf-8")
    told = narratives.parse("example.md", text[text.index("---\n") :].encode())
    assert [section.code for section in told.sections] == list(narratives.SECTIONS)
    assert (told.is_synthetic, told.maatregelen[0].expected_effect) == (True, "6")


def test_made_up_figures_are_of_objectives_of_the_plan_in_their_unit() -> None:
    units = {row["indicator_id"]: row["unit"] for row in plan("heemskerk", "objectives")}
    for row in rows(SYNTHETIC / "measurements.csv"):
        assert units[row["indicator_id"]] == row["eenheid"]
        assert re.fullmatch(r"GM0396|WK0396\d\d", row["region_code"])


def test_no_sentence_was_copied_from_the_documents() -> None:
    taken = {run for path in founding_documents() for run in runs_of_words(path.read_text(encoding="utf-8"))}
    for path in sorted(product_path("sources", "samples").rglob("*")):
        if path.suffix == ".csv" and "snapshots" not in path.parts:
            for row in rows(path):
                for name, cell in row.items():
                    assert not taken.intersection(runs_of_words(cell)), f"{path.name}, {name}: {cell}"
        elif path.suffix in (".md", ".toml", ".txt"):
            assert not taken.intersection(runs_of_words(path.read_text(encoding="utf-8"))), path.name


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    """Every run of words of the length that may not be shared; a word broken over two lines is one."""
    whole = re.sub(r"[\u00ad\ufeff]|(?<=\w)-\s*\n\s*", "", text)
    words = re.findall(r"\w+", whole.lower())
    return set(zip(*(words[start:] for start in range(WORDS_IN_A_ROW)), strict=False))
