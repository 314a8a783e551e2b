"""What a refusal comes to in words: worst first, where it came from, what to do, and whose run it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project import cli
from dagster_project.contracts import contract
from dagster_project.errors import ConfigurationError
from dagster_project.gate.client import Request
from dagster_project.gate.explain import as_lines, explain, find_run, listed
from dagster_project.gate.results import broken_row
from dagster_project.gate.suites import read_suite
from dagster_project.gate.worker import run_gate
from dagster_project.product import product_path
from dagster_project.run import RunState
from dagster_project.snapshots import Recording, SnapshotStore
from dagster_project.workspace import Workspace
from tests.unit.notify.runs import FAILED_ROW, begun, refused, workspace

WARNING = FAILED_ROW | {"suite": "cbs_table", "severity": "warning", "table_name": "raw.cbs_table", "column_name": ""}
BROKEN = broken_row("after_ingest", "r", "its worker failed: it ended without an answer").model_dump()


def told(found: Workspace, asked: str | None = None) -> str:
    return "\n".join(as_lines(explain(found, asked)))


def run_with(found: Workspace, *rows: dict[str, Any], run_id: str = "0123abcd-0000") -> RunState:
    run = begun(found, run_id)
    with run.changing() as state:
        state.validations += rows
    return refused(run)


def stored(found: Workspace, folder: Path, source_id: str, dataset_id: str, url: str) -> str:
    """A snapshot of a file, as a run would have taken it."""
    file = folder / "taken.csv"
    file.write_text(f"{dataset_id}\n")
    recording = Recording(
        file=file, extension="csv", origin="file", url=url, publisher_modified=None, etag=None, http_status=None,
        row_count=3, is_synthetic=False,
    )  # fmt: skip
    snapshot, _ = SnapshotStore(found.snapshots).add(contract(source_id, dataset_id), recording)
    return snapshot.snapshot_id


def test_it_says_what_failed_where_it_came_from_and_what_to_do(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    snapshot_id = stored(found, tmp_path, "municipal", "objectives", "objectives.csv")
    origin = {"dataset": "municipal/objectives", "snapshot_id": snapshot_id, "rows": 3, "row_numbers": [4, 5, 9]}
    row = FAILED_ROW | {"suite": "objective", "table_name": "raw.objective", "origins": [origin]}
    run_with(found, row, FAILED_ROW | {"result": "passed"})
    text = told(found)
    assert "refused, exit code 3" in text
    assert "Nothing was published yet." in text
    assert "3 checks on 2 tables; 1 passed, 2 refused." in text
    assert (
        "1. Critical: this stops publication\n   Where:    raw.objective, column value_text (suite objective)" in text
    )
    assert "Found:    3 rows otherwise; 3 of 1 412 rows" in text
    assert "Expected: a finite number that is not below zero" in text
    file = f"snapshots/municipal/objectives/{snapshot_id}.csv"
    assert f"From:     municipal/objectives, objectives.csv: 3 rows, first at row 4, 5, 9 ({file}, retrieved " in text
    assert "Way out:  Mend objectives.csv in the workspace, then: opkoers refresh." in text
    assert "expectations/after_ingest/objective.yml" in text


def test_critical_comes_before_broken_and_broken_before_a_warning(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    run_with(found, WARNING, BROKEN)
    explained = explain(found)
    assert [finding["kind"] for finding in explained["findings"]] == ["critical", "broken", "warning"]
    assert [finding["refuses"] for finding in explained["findings"]] == [True, True, False]


def test_a_check_that_could_not_run_is_not_called_bad_data(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    run_with(found, BROKEN)
    part = told(found).split("2. Broken")[1]
    assert "its worker failed" in part
    assert "It says nothing of the data" in part
    assert "logs/gate.log" in part
    assert "Expected:" not in part


@pytest.mark.parametrize(
    ("dataset", "url", "way_out"),
    [
        ("cbs/population", "https://x", "Look at 03759ned of CBS"),
        ("divosa/benchmark_werk_inkomen", "bwi.csv", "mend mappings/benchmark_werk_inkomen.yml"),
        ("municipal/objectives", "objectives.csv", "Mend objectives.csv in the workspace"),
    ],
)
def test_the_way_out_fits_the_kind_of_source(tmp_path: Path, dataset: str, url: str, way_out: str) -> None:
    found = workspace(tmp_path)
    snapshot_id = stored(found, tmp_path, *dataset.split("/"), url)
    origin = {"dataset": dataset, "snapshot_id": snapshot_id, "rows": 1, "row_numbers": []}
    run_with(found, FAILED_ROW | {"origins": [origin]})
    assert way_out in told(found)


def test_an_accepted_jump_is_mended_in_the_settings(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    run_with(found, FAILED_ROW | {"suite": "accepted_jump"})
    assert "Mend accepted_jumps in opkoers.toml" in told(found)


def test_inputs_that_the_standing_publication_does_not_know_are_the_first_suspects(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    old, new = (stored(found, tmp_path, "municipal", name, f"{name}.csv") for name in ("objectives", "measurements"))
    pins = [
        {"source_id": "municipal", "dataset_id": name, "snapshot_id": snapshot_id}
        for name, snapshot_id in (("objectives", old), ("measurements", new))
    ]
    standing = found.publications / "20200101T000000Z-0000"
    standing.mkdir(parents=True)
    manifest = {"publication_id": standing.name, "created_at": "2020-01-01T00:00:00Z", "pins": pins[:1]}
    (standing / "manifest.json").write_text(json.dumps(manifest))
    found.current.symlink_to(standing)
    run = begun(found)
    with run.changing() as state:
        state.pins = pins
    refused(run)
    explained = explain(found)
    assert [given["dataset"] for given in explained["new_inputs"]] == ["municipal/measurements"]
    assert f"unknown to the publication {standing.name}" in told(found)
    assert f"The publication {standing.name} still stands." in told(found)


def test_a_run_goes_by_its_beginning_by_its_publication_or_is_the_last_one_judged(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    run_with(found, run_id="aaaa1111")
    run_with(found, run_id="aaaa2222")
    unjudged = begun(found, "bbbb3333")
    unjudged.finish("published", 0, "Published.", "20261126T100206Z-bbbb3333")
    # one second would be the same name of a record: they are told apart by their ids
    assert find_run(found, "aaaa1").run_id == "aaaa1111"
    assert find_run(found, "20261126T100206Z-bbbb3333").run_id == "bbbb3333"
    assert find_run(found).run_id == "aaaa2222"
    assert "It ended before any gate" in told(found, "bbbb3333")
    for asked, words in (("aaaa", "2 runs are called 'aaaa'"), ("zzzz", "No run is called 'zzzz'"), ("", "No run is")):
        with pytest.raises(ConfigurationError, match=words) as refusal:
            find_run(found, asked)
        assert "bbbb3333" in str(refusal.value), "the newest runs are named"
    assert [line[:8] for line in listed(found)] == ["bbbb3333", "aaaa2222", "aaaa1111"]
    assert "refused by cbs_observation" in list(listed(found))[1]


def test_without_any_run_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="opkoers refresh"):
        find_run(workspace(tmp_path))


def test_the_command_speaks_json_and_ends_with_2_for_an_unknown_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_with(workspace(tmp_path), WARNING)
    with pytest.raises(SystemExit) as ended:
        cli.main(["gate", "explain", "0123", "--json", "--workspace", str(tmp_path)])
    assert ended.value.code == 0
    explained = json.loads(capsys.readouterr().out)
    assert (explained["outcome"], explained["findings"][1]["kind"]) == ("refused", "warning")
    with pytest.raises(SystemExit) as ended:
        cli.main(["gate", "explain", "9999", "--workspace", str(tmp_path)])
    assert ended.value.code == 2


def test_what_was_set_aside_and_who_was_told_is_said(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    run = begun(found)
    run.note_set_aside("printed/bbv, lijst.csv: 3 figures were left out; all stand in rejected/bbv/.")
    refused(run)
    run.note_notified(["email: sent"])
    assert "rejected/bbv/" in told(found)
    assert "Told: email: sent." in told(found)


@pytest.mark.usefixtures("_analytics_off")
def test_a_real_gate_tells_line_and_file_and_nothing_of_a_person(build: Callable[[str], Path], tmp_path: Path) -> None:
    """The product's own suites on a spoiled build; what a person's table holds must not come out at the other end."""
    first = "where row_number = (select min(row_number) from"
    path = build(
        f"update raw.cbs_observation set value_text = '-1' {first} raw.cbs_observation);"
        f"update raw.registration_cell set value = '123456782' {first} raw.registration_cell)"
    )
    report = run_gate(Request(stage="after_ingest", database=path, run_id="r"))
    failed = [check for check in report.checks if check.result == "failed" and check.suite == "cbs_observation"]
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "select source_id || '/' || dataset_id, snapshot_id, row_number from raw.cbs_observation"
            " where value_text = '-1'"
        ).fetchall()
    origins = [(o.dataset, o.snapshot_id, line) for check in failed for o in check.origins for line in o.row_numbers]
    assert sorted(origins) == sorted(rows)
    found = workspace(tmp_path / "w")
    run_with(found, *report.rows)
    assert "123456782" not in json.dumps(explain(found)) + told(found)
    assert rows[0][0] in told(found)


def test_every_suite_of_the_product_is_named_by_the_file_that_it_stands_in(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    run_with(found)
    (finding,) = explain(found)["findings"]
    suite = read_suite(product_path(*finding["suite_file"].split("/")), finding["stage"])
    assert (suite.name, suite.fault) == (finding["suite"], None)


def test_a_record_of_an_older_version_is_explained_as_well(tmp_path: Path) -> None:
    found = workspace(tmp_path)
    state = run_with(found)
    (record,) = found.runs.glob("*.json")
    old = {name: value for name, value in vars(replace(state)).items() if name != "notified"}
    record.write_text(json.dumps(old))
    assert "1. Critical" in told(found)
