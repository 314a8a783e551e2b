"""Is there anything to do? Asked before dbt, Dagster or Great Expectations is imported: a quiet day is cheap."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dagster_project import ingest, pulls
from dagster_project.attempts import note_attempts, read_attempts
from dagster_project.contracts import Dataset
from dagster_project.errors import SourceUnreachable, UnsoundData
from dagster_project.extract import dropfolder, narratives
from dagster_project.extract.endpoints import Endpoints
from dagster_project.extract.http import HttpClient
from dagster_project.product import code_fingerprint
from dagster_project.publication import current_folder, read_manifest, settings_hash
from dagster_project.registration import intake_run
from dagster_project.run import RunOptions, today
from dagster_project.serving import postgres
from dagster_project.site import theme
from dagster_project.snapshots import SnapshotStore, sha256_of
from dagster_project.workspace import Workspace


@dataclass(frozen=True)
class Quiet:
    """Nothing to do: one sentence that says so, and one for each table that is still set aside as it was before."""

    sentence: str
    set_aside: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(f"Set aside: {sentence}" for sentence in self.set_aside)])


def why_nothing_to_do(workspace: Workspace, options: RunOptions) -> Quiet | None:
    """What to say when a refresh would publish what already stands, else None.

    Only certainty counts: a source that does not answer or a doubt of any kind means that there is something to do. A
    table that was set aside and is still the same is no doubt: a build would set it aside again.
    """
    standing = current_folder(workspace)
    if standing is None or not options.takes_input:
        return None
    manifest = read_manifest(standing)
    if manifest["code_fingerprint"] != code_fingerprint() or manifest["settings_sha256"] != settings_hash(workspace):
        return None
    if not theme.is_shown(standing / "site", workspace) or postgres.is_due(workspace):
        return None
    changes_after = manifest["verdicts_change_after"]
    if changes_after is not None and today().isoformat() > changes_after:
        return None
    datasets = ingest.datasets_of(workspace)
    if _local_news(workspace, datasets, manifest["pins"]):
        return None
    stands = f"Nothing new since {manifest['created_at']}: publication {manifest['publication_id']} still stands."
    if options.offline:
        return Quiet(stands)
    wired = [d for d in datasets if d.kind in pulls.WIRED and options.wants(d.source_id)]
    set_aside = _ask_sources(workspace, wired)
    return None if set_aside is None else Quiet(f"{stands} Every source was asked.", set_aside)


def _local_news(workspace: Workspace, datasets: tuple[Dataset, ...], pins: list[dict[str, str]]) -> bool:
    if files_changed(workspace, datasets, pins):
        return True
    there = dropfolder.look(workspace, datasets)
    if there.exports or there.strays or intake_run.is_due(workspace):
        return True
    return _snapshots_moved(workspace, datasets, {pin["snapshot_id"] for pin in pins})


def files_changed(workspace: Workspace, datasets: tuple[Dataset, ...], pins: list[dict[str, str]]) -> bool:
    """Whether the workspace's own files are others than those that are pinned: changed, new, removed or unsound."""
    pinned: dict[tuple[str, str], set[str]] = {}
    for pin in pins:
        pinned.setdefault((pin["source_id"], pin["dataset_id"]), set()).add(pin["snapshot_id"])
    with TemporaryDirectory() as scratch:
        return any(
            _digests(workspace, dataset, Path(scratch)) != pinned.get((dataset.source_id, dataset.dataset_id), set())
            for dataset in datasets
            if dataset.kind in ingest.OWN
        )


def _digests(workspace: Workspace, dataset: Dataset, scratch: Path) -> set[str | None]:
    """The snapshot ids that the files of a dataset would get, None for one that cannot be taken."""
    return {_digest(dataset, path, scratch) for path in ingest.own_files(workspace, dataset).values()}


def _digest(dataset: Dataset, path: Path, scratch: Path) -> str | None:
    if dataset.kind != "narrative":
        return sha256_of(path)
    try:
        return sha256_of(narratives.record(dataset, path, scratch).file)
    except UnsoundData:
        return None


def _snapshots_moved(workspace: Workspace, datasets: tuple[Dataset, ...], pinned: set[str]) -> bool:
    """Whether a snapshot serves on which the publication does not rest: a run was killed before it published."""
    serving = {s.snapshot_id for dataset in datasets for s in ingest.serving_snapshots(workspace, dataset)}
    known = {s.snapshot_id for s in SnapshotStore(workspace.snapshots).all()}
    return not (serving <= pinned <= known)


def _ask_sources(workspace: Workspace, datasets: list[Dataset]) -> tuple[str, ...] | None:
    """Ask every table whether it changed, one small request each.

    Returns:
        A sentence for each dataset that is still set aside, as it was at the last attempt; None when there is news.
    """
    store, endpoints = SnapshotStore(workspace.snapshots), Endpoints.from_environment()
    attempts = read_attempts(workspace)
    latest = {dataset.key: store.latest(dataset.source_id, dataset.dataset_id) for dataset in datasets}
    if any(latest[dataset.key] is None and dataset.key not in attempts for dataset in datasets):
        return None
    stamps = pulls.Stamps(endpoints)

    def kind_of_answer(dataset: Dataset, http: HttpClient) -> str:
        once = http.for_table(attempts=1)  # a source in trouble is the run's business, which will say so in full
        key = dataset.key
        try:
            return pulls.ask(dataset, latest[key], attempts.get(key), stamps, endpoints, once, Path(scratch)).kind
        except (SourceUnreachable, UnsoundData):
            return "news"

    with TemporaryDirectory() as scratch:
        answers = pulls.side_by_side(datasets, kind_of_answer, workspace.settings.network, endpoints)
    if "news" in answers:
        return None
    asked = list(zip(datasets, answers, strict=True))
    note_attempts(workspace, {dataset.key: None for dataset, answer in asked if answer == "unchanged"})
    return tuple(
        pulls.said(attempts[dataset.key], latest[dataset.key], today())
        for dataset, answer in asked
        if answer == "still_set_aside"
    )
