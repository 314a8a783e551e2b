"""From the rows of the objectives to what the page says of each: figures, target words, verdict and one explanation.

What belongs here: sentences about objectives, each computed from the rows shown beside it. What does not: verdicts
themselves, which the tables hold, and drawing (`charts.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dagster_project.site import labels
from dagster_project.site.charts import SparkPoint, sparkline
from dagster_project.site.queries import Objective, PageData, Point, WijkVerdict

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


@dataclass(frozen=True)
class Card:
    """What the page shows of one objective."""

    objective_id: str
    anchor: str
    title: str
    verdict: labels.Verdict
    explanation: str
    baseline: Figure
    latest: Figure
    target: Figure
    sparkline: Markup | None
    facts: tuple[tuple[str, str], ...]
    wijken: tuple[WijkLine, ...]
    is_synthetic: bool

    @property
    def file(self) -> str:
        return f"{self.anchor}.html"


def cards_of(data: PageData) -> dict[str, Card]:
    """What the pages show of each objective, by its id."""
    points = _by_indicator_and_region(data.objective_points)
    return {
        o.objective_id: _card(o, points.get((o.indicator_id, o.region_code), []), _wijken_of(o, data.wijk_verdicts))
        for o in data.objectives
    }


def verdict_counts(objectives: Iterable[Objective]) -> list[tuple[labels.Verdict, int]]:
    """How many objectives have each verdict, in the order of the legend; verdicts that nobody has are left out."""
    counts = Counter(labels.verdict_of(objective.status).text for objective in objectives)
    return [(verdict, counts[text]) for text, verdict in labels.VERDICTS.items() if counts[text]]


def summary_sentence(objectives: list[Objective] | tuple[Objective, ...]) -> str:
    """What the verdicts add up to, in one or two sentences: every objective is counted once."""
    counts = verdict_counts(objectives)
    if not counts:
        return "Er zijn nog geen doelen vastgelegd."
    total = f"Van de {len(objectives)} doelen" if len(objectives) > 1 else "Van het ene doel"
    measured = [(verdict, count) for verdict, count in counts if verdict.is_measured]
    waiting = [(verdict, count) for verdict, count in counts if not verdict.is_measured]
    told = labels.enumeration([f"{_verb(verdict, count)} {count} {verdict.rest}" for verdict, count in measured])
    if not waiting:
        return f"{total} {told}."
    if not measured:
        return _nothing_judged(total, waiting)
    return f"{total} {told}. {_waiting_sentence(waiting)}"


def _nothing_judged(total: str, waiting: list[tuple[labels.Verdict, int]]) -> str:
    (verdict, count), *others = waiting
    if others:
        return f"{total} is er nog geen te beoordelen: {_waiting_clauses(waiting)}."
    everything = f"Alle {count} doelen" if count > 1 else "Het ene doel"
    return f"{everything} {_verb(verdict, count)} {verdict.rest}."


def _waiting_clauses(waiting: list[tuple[labels.Verdict, int]]) -> str:
    return labels.enumeration([f"{count} {_verb(verdict, count)} {verdict.rest}" for verdict, count in waiting])


def _waiting_sentence(waiting: list[tuple[labels.Verdict, int]]) -> str:
    (verdict, count), *others = waiting
    if others:
        return f"Nog niet te beoordelen zijn er {sum(n for _, n in waiting)}: {_waiting_clauses(waiting)}."
    return f"{count} {'doel' if count == 1 else 'doelen'} {_verb(verdict, count)} {verdict.rest}."


def synthetic_sentence(objectives: Iterable[Objective]) -> str:
    """How many verdicts rest on made-up figures; empty when none does."""
    made_up = sum(objective.is_synthetic for objective in objectives)
    if not made_up:
        return ""
    return f"{made_up} {'oordeel rust' if made_up == 1 else 'oordelen rusten'} op synthetische cijfers."


def _verb(verdict: labels.Verdict, count: int) -> str:
    return verdict.verb_one if count == 1 else verdict.verb_many


def overdue_sentence(objectives: Iterable[Objective]) -> str:
    """How many objectives wait for a measurement that should have been there; empty when none does."""
    late = sum(objective.is_overdue for objective in objectives)
    if not late:
        return ""
    return f"Bij {late} {'doel' if late == 1 else 'doelen'} had de volgende meting er al moeten zijn."


def _comparable(objective: Objective, points: list[Point]) -> list[Point]:
    """The measurements over the same sort of period as the start or else the last one: half-years are no years."""
    known = labels.read_period(objective.baseline_period_id or objective.period_id or "")
    if known is None:
        return points
    return [p for p in points if (other := labels.read_period(p.period_id)) and other.period_type == known.period_type]


def _by_indicator_and_region(points: Iterable[Point]) -> dict[tuple[str | None, str], list[Point]]:
    grouped: dict[tuple[str | None, str], list[Point]] = {}
    for point in points:
        grouped.setdefault((point.indicator_id, point.region_code), []).append(point)
    for members in grouped.values():
        members.sort(key=lambda point: labels.period_end(point.period_id))
    return grouped


def _card(objective: Objective, measured: list[Point], wijken: tuple[WijkLine, ...]) -> Card:
    points = _comparable(objective, measured)
    verdict = labels.verdict_of(objective.status)
    anchor = "doel-" + re.sub(r"[^a-z0-9]+", "-", objective.objective_id.lower()).strip("-")
    baseline, latest, target = _baseline(objective, points), _latest(objective, points), _target(objective)
    made_up = objective.is_synthetic or baseline.is_synthetic or latest.is_synthetic
    return Card(
        objective_id=objective.objective_id,
        anchor=anchor,
        title=objective.title,
        verdict=verdict,
        explanation=" ".join(filter(None, (explanation(objective), _about_wijken(objective, wijken)))),
        baseline=baseline,
        latest=latest,
        target=target,
        sparkline=_line(objective, points, anchor, target),
        facts=_facts(objective, points),
        wijken=() if all(wijk.figure.is_absent for wijk in wijken) else wijken,
        is_synthetic=made_up or any(wijk.figure.is_synthetic for wijk in wijken),
    )


def _figure_of(objective: Objective, value: float, period_id: str | None, *, is_synthetic: bool) -> Figure:
    text = labels.amount(value, objective.unit, objective.decimals)
    return Figure(text, labels.period(period_id), is_synthetic)


def _baseline(objective: Objective, points: list[Point]) -> Figure:
    if objective.baseline_value is not None:
        synthetic = any(p.is_synthetic for p in points if p.period_id == objective.baseline_period_id)
        return _figure_of(objective, objective.baseline_value, objective.baseline_period_id, is_synthetic=synthetic)
    if objective.baseline_period_id:
        return Figure("nog open", labels.period(objective.baseline_period_id), is_absent=True)
    return Figure("geen beginmeting", is_absent=True)


def _is_measured_again(objective: Objective) -> bool:
    return objective.current_value is not None and objective.period_id != objective.baseline_period_id


def _latest(objective: Objective, points: list[Point]) -> Figure:
    if objective.current_value is not None and _is_measured_again(objective):
        return _figure_of(objective, objective.current_value, objective.period_id, is_synthetic=objective.is_synthetic)
    hidden = [p for p in points if p.value is None and p.absence and p.period_id != objective.baseline_period_id]
    if hidden:
        words = labels.absence_words(hidden[-1].absence)
        return Figure(words, labels.period(hidden[-1].period_id), hidden[-1].is_synthetic, is_absent=True)
    return Figure(
        "nog niet gemeten" if objective.baseline_value is None else "nog niet opnieuw gemeten", is_absent=True
    )


def _target(objective: Objective) -> Figure:
    return Figure(
        target_words(objective), labels.period(objective.target_period_id) if objective.target_period_id else None
    )


def target_words(objective: Objective) -> str:
    """The target as a rule in words; what the document leaves open is called open.

    Raises:
        ValueError: the objective has a kind that the page has no words for.
    """
    limit = _limit(objective)
    change = _change(objective)
    match objective.kind:
        case "level":
            return limit or "nog open"
        case "absolute_change" | "relative_change":
            return _joined(f"{change} dan het begin", limit)
        case "not_above_baseline":
            return _joined("niet hoger dan het begin", limit)
        case "hold":
            return _hold_words(objective)
        case "every_wijk":
            return f"in elke wijk {limit}" if limit else "in elke wijk, nog open"
        case "yearly_growth":
            return f"elk jaar {change}"
        case "band":
            return _band_words(objective)
        case "directional":
            return f"{'lager' if objective.direction == 'down' else 'hoger'} dan het begin"
        case "qualitative":
            return "in woorden beschreven"
    raise ValueError(
        f"Objective {objective.objective_id} is of kind {objective.kind!r}, which the page has no words for."
    )


def _joined(rule: str, limit: str | None) -> str:
    return f"{rule}: {limit}" if limit else rule


def _at_bound(objective: Objective) -> str:
    return "hoogstens" if objective.direction == "down" else "minstens"


def _limit(objective: Objective) -> str | None:
    """`minstens 60 %`; None while the target has no number."""
    if objective.target_value is None:
        return None
    text = labels.with_unit(labels.exact_number(objective.target_value, objective.decimals), objective.unit)
    return f"{_at_bound(objective)} {text}"


def _change(objective: Objective) -> str:
    """`20 % minder`, `5 procentpunt minder`, `minstens 10 % meer`; open where the document leaves it open."""
    size = objective.target_rule
    if size is None:
        return f"nog open hoeveel {'minder' if objective.direction == 'down' else 'meer'}"
    less_or_more = "minder" if size < 0 else "meer"
    text = labels.number(abs(size))
    if objective.kind == "absolute_change":
        unit = "procentpunt" if objective.unit == "%" else objective.unit
        return f"{labels.with_unit(text, unit)} {less_or_more}"
    at_least = "minstens " if objective.kind == "yearly_growth" else ""
    return f"{at_least}{labels.with_unit(text, '%')} {less_or_more}"


def _hold_words(objective: Objective) -> str:
    if objective.margin is None:
        return "gelijk aan het begin; hoeveel afwijking mag, is nog open"
    margin = labels.with_unit(labels.number(objective.margin), objective.unit)
    return f"gelijk aan het begin, met hoogstens {margin} verschil"


def _band_words(objective: Objective) -> str:
    if objective.target_value is None or objective.margin is None:
        return "nog open"
    low, high = objective.target_value - objective.margin, objective.target_value + objective.margin
    upper = labels.with_unit(labels.exact_number(high, objective.decimals), objective.unit)
    return f"tussen {labels.exact_number(low, objective.decimals)} en {upper}"


def explanation(objective: Objective) -> str:
    """Why the verdict is what it is, in one to three short sentences from the objective's own row."""
    verdict = labels.verdict_of(objective.status)
    sentences = [_reason(objective), _chance(objective)] if verdict.is_measured else [_reason(objective)]
    if objective.status in {"geen nieuwe meting", "geen nulmeting"} or objective.is_overdue:
        sentences.append(_due(objective))
    return " ".join(sentence for sentence in sentences if sentence)


