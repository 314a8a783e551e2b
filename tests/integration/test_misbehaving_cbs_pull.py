"""Against a CBS that misbehaves: the right figures, or an error that names the cause. Never a wrong figure.

Every case runs over real HTTP, from pull to stored snapshot to raw rows, for both versions of the protocol.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from dagster_project.contracts import Dataset, Measure
from dagster_project.errors import OpkoersError, SourceUnreachable, UnsoundData
from dagster_project.extract import cbs
from dagster_project.extract.http import HttpClient
from dagster_project.raw import append, create_raw_schema
from dagster_project.snapshots import SnapshotStore
from tests.standin import faults, made_up
from tests.standin.faults import Fault
from tests.standin.server import Handler, Reply, StandIn

V3 = made_up.v3_table()
V4 = made_up.v4_table()
CONTRACTS = {"v3": made_up.v3_contract(V3), "v4": made_up.v4_contract(V4)}
DATA = {"v3": "TypedDataSet", "v4": "Observations"}
VALUE = {"v3": "Klanten_1", "v4": "Value"}
DESCRIPTIONS = {"v3": ("DataProperties", "Key", "Klanten_1"), "v4": ("MeasureCodes", "Identifier", "M000001")}
VERSIONS = ["v3", "v4"]
Figures = list[tuple[str, str, str | None]]


def take(dataset: Dataset, standin: StandIn, http: HttpClient, folder: Path) -> Figures:
    """The whole way of a table: pull, snapshot, verify, read, load. Gives what stands in the warehouse."""
    store = SnapshotStore(folder / "snapshots")
    snapshot, _ = store.add(dataset, cbs.pull(dataset, standin.endpoints, http, folder / "scratch"))
    with duckdb.connect() as connection:
        create_raw_schema(connection)
        append(connection, cbs.read(dataset, store.verify(snapshot), snapshot.snapshot_id))
        return connection.execute(
            "select trim(region_key), period_key, value_text from raw.cbs_observation order by row_number"
        ).fetchall()


def true_figures(version: str) -> Figures:
    """What the made-up table says."""

    def text(value: object) -> str | None:
        return None if value is None else str(value)

    if version == "v3":
        return [(row["WijkenEnBuurten"].strip(), "2023", text(row["Klanten_1"])) for row in V3.rows]
    return [(row["RegioS"], row["Perioden"], text(row["Value"])) for row in V4.rows if row["Measure"] == "M000001"]


def refused(error: pytest.ExceptionInfo[OpkoersError], *parts: str) -> None:
    """The error is one plain sentence or two, with all those parts."""
    text = str(error.value)
    assert "\n" not in text
    assert "Traceback" not in text
    assert len(text) < 400
    for part in parts:
        assert part in text


PASSING: dict[str, Fault] = {
    "time-out": faults.hang,
    "reset half-way": faults.reset_half_way,
    "body ends half-way": faults.end_half_way,
    "broken chunks": faults.broken_chunks,
    "truncated JSON": faults.cut_json,
    "HTTP 500": faults.status(500, "query returns more than 10000 records"),
    "HTTP 503": faults.status(503),
    "a web page": faults.page_of_html,
    "slow drip": faults.drip(0.02),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_on_one_page_that_passes_leaves_the_right_figures(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str, fault: Fault
) -> None:
    standin.misbehave(DATA[version], fault, after=1)
    assert take(CONTRACTS[version], standin, http, tmp_path) == true_figures(version)
    pages = {"v3": 3, "v4": 4}[version]
    assert standin.count(DATA[version]) == pages + 1, "more than the broken page was asked again"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_stays_ends_in_a_named_cause_and_no_snapshot(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str, fault: Fault
) -> None:
    standin.misbehave(DATA[version], fault, after=1, times=99)
    with pytest.raises(SourceUnreachable) as error:
        take(CONTRACTS[version], standin, http, tmp_path)
    refused(error, DATA[version], "in 3 tries", "last cause")
    assert not list(SnapshotStore(tmp_path / "snapshots").all())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", ["TableInfos|Properties", "codes", "description"])
def test_every_other_request_is_as_patient(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str, place: str
) -> None:
    part = {
        "TableInfos|Properties": {"v3": "TableInfos", "v4": "Properties"},
        "codes": {"v3": "WijkenEnBuurten?", "v4": "RegioSCodes"},
        "description": {"v3": "DataProperties", "v4": "MeasureCodes"},
    }[place][version]
    standin.misbehave(part, faults.cut_json)
    assert take(CONTRACTS[version], standin, http, tmp_path) == true_figures(version)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_column_that_vanished_from_the_rows_sets_the_table_aside(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    standin.misbehave(DATA[version], faults.rewritten(faults.without_column(VALUE[version])), times=99)
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS[version], standin, http, tmp_path)
    refused(error, CONTRACTS[version].table_id or "", f"column {VALUE[version]} is missing", "expected", "set aside")


def test_a_region_column_that_vanished_sets_the_table_aside(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    standin.misbehave("Observations", faults.rewritten(faults.without_column("RegioS")), times=99)
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS["v4"], standin, http, tmp_path)
    refused(error, "column RegioS is missing")


def test_a_column_that_cbs_dropped_or_renamed_is_named_with_the_nearest(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    renamed = [{**p, "Key": "KlantenTotaal_1"} if p["Key"] == "Klanten_1" else p for p in V3.properties]
    rows = [{"WijkenEnBuurten": row["WijkenEnBuurten"], "KlantenTotaal_1": row["Klanten_1"]} for row in V3.rows]
    standin.put(replace(V3, properties=renamed, rows=rows))
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS["v3"], standin, http, tmp_path)
    refused(error, "no column Klanten", "nearest: KlantenTotaal_1", "sources/cbs.yml")
    standin.put(replace(V4, measures=V4.measures[1:]))
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS["v4"], standin, http, tmp_path)
    refused(error, "no measure M000001", "nearest: M000002")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_changed_unit_sets_the_table_aside(standin: StandIn, http: HttpClient, tmp_path: Path, version: str) -> None:
    collection, column, key = DESCRIPTIONS[version]
    standin.misbehave(collection, faults.rewritten(faults.with_unit(column, key, "x 1 000")), times=99)
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS[version], standin, http, tmp_path)
    refused(error, f"{key} has unit 'x 1 000'", "expected 'aantal'")


@pytest.mark.parametrize("version", VERSIONS)
def test_an_exact_duplicate_is_taken_once_and_told(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str, caplog: pytest.LogCaptureFixture
) -> None:
    standin.misbehave(DATA[version], faults.rewritten(faults.with_row_again(2)))
    with caplog.at_level(logging.WARNING):
        figures = take(CONTRACTS[version], standin, http, tmp_path)
    assert figures == true_figures(version)
    assert "1 exact duplicate rows were taken once" in caplog.text


@pytest.mark.parametrize("version", VERSIONS)
def test_a_page_that_comes_twice_is_taken_once(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    table = V3 if version == "v3" else V4
    standin.put(replace(table, rows=[*table.rows, *table.rows[:10]]))
    assert take(CONTRACTS[version], standin, http, tmp_path) == true_figures(version)


@pytest.mark.parametrize("version", VERSIONS)
def test_two_rows_that_contradict_each_other_set_the_table_aside(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    table = V3 if version == "v3" else V4
    contradiction = {**table.rows[0], VALUE[version]: 424242}  # on the last page, its twin on the first
    standin.put(replace(table, rows=[*table.rows, contradiction]))
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS[version], standin, http, tmp_path)
    refused(error, "GM9000", "stands twice with different values", "424242")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("value", ["n.v.t.", True, [1], {"a": 1}], ids=str)
def test_a_value_that_is_no_number_sets_the_table_aside(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str, value: object
) -> None:
    standin.misbehave(DATA[version], faults.rewritten(faults.with_row_again(0, **{VALUE[version]: value})))
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS[version], standin, http, tmp_path)
    refused(error, f"column {VALUE[version]} holds", "expected a number or null")


def test_a_measure_that_turned_into_text_sets_the_table_aside(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    text = faults.with_row_again(0, Value=None, StringValue="geheim", Perioden="2031JJ00")
    standin.misbehave("Observations", faults.rewritten(text))
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS["v4"], standin, http, tmp_path)
    refused(error, "a value is the text 'geheim'")


def test_rows_of_a_measure_that_was_not_asked_set_the_table_aside(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    standin.misbehave("Observations", faults.rewritten(faults.with_row_again(0, Measure="M000002")))
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS["v4"], standin, http, tmp_path)
    refused(error, "measure M000002 came, which was not asked")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_table_without_rows_sets_itself_aside(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    standin.put(replace(V3, rows=[]))
    standin.put(replace(V4, rows=[]))
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS[version], standin, http, tmp_path)
    refused(error, "holds no observations")


def test_rows_that_the_service_forgot_are_missed(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    standin.misbehave("TypedDataSet", faults.rewritten(lambda page: page.pop("odata.nextLink")), after=1)
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS["v3"], standin, http, tmp_path)
    refused(error, "20 rows came", "the 25 that TableInfos states")


@pytest.mark.parametrize(("link", "sentence"), [("https://elders.example/x", "not followed"), (None, "in a circle")])
def test_a_link_that_leads_astray_is_not_followed(
    standin: StandIn, http: HttpClient, tmp_path: Path, link: str | None, sentence: str
) -> None:
    first = f"{standin.endpoints.cbs_v3}/99001NED/TypedDataSet?$format=json&$select=WijkenEnBuurten,Klanten_1"
    astray = faults.rewritten(lambda page: page.update({"odata.nextLink": link or first}))
    standin.misbehave("Klanten_1&$skip=10", astray)
    with pytest.raises(UnsoundData, match=sentence):
        take(CONTRACTS["v3"], standin, http, tmp_path)


def test_a_code_list_that_is_none_sets_the_table_aside(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    standin.misbehave("WijkenEnBuurten?", faults.rewritten(faults.without_column("Key")))
    with pytest.raises(UnsoundData) as error:
        take(CONTRACTS["v3"], standin, http, tmp_path)
    refused(error, "column Key is missing")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_broken_pull_goes_on_at_the_page_where_it_broke(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    standin.misbehave(DATA[version], faults.reset_half_way, after=1, times=3)
    with pytest.raises(SourceUnreachable):
        take(CONTRACTS[version], standin, http, tmp_path)
    standin.requests.clear()
    assert take(CONTRACTS[version], standin, http, tmp_path) == true_figures(version)
    asked = [request for request in standin.requests if DATA[version] in request]
    remaining = {"v3": ["$skip=10", "$skip=20"], "v4": ["$skip=10", "$skip=20", "$skip=30"]}[version]
    assert [request.partition("$skip=")[2] for request in asked] == [skip.partition("=")[2] for skip in remaining]


@pytest.mark.parametrize("version", VERSIONS)
def test_pages_of_an_older_table_are_not_mixed_with_those_of_a_newer(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    standin.misbehave(DATA[version], faults.end_half_way, after=1, times=3)
    with pytest.raises(SourceUnreachable):
        take(CONTRACTS[version], standin, http, tmp_path)
    standin.put(replace(V3, modified="2024-09-09T02:00:00", rows=[{**row, "Klanten_1": 5} for row in V3.rows]))
    standin.put(replace(made_up.v4_table(version=9), rows=[{**row, "Value": 5} for row in V4.rows]))
    figures = take(CONTRACTS[version], standin, http, tmp_path)
    assert {value for _, _, value in figures} == {"5"}
    assert len(figures) == len(true_figures(version))


def _change_on(standin: StandIn, versions: list[int]) -> Fault:
    """While a page is asked, CBS publishes the table's next version."""

    def fault(handler: Handler, reply: Reply) -> None:
        version = versions.pop(0)
        standin.put(replace(made_up.v4_table(version=version), rows=[{**row, "Value": version} for row in V4.rows]))
        handler.send_reply(reply)

    return fault


def test_a_table_that_changes_meanwhile_is_taken_anew(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    standin.misbehave("$skip=20", _change_on(standin, [2]))
    figures = take(CONTRACTS["v4"], standin, http, tmp_path)
    assert {value for _, _, value in figures} == {"2"}


def test_a_table_that_keeps_changing_is_left_for_later(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    standin.misbehave("$skip=20", _change_on(standin, [2, 3, 4]), times=3)
    with pytest.raises(SourceUnreachable) as error:
        take(CONTRACTS["v4"], standin, http, tmp_path)
    refused(error, "changed table 99002NED twice while it was pulled", "try again later")


def test_a_filter_that_the_service_does_not_understand_is_shown_with_its_words(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    dataset = made_up.v4_contract(V4, Measure(measure="M000001", concept="inhabitants"), filter="RegioS is 'GM0396'")
    with pytest.raises(UnsoundData) as error:
        take(dataset, standin, http, tmp_path)
    refused(error, "Observations refuses the request: HTTP 400", "The query is not valid")
