"""How pulls are getting on: rows, bytes and time left of every table in flight, in a terminal or as lines of a log.

Workers write what came, one thread shows it. A time left is only given where the publisher stated how many rows there
are, or the last snapshot had as many: it is never guessed.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

log = logging.getLogger(__name__)

ROW_COLLECTIONS = ("data", "observations")
"""Collections whose rows are figures; those of code lists are not counted."""
_LINE_EVERY = 10.0  # seconds between two lines of one table in a log
_terminal: ContextVar[Console | None] = ContextVar("terminal", default=None)


@dataclass(frozen=True)
class Standing:
    """One table at one moment. `total` is None where nobody knows how many rows will come."""

    key: str
    total: int | None
    rows: int
    fetched_rows: int
    """Rows that came now, without those that an earlier, broken pull had left."""
    bytes: int
    seconds: float
    row_seconds: float
    """Of those, since rows of figures are asked: what came before says nothing of their pace."""
    has_ended: bool

    @property
    def bytes_per_second(self) -> float:
        return self.bytes / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None while there is no pace, or no total that still holds."""
        if self.total is None or self.rows > self.total or not self.fetched_rows:
            return None
        return (self.total - self.rows) * self.row_seconds / self.fetched_rows


class TableProgress:
    """What one table has brought so far: written by its worker, read by whoever shows it."""

    def __init__(self, key: str, expected_rows: Callable[[Any], int | None], clock: Callable[[], float]) -> None:
        """A table that is not in flight yet.

        Args:
            key: of its dataset.
            expected_rows: how many rows will come, out of the publisher's description of the table; None: not known.
            clock: seconds that only go on.
        """
        self._key = key
        self._expected_rows = expected_rows
        self._clock = clock
        self._lock = threading.Lock()
        self._started: float | None = None
        self._ended: float | None = None
        self._total: int | None = None
        self._rows = self._fetched_rows = self._bytes = 0
        self._rows_from = 0.0

    def begin(self) -> None:
        """The table is being pulled from now on, not only asked whether it changed."""
        with self._lock:
            if self._started is None:
                self._started = self._rows_from = self._clock()

    def bytes_came(self, count: int) -> None:
        """So many bytes came."""
        self.begin()
        with self._lock:
            self._bytes += count

    def described(self, document: Any) -> None:
        """The publisher's description of the table came, first or anew."""
        total = self._expected_rows(document)
        with self._lock:
            self._total, self._rows, self._fetched_rows = total, 0, 0
            self._rows_from = self._clock()

    def page(self, stem: str, rows: int, *, fetched: bool) -> None:
        """A page is whole."""
        with self._lock:
            if stem not in ROW_COLLECTIONS:
                self._rows_from = self._clock()
                return
            self._rows += rows
            self._fetched_rows += rows if fetched else 0

    @property
    def is_waiting(self) -> bool:
        """Neither begun nor found to be unchanged."""
        with self._lock:
            return self._started is None and self._ended is None

    def end(self) -> None:
        """The table is done, well or not."""
        with self._lock:
            self._ended = self._clock()

    def standing(self) -> Standing | None:
        """How it stands now; None while it was not begun."""
        with self._lock:
            if self._started is None:
                return None
            now = self._clock() if self._ended is None else self._ended
            return Standing(
                self._key,
                self._total,
                self._rows,
                self._fetched_rows,
                self._bytes,
                now - self._started,
                now - self._rows_from,
                self._ended is not None,
            )


