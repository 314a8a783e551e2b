"""The sheets as CSV files in two forms: as Dutch Excel opens them with a double click, and as other programs expect.

Dutch: semicolon, decimal comma, dd-mm-yyyy, UTF-8 with a byte order mark. International: comma, decimal point, ISO
dates, UTF-8 without a mark.

What belongs here: how a cell is written as text. What does not: which columns there are (`sheets.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from dagster_project.export.cells import Cell, Euro, Figure, Share, Sheet
from dagster_project.formulas import harmless


@dataclass(frozen=True)
class Form:
    """One way to write CSV."""

    folder: str
    separator: str
    decimal_mark: str
    encoding: str
    day: Callable[[date], str]


DUTCH = Form("nl", ";", ",", "utf-8-sig", lambda day: f"{day:%d-%m-%Y}")
INTERNATIONAL = Form("int", ",", ".", "utf-8", date.isoformat)


def write_csv(sheets: Iterable[Sheet], folder: Path) -> None:
    """Write every sheet in both forms, as `nl/<name>.csv` and `int/<name>.csv` under a folder."""
    for sheet in sheets:
        for form in (DUTCH, INTERNATIONAL):
            path = folder / form.folder / f"{sheet.name.lower()}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding=form.encoding, newline="") as stream:
                writer = csv.writer(stream, delimiter=form.separator, lineterminator="\r\n")
                writer.writerow(sheet.headings)
                writer.writerows([written(cell, form) for cell in row] for row in sheet.rows)


def written(cell: Cell, form: Form) -> str:
    """One cell as text; a text that a spreadsheet program would calculate with gets an apostrophe before it."""
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case date():
            return form.day(cell)
        case Euro(value):
            return _plain(value, form)
        case Figure(value, _) | Share(value):
            return _plain(Decimal(repr(float(value))), form)
        case int():
            return str(cell)


def _plain(value: Decimal, form: Form) -> str:
    """Every digit that the figure has, without a mark for thousands and without an exponent."""
    return f"{value:f}".removesuffix(".0").replace(".", form.decimal_mark)
