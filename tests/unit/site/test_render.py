from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from dagster_project.site import render_site
from dagster_project.site.words.labels import DEVIATING, VERDICTS
from dagster_project.workspace import Workspace
from tests.unit.site.html_outline import Outline, article, main
from tests.unit.site.page_build import DOELEN, NOT_MEASURABLE, RUN, make_build, make_workspace, validations

BLOCK = 'indicator" aria-labelledby="indicator-'
"""The articles of one indicator each, not the overview above them."""
HOSTILE = '<script>alert("raad")</script>'
PAGES = (
    "index.html",
    "opgave-1.html",
    "doel-heemskerk-27.html",
    "bbv.html",
    "bronnen.html",
    "controles.html",
    "uitleg.html",
)
"""One page of every sort."""


def render(folder: Path, **build: object) -> dict[str, str]:
    """The pages of a build that differs from the usual one, by their file."""
    database = make_build(folder / "warehouse.duckdb", **build)  # type: ignore[arg-type]
    render_site(database, make_workspace(folder / "workspace"), folder / "site", RUN)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / "site").glob("*.html"))}


def doel(pages: dict[str, str], number: int) -> str:
    """The text of the page of an objective."""
    return Outline(main(pages[f"doel-heemskerk-{number:02d}.html"])).text


def test_the_pages_and_their_stylesheet_are_written_and_named(tmp_path: Path) -> None:
    build = make_build(tmp_path / "warehouse.duckdb")
    files = render_site(build, make_workspace(tmp_path / "workspace"), tmp_path / "site", RUN)
    names = {path.name for path in files}
    assert {*PAGES, "opkoers.css"} <= names
    assert {f"doel-{doel.objective_id}.html" for doel in DOELEN} <= names
    assert {f"opgave-{number}.html" for number in range(1, 6)} <= names
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == sorted(path.name for path in files)


def test_equal_tables_make_equal_pages(tmp_path: Path, site: Path) -> None:
    render(tmp_path, doelen=[*DOELEN, NOT_MEASURABLE])
    names = sorted(path.name for path in site.iterdir())
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == names
    for name in names:
        assert (tmp_path / "site" / name).read_bytes() == (site / name).read_bytes()


def test_only_the_published_tables_and_their_work_tables_are_read(tmp_path: Path) -> None:
    """A build without any other schema is enough, and it may be write-protected."""
    build = make_build(tmp_path / "warehouse.duckdb")
    build.chmod(0o444)
    before = build.read_bytes()
    render_site(build, make_workspace(tmp_path / "workspace"), tmp_path / "site", RUN)
    assert build.read_bytes() == before


def test_the_front_page_answers_first_and_warns_of_synthetic_figures_after_it(site: Path) -> None:
    front, other = ((site / name).read_text(encoding="utf-8") for name in ("index.html", "geld.html"))
    assert front.index('class="antwoord"') < front.index('class="tellingen"') < front.index('class="melding"')
    assert [front.count('class="melding"'), other.count('class="melding"')] == [1, 1]
    assert other.index('class="melding"') < other.index("<section")


def test_a_municipality_says_on_the_front_page_how_the_words_of_its_plan_are_read(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "workspace")
    with (workspace.root / "opkoers.toml").open("a", encoding="utf-8") as settings:
        settings.write('reading_note = "Het plan noemt een doel een <resultaat>."')
    build = make_build(tmp_path / "warehouse.duckdb")
    render_site(build, Workspace(workspace.root), tmp_path / "site", RUN)
    front = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "Het plan noemt een doel een &lt;resultaat&gt;." in front