def _owner(objective: Objective) -> str:
    return f" ({objective.owner})" if objective.owner else ""


def _reason(objective: Objective) -> str:
    match objective.status:
        case "geen nieuwe meting":
            return "Na het begin is nog niet opnieuw gemeten."
        case "geen nulmeting":
            return "Er is nog geen eerste meting."
        case "doel nog open" if objective.kind == "hold":
            return f"De gemeente moet nog bepalen hoeveel afwijking mag{_owner(objective)}."
        case "doel nog open":
            return f"De gemeente moet dit doel nog invullen{_owner(objective)}."
        case "niet meetbaar":
            return "Dit doel wordt in woorden gevolgd, niet met een cijfer."
        case "behaald" if not _is_measured_again(objective):
            return "De meting aan het begin haalt het doel al."
        case "behaald":
            return f"{_last_measurement(objective)} Daarmee is het doel gehaald."
        case "op de grens":
            return f"{_last_measurement(objective)} Door afronding is niet zeker of het doel is gehaald."
        case "verkeerde richting":
            start = labels.amount(objective.baseline_value, objective.unit, objective.decimals)
            return f"{_last_measurement(objective)} Aan het begin was dat {start}: het doel is verder weg dan toen."
    return f"{_last_measurement(objective)} {_path_by_now(objective)}".strip()


