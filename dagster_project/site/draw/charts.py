"""Drawings: the small line of an objective by hand, the charts of indicators by Vega-Lite; all SVG, nothing else.

What belongs here: coordinates and chart specifications. What does not: reading tables and choosing words. Colours and
fonts are the stylesheet's: charts carry marker colours that `opkoers.css` replaces by the theme's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

_SVG = "http://www.w3.org/2000/svg"
_GEMEENTE_COLOUR = "#154273"
_NATION_COLOUR = "#b35c00"
_INK = "#404040"
_GRID = "#e0e0e0"

_LEAST_SPAN = 0.25
_EDGE = 0.1

_SPARK_WIDTH, _SPARK_HEIGHT = 220, 72
_SPARK_LEFT, _SPARK_RIGHT, _SPARK_TOP, _SPARK_BOTTOM = 8, 212, 8, 52


@dataclass(frozen=True)
class SparkPoint:
    """A measurement or a target: `x` in decimal years, `period` in words."""

    x: float
    value: float
    low: float | None
    high: float | None
    period: str


def sparkline(
    points: Sequence[SparkPoint], target: SparkPoint | None, *, start_at: float, chart_id: str, summary: str
) -> Markup:
    """The small line of one objective: measurements, their intervals, and the straight path to the target.

    Args:
        points: measurements in order of time, at least one.
        target: where the objective must end; None where it is open.
        start_at: the moment of the baseline, where the path begins; the first point where no point lies there.
        chart_id: unique in the page.
        summary: what a person who cannot see it should hear.
    """
    everything = [*points, target] if target else list(points)
    heights = [v for p in everything for v in (p.value, p.low, p.high) if v is not None]
    across = linear_scale(min(p.x for p in everything), max(p.x for p in everything), _SPARK_LEFT, _SPARK_RIGHT)
    up = linear_scale(min(heights), max(heights), _SPARK_BOTTOM, _SPARK_TOP)

    def at(point: SparkPoint) -> str:
        return f"{across(point.x):.1f},{up(point.value):.1f}"

    parts = [Markup('<title id="{0}-titel">{1}</title>').format(chart_id, summary)]
    if target:
        start = next((p for p in points if p.x == start_at), points[0])
        parts.append(Markup('<path class="lijn-pad" d="M{} L{}"/>').format(at(start), at(target)))
    for point in points:
        if point.low is not None and point.high is not None:
            x, low, high = across(point.x), up(point.low), up(point.high)
            parts.append(Markup('<path class="lijn-marge" d="M{:.1f},{:.1f} V{:.1f}"/>').format(x, low, high))
    if len(points) > 1:
        parts.append(Markup('<path class="lijn-verloop" d="M{}"/>').format(" L".join(at(p) for p in points)))
    parts += [_dot(across(p.x), up(p.value), "lijn-punt") for p in points]
    if target:
        parts.append(_dot(across(target.x), up(target.value), "lijn-doel"))
    parts += _spark_years(everything, across)
    opening = Markup(
        '<svg class="lijn" role="img" aria-labelledby="{0}-titel" viewBox="0 0 {1} {2}" width="{1}" height="{2}">'
    )
    return opening.format(chart_id, _SPARK_WIDTH, _SPARK_HEIGHT) + Markup("").join(parts) + Markup("</svg>")


def linear_scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    """A linear scale; a range without width lies in the middle."""
    if math.isclose(low, high):
        return lambda _: (first + last) / 2
    return lambda value: first + (value - low) / (high - low) * (last - first)


def _dot(x: float, y: float, css_class: str) -> Markup:
    radius = 4.5 if css_class == "lijn-doel" else 3.5
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(css_class, x, y, radius)


def _spark_years(everything: Sequence[SparkPoint], across: Callable[[float], float]) -> list[Markup]:
    first, last = everything[0], everything[-1]
    if first.x == last.x:
        return [Markup('<text x="{:.1f}" y="68" text-anchor="middle">{}</text>').format(across(first.x), first.period)]
    text = Markup('<text x="{}" y="68" text-anchor="{}">{}</text>')
    return [text.format(0, "start", first.period), text.format(_SPARK_WIDTH, "end", last.period)]


@dataclass(frozen=True)
class Series:
    """One region in a chart: its figures as (start of the period in decimal years, value or None)."""

    name: str
    points: tuple[tuple[float, float | None], ...]
    is_gemeente: bool

    @property
    def values(self) -> list[float]:
        return [value for _, value in self.points if value is not None]


def line_chart(series: Sequence[Series], *, decimals: int, chart_id: str, summary: str) -> Markup:
    """Lines over the years, one per region, each named at its end; missing values break the line."""
    rows = [
        {"jaar": x, "waarde": value, "regio": one.name}
        for one in series
        for x, value in sorted(one.points, key=lambda point: point[0])
    ]
    starts = [x for one in series for x, _ in one.points]
    years = sorted({math.floor(x) for x in starts} | {math.ceil(x) for x in starts})
    ends = _end_labels(series)
    colour = _colours(series)
    spec = {
        "width": 280,
        "height": 170,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "line", "strokeWidth": 2.5, "invalid": "break-paths-filter-domains"},
                "encoding": {**_axes(years, series, decimals), **colour, "strokeDash": _dashes(series)},
            },
            {
                "data": {"values": [row for row in rows if row["waarde"] is not None]},
                "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
                "encoding": {**_axes(years, series, decimals), **colour, "shape": _shapes(series)},
            },
            *(_end_label_layer(label, series, years, decimals) for label in ends),
        ],
    }
    return _vega_svg(spec, chart_id, summary)


def bar_chart(bars: Sequence[tuple[str, float, str, bool]], *, chart_id: str, summary: str) -> Markup:
    """One bar per region for indicators with a single period, from zero, each with its value written at its end.

    Args:
        bars: name, value, value in words, and whether it is the municipality.
    """
    rows = [{"regio": name, "waarde": value, "tekst": text} for name, value, text, _ in bars]
    names = [name for name, *_ in bars]
    colours = [_GEMEENTE_COLOUR if is_gemeente else _NATION_COLOUR for *_, is_gemeente in bars]
    place = {
        "field": "regio",
        "type": "nominal",
        "sort": names,
        "axis": {"title": None, "domain": False, "ticks": False},
    }
    length = {"field": "waarde", "type": "quantitative", "axis": None, "scale": {"zero": True}}
    colour = {"field": "regio", "type": "nominal", "legend": None, "scale": {"domain": names, "range": colours}}
    spec = {
        "width": 230,
        "height": {"step": 44},
        "data": {"values": rows},
        "encoding": {"y": place, "x": length},
        "layer": [
            {"mark": {"type": "bar", "height": 26}, "encoding": {"color": colour}},
            {
                "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 6, "fontSize": 14, "color": _INK},
                "encoding": {"text": {"field": "tekst"}},
            },
        ],
    }
    return _vega_svg(spec, chart_id, summary)


def starts_at_zero(series: Sequence[Series]) -> bool:
    """Whether the value axis begins at zero: always, unless that would press the lines into its upper half."""
    values = [value for one in series for value in one.values]
    return min(values) < max(values) / 2


def value_domain(series: Sequence[Series]) -> list[float]:
    """Lowest and highest value of the axis: at least a quarter of the level, so that a small change looks small."""
    values = [value for one in series for value in one.values]
    low, high = min(values), max(values)
    if starts_at_zero(series):
        return [min(low, 0.0), high]
    spare = max(_LEAST_SPAN * high - (high - low), _EDGE * (high - low)) / 2
    return [max(low - spare, 0.0), high + spare]


def _axes(years: list[int], series: Sequence[Series], decimals: int) -> dict[str, Any]:
    return {
        "x": {
            "field": "jaar",
            "type": "quantitative",
            "axis": {"title": None, "format": "d", "values": years, "grid": False, "labelFlush": False},
            "scale": {"zero": False, "nice": False, "domain": [years[0], years[-1]]},
        },
        "y": {
            "field": "waarde",
            "type": "quantitative",
            "axis": {
                "title": None,
                "format": f",.{decimals}f",
                "tickCount": 5,
                "tickMinStep": 10**-decimals,
                "domain": False,
                "ticks": False,
            },
            "scale": {"domain": value_domain(series), "nice": 5},
        },
    }


def _scheme(series: Sequence[Series], gemeente: Any, nation: Any) -> dict[str, Any]:
    names = [one.name for one in series]
    scale = {"domain": names, "range": [gemeente if one.is_gemeente else nation for one in series]}
    return {"field": "regio", "type": "nominal", "legend": None, "scale": scale}


def _colours(series: Sequence[Series]) -> dict[str, Any]:
    return {"color": _scheme(series, _GEMEENTE_COLOUR, _NATION_COLOUR)}


def _dashes(series: Sequence[Series]) -> dict[str, Any]:
    return _scheme(series, [1, 0], [6, 4])


def _shapes(series: Sequence[Series]) -> dict[str, Any]:
    return _scheme(series, "circle", "square")


@dataclass(frozen=True)
class _EndLabel:
    name: str
    x: float
    value: float
    shift: int


def _end_labels(series: Sequence[Series]) -> list[_EndLabel]:
    """The name of each region at its last value, the higher one a little up and the lower one a little down."""
    ends = []
    for one in series:
        x, value = [(x, value) for x, value in one.points if value is not None][-1]
        ends.append((value, x, one.name))
    ends.sort(reverse=True)
    shifts = [-7, 7] if len(ends) == 2 else [0]
    return [_EndLabel(name, x, value, shift) for (value, x, name), shift in zip(ends, shifts, strict=True)]


def _end_label_layer(label: _EndLabel, series: Sequence[Series], years: list[int], decimals: int) -> dict[str, Any]:
    mark = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "dx": 10,
        "dy": label.shift,
        "fontSize": 14,
        "fontWeight": 600,
    }
    row = {"jaar": label.x, "waarde": label.value, "regio": label.name}
    encoding = {**_axes(years, series, decimals), **_colours(series), "text": {"field": "regio"}}
    return {"data": {"values": [row]}, "mark": mark, "encoding": encoding}


_CONFIG = {
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 14,
        "labelColor": _INK,
        "gridColor": _GRID,
        "domainColor": _INK,
        "tickColor": _INK,
        "labelPadding": 6,
    },
}


def _vega_svg(spec: dict[str, Any], chart_id: str, summary: str) -> Markup:
    import vl_convert  # its engine starts on first use: only pages with charts pay for it

    whole = {"background": None, "config": _CONFIG, **spec}
    drawn = vl_convert.vegalite_to_svg(whole, format_locale="nl-NL")
    return _tidy(drawn, chart_id, summary)


def _tidy(svg: str, chart_id: str, summary: str) -> Markup:
    """One image with one Dutch name: Vega's own roles, hidden backgrounds and fixed size go."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(svg)  # noqa: S314  drawn here, from numbers and names, by our own renderer
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("class") in {"background", "foreground"}:
                parent.remove(child)
    for element in root.iter():
        for name in [n for n in element.attrib if n.startswith("aria-") or n in {"role", "class", "pointer-events"}]:
            del element.attrib[name]
    title = ElementTree.Element(f"{{{_SVG}}}title", {"id": f"{chart_id}-titel"})
    title.text = summary
    root.insert(0, title)
    root.attrib.update({"class": "grafiek", "role": "img", "aria-labelledby": f"{chart_id}-titel"})
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704  serialised, so every text is escaped
