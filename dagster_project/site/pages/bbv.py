"""The pages that compare: every official indicator in one overview, and a block per indicator with a figure.

What belongs here: what stands on `bbv.html`, and which blocks move to a page per taakveld when it would grow heavy.
What does not: sentences (`indicators.py`, `comparison.py`) and the overview's cells (`register.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from dagster_project.site.site import Page, Site
from dagster_project.site.words import comparison, indicators, labels, register
from dagster_project.site.words.comparison import LikenessRows
from dagster_project.site.words.indicators import Block, IndicatorRows
from dagster_project.site.words.register import RegisterRow

_ROOM = 180_000
"""Characters that the blocks of one page may take by estimate: overview, peers and frame take the rest of 300 kB."""
_BLOCK, _ROW, _MEASURE = 1_900, 190, 170
"""Characters that a block takes without its chart and tables, and a row of each of these."""
_OTHERS = "Andere cijfers"


class ComparedRows(IndicatorRows, LikenessRows, Protocol):
    """All rows of one municipality that these pages are made of."""


@dataclass(frozen=True)
class Compared:
    """One municipality to be compared.

    Attributes:
        stem: file of the main page without its ending; pages of taakvelden add to it.
        crumbs: the pages above it, as (file, words).
        nav: the entry of the navigation under which the pages fall.
    """

    gemeente: str
    name: str
    as_of: date
    stem: str
    nav: str
    crumbs: tuple[tuple[str, str], ...] = ()


def pages(site: Site) -> Iterator[Page]:
    """The page of the official indicators; those of its taakvelden where it would grow heavy."""
    rows = site.reader.rows(RegisterRow, register.REGISTER)
    compared = Compared(site.gemeente, site.gemeente_name, site.run.as_of, "bbv", "bbv.html")
    yield from compared_pages(compared, site.data, rows)


def compared_pages(compared: Compared, data: ComparedRows, rows: Sequence[RegisterRow]) -> Iterator[Page]:
    """The pages of one municipality: the main one, then one per taakveld where the blocks do not fit on it.

    Args:
        compared: which municipality, and where its pages go.
        data: its rows.
        rows: the official indicators.
    """
    blocks = indicators.blocks_of(data, compared.gemeente, compared.name)
    groups = _groups(blocks, rows)
    main = f"{compared.stem}.html"
    fits = sum(map(_weight, blocks)) <= _ROOM
    files = {title: main if fits else f"{compared.stem}-{number}.html" for number, title in enumerate(groups, start=1)}
    links = {b.indicator_id: f"{files[title]}#{b.anchor}" for title, own in groups.items() for b in own}
    overview = register.overview_of(
        rows,
        data.indicator_points,
        data.benchmarks,
        gemeente=compared.gemeente,
        links=links,
        as_of=compared.as_of,
    )
    shared = {"gemeente": compared.name, "main": main}
    context = {
        **shared,
        "summary": _summary(compared.name, overview),
        "overview": overview,
        "groups": list(groups.items()) if fits else [],
        "elsewhere": [] if fits else [(files[title], title, len(own)) for title, own in groups.items()],
        "likeness": comparison.likeness_of(data, compared.gemeente, compared.name),
    }
    yield Page(main, "bbv.html.j2", f"{compared.name} vergeleken", context, compared.nav, compared.crumbs)
    if fits:
        return
    above = (*compared.crumbs, (main, f"{compared.name} vergeleken"))
    for title, own in groups.items():
        part = {**shared, "groups": [(title, own)]}
        yield Page(files[title], "bbv_taakveld.html.j2", title, part, compared.nav, above)


def _groups(blocks: Sequence[Block], rows: Sequence[RegisterRow]) -> dict[str, list[Block]]:
    """The blocks by taakveld in the order of the register; what is not official comes last."""
    taakvelden = {row.indicator_id: row.taakveld or "Zonder taakveld" for row in rows}
    groups: dict[str, list[Block]] = {title: [] for title in [*dict.fromkeys(taakvelden.values()), _OTHERS]}
    for block in blocks:
        groups[taakvelden.get(block.indicator_id, _OTHERS)].append(block)
    return {title: own for title, own in groups.items() if own}


def _weight(block: Block) -> int:
    """About how many characters a block takes: charts are known, tables are reckoned by their rows."""
    measures = len(block.comparison.rows) if block.comparison else 0
    return _BLOCK + len(block.chart or "") + _ROW * len(block.rows) + _MEASURE * measures


def _summary(name: str, overview: Sequence[register.Taakveld]) -> str:
    lines = [line for taakveld in overview for line in taakveld.lines]
    filled = sum(bool(line.cells) for line in lines)
    if not lines:
        return "Het landelijke register (BBV) is leeg."
    have = "is er een cijfer" if filled == 1 else "zijn er cijfers"
    return (
        f"Het landelijke register (BBV) telt {labels.number(len(lines), 0)} indicatoren; van {filled} daarvan "
        f"{have} over {name}."
    )
