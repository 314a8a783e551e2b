"""The pages in a real browser: Debian's chromium, driven by Playwright, without a network.

Skipped where there is no chromium; with OPKOERS_REQUIRE_BROWSER=1 its absence is a failure.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dagster_project.site import render_site
from tests.unit.site import care_rows, more_rows, plan_rows
from tests.unit.site.page_build import DOELEN, NOT_MEASURABLE, RUN, make_build, make_workspace

HEAVIEST = 300_000
"""No page may weigh more, in bytes."""
NARROW = 320
THEME = ".heemskerk-theme { --utrecht-heading-color: #005500; }"
CALLS_OUT = f"""
@import url("https://fonts.example.invalid/house-style.css");
{THEME}
body {{ background-image: url("https://pixel.example.invalid/a.png"); }}
"""
"""Such a theme is refused; this is what somebody may make of it who changes the published pages."""


@pytest.fixture(scope="module")
def browser(chromium: str | None) -> Iterator[Browser]:
    if chromium is None:
        if os.environ.get("OPKOERS_REQUIRE_BROWSER") == "1":
            pytest.fail("No chromium on this machine, and OPKOERS_REQUIRE_BROWSER=1 asks for it: apt install chromium.")
        pytest.skip("no chromium on this machine: apt install chromium")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        running = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    rows = more_rows.ALL + plan_rows.ALL + care_rows.ALL
    build = make_build(root / "warehouse.duckdb", doelen=[*DOELEN, NOT_MEASURABLE], sql=rows)
    render_site(build, make_workspace(root / "workspace"), root / "plain", RUN)
    render_site(build, make_workspace(root / "themed_workspace", theme=THEME), root / "themed", RUN)
    (root / "themed" / "theme.css").write_text(CALLS_OUT, encoding="utf-8")
    return root


@pytest.fixture
def served(site: Path) -> Iterator[tuple[str, list[str]]]:
    """Address of the pages on loopback, and the paths that were asked of it so far."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            asked.append(self.path)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def every_page(site: Path) -> list[Path]:
    """All pages of the site, in order."""
    found = sorted((site / "plain").glob("*.html"))
    assert len(found) > len(DOELEN) + 10
    return found


def open_page(browser: Browser, address: str, *, width: int = 1280, script: bool = True) -> Page:
    page = browser.new_context(java_script_enabled=script, viewport={"width": width, "height": 900}).new_page()
    page.goto(address)
    return page


def test_the_pages_stand_without_javascript(browser: Browser, site: Path) -> None:
    page = open_page(browser, (site / "plain" / "index.html").as_uri(), script=False)
    assert page.locator("h1").inner_text() == "Zijn we op koers?"
    heading = page.locator("h1").bounding_box()
    assert heading is not None
    assert heading["height"] > 40  # the stylesheet was read from the disk
    shown = 0
    for number in range(1, 6):
        page.goto((site / "plain" / f"opgave-{number}.html").as_uri())
        shown += page.locator("article.doel").count()
    assert shown == len(DOELEN) + 1
    page.goto((site / "plain" / "bbv.html").as_uri())
    assert page.locator("svg.grafiek").count() >= 4


def test_nothing_is_asked_but_the_pages_and_their_stylesheets(
    browser: Browser, site: Path, served: tuple[str, list[str]]
) -> None:
    address, asked = served
    names = [path.name for path in every_page(site)]
    page = browser.new_context().new_page()
    for name in names:
        page.goto(f"{address}/plain/{name}")
        page.wait_for_load_state("load")
    assert set(asked) == {"/plain/opkoers.css", *(f"/plain/{name}" for name in names)}


def test_every_page_can_be_reached_from_the_front_page_by_its_links(browser: Browser, site: Path) -> None:
    seen: set[str] = set()
    waiting = ["index.html"]
    page = browser.new_context().new_page()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        page.goto((site / "plain" / name).as_uri())
        targets = page.evaluate("Array.from(document.links).filter(a => a.protocol === 'file:').map(a => a.pathname)")
        waiting += sorted({Path(target).name for target in targets} - seen - set(waiting))
    assert seen == {path.name for path in every_page(site)}


def test_no_page_is_heavy(site: Path) -> None:
    assert {path.name: path.stat().st_size for path in every_page(site) if path.stat().st_size >= HEAVIEST} == {}


def test_a_theme_reaches_the_page_but_cannot_make_it_call_out(browser: Browser, served: tuple[str, list[str]]) -> None:
    address, asked = served
    page = browser.new_context().new_page()
    sent: list[str] = []
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.route("**/*.invalid/**", lambda route: (sent.append(route.request.url), route.abort()))
    page.goto(f"{address}/themed/index.html")
    page.wait_for_load_state("networkidle")
    assert sorted(asked) == ["/themed/index.html", "/themed/opkoers.css", "/themed/theme.css"]
    assert sent == []
    assert any("fonts.example.invalid" in text and "Content Security Policy" in text for text in refused)
    assert page.locator("h2").first.evaluate("e => getComputedStyle(e).color") == "rgb(0, 85, 0)"


