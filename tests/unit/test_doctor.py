"""The doctor finds what is wrong with a machine, says what to do, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import pytest

from dagster_project import doctor
from dagster_project.demo import init_workspace
from dagster_project.doctor import Finding, examine, exit_code
from dagster_project.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    init_workspace(tmp_path / "heemskerk", "GM0396", "Heemskerk")
    return Workspace(tmp_path / "heemskerk")


@pytest.fixture
def service() -> Iterator[tuple[str, list[int]]]:
    """A service that answers with the status in its list."""
    status = [200]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", status
    server.shutdown()
    server.server_close()


def of(findings: list[Finding], subject: str) -> list[Finding]:
    return [finding for finding in findings if finding.subject == subject]


def test_a_fresh_workspace_is_well_and_is_left_as_it_was(workspace: Workspace) -> None:
    before = sorted(workspace.root.rglob("*"))
    findings = list(examine(workspace, offline=True))
    assert [finding for finding in findings if finding.state == "fault"] == []
    assert exit_code(findings) == 0
    assert of(findings, "last run")[0].way_out == "Run: opkoers refresh"
    assert sorted(workspace.root.rglob("*")) == before


def test_whatever_is_not_well_says_what_to_do(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPKOERS_CHROMIUM", "no-such-browser")
    (workspace.root / "data" / "secret.age").unlink()
    for finding in examine(workspace, offline=True):
        assert finding.state == "ok" or finding.way_out or "opkoers key make" in finding.found, finding


def test_a_key_that_others_can_read_is_a_fault(workspace: Workspace) -> None:
    (workspace.root / "data" / "secret.key").chmod(0o644)
    findings = list(examine(workspace, offline=True))
    faults = [finding for finding in findings if finding.state == "fault"]
    assert [fault.subject for fault in faults] == ["key"]
    assert "chmod 600" in faults[0].found
    assert exit_code(findings) == 2


def test_a_gemeente_that_merged_is_worth_a_note(workspace: Workspace) -> None:
    assert of(list(examine(workspace, offline=True)), "gemeente")[0].state == "ok"
    settings = workspace.root / "opkoers.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(workspace.settings.gemeente, "GM0457"))
    noted = of(list(examine(Workspace(workspace.root), offline=True)), "gemeente")[0]
    assert (noted.state, "Amsterdam (GM0363)" in noted.found) == ("note", True)
    assert "mergers" in noted.way_out


def test_too_little_room_is_a_fault(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(workspace.root)._replace(free=5_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    disk = of(list(examine(workspace, offline=True)), "disk")[0]
    assert disk.state == "fault"
    assert "2.0 GB" in disk.way_out


def test_another_version_than_the_product_asks_for_is_a_fault(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["duckdb==1.0.0", "numpy>=2", "no-such-package-here>=1"])
    found = of(list(examine(workspace, offline=True)), "packages")[0]
    assert found.state == "fault"
    assert "expected ==1.0.0" in found.found
    assert "no-such-package-here is missing" in found.found
    assert "numpy" not in found.found


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_of_another_user_is_a_fault(workspace: Workspace) -> None:
    """The root user may write anywhere, so another user looks."""
    for folder in (workspace.root, *workspace.root.parents):
        if folder.stat().st_uid == 0 and folder.is_relative_to("/tmp"):  # noqa: S108 - where pytest keeps its folders
            folder.chmod(0o755 if folder != Path("/tmp") else 0o1777)  # noqa: S108
    look = (
        "import os, sys; from pathlib import Path; from dagster_project.doctor import _writable;"
        "os.setuid(65534); print(_writable(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", look, str(workspace.data)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "state='fault'" in done.stdout
    assert "chown or chmod" in done.stdout


def test_a_service_answers_or_not(
    workspace: Workspace, service: tuple[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, status = service
    for name in ("OPKOERS_CBS_V3_URL", "OPKOERS_CBS_V4_URL"):
        monkeypatch.setenv(name, url)
    monkeypatch.setenv("OPKOERS_DUO_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(doctor, "_PATIENCE_SECONDS", 2.0)
    status[0] = 404  # an address that means nothing there: the service is reached all the same
    findings = of(list(examine(workspace)), "reach")
    assert [finding.state for finding in findings] == ["ok", "ok", "unreachable"]
    assert exit_code(findings) == 4
    status[0] = 503
    assert [finding.state for finding in of(list(examine(workspace)), "reach")] == ["unreachable"] * 3


def test_a_source_that_is_off_is_not_asked(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = workspace.root / "opkoers.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("[sources]", "[sources]\ncbs = false\nduo = false")
    )
    assert of(list(examine(Workspace(workspace.root))), "reach") == []


def test_a_fault_outweighs_a_source_out_of_reach() -> None:
    assert exit_code([Finding("unreachable", "reach", "x"), Finding("fault", "disk", "y")]) == 2
