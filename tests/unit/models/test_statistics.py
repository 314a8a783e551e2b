"""The distributions that SQL lacks, against scipy and against counting."""

from __future__ import annotations

import csv
import itertools
import math
from typing import Any

import duckdb
import jinja2
import pytest
from scipy import stats

from dagster_project.product import product_path

_MACROS: Any = (
    jinja2.Environment(autoescape=False)  # noqa: S701 - SQL, not HTML
    .from_string(product_path("dbt", "macros", "statistics.sql").read_text(encoding="utf-8"))
    .module
)


def test_student_t_cdf_equals_scipy() -> None:
    rows = duckdb.sql(
        f"select t, df, {_MACROS.student_t_cdf('t', 'df')} "
        "from (select unnest([-40, -5, -2.5, -1, -0.1, 0, 0.3, 1, 1.96, 4, 12, 100]::double[]) as t) "
        "cross join (select unnest(range(1, 61)) as df)"
    ).fetchall()
    assert len(rows) == 12 * 60
    for t, df, found in rows:
        assert found == pytest.approx(stats.t.cdf(t, df), abs=1e-14), (t, df)


def test_normal_tail_equals_scipy() -> None:
    rows = duckdb.sql(
        f"select z, {_MACROS.normal_tail('z')} from (select unnest(range(-400, 401)) / 50.0 as z)"
    ).fetchall()
    assert len(rows) == 801
    for z, found in rows:
        assert found == pytest.approx(stats.norm.sf(abs(float(z))), abs=1e-14), z


def test_student_t_quantiles_equal_scipy() -> None:
    with product_path("seeds", "student_t.csv").open(encoding="utf-8", newline="") as file:
        rows = [(int(row["df"]), float(row["t_975"])) for row in csv.DictReader(file)]
    assert [df for df, _ in rows] == list(range(1, 201))
    for df, quantile in rows:
        assert quantile == pytest.approx(stats.t.ppf(0.975, df), abs=1e-9), df


def _s(values: tuple[int, ...]) -> int:
    return sum((later > earlier) - (later < earlier) for earlier, later in itertools.combinations(values, 2))


@pytest.mark.parametrize("n", range(2, 8))
def test_mann_kendall_is_what_counting_all_permutations_gives(warehouse: duckdb.DuckDBPyConnection, n: int) -> None:
    found = dict(
        warehouse.execute("select s, p_value from intermediate.int_mann_kendall_exact where n = ?", [n]).fetchall()
    )
    sizes = [abs(_s(order)) for order in itertools.permutations(range(n))]
    assert found == {
        s: pytest.approx(sum(size >= s for size in sizes) / math.factorial(n), abs=1e-15) for s in set(sizes)
    }


@pytest.mark.parametrize(("n", "s", "p_value"), [(4, 6, 0.0833), (5, 10, 0.0167)])
def test_mann_kendall_of_a_short_rise(warehouse: duckdb.DuckDBPyConnection, n: int, s: int, p_value: float) -> None:
    found = warehouse.execute(
        "select p_value from intermediate.int_mann_kendall_exact where n = ? and s = ?", [n, s]
    ).fetchall()
    assert found == [(pytest.approx(p_value, abs=5e-5),)]
