"""Light drawings of an indicator by hand: a line per region, or a bar per region.

What belongs here: coordinates. What does not: reading tables, choosing words, and colours, which are the stylesheet's.
The page that compares holds dozens of these, and a run for the whole country ten thousand: both need them light and
quick.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from dagster_project.site.draw.charts import Series, value_domain
from dagster_project.site.words import labels

_WIDTH, _HEIGHT = 360, 216
_TOP, _RIGHT, _BOTTOM = 40, 348, 186
CHARACTER = 7.4
"""Width of a digit in the drawing's own units."""
_MOST_TICKS = 5
_MOST_YEARS = 7
_BAR_STEP, _BAR_HEIGHT, _BAR_WIDTH = 52, 20, 200
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


def line_chart(series: Sequence[Series], *, chart_id: str, summary: str) -> Markup:
    """Lines over the years, one per region; a year without a figure breaks the line.

    Args:
        series: the municipality first; each with at least one figure.
        chart_id: unique in the page.
        summary: what a person who cannot see it should hear.
    """
    ticks, decimals = _ticks(*value_domain(series))
    written = [labels.number(tick, decimals) for tick in ticks]
    left = max(map(len, written)) * CHARACTER + 10
    years = _years([x for one in series for x, _ in one.points])
    across = _scale(years[0], years[-1], left + 6, _RIGHT - 12)
    up = _scale(ticks[0], ticks[-1], _BOTTOM, _TOP)
    parts = [*_rules(ticks, written, left, up), *_year_marks(years, across), *_key(series)]
    for one in reversed(series):  # the municipality's line lies on top
        parts += _line(one, across, up)
    return svg(parts, (_WIDTH, _HEIGHT), chart_id, summary)


def bar_chart(bars: Sequence[tuple[str, float, str, bool]], *, chart_id: str, summary: str) -> Markup:
    """A bar per region from zero, with its name above and its value behind it, for a single period.

    Args:
        bars: name, value, value in words, and whether it is the municipality.
        chart_id: unique in the page.
        summary: what a person who cannot see it should hear.
    """
    longest = max((abs(value) for _, value, _, _ in bars), default=0.0) or 1.0
    parts = []
    for place, (name, value, words, is_own) in enumerate(bars):
        top = place * _BAR_STEP
        width = max(abs(value) / longest * _BAR_WIDTH, 1)
        parts.append(text("grafiek-naam", 0, top + 14, name))
        parts.append(
            Markup('<rect class="grafiek-vlak{}" x="0" y="{}" width="{:.1f}" height="{}"/>').format(
                _of(is_own), top + 20, width, _BAR_HEIGHT
            )
        )
        parts.append(text("grafiek-waarde", width + 8, top + 35, words))
    return svg(parts, (_WIDTH, len(bars) * _BAR_STEP), chart_id, summary)


def svg(parts: Sequence[Markup], size: tuple[int, int], chart_id: str, summary: str) -> Markup:
    """A drawing of a width and height in its own units, with words for a person who cannot see it."""
    opening = Markup(
        '<svg class="grafiek" role="img" aria-labelledby="{0}-titel" viewBox="0 0 {1} {2}" width="{1}" height="{2}">'
        '<title id="{0}-titel">{3}</title>'
    )
    return opening.format(chart_id, *size, summary) + Markup("").join(parts) + Markup("</svg>")


def _ticks(low: float, high: float) -> tuple[list[float], int]:
    """Round values that hold the range, five or six at most, and the decimals that tell them apart."""
    if math.isclose(low, high):
        high = low + (abs(low) or 1.0)
    rough = (high - low) / (_MOST_TICKS - 1)
    exponent = math.floor(math.log10(rough))
    nice = next(nice for nice in _NICE if nice * 10.0**exponent >= rough * 0.999)
    step = nice * 10.0**exponent
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)], max(0, (nice == 2.5) - exponent - (nice == 10.0))


def _years(starts: Sequence[float]) -> list[int]:
    first, last = math.floor(min(starts)), math.ceil(max(starts))
    return list(range(first, max(last, first + 1) + 1))


def _scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    return lambda value: first + (value - low) / (high - low) * (last - first)


def _rules(ticks: list[float], written: list[str], left: float, up: Callable[[float], float]) -> Iterator[Markup]:
    path = " ".join(f"M{left:.0f},{up(tick):.1f}H{_RIGHT}" for tick in ticks)
    yield Markup('<path class="grafiek-hulplijn" d="{}"/>').format(path)
    for tick, words in zip(ticks, written, strict=True):
        yield text("grafiek-as grafiek-rechts", left - 6, up(tick) + 4.5, words)


def _year_marks(years: list[int], across: Callable[[float], float]) -> Iterator[Markup]:
    every = math.ceil(len(years) / _MOST_YEARS)
    for year in reversed(years[::-1][::every]):
        yield text("grafiek-as grafiek-midden", across(year), _BOTTOM + 22, str(year))


def _key(series: Sequence[Series]) -> Iterator[Markup]:
    x = 6.0
    for one in series:
        yield _mark(x, 11, one.is_gemeente)
        yield text("grafiek-naam", x + 11, 16, one.name)
        x += 34 + len(one.name) * CHARACTER


def _line(one: Series, across: Callable[[float], float], up: Callable[[float], float]) -> Iterator[Markup]:
    path, pen = [], "M"
    for x, value in sorted(one.points, key=lambda point: point[0]):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{across(x):.1f},{up(value):.1f}")
        pen = "L"
    yield Markup('<path class="grafiek-lijn{}" d="{}"/>').format(_of(one.is_gemeente), "".join(path))
    for x, value in one.points:
        if value is not None:
            yield _mark(across(x), up(value), one.is_gemeente)


def _mark(x: float, y: float, is_own: bool) -> Markup:
    """A dot for the municipality, a square for the country: shape says it as well as colour."""
    if is_own:
        return Markup('<circle class="grafiek-vlak" cx="{:.1f}" cy="{:.1f}" r="4"/>').format(x, y)
    return Markup('<rect class="grafiek-vlak grafiek-land" x="{:.1f}" y="{:.1f}" width="7" height="7"/>').format(
        x - 3.5, y - 3.5
    )


def _of(is_own: bool) -> str:
    return "" if is_own else " grafiek-land"


def text(css_class: str, x: float, y: float, words: str) -> Markup:
    """Words in a drawing."""
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(css_class, x, y, words)
