"""Is there anything to do? Asked before dbt, Dagster or Great Expectations is imported: a quiet day is cheap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from dagster_project import ingest
from dagster_project.contracts import Dataset
from dagster_project.errors import SourceUnreachable, UnsoundData
from dagster_project.extract import dropfolder
from dagster_project.extract.endpoints import Endpoints
from dagster_project.extract.http import HttpClient
from dagster_project.product import code_fingerprint
from dagster_project.publication import current_manifest, settings_hash
from dagster_project.run import RunOptions, today
from dagster_project.snapshots import SnapshotStore, sha256_of
from dagster_project.workspace import Workspace

_CONNECTIONS = 3  # asked at once; CBS publishes no limit, so we stay modest


def why_nothing_to_do(workspace: Workspace, options: RunOptions) -> str | None:
    """One sentence when a refresh would publish what already stands, else None.

    Only certainty counts: a source that does not answer, an input that is still unsound or a doubt of any kind means
    that there is something to do.
    """
    manifest = current_manifest(workspace)
    if manifest is None or not options.takes_input:
        return None
    if manifest["code_fingerprint"] != code_fingerprint() or manifest["settings_sha256"] != settings_hash(workspace):
        return None
    changes_after = manifest["verdicts_change_after"]
    if changes_after is not None and today().isoformat() > changes_after:
        return None
    datasets = ingest.datasets_of(workspace)
    if _local_news(workspace, datasets, manifest["pins"]):
        return None
    if not options.offline and _wire_news(workspace, [d for d in datasets if options.wants(d.source_id)]):
        return None
    asked = "" if options.offline else " Every source was asked."
    return f"Nothing new since {manifest['created_at']}: publication {manifest['publication_id']} still stands.{asked}"


def _local_news(workspace: Workspace, datasets: tuple[Dataset, ...], pins: list[dict[str, str]]) -> bool:
    pinned = {(pin["source_id"], pin["dataset_id"]): pin["snapshot_id"] for pin in pins}
    for dataset in datasets:
        if dataset.kind != "workspace_file":
            continue
        path = workspace.root / str(dataset.file_pattern)
        found = sha256_of(path) if path.is_file() else None
        if found != pinned.get((dataset.source_id, dataset.dataset_id)):
            return True
    waiting = dropfolder.incoming(workspace, datasets) or dropfolder.strays(workspace, datasets)
    return bool(waiting) or _snapshots_moved(workspace, datasets, {pin["snapshot_id"] for pin in pins})


def _snapshots_moved(workspace: Workspace, datasets: tuple[Dataset, ...], pinned: set[str]) -> bool:
    """Whether a snapshot serves on which the publication does not rest: a run was killed before it published."""
    serving = {s.snapshot_id for dataset in datasets for s in ingest.serving_snapshots(workspace, dataset)}
    known = {s.snapshot_id for s in SnapshotStore(workspace.snapshots).all()}
    return not (serving <= pinned <= known)


def _wire_news(workspace: Workspace, datasets: list[Dataset]) -> bool:
    store, endpoints = SnapshotStore(workspace.snapshots), Endpoints.from_environment()
    patience = workspace.settings.network.timeout_seconds

    def has_news(dataset: Dataset) -> bool:
        previous = store.latest(dataset.source_id, dataset.dataset_id)
        http = HttpClient(attempts=1, read_timeout=patience)  # a source in trouble is the run's business
        try:
            return ingest.source_has_news(dataset, previous, endpoints, http, Path(scratch))
        except (SourceUnreachable, UnsoundData):
            return True  # the run itself will say so, in full

    wired = [d for d in datasets if d.kind in ingest.WIRED]
    with TemporaryDirectory() as scratch, ThreadPoolExecutor(_CONNECTIONS) as pool:
        return any(pool.map(has_news, wired))
