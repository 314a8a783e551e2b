"""Findings in words, and what a report concludes from them."""

from __future__ import annotations

import pytest

from dagster_project.gate.results import Finding, GateReport, broken_row, number, row_of, without_personal_numbers
from dagster_project.gate.suites import Expectation, Suite

BETWEEN = Expectation(
    type="expect_column_values_to_be_between",
    kwargs={"column": "value", "min_value": 0, "max_value": 100000},
    severity="critical",
)
WARNING = Expectation(type="expect_column_values_to_not_be_null", kwargs={"column": "title"}, severity="warning")
SUITE = Suite("after_build", "fct_indicator_value", "marts.fct_indicator_value", "Figures.", (BETWEEN, WARNING))
PASSED = Finding(True, "no exception", 0, 10)


def test_a_failed_check_is_told_in_one_sentence_with_all_that_matters() -> None:
    row = row_of(SUITE, BETWEEN, Finding(False, "-3 to 5 210", 12, 31022), "r1")
    assert row.message == (
        "Suite fct_indicator_value: expect_column_values_to_be_between on marts.fct_indicator_value.value "
        "expected 0 to 100 000, observed -3 to 5 210; 12 of 31 022 rows fail (critical)."
    )
    assert (row.result, row.unexpected_count, row.element_count, row.refuses) == ("failed", 12, 31022, True)


def test_a_check_that_raised_is_broken_and_refuses_even_as_a_warning() -> None:
    row = row_of(SUITE, WARNING, Finding(False, "", None, None, "Binder Error: no such column"), "r1")
    assert row.result == "broken"
    assert row.refuses
    assert "could not be run (Binder Error: no such column)" in row.message


def test_a_failed_warning_does_not_refuse() -> None:
    report = GateReport(stage="after_build", checks=(row_of(SUITE, WARNING, Finding(False, "3 empty", 3, 10), "r1"),))
    assert not report.refused
    assert report.passed("fct_indicator_value")
    assert report.sentence == "The gate after_build ran 1 checks: 0 passed, 1 warned."


def test_a_report_refuses_for_its_first_reason_and_only_the_suite_concerned_fails() -> None:
    other = Suite("after_build", "dim_period", "marts.dim_period", "Periods.", (WARNING,))
    checks = (
        row_of(other, WARNING, PASSED, "r1"),
        row_of(SUITE, BETWEEN, Finding(False, "-3 to 5", 1, 10), "r1"),
        row_of(SUITE, BETWEEN, Finding(False, "-4 to 5", 2, 10), "r1"),
    )
    report = GateReport(stage="after_build", checks=checks)
    assert report.refused
    assert not report.broken
    assert report.sentence == checks[1].message
    assert report.passed("dim_period")
    assert not report.passed("fct_indicator_value")


def test_a_report_without_checks_is_broken() -> None:
    report = GateReport(stage="after_build", checks=())
    assert report.refused
    assert report.broken
    assert report.sentence == "The gate after_build is broken: it checked nothing."


def test_a_suite_that_gave_no_rows_did_not_pass() -> None:
    report = GateReport(stage="after_build", checks=(broken_row("after_build", "r1", "its worker failed"),))
    assert report.broken
    assert not report.passed("fct_indicator_value")


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (31022, "31 022"), (1234567.5, "1 234 567.5"), (-3, "-3"), (0.25, "0.25")]
)
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert number(value) == text


def test_what_may_be_a_personal_number_is_blotted_out() -> None:
    assert without_personal_numbers("found 123456782 and 12345678.") == "found [number] and [number]."
    assert without_personal_numbers("1234567 1234567890") == "1234567 1234567890"
