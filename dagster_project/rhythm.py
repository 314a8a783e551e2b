"""When the next figures of a source may be expected, by the rhythm that its contract registers."""

from __future__ import annotations

import calendar
from datetime import date

from dagster_project.contracts import Rhythm

MONTHS: dict[Rhythm, int] = {
    "monthly": 1,
    "quarterly": 3,
    "half-yearly": 6,
    "yearly": 12,
    "per school year": 12,
    "4-yearly": 48,
}
"""Months between two publications; `irregular` has none."""
DAYS: dict[Rhythm, int] = {
    "monthly": 31,
    "quarterly": 92,
    "half-yearly": 184,
    "yearly": 366,
    "per school year": 366,
    "4-yearly": 4 * 366,
}
"""The longest that one stretch of a rhythm takes; what comes irregularly is never too old."""
_PATIENCE = 4
"""Late is what lets the rhythm pass by more than this part of it: publishers move their day by some weeks."""


def expected_after(rhythm: Rhythm, changed: date) -> date | None:
    """The day on which figures newer than those of `changed` may be expected; None without a rhythm."""
    months = MONTHS.get(rhythm)
    return None if months is None else _later(changed, months)


def is_overdue(rhythm: Rhythm, changed: date, today: date) -> bool:
    """Whether figures newer than those of `changed` are late: a quarter of the rhythm beyond the expected day."""
    expected = expected_after(rhythm, changed)
    return expected is not None and today > expected + (expected - changed) / _PATIENCE


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
