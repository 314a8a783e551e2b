"""A page per opgave, in the order of the planning and control documents.

What belongs here: what stands on `opgave-<n>.html`. What does not: sentences about one objective (`objectives.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.opgaven import opgaven_of
from dagster_project.site.site import Page, Site


def pages(site: Site) -> Iterator[Page]:
    """One page for each opgave of each plan."""
    for opgave in opgaven_of(site.data):
        crumbs = (("index.html", "Op koers?"),)
        yield Page(opgave.file, "opgave.html.j2", opgave.title, {"opgave": opgave}, "index.html", crumbs)
