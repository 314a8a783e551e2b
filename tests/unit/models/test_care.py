"""A small seal, all the way to what is published: what is shown, what follows from it, and what is told nowhere."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from tests.unit.models.conftest import HEEMSKERK_2020, SEALED


def test_care_is_shown_where_it_may_be(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select category, period_id, cost, clients, cost_per_client, absence, is_whole from marts.fct_care_cost "
        "where period_id >= '2020' order by period_id, category"
    ).fetchall()
    assert found == [
        ("begeleiding", "2020", None, 545, None, "suppressed", True),
        ("hulp", "2020", None, None, None, "suppressed", True),
        ("totaal", "2020", Decimal("1200000.00"), 550, Decimal("2181.82"), None, True),
        ("totaal", "2021", Decimal("1100000.00"), 480, Decimal("2291.67"), None, False),
    ]


def test_a_year_to_november_follows_the_mean_of_the_years_before_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    """1.25 and 1.2 times the same months, so 1.225 on average."""
    found = warehouse.execute(
        "select outlook, outlook_low, outlook_high from marts.fct_care_outlook where period_id = '2021'"
    ).fetchone()
    assert found == (Decimal("1347500.00"), Decimal("1320000.00"), Decimal("1375000.00"))


def test_rates_are_of_whole_years_and_of_the_population_of_the_year(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select indicator_id, period_id, value, numerator, denominator from marts.fct_indicator_value "
        "where indicator_id in ('wmo_clients_per_1000', 'wmo_cost_per_client') and value is not null "
        "and territory = 'as_published' order by 1, 2"
    ).fetchall()
    inhabitants = HEEMSKERK_2020["inhabitants"]
    assert found == [
        ("wmo_clients_per_1000", "2020", 550 / inhabitants * 1000, 550, inhabitants),
        ("wmo_cost_per_client", "2019", 2000, 1_000_000, 500),
        ("wmo_cost_per_client", "2020", 1_200_000 / 550, 1_200_000, 550),
    ]


def test_with_a_hidden_category_the_change_is_split_on_the_whole(warehouse: duckdb.DuckDBPyConnection) -> None:
    costs = warehouse.execute(
        "select wet, category, period_id from marts.fct_cost order by period_id, category nulls first"
    ).fetchall()
    assert costs == [
        *(("Wmo", None, "2019"), ("Wmo", "begeleiding", "2019"), ("Wmo", "hulp", "2019")),
        ("Wmo", None, "2020"),
    ]
    split = warehouse.execute(
        "select period_id, change, users_effect, price_effect, mix_effect, unsplit_effect from marts.fct_cost_change"
    ).fetchall()
    # 50 users x the mean of 2000 and 2181.82 euros; the mean of 500 and 550 users x 181.82 euros
    assert split == [
        ("2020", *map(Decimal, ("200000.00", "104545.45", "95454.55", "0.00", "0.00"))),
    ]


def test_no_hidden_value_stands_in_anything_that_is_published(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The cost that is hidden is told by no number of any table, also not rounded to euros."""
    hidden = {Decimal(value) for *_, value, is_hidden in SEALED if is_hidden and "." in value}
    assert hidden
    columns = warehouse.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and not internal"
    ).fetchall()
    for table, column in columns:
        (found,) = warehouse.execute(
            f"select count(*) from marts.{table} where round(try_cast({column}::text as double)) in "
            f"({', '.join(str(round(value)) for value in hidden)})"
        ).fetchone() or (0,)
        assert found == 0, f"{table}.{column}"
