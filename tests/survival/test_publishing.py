"""Faults in publishing and in the commands, readers over many publications, and a refresh during `verify`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.survival.base import copy_tree
from tests.survival.launch import run, strike

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="signals, limits and modes are others here"),
]
OPKOERS = (sys.executable, "-m", "dagster_project.cli")


@pytest.mark.parametrize("group", ["publishing", "commands"])
def test_faults_in(group: str, base: Path) -> None:
    strike(base, group)


def test_readers_over_fifty_publications(base: Path) -> None:
    run(base, "--publications", "50")


def test_a_refresh_that_comes_during_verify_is_turned_away_and_hurts_nothing(base: Path, tmp_path: Path) -> None:
    copy_tree(base / "published", tmp_path)
    with (tmp_path / "measurements.csv").open("a") as stream:
        stream.write("\n")
    refresh = (*OPKOERS, "refresh", "--offline", "--workspace", str(tmp_path))
    verify = subprocess.Popen(
        (*OPKOERS, "verify", "--workspace", str(tmp_path)), stderr=subprocess.PIPE, encoding="utf-8"
    )
    with verify:
        assert verify.stderr
        assert any("is built anew" in line for line in verify.stderr), "it ended before it built anything"
        beside = subprocess.run(refresh, capture_output=True, encoding="utf-8", check=False)
        told = verify.stderr.read()
    assert beside.returncode == 2, beside.stdout + beside.stderr
    assert "or a verification. Wait until it ends" in beside.stdout + beside.stderr
    assert verify.returncode == 0, told
    after = subprocess.run(refresh, capture_output=True, encoding="utf-8", check=False)
    assert after.returncode == 5, after.stdout + after.stderr