class Board:
    """All tables of one round of pulls, in the order in which they were asked for."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._tables: dict[str, TableProgress] = {}

    def add(self, key: str, expected_rows: Callable[[Any], int | None]) -> TableProgress:
        """A place for one table, made before any worker starts."""
        self._tables[key] = TableProgress(key, expected_rows, self._clock)
        return self._tables[key]

    @property
    def waiting(self) -> int:
        """How many tables are still to be asked, or are being asked."""
        return sum(table.is_waiting for table in self._tables.values())

    def standings(self) -> list[Standing]:
        """Every table that was begun."""
        return [standing for table in self._tables.values() if (standing := table.standing())]


class Display(Protocol):
    """Shows a board again and again."""

    def show(self, board: Board) -> None:
        """Look at the board now."""


class LogLines:
    """A line when a table starts, every ten seconds while it runs, and when it ends."""

    def __init__(self, tell: Callable[[str], None], every: float = _LINE_EVERY) -> None:
        self._tell = tell
        self._every = every
        self._last: dict[str, float] = {}
        self._ended: set[str] = set()

    def show(self, board: Board) -> None:
        for table in board.standings():
            if table.key in self._ended:
                continue
            if table.key not in self._last:
                self._last[table.key] = 0.0
                self._tell(f"{table.key}: the pull starts")
            if table.has_ended:
                self._ended.add(table.key)
                self._tell(f"{table.key}: the pull ends; {came(table)} in {clock_time(table.seconds)}")
            elif table.seconds - self._last[table.key] >= self._every:
                self._last[table.key] = table.seconds
                self._tell(f"{table.key}: {came(table)}{_left(table)}")


class LiveTable:
    """A table that stands still in a terminal: a line per table in flight and one for all together."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, board: Board) -> None:
        self._live.update(picture(board), refresh=True)


def picture(board: Board) -> RenderableType:
    """The tables in flight, and a line for everything that came in this round."""
    tables = board.standings()
    grid = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(width=20)
    for _ in range(4):
        grid.add_column(justify="right", no_wrap=True)
    flying = [table for table in tables if not table.has_ended]
    for table in flying:
        of = "" if table.total is None else f" of {table.total:,}"
        bar = ProgressBar(table.total, min(table.rows, table.total or table.rows), pulse=table.total is None)
        left = table.seconds_left
        grid.add_row(
            table.key,
            bar,
            f"{table.rows:,}{of} rows",
            _size(table.bytes),
            f"{_size(table.bytes_per_second)}/s",
            "" if left is None else f"{clock_time(left)} left",
        )
    if tables:
        together = f"{len(flying)} under way, {len(tables) - len(flying)} done, {board.waiting} to ask"
        rows, size = sum(table.rows for table in tables), sum(table.bytes for table in tables)
        speed = sum(table.bytes_per_second for table in flying)
        grid.add_row(together, "", f"{rows:,} rows", _size(size), f"{_size(speed)}/s", "", style="bold")
    return grid


def came(table: Standing) -> str:
    """What came of a table, in words."""
    of = "" if table.total is None or table.has_ended else f" of {table.total:,}"
    return f"{table.rows:,}{of} rows, {_size(table.bytes)}, {_size(table.bytes_per_second)}/s"


def _left(table: Standing) -> str:
    left = table.seconds_left
    return "" if left is None else f", about {clock_time(left)} left"


def _size(count: float) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"


def clock_time(seconds: float) -> str:
    """Seconds as 0:05, 12:30 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def terminal() -> Iterator[None]:
    """Let displays draw on this process's terminal, if its standard error is one.

    Dagster turns standard error into a file while a job runs, so that it can keep it; hence a way of our own to it.
    """
    if not sys.stderr.isatty():
        yield
        return
    with os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8") as stream:
        token = _terminal.set(Console(file=stream, force_terminal=True))
        try:
            yield
        finally:
            _terminal.reset(token)


@contextmanager
def display(tell: Callable[[str], None]) -> Iterator[Display]:
    """The display that fits: a live table in a terminal, else lines, to the product's own log and to `tell`.

    Args:
        tell: takes a line for another log, such as Dagster's.
    """

    def tell_all(line: str) -> None:
        log.info(line)
        tell(line)

    console = _terminal.get()
    if console is None:
        yield LogLines(tell_all)
        return
    lines = LogLines(tell)
    live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False)
    with live:
        yield _Both(LiveTable(live), lines)


class _Both:
    """Two displays of one board."""

    def __init__(self, *displays: Display) -> None:
        self._displays = displays

    def show(self, board: Board) -> None:
        for one in self._displays:
            one.show(board)
