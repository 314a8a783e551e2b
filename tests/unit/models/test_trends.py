"""Rates and trends as the models make them, against the plain figures and scipy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from tests.unit.models.conftest import ALMERE, ALMERE_YEARS, CHANCE, HEEMSKERK_2020, SERIES_INDICATOR, random_series

_TREND = """
    select n_points, window_start, window_end, slope, p_value, trend, outlook_value, outlook_low, outlook_high,
        outlook_period_id
    from marts.fct_indicator_trend where indicator_id = ? and region_code = ?
"""
_RATES = {
    "wmo_clients_per_10000": "wmo_clients",
    "jeugdzorg_per_10000_inw": "jeugdzorg_persons",
    "bijstand_per_10000_inw": "bijstand_persons",
}


def _p_value(years: Sequence[float], values: Sequence[float]) -> float:
    """Mann-Kendall by scipy: exact up to ten points without ties, else asymptotic; 1 where nothing moves."""
    if len(set(values)) == 1:
        return 1.0
    exact = len(values) <= 10 and len(set(values)) == len(values)
    return float(stats.kendalltau(years, values, method="exact" if exact else "asymptotic").pvalue)


def _outlook(years: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Least-squares value one year on and the half width of its 95 % prediction interval."""
    n, ahead = len(years), years[-1] + 1
    line = stats.linregress(years, values)
    left = np.array(values) - (line.intercept + line.slope * np.array(years))
    sd = np.sqrt(np.sum(left**2) / (n - 2))
    spread = np.sum((np.array(years) - np.mean(years)) ** 2)
    half = stats.t.ppf(0.975, n - 2) * sd * np.sqrt(1 + 1 / n + (ahead - np.mean(years)) ** 2 / spread)
    return float(line.intercept + line.slope * ahead), float(half)


def _assert_trend(found: tuple[Any, ...], years: Sequence[int], values: Sequence[float]) -> None:
    n_points, start, end, slope, p_value, trend, outlook, low, high, outlook_period = found
    assert (n_points, start, end) == (len(years), str(years[0]), str(years[-1]))
    if len(years) < 5:
        assert (slope, p_value, trend) == (None, None, "too_few_points")
        assert (outlook, low, high, outlook_period) == (None, None, None, None)
        return
    expected_p = _p_value(years, values)
    assert slope == pytest.approx(stats.theilslopes(values, years).slope, abs=1e-9)
    assert p_value == pytest.approx(expected_p, abs=1e-9)
    direction = "up" if stats.kendalltau(years, values).statistic > 0 else "down"
    assert trend == (direction if expected_p < 0.05 else "no_significant_change")
    value, half = _outlook(years, values)
    assert outlook == pytest.approx(value, abs=1e-6)
    assert (low, high) == (pytest.approx(value - half, abs=1e-5), pytest.approx(value + half, abs=1e-5))
    assert outlook_period == str(years[-1] + 1)


def test_random_series_have_the_trend_that_scipy_finds(warehouse: duckdb.DuckDBPyConnection) -> None:
    seen = set()
    for region, points in random_series().items():
        found = warehouse.execute(_TREND, [SERIES_INDICATOR, region]).fetchall()
        assert len(found) == 1, region
        _assert_trend(found[0], [year for year, _ in points], [value for _, value in points])
        seen.add(found[0][5])
    assert seen == {"up", "down", "no_significant_change", "too_few_points"}


@pytest.mark.parametrize("indicator_id", _RATES)
def test_almere_rates_come_out_of_its_counts(warehouse: duckdb.DuckDBPyConnection, indicator_id: str) -> None:
    found = warehouse.execute(
        """
        select period_id, value, numerator, denominator, rate_published, is_derived, absence
        from marts.fct_indicator_value where indicator_id = ? and region_code = 'GM0034' and territory = 'as_published'
        order by period_id
        """,
        [indicator_id],
    ).fetchall()
    counts, people = ALMERE[_RATES[indicator_id]], ALMERE["inhabitants"]
    assert found == [
        (str(year), pytest.approx(count / inhabitants * 10000), count, inhabitants, None, True, None)
        for year, count, inhabitants in zip(ALMERE_YEARS, counts, people, strict=True)
    ]


