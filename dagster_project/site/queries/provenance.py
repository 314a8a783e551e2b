"""Rows about where the figure of each verdict comes from, along `audit_lineage`.

What belongs here: SQL that follows what was written down when the verdict was made. What does not: words, and working
out anew which figure it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dagster_project.row_keys import row_key


@dataclass(frozen=True)
class Provenance:
    """Rows of one snapshot on which the figure of a verdict rests, with the figure itself."""

    objective_id: str
    indicator_id: str
    region_code: str
    region_name: str
    period_id: str
    value: float
    numerator: float | None
    denominator: float | None
    rate_published: float | None
    rate_base: float | None
    published_factor: float | None
    published_offset: float | None
    is_synthetic: bool
    role: str
    row_numbers: list[int]
    snapshot_id: str
    source_id: str
    dataset_id: str
    table_id: str | None
    file_path: str
    origin: str
    url: str
    original_url: str | None
    retrieved_at: datetime
    publisher_modified: str | None
    licence: str
    attribution: str


PROVENANCE = f"""
    with recursive way as (
        select objective_id, 'fct_objective_attainment' as table_name,
            {row_key(("objective_id", "version", "region_code", "period_id"))} as row_key
        from marts.fct_objective_attainment
        where is_current
        union all
        select way.objective_id, l.parent_table, l.parent_row_key
        from way
        inner join marts.audit_lineage as l using (table_name, row_key)
        where l.role in ('deciding_wijk', 'current')
    ),
    figure as (
        select *, {row_key(("indicator_id", "region_code", "period_id", "territory"))} as row_key
        from marts.fct_indicator_value
    ),
    definition as (
        select l.row_key, d.rate_base, d.published_factor, d.published_offset
        from marts.audit_lineage as l
        inner join marts.dim_indicator_version as d on l.parent_row_key = {row_key(("d.indicator_id", "d.version"))}
        where l.table_name = 'fct_indicator_value' and l.role = 'definition'
    )
    select way.objective_id, v.indicator_id, v.region_code, coalesce(r.region_name, v.region_code) as region_name,
        v.period_id, v.value, v.numerator, v.denominator, v.rate_published, d.rate_base, d.published_factor,
        d.published_offset, v.is_synthetic, l.role, cast(string_split(l.row_numbers, ',') as bigint[]) as row_numbers,
        l.snapshot_id, l.source_id, l.dataset_id, s.table_id, s.file_path, s.origin, s.url, s.original_url,
        s.retrieved_at, s.publisher_modified, s.licence, s.attribution
    from way
    inner join figure as v on way.table_name = 'fct_indicator_value' and way.row_key = v.row_key
    inner join marts.audit_lineage as l on l.table_name = way.table_name and l.row_key = way.row_key
    inner join marts.audit_snapshot as s
        on s.snapshot_id = l.snapshot_id and s.source_id = l.source_id and s.dataset_id = l.dataset_id
    left join definition as d on d.row_key = way.row_key
    left join marts.dim_region as r on r.region_code = v.region_code
    order by way.objective_id, l.role, l.source_id, l.dataset_id, l.snapshot_id, v.region_code, v.period_id
"""
