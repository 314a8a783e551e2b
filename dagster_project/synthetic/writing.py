"""How made-up exports are written: delimited tables with a fixed time, and the numbers of people who do not exist."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import blake2b
from pathlib import Path

from dagster_project.extract.personal import passes_eleven_test

FILE_TIME = 1_768_471_200
"""15 January 2026: the exports carry it, so that they are settled when the first refresh looks at them."""
SYNTHETIC_COLUMN = "synthetisch"
"""Last column of every export; it says `ja` in every row."""
_FICTITIOUS = range(999_000_000, 1_000_000_000)
"""Numbers of nine digits in the shape of a BSN that are issued to nobody."""


def draw(bound: int, *parts: object) -> int:
    """A number from 0 to `bound` - 1 that depends on the parts alone: the same parts give the same number."""
    text = "|".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") % bound


def fictitious_bsns() -> Iterator[str]:
    """Numbers that pass the test of a BSN and are issued to nobody, each once, in order."""
    return (str(number) for number in _FICTITIOUS if passes_eleven_test(str(number)))


def iso_stamp(day: date | None) -> str:
    """A date as Oracle writes it out, with a time of nil; empty for none."""
    return f"{day.isoformat()}T00:00:00" if day else ""


def dutch_date(day: date | None) -> str:
    """A date as dd-mm-yyyy; empty for none."""
    return f"{day:%d-%m-%Y}" if day else ""


def write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str, encoding: str
) -> None:
    """Write a delimited file of which every row says in its last column that it is synthetic."""
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow([*header, SYNTHETIC_COLUMN])
        writer.writerows([*row, "ja"] for row in rows)
    settle(path)


def settle(path: Path) -> None:
    """Give a finished file, or a folder when everything stands in it, the time that all exports carry."""
    os.utime(path, (FILE_TIME, FILE_TIME))
