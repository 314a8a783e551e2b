"""The course of one objective: its chart, the key beneath it, and the table that holds every number of both.

What belongs here: which figures stand in the chart and the table. What does not: coordinates (`objective_chart.py`) and
sentences about trend and outlook (`outlook.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from dagster_project.site.draw.objective_chart import NARROW, WIDE, Drawing, Mark, objective_chart
from dagster_project.site.queries import Break, Objective, Outlook, Point
from dagster_project.site.words import labels
from dagster_project.site.words.cards import Card, comparable
from dagster_project.site.words.targets import target_words


@dataclass(frozen=True)
class KeyEntry:
    """One entry of the key: the class of its sample, and its words."""

    sample: str
    words: str


@dataclass(frozen=True)
class CourseRow:
    """One figure of the table: what it is, its value and its interval."""

    period: str
    what: str
    value: str
    interval: str
    remark: str
    is_synthetic: bool


@dataclass(frozen=True)
class Course:
    """Charts for wide and narrow screens, their key and notes, and the table."""

    charts: tuple[Markup, ...]
    key: tuple[KeyEntry, ...]
    notes: tuple[str, ...]
    rows: tuple[CourseRow, ...]


def course_of(
    objective: Objective, card: Card, points: list[Point], outlook: Outlook | None, breaks: Iterable[Break]
) -> Course:
    """The course of an objective.

    Args:
        points: the figures of its indicator in order of time, of whatever sort of period.
        breaks: those of its indicator.
    """
    cuts = tuple(breaks)
    drawing = _drawing(objective, comparable(objective, points), outlook, cuts)
    rows = _rows(objective, points, outlook)
    notes = _notes(objective, points, cuts)
    if all(mark.value is None for mark in drawing.measured):
        return Course((), (), notes, rows)
    summary = _summary(objective, card, rows)
    charts = tuple(
        objective_chart(drawing, size=size, chart_id=f"verloop-{size.name}", summary=summary) for size in (WIDE, NARROW)
    )
    return Course(charts, _key(drawing), notes, rows)


def _drawing(objective: Objective, points: list[Point], outlook: Outlook | None, breaks: tuple[Break, ...]) -> Drawing:
    measured = tuple(
        Mark(labels.period_end(p.period_id), p.value, p.interval_low, p.interval_high)
        for p in points
        if labels.read_period(p.period_id)
    )
    target = _mark(objective.target_period_id, objective.target_value)
    start = _mark(objective.baseline_period_id, objective.baseline_value)
    last = max((mark.x for mark in measured if mark.value is not None), default=None)
    ahead = _outlook_marks(outlook, last) if outlook else ()
    return Drawing(
        measured=measured,
        path=(start, target) if start and target else (),
        target=target,
        outlook=ahead,
        with_measures=_measures_marks(outlook, ahead) if outlook else (),
        breaks=tuple(_moment(cut) for cut in breaks),
        unit=_unit_words(objective),
        decimals=objective.decimals or 0,
    )


def _unit_words(objective: Objective) -> str:
    unit = (objective.unit or "aantal").strip()
    return f"procent{unit[1:]}" if unit.startswith("%") else unit


def _mark(period_id: str | None, value: float | None) -> Mark | None:
    if value is None or not period_id or labels.read_period(period_id) is None:
        return None
    return Mark(labels.period_end(period_id), value)


def _moment(cut: Break) -> float:
    return cut.break_date.year + (cut.break_date.timetuple().tm_yday - 1) / 366


def _outlook_marks(outlook: Outlook, last: float | None) -> tuple[Mark, ...]:
    """The outlook at its moments; where there are two, the line is drawn back to the last measurement."""
    ahead = (
        (outlook.outlook_period_id, outlook.outlook_value, outlook.outlook_low, outlook.outlook_high),
        (
            outlook.target_period_id,
            outlook.target_outlook_value,
            outlook.target_outlook_low,
            outlook.target_outlook_high,
        ),
    )
    marks = {
        labels.period_end(period_id): Mark(labels.period_end(period_id), value, low, high)
        for period_id, value, low, high in ahead
        if value is not None and period_id
    }
    shown = [marks[x] for x in sorted(marks)]
    if last is None or len(shown) < 2 or last >= shown[0].x:
        return tuple(shown)
    first, second = shown
    slope = ((second.value or 0.0) - (first.value or 0.0)) / (second.x - first.x)
    return (Mark(last, (first.value or 0.0) - slope * (first.x - last), is_shown=False), *shown)


def _measures_marks(outlook: Outlook, ahead: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The outlook with measures; where they count at the target alone, its line leaves the other one before that."""
    marks = (
        _mark(outlook.outlook_period_id, outlook.outlook_with_measures),
        _mark(outlook.target_period_id, outlook.target_outlook_with_measures),
    )
    shown = sorted({mark.x: mark for mark in marks if mark}.values(), key=lambda mark: mark.x)
    before = [mark for mark in ahead if len(shown) == 1 and mark.x < shown[0].x]
    corner = [Mark(before[-1].x, before[-1].value, is_shown=False)] if before else []
    return (*corner, *shown)


