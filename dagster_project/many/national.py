"""National snapshots in common: CBS and DUO are asked once, and each workspace takes over what they gave.

`<folder>/.shared/snapshots` is a store like any other; `asked.json` beside it says per dataset when its publisher was
asked last and what went wrong. A workspace takes a snapshot over with a sidecar of its own, its bytes linked or copied:
it stays whole when the others, or what they share, are gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock

from dagster_project import progress, pulls
from dagster_project.attempts import Attempt, Attempts, note_attempts, read_attempts
from dagster_project.contracts import Dataset
from dagster_project.errors import ConfigurationError
from dagster_project.extract import documents
from dagster_project.extract.documents import BadDocument
from dagster_project.many.installation import COMMON_FOLDER, Installation
from dagster_project.pulls import Answer, Pulled
from dagster_project.run import RunOptions
from dagster_project.snapshots import Snapshot, SnapshotStore, utc_now, write_durably
from dagster_project.workspace import Workspace

_ASKED = "asked.json"
_GOOD_FOR = timedelta(hours=1)
"""How long an answer serves a run that does not say since when it must be: one that somebody starts in the UI."""


@dataclass(frozen=True)
class Asked:
    """When the publisher of a dataset was asked last.

    Attributes:
        asked_at: UTC moment.
        attempt: what went wrong; None: the newest snapshot in common is what it offers.
    """

    asked_at: str
    attempt: Attempt | None = None


def bring_up_to_date(
    installation: Installation, datasets: Sequence[Dataset], since: str, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Asked]:
    """Ask publishers once, whichever workspace comes first; the others find the answer.

    Args:
        installation: whose snapshots in common are brought up to date.
        datasets: of kinds that come over the network.
        since: UTC moment; who was asked then or later is not asked again. Empty: within the last hour.
        tell: takes lines on how pulls are getting on.

    Returns:
        What came of each, by the key of the dataset.
    """
    since = since or (datetime.now(UTC) - _GOOD_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    installation.make()
    store = SnapshotStore(installation.snapshots)
    with FileLock(installation.data / ".pulls.lock"):
        asked = _read_asked(installation)
        due = [dataset for dataset in datasets if _is_due(dataset, asked.get(dataset.key), since, store)]
        if due:
            asked |= _ask(installation, due, tell)
            content = {key: asdict(each) for key, each in sorted(asked.items())}
            write_durably(installation.data / _ASKED, json.dumps(content, ensure_ascii=False, indent=1).encode())
    return {dataset.key: asked[dataset.key] for dataset in datasets}


def _is_due(dataset: Dataset, asked: Asked | None, since: str, store: SnapshotStore) -> bool:
    if asked is None or asked.asked_at < since:
        return True
    return asked.attempt is None and store.latest(dataset.source_id, dataset.dataset_id) is None


def _ask(installation: Installation, datasets: Sequence[Dataset], tell: Callable[[str], None]) -> dict[str, Asked]:
    """Pull what is new. The moment is that before the first question: nothing newer is promised."""
    now, attempts = utc_now(), read_attempts(installation)
    with progress.display(tell) as display:
        outcomes = pulls.Round(installation, installation.pulls, attempts, ()).pull(datasets, display)
    for outcome in outcomes:
        if outcome.snapshot:
            SnapshotStore(installation.snapshots).path_of(outcome.snapshot).chmod(0o444)  # many will hold this file
    note_attempts(installation, {outcome.dataset.key: outcome.attempt for outcome in outcomes})
    return {outcome.dataset.key: Asked(now, outcome.attempt) for outcome in outcomes}


def _read_asked(installation: Installation) -> dict[str, Asked]:
    """What is noted; nothing where the file is missing or damaged, for it can only spare work."""
    path = installation.data / _ASKED
    if not path.is_file():
        return {}
    try:
        content = documents.read_json(path)
        return {
            key: Asked(entry["asked_at"], Attempt(**entry["attempt"]) if entry["attempt"] else None)
            for key, entry in content.items()
        }
    except (BadDocument, TypeError, KeyError, AttributeError):
        return {}


def take_over(
    options: RunOptions, workspace: Workspace, datasets: Sequence[Dataset], tell: Callable[[str], None]
) -> list[Pulled]:
    """What pulling datasets would have come to if the workspace had asked itself, with its snapshots in place.

    Args:
        options: of the run; they name the folder of workspaces.
        workspace: one of those.
        datasets: of kinds that come over the network.
        tell: takes lines on how pulls are getting on.
    """
    ways = _Ways(options, workspace, datasets, tell)
    return [ways.pulled(dataset) for dataset in datasets]


def answers(options: RunOptions, workspace: Workspace, datasets: Sequence[Dataset]) -> Iterator[tuple[Dataset, Answer]]:
    """Whether datasets offer a workspace something else than what it had last; nothing is taken over."""
    ways = _Ways(options, workspace, datasets, lambda _: None)
    for dataset in datasets:
        yield dataset, ways.answer(dataset)


class _Ways:
    """From what is in common to one workspace."""

    def __init__(
        self, options: RunOptions, workspace: Workspace, datasets: Sequence[Dataset], tell: Callable[[str], None]
    ) -> None:
        installation = _installation_of(options, workspace)
        self._asked = bring_up_to_date(installation, datasets, options.since, tell)
        self._common = SnapshotStore(installation.snapshots)
        self._own = SnapshotStore(workspace.snapshots)
        self._attempts: Attempts = read_attempts(workspace)
        self._workspace = workspace

    def answer(self, dataset: Dataset) -> Answer:
        """As the publisher would have answered this workspace."""
        attempt = self._asked[dataset.key].attempt
        offered, before = self._offered(dataset), self._attempts.get(dataset.key)
        stamp = attempt.publisher_modified if attempt else offered.publisher_modified if offered else None
        if before and before.covers(dataset, stamp):
            return Answer("still_set_aside", stamp)
        if attempt or offered is None:
            return Answer("news", stamp)
        mine = self._own.latest(dataset.source_id, dataset.dataset_id)
        is_same = mine is not None and mine.snapshot_id == offered.snapshot_id
        return Answer("unchanged" if is_same else "news", stamp)

    def pulled(self, dataset: Dataset) -> Pulled:
        attempt = self._asked[dataset.key].attempt
        if self.answer(dataset).kind == "still_set_aside":
            return Pulled(dataset, attempt=self._attempts[dataset.key])
        snapshot = self._adopted(dataset)
        return Pulled(dataset, snapshot, self._in_own_words(dataset, attempt) if attempt else None)

    def _adopted(self, dataset: Dataset) -> Snapshot | None:
        """The newest snapshot in common, when it is another and not older than the workspace's own."""
        offered = self._offered(dataset)
        mine = self._own.latest(dataset.source_id, dataset.dataset_id)
        if offered is None or (mine and mine.snapshot_id == offered.snapshot_id):
            return None
        if mine and self._asked[dataset.key].attempt and mine.last_seen_at > offered.last_seen_at:
            return None
        snapshot, is_new = self._own.adopt(offered, self._common.path_of(offered))
        return snapshot if is_new else None

    def _offered(self, dataset: Dataset) -> Snapshot | None:
        return self._common.latest(dataset.source_id, dataset.dataset_id)

    def _in_own_words(self, dataset: Dataset, attempt: Attempt) -> Attempt:
        """What went wrong, with what this workspace's last publication knows of a table that is gone."""
        if attempt.cause != "vanished":
            return attempt
        says = pulls.publisher_says(self._workspace).get(dataset.key)
        return replace(attempt, sentence=pulls.with_successor(attempt.sentence, says))


def _installation_of(options: RunOptions, workspace: Workspace) -> Installation:
    if options.common is None or not workspace.root.is_relative_to(options.common.resolve()):
        raise ConfigurationError(
            f"{workspace.root} does not lie in {options.common}: it can share no {COMMON_FOLDER} with what lies there."
        )
    return Installation(Path(options.common))