def _last_measurement(objective: Objective) -> str:
    value = labels.amount(objective.current_value, objective.unit, objective.decimals)
    return f"De laatste meting is {value} ({labels.period(objective.period_id)})."


def _path_by_now(objective: Objective) -> str:
    if objective.kind in {"hold", "band"}:
        return f"Het doel is: {target_words(objective)}."
    if objective.expected_value is None:
        return ""
    path = labels.with_unit(labels.exact_number(objective.expected_value, objective.decimals or 0), objective.unit)
    close = " Dat scheelt weinig." if objective.status == "op koers" and _is_behind(objective) else ""
    return f"De rechte weg naar het doel lag toen op {path}.{close}"


def _is_behind(objective: Objective) -> bool:
    """Whether the last figure lies on the wrong side of the straight path, however near."""
    if objective.current_value is None or objective.expected_value is None:
        return False
    ahead = objective.current_value - objective.expected_value
    return ahead > 0 if objective.direction == "down" else ahead < 0


def _chance(objective: Objective) -> str:
    if objective.probability is None or objective.status == "behaald":
        return ""
    chance = labels.amount(objective.probability * 100, "%", 0)
    return f"Als de lijn zo doorgaat, is de kans ongeveer {chance} dat het lukt."


def _due(objective: Objective) -> str:
    which = "eerste" if objective.status == "geen nulmeting" else "volgende"
    if objective.next_measurement_due is None:
        return f"Wanneer de {which} meting komt, is niet bekend{_owner(objective)}."
    tense = "werd" if objective.is_overdue else "wordt"
    return f"De {which} meting {tense} verwacht op {labels.day(objective.next_measurement_due)}{_owner(objective)}."


