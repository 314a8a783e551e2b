"""Columns per year, and bars with an interval, by hand: light drawings for the pages of care.

What belongs here: coordinates. What does not: reading tables, choosing words, and colours, which are the stylesheet's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dagster_project.site.draw.lines import CHARACTER, svg, text

_WIDTH, _HEIGHT = 260, 168
_TOP, _BOTTOM = 26, 128
_WIDEST = 44
_BAR_WIDTH, _BAR_LEFT, _BAR_STEP, _BAR_HEIGHT = 220, 2, 52, 20


@dataclass(frozen=True)
class Column:
    """One period.

    Attributes:
        value: None where there is no figure, or where it is not shown.
        words: the figure as it stands above the column, or the mark in its place.
        period: below the column.
        is_whole: whether the figure speaks for all of the period; if not, the column is drawn as an outline.
    """

    value: float | None
    words: str
    period: str
    is_whole: bool


def column_chart(columns: Sequence[Column], *, highest: float, chart_id: str, summary: str) -> Markup:
    """A column per period from zero; a figure that is not shown has its mark on the line.

    Args:
        columns: in order of time, at least one.
        highest: the value at the top, so that several charts share one scale.
        chart_id: unique in the page.
        summary: what a person who cannot see it should hear.
    """
    step = _WIDTH / len(columns)
    parts = [Markup('<path class="grafiek-hulplijn" d="M0,{0}.5H{1}"/>').format(_BOTTOM, _WIDTH)]
    for place, column in enumerate(columns):
        parts += _column(column, step * (place + 0.5), min(_WIDEST, step - 8), highest)
    return svg(parts, (_WIDTH, _HEIGHT), chart_id, summary)


def _column(column: Column, middle: float, width: float, highest: float) -> Iterator[Markup]:
    height = 0.0
    if column.value is not None and highest > 0:
        height = max(column.value / highest * (_BOTTOM - _TOP), 1.0 if column.value else 0.0)
    if height:
        part = "" if column.is_whole else " zuil--deel"
        yield Markup('<rect class="zuil{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            part, middle - width / 2, _BOTTOM - height, width, height
        )
    yield text("grafiek-waarde grafiek-midden", middle, _BOTTOM - height - 6, column.words)
    yield text("grafiek-as grafiek-midden", middle, _BOTTOM + 18, column.period)
    if not column.is_whole:
        yield text("grafiek-as grafiek-midden", middle, _BOTTOM + 34, "niet heel")


@dataclass(frozen=True)
class Bar:
    """One amount: its name above the bar, its value in words behind it, and an interval if it has one."""

    name: str
    value: float
    words: str
    low: float | None = None
    high: float | None = None
    is_expected: bool = False


def interval_chart(bars: Sequence[Bar], *, chart_id: str, summary: str) -> Markup:
    """A bar per amount from zero, with a line from the low to the high end of its interval.

    Args:
        bars: at least one.
        chart_id: unique in the page.
        summary: what a person who cannot see it should hear.
    """
    highest = max(max(bar.value, bar.high or 0.0) for bar in bars) or 1.0
    room = _BAR_LEFT + _BAR_WIDTH + 10 + max(len(bar.words) for bar in bars) * CHARACTER
    parts: list[Markup] = []
    for place, bar in enumerate(bars):
        parts += _bar(bar, place * _BAR_STEP, _BAR_WIDTH / highest)
    return svg(parts, (round(room), len(bars) * _BAR_STEP), chart_id, summary)


def _bar(bar: Bar, top: float, scale: float) -> Iterator[Markup]:
    yield text("grafiek-naam", 0, top + 14, bar.name)
    yield Markup('<rect class="zuil{}" x="{}" y="{}" width="{:.1f}" height="{}"/>').format(
        " zuil--deel" if bar.is_expected else "", _BAR_LEFT, top + 20, max(bar.value * scale, 1.0), _BAR_HEIGHT
    )
    end = bar.value
    if bar.low is not None and bar.high is not None:
        low, high, middle = _BAR_LEFT + bar.low * scale, _BAR_LEFT + bar.high * scale, top + 20 + _BAR_HEIGHT / 2
        yield Markup(
            '<path class="zuil-marge" d="M{0:.1f},{2:.1f}H{1:.1f}M{0:.1f},{3:.1f}v10M{1:.1f},{3:.1f}v10"/>'
        ).format(low, high, middle, middle - 5)
        end = max(end, bar.high)
    yield text("grafiek-waarde", _BAR_LEFT + end * scale + 8, top + 35, bar.words)