@pytest.mark.parametrize("width", [NARROW, 600, 1280])
def test_no_page_itself_scrolls_sideways(browser: Browser, site: Path, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    wide = {}
    for path in every_page(site):
        page.goto(path.as_uri())
        wide[path.name] = page.evaluate("document.documentElement.scrollWidth")
    assert {name: found for name, found in wide.items() if found > width} == {}


def test_every_verdict_is_in_sight_on_a_narrow_screen(browser: Browser, site: Path) -> None:
    page = browser.new_context(viewport={"width": NARROW, "height": 900}).new_page()
    boxes, icons = [], []
    for path in sorted((site / "plain").glob("doel-*.html")):
        page.goto(path.as_uri())
        verdicts = page.locator(".titel .oordeel")
        boxes += [verdict.bounding_box() for verdict in verdicts.all()]
        icons += [icon.is_visible() for icon in verdicts.locator("svg").all()]
    assert len(boxes) == len(DOELEN) + 1
    assert all(box and box["width"] > 0 and box["x"] >= 0 and box["x"] + box["width"] <= NARROW for box in boxes)
    assert len(icons) == len(boxes)
    assert all(icons)
    page.goto((site / "plain" / "doel-heemskerk-27.html").as_uri())
    assert page.locator("#wijken ~ .tabelvak .oordeel").count() == 3


def test_the_chart_fits_the_screen_that_it_is_shown_on(browser: Browser, site: Path) -> None:
    address = (site / "plain" / "doel-heemskerk-21.html").as_uri()
    for width, shown in ((NARROW, "smal"), (1280, "breed")):
        page = open_page(browser, address, width=width)
        visible = [chart for chart in page.locator("svg.doelgrafiek").all() if chart.is_visible()]
        assert [chart.get_attribute("class") for chart in visible] == [f"doelgrafiek doelgrafiek--{shown}"]
        letters = visible[0].locator("text").first.bounding_box()
        assert letters is not None
        assert letters["height"] > 10


def test_outcomes_of_checks_are_in_sight_on_a_narrow_screen(browser: Browser, site: Path) -> None:
    page = open_page(browser, (site / "plain" / "controles.html").as_uri(), width=NARROW)
    boxes = [outcome.bounding_box() for outcome in page.locator(".oordeel").all()]
    assert boxes
    assert all(box and box["x"] + box["width"] <= NARROW for box in boxes)


def test_a_keyboard_finds_the_skip_link_first_and_sees_its_focus(browser: Browser, site: Path) -> None:
    page = open_page(browser, (site / "plain" / "index.html").as_uri())
    page.keyboard.press("Tab")
    skip = page.locator("a.sla-over")
    assert skip.evaluate("e => e === document.activeElement")
    box = skip.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert skip.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhoud"


def test_wide_tables_can_be_scrolled_by_keyboard(browser: Browser, site: Path) -> None:
    page = open_page(browser, (site / "plain" / "register.html").as_uri(), width=NARROW)
    sources = page.get_by_role("region", name="Register van Beleidsplan Sociaal domein")
    assert sources.evaluate("e => e.scrollWidth > e.clientWidth")
    sources.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("e => e.scrollLeft > 0", arg=sources.element_handle())


def test_the_row_of_a_table_of_care_keeps_its_name_in_sight_while_later_years_are_scrolled_to(
    browser: Browser, site: Path
) -> None:
    page = open_page(browser, (site / "plain" / "zorg-wmo.html").as_uri(), width=NARROW)
    table = page.get_by_role("region", name="Cliënten en kosten per categorie en jaar")
    table.evaluate("e => { e.scrollLeft = e.scrollWidth }")
    page.wait_for_function("e => e.scrollLeft > 100", arg=table.element_handle())
    name, newest = table.get_by_role("rowheader", name="Rolstoelen"), table.get_by_text("€\u00a0197.000")
    boxes = [found.bounding_box() for found in (name, newest)]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= NARROW for box in boxes)


def test_a_count_that_is_not_shown_is_heard_as_words(browser: Browser, site: Path) -> None:
    page = open_page(browser, (site / "plain" / "zorg-jeugdwet.html").as_uri())
    cells = page.get_by_role("row", name="Crisis").first.get_by_role("cell")
    assert cells.nth(2).aria_snapshot() == '- cell "niet getoond"'
    chart = page.get_by_role("img", name="Kosten per jaar van Crisis")
    assert "2022 (t/m november) niet getoond" in (chart.locator("title").text_content() or "")


def test_print_shows_whole_tables_and_no_link_targets(browser: Browser, site: Path) -> None:
    page = browser.new_context(viewport={"width": 680, "height": 900}).new_page()  # A4 within its margins
    page.emulate_media(media="print")
    for path in every_page(site):
        page.goto(path.as_uri())
        for box in page.locator(".tabelvak").all():
            assert box.evaluate("e => getComputedStyle(e).overflowX") == "visible"
            assert box.evaluate("e => e.scrollWidth <= document.documentElement.clientWidth"), path.name
        assert page.locator("a.sla-over").is_hidden()
        assert page.get_by_role("navigation", name="Hoofdmenu").is_hidden()
        printed = "Array.from(document.links).map(a => getComputedStyle(a, '::after').content)"
        assert set(page.evaluate(printed)) <= {"none", "normal"}
        unfolded = "Array.from(document.querySelectorAll('details > .tabelvak'), e => e.checkVisibility())"
        assert all(page.evaluate(unfolded)), "what is folded on the screen is whole on paper"
    for name in ("index.html", "doel-heemskerk-21.html", "register.html"):
        page.goto((site / "plain" / name).as_uri())
        assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("colors", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, 1280])
def test_axe_finds_no_violation(browser: Browser, site: Path, width: int, colors: Literal["light", "dark"]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = browser.new_context(
        bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme=colors
    ).new_page()
    for path in every_page(site):
        page.goto(path.as_uri())
        found = axe.Axe().run(page)
        assert found.violations_count == 0, f"{path.name}: {found.generate_report()}"
        assert len(found.response["passes"]) > 15
