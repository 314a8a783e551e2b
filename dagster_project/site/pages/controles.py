"""The page of all checks.

What belongs here: what stands on `controles.html`. What does not: the words of one check (`checks.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.site import Page, Site
from dagster_project.site.words import checks


def pages(site: Site) -> Iterator[Page]:
    """The page of all checks."""
    context = {
        "stages": checks.stages_of(site.data.validations),
        "checks_summary": checks.summary_sentence(site.data.validations),
    }
    crumbs = (("bronnen.html", "Bronnen"),)
    yield Page("controles.html", "controles.html.j2", "Controles", context, "bronnen.html", crumbs)
