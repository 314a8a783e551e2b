"""From the national register and a municipality's rows to one overview: every official indicator, filled or not.

What belongs here: SQL on the register, the overview's cells, and the words for a figure that is not there. What does
not: the block of one indicator (`indicators.py`) and any median or rank, which are computed in `models/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from dagster_project.site.queries import NATION, Benchmark, Point
from dagster_project.site.words import labels

_NOT_THERE = "–"
_OWN_SOURCE = "workspace"


@dataclass(frozen=True)
class RegisterRow:
    """One official indicator."""

    indicator_id: str
    bbv_number: int
    name_nl: str
    taakveld: str | None
    unit: str | None
    decimals: int | None
    source_id: str | None
    source_reference: str | None
    valid_to: date | None


REGISTER = """
    select indicator_id, bbv_number, name_nl, taakveld, unit, decimals, source_id, source_reference, valid_to
    from marts.dim_indicator
    where bbv_number is not null
    order by taakveld nulls last, bbv_number, indicator_id
"""


@dataclass(frozen=True)
class OverviewLine:
    """One indicator in the overview: its figures, or why there is none.

    Attributes:
        link: where its chart and table stand; None where there is no figure.
        cells: own figure, Netherlands, province, size class, peers; empty where there is no figure.
        place: the rank among gemeenten, `12 van 342`.
    """

    number: int
    name: str
    unit: str
    link: str | None
    period: str
    cells: tuple[str, ...]
    place: str
    reason: str
    is_synthetic: bool


@dataclass(frozen=True)
class Taakveld:
    """The indicators of one taakveld."""

    anchor: str
    title: str
    summary: str
    lines: tuple[OverviewLine, ...]

    @property
    def has_figures(self) -> bool:
        """Whether any of them has a figure, so that columns for figures are of use."""
        return any(line.cells for line in self.lines)


def overview_of(
    register: Sequence[RegisterRow],
    points: Sequence[Point],
    benchmarks: Sequence[Benchmark],
    *,
    gemeente: str,
    links: Mapping[str, str],
    as_of: date,
) -> tuple[Taakveld, ...]:
    """Every official indicator, by taakveld.

    Args:
        register: the official indicators, in the order of taakveld and number.
        points: figures of the municipality and of the country.
        benchmarks: what the municipality's figures are measured by.
        gemeente: code of the municipality.
        links: indicator id to where its block stands.
        as_of: the day of the publication, which decides whether an indicator is still official.
    """
    own: dict[str, list[Point]] = {}
    for point in points:
        own.setdefault(point.indicator_id, []).append(point)
    measured = {(row.indicator_id, row.period_id): row for row in benchmarks}
    found: list[Taakveld] = []
    for taakveld, rows in groupby(register, key=lambda row: row.taakveld or "Zonder taakveld"):
        lines = tuple(
            _line(row, own.get(row.indicator_id, []), measured, gemeente, links.get(row.indicator_id), as_of)
            for row in rows
        )
        found.append(Taakveld(f"taakveld-{len(found) + 1}", taakveld, _summary(lines), lines))
    return tuple(found)


def _summary(lines: Sequence[OverviewLine]) -> str:
    filled = sum(bool(line.cells) for line in lines)
    total = "1 indicator" if len(lines) == 1 else f"{len(lines)} indicatoren"
    return f"{total}, waarvan {filled or 'geen enkele'} met een cijfer."


def _line(
    row: RegisterRow,
    points: Sequence[Point],
    measured: Mapping[tuple[str, str], Benchmark],
    gemeente: str,
    link: str | None,
    as_of: date,
) -> OverviewLine:
    own = sorted((p for p in points if p.region_code == gemeente), key=_age)
    newest = next((p for p in reversed(own) if p.value is not None), None)
    if newest is None or newest.value is None:
        reason = why_absent(row, own[-1] if own else None, as_of)
        return OverviewLine(row.bbv_number, row.name_nl, row.unit or "", None, "", (), "", reason, False)
    nation = next((p for p in points if p.region_code == NATION and p.period_id == newest.period_id), None)
    benchmark = measured.get((row.indicator_id, newest.period_id))
    values = [newest.value, nation.value if nation else None, None, None, None]
    if benchmark:
        values[1] = benchmark.national if values[1] is None else values[1]
        values[2:] = [
            benchmark.provincial,
            benchmark.size_class_median if benchmark.n_size_class > 1 else None,
            benchmark.peer_median,
        ]
    return OverviewLine(
        number=row.bbv_number,
        name=row.name_nl,
        unit=row.unit or "",
        link=link,
        period=labels.period(newest.period_id),
        cells=tuple(_NOT_THERE if value is None else labels.number(value, row.decimals) for value in values),
        place=_place(benchmark),
        reason="",
        is_synthetic=newest.is_synthetic,
    )


def _age(point: Point) -> tuple[float, str]:
    return labels.period_end(point.period_id), point.period_id


def _place(benchmark: Benchmark | None) -> str:
    if benchmark is None or benchmark.n_regions < 2:
        return _NOT_THERE
    shared = " (gedeeld)" if benchmark.n_equal > 1 else ""
    return f"{benchmark.rank}{shared} van {benchmark.n_regions}"


def why_absent(row: RegisterRow, newest: Point | None, as_of: date) -> str:
    """Why an official indicator has no figure, in words.

    Args:
        row: the indicator.
        newest: the newest row without a value, if there is any.
        as_of: the day of the publication.
    """
    if row.valid_to and row.valid_to < as_of:
        return f"sinds {labels.day(row.valid_to)} geen officiële indicator meer"
    if newest and newest.absence and newest.absence != "not_collected":
        return f"{labels.absence_words(newest.absence)} ({labels.period(newest.period_id)})"
    if row.source_id == _OWN_SOURCE:
        return "komt uit de eigen administratie; nog niet aangeleverd"
    reference = f"; bron: {row.source_reference}" if row.source_reference else ""
    return f"nog niet opgehaald of aangeleverd{reference}"
