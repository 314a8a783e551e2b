"""The page that compares: every indicator against the Netherlands, province, size class and gemeenten that are alike.

What belongs here: what stands on `bbv.html`. What does not: sentences (`indicators.py`, `comparison.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site import comparison, indicators
from dagster_project.site.site import Page, Site


def pages(site: Site) -> Iterator[Page]:
    """The page of the official indicators."""
    context = {
        "indicators": indicators.blocks_of(site.data, site.gemeente, site.gemeente_name),
        "likeness": comparison.likeness_of(site.data, site.gemeente, site.gemeente_name),
        "bbv": site.data.bbv,
    }
    yield Page("bbv.html", "bbv.html.j2", f"{site.gemeente_name} vergeleken", context, "bbv.html")
