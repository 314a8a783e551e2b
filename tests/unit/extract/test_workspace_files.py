"""The workspace's own files: the 28 objectives of the sample, and errors a person can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.contracts import contract
from dagster_project.errors import UnsoundData
from dagster_project.extract import workspace_files
from dagster_project.product import product_path
from tests.unit.extract.files import MEASUREMENTS, OBJECTIVES, read_all, write

SAMPLE = product_path("sources", "samples", "heemskerk")

# number: kind, direction, baseline, its period, target, its period, as the plan has them
EXPECTED = {
    1: ("level", "up", "56", "2020", "60", "2027"),
    2: ("level", "up", "108", "2023-H2", "250", "2027"),
    3: ("level", "up", "91", "2019", "93", "2027"),
    4: ("absolute_change", "down", "51", "2020", "-5", "2027"),
    5: ("level", "up", "42", "2019", "50", "2027"),
    6: ("relative_change", "down", "244", "2023", "-20", "2027"),
    7: ("level", "up", "107", "2022", "178", "2027"),
    8: ("level", "up", "40", "2023", "50", "2027"),
    9: ("relative_change", "down", None, None, None, "2027"),
    10: ("relative_change", "down", None, None, None, "2027"),
    11: ("level", "up", "46", "2022", "80", "2027"),
    12: ("level", "up", None, None, "70", "2027"),
    13: ("not_above_baseline", "down", None, "2023", None, "2027"),
    14: ("hold", "hold", None, "2023", None, "2027"),
    15: ("level", "up", None, None, "70", "2027"),
    16: ("relative_change", "down", None, "2023/2024", "-10", "2026/2027"),
    17: ("relative_change", "up", "5377", "2023", "10", "2027"),
    18: ("relative_change", "up", "985", "2023", "10", "2027"),
    19: ("level", "down", "1240", "2023", "1100", "2027"),
    20: ("level", "up", "45", "2023", "65", "2027"),
    21: ("level", "down", "16", "2023", "11", "2027"),
    22: ("level", "up", None, None, "35", "2027"),
    23: ("level", "up", "20", "2022", "21", "2027"),
    24: ("every_wijk", "up", None, None, "1", "2027"),
    25: ("every_wijk", "up", None, None, "5", "2027"),
    26: ("yearly_growth", "up", None, None, "10", "2027"),
    27: ("every_wijk", "down", "48.1", "2022", "45", "2027"),
    28: ("relative_change", "up", "1754", "2024", "15", "2027"),
}
RHYTHMS = {
    "4-yearly": {1, 3, 4, 5, 27},
    "half-yearly": {2, 8, 9, 10, 12, 17, 20, 22},
    "yearly": {6, 7, 11, 13, 14, 15, 18, 19, 21, 23, 24, 25, 26, 28},
    "per school year": {16},
}
OPGAVEN = {
    "Vitaal en weerbaar": range(1, 6),
    "Zorg en wonen": range(6, 11),
    "Opgroeien en zelfontplooiing": range(11, 17),
    "Financieel fit": range(17, 23),
    "Ontmoeten en omzien naar elkaar": range(23, 29),
}


def sample_objectives() -> dict[int, dict[str, object]]:
    tables, _ = read_all(workspace_files.read, OBJECTIVES, SAMPLE / "objectives.csv", name="objectives.csv")
    return {int(str(row["objective_id"])[-2:]): row for row in tables["objective"]}


def test_the_sample_has_the_28_objectives_of_the_plan() -> None:
    columns = ("kind", "direction", "baseline_value", "baseline_period", "target_value", "target_period")
    found = {number: tuple(row[name] for name in columns) for number, row in sample_objectives().items()}
    assert found == EXPECTED


def test_the_sample_objectives_have_their_rhythm_opgave_and_source() -> None:
    rows = sample_objectives()
    assert {rhythm: {n for n, row in rows.items() if row["rhythm"] == rhythm} for rhythm in RHYTHMS} == RHYTHMS
    assert {
        name: range(min(own), max(own) + 1)
        for name in OPGAVEN
        if (own := [n for n, r in rows.items() if r["opgave"] == name])
    } == OPGAVEN
    assert len({row["indicator_id"] for row in rows.values()}) == 28
    assert {(row["plan_id"], row["valid_from"], row["margin"]) for row in rows.values()} == {
        ("heemskerk", "2024-06-12", None)
    }
    assert all("D/2024/619585" in str(row["source"]) and row["owner"] and row["unit"] for row in rows.values())


@pytest.mark.parametrize("folder", ["heemskerk", "template"])
def test_the_empty_files_that_we_hand_out_can_be_read(folder: str) -> None:
    path = product_path("sources", "samples", folder)
    assert read_all(workspace_files.read, MEASUREMENTS, path / "measurements.csv") == ({}, [])


def test_the_objectives_of_an_empty_workspace_can_be_read() -> None:
    assert read_all(
        workspace_files.read, OBJECTIVES, product_path("sources", "samples", "template", "objectives.csv")
    ) == ({}, [])


HEADER = "indicator_id;region_code;period_id;value;interval_low;interval_high;source;synthetisch"


def test_a_measurement_is_read_with_its_interval(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER}\neenzaamheid_pct;WK039601;2024;46,2;43,0;49,4;GGD;nee\n")
    tables, _ = read_all(workspace_files.read, MEASUREMENTS, path)
    (row,) = tables["measurement"]
    assert (row["value"], row["interval_low"], row["interval_high"]) == ("46.2", "43.0", "49.4")
    assert (row["row_number"], row["is_synthetic"]) == (2, "nee")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x;GM0396;2024;46.2;;;GGD;", "line 2, value: found '46.2', expected a number written as 1240 or 48,1"),
        ("x;GM0396;2024;1.754;;;MantelZ;", "line 2, value: found '1.754', expected a number"),
        ("x;GM0396;2024;;;;GGD;", "line 2, value: is empty, expected a number"),
        ("x;GM0396;2023-2024;4;;;GGD;", "line 2, period_id: found '2023-2024', expected a period such as 2023"),
        ("x;GM0396;2023/2025;4;;;GGD;", "line 2, period_id: found '2023/2025', expected a period"),
        ("x;GM0396;2024;4;;;GGD;soms", "line 2, is_synthetic: found 'soms', expected one of ja, nee"),
        ("x;GM0396;2024;4", "line 2: found 4 cells, expected 8 as in the header"),
    ],
)
def test_a_wrong_cell_is_named_with_line_column_found_and_expected(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(UnsoundData) as caught:
        read_all(workspace_files.read, MEASUREMENTS, write(tmp_path, f"{HEADER}\n{row}\n"), name="measurements.csv")
    assert str(caught.value).startswith(f"measurements.csv, {message}")


def test_a_wrong_kind_of_objective_lists_the_kinds(tmp_path: Path) -> None:
    text = (SAMPLE / "objectives.csv").read_text(encoding="utf-8").replace(";hold;hold;", ";gelijk;hold;")
    with pytest.raises(UnsoundData, match="line 15, kind: found 'gelijk', expected one of level, absolute_change"):
        read_all(workspace_files.read, OBJECTIVES, write(tmp_path, text))


def test_a_misspelt_header_is_not_silently_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER.replace("interval_low", "interval_lo") + "\n")
    with pytest.raises(UnsoundData, match="unknown header 'interval_lo'; did you mean 'interval_low'?"):
        read_all(workspace_files.read, MEASUREMENTS, path)


def test_many_faults_are_summed_up(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "\n" + "x;GM0396;2024;veel;;;GGD;\n" * 8)
    with pytest.raises(UnsoundData, match="line 6, value.*; and 3 more. Mend the file"):
        read_all(workspace_files.read, MEASUREMENTS, path)


def test_a_workspace_file_is_recorded_as_it_stands(tmp_path: Path) -> None:
    recording = workspace_files.record(OBJECTIVES, SAMPLE / "objectives.csv", tmp_path)
    assert recording.file.read_bytes() == (SAMPLE / "objectives.csv").read_bytes()
    assert (recording.url, recording.origin, recording.row_count) == ("objectives.csv", "file", 28)


@pytest.mark.parametrize(
    ("dataset_id", "text"),
    [
        ("actions", "opgave;action;indicators;state;expected_effect;cost\nZorg;Bellen;*;Loopt;Kortere rij;1200,50\n"),
        ("agenda", "date;subject;opgave\n2027-03-11;Evaluatie;Zorg\n"),
        ("agenda", "period;subject\n2027-Q1;Evaluatie\n"),
        ("budget", "plan_id;year;budget\np;2024;-300,5\n"),
        ("costs", "wet;year;source\nWmo;2024;Jaarrekening\n"),
    ],
)
def test_columns_that_are_not_required_may_be_missing(tmp_path: Path, dataset_id: str, text: str) -> None:
    dataset = contract("municipal", dataset_id)
    tables, _ = read_all(workspace_files.read, dataset, write(tmp_path, text))
    (row,) = tables[str(dataset.raw_table)]
    assert row["row_number"] == 2


@pytest.mark.parametrize(
    ("dataset_id", "text", "message"),
    [
        (
            "agenda",
            "date;period;subject\n;;Evaluatie\n",
            "line 2, date or period: none of them is filled, expected exac",
        ),
        ("agenda", "subject\nEvaluatie\n", "line 2, date or period: none of them is filled"),
        (
            "agenda",
            "date;period;subject\n2027-03-11;2027-Q1;Evaluatie\n",
            "line 2, date or period: more than one is fil",
        ),
        ("actions", "opgave;indicators\nZorg;*\n", "lacks the header 'action'"),
        (
            "actions",
            "action;state\nBellen;bezig\n",
            "line 2, state: found 'bezig', expected one of gepland, loopt, afg",
        ),
        (
            "costs",
            "wet;year;users;source\nWmo;2024;1.240;Jaarrekening\n",
            "line 2, users: found '1.240', expected a whole",
        ),
        (
            "budget",
            "plan_id;year;budget\np;2024;1.240\n",
            "line 2, budget: found '1.240', expected a number written as",
        ),
        ("plans", "plan_id;title\np;\n", "line 2, title: is empty, expected text"),
    ],
)
def test_a_fault_in_a_file_around_the_plan_is_named(tmp_path: Path, dataset_id: str, text: str, message: str) -> None:
    dataset = contract("municipal", dataset_id)
    with pytest.raises(UnsoundData, match=message):
        read_all(workspace_files.read, dataset, write(tmp_path, text), name=str(dataset.file_pattern))


def test_what_the_plan_leaves_out_of_an_objective_stays_empty(tmp_path: Path) -> None:
    header = "plan_id;objective_id;opgave;title;indicator_id;kind;direction;owner;rhythm;valid_from;result_area;remarks"
    path = write(tmp_path, f"{header}\np;p-01;Zorg;Minder wachten;;;;;;2024-01-01;Nabij;Zie bijlage\n")
    tables, _ = read_all(workspace_files.read, OBJECTIVES, path)
    (row,) = tables["objective"]
    assert {row[name] for name in ("indicator_id", "kind", "direction", "owner", "rhythm")} == {None}
    assert (row["result_area"], row["remarks"]) == ("Nabij", "Zie bijlage")
