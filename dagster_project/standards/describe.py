"""The files that describe a publication for programs: a data package and catalogue metadata, in one call.

What belongs here: which descriptions a publication has. What does not: what stands in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from dagster_project.export.cells import Sheet
from dagster_project.site.site import SiteRun
from dagster_project.standards.datapackage import write_datapackage
from dagster_project.standards.dcat import write_dcat
from dagster_project.standards.publisher import publisher_of
from dagster_project.standards.tables import published_tables
from dagster_project.workspace import Workspace


def write_descriptions(
    database: Path, folder: Path, workspace: Workspace, run: SiteRun, sheets: Sequence[Sheet]
) -> None:
    """Write `datapackage.json` and `dcat.ttl` beside the files that they describe. Equal files and an equal run give
    equal bytes.

    Args:
        database: holds the published schema; opened read-only.
        folder: the publication or edition, its other files written.
        workspace: whose municipality it is.
        run: what the files say of the run that made them.
        sheets: what the CSV files hold.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
        FileNotFoundError: a table or sheet has no file.
    """
    tables = published_tables()
    with duckdb.connect(str(database), read_only=True) as connection:
        publisher = publisher_of(connection, workspace, tables)
    write_datapackage(folder, tables, sheets, publisher, run)
    write_dcat(folder, publisher, run)
