"""Fixtures of whole runs: the demo, made once, and a workspace in a made-up country with a stand-in service."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from dagster_project import run as run_module
from dagster_project import snapshots as snapshots_module
from dagster_project.demo import make_demo_workspace
from dagster_project.execution import refresh
from dagster_project.export.printing import CHROMIUM_VARIABLE, find_chromium
from dagster_project.run import RunOptions
from dagster_project.workspace import Workspace
from tests.integration.country import made_up_country, settle
from tests.standin.server import StandIn

Refresh = Callable[..., tuple[str, int]]
Clock = Callable[[date], None]


@pytest.fixture(scope="session", autouse=True)
def chromium() -> Iterator[str | None]:
    """The browser of this machine, out of sight of whole runs: a PDF in every refresh would double their time."""
    found = find_chromium()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHROMIUM_VARIABLE, "no-browser-in-this-test")
        yield found


@pytest.fixture(scope="session")
def published_demo(tmp_path_factory: pytest.TempPathFactory, chromium: str | None) -> Path:
    """The demo of Heemskerk after its first run, made once for all processes of the tests.

    It is there to be looked at: a test that writes in it takes a copy (`own_demo`).
    """
    del chromium  # out of sight, for the same reason
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = common / "published_demo"
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            made = folder.with_name("published_demo.made")
            make_demo_workspace(made)
            said, code = refresh(Workspace(made), RunOptions(offline=True))
            assert code == 0, said
            made.rename(folder)
    return folder


def own_demo(published_demo: Path, folder: Path) -> Workspace:
    """A copy of the published demo to write in."""
    shutil.copytree(published_demo, folder, symlinks=True)
    return Workspace(folder)


@pytest.fixture
def country(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in with all tables of the product's contracts; the environment points the product at it."""
    with made_up_country() as standin:
        for name, address in standin.environment.items():
            monkeypatch.setenv(name, address)
        yield standin


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A fresh workspace in the made-up country."""
    return Workspace(settle(tmp_path / "workspace"))


@pytest.fixture
def run_refresh(workspace: Workspace) -> Refresh:
    """Refresh that workspace, as the command does; returns what it said and the exit code."""

    def run(**options: object) -> tuple[str, int]:
        return refresh(workspace, RunOptions(**options))  # type: ignore[arg-type]

    return run


@pytest.fixture
def live_on(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the product's own clocks tell another day."""

    def live(day: date) -> None:
        class ThatDay(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return datetime(day.year, day.month, day.day, 9, tzinfo=UTC).astimezone(tz)

        for module in (run_module, snapshots_module):
            monkeypatch.setattr(module, "datetime", ThatDay)

    return live
