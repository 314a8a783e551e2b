"""Which edition a day belongs to: the council has one in April and one in October."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

EDITION_MONTHS = (4, 10)


def coming_edition(day: date, frozen: Collection[str] = ()) -> str:
    """The label of the edition of this month, or else of the next month that has one: `2026-04`.

    Args:
        day: a day in Amsterdam.
        frozen: labels of editions that are there already, and do not come any more.
    """
    months = [(day.year + years, month) for years in (0, 1) for month in EDITION_MONTHS]
    labels = [f"{year}-{month:02}" for year, month in months if (year, month) >= (day.year, day.month)]
    return next(label for label in labels if label not in frozen)
