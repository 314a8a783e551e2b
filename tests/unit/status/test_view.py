"""Status as it stands in a terminal, narrow and wide, in both languages, and as a record."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from dagster_project import cli, language
from dagster_project.demo import init_workspace
from dagster_project.doctor import Finding
from dagster_project.run import RunState
from dagster_project.status.look import DatasetState, Morning
from dagster_project.status.todo import Todo
from dagster_project.status.view import View, as_record
from dagster_project.workspace import Workspace

HAD = DatasetState(
    source="cbs",
    dataset="arbeidsdeelname_gemeenten",
    is_own=False,
    is_wired=True,
    names=("86008NED",),
    checked_at="2026-11-26T05:00:00Z",
    changed_on=date(2025, 3, 1),
    rows=12345,
    origin="wire",
    is_synthetic=False,
    gate="passed",
    trouble="out of reach since 2026-11-20; succeeded by 99999NED",
    expected_on=date(2026, 3, 1),
    is_overdue=True,
)
NEVER = replace(
    HAD, dataset="woz", checked_at=None, changed_on=None, trouble="", expected_on=None, is_overdue=False, gate=""
)
OWN = replace(HAD, source="municipal", dataset="plans", is_own=True, trouble="", expected_on=None, is_overdue=False)
RUN = RunState(
    *("0123456789abcdef", "2026-11-26T05:00:00Z", "2026-11-26", "x", "c", "f", "0.1.0"),
    outcome="refused",
    exit_code=3,
    message="Suite cbs found [b]nothing[/b] \x1b[2J. The publication p-1 still stands.",
    validations=[{"result": "passed"}, {"result": "failed"}],
)


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    init_workspace(tmp_path, "GM0396", "Heemskerk", registrations=False)
    return Morning(
        workspace=Workspace(tmp_path),
        today=date(2026, 11, 26),
        manifest={
            "publication_id": "20261126T154645Z-1e36cc88",
            "created_at": "2026-11-26T15:47:19Z",
            "as_of": "2026-11-26",
            "tables": {"a": {"rows": 1000}, "b": {"rows": 234}},
        },
        runs=(RUN,),
        datasets=(HAD, NEVER, OWN, replace(OWN, dataset="opgaven", gate="warned")),
        originals=(),
        last_edition="2026-10",
        next_edition="2027-04",
        disk=Finding("ok", "disk", "54.3 GB free at /srv/opkoers/data"),
        notices="Nobody is told when a run is refused: [notify] in opkoers.toml is empty.",
        is_refreshing=False,
    )


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
    assert "1 datasets were never had" in text
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
        assert "In drop/ lie 1 files that were not taken yet." in told
    assert not (tmp_path / "data").exists(), "status left something behind"
