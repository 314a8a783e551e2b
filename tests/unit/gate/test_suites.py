"""Reading and guarding suite files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.gate.suites import STAGES, read_suite, suites_for

SOUND = """
name: objective
table: raw.objective
description: The plan.
expectations:
  - {type: expect_column_values_to_not_be_null, severity: critical, kwargs: {column: kind}}
"""


def fault(write: Callable[..., Path], content: str) -> str:
    folder = write(objective=content)
    found = read_suite(folder / "after_ingest" / "objective.yml", "after_ingest").fault
    assert found is not None
    return found


def test_a_sound_file_is_a_suite_without_fault(suites: Callable[..., Path]) -> None:
    (suite,) = suites_for("after_ingest", suites(objective=SOUND))
    assert suite.fault is None
    assert (suite.name, suite.table) == ("objective", "raw.objective")
    assert suite.expectations[0].label == "expect_column_values_to_not_be_null(column=kind)"
    assert suite.expectations[0].column == "kind"


def test_a_suite_with_a_fault_still_names_its_table(suites: Callable[..., Path]) -> None:
    (suite,) = suites_for("after_ingest", suites(objective="name: ["))
    assert (suite.name, suite.table, suite.expectations) == ("objective", "raw.objective", ())


def test_an_empty_suite_is_a_fault(suites: Callable[..., Path]) -> None:
    empty = SOUND.partition("expectations:")[0] + "expectations: []"
    assert "the suite is empty" in fault(suites, empty)


def test_an_unknown_type_is_a_fault_that_names_it(suites: Callable[..., Path]) -> None:
    found = fault(suites, SOUND.replace("to_not_be_null", "to_be_lovely"))
    assert "unknown expectation type 'expect_column_values_to_be_lovely'" in found
    assert "expect_column_values_to_not_be_null" in found


def test_an_unknown_severity_is_a_fault(suites: Callable[..., Path]) -> None:
    assert "severity" in fault(suites, SOUND.replace("critical", "dreadful"))


def test_a_missing_severity_is_a_fault(suites: Callable[..., Path]) -> None:
    assert "severity" in fault(suites, SOUND.replace("severity: critical, ", ""))


def test_an_unknown_key_is_a_fault(suites: Callable[..., Path]) -> None:
    assert "expectation" in fault(suites, SOUND + "expectation: []")


def test_a_name_that_is_not_the_files_is_a_fault(suites: Callable[..., Path]) -> None:
    assert "'measurement', expected the file's name 'objective'" in fault(
        suites, SOUND.replace("name: objective", "name: measurement")
    )


def test_sql_that_does_not_read_the_batch_is_a_fault(suites: Callable[..., Path]) -> None:
    sql = """
  - type: unexpected_rows_expectation
    severity: critical
    meta: {name: other, sentence: nothing}
    kwargs: {unexpected_rows_query: select 1 from raw.measurement}
"""
    assert "does not read from {batch}" in fault(suites, SOUND + sql)


def test_sql_without_a_sentence_is_a_fault(suites: Callable[..., Path]) -> None:
    sql = """
  - type: unexpected_rows_expectation
    severity: critical
    kwargs: {unexpected_rows_query: "select 1 from {batch}"}
"""
    assert "needs meta.name and meta.sentence" in fault(suites, SOUND + sql)


def test_showing_values_of_a_raw_table_is_a_fault(suites: Callable[..., Path]) -> None:
    sql = """
  - type: unexpected_rows_expectation
    severity: warning
    meta: {name: other, sentence: nothing, shows: owner}
    kwargs: {unexpected_rows_query: "select owner from {batch}"}
"""
    assert "meta.shows is for published tables" in fault(suites, SOUND + sql)


def test_a_check_stated_twice_is_a_fault(suites: Callable[..., Path]) -> None:
    assert "stated twice" in fault(suites, SOUND + SOUND.partition("expectations:\n")[2])


def test_a_file_that_is_no_yaml_is_a_fault(suites: Callable[..., Path]) -> None:
    assert "not readable as YAML" in fault(suites, "name: [")


@pytest.mark.parametrize("stage", STAGES)
def test_the_products_suites_have_no_fault(stage: str) -> None:
    found = suites_for(stage)  # type: ignore[arg-type]
    assert found
    assert [suite.fault for suite in found if suite.fault] == []


def test_tables_with_persons_are_known_by_name() -> None:
    persons = {suite.name for suite in suites_for("after_ingest") if suite.holds_persons}
    assert {"municipal_observation", "registration_cell", "registration_fault"} <= persons
    assert "cbs_observation" not in persons


def test_reading_suites_does_not_import_great_expectations() -> None:
    code = (
        "import sys; from dagster_project.gate import GateWorker, suites_for; suites_for('after_ingest');"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False).returncode == 0
