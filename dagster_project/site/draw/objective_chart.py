"""The large chart of one objective: measurements, the straight path to the target, and the outlook; SVG by hand.

What belongs here: coordinates. What does not: reading tables, choosing words, and colours, which are the stylesheet's.
Nothing is interpolated: a line joins two measurements only where no break and no missing figure lies between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup

from dagster_project.site.draw.charts import linear_scale
from dagster_project.site.words import labels

_LEAST_SPAN = 0.15
_STEPS = (1, 2, 2.5, 5, 10)
_CHARACTER = 7.5


@dataclass(frozen=True)
class Mark:
    """A figure at a moment.

    Attributes:
        x: the end of its period, in decimal years.
        value: None where a measurement is missing.
        is_shown: False for a corner of a line that is no figure of its own.
    """

    x: float
    value: float | None
    low: float | None = None
    high: float | None = None
    is_shown: bool = True


@dataclass(frozen=True)
class Drawing:
    """What the chart shows.

    Attributes:
        measured: all measurements in order of time, missing ones too.
        path: the straight way from the start to the target; empty where either is open.
        target: where the objective must end.
        outlook: the outlook at its moments, with intervals.
        with_measures: the same, with what the municipality expects of its measures.
        breaks: moments from which figures are no longer comparable with those before.
        unit: the words above the value axis.
    """

    measured: tuple[Mark, ...]
    path: tuple[Mark, ...]
    target: Mark | None
    outlook: tuple[Mark, ...]
    with_measures: tuple[Mark, ...]
    breaks: tuple[float, ...]
    unit: str
    decimals: int


@dataclass(frozen=True)
class Size:
    """How large a chart is drawn: one for wide screens and paper, one for narrow screens."""

    name: str
    width: int
    height: int
    most_years: int


WIDE = Size("breed", 760, 340, 12)
NARROW = Size("smal", 320, 300, 4)


@dataclass
class _Canvas:
    """The scales of one chart and the shapes drawn so far."""

    drawing: Drawing
    size: Size
    left: float = 0.0
    right: float = 0.0
    top: float = 30.0
    bottom: float = 0.0
    ticks: list[float] = field(default_factory=list)
    parts: list[Markup] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ticks = _value_ticks(_heights(self.drawing))
        widest = max(len(labels.number(tick, self.tick_decimals)) for tick in self.ticks)
        self.left, self.right = 12 + widest * _CHARACTER, self.size.width - 14.0
        self.bottom = self.size.height - 34.0
        moments = _moments(self.drawing)
        spare = max((max(moments) - min(moments)) * 0.04, 0.25)
        self.years = (min(moments) - spare, max(moments) + spare)
        self.across = linear_scale(*self.years, self.left, self.right)
        self.up = linear_scale(self.ticks[0], self.ticks[-1], self.bottom, self.top)

    @property
    def tick_decimals(self) -> int:
        steps = [b - a for a, b in pairwise(self.ticks)]
        return 0 if all(step == int(step) for step in [*steps, self.ticks[0]]) else 1

    def at(self, mark: Mark) -> str:
        return f"{self.across(mark.x):.1f},{self.up(mark.value or 0.0):.1f}"

    def put(self, markup: str, *values: object) -> None:
        self.parts.append(Markup(markup).format(*values))  # noqa: S704  the frame is ours, the values are escaped


def objective_chart(drawing: Drawing, *, size: Size, chart_id: str, summary: str) -> Markup:
    """The chart as one image with a name.

    Args:
        drawing: at least one measurement that is not missing, or a target.
        chart_id: unique in the page.
        summary: what a person who cannot see it should hear.
    """
    canvas = _Canvas(drawing, size)
    _draw_axes(canvas)
    _draw_breaks(canvas)
    _draw_outlook(canvas)
    _draw_path(canvas)
    _draw_measured(canvas)
    _draw_target(canvas)
    opening = Markup(
        '<svg class="doelgrafiek doelgrafiek--{0}" role="img" aria-labelledby="{1}-titel" viewBox="0 0 {2} {3}" '
        'width="{2}" height="{3}"><title id="{1}-titel">{4}</title>'
    ).format(size.name, chart_id, size.width, size.height, summary)
    return opening + Markup("").join(canvas.parts) + Markup("</svg>")


def _everything(drawing: Drawing) -> list[Mark]:
    target = [drawing.target] if drawing.target else []
    return [*drawing.measured, *drawing.path, *target, *drawing.outlook, *drawing.with_measures]


def _moments(drawing: Drawing) -> list[float]:
    return [mark.x for mark in _everything(drawing)]


def _heights(drawing: Drawing) -> list[float]:
    return [v for mark in _everything(drawing) for v in (mark.value, mark.low, mark.high) if v is not None]


def _value_ticks(heights: Sequence[float]) -> list[float]:
    """Round values from just below the lowest to just above the highest: some five of them."""
    low, high = min(heights), max(heights)
    span = max(high - low, _LEAST_SPAN * max(abs(high), abs(low)), 1e-9)
    middle = (low + high) / 2
    low, high = min(low, middle - span / 2), max(high, middle + span / 2)
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in _STEPS if s * power >= rough * 0.999)
    first = math.floor(low / step)
    if min(heights) >= 0:
        first = max(first, 0)
    return [round(k * step, 9) for k in range(first, math.ceil(high / step) + 1)]


def _year_ticks(canvas: _Canvas) -> list[int]:
    """Ends of years, for a figure stands where its period ends; each is named by the year that ends there."""
    first, last = math.ceil(canvas.years[0]), math.floor(canvas.years[1])
    step = math.ceil((last - first + 1) / canvas.size.most_years)
    return list(range(first, last + 1, max(step, 1)))


def _draw_axes(canvas: _Canvas) -> None:
    for tick in canvas.ticks:
        y = canvas.up(tick)
        canvas.put('<path class="as-lijn" d="M{:.1f},{:.1f} H{:.1f}"/>', canvas.left, y, canvas.right)
        words = labels.number(tick, canvas.tick_decimals)
        canvas.put('<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>', canvas.left - 6, y + 4.5, words)
    canvas.put('<text x="0" y="14">{}</text>', canvas.drawing.unit)
    for year in _year_ticks(canvas):
        x = canvas.across(year)
        canvas.put('<path class="as-streep" d="M{:.1f},{:.1f} v5"/>', x, canvas.bottom)
        canvas.put('<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>', x, canvas.bottom + 21, year - 1)


def _draw_breaks(canvas: _Canvas) -> None:
    for moment in canvas.drawing.breaks:
        if canvas.years[0] < moment < canvas.years[1]:
            x = canvas.across(moment)
            canvas.put('<path class="lijn-breuk" d="M{:.1f},{:.1f} V{:.1f}"/>', x, canvas.top, canvas.bottom)
            canvas.put('<text x="{:.1f}" y="{:.1f}" text-anchor="middle">breuk</text>', x, canvas.top - 5)


def _draw_outlook(canvas: _Canvas) -> None:
    for marks, name in ((canvas.drawing.outlook, "vooruitblik"), (canvas.drawing.with_measures, "maatregelen")):
        edges = [mark for mark in marks if mark.low is not None and mark.high is not None]
        if len(edges) > 1:
            around = [Mark(m.x, m.high) for m in edges] + [Mark(m.x, m.low) for m in reversed(edges)]
            canvas.put('<path class="vlak-{}" d="M{}Z"/>', name, " L".join(canvas.at(m) for m in around))
        elif edges:
            _draw_whisker(canvas, edges[0], f"marge-{name}")
        if len(marks) > 1:
            canvas.put('<path class="lijn-{}" d="M{}"/>', name, " L".join(canvas.at(m) for m in marks))
        for mark in (mark for mark in marks if mark.is_shown):
            x, y = canvas.across(mark.x), canvas.up(mark.value or 0.0)
            shape = "M{:.1f},{:.1f} m-4.5,0 l4.5,-4.5 l4.5,4.5 l-4.5,4.5 z"
            canvas.put('<path class="punt-{}" d="' + shape + '"/>', name, x, y)


def _draw_path(canvas: _Canvas) -> None:
    if len(canvas.drawing.path) > 1:
        canvas.put('<path class="lijn-pad" d="M{}"/>', " L".join(canvas.at(m) for m in canvas.drawing.path))


def _draw_whisker(canvas: _Canvas, mark: Mark, css_class: str = "lijn-marge") -> None:
    if mark.low is None or mark.high is None:
        return
    x, low, high = canvas.across(mark.x), canvas.up(mark.low), canvas.up(mark.high)
    shape = "M{:.1f},{:.1f} h8 m-4,0 V{:.1f} m-4,0 h8"
    canvas.put('<path class="{}" d="' + shape + '"/>', css_class, x - 4, low, high)


def _draw_measured(canvas: _Canvas) -> None:
    measured = [mark for mark in canvas.drawing.measured if mark.value is not None]
    for before, after in pairwise(canvas.drawing.measured):
        broken = any(before.x <= moment < after.x for moment in canvas.drawing.breaks)
        if before.value is not None and after.value is not None and not broken:
            canvas.put('<path class="lijn-verloop" d="M{} L{}"/>', canvas.at(before), canvas.at(after))
    for mark in measured:
        _draw_whisker(canvas, mark)
    for mark in measured:
        x, y = canvas.across(mark.x), canvas.up(mark.value or 0.0)
        canvas.put('<circle class="lijn-punt" cx="{:.1f}" cy="{:.1f}" r="4.5"/>', x, y)


def _draw_target(canvas: _Canvas) -> None:
    target = canvas.drawing.target
    if target is not None and target.value is not None:
        x, y = canvas.across(target.x), canvas.up(target.value)
        canvas.put('<circle class="lijn-doel" cx="{:.1f}" cy="{:.1f}" r="6"/>', x, y)
