"""The client against a server that really misbehaves, on loopback."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError, SourceUnreachable, UnsoundData
from dagster_project.extract.cbs_pages import check_page
from dagster_project.extract.http import HttpClient, RequestRefused
from tests.standin import faults
from tests.standin.faults import Fault
from tests.standin.server import StandIn

STAMP = "TableInfos?$format=json"


def _url(standin: StandIn) -> str:
    return f"{standin.endpoints.cbs_v3}/99001NED/{STAMP}"


def _pages(body: Path) -> int:
    return check_page(body.read_bytes())[0]


BROKEN: dict[str, tuple[Fault, str]] = {
    "hangs": (faults.hang, "not a byte came for 0.5 s"),
    "resets half-way": (faults.reset_half_way, "broken off"),
    "ends half-way": (faults.end_half_way, "ended half-way"),
    "breaks its chunks": (faults.broken_chunks, "ended half-way"),
    "cuts the JSON": (faults.cut_json, "not whole JSON"),
    "answers 500": (faults.status(500, "query returns more than 10000 records"), "HTTP 500, 'query returns more"),
    "answers 503": (faults.status(503), "HTTP 503"),
    "answers 429": (faults.status(429, "rustig aan"), "HTTP 429, 'rustig aan'"),
    "serves a web page": (faults.page_of_html, "not whole JSON"),
}


@pytest.mark.parametrize("fault", [fault for fault, _ in BROKEN.values()], ids=list(BROKEN))
def test_a_fault_that_passes_is_overcome(standin: StandIn, http: HttpClient, tmp_path: Path, fault: Fault) -> None:
    standin.misbehave(STAMP, fault, times=2)
    assert http.download(_url(standin), tmp_path / "body", _pages) == 1
    assert standin.count(STAMP) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["body"]


@pytest.mark.parametrize(("fault", "cause"), list(BROKEN.values()), ids=list(BROKEN))
def test_a_fault_that_stays_is_named_in_plain_words(
    standin: StandIn, http: HttpClient, tmp_path: Path, fault: Fault, cause: str
) -> None:
    standin.misbehave(STAMP, fault, times=99)
    with pytest.raises(SourceUnreachable) as caught:
        http.download(_url(standin), tmp_path / "body", _pages)
    assert "/99001NED/TableInfos gave no sound answer in 3 tries; last cause:" in str(caught.value)
    assert cause in str(caught.value)
    assert not list(tmp_path.iterdir()), "half a body was left behind"


def test_an_answer_that_drips_is_cut_off_at_the_deadline(standin: StandIn, tmp_path: Path) -> None:
    client = HttpClient(attempts=2, backoff=0.01, read_timeout=1.0, deadline=0.4)
    standin.misbehave(STAMP, faults.drip(0.02), times=99)  # headers drip too; each byte restarts the read time-out
    begin = time.monotonic()
    with pytest.raises(SourceUnreachable, match=r"not complete after 0\.4 s"):
        client.download(_url(standin), tmp_path / "body", _pages)
    assert time.monotonic() - begin < 3


def test_nothing_that_listens_is_named_as_such(http: HttpClient, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="refused or broken off"):
        http.download("http://127.0.0.1:9/x", tmp_path / "body", _pages)


def test_a_refusal_is_final_and_repeats_the_words_of_the_service(standin: StandIn, http: HttpClient) -> None:
    with pytest.raises(RequestRefused, match="HTTP 404, \"Resource not found for the segment 'nosuch'") as caught:
        http.json(f"{standin.endpoints.cbs_v3}/nosuch/TableInfos")
    assert caught.value.status == 404
    assert standin.count("nosuch") == 1


def test_a_wait_that_the_service_asks_for_is_kept(standin: StandIn) -> None:
    pauses: list[float] = []
    client = HttpClient(attempts=3, backoff=0.01, longest_wait=60, sleep=pauses.append)
    standin.misbehave(STAMP, faults.status(429, retry_after="7"))
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    standin.misbehave(STAMP, faults.status(503, retry_after=later))
    client.json(_url(standin))
    assert pauses[0] == 7
    assert 20 < pauses[1] <= 30


def test_a_service_that_asks_for_a_long_wait_is_left_alone(standin: StandIn, http: HttpClient) -> None:
    standin.misbehave(STAMP, faults.status(429, "tot morgen", retry_after="86400"), times=99)
    with pytest.raises(SourceUnreachable, match="in 1 try"):
        http.json(_url(standin))
    assert standin.count(STAMP) == 1


def test_pauses_double_and_vary(standin: StandIn) -> None:
    pauses: list[float] = []
    client = HttpClient(attempts=5, backoff=1.0, longest_wait=5.0, sleep=pauses.append)
    standin.misbehave(STAMP, faults.status(500), times=4)
    client.json(_url(standin))
    assert all(0.5 * 2**n <= pause <= min(5.0, 1.5 * 2**n) for n, pause in enumerate(pauses))
    assert len(set(pauses)) > 1


def test_a_body_larger_than_accepted_is_refused(standin: StandIn, tmp_path: Path) -> None:
    client = HttpClient(max_bytes=50)
    with pytest.raises(UnsoundData, match="more than the 50 bytes accepted"):
        client.download(_url(standin), tmp_path / "body", _pages)
    assert not list(tmp_path.iterdir())


def test_an_address_that_is_none_is_a_fault_of_configuration(http: HttpClient) -> None:
    with pytest.raises(ConfigurationError, match="is not an address"):
        http.json("opendata.cbs.nl/ODataFeed")


def test_connections_are_kept_open_between_requests(standin: StandIn, http: HttpClient) -> None:
    for _ in range(3):
        http.json(_url(standin))
    assert standin.connections == 1


def test_a_text_file_without_a_length_is_not_trusted(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    standin.misbehave("verzuim.csv", faults.without_length, times=99)
    url = f"{standin.endpoints.duo}/verzuim.csv"
    with pytest.raises(SourceUnreachable, match="carries no length"):
        http.download_if_changed(url, tmp_path / "file", etag=None, last_modified=None)
    assert not list(tmp_path.iterdir())


def test_the_client_says_who_it_is(standin: StandIn, http: HttpClient) -> None:
    http.json(_url(standin))
    assert standin.user_agents[-1].startswith("opkoers/")
