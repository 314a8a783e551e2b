"""The worker as a process: it answers, it lets go of the database, and every way of failing is a broken gate."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

import dagster_project
from dagster_project.gate.client import GateWorker

HOME = Path(dagster_project.__file__).resolve().parents[1]
PATIENCE = 60.0


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateWorker]:
    """One warm worker for the tests that do it no harm."""
    with GateWorker(tmp_path_factory.mktemp("worker") / "gate.log") as started:
        yield started


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[GateWorker]:
    with GateWorker(tmp_path / "logs" / "gate.log") as started:
        yield started


def is_running(pid: int) -> bool:
    """Whether a process still does something; one that ended and was not fetched yet does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.is_file() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def ends(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)


def test_one_worker_runs_both_gates_and_lets_go_of_the_database_after_each(
    worker: GateWorker, build: Callable[[str], Path]
) -> None:
    path = build("")
    first = worker.run("after_ingest", path, "r1")
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table marts.between_the_gates as select 1")
    second = worker.run("after_build", path, "r1")
    assert (first.stage, second.stage) == ("after_ingest", "after_build")
    assert not first.refused
    assert not second.refused
    assert {row["run_id"] for row in first.rows} == {"r1"}


def test_a_failing_check_comes_back_as_a_refusal(worker: GateWorker, build: Callable[[str], Path]) -> None:
    report = worker.run("after_build", build("update marts.fct_indicator_value set value = -3"), "r1")
    assert report.refused
    assert not report.broken
    assert not report.passed("fct_indicator_value")
    assert report.passed("dim_region")


def test_a_killed_worker_is_a_broken_gate(doomed: GateWorker, sound_build: Path) -> None:
    assert doomed.pid is not None
    os.kill(doomed.pid, signal.SIGKILL)
    report = doomed.run("after_ingest", sound_build, "r1")
    assert report.broken
    assert report.refused
    assert "The gate after_ingest is broken: its worker failed: it ended without an answer" in report.sentence
    assert not report.passed("cbs_observation")


def test_a_worker_that_does_not_answer_in_time_is_a_broken_gate_and_is_ended(
    doomed: GateWorker, sound_build: Path
) -> None:
    pid = doomed.pid
    report = doomed.run("after_ingest", sound_build, "r1", timeout=0.01)
    assert report.broken
    assert "it gave no answer within 0.01 seconds" in report.sentence
    assert pid is not None
    assert ends(pid)


def test_after_a_failure_every_later_gate_is_broken_too(doomed: GateWorker, sound_build: Path) -> None:
    doomed.run("after_ingest", sound_build, "r1", timeout=0.01)
    assert doomed.run("after_build", sound_build, "r1").broken


def test_an_answer_that_is_no_report_is_a_broken_gate(
    tmp_path: Path, sound_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('all is well', flush=True)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with GateWorker(tmp_path / "gate.log") as talker:
        report = talker.run("after_ingest", sound_build, "r1")
    assert report.broken
    assert "it gave an answer that is no report" in report.sentence


def test_a_worker_that_was_never_started_is_a_broken_gate(tmp_path: Path, sound_build: Path) -> None:
    report = GateWorker(tmp_path / "gate.log").run("after_ingest", sound_build, "r1")
    assert report.broken
    assert "it does not run" in report.sentence


def test_a_closed_worker_is_gone_and_closing_twice_is_no_fault(doomed: GateWorker) -> None:
    pid = doomed.pid
    doomed.close()
    doomed.close()
    assert pid is not None
    assert not is_running(pid)
    assert doomed.pid is None


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="looks at processes through /proc")
def test_a_worker_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from dagster_project.gate import GateWorker;"
        "print(GateWorker(Path(sys.argv[1])).start().pid, flush=True); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "gate.log")],
        cwd=HOME,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ends(int(parent.stdout))
