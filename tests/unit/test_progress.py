"""What is told of pulls under way: rows, bytes and a time left that is never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from dagster_project.progress import Board, LogLines, clock_time, picture


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def stated(document: Any) -> int | None:
    return document


@pytest.fixture
def clock() -> Clock:
    return Clock()


def drawn(board: Board) -> list[str]:
    console = Console(width=130, force_terminal=False)
    with console.capture() as capture:
        console.print(picture(board))
    return [" ".join(line.split()) for line in capture.get().splitlines()]


def test_a_table_that_was_only_asked_is_not_shown(clock: Clock) -> None:
    board = Board(clock)
    board.add("cbs/a", stated).end()
    assert board.standings() == []
    assert drawn(board) == []


def test_the_time_left_follows_from_the_pace_of_what_came_now(clock: Clock) -> None:
    board = Board(clock)
    table = board.add("cbs/a", stated)
    table.begin()
    table.described(1000)
    clock.now += 30
    table.page("codes-RegioS", 300, fetched=True)
    table.page("data", 500, fetched=False)
    assert board.standings()[0].seconds_left is None, "what an earlier pull left says nothing of today's pace"
    clock.now += 20
    table.page("data", 100, fetched=True)
    table.bytes_came(4_000_000)
    (standing,) = board.standings()
    assert (standing.rows, standing.bytes_per_second, standing.seconds_left) == (600, 80_000, 80)


@pytest.mark.parametrize(("total", "rows"), [(None, 10), (5, 10)])
def test_without_a_total_that_holds_no_time_is_given(clock: Clock, total: int | None, rows: int) -> None:
    board = Board(clock)
    table = board.add("cbs/a", stated)
    table.begin()
    table.described(total)
    clock.now += 5
    table.page("observations", rows, fetched=True)
    assert board.standings()[0].seconds_left is None


def test_a_table_that_changed_meanwhile_is_counted_anew(clock: Clock) -> None:
    board = Board(clock)
    table = board.add("cbs/a", stated)
    table.begin()
    table.described(10)
    table.page("data", 10, fetched=True)
    table.described(20)
    table.page("data", 10, fetched=True)
    (standing,) = board.standings()
    assert (standing.rows, standing.total) == (10, 20)


def test_a_log_gets_a_line_at_the_start_every_ten_seconds_and_at_the_end(clock: Clock) -> None:
    lines: list[str] = []
    board, log = Board(clock), LogLines(lines.append)
    known, unknown = board.add("cbs/known", stated), board.add("cbs/unknown", stated)
    known.begin()
    known.described(4000)
    log.show(board)
    for _ in range(3):
        clock.now += 4
        known.page("data", 500, fetched=True)
        known.bytes_came(1_000_000)
        log.show(board)
    unknown.begin()
    clock.now += 10
    unknown.page("observations", 7, fetched=True)
    log.show(board)
    known.end()
    unknown.end()
    log.show(board)
    log.show(board)
    assert lines == [
        "cbs/known: the pull starts",
        "cbs/known: 1,500 of 4,000 rows, 3.0 MB, 250 kB/s, about 0:20 left",
        "cbs/known: 1,500 of 4,000 rows, 3.0 MB, 136 kB/s, about 0:37 left",
        "cbs/unknown: the pull starts",
        "cbs/unknown: 7 rows, 0 kB, 0 kB/s",
        "cbs/known: the pull ends; 1,500 rows, 3.0 MB, 136 kB/s in 0:22",
        "cbs/unknown: the pull ends; 7 rows, 0 kB, 0 kB/s in 0:10",
    ]


def test_a_terminal_shows_a_line_per_table_in_flight_and_one_for_all(clock: Clock) -> None:
    board = Board(clock)
    done, known, unknown = (board.add(f"cbs/{name}", stated) for name in ("done", "known", "unknown"))
    board.add("cbs/waiting", stated)
    board.add("cbs/unchanged", stated).end()
    for table, total in ((done, 5), (known, 100), (unknown, None)):
        table.begin()
        table.described(total)
    clock.now += 10
    for table in (done, known, unknown):
        table.page("data", 5, fetched=True)
        table.bytes_came(500_000)
    done.end()
    first, second, together = drawn(board)
    assert first.startswith("cbs/known")
    assert first.endswith("5 of 100 rows 500 kB 50 kB/s 3:10 left")
    assert second.startswith("cbs/unknown")
    assert second.endswith("5 rows 500 kB 50 kB/s")
    assert together == "2 under way, 1 done, 1 to ask 15 rows 1.5 MB 100 kB/s"


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (75, "1:15"), (3725, "1:02:05")])
def test_seconds_are_written_as_a_clock_does(seconds: float, text: str) -> None:
    assert clock_time(seconds) == text
