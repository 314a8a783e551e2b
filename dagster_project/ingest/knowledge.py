"""What the run itself knows, as raw rows: contracts, snapshots, attempts and parameters.

Figures do not belong here: they come by the readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pyarrow as pa

from dagster_project.attempts import read_attempts
from dagster_project.ingest.serving import datasets_of
from dagster_project.raw import RAW_TABLES, RawBatch
from dagster_project.run import Run
from dagster_project.snapshots import Snapshot


def own_knowledge(run: Run, pinned: list[Snapshot], vintages: list[Snapshot]) -> Iterator[RawBatch]:
    """What the run itself knows: contracts, snapshots and parameters, as raw rows."""
    settings = run.workspace.settings
    yield _rows("dataset", [d.model_dump(include=set(RAW_TABLES["dataset"])) for d in datasets_of(run.workspace)])
    snapshots = [_snapshot_row(snapshot, is_serving=True) for snapshot in pinned]
    yield _rows("snapshot", [*snapshots, *(_snapshot_row(snapshot, is_serving=False) for snapshot in vintages)])
    yield _rows("attempt", list(_attempt_rows(run)))
    yield _rows("accepted_jump", [_accepted_jump(text) for text in settings.accepted_jumps])
    yield _rows(
        "parameter",
        [
            {
                "workspace_gemeente": settings.gemeente,
                "as_of": run.state().as_of,
                "small_count_threshold": settings.small_count_threshold,
            }
        ],
    )


def _attempt_rows(run: Run) -> Iterator[dict[str, object]]:
    """The datasets in trouble; a build as of an earlier day knows nothing of them."""
    attempts = read_attempts(run.workspace) if run.options.takes_input else {}
    for dataset in datasets_of(run.workspace):
        if attempt := attempts.get(dataset.key):
            yield {
                "source_id": dataset.source_id,
                "dataset_id": dataset.dataset_id,
                "cause": attempt.cause,
                "since": attempt.since,
                "sentence": attempt.sentence,
            }


def _accepted_jump(text: str) -> dict[str, object]:
    concept, region, period = text.split()
    return {"concept_id": concept, "region_code": region, "period_id": period}


def _snapshot_row(snapshot: Snapshot, *, is_serving: bool) -> dict[str, object]:
    """A snapshot as a row of raw.snapshot; an earlier vintage tells only what was revised."""
    content = asdict(snapshot) | {
        "file_path": f"snapshots/{snapshot.relative_path.as_posix()}",
        "last_seen_at": snapshot.last_seen_at,
        "is_serving": is_serving,
    }
    return {name: content[name] for name in RAW_TABLES["snapshot"]}


def _rows(table: str, rows: list[dict[str, object]]) -> RawBatch:
    columns = RAW_TABLES[table]
    return RawBatch(table, pa.table({name: [row[name] for row in rows] for name in columns}))
