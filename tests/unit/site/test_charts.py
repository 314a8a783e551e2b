from __future__ import annotations

from xml.etree import ElementTree

from dagster_project.site.draw.charts import Series, SparkPoint, sparkline, starts_at_zero, value_domain

HOSTILE = '</svg><script>alert("x")</script>'
TOWN = Series("Heemskerk", ((2019.0, 590.0), (2020.0, 610.0), (2021.0, None), (2022.0, 655.0), (2023.0, 661.0)), True)


def point(x: float, value: float, low: float | None = None, high: float | None = None) -> SparkPoint:
    return SparkPoint(x, value, low, high, str(int(x) - 1))


def parse(svg: str) -> ElementTree.Element:
    """A drawing as a tree; it stands in HTML and carries no namespace."""
    return ElementTree.fromstring(svg)  # noqa: S314


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter() if element.tag.endswith("text")]


def test_a_line_names_itself_and_its_years() -> None:
    root = parse(
        sparkline([point(2021, 56), point(2025, 58)], point(2028, 60), start_at=2021, chart_id="a", summary="Op weg")
    )
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "a-titel"
    assert [(title.get("id"), title.text) for title in root.iter("title")] == [("a-titel", "Op weg")]
    assert texts(root) == ["2020", "2027"]


def test_higher_values_lie_higher_and_later_ones_further_right() -> None:
    root = parse(
        sparkline([point(2021, 56), point(2025, 58)], point(2028, 60), start_at=2021, chart_id="a", summary="")
    )
    dots = [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in root.iter("circle")]
    assert dots == sorted(dots)
    assert [y for _, y in dots] == sorted((y for _, y in dots), reverse=True)


def test_one_measurement_draws_no_line_but_the_way_to_the_target() -> None:
    root = parse(sparkline([point(2021, 56)], point(2028, 60), start_at=2021, chart_id="a", summary=""))
    assert [path.get("class") for path in root.iter("path")] == ["lijn-pad"]


def test_the_way_to_the_target_begins_at_the_baseline_not_at_the_first_figure() -> None:
    points = [point(2019, 70), point(2021, 56), point(2023, 57)]
    root = parse(sparkline(points, point(2028, 60), start_at=2021, chart_id="a", summary=""))
    way = next(path for path in root.iter("path") if path.get("class") == "lijn-pad")
    second = list(root.iter("circle"))[1]
    assert way.get("d", "").startswith(f"M{second.get('cx')},{second.get('cy')} ")


def test_a_survey_shows_its_interval() -> None:
    root = parse(sparkline([point(2021, 51, 49.2, 52.8)], None, start_at=2021, chart_id="a", summary=""))
    assert [path.get("class") for path in root.iter("path")] == ["lijn-marge"]


def test_a_single_figure_without_a_target_lies_in_the_middle() -> None:
    root = parse(sparkline([point(2021, 51)], None, start_at=0, chart_id="a", summary=""))
    dot = next(root.iter("circle"))
    assert (dot.get("cx"), dot.get("cy")) == ("110.0", "30.0")


def test_hostile_words_stay_words_in_a_line() -> None:
    svg = sparkline([SparkPoint(2021, 1, None, None, HOSTILE)], None, start_at=0, chart_id='"><b', summary=HOSTILE)
    assert "<script" not in svg
    assert next(parse(svg).iter("title")).text == HOSTILE


def test_the_axis_begins_at_zero_unless_that_would_flatten_the_lines() -> None:
    assert starts_at_zero([Series("a", ((2019.0, 2.0), (2020.0, 10.0)), True)])
    assert not starts_at_zero([TOWN])


def test_a_small_change_looks_small() -> None:
    low, high = value_domain([Series("Heemskerk", ((2019.0, 39191.0), (2020.0, 39648.0)), True)])
    assert (39648 - 39191) / (high - low) < 0.1
