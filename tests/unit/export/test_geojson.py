"""The layer of wijken: a feature per shape, the same columns for each, and the place where it lies."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from dagster_project.export.geojson import WijkFigure, collection, write_wijken
from dagster_project.site.draw.maps import Shape

SQUARE = (
    '{"type": "Polygon", "coordinates": [[[105000, 502000], [106000, 502000], [106000, 503000], [105000, 502000]]]}'
)
SHAPES = [
    Shape("WK000101", "Centrum", SQUARE, "EPSG:28992", False),
    Shape("WK000102", "Duin", SQUARE, "EPSG:28992", False),
]
FIGURES = [
    WijkFigure("inwoners", "WK000101", "2024", 410.0, None, False),
    WijkFigure("sport_pct", "WK000101", "2023", 51.5, -2.5, True),
    WijkFigure("inwoners", "WK000102", "2024", 90.0, None, False),
    WijkFigure("inwoners", "WK000199", "2024", 1.0, None, False),
]


def test_every_wijk_has_the_same_columns_with_its_own_newest_figures() -> None:
    told = collection(SHAPES, FIGURES)
    first, second = (feature["properties"] for feature in told["features"])
    assert list(first) == list(second)
    assert (first["inwoners"], first["sport_pct"], first["sport_pct_periode"], first["sport_pct_verschil"]) == (
        410.0,
        51.5,
        "2023",
        -2.5,
    )
    assert "inwoners_verschil" not in first
    assert second["sport_pct_verschil"] is None
    assert (second["inwoners"], second["sport_pct"], second["sport_pct_periode"]) == (90.0, None, None)
    assert (first["is_synthetisch"], second["is_synthetisch"]) == (True, False)
    assert told["features"][0]["geometry"] == json.loads(SQUARE)


def test_the_way_of_giving_places_is_said_where_it_is_not_that_of_the_standard() -> None:
    assert collection(SHAPES, [])["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::28992"
    world = Shape("WK000101", "Centrum", SQUARE, "EPSG:4326", True)
    assert "crs" not in collection([world], [])
    assert collection([world], [])["features"][0]["properties"]["is_synthetisch"] is True


@pytest.mark.parametrize("shapes", [0, 1])
def test_without_shapes_there_is_no_file(tmp_path: Path, shapes: int) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_region_shape (region_code text, region_name text, geometry text, crs text,"
            " is_synthetic boolean)"
        )
        connection.execute(
            "create table marts.v_wijken (indicator_id text, wijkcode text, periode text, waarde double,"
            " verschil double, is_synthetisch boolean, is_nieuwste boolean)"
        )
        connection.execute(
            "insert into marts.v_wijken values ('i', 'WK000101', '2023', 1, null, false, false),"
            " ('i', 'WK000101', '2024', 2, null, false, true)"
        )
        rows = [("WK000101", "Centrum", SQUARE, "EPSG:28992", False)] * shapes
        for row in rows:
            connection.execute("insert into marts.dim_region_shape values (?, ?, ?, ?, ?)", row)
        write_wijken(connection, tmp_path / "wijken.geojson")
    if shapes:
        (feature,) = json.loads((tmp_path / "wijken.geojson").read_text(encoding="utf-8"))["features"]
        assert (feature["properties"]["i"], feature["properties"]["i_periode"]) == (2.0, "2024")
    else:
        assert not (tmp_path / "wijken.geojson").exists()
