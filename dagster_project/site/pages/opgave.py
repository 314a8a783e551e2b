"""A page per opgave, in the order of the planning and control documents.

What belongs here: what stands on `opgave-<n>.html`. What does not: sentences about one objective (`objectives.py`) and
the words of actions and money (`actions.py`, `money_lines.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dagster_project.site.queries import NATION, Choice, OpgaveIndicator, PageData, Point, Risk
from dagster_project.site.site import Page, Site
from dagster_project.site.words import labels, money_lines
from dagster_project.site.words.actions import action_lines, agenda_lines, indicator_names
from dagster_project.site.words.opgaven import Opgave, opgaven_of


@dataclass(frozen=True)
class OfficialFigure:
    """The newest figure of an official indicator that the plan names, against the Netherlands."""

    name: str
    bbv_number: int | None
    period: str
    value: str
    nation: str
    is_synthetic: bool


@dataclass(frozen=True)
class RiskList:
    """Risks as a plan names them, with the documents that they stand in."""

    risks: tuple[str, ...]
    sources: tuple[str, ...]


def pages(site: Site) -> Iterator[Page]:
    """One page for each opgave of each plan."""
    plans = {plan.plan_id: plan for plan in site.data.plans}
    for opgave in opgaven_of(site.data):
        plan = plans.get(opgave.plan_id)
        context = {
            "opgave": opgave,
            "plan_title": plan.title if plan else opgave.plan_id,
            **_context(site, opgave),
        }
        crumbs = (("index.html", "Op koers?"),)
        yield Page(opgave.file, "opgave.html.j2", opgave.title, context, "index.html", crumbs)


def _context(site: Site, opgave: Opgave) -> dict[str, object]:
    data = site.data
    names = indicator_names(data)
    key = (opgave.plan_id, opgave.title)
    agenda = [
        row for row in data.agenda if row.opgave in {opgave.title, None} and row.plan_id in {opgave.plan_id, None}
    ]
    return {
        "official": _official(data, opgave, site.gemeente),
        "actions": action_lines((row for row in data.actions if (row.plan_id or key[0], row.opgave) == key), names),
        "choices": _choices(data, opgave),
        "money": money_lines.tables_of(row for row in data.budget if (row.plan_id, row.opgave) == key),
        "risks": _risks(row for row in data.risks if (row.plan_id or key[0], row.opgave) == key),
        "plan_risks": _risks(row for row in data.risks if row.opgave is None and row.plan_id in {opgave.plan_id, None}),
        "agenda": agenda_lines(agenda, site.run.as_of),
    }


def _risks(rows: Iterable[Risk]) -> RiskList:
    """Risks in the order of their document, and each source once."""
    named = list(rows)
    return RiskList(tuple(row.risk for row in named), tuple(dict.fromkeys(row.source for row in named if row.source)))


def _official(data: PageData, opgave: Opgave, gemeente: str) -> tuple[OfficialFigure, ...]:
    named = [row for row in data.opgave_indicators if (row.plan_id, row.opgave) == (opgave.plan_id, opgave.title)]
    return tuple(_figure(row, data.indicator_points, gemeente) for row in named)


def _figure(row: OpgaveIndicator, points: tuple[Point, ...], gemeente: str) -> OfficialFigure:
    mine = [p for p in points if p.indicator_id == row.indicator_id and p.value is not None]
    own = max(
        (p for p in mine if p.region_code == gemeente), key=lambda p: labels.period_end(p.period_id), default=None
    )
    if own is None:
        return OfficialFigure(row.name_nl, row.bbv_number, "", "geen cijfer", "", is_synthetic=False)
    nation = next((p for p in mine if p.region_code == NATION and p.period_id == own.period_id), None)
    return OfficialFigure(
        row.name_nl,
        row.bbv_number,
        labels.period(own.period_id),
        labels.amount(own.value, row.unit, row.decimals),
        labels.amount(nation.value, row.unit, row.decimals) if nation else "geen cijfer",
        own.is_synthetic or bool(nation and nation.is_synthetic),
    )


def _choices(data: PageData, opgave: Opgave) -> list[tuple[str, list[Choice]]]:
    """The choices of every programme that works on this opgave, by programme."""
    working = {objective.programme for objective in opgave.objectives}
    working |= {row.programme for row in data.actions if row.opgave == opgave.title}
    working |= {row.programme for row in data.budget if row.opgave == opgave.title}
    mine = [row for row in data.choices if row.programme in working and row.plan_id in {opgave.plan_id, None}]
    programmes = dict.fromkeys(row.programme for row in mine)
    return [(programme, [row for row in mine if row.programme == programme]) for programme in programmes]
