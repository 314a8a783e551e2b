"""Lineage events reach a real service, and whatever that does, the run ends as it would."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from dagster_project.conclusion import conclude
from dagster_project.errors import GateRefused
from dagster_project.publication import Published
from dagster_project.run import Run, RunOptions, finished_runs
from dagster_project.standards.emission import KEY_VARIABLE, post_events
from dagster_project.standards.openlineage import FILE
from dagster_project.status import status
from dagster_project.workspace import SETTINGS_FILE, Workspace
from tests.unit.site.page_build import make_workspace
from tests.unit.standards.openlineage_schema import faults

RUN_ID = "61de7a45-40ff-41e0-8481-553b1d02b019"
SECRET = "key-of-the-service"


@dataclass
class Service:
    """A service on this machine: what it was sent, and what it answers."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(*answers: int) -> Iterator[Service]:
    service = Service(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.events.append(json.loads(body))
            service.headers.append(dict(self.headers))
            self.send_response(service.answers.pop(0) if service.answers else 201)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}/api/v1/lineage"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def closed_port() -> str:
    """An address on this machine where nobody answers any more."""
    with serving() as service:
        return service.url


def begun(folder: Path, url: str) -> Run:
    workspace = make_workspace(folder)
    path = workspace.root / SETTINGS_FILE
    path.write_text(path.read_text(encoding="utf-8") + f'[openlineage]\nurl = "{url}"\n', encoding="utf-8")
    run = Run(Workspace(folder), RUN_ID, RunOptions())
    run.begin()
    return run


def test_events_arrive_whole_in_their_order_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as service:
        assert post_events(service.url, ['{"n": 1}', '{"n": "tweeë"}'], SECRET) is None
    assert service.events == [{"n": 1}, {"n": "tweeë"}]
    assert [each["Authorization"] for each in service.headers] == [f"Bearer {SECRET}"] * 2
    assert service.headers[0]["Content-Type"] == "application/json"


def test_without_a_key_none_is_sent_not_even_one_of_a_netrc_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving() as service:
        assert post_events(service.url, ["{}"], None) is None
    assert "Authorization" not in service.headers[0]


@pytest.mark.parametrize("answer", [401, 500, 302])
def test_a_service_that_does_not_take_an_event_gets_no_more(answer: int) -> None:
    with serving(201, answer) as service:
        trouble = post_events(service.url, ["{}"] * 3, SECRET)
    assert trouble is not None
    assert trouble.startswith(f"Lineage events: 1 of 3 reached 127.0.0.1, then it answered {answer}.")
    assert SECRET not in trouble
    assert len(service.events) == 2


def test_a_service_out_of_reach_is_told_by_its_name_only() -> None:
    trouble = post_events(closed_port(), ["{}"], SECRET)
    assert trouble is not None
    assert "0 of 1 reached 127.0.0.1, then it did not answer (ConnectionError)" in trouble
    assert SECRET not in trouble


def test_a_slow_service_does_not_hold_the_run_up() -> None:
    moments = iter([0.0, 1.0, 61.0])
    with serving() as service:
        trouble = post_events(service.url, ["{}"] * 3, None, clock=lambda: next(moments))
    assert trouble == "Lineage events: 1 of 3 reached 127.0.0.1, and the rest would take more than 60 seconds."


def test_a_refused_run_sends_fail_once_and_ends_as_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    with serving() as service:
        run = begun(tmp_path, service.url)
        state = conclude(run, error=GateRefused("The gate refused."))
        conclude(run, error=RuntimeError("What failed after that."))
    assert (state.outcome, state.exit_code, state.notes) == ("refused", 3, [])
    assert [each["eventType"] for each in service.events] == ["START", "FAIL"]
    assert [fault for event in service.events for fault in faults(event)] == []
    message = service.events[-1]["run"]["facets"]["errorMessage"]["message"]
    assert message == "The gate refused. Nothing was published yet."
    assert {each["Authorization"] for each in service.headers} == {f"Bearer {SECRET}"}


def test_a_published_run_sends_the_events_of_its_publication(tmp_path: Path) -> None:
    with serving() as service:
        run = begun(tmp_path, service.url)
        folder = run.workspace.publications / "P1"
        folder.mkdir(parents=True)
        (folder / FILE).write_text('{"eventType": "START"}\n{"eventType": "COMPLETE"}\n', encoding="utf-8")
        state = conclude(run, Published("P1", folder, {}))
    assert state.outcome == "published"
    assert service.events == [{"eventType": "START"}, {"eventType": "COMPLETE"}]


def test_a_run_without_news_says_so(tmp_path: Path) -> None:
    with serving() as service:
        conclude(begun(tmp_path, service.url))
    assert [each["eventType"] for each in service.events] == ["START", "COMPLETE"]


def test_a_service_out_of_reach_is_noted_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    run = begun(tmp_path, closed_port())
    with caplog.at_level(logging.WARNING):
        state = conclude(run)
    assert (state.outcome, state.exit_code, state.set_aside) == ("nothing_new", 0, [])
    (kept,) = finished_runs(run.workspace)
    (note,) = kept.notes
    assert note.startswith("Lineage events: 0 of 2 reached 127.0.0.1")
    assert note in caplog.text
    assert SECRET not in caplog.text + json.dumps(kept.__dict__)
    console = Console(width=400, file=StringIO())
    console.print(status(run.workspace))
    assert f"those that already stand published. {note}" in console.file.getvalue()  # type: ignore[attr-defined]


def test_where_no_address_is_set_nothing_is_sent(tmp_path: Path) -> None:
    state = conclude(begun(tmp_path, ""), error=GateRefused("The gate refused."))
    assert (state.outcome, state.notes) == ("refused", [])
