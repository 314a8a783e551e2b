from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from dagster_project.site.draw.objective_chart import NARROW, WIDE, Drawing, Mark, objective_chart

MEASURED = (Mark(2020, 50.0, 48.0, 52.0), Mark(2021, 51.0), Mark(2022, None), Mark(2023, 53.0), Mark(2024, 52.0))
TARGET = Mark(2028, 60.0)
DRAWING = Drawing(
    measured=MEASURED,
    path=(Mark(2020, 50.0), TARGET),
    target=TARGET,
    outlook=(Mark(2024, 53.0, is_shown=False), Mark(2025, 53.5, 51.0, 56.0), Mark(2028, 55.0, 51.0, 59.0)),
    with_measures=(Mark(2025, 53.5, is_shown=False), Mark(2028, 58.0)),
    breaks=(),
    unit="procent",
    decimals=0,
)
HOSTILE = '</svg><script>alert("x")</script>'


def parse(drawing: Drawing, summary: str = "") -> ElementTree.Element:
    svg = objective_chart(drawing, size=WIDE, chart_id="verloop", summary=summary)
    return ElementTree.fromstring(svg)  # noqa: S314


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("class") == name]


def test_the_chart_is_one_image_with_one_name() -> None:
    root = parse(DRAWING, "Het verloop")
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "verloop-titel")
    assert [(title.get("id"), title.text) for title in root.iter("title")] == [("verloop-titel", "Het verloop")]


def test_nothing_is_drawn_across_a_missing_measurement() -> None:
    assert len(of_class(parse(DRAWING), "lijn-verloop")) == 2
    assert len(of_class(parse(DRAWING), "lijn-punt")) == 4


def test_a_break_cuts_the_line_and_is_marked() -> None:
    root = parse(replace(DRAWING, breaks=(2023.0,)))
    assert len(of_class(root, "lijn-verloop")) == 1
    assert len(of_class(root, "lijn-breuk")) == 1
    assert "breuk" in [text.text for text in root.iter("text")]


def test_path_target_interval_outlook_and_measures_each_have_a_shape_of_their_own() -> None:
    root = parse(DRAWING)
    for name, count in (
        ("lijn-pad", 1),
        ("lijn-doel", 1),
        ("lijn-marge", 1),
        ("vlak-vooruitblik", 1),
        ("lijn-vooruitblik", 1),
        ("punt-vooruitblik", 2),
        ("lijn-maatregelen", 1),
        ("punt-maatregelen", 1),
    ):
        assert len(of_class(root, name)) == count, name


def test_a_figure_stands_where_its_period_ends() -> None:
    root = parse(DRAWING)
    ticks = {text.text: float(text.get("x", "")) for text in root.iter("text") if text.get("text-anchor") == "middle"}
    dot = of_class(root, "lijn-punt")[0]
    assert float(dot.get("cx", "")) == ticks["2019"]


def test_hostile_words_stay_words() -> None:
    svg = objective_chart(replace(DRAWING, unit=HOSTILE), size=NARROW, chart_id='"><b', summary=HOSTILE)
    assert "<script" not in svg


@given(
    st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=8),
    st.sampled_from([WIDE, NARROW]),
)
def test_every_figure_lies_within_the_chart(values: list[float], size: object) -> None:
    measured = tuple(Mark(2010.0 + i, value) for i, value in enumerate(values))
    drawing = Drawing(measured, (), None, (), (), (), "", 0)
    assert size in {WIDE, NARROW}
    chosen = WIDE if size == WIDE else NARROW
    root = ElementTree.fromstring(objective_chart(drawing, size=chosen, chart_id="a", summary=""))  # noqa: S314
    for dot in of_class(root, "lijn-punt"):
        assert 0 <= float(dot.get("cx", "")) <= chosen.width
        assert 29.9 <= float(dot.get("cy", "")) <= chosen.height - 33.9
