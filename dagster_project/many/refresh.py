"""Refreshing every workspace of an installation, and the report of how each ended.

One after the other in this process, or so many side by side, each in a process of its own: a refresh keeps little more
than one core busy, and takes a gigabyte. Whatever goes wrong with one is told of that one, and the next begins.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import perf_counter

from filelock import FileLock, Timeout
from rich.table import Table

from dagster_project import errors
from dagster_project.contracts import all_contracts
from dagster_project.errors import ConfigurationError
from dagster_project.execution import Host, refresh
from dagster_project.extract.personal import masked
from dagster_project.extract.pseudonym import HMAC_KEY
from dagster_project.keys import KeyPlace
from dagster_project.legible import legible
from dagster_project.many import national
from dagster_project.many.installation import Installation
from dagster_project.pulls import WIRED
from dagster_project.registration.identity import AGE_IDENTITY
from dagster_project.run import RunOptions

log = logging.getLogger(__name__)

_GRAVEST = (
    errors.EXIT_INTERNAL,
    errors.EXIT_VERIFY,
    errors.EXIT_USAGE,
    errors.EXIT_UNREACHABLE,
    errors.EXIT_GATE,
    errors.EXIT_SET_ASIDE,
    errors.EXIT_OK,
)
_ENDINGS = {
    errors.EXIT_OK: "goed",
    errors.EXIT_INTERNAL: "interne fout",
    errors.EXIT_USAGE: "verkeerd ingesteld",
    errors.EXIT_GATE: "geweigerd",
    errors.EXIT_UNREACHABLE: "bron onbereikbaar",
    errors.EXIT_SET_ASIDE: "goed, niet alles",
    errors.EXIT_VERIFY: "niet zoals vastgelegd",
}


@dataclass(frozen=True)
class Ended:
    """How the refresh of one workspace ended.

    Attributes:
        key: its path below the folder of workspaces.
        gemeente: its name, or nothing where its settings cannot be read.
        code: exit code, as when it is refreshed alone.
        seconds: wall time.
        told: the sentences that a refresh of it alone would have said.
    """

    key: str
    gemeente: str
    code: int
    seconds: float
    told: str

    @property
    def set_aside(self) -> list[str]:
        """What was left out, one sentence each."""
        begin = "Set aside: "
        return [line.removeprefix(begin) for line in self.told.splitlines() if line.startswith(begin)]


def refresh_all(
    installation: Installation,
    options: RunOptions,
    *,
    keys: Sequence[str] | None = None,
    jobs: int = 1,
    debug: bool = False,
    tell: Callable[[Ended], None] = lambda _: None,
) -> list[Ended]:
    """Refresh workspaces; national sources are asked once for all of them.

    Args:
        installation: the folder of workspaces.
        options: what to do with each.
        keys: of those that are wanted; None: all.
        jobs: how many at the same time.
        debug: let Dagster write its log to the terminal.
        tell: takes each ending as it comes.

    Returns:
        How each ended, in the order of their keys.

    Raises:
        ConfigurationError: there is no workspace, another refresh of all is running, or the environment holds a key
            that all municipalities would share.
    """
    wanted = _wanted(installation, keys)
    _refuse_one_key_for_all()
    installation.make()
    lock = FileLock(installation.data / ".refresh.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ConfigurationError(
            f"Another refresh of all workspaces in {installation.root} is running. Wait until it ends, then run again."
        ) from error
    try:
        if options.pulls:
            _pull(installation, options)
        ended = []
        for each in _refreshed(installation, wanted, options, min(jobs, len(wanted)), debug=debug):
            ended.append(each)
            tell(each)
        return sorted(ended, key=lambda each: wanted.index(each.key))
    finally:
        lock.release()


def _refreshed(
    installation: Installation, keys: Sequence[str], options: RunOptions, jobs: int, *, debug: bool
) -> Iterator[Ended]:
    """Every workspace as it ends."""
    if jobs > 1:
        yield from _side_by_side(installation, keys, options, jobs, debug=debug)
        return
    with _host_of(installation) as host:
        for key in keys:
            yield _refresh_one(installation, key, options, host, debug=debug)


def _host_of(installation: Installation) -> Host:
    return Host(installation.dagster_home, installation.gate_log, installation)


def _side_by_side(
    installation: Installation, keys: Sequence[str], options: RunOptions, jobs: int, *, debug: bool
) -> Iterator[Ended]:
    """So many processes, each of which takes the next workspace when it is done with one."""
    with _host_of(installation) as host:
        _ = host.instance  # Dagster's files are made before two processes want them at once
    waiting = deque(keys)
    lanes: dict[Connection, _Lane] = {}
    try:
        while waiting or lanes:
            while waiting and len(lanes) < jobs:
                lane = _Lane(installation, options, debug=debug)
                lanes[lane.pipe] = lane
                lane.take(waiting.popleft())
            for pipe in [pipe for pipe in wait(list(lanes)) if isinstance(pipe, Connection)]:
                ended = lanes[pipe].ended()
                if ended.code == errors.EXIT_INTERNAL or not waiting:  # who knows what that left in the process
                    lanes.pop(pipe).close()
                else:
                    lanes[pipe].take(waiting.popleft())
                yield ended
    finally:
        for lane in lanes.values():
            lane.close()


class _Lane:
    """A process that refreshes one workspace after the other."""

    def __init__(self, installation: Installation, options: RunOptions, *, debug: bool) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pipe, there = spawn.Pipe()
        self._process = spawn.Process(target=_work, args=(installation.root, options, debug, there))
        self._process.start()
        there.close()  # so that its end is seen here
        self._key, self._began = "", 0.0

    def take(self, key: str) -> None:
        """Begin with a workspace."""
        self._key, self._began = key, perf_counter()
        self.pipe.send(key)

    def ended(self) -> Ended:
        """How that ended, also when the process did."""
        try:
            return self.pipe.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            self._process.join()
            told = (
                f"The process that refreshed it ended with {self._process.exitcode} and could not say why; the machine "
                "may have been short of memory. Run again, with a lower --jobs."
            )
            return Ended(self._key, "", errors.EXIT_INTERNAL, perf_counter() - self._began, told)

    def close(self) -> None:
        """Let it end; what it is busy with it finishes."""
        self.pipe.close()
        self._process.join()


def _work(root: Path, options: RunOptions, debug: bool, pipe: Connection) -> None:
    """What a lane's process does until nobody asks it anything more."""
    installation = Installation(root)
    with _host_of(installation) as host:
        while True:
            try:
                key = pipe.recv()
            except (EOFError, KeyboardInterrupt):
                return
            pipe.send(_refresh_one(installation, key, options, host, debug=debug))


