"""What the pages read: rows of the schemas `marts` and `intermediate` of one build database, as typed records.

What belongs here: SQL and its records. What does not: words, drawing, and any computation on a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import duckdb

NATION = "NL01"
Record = TypeVar("Record")


@dataclass(frozen=True)
class Objective:
    """One objective in its current version, with the row that now judges it."""

    objective_id: str
    plan_id: str
    opgave: str
    title: str
    indicator_id: str | None
    kind: str
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
    source: str | None
    region_code: str
    current_value: float | None
    period_id: str | None
    expected_value: float | None
    status: str
    probability: float | None
    next_measurement_due: date | None
    is_overdue: bool
    is_synthetic: bool


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
class Indicator:
    """One indicator in its newest version, with the trend of the municipality where there is one."""

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
class SnapshotRow:
    """One snapshot that this publication stands on, with what its publisher says of the table and its last attempt."""

    snapshot_id: str
    source_id: str
    dataset_id: str
    table_id: str | None
    origin: str
    url: str | None
    original_url: str | None
    retrieved_at: datetime
    publisher_modified: str | None
    licence: str | None
    attribution: str | None
    is_synthetic: bool
    publisher_status: str | None = None
    successor_table_id: str | None = None
    successor_note: str | None = None
    trouble: str | None = None
    trouble_since: datetime | None = None


@dataclass(frozen=True)
class ValidationRow:
    """What one expectation found."""

    stage: str
    suite: str
    table_name: str | None
    expectation: str
    column_name: str | None
    severity: str
    result: str
    observed: str | None
    expected: str | None
    unexpected_count: int | None
    element_count: int | None
    message: str | None


@dataclass(frozen=True)
class PageData:
    """Everything that the two pages show, for one municipality."""

    objectives: tuple[Objective, ...]
    objective_points: tuple[Point, ...]
    wijk_verdicts: tuple[WijkVerdict, ...]
    indicators: tuple[Indicator, ...]
    indicator_points: tuple[Point, ...]
    benchmarks: tuple[Benchmark, ...]
    peers: tuple[Peer, ...]
    characteristics: tuple[Characteristic, ...]
    bbv_total: int
    bbv_filled: int
    snapshots: tuple[SnapshotRow, ...]
    validations: tuple[ValidationRow, ...]


_NAMES = """
    snapshot as (
        select snapshot_id,
            regexp_replace(attribution, '^Bron: ', '') || coalesce(', tabel ' || table_id, '') as source_text
        from marts.audit_snapshot
    ),
    region as (
        select region_code, region_name from marts.dim_region
        qualify row_number() over (partition by region_code order by valid_from desc nulls last) = 1
    )
"""

_OBJECTIVES = """
    select o.objective_id, o.plan_id, o.opgave, o.title, o.indicator_id, o.kind, o.direction,
        o.baseline_value, o.baseline_period_id, o.target_rule, o.target_value,
        o.target_period_id, o.margin, o.unit, o.decimals, o.owner, o.instrument, o.rhythm, o.source,
        a.region_code, a.current_value, a.period_id, a.expected_value, a.status, a.probability,
        a.next_measurement_due, coalesce(a.is_overdue, false) as is_overdue,
        coalesce(a.is_synthetic, false) as is_synthetic
    from marts.fct_objective_attainment as a
    inner join intermediate.int_objective as o using (objective_id, version)
    where a.is_current
    order by o.plan_id, o.opgave_order, o.objective_order, o.objective_id