@pytest.mark.parametrize(
    ("indicator_id", "first_year"),
    [("wmo_clients_per_10000", 2020), ("jeugdzorg_per_10000_inw", 2022), ("bijstand_per_10000_inw", 2018)],
)
def test_almere_trends_cover_the_last_unbroken_stretch(
    warehouse: duckdb.DuckDBPyConnection, indicator_id: str, first_year: int
) -> None:
    years = list(range(first_year, 2025))
    rates = [
        count / inhabitants * 10000
        for year, count, inhabitants in zip(
            ALMERE_YEARS, ALMERE[_RATES[indicator_id]], ALMERE["inhabitants"], strict=True
        )
        if year >= first_year
    ]
    found = warehouse.execute(_TREND, [indicator_id, "GM0034"]).fetchall()
    assert len(found) == 1
    _assert_trend(found[0], years, rates)


def test_heemskerk_bijstand_2020_is_214_per_10000(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        """
        select round(value, 1), numerator, denominator from marts.fct_indicator_value
        where indicator_id = 'bijstand_per_10000_inw' and region_code = 'GM0396' and period_id = '2020'
            and territory = 'as_published'
        """
    ).fetchall()
    assert found == [(214.4, HEEMSKERK_2020["bijstand_persons"], HEEMSKERK_2020["inhabitants"])]


def test_the_official_bijstand_rate_says_that_its_denominator_is_missing(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select distinct value, absence from marts.fct_indicator_value where indicator_id = 'bijstand_per_10000_18plus'"
    ).fetchall()
    assert found == [(None, "not_collected")]


def test_the_chance_of_meeting_a_target_is_that_of_the_prediction(warehouse: duckdb.DuckDBPyConnection) -> None:
    years = np.arange(2018, 2018 + len(CHANCE))
    line = stats.linregress(years, CHANCE)
    n, ahead = len(CHANCE), 2027
    sd = np.sqrt(np.sum((np.array(CHANCE) - (line.intercept + line.slope * years)) ** 2) / (n - 2))
    scale = sd * np.sqrt(1 + 1 / n + (ahead - years.mean()) ** 2 / np.sum((years - years.mean()) ** 2))
    expected = stats.t.sf((56 - (line.intercept + line.slope * ahead)) / scale, n - 2)
    found = warehouse.execute(
        "select probability from marts.fct_objective_attainment where objective_id = 'proef-01' and is_current"
    ).fetchall()
    assert found == [(pytest.approx(expected, abs=1e-9),)]


def test_the_fall_of_wmo_in_almere_is_shown_as_measured(warehouse: duckdb.DuckDBPyConnection) -> None:
    """From 548 to 421 per 10.000 between 2022 and 2023: both stand there, in both territories, and nothing breaks."""
    rates = [
        round(count / people * 10000, 6)
        for count, people in zip(ALMERE["wmo_clients"], ALMERE["inhabitants"], strict=True)
    ]
    found = warehouse.execute(
        """
        select territory, round(value, 6), absence from marts.fct_indicator_value
        where indicator_id = 'wmo_clients_per_10000' and region_code = 'GM0034' and period_id in ('2022', '2023')
        order by territory, period_id
        """
    ).fetchall()
    before, after = rates[ALMERE_YEARS.index(2022)], rates[ALMERE_YEARS.index(2023)]
    assert (round(before), round(after)) == (548, 421)
    assert found == [(where, rate, None) for where in ("as_published", "current") for rate in (before, after)]
    breaks = warehouse.execute(
        """
        select break_date::text from marts.fct_break
        where coalesce(indicator_id, 'wmo_clients_per_10000') = 'wmo_clients_per_10000'
            and coalesce(region_code, 'GM0034') = 'GM0034'
        """
    ).fetchall()
    assert breaks == [("2020-01-01",)]
    windows = warehouse.execute(_TREND, ["wmo_clients_per_10000", "GM0034"]).fetchall()
    assert [row[1:3] for row in windows] == [("2020", "2024")]
