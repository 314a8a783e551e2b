"""The small line of an objective, and what every drawing shares: a scale, a series, and where a value axis begins.

What belongs here: coordinates. What does not: reading tables, choosing words, and colours, which are the stylesheet's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

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
