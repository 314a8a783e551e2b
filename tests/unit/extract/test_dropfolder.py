"""The drop folder: what is taken, what is left, what is turned away, and the municipality's own mappings."""

from __future__ import annotations

import os
import stat
import threading
import time
import zipfile
from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import dropfolder, figures, records
from dagster_project.snapshots import SnapshotStore
from dagster_project.workspace import Workspace
from tests.unit.extract.files import BENCHMARK, CSSD, TOEKENNINGEN, read_all, write
from tests.unit.extract.test_cssd import DUMP
from tests.unit.extract.test_records import HEADER, SOUND

ALL = (TOEKENNINGEN, CSSD, BENCHMARK)
LONG_AGO = 1_700_000_000
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs links and file modes")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "workspace"
    (root / "drop").mkdir(parents=True)
    (root / "mappings").mkdir()
    (root / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n', encoding="utf-8")
    return Workspace(root)


def drop(workspace: Workspace, name: str, content: bytes = b"Naam\na\n") -> Path:
    path = workspace.drop / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def drop_dump(workspace: Workspace, name: str) -> Path:
    for table, text in DUMP.items():
        drop(workspace, f"{name}/{table}", text.encode())
    return workspace.drop / name


def names(items: list[dropfolder.Incoming]) -> list[tuple[str, str]]:
    return [(item.name, item.dataset.key if item.dataset else "") for item in items]


def test_exports_are_found_by_their_names_whatever_the_case(workspace: Workspace) -> None:
    drop(workspace, "Export_SUITE4SD_Toekenningen_2024.CSV")
    drop(workspace, "divosa_benchmark_2024.csv")
    drop_dump(workspace, "CSSD 2025")
    assert names(dropfolder.incoming(workspace, ALL)) == [
        ("CSSD 2025", "municipal/suite4sd_cssd"),
        ("Export_SUITE4SD_Toekenningen_2024.CSV", "municipal/suite4sd_toekenningen"),
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
    target = dropfolder.reject(stray, reason)
    assert target == workspace.root / "rejected" / "foto.jpg"
    assert target.read_bytes() == b"\xff\xd8"
    text = (workspace.root / "rejected" / "foto.jpg.reason.txt").read_text(encoding="utf-8")
    assert text.startswith("No contract fits the name 'foto.jpg'; known patterns: *cssd*, *divosa*benchmark*.csv")
    assert list(workspace.drop.iterdir()) == []


def test_a_name_that_fits_two_contracts_is_turned_away(workspace: Workspace) -> None:
    drop(workspace, "suite4sd_toekenningen_divosa_benchmark.csv")
    assert dropfolder.incoming(workspace, ALL) == []
    ((_, reason),) = dropfolder.strays(workspace, ALL)
    assert "more than one contract: municipal/suite4sd_toekenningen, divosa/benchmark_werk_inkomen" in reason


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
        dropfolder.reject(item, reason)
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


def test_an_export_that_changes_while_it_is_copied_stays(workspace: Workspace, tmp_path: Path) -> None:
    path = drop(workspace, "suite4sd_toekenningen.csv")
    (item,) = dropfolder.incoming(workspace, ALL)
    path.write_bytes(b"something longer than before")
    with pytest.raises(UnsoundData, match="drop/suite4sd_toekenningen.csv changed while it was read"):
        dropfolder.record(item, tmp_path / "scratch")
    assert path.exists()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_file_is_recorded_byte_for_byte_under_its_own_name(workspace: Workspace, tmp_path: Path) -> None:
    content = f"{HEADER}\n{SOUND}\n".encode("cp1252")
    drop(workspace, "suite4sd_toekenningen_2024.csv", content)
    (item,) = dropfolder.incoming(workspace, ALL)
    recording = dropfolder.record(item, tmp_path / "scratch")
    assert recording.file.read_bytes() == content
    assert (recording.extension, recording.origin, recording.url) == ("csv", "file", "suite4sd_toekenningen_2024.csv")
    assert (recording.row_count, recording.is_synthetic) == (1, False)


def test_a_dump_is_recorded_as_one_zip_that_is_the_same_every_time(workspace: Workspace, tmp_path: Path) -> None:
    folder = drop_dump(workspace, "SYNTHETISCH_cssd_2025")
    drop(workspace, "SYNTHETISCH_cssd_2025/not_ours.csv", b"BSN\n1\n")
    (item,) = dropfolder.incoming(workspace, ALL)
    recording = dropfolder.record(item, tmp_path / "one")
    assert (recording.extension, recording.url, recording.is_synthetic) == ("zip", "SYNTHETISCH_cssd_2025", True)
    assert recording.row_count == 8
    with zipfile.ZipFile(recording.file) as archive:
        assert archive.namelist() == sorted(DUMP)
        assert archive.read("wvbesl.csv") == (folder / "wvbesl.csv").read_bytes()
    assert dropfolder.record(item, tmp_path / "two").file.read_bytes() == recording.file.read_bytes()


@posix_only
def test_snapshots_with_client_data_are_closed_to_other_users(workspace: Workspace, tmp_path: Path) -> None:
    drop(workspace, "suite4sd_toekenningen.csv")
    drop_dump(workspace, "cssd_2025")
    drop(workspace, "divosa_benchmark.csv")
    store = SnapshotStore(workspace.snapshots)
    modes = {}
    for item in dropfolder.incoming(workspace, ALL):
        assert item.dataset is not None
        snapshot, _ = store.add(item.dataset, dropfolder.record(item, tmp_path / "scratch"))
        modes[snapshot.dataset_id] = stat.S_IMODE(store.path_of(snapshot).stat().st_mode)
    assert modes == {"suite4sd_cssd": 0o600, "suite4sd_toekenningen": 0o600, "benchmark_werk_inkomen": 0o644}
    assert stat.S_IMODE(dropfolder.accept(item).parent.stat().st_mode) == 0o700


def test_nothing_that_was_accepted_is_ever_overwritten(workspace: Workspace) -> None:
    kept = []
    for content in (b"one", b"two", b"two"):
        drop(workspace, "suite4sd_toekenningen.csv", content)
        (item,) = dropfolder.incoming(workspace, ALL)
        kept.append(dropfolder.accept(item))
    assert [path.read_bytes() for path in kept] == [b"one", b"two", b"two"]
    assert kept[0].name == "suite4sd_toekenningen.csv"
    assert len({path.name for path in kept}) == 3


def test_a_folder_is_accepted_whole_and_twice(workspace: Workspace) -> None:
    for _ in range(2):
        drop_dump(workspace, "cssd_2025")
        (item,) = dropfolder.incoming(workspace, ALL)
        assert len(list(dropfolder.accept(item).iterdir())) == 7
    assert len(list((workspace.root / "accepted").iterdir())) == 2


def map_to(workspace: Workspace, name: str, text: str) -> None:
    (workspace.mappings / name).write_text(text, encoding="utf-8")


def test_without_a_mapping_the_contract_is_the_contract(workspace: Workspace) -> None:
    assert dropfolder.apply_mapping(TOEKENNINGEN, workspace) is TOEKENNINGEN


def test_a_mapping_lets_another_export_in(workspace: Workspace, tmp_path: Path) -> None:
    map_to(
        workspace,
        "suite4sd_toekenningen.yml",
        """
        file_pattern: "minima_*.txt"
        format: {delimiter: ",", date_format: "%Y%m%d"}
        headers: {client_key: "Cl. nr", start_date: [Ingang, Start]}
        categories: {"0123": kindpakket}
        """,
    )
    mapped = dropfolder.apply_mapping(TOEKENNINGEN, workspace)
    drop(workspace, "Minima_2024.txt")
    assert [item.name for item in dropfolder.incoming(workspace, [mapped])] == ["Minima_2024.txt"]
    text = "Cl. nr,Regelingcode,Start,Einddatum,Status\n1,0123,20240301,,toegekend\n2,MR01,20240301,,toegekend\n"
    tables, faults = read_all(records.read, mapped, write(tmp_path, text))
    assert faults == []
    assert [(row["category"], row["start_date"]) for row in tables["municipal_voorziening"]] == [
        ("kindpakket", "2024-03-01"),
        ("minimaregeling", "2024-03-01"),
    ]


def test_a_mapping_renames_the_columns_of_a_file_of_figures(workspace: Workspace, tmp_path: Path) -> None:
    map_to(
        workspace,
        "benchmark_werk_inkomen.yml",
        "headers: {region: Code, period: Jaar, terugkeer_bijstand_pct: Recidive}\n",
    )
    mapped = dropfolder.apply_mapping(BENCHMARK, workspace)
    tables, _ = read_all(figures.read, mapped, write(tmp_path, "Code;Jaar;Recidive\nGM0396;2024;14,8\n"))
    assert tables["divosa_observation"][0]["value_text"] == "14.8"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("suite4sd_toekenningen.yml", "headers: {klant: x}", "maps headers of klant, expected one of client_key"),
        ("suite4sd_toekenningen.yml", "raw_table: x", "raw_table: Extra inputs are not permitted"),
        ("suite4sd_toekenningen.yml", "categories: {0123: kindpakket}", "put codes between quotes"),
        ("suite4sd_toekenningen.yml", "categories: {'1': minima}", "under 'minima', expected one of kindpakket"),
        ("suite4sd_toekenningen.yml", "format: {colour: red}", "format.colour: Extra inputs"),
        ("suite4sd_toekenningen.yml", "a: [", "is not readable YAML"),
        ("suite4sd_toekenning.yml", "{}", "mappings/ holds suite4sd_toekenning.yml, expected only"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(workspace: Workspace, name: str, text: str, message: str) -> None:
    map_to(workspace, name, text)
    with pytest.raises(ConfigurationError, match=".") as caught:
        dropfolder.apply_mapping(TOEKENNINGEN, workspace)
    assert message in str(caught.value)


def test_the_columns_of_a_dump_cannot_be_mapped(workspace: Workspace) -> None:
    map_to(workspace, "suite4sd_cssd.yml", "headers: {clientnr: x}")
    with pytest.raises(ConfigurationError, match="the columns of this dump are fixed"):
        dropfolder.apply_mapping(CSSD, workspace)
