"""Reading a publication: which one answers for a day, its rows as dictionaries, and the key of a row.

What rows mean does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.errors import ConfigurationError
from dagster_project.publication import current_folder, read_manifest
from dagster_project.row_keys import row_key, split_key
from dagster_project.snapshots import AMSTERDAM
from dagster_project.warehouse import PUBLISHED_SCHEMA, WAREHOUSE, is_audit
from dagster_project.workspace import Workspace

Row = dict[str, Any]
LINEAGE = "audit_lineage"


@dataclass
class Publication:
    """One publication, open for reading.

    Attributes:
        folder: where it stands.
        manifest: what it says of itself.
        connection: its warehouse.
    """

    folder: Path
    manifest: dict[str, Any]
    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query, each as a dictionary."""
        cursor = self.connection.execute(sql, list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @cached_property
    def grains(self) -> dict[str, list[str]]:
        """The columns that tell the rows of each published table apart, as the publication itself says."""
        told = self.rows(
            "select split_part(model, '.', 2) as name, grain from marts.audit_model"
            " where model like 'marts.%' and grain is not null order by model"
        )
        return {row["name"]: row["grain"].split(",") for row in told if not is_audit(row["name"])}

    def key_of(self, table: str) -> str:
        """SQL for the key of a row of a table, as `audit_lineage` writes it (macro row_key)."""
        return row_key(self.grains[table])

    def row(self, table: str, key: str) -> Row | None:
        """One row of a published table by its key."""
        # column by column: a file that is sorted by them is then read in part
        where = " and ".join(
            f"cast({column} as text) = ?" if text else f"coalesce(cast({column} as text), '') = ?"
            for column, text in zip(self.grains[table], split_key(key), strict=True)
        )
        found = self.rows(f"select * from {PUBLISHED_SCHEMA}.{table} where {where}", split_key(key))
        return found[0] if found else None


@contextmanager
def opened(workspace: Workspace, as_of: date | None = None) -> Iterator[Publication]:
    """The publication that stands, or the one that tells what was known on a day.

    Raises:
        ConfigurationError: there is none, or it was made before publications kept their lineage.
    """
    folder = current_folder(workspace) if as_of is None else _known_on(workspace, as_of)
    if folder is None:
        raise ConfigurationError("Nothing is published yet. Run: opkoers refresh.")
    with duckdb.connect(str(folder / WAREHOUSE), read_only=True) as connection:
        publication = Publication(folder, read_manifest(folder), connection)
        if not publication.rows("select 1 from duckdb_tables() where table_name = ?", [LINEAGE]):
            raise ConfigurationError(
                f"Publication {folder.name} was made before publications kept their lineage. "
                "Make it anew with: opkoers refresh, or opkoers refresh --as-of DATE."
            )
        yield publication


def _known_on(workspace: Workspace, day: date) -> Path:
    """The publication made as of a day; else the one that stood at its end."""
    made: list[tuple[str, Path]] = []
    stood: list[tuple[str, Path]] = []
    for folder in workspace.publications.glob("*"):
        if folder.name.startswith("."):
            continue
        manifest = read_manifest(folder)
        created, as_of = manifest["created_at"], date.fromisoformat(manifest["as_of"])
        published_on = datetime.fromisoformat(created).astimezone(AMSTERDAM).date()
        if as_of == day and published_on > day:
            made.append((created, folder))
        elif as_of == published_on <= day:
            stood.append((created, folder))
    if not made and not stood:
        raise ConfigurationError(
            f"No publication tells what was known on {day}. Make it with: opkoers refresh --as-of {day}."
        )
    return max(made or stood)[1]
