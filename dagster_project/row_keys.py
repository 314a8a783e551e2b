"""Keys of published rows: the columns of a table's grain as one text, as dbt's macro row_key writes them."""

from __future__ import annotations

from collections.abc import Iterable


def row_key(columns: Iterable[str]) -> str:
    """SQL for the key of a row: its columns with | between them, nothing where one is empty.

    A | or backslash within a text has a backslash before it.
    """
    return " || '|' || ".join(
        f"replace(replace(coalesce(cast({column} as text), ''), '\\', '\\\\'), '|', '\\|')" for column in columns
    )


def split_key(key: str) -> list[str]:
    """The texts of which a key is made."""
    parts, text, is_escaped = [], "", False
    for character in key:
        if is_escaped or character not in "\\|":
            text, is_escaped = text + character, False
        elif character == "\\":
            is_escaped = True
        else:
            parts.append(text)
            text = ""
    return [*parts, text]
