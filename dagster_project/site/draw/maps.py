"""Maps by hand: areas with few points, drawn once per page, and coloured per indicator by class and pattern.

What belongs here: geometry and classes. What does not: reading tables, choosing words, and colours, which are the
stylesheet's. Points are snapped to a grid, and those on a straight line left out: neighbours keep sharing their border.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

RD, WGS84 = "EPSG:28992", "EPSG:4326"
_WIDTH, _MARGIN = 400, 4
_HEIGHEST = 460
_BUDGET = 40_000
"""Bytes that the shapes of one page may take; the grid grows coarser until they fit."""
_MOST_CLASSES = 4
_LABEL_DROP = 5
"""From the middle of a label down to its baseline."""

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Shape:
    """One area as GeoJSON gives it.

    Attributes:
        crs: EPSG:28992 (metres) or EPSG:4326 (degrees, longitude first).
    """

    region_code: str
    region_name: str
    geometry: str
    crs: str
    is_synthetic: bool


@dataclass(frozen=True)
class Outline:
    """All areas of a map, ready to be referred to: paths by region code, in a drawing of this size.

    Attributes:
        middles: the middle of the largest part of each area, where its label goes.
    """

    width: int
    height: int
    paths: dict[str, str]
    middles: dict[str, tuple[float, float]]

    def definitions(self, labels: Mapping[str, str]) -> Markup:
        """The paths and the labels, written once per page.

        Args:
            labels: what to write on each area, by region code; areas without a label stay bare.
        """
        path = Markup('<path id="vorm-{}" d="{}"/>')
        paths = Markup("").join(path.format(code, d) for code, d in self.paths.items())
        text = Markup('<text class="kaart-naam" x="{:.0f}" y="{:.0f}">{}</text>')
        names = [
            text.format(x, y + _LABEL_DROP, labels[code]) for code, (x, y) in self.middles.items() if code in labels
        ]
        return paths + Markup('<g id="vorm-namen">') + Markup("").join(names) + Markup("</g>")


def outline_of(shapes: Sequence[Shape]) -> Outline | None:
    """The areas in one drawing, north up, with the same scale in both directions; None where none has an area."""
    rings = {shape.region_code: _flat(shape) for shape in shapes}
    points = [point for own in rings.values() for ring in own for point in ring]
    if not points:
        return None
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    scale = min((_WIDTH - 2 * _MARGIN) / max(right - left, 1e-9), (_HEIGHEST - 2 * _MARGIN) / max(high - low, 1e-9))
    width, height = (math.ceil(span * scale + 2 * _MARGIN) for span in (right - left, high - low))
    placed = {
        code: [[((x - left) * scale + _MARGIN, (high - y) * scale + _MARGIN) for x, y in ring] for ring in own]
        for code, own in rings.items()
    }
    return Outline(width, height, _paths(placed), {code: _middle(own) for code, own in placed.items() if own})


def _middle(rings: Sequence[Ring]) -> tuple[float, float]:
    """The centroid of the largest ring; the middle of its box where it has no area."""
    _, x, y = max((_centroid(ring) for ring in rings), key=lambda found: found[0])
    return x, y


def _centroid(ring: Ring) -> tuple[float, float, float]:
    """Area and centroid of a ring."""
    double, across, up = 0.0, 0.0, 0.0
    for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
        cross = ax * by - bx * ay
        double, across, up = double + cross, across + (ax + bx) * cross, up + (ay + by) * cross
    if math.isclose(double, 0.0, abs_tol=1e-9):
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        return 0.0, (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return abs(double) / 2, across / (3 * double), up / (3 * double)


def _paths(placed: Mapping[str, list[Ring]]) -> dict[str, str]:
    """The paths on the finest grid on which they fit the budget."""
    paths: dict[str, str] = {}
    for grid in (1, 2, 4, 8):
        paths = {code: _path(rings, grid / 2) for code, rings in placed.items()}
        if sum(map(len, paths.values())) <= _BUDGET:
            break
    return {code: path for code, path in paths.items() if path}


def _path(rings: Iterable[Ring], grid: float) -> str:
    parts = []
    for ring in rings:
        snapped = _corners((round(x / grid), round(y / grid)) for x, y in ring)
        if len(snapped) > 2:
            parts.append(_ring_path(snapped, grid))
    return "".join(parts)


def _corners(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The points at which the line turns: what lies on its way is left out, and the last is not the first again."""
    kept: list[tuple[int, int]] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and _goes_on(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return kept


def _goes_on(first: tuple[int, int], middle: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether the line from the first to the last passes through the middle."""
    (ax, ay), (bx, by) = ((to[0] - since[0], to[1] - since[1]) for since, to in ((first, middle), (middle, last)))
    return ax * by == ay * bx and ax * bx + ay * by > 0


def _ring_path(points: list[tuple[int, int]], grid: float) -> str:
    """A closed path in steps from point to point, which take fewer characters than places."""
    (x, y), *rest = points
    steps = [f"M{x * grid:g},{y * grid:g}"]
    for to_x, to_y in rest:
        steps.append(f"l{(to_x - x) * grid:g},{(to_y - y) * grid:g}")
        x, y = to_x, to_y
    return "".join(steps) + "z"


def _flat(shape: Shape) -> list[Ring]:
    """The rings of a shape in a plane: metres as they are, degrees shrunk by the latitude."""
    rings = list(_rings(json.loads(shape.geometry)))
    if shape.crs != WGS84:
        return rings
    latitudes = [y for ring in rings for _, y in ring]
    if not latitudes:
        return rings
    # one factor for the whole country's latitudes keeps neighbours on the same grid
    shrink = math.cos(math.radians(_LATITUDE))
    return [[(x * shrink, y) for x, y in ring] for ring in rings]


_LATITUDE = 52.16
"""Of Amersfoort, where the national grid has its middle: within 2 % of true anywhere in the country."""


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    """The rings of a Polygon or a MultiPolygon; other geometries have no area."""
    match geometry.get("type"):
        case "Polygon":
            polygons = [geometry["coordinates"]]
        case "MultiPolygon":
            polygons = geometry["coordinates"]
        case "GeometryCollection":
            for part in geometry["geometries"]:
                yield from _rings(part)
            return
        case _:
            return
    for polygon in polygons:
        for ring in polygon:
            yield [(float(x), float(y)) for x, y, *_ in ring]


@dataclass(frozen=True)
class Classes:
    """Values in a few groups of about equal size, from low to high.

    Attributes:
        limits: lowest and highest value of each group.
        of: the group of each region, from 1.
    """

    limits: tuple[tuple[float, float], ...]
    of: dict[str, int]


def classes_of(values: Mapping[str, float]) -> Classes:
    """Quantiles: about as many regions in each class; equal values never fall in different classes."""
    distinct = sorted(set(values.values()))
    count = min(_MOST_CLASSES, len(distinct))
    if not count:
        return Classes((), {})
    ordered = sorted(values.values())
    cuts = sorted({ordered[min(len(ordered) * k // count, len(ordered) - 1)] for k in range(1, count)})
    number = {value: 1 + sum(value >= cut for cut in cuts) for value in distinct}
    used = sorted(set(number.values()))
    place = {old: new for new, old in enumerate(used, start=1)}
    groups = [[v for v in distinct if place[number[v]] == one] for one in range(1, len(used) + 1)]
    return Classes(
        tuple((group[0], group[-1]) for group in groups),
        {code: place[number[value]] for code, value in values.items()},
    )


def choropleth(outline: Outline, classes: Classes, *, chart_id: str, summary: str) -> Markup:
    """The areas, each in the colour and pattern of its class; without a class in those of "no figure".

    Args:
        outline: the areas; their definitions stand elsewhere in the page.
        classes: of the regions that have a figure.
        chart_id: unique in the page.
        summary: what a person who cannot see it should hear; the table beside it says the rest.
    """
    areas = Markup("").join(_group(number, outline, classes) for number in range(len(classes.limits) + 1))
    opening = Markup(
        '<svg class="kaart" role="img" aria-labelledby="{0}-titel" viewBox="0 0 {1} {2}" width="{1}" height="{2}">'
        '<title id="{0}-titel">{3}</title>'
    )
    names = Markup('<use href="#vorm-namen"/></svg>')
    return opening.format(chart_id, outline.width, outline.height, summary) + areas + names


def _group(number: int, outline: Outline, classes: Classes) -> Markup:
    """The areas of one class; the fill stands here and not in the stylesheet, which refers to nothing."""
    area = Markup('<use href="#vorm-{}"/>')
    areas = Markup("").join(area.format(code) for code in outline.paths if classes.of.get(code, 0) == number)
    return Markup('<g class="kaart-vlak" fill="url(#patroon-{})">{}</g>').format(number, areas) if areas else areas


def swatch(number: int) -> Markup:
    """A sample of a class for the legend; 0 is "no figure"."""
    return Markup(
        '<svg class="kaart-staal" aria-hidden="true" viewBox="0 0 28 18" width="28" height="18">'
        '<rect class="kaart-vlak" fill="url(#patroon-{})" x="1" y="1" width="26" height="16"/></svg>'
    ).format(number)


def patterns() -> Markup:
    """The fills of the classes, written once per page: a colour under a pattern that grows denser with the class."""
    pattern = Markup(
        '<pattern id="patroon-{0}" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="kaart-kleur-{0}" width="8" height="8"/><path class="kaart-lijn-{0}" d="{1}"/></pattern>'
    )
    return Markup("").join(pattern.format(number, path) for number, path in enumerate(_PATTERNS))


_PATTERNS = (
    "M0,8L8,0",  # no figure: a thin slant on white
    "",
    "M2,2h.01M6,6h.01",  # dots
    "M-1,1L1,-1M0,8L8,0M7,9L9,7",  # slanted lines
    "M0,0L8,8M0,8L8,0",  # crossed lines
)
