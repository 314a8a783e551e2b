"""The pages of wijken: every figure that is known per wijk in a table and on a map, and verdicts per wijk.

What belongs here: what stands on `wijken.html`, and on which page of it. What does not: sentences (`wijken.py`) and
geometry (`maps.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.draw import maps
from dagster_project.site.queries.wijken import read_wijken
from dagster_project.site.site import Page, Site
from dagster_project.site.words import labels, wijken
from dagster_project.site.words.wijken import WijkBlock

_MOST_LINES = 800
"""Lines of all tables of one page together: with their maps some 200 kB."""


def pages(site: Site) -> Iterator[Page]:
    """The page of wijken; a municipality with so many that one page would grow heavy gets several."""
    rows = read_wijken(site.reader)
    blocks = wijken.blocks_of(rows, site.gemeente, site.gemeente_name)
    outline = maps.outline_of(rows.shapes)
    parts = _parts(blocks) or [()]
    files = ["wijken.html" if number == 1 else f"wijken-{number}.html" for number in range(1, len(parts) + 1)]
    where = {block.anchor: file for file, part in zip(files, parts, strict=True) for block in part}
    shared = {
        "contents": [(f"{where[block.anchor]}#{block.anchor}", block.title, block.period) for block in blocks],
        "map_sentence": wijken.map_sentence(rows),
        "shapes": outline.definitions(wijken.map_labels(rows.wijken)) if outline else "",
        "patterns": maps.patterns() if outline else "",
        "has_made_up_shapes": any(shape.is_synthetic for shape in rows.shapes),
    }
    first = {
        "summary": _summary(site.gemeente_name, len(rows.wijken), len(blocks)),
        "objectives": wijken.objectives_of(site.data.objectives, site.data.wijk_verdicts),
        "without": wijken.without_figures(rows),
    }
    for number, (file, part) in enumerate(zip(files, parts, strict=True), start=1):
        context = {**shared, **first, "blocks": part, "is_first": number == 1}
        title = f"Wijken van {site.gemeente_name}" + ("" if number == 1 else f", deel {number}")
        crumbs = () if number == 1 else (("wijken.html", "Wijken"),)
        yield Page(file, "wijken.html.j2", title, context, "wijken.html", crumbs)


def _parts(blocks: tuple[WijkBlock, ...]) -> list[tuple[WijkBlock, ...]]:
    """The blocks in groups that each fit a page."""
    parts: list[tuple[WijkBlock, ...]] = []
    room = 0
    for block in blocks:
        if len(block.lines) > room:
            parts.append(())
            room = _MOST_LINES
        parts[-1] = (*parts[-1], block)
        room -= len(block.lines)
    return parts


def _summary(gemeente_name: str, n_wijken: int, n_indicators: int) -> str:
    if not n_wijken:
        return f"Van {gemeente_name} zijn geen wijken bekend. Ze komen uit de Kerncijfers wijken en buurten van CBS."
    told = "1 wijk" if n_wijken == 1 else f"{labels.number(n_wijken, 0)} wijken"
    if not n_indicators:
        return (
            f"{gemeente_name} heeft {told}, maar er is nog geen cijfer per wijk. Cijfers komen uit de Kerncijfers "
            "wijken en buurten van CBS, of met de hand in measurements.csv."
        )
    indicators = "1 indicator" if n_indicators == 1 else f"{n_indicators} indicatoren"
    return (
        f"{gemeente_name} heeft {told}. Van {indicators} is er een cijfer per wijk; hieronder staat telkens het "
        "nieuwste."
    )
