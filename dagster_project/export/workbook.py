"""The sheets as one Excel workbook, `tables.xlsx`.

Written with XlsxWriter, not openpyxl: it only writes, which is all that is asked; it has no dependencies; it stores the
parts of the file with one fixed date, so that equal content gives equal bytes (openpyxl stamps the clock of the machine
into them); and with `strings_to_formulas` off a text that starts with `=` is stored as the text that it is.

What belongs here: cells, formats and widths. What does not: which columns there are (`sheets.py`).
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from dagster_project.export.cells import READING_GUIDE, Cell, Euro, Figure, Share, Sheet
from dagster_project.export.imprint import Imprint
from dagster_project.formulas import is_like_a_formula

_NARROWEST, _WIDEST = 9, 60
_FILTER_BUTTON = 3
_LINE, _HIGHEST = 15.0, 405.0
_LONGEST_WORD_IN_HEADING = 16
_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_HEADING = {**_FONT, "bold": True, "text_wrap": True, "bg_color": "#154273", "font_color": "#FFFFFF", "border": 1}
_TEXT = {**_FONT, "text_wrap": True, "align": "left", "indent": 1}
_TEXT_LIKE_A_FORMULA = {**_TEXT, "quote_prefix": True}  # stays text when somebody edits the cell
_EURO = "€ #,##0.00;[Red]-€ #,##0.00"
_SHARE = "0.0%"
_COUNT = "#,##0"
_DATE = "dd-mm-yyyy"
_AS_MANY_AS_NEEDED = "#,##0.##"


def write_workbook(sheets: Sequence[Sheet], imprint: Imprint, path: Path) -> None:
    """Write one workbook with all sheets.

    Args:
        sheets: in the order in which the workbook shows them.
        imprint: says whose tables they are and when they were made.
        path: the file to make.
    """
    # in memory: where the disk is full XlsxWriter leaves its archive half open, which is told as a traceback later
    made = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties(
            {
                "title": f"Tabellen bij de monitor van gemeente {imprint.gemeente}",
                "author": f"Gemeente {imprint.gemeente}",
                "comments": " · ".join(f"{subject}: {text}" for subject, text in imprint.lines),
                "created": imprint.made_at,
            }
        )
        formats = _Formats(book)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats)
    path.write_bytes(made.getvalue())


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        self.heading = book.add_format(_HEADING)
        self.text = book.add_format(_TEXT)
        self.text_like_a_formula = book.add_format(_TEXT_LIKE_A_FORMULA)

    def number(self, pattern: str) -> Any:
        if pattern not in self._made:
            self._made[pattern] = self._book.add_format({**_FONT, "num_format": pattern})
        return self._made[pattern]


def _write_sheet(page: Any, sheet: Sheet, formats: _Formats) -> None:
    widths = [_width(heading, [row[n] for row in sheet.rows]) for n, heading in enumerate(sheet.headings)]
    page.set_row(0, _height(sheet.headings, [width - _FILTER_BUTTON for width in widths]))
    for column, (heading, width) in enumerate(zip(sheet.headings, widths, strict=True)):
        page.write_string(0, column, heading, formats.heading)
        page.set_column(column, column, width)
    for number, row in enumerate(sheet.rows, start=1):
        page.set_row(number, _height(row, widths))
        for column, cell in enumerate(row):
            _write_cell(page, number, column, cell, formats)
    last_row, last_column = max(len(sheet.rows), 1), len(sheet.headings) - 1
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, last_row, last_column)
    # periods such as 2023 are text beside 2023-H1; Excel need not offer to change them
    page.ignore_errors({"number_stored_as_text": f"A1:{_cell_name(last_row, last_column)}"})
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&RBlad &P van &N")
    if sheet.name == READING_GUIDE:
        page.activate()


def _write_cell(page: Any, row: int, column: int, cell: Cell, formats: _Formats) -> None:
    """Numbers as numbers and dates as dates; a text is never read as a formula, whatever it starts with."""
    match cell:
        case None:
            return
        case str():
            stays_text = formats.text_like_a_formula if is_like_a_formula(cell) else formats.text
            page.write_string(row, column, cell, stays_text)
        case Figure(value, decimals):
            page.write_number(row, column, value, formats.number(_pattern(value, decimals)))
        case Euro(value):
            page.write_number(row, column, float(value), formats.number(_EURO))
        case Share(value):
            page.write_number(row, column, value, formats.number(_SHARE))
        case date():
            page.write_datetime(row, column, cell, formats.number(_DATE))
        case int():
            page.write_number(row, column, cell, formats.number(_COUNT))


def _pattern(value: float, decimals: int | None) -> str:
    """Excel's pattern for a figure; one that shows decimals only where there are any leaves a bare comma at wholes."""
    if decimals is None:
        return _COUNT if float(value).is_integer() else _AS_MANY_AS_NEEDED
    return f"#,##0.{'0' * decimals}" if decimals else _COUNT


def _width(heading: str, cells: Sequence[Cell]) -> int:
    longest = max((len(part) for cell in cells if isinstance(cell, str) for part in cell.split("\n")), default=0)
    numbers = max((len(_shown(cell)) for cell in cells if not isinstance(cell, str)), default=0)
    words = max(min(len(heading), _LONGEST_WORD_IN_HEADING), *map(len, heading.split()))
    return max(_NARROWEST, min(_WIDEST, max(longest, numbers) + 1), words + _FILTER_BUTTON)


def _height(cells: Sequence[Cell], widths: Sequence[int]) -> float:
    """Room for the longest text, each line of which breaks at the width of its column."""
    lines = [
        sum(len(textwrap.wrap(line, width)) or 1 for line in cell.split("\n"))
        for cell, width in zip(cells, widths, strict=True)
        if isinstance(cell, str)
    ]
    return min(_LINE * max(lines, default=1), _HIGHEST)


def _shown(cell: Cell) -> str:
    match cell:
        case Figure(value, decimals):
            return f"{value:,.{2 if decimals is None else decimals}f}"
        case Euro(value):
            return f"-€ {value:,.2f}"
        case Share():
            return "100,0%"
        case date():
            return "31-12-2024"
        case int():
            return f"{cell:,}"
    return ""


def _cell_name(row: int, column: int) -> str:
    return str(xlsxwriter.utility.xl_rowcol_to_cell(row, column))
