"""The telling of an objective: the text of the municipality's own, in the order in which the council asked for it.

What belongs here: Markdown to safe HTML, and which edition is told. What does not: figures of the tables, and whether a
telling is owed before an edition may be frozen (`editions/freeze.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from dagster_project.site.queries import Maatregel, NarrativeSection, Objective, PageData
from dagster_project.site.words import labels

SECTIONS = {
    "cause": "Oorzaak en gevolg",
    "measures": "Maatregelen",
    "risks": "Risico's buiten onze invloed",
    "outlook": "Vooruitblik van de schrijver",
}
"""Headings by section code, in the council's order."""

_LEVEL_ABOVE = 3
_DEEPEST = 6


@dataclass(frozen=True)
class MaatregelLine:
    """One measure with what is expected of it."""

    maatregel: str
    effect: str
    period: str
    cost: str
    is_synthetic: bool


@dataclass(frozen=True)
class Section:
    """One part of a telling: its text as it was written, and as HTML."""

    code: str
    heading: str
    markdown: str
    text: Markup
    maatregelen: tuple[MaatregelLine, ...]
    is_synthetic: bool


@dataclass(frozen=True)
class Telling:
    """What is told of one objective.

    Attributes:
        note: for which edition and by which role it was written, and what is lacking.
        is_owed: whether the objective deviates and nothing was told for this edition.
    """

    note: str
    is_owed: bool
    sections: tuple[Section, ...]


def telling_of(objective: Objective, data: PageData, edition: str | None) -> Telling:
    """The newest telling of an objective; for a frozen edition, the note says when it was written for another.

    Args:
        edition: label of the edition that the pages belong to; None for a publication.
    """
    told = [row for row in data.narratives if row.objective_id == objective.objective_id]
    measures = [row for row in data.maatregelen if row.objective_id == objective.objective_id]
    editions = {row.edition for row in told} | {row.edition for row in measures}
    if not editions:
        return Telling(_silence(objective), objective.status in labels.DEVIATING, ())
    newest = edition if edition in editions else max(editions)
    told = [row for row in told if row.edition == newest]
    sections = _sections(objective, told, [row for row in measures if row.edition == newest])
    late = edition is not None and newest != edition
    note = _authorship(told, newest)
    if late:
        note = f"Er is voor de editie van {labels.period(edition)} nog geen toelichting. {note}"
    return Telling(note, late and objective.status in labels.DEVIATING, sections)


def _silence(objective: Objective) -> str:
    if objective.status not in labels.DEVIATING:
        return "Er is voor deze editie geen toelichting geschreven."
    owner = objective.owner or f"eigenaar: {labels.NOT_IN_SOURCE}"
    return f"Er is voor deze editie nog geen toelichting. Dit doel wijkt af, dus die hoort er te komen ({owner})."


def _authorship(told: Iterable[NarrativeSection], edition: str) -> str:
    roles = dict.fromkeys(row.author_role for row in told if row.author_role)
    by = f" door: {labels.enumeration(list(roles))}" if roles else ""
    return f"Geschreven voor de editie van {labels.period(edition)}{by}."


def _sections(objective: Objective, told: list[NarrativeSection], measures: list[Maatregel]) -> tuple[Section, ...]:
    texts = {row.section: row for row in told}
    lines = tuple(_line(objective, row) for row in measures)
    sections = []
    for code, heading in SECTIONS.items():
        mine = lines if code == "measures" else ()
        if code not in texts and not mine:
            continue
        row = texts.get(code)
        text = row.text if row else ""
        made_up = bool(row and row.is_synthetic) or any(line.is_synthetic for line in mine)
        sections.append(Section(code, heading, text, render(text), mine, made_up))
    return tuple(sections)


def _line(objective: Objective, row: Maatregel) -> MaatregelLine:
    effect = labels.NOT_IN_SOURCE
    if row.expected_effect is not None:
        sign = labels.MINUS if row.expected_effect < 0 else "+"
        effect = f"{sign}{labels.difference(row.expected_effect, objective.unit, None)}"
    return MaatregelLine(
        maatregel=row.maatregel,
        effect=effect,
        period=labels.period(row.effect_period_id) if row.effect_period_id else labels.NOT_IN_SOURCE,
        cost=labels.euro(row.cost),
        is_synthetic=row.is_synthetic,
    )


def render(text: str) -> Markup:
    """Markdown as HTML: no HTML of its own, no images, and headings below those of the page without a gap."""
    reader = MarkdownIt("commonmark", {"html": False}).disable("image")
    tokens = reader.parse(text)
    ranks = sorted({token.tag for token in tokens if token.type == "heading_open"})
    level = _LEVEL_ABOVE
    for token in tokens:
        if token.type == "heading_open":
            level = min(level + 1, _LEVEL_ABOVE + 1 + ranks.index(token.tag), _DEEPEST)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{level}"
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704  HTML in the text was escaped
