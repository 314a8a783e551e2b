"""Gates within a run: have the suites of a stage judged, keep their results, hand them to the audit tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dagster_project.gate.client import GateWorker
from dagster_project.gate.suites import Stage, suites_for
from dagster_project.raw import RAW_TABLES, RawBatch, append
from dagster_project.run import Run, finished_runs
from dagster_project.workspace import Workspace


@dataclass(frozen=True)
class Verdict:
    """What one suite came to."""

    refuses: bool
    expectations: int
    warnings: int
    sentence: str


def gate_log(workspace: Workspace) -> Path:
    """Where the gate's process writes what it has to say."""
    return workspace.data / "logs" / "gate.log"


def judge(run: Run, worker: GateWorker, stage: Stage) -> dict[str, Verdict]:
    """Have every suite of a stage judged on the build database; a suite without results refuses.

    Returns:
        A verdict per suite name.
    """
    report = worker.run(stage=stage, database=run.database, run_id=run.run_id)
    state = run.state()
    state.validations += report.rows
    run.save(state)
    by_suite: dict[str, list[dict[str, Any]]] = {suite.name: [] for suite in suites_for(stage)}
    for row in report.rows:
        by_suite.setdefault(row["suite"], []).append(row)
    return {name: _verdict(rows, report.sentence) for name, rows in by_suite.items()}


def _verdict(rows: list[dict[str, Any]], report_sentence: str) -> Verdict:
    if not rows:
        return Verdict(
            True, 0, 0, report_sentence or "The suite gave no result: a gate that cannot run is a failed gate."
        )
    critical = [row for row in rows if refuses(row)]
    warnings = [row for row in rows if row["result"] != "passed" and not refuses(row)]
    sentence = (critical or warnings or [{"message": f"{len(rows)} expectations met."}])[0]["message"]
    return Verdict(bool(critical), len(rows), len(warnings), sentence)


def refuses(row: Mapping[str, object]) -> bool:
    """Whether a result stops publication: a broken check always does, a failed one when it is critical."""
    return row["result"] == "broken" or (row["result"] == "failed" and row["severity"] == "critical")


def refused_snapshots(workspace: Workspace) -> set[str]:
    """Snapshots that held rows which a gate refused, as the records of earlier runs tell for certain.

    One that was published all the same, once its check or the code had been mended, is not among them.
    """
    refused: set[str] = set()
    published: set[str] = set()
    for run in finished_runs(workspace):
        if run.outcome == "published":
            published |= {pin["snapshot_id"] for pin in run.pins}
        rows = (row for row in run.validations if refuses(row))
        refused |= {origin["snapshot_id"] for row in rows for origin in row.get("origins", ())}
    return refused - published


def load_results(run: Run) -> dict[str, int]:
    """Fill raw.run (this run and all before it) and raw.validation in the build database.

    Returns:
        Rows per table.
    """
    state = run.state()
    runs = [vars(earlier) for earlier in finished_runs(run.workspace)] + [vars(state)]
    rows = {"run": runs, "validation": state.validations}
    with duckdb.connect(str(run.database)) as connection:
        for table, content in rows.items():
            connection.execute(f"delete from raw.{table}")
            append(connection, [batch(table, content)])
    return {table: len(content) for table, content in rows.items()}


def batch(table: str, rows: list[dict[str, Any]]) -> RawBatch:
    """Rows for a raw table; a key that a row lacks is null."""
    return RawBatch(table, pa.table({name: [row.get(name) for row in rows] for name in RAW_TABLES[table]}))
