"""A page per opgave, in the order of the planning and control documents.

What belongs here: what stands on `opgave-<n>.html`. What does not: sentences about one objective (`objectives.py`) and
the words of actions and money (`actions.py`, `money_lines.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dagster_project.site.queries import Choice, Risk
from dagster_project.site.site import Page, Site
from dagster_project.site.words import money_lines
from dagster_project.site.words.actions import action_lines, agenda_lines, indicator_names
from dagster_project.site.words.official import official_of
from dagster_project.site.words.opgaven import Opgave, opgaven_of, rows_concerning


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
    rows = rows_concerning(opgave, data)
    return {
        "official": official_of(opgave, data, site.gemeente),
        "actions": action_lines(rows.actions, indicator_names(data)),
        "choices": _choices(rows.choices),
        "money": money_lines.tables_of(rows.budget),
        "risks": _risks(rows.risks),
        "plan_risks": _risks(rows.plan_risks),
        "agenda": agenda_lines(rows.agenda, site.run.as_of),
    }


def _risks(rows: Iterable[Risk]) -> RiskList:
    """Risks in the order of their document, and each source once."""
    named = list(rows)
    return RiskList(tuple(row.risk for row in named), tuple(dict.fromkeys(row.source for row in named if row.source)))


def _choices(choices: Iterable[Choice]) -> list[tuple[str, list[Choice]]]:
    """Choices by programme, in the order of their document."""
    by_programme: dict[str, list[Choice]] = {}
    for row in choices:
        by_programme.setdefault(row.programme, []).append(row)
    return list(by_programme.items())
