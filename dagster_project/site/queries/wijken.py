"""Rows about wijken: which there are, the newest figures in them, and their shapes.

What belongs here: SQL on the figures and shapes of wijken, and its records. What does not: words, and geometry
(`draw/maps.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.site.draw.maps import Shape
from dagster_project.site.queries.shared import NATION, SOURCE_TEXTS, Reader


@dataclass(frozen=True)
class WijkFigure:
    """The figure of one indicator in one wijk, in the municipality or in the country, in the newest period."""

    indicator_id: str
    bbv_number: int | None
    name_nl: str
    definition_nl: str | None
    unit: str | None
    decimals: int | None
    direction: str | None
    period_id: str
    region_code: str
    value: float | None
    value_status: str | None
    absence: str | None
    is_synthetic: bool
    source_text: str | None


@dataclass(frozen=True)
class Wijk:
    """One wijk of the municipality."""

    region_code: str
    region_name: str


@dataclass(frozen=True)
class WijkRows:
    """Everything that the page of wijken reads for itself."""

    wijken: tuple[Wijk, ...]
    figures: tuple[WijkFigure, ...]
    shapes: tuple[Shape, ...]


_WIJKEN = """
    select region_code, region_name from marts.dim_region
    where region_type = 'wijk' and parent_code = $gemeente and valid_to is null
    order by region_name, region_code
"""

# The newest period in which any wijk has a figure; where none ever had, the newest of which it is said why.
_FIGURES = f"""
    with {SOURCE_TEXTS},
    wijk as (
        select region_code from marts.dim_region where region_type = 'wijk' and parent_code = $gemeente
    ),
    newest as (
        select v.indicator_id, v.period_id
        from marts.fct_indicator_value as v
        inner join wijk using (region_code)
        left join marts.dim_period as p using (period_id)
        where v.territory = 'as_published'
        group by v.indicator_id, v.period_id, p.end_date
        qualify row_number() over (
            partition by v.indicator_id
            order by count(v.value) > 0 desc, p.end_date desc nulls last, v.period_id desc
        ) = 1
    )
    select v.indicator_id, i.bbv_number, coalesce(i.name_nl, v.indicator_id) as name_nl, i.definition_nl, i.unit,
        i.decimals, i.direction, v.period_id, v.region_code, v.value, v.value_status, v.absence,
        coalesce(v.is_synthetic, false) as is_synthetic, coalesce(v.source_text, s.source_text) as source_text
    from marts.fct_indicator_value as v
    inner join newest using (indicator_id, period_id)
    left join marts.dim_indicator as i using (indicator_id)
    left join snapshot as s on s.snapshot_id = v.snapshot_id
    where v.territory = 'as_published'
        and (v.region_code in ($gemeente, $nation) or v.region_code in (select region_code from wijk))
    order by i.bbv_number nulls last, name_nl, v.indicator_id, v.region_code
"""

_SHAPES = """
    select region_code, coalesce(region_name, region_code) as region_name, geometry, crs,
        coalesce(is_synthetic, false) as is_synthetic
    from marts.dim_region_shape
    where region_code in (
        select region_code from marts.dim_region where region_type = 'wijk' and parent_code = $gemeente
    ) or region_code like 'WK' || substr($gemeente, 3) || '%'
    order by region_code
"""


def read_wijken(reader: Reader) -> WijkRows:
    """Read the rows of the page of wijken.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    return WijkRows(
        wijken=reader.rows(Wijk, _WIJKEN),
        figures=reader.rows(WijkFigure, _FIGURES, nation=NATION),
        shapes=reader.rows(Shape, _SHAPES),
    )
