"""Files of figures: one raw row per measure, region and period."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from dagster_project.contracts import Measure
from dagster_project.errors import UnsoundData
from dagster_project.extract import figures, limits, sheets
from tests.unit.extract.files import BENCHMARK, GMSD, read_all, write

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


def sheet(folder: Path, *rows: tuple[object, ...], name: str = "Blad1", before: str = "") -> Path:
    """A workbook with one sheet of rows, behind another one where `before` names it."""
    path = folder / "file.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        if before:
            workbook.add_worksheet(before)
        page = workbook.add_worksheet(name)
        day = workbook.add_format({"num_format": "dd-mm-yyyy"})
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(line, place, cell, *([day] if isinstance(cell, date) else []))
    return path


def test_a_workbook_gives_what_the_text_file_gives(tmp_path: Path) -> None:
    text, _ = read(tmp_path, "GM0396;2024;14,8", "GM0397;2024;1240", "396;2023;")
    path = sheet(
        tmp_path,
        ("Benchmark Werk & Inkomen",),
        ("Gemeentecode", "Peiljaar", MEASURE),
        ("GM0396", 2024, 14.8),
        ("GM0397", "2024", 1240),
        (396, 2023, ""),
    )
    tables, faults = read_all(figures.read, BENCHMARK, path)
    assert faults == []
    rows = [{**row, "row_number": row["row_number"] - 1} for row in tables["divosa_observation"]]  # the title
    assert rows == text


def test_a_sheet_is_found_by_its_name(tmp_path: Path) -> None:
    path = sheet(
        tmp_path, ("Gemeentecode", "Peiljaar", MEASURE), ("GM0396", 2024, 16), name="Cijfers", before="Toelichting"
    )
    named = BENCHMARK.model_copy(update={"format": BENCHMARK.format.model_copy(update={"sheet": "Cijfers"})})
    tables, _ = read_all(figures.read, named, path)
    assert [row["value_text"] for row in tables["divosa_observation"]] == ["16"]
    absent = BENCHMARK.model_copy(update={"format": BENCHMARK.format.model_copy(update={"sheet": "Blad1"})})
    with pytest.raises(UnsoundData, match="lacks the sheet 'Blad1', found 'Toelichting', 'Cijfers'"):
        read_all(figures.read, absent, path)
    with pytest.raises(UnsoundData, match="is empty, expected a row of headers"):
        read_all(figures.read, BENCHMARK, path)


def test_a_workbook_that_is_none_or_lacks_a_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(b"GM0396;2024;14,8")
    with pytest.raises(UnsoundData, match="export.csv is no workbook, whatever its name says"):
        read_all(figures.read, BENCHMARK, path)
    with pytest.raises(UnsoundData, match="lacks the header 'Terugkeer in de bijstand"):
        read_all(
            figures.read, BENCHMARK, sheet(tmp_path, ("Gemeentecode", "Peiljaar", "Instroom"), ("GM0396", 2024, 1))
        )


def test_a_workbook_that_unpacks_to_more_than_memory_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FIGURES_SHEET_BYTES", 1000)
    with pytest.raises(UnsoundData, match="unpacks to .* expected"):
        read_all(figures.read, BENCHMARK, sheet(tmp_path, ("Gemeentecode", "Peiljaar", MEASURE)))


def test_cells_of_a_workbook_are_written_as_the_contract_writes_them(tmp_path: Path) -> None:
    path = sheet(tmp_path, ("a", 1.0, 0.1 + 0.2, 1e-7, date(2024, 1, 31), True, " b "))
    assert list(sheets.read_rows(path, "x")) == [(1, ["a", "1", "0,3", "0,0000001", "2024-01-31", "ja", "b"])]


LONG = "Gemeentecode;Indicator;Periode;Waarde"
JEUGDHULP, JB = "Jongeren met jeugdhulp (% tot 18 jaar)", "Jongeren met jeugdbescherming (% tot 18 jaar)"


def read_long(folder: Path, *rows: str) -> tuple[list[dict[str, object]], list[tuple[int, str]]]:
    tables, faults = read_all(figures.read, GMSD, write(folder, "\n".join([LONG, *rows]) + "\n", "cp1252"))
    return tables.get("municipal_observation", []), [(fault.line, fault.column) for fault in faults]


def test_a_long_sheet_has_its_measures_in_a_column(tmp_path: Path) -> None:
    rows, faults = read_long(
        tmp_path,
        f"GM0396;{JEUGDHULP};2024;12,5",
        f"GM0396;{JB.upper()};2024;<5",
        "GM0396;Iets anders;2024;geen getal",
        f"396;{JEUGDHULP};2024-H1;",
    )
    assert faults == []
    assert [(r["row_number"], r["concept_id"], r["measure_key"], r["period_key"], r["value_text"]) for r in rows] == [
        (2, "jeugdhulp_pct", JEUGDHULP, "2024", "12.5"),
        (5, "jeugdhulp_pct", JEUGDHULP, "2024-H1", None),
        (3, "jeugdbescherming_pct", JB, "2024", "<5"),
    ]
    assert [row["value_attribute"] for row in rows] == [None, None, "Confidential"]


def test_rows_of_a_long_sheet_without_a_code_or_a_name_are_set_aside(tmp_path: Path) -> None:
    sound = [f"GM{n:04d};{JEUGDHULP};2024;1" for n in range(20)]
    rows, faults = read_long(tmp_path, f"Nederland;{JEUGDHULP};2024;12,5", "GM0396;;2024;1", *sound)
    assert faults == [(2, "region"), (3, "measure")]
    assert len(rows) == 20


def test_a_long_sheet_with_a_figure_twice_or_without_a_known_measure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UnsoundData, match=r"line 3 repeats Jongeren met jeugdhulp .*, region GM0396 and period 2024 of"
    ):
        read_long(tmp_path, f"GM0396;{JEUGDHULP};2024;1", f"GM0396;{JEUGDHULP};2024;2")
    with pytest.raises(UnsoundData, match="holds none of the measures .* found 'Jongeren met jeugdhulp', 'Overig'"):
        read_long(tmp_path, "GM0396;Overig;2024;1", "GM0396;Jongeren met jeugdhulp;2024;2")
