"""From the rows of an indicator to its block on the page: the municipality against the Netherlands.

What belongs here: which figures stand in the chart and the table, and the sentences about them. What does not: drawing
(`lines.py`), other gemeenten (`comparison.py`) and objectives (`objectives.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

from dagster_project.site.draw.charts import Series, starts_at_zero
from dagster_project.site.draw.lines import bar_chart, line_chart
from dagster_project.site.queries import NATION, Benchmark, Indicator, Point
from dagster_project.site.words import labels
from dagster_project.site.words.comparison import Comparison, comparison_of

# Beyond this ratio one value axis would press the smaller line flat: counts of a town beside those of the country.
_TOO_FAR_APART = 5
_POINTS_FOR_TREND = 5


@dataclass(frozen=True)
class Cell:
    """One figure in a table: value in words or the reason there is none, remarks, and whether it was made up."""

    text: str
    remarks: tuple[str, ...] = ()
    is_synthetic: bool = False


@dataclass(frozen=True)
class Row:
    """One period: the municipality's figure and the nation's."""

    period: str
    gemeente: Cell
    nation: Cell


@dataclass(frozen=True)
class Block:
    """What the page shows of one indicator."""

    indicator_id: str
    anchor: str
    title: str
    bbv_number: int | None
    unit: str | None
    definition: str | None
    sentences: tuple[str, ...]
    chart: Markup | None
    chart_notes: tuple[str, ...]
    rows: tuple[Row, ...]
    comparison: Comparison | None
    sources: tuple[str, ...]
    command: str
    """What shows where the newest figure comes from; empty where there is none."""
    is_synthetic: bool


class IndicatorRows(Protocol):
    """The rows of one municipality and of the country that the blocks are made of."""

    @property
    def indicators(self) -> tuple[Indicator, ...]: ...

    @property
    def indicator_points(self) -> tuple[Point, ...]: ...

    @property
    def benchmarks(self) -> tuple[Benchmark, ...]: ...


def blocks_of(data: IndicatorRows, gemeente: str, gemeente_name: str) -> tuple[Block, ...]:
    """A block for every indicator that has rows for the municipality, in the order of the register."""
    points: dict[str, list[Point]] = {}
    for point in data.indicator_points:
        points.setdefault(point.indicator_id, []).append(point)
    benchmarks: dict[str, list[Benchmark]] = {}
    for row in data.benchmarks:
        benchmarks.setdefault(row.indicator_id, []).append(row)
    return tuple(
        _block(
            f"indicator-{order}",
            indicator,
            _Figures(points[indicator.indicator_id], gemeente),
            benchmarks.get(indicator.indicator_id, []),
            gemeente_name,
        )
        for order, indicator in enumerate(data.indicators, start=1)
    )


class _Figures:
    """The figures of one indicator, by region, in order of time."""

    def __init__(self, points: Iterable[Point], gemeente: str) -> None:
        ordered = sorted(points, key=lambda p: (labels.period_end(p.period_id), p.period_id))
        self.gemeente = {p.period_id: p for p in ordered if p.region_code == gemeente}
        self.nation = {p.period_id: p for p in ordered if p.region_code == NATION}
        self.periods = list(dict.fromkeys(p.period_id for p in ordered))

    @property
    def drawn_type(self) -> str | None:
        """The sort of period that the chart shows: the one with most figures of the municipality."""
        types = Counter(_type_of(p) for p in self.gemeente.values() if p.value is not None)
        return types.most_common(1)[0][0] if types else None

    def drawn(self, region: dict[str, Point]) -> list[Point]:
        return [p for p in region.values() if _type_of(p) == self.drawn_type and labels.read_period(p.period_id)]

    @property
    def latest(self) -> Point | None:
        measured = [p for p in self.gemeente.values() if p.value is not None]
        return measured[-1] if measured else None

    @property
    def far_apart(self) -> bool:
        mine = [abs(p.value) for p in self.gemeente.values() if p.value]
        theirs = [abs(p.value) for p in self.nation.values() if p.value]
        return bool(mine and theirs) and max(theirs) / max(mine) > _TOO_FAR_APART


def _type_of(point: Point) -> str | None:
    known = labels.read_period(point.period_id)
    return known.period_type if known else None


def _block(
    anchor: str, indicator: Indicator, figures: _Figures, benchmarks: list[Benchmark], gemeente_name: str
) -> Block:
    sentences = (_reading(indicator, figures, gemeente_name), _growth(figures, gemeente_name), _trend(indicator))
    chart, notes = _chart(anchor, indicator, figures, gemeente_name)
    comparison = comparison_of(indicator, benchmarks, gemeente_name, with_wholes=not figures.far_apart)
    shown = [*figures.gemeente.values(), *figures.nation.values()]
    return Block(
        indicator_id=indicator.indicator_id,
        anchor=anchor,
        title=indicator.name_nl,
        bbv_number=indicator.bbv_number,
        unit=_table_unit(indicator),
        definition=indicator.definition_nl,
        sentences=tuple(sentence for sentence in sentences if sentence),
        chart=chart,
        chart_notes=notes,
        rows=tuple(_row(indicator, figures, period_id) for period_id in figures.periods),
        comparison=comparison,
        sources=tuple(sorted({text for p in shown for text in (p.source_text, p.denominator_source) if text})),
        command=_command(figures.latest),
        is_synthetic=any(p.is_synthetic for p in shown),
    )


def _command(latest: Point | None) -> str:
    """What shows where the newest figure comes from; nothing where there is none."""
    return f"opkoers trace {latest.indicator_id} {latest.region_code} {latest.period_id}" if latest else ""


def _amount(indicator: Indicator, value: float) -> str:
    return labels.amount(value, indicator.unit, indicator.decimals)


def _reading(indicator: Indicator, figures: _Figures, gemeente_name: str) -> str:
    latest = figures.latest
    if latest is None or latest.value is None:
        return f"Er is nog geen cijfer van {gemeente_name} dat getoond kan worden."
    words = f"{gemeente_name}: {_amount(indicator, latest.value)} ({labels.period(latest.period_id)})."
    nation = figures.nation.get(latest.period_id)
    if nation is None or nation.value is None:
        return f"{words} Voor Nederland is er over deze periode geen cijfer."
    return f"{words} Nederland: {_amount(indicator, nation.value)}."


def _growth(figures: _Figures, gemeente_name: str) -> str:
    """For counts, where levels cannot be compared: by how much each grew over the same years."""
    if not figures.far_apart:
        return ""
    shared = [
        (mine.value, theirs.value, mine.period_id)
        for mine in figures.drawn(figures.gemeente)
        if (theirs := figures.nation.get(mine.period_id)) and mine.value and theirs.value
    ]
    if len(shared) < 2:
        return ""
    (mine_0, nation_0, first), (mine_1, nation_1, _) = shared[0], shared[-1]
    change, nation_change = _change_words(mine_0, mine_1), _change_words(nation_0, nation_1)
    return f"Sinds {labels.period(first)} is dat {change} in {gemeente_name} en {nation_change} in Nederland."


def _change_words(before: float, after: float) -> str:
    percentage = (after / before - 1) * 100
    size = labels.with_unit(labels.number(abs(percentage), 1), "%")
    return f"{size} {'minder' if percentage < 0 else 'meer'}"


def _trend(indicator: Indicator) -> str:
    window = f"{labels.period(indicator.window_start)} tot en met {labels.period(indicator.window_end)}"
    match indicator.trend:
        case "up":
            return f"Van {window} gaat de lijn duidelijk omhoog."
        case "down":
            return f"Van {window} gaat de lijn duidelijk omlaag."
        case "no_significant_change":
            return f"Van {window} is er geen duidelijke stijging of daling."
        case "too_few_points":
            n = indicator.n_points or 0
            measured = f"is er {n} meting" if n == 1 else f"zijn er {n} metingen"
            return f"Voor een trend {measured} op rij; daarvoor zijn er minstens {_POINTS_FOR_TREND} nodig."
    return ""


def _row(indicator: Indicator, figures: _Figures, period_id: str) -> Row:
    gemeente, nation = figures.gemeente.get(period_id), figures.nation.get(period_id)
    return Row(labels.period(period_id), _cell(indicator, gemeente), _cell(indicator, nation))


def _cell(indicator: Indicator, point: Point | None) -> Cell:
    if point is None:
        return Cell("geen cijfer")
    if point.value is None:
        return Cell(labels.absence_words(point.absence), is_synthetic=point.is_synthetic)
    remarks = [labels.VALUE_STATUSES.get(point.value_status or "", "")]
    if point.interval_low is not None and point.interval_high is not None:
        low, high = (labels.number(v, indicator.decimals) for v in (point.interval_low, point.interval_high))
        remarks.append(f"marge {low} tot {high}")
    text = labels.number(point.value, indicator.decimals)
    return Cell(text, tuple(remark for remark in remarks if remark), point.is_synthetic)


def _chart(
    anchor: str, indicator: Indicator, figures: _Figures, gemeente_name: str
) -> tuple[Markup | None, tuple[str, ...]]:
    """The chart and the notes beneath it. One figure alone is no chart."""
    regions = [(gemeente_name, figures.drawn(figures.gemeente), True)]
    if not figures.far_apart:
        regions.append(("Nederland", figures.drawn(figures.nation), False))
    filled = [(name, points, mine) for name, points, mine in regions if any(p.value is not None for p in points)]
    measured = {name: [p for p in points if p.value is not None] for name, points, _ in filled}
    notes = _notes(indicator, figures)
    summary = f"{indicator.name_nl}. " + " ".join(_spoken(indicator, name, points) for name, points in measured.items())
    chart_id = f"grafiek-{anchor}"
    if any(len(points) > 1 for points in measured.values()):
        series = [Series(name, tuple((_start(p), p.value) for p in points), mine) for name, points, mine in filled]
        if not starts_at_zero(series):
            notes = (*notes, "De hoogte begint niet bij nul, zodat de beweging te zien is.")
        return line_chart(series, chart_id=chart_id, summary=summary), notes
    if len(measured) < 2:
        return None, ()
    bars = [
        (
            name,
            points[0].value,
            f"{labels.number(points[0].value, indicator.decimals)} ({labels.period(points[0].period_id)})",
            mine,
        )
        for (name, points), (_, _, mine) in zip(measured.items(), filled, strict=True)
        if points[0].value is not None
    ]
    return bar_chart(bars, chart_id=chart_id, summary=summary), notes


def _start(point: Point) -> float:
    known = labels.read_period(point.period_id)
    return known.start if known else 0.0


def _spoken(indicator: Indicator, name: str, points: list[Point]) -> str:
    first, last = (
        f"{labels.amount(point.value, indicator.unit, indicator.decimals)} in {labels.period(point.period_id)}"
        for point in (points[0], points[-1])
    )
    return f"{name}: {last}." if len(points) == 1 else f"{name}: van {first} naar {last}."


def _table_unit(indicator: Indicator) -> str | None:
    """The unit behind the name of a table; None where the name says it already."""
    unit = (indicator.unit or "").strip() or "aantal"
    return None if unit.lower() in indicator.name_nl.lower() else unit


def _unit_caption(unit: str | None) -> str:
    words = (unit or "").strip() or "aantal"
    if words.startswith("%"):
        return f"In procenten{words[1:]}."
    return f"{words[0].upper()}{words[1:]}."


_PERIOD_WORDS = {
    "year": "jaren",
    "half-year": "halve jaren",
    "quarter": "kwartalen",
    "month": "maanden",
    "school-year": "schooljaren",
}


def _notes(indicator: Indicator, figures: _Figures) -> tuple[str, ...]:
    notes = [_unit_caption(indicator.unit)]
    if figures.far_apart:
        notes.append("Nederland staat alleen in de tabel: de aantallen liggen te ver uit elkaar voor één grafiek.")
    types = {_type_of(p) for p in figures.gemeente.values()}
    if len(types) > 1 and figures.drawn_type:
        notes.append(f"De grafiek toont {_PERIOD_WORDS[figures.drawn_type]}; in de tabel staan alle perioden.")
    return tuple(notes)
