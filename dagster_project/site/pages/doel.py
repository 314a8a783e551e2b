"""A page per objective: its verdict, course, outlook, telling, definition, versions and where its figure comes from.

What belongs here: what stands on `doel-<objective_id>.html`. What does not: sentences (`objectives.py`, `outlook.py`)
and drawing (`objective_chart.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.queries import Objective, Outlook, Point
from dagster_project.site.queries.provenance import PROVENANCE, Provenance
from dagster_project.site.site import Page, Site
from dagster_project.site.words import labels
from dagster_project.site.words.cards import Card, by_indicator_and_region
from dagster_project.site.words.course import course_of
from dagster_project.site.words.objectives import explanation
from dagster_project.site.words.opgaven import Opgave, opgaven_of
from dagster_project.site.words.outlook import beslispunt_sentence, outlook_sentences, trend_sentence
from dagster_project.site.words.provenance import lineage_of
from dagster_project.site.words.telling import telling_of
from dagster_project.site.words.versions import versions_of


def pages(site: Site) -> Iterator[Page]:
    """One page for each objective in its current version."""
    points = by_indicator_and_region(site.data.objective_points)
    outlooks = {row.objective_id: row for row in site.data.outlooks if row.region_code == site.gemeente}
    provenance = site.reader.rows(Provenance, PROVENANCE)
    for opgave in opgaven_of(site.data):
        for objective, card in zip(opgave.objectives, opgave.cards, strict=True):
            mine = points.get((objective.indicator_id, objective.region_code), [])
            context = _context(site, objective, card, mine, outlooks.get(objective.objective_id))
            context |= {"opgave": opgave, "lineage": lineage_of(objective, provenance)}
            yield Page(card.file, "doel.html.j2", card.title, context, "index.html", _crumbs(opgave))


def _crumbs(opgave: Opgave) -> tuple[tuple[str, str], ...]:
    return (("index.html", "Op koers?"), (opgave.file, opgave.title))


def _context(
    site: Site, objective: Objective, card: Card, points: list[Point], outlook: Outlook | None
) -> dict[str, object]:
    data = site.data
    breaks = [row for row in data.breaks if row.objective_id == objective.objective_id]
    has_figures = objective.kind != "qualitative"
    return {
        "card": card,
        "objective": objective,
        "explanation": explanation(objective, with_chance=outlook is None or outlook.probability is None),
        "beslispunt": beslispunt_sentence(objective, outlook) if outlook and outlook.is_beslispunt else "",
        "has_figures": has_figures,
        "course": course_of(objective, card, points, outlook, breaks),
        "trend": trend_sentence(objective, outlook) if has_figures else "",
        "outlook": outlook_sentences(objective, outlook) if has_figures else (),
        "outlook_is_synthetic": bool(outlook and outlook.is_synthetic),
        "telling": telling_of(objective, data, site.run.edition),
        "definition": objective.definition_nl,
        "facts": _facts(objective, card),
        "versions": versions_of(objective.objective_id, data.versions),
    }


def _facts(objective: Objective, card: Card) -> tuple[tuple[str, str], ...]:
    facts = (
        ("Indicator", objective.indicator_name),
        *card.facts,
        ("Programma", objective.programme),
        ("Resultaatgebied", objective.result_area),
        ("Plan", objective.source),
        ("Opmerkingen in het plan", objective.remarks),
    )
    return tuple((name, text or labels.NOT_IN_SOURCE) for name, text in facts)