def test_the_summary_counts_what_stands_on_the_pages_of_the_opgaven(pages: dict[str, str], index: str) -> None:
    opgaven = "".join(html for name, html in pages.items() if name.startswith("opgave-"))
    shown = Counter(re.findall(r'<p class="doel-oordeel"><span class="oordeel[^>]*>.*?<span>(.*?)</span>', opgaven))
    counted = {
        text: int(count)
        for count, text in re.findall(r'<span class="telling">(\d+)</span>.*?<span>(.*?)</span></span></li>', index)
    }
    assert counted == {VERDICTS[text].counted: count for text, count in shown.items()}
    assert sum(counted.values()) == len(DOELEN) + 1
    assert set(counted) == {verdict.counted for verdict in VERDICTS.values()}
    good, bad = counted["behaald"] + counted["op koers"], sum(counted[text] for text in DEVIATING)
    assert (
        f"Van de {len(DOELEN) + 1} doelen zijn er {good} behaald of op koers, is er {counted['op de grens']} op de "
        f"grens, blijven er {bad} achter en is van {sum(counted.values()) - good - bad - 1} nog niets te zeggen."
    ) in Outline(index).text


def test_every_objective_shows_start_latest_target_verdict_and_why(pages: dict[str, str]) -> None:
    text = doel(pages, 6)
    for part in (
        "geen nieuwe meting",
        "Begin 244 nachten 2023",
        "Laatste meting nog niet opnieuw gemeten",
        "Doel 20 % minder dan het begin: hoogstens 195,2 nachten 2027",
        "De volgende meting werd verwacht op 1 april 2025 (BCT).",
        "Gemeten met registratie BCT",
        "Hoe vaak elk jaar",
        "Eigenaar BCT",
        "Bron Nulmeting: Beleidsplan Sociaal domein 2024 ev",
    ):
        assert part in text
    card = article(pages["opgave-2.html"], "Gemiddeld aantal nachten in de daklozenvoorziening", "doel")
    assert "Verloop: 244 nachten (2023)." in card


def test_what_the_plan_leaves_open_is_shown_as_open_with_its_owner(pages: dict[str, str]) -> None:
    text = doel(pages, 9)
    assert "Doel nog open hoeveel minder dan het begin" in text
    assert "De gemeente moet dit doel nog invullen (Beleid Wmo)." in text
    assert "Begin geen beginmeting" in text


def test_a_suppressed_measurement_is_named_and_never_shown_as_zero(pages: dict[str, str]) -> None:
    text = doel(pages, 20)
    assert "Laatste meting te klein om te tonen synthetisch 2024" in text


def test_wijken_stand_beside_the_verdict_that_the_worst_of_them_gives(pages: dict[str, str]) -> None:
    text = doel(pages, 27)
    assert "Doel in elke wijk hoogstens 45,0 %" in text
    assert "Wijk 02 Zuidbroek behaald 44,2 % 2024" in text
    assert "Wijk 03 Centrum geen nieuwe meting nog niet gemeten" in text
    assert "De wijk die het verst van het doel ligt, telt: Wijk 01 Oosterzij." in text


def test_wijken_that_were_never_measured_take_one_sentence_and_no_table(tmp_path: Path) -> None:
    sql = (
        "update marts.fct_objective_attainment set current_value = null, period_id = null where region_code like 'WK%'"
    )
    text = doel(render(tmp_path, sql=sql), 27)
    assert "In geen van de 3 wijken is apart gemeten." in text
    assert "Wijk 01" not in text


def test_years_and_half_years_are_never_drawn_as_one_line(tmp_path: Path) -> None:
    sql = """
        insert into marts.fct_indicator_value (indicator_id, region_code, period_id, territory, value, is_synthetic)
        values ('toekenningen_minimaregelingen', 'GM0396', '2024-H1', 'as_published', 2990, false)
    """
    pages = render(tmp_path, sql=sql)
    text = article(pages["opgave-4.html"], "Toekenningen van minimaregelingen", "doel")
    assert "Verloop: 5.377 (2023), 5.989 (2024). Doel:" in text


