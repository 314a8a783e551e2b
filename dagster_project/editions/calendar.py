"""Which edition a day belongs to: the council has one in April and one in October."""

from __future__ import annotations

from datetime import date

EDITION_MONTHS = (4, 10)


def coming_edition(day: date) -> str:
    """The label of the edition of this month, or else of the next month that has one: `2026-04`."""
    month = next((month for month in EDITION_MONTHS if month >= day.month), None)
    return f"{day.year}-{month:02}" if month else f"{day.year + 1}-{EDITION_MONTHS[0]:02}"
