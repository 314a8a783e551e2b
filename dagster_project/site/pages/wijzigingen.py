"""The page of changes: what is new, revised or judged otherwise since the edition before.

What belongs here: what stands on `wijzigingen.html`, and the sentence that the front page shows of it. What does not:
finding the changes (`editions/diff.py`), and their words (`changes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.site import Page, Site
from dagster_project.site.words import changes


def pages(site: Site) -> Iterator[Page]:
    """The page of changes; before the first edition it says so."""
    diff = site.changes
    label = site.run.previous_label or "de vorige editie"
    context = {
        "label": label,
        "summary": changes.summary_sentence(diff, label),
        "figures": changes.figures_of(diff) if diff else (),
        "objectives": changes.objectives_of(diff) if diff else (),
        "verdicts": changes.verdicts_of(diff) if diff else (),
        "others": changes.others_sentence(diff) if diff else "",
        "has_edition": diff is not None,
    }
    yield Page("wijzigingen.html", "wijzigingen.html.j2", "Wat is er veranderd?", context, "wijzigingen.html")


def changes_sentence(site: Site) -> str:
    """What changed since the edition before, in one sentence for the front page."""
    return changes.summary_sentence(site.changes, site.run.previous_label or "de vorige editie")
