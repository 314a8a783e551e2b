"""Pull and read of well-behaved CBS tables: what becomes of each cell, code and address."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from dataclasses import replace
from email.message import Message
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.contracts import Measure
from dagster_project.errors import UnsoundData
from dagster_project.extract import cbs
from dagster_project.extract.http import HttpClient
from dagster_project.raw import RawBatch
from dagster_project.snapshots import SnapshotStore, pack
from tests.standin import made_up
from tests.standin.reading import SNAPSHOT_ID, pulled, rows_of, values_of
from tests.standin.server import StandIn

V3 = made_up.v3_table()
V4 = made_up.v4_table()


def test_a_wide_table_becomes_one_row_per_measure_with_codes_as_sent(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    table = made_up.v3_table(measures=3)
    standin.put(table)
    both = (
        Measure(measure="Klanten", concept="wmo_clients", unit="aantal"),
        Measure(measure="Grootheid3_3", concept="inhabitants", unit="aantal"),
    )
    dataset = made_up.v3_contract(table, *both)
    recording = pulled(dataset, standin, http, tmp_path)
    sent = {
        (concept, row["WijkenEnBuurten"], "2023"): None if row[key] is None else str(row[key])
        for row in table.rows
        for concept, key in (("wmo_clients", "Klanten_1"), ("inhabitants", "Grootheid3_3"))
    }
    assert values_of(dataset, recording.file) == sent
    rows = rows_of(dataset, recording.file)
    assert sorted(row["row_number"] for row in rows) == list(range(1, 51))
    assert {row["measure_key"] for row in rows} == {"Klanten_1", "Grootheid3_3"}
    assert recording.row_count == 25


def test_a_long_table_keeps_the_reason_of_an_absent_value(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    measures = (
        Measure(measure="M000001", concept="inhabitants", unit="aantal"),
        Measure(measure="M000002", concept="bijstand_persons", unit="%"),
    )
    dataset = made_up.v4_contract(V4, *measures)
    rows = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file)
    concepts = {"M000001": "inhabitants", "M000002": "bijstand_persons"}
    assert [
        (row["concept_id"], row["region_key"], row["period_key"], row["value_text"], row["value_attribute"])
        for row in rows
    ] == [
        (
            concepts[row["Measure"]],
            row["RegioS"],
            row["Perioden"],
            None if row["Value"] is None else str(row["Value"]),
            row["ValueAttribute"],
        )
        for row in V4.rows
    ]
    assert [row["row_number"] for row in rows] == list(range(1, len(V4.rows) + 1))


def test_the_filter_of_the_contract_and_its_measures_are_asked(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    dataset = made_up.v4_contract(V4, filter="startswith(RegioS,'GM900') and Perioden ge '2022JJ00'")
    recording = pulled(dataset, standin, http, tmp_path)
    assert {row["period_key"] for row in rows_of(dataset, recording.file)} == {"2022JJ00", "2023JJ00"}
    assert {row["measure_key"] for row in rows_of(dataset, recording.file)} == {"M000001"}
    wide = made_up.v3_contract(V3, filter="substringof('GM9001',WijkenEnBuurten) or WijkenEnBuurten eq 'GM9002    '")
    read = rows_of(wide, pulled(wide, standin, http, tmp_path).file)
    assert [row["region_key"] for row in read] == ["GM9001    ", "GM9002    "]


def test_only_needed_columns_of_a_wide_table_are_asked(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    pulled(made_up.v3_contract(V3), standin, http, tmp_path)
    assert standin.count("$select=WijkenEnBuurten,Klanten_1") == 3  # three pages, by their links
    assert standin.count("TypedDataSet") == 3


def test_code_lists_and_measures_are_read_with_titles_and_statuses(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    dataset = made_up.v4_contract(V4)
    file = pulled(dataset, standin, http, tmp_path).file
    codes = rows_of(dataset, file, "cbs_code")
    assert [(c["dimension"], c["code_key"], c["status"]) for c in codes if c["dimension"] == "Perioden"] == [
        ("Perioden", f"{year}JJ00", "Definitief") for year in range(2020, 2024)
    ]
    assert {c["group_key"] for c in codes if c["dimension"] == "RegioS"} == {"GM"}
    assert len({c["row_number"] for c in codes}) == len(codes)
    [measure] = rows_of(dataset, file, "cbs_measure")
    assert (measure["measure_key"], measure["unit"], measure["decimals"]) == ("M000001", "aantal", 0)
    wide = made_up.v3_contract(V3)
    wide_codes = rows_of(wide, pulled(wide, standin, http, tmp_path).file, "cbs_code")
    assert (wide_codes[3]["code_key"], wide_codes[3]["group_key"]) == ("GM9003    ", "GM9003")


def test_the_recording_holds_the_exact_bodies_with_their_addresses(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    recording = pulled(made_up.v4_contract(V4), standin, http, tmp_path)
    root = f"{standin.endpoints.cbs_v4}/99002NED"
    with zipfile.ZipFile(recording.file) as archive:
        names = archive.namelist()
        first = archive.getinfo("observations-0001.json")
        assert first.comment.decode() == recording.url == f"{root}/Observations?$filter=Measure%20eq%20'M000001'"
        assert archive.read("observations-0001.json") == standin.reply(first.comment.decode(), Message()).body
    assert names == [
        "properties.json",
        "dimensions.json",
        "measure-codes.json",
        "codes-RegioS.json",
        "codes-Perioden.json",
        *(f"observations-{page:04d}.json" for page in range(1, 5)),
    ]
    assert recording.publisher_modified == "2024-06-01T00:00:00+02:00 version 202406010000"
    assert recording.http_status == 200


def test_a_reconstructed_recording_names_the_public_address_only(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    dataset = made_up.v3_contract(V3)
    public = "https://opendata.cbs.nl/ODataFeed/odata/99001NED"
    recording = cbs.pull(dataset, standin.endpoints, http, tmp_path, origin="reconstructed", original_url=public)
    with zipfile.ZipFile(recording.file) as archive:
        assert all(member.comment.decode().startswith(public) for member in archive.infolist())
    assert recording.url.startswith(public)
    assert recording.original_url == public


def test_the_same_table_gives_the_same_snapshot_and_leaves_no_scratch(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    dataset = made_up.v3_contract(V3)
    store = SnapshotStore(tmp_path / "snapshots")
    scratch = tmp_path / "scratch"
    (first, first_is_new), (second, second_is_new) = (
        store.add(dataset, pulled(dataset, standin, http, scratch)) for _ in range(2)
    )
    assert (first.snapshot_id, first_is_new, second_is_new) == (second.snapshot_id, True, False)
    assert not [path for path in scratch.rglob("*") if path.is_file()]


def test_the_stamp_is_one_small_request_and_changes_with_the_table(standin: StandIn, http: HttpClient) -> None:
    long, wide = made_up.v4_contract(V4), made_up.v3_contract(V3)
    before = [cbs.stamp(dataset, standin.endpoints, http) for dataset in (long, wide)]
    assert len(standin.requests) == 2
    assert before == ["2024-06-01T00:00:00+02:00 version 202406010000", "2024-03-01T02:00:00"]
    standin.put(made_up.v4_table(version=2))
    standin.put(replace(V3, modified="2024-04-01T02:00:00"))
    assert all(
        cbs.stamp(dataset, standin.endpoints, http) != old for dataset, old in zip((long, wide), before, strict=True)
    )


def test_a_table_that_does_not_exist_is_named_and_case_counts_in_version_4(standin: StandIn, http: HttpClient) -> None:
    wrong_case = made_up.v4_contract(V4, table_id="99002ned")
    with pytest.raises(UnsoundData, match=r"knows no table 99002ned .* case-sensitive"):
        cbs.stamp(wrong_case, standin.endpoints, http)
    any_case = made_up.v3_contract(V3, table_id="99001ned")
    assert cbs.stamp(any_case, standin.endpoints, http) == "2024-03-01T02:00:00"


def test_a_column_is_found_by_its_name_without_number_or_by_its_full_key(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    for name in ("Klanten", "Klanten_1"):
        dataset = made_up.v3_contract(V3, Measure(measure=name, concept="wmo_clients"))
        rows = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file)
        assert {row["measure_key"] for row in rows} == {"Klanten_1"}


def test_a_name_that_fits_no_column_or_several_is_refused_with_the_nearest(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    none = made_up.v3_contract(V3, Measure(measure="Klant", concept="wmo_clients"))
    with pytest.raises(UnsoundData, match="no column Klant; expected it in DataProperties; nearest: Klanten_1"):
        pulled(none, standin, http, tmp_path)
    twin = {**V3.properties[2], "Key": "Klanten_9"}
    standin.put(replace(V3, properties=[*V3.properties, twin]))
    with pytest.raises(UnsoundData, match="Klanten fits several columns, Klanten_1, Klanten_9; expected one: name the"):
        pulled(made_up.v3_contract(V3), standin, http, tmp_path)
    wrong = made_up.v4_contract(V4, Measure(measure="M00002", concept="inhabitants"))
    with pytest.raises(UnsoundData, match="no measure M00002; expected it in MeasureCodes; nearest: M000002"):
        pulled(wrong, standin, http, tmp_path)
    nowhere = made_up.v4_contract(V4, region_dimension="Regio")
    with pytest.raises(UnsoundData, match="no dimension Regio; expected one of Geslacht, RegioS, Perioden"):
        pulled(nowhere, standin, http, tmp_path)


def test_untyped_texts_of_version_3_are_kept_as_sent(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    texts = ["     9.7", "       .", "", "     120"]
    rows = [{**row, "Klanten_1": text} for row, text in zip(V3.rows, texts, strict=False)]
    standin.put(replace(V3, rows=rows))
    dataset = made_up.v3_contract(V3)
    read = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file)
    assert [row["value_text"] for row in read] == texts


def test_rows_of_one_region_that_differ_in_another_dimension_are_no_duplicates(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    rows = [{**row, "Geslacht": sex} for row in V4.rows for sex in ("3000", "4000")]
    standin.put(replace(V4, rows=rows))
    dataset = made_up.v4_contract(V4)
    read = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file)
    assert len(read) == len(V4.rows)  # two sexes, one of two measures


def test_progress_is_told_per_page(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    told: list[tuple[object, ...]] = []

    class Listener:
        def described(self, document: Any) -> None:
            told.append(("described", document["value"][0]["RecordCount"]))

        def page(self, stem: str, rows: int, *, fetched: bool) -> None:
            told.append((stem, rows, fetched))

    cbs.pull(made_up.v3_contract(V3), standin.endpoints, http, tmp_path, on_progress=Listener())
    assert told[0] == ("described", 25)
    assert told[-3:] == [("data", 10, True), ("data", 10, True), ("data", 5, True)]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
NEARLY = {
    "Measure": st.just("M000001") | JSON,
    "Value": st.integers(-(10**12), 10**12) | JSON,
    "ValueAttribute": st.just("None") | JSON,
    "RegioS": st.just("GM0396") | JSON,
    "Perioden": st.sampled_from(["2020JJ00", "2021JJ00"]) | JSON,
}
ROW = st.fixed_dictionaries(NEARLY, optional={"StringValue": JSON}) | JSON


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(ROW, max_size=3),
    dimensions=st.lists(JSON, max_size=1),
    codes=st.lists(JSON, max_size=1),
    properties=st.just({"Identifier": "99002NED"}) | JSON,
)
def test_a_snapshot_of_any_json_is_read_or_set_aside_and_never_crashes(
    tmp_path: Path, rows: list[Any], dimensions: list[Any], codes: list[Any], properties: Any
) -> None:
    known = [{"Identifier": "RegioS"}, {"Identifier": "Perioden"}]
    bodies = {
        "dimensions.json": [*known, *dimensions],
        "measure-codes.json": [{"Identifier": "M000001", "Unit": "aantal"}],
        "codes-RegioS.json": codes,
        "codes-Perioden.json": [],
        "observations-0001.json": rows,
    }
    members = []
    for name, value in bodies.items():
        path = tmp_path / name
        path.write_bytes(orjson.dumps({"value": value}))
        members.append((name, path, "made up"))
    (tmp_path / "properties.json").write_bytes(orjson.dumps(properties))
    members.append(("properties.json", tmp_path / "properties.json", "made up"))
    pack(tmp_path / "table.zip", members)
    batches: list[RawBatch] = []
    with suppress(UnsoundData):
        batches = list(cbs.read(made_up.v4_contract(V4), tmp_path / "table.zip", SNAPSHOT_ID))
    observed = [row for batch in batches if batch.table == "cbs_observation" for row in batch.rows.to_pylist()]
    sent = {(row["RegioS"], row["Perioden"], _as_text(row["Value"])) for row in rows} if observed else set()
    assert {(row["region_key"], row["period_key"], row["value_text"]) for row in observed} == sent


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)


def test_a_file_that_is_no_snapshot_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(UnsoundData, match="not readable"):
        list(cbs.read(made_up.v4_contract(V4), tmp_path / "x.zip", SNAPSHOT_ID))
