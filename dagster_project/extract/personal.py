"""Numbers that may be somebody's BSN: recognised, and kept out of every message.

Turning numbers of persons into keyed hashes belongs to pseudonym.py.
"""

from __future__ import annotations

import re

_GAPS = " .\u00a0\u2009\u202f-"
PERSONAL_NUMBER = re.compile(rf"[0-9]{{8,}}|[0-9](?:[{_GAPS}]?[0-9]){{8,}}")
"""What may be a BSN: eight digits or more in a row (a lost leading zero), or nine with single separators."""
_GAP = f"[{_GAPS}]"
_NINE_DIGITS = re.compile(
    r"(?<![0-9])(?:[0-9]{9}"
    rf"|[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}|[0-9]{{4}}{_GAP}[0-9]{{2}}{_GAP}[0-9]{{3}})(?![0-9])"
)
_YEAR, _MONTH, _DAY = r"(?:19|20)[0-9]{2}", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
STAMP = re.compile(
    rf"(?<![0-9])(?:{_YEAR}([-_.]?){_MONTH}\1{_DAY}|{_DAY}([-_.]?){_MONTH}\2{_YEAR})"
    r"(?:[-_T ]?[0-9]{4}(?:[0-9]{2})?)?(?![0-9])"
)
"""In the name of a file: a day, with or without a time, on which an export was made."""


def passes_eleven_test(written: str) -> bool:
    """Whether nine digits, however grouped, are a possible BSN: 9a + 8b + … + 2h - i divides by eleven."""
    digits = [int(character) for character in written if character.isdigit()]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return any(digits) and sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11 == 0


def holds_bsn(text: str) -> bool:
    """Whether a text holds nine digits that may be a BSN, in one of the ways in which people write the number."""
    return any(passes_eleven_test(found) for found in _NINE_DIGITS.findall(text))


def names_a_person(name: str) -> bool:
    """Whether the name of a file holds a number that may be a BSN, and is no day."""
    return bool(PERSONAL_NUMBER.search(STAMP.sub(" ", name)))


def masked_name(name: str) -> str:
    """The name of a file with every number that may be personal left out, and its days kept."""
    days = list(STAMP.finditer(name))
    starts, ends = [0, *(day.end() for day in days)], [*(day.start() for day in days), len(name)]
    between = [masked(name[start:end]) for start, end in zip(starts, ends, strict=True)]
    return "".join(f"{text}{day}" for text, day in zip(between, [*(day[0] for day in days), ""], strict=True))


def masked(text: str) -> str:
    """A text with every number that may be personal left out."""
    return PERSONAL_NUMBER.sub("…", text)
