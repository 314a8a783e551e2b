"""Loading what serves into the raw schema of a fresh build database, and pinning it.

A snapshot that turns out unsound is set aside, and the one before it is tried.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext

import duckdb

from dagster_project import pulls, unit_alarm
from dagster_project.attempts import failed, note_attempts, read_attempts
from dagster_project.contracts import Dataset
from dagster_project.errors import GateRefused, SourceUnreachable, UnsoundData
from dagster_project.extract.reading import ReadContext, RowFault
from dagster_project.gate.judgement import refused_snapshots
from dagster_project.ingest.knowledge import own_knowledge
from dagster_project.ingest.readers import read
from dagster_project.ingest.serving import datasets_of, earlier_vintages, serving_snapshots
from dagster_project.publication import current_pins
from dagster_project.pulls import WIRED
from dagster_project.raw import RAW_TABLES, RawBatch, append, create_raw_schema
from dagster_project.run import Run, today
from dagster_project.snapshots import Snapshot, SnapshotStore

log = logging.getLogger(__name__)


def load_raw(run: Run) -> dict[str, int]:
    """Load what serves into the raw schema of a fresh build database, and pin it.

    A snapshot that turns out unsound is set aside and the one before it is tried; the rest goes on.

    Returns:
        Rows per raw table.

    Raises:
        SourceUnreachable: nothing could be had of any CBS table and something was out of reach.
    """
    run.database.unlink(missing_ok=True)
    pinned: list[Snapshot] = []
    with duckdb.connect(str(run.database)) as connection:
        connection.execute("set memory_limit = '1GB'")
        create_raw_schema(connection)
        vintages: list[Snapshot] = []
        for dataset in datasets_of(run.workspace):
            serving = [
                found
                for snapshot in _pinned_snapshots(run, dataset)
                if (found := _load_sound(run, connection, dataset, snapshot))
            ]
            pinned += serving
            vintages += _load_vintages(run, connection, dataset, serving)
        _refuse_when_nothing_is_left(run, pinned)
        append(connection, own_knowledge(run, pinned, vintages))
        counts = {table: _count(connection, f"raw.{table}") for table in RAW_TABLES}
    state = run.state()
    state.pins = [
        {"source_id": s.source_id, "dataset_id": s.dataset_id, "snapshot_id": s.snapshot_id}
        # of one dataset the earlier vintages come first: a rebuild tells by the order which one served
        for s in [*sorted(vintages, key=lambda s: s.key), *sorted(pinned, key=lambda s: (s.key, s.url))]
    ]
    run.save(state)
    return counts


def _pinned_snapshots(run: Run, dataset: Dataset) -> list[Snapshot]:
    """The snapshots that speak for a dataset, or spoke for it when the publication that is rebuilt was made."""
    if run.options.pins is None:
        return serving_snapshots(run.workspace, dataset, run.options.as_of)
    pinned = _pins_of(run, dataset)
    return pinned[-1:] if dataset.kind in WIRED else pinned


def _pins_of(run: Run, dataset: Dataset) -> list[Snapshot]:
    order = {snapshot_id: place for place, snapshot_id in enumerate(run.options.pins or ())}
    stored = (s for s in run.store.all(dataset.source_id, dataset.dataset_id) if s.snapshot_id in order)
    return sorted(stored, key=lambda s: order[s.snapshot_id])


def _load_vintages(
    run: Run, connection: duckdb.DuckDBPyConnection, dataset: Dataset, serving: Sequence[Snapshot]
) -> list[Snapshot]:
    """Load earlier vintages beside the one that serves, for the revisions that they tell of.

    One that today's contract cannot read tells of none. Nor does one that a gate refused: its figures were never
    published, and with them the gate would refuse the table for good, however sound its newer vintages.
    """
    if dataset.kind not in WIRED or not serving:
        return []
    if run.options.is_rebuild:
        earlier = _pins_of(run, dataset)[:-1]
    else:
        known = earlier_vintages(run.workspace, dataset, serving[0], run.options.as_of)
        refused = refused_snapshots(run.workspace) if known else set()
        earlier = [vintage for vintage in known if vintage.snapshot_id not in refused]
    return [vintage for vintage in earlier if _is_loaded(run, connection, dataset, vintage)]


def _is_loaded(run: Run, connection: duckdb.DuckDBPyConnection, dataset: Dataset, vintage: Snapshot) -> bool:
    try:
        _load(run, connection, dataset, vintage, compare=False)
    except UnsoundData as error:
        log.info("%s: the vintage of %s is left out of the revisions: %s", dataset.key, vintage.retrieved_at, error)
        return False
    return True


def _load_sound(
    run: Run, connection: duckdb.DuckDBPyConnection, dataset: Dataset, snapshot: Snapshot
) -> Snapshot | None:
    """Load a snapshot, or the newest sound one before it; None when there is none."""
    candidate: Snapshot | None = snapshot
    while candidate is not None:
        try:
            _load(run, connection, dataset, candidate)
        except UnsoundData as error:
            if run.options.is_rebuild:
                raise
            earlier = _before(run.store, candidate)
            _set_aside(run, dataset, candidate, error, earlier)
            candidate = earlier
        else:
            return candidate
    return None


def _load(
    run: Run, connection: duckdb.DuckDBPyConnection, dataset: Dataset, snapshot: Snapshot, *, compare: bool = True
) -> None:
    # what stands published was compared when it was new
    compare = compare and not run.options.is_rebuild and snapshot.snapshot_id not in current_pins(run.workspace)
    faults: list[RowFault] = []
    context = ReadContext(faults)
    connection.execute("begin")
    try:
        with run.store.opened(snapshot) as path:
            append(connection, read(dataset, path, snapshot, context))
        if dataset.kind in WIRED and compare:
            _alarm(run, connection, dataset, snapshot)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    if faults:
        shown = "; ".join(f"line {fault.line}: {fault.reason}" for fault in faults[:3])
        run.note_set_aside(f"{dataset.key}, {snapshot.url}: {len(faults)} rows were left out ({shown}).")


def _alarm(run: Run, connection: duckdb.DuckDBPyConnection, dataset: Dataset, snapshot: Snapshot) -> None:
    """Compare a snapshot with the one that served before it, as far as today's contract can read that one.

    Raises:
        UnsoundData: the table's unit has probably changed.
    """
    earlier = _before(run.store, snapshot)
    context = ReadContext()
    with run.store.opened(earlier) if earlier else nullcontext() as path:
        batches = _readable(dataset, read(dataset, path, earlier, context)) if earlier and path else iter(())
        unit_alarm.check(connection, f"{dataset.source_id}_observation", snapshot, batches)


def _readable(dataset: Dataset, batches: Iterator[RawBatch]) -> Iterator[RawBatch]:
    try:
        yield from batches
    except UnsoundData as error:
        log.info("%s: the snapshot before it is compared in part only: %s", dataset.key, error)


def _before(store: SnapshotStore, snapshot: Snapshot) -> Snapshot | None:
    """The snapshot that served before this one, of the same file name where there are several files."""
    known = store.known(snapshot.source_id, snapshot.dataset_id)
    earlier = known[: known.index(snapshot)]
    same = [s for s in earlier if s.url == snapshot.url]
    return same[-1] if same else None


def _set_aside(run: Run, dataset: Dataset, snapshot: Snapshot, error: UnsoundData, earlier: Snapshot | None) -> None:
    """Move an unsound snapshot out of the way, and remember its stamp: the same bytes are not pulled again."""
    stays = snapshot.snapshot_id in current_pins(run.workspace)
    if stays:
        where = "It stays, because the publication that stands rests on it."
    else:
        run.store.set_aside(snapshot, str(error), run.workspace.rejected)
        where = f"It was moved to rejected/{snapshot.key}."
    attempt = failed(
        dataset,
        "unsound",
        f"{error} {where}",
        read_attempts(run.workspace).get(dataset.key),
        publisher_modified=snapshot.publisher_modified,
        etag=snapshot.etag,
    )
    run.note_set_aside(pulls.said(attempt, earlier, today()))
    if dataset.kind in WIRED and snapshot.origin == "wire" and not stays:
        note_attempts(run.workspace, {dataset.key: attempt})


def _refuse_when_nothing_is_left(run: Run, pinned: Iterable[Snapshot]) -> None:
    if any(snapshot.source_id == "cbs" for snapshot in pinned) or not run.workspace.source_is_on("cbs"):
        return
    state = run.state()
    reason = state.set_aside[0] if state.set_aside else "No snapshot was ever taken: run without --offline."
    more = f" ({len(state.set_aside) - 1} more datasets likewise)" if len(state.set_aside) > 1 else ""
    error = SourceUnreachable if state.unreachable or not state.set_aside else GateRefused
    raise error(f"Nothing sound of CBS is left to publish. {reason}{more}")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
