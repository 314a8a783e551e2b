"""tables.xlsx and the CSV files, read back by another library than the one that wrote them."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from dagster_project.export.cells import Euro, Figure, Share
from dagster_project.export.delimited import DUTCH, INTERNATIONAL, written
from dagster_project.export.told import told_by_site
from tests.unit.export.conftest import EDITION, Made
from tests.unit.export.export_build import HOSTILE
from tests.unit.site import care_rows
from tests.unit.site.page_build import GEMEENTE

SHEETS = (
    "Leeswijzer",
    "Doelen",
    "Cijfers",
    "Vergelijking",
    "Begroting",
    "Kosten",
    "Kostenverschil",
    "Acties",
    "Maatregelen",
    "Agenda",
)
CARE_SHEETS = (
    "Zorggebruik",
    "Zorgverloop",
    "Zorgstapeling",
    "Zorgvooruitzicht",
    "Zorg in druk",
    "Registratietellingen",
    "Registratiebestanden",
)


@pytest.fixture(scope="module")
def book(made: Made) -> Workbook:
    return openpyxl.load_workbook(made.folder / "tables.xlsx")


def rows_of(page: Worksheet) -> list[dict[str, object]]:
    headings, *rows = page.iter_rows(values_only=True)
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


def read_csv(folder: Path, form: str, sheet: str) -> list[list[str]]:
    encoding, separator = {"nl": ("utf-8-sig", ";"), "int": ("utf-8", ",")}[form]
    with (folder / "csv" / form / f"{sheet.lower()}.csv").open(encoding=encoding, newline="") as stream:
        return list(csv.reader(stream, delimiter=separator))


def test_the_sheets_stand_in_dutch_order_each_with_a_frozen_row_of_headings_and_a_filter(book: Workbook) -> None:
    assert tuple(book.sheetnames) == SHEETS
    assert book.active is not None
    assert book.active.title == "Leeswijzer"
    for page in book.worksheets:
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref == f"A1:{page.cell(max(page.max_row, 2), page.max_column).coordinate}"
        assert all(cell.value and cell.font.bold for cell in page[1])
        assert all(page.column_dimensions[cell.column_letter].width > 8 for cell in page[1])


def test_figures_are_numbers_and_days_are_days(book: Workbook, made: Made) -> None:
    figures = rows_of(book["Cijfers"])
    values = [row["Waarde"] for row in figures if row["Waarde"] is not None]
    assert values
    assert all(isinstance(value, int | float) for value in values)
    assert {type(row["Periode van"]) for row in figures} == {datetime, type(None)}
    objective = rows_of(book["Doelen"])[0]
    assert (objective["Begin"], objective["Streefwaarde"], objective["Vooruitzicht"]) == (56, 60, 57.2)
    assert objective["Volgende meting"] == datetime(2024, 12, 31)
    budget = book["Begroting"]
    formats = {str(cell.value): column[1].number_format for cell, column in zip(budget[1], budget.columns, strict=True)}
    assert formats["Begroot"].startswith("€ #,##0.00")
    assert formats["Aandeel in begroting"] == "0.0%"
    with duckdb.connect(str(made.database), read_only=True) as connection:
        shown = {(row["Indicator-id"], row["Gebiedscode"], row["Periode"]): row["Waarde"] for row in figures}
        for indicator, period, value in connection.execute(
            "select indicator_id, period_id, value from marts.fct_indicator_value where region_code = $gemeente"
            " and territory = 'as_published' and length(period_id) = 4",
            {"gemeente": GEMEENTE},
        ).fetchall():
            assert shown[indicator, GEMEENTE, period] == value


def test_a_figure_is_shown_with_the_decimals_of_its_indicator(book: Workbook) -> None:
    page = book["Cijfers"]
    column = {str(cell.value): cell.column - 1 for cell in page[1]}
    formats = {row[column["Indicator-id"]].value: row[column["Waarde"]].number_format for row in page.iter_rows(2)}
    assert formats["niet_sporters_pct"] == "#,##0.0"
    assert formats["inwoners"] == "#,##0"


def test_only_the_gemeente_and_its_wijken_are_shown(made: Made, tmp_path: Path) -> None:
    other = """
        insert into marts.fct_indicator_value (indicator_id, region_code, period_id, territory, value) values
            ('inwoners', 'GM0034', '2024', 'as_published', 1), ('inwoners', 'WK039601', '2024', 'as_published', 2),
            ('inwoners', 'GM0396', '2024', 'current', 3);
    """
    book = openpyxl.load_workbook(Made(tmp_path, other).folder / "tables.xlsx")
    regions = {row["Gebiedscode"] for row in rows_of(book["Cijfers"])}
    assert regions == {GEMEENTE, "WK039601"}
    assert 3 not in {row["Waarde"] for row in rows_of(book["Cijfers"]) if row["Indicator-id"] == "inwoners"}


def test_an_objective_says_what_its_page_says(book: Workbook, made: Made) -> None:
    with duckdb.connect(str(made.database), read_only=True) as connection:
        told = told_by_site(connection, GEMEENTE)
    rows = rows_of(book["Doelen"])
    assert len(rows) == len(told.cards)
    for row in rows:
        card = told.cards[str(row["Doel-id"])]
        assert (row["Oordeel"], row["Uitleg"]) == (card.verdict.text, card.explanation)
        assert row["Streven in woorden"] == card.target.text
        assert (row["Laatste meting"] is None) == card.latest.is_absent
        assert row["Synthetisch"] == ("synthetisch" if card.is_synthetic else None)


def test_a_text_that_looks_like_a_formula_stays_text(book: Workbook, made: Made) -> None:
    cell = next(cell for row in book["Acties"].iter_rows() for cell in row if cell.value == HOSTILE)
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert not any(cell.data_type == "f" for page in book for row in page.iter_rows() for cell in row)
    for form in ("nl", "int"):
        assert any(f"'{HOSTILE}" in row for row in read_csv(made.folder, form, "Acties"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum(a)", "\t=1", "\r=1", "\n=1"])
def test_in_a_csv_file_an_apostrophe_stands_before_what_a_program_would_calculate_with(text: str) -> None:
    assert written(text, DUTCH) == written(text, INTERNATIONAL) == f"'{text}"


def test_cells_of_a_csv_file_are_written_in_both_forms() -> None:
    cells = (Figure(-0.30000000000000004, 1), Figure(1754.0, 0), Figure(1e-7, None), Euro(Decimal("-50000.50")))
    assert [written(cell, DUTCH) for cell in cells] == ["-0,30000000000000004", "1754", "0,0000001", "-50000,50"]
    assert [written(cell, INTERNATIONAL) for cell in cells][-1] == "-50000.50"
    assert (written(Share(0.25), DUTCH), written(3, DUTCH), written(None, DUTCH)) == ("0,25", "3", "")
    assert (written(date(2024, 12, 31), DUTCH), written(date(2024, 12, 31), INTERNATIONAL)) == (
        "31-12-2024",
        "2024-12-31",
    )
    assert written("a-b", DUTCH) == "a-b"


def test_the_effect_of_a_measure_on_a_percentage_is_in_percentage_points(book: Workbook) -> None:
    newest, before = rows_of(book["Maatregelen"])
    assert (newest["Editie"], before["Editie"]) == ("2026-04", "2025-04")
    assert (before["Verwacht effect"], before["Eenheid"], before["Kosten"]) == (1.5, "procentpunt", 40000)


def test_the_csv_files_hold_what_the_sheets_hold(book: Workbook, made: Made) -> None:
    for sheet in SHEETS:
        dutch, other = (read_csv(made.folder, form, sheet) for form in ("nl", "int"))
        assert dutch[0] == other[0] == [cell.value for cell in book[sheet][1]]
        assert len(dutch) == len(other) == book[sheet].max_row
    (change,) = read_csv(made.folder, "nl", "Kostenverschil")[1:]
    assert "-50000,50" in change
    assert (made.folder / "csv" / "nl" / "doelen.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_reading_guide_says_what_the_sheets_are_and_where_they_come_from(book: Workbook) -> None:
    rows = rows_of(book["Leeswijzer"])
    told = {str(row["Onderwerp"]): str(row["Toelichting"]) for row in rows}
    assert [row["Onderwerp"] for row in rows if str(row["Onderwerp"]).startswith("Blad ")] == [
        f"Blad {name}" for name in SHEETS[1:]
    ]
    assert (told["Stand van"], told["Editie"]) == ("15 april 2025", "2025-04")
    assert told["Publicatie"] == EDITION.publication_id
    assert "CBS (CC BY 4.0)" in {row["Toelichting"] for row in rows}
    assert any("synthetisch" in str(row["Toelichting"]) for row in rows if row["Onderwerp"] == "Let op")
    budget = next(row for row in rows if row["Onderwerp"] == "Blad Begroting")
    assert "One row per budget line and year" in str(budget["Wat de tabel zegt over zichzelf"])
    assert budget["Rijen"] == book["Begroting"].max_row - 1


def test_a_table_without_rows_keeps_its_headings(tmp_path: Path) -> None:
    emptied = "delete from marts.fct_budget; delete from marts.dim_action; delete from marts.fct_cost_change;"
    made = Made(tmp_path, emptied)
    book = openpyxl.load_workbook(made.folder / "tables.xlsx")
    assert tuple(book.sheetnames) == SHEETS
    assert [cell.value for cell in book["Acties"][1]][3] == "Actie"
    assert len(read_csv(made.folder, "nl", "Begroting")) == 1


def test_equal_tables_make_equal_bytes_and_another_run_only_says_so(made: Made) -> None:
    again, _ = made.again("export-again")
    files = [path.relative_to(made.folder) for path in made.folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".xlsx", ".docx", ".csv"}
    for file in files:
        assert (again / file).read_bytes() == (made.folder / file).read_bytes(), file
    later, _ = made.again("export-later", replace(EDITION, generated_at="2025-05-01T06:15:00Z"))
    first, second = (openpyxl.load_workbook(folder / "tables.xlsx") for folder in (again, later))
    assert (first.properties.created, second.properties.created) == (
        datetime(2025, 4, 15, 6, 15),
        datetime(2025, 5, 1, 6, 15),
    )


def test_no_file_carries_the_clock_of_the_machine(made: Made) -> None:
    for path in (made.folder / "tables.xlsx", *made.folder.glob("*.docx")):
        with zipfile.ZipFile(path) as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_registrations_add_their_sheets_and_what_is_not_shown_is_an_empty_cell_that_says_so(tmp_path: Path) -> None:
    folder = Made(tmp_path, care_rows.ALL).folder
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    assert tuple(book.sheetnames) == (*SHEETS, *CARE_SHEETS)
    use = {
        (row["Wet"], row["Categorie"], row["Vorm"], row["Gebiedscode"], row["Periode"]): row
        for row in rows_of(book["Zorggebruik"])
        if row["Verwijzer"] == "totaal"
    }
    whole = use["Wmo", "totaal", "totaal", GEMEENTE, "2022"]
    assert (whole["Cliënten"], whole["Kosten"], whole["Kosten per cliënt"]) == (1584, 4618000, 2915.4)
    assert (whole["Cijfers t/m"], whole["Hele periode"]) == (datetime(2022, 11, 30), None)
    assert (whole["Waarom geen cliënten"], whole["Synthetisch"]) == (None, "synthetisch")
    crisis = use["Jeugdwet", "Crisis", "ZIN", GEMEENTE, "2020"]
    assert (crisis["Cliënten"], crisis["Waarom geen cliënten"]) == (None, "niet getoond")
    assert (crisis["Kosten"], crisis["Waarom geen kosten"], crisis["Kosten per cliënt"]) == (111453, None, None)
    names = ("Begin", "Instroom", "Uitstroom", "Eind", "Waarom een leeg vak")
    flows = [tuple(row[name] for name in names) for row in rows_of(book["Zorgverloop"])]
    assert (None, 24, None, 40, "niet getoond") in flows
    headings, *lines = read_csv(folder, "nl", "zorggebruik")
    assert len(lines) == len(rows_of(book["Zorggebruik"]))
    line = dict(zip(headings, lines[0], strict=True))
    assert line["Cijfers t/m"] in {"31-12-2019", "30-11-2022", "31-12-2020", "31-12-2021"}


def test_lines_of_every_file_add_up(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(Made(tmp_path, care_rows.FILES).folder / "tables.xlsx")
    rows = rows_of(book["Registratiebestanden"])
    assert len(rows) == 3
    for row in rows:
        assert row["Regels"] == int(str(row["Ingelezen"])) + int(str(row["Terzijde gelegd"]))
