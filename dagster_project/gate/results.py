"""Results: what a gate found, as rows of `raw.validation` and as plain sentences.

Running checks does not belong here, nor does anything that knows Great Expectations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from dagster_project.gate.suites import SQL_TYPE, Expectation, Severity, Stage, Suite

Result = Literal["passed", "failed", "broken"]

WHOLE_GATE = "(gate)"
"""Stands for the suite in the row of a gate that broke before it came to any suite."""

_LIKE_A_PERSONAL_NUMBER = re.compile(r"(?<!\d)\d{8,9}(?!\d)")


class Origin(BaseModel):
    """A snapshot that holds rows that a check refused.

    Attributes:
        dataset: `source/dataset`.
        rows: how many of the rows are its own.
        row_numbers: where the first of them stand in it, as far as the check tells.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    snapshot_id: str
    rows: int
    row_numbers: tuple[int, ...] = ()


class ValidationRow(BaseModel):
    """One check in one run: a row of `raw.validation`, and for the run's own record where refused rows came from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_id: str
    stage: Stage
    suite: str
    table_name: str
    expectation: str
    column_name: str
    severity: Severity
    result: Result
    observed: str
    expected: str
    unexpected_count: int | None
    """Rows that fail; None where the check is not about single rows."""
    element_count: int | None
    """Rows looked at."""
    message: str
    """One plain English sentence."""
    origins: tuple[Origin, ...] = ()
    """Where the refused rows came from, if that can be told for certain. In the run's record only."""

    @property
    def refuses(self) -> bool:
        """A check that could not run stops the run whatever its severity."""
        return self.result == "broken" or (self.result == "failed" and self.severity == "critical")


class GateReport(BaseModel):
    """What one gate found in one run.

    Attributes:
        checks: one row per check; one broken row stands for a suite, or for the whole gate, that could not be run.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: Stage
    checks: tuple[ValidationRow, ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The checks as rows of `raw.validation`, by column name."""
        return [check.model_dump() for check in self.checks]

    @property
    def refused(self) -> bool:
        """True when the run must stop here. A gate that checked nothing refuses."""
        return not self.checks or any(check.refuses for check in self.checks)

    @property
    def broken(self) -> bool:
        """True when some check could not be run, so that nothing is known of its data."""
        return not self.checks or any(check.result == "broken" for check in self.checks)

    @property
    def sentence(self) -> str:
        """The first reason to stop; without one, how many checks passed."""
        if not self.checks:
            return f"The gate {self.stage} is broken: it checked nothing."
        reasons = [check.message for check in self.checks if check.refuses]
        if reasons:
            return reasons[0]
        failed = sum(check.result == "failed" for check in self.checks)
        return (
            f"The gate {self.stage} ran {len(self.checks)} checks: {len(self.checks) - failed} passed, {failed} warned."
        )

    def passed(self, suite: str) -> bool:
        """Whether a suite ran and found nothing that stops the run."""
        checks = [check for check in self.checks if check.suite == suite]
        return bool(checks) and not any(check.refuses for check in checks)


@dataclass(frozen=True)
class Finding:
    """What running one check came to, before it is put into words.

    Attributes:
        success: whether the data are as expected.
        observed: what was seen instead, or seen at all, in words.
        unexpected_count: rows that fail, None where the check is not about single rows.
        element_count: rows looked at.
        error: why the check could not be run, None when it ran.
        origins: the snapshots that refused rows came from.
    """

    success: bool
    observed: str
    unexpected_count: int | None
    element_count: int | None
    error: str | None = None
    origins: tuple[Origin, ...] = ()


def without_personal_numbers(text: str) -> str:
    """The text with every run of eight or nine digits blotted out: it might be a BSN."""
    return _LIKE_A_PERSONAL_NUMBER.sub("[number]", text)


def row_of(suite: Suite, expectation: Expectation, finding: Finding, run_id: str) -> ValidationRow:
    """A finding as a row, with its sentence."""
    result: Result = "broken" if finding.error else "passed" if finding.success else "failed"
    place = f"{suite.table}.{expectation.column}" if expectation.column else suite.table
    what = f"Suite {suite.name}: {_name_in_sentence(expectation)} on {place}"
    expected = expected_text(expectation)
    sentences = {
        "broken": f"{what} could not be run ({finding.error}); a gate that cannot run is a failed gate.",
        "passed": f"{what} found {expected}.",
        "failed": f"{what} expected {expected}, observed {finding.observed}{_share(finding)} ({expectation.severity}).",
    }
    return ValidationRow(
        run_id=run_id,
        stage=suite.stage,
        suite=suite.name,
        table_name=suite.table,
        expectation=expectation.label,
        column_name=expectation.column,
        severity=expectation.severity,
        result=result,
        observed=finding.observed,
        expected=expected,
        unexpected_count=finding.unexpected_count,
        element_count=finding.element_count,
        message=sentences[result],
        origins=finding.origins,
    )


def broken_row(stage: Stage, run_id: str, reason: str, suite: Suite | None = None) -> ValidationRow:
    """The row of a suite, or of a whole gate, that could not be run. `reason` is a clause without a full stop."""
    who = f"Suite {suite.name}" if suite else f"The gate {stage}"
    return ValidationRow(
        run_id=run_id,
        stage=stage,
        suite=suite.name if suite else WHOLE_GATE,
        table_name=suite.table if suite else "",
        expectation="",
        column_name="",
        severity="critical",
        result="broken",
        observed="",
        expected="",
        unexpected_count=None,
        element_count=None,
        message=f"{who} is broken: {reason}.",
    )


def expected_text(expectation: Expectation) -> str:
    """What a check expects, as the end of "expected …"."""
    kwargs = expectation.kwargs
    if expectation.meta.sentence:
        return expectation.meta.sentence
    match expectation.type:
        case "expect_column_values_to_not_be_null":
            return "a value in every row"
        case "expect_column_values_to_be_unique":
            return "each to occur once"
        case "expect_column_values_to_be_in_set":
            return f"one of {', '.join(map(str, kwargs['value_set']))}"
        case "expect_column_pair_values_a_to_be_greater_than_b":
            return f"{kwargs['column_A']} {'at least' if kwargs.get('or_equal') else 'above'} {kwargs['column_B']}"
        case "expect_table_row_count_to_be_between":
            return f"a row count of {_range(kwargs)}"
        case _:
            return _range(kwargs)


def number(value: float) -> str:
    """A number as sentences write it: thousands apart, no needless decimals."""
    return f"{value:,.10g}".replace(",", " ")


def rows_in_words(count: int) -> str:
    """A number of rows, as sentences write it."""
    return "1 row" if count == 1 else f"{number(count)} rows"


def _range(kwargs: dict[str, float]) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None and high is not None:
        return f"{number(low)} to {number(high)}"
    return f"at least {number(low)}" if low is not None else f"at most {number(high or 0)}"


def _name_in_sentence(expectation: Expectation) -> str:
    return expectation.label if expectation.type == SQL_TYPE else expectation.type


def _share(finding: Finding) -> str:
    if finding.unexpected_count is None:
        return ""
    verb = "fails" if finding.unexpected_count == 1 else "fail"
    return f"; {number(finding.unexpected_count)} of {rows_in_words(finding.element_count or 0)} {verb}"
