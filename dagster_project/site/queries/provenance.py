"""Rows about where the newest figure of each objective comes from.

What belongs here: SQL from a verdict to the value, the version of its indicator and its snapshots. What does not:
words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Provenance:
    """One figure that a verdict may rest on, with what it was worked out from and the snapshot it came in."""

    objective_id: str
    indicator_id: str
    region_code: str
    region_name: str
    period_id: str
    is_gemeente: bool
    value: float | None
    numerator: float | None
    denominator: float | None
    rate_published: float | None
    rate_base: float | None
    published_factor: float | None
    published_offset: float | None
    snapshot_id: str | None
    source_id: str | None
    dataset_id: str | None
    table_id: str | None
    file_path: str | None
    origin: str | None
    url: str | None
    original_url: str | None
    retrieved_at: datetime | None
    publisher_modified: str | None
    licence: str | None
    attribution: str | None
    denominator_snapshot_id: str | None
    denominator_attribution: str | None
    is_synthetic: bool


PROVENANCE = """
    with current_verdict as (
        select a.objective_id, a.version, a.region_code as gemeente_code, a.period_id, o.indicator_id
        from marts.fct_objective_attainment as a
        inner join marts.dim_objective as o using (objective_id, version)
        where a.is_current
    ),
    judged as (
        select distinct c.objective_id, c.indicator_id, a.region_code, a.period_id,
            a.region_code = c.gemeente_code as is_gemeente
        from current_verdict as c
        inner join marts.fct_objective_attainment as a using (objective_id, version)
        where a.is_current or a.region_code <> c.gemeente_code
    )
    select j.objective_id, j.indicator_id, j.region_code, coalesce(r.region_name, j.region_code) as region_name,
        j.period_id, j.is_gemeente, v.value, v.numerator, v.denominator, v.rate_published,
        coalesce(i.rate_base, d.rate_base) as rate_base, i.published_factor, i.published_offset, v.snapshot_id,
        s.source_id, s.dataset_id, s.table_id, s.file_path, s.origin, s.url, s.original_url, s.retrieved_at,
        cast(s.publisher_modified as text) as publisher_modified, s.licence, s.attribution, v.denominator_snapshot_id,
        n.attribution || coalesce(', tabel ' || n.table_id, '') as denominator_attribution,
        coalesce(v.is_synthetic, false) as is_synthetic
    from judged as j
    inner join marts.fct_indicator_value as v
        on v.indicator_id = j.indicator_id and v.region_code = j.region_code and v.period_id = j.period_id
            and v.territory = 'as_published'
    left join marts.dim_region as r on r.region_code = j.region_code
    left join marts.audit_snapshot as s on s.snapshot_id = v.snapshot_id
    left join marts.audit_snapshot as n on n.snapshot_id = v.denominator_snapshot_id
    left join marts.dim_period as p on p.period_id = j.period_id
    left join marts.dim_indicator_version as i
        on i.indicator_id = j.indicator_id
            and p.start_date between coalesce(i.valid_from, p.start_date) and coalesce(i.valid_to, p.start_date)
    left join marts.dim_indicator as d on d.indicator_id = j.indicator_id
    qualify row_number() over (
        partition by j.objective_id, j.region_code, j.period_id
        order by i.version desc nulls last, s.source_id, s.dataset_id, n.source_id, n.dataset_id
    ) = 1
    order by j.objective_id, j.is_gemeente desc, j.region_code, j.period_id desc
"""
