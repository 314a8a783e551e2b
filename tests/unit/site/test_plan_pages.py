"""The front page, the pages of opgaven and objectives and the register, with the rows of a plan."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dagster_project.site import render_site
from dagster_project.site.pages.register import gaps_sentence, links_sentence
from dagster_project.site.queries import Action, Reader, read_page_data
from dagster_project.site.words import labels
from dagster_project.site.words.cards import page_of
from tests.unit.site import plan_rows
from tests.unit.site.html_outline import Outline, main
from tests.unit.site.page_build import DOELEN, GEMEENTE, RUN, make_build, make_workspace


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("plan")
    build = make_build(root / "warehouse.duckdb", sql=plan_rows.ALL)
    render_site(build, make_workspace(root / "ws"), root / "site", RUN)
    return {path.name: main(path.read_text(encoding="utf-8")) for path in (root / "site").glob("*.html")}


def section(html: str, anchor: str) -> str:
    """The text of the part of a page under one heading."""
    found = [part for part in re.findall(r"<section.*?</section>", html, re.DOTALL) if f'<h2 id="{anchor}"' in part]
    assert len(found) == 1
    return Outline(found[0]).text


def test_each_opgave_shows_its_verdicts_and_what_is_furthest_behind(pages: dict[str, str]) -> None:
    text = section(pages["index.html"], "opgaven")
    assert "Vitaal en weerbaar 5 doelen" in text
    assert "1 op koers · 1 op de grens · 1 achter op schema · 1 verkeerde richting · 1 geen nieuwe meting" in text
    assert "Blijft het verst achter: Volwassenen en ouderen met overgewicht verkeerde richting" in text
    assert "Opgroeien en zelfontplooiing 6 doelen" in text
    assert "Nog niets te beoordelen." in text
    assert "Nog zonder doelen 0 doelen Hier horen nog geen doelen bij." in text


def test_every_verdict_on_the_front_page_is_a_word_beside_its_sign(pages: dict[str, str]) -> None:
    html = pages["index.html"]
    badges = re.findall(r'<span class="oordeel [^"]*"><svg.*?</svg><span>(.+?)</span></span>', html)
    assert len(badges) == html.count('class="oordeel ') > 5


def test_the_council_sees_on_what_it_has_to_decide(pages: dict[str, str]) -> None:
    text = section(pages["index.html"], "beslispunten")
    assert "Bij 1 doel mist de vooruitblik het doel." in text
    assert "De vooruitblik voor 2027 is 13,3 %; het doel is hoogstens 11 %." in text
    assert "De kans dat het doel wordt gehaald, is ongeveer 2 %." in text


def test_what_is_overdue_stands_with_who_owes_it_the_oldest_first(pages: dict[str, str]) -> None:
    text = section(pages["index.html"], "telaat")
    late = sorted((doel for doel in DOELEN if doel.is_overdue), key=lambda doel: str(doel.next_measurement_due))
    assert f"Bij {len(late)} doelen had de volgende meting er al moeten zijn." in text
    assert [text.index(doel.title) for doel in late] == sorted(text.index(doel.title) for doel in late)
    assert all(doel.owner in text for doel in late)


def test_only_decisions_that_are_still_to_come_stand_on_the_front_page(pages: dict[str, str]) -> None:
    text = section(pages["index.html"], "agenda")
    assert "9 oktober 2025 Verordening minimabeleid raad · Financieel fit" in text
    assert "2027 Evaluatie van het plan" in text
    assert "Vorige nota minima" not in text


def test_an_opgave_follows_the_order_of_the_budget_documents(pages: dict[str, str]) -> None:
    headings = re.findall(r'<h2 id="(\w+)"', pages["opgave-4.html"])
    assert headings == ["willen", "bereikt", "gedaan", "gekost", "risicos", "agenda"]


def test_an_opgave_tells_ambition_actions_choices_money_risks_and_agenda(pages: dict[str, str]) -> None:
    html = pages["opgave-4.html"]
    for anchor, part in (
        ("willen", "Rondkomen zonder schulden."),
        ("willen", "Terugkeer in de bijstand binnen één jaar 16 % 2023 hoogstens 11 % 2027"),
        (
            "bereikt",
            "Personen met bijstand per 10.000 inwoners 2020 214,4 per 10.000 inwoners 249,8 per 10.000 inwoners",
        ),
        ("bereikt", "Jongeren met jeugdhulp BBV 29 – geen cijfer –"),
        ("gedaan", "Extra jobcoach synthetisch Werk loopt 2024 tot en met 2026 Minder terugval € 40.000"),
        ("gedaan", "Spreekuur in de bibliotheek niet in bron niet in bron niet in bron niet in bron geen indicator"),
        ("gedaan", "Meer begeleiding bij de start synthetisch duurder niet in bron minder terugval"),
        ("gekost", "Werk – Begeleiding synthetisch € 1.200.000 € 600.000 € 1.250.000 30,0 %"),
        ("gekost", "Samen € 1.600.000 niet in bron € 1.640.000 40,0 %"),
        ("risicos", "De prijzen stijgen Bron: Beleidsplan Voor het hele plan Het Rijk verandert de verdeling"),
        ("agenda", "1 februari 2025 geweest Vorige nota minima raad"),
        ("agenda", "2027 Evaluatie van het plan over het hele plan"),
    ):
        assert part in section(html, anchor)


def test_where_the_document_is_silent_the_opgave_says_so(pages: dict[str, str]) -> None:
    html = pages["opgave-5.html"]
    assert "De ambitie: niet in bron." in section(html, "willen")
    assert "Acties: niet in bron." in section(html, "gedaan")
    assert "Begroting en uitgaven: niet in bron." in section(html, "gekost")
    assert "€ 0" not in Outline(html).text


def test_an_objective_shows_its_course_in_a_chart_and_every_number_of_it_in_a_table(pages: dict[str, str]) -> None:
    html = pages["doel-heemskerk-21.html"]
    assert html.count('<svg class="doelgrafiek') == 2
    text = section(html, "verloop")
    for part in (
        "is het cijfer aantoonbaar gedaald, met ongeveer 0,6 procentpunt per jaar.",
        "2018 meting 19 % synthetisch",
        "2023 meting, het begin 16 %",
        "2025 vooruitblik 14,6 % synthetisch 13,9 tot 15,3",
        "2027 vooruitblik met maatregelen 11,8 % synthetisch",
        "2027 doel hoogstens 11 %",
        "Breuk op 1 januari 2021: De bron telt anders.",
    ):
        assert part in text
    for period, value in plan_rows.RETURNED.items():
        assert re.search(rf"{period} meting {labels.exact_number(value, 0)} %", text)


def test_a_change_within_the_margin_is_called_no_change(pages: dict[str, str]) -> None:
    text = section(pages["doel-heemskerk-04.html"], "verloop")
    assert "Dat valt binnen de marge van de meting: het cijfer is niet aantoonbaar veranderd." in text
    assert "2020 meting, het begin 51,0 % 49,2 tot 52,8" in text


def test_a_beslispunt_stands_beside_the_verdict_of_its_objective(pages: dict[str, str]) -> None:
    assert "beslispunt voor de raad" in Outline(pages["doel-heemskerk-21.html"]).text
    assert "beslispunt" not in Outline(pages["doel-heemskerk-04.html"]).text


def test_what_changed_in_an_objective_is_told_with_since_when(pages: dict[str, str]) -> None:
    text = section(pages["doel-heemskerk-21.html"], "versies")
    assert "Vanaf 1 januari 2025 (geldt nu): Streefwaarde: was “hoogstens 12 %”, werd “hoogstens 11 %”" in text
    assert "Eigenaar: was “Sociale Zaken”" in text
    assert "Vanaf 1 juli 2024 : eerste vastlegging" in text.replace("2024:", "2024 :")
    unchanged = section(pages["doel-heemskerk-04.html"], "versies")
    assert "Dit doel is sinds de vastlegging (1 juli 2024) niet gewijzigd." in unchanged


def test_the_figure_leads_back_to_the_file_that_it_came_in(pages: dict[str, str]) -> None:
    text = section(pages["doel-heemskerk-21.html"], "herkomst")
    for part in (
        "Cijfer 15 %, Heemskerk, 2024",
        "Berekend als 24 / 160 × 100 = 15 %",
        "Dataset municipal/suite4sd, regel 7",
        f"Opgeslagen als snapshots/municipal/suite4sd/{'c' * 64}.csv",
        f"sha256 {'c' * 64}",
        "Adres of bestand suite4sd_export_2024.csv",
        "15 april 2025, 08:00 uur, aangeleverd bestand",
        "Licentie eigen gegevens",
        "Gedeeld door CBS, tabel 03759ned, regel 7",
        f"sha256 daarvan {'b' * 64}",
        "opkoers trace heemskerk-21",
    ):
        assert part in text


def test_an_objective_that_was_never_measured_has_nothing_to_trace(pages: dict[str, str]) -> None:
    text = section(pages["doel-heemskerk-12.html"], "herkomst")
    assert "Er is nog geen cijfer om terug te volgen." in text


def test_the_register_shows_every_objective_and_counts_what_is_not_in_the_source(pages: dict[str, str]) -> None:
    html = pages["register.html"]
    text = Outline(html).text
    assert all(doel.title in text for doel in DOELEN)
    without_start = sum(doel.baseline_value is None for doel in DOELEN)
    assert f"de startwaarde bij {without_start}" in text
    assert html.count('<td class="leeg">niet in bron</td>') > without_start
    assert "Van de 3 acties horen er 1 bij geen, 1 bij één en 1 bij meer indicatoren." in text
    assert "Looptijd 2024 tot en met 2029 Evaluatie 2027 Naar de raad april en oktober" in text


def test_a_plan_without_objectives_has_no_gaps_to_count() -> None:
    assert gaps_sentence([]) == "Dit plan heeft geen doelen."


def action(*indicators: str) -> Action:
    return Action("a", "p", None, None, "x", None, None, None, None, Decimal(0), None, None, False, list(indicators))


def test_actions_are_counted_by_their_links() -> None:
    assert links_sentence([]) == ""
    assert links_sentence([action()]) == "Van de ene actie hoort er 1 bij geen, 0 bij één en 0 bij meer indicatoren."
    assert links_sentence([action("a", "b"), action("a"), action("b")]) == (
        "Van de 3 acties horen er 0 bij geen, 2 bij één en 1 bij meer indicatoren."
    )


def test_what_the_source_leaves_empty_is_never_filled_in(tmp_path: Path) -> None:
    """A row of a register that holds little more than a number."""
    sql = (
        "update marts.dim_objective set kind = null, direction = null, indicator_id = null, owner = null, "
        "rhythm = null, instrument = null, baseline_value = null, baseline_period_id = null, target_value = null, "
        "target_rule = null, target_period_id = null, unit = null, decimals = null where objective_id = 'heemskerk-12';"
    )
    build = make_build(tmp_path / "warehouse.duckdb", sql=sql)
    render_site(build, make_workspace(tmp_path / "ws"), tmp_path / "site", RUN)
    page = Outline(main((tmp_path / "site" / "doel-heemskerk-12.html").read_text(encoding="utf-8"))).text
    assert "Doel niet in bron" in page
    assert "Eigenaar niet in bron" in page
    register = (tmp_path / "site" / "register.html").read_text(encoding="utf-8")
    row = next(part for part in re.findall(r"<tr>.*?</tr>", register, re.DOTALL) if "doel-heemskerk-12.html" in part)
    assert row.count("niet in bron") == 7


def test_objectives_whose_ids_differ_in_capitals_or_signs_alone_get_a_page_each() -> None:
    ids = ("hks-1", "HKS-1", "hks_1", "hks 1", "-hks-1", "../hks-1", "é")
    assert len({page_of(objective_id) for objective_id in ids}) == len(ids)
    assert page_of("hks-1") == "doel-hks-1.html"
    assert all(re.fullmatch(r"doel-[a-z0-9-]+\.html", page_of(objective_id)) for objective_id in ids)


def test_every_link_to_an_objective_leads_to_its_page_whatever_its_id(tmp_path: Path) -> None:
    renamed = "".join(
        f"update marts.{table} set objective_id = upper(replace(objective_id, '-', '_'));"
        for table in ("dim_objective", "fct_objective_attainment", "fct_objective_outlook")
    )
    build = make_build(tmp_path / "warehouse.duckdb", sql=renamed)
    before = make_build(tmp_path / "before.duckdb", sql=f"{renamed} update marts.dim_objective set margin = 7;")
    run = replace(RUN, previous=before, previous_label="2025-01")
    render_site(build, make_workspace(tmp_path / "ws"), tmp_path / "site", run)
    written = {path.name for path in (tmp_path / "site").glob("doel-*.html")}
    assert len(written) == len(DOELEN)
    for page in ("index", "register", "wijken", "wijzigingen", "opgave-1"):
        html = (tmp_path / "site" / f"{page}.html").read_text(encoding="utf-8")
        linked = set(re.findall(r'href="(doel-[^"#]*)', html))
        assert linked, page
        assert linked <= written, page


def test_what_stands_under_an_opgave_is_that_of_its_own_plan(tmp_path: Path) -> None:
    other = """
        insert into marts.dim_plan (plan_id, title) values ('tweede', 'Tweede plan');
        insert into marts.dim_opgave (plan_id, opgave, opgave_order) values ('tweede', 'Financieel fit', 1);
        insert into marts.dim_action (action_id, plan_id, opgave, programme, action, is_synthetic) values
            ('tweede-a01', 'tweede', 'Financieel fit', 'Zwemmen', 'Zwemles', false);
        insert into marts.dim_choice (plan_id, programme, choice, is_synthetic) values
            (null, 'Zwemmen', 'Een tweede bad', false);
    """
    build = make_build(tmp_path / "warehouse.duckdb", sql=plan_rows.PLAN + other)
    render_site(build, make_workspace(tmp_path / "ws"), tmp_path / "site", RUN)
    texts = [Outline(path.read_text(encoding="utf-8")).text for path in (tmp_path / "site").glob("opgave-*.html")]
    assert [text.count("Een tweede bad") for text in texts if "Een tweede bad" in text] == [1]


def test_more_than_a_hundred_actions_keep_the_order_of_their_document(tmp_path: Path) -> None:
    many = "".join(
        "insert into marts.dim_action (action_id, plan_id, opgave, action, is_synthetic) values"
        f" ('heemskerk-a{row:02d}', 'heemskerk', 'Financieel fit', 'Actie {row}', false);"
        for row in (99, 100, 11)
    )
    with duckdb.connect(str(make_build(tmp_path / "warehouse.duckdb", sql=many))) as connection:
        actions = read_page_data(Reader(connection, GEMEENTE)).actions
    assert [row.action for row in actions] == ["Actie 11", "Actie 99", "Actie 100"]
