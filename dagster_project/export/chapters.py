"""From the rows of one opgave to its chapter for the planning and control documents, in the order that councils use:
what do we want, what did we reach, what did we do for it, what did it cost.

What belongs here: which figures, sentences and tables stand in a chapter, in Dutch. What does not: how Word shows them
(`document.py`) and the sentences about an objective, which are the site's (`told.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dagster_project.export import queries
from dagster_project.export.imprint import NOT_IN_SOURCE, SYNTHETIC_MARK, Imprint
from dagster_project.export.queries import ExportData
from dagster_project.export.sheets import moment_of
from dagster_project.export.told import Card, Figure, Opgave, PageData, Told
from dagster_project.site import labels
from dagster_project.site.queries import AgendaItem, NarrativeSection

_SECTIONS = {
    "cause": "Oorzaak en gevolg",
    "measures": "Maatregelen",
    "risks": "Risico's buiten onze invloed",
    "outlook": "Vooruitblik",
}


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the chapter."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Note:
    """A remark about the text around it, such as that figures are made up."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list; each entry is a term, shown bold, and what is said of it."""

    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Markdown:
    """Text that a person wrote, with its marks."""

    text: str


@dataclass(frozen=True)
class Grid:
    """A table with one row of headings.

    Attributes:
        caption: what the table shows.
        numeric: the columns, counted from 0, whose cells are figures.
        shares: how much of the page's width each column gets.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]
    shares: tuple[int, ...]


Block = Heading | Paragraph | Note | Bullets | Markdown | Grid


@dataclass(frozen=True)
class Chapter:
    """One opgave as a chapter."""

    title: str
    blocks: tuple[Block, ...]


def chapters_of(data: ExportData, told: Told, imprint: Imprint, edition: str | None) -> Iterator[Chapter]:
    """One chapter per opgave, in the order of the plans.

    Args:
        data: the rows of the exports.
        told: the rows and words of the site.
        imprint: what each chapter says of where it comes from.
        edition: label of the edition that is made; it shows no telling of a later one. None for a publication.
    """
    for opgave in told.opgaven:
        yield Chapter(opgave.title, tuple(_Opgave(opgave, data, told, imprint, edition).blocks()))


class _Opgave:
    """The rows that concern one opgave, and the chapter made of them."""

    def __init__(self, opgave: Opgave, data: ExportData, told: Told, imprint: Imprint, edition: str | None) -> None:
        self.opgave = opgave
        self.imprint = imprint
        site = told.data
        key = (opgave.plan_id, opgave.title)
        self.plan = next((plan.title for plan in site.plans if plan.plan_id == opgave.plan_id), opgave.plan_id)
        self.figures = [row for row in data.opgave_figures if (row.plan_id, row.opgave) == key]
        self.actions = [row for row in data.actions if (row.plan_id, row.opgave) == key]
        self.budget = [row for row in data.budget if (row.plan_id, row.opgave) == key]
        self.agenda = [row for row in site.agenda if (row.plan_id, row.opgave) == key]
        self.risks = [row for row in site.risks if (row.plan_id, row.opgave) == key]
        self.telling = {card.objective_id: _newest_telling(site, card.objective_id, edition) for card in opgave.cards}
        editions = {name: sections[0].edition for name, sections in self.telling.items() if sections}
        self.maatregelen = [row for row in data.maatregelen if editions.get(row.objective_id) == row.edition]
        programmes = {row.programme for rows in (opgave.objectives, self.actions, self.budget) for row in rows}
        self.choices = [row for row in site.choices if row.plan_id == opgave.plan_id and row.programme in programmes]

    def blocks(self) -> Iterator[Block]:
        yield Heading(self.opgave.title, 1)
        yield Paragraph(" · ".join((self.plan, *(f"{name}: {text}" for name, text in self.imprint.lines))))
        if self._holds_synthetic():
            yield Note(f"Let op: {self.imprint.synthetic_note} Wat verzonnen is, draagt het woord {SYNTHETIC_MARK}.")
        yield Heading("Wat willen we bereiken?", 2)
        yield from self._aims()
        yield Heading("Wat hebben we bereikt?", 2)
        yield from self._results()
        yield Heading("Wat hebben we ervoor gedaan?", 2)
        yield from self._efforts()
        yield Heading("Wat heeft het gekost?", 2)
        yield from self._money()

    def _holds_synthetic(self) -> bool:
        tables: list[Iterable[Any]] = [self.opgave.cards, self.figures, self.actions, self.budget, self.maatregelen]
        return any(row.is_synthetic for table in (*tables, self.choices, *self.telling.values()) for row in table)

    def _aims(self) -> Iterator[Block]:
        ambition = self.opgave.row.ambition if self.opgave.row else None
        yield Paragraph(ambition or f"De ambitie van deze opgave: {NOT_IN_SOURCE}.")
        if self.opgave.cards:
            yield Bullets(tuple(map(_aim, self.opgave.cards)))
        else:
            yield Paragraph(f"Doelen bij deze opgave: {NOT_IN_SOURCE}.")

    def _results(self) -> Iterator[Block]:
        if self.opgave.cards:
            yield Heading("Doelen", 3)
            yield Paragraph(self.opgave.summary)
            yield self._objectives_table()
            yield Bullets(tuple((card.title, card.explanation) for card in self.opgave.cards))
        yield Heading("BBV-indicatoren", 3)
        if self.figures:
            yield self._figures_table()
        else:
            yield Paragraph(f"BBV-indicatoren bij deze opgave: {NOT_IN_SOURCE}.")

    def _objectives_table(self) -> Grid:
        rows = tuple(
            (card.title, *map(_figure, (card.baseline, card.latest, card.target)), card.verdict.text)
            for card in self.opgave.cards
        )
        return Grid(
            "Begin, laatste meting, streven en oordeel per doel",
            ("Doel", "Begin", "Laatste meting", "Streven", "Oordeel"),
            rows,
            frozenset({1, 2, 3}),
            (34, 16, 16, 20, 14),
        )

    def _figures_table(self) -> Grid:
        rows = tuple(
            (
                f"{row.bbv_number}. {row.indicator}" if row.bbv_number else row.indicator,
                labels.period(row.period_id) if row.period_id else "–",
                _marked(labels.amount(row.value, row.unit, row.decimals, row.absence), is_synthetic=row.is_synthetic)
                if row.period_id
                else "nog geen cijfer",
                labels.amount(row.national, row.unit, row.decimals),
            )
            for row in self.figures
        )
        headings = ("Indicator", "Periode", self.imprint.gemeente, "Nederland")
        return Grid("Nieuwste cijfer per BBV-indicator", headings, rows, frozenset({2, 3}), (46, 18, 18, 18))

    def _efforts(self) -> Iterator[Block]:
        yield Heading("Acties", 3)
        if self.actions:
            yield self._actions_table()
        else:
            yield Paragraph(f"Acties bij deze opgave: {NOT_IN_SOURCE}.")
        yield from self._telling()
        if self.choices:
            yield Heading("Keuzes en hun gevolgen", 3)
            yield self._choices_table()
        if self.risks:
            yield Heading(_SECTIONS["risks"], 3)
            yield Bullets(tuple(("", row.risk) for row in self.risks))
        if self.agenda:
            yield Heading("Wat de raad kan verwachten", 3)
            yield Bullets(tuple(_expected(row) for row in self.agenda))

    def _actions_table(self) -> Grid:
        rows = tuple(
            (
                _marked(row.action, is_synthetic=row.is_synthetic),
                row.state or NOT_IN_SOURCE,
                _span(row),
                row.expected_effect or NOT_IN_SOURCE,
                _money(row.cost),
            )
            for row in self.actions
        )
        headings = ("Actie", "Stand", "Looptijd", "Verwacht effect", "Kosten")
        return Grid("Acties met stand, verwacht effect en kosten", headings, rows, frozenset({4}), (34, 12, 16, 24, 14))

    def _telling(self) -> Iterator[Block]:
        """What was told of each objective: by whom, for which edition, with its measures as a table."""
        for card in self.opgave.cards:
            sections = self.telling[card.objective_id]
            if not sections:
                continue
            yield Heading(card.title, 3)
            author = f", door {sections[0].author_role}" if sections[0].author_role else ""
            made_up = any(row.is_synthetic for row in sections)
            yield Note(_marked(f"Toelichting bij editie {sections[0].edition}{author}", is_synthetic=made_up))
            for section in sections:
                yield Heading(_SECTIONS[section.section], 4)
                yield Markdown(section.text)
                if section.section == "measures":
                    yield from self._measures(card)

    def _measures(self, card: Card) -> Iterator[Block]:
        rows = tuple(
            (
                _marked(row.maatregel, is_synthetic=row.is_synthetic),
                _effect(row),
                labels.period(row.effect_period_id) if row.effect_period_id else "–",
                _money(row.cost, "–"),
            )
            for row in self.maatregelen
            if row.objective_id == card.objective_id
        )
        if rows:
            headings = ("Maatregel", "Verwacht effect", "Wanneer", "Kosten")
            yield Grid("Maatregelen met verwacht effect en kosten", headings, rows, frozenset({1, 3}), (46, 22, 16, 16))

    def _choices_table(self) -> Grid:
        rows = tuple(
            (
                _marked(f"{row.programme}: {row.choice}", is_synthetic=row.is_synthetic),
                row.effect_financial or NOT_IN_SOURCE,
                row.effect_organisational or NOT_IN_SOURCE,
                row.effect_society or NOT_IN_SOURCE,
            )
            for row in self.choices
        )
        headings = ("Keuze", "Financieel", "Voor de organisatie", "Voor de samenleving")
        return Grid("Keuzes per programma met hun gevolgen", headings, rows, frozenset(), (31, 23, 23, 23))

    def _money(self) -> Iterator[Block]:
        if not self.budget:
            yield Paragraph(f"Begroting, realisatie en prognose van deze opgave: {NOT_IN_SOURCE}.")
            return
        rows = tuple(
            (
                _marked(row.budget_line or row.programme or NOT_IN_SOURCE, is_synthetic=row.is_synthetic),
                labels.period(row.period_id),
                _money(row.budget),
                _money(row.actual),
                _money(row.forecast),
                "–" if row.share_of_budget is None else labels.amount(row.share_of_budget * 100, "%", 1),
            )
            for row in self.budget
        )
        headings = ("Begrotingspost", "Jaar", "Begroot", "Realisatie", "Prognose", "Aandeel in begroting")
        caption = "Begroting, realisatie en prognose per begrotingspost"
        yield Grid(caption, headings, rows, frozenset({2, 3, 4, 5}), (28, 9, 17, 17, 17, 12))
        bases = list(dict.fromkeys(row.basis for row in self.budget if row.basis))
        if bases:
            yield Paragraph(f"Bedragen zijn {labels.enumeration(bases)}.")


def _newest_telling(data: PageData, objective_id: str, edition: str | None) -> list[NarrativeSection]:
    """The sections of the newest telling on an objective, in their order; not of one after the edition that is made."""
    told = [row for row in data.narratives if row.objective_id == objective_id]
    known = [row for row in told if edition is None or row.edition <= edition]
    newest = max((row.edition for row in known), default=None)
    return [row for row in known if row.edition == newest]


def _aim(card: Card) -> tuple[str, str]:
    return card.title, f"{card.target.text} ({card.target.period})" if card.target.period else card.target.text


def _figure(figure: Figure) -> str:
    text = f"{figure.text} ({figure.period})" if figure.period else figure.text
    return _marked(text, is_synthetic=figure.is_synthetic)


def _marked(text: str, *, is_synthetic: bool) -> str:
    return f"{text} [{SYNTHETIC_MARK}]" if is_synthetic else text


def _span(row: queries.ActionRow) -> str:
    moments = [labels.period(moment) for moment in (row.starts, row.ends) if moment]
    return " – ".join(dict.fromkeys(moments)) or NOT_IN_SOURCE


def _effect(row: queries.MaatregelRow) -> str:
    if row.expected_effect is None:
        return "–"
    unit = "procentpunt" if row.unit == "%" else row.unit
    sign = "+" if row.expected_effect > 0 else ""
    return labels.with_unit(f"{sign}{labels.number(row.expected_effect)}", unit)


def _money(value: Decimal | None, absent: str = NOT_IN_SOURCE) -> str:
    """`€ 1.234`; cents only where there are any."""
    if value is None:
        return absent
    decimals = 0 if value == value.to_integral_value() else 2
    return labels.with_unit(labels.number(float(value), decimals), "euro")


def _expected(row: AgendaItem) -> tuple[str, str]:
    body = f" ({row.body})" if row.body else ""
    return moment_of(row), f"{row.subject}{body}"
