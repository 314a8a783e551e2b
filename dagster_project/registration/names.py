"""What the name of an export says: the period that it speaks for, and whether it holds a number of a person.

What is in the file does not belong here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dagster_project.errors import UnsoundData
from dagster_project.extract.personal import STAMP, names_a_person

_YEAR, _MONTH = r"(?:19|20)[0-9]{2}", r"(?:0[1-9]|1[0-2])"
_PERIOD = re.compile(rf"(?<![0-9])({_YEAR})(?:[-_ ]?([HQ])([1-4])|[-_]({_MONTH}))?(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class FilePeriod:
    """The period that a file speaks for, first and last day included."""

    period_id: str
    first_day: date
    last_day: date


def period_of(name: str) -> FilePeriod | None:
    """The period in the name of a file (2024, 2024-H1, 2024-Q1, 2024-03 or 2024_03); None for a stand.

    Raises:
        UnsoundData: the name holds more than one period.
    """
    found = {_period(match) for match in _PERIOD.finditer(STAMP.sub(" ", name))}
    if len(found) > 1:
        periods = " and ".join(sorted(period.period_id for period in found))
        raise UnsoundData(f"The name holds the periods {periods}, expected one at most. Rename the file.")
    return found.pop() if found else None


def refuse_personal_number(name: str) -> None:
    """Raise UnsoundData, without the name, when it holds a number that may be a BSN."""
    if names_a_person(name):
        raise UnsoundData(
            "The name of a file holds a number as long as a BSN, expected none: names are shown. Rename the file."
        )


def _period(match: re.Match[str]) -> FilePeriod:
    year, letter, part, month = match.groups()
    if month:
        return _of_months(f"{year}-{month}", int(year), int(month), 1)
    if not letter:
        return _of_months(year, int(year), 1, 12)
    length = 6 if letter.upper() == "H" else 3
    first = (int(part) - 1) * length + 1
    if first > 12:
        raise UnsoundData(f"The name holds {year}-{letter.upper()}{part}, which is no period. Rename the file.")
    return _of_months(f"{year}-{letter.upper()}{part}", int(year), first, length)


def _of_months(period_id: str, year: int, month: int, length: int) -> FilePeriod:
    next_month = year * 12 + month - 1 + length
    return FilePeriod(
        period_id, date(year, month, 1), date(next_month // 12, next_month % 12 + 1, 1) - timedelta(days=1)
    )
