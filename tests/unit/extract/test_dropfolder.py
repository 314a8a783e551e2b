"""The drop folder: what is taken, what waits, and what is turned away."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dagster_project.extract import dropfolder, incoming
from dagster_project.extract.completeness import is_open_for_writing
from dagster_project.workspace import Workspace
from tests.unit.extract.dropped import ALL, drop, drop_dump, lay_still, names, posix_only
from tests.unit.extract.files import BENCHMARK, CSSD, TOEKENNINGEN

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs file leases")


def test_exports_are_found_by_their_names_whatever_the_case(workspace: Workspace) -> None:
    drop(workspace, "Export_SUITE4SD_Toekenningen_2024.CSV")
    drop(workspace, "divosa_benchmark_2024.csv")
    drop_dump(workspace, "CSSD 2025")
    assert names(dropfolder.incoming(workspace, ALL)) == [
        ("CSSD 2025", "registration/suite4sd_cssd"),
        ("Export_SUITE4SD_Toekenningen_2024.CSV", "registration/suite4sd_toekenningen"),
        ("divosa_benchmark_2024.csv", "divosa/benchmark_werk_inkomen"),
    ]
    assert dropfolder.strays(workspace, ALL) == []
    assert [item.name for item in dropfolder.incoming(workspace, [BENCHMARK])] == ["divosa_benchmark_2024.csv"]


def test_hidden_files_and_read_me_files_are_passed_over(workspace: Workspace) -> None:
    for name in (".hidden_cssd", "LEESMIJ.txt", "README.md", "Thumbs.db", "suite4sd_toekenningen.csv.part"):
        drop(workspace, name)
    assert dropfolder.incoming(workspace, ALL) == []
    assert dropfolder.strays(workspace, ALL) == []


def test_a_file_that_fits_nothing_is_rejected_with_its_reason_beside_it(workspace: Workspace) -> None:
    drop(workspace, "foto.jpg", b"\xff\xd8")
    ((stray, reason),) = dropfolder.strays(workspace, ALL)
    target = incoming.reject(stray, reason)
    assert target == workspace.root / "rejected" / "foto.jpg"
    assert target.read_bytes() == b"\xff\xd8"
    text = (workspace.root / "rejected" / "foto.jpg.reason.txt").read_text(encoding="utf-8")
    assert text.startswith("No contract fits the name 'foto.jpg'; known patterns: *cssd*, *divosa*benchmark*.csv")
    assert list(workspace.drop.iterdir()) == []


def test_a_name_that_fits_two_contracts_is_turned_away(workspace: Workspace) -> None:
    drop(workspace, "suite4sd_toekenningen_divosa_benchmark.csv")
    assert dropfolder.incoming(workspace, ALL) == []
    ((_, reason),) = dropfolder.strays(workspace, ALL)
    assert "more than one contract: registration/suite4sd_toekenningen, divosa/benchmark_werk_inkomen" in reason


def test_a_file_where_a_folder_is_expected_is_turned_away_and_the_other_way_round(workspace: Workspace) -> None:
    drop(workspace, "cssd_2025.zip")
    drop(workspace, "suite4sd_toekenningen.csv/a.txt")
    assert dropfolder.incoming(workspace, ALL) == []
    assert [reason.split(" expects ")[1] for _, reason in dropfolder.strays(workspace, ALL)] == [
        "a folder with table dumps, found a file.",
        "a file, found a folder.",
    ]


def test_exports_of_a_source_that_is_off_wait(workspace: Workspace) -> None:
    settings = workspace.root / "opkoers.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "[sources]\ndivosa = false\n", encoding="utf-8")
    drop(workspace, "divosa_benchmark_2024.csv")
    assert dropfolder.strays(Workspace(workspace.root), [TOEKENNINGEN, CSSD]) == []


@posix_only
def test_links_are_turned_away_and_what_they_point_to_stays(workspace: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("geheim", encoding="utf-8")
    (workspace.drop / "suite4sd_toekenningen.csv").symlink_to(secret)
    (drop_dump(workspace, "cssd_2025") / "extra.csv").symlink_to(secret)
    assert dropfolder.incoming(workspace, ALL) == []
    strays = dropfolder.strays(workspace, ALL)
    assert [(item.name, "holds, a link" in reason) for item, reason in strays] == [
        ("cssd_2025", True),
        ("suite4sd_toekenningen.csv", True),
    ]
    for item, reason in strays:
        incoming.reject(item, reason)
    assert secret.read_text(encoding="utf-8") == "geheim"
    assert list(workspace.drop.iterdir()) == []


def test_a_file_that_is_still_being_written_is_left_for_the_next_run(workspace: Workspace) -> None:
    path = workspace.drop / "suite4sd_toekenningen.csv"
    path.write_bytes(b"half")
    done = threading.Event()

    def keep_writing() -> None:
        while not done.wait(0.02):
            with path.open("ab") as stream:
                stream.write(b"more")

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        assert dropfolder.incoming(workspace, ALL, settle=0.2) == []
    finally:
        done.set()
        writer.join()
    assert [item.name for item in dropfolder.incoming(workspace, ALL, settle=0.1)] == [path.name]


def test_a_file_that_lies_still_needs_no_wait(workspace: Workspace) -> None:
    drop(workspace, "suite4sd_toekenningen.csv")
    began = time.monotonic()
    assert len(dropfolder.incoming(workspace, ALL, settle=30)) == 1
    assert time.monotonic() - began < 5


@linux_only
def test_a_file_that_another_program_has_open_for_writing_is_waited_for(workspace: Workspace) -> None:
    still, held = drop(workspace, "divosa_benchmark_2024.csv"), drop(workspace, "suite4sd_toekenningen_2024.csv")
    folder = drop_dump(workspace, "cssd_2025")
    for path in (held, folder / "szukhis.csv"):
        with held_open(path):  # it stands still, and its time is long ago
            look = dropfolder.look(workspace, ALL)
            name = "cssd_2025" if path.parent == folder else held.name
            assert look.waiting == {name: f"{path.name} is open for writing"}
            assert still.name in [item.name for item in look.exports]
    assert len(dropfolder.look(workspace, ALL).exports) == 3


@linux_only
def test_a_reader_is_not_waited_for_and_a_writer_is_not_disturbed(workspace: Workspace) -> None:
    path = drop(workspace, "suite4sd_toekenningen.csv")
    with path.open("rb"):
        assert len(dropfolder.incoming(workspace, ALL)) == 1
    done = threading.Event()

    def keep_opening() -> None:
        while not done.is_set():
            with path.open("r+b"):
                pass

    opener = threading.Thread(target=keep_opening)
    opener.start()
    try:
        for _ in range(2000):  # the signal of a broken lease would end this process
            is_open_for_writing(path)
    finally:
        done.set()
        opener.join()


@contextmanager
def held_open(path: Path) -> Iterator[None]:
    """Another process that has a file open for writing and writes nothing."""
    hold = f"stream = open({str(path)!r}, 'ab'); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        yield
        process.communicate("\n")


@linux_only
def test_a_folder_of_another_machine_rests_on_its_size_alone(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(workspace, "suite4sd_toekenningen.csv")
    monkeypatch.setattr("dagster_project.extract.completeness._is_remote", lambda _: True)
    with held_open(path):
        assert len(dropfolder.incoming(workspace, ALL)) == 1


def test_a_folder_with_an_unfinished_file_waits_and_so_does_an_empty_one(workspace: Workspace) -> None:
    drop(workspace, "cssd_2025/deep/.szukhis.csv.part")
    (workspace.drop / "cssd_2026").mkdir()
    lay_still(workspace.drop / "cssd_2025")
    lay_still(workspace.drop / "cssd_2026")
    drop(workspace, "divosa_benchmark.csv.part")
    look = dropfolder.look(workspace, ALL)
    assert (look.exports, look.strays) == ([], [])
    assert look.waiting == {
        "cssd_2025": ".szukhis.csv.part is not finished, by its name",
        "cssd_2026": "it is an empty folder",
        "divosa_benchmark.csv.part": "divosa_benchmark.csv.part is not finished, by its name",
    }


def test_a_folder_to_which_a_file_is_added_during_the_look_waits(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = drop_dump(workspace, "cssd_2025")
    os.utime(folder)
    monkeypatch.setattr(time, "sleep", lambda _: (folder / "late.csv").write_text("a\n"))
    assert dropfolder.look(workspace, ALL).waiting == {"cssd_2025": "it is growing"}


def test_a_file_that_goes_away_during_the_look_is_no_error(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(workspace, "suite4sd_toekenningen.csv")
    os.utime(path)
    monkeypatch.setattr(time, "sleep", lambda _: path.unlink())
    assert dropfolder.look(workspace, ALL).waiting == {path.name: "it is growing"}


def test_exports_may_be_workbooks_and_parquet_where_their_kind_is_read_from_them(workspace: Workspace) -> None:
    for name in ("suite4sd_toekenningen.xlsx", "suite4sd_toekenningen_2024.PARQUET", "divosa_benchmark.xlsx"):
        drop(workspace, name)
    assert len(dropfolder.incoming(workspace, ALL)) == 3
    drop(workspace, "divosa_benchmark.parquet")
    ((_, reason),) = dropfolder.strays(workspace, ALL)
    assert "No contract fits the name 'divosa_benchmark.parquet'" in reason
    open_ended = BENCHMARK.model_copy(update={"file_pattern": "*divosa*"})
    ((_, reason),) = dropfolder.strays(workspace, (TOEKENNINGEN, open_ended))
    assert "reads files that end in .csv, .txt, .xlsx, found '.parquet'" in reason
