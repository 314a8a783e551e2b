"""The lineage events of a run: right by the standard, and telling what the run did.

The check by the standard is made from the official client's own classes (`openlineage_schema.py`): the JSON schemas
themselves are not in it and may not be had where the tests run.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project import transform
from dagster_project.run import RunState
from dagster_project.snapshots import Snapshot
from dagster_project.standards.openlineage import Built, ending_of, read_built, write_events
from tests.unit.standards.openlineage_schema import faults

RUN_ID = "61de7a45-40ff-41e0-8481-553b1d02b019"
AT = "2026-03-02T06:05:00Z"
NAMESPACE = "opkoers://GM0396"


def validation(stage: str, table: str, result: str = "passed", **more: Any) -> dict[str, Any]:
    row = {"stage": stage, "suite": "s", "table_name": table, "expectation": "expect_x", "column_name": "key"}
    row |= {"severity": "critical", "result": result, "observed": "3", "expected": "at least 1", "message": "Three."}
    return row | more


STATE = RunState(
    run_id=RUN_ID,
    started_at="2026-03-02T06:00:00Z",
    as_of="2026-03-02",
    started_by="somebody",
    git_commit="abc123",
    code_fingerprint="f",
    opkoers_version="0.1.0",
    spans={
        "take cbs": ["2026-03-02T06:00:01Z", "2026-03-02T06:01:00Z"],
        "load raw tables": ["2026-03-02T06:01:00Z", "2026-03-02T06:01:30Z"],
        "gate after_ingest": ["2026-03-02T06:01:30Z", "2026-03-02T06:02:00Z"],
        "dbt models": ["2026-03-02T06:02:00Z", "2026-03-02T06:03:00Z"],
        "publish tables": ["2026-03-02T06:04:00Z", "2026-03-02T06:04:10Z"],
    },
    validations=[
        validation("after_ingest", "raw.rows"),
        validation("after_build", "marts.fct", column_name="", severity="warning", result="failed"),
    ],
)
SNAPSHOT = Snapshot(
    snapshot_id="a" * 64, source_id="cbs", dataset_id="population", extension="zip", origin="wire",
    url="https://datasets.cbs.invalid/odata/v1/CBS/03759ned?$filter=x", original_url=None,
    retrieved_at="2026-03-02T06:00:30Z", publisher_modified=None, etag=None, http_status=200, row_count=3, bytes=9,
    licence="CC BY 4.0", attribution="Bron: CBS", table_id="03759ned", contract_version=1, is_synthetic=False,
)  # fmt: skip
FILE_SNAPSHOT = replace(SNAPSHOT, snapshot_id="b" * 64, dataset_id="other", url="cijfers 2024.csv", origin="file")
BUILT = Built(
    columns={
        "raw.rows": {"source_id": "VARCHAR", "key": "VARCHAR"},
        "raw.run": {"run_id": "VARCHAR"},
        "marts.fct": {"key": "VARCHAR", "n": "BIGINT"},
    },
    loaded={"raw.rows": ["cbs/population"], "raw.empty": []},
    lineage={"model.opkoers.fct": {"key": [("raw.rows", "key")], "n": []}},
    rows={"fct": 3},
)


@pytest.fixture(autouse=True)
def small_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with one mart on one source, and a model of the database that is never published."""

    def model(name: str, schema: str) -> dict[str, Any]:
        node = {"resource_type": "model", "name": name, "schema": schema, "alias": name, "tags": []}
        node |= {"unique_id": f"model.opkoers.{name}"}
        column = {"description": "The\n key."}
        file = f"../models/marts/{name}.sql"
        return {**node, "original_file_path": file, "description": "One row per key.", "columns": {"key": column}}

    manifest = {
        "nodes": {"model.opkoers.fct": model("fct", "marts"), "model.opkoers.reg": model("reg", "registration")},
        "sources": {"source.opkoers.cbs.rows": {"schema": "raw", "name": "rows", "identifier": "rows"}},
        "parent_map": {"model.opkoers.fct": ["source.opkoers.cbs.rows"], "model.opkoers.reg": []},
    }
    monkeypatch.setattr(transform, "manifest", lambda: manifest)


