"""What the exports read: rows of the published schema `marts` of one database, as typed records.

What belongs here: SQL and its records. What does not: words, layout, and any computation on a figure. What the site
already puts into words is not read again here: see `told.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

import duckdb

from dagster_project.site.queries import NATION

Record = TypeVar("Record")


@dataclass(frozen=True)
class ObjectiveRow:
    """One objective in its current version, with its verdict and its outlook where there is one."""

    objective_id: str
    plan_id: str
    opgave: str
    title: str
    result_area: str | None
    indicator: str | None
    baseline_value: float | None
    baseline_period_id: str | None
    current_value: float | None
    period_id: str | None
    expected_value: float | None
    target_value: float | None
    target_period_id: str | None
    unit: str | None
    decimals: int | None
    status: str
    trend: str | None
    outlook_period_id: str | None
    outlook_value: float | None
    outlook_low: float | None
    outlook_high: float | None
    target_outlook_value: float | None
    probability: float | None
    measures_effect: float | None
    target_outlook_with_measures: float | None
    measures_cost: Decimal | None
    is_beslispunt: bool | None
    next_measurement_due: date | None
    owner: str | None
    instrument: str | None
    rhythm: str | None
    programme: str | None
    source: str | None
    remarks: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class FigureRow:
    """One figure of the gemeente or one of its wijken, within the borders it was published for."""

    indicator_id: str
    indicator: str
    bbv_number: int | None
    region_code: str
    region_name: str
    region_type: str
    period_id: str
    start_date: date | None
    end_date: date | None
    value: float | None
    unit: str | None
    decimals: int | None
    interval_low: float | None
    interval_high: float | None
    value_status: str | None
    absence: str | None
    source: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class ComparisonRow:
    """What the gemeente's figure of one indicator and period is measured by."""

    indicator_id: str
    indicator: str
    bbv_number: int | None
    period_id: str
    value: float
    unit: str | None
    decimals: int | None
    national: float | None
    national_is_derived: bool
    provincial: float | None
    provincial_is_derived: bool
    size_class_median: float | None
    n_size_class: int
    peer_median: float | None
    n_peers: int
    rank: int
    n_regions: int
    percentile: float | None
    direction: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class BudgetRow:
    """One budget line of one year."""

    plan_id: str
    programme: str | None
    budget_line: str | None
    opgave: str | None
    period_id: str
    basis: str | None
    budget: Decimal | None
    actual: Decimal | None
    forecast: Decimal | None
    plan_budget: Decimal | None
    share_of_budget: float | None
    source: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class CostRow:
    """Users and cost of one category of one law in one year; without category the whole, each user counted once."""

    wet: str
    category: str | None
    period_id: str
    users: int | None
    cost: Decimal | None
    cost_per_user: Decimal | None
    source: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class CostChangeRow:
    """Why the cost of one law differs from that of the year before."""

    wet: str
    period_id: str
    previous_period_id: str
    cost_before: Decimal | None
    cost_after: Decimal | None
    change: Decimal | None
    users_effect: Decimal | None
    price_effect: Decimal | None
    mix_effect: Decimal | None
    unsplit_effect: Decimal | None
    break_date: date | None
    break_reason: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class ActionRow:
    """One action of the uitvoeringsprogramma, with the names of the indicators that it serves."""

    action_id: str
    plan_id: str | None
    opgave: str | None
    programme: str | None
    action: str
    indicators: tuple[str, ...]
    state: str | None
    starts: str | None
    ends: str | None
    expected_effect: str | None
    cost: Decimal | None
    source: str | None
    remarks: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class MaatregelRow:
    """One measure of the telling on an objective."""

    objective_id: str
    opgave: str | None
    title: str | None
    edition: str
    maatregel: str
    expected_effect: float | None
    unit: str | None
    decimals: int | None
    effect_period_id: str | None
    cost: Decimal | None
    is_synthetic: bool


@dataclass(frozen=True)
class OpgaveFigureRow:
    """The newest figure of an official indicator that an opgave names, beside the country's of the same period."""

    plan_id: str
    opgave: str
    indicator_id: str
    indicator: str
    bbv_number: int | None
    unit: str | None
    decimals: int | None
    period_id: str | None
    value: float | None
    absence: str | None
    national: float | None
    is_synthetic: bool


@dataclass(frozen=True)
class SourceRow:
    """How one publisher asks to be named, and under which licence."""

    attribution: str
    licence: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class ExportData:
    """What the exports show and the site does not read, for one municipality."""

    objectives: tuple[ObjectiveRow, ...]
    figures: tuple[FigureRow, ...]
    comparisons: tuple[ComparisonRow, ...]
    budget: tuple[BudgetRow, ...]
    costs: tuple[CostRow, ...]
    cost_changes: tuple[CostChangeRow, ...]
    actions: tuple[ActionRow, ...]
    maatregelen: tuple[MaatregelRow, ...]
    opgave_figures: tuple[OpgaveFigureRow, ...]
    sources: tuple[SourceRow, ...]
    table_comments: dict[str, str]


