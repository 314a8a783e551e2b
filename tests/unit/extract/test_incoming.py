"""An export on its way in: copied, received, and laid where it belongs."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from dagster_project import language
from dagster_project.errors import UnsoundData
from dagster_project.extract import dropfolder, incoming
from dagster_project.snapshots import sha256_of
from dagster_project.workspace import Workspace
from tests.unit.extract.dropped import ALL, DUMP, drop, drop_dump, lay_still, posix_only


def test_the_run_key_follows_names_and_contents_alone(workspace: Workspace) -> None:
    drop(workspace, "suite4sd_toekenningen.csv")
    drop_dump(workspace, "cssd_2025")
    items = dropfolder.incoming(workspace, ALL)
    key = incoming.run_key(items)
    assert len(key) == 64
    assert incoming.run_key(reversed(items)) == key
    os.utime(workspace.drop / "suite4sd_toekenningen.csv")
    assert incoming.run_key(dropfolder.incoming(workspace, ALL, settle=0)) == key
    keys = {key, incoming.run_key(items[:1])}
    drop(workspace, "cssd_2025/szclient.csv", b"other")
    keys.add(incoming.run_key(dropfolder.incoming(workspace, ALL, settle=0)))
    (workspace.drop / "suite4sd_toekenningen.csv").rename(workspace.drop / "suite4sd_toekenningen_2.csv")
    keys.add(incoming.run_key(dropfolder.incoming(workspace, ALL, settle=0)))
    assert len(keys) == 4


def test_an_export_that_changes_while_it_is_copied_stays(workspace: Workspace, tmp_path: Path) -> None:
    path = drop(workspace, "suite4sd_toekenningen.csv")
    (item,) = dropfolder.incoming(workspace, ALL)
    path.write_bytes(b"something longer than before")
    with pytest.raises(UnsoundData, match="drop/suite4sd_toekenningen.csv changed while it was read"):
        incoming.pack_or_copy(item, tmp_path / "scratch")
    with pytest.raises(UnsoundData, match="changed while it was read"):
        incoming.accept_sealed(item, "taken")
    assert path.exists()
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not (workspace.root / "accepted").exists()


def test_a_file_of_figures_is_recorded_byte_for_byte_under_its_own_name(workspace: Workspace, tmp_path: Path) -> None:
    content = "Gemeentecode;Peiljaar;Waarde €\nGM0396;2024;1\n".encode("cp1252")
    drop(workspace, "divosa_benchmark_2024.csv", content)
    (item,) = dropfolder.incoming(workspace, ALL)
    recording = incoming.record(item, tmp_path / "scratch")
    assert recording.file.read_bytes() == content
    assert (recording.extension, recording.origin, recording.url) == ("csv", "file", "divosa_benchmark_2024.csv")
    assert (recording.row_count, recording.is_synthetic) == (1, False)
    assert stat.S_IMODE(recording.file.stat().st_mode) == 0o644


def test_a_workbook_is_recorded_as_one(workspace: Workspace, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(workspace.drop / "SYNTHETISCH_divosa_benchmark.XLSX") as workbook:
        workbook.add_worksheet().write_column(0, 0, ["Gemeentecode", "GM0396", "GM0397"])
    drop(workspace, "divosa_benchmark_broken.xlsx", b"no workbook")
    sound, broken = dropfolder.incoming(workspace, ALL, settle=0)
    recording = incoming.record(sound, tmp_path / "scratch")
    assert (recording.extension, recording.row_count, recording.is_synthetic) == ("xlsx", 2, True)
    assert incoming.record(broken, tmp_path / "scratch").row_count is None  # its reader says what is wrong with it


def test_rows_on_persons_are_packed_and_never_recorded(workspace: Workspace, tmp_path: Path) -> None:
    drop(workspace, "divosa_benchmark.csv")
    drop(workspace, "suite4sd_toekenningen.parquet", b"PAR1")
    benchmark, toekenningen = dropfolder.incoming(workspace, ALL)
    with pytest.raises(ValueError, match="cannot be recorded"):
        incoming.record(toekenningen, tmp_path)
    with pytest.raises(ValueError, match="recorded, not packed"):
        incoming.pack_or_copy(benchmark, tmp_path)
    copy = incoming.pack_or_copy(toekenningen, tmp_path / "scratch")
    assert (copy.suffix, copy.read_bytes()) == (".parquet", b"PAR1")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_dump_is_packed_as_one_zip_that_is_the_same_every_time(workspace: Workspace, tmp_path: Path) -> None:
    folder = drop_dump(workspace, "SYNTHETISCH_cssd_2025")
    for name in ("not_ours.csv", "deep/wvbesl.csv"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"BSN\n1\n")
    (item,) = dropfolder.incoming(workspace, ALL, settle=0)
    packed = incoming.pack_or_copy(item, tmp_path / "one")
    assert packed.suffix == ".zip"
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == sorted(DUMP)
        assert archive.read("wvbesl.csv") == (folder / "wvbesl.csv").read_bytes()
    (again,) = dropfolder.incoming(workspace, ALL, settle=0)
    assert incoming.pack_or_copy(again, tmp_path / "two").read_bytes() == packed.read_bytes()


def test_an_export_that_is_sealed_leaves_a_receipt_and_nothing_else(workspace: Workspace, tmp_path: Path) -> None:
    receipts = []
    for seen_before in (None, "2026-01-15T12:00:00Z"):
        path = drop(workspace, "suite4sd_toekenningen_2024.csv", b"Clientnummer\n123456782\n")
        (item,) = dropfolder.incoming(workspace, ALL)
        digest = sha256_of(incoming.pack_or_copy(item, tmp_path / "scratch"))
        receipt = incoming.receipt_of(item, digest, 1, 0, "2031-12-31", seen_before)
        receipts.append(incoming.accept_sealed(item, receipt))
        assert not path.exists()
    first, second = (path.read_text(encoding="utf-8") for path in receipts)
    assert receipts[0].name == "suite4sd_toekenningen_2024.csv.accepted.txt"
    assert len(set(receipts)) == 2
    assert f"sha256: {digest}\nRows: 1 in, 1 read, 0 set aside.\n" in first
    assert "kept until 2031-12-31" in first
    assert "123456782" not in first + second
    assert ("one more sighting" in first, "one more sighting" in second) == (False, True)
    assert sorted((workspace.root / "accepted").iterdir()) == sorted(receipts)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (receipts[0].parent, *receipts)] == [0o700, 0o600, 0o600]


def test_a_dump_that_is_sealed_goes_whole_and_the_receipt_names_what_was_not_kept(workspace: Workspace) -> None:
    folder = drop_dump(workspace, "cssd_2025")
    drop(workspace, "cssd_2025/not_ours.csv", b"BSN\n1\n")
    lay_still(folder)
    (item,) = dropfolder.incoming(workspace, ALL)
    receipt = incoming.accept_sealed(item, "Taken.")
    assert receipt.name == "cssd_2025.accepted.txt"
    assert receipt.read_text(encoding="utf-8") == "Taken.\nRead by no contract, so not kept: not_ours.csv.\n"
    assert not folder.exists()


@posix_only
def test_what_is_rejected_is_closed_and_its_reason_holds_no_personal_number(workspace: Workspace) -> None:
    drop_dump(workspace, "cssd_20250131")
    (item,) = dropfolder.incoming(workspace, ALL)
    target = incoming.reject(item, "cssd_20250131: line 2 holds 123456782 and 1234.56.782, expected none.")
    note = target.with_name("cssd_20250131.reason.txt")
    assert note.read_text(encoding="utf-8").startswith("cssd_20250131: line 2 holds … and …, expected none.\n")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (target.parent, target, *target.iterdir(), note)]
    assert modes == [0o700, 0o700, *[0o600] * (len(DUMP) + 1)]


def test_the_notes_beside_a_file_are_in_the_language_of_the_workspace(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(language.VARIABLE)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    (workspace.root / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\nlanguage = "nl"\n')
    own = Workspace(workspace.root)
    drop(own, "leden.csv")
    ((stray, reason),) = dropfolder.strays(own, ALL)
    note = incoming.reject(stray, reason).with_name("leden.csv.reason.txt").read_text(encoding="utf-8")
    assert note.startswith("Geen contract past bij de naam 'leden.csv'; bekend zijn: ")
    assert " Geef het een andere naam, of maak een mapping.\n" in note
    assert note.endswith("\nHerstel het, leg het weer in drop/ en draai: opkoers refresh\n")
    drop_dump(own, "cssd_2025")
    (item,) = dropfolder.incoming(own, ALL)
    receipt = incoming.accept_sealed(item, incoming.receipt_of(item, "0" * 64, 6, 1, "2031-12-31", None))
    told = receipt.read_text(encoding="utf-8").splitlines()
    assert told[0].startswith("cssd_2025 is ingelezen als registration/suite4sd_cssd op 20")
    assert told[1:] == [
        f"sha256: {'0' * 64}",
        "Regels: 7 ontvangen, 6 ingelezen, 1 terzijde gelegd.",
        "Het versleutelde origineel wordt bewaard tot 2031-12-31; de leesbare export is uit drop/ verwijderd.",
    ]


def test_nothing_that_was_accepted_is_ever_overwritten(workspace: Workspace) -> None:
    kept = []
    for content in (b"one", b"two", b"two"):
        drop(workspace, "suite4sd_toekenningen.csv", content)
        (item,) = dropfolder.incoming(workspace, ALL)
        kept.append(incoming.accept(item))
    assert [path.read_bytes() for path in kept] == [b"one", b"two", b"two"]
    assert kept[0].name == "suite4sd_toekenningen.csv"
    assert len({path.name for path in kept}) == 3


def test_a_folder_is_accepted_whole_and_twice(workspace: Workspace) -> None:
    for _ in range(2):
        drop_dump(workspace, "cssd_2025")
        (item,) = dropfolder.incoming(workspace, ALL)
        assert len(list(incoming.accept(item).iterdir())) == 7
    assert len(list((workspace.root / "accepted").iterdir())) == 2
