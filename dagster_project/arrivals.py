"""Is there something in `drop/` to start a run for? Asked every minute by the sensor, so it only looks.

What is taken, and where it goes, is the work of `ingest/`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from dagster_project import ingest
from dagster_project.extract import dropfolder, incoming
from dagster_project.extract.dropfolder import Look
from dagster_project.extract.incoming import Incoming
from dagster_project.run import refresh_is_running
from dagster_project.workspace import SETTINGS_FILE, Workspace


@dataclass(frozen=True)
class Arrivals:
    """What a look in `drop/` came to."""

    sentence: str
    cursor: str
    """Stands for what lay there when a run was last asked for; to be given back at the next look."""
    run_key: str | None = None
    """Of the run that is to be started; None: none is."""


def arrivals(workspace: Workspace, cursor: str | None) -> Arrivals:
    """Whether complete exports lie in `drop/` for which no run was asked yet.

    What fits no contract counts as well: a run moves it to `rejected/`, with the reason. What a run left lying there
    (the key for client numbers is missing, say) is not tried again every minute: it waits for the schedule, for
    `opkoers refresh`, or until it is touched.

    The key of the run is the hash of names and contents (`incoming.run_key`), with the moment at which they came to
    lie there: the same export, dropped again next month, is another run and one more sighting.

    Args:
        workspace: the workspace.
        cursor: what the look before this one gave; None at the first.
    """
    asked = cursor or ""
    if not workspace.settings.watch_drop_folder:
        return Arrivals(f"watch_drop_folder is off in {SETTINGS_FILE}.", asked)
    look = dropfolder.look(workspace, ingest.datasets_of(workspace))
    items = [*look.exports, *(item for item, _ in look.strays)]
    still = _still_waiting(look)
    if not items:
        return Arrivals(f"drop/ holds no complete export.{still}", "")
    mark = _mark(items)
    names = ", ".join(sorted(item.name for item in items))
    if mark == asked:
        return Arrivals(f"A run was asked for {names} before, and it lies there still.{still}", asked)
    if refresh_is_running(workspace):
        return Arrivals(f"A refresh is running; {names} is looked at again after it.{still}", asked)
    arrived = datetime.fromtimestamp(max(map(incoming.arrived_at, items)) / 1e9, UTC)
    run_key = f"{incoming.run_key(items)}@{arrived.isoformat(timespec='milliseconds')}"
    return Arrivals(f"{names} lies complete in drop/.{still}", mark, run_key)


def _still_waiting(look: Look) -> str:
    if not look.waiting:
        return ""
    return " Still being written: " + "; ".join(f"{name} ({reason})" for name, reason in look.waiting.items()) + "."


def _mark(items: list[Incoming]) -> str:
    """Stands for what lies in `drop/`, without reading it: a gigabyte is hashed once, not every minute."""
    known = sorted((item.name, item.signature, incoming.arrived_at(item)) for item in items)
    return hashlib.sha256(repr(known).encode()).hexdigest()
