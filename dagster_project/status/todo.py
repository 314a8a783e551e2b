"""What a workspace asks of its people: one sentence each, and the way out. Worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dagster_project import changes, ingest, pulls
from dagster_project.attempts import read_attempts
from dagster_project.editions.untold import untold
from dagster_project.extract import dropfolder
from dagster_project.publication import current_folder
from dagster_project.serving import postgres
from dagster_project.snapshots import AMSTERDAM, SnapshotStore
from dagster_project.standards.publisher import lacking
from dagster_project.status.look import Morning
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import SETTINGS_FILE

_ENDED_WELL = ("published", "nothing_new")
_UNASKED_DAYS = 7
"""A source that was not asked for longer than this: the schedule does not run."""
_AHEAD_DAYS = 60
"""From here on the tellings of the next edition are asked for."""
_NAMED = 5


@dataclass(frozen=True)
class Todo:
    """Something that needs a hand.

    Attributes:
        sentence: what was found.
        way_out: what to do about it; empty where the sentence says it.
        is_urgent: whether figures are missing, wrong or old for it; else it can wait.
    """

    sentence: str
    way_out: str
    is_urgent: bool = False


def todo(morning: Morning) -> list[Todo]:
    """All that needs a hand, the urgent first."""
    found = [
        *_of_runs(morning),
        *_of_disk(morning),
        *_of_what_was_set_aside(morning),
        *_of_sources(morning),
        *_of_own_files(morning),
        *_of_originals(morning),
        *_of_postgres(morning),
        *_of_edition(morning),
        *_of_settings(morning),
    ]
    return sorted(found, key=lambda one: not one.is_urgent)


def _of_runs(morning: Morning) -> Iterator[Todo]:
    last = morning.runs[0] if morning.runs else None
    if last and last.outcome == "refused":
        yield Todo(last.message, "opkoers gate explain", is_urgent=True)
    elif last and last.outcome not in _ENDED_WELL:
        yield Todo(last.message, "opkoers doctor", is_urgent=True)
    elif morning.manifest is None:
        yield Todo("Nothing is published yet.", "opkoers refresh", is_urgent=True)


def _of_disk(morning: Morning) -> Iterator[Todo]:
    if morning.disk.state != "ok":
        yield Todo(f"{morning.disk.found}.", morning.disk.way_out, is_urgent=True)


def _of_what_was_set_aside(morning: Morning) -> Iterator[Todo]:
    """Input that the publication had to do without, and tables that have failed since: those as they stand now."""
    workspace, manifest = morning.workspace, morning.manifest
    wired = [dataset for dataset in ingest.datasets_of(workspace) if dataset.kind in pulls.WIRED]
    attempts, store = read_attempts(workspace), SnapshotStore(workspace.snapshots)
    names = tuple(f"{dataset.key}{end}" for dataset in wired for end in (":", " "))
    for sentence in manifest["set_aside"] if manifest else ():
        if not sentence.startswith(names):
            yield Todo(f"Set aside: {sentence}", "", is_urgent=True)
    for dataset in wired:
        if dataset.key in attempts:
            serving = store.latest(dataset.source_id, dataset.dataset_id)
            yield Todo(f"Set aside: {pulls.said(attempts[dataset.key], serving, morning.today)}", "", is_urgent=True)


def _of_sources(morning: Morning) -> Iterator[Todo]:
    wired = [one for one in morning.datasets if one.is_wired]
    never = Counter(one.source for one in wired if not one.is_had and not one.trouble)
    if never and morning.manifest:
        counts = ", ".join(f"{source} {count}" for source, count in never.items())
        yield Todo(f"Tables that were never retrieved: {counts}.", "opkoers refresh")
    asked = [datetime.fromisoformat(one.checked_at).astimezone(AMSTERDAM).date() for one in wired if one.checked_at]
    days = (morning.today - max(asked)).days if asked else 0
    if days > _UNASKED_DAYS:
        yield Todo(f"No source was asked for {days} days: does the schedule run?", "opkoers refresh", is_urgent=True)
    late = [f"{one.source}/{one.dataset}" for one in morning.datasets if one.is_overdue]
    if late:
        more = f" (+{len(late) - _NAMED})" if len(late) > _NAMED else ""
        named = f"{', '.join(late[:_NAMED])}{more}"
        yield Todo(f"Newer figures are overdue of: {named}.", "Ask whoever delivers them, or look at the publisher.")


def _of_own_files(morning: Morning) -> Iterator[Todo]:
    workspace = morning.workspace
    datasets = ingest.datasets_of(workspace)
    there = dropfolder.look(workspace, datasets, settle=0)
    count = len(there.exports) + len(there.strays) + len(there.waiting)
    if count:
        yield Todo(f"Files in drop/ that were not taken yet: {count}.", "opkoers refresh")
    if morning.manifest and changes.files_changed(workspace, datasets, morning.manifest["pins"]):
        yield Todo("Files of the workspace changed since what is published.", "opkoers refresh")


def _of_originals(morning: Morning) -> Iterator[Todo]:
    over = [o for o in morning.originals if not o.forgotten_at and o.retain_until < morning.today.isoformat()]
    if over:
        yield Todo(f"Originals with persons that are kept too long: {len(over)}.", "opkoers forget", True)


def _of_postgres(morning: Morning) -> Iterator[Todo]:
    if postgres.is_due(morning.workspace):
        yield Todo("PostgreSQL still serves another publication.", "opkoers serve", is_urgent=True)


def _of_edition(morning: Morning) -> Iterator[Todo]:
    standing = current_folder(morning.workspace)
    if standing is None or morning.days_to_edition > _AHEAD_DAYS:
        return
    label = morning.next_edition
    without = sum(1 for _ in untold(standing / WAREHOUSE, label))
    if without:
        yield Todo(
            f"Objectives that deviate and have no telling for edition {label} yet: {without}.", "narratives/LEESMIJ.txt"
        )
    elif morning.days_to_edition <= 0:
        yield Todo(f"Edition {label} can be frozen.", f"opkoers edition freeze {label}")


def _of_settings(morning: Morning) -> Iterator[Todo]:
    missing = lacking(morning.workspace)
    if missing:
        yield Todo(f"Catalogue metadata (dcat.ttl) lacks {', '.join(missing)}.", f"[catalog] in {SETTINGS_FILE}")
