"""Run the job from the command line: the same job that the schedule runs, in this process, on the same instance."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from dagster_project import errors
from dagster_project.changes import why_nothing_to_do
from dagster_project.conclusion import conclude
from dagster_project.errors import EXIT_INTERNAL, EXIT_OK, EXIT_SET_ASIDE, ConfigurationError, GateRefused
from dagster_project.gate.client import GateWorker
from dagster_project.gate.judgement import gate_log
from dagster_project.many.installation import Installation
from dagster_project.progress import terminal
from dagster_project.run import Run, RunOptions, RunState, refresh_lock
from dagster_project.signing import signer_of
from dagster_project.snapshots import write_durably
from dagster_project.workspace import Workspace

if TYPE_CHECKING:
    import dagster as dg

INSTANCE_SETTINGS = """\
# Written by Opkoers. Telemetry stays off; one run at a time.
telemetry:
  enabled: false
nux:
  enabled: false
# A run whose process was killed is marked so within minutes, and somebody is told of it.
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  poll_interval_seconds: 60
concurrency:
  runs:
    max_concurrent_runs: 1
"""


class Host:
    """What a process needs to run the job, made when it is first asked for and kept for the next workspace.

    Dagster's records and job, and the process of the gate: together some fifteen seconds of imports.
    """

    def __init__(self, dagster_home: Path, log: Path, installation: Installation | None = None) -> None:
        """A host that has made nothing yet; use it as a context manager.

        Args:
            dagster_home: where Dagster keeps its runs.
            log: file that receives what the gate's process prints.
            installation: the folder of workspaces, whose keys are the partitions; None for one workspace alone.
        """
        self.home = dagster_home
        self._installation = installation
        self._worker = GateWorker(log)
        self._stack = ExitStack()

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        """The host of a workspace that stands alone."""
        return cls(workspace.dagster_home, gate_log(workspace))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._worker.close()

    def warm_gate(self) -> GateWorker:
        """The gate's process, started anew where an earlier run broke it."""
        return self._worker if self._worker.pid else self._worker.start()

    @cached_property
    def instance(self) -> dg.DagsterInstance:
        """Dagster's records."""
        from dagster_project.event_log import open_records

        prepare_dagster_home(self.home)
        return self._stack.enter_context(open_records(self.home))

    @cached_property
    def job(self) -> dg.JobDefinition:
        """The job `refresh`."""
        from dagster_project.definitions import JOB_NAME, definitions_of

        return definitions_of(self._installation).resolve_job_def(JOB_NAME)


def prepare_dagster_home(home: Path) -> None:
    """Make the folder in which Dagster keeps its runs, with our settings."""
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.is_file():
        write_durably(settings, INSTANCE_SETTINGS.encode())


@contextmanager
def _damage_told(home: Path) -> Iterator[None]:
    """Say plainly that Dagster's records are damaged, when that is what stopped a run."""
    try:
        yield
    except Exception as error:
        damage = next((e for e in errors.chain_of(error) if isinstance(e, sqlite3.DatabaseError)), None)
        if damage is None or errors.machine_fault(error):
            raise
        raise ConfigurationError(
            f"Dagster's records of earlier runs in {home} are damaged ({damage}). They hold no "
            "figures: move that folder away and run again."
        ) from error


def refresh(
    workspace: Workspace, options: RunOptions, *, debug: bool = False, host: Host | None = None, key: str | None = None
) -> tuple[str, int]:
    """Refresh a workspace, unless nothing changed.

    Args:
        workspace: the workspace.
        options: what to do.
        debug: let Dagster write its log to the terminal and errors pass through.
        host: of several refreshes in a row; None: the workspace has its own.
        key: of the workspace among those of the host.

    Returns:
        The sentences that tell how it ended, and the exit code.

    Raises:
        ConfigurationError: another refresh of this workspace is running, or what is published is to be signed and
            there is no key for it.
    """
    with refresh_lock(workspace):
        signer_of(workspace)  # before hours of pulling, and not after
        quiet = why_nothing_to_do(workspace, options)
        if quiet:
            return str(quiet), EXIT_SET_ASIDE if quiet.set_aside else EXIT_OK
        with nullcontext() if debug else terminal():
            _, state = execute(workspace, options, debug=debug, host=host, key=key)
    ended_well = state.outcome in ("published", "nothing_new")
    left_out = [f"Set aside: {sentence}" for sentence in state.set_aside] if ended_well else []
    return "\n".join([state.message, *left_out]), EXIT_INTERNAL if state.exit_code is None else state.exit_code