@pytest.fixture
def events(tmp_path: Path) -> list[dict[str, Any]]:
    path = tmp_path / "openlineage.jsonl"
    write_events(path, STATE, "GM0396", [SNAPSHOT, FILE_SNAPSHOT], BUILT, "P1", AT)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def told(events: list[dict[str, Any]], job: str) -> dict[str, Any]:
    """The event with which a job ended."""
    (found,) = (each for each in events if each["job"]["name"] == job and each["eventType"] != "START")
    return found


def test_every_event_is_as_the_standard_has_it(events: list[dict[str, Any]]) -> None:
    assert [fault for event in events for fault in faults(event)] == []


def test_the_check_by_the_standard_bites(events: list[dict[str, Any]]) -> None:
    def broken(change: str, value: Any) -> list[str]:
        event = copy.deepcopy(told(events, "dbt.marts.fct"))
        *way, last = change.split("/")
        place: Any = event
        for key in way:
            place = place[int(key)] if isinstance(place, list) else place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
        return faults(event)

    for change, value in {
        "eventTime": "gisteren",
        "eventType": "DONE",
        "producer": "geen adres",
        "run/runId": "1",
        "job/name": None,
        "owner": "x",
        "run/facets/parent/job/name": None,
        "job/facets/jobType/processingType": 3,
        "job/facets/jobType/_schemaURL": "https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json",
        "outputs/0/facets/columnLineage/fields/key/inputFields/0/field": None,
        "outputs/0/facets/schema/fields/0/name": None,
        "outputs/0/facets/schema/_producer": None,
    }.items():
        assert broken(change, value), change


def test_every_job_starts_and_ends_once_within_the_refresh(events: list[dict[str, Any]]) -> None:
    runs: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        runs.setdefault(event["run"]["runId"], []).append(event)
    assert RUN_ID in runs
    for run_id, (start, end) in runs.items():
        assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
        assert STATE.started_at <= start["eventTime"] <= end["eventTime"] <= AT
        if run_id != RUN_ID:
            assert start["run"]["facets"]["parent"]["run"]["runId"] == RUN_ID
    assert (events[0]["run"]["runId"], events[-1]["run"]["runId"]) == (RUN_ID, RUN_ID)


def test_a_step_has_the_moments_of_its_stage(events: list[dict[str, Any]]) -> None:
    start, end = (each["eventTime"] for each in events if each["job"]["name"] == "dbt.marts.fct")
    assert [start, end] == STATE.spans["dbt models"]


def test_a_dataset_leads_from_its_address_over_its_snapshot_to_its_raw_table(events: list[dict[str, Any]]) -> None:
    taken, loaded = told(events, "take.cbs/population"), told(events, "load.raw.rows")
    source = taken["inputs"][0]
    assert (source["namespace"], source["name"]) == ("https://datasets.cbs.invalid", "odata/v1/CBS/03759ned")
    snapshot = taken["outputs"][0]
    assert snapshot["facets"]["version"]["datasetVersion"] == "a" * 64
    assert snapshot["facets"]["documentation"]["description"] == "Bron: CBS (CC BY 4.0)"
    assert [each["name"] for each in loaded["inputs"]] == [snapshot["name"]] == ["snapshots/cbs/population"]
    file = told(events, "take.cbs/other")["inputs"][0]
    assert (file["namespace"], file["name"]) == ("file", "cijfers 2024.csv")
    assert not any(each["job"]["name"] in ("load.raw.run", "load.raw.empty") for each in events)


def test_a_model_has_its_columns_their_lineage_and_its_code(events: list[dict[str, Any]]) -> None:
    model = told(events, "dbt.marts.fct")
    assert [each["name"] for each in model["inputs"]] == ["raw.rows"]
    facets = model["outputs"][0]["facets"]
    key, n = facets["schema"]["fields"]
    assert (key["name"], key["type"], key["description"]) == ("key", "VARCHAR", "The key.")
    assert (n["name"], n["type"]) == ("n", "BIGINT")
    (parent,) = facets["columnLineage"]["fields"]["key"]["inputFields"]
    assert (parent["namespace"], parent["name"], parent["field"]) == (NAMESPACE, "raw.rows", "key")
    assert set(facets["columnLineage"]["fields"]) == {"key"}
    code = model["job"]["facets"]["sourceCodeLocation"]
    assert (code["path"], code["version"]) == ("models/marts/fct.sql", "abc123")
    assert not any("registration" in each["job"]["name"] for each in events)


