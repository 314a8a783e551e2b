"""The same pins give the same bytes: on another day, in another place, with whatever else a machine may differ in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.publication import current_folder, read_manifest
from dagster_project.workspace import Workspace

HERE = Path(__file__).parent
FIRST_DAY = datetime(2026, 12, 1, 9, tzinfo=UTC)
"""After the sample was recorded, and before any of its measurements falls due."""


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that shifts the clock of a process, whatever it is written in."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("the clock can be shifted on Linux only, and with a C compiler")
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(HERE / "other_day" / "clock.c"), "-ldl"]
    subprocess.run(command, check=True)
    return library


class Machine:
    """Runs the command in a process of its own, on a day and in surroundings of its own."""

    def __init__(self, clock: Path, day: datetime, **environment: str) -> None:
        shift = str(int((day - datetime.now(UTC)).total_seconds()))
        self._environment = {**os.environ, "LD_PRELOAD": str(clock), "OTHER_DAY_SECONDS": shift, **environment}

    def run(self, workspace: Path, *arguments: str) -> tuple[int, str]:
        """How a command ended, and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "dagster_project.cli", *arguments, "--workspace", str(workspace)],
            env={**self._environment, "PYTHONPATH": str(HERE.parents[1])},
            cwd=workspace.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def clocks(self) -> list[str]:
        """What day it is to Python, and to DuckDB, which is written in another language."""
        code = "import datetime, duckdb; print(datetime.date.today(), duckdb.sql('select now()::date').fetchone()[0])"
        done = subprocess.run(
            [sys.executable, "-c", code], env=self._environment, capture_output=True, text=True, check=True
        )
        return done.stdout.split()


@pytest.fixture(scope="module")
def demo(clock: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo as it was made on the first day."""
    folder = tmp_path_factory.mktemp("first") / "demo"
    machine = Machine(clock, FIRST_DAY, TZ="Europe/Amsterdam", PYTHONHASHSEED="1", LC_ALL="C.UTF-8")
    code, said = machine.run(folder, "demo")
    assert code == 0, said
    return folder


@pytest.mark.long
def test_a_rebuild_on_another_day_and_elsewhere_gives_the_same_bytes(clock: Path, demo: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "op een andere plek" / "werkruimte"
    shutil.copytree(demo, elsewhere, symlinks=True, ignore=shutil.ignore_patterns("dagster"))
    another = Machine(
        clock, FIRST_DAY + timedelta(days=200), TZ="Pacific/Kiritimati", PYTHONHASHSEED="4242", LC_ALL="C", LANG="C"
    )
    assert another.clocks() == ["2027-06-19", "2027-06-19"]
    cores = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(cores)})  # one thread for DuckDB, where the first build had them all
        code, said = another.run(elsewhere, "verify")
    finally:
        os.sched_setaffinity(0, cores)
    assert code == 0, said
    manifest = _standing(demo)
    pins = len(manifest["pins"])  # type: ignore[arg-type]
    assert f"{manifest['publication_id']}, built anew from its {pins} pins, gives the same bytes." in said, said
    assert str(manifest["content_hash"]) in said


@pytest.mark.long
def test_a_refresh_on_the_next_day_has_nothing_new(clock: Path, demo: Path) -> None:
    before = _standing(demo)
    assert str(before["created_at"]).startswith("2026-12-01T09:"), "the clock is that of the first day"
    code, said = Machine(clock, FIRST_DAY + timedelta(days=1)).run(demo, "refresh", "--offline")
    assert code == 0, said
    assert said.startswith("Nothing new since 2026-12-01T09:")
    assert _standing(demo) == before


def _standing(workspace: Path) -> dict[str, object]:
    folder = current_folder(Workspace(workspace))
    assert folder is not None
    return read_manifest(folder)
