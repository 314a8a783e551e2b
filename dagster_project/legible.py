"""Text of others as a person may see it: what cannot be seen, or turns what stands beside it, is written out.

A file name or a cell may hold line ends that forge a second line, escapes that colour or clear a terminal, and marks
that turn the reading order, so that another name is shown than there is. Such characters come out as `\\n`, `\\x1b`,
`\\u202e`.

What belongs here: making text visible. What does not: personal numbers (extract/delimited.py) and HTML (the templates).
"""

from __future__ import annotations

import logging
import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode's categories of control, format, surrogate, private and unassigned characters, and of odd line ends."""
_PLAIN = {"\n", "\t", "\u00ad"}
"""Harmless in a message: its own line ends, and the soft hyphen that Dutch word processors leave."""


def legible(text: str) -> str:
    """One line of text with every character in sight; for names and cells inside a message.

    Backslashes stay as they are: a path of Windows must be readable.
    """
    return "".join(_written(one) if _is_hidden(one) or one in "\n\t" else one for one in text)


def legible_lines(text: str) -> str:
    """A whole message of our own, which may have lines, with every other character in sight."""
    return "".join(_written(one) if _is_hidden(one) else one for one in text)


def is_legible(text: str) -> bool:
    """Whether a name has only characters that can be seen."""
    return legible(text) == text


class LegibleFormatter(logging.Formatter):
    """Formats a log line so that what it quotes of others cannot forge another."""

    def format(self, record: logging.LogRecord) -> str:
        return legible_lines(super().format(record))


def _is_hidden(character: str) -> bool:
    return (
        character not in _PLAIN
        and (not character.isascii() or not character.isprintable())
        and (unicodedata.category(character) in _HIDDEN)
    )


def _written(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