"""

# A figure that arrived by hand and the published figure may be the same measurement: one point per period.
_OBJECTIVE_POINTS = f"""
    with {_NAMES},
    figure as (
        select v.indicator_id, v.region_code, v.period_id, v.value, v.interval_low, v.interval_high, v.value_status,
            v.absence, v.is_synthetic, s.source_text, d.source_text as denominator_source, 2 as rank
        from marts.fct_indicator_value as v
        left join snapshot as s on s.snapshot_id = v.snapshot_id
        left join snapshot as d on d.snapshot_id = v.denominator_snapshot_id
        where v.territory = 'as_published'
        union all
        select indicator_id, region_code, period_id, value, interval_low, interval_high, null, absence, is_synthetic,
            source_text, null, 1
        from intermediate.int_measurement
    ),
    wanted as (
        select distinct o.indicator_id, a.region_code
        from marts.fct_objective_attainment as a
        inner join intermediate.int_objective as o using (objective_id, version)
        where a.is_current
    )
    select f.indicator_id, f.region_code, coalesce(r.region_name, f.region_code) as region_name, f.period_id, f.value,
        f.interval_low, f.interval_high, f.value_status, f.absence, coalesce(f.is_synthetic, false) as is_synthetic,
        f.source_text, f.denominator_source
    from figure as f
    inner join wanted using (indicator_id, region_code)
    left join region as r using (region_code)
    qualify row_number() over (partition by f.indicator_id, f.region_code, f.period_id order by f.rank) = 1
    order by f.indicator_id, f.period_id
"""

_WIJK_VERDICTS = f"""
    with {_NAMES}
    select a.objective_id, a.region_code, coalesce(r.region_name, a.region_code) as region_name, a.period_id,
        a.current_value, a.status, coalesce(a.is_synthetic, false) as is_synthetic
    from marts.fct_objective_attainment as a
    inner join marts.fct_objective_attainment as main
        on main.objective_id = a.objective_id and main.version = a.version and main.is_current
    left join region as r on r.region_code = a.region_code
    left join marts.dim_period as p on p.period_id = a.period_id
    where a.region_code <> main.region_code
    qualify row_number() over (
        partition by a.objective_id, a.region_code order by p.end_date desc nulls last, a.period_id desc
    ) = 1
    order by a.objective_id, a.region_code
"""

# Indicators that already stand under an objective are not shown twice, unless they are official (BBV) ones.
_INDICATORS = """
    with register as (
        select * from marts.dim_indicator
        qualify row_number() over (
            partition by indicator_id order by valid_to desc nulls first, valid_from desc nulls last
        ) = 1
    )
    select i.indicator_id, i.bbv_number, i.name_nl, i.definition_nl, i.unit, i.decimals, i.direction, i.rhythm,
        t.n_points, t.trend, t.window_start, t.window_end
    from register as i
    left join marts.fct_indicator_trend as t on t.indicator_id = i.indicator_id and t.region_code = $gemeente
    where exists (
            select 1 from marts.fct_indicator_value as v
            where v.indicator_id = i.indicator_id and v.region_code = $gemeente and v.territory = 'as_published'
                and (v.value is not null or v.absence = 'suppressed')
        )
        and (i.bbv_number is not null or i.indicator_id not in (
            select indicator_id from intermediate.int_objective where indicator_id is not null
        ))
    order by i.bbv_number nulls last, i.name_nl
"""

_INDICATOR_POINTS = f"""
    with {_NAMES}
    select v.indicator_id, v.region_code, coalesce(r.region_name, v.region_code) as region_name, v.period_id, v.value,
        v.interval_low, v.interval_high, v.value_status, v.absence, coalesce(v.is_synthetic, false) as is_synthetic,
        s.source_text, d.source_text as denominator_source
    from marts.fct_indicator_value as v
    left join region as r using (region_code)
    left join snapshot as s on s.snapshot_id = v.snapshot_id
    left join snapshot as d on d.snapshot_id = v.denominator_snapshot_id
    where v.territory = 'as_published' and v.region_code in ($gemeente, $nation)
    order by v.indicator_id, v.period_id
