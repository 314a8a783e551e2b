"""What others read a publication with, on the demo as it is published: made once, with a service that takes events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pyshacl
import pytest
from rdflib import Graph

from dagster_project.demo import HEEMSKERK, make_demo_workspace
from dagster_project.execution import refresh
from dagster_project.publication import current_folder, read_manifest, write_output
from dagster_project.run import RunOptions, finished_runs
from dagster_project.site.site import SiteRun
from dagster_project.snapshots import sha256_of
from dagster_project.standards import datapackage, dcat, openlineage
from dagster_project.standards.emission import KEY_VARIABLE
from dagster_project.standards.tables import published_tables
from dagster_project.workspace import SETTINGS_FILE, Workspace
from tests.unit.standards.openlineage_schema import faults
from tests.unit.standards.test_emission import SECRET, Service, serving

SHAPES = Path(__file__).parents[1] / "unit" / "standards" / "dcat_ap_nl.ttl"
SETTINGS = """
contact = "data@heemskerk.invalid"
[catalog]
base_url = "https://cijfers.heemskerk.invalid/monitor"
licence = "http://creativecommons.org/licenses/by/4.0/deed.nl"
[openlineage]
url = "{url}"
"""
ARROW = {"string": "VARCHAR", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "datetime": "TIMESTAMP"}
"""Type in the data package to the type that DuckDB reads from the Parquet file, where it is one."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, service: Service) -> Workspace:
    """The published demo of Heemskerk."""
    folder = tmp_path_factory.mktemp("standards") / "demo"
    make_demo_workspace(folder, HEEMSKERK)
    settings = folder / SETTINGS_FILE
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS.format(url=service.url), encoding="utf-8")
    found = Workspace(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, SECRET)
        said, code = refresh(found, RunOptions(offline=True))
    assert code == 0, said
    return found


@pytest.fixture(scope="module")
def publication(workspace: Workspace) -> Path:
    folder = current_folder(workspace)
    assert folder is not None
    return folder


