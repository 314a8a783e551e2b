"""The opgaven of all plans, numbered as their pages are, each with the rows that belong to it.

What belongs here: which rows fall under which opgave. What does not: sentences (`objectives.py`) and pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.site.queries import Action, AgendaItem, BudgetLine, Choice, Objective, OpgaveRow, PageData, Risk
from dagster_project.site.words.cards import Card, cards_of
from dagster_project.site.words.objectives import summary_sentence


@dataclass(frozen=True)
class Opgave:
    """One opgave with its objectives and what they add up to.

    Attributes:
        number: counts over all plans; the page is `opgave-<number>.html`.
        row: what the plan says of it; None where only an objective names it.
    """

    number: int
    plan_id: str
    title: str
    summary: str
    row: OpgaveRow | None
    objectives: tuple[Objective, ...]
    cards: tuple[Card, ...]

    @property
    def file(self) -> str:
        return f"opgave-{self.number}.html"


def opgaven_of(data: PageData) -> tuple[Opgave, ...]:
    """The opgaven in the order of their plans: those that hold objectives and those that a plan only describes."""
    described = {(row.plan_id, row.opgave): row for row in data.opgaven}
    held = dict.fromkeys((objective.plan_id, objective.opgave) for objective in data.objectives)
    order = {key: place for place, key in enumerate(described)}
    keys = sorted({**described, **held}, key=lambda key: (key[0], order.get(key, len(order))))
    cards = cards_of(data)
    opgaven = []
    for number, key in enumerate(keys, start=1):
        members = tuple(o for o in data.objectives if (o.plan_id, o.opgave) == key)
        mine = tuple(cards[o.objective_id] for o in members)
        opgaven.append(Opgave(number, *key, summary_sentence(members), described.get(key), members, mine))
    return tuple(opgaven)


@dataclass(frozen=True)
class Concerning:
    """The rows of other tables that concern one opgave: its own, and those that name no plan or no opgave.

    Attributes:
        choices: those of every programme that works on it.
        plan_risks: those of its plan as a whole.
        agenda: also the moments of its plan as a whole.
    """

    actions: tuple[Action, ...]
    budget: tuple[BudgetLine, ...]
    choices: tuple[Choice, ...]
    risks: tuple[Risk, ...]
    plan_risks: tuple[Risk, ...]
    agenda: tuple[AgendaItem, ...]


def rows_concerning(opgave: Opgave, data: PageData) -> Concerning:
    """The rows that pages and documents show of an opgave beside its objectives."""

    def is_of_plan(row: Action | AgendaItem | BudgetLine | Choice | Risk) -> bool:
        return row.plan_id in {opgave.plan_id, None}

    def is_here(row: Action | BudgetLine | Risk) -> bool:
        return row.opgave == opgave.title and is_of_plan(row)

    actions = tuple(filter(is_here, data.actions))
    budget = tuple(filter(is_here, data.budget))
    programmes = {row.programme for rows in (opgave.objectives, actions, budget) for row in rows}
    return Concerning(
        actions=actions,
        budget=budget,
        choices=tuple(row for row in data.choices if row.programme in programmes and is_of_plan(row)),
        risks=tuple(filter(is_here, data.risks)),
        plan_risks=tuple(row for row in data.risks if row.opgave is None and is_of_plan(row)),
        agenda=tuple(row for row in data.agenda if row.opgave in {opgave.title, None} and is_of_plan(row)),
    )
