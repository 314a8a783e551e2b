"""Ingest: take what the sources and the drop folder offer into snapshots, choose the pins, load them into `raw`.

This module joins contracts, extract readers and the snapshot store. Dagster does not belong here: assets call these
functions and report what they return.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project import progress, pulls, unit_alarm
from dagster_project.attempts import failed, note_attempts, read_attempts
from dagster_project.contracts import Dataset, all_contracts
from dagster_project.errors import GateRefused, SourceUnreachable, UnsoundData
from dagster_project.extract import (
    cbs,
    dropfolder,
    duo,
    figures,
    incoming,
    mappings,
    narratives,
    places,
    printed,
    shapes,
    workspace_files,
)
from dagster_project.extract.personal import masked_name
from dagster_project.extract.reading import ReadContext, RowFault
from dagster_project.gate.judgement import refused_snapshots
from dagster_project.legible import legible
from dagster_project.many import national
from dagster_project.publication import current_pins
from dagster_project.pulls import WIRED, Pulled
from dagster_project.raw import RAW_TABLES, RawBatch, append, create_raw_schema
from dagster_project.registration import intake_run, seal
from dagster_project.registration.confidential import SEALED
from dagster_project.run import Run, today
from dagster_project.snapshots import Snapshot, SnapshotStore
from dagster_project.workspace import Workspace

log = logging.getLogger(__name__)

DROPPED = ("figure_file", "printed_list")
"""Kinds of which every file that was dropped counts; of most other kinds only the newest snapshot does."""

KEPT = ("workspace_file", "shape_file")
"""Kinds that are one file of the workspace; narratives are a folder of them."""
OWN = (*KEPT, "narrative")
"""Kinds that the municipality's own people keep in the workspace."""


@dataclass(frozen=True)
class Taken:
    """What taking one dataset came to."""

    new: tuple[Snapshot, ...]
    serving: tuple[Snapshot, ...]
    note: str


def datasets_of(workspace: Workspace) -> tuple[Dataset, ...]:
    """The contracts of the sources that are on, with the workspace's own mappings laid over them."""
    on = (d for d in all_contracts() if workspace.source_is_on(d.source_id))
    return tuple(mappings.apply_mapping(dataset, workspace) for dataset in on)


def take(
    run: Run, source_id: str, dataset_ids: Collection[str] | None = None, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Taken]:
    """Bring the datasets of a source up to date: pull, copy or pick up what is new, as snapshots.

    A table that cannot be had leaves its last snapshot serving and a sentence in the run's record, in the order of the
    contracts. A source that is switched off is left alone.

    Args:
        run: the run.
        source_id: the source.
        dataset_ids: those of its datasets that are wanted; None: all.
        tell: takes lines on how pulls are getting on, for another log than the product's own.

    Returns:
        What each came to, by dataset id.
    """
    wanted = [d for d in all_contracts() if d.source_id == source_id]
    wanted = [d for d in wanted if dataset_ids is None or d.dataset_id in dataset_ids]
    on = {d.key: d for d in datasets_of(run.workspace)}
    datasets = [on[d.key] for d in wanted if d.key in on]
    local = [d for d in datasets if not d.is_client_level and d.kind not in (*WIRED, SEALED)]
    new = {dataset.key: list(_take_local(run, dataset)) for dataset in local}
    if run.options.pulls and run.options.wants(source_id):
        new |= _take_wired(run, [dataset for dataset in datasets if dataset.kind in WIRED], tell)
    taken = {dataset.dataset_id: Taken((), (), "switched off") for dataset in wanted}
    taken |= _take_client_level(run, [dataset for dataset in datasets if dataset.is_client_level])
    for dataset in (d for d in datasets if not d.is_client_level):
        serving = tuple(serving_snapshots(run.workspace, dataset, run.options.as_of))
        came = tuple(new.get(dataset.key, ()))
        taken[dataset.dataset_id] = Taken(came, serving, _taken_note(came, serving))
        if not run.options.is_rebuild:  # which takes nothing, and rests on its pins
            log.info("%s: %s", dataset.key, taken[dataset.dataset_id].note)
    return taken


def take_patiently(
    run: Run, source_id: str, dataset_ids: Collection[str], tell: Callable[[str], None], *, is_last: bool
) -> dict[str, Taken]:
    """As `take`; but where nobody waits for the run, a source that does not answer is to be tried again later.

    Args:
        run: the run.
        source_id: the source.
        dataset_ids: those of its datasets that are wanted.
        tell: takes lines on how pulls are getting on.
        is_last: no other try comes after this one, so that the run goes on with what there is.

    Raises:
        SourceUnreachable: it did not answer. Nothing is noted of that: the next try may go well.
    """
    told = run.state().set_aside
    taken = take(run, source_id, dataset_ids, tell)
    kinds = {dataset.kind for dataset in all_contracts() if dataset.source_id == source_id}
    if is_last or not run.options.is_patient or not kinds.intersection(run.state().unreachable):
        return taken
    with run.changing() as state:
        state.set_aside, state.unreachable = told, [kind for kind in state.unreachable if kind not in kinds]
    raise SourceUnreachable(f"{source_id} did not answer in full. It is tried again in some minutes.")


