"""Rows about objectives: their current version with its verdict, their figures, versions and outlook.

What belongs here: SQL on the tables of objectives, and its records. What does not: words, drawing, and any computation
on a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dagster_project.site.queries.shared import SOURCE_TEXTS


@dataclass(frozen=True)
class Objective:
    """One objective in its current version, with the row that now judges it."""

    objective_id: str
    version: int
    plan_id: str
    opgave: str
    title: str
    result_area: str | None
    indicator_id: str | None
    kind: str | None
    direction: str | None
    baseline_value: float | None
    baseline_period_id: str | None
    target_rule: float | None
    target_value: float | None
    target_period_id: str | None
    margin: float | None
    unit: str | None
    decimals: int | None
    owner: str | None
    instrument: str | None
    rhythm: str | None
    programme: str | None
    source: str | None
    remarks: str | None
    valid_from: date | None
    snapshot_id: str | None
    region_code: str
    current_value: float | None
    period_id: str | None
    expected_value: float | None
    status: str
    probability: float | None
    next_measurement_due: date | None
    is_overdue: bool
    is_synthetic: bool
    ratio: float | None = None
    indicator_name: str | None = None
    definition_nl: str | None = None


@dataclass(frozen=True)
class WijkVerdict:
    """The newest verdict on one objective in one wijk."""

    objective_id: str
    region_code: str
    region_name: str
    period_id: str | None
    current_value: float | None
    status: str
    is_synthetic: bool


@dataclass(frozen=True)
class ObjectiveVersion:
    """One version of an objective: what held from a day on."""

    objective_id: str
    version: int
    title: str
    result_area: str | None
    kind: str | None
    direction: str | None
    baseline_value: float | None
    baseline_period_id: str | None
    target_rule: float | None
    target_value: float | None
    target_period_id: str | None
    margin: float | None
    unit: str | None
    decimals: int | None
    owner: str | None
    instrument: str | None
    rhythm: str | None
    programme: str | None
    remarks: str | None
    valid_from: date | None
    is_current: bool


@dataclass(frozen=True)
class Outlook:
    """The trend of one objective in one region and where it will stand: a year ahead and at the date of its target."""

    objective_id: str
    region_code: str
    n_points: int | None
    window_start: str | None
    window_end: str | None
    trend: str | None
    slope: float | None
    p_value: float | None
    change: float | None
    change_from_period_id: str | None
    change_to_period_id: str | None
    change_is_real: bool | None
    outlook_period_id: str | None
    outlook_value: float | None
    outlook_low: float | None
    outlook_high: float | None
    target_period_id: str | None
    target_outlook_value: float | None
    target_outlook_low: float | None
    target_outlook_high: float | None
    probability: float | None
    measures_effect: float | None
    outlook_with_measures: float | None
    target_outlook_with_measures: float | None
    measures_cost: Decimal | None
    misses_target: bool
    is_beslispunt: bool
    is_synthetic: bool


@dataclass(frozen=True)
class Break:
    """A day from which the figures of an objective's indicator can no longer be held against those before it."""

    objective_id: str
    break_date: date
    reason: str


OBJECTIVES = """
    select o.objective_id, o.version, o.plan_id, o.opgave, o.title, o.result_area, o.indicator_id, o.kind,
        o.direction, o.baseline_value, o.baseline_period_id, o.target_rule, o.target_value, o.target_period_id,
        o.margin, o.unit, o.decimals, o.owner, o.instrument, o.rhythm, o.programme, o.source, o.remarks, o.valid_from,
        o.snapshot_id,
        a.region_code, a.current_value, a.period_id, a.expected_value, a.status, a.probability,
        a.next_measurement_due, coalesce(a.is_overdue, false) as is_overdue,
        coalesce(a.is_synthetic, false) as is_synthetic, a.ratio, i.name_nl as indicator_name, i.definition_nl
    from marts.fct_objective_attainment as a
    inner join marts.dim_objective as o using (objective_id, version)
    left join marts.dim_indicator as i on i.indicator_id = o.indicator_id
    where a.is_current
    order by o.plan_id, o.opgave_order, o.objective_order, o.objective_id
"""

OBJECTIVE_POINTS = f"""
    with {SOURCE_TEXTS},
    wanted as (
        select distinct o.indicator_id, a.region_code
        from marts.fct_objective_attainment as a
        inner join marts.dim_objective as o using (objective_id, version)
        where a.is_current and o.indicator_id is not null
    )
    select v.indicator_id, v.region_code, coalesce(r.region_name, v.region_code) as region_name, v.period_id, v.value,
        v.interval_low, v.interval_high, v.value_status, v.absence, coalesce(v.is_synthetic, false) as is_synthetic,
        coalesce(v.source_text, s.source_text) as source_text,
        d.source_text as denominator_source, v.snapshot_id
    from marts.fct_indicator_value as v
    inner join wanted using (indicator_id, region_code)
    left join marts.dim_region as r using (region_code)
    left join snapshot as s on s.snapshot_id = v.snapshot_id
    left join snapshot as d on d.snapshot_id = v.denominator_snapshot_id
    where v.territory = 'as_published'
    order by v.indicator_id, v.period_id
"""

WIJK_VERDICTS = """
    select a.objective_id, a.region_code, coalesce(r.region_name, a.region_code) as region_name, a.period_id,
        a.current_value, a.status, coalesce(a.is_synthetic, false) as is_synthetic
    from marts.fct_objective_attainment as a
    inner join marts.fct_objective_attainment as main
        on main.objective_id = a.objective_id and main.version = a.version and main.is_current
    left join marts.dim_region as r on r.region_code = a.region_code
    left join marts.dim_period as p on p.period_id = a.period_id
    where a.region_code <> main.region_code
    qualify row_number() over (
        partition by a.objective_id, a.region_code order by p.end_date desc nulls last, a.period_id desc
    ) = 1
    order by a.objective_id, a.region_code
"""

VERSIONS = """
    select objective_id, version, title, result_area, kind, direction, baseline_value, baseline_period_id, target_rule,
        target_value, target_period_id, margin, unit, decimals, owner, instrument, rhythm, programme, remarks,
        valid_from, is_current
    from marts.dim_objective
    order by objective_id, version
"""

OUTLOOKS = """
    select o.objective_id, o.region_code, o.n_points, o.window_start, o.window_end, o.trend, o.slope, o.p_value,
        o.change, o.change_from_period_id, o.change_to_period_id, o.change_is_real, o.outlook_period_id,
        o.outlook_value, o.outlook_low, o.outlook_high, o.target_period_id, o.target_outlook_value,
        o.target_outlook_low, o.target_outlook_high, o.probability, o.measures_effect, o.outlook_with_measures,
        o.target_outlook_with_measures, o.measures_cost, coalesce(o.misses_target, false) as misses_target,
        coalesce(o.is_beslispunt, false) as is_beslispunt, coalesce(o.is_synthetic, false) as is_synthetic
    from marts.fct_objective_outlook as o
    inner join marts.fct_objective_attainment as a using (objective_id, version)
    where a.is_current
    order by o.objective_id, o.region_code
"""

BREAKS = """
    select o.objective_id, b.break_date, b.reason
    from marts.fct_break as b
    inner join marts.dim_objective as o using (indicator_id)
    where o.is_current and (b.region_code is null or b.region_code = $gemeente)
    order by o.objective_id, b.break_date
"""
