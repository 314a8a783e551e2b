"""The pages of money, wijken, changes and sources with everything on them, and a page of the country, in a browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dagster_project.site import render_site
from dagster_project.site.country import render_country
from tests.integration.test_site_in_browser import browser, open_page
from tests.unit.site import more_rows
from tests.unit.site.page_build import RUN, make_build, make_workspace

__all__ = ["browser"]  # the fixture of the other pages

PAGES = (
    "site/bbv.html",
    "site/bronnen.html",
    "site/gegevens.html",
    "site/geld.html",
    "site/indicatoren.html",
    "site/toegankelijkheid.html",
    "site/wijken.html",
    "site/wijzigingen.html",
    "country/index.html",
    "country/GM0396.html",
)
NARROW = 320


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("full")
    old = make_build(root / "old.duckdb")
    changed = """
        update marts.fct_indicator_value set value = value + 1 where value is not null;
        update marts.fct_objective_attainment set status = 'ver achter' where objective_id = 'heemskerk-04';
        update marts.dim_objective set target_value = 99 where objective_id = 'heemskerk-05';
    """
    build = make_build(root / "warehouse.duckdb", sql=more_rows.ALL + changed)
    workspace, run = make_workspace(root / "workspace"), replace(RUN, previous=old, previous_label="2025-01")
    render_site(build, workspace, root / "site", run)
    render_country(build, workspace, root / "country", RUN)
    return root


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [NARROW, 1280])
def test_the_page_itself_never_scrolls_sideways(browser: Browser, folder: Path, name: str, width: int) -> None:
    page = open_page(browser, (folder / name).as_uri(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [NARROW, 1280])
def test_axe_finds_no_violation(browser: Browser, folder: Path, name: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    scheme = "dark" if width == NARROW else "light"
    context = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto((folder / name).as_uri())
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_map_is_drawn_in_colours_that_differ_per_class(browser: Browser, folder: Path) -> None:
    """References to shapes and patterns hold under the page's own security policy, without script."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto((folder / "site" / "wijken.html").as_uri())
    areas = page.locator("svg.kaart use[href^='#vorm-WK']")
    assert areas.count() == 3
    assert all(box and box["width"] > 20 for box in (area.bounding_box() for area in areas.all()))
    fills = page.locator("svg.kaart g.kaart-vlak").evaluate_all("all => all.map(g => getComputedStyle(g).fill)")
    assert sorted(fills) == ['url("#patroon-0")', 'url("#patroon-1")', 'url("#patroon-2")']
    colours = page.locator("pattern rect").evaluate_all("all => all.map(r => getComputedStyle(r).fill)")
    assert len(set(colours)) == len(colours) == 5
