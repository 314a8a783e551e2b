"""Status tells of every original until when it is kept."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from dagster_project.registration import vault as vault_module
from dagster_project.registration.vault import Vault
from dagster_project.run import today
from dagster_project.status import status
from dagster_project.workspace import Workspace
from tests.unit.registration.originals import deliver


def lines_of(workspace: Workspace) -> list[str]:
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(status(workspace))
    return console.export_text().splitlines()


def test_every_original_has_its_day(
    vault: Vault, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recent = today() - timedelta(days=10)
    for moment in ("2025-01-01T12:00:00Z", "2025-05-01T12:00:00Z", f"{recent}T12:00:00Z"):
        monkeypatch.setattr(vault_module, "utc_now", lambda moment=moment: moment)
        deliver(vault, tmp_path, moment, f"grants_{moment[:10]}.csv")
    vault.forget(date(2025, 2, 1))
    assert any("opkoers forget" in line for line in lines_of(workspace))
    forgotten, over, kept = (line for line in lines_of(workspace) if "registration/grants" in line)
    assert f"forgotten {recent}" in forgotten
    assert "grants_2025-05-01.csv" in over
    assert "2025-08-09, which is over" in over
    assert (recent + timedelta(days=100)).isoformat() in kept


def test_without_originals_nothing_is_said_of_them(workspace: Workspace) -> None:
    assert not [line for line in lines_of(workspace) if "kept until" in line]
