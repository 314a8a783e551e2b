"""How a run ends: the outcome, the exit code and the sentence, worked out once, for whoever started it."""

from __future__ import annotations

import logging

from dagster_project import __version__
from dagster_project.errors import (
    EXIT_GATE,
    EXIT_INTERNAL,
    EXIT_OK,
    EXIT_SET_ASIDE,
    EXIT_UNREACHABLE,
    ConfigurationError,
    OpkoersError,
    VerificationFailed,
    chain_of,
    machine_fault,
)
from dagster_project.gate.judgement import refuses
from dagster_project.notify.announce import announce, tell
from dagster_project.product import code_fingerprint, git_commit
from dagster_project.publication import Published, current_folder, current_manifest
from dagster_project.run import Outcome, Run, RunOptions, RunState, operator, refresh_lock, today
from dagster_project.snapshots import utc_now
from dagster_project.standards.emission import emit
from dagster_project.workspace import Workspace

log = logging.getLogger(__name__)


def conclude(run: Run, published: Published | None = None, error: BaseException | None = None) -> RunState:
    """Write the run's record: published, nothing new, refused, unreachable or failed; and tell who wants to know.

    The first ending counts: a run that has ended is left as it is, and nobody is told twice.
    """
    state = run.state()
    if run.options.is_rebuild or state.outcome != "running":
        return state  # verify reads a rebuild and clears it itself
    outcome, code, message, publication_id = _ending(run, state, published, error)
    emit(run, error=message if error else None, publication=published.folder if published else None)
    return _close(run, outcome, code, message, publication_id)


def _close(run: Run, outcome: Outcome, code: int, message: str, publication_id: str | None) -> RunState:
    """Write the record, tell who wants to know, and chain the record when nothing is added to it any more."""
    ended = run.finish(outcome, code, message, publication_id)
    told = announce(run, ended, what_stands(run.workspace))
    run.chain_record()
    return told


def _ending(
    run: Run, state: RunState, published: Published | None, error: BaseException | None
) -> tuple[Outcome, int, str, str | None]:
    if error is not None:
        return *_failure(run, state, error), None
    code = EXIT_SET_ASIDE if state.set_aside else EXIT_OK
    if published is None:
        return "nothing_new", code, "Nothing new: the figures are those that already stand published.", None
    where = published.folder.relative_to(run.workspace.data)
    return "published", code, f"Published {published.publication_id} in {where}.", published.publication_id


def conclude_stopped(workspace: Workspace) -> None:
    """Write the record of runs that were stopped from outside before they could: for who holds the refresh lock."""
    standing = current_manifest(workspace)
    for folder in sorted(workspace.build.glob("*")):
        run = Run(workspace, folder.name, RunOptions())
        try:
            if not run.was_stopped:
                continue
        except VerificationFailed as error:  # of another version of the product: it must not stop every later run
            log.warning("%s cannot be read (%s): that run gets no record.", folder, error)
            continue
        stopped = "The run was stopped from outside (killed, or the machine went down)"
        if standing and standing["run_id"] == run.run_id:
            published = standing["publication_id"]
            _close(run, "published", EXIT_OK, f"Published {published}. {stopped} just after that.", published)
        else:
            _close(run, "failed", EXIT_INTERNAL, f"{stopped}. {what_stands(workspace)}", None)


def conclude_dead(workspace: Workspace, run_id: str, error: Exception) -> str:
    """Tell of a run that failed, unless it was told of when it ended: nobody hears of it twice.

    A run that was killed has no record yet, and gets one. One that failed before its first step, or that freezes an
    edition, leaves none: what stopped it is told all the same.

    Args:
        workspace: whose run it is.
        run_id: of the run, which goes on no more.
        error: what Dagster knows of why.

    Returns:
        A sentence on what was done.
    """
    name = f"Run {run_id[:8]}"
    if any(workspace.runs.glob(f"*-{run_id[:8]}.json")):
        return f"{name} was told of when it ended."
    if Run(workspace, run_id, RunOptions()).has_begun:
        try:
            with refresh_lock(workspace):
                conclude_stopped(workspace)
        except ConfigurationError:
            return f"{name} was stopped; a refresh is running, and it or the next one tells of that."
        return f"{name} was stopped, and is told of now."
    sentences = tell(workspace, _unrecorded(run_id, error), what_stands(workspace), "opkoers status")
    return f"{name} left no record. {' '.join(sentences) or 'Nobody wants to be told.'}"


def _unrecorded(run_id: str, error: Exception) -> RunState:
    """The state of a run that could not write one."""
    own = isinstance(error, OpkoersError)
    code = error.exit_code if isinstance(error, OpkoersError) else EXIT_INTERNAL
    return RunState(
        run_id=run_id,
        started_at=utc_now(),
        finished_at=utc_now(),
        as_of=today().isoformat(),
        started_by=operator(),
        git_commit=git_commit(),
        code_fingerprint=code_fingerprint(),
        opkoers_version=__version__,
        outcome="refused" if code == EXIT_GATE else "failed",
        exit_code=code,
        message=str(error) if own else f"Internal error: {type(error).__name__}: {error}",
    )


def _failure(run: Run, state: RunState, error: BaseException) -> tuple[Outcome, int, str]:
    refusals = [row["message"] for row in state.validations if refuses(row)]
    stands = what_stands(run.workspace)
    if refusals:
        more = f" ({len(refusals) - 1} more in data/runs)" if len(refusals) > 1 else ""
        return "refused", EXIT_GATE, f"{refusals[0]}{more} {stands}"
    cause = _cause(error)
    if isinstance(cause, OpkoersError):
        outcome: Outcome = {EXIT_UNREACHABLE: "unreachable", EXIT_GATE: "refused"}.get(cause.exit_code, "failed")  # type: ignore[assignment]
        return outcome, cause.exit_code, f"{cause} {stands}"
    return (
        "failed",
        EXIT_INTERNAL,
        f"Internal error: {type(cause).__name__}: {cause}. {stands} Run with --debug for the traceback.",
    )


def _cause(error: BaseException) -> BaseException:
    """The error that started it: our own one if it is in the chain, what the machine refused, else the last."""
    chain = chain_of(error)
    own = next((e for e in chain if isinstance(e, OpkoersError)), None)
    return own or machine_fault(error) or chain[-1]


def what_stands(workspace: Workspace) -> str:
    """A sentence on the publication that stands."""
    folder = current_folder(workspace)
    return f"The publication {folder.name} still stands." if folder else "Nothing was published yet."
