"""The Word chapters, read back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table

from dagster_project.export.chapters import Bullets, Chapter, Grid, Heading, Markdown, Note, Paragraph
from dagster_project.export.document import write_document
from dagster_project.export.imprint import Imprint
from dagster_project.export.write import slug
from tests.unit.export.conftest import Made
from tests.unit.export.export_build import OPGAVE
from tests.unit.site.page_build import DOELEN

QUESTIONS = [
    "Wat willen we bereiken?",
    "Wat hebben we bereikt?",
    "Wat hebben we ervoor gedaan?",
    "Wat heeft het gekost?",
]
IMPRINT = Imprint("Heemskerk", (("Gemeente", "Heemskerk"),), (), None, datetime(2025, 4, 15))


@pytest.fixture(scope="module")
def chapter(made: Made) -> Document:
    """An opgave of which everything is known."""
    return docx.Document(str(made.folder / "pc-vitaal-en-weerbaar.docx"))


@pytest.fixture(scope="module")
def silent(made: Made) -> Document:
    """An opgave of which the plan tells no more than its objectives."""
    return docx.Document(str(made.folder / "pc-zorg-en-wonen.docx"))


def headings(document: Document, level: int) -> list[str]:
    return [p.text for p in document.paragraphs if p.style and p.style.name == f"Heading {level}"]


def beneath(document: Document, heading: str) -> list[str]:
    """The texts beneath one heading, up to the next one of its level or above; of a table its cells."""
    found: list[str] = []
    level = None
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            if level is not None:
                found += [cell.text for row in block.rows for cell in row.cells]
            continue
        name = block.style.name if block.style and block.style.name else ""
        if name.startswith("Heading"):
            if level is not None and int(name[-1]) <= level:
                return found
            if block.text == heading:
                level = int(name[-1])
                continue
        if level is not None:
            found.append(block.text)
    return found


def table(document: Document, first_heading: str) -> list[list[str]]:
    (found,) = [t for t in document.tables if t.cell(0, 0).text == first_heading]
    return [[cell.text for cell in row.cells] for row in found.rows]


def test_every_opgave_has_a_chapter_with_the_questions_in_order(made: Made) -> None:
    names = sorted(path.name for path in made.folder.glob("pc-*.docx"))
    opgaven = dict.fromkeys(doel.opgave for doel in DOELEN)
    assert names == sorted(f"pc-{slug(opgave)}.docx" for opgave in opgaven)
    for opgave in opgaven:
        document = docx.Document(str(made.folder / f"pc-{slug(opgave)}.docx"))
        assert headings(document, 1) == [opgave]
        assert headings(document, 2) == QUESTIONS


def test_the_file_says_its_language_its_title_and_the_moment_of_the_run(chapter: Document) -> None:
    languages = {element.get(qn("w:val")) for element in chapter.styles.element.iter(qn("w:lang"))}
    assert languages == {"nl-NL"}
    assert chapter.core_properties.language == "nl-NL"
    assert chapter.core_properties.title == "Vitaal en weerbaar – gemeente Heemskerk"
    moment = chapter.core_properties.created
    assert moment is not None
    assert moment.replace(tzinfo=None) == datetime(2025, 4, 15, 6, 15)
    assert chapter.core_properties.modified == moment


def test_only_styles_of_word_itself_are_used_and_headings_of_tables_repeat(chapter: Document) -> None:
    used = {p.style.name for p in chapter.paragraphs if p.style}
    assert used == {"Heading 1", "Heading 2", "Heading 3", "Heading 4", "Normal", "List Bullet", "Caption"}
    assert chapter.tables
    for one in chapter.tables:
        assert one.style is not None
        assert one.style.name == "Table Grid"
        first, *others = one.rows
        assert first._tr.trPr is not None
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert not any(row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in others)


def test_objectives_stand_in_a_table_and_in_a_sentence_each(chapter: Document) -> None:
    heading, first, second, *_ = table(chapter, "Doel")
    assert heading == ["Doel", "Begin", "Laatste meting", "Streven", "Oordeel"]
    assert first[1:] == [
        "56\u00a0% (2020)",
        "nog niet opnieuw gemeten",
        "minstens 60\u00a0% (2027)",
        "geen nieuwe meting",
    ]
    assert second[2] == "141\u00a0kinderen (2e helft 2024) [synthetisch]"
    assert second[4] == "achter op schema [synthetisch]"
    told = beneath(chapter, "Doelen")
    assert told[0].startswith("Van de 5 doelen ligt 1 op koers")
    assert any(text.startswith("Volwassenen en ouderen met overgewicht: De laatste meting is 52,3") for text in told)


def test_official_indicators_stand_beside_the_country(chapter: Document) -> None:
    heading, *rows = table(chapter, "Indicator")
    assert heading == ["Indicator", "Periode", "Heemskerk", "Nederland"]
    assert [row[0] for row in rows] == ["32. Cliënten met een maatwerkarrangement Wmo", "20. Niet-sporters"]
    assert rows[1][2:] == ["45,0\u00a0%", "47,5\u00a0%"]


def test_actions_and_money_are_told_in_dutch_numbers_and_gaps_are_named(chapter: Document) -> None:
    _, first, second = table(chapter, "Actie")
    assert first[:4] == ["Beweegteam op scholen [synthetisch]", "loopt", "2024 tot en met 2026", "meer beweging"]
    assert first[4:] == ["Cliënten met een maatwerkarrangement Wmo", "€\u00a040.000"]
    assert second[1:] == ["niet in bron", "niet in bron", "niet in bron", "–", "niet in bron"]
    newest, before = [t for t in chapter.tables if t.cell(0, 0).text == "Begrotingspost"]
    assert [cell.text for cell in before.rows[1].cells] == [
        "Sport – Sportsubsidies [synthetisch]",
        "€\u00a0250.000",
        "€\u00a0260.000",
        "niet in bron",
        "25,0\u00a0%",
    ]
    assert newest.cell(1, 2).text == "niet in bron"
    assert [text for text in beneath(chapter, QUESTIONS[3]) if text.startswith("Begroting ")] == [
        "Begroting 2025 (bruto)",
        "Begroting 2024 (bruto)",
    ]


def test_movement_outlook_and_what_the_council_must_decide_are_told(chapter: Document) -> None:
    (told,) = beneath(chapter, "Verloop en vooruitblik")
    assert told.startswith("Volwassenen en ouderen die voldoen aan de beweegrichtlijnen: Over 6 metingen")
    assert "is het cijfer aantoonbaar gestegen" in told
    assert "staat het cijfer over 2026 op 57,2\u00a0%" in told
    (decision,) = beneath(chapter, "Beslispunten voor de raad")
    assert "De vooruitblik voor 2026 is 57,2\u00a0%; het doel is minstens 60\u00a0%." in decision


def test_the_telling_of_the_edition_is_shown_and_no_later_or_earlier_one(chapter: Document) -> None:
    told = "\n".join(beneath(chapter, "Wat hebben we ervoor gedaan?"))
    assert "Geschreven voor de editie van april 2025 door: adviseur. [synthetisch]" in told
    assert "Minder mensen sporten sinds corona." in told
    assert "Oude tekst." not in told
    assert "Tekst van later." not in told
    _, *measures = table(chapter, "Maatregel")
    assert measures == [["Extra beweegcoach [synthetisch]", "+1,5\u00a0procentpunt", "2026", "€\u00a040.000"]]


def test_marks_of_markdown_become_styles_of_word(chapter: Document) -> None:
    listed = [p for p in chapter.paragraphs if p.text in {"meer lessen", "meer velden"}]
    assert [p.style.name for p in listed if p.style] == ["List Bullet", "List Bullet"]
    assert [run.text for p in listed for run in p.runs if run.italic] == ["lessen"]
    (sport,) = [p for p in chapter.paragraphs if p.text.startswith("Minder mensen")]
    assert [run.text for run in sport.runs if run.bold] == ["sporten"]


def test_risks_and_what_the_council_may_expect_are_listed(chapter: Document) -> None:
    assert beneath(chapter, "Risico's volgens het plan") == ["Een nieuwe epidemie"]
    assert beneath(chapter, "Wat de raad kan verwachten") == ["2 oktober 2025: Najaarsmonitor (raad)"]


def test_where_the_plan_is_silent_the_chapter_says_so(silent: Document) -> None:
    assert beneath(silent, QUESTIONS[0])[0] == "De ambitie van deze opgave: niet in bron."
    assert beneath(silent, "BBV-indicatoren") == ["BBV-indicatoren bij deze opgave: niet in bron."]
    assert beneath(silent, "Acties") == ["Acties bij deze opgave: niet in bron."]
    assert beneath(silent, QUESTIONS[3]) == ["Begroting, realisatie en prognose van deze opgave: niet in bron."]


def test_a_chapter_warns_of_figures_that_are_made_up_only_where_it_holds_any(
    chapter: Document, silent: Document
) -> None:
    assert any(p.text.startswith("Let op: ") for p in chapter.paragraphs)
    assert not any(p.text.startswith("Let op: ") for p in silent.paragraphs)


def test_html_in_a_telling_is_text_and_a_title_of_any_length_fits(tmp_path: Path) -> None:
    blocks = (
        Heading("T" * 300, 1),
        Markdown("<script>x</script>\n\n1. een\n2. twee"),
        Grid("c", ("a",), (), frozenset(), (1,)),
    )
    write_document(Chapter("T" * 300, blocks), IMPRINT, tmp_path / "a.docx")
    document = docx.Document(str(tmp_path / "a.docx"))
    assert [p.text for p in document.paragraphs[1:4]] == ["<script>x</script>", "een", "twee"]
    assert len(document.core_properties.title) == 255


def test_opgaven_of_one_name_get_a_file_each(made: Made, tmp_path: Path) -> None:
    twice = """
        insert into marts.dim_plan (plan_id, title) values ('tweede', 'Tweede plan');
        insert into marts.dim_opgave (plan_id, opgave, opgave_order) values ('tweede', 'Zorg en Wonen!', 1);
    """
    folder = Made(tmp_path, twice).folder
    assert docx.Document(str(folder / "pc-zorg-en-wonen.docx")).paragraphs[0].text == "Zorg en wonen"
    assert docx.Document(str(folder / "pc-zorg-en-wonen-2.docx")).paragraphs[0].text == "Zorg en Wonen!"


@pytest.mark.parametrize(
    ("title", "name"), [("Één plan: zorg & wonen", "een-plan-zorg-wonen"), ("???", "opgave"), ("a" * 200, "a" * 80)]
)
def test_the_name_of_a_file_is_made_of_plain_letters(title: str, name: str) -> None:
    assert slug(title) == name


def test_a_chapter_with_a_number_in_its_title_does_not_replace_another(made: Made, tmp_path: Path) -> None:
    three = """
        insert into marts.dim_plan (plan_id, title) values ('tweede', 'Tweede plan');
        insert into marts.dim_opgave (plan_id, opgave, opgave_order) values
            ('tweede', 'Werk', 1), ('tweede', 'Werk!', 2), ('tweede', 'Werk 2', 3);
    """
    folder = Made(tmp_path, three).folder
    titles = [docx.Document(str(path)).paragraphs[0].text for path in sorted(folder.glob("pc-werk*.docx"))]
    assert sorted(titles) == ["Werk", "Werk 2", "Werk!"]


def test_the_outlook_of_an_objective_is_never_that_of_one_of_its_wijken(tmp_path: Path) -> None:
    of_wijk = """
        insert into marts.fct_objective_outlook by name
            select * replace ('WK039601' as region_code, 9 as n_points, false as is_beslispunt)
            from marts.fct_objective_outlook where region_code = 'GM0396';
    """
    document = docx.Document(str(Made(tmp_path, of_wijk).folder / "pc-vitaal-en-weerbaar.docx"))
    (told,) = beneath(document, "Verloop en vooruitblik")
    assert "Over 6 metingen" in told
    assert beneath(document, "Beslispunten voor de raad")


def test_what_the_workspace_says_of_no_plan_in_particular_stands_in_the_chapter_as_on_the_page(tmp_path: Path) -> None:
    of_no_plan = f"""
        insert into marts.dim_choice (plan_id, programme, choice, is_synthetic) values
            (null, 'Sport', 'Minder velden', false);
        insert into marts.dim_risk (plan_id, opgave, risk) values (null, '{OPGAVE}', 'Een natte zomer');
    """
    document = docx.Document(str(Made(tmp_path, of_no_plan).folder / "pc-vitaal-en-weerbaar.docx"))
    assert "Sport: Minder velden" in {row[0] for row in table(document, "Keuze")}
    assert "Een natte zomer" in beneath(document, "Risico's volgens het plan")


def test_signs_that_word_cannot_hold_do_not_stop_a_document(tmp_path: Path) -> None:
    pasted = "een\x0btwee\x08\ufffe"
    blocks = (
        Heading(pasted, 1),
        Paragraph(pasted),
        Note(pasted),
        Markdown(f"{pasted} **{pasted}**\n\n    {pasted}"),
        Bullets(((pasted, pasted),)),
        Grid(pasted, (pasted,), ((pasted,),), frozenset(), (1,)),
    )
    write_document(Chapter(pasted, blocks), IMPRINT, tmp_path / "a.docx")
    document = docx.Document(str(tmp_path / "a.docx"))
    assert document.paragraphs[0].text.split() == ["een", "twee"]
    assert document.tables[0].cell(1, 0).text.split() == ["een", "twee"]
