from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.site.draw.charts import Series
from dagster_project.site.draw.lines import bar_chart, line_chart

SVG = "{http://www.w3.org/2000/svg}"
OWN = Series("Heemskerk", ((2019.0, 10.0), (2020.0, None), (2021.0, 14.0)), is_gemeente=True)
NATION = Series("Nederland", ((2019.0, 12.0), (2020.0, 12.5), (2021.0, 13.0)), is_gemeente=False)


def parsed(svg: str) -> ElementTree.Element:
    # a Markup would escape what it is given
    return ElementTree.fromstring(str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314


def words(svg: str, css_class: str) -> list[str]:
    texts = parsed(svg).findall(f"{SVG}text")
    return [text.text or "" for text in texts if css_class in (text.get("class") or "")]


def test_a_chart_is_one_image_with_a_name() -> None:
    root = parsed(line_chart([OWN], chart_id="g", summary="Van 10 naar 14."))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "g-titel")
    title = root.find(f"{SVG}title")
    assert title is not None
    assert (title.get("id"), title.text) == ("g-titel", "Van 10 naar 14.")


def test_a_missing_figure_breaks_the_line_and_has_no_dot() -> None:
    root = parsed(line_chart([OWN], chart_id="g", summary=""))
    (line,) = [path for path in root.findall(f"{SVG}path") if "grafiek-lijn" in (path.get("class") or "")]
    assert (line.get("d") or "").count("M") == 2
    assert len(root.findall(f"{SVG}circle")) == 2 + 1  # two figures and the key


def test_the_country_differs_in_shape_and_not_only_in_colour() -> None:
    root = parsed(line_chart([OWN, NATION], chart_id="g", summary=""))
    assert len(root.findall(f"{SVG}rect")) == 3 + 1
    assert 'class="grafiek-lijn grafiek-land"' in line_chart([OWN, NATION], chart_id="g", summary="")


def test_lines_are_named_and_numbers_dutch() -> None:
    large = Series("Alphen aan den Rijn", ((2019.0, 110_000.0), (2020.0, 111_500.0)), is_gemeente=True)
    chart = line_chart([large], chart_id="g", summary="")
    assert words(chart, "grafiek-naam") == ["Alphen aan den Rijn"]
    assert all(re.fullmatch(r"\d{2,3}\.\d{3}", word) for word in words(chart, "grafiek-rechts"))
    assert words(chart, "grafiek-midden") == ["2019", "2020"]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, ["0,00", "0,25", "0,50", "0,75", "1,00"]),
        (0.0, 8.0, ["0", "2", "4", "6", "8"]),
        (0.0, 10_000.0, ["0", "2.500", "5.000", "7.500", "10.000"]),
    ],
)
def test_ticks_are_round_and_written_with_no_more_decimals_than_needed(
    low: float, high: float, ticks: list[str]
) -> None:
    series = Series("Heemskerk", ((2019.0, low), (2020.0, high)), is_gemeente=True)
    assert words(line_chart([series], chart_id="g", summary=""), "grafiek-rechts") == ticks


@given(
    st.lists(
        st.tuples(st.integers(2000, 2030).map(float), st.integers(0, 10**10).map(lambda n: n / 1_000)),
        min_size=1,
        max_size=20,
    )
)
def test_every_figure_lies_within_the_drawing(points: list[tuple[float, float]]) -> None:
    root = parsed(line_chart([Series("Heemskerk", tuple(points), is_gemeente=True)], chart_id="g", summary=""))
    _, _, width, height = (float(part) for part in (root.get("viewBox") or "").split())
    for dot in root.findall(f"{SVG}circle"):
        assert 0 <= float(dot.get("cx") or -1) <= width
        assert 0 <= float(dot.get("cy") or -1) <= height
    written = words(
        line_chart([Series("H", tuple(points), is_gemeente=True)], chart_id="g", summary=""), "grafiek-rechts"
    )
    assert len(set(written)) == len(written) <= 8


def test_bars_begin_at_zero_and_carry_their_value() -> None:
    chart = bar_chart([("Heemskerk", 5.0, "5,0", True), ("Nederland", 10.0, "10,0", False)], chart_id="g", summary="")
    widths = [float(bar.get("width") or 0) for bar in parsed(chart).findall(f"{SVG}rect")]
    assert widths[1] == pytest.approx(2 * widths[0])
    assert words(chart, "grafiek-waarde") == ["5,0", "10,0"]


def test_hostile_names_stay_words() -> None:
    chart = bar_chart([("<script>", 5.0, "<b>", True)], chart_id="g", summary="<i>")
    assert "<script" not in chart
    assert words(chart, "grafiek-naam") == ["<script>"]
