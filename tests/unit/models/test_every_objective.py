"""Every objective of the sample plans on a time line of constructed measurements, against verdicts worked out by hand.

`rows/every_objective.csv` holds, for each objective, the kind that its wording has, the target that follows, made-up
measurements, and the verdict that the formulas give at each period: A = (y - y0) / (yT - y0), E = (t - t0) / (T - t0)
with periods taken at their end, R = A / E. An example: heemskerk-07 goes from 107 (2022) to 178 (2027); 130 in 2024 is
23/71 = 0.324 of the way in 2/5 of the time, R = 0.81, so behind schedule.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from dagster_project import transform
from dagster_project.product import product_path
from dagster_project.raw import RAW_TABLES, create_raw_schema
from tests.unit.models.conftest import RETRIEVED, insert

_AS_OF = "2028-06-01"
_VERDICTS = {
    "behaald",
    "op koers",
    "achter op schema",
    "ver achter",
    "verkeerde richting",
    "op de grens",
    "geen nulmeting",
    "doel nog open",
    "geen nieuwe meting",
    "niet meetbaar",
}
_PLANS = ("heemskerk", "heerenveen")


@dataclass(frozen=True)
class Expected:
    """One objective: what its wording comes to, what is measured, and the verdict at each period."""

    objective_id: str
    kind: str
    target: float | None
    measured: tuple[tuple[str, str, str], ...]
    """Region, period and value."""
    verdicts: dict[str | None, str]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """`2024: 58, 2027: 59,6` as pairs; a comma within a number has no space behind it."""
    for part in filter(None, text.split(", ")):
        key, _, value = part.partition(": ")
        yield key.removesuffix(":"), value.strip()


def _expected() -> list[Expected]:
    path = Path(__file__).parent / "rows" / "every_objective.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [_read(row) for row in csv.DictReader(file, delimiter=";")]


def _read(row: dict[str, str]) -> Expected:
    measured = []
    for key, value in _pairs(row["measured"]):
        period, _, region = key.partition(" ")
        measured.append((region or "GM0396", period, value))
    return Expected(
        objective_id=row["objective_id"],
        kind=row["kind"],
        target=float(row["target"].replace(",", ".")) if row["target"] else None,
        measured=tuple(measured),
        verdicts={period.removeprefix(":").strip() or None: verdict for period, verdict in _pairs(row["verdicts"])},
    )


def _objectives() -> Iterator[dict[str, object]]:
    """The plans' objectives; both measure overgewicht, so each plan's indicators get its name before theirs."""
    for plan in _PLANS:
        path = product_path("sources", "samples", plan, "objectives.csv")
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in enumerate(csv.DictReader(file, delimiter=";"), 2):
                own = {"indicator_id": f"{plan}_{row['indicator_id']}"} if row["indicator_id"] else {}
                yield dict.fromkeys(RAW_TABLES["objective"]) | {"snapshot_id": "plan", "row_number": line} | row | own


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The plans' objectives with the constructed measurements, through the real models."""
    database = tmp_path_factory.mktemp("objectives") / "warehouse.duckdb"
    objectives = list(_objectives())
    indicator = {str(row["objective_id"]): row["indicator_id"] for row in objectives}
    with duckdb.connect(str(database)) as connection:
        create_raw_schema(connection)
        insert(
            connection, "parameter", [{"workspace_gemeente": "GM0396", "as_of": _AS_OF, "small_count_threshold": 10}]
        )
        insert(
            connection,
            "snapshot",
            [
                {"source_id": "municipal", "dataset_id": name, "snapshot_id": name, "retrieved_at": RETRIEVED}
                | {"is_serving": True}
                for name in ("plan", "measured")
            ],
        )
        insert(connection, "objective", objectives)
        insert(
            connection,
            "measurement",
            [
                {"snapshot_id": "measured", "indicator_id": indicator[one.objective_id], "region_code": region}
                | {"period_id": period, "value": value, "is_synthetic": "ja"}
                for one in _expected()
                for region, period, value in one.measured
            ],
        )
    transform.build(database, on_event=lambda _: None)
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def test_every_objective_of_the_plans_is_walked() -> None:
    assert sorted(one.objective_id for one in _expected()) == sorted(str(row["objective_id"]) for row in _objectives())


def test_the_time_line_makes_every_verdict_occur() -> None:
    assert {verdict for one in _expected() for verdict in one.verdicts.values()} == _VERDICTS


@pytest.mark.parametrize("expected", _expected(), ids=lambda one: one.objective_id)
def test_kind_target_and_verdicts_are_those_worked_out_by_hand(
    judged: duckdb.DuckDBPyConnection, expected: Expected
) -> None:
    stated = judged.execute(
        "select kind, target_value from marts.dim_objective where objective_id = ?", [expected.objective_id]
    ).fetchall()
    assert stated == [(expected.kind, pytest.approx(expected.target) if expected.target is not None else None)]
    found = judged.execute(
        "select period_id, status from marts.fct_objective_attainment"
        " where objective_id = ? and region_code = 'GM0396'",
        [expected.objective_id],
    ).fetchall()
    assert dict(found) == expected.verdicts
    assert len(found) == len(expected.verdicts)
