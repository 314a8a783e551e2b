"""Pulls: ask the network sources what changed and bring that in, several tables at once, politely.

A host is asked over few connections at a time, whatever number of tables it holds. Results come in the order of the
datasets, whichever finishes first. What the bytes mean belongs to the readers, what serves in the end to ingest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import urlsplit

import duckdb

from dagster_project.attempts import Attempt, Attempts, Cause, Keeps, failed
from dagster_project.contracts import Dataset
from dagster_project.errors import SourceUnreachable, UnsoundData
from dagster_project.extract import cbs, duo
from dagster_project.extract.endpoints import Endpoints
from dagster_project.extract.http import HttpClient, RequestRefused
from dagster_project.progress import Board, Display, TableProgress
from dagster_project.publication import current_folder
from dagster_project.snapshots import Recording, Snapshot, SnapshotStore
from dagster_project.workspace import Network, Workspace

T = TypeVar("T")

WIRED = ("cbs_v3", "cbs_v4", "duo_csv")
"""Kinds that come over the network."""

_LOOK_EVERY = 0.2  # seconds between two looks at the board
_NOT_FOUND = 404


@dataclass(frozen=True)
class Answer:
    """What a publisher answered when it was asked whether a dataset changed."""

    kind: Literal["unchanged", "still_set_aside", "news"]
    stamp: str | None = None
    recording: Recording | None = None
    """A file that came along with the answer."""


@dataclass(frozen=True)
class Pulled:
    """What pulling one dataset came to: a new snapshot, nothing new, or a failed attempt with its sentence."""

    dataset: Dataset
    snapshot: Snapshot | None = None
    attempt: Attempt | None = None


class Stamps:
    """The publisher's stamp of each CBS table, asked once however many datasets take from the table."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._lock = threading.Lock()
        self._asked: dict[str, Future[str]] = {}

    def of(self, dataset: Dataset, http: HttpClient) -> str:
        """The stamp of a dataset's table.

        Raises:
            As `cbs.stamp`.
        """
        table = cbs.table_address(dataset, self._endpoints)
        with self._lock:
            is_first = table not in self._asked
            future = self._asked.setdefault(table, Future())
        if is_first:
            try:
                future.set_result(cbs.stamp(dataset, self._endpoints, http))
            except BaseException as error:
                future.set_exception(error)
        return future.result()


def ask(
    dataset: Dataset,
    previous: Snapshot | None,
    attempt: Attempt | None,
    stamps: Stamps,
    endpoints: Endpoints,
    http: HttpClient,
    scratch: Path,
) -> Answer:
    """Whether a dataset offers something else than what was had last: one small request.

    Args:
        dataset: of a kind in `WIRED`.
        previous: its newest snapshot.
        attempt: its failed attempt since then, if the last one failed.
        stamps: of this round.
        endpoints: where the services answer.
        http: the client.
        scratch: folder for a file that comes along with the answer.

    Raises:
        SourceUnreachable: no sound answer in all the tries.
        UnsoundData: the answer is not what the contract promises, and was not so before.
    """
    try:
        if dataset.kind == "duo_csv":
            return _ask_duo(dataset, previous, attempt, endpoints, http, scratch)
        stamp = stamps.of(dataset, http)
    except UnsoundData:
        if attempt and attempt.covers(dataset, None):
            return Answer("still_set_aside")
        raise
    if previous and _is_unchanged(dataset, previous, stamp):
        return Answer("unchanged", stamp)
    if attempt and attempt.covers(dataset, stamp):
        return Answer("still_set_aside", stamp)
    return Answer("news", stamp)


def _ask_duo(
    dataset: Dataset,
    previous: Snapshot | None,
    attempt: Attempt | None,
    endpoints: Endpoints,
    http: HttpClient,
    scratch: Path,
) -> Answer:
    """A file answers whether it changed by coming or not."""
    aside = attempt if attempt and attempt.covers(dataset, attempt.publisher_modified) else None
    recording = duo.pull(dataset, endpoints, http, scratch, aside or previous)
    if recording:
        return Answer("news", recording.publisher_modified, recording)
    return Answer("still_set_aside" if aside else "unchanged")


def _is_unchanged(dataset: Dataset, snapshot: Snapshot, stamp: str) -> bool:
    same_contract = snapshot.contract_version == dataset.contract_version
    return snapshot.origin == "wire" and snapshot.publisher_modified == stamp and same_contract


