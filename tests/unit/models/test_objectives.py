"""The sample plan's 28 objectives with little but their baselines: every one has a verdict, none is silently zero."""

from __future__ import annotations

import duckdb
import pytest

_OPEN = {9, 10, 14}
"""Two reductions without a number, and a hold without a margin."""
_REGISTERED = {9: (2000, 1_200_000 / 550), 10: (550 / 39.182, 550 / 39.182)}
"""First and last figure of those that the made-up seal counts: a target that is open stays open beside them."""
_NOT_STARTED = {12, 13, 15, 16, 22, 24, 25, 26}
"""No starting point yet; of 13 and 16 the period is known, of the others nothing."""


def _current(warehouse: duckdb.DuckDBPyConnection, columns: str) -> dict[int, tuple[object, ...]]:
    rows = warehouse.execute(
        f"""
        select right(objective_id, 2)::integer, {columns} from marts.fct_objective_attainment
        where is_current and plan_id = 'heemskerk'
        """
    ).fetchall()
    assert len(rows) == 28
    return {number: tuple(rest) for number, *rest in rows}


def _verdict(number: int) -> str:
    if number in _OPEN:
        return "doel nog open"
    return "geen nulmeting" if number in _NOT_STARTED else "geen nieuwe meting"


def test_every_objective_has_one_current_verdict(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert _current(warehouse, "status") == {number: (_verdict(number),) for number in range(1, 29)}


def test_what_is_open_is_null_and_never_zero(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = _current(warehouse, "baseline_value, current_value, attainment, ratio, probability")
    for number in _OPEN | _NOT_STARTED:
        figures = pytest.approx(_REGISTERED[number]) if number in _REGISTERED else (None, None)
        assert found[number][:2] == figures, number
        assert found[number][2:] == (None, None, None), number


@pytest.mark.parametrize(
    ("number", "baseline", "target"),
    [
        (1, 56, 60),
        (4, 51, 46),
        (6, 244, 195.2),
        (17, 5377, 5914.7),
        (18, 985, 1083.5),
        (27, 48.1, 45),
        (28, 1754, 2017.1),
    ],
)
def test_targets_are_resolved_from_their_baselines(
    warehouse: duckdb.DuckDBPyConnection, number: int, baseline: float, target: float
) -> None:
    found = _current(warehouse, "baseline_value, target_value")[number]
    assert found == (pytest.approx(baseline), pytest.approx(target))


@pytest.mark.parametrize(
    ("number", "due", "is_overdue"),
    [
        (1, "2024-12-31", True),
        (2, "2024-06-30", True),
        (27, "2026-12-31", False),
        (28, "2025-12-31", True),
        (12, None, False),
    ],
)
def test_the_next_measurement_is_due_one_rhythm_after_the_last(
    warehouse: duckdb.DuckDBPyConnection, number: int, due: str | None, is_overdue: bool
) -> None:
    assert _current(warehouse, "next_measurement_due::text, is_overdue")[number] == (due, is_overdue)
