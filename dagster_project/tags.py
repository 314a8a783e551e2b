"""The tags of a run in Dagster: what it works towards, by which code, and who started it."""

from __future__ import annotations

from datetime import date

from dagster_project.editions.calendar import coming_edition
from dagster_project.product import git_commit
from dagster_project.run import operator, today

EDITION_TAG, COMMIT_TAG, OPERATOR_TAG = "opkoers/edition", "opkoers/commit", "opkoers/operator"
TOLD_TAG = "opkoers/told"
"""On a run that failed, once somebody was told of it by another than the run itself."""


def tags_of_run(day: date | None = None) -> dict[str, str]:
    """Label of the edition that the figures of a day go into, commit of the code, and the user who runs it.

    Args:
        day: None: today in Amsterdam.
    """
    return {EDITION_TAG: coming_edition(day or today()), COMMIT_TAG: git_commit(), OPERATOR_TAG: operator()}
