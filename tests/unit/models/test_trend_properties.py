"""The trend of any series against scipy: the model's own SQL on series with ties and gaps that hypothesis thinks up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

Series = list[tuple[int, float]]

_LEAST = 5
_COLUMNS = "n_points, slope, s, p_value, mean_t, mean_value, sxx, fitted_slope, residual_sd, t_975"


@st.composite
def series(draw: st.DrawFn) -> Series:
    """A yearly series of 5 to 30 points: gaps between the years, and values of so few decimals that many tie."""
    years = draw(st.lists(st.integers(1990, 2040), min_size=_LEAST, max_size=30, unique=True))
    decimals = draw(st.sampled_from([0, 1, 3]))
    size = draw(st.sampled_from([2, 20, 5000]))
    values = draw(st.lists(st.integers(0, size), min_size=len(years), max_size=len(years)))
    return [(year, value / 10**decimals) for year, value in zip(sorted(years), values, strict=True)]


@pytest.fixture(scope="module")
def trend_model(build_database: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A database with the tables that int_trend reads, int_series empty, and the model's compiled SQL."""
    (compiled,) = (build_database.parent / "dbt" / "compiled").rglob("int_trend.sql")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{build_database}' as built (read_only); attach ':memory:' as warehouse")
        connection.execute("create schema warehouse.intermediate; create schema warehouse.seeds")
        for table in ("intermediate.int_mann_kendall_exact", "seeds.student_t"):
            connection.execute(f"create table warehouse.{table} as from built.{table}")
        connection.execute(
            "create table warehouse.intermediate.int_series as from built.intermediate.int_series limit 0"
        )
        yield connection, compiled.read_text(encoding="utf-8")


def _trend(model: tuple[duckdb.DuckDBPyConnection, str], points: Series) -> dict[str, Any]:
    connection, sql = model
    connection.execute("delete from warehouse.intermediate.int_series")
    connection.executemany(
        "insert into warehouse.intermediate.int_series (indicator_id, region_code, period_type, period_id, t, value,"
        " n_points) values ('i', 'GM0001', 'year', ?, ?, ?, ?)",
        [[str(year), year + 1, value, len(points)] for year, value in points],
    )
    cursor = connection.execute(f"select {_COLUMNS} from ({sql})")
    names = [column[0] for column in cursor.description or ()]
    (row,) = cursor.fetchall()
    return dict(zip(names, row, strict=True))


def _p_value(years: list[int], values: list[float]) -> float:
    if len(set(values)) == 1:
        return 1.0
    exact = len(values) <= 10 and len(set(values)) == len(values)
    return float(stats.kendalltau(years, values, method="exact" if exact else "asymptotic").pvalue)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=series())
def test_slope_and_significance_are_those_of_scipy(
    trend_model: tuple[duckdb.DuckDBPyConnection, str], points: Series
) -> None:
    found = _trend(trend_model, points)
    years, values = [year for year, _ in points], [value for _, value in points]
    assert found["n_points"] == len(points)
    assert found["slope"] == pytest.approx(stats.theilslopes(values, years).slope, abs=1e-9)
    assert found["p_value"] == pytest.approx(_p_value(years, values), abs=1e-9)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=series(), ahead=st.integers(1, 10))
def test_the_outlook_is_the_least_squares_prediction_with_its_t_interval(
    trend_model: tuple[duckdb.DuckDBPyConnection, str], points: Series, ahead: int
) -> None:
    found = _trend(trend_model, points)
    x, y = np.array([year + 1 for year, _ in points], float), np.array([value for _, value in points])
    target = x[-1] + ahead
    line = stats.linregress(x, y)
    sd = np.sqrt(np.sum((y - line.intercept - line.slope * x) ** 2) / (len(x) - 2))
    half = (
        stats.t.ppf(0.975, len(x) - 2)
        * sd
        * np.sqrt(1 + 1 / len(x) + (target - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2))
    )
    value = found["mean_value"] + found["fitted_slope"] * (target - found["mean_t"])
    scale = found["residual_sd"] * np.sqrt(1 + 1 / found["n_points"] + (target - found["mean_t"]) ** 2 / found["sxx"])
    tolerance = 1e-6 * max(1.0, float(np.abs(y).max()))
    assert value == pytest.approx(line.intercept + line.slope * target, abs=tolerance)
    assert found["t_975"] * scale == pytest.approx(half, abs=tolerance)


@pytest.mark.parametrize(
    ("values", "s", "p_value"),
    [([1, 2, 3, 4, 5], 10, 0.0167), ([5, 4, 3, 2, 1], -10, 0.0167), ([2, 1, 3, 4, 5], 8, 0.0833)],
)
def test_the_exact_distribution_has_the_known_values(
    trend_model: tuple[duckdb.DuckDBPyConnection, str], values: list[float], s: int, p_value: float
) -> None:
    found = _trend(trend_model, list(zip(range(2020, 2025), values, strict=True)))
    assert (found["s"], round(found["p_value"], 4)) == (s, p_value)


def test_four_points_are_never_significant(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Even four that only rise have p = 0.0833; the model therefore asks for five."""
    found = warehouse.execute("select min(p_value) from intermediate.int_mann_kendall_exact where n <= 4").fetchone()
    assert found is not None
    assert round(found[0], 4) == 0.0833
