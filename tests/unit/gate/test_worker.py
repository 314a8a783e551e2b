"""What the worker makes of gates that cannot be trusted: broken, with a plain sentence, and never a pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.gate.client import Request
from dagster_project.gate.results import GateReport
from dagster_project.gate.worker import run_gate

pytestmark = pytest.mark.usefixtures("_analytics_off")

HEAD = "name: {name}\ntable: {table}\ndescription: A test.\nexpectations:"
NOT_NULL = "\n  - {type: expect_column_values_to_not_be_null, severity: warning, kwargs: {column: kind}}\n"


def suite(name: str = "objective", table: str = "raw.objective", checks: str = NOT_NULL) -> str:
    return HEAD.format(name=name, table=table) + checks


def gate(database: Path, folder: Path) -> GateReport:
    return run_gate(Request(stage="after_ingest", database=database, run_id="r1", suites=folder))


def test_a_sound_suite_beside_a_broken_one_keeps_its_pass(sound_build: Path, suites: Callable[..., Path]) -> None:
    folder = suites(objective=suite(), measurement=suite("measurement", "raw.measurement", " []"))
    report = gate(sound_build, folder)
    assert report.passed("objective")
    assert not report.passed("measurement")
    assert report.refused


def test_an_empty_suite_refuses(sound_build: Path, suites: Callable[..., Path]) -> None:
    report = gate(sound_build, suites(objective=suite(checks=" []")))
    assert report.broken
    assert report.sentence == (
        "Suite objective is broken: after_ingest/objective.yml: the suite is empty: it would pass whatever the data. "
        "Mend the suite and run again."
    )


def test_an_unknown_expectation_type_refuses(sound_build: Path, suites: Callable[..., Path]) -> None:
    report = gate(sound_build, suites(objective=suite(checks=NOT_NULL.replace("not_be_null", "be_lovely"))))
    assert report.broken
    assert "unknown expectation type 'expect_column_values_to_be_lovely'" in report.sentence


def test_a_stage_without_suites_refuses(sound_build: Path, suites: Callable[..., Path]) -> None:
    report = gate(sound_build, suites())
    assert report.broken
    assert report.sentence == ("The gate after_ingest is broken: it has no suites, so it would pass whatever the data.")


def test_a_table_that_is_not_there_refuses(sound_build: Path, suites: Callable[..., Path]) -> None:
    report = gate(sound_build, suites(goals=suite("goals", "raw.goals")))
    assert report.broken
    assert report.sentence == "Suite goals is broken: there is no table raw.goals to check."


def test_a_column_that_is_not_there_refuses_even_as_a_warning(sound_build: Path, suites: Callable[..., Path]) -> None:
    report = gate(sound_build, suites(objective=suite(checks=NOT_NULL.replace("kind", "sort"))))
    assert report.broken
    assert report.refused
    assert "expect_column_values_to_not_be_null on raw.objective.sort could not be run" in report.sentence


def test_an_argument_that_the_type_does_not_know_refuses(sound_build: Path, suites: Callable[..., Path]) -> None:
    report = gate(sound_build, suites(objective=suite(checks=NOT_NULL.replace("column: kind", "columns: kind"))))
    assert report.broken
    assert "Suite objective" in report.sentence


def test_sql_that_raises_refuses_and_names_the_reason(sound_build: Path, suites: Callable[..., Path]) -> None:
    sql = """
  - type: unexpected_rows_expectation
    severity: warning
    meta: {name: sums, sentence: sums that add up}
    kwargs: {unexpected_rows_query: "select cast(kind as integer) from {batch}"}
"""
    report = gate(sound_build, suites(objective=suite(checks=sql)))
    assert report.broken
    assert "unexpected_rows_expectation(sums) on raw.objective could not be run" in report.sentence
    assert "Conversion Error" in report.sentence


def test_an_error_about_persons_quotes_nothing(build: Callable[[str], Path], suites: Callable[..., Path]) -> None:
    sql = """
  - type: unexpected_rows_expectation
    severity: critical
    meta: {name: sums, sentence: sums that add up}
    kwargs: {unexpected_rows_query: "select cast(referrer as date) from {batch}"}
"""
    database = build("update raw.registration_cell set referrer = 'Jan Jansen 1234'")
    report = gate(database, suites(registration_cell=suite("registration_cell", "raw.registration_cell", sql)))
    assert report.broken
    assert "Jansen" not in report.model_dump_json()


def test_a_database_that_is_not_there_refuses(tmp_path: Path) -> None:
    report = run_gate(Request(stage="after_ingest", database=tmp_path / "none.duckdb", run_id="r1"))
    assert report.broken
    assert report.sentence.startswith("The gate after_ingest is broken: none.duckdb cannot be opened for reading")
