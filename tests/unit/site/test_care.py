"""The pages of care and of registrations: what they show, and what they keep back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.site import render_site
from dagster_project.site.queries.care import CareCell, CareOutlook, CarePrinted
from dagster_project.site.words import care, care_tables, care_words
from dagster_project.site.words.care_tables import WetRows
from dagster_project.site.words.care_words import HIDDEN, MISSING, count_cell, through_words
from tests.unit.site import care_rows
from tests.unit.site.html_outline import Outline
from tests.unit.site.page_build import GEMEENTE, RUN, make_build, make_workspace

CELL = CareCell(
    wet="wmo",
    category="totaal",
    form="totaal",
    referrer="totaal",
    region_code=GEMEENTE,
    region_name="Heemskerk",
    period_id="2022",
    clients=1584,
    clients_absence=None,
    cost=Decimal(4_618_000),
    cost_absence=None,
    cost_per_client=Decimal("2915.40"),
    covered_through=date(2022, 12, 31),
    is_whole=True,
    is_synthetic=False,
)
OUTLOOK = CareOutlook(
    wet="wmo",
    period_id="2022",
    cost_to_date=Decimal(4_618_000),
    covered_through=date(2022, 11, 30),
    outlook=Decimal(5_034_000),
    outlook_low=Decimal(4_921_000),
    outlook_high=Decimal(5_146_000),
    budget=Decimal(5_100_000),
    difference=Decimal(-66_000),
    method="Zo.",
    is_synthetic=False,
)
PRINTED = CarePrinted(
    wet="wmo",
    category="totaal",
    form="totaal",
    period_id="2022",
    measure="cost",
    printed_value=Decimal(4_518_000),
    printed_unit=1000,
    computed_value=Decimal(4_618_000),
    difference=Decimal(100_000),
    is_within_rounding=False,
    source="Nieuwsbrief",
    is_synthetic=False,
)


def render(folder: Path, sql: str, threshold: int = 10) -> dict[str, str]:
    workspace = make_workspace(folder / "workspace")
    settings = workspace.root / "opkoers.toml"
    settings.write_text(f"{settings.read_text()}small_count_threshold = {threshold}\n", encoding="utf-8")
    build = make_build(folder / "warehouse.duckdb", sql=sql)
    render_site(build, type(workspace)(workspace.root), folder / "site", RUN)
    return {path.name: path.read_text(encoding="utf-8") for path in (folder / "site").glob("*.html")}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return render(tmp_path_factory.mktemp("care"), care_rows.ALL)


def rows_of(page: str, table: str) -> list[list[str]]:
    """The text of every cell of a table, row by row."""
    (found,) = re.findall(rf'aria-labelledby="{table}">\n<table.*?</table>', page, re.DOTALL)
    lines = re.findall(r"<tr.*?</tr>", found, re.DOTALL)
    return [
        [Outline(cell).text.strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)] for line in lines
    ]


def test_every_printed_figure_stands_in_the_table_of_its_wet(pages: dict[str, str]) -> None:
    for file, table in (("zorg-wmo.html", care_rows.WMO), ("zorg-jeugdwet.html", care_rows.JEUGD)):
        shown = {name: cells for name, *cells in rows_of(pages[file], "categorie-tabel")}
        for line in table.strip().splitlines():
            name, *figures = line.split(";")
            expected = [
                "• niet getoond"
                if figure == care_rows.HIDDEN
                else f"{'€ ' * (place % 2)}{int(figure):,}".replace(",", ".")
                for place, figure in enumerate(figures)
            ]
            assert shown["Totaal" if name == "totaal" else name] == expected


def test_the_total_is_the_last_row_and_the_page_says_that_categories_do_not_add_up(pages: dict[str, str]) -> None:
    assert rows_of(pages["zorg-wmo.html"], "categorie-tabel")[-1][0] == "Totaal"
    assert "De cliënten van de categorieën tellen daarom niet op tot het totaal" in Outline(pages["zorg-wmo.html"]).text


def test_a_year_that_is_not_whole_says_so_wherever_it_stands(pages: dict[str, str]) -> None:
    years, *_ = rows_of(pages["zorg-wmo.html"], "categorie-tabel")
    assert years[1:] == [
        "2019 synthetisch",
        "2020 synthetisch",
        "2021 synthetisch",
        "2022 synthetisch t/m november 2022",
    ]
    overview = [name for name, *_ in rows_of(pages["zorg.html"], "wet-wmo-tabel")]
    assert overview[4] == "2022 synthetisch t/m november 2022"
    assert overview[-2:] == ["1e helft 2022 synthetisch", "2e helft 2022 synthetisch t/m november 2022"]
    text = Outline(pages["zorg.html"]).text
    assert "In 2022 (t/m november) kregen 1.584 inwoners ondersteuning uit de Wmo." in text
    assert "In 2021, het laatste hele jaar, waren dat 1.622 cliënten en € 5,9 mln." in text


def test_a_cell_that_is_not_shown_has_a_mark_and_words_for_it(pages: dict[str, str]) -> None:
    mark = (
        '<td class="getal"><span class="punt-geen" aria-hidden="true">•</span>'
        '<span class="verborgen">niet getoond</span></td>'
    )
    assert pages["zorg-wmo.html"].count(mark) == pages["zorg-wmo.html"].count('class="punt-geen"') > 10


def test_the_page_counts_what_it_keeps_back_and_says_why_but_not_which(pages: dict[str, str], tmp_path: Path) -> None:
    for name in ("zorg-wmo.html", "zorg-jeugdwet.html", "registraties.html"):
        n_hidden = pages[name].count('class="punt-geen"')
        cells = len(re.findall(r'<td class="getal">(?=<span|[\d€])', pages[name].partition('id="bestanden"')[0]))
        text = Outline(pages[name]).text
        assert f"staat in {n_hidden} van de {cells} vakken van de tabellen een •" in text
        assert "Een aantal onder de 10 tonen we niet" in text
        assert "Ook sommige grotere cijfers staan er niet" in text
        assert "te klein" not in text
    other = render(tmp_path, care_rows.CARE, threshold=20)
    assert "Een aantal onder de 20 tonen we niet" in Outline(other["zorg-wmo.html"]).text


def test_where_all_is_shown_no_page_speaks_of_what_is_not(tmp_path: Path) -> None:
    pages = render(tmp_path, care_rows.cell("wmo", "2021", "1622", "5914000"))
    for name in ("zorg.html", "zorg-wmo.html"):
        assert "niet getoond" not in pages[name].lower()
        assert "•" not in pages[name]
    assert "registraties.html" not in pages


def test_without_registrations_there_is_no_page_and_no_entry(tmp_path: Path) -> None:
    pages = render(tmp_path, "")
    assert not [name for name in pages if name.startswith(("zorg", "registraties"))]
    assert not [name for name, page in pages.items() if "zorg.html" in page or "registraties.html" in page]


def test_care_has_an_entry_of_the_navigation_and_its_wetten_lie_under_it(pages: dict[str, str]) -> None:
    assert '<li><a href="zorg.html">Zorg</a></li>' in pages["index.html"]
    assert '<li><a href="zorg.html" aria-current="true">Zorg</a></li>' in pages["zorg-wmo.html"]
    assert 'href="zorg-wmo.html"' in pages["zorg.html"]
    assert "zorg-totaal.html" not in pages


def test_every_page_of_care_says_how_to_look_further(pages: dict[str, str]) -> None:
    whole = f"category=totaal,form=totaal,referrer=totaal,region_code={GEMEENTE}"
    commands = {
        name: re.findall(r"<code>(opkoers trace --table fct_care_use --key [^<]*)</code>", html)
        for name, html in pages.items()
    }
    assert commands["zorg.html"] == commands["zorg-wmo.html"]
    for wet in ("wmo", "jeugdwet"):
        (command,) = commands[f"zorg-{wet}.html"]
        assert f"wet={wet},{whole},period_id=20" in command
    assert {name for name, found in commands.items() if found} == {n for n in pages if n.startswith("zorg")}


def test_figures_that_are_made_up_say_so_on_every_page(pages: dict[str, str]) -> None:
    for name in ("zorg.html", "zorg-wmo.html", "registraties.html"):
        assert "Let op: synthetische cijfers." in pages[name]


def test_one_wet_alone_is_not_told_again_as_all_wetten_together(tmp_path: Path) -> None:
    cells = "".join(care_rows.cell(wet, "2021", "1622", "5914000") for wet in ("wmo", "totaal"))
    assert "Alle wetten samen" not in render(tmp_path, cells)["zorg.html"]


def test_the_course_is_told_in_a_sentence_that_adds_up(pages: dict[str, str]) -> None:
    text = Outline(pages["zorg.html"]).text
    assert "begon de gemeente met 1.332 cliënten; er kwamen er 252 bij en er gingen er 261 weg" in text
    assert "Aan het eind waren het er 1.323." in text
    begin, came, left, end = (
        int(figure.replace(".", "")) for figure in rows_of(pages["zorg.html"], "wet-wmo-verloop-tabel")[2][1:]
    )
    assert begin + came - left == end


def test_the_outlook_stands_beside_the_budget_with_its_margin_and_method(pages: dict[str, str]) -> None:
    text = Outline(pages["zorg.html"]).text
    assert "Voor heel 2022 verwachten we € 5,0 mln, met een marge van € 4,9 mln tot € 5,1 mln." in text
    assert "Begroot is € 5,1 mln: we verwachten € 66.000 minder dan dat. De begroting ligt binnen de marge." in text
    assert "Hoe is dit berekend? De kosten t/m november, gedeeld door" in text
    assert "Wat heel 2022 gaat kosten, is met deze cijfers nog niet te zeggen." in text


def test_what_print_says_otherwise_is_listed_and_what_is_not_shown_is_not_compared(pages: dict[str, str]) -> None:
    text = Outline(pages["zorg-wmo.html"]).text
    assert (
        "Kosten totaal, 2022: in druk staat € 4.518.000, de categorieën tellen op tot € 4.618.000. "
        "Dat is € 100.000 meer." in text
    )
    assert "Over Wmo staan 4 cijfers in druk. Met de registratie vergeleken: 3." in text
    assert "Gelijk op de afronding na: 2; anders: 1." in text
    assert "in druk staat 4," not in text


def test_wijken_have_their_names_and_unknown_comes_before_the_total(pages: dict[str, str]) -> None:
    names = [name for name, *_ in rows_of(pages["zorg-wmo.html"], "wijk-tabel")][2:]
    assert names == ["Wijk 01 Oosterzij", "Wijk 02 Zuidbroek", "Wijk 03 Centrum", "Onbekend", "Totaal"]


def test_stacking_has_the_total_of_clients_as_its_last_row(pages: dict[str, str]) -> None:
    rows = rows_of(pages["zorg-wmo.html"], "stapeling-tabel")
    assert rows[1] == ["Uit 1 categorie", "– geen cijfer", "– geen cijfer", "1.150", "1.130"]
    assert rows[-1] == ["Totaal", "1.553", "1.584", "1.622", "1.584"]


def test_registrations_are_listed_with_their_lines_state_and_faults(pages: dict[str, str]) -> None:
    text = Outline(pages["registraties.html"]).text
    assert "3 bestanden aan met samen 42.710 regels: 42.688 zijn ingelezen en 22 terzijde gelegd." in text
    assert "Van 1 bestand is het origineel weggedaan" in text
    rows = rows_of(pages["registraties.html"], "bestanden-tabel")
    replaced = next(row for row in rows if row[0].startswith("wmo-2021.csv"))
    assert replaced[3:] == ["20.100", "20.100", "0", "vervangen door wmo-2021-nieuw.csv vergeten op 1 maart 2024"]
    assert "stand tot de dag van ontvangst" in text
    assert "De einddatum ligt voor de begindatum Declaraties Wmo 10" in text
    sources = Outline(pages["bronnen.html"]).text
    assert "Er is geen enkel cijfer terzijde gelegd." in sources
    assert "Van de registraties van de gemeente zelf zijn 22 regels terzijde gelegd." in sources


def test_every_subject_has_a_table_of_its_counts(pages: dict[str, str]) -> None:
    page = pages["registraties.html"]
    assert rows_of(page, "telling-uitkering")[1:] == [
        ["Mensen met een uitkering aan het eind van de periode", "1.012", "998"],
        ["Mensen van wie de uitkering eindigde", "201", "188"],
        ["Daarvan binnen een jaar terug in een uitkering", "32", "• niet getoond"],
    ]
    assert ["Toekenningen: kindpakket", "985", "979"] in rows_of(page, "telling-toekenning")
    assert ["Klachten: Wmo", "• niet getoond", "14"] in rows_of(page, "telling-klacht")


@pytest.mark.parametrize(
    ("value", "absence", "cell"), [(None, "suppressed", HIDDEN), (None, None, MISSING), (None, "unknown", MISSING)]
)
def test_a_count_that_is_absent_is_hidden_only_where_it_is_suppressed(
    value: int | None, absence: str | None, cell: care_words.Cell
) -> None:
    assert count_cell(value, absence) == cell


def test_zero_is_shown_as_zero() -> None:
    assert count_cell(0, None).text == "0"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2022, 11, 30), "t/m november 2022"),
        (date(2024, 2, 29), "t/m februari 2024"),
        (date(2024, 2, 28), "t/m 28 februari 2024"),
        (None, "niet heel"),
    ],
)
def test_through_which_day_is_said_by_the_month_where_it_is_its_last(day: date | None, words: str) -> None:
    assert through_words(day) == words


def wet(*cells: CareCell) -> WetRows:
    return WetRows("wmo", GEMEENTE, cells, (), ())


def test_a_sentence_leaves_out_what_is_not_shown() -> None:
    no_cost = replace(CELL, cost=None, cost_absence="suppressed", cost_per_client=None)
    assert care.summary_sentences(wet(no_cost)) == ("In 2022 kregen 1.584 inwoners ondersteuning uit de Wmo.",)
    no_clients = replace(CELL, clients=None, clients_absence="suppressed", cost_per_client=None)
    assert care.summary_sentences(wet(no_clients)) == ("In 2022 kostte ondersteuning uit de Wmo €\u00a04,6\u00a0mln.",)
    nothing = replace(no_clients, cost=None, cost_absence="suppressed")
    assert care.summary_sentences(wet(nothing)) == ()


def test_the_mean_is_not_shown_where_clients_or_cost_are_not() -> None:
    assert care_tables.mean_of(replace(CELL, clients_absence="suppressed", cost_per_client=None)) == HIDDEN
    assert care_tables.mean_of(replace(CELL, cost_absence="suppressed", cost_per_client=None)) == HIDDEN
    assert care_tables.mean_of(replace(CELL, cost_per_client=None)) == MISSING


def test_more_years_than_fit_leave_the_newest(tmp_path: Path) -> None:
    sql = "".join(care_rows.cell("wmo", str(year), "100", "1000") for year in range(2014, 2022))
    page = render(tmp_path, sql)["zorg-wmo.html"]
    assert "De jaren vanaf 2014 staan in het blad Zorggebruik van tables.xlsx." in Outline(page).text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"budget": None}, "Een begroting voor Wmo in 2022 is niet bekend."),
        ({"budget": Decimal(5_034_000)}, "we verwachten precies wat is begroot. De begroting ligt binnen de marge."),
        ({"budget": Decimal(4_900_000)}, "€\u00a0134.000 meer dan dat. De begroting ligt buiten de marge."),
        ({"outlook": None}, "nog niet te zeggen."),
    ],
)
def test_the_outlook_is_held_against_the_budget(changed: dict[str, Decimal | None], words: str) -> None:
    block = care.outlook_of([replace(OUTLOOK, **changed)], "wmo")  # type: ignore[arg-type]
    assert block is not None
    assert words in " ".join(block.sentences)
    assert (block.drawing is None) == ("outlook" in changed)


def test_a_year_that_is_over_is_no_outlook_and_only_the_newest_year_is_told() -> None:
    over = replace(
        OUTLOOK, covered_through=date(2022, 12, 31), outlook=OUTLOOK.cost_to_date, outlook_low=None, outlook_high=None
    )
    block = care.outlook_of([replace(OUTLOOK, period_id="2021"), over], "wmo")
    assert block is not None
    assert " ".join(block.sentences).replace("\u00a0", " ") == (
        "2022 kostte € 4,6 mln. Begroot was € 5,1 mln: het kostte € 482.000 minder dan dat."
    )
    assert [name for name, _ in block.facts] == ["Kosten in 2022", "Begroot"]
    assert not block.is_expected
    assert care.outlook_of([over], "jeugdwet") is None


def test_a_print_that_agrees_is_counted_and_not_listed() -> None:
    block = care.printed_of([replace(PRINTED, is_within_rounding=True)], "wmo")
    assert block is not None
    assert block.lines == ()
    assert block.summary == (
        "Over Wmo staat 1 cijfer in druk. Met de registratie vergeleken: 1. Gelijk op de afronding na: 1; anders: geen."
    )
    assert care.printed_of([PRINTED], "jeugdwet") is None