"""

_BENCHMARKS = f"""
    with {_NAMES},
    sharing as (
        select indicator_id, period_id, rank, count(*) as n_equal
        from marts.fct_indicator_benchmark group by indicator_id, period_id, rank
    )
    select b.indicator_id, b.period_id, b.value, b.national, b.national_is_derived,
        province.region_name as province_name, b.provincial, b.provincial_is_derived, own.size_class,
        b.size_class_median, b.n_size_class, b.peer_median, b.n_peers, b.rank, s.n_equal, b.n_regions, b.is_synthetic
    from marts.fct_indicator_benchmark as b
    inner join sharing as s using (indicator_id, period_id, rank)
    left join marts.dim_region as own using (region_code)
    left join region as province on province.region_code = own.parent_code
    where b.region_code = $gemeente
    order by b.indicator_id, b.period_id
"""

_PEERS = f"""
    with {_NAMES}
    select p.peer_code as region_code, coalesce(r.region_name, p.peer_code) as region_name, p.distance,
        p.n_characteristics, p.is_synthetic
    from marts.dim_peer as p
    left join region as r on r.region_code = p.peer_code
    where p.region_code = $gemeente
    order by p.rank
"""

_CHARACTERISTICS = """
    select region_code, characteristic, period_id, value
    from marts.dim_region_profile
    where region_code = $gemeente
        or region_code in (select peer_code from marts.dim_peer where region_code = $gemeente)
    order by region_code, characteristic
"""

_BBV = """
    select count(distinct bbv_number), count(distinct bbv_number) filter (
        where indicator_id in (select indicator_id from marts.fct_indicator_value
            where region_code = $gemeente and territory = 'as_published' and value is not null)
    ) from marts.dim_indicator where bbv_number is not null
"""

_SNAPSHOTS = """
    select s.snapshot_id, s.source_id, s.dataset_id, s.table_id, s.origin, s.url, s.original_url, s.retrieved_at,
        cast(s.publisher_modified as text) as publisher_modified, s.licence, s.attribution,
        coalesce(s.is_synthetic, false) as is_synthetic,
        d.publisher_status, d.successor_table_id, d.successor_note, a.trouble, a.trouble_since
    from marts.audit_snapshot as s
    left join marts.dim_dataset as d on d.source_id = s.source_id and d.dataset_id = s.dataset_id
    left join marts.audit_dataset as a on a.source_id = s.source_id and a.dataset_id = s.dataset_id
    where s.is_serving
    order by s.is_synthetic, s.source_id, s.dataset_id, s.retrieved_at
"""

_VALIDATIONS = """
    select stage, suite, table_name, expectation, column_name, severity, result, observed, expected,
        unexpected_count, element_count, message
    from marts.audit_validation
"""


def read_page_data(connection: duckdb.DuckDBPyConnection, gemeente: str) -> PageData:
    """Read all rows that the pages show.

    Args:
        connection: the build database.
        gemeente: code of the workspace's municipality, `GM0396`.
    """

    def read(record: type[Record], sql: str, **parameters: str) -> tuple[Record, ...]:
        cursor = connection.execute(sql, parameters or None)
        names = [column[0] for column in cursor.description or ()]
        return tuple(record(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())

    bbv: Any = connection.execute(_BBV, {"gemeente": gemeente}).fetchone()
    return PageData(
        objectives=read(Objective, _OBJECTIVES),
        objective_points=read(Point, _OBJECTIVE_POINTS),
        wijk_verdicts=read(WijkVerdict, _WIJK_VERDICTS),
        indicators=read(Indicator, _INDICATORS, gemeente=gemeente),
        indicator_points=read(Point, _INDICATOR_POINTS, gemeente=gemeente, nation=NATION),
        benchmarks=read(Benchmark, _BENCHMARKS, gemeente=gemeente),
        peers=read(Peer, _PEERS, gemeente=gemeente),
        characteristics=read(Characteristic, _CHARACTERISTICS, gemeente=gemeente),
        bbv_total=bbv[0],
        bbv_filled=bbv[1],
        snapshots=read(SnapshotRow, _SNAPSHOTS),
        validations=read(ValidationRow, _VALIDATIONS),
    )
