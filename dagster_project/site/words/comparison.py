"""From the rows of the comparison to its words: an indicator beside other gemeenten, and the gemeenten that are alike.

What belongs here: which figures stand in these tables, and the sentences about them. What does not: any distance,
median or rank, which are computed in `models/`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from dagster_project.site.queries import Benchmark, Characteristic, Indicator, Peer
from dagster_project.site.words import labels


@dataclass(frozen=True)
class Measure:
    """One line of a comparison: whose figure, the figure, and how many gemeenten it stands for."""

    name: str
    text: str
    remark: str
    is_own: bool


@dataclass(frozen=True)
class Comparison:
    """What one indicator of the municipality is measured by, in one period."""

    period: str
    rows: tuple[Measure, ...]
    sentences: tuple[str, ...]
    is_synthetic: bool


@dataclass(frozen=True)
class Likeness:
    """The gemeenten that are alike: headings of the characteristics, and a line per gemeente, the own one first."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    sentences: tuple[str, ...]
    n_peers: int
    is_synthetic: bool


@dataclass(frozen=True)
class Line:
    """One gemeente: its distance in words, and its characteristics with the year where that is another."""

    name: str
    distance: str
    cells: tuple[tuple[str, str], ...]
    is_own: bool


def comparison_of(
    indicator: Indicator, rows: Iterable[Benchmark], gemeente_name: str, *, with_wholes: bool
) -> Comparison | None:
    """The comparison over the newest period of which more gemeenten are known; None where there is none.

    Args:
        indicator: which figure.
        rows: its rows of the municipality.
        gemeente_name: the municipality.
        with_wholes: whether the country and the province say something beside it: a rate does, a count does not.
    """
    known = [row for row in rows if row.n_regions > 1]
    if not known:
        return None
    row = max(known, key=lambda r: (labels.period_end(r.period_id), r.period_id))
    return Comparison(
        period=labels.period(row.period_id),
        rows=tuple(_measures(indicator, row, gemeente_name, with_wholes)),
        sentences=tuple(filter(None, (_place(row, gemeente_name), _better(indicator)))),
        is_synthetic=row.is_synthetic,
    )


def _measures(indicator: Indicator, row: Benchmark, gemeente_name: str, with_wholes: bool) -> Iterable[Measure]:
    def measure(name: str, value: float, remark: str = "", *, is_own: bool = False) -> Measure:
        return Measure(name, labels.number(value, indicator.decimals), remark, is_own)

    yield measure(gemeente_name, row.value, is_own=True)
    if row.national is not None and with_wholes:
        yield measure("Nederland", row.national, _derived(row.national_is_derived))
    if row.provincial is not None and with_wholes:
        yield measure(
            f"Provincie {labels.place(row.province_name or '')}", row.provincial, _derived(row.provincial_is_derived)
        )
    if row.size_class_median is not None and row.n_size_class > 1:
        yield measure(f"Gemeenten met {row.size_class}", row.size_class_median, _middle(row.n_size_class))
    if row.peer_median is not None:
        yield measure("Vergelijkbare gemeenten", row.peer_median, _middle(row.n_peers))


def _derived(is_derived: bool) -> str:
    return "opgeteld uit de gemeenten" if is_derived else ""


def _middle(n: int) -> str:
    return "één gemeente" if n == 1 else f"middelste van {n}"


def _place(row: Benchmark, gemeente_name: str) -> str:
    shared = " (gedeeld)" if row.n_equal > 1 else ""
    return (
        f"{gemeente_name} staat op plaats {row.rank}{shared} van {row.n_regions} gemeenten; "
        "plaats 1 heeft het hoogste cijfer."
    )


def _better(indicator: Indicator) -> str:
    match indicator.direction:
        case "up":
            return "Bij dit cijfer is hoger beter."
        case "down":
            return "Bij dit cijfer is lager beter."
    return ""


class LikenessRows(Protocol):
    """The peers of one municipality, and the characteristics of it and of them."""

    @property
    def peers(self) -> tuple[Peer, ...]: ...

    @property
    def characteristics(self) -> tuple[Characteristic, ...]: ...


def likeness_of(data: LikenessRows, gemeente: str, gemeente_name: str) -> Likeness | None:
    """The municipality and its peers; None where too little is known to call any gemeente alike."""
    figures: dict[str, dict[str, Characteristic]] = {}
    for figure in data.characteristics:
        figures.setdefault(figure.region_code, {})[figure.characteristic] = figure
    own = figures.get(gemeente, {})
    if not data.peers or not own:
        return None
    shown = [name for name in labels.CHARACTERISTICS if name in own]
    lines = [_line(gemeente_name, "–", own, own, shown, is_own=True)]
    lines += [
        _line(
            labels.place(peer.region_name),
            labels.number(peer.distance, 2),
            figures.get(peer.region_code, {}),
            own,
            shown,
        )
        for peer in data.peers
    ]
    return Likeness(
        headings=tuple(f"{labels.CHARACTERISTICS[name].heading} ({own[name].period_id})" for name in shown),
        lines=tuple(lines),
        sentences=tuple(_how_it_is_measured(data.peers, gemeente_name, shown)),
        n_peers=len(data.peers),
        is_synthetic=any(peer.is_synthetic for peer in data.peers),
    )


def _line(
    name: str,
    distance: str,
    figures: dict[str, Characteristic],
    own: dict[str, Characteristic],
    shown: list[str],
    *,
    is_own: bool = False,
) -> Line:
    cells = [_cell(figures.get(characteristic), own[characteristic]) for characteristic in shown]
    return Line(name, distance, tuple(cells), is_own)


def _cell(figure: Characteristic | None, own: Characteristic) -> tuple[str, str]:
    if figure is None:
        return "onbekend", ""
    text = labels.number(figure.value, labels.CHARACTERISTICS[figure.characteristic].decimals)
    return text, "" if figure.period_id == own.period_id else figure.period_id


def _how_it_is_measured(peers: tuple[Peer, ...], gemeente_name: str, shown: list[str]) -> Iterable[str]:
    compared = labels.enumeration([labels.CHARACTERISTICS[name].words for name in shown])
    which = "Deze gemeente lijkt" if len(peers) == 1 else f"Deze {len(peers)} gemeenten lijken"
    yield f"{which} het meest op {gemeente_name}, afgaand op {compared}."
    if len(shown) > 1:
        yield "Elk kenmerk telt even zwaar mee."
    if {"inhabitants", "address_density"} & set(shown):
        yield "Van aantallen telt de verhouding: 20.000 ligt even ver van 40.000 als 40.000 van 80.000."
    yield "Afstand 0 betekent gelijk in alles wat is vergeleken."
    yield "Twee willekeurige gemeenten liggen ongeveer 1,4 uit elkaar."
    if any(peer.n_characteristics < len(shown) for peer in peers):
        yield "Wat van een gemeente onbekend is, telt bij haar niet mee."
