"""All pages as one document: nothing clashes, and no link leads out of it by accident."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dagster_project.export.assembly import assemble
from dagster_project.export.imprint import Imprint
from tests.unit.export.conftest import Made
from tests.unit.site.page_build import DOELEN

IMPRINT = Imprint(
    "Heemskerk",
    (("Gemeente", "Heemskerk"), ("Stand van", "15 april 2025")),
    ("CBS (CC BY 4.0)",),
    "Een deel is <verzonnen>.",
    datetime(2025, 4, 15),
)
PAGE = """<!doctype html><html lang="nl" class="a-theme"><head><title>Titel</title>
<link rel="stylesheet" href="opkoers.css"></head><body>
<svg width="0"><symbol id="icoon-vink"><path d="M0 0"/></symbol></svg>
<header><nav>{navigation}</nav></header><main id="inhoud">{main}</main><footer><a href="weg.html">weg</a></footer>
</body></html>"""


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.referred: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids[value or ""] += 1
            elif name in {"aria-labelledby", "aria-describedby", "aria-controls", "for", "headers"}:
                self.referred |= set((value or "").split())
            elif name in {"href", "xlink:href"}:
                self.addresses.append(value or "")
            self.referred |= set(re.findall(r"url\(#([^)]+)\)", value or ""))


def write_site(folder: Path, **pages: str) -> Path:
    navigation = "".join(f'<a href="{name}.html">{name}</a>' for name in ("index", "bbv", "bronnen"))
    (folder / "opkoers.css").write_text("p { color: black; }", encoding="utf-8")
    for name, main in pages.items():
        page = PAGE.format(navigation=navigation, main=main)
        (folder / f"{name.replace('_', '-')}.html").write_text(page, encoding="utf-8")
    return folder


def test_in_the_document_of_a_real_site_every_id_is_one_and_every_inner_link_leads_somewhere(made: Made) -> None:
    found = Links(assemble(made.site, IMPRINT))
    assert {name for name, count in found.ids.items() if count > 1} == set()
    inner = {address[1:] for address in found.addresses if address.startswith("#")}
    assert len(inner) > len(DOELEN)
    assert inner | found.referred <= set(found.ids)
    assert all(re.match(r"#|https?:|data:", address) for address in found.addresses)


def test_every_page_is_in_the_document_once_after_its_title_page_and_contents(made: Made) -> None:
    text = assemble(made.site, IMPRINT)
    pages = re.findall(r'<div class="pdf-deel" id="blz-([^"]+)">', text)
    assert sorted(pages) == sorted({path.stem for path in made.site.glob("*.html")} - {"controles", "gegevens"})
    assert re.findall(r'<li class="pdf-[a-z]+"><a href="#blz-([^"]+)">', text) == pages
    assert text.index("pdf-voorblad kolom") < text.index("pdf-inhoud kolom") < text.index('<div class="pdf-deel"')
    for doel in DOELEN:
        assert text.count(f">{doel.title}</a></li>") >= 1


def test_the_technical_checks_stay_out_of_the_document_and_no_link_leads_to_them(made: Made) -> None:
    assert (made.site / "controles.html").is_file()
    assert "controles.html" not in assemble(made.site, IMPRINT)
    assert "blz-controles" not in assemble(made.site, IMPRINT)


def test_objectives_follow_their_opgave_and_the_rest_comes_as_the_navigation_lists_it(tmp_path: Path) -> None:
    site = write_site(
        tmp_path,
        index='<h1>Op koers?</h1><a href="opgave-10.html">x</a>',
        opgave_2='<h1>Twee</h1><a href="index.html">x</a><a href="doel-b.html#stand">x</a><a href="doel-a.html">x</a>',
        opgave_10="<h1>Tien</h1>",
        doel_a="<h1>A</h1>",
        doel_b="<h1>B</h1>",
        doel_c="<h1>C</h1>",
        bbv="<h1>BBV</h1>",
        bronnen="<h1>Bronnen</h1>",
        aardig="<h1>Aardig</h1>",
    )
    order = re.findall(r'<div class="pdf-deel" id="blz-([^"]+)">', assemble(site, IMPRINT))
    assert order == ["index", "opgave-2", "doel-b", "doel-a", "opgave-10", "bbv", "bronnen", "aardig", "doel-c"]


def test_links_and_references_are_led_to_their_place_within_the_document(tmp_path: Path) -> None:
    site = write_site(
        tmp_path,
        index='<h1 id="kop">Op &amp; koers</h1><a href="bbv.html">1</a><a href="bbv.html#rij">2</a><a href="#kop">3</a>'
        '<a href="../export/tables.xlsx">4</a><a href="https://example.nl/?a=1&amp;b=2">5</a>'
        '<section aria-labelledby="kop andere"><svg><use href="#icoon-vink"/><g clip-path="url(#vak)"/></svg></section>'
        "<details><summary>x</summary></details>",
        bbv='<p id="rij">a<br>b</p>',
    )
    text = assemble(site, IMPRINT)
    assert '<h1 id="blz-index--kop">Op &amp; koers</h1>' in text
    assert '<a href="#blz-bbv">1</a><a href="#blz-bbv--rij">2</a><a href="#blz-index--kop">3</a>' in text
    assert '<a>4</a><a href="https://example.nl/?a=1&amp;b=2">5</a>' in text
    assert 'aria-labelledby="blz-index--kop blz-index--andere"' in text
    assert '<use href="#icoon-vink" />' in text
    assert text.count('<symbol id="icoon-vink">') == 1
    assert 'clip-path="url(#blz-index--vak)"' in text
    assert "<details open>" in text
    assert '<h1 class="kolom">Titel</h1>' in text  # a page without a heading of its own
    assert "weg.html" not in text
    assert 'class="a-theme"' in text


def test_the_title_page_says_whose_document_it_is_and_that_figures_are_made_up(tmp_path: Path) -> None:
    text = assemble(write_site(tmp_path, index="<h1>Op koers?</h1>"), IMPRINT)
    assert "<title>Op koers? – 15 april 2025</title>" in text
    assert "<dt>Stand van</dt><dd>15 april 2025</dd>" in text
    assert "Een deel is &lt;verzonnen&gt;." in text
    assert "<li>CBS (CC BY 4.0)</li>" in text


def test_a_folder_without_a_front_page_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no index.html: render the site"):
        assemble(tmp_path, IMPRINT)
