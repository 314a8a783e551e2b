from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.site import render_site
from dagster_project.site.country import CountryReader, render_country
from dagster_project.site.pages import bbv
from dagster_project.site.queries import Point, Reader, read_page_data
from dagster_project.site.words import register
from dagster_project.site.words.register import RegisterRow
from tests.unit.site.html_outline import Outline
from tests.unit.site.page_build import GEMEENTE, RUN, make_build, make_workspace

AS_OF = date(2025, 4, 15)
ROW = RegisterRow("halt", 6, "Verwijzingen Halt", "1. Veiligheid", "per 10.000", 1, "halt", "Bureau Halt", None)
TAAKVELDEN = """
    update marts.dim_indicator set taakveld = '4. Onderwijs' where indicator_id = 'absoluut_verzuim_per_1000';
    update marts.dim_indicator set taakveld = '6. Sociaal domein' where taakveld is null;
    update marts.dim_indicator set source_id = 'workspace' where indicator_id = 'jeugdhulp_pct';
    update marts.dim_region set parent_code = 'PV27' where region_code = 'GM0301';
"""


def absent(absence: str) -> Point:
    return Point("halt", GEMEENTE, "Heemskerk", "2024", None, None, None, None, absence, False, None, None, None)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_build(tmp_path_factory.mktemp("bbv") / "warehouse.duckdb", sql=TAAKVELDEN)


@pytest.fixture(scope="module")
def country(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("country")
    render_country(build, make_workspace(root / "workspace"), root / "pages", RUN)
    return root / "pages"


@pytest.mark.parametrize(
    ("newest", "changes", "words"),
    [
        (None, {"valid_to": date(2018, 1, 31)}, "sinds 31 januari 2018 geen officiële indicator meer"),
        (None, {"valid_to": date(2026, 1, 31)}, "nog niet opgehaald of aangeleverd; bron: Bureau Halt"),
        (absent("suppressed"), {}, "te klein om te tonen (2024)"),
        (absent("unknown"), {}, "onbekend (2024)"),
        (absent("not_collected"), {}, "nog niet opgehaald of aangeleverd; bron: Bureau Halt"),
        (absent("not_collected"), {"source_id": "workspace"}, "komt uit de eigen administratie; nog niet aangeleverd"),
    ],
)
def test_a_figure_that_is_not_there_says_why(newest: Point | None, changes: dict[str, object], words: str) -> None:
    row = RegisterRow(**{**asdict(ROW), **changes})  # type: ignore[arg-type]
    assert register.why_absent(row, newest, AS_OF) == words


def test_the_overview_holds_every_official_indicator_by_taakveld(build: Path, tmp_path: Path) -> None:
    render_site(build, make_workspace(tmp_path / "ws"), tmp_path / "site", RUN)
    page = (tmp_path / "site" / "bbv.html").read_text(encoding="utf-8")
    text = Outline(page).text
    for part in (
        "Het landelijke register (BBV) telt 6 indicatoren; van 3 daarvan zijn er cijfers over Heemskerk.",
        "4. Onderwijs 1 indicator, waarvan 1 met een cijfer.",
        "Cliënten met een maatwerkarrangement Wmo BBV 32, per 10.000 inwoners 661 2024 702",
        "Niet-sporters BBV 20, % 45,0 2022 47,5",
        "komt uit de eigen administratie; nog niet aangeleverd",
    ):
        assert part in text
    assert 'href="bbv.html#indicator-1"' in page


def test_blocks_that_do_not_fit_move_to_a_page_per_taakveld(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bbv, "_ROOM", 100)
    render_site(build, make_workspace(tmp_path / "ws"), tmp_path / "site", RUN)
    pages = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "site").glob("bbv*.html")}
    assert sorted(pages) == ["bbv-1.html", "bbv-2.html", "bbv-3.html", "bbv.html"]
    assert 'href="bbv-1.html#indicator-1"' in pages["bbv.html"]
    assert '<svg class="grafiek"' not in pages["bbv.html"]
    assert "Absoluut verzuim" in pages["bbv-1.html"]
    assert "Andere cijfers" in pages["bbv-3.html"]
    assert 'href="bbv.html"' in pages["bbv-3.html"]


def test_reading_the_country_at_once_gives_the_rows_of_reading_one_gemeente(build: Path) -> None:
    with duckdb.connect(str(build), read_only=True) as connection:
        (found,) = [rows for gemeente, rows in CountryReader(connection).rows({GEMEENTE})]
        alone = read_page_data(Reader(connection, GEMEENTE))
    known = {indicator.indicator_id for indicator in alone.indicators}
    assert tuple(i for i in found.indicators if i.indicator_id in known) == alone.indicators
    own = [p for p in found.indicator_points if p.indicator_id in known]
    assert sorted(own, key=str) == sorted((p for p in alone.indicator_points if p.indicator_id in known), key=str)
    assert found.benchmarks == alone.benchmarks
    assert found.peers == alone.peers
    assert sorted(found.characteristics, key=str) == sorted(alone.characteristics, key=str)


def test_every_gemeente_gets_a_page_and_stands_in_the_list(country: Path) -> None:
    listing = Outline((country / "index.html").read_text(encoding="utf-8")).text
    assert sorted(path.stem for path in country.glob("GM*.html")) == ["GM0034", "GM0301", "GM0396", "GM0406", "GM0718"]
    assert "5 gemeenten naast Nederland" in listing
    assert "Noord-Holland Heemskerk 3 Zutphen 0" in listing
    assert "Zonder provincie Almere" in listing


def test_a_page_of_the_country_is_about_its_own_gemeente(country: Path) -> None:
    page = (country / "GM0396.html").read_text(encoding="utf-8")
    outline = Outline(page)
    assert "Heemskerk vergeleken – Op koers? Gemeente Heemskerk" in outline.text
    assert {link["href"] for link in outline.all("a") if "#" not in (link["href"] or "")} == {"index.html"}
    assert "Let op: synthetische cijfers." in outline.text
    assert "Let op: synthetische cijfers." not in (country / "GM0718.html").read_text(encoding="utf-8")


def test_one_gemeente_can_be_asked_alone(build: Path, tmp_path: Path) -> None:
    written = render_country(build, make_workspace(tmp_path / "ws"), tmp_path / "pages", RUN, ["GM0034"])
    assert [path.name for path in written] == ["GM0034.html", "index.html", "opkoers.css"]


def test_a_code_that_is_no_gemeente_is_refused(build: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="GM9999: no such gemeente in this publication"):
        render_country(build, make_workspace(tmp_path / "ws"), tmp_path / "pages", RUN, ["GM9999"])
    assert not (tmp_path / "pages").exists()
