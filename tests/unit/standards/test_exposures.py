"""The exposures name who reads the published tables: pages and exports as they do, and each recipe of the README."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import dagster_project
from dagster_project import transform
from dagster_project.standards.tables import published_tables

_READS = re.compile(r"\bmarts\.((?:dim|fct|audit)_\w+)")
_PACKAGE = Path(dagster_project.__file__).parent
_README = (_PACKAGE.parent / "README.md").read_text(encoding="utf-8")
_RECIPES = _README[_README.index("## Query it") : _README.index("## Audit a figure")]
OFFERED_EVERYTHING = {"power_bi": "Power BI", "excel": "Excel", "metabase": "Metabase"}
"""Exposures of tools that get every table, and how the README calls them."""


@pytest.fixture(scope="module")
def exposures() -> dict[str, set[str]]:
    """Exposure to the names of the tables that it depends on."""
    nodes = transform.manifest()["exposures"].values()
    return {node["name"]: {name.rpartition(".")[2] for name in node["depends_on"]["nodes"]} for node in nodes}


def differing(stated: Iterable[str], real: Iterable[str]) -> str:
    """What models/exposures.yml lacks and has too much; empty where it is right."""
    have, need = set(stated), set(real)
    found = [f"lacks {name}" for name in sorted(need - have)]
    return ", ".join([*found, *(f"has {name} too much" for name in sorted(have - need))])


def test_what_lacks_and_what_is_too_much_is_named() -> None:
    assert differing(["dim_a", "dim_b"], ["dim_b", "fct_c"]) == "lacks fct_c, has dim_a too much"
    assert differing(["dim_a"], ["dim_a"]) == ""


def test_every_exposure_depends_on_published_tables_only(exposures: dict[str, set[str]]) -> None:
    published = {table.name for table in published_tables()}
    assert set(exposures) == {"monitor", "duckdb_and_python", *OFFERED_EVERYTHING}
    assert all(names <= published for names in exposures.values())


def test_the_monitor_depends_on_what_its_pages_and_exports_read(exposures: dict[str, set[str]]) -> None:
    code = [path for folder in ("site", "export", "editions") for path in (_PACKAGE / folder).rglob("*.py")]
    read = {name for path in code for name in _READS.findall(path.read_text(encoding="utf-8"))}
    assert len(read) > 20
    assert differing(exposures["monitor"], read) == ""


@pytest.mark.parametrize("name", OFFERED_EVERYTHING)
def test_a_tool_that_is_offered_everything_depends_on_every_table(name: str, exposures: dict[str, set[str]]) -> None:
    assert f"**{OFFERED_EVERYTHING[name]}**" in _RECIPES
    assert differing(exposures[name], (table.name for table in published_tables())) == ""


def test_the_recipes_depend_on_the_tables_in_their_queries(exposures: dict[str, set[str]]) -> None:
    queries = re.findall(r"```.*?```", _RECIPES, re.DOTALL)
    assert differing(exposures["duckdb_and_python"], _READS.findall("\n".join(queries))) == ""
