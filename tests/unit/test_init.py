"""`opkoers init` asks three questions of a person, and none of a machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project import cli
from dagster_project.workspace import Workspace


def init(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["init", *arguments])
    return int(str(ended.value.code))


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")
def test_a_person_is_asked_three_things(tmp_path: Path) -> None:
    person, terminal = os.openpty()
    asked = subprocess.Popen(
        [sys.executable, "-m", "dagster_project.cli", "init"],
        cwd=tmp_path,
        env=os.environ | {"OPKOERS_LANG": "nl"},
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(person, b"Heerenvene\nHeerenveen\nnee\nmonitor@heerenveen.example\n")
    told, _ = asked.communicate(timeout=60)
    os.close(person)
    os.close(terminal)
    assert asked.returncode == 0, told
    assert "Er is geen gemeente 'Heerenvene'. Wat erop lijkt: Heerenveen (GM0074)." in told
    assert told.count("Voor welke gemeente?") == 2
    assert "Werkruimte voor Heerenveen (GM0074) in heerenveen." in told
    workspace = Workspace(tmp_path / "heerenveen")
    settings = workspace.settings
    assert (settings.gemeente, settings.gemeente_name, settings.language) == ("GM0074", "Heerenveen", "nl")
    assert settings.contact == "monitor@heerenveen.example"
    assert not workspace.source_is_on("registration")
    assert not workspace.data.exists(), "a key was made that nobody has a use for"


def test_options_leave_nothing_to_ask(tmp_path: Path) -> None:
    assert init(str(tmp_path / "w"), "--gemeente", "súdwest-fryslân", "--contact", "x@example.nl") == 0
    workspace = Workspace(tmp_path / "w")
    assert (workspace.settings.gemeente, workspace.settings.gemeente_name) == ("GM1900", "Súdwest-Fryslân")
    assert workspace.settings.contact == "x@example.nl"
    assert workspace.source_is_on("registration")
    assert (workspace.data / "secret.key").is_file()


def test_a_gemeente_that_is_newer_than_the_list_comes_with_its_name(tmp_path: Path) -> None:
    assert init(str(tmp_path / "w"), "--gemeente", "GM2999") == 2
    assert init(str(tmp_path / "w"), "--gemeente", "GM2999", "--name", "Nieuwe Stad") == 0
    assert Workspace(tmp_path / "w").settings.gemeente_name == "Nieuwe Stad"


def test_a_machine_is_asked_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert init() == 2  # the tests' own standard input is no terminal
    assert "opkoers init DIR --gemeente" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plans.csv").write_text("mine\n")
    assert init(str(tmp_path)) == 2, "the folder is looked at before anybody is asked anything"
    assert "already holds plans.csv" in capsys.readouterr().err
    assert (tmp_path / "plans.csv").read_text() == "mine\n"


@pytest.mark.skipif(os.name != "posix", reason="git is asked")
def test_git_takes_the_plan_and_leaves_data_exports_and_keys(tmp_path: Path) -> None:
    assert init(str(tmp_path), "--gemeente", "Heemskerk") == 0
    (tmp_path / "drop" / "SUITE4SD_toekenningen.csv").write_text("x")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    added = subprocess.run(["git", "ls-files"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout.split()
    assert {"opkoers.toml", "objectives.csv", "LEESMIJ.md", "drop/LEESMIJ.txt"} <= set(added)
    assert not [
        name for name in added if name.startswith("data/") or name.endswith((".key", ".age", "toekenningen.csv"))
    ]
