"""Column lineage follows a column through CTEs to the columns of other relations."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlglot.errors import SqlglotError

from dagster_project.lineage import column_sources, model_lineage

RELATIONS = {
    "staging.counts": {"region": "VARCHAR", "clients": "DOUBLE"},
    "staging.people": {"region": "VARCHAR", "inhabitants": "DOUBLE"},
}
RATE = """
with counted as (select region, clients as n from warehouse.staging.counts),
joined as (
    select counted.region, counted.n / people.inhabitants as rate
    from counted inner join warehouse.staging.people as people on counted.region = people.region
)
select region, rate, 1 as constant from joined
"""


def test_a_column_comes_from_all_columns_that_make_it() -> None:
    assert column_sources(RATE, RELATIONS) == {
        "region": [("staging.counts", "region")],
        "rate": [("staging.counts", "clients"), ("staging.people", "inhabitants")],
        "constant": [],
    }


def test_a_column_that_no_relation_has_is_refused() -> None:
    with pytest.raises(SqlglotError):
        column_sources("select nonsense from warehouse.staging.counts", RELATIONS)


def test_it_is_worked_out_once_per_version(tmp_path: Path) -> None:
    sql, cache = tmp_path / "rate.sql", tmp_path / "lineage.json"
    sql.write_text(RATE)
    first = model_lineage({"model.rate": sql}, RELATIONS, cache)
    sql.write_text("not sql at all (")
    again = model_lineage({"model.rate": sql}, RELATIONS, cache)
    assert [tuple(source) for source in again["model.rate"]["rate"]] == first["model.rate"]["rate"]
