"""How far long hashing is: a line when it starts, and one now and then while it runs."""

from __future__ import annotations

import logging
from pathlib import Path
from time import monotonic

log = logging.getLogger("dagster_project.verify")

_LINE_EVERY = 10.0
"""Seconds between two lines."""


class Pace:
    """Counts bytes that were hashed, and says how far it is.

    Args:
        what: what is being done, as a line begins.
        total: bytes in all.
    """

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._done, self._told = 0, monotonic()
        log.info("%s, %.1f MB", what, total / 1e6)

    def passed(self, path: Path) -> None:
        """A file was hashed."""
        self._done += path.stat().st_size if path.is_file() else 0
        if monotonic() - self._told >= _LINE_EVERY:
            self._told = monotonic()
            log.info("%s: %.1f of %.1f MB", self._what, self._done / 1e6, self._total / 1e6)
