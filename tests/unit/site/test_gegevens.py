"""The page that describes every published table and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.site import render_site
from dagster_project.site.pages.gegevens import counted_sentence, groups_of
from dagster_project.standards.contract import agreed_version
from dagster_project.standards.tables import PublishedTable, published_tables
from tests.unit.site.html_outline import Outline, main
from tests.unit.site.page_build import RUN, make_build, make_workspace


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("gegevens")
    render_site(make_build(root / "w.duckdb"), make_workspace(root / "ws"), root / "site", RUN)
    return root / "site"


def test_every_table_and_column_stands_on_the_page_with_its_meaning(folder: Path) -> None:
    text = Outline(main((folder / "gegevens.html").read_text(encoding="utf-8"))).text
    assert f"Versie van de tabellen: {agreed_version()}." in text
    for table in published_tables():
        assert f"Kolommen van {table.name} Kolom Soort Betekenis" in text
        assert table.file in text
        for column in table.columns:
            assert f"{column.data_type} {column.description}" in text


def test_descriptions_are_marked_as_english(folder: Path) -> None:
    page = Outline((folder / "gegevens.html").read_text(encoding="utf-8"))
    english = sum(attributes.get("lang") == "en" for _, attributes in page.tags)
    assert english == sum(1 + len(table.columns) for table in published_tables())


def test_every_page_leads_to_it(folder: Path) -> None:
    pages = list(folder.glob("*.html"))
    assert len(pages) > 10
    assert all('href="gegevens.html"' in page.read_text(encoding="utf-8") for page in pages)


def test_tables_are_grouped_by_what_they_are_and_none_is_lost() -> None:
    tables = tuple(
        PublishedTable(name, "", (), "", (), (), ()) for name in ("audit_a", "dim_b", "fct_c", "bridge_d", "dim_e")
    )
    assert [(heading, [t.name for t in members]) for heading, members in groups_of(tables)] == [
        ("Waar cijfers over gaan", ["dim_b", "dim_e"]),
        ("Cijfers en oordelen", ["fct_c"]),
        ("Verantwoording", ["audit_a"]),
        ("Overige tabellen", ["bridge_d"]),
    ]
    assert counted_sentence(tables) == "Deze publicatie heeft 5 tabellen met samen 0 kolommen."
