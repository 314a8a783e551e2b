"""The front page: is the municipality on course, in ten seconds.

What belongs here: what stands on `index.html`. What does not: sentences about one objective (`objectives.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from dagster_project.site.pages.wijzigingen import changes_sentence
from dagster_project.site.queries import PageData
from dagster_project.site.site import Page, Site
from dagster_project.site.words import labels, objectives
from dagster_project.site.words.actions import agenda_lines
from dagster_project.site.words.cards import Card
from dagster_project.site.words.opgaven import Opgave, opgaven_of
from dagster_project.site.words.outlook import beslispunt_sentence


@dataclass(frozen=True)
class OpgaveLine:
    """One opgave on the front page: what its verdicts add up to, and its objective that is furthest behind."""

    opgave: Opgave
    counts: list[tuple[labels.Verdict, int]]
    worst: Card | None

    @property
    def is_judged(self) -> bool:
        """Whether any of its objectives was held against its target."""
        return any(verdict.is_measured for verdict, _ in self.counts)


@dataclass(frozen=True)
class PlanBlock:
    """The opgaven of one plan; the title is shown where there is more than one plan."""

    title: str
    lines: tuple[OpgaveLine, ...]


@dataclass(frozen=True)
class Decision:
    """One objective on which the council has to decide, and why."""

    card: Card
    opgave: Opgave
    why: str
    is_synthetic: bool


@dataclass(frozen=True)
class Overdue:
    """One measurement that should have been there."""

    card: Card
    due: str
    owner: str


def pages(site: Site) -> Iterator[Page]:
    """The front page."""
    data = site.data
    opgaven = opgaven_of(data)
    numbers = {opgave.title: opgave.file for opgave in opgaven}
    agenda = [line for line in agenda_lines(data.agenda, site.run.as_of) if not line.is_past]
    context = {
        "plan": _plan(data),
        "reading_note": site.workspace.settings.reading_note,
        "answer": objectives.answer_sentence(data.objectives),
        "overdue_sentence": objectives.overdue_sentence(data.objectives),
        "synthetic_verdicts": objectives.synthetic_sentence(data.objectives),
        "counts": objectives.verdict_counts(data.objectives),
        "plans": _plan_blocks(data, opgaven),
        "decisions": _decisions(data, opgaven, site.gemeente),
        "has_outlook": any(row.outlook_value is not None for row in data.outlooks),
        "overdue": _overdue(opgaven),
        "changes": changes_sentence(site),
        "agenda": agenda,
        "has_agenda": bool(data.agenda),
        "opgave_files": numbers,
    }
    yield Page("index.html", "index.html.j2", "Zijn we op koers?", context, "index.html")


def _plan(data: PageData) -> str:
    titles = {plan.plan_id: plan.title for plan in data.plans}
    held = dict.fromkeys(titles.get(objective.plan_id, objective.plan_id) for objective in data.objectives)
    return labels.enumeration(list(held))


def _plan_blocks(data: PageData, opgaven: tuple[Opgave, ...]) -> tuple[PlanBlock, ...]:
    titles = {plan.plan_id: plan.title for plan in data.plans}
    return tuple(
        PlanBlock(titles.get(plan_id, plan_id), tuple(_line(opgave) for opgave in members))
        for plan_id, members in groupby(opgaven, key=lambda opgave: opgave.plan_id)
    )


def _line(opgave: Opgave) -> OpgaveLine:
    worst = objectives.worst_of(opgave.objectives)
    card = next((card for card in opgave.cards if worst and card.objective_id == worst.objective_id), None)
    return OpgaveLine(opgave, objectives.verdict_counts(opgave.objectives), card)


def _decisions(data: PageData, opgaven: tuple[Opgave, ...], gemeente: str) -> tuple[Decision, ...]:
    outlooks = {row.objective_id: row for row in data.outlooks if row.is_beslispunt and row.region_code == gemeente}
    return tuple(
        Decision(card, opgave, beslispunt_sentence(objective, outlook), outlook.is_synthetic)
        for opgave in opgaven
        for objective, card in zip(opgave.objectives, opgave.cards, strict=True)
        if (outlook := outlooks.get(objective.objective_id))
    )


def _overdue(opgaven: tuple[Opgave, ...]) -> tuple[Overdue, ...]:
    """Measurements that are late, the longest first."""
    late = [
        (objective, card)
        for opgave in opgaven
        for objective, card in zip(opgave.objectives, opgave.cards, strict=True)
        if objective.is_overdue
    ]
    late.sort(key=lambda pair: (str(pair[0].next_measurement_due or ""), pair[0].objective_id))
    return tuple(
        Overdue(
            card,
            labels.day(objective.next_measurement_due) if objective.next_measurement_due else labels.NOT_IN_SOURCE,
            objective.owner or labels.NOT_IN_SOURCE,
        )
        for objective, card in late
    )
