"""A chapter as a Word document that an official can paste into a budget or yearly report.

Only Word's own styles are used (Heading 1-4, List Bullet, Table Grid, Caption, Normal), so that pasted text takes the
looks of the document it goes into.

What belongs here: styles, tables, language and properties of the file. What does not: what a chapter says
(`chapters.py`).
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dagster_project.export.chapters import Block, Bullets, Chapter, Grid, Heading, Markdown, Note, Paragraph
from dagster_project.export.imprint import Imprint

_LANGUAGE = "nl-NL"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the oldest that a zip file can hold
_LONGEST_PROPERTY = 255
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT_WIDTH = 16.0
"""Centimetres between the margins of A4."""


def write_document(chapter: Chapter, imprint: Imprint, path: Path) -> None:
    """Write one chapter.

    Args:
        chapter: what the document says.
        imprint: says whose it is and when it was made.
        path: the file to make.
    """
    document = docx.Document()
    _set_up(document, chapter, imprint)
    for block in chapter.blocks:
        _add(document, block)
    stream = io.BytesIO()
    document.save(stream)
    path.write_bytes(_with_fixed_dates(stream.getvalue()))


def _set_up(document: Document, chapter: Chapter, imprint: Imprint) -> None:
    properties = document.core_properties
    properties.title = _short(f"{chapter.title} – gemeente {imprint.gemeente}")
    properties.author = _short(f"Gemeente {imprint.gemeente}")
    properties.last_modified_by = properties.author
    properties.subject = _short(" · ".join(f"{subject}: {text}" for subject, text in imprint.lines))
    properties.comments = _short(" · ".join(imprint.attributions))
    properties.language = _LANGUAGE
    properties.created = properties.modified = imprint.made_at
    properties.revision = 1
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)
    document.styles["Normal"].font.size = Pt(10.5)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), _LANGUAGE)


def _short(text: str) -> str:
    """As much of a text as a property of a Word file may hold."""
    text = _holdable(text)
    return text if len(text) <= _LONGEST_PROPERTY else f"{text[: _LONGEST_PROPERTY - 1]}…"


def _holdable(text: str) -> str:
    """The text with a blank for each sign that a Word file cannot hold, such as a line end pasted from a mail."""
    return _NOT_IN_XML.sub(" ", text)


def _add(document: Document, block: Block) -> None:
    match block:
        case Heading(text, level):
            document.add_heading(_holdable(text), level)
        case Paragraph(text):
            document.add_paragraph(_holdable(text))
        case Note(text):
            document.add_paragraph().add_run(_holdable(text)).italic = True
        case Bullets(entries):
            for term, text in entries:
                entry = document.add_paragraph(style="List Bullet")
                if term:
                    entry.add_run(_holdable(f"{term}: ")).bold = True
                entry.add_run(_holdable(text))
        case Markdown(text):
            _add_markdown(document, _holdable(text))
        case Grid():
            _add_table(document, block)


def _add_table(document: Document, grid: Grid) -> None:
    """A table under its caption, with a row of headings that Word repeats on every page."""
    caption = document.add_paragraph(_holdable(grid.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(3)
    table = document.add_table(rows=0, cols=len(grid.headings), style="Table Grid")
    table.autofit = False
    widths = [Cm(_TEXT_WIDTH * share / sum(grid.shares)) for share in grid.shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _fill_row(table, grid.headings, grid, is_heading=True)
    for row in grid.rows:
        _fill_row(table, row, grid)
    below = document.add_paragraph()  # Word joins tables that follow each other without a paragraph
    below.paragraph_format.space_after = Pt(0)


def _fill_row(table: Table, texts: tuple[str, ...], grid: Grid, *, is_heading: bool = False) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]
    _mark(row._tr.get_or_add_trPr(), "w:cantSplit")
    if is_heading:
        _mark(row._tr.get_or_add_trPr(), "w:tblHeader")
    for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.width = table.columns[column].width
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(_holdable(text))
        run.font.size = Pt(9)
        run.bold = is_heading or None
        if column in grid.numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark(properties: BaseOxmlElement, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    properties.append(mark)


def _add_markdown(document: Document, text: str) -> None:
    """Paragraphs, lists and emphasis of Markdown; what else it can do is shown as the text that it marks."""
    style: list[str] = []
    for token in MarkdownIt("commonmark", {"html": False}).parse(text):
        match token.type:
            case "bullet_list_open":
                style.append("List Bullet")
            case "ordered_list_open":
                style.append("List Number")
            case "bullet_list_close" | "ordered_list_close":
                style.pop()
            case "inline":
                _add_runs(document.add_paragraph(style=style[-1] if style else None), token.children or [])
            case "fence" | "code_block":
                document.add_paragraph(token.content.rstrip("\n"))


def _add_runs(paragraph: WordParagraph, tokens: list[Token]) -> None:
    bold = italic = False
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                bold = token.type == "strong_open"
            case "em_open" | "em_close":
                italic = token.type == "em_open"
            case "softbreak":
                paragraph.add_run(" ")
            case "hardbreak":
                paragraph.add_run().add_break()
            case "text" | "code_inline" | "image":
                run = paragraph.add_run(token.content)
                run.bold, run.italic = bold or None, italic or None


def _with_fixed_dates(content: bytes) -> bytes:
    """The same document with one date for all its parts, so that equal text gives equal bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(stream, "w") as fixed:
        for part in made.infolist():
            entry = zipfile.ZipInfo(part.filename, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            fixed.writestr(entry, made.read(part))
    return stream.getvalue()
