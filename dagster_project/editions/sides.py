"""Two warehouses side by side, also where an earlier version of this program made one of them.

What belongs here: which tables and columns are compared, and which figures of which regions differ at all. What does
not: what a difference is called (`diff.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]

_FIGURE = {
    "indicator_id": "text",
    "region_code": "text",
    "period_id": "text",
    "territory": "text",
    "value": "double",
    "numerator": "double",
    "denominator": "double",
    "interval_low": "double",
    "interval_high": "double",
    "value_status": "text",
    "absence": "text",
    "is_synthetic": "boolean",
    "snapshot_id": "text",
}
_TABLES: dict[str, dict[str, str]] = {
    "fct_indicator_value": _FIGURE,
    "fct_indicator_revision": dict.fromkeys(
        ("indicator_id", "region_code", "period_id", "part", "new_snapshot_id"), "text"
    ),
    "fct_break": {"indicator_id": "text", "region_code": "text", "break_date": "date", "reason": "text"},
    "dim_indicator": {"indicator_id": "text", "name_nl": "text", "unit": "text", "decimals": "integer"},
    "dim_region": {
        **dict.fromkeys(("region_code", "region_name", "region_type", "parent_code"), "text"),
        "valid_from": "date",
    },
    "audit_snapshot": dict.fromkeys(("snapshot_id", "source_id", "dataset_id", "url"), "text"),
    "dim_objective": {
        **dict.fromkeys(
            ("objective_id", "title", "opgave", "result_area", "indicator_id", "kind", "direction"), "text"
        ),
        **{"baseline_value": "double", "baseline_period_id": "text", "target_rule": "double", "target_value": "double"},
        **{"target_period_id": "text", "margin": "double", "decimals": "integer", "version": "integer"},
        **dict.fromkeys(("unit", "owner", "instrument", "rhythm", "programme", "source", "remarks"), "text"),
        **{"valid_from": "date", "is_current": "boolean", "is_open": "boolean"},
    },
    "fct_objective_attainment": {
        **dict.fromkeys(("objective_id", "status"), "text"),
        "is_current": "boolean",
    },
}
"""The columns that are compared; an earlier version may lack some."""

_OWN = """
create temp table own as
select region_code, arg_max(region_name, (side, coalesce(valid_from, date '0001-01-01'))) as region_name,
    region_code <> $gemeente as is_wijk
from (select 1 as side, * from new_dim_region union all select 0 as side, * from old_dim_region)
where region_code = $gemeente or (region_type = 'wijk' and parent_code = $gemeente)
group by region_code
"""

# Two ways of adding up may differ in the last bits: that is no change.
_CHANGED = """
create temp table changed as
select coalesce(n.indicator_id, o.indicator_id) as indicator_id, coalesce(n.region_code, o.region_code) as region_code,
    coalesce(n.period_id, o.period_id) as period_id, o.value as old_value, n.value as new_value,
    o.numerator as old_numerator, n.numerator as new_numerator, o.denominator as old_denominator,
    n.denominator as new_denominator, o.value_status as old_status, n.value_status as new_status,
    o.absence as old_absence, n.absence as new_absence, o.is_synthetic as was_synthetic, n.is_synthetic as is_synthetic,
    o.snapshot_id as old_snapshot_id, n.snapshot_id as new_snapshot_id,
    not (o.value is not distinct from n.value)
        and (o.value is null or n.value is null
            or abs(n.value - o.value) > 1e-9 * greatest(abs(o.value), abs(n.value))) as is_other_value,
    (o.interval_low, o.interval_high) is distinct from (n.interval_low, n.interval_high) as is_other_interval
from (from old_fct_indicator_value where territory = 'as_published') as o
full join (from new_fct_indicator_value where territory = 'as_published') as n
    on o.indicator_id = n.indicator_id and o.region_code = n.region_code and o.period_id = n.period_id
where (o.value is not null or n.value is not null)
    and (is_other_value or is_other_interval or old_status is distinct from new_status
        or was_synthetic is distinct from n.is_synthetic)
"""


class Both:
    """Two attached databases whose tables are read under `old_…` and `new_…`, with a null for a column they lack."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, old: Path, new: Path, gemeente: str) -> None:
        self._connection = connection
        for side, path in (("old", old), ("new", new)):
            quoted = str(path).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {side} (read_only)")
        self._there = {side: {table: self._columns(side, table) for table in _TABLES} for side in ("old", "new")}
        self._prepare(gemeente)

    def _columns(self, side: str, table: str) -> set[str]:
        rows = self._connection.execute(
            "select column_name from duckdb_columns()"
            " where database_name = ? and schema_name = 'marts' and table_name = ?",
            [side, table],
        ).fetchall()
        return {name for (name,) in rows}

    def has(self, table: str) -> bool:
        """Whether both sides have a table, so that it can be compared."""
        return all(self._there[side][table] for side in ("old", "new"))

    def _prepare(self, gemeente: str) -> None:
        """Make the views, the regions of the municipality and the changed figures."""
        for side, tables in self._there.items():
            for table, there in tables.items():
                columns = ", ".join(
                    name if name in there else f"cast(null as {kind}) as {name}"
                    for name, kind in _TABLES[table].items()
                )
                source = f"from {side}.marts.{table}" if there else "where false"
                self._connection.execute(f"create temp view {side}_{table} as select {columns} {source}")
        self._connection.execute(_OWN, {"gemeente": gemeente})
        self._connection.execute(_CHANGED)

    def rows(self, sql: str) -> list[Row]:
        """The rows of a query on the views, on `own` (regions of the municipality) and on `changed` (figures)."""
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def other_regions(self) -> int:
        """How many figures changed of regions that are not of the municipality."""
        (counted,) = self.rows("select count(*) as n from changed anti join own using (region_code)")
        return int(counted["n"])
