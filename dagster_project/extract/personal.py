"""Numbers that may be somebody's BSN: recognised, and kept out of every message.

Turning numbers of persons into keyed hashes belongs to pseudonym.py.
"""

from __future__ import annotations

import re

_GAPS = " .\u00a0\u2009\u202f-"
PERSONAL_NUMBER = re.compile(rf"[0-9]{{8,}}|[0-9](?:[{_GAPS}]?[0-9]){{8,}}")
"""What may be a BSN: eight digits or more in a row (a lost leading zero), or nine with single separators."""


def masked(text: str) -> str:
    """A text with every number that may be personal left out."""
    return PERSONAL_NUMBER.sub("…", text)
