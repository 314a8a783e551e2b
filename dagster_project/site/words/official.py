"""The official indicators that a plan names under an opgave, each with its newest figure beside the Netherlands.

What belongs here: which figure is shown, and its words. What does not: the comparison with other gemeenten
(`comparison.py`) and the overview of the whole register (`register.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.site.queries import NATION, OpgaveIndicator, PageData, Point
from dagster_project.site.words import labels
from dagster_project.site.words.opgaven import Opgave

NO_FIGURE = "geen cijfer"


@dataclass(frozen=True)
class OfficialFigure:
    """The newest figure of an official indicator, or why there is none; `period` is empty where nothing is known."""

    name: str
    bbv_number: int | None
    period: str
    value: str
    nation: str
    is_synthetic: bool


def official_of(opgave: Opgave, data: PageData, gemeente: str) -> tuple[OfficialFigure, ...]:
    """The official indicators of an opgave, in the order of its plan.

    Args:
        gemeente: code of the municipality.
    """
    named = (row for row in data.opgave_indicators if (row.plan_id, row.opgave) == (opgave.plan_id, opgave.title))
    return tuple(_figure(row, data, gemeente) for row in named)


def _figure(row: OpgaveIndicator, data: PageData, gemeente: str) -> OfficialFigure:
    points = [p for p in data.indicator_points if p.indicator_id == row.indicator_id]
    own = max((p for p in points if p.region_code == gemeente), key=_rank, default=None)
    if own is None:
        return OfficialFigure(row.name_nl, row.bbv_number, "", NO_FIGURE, "", is_synthetic=False)
    nation = next((p for p in points if p.region_code == NATION and p.period_id == own.period_id), None)
    national = _national(own, nation, data)
    return OfficialFigure(
        row.name_nl,
        row.bbv_number,
        labels.period(own.period_id),
        labels.amount(own.value, row.unit, row.decimals, own.absence),
        NO_FIGURE if national is None else labels.amount(national, row.unit, row.decimals),
        own.is_synthetic or bool(nation and nation.is_synthetic),
    )


def _rank(point: Point) -> tuple[bool, float, str]:
    """A period with a figure goes before a newer one without."""
    return point.value is not None, labels.period_end(point.period_id), point.period_id


def _national(own: Point, nation: Point | None, data: PageData) -> float | None:
    """The country's figure as published, else as the comparison adds it up."""
    if nation and nation.value is not None:
        return nation.value
    measured = (row for row in data.benchmarks if row.indicator_id == own.indicator_id)
    return next((row.national for row in measured if row.period_id == own.period_id), None)