def _taken_note(new: tuple[Snapshot, ...], serving: tuple[Snapshot, ...]) -> str:
    if not serving:
        return "no snapshot"
    return f"{len(new)} new, {len(serving)} serving, newest of {max(s.retrieved_at for s in serving)}"


def _take_wired(run: Run, datasets: list[Dataset], tell: Callable[[str], None]) -> dict[str, list[Snapshot]]:
    """Pull datasets side by side; what came of them is kept and told one after the other, in their order."""
    if not datasets:
        return {}
    new: dict[str, list[Snapshot]] = {}
    for outcome in (outcomes := _pull(run, datasets, tell)):
        dataset, attempt = outcome.dataset, outcome.attempt
        if attempt:
            serving = run.store.latest(dataset.source_id, dataset.dataset_id)
            unreachable = dataset.kind if attempt.cause == "unreachable" else None
            run.note_set_aside(pulls.said(attempt, serving, today()), unreachable=unreachable)
        if outcome.snapshot:
            new[dataset.key] = [outcome.snapshot]
    note_attempts(run.workspace, {outcome.dataset.key: outcome.attempt for outcome in outcomes})
    return new


def _pull(run: Run, datasets: list[Dataset], tell: Callable[[str], None]) -> list[Pulled]:
    """Ask the publishers, or take over what they gave to all workspaces of the installation."""
    if run.options.common:
        return national.take_over(run.options, run.workspace, datasets, tell)
    attempts, unreachable = read_attempts(run.workspace), run.state().unreachable
    with progress.display(tell) as display:
        says = partial(pulls.publisher_says, run.workspace)
        return pulls.Round(run.workspace, run.scratch, attempts, unreachable, says).pull(datasets, display)


def _take_local(run: Run, dataset: Dataset) -> Iterator[Snapshot]:
    if dataset.kind in DROPPED:
        return _take_dropped(run, dataset)
    return _take_narratives(run, dataset) if dataset.kind == "narrative" else _take_workspace_file(run, dataset)


def _take_client_level(run: Run, datasets: Sequence[Dataset]) -> dict[str, Taken]:
    """Take exports with rows on persons in, and seal what they come to. They leave no snapshot but the seal."""
    if not datasets:
        return {}
    if not run.options.takes_input:
        return {dataset.dataset_id: Taken((), (), "not looked at: nothing new is taken") for dataset in datasets}
    lying = dropfolder.incoming(run.workspace, datasets_of(run.workspace))
    items = [item for item in lying if item.dataset in datasets]
    # through the run's own folder: what a killed run leaves there is cleared, and plain rows on persons stay nowhere
    taken = intake_run.take(run.workspace, items, run.folder, run.note_set_aside)
    counts = {dataset.dataset_id: len(taken.get(dataset.dataset_id, ())) for dataset in datasets}
    return {key: Taken((), (), f"{n} files taken, kept encrypted") for key, n in counts.items()}


def _take_dropped(run: Run, dataset: Dataset) -> Iterator[Snapshot]:
    if not run.options.takes_input:
        return
    for item in dropfolder.incoming(run.workspace, datasets_of(run.workspace)):  # all: a name may fit two contracts
        if item.dataset != dataset:
            continue
        try:
            recording = incoming.record(item, run.scratch)
        except UnsoundData as error:
            run.note_set_aside(str(error))
            continue
        snapshot, is_new = run.store.add(dataset, recording)
        fault = _fault(run, dataset, snapshot)
        if fault:
            run.store.set_aside(snapshot, fault, run.workspace.rejected)
            incoming.reject(item, fault)
            run.note_set_aside(f"{fault} The file is in rejected/.")
            continue
        incoming.accept(item)
        if is_new:
            yield snapshot


def _fault(run: Run, dataset: Dataset, snapshot: Snapshot) -> str | None:
    """Why a file cannot be read as its contract says, or None: asked at the door, while its sender still remembers.

    Raises:
        VerificationFailed: its bytes are no longer those that were taken, which is no fault of the file.
    """
    context = ReadContext()
    try:
        with run.store.opened(snapshot) as path:
            for _ in read(dataset, path, snapshot, context):
                pass
    except UnsoundData as error:
        return str(error)
    return None


