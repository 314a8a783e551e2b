"""What a command says on a terminal cannot be steered by what it quotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project import cli

BSN = "123456782"


def test_an_error_is_shown_in_sight(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "w\x1b[2J\u202e"
    folder.mkdir()
    with pytest.raises(SystemExit) as ended:
        cli.main(["status", "--workspace", str(folder)])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert r"w\x1b[2J\u202e" in told
    assert "\x1b" not in told


def test_an_internal_error_holds_no_number_of_a_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise KeyError(f"{BSN}\x1b[2J")

    monkeypatch.setattr(cli.running, "find_workspace", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main(["status"])
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith("Internal error: KeyError: ")
    assert BSN not in told
    assert "\x1b" not in told
