"""Nothing in a workspace leads out of it, and nothing that lies in its drop folder misleads who reads of it."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

import pytest

from dagster_project import demo, ingest
from dagster_project.errors import ConfigurationError, OpkoersError, UnsoundData, VerificationFailed
from dagster_project.extract import dropfolder, incoming, limits
from dagster_project.extract.personal import masked_name, names_a_person
from dagster_project.publication import current_folder, read_manifest
from dagster_project.run import Run, RunOptions, finished_runs, read_record
from dagster_project.snapshots import SnapshotStore
from dagster_project.workspace import Workspace

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs links, pipes and names of any bytes")
BSN = "123456782"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    demo.init_workspace(tmp_path / "ws", "GM0396", "Verzonnen gemeente")
    run = Run(Workspace(tmp_path / "ws"), "run", RunOptions())
    run.begin()
    return run


def settings(root: Path, line: str) -> Path:
    root.mkdir(exist_ok=True)
    (root / "opkoers.toml").write_text(f'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n{line}\n')
    return root


@pytest.mark.parametrize("folder", ["../elders", "/elders", ".", "", "a/../..", "drop", "narratives/x", "link", ".git"])
def test_publications_stay_in_the_workspace(tmp_path: Path, folder: str) -> None:
    root = settings(tmp_path / "ws", f"publication_folder = '{folder}'")
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(ConfigurationError, match="publication_folder = "):
        Workspace(root)


def test_publications_may_lie_deeper_in_the_workspace(tmp_path: Path) -> None:
    root = settings(tmp_path / "ws", "publication_folder = 'uit/data'")
    assert Workspace(root).data == root.resolve() / "uit" / "data"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a = " + "[" * 5_000, "nested too deep"),
        ("gemeente_naam = 'geheim-wachtwoord'", "gemeente_naam: Extra inputs are not permitted."),
        (f"small_count_threshold = '{BSN} jaar'", "small_count_threshold"),
        ("synthetic_note = " + "'" + "x" * limits.SETTINGS_BYTES + "'", "expected 256 kB at most"),
    ],
)
def test_settings_that_are_wrong_are_not_repeated(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Workspace(settings(tmp_path / "ws", line))
    message = str(caught.value)
    assert told in message
    assert "geheim" not in message
    assert BSN not in message
    assert len(message) < 500


def taken(run: Run, dataset_id: str) -> list[str]:
    ingest.take(run, "municipal", [dataset_id])
    return run.state().set_aside


def test_a_link_that_leads_out_is_no_input(run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "geheim.csv"
    secret.write_text("plan_id;wachtwoord\n")
    objectives = run.workspace.root / "objectives.csv"
    objectives.unlink(missing_ok=True)
    objectives.symlink_to(secret)
    (told,) = taken(run, "objectives")
    assert told == "objectives.csv is a link that leads out of the workspace. Put a copy of the file in its place."
    assert not list(run.workspace.snapshots.rglob("*.csv"))


def test_a_folder_of_tellings_that_leads_out_is_no_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "elders").mkdir()
    (tmp_path / "elders" / "heemskerk-01.md").write_text("---\nedition: 2026-04\nauthor_role: x\n---\n")
    folder = run.workspace.root / "narratives"
    if folder.exists():
        folder.rename(tmp_path / "oud")
    folder.symlink_to(tmp_path / "elders")
    assert "leads out of the workspace" in taken(run, "narratives")[0]


@pytest.mark.parametrize("kind", ["pipe", "folder", "nowhere", "large"])
def test_what_is_no_file_of_a_plan_is_told_of(run: Run, kind: str) -> None:
    path = run.workspace.root / "budget.csv"
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "nowhere":
        path.symlink_to(run.workspace.root / "weg.csv")
    else:
        with path.open("wb") as stream:
            stream.truncate(limits.OWN_FILE_BYTES + 1)
    (told,) = taken(run, "budget")
    assert told.startswith("budget.csv ")


def test_a_mapping_that_leads_out_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("{}")
    run.workspace.mappings.mkdir(exist_ok=True)
    (run.workspace.mappings / "benchmark_werk_inkomen.yml").symlink_to(tmp_path / "m.yml")
    with pytest.raises(ConfigurationError, match="leads out of the workspace"):
        ingest.datasets_of(run.workspace)


NAMES = {
    "divosa_benchmark\n2024-01-01 INFO alles goed.csv": r"divosa_benchmark\n2024-01-01 INFO alles goed.csv",
    "divosa_benchmark\x1b[2J.csv": r"divosa_benchmark\x1b[2J.csv",
    "divosa_benchmark_\u202evsc.exe.csv": r"divosa_benchmark_\u202evsc.exe.csv",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_a_name_that_misleads_is_turned_away_and_shown_in_sight(run: Run, name: str, shown: str) -> None:
    (run.workspace.drop / name).write_text("Gemeentecode;Peiljaar\n")
    ingest.reject_strays(run)
    (told,) = run.state().set_aside
    assert told.startswith(f"drop/{shown}: Its name")
    assert told.isprintable()
    rejected = sorted(path.name for path in (run.workspace.root / "rejected").iterdir())
    assert rejected == [shown, f"{shown}.reason.txt"]
    assert "Its name" in (run.workspace.root / "rejected" / f"{shown}.reason.txt").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no text")
def test_a_name_that_is_no_text_is_turned_away(run: Run) -> None:
    (run.workspace.drop / "divosa_benchmark_\udcff.csv").write_text("x\n")
    look = dropfolder.look(run.workspace, ingest.datasets_of(run.workspace))
    assert len(incoming.run_key([item for item, _ in look.strays])) == 64
    ingest.reject_strays(run)
    assert [path.name for path in (run.workspace.root / "rejected").glob("*.csv")] == [r"divosa_benchmark_\udcff.csv"]


@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "link", "folder of a pipe", "many", "large"])
def test_what_is_no_export_is_turned_away(run: Run, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run.workspace.drop / "divosa_benchmark_2024.csv"
    monkeypatch.setattr(limits, "EXPORT_BYTES", 1 << 20)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(run.workspace.drop)  # the name of a socket may not be long
        socket.socket(socket.AF_UNIX).bind(path.name)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "link":
        path.symlink_to(tmp_path)
    elif kind == "large":
        with path.open("wb") as stream:
            stream.truncate(limits.EXPORT_BYTES + 1)
    else:
        path.mkdir()
        if kind == "many":
            for number in range(dropfolder.MAX_FILES + 1):
                (path / f"{number}.csv").touch()
        else:
            os.mkfifo(path / "client.csv")
    look = dropfolder.look(run.workspace, ingest.datasets_of(run.workspace), settle=0)
    assert not look.exports
    (told,) = [*(reason for _, reason in look.strays), *look.waiting.values()]
    assert told


def test_a_name_with_a_number_of_a_person_is_told_of_without_it(run: Run) -> None:
    for name in (f"divosa_benchmark_{BSN}.csv", f"onbekend {BSN}.csv"):
        (run.workspace.drop / name).write_text("Gemeentecode;Peiljaar\n")
    ingest.reject_strays(run)
    assert len(run.state().set_aside) == 2
    assert BSN not in str(run.state())
    notes = list((run.workspace.root / "rejected").glob("*.reason.txt"))
    assert len(notes) == 2
    assert not any(BSN in note.read_text() for note in notes)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"a {BSN}.csv", "a ….csv"),
        ("export_20240131_120000.csv", "export_20240131_120000.csv"),
        (f"export_31-12-2024 {BSN} 20240101.csv", "export_31-12-2024 … 20240101.csv"),
        ("lijst.csv", "lijst.csv"),
    ],
)
def test_days_in_a_name_are_no_persons(name: str, shown: str) -> None:
    assert masked_name(name) == shown
    assert names_a_person(name) == (name != shown)


def test_records_that_were_changed_are_told_of(run: Run) -> None:
    store = SnapshotStore(run.workspace.snapshots)
    (run.workspace.root / "budget.csv").write_text("plan_id;programme\n")
    ingest.take(run, "municipal", ["budget"])
    (sidecar,) = run.workspace.snapshots.rglob("*.json")
    content = json.loads(sidecar.read_text())
    for change in ({"source_id": "../.."}, {"bytes": -1}, {"retrieved_at": "gisteren"}, {"x": 1}):
        sidecar.write_text(json.dumps(content | change))
        with pytest.raises(VerificationFailed, match="Sidecar"):
            list(store.all())
    for text in ("", "[" * 100_000, '{"a": 1, "a": 2}', "null", "[]"):
        sidecar.write_text(text)
        with pytest.raises(VerificationFailed, match="Sidecar"):
            list(store.all())


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "[" * 100_000, '{"run_id": 3}', "\xff"])
def test_a_damaged_record_of_a_run_is_passed_over(run: Run, text: str) -> None:
    run.finish("published", 0, "goed")
    bad = run.workspace.runs / "0000.json"
    bad.write_bytes(text.encode("latin-1"))
    assert [state.run_id for state in finished_runs(run.workspace)] == ["run"]
    with pytest.raises(VerificationFailed, match="is not as it was written"):
        read_record(bad)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"pins": 3}', '{"pins": [{}]}', '{"pins": [{"snapshot_id": 3}]}']
)
def test_a_damaged_manifest_is_told_of(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(VerificationFailed, match="is not as it was written"):
        read_manifest(tmp_path)


def test_a_pointer_that_leads_elsewhere_is_not_followed(run: Run, tmp_path: Path) -> None:
    run.workspace.current.symlink_to(tmp_path)
    with pytest.raises(VerificationFailed, match="leads out of"):
        current_folder(run.workspace)
    run.workspace.current.unlink()
    run.workspace.current.write_text("../../elders")
    with pytest.raises(OpkoersError, match="leads out of"):
        current_folder(run.workspace)


def test_a_file_may_be_as_large_as_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(UnsoundData, match="a has 5 bytes, expected 4 bytes at most"):
        limits.size_of(tmp_path / "a", "a", 4)
    assert limits.size_of(tmp_path / "a", "a", 5) == 5
