"""The unit alarm: a whole table that jumps by an order of magnitude is a changed unit until proven otherwise.

A publisher that switches from per 1.000 to per 10.000, or from persons to thousands, seldom says so in the data. The
figures are never rescaled: the snapshot is set aside. Judging the level of a figure does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from dagster_project.errors import UnsoundData
from dagster_project.raw import RAW_TABLES, RawBatch
from dagster_project.snapshots import Snapshot

FACTOR = 8.0
"""A change by this factor or more, up or down: unit switches seen in print are of 10, give or take real change."""
SHARE = 0.05
"""Share of a table's gemeenten at which it is the table that changed, and not a gemeente."""

_OBSERVATION = "concept_id text, region_key text, period_key text, detail_key text, value_text text"

_JUMPS = """
with found as (
    select
        concept_id, trim(region_key) as region, trim(period_key) as period, coalesce({detail}, '') as detail,
        try_cast(value_text as double) as value
    from raw.{table}
    where snapshot_id = $snapshot and trim(region_key) like 'GM%'
),
before as (
    select
        concept_id, trim(region_key) as region, trim(period_key) as period, coalesce(detail_key, '') as detail,
        try_cast(value_text as double) as value
    from served_before
    where trim(region_key) like 'GM%'
),
-- of a table by age, all ages together: a change of unit multiplies every one of them, and a single one may be ten
-- people this year and one the next
whole as (
    select concept_id, region, period, sum(value order by detail) as value
    from found
    group by concept_id, region, period
),
pairs as (
    -- the same figures in the snapshot that served before
    select
        found.concept_id, found.region,
        sum(found.value order by detail) as recent, sum(before.value order by detail) as earlier
    from found
    inner join before using (concept_id, region, period, detail)
    where found.value is not null and before.value is not null
    group by found.concept_id, found.region, found.period
    union all
    -- the figure before it in the same series
    select concept_id, region, value, lag(value) over (partition by concept_id, region order by period)
    from whole
)
select
    concept_id,
    count(distinct region) filter (where recent / earlier >= $factor or recent / earlier <= 1 / $factor) as jumped,
    count(distinct region) as regions
from pairs
where recent > 0 and earlier > 0
group by concept_id
having jumped >= $share * regions and jumped > 0
order by jumped desc, concept_id
"""


def check(
    connection: duckdb.DuckDBPyConnection, table: str, snapshot: Snapshot, served_before: Iterable[RawBatch]
) -> None:
    """Compare a loaded snapshot with the one that served before, and each series in it with itself.

    Args:
        connection: build database whose raw schema holds the snapshot.
        table: raw table that holds it.
        snapshot: what was just loaded.
        served_before: raw batches of the snapshot before it; empty when there is none.

    Raises:
        UnsoundData: in at least 5 % of the gemeenten a figure changed eightfold or more.
    """
    detail = "detail_key" if "detail_key" in RAW_TABLES[table] else "null"
    connection.execute(f"create temporary table served_before ({_OBSERVATION})")
    for batch in served_before:
        if batch.table == table:
            connection.register("batch", batch.rows)
            connection.execute(
                f"insert into served_before select concept_id, region_key, period_key, {detail}, value_text from batch"
            )
            connection.unregister("batch")
    found = connection.execute(
        _JUMPS.format(table=table, detail=detail), {"snapshot": snapshot.snapshot_id, "factor": FACTOR, "share": SHARE}
    ).fetchone()
    connection.execute("drop table served_before")
    if found:
        concept, jumped, regions = found
        raise UnsoundData(
            f"Unit alarm in table {snapshot.table_id or snapshot.dataset_id}: {concept} changed eightfold or more in "
            f"{jumped} of {regions} gemeenten at once: its unit has probably changed. Compare it with the publisher's "
            "explanation; if the figures are right, start the dataset anew under another name in sources/."
        )
