from __future__ import annotations

import re
from pathlib import Path

import pytest

from dagster_project.site import render_site
from dagster_project.site.words.telling import render
from tests.unit.site.html_outline import Outline, main
from tests.unit.site.page_build import RUN, make_build, make_workspace
from tests.unit.site.plan_rows import TELLING


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "![spion](https://pixel.example/a.png)",
        "[lok](javascript:alert(1))",
        '<img src="https://pixel.example/a.png">',
    ],
)
def test_a_telling_cannot_bring_code_or_images_into_the_page(text: str) -> None:
    outline = Outline(render(text))
    assert not outline.all("script") + outline.all("img")
    assert not any("javascript" in (link.get("href") or "") for link in outline.all("a"))


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# Een\n\ntekst\n\n# Twee", ["h4", "h4"]),
        ("### Diep\n\n# Hoog\n\n### Diep", ["h4", "h4", "h5"]),
        ("# a\n\n## b\n\n### c\n\n#### d", ["h4", "h5", "h6", "h6"]),
    ],
)
def test_headings_stand_below_those_of_the_page_without_a_gap(text: str, levels: list[str]) -> None:
    assert re.findall(r"<(h\d)>", render(text)) == levels


def page(folder: Path, sql: str, number: int = 21) -> str:
    build = make_build(folder / "warehouse.duckdb", sql=sql)
    render_site(build, make_workspace(folder / "ws"), folder / "site", RUN)
    return main((folder / "site" / f"doel-heemskerk-{number:02d}.html").read_text(encoding="utf-8"))


def test_the_telling_stands_in_the_order_of_the_council_with_its_edition_and_author(tmp_path: Path) -> None:
    html = page(tmp_path, TELLING)
    text = Outline(html).text
    assert "Geschreven voor de editie van april 2025 door: beleidsadviseur participatie." in text
    assert re.findall(r'id="toelichting-(\w+)"', html) == ["cause", "measures", "outlook"]
    assert "De <strong>banen</strong> zijn vaak tijdelijk." in html
    assert "Extra jobcoach synthetisch −1,5 procentpunt 2027 € 40.000" in text
    assert "Nazorg na een jaar synthetisch niet in bron niet in bron niet in bron" in text


def test_an_objective_that_deviates_without_a_telling_says_so_and_names_its_owner(tmp_path: Path) -> None:
    text = Outline(page(tmp_path, "", number=21)).text
    assert "Er is voor deze editie nog geen toelichting. Dit doel wijkt af, dus die hoort er te komen" in text


def test_an_objective_on_course_owes_no_telling(tmp_path: Path) -> None:
    text = Outline(page(tmp_path, "", number=5)).text
    assert "Er is voor deze editie geen toelichting geschreven." in text
    assert "wijkt af" not in text
