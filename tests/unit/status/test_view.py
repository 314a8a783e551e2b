"""Status as it stands in a terminal, narrow and wide, in both languages, and as a record."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from dagster_project import cli, language
from dagster_project.demo import init_workspace
from dagster_project.status.look import Morning
from dagster_project.status.todo import Todo
from dagster_project.status.view import View, as_record
from tests.unit.status.conftest import RUN


def shown(morning: Morning, width: int, todos: list[Todo], *, is_whole: bool = False) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(View(morning, todos, is_whole))
    return console.export_text()


@pytest.mark.parametrize("spoken", ["nl", "en"])
@pytest.mark.parametrize("width", [80, 120, 160])
def test_it_fits_the_terminal_and_keeps_its_columns(
    morning: Morning, width: int, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(language.VARIABLE, spoken)
    text = shown(morning, width, [Todo(RUN.message, "opkoers gate explain", True)])
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    for whole in ("arbeidsdeelname_gemeenten", "2025-03-01", "2026-03-01", "99999NED", "20261126T154645Z-1e36cc88"):
        assert whole in text, f"{whole} is cut off at {width}"
    late = "!" if width < 120 else "te laat" if spoken == "nl" else "late"
    assert f"2026-03-01 {late}" in text
    assert ("86008NED" in text) == (width >= 120)
    assert "[notify]" in text
    assert "[b]nothing[/b]" in text, "what a message holds is no markup"
    assert "\x1b" not in text


def test_own_files_stand_together_and_what_was_never_had_is_counted(morning: Morning) -> None:
    text = shown(morning, 100, [])
    own = next(line for line in text.splitlines() if "own files" in line)
    assert "warned" in own, "the worst of their gates counts"
    assert "plans" not in text
    assert "Never had: 1 datasets" in text
    assert "woz" not in text
    assert "Nothing to do." in text
    whole = shown(morning, 100, [], is_whole=True)
    assert {"plans", "opgaven", "woz"} <= set(whole.split())


def test_a_record_holds_the_same_for_machines(morning: Morning) -> None:
    record = json.loads(json.dumps(as_record(morning, [Todo("a", "b")]), default=str))
    assert record["publication"]["rows"] == 1234
    assert record["todo"] == [{"sentence": "a", "way_out": "b", "is_urgent": False}]
    assert record["datasets"][0]["expected_on"] == "2026-03-01"
    assert record["runs"][0] | {"checks": 2, "checks_passed": 1, "outcome": "refused"} == record["runs"][0]


def test_before_the_first_publication_it_says_what_to_do_and_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init_workspace(tmp_path, "GM0396", "Heemskerk", registrations=False)
    (tmp_path / "drop" / "gmsd_2024.csv").write_text("x\n")
    for arguments in ([], ["--json"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(["status", "--workspace", str(tmp_path), *arguments])
        assert ended.value.code == 0
        told = capsys.readouterr().out
        assert "Nothing is published yet." in told
        assert "Files in drop/ that were not taken yet: 1." in told
    assert not (tmp_path / "data").exists(), "status left something behind"
