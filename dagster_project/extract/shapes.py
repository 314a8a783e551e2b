"""Shapes of regions: one GeoJSON file with the wijken of the municipality, for the map.

Only polygons are read, with the code and the name of each; other properties never leave the file. Where a point lies is
checked, so that a map cannot come out mirrored or in the sea. Drawing belongs to the site.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.contracts import Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import documents
from dagster_project.extract.delimited import quoted
from dagster_project.extract.documents import BadDocument
from dagster_project.extract.reading import ReadContext
from dagster_project.extract.rows import RowMaker
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Recording, Snapshot

MAX_BYTES = 20_000_000
MAX_SHAPES = 1_000
MAX_POINTS = 250_000
"""In the whole file: a page with the map of one municipality needs some thousands."""
CODE_PROPERTIES = ("region_code", "statcode", "wijkcode", "wk_code")
NAME_PROPERTIES = ("region_name", "statnaam", "wijknaam", "wk_naam")
"""Properties that may hold code and name, compared without case; the first that is filled counts."""

_CODE = re.compile(r"GM[0-9]{4}|WK[0-9A-Z]{6}|BU[0-9A-Z]{8}")
_FAR = 1e9
"""No coordinate is as large as this; neither infinity nor what is no number is smaller."""
_MIN_RING = 4
"""Positions in the smallest ring: a triangle, with its first corner again at the end."""


@dataclass(frozen=True)
class _Crs:
    """A way of giving places, and the box in which the Netherlands lies by it."""

    name: str
    mark: re.Pattern[str]
    """What the file's own name of it looks like."""
    west: float
    south: float
    east: float
    north: float

    def holds(self, x: float, y: float) -> bool:
        return self.west <= x <= self.east and self.south <= y <= self.north


_KNOWN = (
    _Crs("EPSG:28992", re.compile(r"(?:^|\D)28992$"), -7_000, 289_000, 300_000, 629_000),
    _Crs("EPSG:4326", re.compile(r"(?:^|\D)4326$|CRS84$"), 3.0, 50.5, 7.5, 54.0),
)


def record(dataset: Dataset, path: Path, scratch: Path) -> Recording:
    """Copy a file of shapes as it stands, ready for the snapshot store. Its name stands in `url`."""
    scratch.mkdir(parents=True, exist_ok=True)
    copy = scratch / f"{dataset.dataset_id}.geojson"
    shutil.copyfile(path, copy)
    return Recording(file=copy, extension="geojson", origin="file", url=path.name)


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Read a file of shapes: a row of the contract's raw table per feature, the shape as GeoJSON text.

    Raises:
        UnsoundData: it is no FeatureCollection of polygons with codes, a code stands twice, it is larger than a map of
            one municipality can be, or its points do not lie in the Netherlands.
    """
    del context  # nothing in a file of shapes is about a person, and a fault refuses the whole file
    name = snapshot.url
    document = _document(name, path)
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        raise UnsoundData(f"{name} is no GeoJSON FeatureCollection with features. Export the wijken again as GeoJSON.")
    if len(features) > MAX_SHAPES:
        raise UnsoundData(
            f"{name} holds {len(features)} shapes, expected {MAX_SHAPES} at most: keep those of your own municipality."
        )
    shapes = [_Shape.of(name, number, feature) for number, feature in enumerate(features, 1)]
    _refuse_doubles(name, shapes)
    points = [point for shape in shapes for point in shape.points]
    if len(points) > MAX_POINTS:
        raise UnsoundData(
            f"{name} holds {len(points)} points, expected {MAX_POINTS} at most. Export it with simplified borders."
        )
    crs = _crs(name, document, points)
    said = document.get("synthetisch")
    columns: dict[str, Sequence[object]] = {
        "region_code": [shape.code for shape in shapes],
        "region_name": [shape.title for shape in shapes],
        "geometry": [shape.geometry for shape in shapes],
        "crs": [crs] * len(shapes),
        "is_synthetic": [_yes_or_no(name, shape.said if shape.said is not None else said) for shape in shapes],
    }
    rows = RowMaker(dataset, snapshot.snapshot_id, snapshot.is_synthetic)
    yield rows.batch(str(dataset.raw_table), range(1, len(shapes) + 1), {**columns})


@dataclass(frozen=True)
class _Shape:
    code: str
    title: str | None
    geometry: str
    points: list[tuple[float, float]]
    said: object
    """What the feature says of being made up."""

    @classmethod
    def of(cls, name: str, number: int, feature: object) -> _Shape:
        """One feature of the collection, checked."""
        where = f"{name}, feature {number}"
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise UnsoundData(f"{where} is no GeoJSON Feature. Export the wijken again as GeoJSON.")
        held = feature.get("properties")
        properties = {str(key).casefold(): value for key, value in (held if isinstance(held, dict) else {}).items()}
        code = _first(properties, CODE_PROPERTIES)
        if code is None or not _CODE.fullmatch(code.upper()):
            found = "none" if code is None else quoted(code)
            raise UnsoundData(
                f"{where} has {found} for a code, expected {', '.join(CODE_PROPERTIES)} to hold one such as WK039601."
            )
        kind, parts = _polygons(f"{where} ({code.upper()})", feature.get("geometry"))
        shown = parts[0] if kind == "Polygon" else parts
        return cls(
            code=code.upper(),
            title=_first(properties, NAME_PROPERTIES),
            geometry=json.dumps({"type": kind, "coordinates": shown}, separators=(",", ":")),
            points=[(x, y) for polygon in parts for ring in polygon for x, y in ring],
            said=properties.get("synthetisch", properties.get("is_synthetic")),
        )


def _document(name: str, path: Path) -> dict[str, Any]:
    if path.stat().st_size > MAX_BYTES:
        raise UnsoundData(
            f"{name} is larger than {MAX_BYTES // 1_000_000} MB. Keep your own wijken, with simplified borders."
        )

    try:
        document = documents.parse_json(path.read_bytes(), MAX_BYTES)
    except BadDocument as error:
        raise UnsoundData(f"{name} is no JSON in UTF-8: {error}. Export it again as GeoJSON.") from None
    if not isinstance(document, dict):
        raise UnsoundData(f"{name} is no GeoJSON FeatureCollection. Export the wijken again as GeoJSON.")
    return document


def _first(properties: dict[str, Any], names: Sequence[str]) -> str | None:
    """The first of some properties that holds text, without the half characters that JSON can write."""
    held = (properties.get(name) for name in names)
    filled = (" ".join(text.encode(errors="ignore").decode().split()) for text in held if isinstance(text, str))
    return next((text for text in filled if text), None)


Ring = list[list[float]]


def _polygons(where: str, geometry: object) -> tuple[str, list[list[Ring]]]:
    """The kind of a geometry and its polygons, each a list of closed rings of two numbers per point."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    held = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise UnsoundData(f"{where} is a {quoted(str(kind))}, expected a Polygon or MultiPolygon.")
    polygons = [held] if kind == "Polygon" else held
    if not isinstance(polygons, list) or not polygons:
        raise UnsoundData(f"{where} has no coordinates. Leave the feature out, or export it again.")
    return str(kind), [_rings(where, polygon) for polygon in polygons]


