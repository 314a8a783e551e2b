"""What only the exports read: rows of the published schema `marts` of one database, as typed records.

What belongs here: SQL and its records. What does not: words, layout, any computation on a figure, and what the site
reads already, which is taken over from there (`told.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from dagster_project.site.queries import Reader
from dagster_project.site.queries.shared import SOURCE_TEXTS


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
class SourceRow:
    """How one publisher asks to be named, and under which licence."""

    attribution: str
    licence: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class ExportData:
    """What the exports show and the site does not read, for one municipality."""

    figures: tuple[FigureRow, ...]
    comparisons: tuple[ComparisonRow, ...]
    sources: tuple[SourceRow, ...]
    table_comments: dict[str, str]


_FIGURES = f"""
    with {SOURCE_TEXTS}
    select v.indicator_id, coalesce(i.name_nl, v.indicator_id) as indicator, i.bbv_number, v.region_code, r.region_name,
        r.region_type, v.period_id, p.start_date, p.end_date, v.value, i.unit, i.decimals, v.interval_low,
        v.interval_high, v.value_status, v.absence, coalesce(v.source_text, s.source_text) as source,
        coalesce(v.is_synthetic, false) as is_synthetic
    from marts.fct_indicator_value as v
    inner join marts.dim_region as r using (region_code)
    left join marts.dim_indicator as i on i.indicator_id = v.indicator_id
    left join marts.dim_period as p on p.period_id = v.period_id
    left join snapshot as s on s.snapshot_id = v.snapshot_id
    where v.territory = 'as_published'
        and (v.region_code = $gemeente or (r.region_type = 'wijk' and r.parent_code = $gemeente))
    order by i.bbv_number nulls last, indicator, v.indicator_id, r.region_type, v.region_code, p.end_date, v.period_id
"""

_COMPARISONS = """
    select b.indicator_id, coalesce(i.name_nl, b.indicator_id) as indicator, i.bbv_number, b.period_id, b.value, i.unit,
        i.decimals, b.national, b.national_is_derived, b.provincial, b.provincial_is_derived, b.size_class_median,
        b.n_size_class, b.peer_median, b.n_peers, b.rank, b.n_regions, b.percentile, i.direction, b.is_synthetic
    from marts.fct_indicator_benchmark as b
    left join marts.dim_indicator as i on i.indicator_id = b.indicator_id
    left join marts.dim_period as p on p.period_id = b.period_id
    where b.region_code = $gemeente
    order by i.bbv_number nulls last, indicator, b.indicator_id, p.end_date, b.period_id
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
    """Read the rows that only the exports show.

    Args:
        connection: a database with the published schema.
        gemeente: code of the workspace's municipality, `GM0396`.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    reader = Reader(connection, gemeente)
    return ExportData(
        figures=reader.rows(FigureRow, _FIGURES),
        comparisons=reader.rows(ComparisonRow, _COMPARISONS),
        sources=read_sources(connection),
        table_comments=dict(connection.execute(_COMMENTS).fetchall()),
    )


def read_sources(connection: duckdb.DuckDBPyConnection) -> tuple[SourceRow, ...]:
    """How the publishers on whose figures a publication rests ask to be named.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    return tuple(SourceRow(*row) for row in connection.execute(_SOURCES).fetchall())
