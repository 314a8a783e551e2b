"""A page per objective.

What belongs here: what stands on `doel-<objective_id>.html`. What does not: sentences about an objective
(`objectives.py`) and drawing.
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.opgaven import opgaven_of
from dagster_project.site.site import Page, Site


def pages(site: Site) -> Iterator[Page]:
    """One page for each objective in its current version."""
    for opgave in opgaven_of(site.data):
        for card in opgave.cards:
            crumbs = (("index.html", "Op koers?"), (opgave.file, opgave.title))
            context = {"opgave": opgave, "card": card}
            yield Page(card.file, "doel.html.j2", card.title, context, "index.html", crumbs)