def said(attempt: Attempt, serving: Snapshot | None, as_of: date) -> str:
    """A failed attempt for the person who reads the outcome: what went wrong, since when, and what serves meanwhile."""
    since = date.fromisoformat(attempt.since[:10])
    lasting = f" It is out of reach since {since}." if attempt.cause == "unreachable" and since < as_of else ""
    if serving is None:
        return f"{attempt.sentence}{lasting} For now no snapshot can serve."
    day = serving.retrieved_at[:10]
    age = (as_of - date.fromisoformat(day)).days
    if age < 1:
        return f"{attempt.sentence}{lasting} For now its snapshot of {day} serves."
    days = "1 day" if age == 1 else f"{age} days"
    return f"{attempt.sentence}{lasting} For now its snapshot of {day}, {days} old, serves."


class _Patient(Protocol):
    network: Network


class Holder(Keeps, Protocol):
    """Who holds snapshots: a workspace, or several workspaces in common."""

    @property
    def snapshots(self) -> Path: ...

    @property
    def settings(self) -> _Patient: ...


class Round:
    """One round of pulls."""

    def __init__(
        self,
        holder: Holder,
        scratch: Path,
        attempts: Attempts,
        unreachable: Iterable[str],
        says: Callable[[], Mapping[str, PublisherSays]] = dict,
    ) -> None:
        """A round that has not begun.

        Args:
            holder: whose snapshots are there already.
            scratch: half-fetched tables, which are resumed.
            attempts: what failed before.
            unreachable: kinds of datasets whose service did not answer earlier in this run.
            says: what publishers said of their tables, asked when one has vanished.
        """
        self._says = says
        self._network = holder.settings.network
        self._store = SnapshotStore(holder.snapshots)
        self._endpoints = Endpoints.from_environment()
        self._scratch = scratch
        self._attempts = attempts
        self._stamps = Stamps(self._endpoints)
        self._unreachable = set(unreachable)  # one set.add at a time is safe between threads
        self._board = Board()
        self._progress: dict[str, TableProgress] = {}

    def pull(self, datasets: Sequence[Dataset], display: Display) -> list[Pulled]:
        """Bring in what is new of some datasets.

        Returns:
            What each came to, in their order. A dataset that fails hurts no other.
        """
        for dataset in datasets:
            self._progress[dataset.key] = self._board.add(dataset.key, self._expected_rows(dataset))
        return side_by_side(
            datasets, self._pull, self._network, self._endpoints, while_waiting=lambda: display.show(self._board)
        )

    def _pull(self, dataset: Dataset, http: HttpClient) -> Pulled:
        progress = self._progress[dataset.key]
        attempt = self._attempts.get(dataset.key)
        previous = self._store.latest(dataset.source_id, dataset.dataset_id)
        # a service that did not answer is asked once more only
        patience = 1 if dataset.kind in self._unreachable else self._network.attempts
        stamp: str | None = None
        try:
            asking = http.for_table(attempts=patience, on_bytes=_begun(dataset, progress))
            answer = ask(dataset, previous, attempt, self._stamps, self._endpoints, asking, self._scratch)
            stamp = answer.stamp
            if answer.kind == "unchanged":
                return Pulled(dataset)
            if answer.kind == "still_set_aside":
                return Pulled(dataset, attempt=attempt)
            recording = answer.recording or self._pull_table(dataset, http, patience, progress)
            snapshot, is_new = self._store.add(dataset, recording)  # now: what came is not lost with the rest
            return Pulled(dataset, snapshot if is_new else None)
        except SourceUnreachable as error:
            self._unreachable.add(dataset.kind)
            return self._failed(dataset, "unreachable", error, stamp)
        except UnsoundData as error:
            return self._failed(dataset, "vanished" if _is_gone(error) else "unsound", error, stamp)
        finally:
            progress.end()

    def _pull_table(self, dataset: Dataset, http: HttpClient, patience: int, progress: TableProgress) -> Recording:
        progress.begin()
        pulling = http.for_table(attempts=patience, on_bytes=progress.bytes_came)
        return cbs.pull(dataset, self._endpoints, pulling, self._scratch, on_progress=progress)

    def _failed(self, dataset: Dataset, cause: Cause, error: Exception, stamp: str | None) -> Pulled:
        says = self._says().get(dataset.key) if cause == "vanished" else None
        sentence = with_successor(str(error), says)
        before = self._attempts.get(dataset.key)
        return Pulled(dataset, attempt=failed(dataset, cause, sentence, before, publisher_modified=stamp))

    def _expected_rows(self, dataset: Dataset) -> Callable[[Any], int | None]:
        """How many rows a pull will bring.

        What the publisher states of a table that is taken whole; else as many as last time under the same contract.
        """
        previous = self._store.latest(dataset.source_id, dataset.dataset_id)
        as_before = previous.row_count if previous and previous.contract_version == dataset.contract_version else None

        def expected(document: Any) -> int | None:
            stated = _stated_rows(document) if dataset.kind == "cbs_v3" and dataset.filter is None else None
            return as_before if stated is None else stated

        return expected