def execute(
    workspace: Workspace, options: RunOptions, *, debug: bool = False, host: Host | None = None, key: str | None = None
) -> tuple[Run, RunState]:
    """Run the refresh job to its end.

    Args:
        workspace: the workspace to refresh.
        options: what to do.
        debug: let Dagster write its log to the terminal and errors pass through.
        host: of several refreshes in a row; None: the workspace has its own.
        key: of the workspace among those of the host.

    Returns:
        The run and the state in which it ended. A rebuild keeps its build folder: the caller removes it.
    """
    with nullcontext(host) if host else Host.of(workspace) as ready:
        run_id, error = _run_job(workspace, options, ready, key, debug=debug)
    run = Run(workspace, run_id, options)
    if options.is_rebuild:
        return run, run.state()
    if error and not run.has_begun:
        raise error
    if error:
        conclude(run, error=error)
    state = run.state()
    shutil.rmtree(run.folder, ignore_errors=True)
    return run, state


def _run_job(
    workspace: Workspace, options: RunOptions, host: Host, key: str | None, *, debug: bool
) -> tuple[str, Exception | None]:
    """Run the job in this process.

    Returns:
        The id of the run, and what stopped it, in case no step of it could write that down.
    """
    worker = host.warm_gate()  # its imports take seconds: they go on while ours do
    import dagster as dg

    with _damage_told(host.home):
        try:
            result = host.job.execute_in_process(
                instance=host.instance,
                partition_key=key,
                run_config={
                    "resources": {"refresh": {"config": _config(workspace, options)}},
                    "loggers": {"console": {"config": {"log_level": "DEBUG" if debug else "CRITICAL"}}},
                },
                resources={"gate": dg.ResourceDefinition.hardcoded_resource(worker)},
                raise_on_error=debug or options.is_rebuild,
            )
        except dg.DagsterError as error:
            # of a rebuild: a refresh writes its refusal down, and has no need of the library's own word for it
            if type(error).__name__ != "DagsterAssetCheckFailedError":
                raise
            raise GateRefused(f"a gate refused what was built ({' '.join(str(error).split())})") from error
    return result.run_id, None if result.success else _what_stopped(result)


def _what_stopped(result: dg.ExecuteInProcessResult) -> Exception:
    """The first failure that the job tells of, in the words of the error that started it."""
    for event in result.all_events:
        if event.is_failure and (error := as_raised(event)):
            return error
    return RuntimeError("The job ended before a step could say why.")


def as_raised(event: dg.DagsterEvent) -> Exception | None:
    """What an event of a failure tells of, in the words of the error that started it; None where it tells of none."""
    info = getattr(event.event_specific_data, "error", None)
    if not info:
        return None
    while info.cause:
        info = info.cause
    own = getattr(errors, str(info.cls_name), RuntimeError)
    text = info.message.partition(": ")[2] if issubclass(own, errors.OpkoersError) else info.message
    return own(" ".join(text.split()))


def _config(workspace: Workspace, options: RunOptions) -> dict[str, object]:
    return {
        "workspace": str(workspace.root),
        "home": "" if workspace.home == workspace.root else str(workspace.home),
        "offline": options.offline,
        "only": list(options.only),
        "as_of": options.as_of.isoformat() if options.as_of else "",
        "pins": list(options.pins or ()),
        "common": str(options.common or ""),
        "since": options.since,
    }
