"""What there is to know of a workspace this morning, gathered without changing anything.

What belongs here: facts. What does not: what follows from them (`todo.py`) and how they look (`view.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from typing import Any, Literal

from dagster_project import ingest, pulls
from dagster_project.attempts import Attempt, Cause, read_attempts
from dagster_project.contracts import Dataset
from dagster_project.doctor import Finding, disk
from dagster_project.editions.calendar import coming_edition
from dagster_project.editions.store import editions
from dagster_project.gate.judgement import refuses
from dagster_project.legible import legible
from dagster_project.notify.announce import described
from dagster_project.publication import current_manifest
from dagster_project.registration.vault import Original, Vault
from dagster_project.rhythm import expected_after, is_overdue
from dagster_project.run import RunState, finished_runs, refresh_is_running, today
from dagster_project.snapshots import AMSTERDAM, Snapshot
from dagster_project.workspace import Workspace

Gate = Literal["passed", "warned", "refused", ""]
_LAST_RUNS = 5
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TROUBLES: dict[Cause, str] = {
    "unsound": "newer figures set aside since {day}",
    "vanished": "gone at the publisher since {day}",
    "unreachable": "out of reach since {day}",
}


@dataclass(frozen=True)
class DatasetState:
    """One dataset: what serves for it, how old that is, and what is the matter with it.

    Attributes:
        source: its source, such as `cbs`.
        dataset: its id within the source.
        is_own: whether people of the municipality keep it as a file of the workspace.
        is_wired: whether it comes over the network.
        names: table id, or names of the files that serve; empty before there is any.
        checked_at: UTC moment at which it was last had or asked for, None: never.
        changed_on: day of the publisher's own stamp, else of the receipt of what serves.
        rows: rows of what serves, None where that is not counted.
        origin: `wire`, `file` or `reconstructed`.
        is_synthetic: whether what serves was made up.
        gate: how the rows of it fared at the gates of the last run that was judged; empty: not judged.
        trouble: what deserves attention; empty: nothing.
        expected_on: day on which newer figures may be expected, by the rhythm of the contract.
        is_overdue: whether they let wait for longer than is usual.
    """

    source: str
    dataset: str
    is_own: bool
    is_wired: bool
    names: tuple[str, ...]
    checked_at: str | None
    changed_on: date | None
    rows: int | None
    origin: str
    is_synthetic: bool
    gate: Gate
    trouble: str
    expected_on: date | None
    is_overdue: bool

    @property
    def is_had(self) -> bool:
        """Whether anything serves for it."""
        return self.checked_at is not None


@dataclass(frozen=True)
class Morning:
    """The state of a workspace at one moment."""

    workspace: Workspace
    today: date
    manifest: dict[str, Any] | None
    runs: tuple[RunState, ...]
    """The last ones, newest first."""
    datasets: tuple[DatasetState, ...]
    originals: tuple[Original, ...]
    last_edition: str | None
    next_edition: str
    disk: Finding
    notices: str
    is_refreshing: bool

    @property
    def rows(self) -> int:
        """Rows of what stands published."""
        return sum(table["rows"] for table in self.manifest["tables"].values()) if self.manifest else 0

    @property
    def days_to_edition(self) -> int:
        """Days until the month of the next edition begins; not above zero when it has."""
        return (date.fromisoformat(f"{self.next_edition}-01") - self.today).days


def look(workspace: Workspace) -> Morning:
    """Gather the state of a workspace; nothing is changed and no source is asked."""
    runs = list(finished_runs(workspace))
    frozen = [edition.label for edition in editions(workspace)]
    return Morning(
        workspace=workspace,
        today=today(),
        manifest=current_manifest(workspace),
        runs=tuple(reversed(runs[-_LAST_RUNS:])),
        datasets=tuple(_datasets(workspace, runs)),
        originals=tuple(Vault(workspace).all()),
        last_edition=frozen[-1] if frozen else None,
        next_edition=coming_edition(today(), frozen),
        disk=disk(workspace),
        notices=described(workspace),
        is_refreshing=workspace.data.is_dir() and refresh_is_running(workspace),
    )


def gates_of(runs: list[RunState]) -> dict[str, Gate]:
    """By key of the dataset, how its rows fared in the last run that came to a gate.

    A finding counts against the datasets that its rows came from; what was judged and is in no finding, passed.
    """
    judged = next((run for run in reversed(runs) if run.validations), None)
    if judged is None:
        return {}
    fared: dict[str, Gate] = {f"{pin['source_id']}/{pin['dataset_id']}": "passed" for pin in judged.pins}
    for row in sorted((row for row in judged.validations if row["result"] != "passed"), key=refuses):
        for origin in row.get("origins", ()):
            fared[origin["dataset"]] = "refused" if refuses(row) else "warned"
    return fared


def _datasets(workspace: Workspace, runs: list[RunState]) -> Iterator[DatasetState]:
    attempts, says, gates = read_attempts(workspace), pulls.publisher_says(workspace), gates_of(runs)
    for dataset in ingest.datasets_of(workspace):
        if dataset.is_client_level:
            continue  # they leave no snapshot but the seal; their originals have a table of their own
        serving = ingest.serving_snapshots(workspace, dataset)
        yield _state_of(dataset, serving, says.get(dataset.key), attempts.get(dataset.key), gates.get(dataset.key, ""))


def _state_of(
    dataset: Dataset, serving: list[Snapshot], says: pulls.PublisherSays | None, attempt: Attempt | None, gate: Gate
) -> DatasetState:
    changed = max((changed_on(snapshot) for snapshot in serving), default=None)
    is_closed = dataset.period is not None or (says is not None and says.status == "discontinued")
    follows = changed is not None and not is_closed
    return DatasetState(
        source=dataset.source_id,
        dataset=dataset.dataset_id,
        is_own=dataset.kind in ingest.OWN,
        is_wired=dataset.kind in pulls.WIRED,
        names=tuple(dataset.table_id or legible(PurePosixPath(snapshot.url).name) for snapshot in serving),
        checked_at=max((snapshot.last_seen_at for snapshot in serving), default=None),
        changed_on=changed,
        rows=sum(snapshot.row_count or 0 for snapshot in serving) if serving else None,
        origin=", ".join(dict.fromkeys(snapshot.origin for snapshot in serving)),
        is_synthetic=any(snapshot.is_synthetic for snapshot in serving),
        gate=gate,
        trouble="; ".join(_troubles(says, attempt)),
        expected_on=expected_after(dataset.rhythm, changed) if follows and changed else None,
        is_overdue=bool(follows and changed and is_overdue(dataset.rhythm, changed, today())),
    )


def changed_on(snapshot: Snapshot) -> date:
    """The day of the publisher's own stamp, which comes in ISO form or as in HTTP; else that of the receipt."""
    stamp = snapshot.publisher_modified or ""
    if _ISO_DAY.match(stamp):
        return date.fromisoformat(stamp[:10])
    try:
        return parsedate_to_datetime(stamp).astimezone(AMSTERDAM).date()
    except ValueError:  # no stamp, or words
        return datetime.fromisoformat(snapshot.retrieved_at).astimezone(AMSTERDAM).date()


def _troubles(says: pulls.PublisherSays | None, attempt: Attempt | None) -> Iterator[str]:
    """What deserves attention: discontinued, succeeded, in trouble since when."""
    if says and says.status == "discontinued":
        yield "discontinued"
    if says and says.successor_table_id:
        yield f"succeeded by {says.successor_table_id}"
    if attempt:
        yield _TROUBLES[attempt.cause].format(day=attempt.since[:10])
