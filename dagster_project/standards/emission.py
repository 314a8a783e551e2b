"""Send the lineage events of a run to the service that the settings name. It never decides how a run ends.

What belongs here: the way of the events over the network. What does not: what stands in them (`openlineage.py`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import requests

from dagster_project.run import Run
from dagster_project.snapshots import utc_now

log = logging.getLogger(__name__)

KEY_VARIABLE = "OPKOERS_OPENLINEAGE_KEY"
_PATIENCE = (5.0, 10.0)
"""Seconds to wait for a connection, and between two bytes of an answer."""
_LONGEST = 60.0
"""Seconds that all events of a run may take together."""


def emit(run: Run, *, error: str | None = None, publication: Path | None = None) -> None:
    """Send the events of a run that ends: those of its publication, or where it makes none, how it ended.

    What goes wrong is logged and noted in the run's record.

    Args:
        run: the run; one that has ended already sends nothing more.
        error: why it failed or was refused.
        publication: the folder with its events; None where it makes none.
    """
    url = run.workspace.settings.openlineage.url
    if not url or run.state().outcome != "running":
        return
    trouble = post_events(url, _lines(run, error, publication), os.environ.get(KEY_VARIABLE) or None)
    if trouble:
        log.warning("%s", trouble)
        with run.changing() as state:
            state.notes.append(trouble)


def _lines(run: Run, error: str | None, publication: Path | None) -> list[str]:
    from openlineage.client.serde import Serde  # only where events are sent

    from dagster_project.standards.openlineage import FILE, ending_of

    if publication:
        return (publication / FILE).read_text(encoding="utf-8").splitlines()
    events = ending_of(run.state(), run.workspace.settings.gemeente, at=utc_now(), error=error)
    return [Serde.to_json(event) for event in events]


def post_events(
    url: str, lines: Sequence[str], key: str | None, *, clock: Callable[[], float] = monotonic
) -> str | None:
    """POST events one by one, in their order, until all are taken or one is not.

    Args:
        url: the endpoint; no redirect is followed, so that nothing goes elsewhere.
        lines: events as JSON.
        key: sent as a bearer token; None sends none.
        clock: seconds that only go up.

    Returns:
        Why not all were taken, without the key; None when they were.
    """
    host = urlsplit(url).hostname
    started = clock()
    with requests.Session() as session:
        session.auth = _Bearer(key)
        for number, line in enumerate(lines):
            sent = f"Lineage events: {number} of {len(lines)} reached {host}"
            if clock() - started > _LONGEST:
                return f"{sent}, and the rest would take more than {_LONGEST:.0f} seconds."
            try:
                headers = {"Content-Type": "application/json"}
                answer = session.post(url, line.encode(), headers=headers, timeout=_PATIENCE, allow_redirects=False)
            except requests.RequestException as fault:
                return f"{sent}, then it did not answer ({type(fault).__name__}). The run itself is not affected."
            if not 200 <= answer.status_code < 300:
                return f"{sent}, then it answered {answer.status_code}. Check [openlineage] url and {KEY_VARIABLE}."
    return None


class _Bearer(requests.auth.AuthBase):
    """The key and no other: without an `auth` of our own requests takes a password from a .netrc file."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request