def test_a_long_series_is_told_in_short(tmp_path: Path) -> None:
    years = ", ".join(
        f"('naschoolse_deelname_pct', 'GM0396', '{y}', 'as_published', {y - 1970}, false)" for y in range(2010, 2022)
    )
    sql = f"""
        insert into marts.fct_indicator_value (indicator_id, region_code, period_id, territory, value, is_synthetic)
        values {years}
    """
    pages = render(tmp_path, sql=sql)
    text = article(pages["opgave-3.html"], "naschoolse activiteiten", "doel")
    assert "Verloop: 13 metingen, van 40 % (2010) naar 46 % (2022)." in text


def test_an_indicator_without_any_figure_for_the_town_is_left_out(tmp_path: Path) -> None:
    sql = "update marts.fct_indicator_value set value = null, absence = 'not_collected' where region_code = 'GM0396'"
    assert '<article class="indicator"' not in render(tmp_path, sql=sql)


def test_synthetic_figures_are_announced_and_marked(pages: dict[str, str]) -> None:
    assert all("Let op: synthetische cijfers." in page for page in pages.values())
    assert "4 oordelen rusten op synthetische cijfers." in pages["index.html"]
    marked = doel(pages, 17)
    assert "Begin 5.377 2023 Laatste meting 5.989 synthetisch 2024" in marked
    assert "synthetisch" not in doel(pages, 4)
    assert (
        article(pages["bbv.html"], "Absoluut verzuim", BLOCK).count("synthetisch") == 1 + 4 + 1 + 1
    )  # title, figures, compared, source


def test_without_synthetic_rows_nothing_is_called_synthetic(tmp_path: Path) -> None:
    tables = ("fct_indicator_value", "fct_indicator_benchmark", "fct_objective_attainment", "audit_snapshot")
    real = "; ".join(f"update marts.{table} set is_synthetic = false" for table in tables)
    pages = render(
        tmp_path,
        sql=f"{real}; update marts.audit_snapshot set attribution = 'CBS'",
    )
    del pages["uitleg.html"]  # which tells what the word means
    for page in pages.values():
        assert "synthetisch" not in page.replace("<code>is_synthetisch</code>", "")  # the name of a column


def test_the_workspace_may_word_the_warning_itself(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "workspace", note="De exports zijn verzonnen.")
    render_site(make_build(tmp_path / "warehouse.duckdb"), workspace, tmp_path / "site", RUN)
    for name in PAGES:
        assert "De exports zijn verzonnen." in (tmp_path / "site" / name).read_text(encoding="utf-8")


def test_indicators_stand_beside_the_netherlands_with_every_number_in_a_table(bbv: str) -> None:
    text = article(bbv, "Cliënten met een maatwerkarrangement Wmo", BLOCK)
    assert "Heemskerk: 661 per 10.000 inwoners (2024). Nederland: 702 per 10.000 inwoners." in text
    assert "2022 onbekend 680" in text
    assert "1e helft 2024 570 geen cijfer" in text
    assert "2024 661 702 voorlopig" in text
    assert "Voor een trend zijn er 2 metingen op rij; daarvoor zijn er minstens 5 nodig." in text
    assert "De grafiek toont jaren; in de tabel staan alle perioden." in text


def test_counts_of_a_town_are_compared_with_the_country_by_their_growth(bbv: str) -> None:
    text = article(bbv, "Sinds 2019", BLOCK)
    # 39.648 / 39.191 and 18.044.027 / 17.282.163
    assert "Sinds 2019 is dat 1,2 % meer in Heemskerk en 4,4 % meer in Nederland." in text
    assert "Nederland staat alleen in de tabel" in text


def test_an_indicator_with_one_period_gets_bars_and_names_both_its_tables(bbv: str) -> None:
    text = article(bbv, "Personen met bijstand per 10.000 inwoners", BLOCK)
    assert "Heemskerk: 214,4 per 10.000 inwoners (2020). Nederland: 249,8 per 10.000 inwoners." in text
    assert "214,4 (2020)" in text
    assert "Bron: CBS, tabel 03759ned; CBS, tabel 84799NED" in text


