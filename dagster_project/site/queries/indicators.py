"""Rows about indicators: their figures, trends and comparison with other gemeenten.

What belongs here: SQL on the tables of indicators, and its records. What does not: words, drawing, and any computation
on a figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.site.queries.shared import SOURCE_TEXTS


@dataclass(frozen=True)
class Point:
    """One figure of one indicator: region and period. `value` is None where `absence` says why."""

    indicator_id: str
    region_code: str
    region_name: str
    period_id: str
    value: float | None
    interval_low: float | None
    interval_high: float | None
    value_status: str | None
    absence: str | None
    is_synthetic: bool
    source_text: str | None
    denominator_source: str | None
    snapshot_id: str | None


@dataclass(frozen=True)
class Indicator:
    """One indicator, with the trend of the municipality where there is one."""

    indicator_id: str
    bbv_number: int | None
    name_nl: str
    definition_nl: str | None
    unit: str | None
    decimals: int | None
    direction: str | None
    rhythm: str | None
    n_points: int | None
    trend: str | None
    window_start: str | None
    window_end: str | None


@dataclass(frozen=True)
class Benchmark:
    """What the municipality's figure of one indicator and period is measured by; `n_equal` gemeenten have its value."""

    indicator_id: str
    period_id: str
    value: float
    national: float | None
    national_is_derived: bool
    province_name: str | None
    provincial: float | None
    provincial_is_derived: bool
    size_class: str | None
    size_class_median: float | None
    n_size_class: int
    peer_median: float | None
    n_peers: int
    rank: int
    n_equal: int
    n_regions: int
    is_synthetic: bool


@dataclass(frozen=True)
class Peer:
    """A gemeente that is like the municipality."""

    region_code: str
    region_name: str
    distance: float
    n_characteristics: int
    is_synthetic: bool


@dataclass(frozen=True)
class Characteristic:
    """One characteristic of the municipality or a peer."""

    region_code: str
    characteristic: str
    period_id: str
    value: float


@dataclass(frozen=True)
class IndicatorName:
    """What an indicator is called."""

    indicator_id: str
    name_nl: str


@dataclass(frozen=True)
class BbvCount:
    """How many indicators the national register has, and of how many the municipality has a figure."""

    total: int
    filled: int


# Indicators that already stand under an objective are not shown twice, unless they are official (BBV) ones.
INDICATORS = """
    select i.indicator_id, i.bbv_number, i.name_nl, i.definition_nl, i.unit, i.decimals, i.direction, i.rhythm,
        t.n_points, t.trend, t.window_start, t.window_end
    from marts.dim_indicator as i
    left join marts.fct_indicator_trend as t on t.indicator_id = i.indicator_id and t.region_code = $gemeente
    where exists (
            select 1 from marts.fct_indicator_value as v
            where v.indicator_id = i.indicator_id and v.region_code = $gemeente and v.territory = 'as_published'
                and (v.value is not null or v.absence = 'suppressed')
        )
        and (i.bbv_number is not null or i.indicator_id not in (
            select indicator_id from marts.dim_objective where indicator_id is not null
        ))
    order by i.bbv_number nulls last, i.name_nl
"""

INDICATOR_POINTS = f"""
    with {SOURCE_TEXTS}
    select v.indicator_id, v.region_code, coalesce(r.region_name, v.region_code) as region_name, v.period_id, v.value,
        v.interval_low, v.interval_high, v.value_status, v.absence, coalesce(v.is_synthetic, false) as is_synthetic,
        coalesce(v.source_text, s.source_text) as source_text, d.source_text as denominator_source, v.snapshot_id
    from marts.fct_indicator_value as v
    left join marts.dim_region as r using (region_code)
    left join snapshot as s on s.snapshot_id = v.snapshot_id
    left join snapshot as d on d.snapshot_id = v.denominator_snapshot_id
    where v.territory = 'as_published' and v.region_code in ($gemeente, $nation)
    order by v.indicator_id, v.period_id
"""

BENCHMARKS = """
    with sharing as (
        select indicator_id, period_id, rank, count(*) as n_equal
        from marts.fct_indicator_benchmark group by indicator_id, period_id, rank
    )
    select b.indicator_id, b.period_id, b.value, b.national, b.national_is_derived,
        province.region_name as province_name, b.provincial, b.provincial_is_derived, own.size_class,
        b.size_class_median, b.n_size_class, b.peer_median, b.n_peers, b.rank, s.n_equal, b.n_regions, b.is_synthetic
    from marts.fct_indicator_benchmark as b
    inner join sharing as s using (indicator_id, period_id, rank)
    left join marts.dim_region as own using (region_code)
    left join marts.dim_region as province on province.region_code = own.parent_code
    where b.region_code = $gemeente
    order by b.indicator_id, b.period_id
"""

PEERS = """
    select p.peer_code as region_code, coalesce(r.region_name, p.peer_code) as region_name, p.distance,
        p.n_characteristics, p.is_synthetic
    from marts.dim_peer as p
    left join marts.dim_region as r on r.region_code = p.peer_code
    where p.region_code = $gemeente
    order by p.rank
"""

CHARACTERISTICS = """
    select region_code, characteristic, period_id, value
    from marts.dim_region_profile
    where region_code = $gemeente
        or region_code in (select peer_code from marts.dim_peer where region_code = $gemeente)
    order by region_code, characteristic
"""

BBV = """
    select count(distinct bbv_number) as total, count(distinct bbv_number) filter (
        where indicator_id in (select indicator_id from marts.fct_indicator_value
            where region_code = $gemeente and territory = 'as_published' and value is not null)
    ) as filled from marts.dim_indicator where bbv_number is not null
"""

INDICATOR_NAMES = """
    select indicator_id, name_nl from marts.dim_indicator order by indicator_id
"""
