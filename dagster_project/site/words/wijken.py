"""From the figures of wijken to what the page shows of each indicator: a table, a map and sentences.

What belongs here: the words of figures and verdicts per wijk. What does not: SQL (`queries/wijken.py`), geometry
(`maps.py`) and verdicts, which are computed in `models/`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup

from dagster_project.site.draw import maps
from dagster_project.site.draw.maps import Outline
from dagster_project.site.queries import NATION, Objective, WijkVerdict
from dagster_project.site.queries.wijken import Wijk, WijkFigure, WijkRows
from dagster_project.site.words import labels
from dagster_project.site.words.cards import anchor_of, page_of

_NUMBERED = re.compile(r"Wijk (\d{2})\b")
_MOST_LABELS = 40
"""Beyond so many, numbers on the map would cover it."""


@dataclass(frozen=True)
class WijkLine:
    """One line of a table: a wijk, or a whole to hold it against."""

    name: str
    text: str
    remark: str
    group: int
    """The class on the map, from 1; 0 where there is no figure."""
    is_whole: bool
    is_synthetic: bool


@dataclass(frozen=True)
class LegendEntry:
    """One class of a map: its sample, and the values that fall in it."""

    sample: Markup
    words: str


@dataclass(frozen=True)
class WijkBlock:
    """What the page shows of one indicator."""

    anchor: str
    title: str
    bbv_number: int | None
    unit: str | None
    period: str
    sentences: tuple[str, ...]
    lines: tuple[WijkLine, ...]
    chart: Markup | None
    legend: tuple[LegendEntry, ...]
    definition: str | None
    sources: tuple[str, ...]
    is_synthetic: bool


@dataclass(frozen=True)
class _Figures:
    """The figures of one indicator: those of the wijken, and the wholes beside them."""

    first: WijkFigure
    by_region: dict[str, WijkFigure] = field(default_factory=dict)

    def values(self, wijken: Sequence[Wijk]) -> dict[str, float]:
        return {
            wijk.region_code: figure.value
            for wijk in wijken
            if (figure := self.by_region.get(wijk.region_code)) and figure.value is not None
        }


def blocks_of(rows: WijkRows, gemeente: str, gemeente_name: str) -> tuple[WijkBlock, ...]:
    """A block for every indicator that has a figure in any wijk; those without are told by `without_figures`."""
    outline = maps.outline_of(rows.shapes)
    blocks: list[WijkBlock] = []
    for figures in _by_indicator(rows):
        if figures.values(rows.wijken):
            anchor = f"wijkcijfer-{len(blocks) + 1}"
            blocks.append(_block(anchor, figures, rows, outline, (gemeente, gemeente_name)))
    return tuple(blocks)


def without_figures(rows: WijkRows) -> tuple[tuple[str, str], ...]:
    """The indicators that are published per wijk but have no figure in any: name, and why in words."""
    found = []
    for figures in _by_indicator(rows):
        if not figures.values(rows.wijken):
            reasons = dict.fromkeys(
                labels.absence_words(figure.absence)
                for wijk in rows.wijken
                if (figure := figures.by_region.get(wijk.region_code))
            )
            why = f"{labels.enumeration(list(reasons))} ({labels.period(figures.first.period_id)})"
            found.append((figures.first.name_nl, why))
    return tuple(found)


def _by_indicator(rows: WijkRows) -> Iterator[_Figures]:
    for _, members in groupby(rows.figures, key=lambda figure: figure.indicator_id):
        own = list(members)
        yield _Figures(own[0], {figure.region_code: figure for figure in own})


def _block(
    anchor: str, figures: _Figures, rows: WijkRows, outline: Outline | None, gemeente: tuple[str, str]
) -> WijkBlock:
    first, values = figures.first, figures.values(rows.wijken)
    classes = maps.classes_of(values)
    shown = list(figures.by_region.values())
    title = f"Kaart van {gemeente[1]}: {first.name_nl}, {labels.period(first.period_id)}. " + " ".join(
        _extremes(first, values, rows.wijken)
    )
    chart = None
    if outline:
        chart = maps.choropleth(outline, classes, chart_id=f"kaart-{anchor}", summary=title)
    return WijkBlock(
        anchor=anchor,
        title=first.name_nl,
        bbv_number=first.bbv_number,
        unit=first.unit,
        period=labels.period(first.period_id),
        sentences=tuple(_sentences(figures, rows, gemeente)),
        lines=tuple(_lines(figures, rows.wijken, classes.of, gemeente)),
        chart=chart,
        legend=tuple(_legend(first, classes, has_gaps=len(values) < len(rows.wijken))) if outline else (),
        definition=first.definition_nl,
        sources=tuple(sorted({figure.source_text for figure in shown if figure.source_text})),
        is_synthetic=any(figure.is_synthetic for figure in shown),
    )


def _lines(
    figures: _Figures, wijken: Sequence[Wijk], groups: dict[str, int], gemeente: tuple[str, str]
) -> Iterator[WijkLine]:
    for code, name, is_whole in (
        *((wijk.region_code, wijk.region_name, False) for wijk in wijken),
        (*gemeente, True),
        (NATION, "Nederland", True),
    ):
        figure = figures.by_region.get(code)
        if figure is None:
            yield WijkLine(name, "geen cijfer", "", 0, is_whole, False)
            continue
        text = (
            labels.absence_words(figure.absence)
            if figure.value is None
            else labels.number(figure.value, figure.decimals)
        )
        remark = labels.VALUE_STATUSES.get(figure.value_status or "", "") if figure.value is not None else ""
        yield WijkLine(name, text, remark, groups.get(code, 0), is_whole, figure.is_synthetic)


def _sentences(figures: _Figures, rows: WijkRows, gemeente: tuple[str, str]) -> Iterator[str]:
    first, values = figures.first, figures.values(rows.wijken)
    yield from _extremes(first, values, rows.wijken)
    whole = figures.by_region.get(gemeente[0])
    if whole and whole.value is not None and not _is_count(first) and len(values) > 1:
        yield _above(first, values, whole.value, gemeente[1])
    missing = len(rows.wijken) - len(values)
    if missing:
        yield "Van één wijk is er geen cijfer." if missing == 1 else f"Van {missing} wijken is er geen cijfer."


def _above(first: WijkFigure, values: dict[str, float], whole: float, name: str) -> str:
    """How many wijken lie above the whole, as far as the figures that are shown tell them apart."""
    shown = labels.number(whole, first.decimals)
    higher = sum(value > whole and labels.number(value, first.decimals) != shown for value in values.values())
    counted = {0: "Geen wijk ligt", 1: "Eén wijk ligt"}.get(higher, f"{higher} wijken liggen")
    return f"{counted} boven het cijfer van heel {name}, {labels.with_unit(shown, first.unit)}."


def _is_count(figure: WijkFigure) -> bool:
    """Whether wijken add up to the municipality, so that none can lie above it: a number of people does."""
    return (figure.unit or "aantal").partition(" ")[0].lower() in {"aantal", "inwoners", "personen", "huishoudens"}


def _extremes(first: WijkFigure, values: dict[str, float], wijken: Sequence[Wijk]) -> Iterator[str]:
    names = {wijk.region_code: wijk.region_name for wijk in wijken}
    low, high = min(values.values()), max(values.values())
    if len(values) == 1:
        (code,) = values
        yield f"{names[code]}: {labels.amount(low, first.unit, first.decimals)}."
        return
    if low == high:
        yield f"In alle wijken met een cijfer is het {labels.amount(low, first.unit, first.decimals)}."
        return
    for word, value in (("hoogst", high), ("laagst", low)):
        at = [names[code] for code, found in values.items() if found == value]
        where = labels.enumeration(at) if len(at) < 3 else f"{len(at)} wijken"
        yield f"Het {word} in {where}: {labels.amount(value, first.unit, first.decimals)}."


def _legend(first: WijkFigure, classes: maps.Classes, *, has_gaps: bool) -> Iterator[LegendEntry]:
    for number, (low, high) in enumerate(classes.limits, start=1):
        words = labels.number(low, first.decimals)
        if low != high:
            words += f" tot en met {labels.number(high, first.decimals)}"
        yield LegendEntry(maps.swatch(number), words)
    if has_gaps:
        yield LegendEntry(maps.swatch(0), "geen cijfer")


def map_labels(wijken: Sequence[Wijk]) -> dict[str, str]:
    """The number of each wijk, where CBS's name of it begins with one: "Wijk 03 Centrum" is 03."""
    found = {wijk.region_code: match[1] for wijk in wijken if (match := _NUMBERED.match(wijk.region_name))}
    return found if len(found) <= _MOST_LABELS else {}


