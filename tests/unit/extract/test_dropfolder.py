"""The drop folder: what is taken, what is left, what is turned away, and the municipality's own mappings."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import xlsxwriter

from dagster_project import publication
from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import dropfolder, figures
from dagster_project.publication import settings_hash
from dagster_project.snapshots import sha256_of
from dagster_project.workspace import Workspace
from tests.unit.extract.files import BENCHMARK, CSSD, GMSD, TOEKENNINGEN, read_all, write

ALL = (TOEKENNINGEN, CSSD, BENCHMARK)
DUMP = {f"{table}.csv": f"{table}\n1\n" for table in CSSD.tables}
LONG_AGO = 1_700_000_000
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs file leases")
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
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def drop_dump(workspace: Workspace, name: str) -> Path:
    for table, text in DUMP.items():
        drop(workspace, f"{name}/{table}", text.encode())
    return lay_still(workspace.drop / name)


def lay_still(folder: Path) -> Path:
    """A folder as if nothing was put into it of late."""
    os.utime(folder, (LONG_AGO, LONG_AGO))
    return folder


def names(items: list[dropfolder.Incoming]) -> list[tuple[str, str]]:
    return [(item.name, item.dataset.key if item.dataset else "") for item in items]


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
            dropfolder.is_open_for_writing(path)
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


def test_the_run_key_follows_names_and_contents_alone(workspace: Workspace) -> None:
    drop(workspace, "suite4sd_toekenningen.csv")
    drop_dump(workspace, "cssd_2025")
    items = dropfolder.incoming(workspace, ALL)
    key = dropfolder.run_key(items)
    assert len(key) == 64
    assert dropfolder.run_key(reversed(items)) == key
    os.utime(workspace.drop / "suite4sd_toekenningen.csv")
    assert dropfolder.run_key(dropfolder.incoming(workspace, ALL, settle=0)) == key
    keys = {key, dropfolder.run_key(items[:1])}
    drop(workspace, "cssd_2025/szclient.csv", b"other")
    keys.add(dropfolder.run_key(dropfolder.incoming(workspace, ALL, settle=0)))
    (workspace.drop / "suite4sd_toekenningen.csv").rename(workspace.drop / "suite4sd_toekenningen_2.csv")
    keys.add(dropfolder.run_key(dropfolder.incoming(workspace, ALL, settle=0)))
    assert len(keys) == 4


def test_an_export_that_changes_while_it_is_copied_stays(workspace: Workspace, tmp_path: Path) -> None:
    path = drop(workspace, "suite4sd_toekenningen.csv")
    (item,) = dropfolder.incoming(workspace, ALL)
    path.write_bytes(b"something longer than before")
    with pytest.raises(UnsoundData, match="drop/suite4sd_toekenningen.csv changed while it was read"):
        dropfolder.pack_or_copy(item, tmp_path / "scratch")
    with pytest.raises(UnsoundData, match="changed while it was read"):
        dropfolder.accept_sealed(item, "taken")
    assert path.exists()
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not (workspace.root / "accepted").exists()


def test_a_file_of_figures_is_recorded_byte_for_byte_under_its_own_name(workspace: Workspace, tmp_path: Path) -> None:
    content = "Gemeentecode;Peiljaar;Waarde €\nGM0396;2024;1\n".encode("cp1252")
    drop(workspace, "divosa_benchmark_2024.csv", content)
    (item,) = dropfolder.incoming(workspace, ALL)
    recording = dropfolder.record(item, tmp_path / "scratch")
    assert recording.file.read_bytes() == content
    assert (recording.extension, recording.origin, recording.url) == ("csv", "file", "divosa_benchmark_2024.csv")
    assert (recording.row_count, recording.is_synthetic) == (1, False)
    assert stat.S_IMODE(recording.file.stat().st_mode) == 0o644


def test_a_workbook_is_recorded_as_one(workspace: Workspace, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(workspace.drop / "SYNTHETISCH_divosa_benchmark.XLSX") as workbook:
        workbook.add_worksheet().write_column(0, 0, ["Gemeentecode", "GM0396", "GM0397"])
    drop(workspace, "divosa_benchmark_broken.xlsx", b"no workbook")
    sound, broken = dropfolder.incoming(workspace, ALL, settle=0)
    recording = dropfolder.record(sound, tmp_path / "scratch")
    assert (recording.extension, recording.row_count, recording.is_synthetic) == ("xlsx", 2, True)
    assert dropfolder.record(broken, tmp_path / "scratch").row_count is None  # its reader says what is wrong with it


def test_rows_on_persons_are_packed_and_never_recorded(workspace: Workspace, tmp_path: Path) -> None:
    drop(workspace, "divosa_benchmark.csv")
    drop(workspace, "suite4sd_toekenningen.parquet", b"PAR1")
    benchmark, toekenningen = dropfolder.incoming(workspace, ALL)
    with pytest.raises(ValueError, match="cannot be recorded"):
        dropfolder.record(toekenningen, tmp_path)
    with pytest.raises(ValueError, match="recorded, not packed"):
        dropfolder.pack_or_copy(benchmark, tmp_path)
    copy = dropfolder.pack_or_copy(toekenningen, tmp_path / "scratch")
    assert (copy.suffix, copy.read_bytes()) == (".parquet", b"PAR1")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_dump_is_packed_as_one_zip_that_is_the_same_every_time(workspace: Workspace, tmp_path: Path) -> None:
    folder = drop_dump(workspace, "SYNTHETISCH_cssd_2025")
    for name in ("not_ours.csv", "deep/wvbesl.csv"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"BSN\n1\n")
    (item,) = dropfolder.incoming(workspace, ALL, settle=0)
    packed = dropfolder.pack_or_copy(item, tmp_path / "one")
    assert packed.suffix == ".zip"
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == sorted(DUMP)
        assert archive.read("wvbesl.csv") == (folder / "wvbesl.csv").read_bytes()
    (again,) = dropfolder.incoming(workspace, ALL, settle=0)
    assert dropfolder.pack_or_copy(again, tmp_path / "two").read_bytes() == packed.read_bytes()


def test_an_export_that_is_sealed_leaves_a_receipt_and_nothing_else(workspace: Workspace, tmp_path: Path) -> None:
    receipts = []
    for seen_before in (None, "2026-01-15T12:00:00Z"):
        path = drop(workspace, "suite4sd_toekenningen_2024.csv", b"Clientnummer\n123456782\n")
        (item,) = dropfolder.incoming(workspace, ALL)
        digest = sha256_of(dropfolder.pack_or_copy(item, tmp_path / "scratch"))
        receipt = dropfolder.receipt_of(item, digest, 1, 0, "2031-12-31", seen_before)
        receipts.append(dropfolder.accept_sealed(item, receipt))
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
    receipt = dropfolder.accept_sealed(item, "Taken.")
    assert receipt.name == "cssd_2025.accepted.txt"
    assert receipt.read_text(encoding="utf-8") == "Taken.\nRead by no contract, so not kept: not_ours.csv.\n"
    assert not folder.exists()


@posix_only
def test_what_is_rejected_is_closed_and_its_reason_holds_no_personal_number(workspace: Workspace) -> None:
    drop_dump(workspace, "cssd_20250131")
    (item,) = dropfolder.incoming(workspace, ALL)
    target = dropfolder.reject(item, "cssd_20250131: line 2 holds 123456782 and 1234.56.782, expected none.")
    note = target.with_name("cssd_20250131.reason.txt")
    assert note.read_text(encoding="utf-8").startswith("cssd_20250131: line 2 holds … and …, expected none.\n")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (target.parent, target, *target.iterdir(), note)]
    assert modes == [0o700, 0o700, *[0o600] * (len(DUMP) + 1)]


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


def test_a_mapping_lets_another_export_in(workspace: Workspace) -> None:
    map_to(
        workspace,
        "suite4sd_toekenningen.yml",
        """
        file_pattern: "minima_*.dat"
        format: {delimiter: ",", date_format: "%Y%m%d"}
        headers: {client_key: "Cl. nr", start_date: [Ingang, Start]}
        categories: {"0123": kindpakket}
        """,
    )
    mapped = dropfolder.apply_mapping(TOEKENNINGEN, workspace)
    drop(workspace, "Minima_2024.dat")
    assert [item.name for item in dropfolder.incoming(workspace, [mapped])] == ["Minima_2024.dat"]
    assert (mapped.format.delimiter, mapped.format.date_format, mapped.format.encoding) == (",", "%Y%m%d", "cp1252")
    assert mapped.categories == {**TOEKENNINGEN.categories, "0123": "kindpakket"}
    headers = {column.name: column.headers[:2] for column in mapped.columns}
    assert headers["client_key"] == ("Cl. nr", "Clientnummer")
    assert headers["start_date"] == ("Ingang", "Start")


def test_a_changed_mapping_is_a_changed_setting(workspace: Workspace) -> None:
    hashes = [settings_hash(workspace)]
    for text in ("categories: {'1': kindpakket}", "categories: {'2': kindpakket}", ""):
        map_to(workspace, "suite4sd_toekenningen.yml", text)
        hashes.append(settings_hash(workspace))
    shutil.rmtree(workspace.mappings)
    assert len(set(hashes)) == 4
    assert settings_hash(workspace) == hashes[0]
    decisive = workspace.settings.model_dump_json(exclude=publication._UNDECISIVE)
    assert hashes[0] == hashlib.sha256(decisive.encode()).hexdigest()


def test_a_mapping_renames_the_columns_and_the_measures_of_a_long_sheet(workspace: Workspace, tmp_path: Path) -> None:
    map_to(
        workspace,
        "gmsd.yml",
        "headers: {region: Code, period: Jaar, measure: Onderwerp, value: Cijfer, jeugdhulp_pct: Jeugdhulp}\n",
    )
    mapped = dropfolder.apply_mapping(GMSD, workspace)
    text = "Code;Jaar;Onderwerp;Cijfer\nGM0396;2024;Jeugdhulp;12,5\n"
    tables, _ = read_all(figures.read, mapped, write(tmp_path, text))
    assert [(row["concept_id"], row["value_text"]) for row in tables["municipal_observation"]] == [
        ("jeugdhulp_pct", "12.5")
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
        (
            "suite4sd_toekenningen.yml",
            "headers: {klant: x}",
            "maps headers or values of klant, expected one of client_key",
        ),
        ("suite4sd_toekenningen.yml", "raw_table: x", "raw_table: Extra inputs are not permitted"),
        ("suite4sd_toekenningen.yml", "categories: {0123: kindpakket}", "put codes between quotes"),
        (
            "suite4sd_toekenningen.yml",
            "categories: {'1': minima}",
            "under 'minima', expected one of bijzondere_bijstand, kindpakket",
        ),
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


def test_the_columns_of_a_dump_are_mapped_under_their_table(workspace: Workspace) -> None:
    map_to(workspace, "suite4sd_cssd.yml", "headers: {wvbesl.besluit_key: Besluit}")
    mapped = {column.name: column.headers for column in dropfolder.apply_mapping(CSSD, workspace).tables["wvbesl"]}
    assert mapped["besluit_key"][0] == "Besluit"
    map_to(workspace, "suite4sd_cssd.yml", "headers: {besluit_key: x}")
    with pytest.raises(ConfigurationError, match="headers or values of besluit_key, expected one of szclient"):
        dropfolder.apply_mapping(CSSD, workspace)