def _wanted(installation: Installation, keys: Sequence[str] | None) -> list[str]:
    there = installation.workspace_keys()
    if not there:
        raise ConfigurationError(
            f"There is no workspace in {installation.root}. Make one with: opkoers init {installation.root}/NAME "
            "--gemeente GM…."
        )
    unknown = sorted(set(keys or ()) - set(there))
    if unknown:
        raise ConfigurationError(
            f"There is no workspace {legible(unknown[0])} in {installation.root}; there are {', '.join(there[:10])}."
        )
    return [key for key in there if keys is None or key in keys]


def _refuse_one_key_for_all() -> None:
    """Two municipalities with the same key could tell each other's residents apart: each has files of its own."""
    places: tuple[KeyPlace, ...] = (HMAC_KEY, AGE_IDENTITY)
    for name in (name for place in places for name in (place.variable, place.file_variable)):
        if os.environ.get(name):
            raise ConfigurationError(
                f"{name} is set, and would be the key of every municipality here. Unset it, and let each workspace "
                "have its own: opkoers key make --workspace DIR."
            )


def _pull(installation: Installation, options: RunOptions) -> None:
    """Bring the national snapshots up to date before the first workspace needs them."""
    wired = [d for d in all_contracts() if d.kind in WIRED and options.wants(d.source_id)]
    asked = national.bring_up_to_date(installation, wired, options.since)
    n_failed = sum(each.attempt is not None for each in asked.values())
    log.info("%d national tables asked once for all%s", len(asked), f", {n_failed} without success" if n_failed else "")


def _refresh_one(installation: Installation, key: str, options: RunOptions, host: Host, *, debug: bool) -> Ended:
    start = perf_counter()
    name = ""
    try:
        workspace = installation.workspace(key)
        name = workspace.settings.gemeente_name
        told, code = refresh(workspace, options, debug=debug, host=host, key=key)
    except Exception as error:
        if debug and not isinstance(error, errors.OpkoersError):
            log.exception("%s", key)
        told, code = errors.ending_of(error)
        told = told if isinstance(error, errors.OpkoersError) else masked(told)
    return Ended(key, name, code, perf_counter() - start, told)


def gravest(ended: Sequence[Ended]) -> int:
    """The exit code of all: the one that asks most of whoever runs them."""
    return min((each.code for each in ended), key=_GRAVEST.index, default=errors.EXIT_OK)


def report(ended: Sequence[Ended]) -> Table:
    """Every municipality and how it ended, for a terminal."""
    table = Table(title=f"{len(ended)} gemeenten", title_justify="left")
    for heading in ("gemeente", "werkruimte", "afloop"):
        table.add_column(heading)
    for heading in ("seconden", "terzijde", "code"):
        table.add_column(heading, justify="right")
    for each in ended:
        style = "" if each.code == errors.EXIT_OK else "yellow" if each.code == errors.EXIT_SET_ASIDE else "red"
        cells = (legible(each.gemeente), legible(each.key), _ENDINGS[each.code])
        table.add_row(*cells, f"{each.seconds:.1f}", str(len(each.set_aside) or ""), str(each.code), style=style)
    return table
