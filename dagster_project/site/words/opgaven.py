"""The opgaven of all plans, numbered as their pages are, each with the rows that belong to it.

What belongs here: which rows fall under which opgave. What does not: sentences (`objectives.py`) and pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.site.queries import Objective, OpgaveRow, PageData
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
