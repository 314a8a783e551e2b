"""Whether somebody is told of a run that ended, and the note of how that went. Nothing here changes how it ended."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

from dagster_project.errors import EXIT_INTERNAL, EXIT_OK, ConfigurationError
from dagster_project.notify import message
from dagster_project.notify.send import WEBHOOK_VARIABLE, is_on, send
from dagster_project.notify.settings import Notify
from dagster_project.run import Run, RunState
from dagster_project.secret import is_set
from dagster_project.workspace import Workspace

log = logging.getLogger(__name__)


def announce(run: Run, state: RunState, stands: str) -> RunState:
    """Tell those who want to know how a run ended, and keep in its record how that went.

    Args:
        run: the run; its record is written already, so that whatever happens here cannot lose it.
        state: how it ended.
        stands: a sentence on the publication that stands.

    Returns:
        The state with the note.
    """
    sentences = tell(run.workspace, state, stands, f"opkoers gate explain {state.run_id[:8]}")
    return run.note_notified(sentences) if sentences else state


def tell(workspace: Workspace, state: RunState, stands: str, way_out: str) -> list[str]:
    """Tell those who want to know how a run ended, whether or not it has a record.

    Args:
        workspace: whose run it was.
        state: how it ended.
        stands: a sentence on the publication that stands.
        way_out: the command that says more.

    Returns:
        How that went, one sentence per channel; none where nobody wants to know.
    """
    settings = workspace.settings.notify
    event = message.event_of(state)
    if event is None or event not in settings.on or not is_on(settings):
        return []
    notice = message.notice_of(state, event, workspace.settings.gemeente_name, stands, way_out)
    sendings = send(settings, notice)
    for sending in sendings:
        log.log(logging.INFO if sending.arrived else logging.WARNING, "notification by %s", sending)
    return [str(sending) for sending in sendings]


def try_out(workspace: Workspace) -> tuple[str, int]:
    """Send a test message by every channel that is set.

    Returns:
        A line per channel, and the exit code.

    Raises:
        ConfigurationError: nobody is to be told of anything.
    """
    settings = workspace.settings.notify
    if not is_on(settings):
        raise ConfigurationError(
            f"Notification is off: [notify] in opkoers.toml names no email or webhook, and {WEBHOOK_VARIABLE} is "
            "empty. Set one of them, then try again."
        )
    sendings = send(settings, message.test_notice(workspace.settings.gemeente_name))
    return "\n".join(map(str, sendings)), EXIT_OK if all(sending.arrived for sending in sendings) else EXIT_INTERNAL


def described(workspace: Workspace) -> str:
    """Whether notification is on, and who is told of what; of a webhook no more than its host."""
    settings = workspace.settings.notify
    if not is_on(settings):
        return "Nobody is told when a run is refused: [notify] in opkoers.toml is empty."
    return f"Told of runs that end {', '.join(settings.on)}: {' and '.join(_channels(settings))}."


def _channels(settings: Notify) -> Iterator[str]:
    n = len(settings.email)
    if n:
        yield f"e-mail to {n} {'address' if n == 1 else 'addresses'} by {settings.smtp_host}:{settings.port}"
    if is_set(WEBHOOK_VARIABLE):
        yield f"the webhook of {WEBHOOK_VARIABLE}"
    elif settings.webhook:
        yield f"a webhook at {urlsplit(settings.webhook.get_secret_value()).hostname}"