def _rings(where: str, polygon: object) -> list[Ring]:
    if not isinstance(polygon, list) or not polygon or not all(isinstance(ring, list) for ring in polygon):
        raise UnsoundData(f"{where} has a polygon without rings. Leave the feature out, or export it again.")
    rings = [[_position(where, position) for position in ring] for ring in polygon]
    for ring in rings:
        if len(ring) < _MIN_RING or ring[0] != ring[-1]:
            raise UnsoundData(
                f"{where} has a ring of {len(ring)} points that is not closed, expected {_MIN_RING} points or more, "
                "the last equal to the first. Export it again."
            )
    return rings


def _position(where: str, position: object) -> list[float]:
    """Two numbers; a height behind them is left out."""
    if isinstance(position, list) and len(position) in (2, 3):
        x, y = position[0], position[1]
        if all(isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < _FAR for part in (x, y)):
            return [x, y]
    raise UnsoundData(f"{where} has a point that is not two numbers. Export it again as GeoJSON.")


def _refuse_doubles(name: str, shapes: list[_Shape]) -> None:
    seen: set[str] = set()
    for shape in shapes:
        if shape.code in seen:
            raise UnsoundData(f"{name} has {shape.code} twice, expected one feature (a MultiPolygon) for each region.")
        seen.add(shape.code)


def _crs(name: str, document: dict[str, Any], points: list[tuple[float, float]]) -> str:
    """How the file gives places: as it says itself, else as its numbers can only be meant."""
    said = document.get("crs")
    properties = said.get("properties") if isinstance(said, dict) else None
    label = str(properties.get("name") or "") if isinstance(properties, dict) else ""
    named = [crs for crs in _KNOWN if crs.mark.search(label)]
    if label and not named:
        raise UnsoundData(f"{name} is in {quoted(label)}, expected EPSG:28992 or EPSG:4326. Export it in one of these.")
    fitting = [crs for crs in named or _KNOWN if all(crs.holds(x, y) for x, y in points)]
    if fitting:
        return fitting[0].name
    x, y = next((point for point in points if not any(crs.holds(*point) for crs in named or _KNOWN)), points[0])
    swapped = any(crs.holds(y, x) for crs in _KNOWN)
    way_out = "the two numbers are swapped: GeoJSON puts x (or longitude) first" if swapped else "export it again"
    raise UnsoundData(
        f"{name} has a point ({x:g}, {y:g}) that does not lie in the Netherlands by "
        f"{' or '.join(crs.name for crs in named or _KNOWN)}; {way_out}."
    )


def _yes_or_no(name: str, said: object) -> str | None:
    if said is None:
        return None
    word = {True: "ja", False: "nee"}.get(said) if isinstance(said, bool) else str(said).strip().casefold()
    if word not in ("ja", "nee"):
        raise UnsoundData(f"{name}: synthetisch says {quoted(str(said))}, expected ja or nee.")
    return word
