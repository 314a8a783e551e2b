"""One run of the refresh: what was asked, what it has done so far, and how it ended.

The state lives in two JSON files, so that every step of the job may be its own process: `<data>/build/<run>/state.json`
while the run lasts, and `<data>/runs/<run>.json` for good. What the steps do stands in ingest, transform and publish.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from dagster_project import __version__, chain
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.extract import documents
from dagster_project.extract.documents import BadDocument
from dagster_project.legible import legible_lines
from dagster_project.product import code_fingerprint, git_commit
from dagster_project.registration.vault import Vault
from dagster_project.snapshots import AMSTERDAM, SnapshotStore, utc_now, write_durably
from dagster_project.workspace import Workspace

log = logging.getLogger(__name__)

BUILD_DATABASE = "warehouse.duckdb"  # fixed: the file name is dbt's database name in the manifest
_REBUILD = "rebuild-"
"""Begins the names of folders of rebuilds: they leave no record, so that none that was killed is told of."""
_RESERVE = "reserve"
"""A file in the run's folder that makes room for its record when there is none left."""
_RESERVE_BYTES = 1_000_000
_STATE = "state.json"
Outcome = Literal["running", "published", "nothing_new", "refused", "unreachable", "failed"]


@dataclass(frozen=True)
class RunOptions:
    """What the person or the schedule asked for."""

    offline: bool = False
    only: tuple[str, ...] = ()
    """Source ids to pull; empty means all. The others serve their last snapshot."""
    as_of: date | None = None
    """Build what was known at the end of that day, without pulling and without moving the pointer."""
    pins: tuple[str, ...] | None = None
    """Rebuild from exactly these snapshots, as `as_of` saw them, to compare; nothing is taken, moved or published."""
    common: Path | None = None
    """The folder of workspaces that the workspace is one of: it has national snapshots in common with the others."""
    since: str = ""
    """With `common`: the UTC moment after which publishers must have been asked; empty: an hour ago will do."""
    is_patient: bool = False
    """Nobody waits for it: a source that does not answer is tried again some minutes later, before the run goes on."""

    @property
    def is_rebuild(self) -> bool:
        return self.pins is not None

    @property
    def takes_input(self) -> bool:
        """Whether new files and new figures may come in."""
        return self.as_of is None and not self.is_rebuild

    @property
    def pulls(self) -> bool:
        return self.takes_input and not self.offline

    def wants(self, source_id: str) -> bool:
        return not self.only or source_id in self.only


@dataclass
class RunState:
    """What a run knows of itself, written after every step."""

    run_id: str
    started_at: str
    as_of: str
    started_by: str
    git_commit: str
    code_fingerprint: str
    opkoers_version: str
    outcome: Outcome = "running"
    exit_code: int | None = None
    message: str = ""
    finished_at: str | None = None
    publication_id: str | None = None
    pins: list[dict[str, str]] = field(default_factory=list)
    """source_id, dataset_id and snapshot_id of every snapshot that was loaded."""
    set_aside: list[str] = field(default_factory=list)
    """One sentence for each input that was left out or out of reach; any makes the exit code 5."""
    unreachable: list[str] = field(default_factory=list)
    """Services that did not answer, by kind of dataset."""
    validations: list[dict[str, Any]] = field(default_factory=list)
    """Rows of raw.validation, in the order in which the gates ran."""
    timings: dict[str, float] = field(default_factory=dict)
    """Seconds per stage."""
    spans: dict[str, list[str]] = field(default_factory=dict)
    """Start and end of each stage (UTC): of its first part and of its last, where it was done in parts."""
    notes: list[str] = field(default_factory=list)
    """What whoever started it should know, and changes nothing of how it ended."""
    notified: list[str] = field(default_factory=list)
    """How telling people of its end went, one sentence per channel."""


