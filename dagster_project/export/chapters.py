"""From the rows of one opgave to its chapter for the planning and control documents, in the order that councils use:
what do we want, what did we reach, what did we do for it, what did it cost.

What belongs here: which figures, sentences and tables stand in a chapter, in Dutch. What does not: how Word shows them
(`document.py`) and sentences, which are the site's wherever it has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dagster_project.export.imprint import SYNTHETIC_MARK, Imprint
from dagster_project.export.told import Card, Figure, Opgave, Told
from dagster_project.site.queries import Objective, Outlook
from dagster_project.site.site import SiteRun
from dagster_project.site.words import money_lines
from dagster_project.site.words.actions import AgendaLine, action_lines, agenda_lines, indicator_names
from dagster_project.site.words.labels import NOT_IN_SOURCE
from dagster_project.site.words.official import NO_FIGURE, official_of
from dagster_project.site.words.opgaven import rows_concerning
from dagster_project.site.words.outlook import beslispunt_sentence, outlook_sentences, trend_sentence
from dagster_project.site.words.telling import MaatregelLine, telling_of


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


def chapters_of(told: Told, imprint: Imprint, run: SiteRun) -> Iterator[Chapter]:
    """One chapter per opgave, in the order of the plans.

    Args:
        told: the rows and words of the site.
        imprint: what each chapter says of where it comes from.
        run: names the edition whose telling is shown, and the day after which decisions still come.
    """
    for opgave in told.opgaven:
        yield Chapter(opgave.title, tuple(_Opgave(opgave, told, imprint, run).blocks()))


class _Opgave:
    """The rows that concern one opgave, and the chapter made of them."""

    def __init__(self, opgave: Opgave, told: Told, imprint: Imprint, run: SiteRun) -> None:
        self.opgave = opgave
        self.imprint = imprint
        site = told.data
        self.plan = next((plan.title for plan in site.plans if plan.plan_id == opgave.plan_id), opgave.plan_id)
        rows = rows_concerning(opgave, site)
        self.figures = official_of(opgave, site, told.gemeente)
        self.actions = action_lines(rows.actions, indicator_names(site))
        self.budget = money_lines.tables_of(rows.budget)
        own_agenda = [row for row in rows.agenda if row.opgave]
        self.agenda = [line for line in agenda_lines(own_agenda, run.as_of) if not line.is_past]
        self.risks, self.choices = rows.risks, rows.choices
        self.outlooks = {(row.objective_id, row.region_code): row for row in site.outlooks}
        self.tellings = {row.objective_id: telling_of(row, site, run.edition) for row in opgave.objectives}

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
        tables: list[Iterable[Any]] = [self.opgave.cards, self.figures, self.actions, self.budget, self.choices]
        told = (telling.sections for telling in self.tellings.values())
        return any(row.is_synthetic for table in (*tables, *told) for row in table)

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
            yield Bullets(tuple(map(_verdict, self.opgave.cards)))
            yield from self._course()
        yield Heading("BBV-indicatoren", 3)
        if self.figures:
            yield self._figures_table()
        else:
            yield Paragraph(f"BBV-indicatoren bij deze opgave: {NOT_IN_SOURCE}.")

    def _course(self) -> Iterator[Block]:
        """How each figure moves, where it goes, and what the council has to decide about it."""
        followed = [
            (objective, outlook)
            for objective in self.opgave.objectives
            if (outlook := self.outlooks.get((objective.objective_id, objective.region_code))) and outlook.n_points
        ]
        if followed:
            yield Heading("Verloop en vooruitblik", 3)
            yield Bullets(tuple((objective.title, _movement(objective, outlook)) for objective, outlook in followed))
        decisions = [(objective, outlook) for objective, outlook in followed if outlook.is_beslispunt]
        if decisions:
            yield Heading("Beslispunten voor de raad", 3)
            yield Bullets(tuple((o.title, beslispunt_sentence(o, outlook)) for o, outlook in decisions))

    def _objectives_table(self) -> Grid:
        rows = tuple(
            (
                card.title,
                *map(_figure, (card.baseline, card.latest, card.target)),
                _marked(card.verdict.text, is_synthetic=card.is_synthetic),
            )
            for card in self.opgave.cards
        )
        return Grid(
            "Begin, laatste meting, streven en oordeel per doel",
            ("Doel", "Begin", "Laatste meting", "Streven", "Oordeel"),
            rows,
            frozenset({1, 2, 3}),
            (29, 16, 17, 20, 18),
        )

    def _figures_table(self) -> Grid:
        rows = tuple(
            (
                f"{row.bbv_number}. {row.name}" if row.bbv_number else row.name,
                row.period or "–",
                _marked(row.value, is_synthetic=row.is_synthetic),
                row.nation or NO_FIGURE,
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
            yield Heading("Risico's volgens het plan", 3)
            yield Bullets(tuple(("", row.risk) for row in self.risks))
        if self.agenda:
            yield Heading("Wat de raad kan verwachten", 3)
            yield Bullets(tuple(map(_expected, self.agenda)))

    def _actions_table(self) -> Grid:
        rows = tuple(
            (
                _marked(row.action, is_synthetic=row.is_synthetic),
                row.state,
                row.when,
                row.effect,
                "; ".join(row.indicators) or "–",
                row.cost,
            )
            for row in self.actions
        )
        headings = ("Actie", "Stand", "Looptijd", "Verwacht effect", "Werkt aan", "Kosten")
        caption = "Acties met stand, verwacht effect, indicatoren en kosten"
        return Grid(caption, headings, rows, frozenset({5}), (24, 10, 14, 17, 22, 13))

    def _telling(self) -> Iterator[Block]:
        """What was told of each objective: by whom, for which edition, with its measures as a table."""
        for card in self.opgave.cards:
            telling = self.tellings[card.objective_id]
            if not telling.sections and not telling.is_owed:
                continue
            yield Heading(card.title, 3)
            yield Note(_marked(telling.note, is_synthetic=any(row.is_synthetic for row in telling.sections)))
            for section in telling.sections:
                yield Heading(section.heading, 4)
                yield Markdown(section.markdown)
                if section.maatregelen:
                    yield _measures(section.maatregelen)

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
        headings = ("Begrotingspost", "Begroot", "Realisatie", "Prognose", "Aandeel")
        for table in self.budget:
            rows = tuple(
                (
                    _marked(line.name, is_synthetic=line.is_synthetic),
                    line.budget,
                    line.actual,
                    line.forecast,
                    line.share,
                )
                for line in table.lines
            )
            yield Grid(f"Begroting {table.title}", headings, rows, frozenset({1, 2, 3, 4}), (34, 18, 18, 18, 12))


def _expected(line: AgendaLine) -> tuple[str, str]:
    return line.when, f"{line.subject} ({line.body})" if line.body else line.subject


def _measures(lines: Iterable[MaatregelLine]) -> Grid:
    rows = tuple(
        (_marked(line.maatregel, is_synthetic=line.is_synthetic), line.effect, line.period, line.cost) for line in lines
    )
    headings = ("Maatregel", "Verwacht effect", "Wanneer", "Kosten")
    return Grid("Maatregelen met verwacht effect en kosten", headings, rows, frozenset({1, 3}), (46, 22, 16, 16))


def _verdict(card: Card) -> tuple[str, str]:
    return card.title, " ".join(filter(None, (card.explanation, card.about_wijken)))


def _movement(objective: Objective, outlook: Outlook) -> str:
    return " ".join((trend_sentence(objective, outlook), *outlook_sentences(objective, outlook)))


def _aim(card: Card) -> tuple[str, str]:
    return card.title, f"{card.target.text} ({card.target.period})" if card.target.period else card.target.text


def _figure(figure: Figure) -> str:
    text = f"{figure.text} ({figure.period})" if figure.period else figure.text
    return _marked(text, is_synthetic=figure.is_synthetic)


def _marked(text: str, *, is_synthetic: bool) -> str:
    return f"{text} [{SYNTHETIC_MARK}]" if is_synthetic else text
