"""The wijken with their newest figures as one GeoJSON file, `wijken.geojson`: a layer for QGIS and other map programs.

The form is that of RFC 7946, with the member `crs` of the GeoJSON of 2008 where the shapes are in Rijksdriehoek: GDAL,
and with it QGIS, reads it there.

What belongs here: shapes and figures as features. What does not: which figure is the newest (`v_wijken`), and
drawing (`site/`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.site.draw.maps import Shape

LAYER = "wijken.geojson"
_WGS84 = "EPSG:4326"


@dataclass(frozen=True)
class WijkFigure:
    """The newest figure of a wijk."""

    indicator_id: str
    region_code: str
    period_id: str
    value: float
    difference: float | None
    is_synthetic: bool


_SHAPES = """
    select region_code, region_name, geometry, crs, is_synthetic
    from marts.dim_region_shape
    order by region_code
"""

_FIGURES = """
    select indicator_id, wijkcode, periode, waarde, verschil, is_synthetisch
    from marts.v_wijken
    where is_nieuwste
    order by indicator_id, wijkcode
"""


def write_wijken(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write a feature per wijk of which the shape is known; nothing where none is.

    Every indicator has its id with the value, and with `_periode` and `_verschil` after it the period and, where any
    wijk has one, the difference with the gemeente. All wijken have the same properties, as columns of a layer.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    shapes = [Shape(*row) for row in connection.execute(_SHAPES).fetchall()]
    if not shapes:
        return
    figures = [WijkFigure(*row) for row in connection.execute(_FIGURES).fetchall()]
    path.write_text(f"{json.dumps(collection(shapes, figures), ensure_ascii=False)}\n", encoding="utf-8", newline="\n")


def collection(shapes: list[Shape], figures: list[WijkFigure]) -> dict[str, Any]:
    """The GeoJSON document. The shapes come from one file, and so share one way of giving places."""
    crs = shapes[0].crs
    named = {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs.replace(':', '::')}"}}}
    return {
        "type": "FeatureCollection",
        "name": "wijken",
        **({} if crs == _WGS84 else named),
        "features": [_feature(shape, figures) for shape in shapes],
    }


def _feature(shape: Shape, figures: list[WijkFigure]) -> dict[str, Any]:
    indicators = dict.fromkeys(figure.indicator_id for figure in figures)
    compared = {figure.indicator_id for figure in figures if figure.difference is not None}
    own = {figure.indicator_id: figure for figure in figures if figure.region_code == shape.region_code}
    properties: dict[str, Any] = {"wijkcode": shape.region_code, "wijk": shape.region_name}
    for indicator in indicators:
        figure = own.get(indicator)
        properties[indicator] = figure.value if figure else None
        properties[f"{indicator}_periode"] = figure.period_id if figure else None
        if indicator in compared:
            properties[f"{indicator}_verschil"] = figure.difference if figure else None
    properties["is_synthetisch"] = shape.is_synthetic or any(figure.is_synthetic for figure in own.values())
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shape.geometry)}