_NAMES = """
    indicator as (
        select indicator_id, bbv_number, name_nl, unit, decimals, direction from marts.dim_indicator
        qualify row_number() over (
            partition by indicator_id order by valid_to desc nulls first, valid_from desc nulls last
        ) = 1
    ),
    region as (
        select region_code, region_name, region_type, parent_code from marts.dim_region
        qualify row_number() over (partition by region_code order by valid_from desc nulls last) = 1
    ),
    objective as (
        select o.* from marts.dim_objective as o
        inner join marts.fct_objective_attainment as a using (objective_id, version)
        where a.is_current
    )
"""

_OBJECTIVES = f"""
    with {_NAMES}
    select o.objective_id, o.plan_id, o.opgave, o.title, o.result_area, i.name_nl as indicator, o.baseline_value,
        o.baseline_period_id, a.current_value, a.period_id, a.expected_value, o.target_value, o.target_period_id,
        o.unit, o.decimals, a.status, u.trend, u.outlook_period_id, u.outlook_value, u.outlook_low, u.outlook_high,
        u.target_outlook_value, a.probability, u.measures_effect, u.target_outlook_with_measures, u.measures_cost,
        u.is_beslispunt, a.next_measurement_due, o.owner, o.instrument, o.rhythm, o.programme, o.source, o.remarks,
        coalesce(a.is_synthetic, false) as is_synthetic
    from objective as o
    inner join marts.fct_objective_attainment as a using (objective_id, version)
    left join indicator as i on i.indicator_id = o.indicator_id
    left join marts.fct_objective_outlook as u
        on u.objective_id = o.objective_id and u.version = o.version and u.region_code = a.region_code
    where a.is_current
    order by o.plan_id, o.opgave_order, o.objective_order, o.objective_id
"""

_FIGURES = f"""
    with {_NAMES},
    snapshot as (
        select snapshot_id,
            regexp_replace(attribution, '^Bron: ', '') || coalesce(', tabel ' || table_id, '') as source_text
        from marts.audit_snapshot
    )
    select v.indicator_id, coalesce(i.name_nl, v.indicator_id) as indicator, i.bbv_number, v.region_code, r.region_name,
        r.region_type, v.period_id, p.start_date, p.end_date, v.value, i.unit, i.decimals, v.interval_low,
        v.interval_high, v.value_status, v.absence, coalesce(v.source_text, s.source_text) as source,
        coalesce(v.is_synthetic, false) as is_synthetic
    from marts.fct_indicator_value as v
    inner join region as r using (region_code)
    left join indicator as i on i.indicator_id = v.indicator_id
    left join marts.dim_period as p on p.period_id = v.period_id
    left join snapshot as s on s.snapshot_id = v.snapshot_id
    where v.territory = 'as_published'
        and (v.region_code = $gemeente or (r.region_type = 'wijk' and r.parent_code = $gemeente))
    order by i.bbv_number nulls last, indicator, v.indicator_id, r.region_type, v.region_code, p.end_date, v.period_id
"""

_COMPARISONS = f"""
    with {_NAMES}
    select b.indicator_id, coalesce(i.name_nl, b.indicator_id) as indicator, i.bbv_number, b.period_id, b.value, i.unit,
        i.decimals, b.national, b.national_is_derived, b.provincial, b.provincial_is_derived, b.size_class_median,
        b.n_size_class, b.peer_median, b.n_peers, b.rank, b.n_regions, b.percentile, i.direction, b.is_synthetic
    from marts.fct_indicator_benchmark as b
    left join indicator as i on i.indicator_id = b.indicator_id
    left join marts.dim_period as p on p.period_id = b.period_id
    where b.region_code = $gemeente
    order by i.bbv_number nulls last, indicator, b.indicator_id, p.end_date, b.period_id
"""

_BUDGET = """
    select b.plan_id, b.programme, b.budget_line, b.opgave, b.period_id, b.basis, b.budget, b.actual, b.forecast,
        b.plan_budget, b.share_of_budget, b.source, b.is_synthetic
    from marts.fct_budget as b
    left join marts.dim_opgave as o on o.plan_id = b.plan_id and o.opgave = b.opgave
    order by b.plan_id, b.period_id, b.basis, o.opgave_order nulls last, b.programme nulls last, b.budget_line
"""

_COSTS = """
    select wet, category, period_id, users, cost, cost_per_user, source, is_synthetic
    from marts.fct_cost
    order by wet, period_id, category nulls first
"""

