"""Text that a spreadsheet program would calculate with: recognised, and made harmless in files that people open.

Whoever can put a text into an export could otherwise have the computer of its reader fetch an address or start a
program. Which files hold what does not belong here.
"""

from __future__ import annotations

import re

_STARTS_A_FORMULA = re.compile("'*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")
"""What may be read as the start of a formula or a command when it begins a text; the wide forms are what Excel reads so
in some languages. Apostrophes before it count along, so that one more can be told from those that were there."""


def is_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet program might calculate with a text."""
    return bool(_STARTS_A_FORMULA.match(text))


def harmless(text: str) -> str:
    """A text as a CSV file may hold it: one that is like a formula gets an apostrophe before it.

    To read it back, take one apostrophe away where apostrophes stand before `= + - @`, a tab or a line end.
    """
    return f"'{text}" if is_like_a_formula(text) else text
