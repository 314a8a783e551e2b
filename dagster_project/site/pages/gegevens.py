"""The page that describes the published tables: what a row is, what each column holds, which models made it.

What belongs here: what stands on `gegevens.html`. What does not: the descriptions themselves, which stand beside the
models (`models/**/*.yml`) and reach the page, the database and the data package alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.site import Page, Site
from dagster_project.site.words import labels
from dagster_project.standards.contract import agreed_version
from dagster_project.standards.tables import PublishedTable, published_tables

_GROUPS = (
    ("v_", "Klaar om te gebruiken, met Nederlandse kolommen"),
    ("dim_", "Waar cijfers over gaan"),
    ("fct_", "Cijfers en oordelen"),
    ("audit_", "Verantwoording"),
    ("", "Overige tabellen"),
)
"""How the name of a table starts, and the heading that it stands under; the first that fits counts."""


def pages(site: Site) -> Iterator[Page]:  # noqa: ARG001 - the tables are the same for every municipality
    """The page of tables and columns."""
    tables = published_tables()
    context = {"groups": groups_of(tables), "counted": counted_sentence(tables), "version": agreed_version()}
    crumbs = (("bronnen.html", "Bronnen"),)
    yield Page("gegevens.html", "gegevens.html.j2", "Tabellen en kolommen", context, "bronnen.html", crumbs)


def groups_of(tables: tuple[PublishedTable, ...]) -> list[tuple[str, list[PublishedTable]]]:
    """The tables under their headings, in order of name; a heading without tables is left out."""
    found: dict[str, list[PublishedTable]] = {heading: [] for _, heading in _GROUPS}
    for table in tables:
        found[next(heading for prefix, heading in _GROUPS if table.name.startswith(prefix))].append(table)
    return [(heading, members) for heading, members in found.items() if members]


def counted_sentence(tables: tuple[PublishedTable, ...]) -> str:
    """How many tables and columns there are."""
    columns = sum(len(table.columns) for table in tables)
    return f"Deze publicatie heeft {len(tables)} tabellen met samen {labels.number(columns, 0)} kolommen."
