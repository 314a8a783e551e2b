"""Shapes of wijken: what is read of a GeoJSON file, in which coordinates, and errors that a person can act on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts import contract
from dagster_project.errors import UnsoundData
from dagster_project.extract import shapes
from tests.unit.extract.files import read_all

SHAPES = contract("municipal", "region_shapes")
DEGREES = [[4.66, 52.5], [4.68, 52.5], [4.68, 52.52], [4.66, 52.5]]
METRES = [[105000, 502000], [106000, 502000], [106000, 503000.5], [105000, 502000]]
RD = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}


def feature(
    ring: object = DEGREES, kind: str = "Polygon", coordinates: object = None, **properties: object
) -> dict[str, Any]:
    """A wijk of one ring, unless other coordinates are given."""
    shown = [ring] if coordinates is None else coordinates
    held = properties or {"statcode": "WK039601", "statnaam": "Verzonnen wijk"}
    return {"type": "Feature", "properties": held, "geometry": {"type": kind, "coordinates": shown}}


def collection(*features: object, **members: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", **members, "features": list(features)}


def rows_of(tmp_path: Path, document: object) -> list[dict[str, object]]:
    path = tmp_path / "wijken.geojson"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    tables, faults = read_all(shapes.read, SHAPES, path, name="wijken.geojson")
    assert not faults
    return tables["region_shape"]


def refusal(tmp_path: Path, document: object) -> str | None:
    """Why a file is refused, None when it is read."""
    try:
        rows_of(tmp_path, document)
    except UnsoundData as error:
        return str(error)
    return None


def test_a_shape_keeps_its_coordinates_and_nothing_but_its_code_and_name(tmp_path: Path) -> None:
    high = [[*point, 1.5] for point in DEGREES]
    document = collection(
        feature(high, statcode=" wk039601 ", statnaam="Verzonnen  wijk", bewoners=["Jansen"]),
        feature(kind="MultiPolygon", coordinates=[[DEGREES], [DEGREES, DEGREES]], WK_CODE="WK039602"),
        synthetisch="ja",
    )
    first, second = rows_of(tmp_path, document)
    assert (first["region_code"], first["region_name"], first["crs"]) == ("WK039601", "Verzonnen wijk", "EPSG:4326")
    assert json.loads(str(first["geometry"])) == {"type": "Polygon", "coordinates": [DEGREES]}
    assert json.loads(str(second["geometry"]))["coordinates"] == [[DEGREES], [DEGREES, DEGREES]]
    assert [(row["row_number"], row["is_synthetic"]) for row in (first, second)] == [(1, "ja"), (2, "ja")]
    assert second["region_name"] is None
    assert "Jansen" not in str(first)


@pytest.mark.parametrize("name", ["region_code", "statcode", "wijkcode", "WK_CODE"])
def test_the_code_goes_by_several_names(tmp_path: Path, name: str) -> None:
    (row,) = rows_of(tmp_path, collection(feature(**{name: "WK039601"})))
    assert row["region_code"] == "WK039601"


@pytest.mark.parametrize(
    ("ring", "members", "crs"),
    [
        (DEGREES, {}, "EPSG:4326"),
        (METRES, {}, "EPSG:28992"),
        (METRES, {"crs": RD}, "EPSG:28992"),
        (METRES, {"crs": {"type": "name", "properties": {"name": "EPSG:28992"}}}, "EPSG:28992"),
        (DEGREES, {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}, "EPSG:4326"),
        (DEGREES, {"crs": None}, "EPSG:4326"),
    ],
)
def test_the_coordinates_are_those_that_the_file_names_or_that_they_can_only_be(
    tmp_path: Path, ring: object, members: dict[str, object], crs: str
) -> None:
    (row,) = rows_of(tmp_path, collection(feature(ring), **members))
    assert row["crs"] == crs


def test_a_feature_may_say_for_itself_that_it_is_made_up(tmp_path: Path) -> None:
    own = [
        feature(wijkcode="WK039601", synthetisch=False),
        feature(wijkcode="WK039602", synthetisch="nee"),
        feature(wijkcode="WK039603"),
    ]
    assert [row["is_synthetic"] for row in rows_of(tmp_path, collection(*own, synthetisch=True))] == [
        "nee",
        "nee",
        "ja",
    ]
    assert [row["is_synthetic"] for row in rows_of(tmp_path, collection(feature()))] == [None]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "is no JSON in UTF-8: line 1: Expecting value"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "is no JSON in UTF-8: NaN is no number"),
        ("[" * 100_000, "is no JSON in UTF-8"),
        ([], "is no GeoJSON FeatureCollection"),
        (feature(), "is no GeoJSON FeatureCollection with features"),
        (collection(), "is no GeoJSON FeatureCollection with features"),
        (collection("x"), "feature 1 is no GeoJSON Feature"),
        (collection(feature(wijk="Centrum")), "feature 1 has none for a code, expected region_code, statcode"),
        (collection(feature(statcode="0396")), "feature 1 has '0396' for a code, expected"),
        (collection(feature(), feature()), "has WK039601 twice, expected one feature"),
        (collection(feature(kind="Point")), r"feature 1 \(WK039601\) is a 'Point', expected a Polygon or MultiPolygon"),
        (collection({**feature(), "geometry": None}), "is a 'None', expected a Polygon"),
        (collection(feature(coordinates=[])), "has a polygon without rings"),
        (collection(feature(kind="MultiPolygon", coordinates=[])), "has no coordinates"),
        (collection(feature(coordinates=[[]])), "has a ring of 0 points that is not closed"),
        (collection(feature(kind="MultiPolygon", coordinates=[[]])), "has a polygon without rings"),
        (collection(feature(DEGREES[:3])), "has a ring of 3 points that is not closed, expected 4 points or more"),
        (collection(feature([["4", "5"]] * 4)), "has a point that is not two numbers"),
        (collection(feature([[True, 5]] * 4)), "has a point that is not two numbers"),
        (collection(feature([[10**400, 5]] * 4)), "has a point that is not two numbers"),
        (collection(feature([[52.5, 4.66]] * 4)), "two numbers are swapped: GeoJSON puts x"),
        (
            collection(feature([[0, 0]] * 4)),
            r"has a point \(0, 0\) that does not lie in the Netherlands by EPSG:28992 o",
        ),
        (collection(feature([DEGREES[0], *METRES[1:3], DEGREES[0]])), "that does not lie in the Netherlands"),
        (collection(feature(DEGREES), crs=RD), "does not lie in the Netherlands by EPSG:28992"),
        (
            collection(feature(), crs={"properties": {"name": "EPSG:3857"}}),
            "is in 'EPSG:3857', expected EPSG:28992 or EPSG:4326",
        ),
        (collection(feature(), synthetisch="misschien"), "synthetisch says 'misschien', expected ja or nee"),
        (collection(*[feature()] * (shapes.MAX_SHAPES + 1)), "holds 1001 shapes, expected 1000 at most"),
        (collection(feature([DEGREES[0]] * (shapes.MAX_POINTS + 1))), "holds 250001 points, expected 250000 at most"),
    ],
)
def test_a_fault_says_what_was_found_and_what_was_expected(tmp_path: Path, document: object, message: str) -> None:
    with pytest.raises(UnsoundData, match=f"^wijken.geojson.*{message}"):
        rows_of(tmp_path, document)


def test_a_file_of_the_whole_country_is_not_even_parsed(tmp_path: Path) -> None:
    with pytest.raises(UnsoundData, match="wijken.geojson is larger than 20 MB"):
        rows_of(tmp_path, " " * (shapes.MAX_BYTES + 1))


def test_a_file_of_shapes_is_recorded_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "wijken.geojson"
    path.write_text(json.dumps(collection(feature())), encoding="utf-8")
    recording = shapes.record(SHAPES, path, tmp_path / "scratch")
    assert recording.file.read_bytes() == path.read_bytes()
    assert (recording.url, recording.extension, recording.origin) == ("wijken.geojson", "geojson", "file")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("WK039601"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "features", "properties", "geometry", "coordinates", "crs", "name", "statcode"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(values, values, values)
def test_whatever_the_json_a_file_is_read_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, geometry: object, properties: object, crs: object
) -> None:
    polygon = {"type": "Polygon", "coordinates": geometry}
    inner = {"type": "Feature", "properties": properties, "geometry": polygon}
    for document in (
        geometry,
        collection(geometry),
        collection(inner, crs=crs),
        collection(feature(geometry), crs=crs),
    ):
        said = refusal(tmp_path_factory.mktemp("shapes"), document)
        assert said is None or said.startswith("wijken.geojson")