def _begun(dataset: Dataset, progress: TableProgress) -> Callable[[int], None] | None:
    """A file is under way as soon as bytes of it come; of a table only its stamp comes when it is asked."""
    return progress.bytes_came if dataset.kind == "duo_csv" else None


def _stated_rows(document: Any) -> int | None:
    """RecordCount of TableInfos (v3). Observations of v4 are never taken whole: the contract names the measures."""
    rows = document.get("value") if isinstance(document, dict) else None
    stated = rows[0].get("RecordCount") if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None
    return stated if isinstance(stated, int) else None


def _is_gone(error: UnsoundData) -> bool:
    refusal = error if isinstance(error, RequestRefused) else error.__cause__
    return isinstance(refusal, RequestRefused) and refusal.status == _NOT_FOUND


@dataclass(frozen=True)
class PublisherSays:
    """What a publisher said of a table when the publication that stands was made."""

    status: str | None
    successor_table_id: str | None
    successor_note: str | None


def with_successor(sentence: str, says: PublisherSays | None) -> str:
    """A sentence on a table that has vanished, with what its publisher said would come after it."""
    if says and says.successor_table_id:
        return f"{sentence} Its last description names {says.successor_table_id} as successor."
    if says and says.successor_note:
        return f"{sentence} Its last description said: {says.successor_note}"
    return sentence


def publisher_says(workspace: Workspace) -> dict[str, PublisherSays]:
    """By key of the dataset; empty before the first publication, and where an older version of the product made it."""
    folder = current_folder(workspace)
    if folder is None:
        return {}
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        known = connection.execute("select 1 from duckdb_tables() where table_name = 'dim_dataset'").fetchone()
        if known is None:
            return {}
        rows = connection.execute(
            "select source_id || '/' || dataset_id, publisher_status, successor_table_id, successor_note"
            " from marts.dim_dataset"
        ).fetchall()
    return {key: PublisherSays(*said_of_it) for key, *said_of_it in rows}


def side_by_side(
    datasets: Sequence[Dataset],
    work: Callable[[Dataset, HttpClient], T],
    network: Network,
    endpoints: Endpoints,
    while_waiting: Callable[[], None] = lambda: None,
) -> list[T]:
    """Work on datasets in parallel, over as many connections per host as `network` allows.

    A worker asks one thing at a time and keeps its connection open for its next dataset.

    Returns:
        The results in the order of the datasets.
    """
    stop = threading.Event()
    with ExitStack() as stack:
        lanes = {
            host: stack.enter_context(_Lane(network, stop))
            for host in sorted({host_of(dataset, endpoints) for dataset in datasets})
        }
        futures = [lanes[host_of(dataset, endpoints)].submit(work, dataset) for dataset in datasets]
        try:
            pending: set[Future[T]] = set(futures)
            while pending:
                _, pending = wait(pending, timeout=_LOOK_EVERY)
                while_waiting()
        except BaseException:
            stop.set()
            for future in futures:
                future.cancel()
            raise
    return [future.result() for future in futures]


def host_of(dataset: Dataset, endpoints: Endpoints) -> str:
    """Host and port that a dataset is asked from."""
    base = {"cbs_v3": endpoints.cbs_v3, "cbs_v4": endpoints.cbs_v4, "duo_csv": endpoints.duo}[dataset.kind]
    return urlsplit(base).netloc


class _Lane:
    """The workers of one host, each with a client of its own."""

    def __init__(self, network: Network, stop: threading.Event) -> None:
        self._network = network
        self._stop = stop
        self._own = threading.local()
        self._clients: list[HttpClient] = []
        self._pool = ThreadPoolExecutor(network.connections, initializer=self._make_client)

    def __enter__(self) -> _Lane:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        for client in self._clients:
            client.close()

    def submit(self, work: Callable[[Dataset, HttpClient], T], dataset: Dataset) -> Future[T]:
        return self._pool.submit(lambda: work(dataset, self._own.client))

    def _make_client(self) -> None:
        network = self._network
        self._own.client = HttpClient(
            attempts=network.attempts,
            backoff=network.backoff_seconds,
            read_timeout=network.timeout_seconds,
            hosts=network.hosts,
            stop=self._stop,
        )
        self._clients.append(self._own.client)
