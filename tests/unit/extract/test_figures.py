"""Files of figures: one raw row per measure, region and period."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.contracts import Measure
from dagster_project.errors import UnsoundData
from dagster_project.extract import figures
from tests.unit.extract.files import BENCHMARK, read_all, write

MEASURE = "Terugkeer in de bijstand binnen een jaar (%)"
HEADER = f"Gemeentecode;Peiljaar;{MEASURE}"


def read(folder: Path, *rows: str, header: str = HEADER) -> tuple[list[dict[str, object]], list[tuple[int, str]]]:
    path = write(folder, "\n".join([header, *rows]) + "\n", "cp1252")
    tables, faults = read_all(figures.read, BENCHMARK, path)
    return tables.get("divosa_observation", []), [(fault.line, fault.column) for fault in faults]


def test_a_figure_becomes_an_observation_of_its_concept(tmp_path: Path) -> None:
    (row,), faults = read(tmp_path, "GM0396;2024;14,8")
    assert faults == []
    assert row["row_number"] == 2
    assert (row["concept_id"], row["measure_key"]) == ("terugkeer_bijstand_pct", MEASURE)
    assert (row["region_key"], row["period_key"], row["value_text"]) == ("GM0396", "2024", "14.8")
    assert (row["value_attribute"], row["is_synthetic"]) == (None, False)


def test_an_empty_cell_stays_an_observation_without_value(tmp_path: Path) -> None:
    (row,), faults = read(tmp_path, "GM0396;2024;")
    assert (row["value_text"], faults) == (None, [])


def test_a_mark_of_suppression_keeps_its_text_and_says_what_it_is(tmp_path: Path) -> None:
    marked = BENCHMARK.model_copy(update={"suppressed_marks": ("<5",)})
    path = write(tmp_path, f"{HEADER}\nGM0396;2024;<5\nGM0396;2023;16\n")
    tables, faults = read_all(figures.read, marked, path)
    assert faults == []
    assert [(row["value_text"], row["value_attribute"]) for row in tables["divosa_observation"]] == [
        ("<5", "Confidential"),
        ("16", None),
    ]


def test_every_measure_of_a_row_becomes_a_row_of_its_own(tmp_path: Path) -> None:
    two = BENCHMARK.model_copy(
        update={"measures": (*BENCHMARK.measures, Measure(measure="Dossiers", concept="dossiers"))}
    )
    path = write(tmp_path, f"{HEADER};Dossiers\nGM0396;2024;14,8;1.240\n")
    tables, _ = read_all(figures.read, two, path)
    assert [(row["concept_id"], row["value_text"]) for row in tables["divosa_observation"]] == [
        ("terugkeer_bijstand_pct", "14.8"),
        ("dossiers", "1240"),
    ]


def test_a_row_that_is_no_figure_is_set_aside(tmp_path: Path) -> None:
    sound = [f"GM{n:04d};2024;1" for n in range(10)]
    rows, faults = read(tmp_path, "GM0396;2024;14.8", ";2024;3", *sound)
    assert faults == [(2, f"measure:{MEASURE}"), (3, "region")]
    assert len(rows) == 10


def test_a_region_and_period_that_stand_twice_refuse_the_file(tmp_path: Path) -> None:
    with pytest.raises(UnsoundData, match="line 4 repeats region GM0396 and period 2024 of line 2"):
        read(tmp_path, "GM0396;2024;14,8", "GM0396;2023;16", "GM0396;2024;15")


def test_a_vanished_measure_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(UnsoundData, match="lacks the header 'Terugkeer in de bijstand"):
        read(tmp_path, "GM0396;2024;14,8", header="Gemeentecode;Peiljaar;Instroom")


def test_figures_that_are_made_up_say_so(tmp_path: Path) -> None:
    (row,), _ = read(tmp_path, "GM0396;2024;14,8;ja", header=HEADER + ";synthetisch")
    assert row["is_synthetic"] is True