def test_survey_figures_show_their_interval(bbv: str) -> None:
    assert "45,0 marge 43,2 tot 46,8" in article(bbv, "Niet-sporters", BLOCK)


def test_figures_of_other_municipalities_are_not_shown(bbv: str) -> None:
    assert "Almere" not in bbv
    with pytest.raises(LookupError, match="0 articles"):
        article(bbv, "Jongeren met jeugdhulp", BLOCK)


def test_an_indicator_is_measured_by_country_province_class_and_peers(bbv: str) -> None:
    text = article(bbv, "Personen met bijstand per 10.000 inwoners", BLOCK)
    assert "vergeleken Vergeleken met 2020" in text
    assert (
        "Heemskerk 214,4 Nederland 249,8 Provincie Noord-Holland opgeteld uit de gemeenten 238,1 "
        "Gemeenten met 20.000 tot 50.000 inwoners middelste van 186 133,2 "
        "Vergelijkbare gemeenten middelste van 10 272,7 "
        "Heemskerk staat op plaats 89 van 355 gemeenten; plaats 1 heeft het hoogste cijfer. "
        "Bij dit cijfer is lager beter."
    ) in text


def test_the_comparison_is_over_the_newest_period_of_which_others_are_known(bbv: str) -> None:
    text = article(bbv, "Cliënten met een maatwerkarrangement Wmo", BLOCK)
    assert "Vergeleken met 2023" in text
    assert "plaats 120 van 340 gemeenten" in text


def test_a_count_is_not_held_against_country_or_province_and_a_shared_place_says_so(bbv: str) -> None:
    text = article(bbv, "Sinds 2019", BLOCK).partition("Vergeleken met")[2]
    assert "Nederland" not in text
    assert "Noord-Holland" not in text
    assert "Vergelijkbare gemeenten middelste van 10 45.101" in text
    assert "plaats 135 (gedeeld) van 342 gemeenten" in text


def test_without_other_gemeenten_nothing_is_compared(tmp_path: Path) -> None:
    bbv = render(tmp_path, sql="update marts.fct_indicator_benchmark set n_regions = 1")["bbv.html"]
    assert 'class="vergelijking"' not in bbv


def test_who_is_alone_in_a_class_is_not_compared_with_it(tmp_path: Path) -> None:
    bbv = render(tmp_path, sql="update marts.fct_indicator_benchmark set n_size_class = 1, n_peers = 1")["bbv.html"]
    text = article(bbv, "Personen met bijstand per 10.000 inwoners", BLOCK)
    assert "50.000 inwoners" not in text
    assert "Vergelijkbare gemeenten één gemeente 272,7" in text


def test_the_peers_stand_beside_the_municipality_with_why_they_are_alike(bbv: str) -> None:
    text = Outline(bbv.partition('<h2 id="vergelijkbaar">')[2].partition("</main>")[0]).text
    for part in (
        "Deze 3 gemeenten lijken het meest op Heemskerk, afgaand op het aantal inwoners, de dichtheid van adressen in",
        "het aandeel inwoners tot 15 jaar en het aandeel inwoners van 65 jaar en ouder.",
        "Elk kenmerk telt even zwaar mee.",
        "Wat van een gemeente onbekend is, telt bij haar niet mee.",
        "Inwoners (2020) Adressen per km² (2020) 0 tot 15 jaar, % (2020) 65 jaar en ouder, % (2020)",
        "Heemskerk – 39.182 2.339 14,6 22,3 Huizen 0,27 41.273 1.911 15,2 23,6 Vlissingen 0,31",
        "Zutphen 0,32 47.934 2021 1.426 onbekend 22,1",
    ):
        assert part in text
    assert "Inkomen" not in text


def test_where_too_little_is_known_no_gemeente_is_called_alike(tmp_path: Path) -> None:
    bbv = render(tmp_path, sql="delete from marts.dim_peer; delete from marts.dim_region_profile")["bbv.html"]
    assert "Er is nog te weinig over gemeenten bekend om te zeggen welke op Heemskerk lijken." in Outline(bbv).text


