"""Every check of the product's suites passes on sound data and fails on the fault that it is there for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from dagster_project.gate.client import Request
from dagster_project.gate.results import GateReport
from dagster_project.gate.suites import STAGES, Stage, Suite, suites_for
from dagster_project.gate.worker import run_gate, run_suite
from dagster_project.raw import RAW_TABLES, create_raw_schema
from tests.unit.gate.care_faults import CARE_FAULTS
from tests.unit.gate.figure_faults import BSN, FIGURE_FAULTS
from tests.unit.gate.plan_faults import FURTHER_FAULTS, PLAN_FAULTS
from tests.unit.gate.view_rows import FURTHER_VIEW_FAULTS, VIEW_FAULTS

pytestmark = pytest.mark.usefixtures("_analytics_off")

ALL_SUITES: dict[str, Suite] = {suite.name: suite for stage in STAGES for suite in suites_for(stage)}
FAULTS = FIGURE_FAULTS | PLAN_FAULTS | CARE_FAULTS | VIEW_FAULTS
"""By suite: a part of the check's label that is unique in the suite, and SQL that brings about its fault and no other.

Only a row of `attempt` is trouble by itself, whatever else ails it.
"""

CASES = [(suite, part, sql) for suite, faults in FAULTS.items() for part, sql in faults.items()]
CASES += FURTHER_FAULTS + FURTHER_VIEW_FAULTS


def labels_with(suite: Suite, part: str) -> list[str]:
    return [expectation.label for expectation in suite.expectations if part in expectation.label]


@pytest.fixture(scope="module")
def sound_reports(sound_build: Path) -> dict[Stage, GateReport]:
    return {stage: run_gate(Request(stage=stage, database=sound_build, run_id="r1")) for stage in STAGES}


@pytest.mark.parametrize("stage", STAGES)
def test_sound_data_passes_every_check(sound_reports: dict[Stage, GateReport], stage: Stage) -> None:
    report = sound_reports[stage]
    assert [check.message for check in report.checks if check.result != "passed"] == []
    assert len(report.checks) == sum(len(suite.expectations) for suite in suites_for(stage))
    assert all(report.passed(suite.name) for suite in suites_for(stage))


@pytest.mark.parametrize("suite", ALL_SUITES)
def test_every_check_has_a_fault_that_tries_it(suite: str) -> None:
    tried = [labels_with(ALL_SUITES[suite], part) for part in FAULTS[suite]]
    assert [labels for labels in tried if len(labels) != 1] == []
    assert sorted(label for (label,) in tried) == sorted(check.label for check in ALL_SUITES[suite].expectations)


@pytest.mark.parametrize(("name", "part", "fault"), CASES, ids=[f"{name}-{part}" for name, part, _ in CASES])
def test_a_fault_fails_its_check_and_no_other_of_the_suite(
    build: Callable[[str], Path], name: str, part: str, fault: str
) -> None:
    from dagster_project.gate.duckdb_source import open_build

    suite = ALL_SUITES[name]
    (label,) = labels_with(suite, part)
    with open_build(build(fault.format(table=suite.table))) as database:
        checks = run_suite(database, suite, "r1")
    found = dict(zip((one.label for one in suite.expectations), checks, strict=True))
    assert found[label].result == "failed", found[label].message
    assert found[label].message.startswith(f"Suite {name}: ")
    others = {other for other, check in found.items() if check.result != "passed"} - {label}
    assert others <= set(labels_with(suite, "none_in_trouble"))
    assert BSN not in repr(checks)


@pytest.mark.parametrize(
    ("unit", "concept", "value", "result"),
    [
        ("aantal", "inhabitants", "39182.0", "passed"),
        ("aantal", "inhabitants", "39182.5", "failed"),
        ("%", "share", "100.0", "passed"),
        ("%", "share", "100.1", "failed"),
        ("% (zie toelichting)", "share", "560", "failed"),
        ("%", "demografische_druk_pct", "101.5", "passed"),
        ("per 1 000 inwoners", "clients", "64.5", "passed"),
        ("per 1 000 inwoners", "clients", "1001", "failed"),
        ("per km²", "density", "1437.5", "passed"),
    ],
)
def test_a_figure_of_cbs_fits_its_unit(
    build: Callable[[str], Path], unit: str, concept: str, value: str, result: str
) -> None:
    from dagster_project.gate.duckdb_source import open_build

    suite = ALL_SUITES["cbs_observation"]
    (label,) = labels_with(suite, "value_fits_its_unit")
    only = replace(suite, expectations=tuple(one for one in suite.expectations if one.label == label))
    path = build(
        f"update raw.cbs_measure set unit = '{unit}', concept_id = '{concept}'; "
        f"update raw.cbs_observation set value_text = '  {value}', concept_id = '{concept}'"
    )
    with open_build(path) as database:
        (check,) = run_suite(database, only, "r1")
    assert check.result == result, check.message


def test_empty_sources_pass_where_they_may_be_empty(tmp_path: Path, sound_build: Path) -> None:
    needed = {"cbs_observation", "cbs_table", "dataset", "snapshot", "parameter"}
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        create_raw_schema(connection)
        connection.execute(f"attach '{sound_build}' as sound (read_only)")
        for table in needed:
            connection.execute(f"insert into raw.{table} from sound.raw.{table}")
    report = run_gate(Request(stage="after_ingest", database=path, run_id="r1"))
    assert [check.message for check in report.checks if check.result != "passed"] == []


def test_a_personal_number_in_the_seal_refuses_with_a_plain_sentence(build: Callable[[str], Path]) -> None:
    path = build(f"update raw.registration_cell set referrer = '{BSN}' where row_number = 2")
    report = run_gate(Request(stage="after_ingest", database=path, run_id="r1"))
    assert report.refused
    assert not report.broken
    assert not report.passed("registration_cell")
    assert report.sentence == (
        "Suite registration_cell: unexpected_rows_expectation(no_personal_number) on "
        "raw.registration_cell expected members of dimensions without a number as long as a BSN, "
        "observed 1 row otherwise; 1 of 5 rows fails (critical)."
    )
    assert BSN not in report.model_dump_json()


def test_the_rows_fit_the_table_of_results(sound_reports: dict[Stage, GateReport]) -> None:
    for report in sound_reports.values():
        assert all([name for name in row if name != "origins"] == list(RAW_TABLES["validation"]) for row in report.rows)
