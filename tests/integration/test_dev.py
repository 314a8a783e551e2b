"""`opkoers dev` opens Dagster's own UI on the definitions of the workspace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.workspace import Workspace
from tests.ports import free_port

PATIENCE = 90
QUERY = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } schedules { name } } } } }"


@pytest.fixture
def address(workspace: Workspace) -> Iterator[str]:
    """Where the UI of a workspace listens; it is ended with everything that it started."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("opkoers")), "dev", "--port", str(port)]
    with (workspace.root / "dev.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--workspace", str(workspace.root)], stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(address: str) -> dict[str, list[dict[str, str]]]:
    """Jobs and schedules that the UI knows, asked until it answers."""
    request = urllib.request.Request(
        f"{address}/graphql", json.dumps({"query": QUERY}).encode(), {"Content-Type": "application/json"}
    )
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                (repository,) = json.load(answer)["data"]["repositoriesOrError"]["nodes"]
                return dict(repository)
        except (urllib.error.URLError, ConnectionError, ValueError):
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


@pytest.mark.skipif(os.name != "posix", reason="process groups are ended the POSIX way")
def test_the_ui_knows_the_jobs_and_their_schedules(address: str) -> None:
    repository = ask(address)
    assert {"edition", "refresh"} <= {job["name"] for job in repository["jobs"]}
    schedules = {schedule["name"] for schedule in repository["schedules"]}
    assert schedules == {"scheduled_duo", "scheduled_edition", "scheduled_refresh"}