def test_a_likeness_by_size_alone_says_no_more_than_that(tmp_path: Path) -> None:
    bbv = render(tmp_path, sql="delete from marts.dim_region_profile where characteristic != 'inhabitants'")["bbv.html"]
    text = Outline(bbv).text
    assert "lijken het meest op Heemskerk, afgaand op het aantal inwoners. Van aantallen telt de verhouding" in text
    assert "even zwaar" not in text


def test_the_register_is_counted(bbv: str) -> None:
    counted = "Het landelijke register (BBV) telt 6 indicatoren; van 3 daarvan zijn er cijfers over Heemskerk."
    assert counted in Outline(bbv).text


def test_every_indicator_with_a_figure_says_how_to_look_further(bbv: str) -> None:
    assert "Herkomst nagaan: opkoers trace inwoners GM0396 2025" in Outline(bbv).text


def test_sources_checks_and_how_to_audit_stand_on_a_page(pages: dict[str, str]) -> None:
    text = Outline(pages["bronnen.html"]).text
    for part in (
        "CBS cbs/03759ned, tabel 03759ned 45 dagen 1 maart 2025, 10:00 uur 24 februari 2025",
        "24 februari 2025 rechtstreeks opgehaald CC BY 4.0",
        "gereconstrueerd",
        "Er zijn 5 controles gedaan: 4 in orde, 1 gaf een waarschuwing en geen enkele ging mis.",
        "opkoers trace bijstand_per_10000_inw GM0396 2020",
    ):
        assert part in text


def test_the_foot_of_every_page_names_publication_run_moment_and_code(pages: dict[str, str]) -> None:
    for html in pages.values():
        foot = Outline(html.partition("<footer")[2]).text
        for part in (
            "Stand van 15 april 2025",
            RUN.run_id,
            RUN.git_commit,
            RUN.publication_id,
            "15 april 2025, 08:15 uur",
        ):
            assert part in foot


def test_every_check_stands_on_its_page_with_trouble_first(site: Path) -> None:
    page = (site / "controles.html").read_text(encoding="utf-8")
    assert page.count('<th scope="row">') >= len(validations())
    failed = page.partition("Wat ging er niet goed?")[2].partition("</section>")[0]
    english = '<span lang="en">published and computed rates within 5 % of each other</span>'
    assert f"Verwacht: {english}. Gezien: 3 rows that differ (3 fout van 980)." in failed, "a suite without Dutch words"
    for part in ("Cijfers van CBS", "Cijfers zoals CBS ze stuurt", "Land, provincies, gemeenten, wijken en buurten"):
        assert part in page
    assert page.count('<details class="vouw">') == 3, "one per suite"


def test_hostile_words_in_any_column_stay_words(tmp_path: Path) -> None:
    doelen = [
        replace(d, title=HOSTILE, opgave=HOSTILE, owner=HOSTILE, instrument=HOSTILE, unit=HOSTILE) for d in DOELEN
    ]
    checks = [
        {**row, "suite": HOSTILE, "observed": HOSTILE, "message": HOSTILE, "result": "failed"} for row in validations()
    ]
    sql = f"""
        update marts.dim_indicator set name_nl = '{HOSTILE}', definition_nl = '{HOSTILE}', unit = '{HOSTILE}';
        update marts.dim_region set region_name = '{HOSTILE}';
        update marts.audit_snapshot set attribution = '{HOSTILE}', url = 'https://x/"{HOSTILE}', original_url = null;
    """
    pages = render(tmp_path, doelen=doelen, checks=checks, sql=sql)
    for page in pages.values():
        assert "<script" not in page
        assert not Outline(page).all("script")
    assert all(HOSTILE in Outline(pages[name]).text for name in PAGES if name != "uitleg.html")


