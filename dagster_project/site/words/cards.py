"""From the rows of an objective to what every page shows of it: figures, verdict, explanation and small line.

What belongs here: which rows stand on the card of an objective. What does not: sentences about the verdict
(`objectives.py`), the words of the target (`targets.py`) and drawing (`charts.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dagster_project.site.draw.charts import SparkPoint, sparkline
from dagster_project.site.queries import Objective, PageData, Point, WijkVerdict
from dagster_project.site.words import labels
from dagster_project.site.words.objectives import explanation, is_measured_again
from dagster_project.site.words.outlook import movement_words
from dagster_project.site.words.targets import target_words

_TOLD_ONE_BY_ONE = 6


@dataclass(frozen=True)
class Figure:
    """One figure on a card: value in words, its period, and whether it was made up; or why there is none."""

    text: str
    period: str | None = None
    is_synthetic: bool = False
    is_absent: bool = False


@dataclass(frozen=True)
class WijkLine:
    """One wijk under an every-wijk objective."""

    name: str
    figure: Figure
    verdict: labels.Verdict
    movement: str


@dataclass(frozen=True)
class Card:
    """What the page shows of one objective."""

    objective_id: str
    anchor: str
    title: str
    verdict: labels.Verdict
    explanation: str
    about_wijken: str
    baseline: Figure
    latest: Figure
    target: Figure
    sparkline: Markup | None
    facts: tuple[tuple[str, str], ...]
    wijken: tuple[WijkLine, ...]
    is_synthetic: bool

    @property
    def file(self) -> str:
        return page_of(self.objective_id)


def cards_of(data: PageData) -> dict[str, Card]:
    """What the pages show of each objective, by its id."""
    points = by_indicator_and_region(data.objective_points)
    return {
        o.objective_id: _card(o, points.get((o.indicator_id, o.region_code), []), _wijken_of(o, data))
        for o in data.objectives
    }


def comparable(objective: Objective, points: list[Point]) -> list[Point]:
    """The measurements over the same sort of period as the start or else the last one: half-years are no years."""
    known = labels.read_period(objective.baseline_period_id or objective.period_id or "")
    if known is None:
        return points
    return [p for p in points if (other := labels.read_period(p.period_id)) and other.period_type == known.period_type]


def by_indicator_and_region(points: Iterable[Point]) -> dict[tuple[str | None, str], list[Point]]:
    """The figures of each indicator and region in order of time."""
    grouped: dict[tuple[str | None, str], list[Point]] = {}
    for point in points:
        grouped.setdefault((point.indicator_id, point.region_code), []).append(point)
    for members in grouped.values():
        members.sort(key=lambda point: labels.period_end(point.period_id))
    return grouped


def anchor_of(objective_id: str) -> str:
    """The name of an objective in addresses; ids that differ in capitals or signs alone still get a name each."""
    plain = re.sub(r"[^a-z0-9]+", "-", objective_id.lower()).strip("-")
    if plain != objective_id:
        plain = f"{plain}-{hashlib.sha256(objective_id.encode()).hexdigest()[:8]}".lstrip("-")
    return f"doel-{plain}"


def page_of(objective_id: str) -> str:
    """The file of the page of an objective."""
    return f"{anchor_of(objective_id)}.html"


def _card(objective: Objective, measured: list[Point], wijken: tuple[WijkLine, ...]) -> Card:
    points = comparable(objective, measured)
    verdict = labels.verdict_of(objective.status)
    anchor = anchor_of(objective.objective_id)
    baseline, latest, target = _baseline(objective, points), _latest(objective, points), _target(objective)
    made_up = objective.is_synthetic or baseline.is_synthetic or latest.is_synthetic
    return Card(
        objective_id=objective.objective_id,
        anchor=anchor,
        title=objective.title,
        verdict=verdict,
        explanation=explanation(objective),
        about_wijken=_about_wijken(objective, wijken),
        baseline=baseline,
        latest=latest,
        target=target,
        sparkline=_line(objective, points, anchor, target),
        facts=_facts(objective, points),
        wijken=() if all(wijk.figure.is_absent for wijk in wijken) else wijken,
        is_synthetic=made_up or any(wijk.figure.is_synthetic for wijk in wijken),
    )


def _figure_of(objective: Objective, value: float, period_id: str | None, *, is_synthetic: bool) -> Figure:
    text = labels.exact_amount(value, objective.unit, objective.decimals)
    return Figure(text, labels.period(period_id), is_synthetic)


def _baseline(objective: Objective, points: list[Point]) -> Figure:
    if objective.baseline_value is not None:
        synthetic = any(p.is_synthetic for p in points if p.period_id == objective.baseline_period_id)
        return _figure_of(objective, objective.baseline_value, objective.baseline_period_id, is_synthetic=synthetic)
    if objective.kind == "qualitative":
        return Figure("geen cijfer", is_absent=True)
    if objective.baseline_period_id:
        return Figure("nog open", labels.period(objective.baseline_period_id), is_absent=True)
    return Figure("geen beginmeting", is_absent=True)


def _latest(objective: Objective, points: list[Point]) -> Figure:
    if objective.current_value is not None and is_measured_again(objective):
        return _figure_of(objective, objective.current_value, objective.period_id, is_synthetic=objective.is_synthetic)
    if objective.kind == "qualitative":
        return Figure("geen cijfer", is_absent=True)
    hidden = [p for p in points if p.value is None and p.absence and p.period_id != objective.baseline_period_id]
    if hidden:
        words = labels.absence_words(hidden[-1].absence)
        return Figure(words, labels.period(hidden[-1].period_id), hidden[-1].is_synthetic, is_absent=True)
    return Figure(
        "nog niet gemeten" if objective.baseline_value is None else "nog niet opnieuw gemeten", is_absent=True
    )


def _target(objective: Objective) -> Figure:
    words = target_words(objective)
    when = labels.period(objective.target_period_id) if objective.target_period_id else None
    return Figure(words, when, is_absent=words in {labels.NOT_IN_SOURCE, "nog open"})


def _facts(objective: Objective, points: list[Point]) -> tuple[tuple[str, str], ...]:
    sources = [p.source_text for p in points if p.value is not None and p.source_text]
    facts = (
        ("Gemeten met", objective.instrument),
        ("Hoe vaak", labels.rhythm(objective.rhythm) if objective.rhythm else None),
        ("Eigenaar", objective.owner),
        ("Bron", sources[-1] if sources else objective.source),
    )
    return tuple((name, text or labels.NOT_IN_SOURCE) for name, text in facts)


def _wijken_of(objective: Objective, data: PageData) -> tuple[WijkLine, ...]:
    outlooks = {row.region_code: row for row in data.outlooks if row.objective_id == objective.objective_id}

    def figure(row: WijkVerdict) -> Figure:
        if row.current_value is None:
            return Figure("nog niet gemeten", is_absent=True)
        return _figure_of(objective, row.current_value, row.period_id, is_synthetic=row.is_synthetic)

    mine = (row for row in data.wijk_verdicts if row.objective_id == objective.objective_id)
    return tuple(
        WijkLine(
            row.region_name,
            figure(row),
            labels.verdict_of(row.status),
            movement_words(objective, outlooks.get(row.region_code)),
        )
        for row in mine
    )


def _about_wijken(objective: Objective, wijken: Sequence[WijkLine]) -> str:
    """Which wijk decides over an every-wijk objective, or that none was measured yet."""
    if not wijken:
        return ""
    if all(wijk.figure.is_absent for wijk in wijken):
        return f"In geen van de {len(wijken)} wijken is apart gemeten."
    value = objective.current_value if is_measured_again(objective) else None
    shown = labels.exact_amount(value, objective.unit, objective.decimals)
    alike = [wijk for wijk in wijken if wijk.verdict.text == objective.status]
    names = [wijk.name for wijk in alike if value is None or wijk.figure.text == shown]
    return f"De wijk die het verst van het doel ligt, telt: {labels.enumeration(names)}." if names else ""


def _line(objective: Objective, points: list[Point], anchor: str, target: Figure) -> Markup | None:
    """The small line: the measurements, and the straight path from the start to the target."""
    drawn = [
        SparkPoint(labels.period_end(p.period_id), p.value, p.interval_low, p.interval_high, labels.period(p.period_id))
        for p in points
        if p.value is not None and labels.read_period(p.period_id)
    ]
    if not drawn:
        return None
    aim = None
    if (
        objective.target_value is not None
        and objective.target_period_id
        and labels.read_period(objective.target_period_id)
    ):
        words = labels.period(objective.target_period_id)
        aim = SparkPoint(labels.period_end(objective.target_period_id), objective.target_value, None, None, words)
    goal = f"Doel: {target.text}{f' ({target.period})' if target.period else ''}."
    summary = f"Verloop: {_course(objective, drawn)}. {goal}"
    return sparkline(
        drawn, aim, start_at=labels.period_end(objective.baseline_period_id), chart_id=f"lijn-{anchor}", summary=summary
    )


def _course(objective: Objective, drawn: list[SparkPoint]) -> str:
    told = [f"{labels.exact_amount(p.value, objective.unit, objective.decimals)} ({p.period})" for p in drawn]
    if len(told) <= _TOLD_ONE_BY_ONE:
        return ", ".join(told)
    return f"{len(told)} metingen, van {told[0]} naar {told[-1]}"
