"""The page of sources: what the figures rest on, how old it is, and whether the gates let it through.

What belongs here: what stands on `bronnen.html`. What does not: the words of one source (`sources.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site import checks, sources
from dagster_project.site.queries import PageData
from dagster_project.site.site import Page, Site


def pages(site: Site) -> Iterator[Page]:
    """The page of sources."""
    context = {
        "sources": sources.sources_of(site.data.snapshots, site.run.as_of),
        "checks_summary": checks.summary_sentence(site.data.validations),
        "trace": _trace_example(site.data, site.gemeente),
    }
    yield Page("bronnen.html", "bronnen.html.j2", "Bronnen", context, "bronnen.html")


def _trace_example(data: PageData, gemeente: str) -> str:
    """The audit command for a figure that stands in the monitor, a real one if there is any."""
    listed = {indicator.indicator_id for indicator in data.indicators}
    shown = [
        p
        for p in data.indicator_points
        if p.region_code == gemeente and p.value is not None and p.indicator_id in listed
    ]
    if not shown:
        return f"opkoers trace INDICATOR {gemeente} PERIODE"
    point = min(shown, key=lambda p: p.is_synthetic)
    return f"opkoers trace {point.indicator_id} {gemeente} {point.period_id}"
