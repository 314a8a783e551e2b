"""The process that runs suites: `python -m dagster_project.gate.worker`.

It imports Great Expectations at once, then answers one JSON line on standard output for each JSON line on standard
input (`Request` and `GateReport`). Everything that is printed goes to standard error. When standard input ends, its
parent is gone and so is the worker, whatever it was doing. The other end of the line is `client.py`.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
from typing import TYPE_CHECKING, TextIO

from dagster_project.gate.client import Request
from dagster_project.gate.results import GateReport, ValidationRow, broken_row, row_of, without_personal_numbers
from dagster_project.gate.suites import Suite, suites_for

if TYPE_CHECKING:
    from dagster_project.gate.duckdb_source import BuildDatabase


def run_gate(request: Request) -> GateReport:
    """Run every suite of a stage on a build database. Whatever goes wrong becomes a broken row, never a pass."""
    from dagster_project.gate.duckdb_source import open_build

    suites = suites_for(request.stage, request.suites)
    if not suites:
        reason = "it has no suites, so it would pass whatever the data"
        return GateReport(stage=request.stage, checks=(broken_row(request.stage, request.run_id, reason),))
    try:
        with open_build(request.database) as database:
            checks = [check for suite in suites for check in run_suite(database, suite, request.run_id)]
    except Exception as error:
        reason = f"{request.database.name} cannot be opened for reading ({_in_one_line(error)})"
        checks = [broken_row(request.stage, request.run_id, reason)]
    return GateReport(stage=request.stage, checks=tuple(checks))


def run_suite(database: BuildDatabase, suite: Suite, run_id: str) -> list[ValidationRow]:
    """One row per check of a suite, or one broken row when the suite cannot be trusted or run."""
    if suite.fault:
        return [broken_row(suite.stage, run_id, suite.fault.rstrip("."), suite)]
    if not database.has(suite.table):
        return [broken_row(suite.stage, run_id, f"there is no table {suite.table} to check", suite)]
    try:
        findings = database.run(suite)
    except Exception as error:
        reason = type(error).__name__ if suite.holds_persons else _in_one_line(error)
        return [broken_row(suite.stage, run_id, f"it could not be run on {suite.table} ({reason})", suite)]
    return [
        row_of(suite, expectation, finding, run_id)
        for expectation, finding in zip(suite.expectations, findings, strict=True)
    ]


def _in_one_line(error: Exception) -> str:
    return without_personal_numbers(" ".join(f"{type(error).__name__}: {error}".split()))[:240]


def _claim_standard_output() -> TextIO:
    """Keep the real standard output for answers and send what anything else prints to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _lines_until_the_parent_is_gone() -> queue.SimpleQueue[str]:
    """Lines of standard input, read in a thread, so that its end is noticed in the midst of an import or a check."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return lines


def main() -> None:
    """Answer requests until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; its end is ours
    answers = _claim_standard_output()
    lines = _lines_until_the_parent_is_gone()
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # its warnings may quote values
    import dagster_project.gate.duckdb_source  # noqa: F401 - the slow import, before the first request

    while True:
        report = run_gate(Request.model_validate_json(lines.get()))
        answers.write(report.model_dump_json() + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
