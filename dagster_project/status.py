"""Status: what stands published, how old each source is, and how the last runs ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dagster_project import ingest, pulls
from dagster_project.attempts import Attempt, Cause, read_attempts
from dagster_project.extract.dropfolder import CLIENT_LEVEL
from dagster_project.notify.announce import described
from dagster_project.publication import current_manifest
from dagster_project.registration.vault import Original, Vault
from dagster_project.run import RunState, finished_runs, today
from dagster_project.snapshots import SnapshotStore, in_amsterdam
from dagster_project.standards.publisher import lacking
from dagster_project.workspace import SETTINGS_FILE, Workspace

_LAST_RUNS = 5
_TROUBLES: dict[Cause, str] = {
    "unsound": "newer figures set aside",
    "vanished": "gone at the publisher",
    "unreachable": "out of reach",
}


def status(workspace: Workspace) -> RenderableType:
    """The state of a workspace as something to look at each morning."""
    return Group(
        *_publication(workspace),
        Text(described(workspace)),
        Text(),
        _sources(workspace),
        Text(),
        *_originals(workspace),
        *_runs(workspace),
    )


def _publication(workspace: Workspace) -> Iterator[RenderableType]:
    manifest = current_manifest(workspace)
    settings = workspace.settings
    yield Text(f"{settings.gemeente_name} ({settings.gemeente}), {workspace.root}", style="bold")
    if manifest is None:
        yield Text("Nothing is published yet. Run: opkoers refresh.")
        return
    rows = sum(table["rows"] for table in manifest["tables"].values())
    made = in_amsterdam(manifest["created_at"])
    yield Text(f"Published {manifest['publication_id']}, {made}, as of {manifest['as_of']}; {rows} rows.")
    for sentence in _set_aside(workspace, manifest):
        yield Text(f"Set aside: {sentence}", style="yellow")
    missing = ", ".join(lacking(workspace))
    if missing:
        yield Text(f"Catalogue metadata (dcat.ttl) lacks {missing}: see [catalog] in {SETTINGS_FILE}.")


def _set_aside(workspace: Workspace, manifest: dict[str, Any]) -> Iterator[str]:
    """Input that the publication had to do without, and tables that have failed since: those as they stand now."""
    wired = [dataset for dataset in ingest.datasets_of(workspace) if dataset.kind in pulls.WIRED]
    attempts, store = read_attempts(workspace), SnapshotStore(workspace.snapshots)
    names = tuple(f"{dataset.key}{end}" for dataset in wired for end in (":", " "))
    yield from (sentence for sentence in manifest["set_aside"] if not sentence.startswith(names))
    for dataset in wired:
        if dataset.key in attempts:
            serving = store.latest(dataset.source_id, dataset.dataset_id)
            yield pulls.said(attempts[dataset.key], serving, today())


def _sources(workspace: Workspace) -> Table:
    table = _table("source", "table or file", "retrieved", "age", "rows", "origin", "state")
    now = datetime.now(UTC)
    attempts, says = read_attempts(workspace), pulls.publisher_says(workspace)
    for dataset in ingest.datasets_of(workspace):
        if dataset.kind in CLIENT_LEVEL:
            continue  # they leave no snapshot but the seal; their originals have a table of their own
        serving = ingest.serving_snapshots(workspace, dataset)
        state = _state(says.get(dataset.key), attempts.get(dataset.key))
        if not serving:
            table.add_row(dataset.key, dataset.table_id or "", "never", "", "", "", state)
        for snapshot in serving:
            age = (now - datetime.fromisoformat(snapshot.last_seen_at)).days
            name = dataset.table_id or PurePosixPath(snapshot.url).name
            origin = f"{snapshot.origin}, synthetic" if snapshot.is_synthetic else snapshot.origin
            table.add_row(
                dataset.key,
                name,
                in_amsterdam(snapshot.retrieved_at),
                f"{age} d",
                str(snapshot.row_count or 0),
                origin,
                state,
            )
    return table


def _originals(workspace: Workspace) -> Iterator[RenderableType]:
    """The client-level originals, each with the day until which it is kept; nothing where there are none."""
    originals = Vault(workspace).all()
    if not originals:
        return
    table = _table("original", "file", "received", "kept until")
    for original in originals:
        received = original.received_on.isoformat()
        table.add_row(
            f"{original.source_id}/{original.dataset_id}", original.file_name, received, _kept_until(original)
        )
    yield table
    yield Text()


def _kept_until(original: Original) -> str:
    if original.forgotten_at:
        return f"forgotten {in_amsterdam(original.forgotten_at)[:10]}"
    is_over = original.retain_until < today().isoformat()
    return f"{original.retain_until}, which is over: opkoers forget" if is_over else original.retain_until


def _state(says: pulls.PublisherSays | None, attempt: Attempt | None) -> str:
    """What deserves attention: discontinued, succeeded, in trouble since when."""
    parts = []
    if says and says.status == "discontinued":
        parts.append("discontinued")
    if says and says.successor_table_id:
        parts.append(f"succeeded by {says.successor_table_id}")
    if attempt:
        parts.append(f"{_TROUBLES[attempt.cause]} since {attempt.since[:10]}")
    return "; ".join(parts)


def _table(*columns: str) -> Table:
    """A table that stays narrow: no frame, cells on one line but for the last."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns[:-1]:
        table.add_column(column, no_wrap=True)
    table.add_column(columns[-1], overflow="fold")
    return table


def _runs(workspace: Workspace) -> Iterator[RenderableType]:
    runs = list(finished_runs(workspace))[-_LAST_RUNS:]
    if not runs:
        return
    table = _table("run", "started", "outcome", "code", "gate", "what it said")
    for run in reversed(runs):
        table.add_row(
            run.run_id[:8], in_amsterdam(run.started_at), run.outcome, str(run.exit_code), _gate(run), _said(run)
        )
    yield table


def _said(run: RunState) -> str:
    return " ".join([run.message, *run.notes])


def _gate(run: RunState) -> str:
    passed = sum(row["result"] == "passed" for row in run.validations)
    return f"{passed} of {len(run.validations)} passed" if run.validations else "-"