@pytest.fixture(scope="module")
def package(publication: Path) -> dict[str, Any]:
    return json.loads((publication / datapackage.FILE).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def events(publication: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (publication / openlineage.FILE).read_text(encoding="utf-8").splitlines()]


def test_the_manifest_names_every_description_with_its_hash(publication: Path) -> None:
    files = read_manifest(publication)["files"]
    for name in (datapackage.FILE, dcat.FILE, openlineage.FILE):
        assert files[name] == sha256_of(publication / name)


def test_frictionless_finds_every_csv_file_of_the_package_sound(publication: Path) -> None:
    found = frictionless.Package(str(publication / datapackage.FILE))
    for resource in [resource for resource in found.resources if resource.format != "csv"]:
        found.remove_resource(resource.name)
    report = found.validate()
    assert report.valid, report.to_summary()
    assert len(report.tasks) == len(list((publication / "export" / "csv" / "int").glob("*.csv"))) > 5
    assert sum(task.stats["rows"] for task in report.tasks) > 100


def test_every_parquet_file_is_described_as_it_is(publication: Path, package: dict[str, Any]) -> None:
    described = {each["path"]: each for each in package["resources"] if each["format"] == "parquet"}
    assert set(described) == {f"parquet/{path.name}" for path in (publication / "parquet").glob("*.parquet")}
    for path, resource in described.items():
        assert resource["hash"] == f"sha256:{sha256_of(publication / path)}"
        rows = duckdb.execute("select column_name, column_type from (describe from read_parquet($path))",
                              {"path": str(publication / path)}).fetchall()  # fmt: skip
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        assert list(fields) == [name for name, _ in rows], path
        for name, kind in rows:
            fits = {"number": ("DOUBLE", "DECIMAL"), "integer": ("BIGINT", "INTEGER")}
            assert kind.startswith(fits.get(fields[name], (ARROW.get(fields[name], ""),))), (path, name, kind)


def test_what_the_package_says_of_keys_and_of_made_up_rows_is_so(publication: Path, package: dict[str, Any]) -> None:
    for resource in (each for each in package["resources"] if each["format"] == "parquet"):
        scan = f"read_parquet('{publication / resource['path']}')"
        schema = resource["schema"]
        for key in filter(None, [schema.get("primaryKey"), *schema.get("uniqueKeys", [])]):
            twice = duckdb.sql(f"select 1 from {scan} group by {', '.join(key)} having count(*) > 1 limit 1").fetchall()
            assert twice == [], resource["name"]
        for mark in {"is_synthetic", "is_synthetisch"} & {field["name"] for field in schema["fields"]}:
            marked = duckdb.sql(f"select count(*) > 0 from {scan} where {mark}").fetchone()
            assert marked == (resource["isSynthetic"],), resource["name"]
    assert package["isSynthetic"] is True


def test_the_catalogue_metadata_conforms_and_leads_to_files_that_are_there(publication: Path) -> None:
    graph = Graph().parse(publication / dcat.FILE, format="turtle")
    conforms, _, told = pyshacl.validate(graph, shacl_graph=Graph().parse(SHAPES), inference="none")
    assert conforms, told
    base = "https://cijfers.heemskerk.invalid/monitor/"
    files = {str(node)[len(base) :] for node in graph.all_nodes() if str(node).startswith(base)} - {""}
    named = {name for name in files if not name.startswith(f"{dcat.FILE}#")}
    assert {"warehouse.duckdb", "export/tables.xlsx", "site/index.html", datapackage.FILE} <= named
    assert [name for name in named if not (publication / name).is_file()] == []


def test_every_event_is_as_the_standard_has_it_and_reached_the_service(
    events: list[dict[str, Any]], service: Service, workspace: Workspace
) -> None:
    assert len(events) > 200
    assert [fault for event in events for fault in faults(event)] == []
    assert service.events == events
    assert {each["Authorization"] for each in service.headers} == {f"Bearer {SECRET}"}
    (run,) = finished_runs(workspace)
    assert run.notes == []
    assert events[0]["run"]["runId"] == run.run_id


def test_every_job_ends_well_within_the_run(events: list[dict[str, Any]], workspace: Workspace) -> None:
    (run,) = finished_runs(workspace)
    ends = [event for event in events if event["eventType"] == "COMPLETE"]
    assert len(ends) * 2 == len(events)
    assert all(run.started_at <= event["eventTime"] <= (run.finished_at or "") for event in events)


def test_every_published_table_leads_back_to_an_address_or_a_file(events: list[dict[str, Any]]) -> None:
    """By the inputs and outputs of the jobs alone, as a reader of the events would find it."""
    inputs: dict[str, set[tuple[str, str]]] = {}
    for event in events:
        for output in event["outputs"] if event["job"]["name"] != "refresh" else ():
            found = inputs.setdefault(output["name"], set())
            found |= {(each["namespace"], each["name"]) for each in event["inputs"]}

    def reached(name: str, seen: set[str]) -> set[tuple[str, str]]:
        seen.add(name)
        parents = inputs.get(name, set())
        ends = {parent for parent in parents if not parent[0].startswith("opkoers:")}
        return ends.union(*(reached(parent, seen) for _, parent in parents if parent not in seen))

    # those on seeds alone, on files that this sample lacks and on the run's own record have no load behind them
    jobs = {event["job"]["name"] for event in events}
    loaded = [table.name for table in published_tables() if any(f"load.{origin}" in jobs for origin in table.origins)]
    assert len(loaded) > 30
    assert [name for name in loaded if not reached(f"marts.{name}", set())] == []
    assert ("https://datasets.cbs.nl", "odata/v1/CBS/03759ned") in reached("marts.fct_indicator_value", set())


def test_columns_of_published_tables_have_their_lineage(events: list[dict[str, Any]]) -> None:
    ends = {event["job"]["name"]: event for event in events if event["eventType"] == "COMPLETE"}
    facets = ends["dbt.marts.fct_indicator_value"]["outputs"][0]["facets"]
    lineage = facets["columnLineage"]["fields"]
    parents = {(each["name"], each["field"]) for each in lineage["value"]["inputFields"]}
    assert parents == {
        ("intermediate.int_indicator_value", "value"),
        ("intermediate.int_indicator_value_current", "value"),
    }
    told = {field["name"]: field.get("description") for field in facets["schema"]["fields"]}
    assert told["indicator_id"] == "Indicator, see dim_indicator."
    assert set(lineage) <= set(told)
    (audit,) = ends["dbt.marts.audit_run"]["inputs"]
    assert audit["name"] == "staging.stg_run__run"


def test_every_gate_tells_all_that_it_checked(events: list[dict[str, Any]], workspace: Workspace) -> None:
    (run,) = finished_runs(workspace)
    found = [
        assertion
        for event in events
        if event["job"]["name"].startswith("gate.") and event["eventType"] == "COMPLETE"
        for table in event["inputs"]
        for assertion in table["inputFacets"]["dataQualityAssertions"]["assertions"]
    ]
    assert len(found) == len(run.validations) > 100
    assert sum(each["success"] for each in found) == sum(row["result"] == "passed" for row in run.validations)


def test_the_descriptions_are_the_same_bytes_when_output_is_written_again(
    publication: Path, workspace: Workspace, tmp_path: Path
) -> None:
    """Editions rest on it: their files are built anew and compared byte by byte."""
    manifest = read_manifest(publication)
    (run,) = finished_runs(workspace)
    again = SiteRun(
        run_id=run.run_id,
        publication_id=publication.name,
        generated_at=json.loads((publication / datapackage.FILE).read_text(encoding="utf-8"))["created"],
        as_of=date.fromisoformat(manifest["as_of"]),
        git_commit=manifest["git_commit"],
    )
    write_output(publication / "warehouse.duckdb", workspace, tmp_path, again)
    for name in (datapackage.FILE, dcat.FILE, "site/gegevens.html"):
        assert (tmp_path / name).read_bytes() == (publication / name).read_bytes(), name
    assert not (tmp_path / openlineage.FILE).exists()
