"""What status makes of records and stamps: gates per dataset, days of change, the next edition, what is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dagster_project.editions.calendar import coming_edition
from dagster_project.rhythm import expected_after, is_overdue
from dagster_project.run import RunState
from dagster_project.snapshots import Snapshot
from dagster_project.status.look import changed_on, gates_of


def run(validations: list[dict[str, Any]], *datasets: str) -> RunState:
    pins = [dict(zip(("source_id", "dataset_id"), key.split("/"), strict=True)) for key in datasets]
    return RunState(
        "r", "2026-11-26T06:00:00Z", "2026-11-26", "x", "c", "f", "0.1.0", pins=pins, validations=validations
    )


def row(result: str, severity: str, *datasets: str) -> dict[str, Any]:
    return {"result": result, "severity": severity, "origins": [{"dataset": key} for key in datasets]}


def test_a_finding_counts_against_the_datasets_that_its_rows_came_from() -> None:
    judged = run(
        [
            row("failed", "critical", "cbs/wmo", "cbs/woz"),
            row("failed", "warning", "cbs/wmo", "cbs/kwb_2020"),
            row("passed", "critical"),
        ],
        *("cbs/wmo", "cbs/woz", "cbs/kwb_2020", "cbs/population"),
    )
    without_a_gate = run([], "duo/verzuim_gemeente")
    assert gates_of([judged, without_a_gate]) == {
        "cbs/wmo": "refused",
        "cbs/woz": "refused",
        "cbs/kwb_2020": "warned",
        "cbs/population": "passed",
    }
    assert gates_of([without_a_gate]) == {}


SNAPSHOT = Snapshot(
    snapshot_id="0" * 64,
    source_id="cbs",
    dataset_id="x",
    extension="zip",
    origin="wire",
    url="u",
    original_url=None,
    retrieved_at="2026-11-25T23:30:00Z",
    publisher_modified=None,
    etag=None,
    http_status=200,
    row_count=1,
    bytes=1,
    licence="",
    attribution="",
    table_id=None,
    contract_version=1,
    is_synthetic=False,
)


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2026-06-23T00:00:00+02:00 version 202606230000", date(2026, 6, 23)),
        ("2021-03-26T02:00:00", date(2021, 3, 26)),
        ("Thu, 01 Oct 2026 23:30:00 GMT", date(2026, 10, 2)),
        ("unknown, reconstructed from a file", date(2026, 11, 26)),
        (None, date(2026, 11, 26)),
    ],
)
def test_the_day_of_change_is_the_publishers_else_that_of_the_receipt_in_amsterdam(
    stamp: str | None, day: date
) -> None:
    assert changed_on(replace(SNAPSHOT, publisher_modified=stamp)) == day


@pytest.mark.parametrize(
    ("day", "frozen", "label"),
    [
        (date(2026, 11, 26), [], "2027-04"),
        (date(2026, 3, 31), [], "2026-04"),
        (date(2026, 4, 15), [], "2026-04"),
        (date(2026, 4, 15), ["2026-04"], "2026-10"),
        (date(2026, 10, 31), ["2026-10"], "2027-04"),
    ],
)
def test_editions_come_in_april_and_october(day: date, frozen: list[str], label: str) -> None:
    assert coming_edition(day, frozen) == label


def test_new_figures_are_late_after_a_quarter_of_their_rhythm() -> None:
    changed = date(2026, 1, 31)
    assert expected_after("monthly", changed) == date(2026, 2, 28)
    assert expected_after("half-yearly", changed) == date(2026, 7, 31)
    assert expected_after("4-yearly", date(2024, 2, 29)) == date(2028, 2, 29)
    assert expected_after("irregular", changed) is None
    assert not is_overdue("monthly", changed, date(2026, 3, 7))
    assert is_overdue("monthly", changed, date(2026, 3, 8))
    assert not is_overdue("irregular", changed, date(2036, 1, 1))
