"""What the site says of each objective, for the exports to say the same: the one place where they touch its sentences.

What belongs here: taking words over. What does not: new words about an objective, which belong in `site/`.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from dagster_project.site import objectives
from dagster_project.site.queries import read_page_data


@dataclass(frozen=True)
class ToldFigure:
    """One figure in words with its period, or the words for why there is none."""

    text: str
    period: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class ToldObjective:
    """One objective as the site tells it."""

    title: str
    verdict: str
    explanation: str
    baseline: ToldFigure
    latest: ToldFigure
    target: ToldFigure
    is_synthetic: bool


@dataclass(frozen=True)
class Told:
    """The words of the site.

    Attributes:
        objectives: by objective id.
        summaries: by plan and opgave: what the verdicts of that opgave add up to.
    """

    objectives: dict[str, ToldObjective]
    summaries: dict[tuple[str, str], str]


def told_by_site(connection: duckdb.DuckDBPyConnection, gemeente: str) -> Told:
    """Read the words of the site about every objective and opgave.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
        ValueError: a table holds a verdict or a kind of objective that the site has no words for.
    """
    data = read_page_data(connection, gemeente)
    opgaven = objectives.opgaven_of(data)
    cards = [card for opgave in opgaven for card in opgave.cards]
    keys = dict.fromkeys((objective.plan_id, objective.opgave) for objective in data.objectives)
    return Told(
        objectives={row.objective_id: _told(card) for row, card in zip(data.objectives, cards, strict=True)},
        summaries={key: opgave.summary for key, opgave in zip(keys, opgaven, strict=True)},
    )


def _told(card: objectives.Card) -> ToldObjective:
    return ToldObjective(
        title=card.title,
        verdict=card.verdict.text,
        explanation=card.explanation,
        baseline=_figure(card.baseline),
        latest=_figure(card.latest),
        target=_figure(card.target),
        is_synthetic=card.is_synthetic,
    )


def _figure(figure: objectives.Figure) -> ToldFigure:
    return ToldFigure(figure.text, figure.period, figure.is_synthetic)
