"""Write what people take away from a publication: the tables, a chapter per opgave, the monitor as one PDF.

What belongs here: which files there are and what they are called. What does not: what stands in them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import duckdb

from dagster_project.export.cells import Sheet
from dagster_project.export.chapters import chapters_of
from dagster_project.export.delimited import write_csv
from dagster_project.export.document import write_document
from dagster_project.export.geojson import LAYER, write_wijken
from dagster_project.export.imprint import imprint_of
from dagster_project.export.printing import print_site
from dagster_project.export.queries import read_export_data
from dagster_project.export.sheets import sheets_of
from dagster_project.export.told import told_by_site
from dagster_project.export.workbook import write_workbook
from dagster_project.site.render import SiteRun
from dagster_project.workspace import Workspace


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        sheets: the tables of the workbook and the CSV files.
        not_made: for each file that could not be made on this machine a sentence in Dutch that says why and what to do.
    """

    sheets: tuple[Sheet, ...]
    not_made: list[str]


def write_exports(database: Path, site_folder: Path, target: Path, workspace: Workspace, run: SiteRun) -> Exported:
    """Write `tables.xlsx`, `csv/`, `wijken.geojson`, a `pc-<opgave>.docx` per opgave and `monitor.pdf`.

    Equal content and an equal run give equal bytes, of the PDF on one machine with one browser.

    Args:
        database: holds the published schema; opened read-only.
        site_folder: the rendered site of the same tables.
        target: folder to write into; made when it is not there.
        workspace: whose municipality is shown.
        run: what the files say of the run that made them.

    Returns:
        The tables that were written, and what could not be made.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
        ValueError: a table holds a verdict or a kind of objective that there are no words for.
        FileNotFoundError: the site has no front page.
    """
    gemeente = workspace.settings.gemeente
    target.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        data = read_export_data(connection, gemeente)
        told = told_by_site(connection, gemeente)
        write_wijken(connection, target / LAYER)
    imprint = imprint_of(data, told, workspace, run)
    sheets = sheets_of(data, told, imprint)
    write_workbook(sheets, imprint, target / "tables.xlsx")
    write_csv(sheets, target / "csv")
    taken: set[str] = set()
    for chapter in chapters_of(told, imprint, run):
        name = _free_name(slug(chapter.title), taken)
        taken.add(name)
        write_document(chapter, imprint, target / f"pc-{name}.docx")
    trouble = print_site(site_folder, imprint, target / "monitor.pdf")
    return Exported(sheets, [trouble] if trouble else [])


def _free_name(name: str, taken: set[str]) -> str:
    """The name itself, or the first of `name-2`, `name-3`, … that no other chapter has."""
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(free for free in names if free not in taken)


def slug(text: str) -> str:
    """A title as part of a file name: `Zorg en wonen` becomes `zorg-en-wonen`, `Één` becomes `een`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:80].strip("-") or "opgave"
