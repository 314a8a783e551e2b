from __future__ import annotations

from dataclasses import replace

import pytest

from dagster_project.site.queries import ValidationRow
from dagster_project.site.words.checks import stages_of, summary_sentence

PASSED = ValidationRow(
    stage="after_build",
    suite="dim_region",
    table_name="marts.dim_region",
    expectation="expect_column_values_to_not_be_null(column=region_code)",
    column_name="region_code",
    severity="critical",
    result="passed",
    observed="no exception",
    expected="a value in every row",
    unexpected_count=0,
    element_count=1412,
    message="Suite dim_region: fine.",
)
FAILED = replace(PASSED, result="failed", observed="3 empty", unexpected_count=3, message="Suite dim_region: 3 fail.")
WARNED = replace(FAILED, severity="warning")
BROKEN = replace(PASSED, result="broken", observed="", unexpected_count=None, element_count=None, message="Broken.")


def test_the_summary_counts_passed_warned_and_refused() -> None:
    rows = [PASSED, PASSED, WARNED, FAILED, BROKEN]
    assert summary_sentence(rows) == "Er zijn 5 controles gedaan: 2 in orde, 1 gaf een waarschuwing en 2 gingen mis."
    assert summary_sentence([PASSED, PASSED]) == "Er zijn 2 controles gedaan; alle zijn in orde."
    assert summary_sentence([]) == "Over deze cijfers is geen enkele controle vastgelegd."


def test_trouble_comes_first_within_a_suite_and_among_suites() -> None:
    calm = replace(PASSED, suite="a_calm_suite")
    (stage,) = stages_of([calm, PASSED, WARNED, FAILED])
    assert [suite.title for suite in stage.suites] == ["dim_region", "a_calm_suite"]
    assert [check.outcome for check in stage.suites[0].checks] == ["niet in orde", "let op", "in orde"]


def test_stages_stand_in_the_order_in_which_gates_run() -> None:
    stages = stages_of([PASSED, replace(PASSED, stage="after_ingest")])
    assert [stage.title for stage in stages] == ["Na het ophalen", "Na het rekenen"]


def test_a_check_that_could_not_run_says_so_in_words() -> None:
    (stage,) = stages_of([BROKEN])
    check = stage.suites[0].checks[0]
    assert (check.outcome, check.tone, check.rows) == ("kon niet draaien", "error", "niet geteld")
    assert check.observed.text == "niet vastgelegd"


def test_only_trouble_brings_its_message() -> None:
    (stage,) = stages_of([PASSED, FAILED])
    assert [check.message for check in stage.suites[0].checks] == ["Suite dim_region: 3 fail.", None]


def test_rows_are_counted_in_dutch() -> None:
    (stage,) = stages_of([FAILED])
    assert stage.suites[0].checks[0].rows == "3 fout van 1.412"


@pytest.mark.parametrize(
    ("phrase", "dutch"),
    [
        ("no exception", "geen uitzondering"),
        ("at least 1 rows", "minstens 1 rijen"),
        ("150 480 rows", "150 480 rijen"),
        ("3 rows that differ", "3 rijen wijken af"),
        ("-5 to 100", "-5 tot 100"),
        ("at most 100", "hoogstens 100"),
        ("one of land, gemeente", "een van: land, gemeente"),
    ],
)
def test_fixed_phrases_of_the_gates_are_told_in_dutch(phrase: str, dutch: str) -> None:
    (stage,) = stages_of([replace(PASSED, observed=phrase)])
    observed = stage.suites[0].checks[0].observed
    assert (observed.text, observed.is_dutch) == (dutch, True)


def test_a_sentence_of_a_suite_stays_in_its_own_language() -> None:
    (stage,) = stages_of([replace(PASSED, expected="exactly one current row per objective")])
    expected = stage.suites[0].checks[0].expected
    assert (expected.text, expected.is_dutch) == ("exactly one current row per objective", False)