def _key(drawing: Drawing) -> tuple[KeyEntry, ...]:
    entries = [KeyEntry("meting", "meting")]
    if any(mark.low is not None for mark in drawing.measured):
        entries.append(KeyEntry("marge", "marge van een meting"))
    if drawing.path:
        entries.append(KeyEntry("pad", "rechte weg naar het doel"))
    if drawing.target:
        entries.append(KeyEntry("doel", "doel"))
    if drawing.outlook:
        entries.append(KeyEntry("vooruitblik", "vooruitblik met marge, als de lijn zo doorgaat"))
    if drawing.with_measures:
        entries.append(KeyEntry("maatregelen", "vooruitblik met wat de gemeente van maatregelen verwacht"))
    if drawing.breaks:
        entries.append(KeyEntry("breuk", "breuk: ervoor en erna is niet te vergelijken"))
    return tuple(entries)


def _notes(objective: Objective, points: list[Point], breaks: tuple[Break, ...]) -> tuple[str, ...]:
    notes = []
    drawn = comparable(objective, points)
    if len(drawn) < len(points):
        notes.append("De grafiek toont één soort periode; in de tabel staan alle metingen.")
    notes += [f"Breuk op {labels.day(cut.break_date)}: {cut.reason.rstrip('.')}." for cut in breaks]
    return tuple(notes)


def _rows(objective: Objective, points: list[Point], outlook: Outlook | None) -> tuple[CourseRow, ...]:
    rows = [_measured_row(objective, point) for point in points]
    if outlook:
        rows += _outlook_rows(objective, outlook)
    if objective.target_value is not None or objective.target_period_id:
        when = labels.period(objective.target_period_id) if objective.target_period_id else labels.NOT_IN_SOURCE
        rows.append(CourseRow(when, "doel", target_words(objective), "", "", is_synthetic=False))
    return tuple(rows)


def _measured_row(objective: Objective, point: Point) -> CourseRow:
    is_start = point.period_id == objective.baseline_period_id
    value = labels.exact_amount(point.value, objective.unit, objective.decimals, point.absence)
    remark = "; ".join(filter(None, (labels.VALUE_STATUSES.get(point.value_status or ""), point.source_text)))
    what = "meting, het begin" if is_start else "meting"
    interval = _interval(objective, point.interval_low, point.interval_high)
    return CourseRow(labels.period(point.period_id), what, value, interval, remark, point.is_synthetic)


def _interval(objective: Objective, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{labels.exact_number(low, objective.decimals)} tot {labels.exact_number(high, objective.decimals)}"


def _computed_interval(objective: Objective, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    first, last = (labels.computed_number(value, objective.unit, objective.decimals) for value in (low, high))
    return f"{first} tot {last}"


def _outlook_rows(objective: Objective, outlook: Outlook) -> list[CourseRow]:
    """A moment that is both a year ahead and that of the target is told once."""
    ahead = {
        outlook.outlook_period_id: (
            outlook.outlook_value,
            outlook.outlook_low,
            outlook.outlook_high,
            outlook.outlook_with_measures,
        ),
        outlook.target_period_id: (
            outlook.target_outlook_value,
            outlook.target_outlook_low,
            outlook.target_outlook_high,
            outlook.target_outlook_with_measures,
        ),
    }
    rows = []
    for period_id, (value, low, high, with_measures) in ahead.items():
        for what, shown, interval in (
            ("vooruitblik", value, _computed_interval(objective, low, high)),
            ("vooruitblik met maatregelen", with_measures, ""),
        ):
            if shown is not None:
                text = labels.computed_amount(shown, objective.unit, objective.decimals)
                rows.append(CourseRow(labels.period(period_id), what, text, interval, "", outlook.is_synthetic))
    return rows


def _summary(objective: Objective, card: Card, rows: tuple[CourseRow, ...]) -> str:
    """What a person who cannot see the chart should hear; the table beneath holds every number."""
    measured = [row for row in rows if row.what.startswith("meting")]
    told = f"{objective.title}. Laatste meting: {card.latest.text}" if len(measured) > 1 else f"{objective.title}"
    course = f" Begin: {card.baseline.text}. Doel: {card.target.text}."
    counted = f" De grafiek toont {len(measured)} {'meting' if len(measured) == 1 else 'metingen'};"
    return f"{told}.{course}{counted} alle cijfers staan in de tabel eronder."
