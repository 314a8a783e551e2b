"""The same pins give the same bytes: on another day, in another place, with whatever else a machine may differ in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.publication import current_folder, read_manifest
from dagster_project.run import remove_tree
from dagster_project.workspace import Workspace

HERE = Path(__file__).parent
FIRST_DAY = datetime(2026, 12, 1, 9, tzinfo=UTC)
"""After the sample was recorded, and before any of its measurements falls due."""


def opkoers(workspace: Path, day: datetime, *arguments: str, **environment: str) -> tuple[int, str]:
    """A command in a process of its own, on another day."""
    shift = (day - datetime.now(UTC)).total_seconds()
    path = os.pathsep.join([str(HERE / "other_day"), str(HERE.parents[1])])
    done = subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", *arguments, "--workspace", str(workspace)],
        env={**os.environ, "PYTHONPATH": path, "OTHER_DAY_SECONDS": str(shift), **environment},
        cwd=workspace.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo and an edition of it, as made on the first day."""
    folder = tmp_path_factory.mktemp("first") / "demo"
    surroundings = {"TZ": "Europe/Amsterdam", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"}
    for command in (["demo"], ["edition", "freeze", "2026-04"]):
        code, said = opkoers(folder, FIRST_DAY, *command, **surroundings)
        assert code == 0, said
    yield folder
    remove_tree(folder / "data" / "editions" / "2026-04")


def manifest_of(workspace: Path) -> dict[str, object]:
    folder = current_folder(Workspace(workspace))
    assert folder is not None
    return read_manifest(folder)


@pytest.mark.long
def test_a_rebuild_on_another_day_and_elsewhere_gives_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "op een andere plek" / "werkruimte"
    shutil.copytree(demo, elsewhere, symlinks=True)
    shutil.rmtree(elsewhere / "data" / "dagster")
    surroundings = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4242", "LC_ALL": "C", "LANG": "C"}
    affinity = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    try:
        if affinity:
            os.sched_setaffinity(0, {min(affinity)})  # one thread for DuckDB, where the first build had them all
        code, said = opkoers(elsewhere, FIRST_DAY + timedelta(days=200), "verify", **surroundings)
    finally:
        if affinity:
            os.sched_setaffinity(0, affinity)
        for folder in (elsewhere / "data" / "editions").glob("*"):
            remove_tree(folder)
    assert code == 0, said
    assert len(re.findall(r"built anew from its \d+ pins, gives the same bytes", said)) == 2, said


@pytest.mark.long
def test_a_refresh_on_the_next_day_has_nothing_new_and_a_build_as_of_the_first_day_says_the_same(demo: Path) -> None:
    before = manifest_of(demo)
    assert str(before["created_at"]).startswith("2026-12-01T09:"), "the clock is that of the first day"
    code, said = opkoers(demo, FIRST_DAY + timedelta(days=1), "refresh", "--offline")
    assert (code, said.strip().startswith("Nothing new since 2026-12-01T09:")) == (0, True), said
    assert manifest_of(demo) == before
    code, said = opkoers(demo, FIRST_DAY + timedelta(days=2), "refresh", "--as-of", "2026-12-01")
    assert code == 0, said
    assert manifest_of(demo) == before
    assert "Nothing new: the figures are those that already stand published." in said, said
    chained = (demo / "data" / "chain.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(chained[-1])["at"].startswith("2026-12-03T09:")