def _facts(objective: Objective, points: list[Point]) -> tuple[tuple[str, str], ...]:
    sources = [p.source_text for p in points if p.value is not None and p.source_text]
    facts = (
        ("Gemeten met", objective.instrument),
        ("Hoe vaak", labels.rhythm(objective.rhythm)),
        ("Eigenaar", objective.owner),
        ("Bron", sources[-1] if sources else objective.source),
    )
    return tuple((name, text or "onbekend") for name, text in facts)


def _wijken_of(objective: Objective, verdicts: Iterable[WijkVerdict]) -> tuple[WijkLine, ...]:
    def figure(row: WijkVerdict) -> Figure:
        if row.current_value is None:
            return Figure("nog niet gemeten", is_absent=True)
        return _figure_of(objective, row.current_value, row.period_id, is_synthetic=row.is_synthetic)

    mine = (row for row in verdicts if row.objective_id == objective.objective_id)
    return tuple(WijkLine(row.region_name, figure(row), labels.verdict_of(row.status)) for row in mine)


def _about_wijken(objective: Objective, wijken: Sequence[WijkLine]) -> str:
    """Which wijk decides over an every-wijk objective, or that none was measured yet."""
    if not wijken:
        return ""
    if all(wijk.figure.is_absent for wijk in wijken):
        return f"In geen van de {len(wijken)} wijken is apart gemeten."
    value = objective.current_value if _is_measured_again(objective) else None
    shown = labels.amount(value, objective.unit, objective.decimals)
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
    told = [f"{labels.amount(p.value, objective.unit, objective.decimals)} ({p.period})" for p in drawn]
    if len(told) <= _TOLD_ONE_BY_ONE:
        return ", ".join(told)
    return f"{len(told)} metingen, van {told[0]} naar {told[-1]}"