def _take_workspace_file(run: Run, dataset: Dataset) -> Iterator[Snapshot]:
    path = run.workspace.root / str(dataset.file_pattern)
    if not run.options.takes_input or not os.path.lexists(path):
        return
    record = shapes.record if dataset.kind == "shape_file" else workspace_files.record
    try:
        places.refuse_strange(path, run.workspace.root)
        recording = record(dataset, path, run.scratch)
    except UnsoundData as error:
        run.note_set_aside(str(error))
        return
    snapshot, is_new = run.store.add(dataset, recording)
    if is_new:
        yield snapshot


def _take_narratives(run: Run, dataset: Dataset) -> Iterator[Snapshot]:
    """Take every telling that can be read. One that cannot leaves the last sound one of its name serving."""
    if not run.options.takes_input:
        return
    for path in narratives.files_of(run.workspace.root, dataset):
        try:
            places.refuse_strange(path, run.workspace.root)
            recording = narratives.record(dataset, path, run.scratch)
        except UnsoundData as error:
            run.note_set_aside(str(error))
            continue
        snapshot, is_new = run.store.add(dataset, recording)
        if is_new:
            yield snapshot


def own_files(workspace: Workspace, dataset: Dataset) -> dict[str, Path]:
    """The files of a dataset of an own kind that lie in the workspace, by the name that their snapshot bears."""
    if dataset.kind == "narrative":
        return {narratives.name_of(path): path for path in narratives.files_of(workspace.root, dataset)}
    path = workspace.root / str(dataset.file_pattern)
    return {path.name: path} if path.is_file() else {}


def reject_strays(run: Run) -> None:
    """Set aside every file in `drop/` that fits no contract, with the reason beside it."""
    if not run.options.takes_input:
        return
    for item, reason in dropfolder.strays(run.workspace, datasets_of(run.workspace)):
        incoming.reject(item, reason)
        run.note_set_aside(f"drop/{legible(masked_name(item.name))}: {reason}")


def serving_snapshots(workspace: Workspace, dataset: Dataset, as_of: date | None = None) -> list[Snapshot]:
    """The snapshots that speak for a dataset: the newest, or of dropped files and narratives the newest of each name.

    A file that was taken out of the workspace speaks no more, except for days on which it was there.
    """
    known = SnapshotStore(workspace.snapshots).known(dataset.source_id, dataset.dataset_id, as_of)
    if dataset.kind in DROPPED:
        return list({snapshot.url: snapshot for snapshot in known}.values())
    if dataset.kind == "narrative":
        newest = {snapshot.url: snapshot for snapshot in known}
        there = own_files(workspace, dataset)
        return [newest[name] for name in sorted(newest) if as_of is not None or name in there]
    if dataset.kind in KEPT and as_of is None and not own_files(workspace, dataset):
        return []
    return known[-1:]


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
        append(connection, _own_knowledge(run, pinned, vintages))
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


def earlier_vintages(
    workspace: Workspace, dataset: Dataset, serving: Snapshot, as_of: date | None = None
) -> list[Snapshot]:
    """What a network source said before the snapshot that serves, oldest first: the figures that it revised."""
    if dataset.kind not in WIRED:
        return []
    known = SnapshotStore(workspace.snapshots).known(dataset.source_id, dataset.dataset_id, as_of)
    return known[: known.index(serving)]


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


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Raw rows of a snapshot, by the reader of its contract's kind.

    Raises:
        UnsoundData: the content is not what the contract promises.
    """
    if dataset.kind in ("cbs_v3", "cbs_v4"):
        return cbs.read(dataset, path, snapshot.snapshot_id, snapshot.is_synthetic)
    if dataset.kind == "duo_csv":
        return duo.read(dataset, path, snapshot.snapshot_id, snapshot.is_synthetic)
    reader = {
        "figure_file": figures.read,
        "printed_list": printed.read,
        "workspace_file": workspace_files.read,
        "narrative": narratives.read,
        "shape_file": shapes.read,
        "sealed": seal.read,
    }[dataset.kind]
    return reader(dataset, path, snapshot, context)


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


def _own_knowledge(run: Run, pinned: list[Snapshot], vintages: list[Snapshot]) -> Iterator[RawBatch]:
    """What the run itself knows: contracts, snapshots and parameters, as raw rows."""
    settings = run.workspace.settings
    yield _rows("dataset", [d.model_dump(include=set(RAW_TABLES["dataset"])) for d in datasets_of(run.workspace)])
    snapshots = [snapshot_row(snapshot, is_serving=True) for snapshot in pinned]
    yield _rows("snapshot", [*snapshots, *(snapshot_row(snapshot, is_serving=False) for snapshot in vintages)])
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


def snapshot_row(snapshot: Snapshot, *, is_serving: bool) -> dict[str, object]:
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


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