class Run:
    """A run in progress: its workspace, options, folders and state."""

    def __init__(self, workspace: Workspace, run_id: str, options: RunOptions) -> None:
        self.workspace = workspace
        self.run_id = run_id
        self.options = options
        self.folder = workspace.build / (f"{_REBUILD}{run_id}" if options.is_rebuild else run_id)
        self.store = SnapshotStore(workspace.snapshots)
        self._lock = threading.Lock()

    @property
    def database(self) -> Path:
        return self.folder / BUILD_DATABASE

    @property
    def has_begun(self) -> bool:
        return (self.folder / _STATE).is_file()

    @property
    def scratch(self) -> Path:
        """Half-fetched tables; outlives the run, so that the next one resumes."""
        return self.workspace.build / "pulls"

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.state().as_of)

    def begin(self) -> None:
        """Make the run's folder and its first state, unless an earlier step did."""
        if self.has_begun:
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        # closed: exports with rows on persons pass through it, and rows under hashed numbers stay until the run ends
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / _RESERVE).write_bytes(os.urandom(_RESERVE_BYTES))
        as_of = self.options.as_of or today()
        self.save(
            RunState(
                run_id=self.run_id,
                started_at=utc_now(),
                as_of=as_of.isoformat(),
                started_by=operator(),
                git_commit=git_commit(),
                code_fingerprint=code_fingerprint(),
                opkoers_version=__version__,
            )
        )

    def state(self) -> RunState:
        return read_record(self.folder / _STATE)

    def save(self, state: RunState) -> None:
        write_durably(self.folder / _STATE, json.dumps(asdict(state), ensure_ascii=False, indent=1).encode())

    def note_set_aside(self, sentence: str, *, unreachable: str | None = None) -> None:
        """Add a sentence about input that was left out, for the person who reads the outcome."""
        with self.changing() as state:
            state.set_aside.append(legible_lines(sentence))
            if unreachable:
                state.unreachable.append(unreachable)

    @contextmanager
    def changing(self) -> Iterator[RunState]:
        """The state to change; it is saved at the end. Threads of one run wait for each other."""
        with self._lock:
            state = self.state()
            yield state
            self.save(state)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage, tell the reader that it is done, and keep its seconds in the record."""
        start, started_at = perf_counter(), utc_now()
        yield
        seconds = perf_counter() - start
        with self.changing() as state:
            state.spans[name] = [state.spans.get(name, [started_at])[0], utc_now()]
            state.timings[name] = round(state.timings.get(name, 0.0) + seconds, 3)
        log.debug("%s: %.1f s", name, seconds)

    @property
    def was_stopped(self) -> bool:
        """Whether it stands there unended: its process was killed, for only who holds the refresh lock may ask."""
        return self.has_begun and not self.folder.name.startswith(_REBUILD) and self.state().outcome == "running"

    def finish(self, outcome: Outcome, exit_code: int, message: str, publication_id: str | None = None) -> RunState:
        """Write the run's record for good. The first ending counts: what fails after a failure does not hide it."""
        state = self.state()
        if state.outcome != "running":
            return state
        (self.folder / _RESERVE).unlink(missing_ok=True)
        state = replace(
            state,
            outcome=outcome,
            exit_code=exit_code,
            message=message,
            finished_at=utc_now(),
            publication_id=publication_id,
        )
        # before the record is there: a record without its line is one of a killed run
        self._chain(lambda: chain.settle(self.workspace))
        self._keep(state)
        return state

    def note_notified(self, sentences: list[str]) -> RunState:
        """Add to the record of a run that ended how telling people of it went."""
        state = replace(self.state(), notified=sentences)
        self._keep(state)
        return state

    def _keep(self, state: RunState) -> None:
        """Write the state of a run that ended, and its record."""
        self.save(state)
        self.workspace.runs.mkdir(parents=True, exist_ok=True)
        write_durably(self._record(state), (self.folder / _STATE).read_bytes())

    def chain_record(self) -> None:
        """Chain the record of a run that ended, when nothing is added to it any more."""
        self._chain(lambda: chain.append(self.workspace, self._record(self.state())))

    def _record(self, state: RunState) -> Path:
        return self.workspace.runs / f"{state.started_at.replace(':', '')}-{self.run_id[:8]}.json"

    def _chain(self, write: Callable[[], object]) -> None:
        """Write to the chain; where that fails, how this run ended must be told all the same."""
        try:
            write()
        except (VerificationFailed, OSError) as error:
            log.warning("The record of this run is not chained: %s", error)


def operator() -> str:
    """Who runs this; a service may run under an id that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def finished_runs(workspace: Workspace) -> Iterator[RunState]:
    """The records of earlier runs, oldest first; one that is damaged is told of and passed over."""
    for path in sorted(workspace.runs.glob("*.json")):
        try:
            yield read_record(path)
        except VerificationFailed as error:
            log.warning("%s It is passed over.", error)


def read_record(path: Path) -> RunState:
    """The record of a run.

    Raises:
        VerificationFailed: it is not as it was written.
    """
    try:
        return TypeAdapter(RunState).validate_python(documents.read_json(path))
    except (BadDocument, ValidationError) as error:
        cause = error if isinstance(error, BadDocument) else f"{error.error_count()} of its values are wrong"
        raise VerificationFailed(f"{path} is not as it was written: {cause}. Restore it, or remove it.") from None


@contextmanager
def refresh_lock(workspace: Workspace) -> Iterator[None]:
    """Let one refresh of a workspace in at a time; the same process may enter again.

    Raises:
        ConfigurationError: another process holds it.
    """
    workspace.data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(workspace.data / ".refresh.lock", timeout=0, thread_local=False, is_singleton=True)
    try:
        lock.acquire()
    except Timeout as error:
        raise ConfigurationError(
            f"Another refresh of {workspace.root} is running, or a freeze or a verification. Wait until it ends, "
            "then run again."
        ) from error
    try:
        yield
    finally:
        lock.release()


def refresh_is_running(workspace: Workspace) -> bool:
    """Whether another process refreshes this workspace at this moment; one that was killed does not."""
    try:
        with refresh_lock(workspace):
            return False
    except ConfigurationError:
        return True


def clear_leftovers(workspace: Workspace) -> None:
    """Remove what ended and killed runs left: build folders, files and publications that were not finished.

    Half-fetched tables stay: the next pull resumes them. Only for who holds the refresh lock.
    """
    Vault(workspace).clear_leftovers()
    for folder in workspace.build.glob("*"):
        if folder.is_dir() and folder.name != "pulls":
            remove_tree(folder)
    for path in _unfinished(workspace):
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        else:
            path.unlink(missing_ok=True)


def _unfinished(workspace: Workspace) -> Iterator[Path]:
    """What stands under a temporary name: each was to be moved to its own name, in one step, when it was complete."""
    for folder in (workspace.data, workspace.publications, workspace.editions, workspace.runs):
        yield from folder.glob(".*.tmp")
    for folder in (workspace.snapshots, workspace.rejected, workspace.root / "accepted", workspace.root / "rejected"):
        yield from folder.rglob(".*.tmp")
    yield from (workspace.data / "confidential").glob(".*.tmp")
    yield from (workspace.home / "data").glob(".secret.*.tmp")  # keys stay there, wherever publications go


def remove_tree(folder: Path) -> None:
    """Take a folder away, closed to writing or not."""
    if not folder.is_dir():
        return
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())):
        path.chmod(0o755)
    shutil.rmtree(folder)


def today() -> date:
    """Today in Amsterdam."""
    return datetime.now(AMSTERDAM).date()