_COST_CHANGES = """
    select wet, period_id, previous_period_id, cost_before, cost_after, change, users_effect, price_effect, mix_effect,
        unsplit_effect, break_date, break_reason, is_synthetic
    from marts.fct_cost_change
    order by wet, period_id
"""

_ACTIONS = f"""
    with {_NAMES},
    served as (
        select l.action_id, list(coalesce(i.name_nl, l.indicator_id) order by i.name_nl, l.indicator_id) as indicators
        from marts.dim_action_indicator as l
        left join indicator as i using (indicator_id)
        group by l.action_id
    )
    select a.action_id, a.plan_id, a.opgave, a.programme, a.action, coalesce(s.indicators, []) as indicators, a.state,
        a.starts, a.ends, a.expected_effect, a.cost, a.source, a.remarks, a.is_synthetic
    from marts.dim_action as a
    left join served as s using (action_id)
    left join marts.dim_opgave as o on o.plan_id = a.plan_id and o.opgave = a.opgave
    order by a.plan_id, o.opgave_order nulls last, a.opgave, a.programme, a.action_id
"""

_MAATREGELEN = f"""
    with {_NAMES}
    select m.objective_id, o.opgave, o.title, m.edition, m.maatregel, m.expected_effect, o.unit, o.decimals,
        m.effect_period_id, m.cost, m.is_synthetic
    from marts.dim_maatregel as m
    left join objective as o using (objective_id)
    order by m.edition desc, o.plan_id, o.opgave_order, o.objective_order, m.objective_id, m.maatregel_order
"""

# The newest period for which the gemeente has a figure, or else the newest of which it is said why there is none.
_OPGAVE_FIGURES = f"""
    with {_NAMES},
    newest as (
        select v.indicator_id, v.period_id, v.value, v.absence, v.is_synthetic
        from marts.fct_indicator_value as v
        left join marts.dim_period as p using (period_id)
        where v.territory = 'as_published' and v.region_code = $gemeente
        qualify row_number() over (
            partition by v.indicator_id order by v.value is null, p.end_date desc nulls last, v.period_id desc
        ) = 1
    )
    select o.plan_id, o.opgave, o.indicator_id, coalesce(i.name_nl, o.indicator_id) as indicator, i.bbv_number, i.unit,
        i.decimals, n.period_id, n.value, n.absence, coalesce(nation.value, b.national) as national,
        coalesce(n.is_synthetic, false) as is_synthetic
    from marts.dim_opgave_indicator as o
    left join indicator as i using (indicator_id)
    left join newest as n using (indicator_id)
    left join marts.fct_indicator_benchmark as b
        on b.indicator_id = o.indicator_id and b.period_id = n.period_id and b.region_code = $gemeente
    left join marts.fct_indicator_value as nation
        on nation.indicator_id = o.indicator_id and nation.period_id = n.period_id
            and nation.territory = 'as_published' and nation.region_code = $nation
    order by o.plan_id, o.opgave, o.place, o.indicator_id
"""

_SOURCES = """
    select distinct attribution, licence, coalesce(is_synthetic, false) as is_synthetic
    from marts.audit_snapshot
    where is_serving and attribution is not null
    order by is_synthetic, attribution, licence
"""

_COMMENTS = """
    select table_name, comment from duckdb_tables()
    where database_name = current_database() and schema_name = 'marts' and comment is not null
    order by table_name
"""


def read_export_data(connection: duckdb.DuckDBPyConnection, gemeente: str) -> ExportData:
    """Read all rows that the exports show.

    Args:
        connection: a database with the published schema.
        gemeente: code of the workspace's municipality, `GM0396`.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """

    def read(record: type[Record], sql: str, **parameters: str) -> tuple[Record, ...]:
        cursor = connection.execute(sql, parameters or None)
        names = [column[0] for column in cursor.description or ()]
        return tuple(record(**dict(zip(names, map(_frozen, row), strict=True))) for row in cursor.fetchall())

    return ExportData(
        objectives=read(ObjectiveRow, _OBJECTIVES),
        figures=read(FigureRow, _FIGURES, gemeente=gemeente),
        comparisons=read(ComparisonRow, _COMPARISONS, gemeente=gemeente),
        budget=read(BudgetRow, _BUDGET),
        costs=read(CostRow, _COSTS),
        cost_changes=read(CostChangeRow, _COST_CHANGES),
        actions=read(ActionRow, _ACTIONS),
        maatregelen=read(MaatregelRow, _MAATREGELEN),
        opgave_figures=read(OpgaveFigureRow, _OPGAVE_FIGURES, gemeente=gemeente, nation=NATION),
        sources=read(SourceRow, _SOURCES),
        table_comments=dict(connection.execute(_COMMENTS).fetchall()),
    )


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
