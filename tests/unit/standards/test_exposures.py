"""The exposures name who reads the published tables: pages and exports as they do, and each recipe of docs/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dagster_project
from dagster_project import transform
from dagster_project.standards.tables import published_tables

_READS = re.compile(r"\bmarts\.((?:dim|fct|audit|v)_\w+)")
_PACKAGE = Path(dagster_project.__file__).parent
_DOCS = _PACKAGE.parent / "docs"
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
TABLES = {table.name: {column.name for column in table.columns} for table in published_tables()}
_NAMES = re.compile(rf"\b({'|'.join(sorted(TABLES, key=len, reverse=True))})\b")
EXPOSURES: dict[str, dict[str, Any]] = {node["name"]: node for node in transform.manifest()["exposures"].values()}
RECIPES = {name: node["meta"]["recipe"] for name, node in EXPOSURES.items() if name != "monitor"}
RECIPE_PAGES = ("query.md", "bi-tools.md")
"""Pages of which every section is a recipe, but for those that tell what there is."""
NO_RECIPES = {"query-it", "begin-with-a-view", "when-you-need-the-tables", "power-bi-excel-metabase-superset"}


def depends_on(name: str) -> set[str]:
    """The tables that an exposure depends on."""
    return {unique_id.rpartition(".")[2] for unique_id in EXPOSURES[name]["depends_on"]["nodes"]}


def slug(heading: str) -> str:
    """The anchor that MkDocs gives to a heading."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading.lower())).strip("-")


def sections(page: str) -> Iterator[tuple[str, str]]:
    """Anchor and text of every section of a page, each to the next heading."""
    text = re.sub(r"^```.*?^```$", lambda block: block[0].replace("\n#", "\n "), page, flags=re.DOTALL | re.MULTILINE)
    headings = [*_HEADING.finditer(text)]
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=True):
        yield slug(heading[1]), text[heading.start() : end]


def recipe_text(where: str) -> str:
    """The section, or the whole page, in which a recipe stands."""
    page, _, anchor = where.partition("#")
    text = (_DOCS / page).read_text(encoding="utf-8")
    return dict(sections(text))[anchor] if anchor else text


def differing(stated: Iterable[str], real: Iterable[str]) -> str:
    """What models/exposures.yml lacks and has too much; empty where it is right."""
    have, need = set(stated), set(real)
    found = [f"lacks {name}" for name in sorted(need - have)]
    return ", ".join([*found, *(f"has {name} too much" for name in sorted(have - need))])


def test_what_lacks_and_what_is_too_much_is_named() -> None:
    assert differing(["dim_a", "dim_b"], ["dim_b", "fct_c"]) == "lacks fct_c, has dim_a too much"
    assert differing(["dim_a"], ["dim_a"]) == ""


def test_a_page_falls_apart_into_its_sections() -> None:
    page = "# One it\n\nfirst\n\n```sh\n# no heading\n```\n\n## DuckDB's two\n\nsecond\n"
    assert [anchor for anchor, _ in sections(page)] == ["one-it", "duckdbs-two"]
    assert "no heading" in dict(sections(page))["one-it"]


def test_the_monitor_depends_on_what_its_pages_and_exports_read() -> None:
    code = [path for folder in ("site", "export", "editions") for path in (_PACKAGE / folder).rglob("*.py")]
    read = {name for path in code for name in _READS.findall(path.read_text(encoding="utf-8"))}
    assert len(read) > 20
    assert differing(depends_on("monitor"), read) == ""


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_depends_on_the_tables_that_it_names(name: str) -> None:
    assert differing(depends_on(name), _NAMES.findall(recipe_text(RECIPES[name]))) == ""


@pytest.mark.parametrize("page", RECIPE_PAGES)
def test_every_recipe_of_a_page_has_an_exposure(page: str) -> None:
    anchors = {anchor for anchor, _ in sections((_DOCS / "how-to" / page).read_text(encoding="utf-8"))} - NO_RECIPES
    assert {f"how-to/{page}#{anchor}" for anchor in anchors} == {
        where for where in RECIPES.values() if where.startswith(f"how-to/{page}")
    }


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_that_no_test_runs_names_columns_that_are_there(name: str) -> None:
    """Power Query and R: what stands between quotes or brackets and looks like a column is one of a table there."""
    blocks = re.findall(r"^```(?:powerquery|r)\n(.*?)^```$", recipe_text(RECIPES[name]), re.DOTALL | re.MULTILINE)
    for block in blocks:
        known = set().union(*(TABLES[table] for table in _NAMES.findall(block)))
        named = {a or b for a, b in re.findall(r'"([a-z_]+)"|\[([a-z_]+)\]', block)}
        assert named <= known, named - known