def test_every_page_is_self_contained_small_and_free_of_script(pages: dict[str, str]) -> None:
    for html in pages.values():
        outline = Outline(html)
        assert len(html.encode()) < 300_000
        assert not outline.all("script") + outline.all("img") + outline.all("iframe")
        assert [link["href"] for link in outline.all("link")] == ["data:,", "opkoers.css"]
        assert not any(name.startswith("on") for _, attributes in outline.tags for name in attributes)
        assert not any("style" in attributes for _, attributes in outline.tags)


def test_every_page_can_be_read_by_its_structure(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        outline = Outline(html)
        assert outline.all("html")[0]["lang"] == "nl"
        assert [len(outline.all(landmark)) for landmark in ("header", "main", "footer")] == [1, 1, 1]
        levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        assert len(outline.all("caption")) == len(outline.all("table")), name
        assert all("scope" in cell for cell in outline.all("th"))
        assert all(svg.get("role") == "img" or svg.get("aria-hidden") == "true" for svg in outline.all("svg"))


def test_ids_are_unique_and_every_reference_finds_its_target(site: Path, pages: dict[str, str]) -> None:
    written = {path.name for path in site.iterdir()}
    for name, html in pages.items():
        outline = Outline(html)
        ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), name
        links = [attributes.get("href") or "" for tag, attributes in outline.tags if tag in {"a", "use"}]
        named = [attributes["aria-labelledby"] for _, attributes in outline.tags if "aria-labelledby" in attributes]
        targets = {link[1:] for link in links if link.startswith("#")} | set(named)
        assert targets <= set(ids), name
        assert {link.partition("#")[0] for link in links if not link.startswith(("#", "https://"))} <= written, name


def test_every_page_names_its_place_in_the_navigation_and_can_be_reached(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        current = [(link["href"], link["aria-current"]) for link in Outline(html).all("a") if "aria-current" in link]
        assert current, name
        assert all((kind == "page") == (href == name) for href, kind in current), name
    linked = {link.get("href") for html in pages.values() for link in Outline(html).all("a")}
    assert set(pages) <= linked


def test_a_theme_is_copied_and_linked_after_our_own_stylesheet(tmp_path: Path) -> None:
    theme = ".heemskerk-theme { --utrecht-heading-color: #005500; }"
    workspace = make_workspace(tmp_path / "workspace", theme=theme)
    files = render_site(make_build(tmp_path / "warehouse.duckdb"), workspace, tmp_path / "site", RUN)
    outline = Outline((tmp_path / "site" / "index.html").read_text(encoding="utf-8"))
    assert [link["href"] for link in outline.all("link")] == ["data:,", "opkoers.css", "theme.css"]
    assert outline.all("html")[0]["class"] == "heemskerk-theme"
    assert (tmp_path / "site" / "theme.css").read_text(encoding="utf-8") == theme
    assert tmp_path / "site" / "theme.css" in files


def test_a_workspace_without_objectives_or_indicators_still_gets_a_page(tmp_path: Path) -> None:
    pages = render(tmp_path, doelen=[], checks=[], sql="delete from marts.fct_indicator_value")
    assert "Er zijn nog geen doelen vastgelegd." in Outline(pages["index.html"]).text
    text = Outline(pages["bronnen.html"]).text
    assert "Over deze cijfers is geen enkele controle vastgelegd." in text
    assert "opkoers trace INDICATOR GM0396 PERIODE" in text


def test_a_missing_table_fails_loudly_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error, match="audit_validation"):
        render(tmp_path, sql="drop table marts.audit_validation")
    assert not (tmp_path / "site").exists()


def test_the_pages_need_neither_dagster_nor_dbt_nor_great_expectations() -> None:
    """Rendering must not cost the imports of the machinery."""
    probe = "import sys, dagster_project.site; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert not {"dagster", "dbt", "great_expectations", "altair", "pandas"} & set(done.stdout.split())
