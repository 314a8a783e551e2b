"""What is remembered of failed attempts, and when it spares another one."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest

from dagster_project import pulls
from dagster_project.attempts import FILE, Attempt, failed, note_attempts, read_attempts
from dagster_project.contracts import contract
from dagster_project.workspace import Workspace

POPULATION = contract("cbs", "population")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n', encoding="utf-8")
    return Workspace(tmp_path)


def test_what_is_noted_is_read_back_and_struck_out_when_it_is_over(workspace: Workspace) -> None:
    attempt = failed(POPULATION, "unsound", "no measure M1", None, publisher_modified="stamp")
    note_attempts(workspace, {"cbs/population": attempt, "cbs/other": None})
    assert read_attempts(workspace) == {"cbs/population": attempt}
    assert attempt.sentence == "cbs/population: no measure M1"
    note_attempts(workspace, {"cbs/population": None})
    assert read_attempts(workspace) == {}


def test_nothing_is_written_while_nothing_fails(workspace: Workspace) -> None:
    note_attempts(workspace, {"cbs/population": None})
    assert not (workspace.data / FILE).exists()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"cbs/population": {"cause": "unsound"}}', '{"a": 1}'])
def test_a_damaged_file_is_taken_for_none(workspace: Workspace, content: str, caplog: pytest.LogCaptureFixture) -> None:
    workspace.data.mkdir()
    (workspace.data / FILE).write_text(content, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert read_attempts(workspace) == {}
    assert "every table is tried anew" in caplog.text


def test_it_spares_another_attempt_at_the_same_bytes_under_the_same_contract_only() -> None:
    attempt = failed(POPULATION, "unsound", "no measure", None, publisher_modified="stamp")
    assert attempt.covers(POPULATION, "stamp")
    assert not attempt.covers(POPULATION, "later")
    assert not attempt.covers(POPULATION, None)
    assert not attempt.covers(POPULATION.model_copy(update={"filter": None}), "stamp")
    assert failed(POPULATION, "vanished", "gone", None).covers(POPULATION, None)
    assert not failed(POPULATION, "unreachable", "silent", None).covers(POPULATION, None)


def test_it_lasts_since_the_first_of_its_kind() -> None:
    first = Attempt("unreachable", "2026-01-05T06:00:00Z", None, None, "f", "cbs/population: silent.")
    assert failed(POPULATION, "unreachable", "silent", first).since == first.since
    assert failed(POPULATION, "vanished", "gone", first).since != first.since


def test_it_is_told_with_what_serves_and_since_when() -> None:
    attempt = Attempt("unreachable", "2026-01-05T06:00:00Z", None, None, "f", "cbs/population: silent.")
    assert pulls.said(attempt, None, date(2026, 1, 5)) == "cbs/population: silent. For now no snapshot can serve."
    assert pulls.said(attempt, None, date(2026, 1, 7)).startswith(
        "cbs/population: silent. It is out of reach since 2026-01-05."
    )
