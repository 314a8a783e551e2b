"""Run the job from the command line: the same job that the schedule runs, in this process, on the same instance."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from dagster_project import errors
from dagster_project.changes import why_nothing_to_do
from dagster_project.conclusion import conclude
from dagster_project.errors import EXIT_INTERNAL, EXIT_OK, EXIT_SET_ASIDE, ConfigurationError, GateRefused
from dagster_project.gate.client import GateWorker
from dagster_project.gate.judgement import gate_log
from dagster_project.progress import terminal
from dagster_project.run import Run, RunOptions, RunState, refresh_lock
from dagster_project.signing import signer_of
from dagster_project.snapshots import write_durably
from dagster_project.workspace import Workspace

if TYPE_CHECKING:
    import dagster as dg

INSTANCE_SETTINGS = """\
# Written by Opkoers. Telemetry stays off.
telemetry:
  enabled: false
nux:
  enabled: false
"""


def prepare_dagster_home(workspace: Workspace) -> None:
    """Make the folder in which Dagster keeps its runs, with our settings."""
    workspace.dagster_home.mkdir(parents=True, exist_ok=True)
    settings = workspace.dagster_home / "dagster.yaml"
    if not settings.is_file():
        write_durably(settings, INSTANCE_SETTINGS.encode())


@contextmanager
def _instance(workspace: Workspace) -> Iterator[dg.DagsterInstance]:
    import dagster as dg

    prepare_dagster_home(workspace)
    try:
        with dg.DagsterInstance.from_config(str(workspace.dagster_home)) as instance:
            yield instance
    except Exception as error:
        damage = next((e for e in errors.chain_of(error) if isinstance(e, sqlite3.DatabaseError)), None)
        if damage is None or errors.machine_fault(error):
            raise
        raise ConfigurationError(
            f"Dagster's records of earlier runs in {workspace.dagster_home} are damaged ({damage}). They hold no "
            "figures: move that folder away and run again."
        ) from error


def refresh(workspace: Workspace, options: RunOptions, *, debug: bool = False) -> tuple[str, int]:
    """Refresh a workspace, unless nothing changed.

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
            _, state = execute(workspace, options, debug=debug)
    ended_well = state.outcome in ("published", "nothing_new")
    left_out = [f"Set aside: {sentence}" for sentence in state.set_aside] if ended_well else []
    return "\n".join([state.message, *left_out]), EXIT_INTERNAL if state.exit_code is None else state.exit_code


def execute(workspace: Workspace, options: RunOptions, *, debug: bool = False) -> tuple[Run, RunState]:
    """Run the refresh job to its end.

    Args:
        workspace: the workspace to refresh.
        options: what to do.
        debug: let Dagster write its log to the terminal and errors pass through.

    Returns:
        The run and the state in which it ended. A rebuild keeps its build folder: the caller removes it.
    """
    # the gate's imports take seconds: they go on while ours do
    with GateWorker(gate_log(workspace)).start() as worker:
        run_id, error = _run_job(workspace, options, worker, debug=debug)
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
    workspace: Workspace, options: RunOptions, worker: GateWorker, *, debug: bool
) -> tuple[str, Exception | None]:
    """Run the job in this process.

    Returns:
        The id of the run, and what stopped it, in case no step of it could write that down.
    """
    import dagster as dg

    from dagster_project.definitions import JOB_NAME, defs

    with _instance(workspace) as instance:
        job = defs().resolve_job_def(JOB_NAME)
        try:
            result = job.execute_in_process(
                instance=instance,
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
        info = getattr(event.event_specific_data, "error", None)
        if event.is_failure and info:
            while info.cause:
                info = info.cause
            own = getattr(errors, str(info.cls_name), RuntimeError)
            text = info.message.partition(": ")[2] if issubclass(own, errors.OpkoersError) else info.message
            return own(" ".join(text.split()))
    return RuntimeError("The job ended before a step could say why.")


def _config(workspace: Workspace, options: RunOptions) -> dict[str, object]:
    return {
        "workspace": str(workspace.root),
        "home": "" if workspace.home == workspace.root else str(workspace.home),
        "offline": options.offline,
        "only": list(options.only),
        "as_of": options.as_of.isoformat() if options.as_of else "",
        "pins": list(options.pins or ()),
    }