def map_sentence(rows: WijkRows) -> str:
    """Whether there is a map, and the way to one; which wijken it lacks."""
    if not rows.shapes:
        return (
            "Er is geen kaart: de werkruimte geeft geen grenzen van wijken. Zet ze als wijken.geojson in de werkruimte "
            "(bijvoorbeeld uit de wijk- en buurtkaart van CBS en Kadaster), dan komt bij elke tabel een kaart."
        )
    drawn = {shape.region_code for shape in rows.shapes}
    lacking = [wijk.region_name for wijk in rows.wijken if wijk.region_code not in drawn]
    if lacking:
        verb = "ontbreekt" if len(lacking) == 1 else "ontbreken"
        return f"Op de kaarten {verb} {labels.enumeration(lacking)}: wijken.geojson geeft er geen grens van."
    numbers = " De nummers op de kaart zijn die van de wijken." if map_labels(rows.wijken) else ""
    return f"De kaarten tonen dezelfde cijfers als de tabellen.{numbers}"


@dataclass(frozen=True)
class WijkVerdictLine:
    """The newest verdict in one wijk."""

    name: str
    verdict: labels.Verdict
    figure: str
    period: str
    is_synthetic: bool


@dataclass(frozen=True)
class WijkObjective:
    """An objective that is judged per wijk, with the verdict in each."""

    anchor: str
    title: str
    file: str
    summary: str
    lines: tuple[WijkVerdictLine, ...]