def test_a_gate_says_what_each_expectation_found(events: list[dict[str, Any]]) -> None:
    (passed,) = told(events, "gate.after_ingest")["inputs"]
    (check,) = passed["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert (check["success"], check["column"], check["severity"]) == (True, "key", "error")
    assert (check["expected"], check["actual"]) == ("at least 1", "3")
    (warned,) = told(events, "gate.after_build")["inputs"]
    (check,) = warned["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert (check["success"], check["severity"], "column" in check) == (False, "warn", False)
    assert told(events, "gate.after_build")["eventType"] == "COMPLETE"


def test_the_refresh_ends_with_the_published_tables(events: list[dict[str, Any]]) -> None:
    (mart,) = events[-1]["outputs"]
    assert (mart["name"], mart["outputFacets"]["outputStatistics"]["rowCount"]) == ("marts.fct", 3)
    assert told(events, "publish")["outputs"][0]["facets"]["version"]["datasetVersion"] == "P1"
    nominal = events[0]["run"]["facets"]["nominalTime"]["nominalStartTime"]
    assert nominal == "2026-03-02T00:00:00+01:00"


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_events(tmp_path / name, STATE, "GM0396", [FILE_SNAPSHOT, SNAPSHOT], BUILT, "P1", AT)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def as_dicts(state: RunState, error: str | None) -> list[dict[str, Any]]:
    from openlineage.client.serde import Serde

    return [json.loads(Serde.to_json(event)) for event in ending_of(state, "GM0396", at=AT, error=error)]


def test_a_refused_run_ends_in_fail_with_the_gate_and_the_reason() -> None:
    refused = replace(STATE, validations=[validation("after_ingest", "raw.rows", "failed")])
    events = as_dicts(refused, "No rows. The publication P0 still stands.")
    assert [fault for event in events for fault in faults(event)] == []
    assert [(each["job"]["name"], each["eventType"]) for each in events] == [
        ("refresh", "START"),
        ("gate.after_ingest", "START"),
        ("gate.after_ingest", "FAIL"),
        ("refresh", "FAIL"),
    ]
    assert events[-1]["run"]["facets"]["errorMessage"]["message"].startswith("No rows.")


def test_a_run_without_news_ends_well() -> None:
    events = as_dicts(replace(STATE, validations=[]), None)
    assert [each["eventType"] for each in events] == ["START", "COMPLETE"]
    assert "errorMessage" not in events[-1]["run"]["facets"]


def test_a_run_whose_id_is_no_uuid_has_one_of_its_own() -> None:
    first, *_ = as_dicts(replace(STATE, run_id="nachtelijk"), None)
    again, *_ = as_dicts(replace(STATE, run_id="nachtelijk"), None)
    assert faults(first) == []
    assert first["run"]["runId"] == again["run"]["runId"]


def test_what_a_raw_table_was_loaded_from_is_read_from_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "parsed_project", lambda: tmp_path)
    (tmp_path / "column_lineage.json").write_text('{"model.opkoers.fct": {"key": [["raw.rows", "key"]]}}')
    database = tmp_path / "w.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.rows as select * from (values ('cbs', 'b', 's'), ('cbs', 'a', 's'), ('cbs', 'c', null))"
            " as rows(source_id, dataset_id, snapshot_id)"
        )
        connection.execute("create table raw.run (run_id text)")
    built = read_built(database, {"fct": 1})
    assert built.loaded == {"raw.rows": ["cbs/a", "cbs/b"]}
    assert built.columns["raw.run"] == {"run_id": "VARCHAR"}
    assert built.lineage == {"model.opkoers.fct": {"key": [["raw.rows", "key"]]}}
