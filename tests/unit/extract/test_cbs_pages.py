"""Pages and links, without a server."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.errors import UnsoundData
from dagster_project.extract.cbs_pages import address, check_page, next_address, parse_page
from dagster_project.extract.http import BrokenAnswer

HERE = "https://opendata.cbs.nl/ODataFeed/odata/84799NED/TypedDataSet?$format=json"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_page_or_a_broken_answer(body: bytes) -> None:
    for look in (parse_page, check_page):
        with suppress(BrokenAnswer):
            look(body)


ROWS = st.lists(st.dictionaries(st.text(max_size=5), st.none() | st.integers(-9, 9) | st.text(max_size=5)), max_size=4)


@given(ROWS, st.none() | st.text(max_size=9), st.sampled_from(["odata.nextLink", "@odata.nextLink"]))
def test_a_page_is_checked_for_its_rows_and_its_link(rows: list[dict[str, Any]], link: str | None, name: str) -> None:
    body = orjson.dumps({"odata.metadata": "x", "value": rows, **({name: link} if link is not None else {})})
    assert check_page(body) == (len(rows), link or None)
    assert parse_page(body) == rows


@given(st.integers(0, 900), st.binary(min_size=1, max_size=2))
def test_what_reads_as_a_page_passes_the_quick_look_with_as_many_rows(place: int, damage: bytes) -> None:
    body = orjson.dumps({"odata.metadata": "x", "value": [{"ID": n, "RegioS": "GM0396"} for n in range(30)]})
    damaged = body[:place] + damage + body[place + len(damage) :]
    try:
        rows = parse_page(damaged)
    except BrokenAnswer:
        return
    assert check_page(damaged)[0] == len(rows)


@given(st.integers(1, 10_000))
def test_a_page_cut_anywhere_is_broken(cut: int) -> None:
    body = orjson.dumps({"odata.metadata": "x", "value": [{"ID": n, "RegioS": "GM0396"} for n in range(20)]})
    with pytest.raises(BrokenAnswer, match="not whole JSON"):
        check_page(body[: -min(cut, len(body))])


@pytest.mark.parametrize(
    "document", [{}, {"value": {}}, {"value": None}, [], 3, {"value": [3]}, {"value": [], "odata.nextLink": 3}], ids=str
)
def test_json_that_is_no_page_is_broken(document: object) -> None:
    with pytest.raises(BrokenAnswer, match="not a page with a list of rows"):
        check_page(orjson.dumps(document))


@pytest.mark.parametrize("end", [b"", b"]" * 200_000 + b"}]}"])
def test_a_page_that_is_nested_without_end_is_broken(end: bytes) -> None:
    body = b'{"value": [{"a": ' + b"[" * 200_000 + end
    with pytest.raises(BrokenAnswer, match="nested too deep"):
        check_page(body)
    with pytest.raises(BrokenAnswer, match="not whole JSON"):
        parse_page(body)


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("TypedDataSet?$skip=5", "https://opendata.cbs.nl/ODataFeed/odata/84799NED/TypedDataSet?$skip=5"),
        ("https://opendata.cbs.nl/x?$skip=5", "https://opendata.cbs.nl/x?$skip=5"),
        ("http://opendata.cbs.nl/x?$skip=5", "https://opendata.cbs.nl/x?$skip=5"),
    ],
)
def test_a_link_is_followed_on_the_same_host_by_our_scheme(link: str, leads_to: str) -> None:
    assert next_address(HERE, link) == leads_to


@pytest.mark.parametrize(
    "link",
    ["https://elders.example/x", "//elders.example/x", "https://opendata.cbs.nl:8443/x", "http://[", "http://a:b/"],
)
def test_a_link_to_elsewhere_is_refused(link: str) -> None:
    with pytest.raises(UnsoundData, match=r"expected an address on opendata\.cbs\.nl"):
        next_address(HERE, link)


def test_options_are_quoted_and_absent_ones_left_out() -> None:
    assert address("x/Observations", filter="a eq 'GM0396    '", select=None) == (
        "x/Observations?$filter=a%20eq%20'GM0396%20%20%20%20'"
    )
    assert address("x/Observations", filter=None) == "x/Observations"