def objectives_of(objectives: Sequence[Objective], verdicts: Sequence[WijkVerdict]) -> tuple[WijkObjective, ...]:
    """The objectives with a verdict in any wijk, in the order of their plans."""
    found = []
    for objective in objectives:
        own = [verdict for verdict in verdicts if verdict.objective_id == objective.objective_id]
        if own:
            found.append(_objective(objective, own))
    return tuple(found)


def _objective(objective: Objective, verdicts: Sequence[WijkVerdict]) -> WijkObjective:
    lines = tuple(
        WijkVerdictLine(
            verdict.region_name,
            labels.verdict_of(verdict.status),
            "geen cijfer"
            if verdict.current_value is None
            else labels.exact_amount(verdict.current_value, objective.unit, objective.decimals),
            labels.period(verdict.period_id) if verdict.period_id else "",
            verdict.is_synthetic,
        )
        for verdict in verdicts
    )
    return WijkObjective(
        anchor=f"wijk{anchor_of(objective.objective_id)}",
        title=objective.title,
        file=page_of(objective.objective_id),
        summary=_verdict_counts(lines),
        lines=lines,
    )


def _verdict_counts(lines: Sequence[WijkVerdictLine]) -> str:
    """How many wijken have each verdict, in the order of the legend."""
    counts = Counter(line.verdict.text for line in lines)
    told = [f"{text} in {counts[text]}" for text in labels.VERDICTS if counts[text]]
    wijken = "wijk" if len(lines) == 1 else "wijken"
    return f"Van de {len(lines)} {wijken}: {labels.enumeration(told)}."
