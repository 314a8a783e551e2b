"""The reading guide: how the verdicts come about, in plain words.

What belongs here: what stands on `uitleg.html`. What does not: the words of one verdict (`labels.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site import labels
from dagster_project.site.site import Page, Site


def pages(_site: Site) -> Iterator[Page]:
    """The reading guide."""
    context = {"verdicts": labels.VERDICTS.values()}
    yield Page("uitleg.html", "uitleg.html.j2", "Hoe leest u deze monitor?", context, "uitleg.html")
