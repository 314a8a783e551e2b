"""Who publishes, under which licence, where to ask, and on whose figures it rests: what every description opens with.

What belongs here: those facts, from the workspace's settings and the published tables. What does not: how a standard
writes them down (`datapackage.py`, `dcat.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from dagster_project.export.queries import SourceRow, read_sources
from dagster_project.site.pages.toegankelijkheid import contact_link
from dagster_project.site.render import NOTE_ON_SYNTHETIC
from dagster_project.standards.tables import PublishedTable
from dagster_project.workspace import Workspace

LICENCE_UNKNOWN = "http://standaarden.overheid.nl/owms/terms/licentieonbekend"
"""What the national list of licences holds for a licence that nobody has stated."""
_LICENCES = {
    LICENCE_UNKNOWN: "Licentie onbekend: de gemeente heeft nog niet vastgesteld onder welke licentie zij publiceert",
    "http://creativecommons.org/publicdomain/zero/1.0/deed.nl": "CC0 1.0",
    "http://creativecommons.org/publicdomain/mark/1.0/deed.nl": "Publiek domein",
    "http://creativecommons.org/licenses/by/4.0/deed.nl": "CC BY 4.0",
    "http://creativecommons.org/licenses/by-sa/4.0/deed.nl": "CC BY-SA 4.0",
    "http://standaarden.overheid.nl/owms/terms/geslotenlicentie": "Gesloten licentie",
}
_ORGANISATION = "https://identifier.overheid.nl/tooi/id/gemeente/{}"
"""How the register of organisations (TOOI) names a gemeente: by its code, in small letters."""

_MARKS = ("is_synthetic", "is_synthetisch")
"""Columns that mark a made-up row: of the marts, and of the views for analysts."""

_PERIOD = """
    select min(p.start_date), max(p.end_date)
    from marts.fct_indicator_value as v inner join marts.dim_period as p using (period_id)
    where v.region_code = $gemeente and v.value is not null
"""


@dataclass(frozen=True)
class Publisher:
    """The facts.

    Attributes:
        gemeente: code of the municipality, `GM0396`.
        uri: of the organisation that publishes, in the register of organisations unless the settings say otherwise.
        contact: an address of mail (`mailto:`) or on the web; None where none is known.
        base_url: address under which the publication is served, with a slash at its end; empty where none is known.
        first_day, last_day: of the periods that the municipality's own figures are about; None where there are none.
        synthetic_tables: published tables that hold a made-up row.
    """

    gemeente: str
    gemeente_name: str
    name: str
    uri: str
    contact: str | None
    base_url: str
    licence: str
    sources: tuple[SourceRow, ...]
    first_day: date | None
    last_day: date | None
    synthetic_tables: frozenset[str]
    synthetic_note: str | None

    @property
    def title(self) -> str:
        return f"Monitor sociaal domein van gemeente {self.gemeente_name}"

    @property
    def description(self) -> str:
        """What the publication holds; it says so where figures are made up."""
        told = (
            f"Cijfers, doelen en oordelen bij het beleid in het sociaal domein van gemeente {self.gemeente_name}, met "
            "de officiële BBV-indicatoren van alle gemeenten ernaast."
        )
        return f"{told} Let op: {self.synthetic_note}" if self.synthetic_note else told

    @property
    def licence_title(self) -> str:
        return _LICENCES.get(self.licence, self.licence)


def publisher_of(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, tables: tuple[PublishedTable, ...]
) -> Publisher:
    """The facts of one publication.

    Args:
        connection: a database with the published schema.
        workspace: whose municipality it is.
        tables: the published tables, to look for made-up rows in.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    settings = workspace.settings
    catalog = settings.catalog
    synthetic = _synthetic(connection, tables)
    days = connection.execute(_PERIOD, {"gemeente": settings.gemeente}).fetchone() or (None, None)
    return Publisher(
        gemeente=settings.gemeente,
        gemeente_name=settings.gemeente_name,
        name=catalog.publisher or f"Gemeente {settings.gemeente_name}",
        uri=catalog.publisher_uri or _ORGANISATION.format(settings.gemeente.lower()),
        contact=contact_link(catalog.contact or settings.contact),
        base_url=f"{catalog.base_url.rstrip('/')}/" if catalog.base_url else "",
        licence=catalog.licence or LICENCE_UNKNOWN,
        sources=read_sources(connection),
        first_day=days[0],
        last_day=days[1],
        synthetic_tables=synthetic,
        synthetic_note=(settings.synthetic_note or NOTE_ON_SYNTHETIC) if synthetic else None,
    )


def credit(attribution: str, licence: str | None) -> str:
    """How a publisher asks to be named, with its licence where that does not say it already."""
    return attribution if not licence or licence in attribution else f"{attribution} ({licence})"


def lacking(workspace: Workspace) -> list[str]:
    """The settings without which the catalogue metadata says less than DCAT-AP-NL asks for."""
    settings = workspace.settings
    given = {
        "contact": contact_link(settings.catalog.contact or settings.contact),
        "licence": settings.catalog.licence,
        "base_url": settings.catalog.base_url,
    }
    return [name for name, value in given.items() if not value]


def _synthetic(connection: duckdb.DuckDBPyConnection, tables: tuple[PublishedTable, ...]) -> frozenset[str]:
    marked = [(table.name, column.name) for table in tables for column in table.columns if column.name in _MARKS]
    return frozenset(
        name
        for name, mark in marked
        if connection.execute(f"select count(*) from marts.{name} where {mark}").fetchone() != (0,)
    )
