"""The charts of the page that compares, as Vega-Lite draws them through vl-convert: a rival to `site/draw/lines.py`.

What belongs here: specifications of the same charts, from the same figures. What does not: timing (`site.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import vl_convert
from markupsafe import Markup

from dagster_project.site.draw.charts import Series, value_domain

_OWN, _OTHER = "#154273", "#b35c00"
_CONFIG = {"font": "sans-serif", "view": {"stroke": None}, "axis": {"labelFontSize": 14, "labelPadding": 6}}


def line_chart(series: Sequence[Series], *, chart_id: str, summary: str) -> Markup:
    """Lines over the years, one per region; missing values break the line."""
    rows = [
        {"jaar": x, "waarde": value, "regio": one.name}
        for one in series
        for x, value in sorted(one.points, key=lambda point: point[0])
    ]
    years = sorted({edge for row in rows for edge in (math.floor(row["jaar"]), math.ceil(row["jaar"]))})  # type: ignore[arg-type]
    across = {"field": "jaar", "type": "quantitative", "axis": {"title": None, "format": "d", "values": years}}
    up = {"field": "waarde", "type": "quantitative", "axis": {"title": None, "format": ",.1f", "tickCount": 5}}
    encoding = {
        "x": {**across, "scale": {"zero": False, "nice": False, "domain": [years[0], years[-1]]}},
        "y": {**up, "scale": {"domain": value_domain(series), "nice": 5}},
        "color": _colours([(one.name, one.is_gemeente) for one in series]),
    }
    lines = {"mark": {"type": "line", "strokeWidth": 2.5, "invalid": "break-paths-filter-domains"}}
    points = {"mark": {"type": "point", "filled": True, "size": 55}}
    spec = {"width": 280, "height": 170, "data": {"values": rows}, "encoding": encoding, "layer": [lines, points]}
    return _drawn(spec, chart_id, summary)


def bar_chart(bars: Sequence[tuple[str, float, str, bool]], *, chart_id: str, summary: str) -> Markup:
    """One bar per region from zero, each with its value written at its end."""
    rows = [{"regio": name, "waarde": value, "tekst": text} for name, value, text, _ in bars]
    place = {"field": "regio", "type": "nominal", "sort": [name for name, *_ in bars], "axis": {"title": None}}
    length = {"field": "waarde", "type": "quantitative", "axis": None, "scale": {"zero": True}}
    colour = _colours([(name, is_own) for name, _, _, is_own in bars])
    shapes = {"mark": {"type": "bar", "height": 26}, "encoding": {"color": colour}}
    values = {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": {"field": "tekst"}}}
    spec = {
        "width": 230,
        "height": {"step": 44},
        "data": {"values": rows},
        "encoding": {"y": place, "x": length},
        "layer": [shapes, values],
    }
    return _drawn(spec, chart_id, summary)


def _colours(regions: Sequence[tuple[str, bool]]) -> dict[str, Any]:
    scale = {"domain": [name for name, _ in regions], "range": [_OWN if is_own else _OTHER for _, is_own in regions]}
    return {"field": "regio", "type": "nominal", "legend": {"title": None, "orient": "top"}, "scale": scale}


def _drawn(spec: dict[str, Any], chart_id: str, summary: str) -> Markup:
    svg = vl_convert.vegalite_to_svg({"background": None, "config": _CONFIG, **spec}, format_locale="nl-NL")
    frame = Markup('<figure role="img" id="{}" aria-label="{}">').format(chart_id, summary)
    return frame + Markup(svg) + Markup("</figure>")  # noqa: S704  the renderer escapes what it is given
