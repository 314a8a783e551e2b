"""Taking what the sources, the workspace and `drop/` offer into snapshots, one after the other.

What cannot be taken is told and set aside, and the rest goes on.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dagster_project import progress, pulls
from dagster_project.attempts import note_attempts, read_attempts
from dagster_project.contracts import Dataset, all_contracts
from dagster_project.errors import SourceUnreachable, UnsoundData
from dagster_project.extract import dropfolder, incoming, narratives, places, shapes, workspace_files
from dagster_project.extract.personal import masked_name
from dagster_project.extract.reading import ReadContext
from dagster_project.ingest.readers import read
from dagster_project.ingest.serving import datasets_of, serving_snapshots
from dagster_project.legible import legible
from dagster_project.many import national
from dagster_project.pulls import WIRED, Pulled
from dagster_project.registration import intake_run
from dagster_project.registration.confidential import SEALED
from dagster_project.run import Run, today
from dagster_project.snapshots import Snapshot

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What taking one dataset came to."""

    new: tuple[Snapshot, ...]
    serving: tuple[Snapshot, ...]
    note: str


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
    return _take_dropped(run, dataset) if dataset.is_dropped else _take_own(run, dataset)


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


def _take_own(run: Run, dataset: Dataset) -> Iterator[Snapshot]:
    """Take every own file that can be read. One that cannot leaves the last sound one of its name serving."""
    if not run.options.takes_input:
        return
    record = {"shape_file": shapes.record, "narrative": narratives.record}.get(dataset.kind, workspace_files.record)
    for path in _own_paths(run, dataset):
        try:
            places.refuse_strange(path, run.workspace.root)
            recording = record(dataset, path, run.scratch)
        except UnsoundData as error:
            run.note_set_aside(str(error))
            continue
        snapshot, is_new = run.store.add(dataset, recording)
        if is_new:
            yield snapshot


def _own_paths(run: Run, dataset: Dataset) -> list[Path]:
    """Where the own files of a dataset lie, also what is no file and is told of."""
    if dataset.kind == "narrative":
        return narratives.files_of(run.workspace.root, dataset)
    path = run.workspace.root / str(dataset.file_pattern)
    return [path] if os.path.lexists(path) else []


def reject_strays(run: Run) -> None:
    """Set aside every file in `drop/` that fits no contract, with the reason beside it."""
    if not run.options.takes_input:
        return
    for item, reason in dropfolder.strays(run.workspace, datasets_of(run.workspace)):
        incoming.reject(item, reason)
        run.note_set_aside(f"drop/{legible(masked_name(item.name))}: {reason}")
