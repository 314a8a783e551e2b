"""The page about money: how the budget is shared out, what care cost, and why that changed.

What belongs here: what stands on `geld.html`. What does not: the split of a change in cost and any share, which are
computed in `models/`; the sentences (`money.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.queries.money import read_money
from dagster_project.site.site import Page, Site
from dagster_project.site.words import money


def pages(site: Site) -> Iterator[Page]:
    """The page about money; without a budget or costs it says how to give them."""
    rows = read_money(site.reader)
    budgets = money.budgets_of(rows.lines)
    context = {
        "summary": money.summary_sentences(rows),
        "budgets": budgets,
        "has_many_bases": len({table.basis for table in budgets}) > 1,
        "wetten": money.wetten_of(rows.costs, rows.changes),
    }
    yield Page("geld.html", "geld.html.j2", "Geld", context, "geld.html")
