from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.site import render_site
from dagster_project.site.draw import maps
from dagster_project.site.draw.maps import RD, WGS84, Shape
from tests.unit.site import more_rows
from tests.unit.site.html_outline import Outline, article
from tests.unit.site.page_build import RUN, make_build, make_workspace


def render(folder: Path, sql: str) -> str:
    build = make_build(folder / "warehouse.duckdb", sql=sql)
    render_site(build, make_workspace(folder / "workspace"), folder / "site", RUN)
    return (folder / "site" / "wijken.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return render(tmp_path_factory.mktemp("wijken"), more_rows.SHAPES + more_rows.WIJKEN)


def shape(code: str, coordinates: object, *, crs: str = RD, kind: str = "Polygon") -> Shape:
    return Shape(code, code, json.dumps({"type": kind, "coordinates": coordinates}), crs, is_synthetic=False)


def box(left: float, low: float, right: float, high: float) -> list[list[list[float]]]:
    return [[[left, low], [right, low], [right, high], [left, high], [left, low]]]


def test_every_wijk_stands_in_the_table_with_the_newest_figure_or_why_not(page: str) -> None:
    text = article(page, "Personen met bijstand per 10.000 inwoners")
    assert "Wijk 01 Oosterzij 310,2 voorlopig" in text
    assert "Wijk 02 Zuidbroek 120,5 synthetisch" in text
    assert "Wijk 03 Centrum te klein om te tonen" in text
    assert "Heemskerk 214,4 Nederland 249,8" in text
    assert "300,0" not in text


def test_the_sentences_are_computed_from_the_table(page: str) -> None:
    text = article(page, "Personen met bijstand per 10.000 inwoners")
    assert "Het hoogst in Wijk 01 Oosterzij: 310,2 per 10.000 inwoners." in text
    assert "Het laagst in Wijk 02 Zuidbroek: 120,5 per 10.000 inwoners." in text
    assert "Eén wijk ligt boven het cijfer van heel Heemskerk, 214,4 per 10.000 inwoners." in text
    assert "Van één wijk is er geen cijfer." in text


def test_no_wijk_lies_above_the_whole_by_less_than_is_shown(tmp_path: Path) -> None:
    near = "update marts.fct_indicator_value set value = 310.16 where region_code = 'GM0396'"
    page = render(tmp_path, f"{more_rows.WIJKEN}; {near}")
    text = article(page, "Personen met bijstand per 10.000 inwoners")
    assert "Geen wijk ligt boven het cijfer van heel Heemskerk, 310,2 per 10.000 inwoners." in text


def test_an_indicator_without_any_figure_is_named_with_the_reason(page: str) -> None:
    assert "Cliënten met een maatwerkarrangement Wmo: onbekend (2020)" in Outline(page).text


def test_the_map_draws_each_shape_once_and_refers_to_it(page: str) -> None:
    assert page.count('<path id="vorm-') == 3
    for number, code in ((0, "WK039603"), (1, "WK039602"), (2, "WK039601")):
        assert f'<g class="kaart-vlak" fill="url(#patroon-{number})"><use href="#vorm-{code}"/></g>' in page
    assert "120,5 310,2 geen cijfer" in article(page, "Personen met bijstand per 10.000 inwoners")


def test_verdicts_per_wijk_stand_under_their_objective(page: str) -> None:
    text = article(page, "Oordeel per wijk")
    assert "Van de 3 wijken: behaald in 1, verkeerde richting in 1 en geen nieuwe meting in 1." in text
    assert "Wijk 03 Centrum geen nieuwe meting geen cijfer" in text


def test_without_shapes_the_page_says_how_to_give_them(tmp_path: Path) -> None:
    page = render(tmp_path, more_rows.WIJKEN)
    assert "Zet ze als wijken.geojson in de werkruimte" in Outline(page).text
    assert 'class="kaart"' not in page


def test_a_wijk_without_a_shape_is_named(tmp_path: Path) -> None:
    sql = more_rows.SHAPES + more_rows.WIJKEN + "delete from marts.dim_region_shape where region_code = 'WK039602';"
    assert "Op de kaarten ontbreekt Wijk 02 Zuidbroek" in Outline(render(tmp_path, sql)).text


def test_without_figures_per_wijk_the_page_says_where_they_come_from(tmp_path: Path) -> None:
    text = Outline(render(tmp_path, "")).text
    assert "Van Heemskerk zijn geen wijken bekend." in text


def test_a_municipality_of_many_wijken_gets_several_pages(tmp_path: Path) -> None:
    """400 wijken with three figures each."""
    sql = """
        insert into marts.dim_region (region_code, region_name, region_type, parent_code)
            select format('WK0396{:03}', n), format('Wijk {}', n), 'wijk', 'GM0396' from range(100, 500) as t(n);
        insert into marts.fct_indicator_value (indicator_id, region_code, period_id, territory, value)
            select i, format('WK0396{:03}', n), '2020', 'as_published', n
            from range(100, 500) as t(n),
                unnest(['bijstand_per_10000_inw', 'wmo_clients_per_10000', 'inwoners']) as u(i);
    """
    first = render(tmp_path, sql)
    second = (tmp_path / "site" / "wijken-3.html").read_text(encoding="utf-8")
    assert 'href="wijken-3.html#wijkcijfer-3"' in first
    assert "Wijk 499" in second
    assert all(path.stat().st_size < 300_000 for path in (tmp_path / "site").glob("*.html"))


def test_a_square_in_metres_is_drawn_as_a_square_with_north_up() -> None:
    outline = maps.outline_of([shape("a", box(0, 0, 100, 100)), shape("b", box(0, 100, 100, 200))])
    assert outline is not None
    assert outline.height - 8 == pytest.approx(2 * (outline.width - 8), abs=2)
    south, north = (float(re.findall(r"M[\d.]+,([\d.]+)", outline.paths[code])[0]) for code in "ab")
    assert south > north


def test_degrees_are_shrunk_by_the_latitude() -> None:
    """A degree of longitude in the Netherlands is some 0,61 of one of latitude."""
    outline = maps.outline_of([shape("a", box(4.0, 52.0, 4.1, 52.1), crs=WGS84)])
    assert outline is not None
    assert (outline.width - 8) / (outline.height - 8) == pytest.approx(0.6135, abs=0.01)


def test_neighbours_keep_sharing_their_border() -> None:
    """Points on the border lie on the grid alike, whichever shape they belong to."""
    border = [(50.0 + (n % 3) / 7, n * 1.37) for n in range(60)]
    left = [[[0.0, 0.0], *map(list, border), [0.0, 80.0], [0.0, 0.0]]]
    right = [[[100.0, 0.0], [100.0, 80.0], *map(list, reversed(border)), [100.0, 0.0]]]
    outline = maps.outline_of([shape("a", left), shape("b", right)])
    assert outline is not None
    one, other = (
        {(x, y) for x, y in corners(outline.paths[code]) if 100 < x < 300 and 20 < y < outline.height - 20}
        for code in "ab"
    )
    assert one == other
    assert len(one) > 10


def corners(path: str) -> set[tuple[float, float]]:
    """The corners of a path of one ring."""
    found, x, y = set(), 0.0, 0.0
    for command, a, b in re.findall(r"([Ml])(-?[\d.]+),(-?[\d.]+)", path):
        x, y = (float(a), float(b)) if command == "M" else (x + float(a), y + float(b))
        found.add((x, y))
    return found


def test_islands_and_holes_are_rings_of_one_path() -> None:
    hole = [*box(0, 0, 90, 90), *box(30, 30, 60, 60)]
    outline = maps.outline_of([shape("a", [hole, box(100, 0, 120, 20)], kind="MultiPolygon")])
    assert outline is not None
    assert outline.paths["a"].count("M") == outline.paths["a"].count("z") == 3


def test_a_label_lies_in_the_middle_of_the_largest_part() -> None:
    outline = maps.outline_of([shape("a", [box(0, 0, 90, 90), box(100, 0, 110, 10)], kind="MultiPolygon")])
    assert outline is not None
    x, y = outline.middles["a"]
    assert (x, y) == (pytest.approx(outline.width * 45 / 110, abs=4), pytest.approx(outline.height / 2, abs=4))
    assert ">03</text>" in outline.definitions({"a": "03"})
    assert "<text" not in outline.definitions({})


def test_what_has_no_area_is_not_drawn() -> None:
    assert maps.outline_of([shape("a", [1.0, 2.0], kind="Point")]) is None


def test_shapes_of_very_many_points_become_light() -> None:
    points = [[100 * n / 20_000, 50 + (n * 7919 % 1_000) / 400] for n in range(20_000)]
    outline = maps.outline_of([shape("a", [[*points, [100.0, 0.0], [0.0, 0.0], points[0]]])])
    assert outline is not None
    assert len(outline.definitions({})) < 40_200


@given(st.dictionaries(st.text("ab", min_size=1, max_size=6), st.integers(0, 12).map(float), min_size=1, max_size=30))
def test_classes_hold_every_region_once_in_the_order_of_the_values(values: dict[str, float]) -> None:
    classes = maps.classes_of(values)
    assert set(classes.of) == set(values)
    assert 1 <= len(classes.limits) <= 4
    assert set(classes.of.values()) == set(range(1, len(classes.limits) + 1))
    for code, value in values.items():
        low, high = classes.limits[classes.of[code] - 1]
        assert low <= value <= high
    highest = [high for _, high in classes.limits]
    assert highest == sorted(highest)
    assert all(before[1] < after[0] for before, after in zip(classes.limits, classes.limits[1:], strict=False))


def test_twelve_different_values_fall_in_four_classes_of_three() -> None:
    classes = maps.classes_of({str(n): float(n) for n in range(12)})
    assert classes.limits == ((0.0, 2.0), (3.0, 5.0), (6.0, 8.0), (9.0, 11.0))
