"""The front page: is the municipality on course, in ten seconds.

What belongs here: what stands on `index.html`. What does not: sentences about one objective (`objectives.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site import labels, objectives
from dagster_project.site.opgaven import opgaven_of
from dagster_project.site.queries import PageData
from dagster_project.site.site import Page, Site


def pages(site: Site) -> Iterator[Page]:
    """The front page."""
    data = site.data
    context = {
        "plan": _plan(data),
        "summary": objectives.summary_sentence(data.objectives),
        "overdue": objectives.overdue_sentence(data.objectives),
        "synthetic_verdicts": objectives.synthetic_sentence(data.objectives),
        "counts": objectives.verdict_counts(data.objectives),
        "opgaven": opgaven_of(data),
    }
    yield Page("index.html", "index.html.j2", "Zijn we op koers?", context, "index.html")


def _plan(data: PageData) -> str:
    plans = dict.fromkeys(objective.source or objective.plan_id for objective in data.objectives)
    return labels.enumeration(list(plans))
