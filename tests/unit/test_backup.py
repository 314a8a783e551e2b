"""Backups: what goes in, what stays out, and that nothing but a whole one comes back."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from dagster_project.backup import backup, restore
from dagster_project.demo import init_workspace
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.run import refresh_lock
from dagster_project.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace that lived: a publication, a frozen edition, an original, and what passes."""
    root = tmp_path / "heemskerk"
    init_workspace(root, "GM0396", "Heemskerk")
    files = {
        "data/publications/p1/warehouse.duckdb": b"figures",
        "data/editions/2026-04/edition.json": b"{}",
        "data/confidential/originals/aa.age": b"locked",
        "data/confidential/clients.duckdb": b"persons",
        "data/secret.signing": b"private",
        "data/build/run/state.json": b"{}",
        "data/dagster/history/runs.db": b"sqlite",
        "data/.refresh.lock": b"",
        ".git/config": b"theirs",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (root / "data" / "current").symlink_to("publications/p1")
    (root / "data" / "confidential").chmod(0o700)
    (root / "data" / "editions" / "2026-04" / "edition.json").chmod(0o444)
    (root / "data" / "editions" / "2026-04").chmod(0o555)
    (root / "accepted").mkdir()
    return Workspace(root)


def test_what_comes_back_is_what_went_in(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "kept.tar.gz"
    said = backup(workspace, file)
    assert file.stat().st_mode & 0o777 == 0o600
    back = tmp_path / "back"
    restore(file, back)
    assert (back / "data/current/warehouse.duckdb").read_bytes() == b"figures"
    assert (back / "data/current").readlink() == Path("publications/p1")
    assert (back / "data/confidential/originals/aa.age").read_bytes() == b"locked"
    assert (back / "opkoers.toml").read_bytes() == (workspace.root / "opkoers.toml").read_bytes()
    assert (back / "accepted").is_dir()
    assert (back / "data/confidential").stat().st_mode & 0o777 == 0o700
    assert (back / "data/editions/2026-04").stat().st_mode & 0o777 == 0o555
    assert (back / "data/editions/2026-04/edition.json").stat().st_mode & 0o777 == 0o444
    for left_out in ("data/confidential/clients.duckdb", "data/build", "data/dagster", "data/.refresh.lock", ".git"):
        assert not (back / left_out).exists(), left_out
    assert [path.name for path in back.rglob("*") if path.suffix == ".key"] == []
    assert list(back.rglob("secret.*")) == []
    assert "The keys are not in it" in said[1]


def test_a_folder_as_target_gets_a_file_named_by_gemeente_and_moment(workspace: Workspace, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    backup(workspace, shelf)
    assert [path.name.split("-")[:2] for path in shelf.iterdir()] == [["opkoers", "GM0396"]]


@pytest.mark.parametrize(("place", "says"), [("kept.tar.gz", "never overwritten"), ("nowhere/x.tar.gz", "no folder")])
def test_a_target_that_cannot_be(workspace: Workspace, tmp_path: Path, place: str, says: str) -> None:
    (tmp_path / "kept.tar.gz").write_bytes(b"older")
    with pytest.raises(ConfigurationError, match=says):
        backup(workspace, tmp_path / place)
    assert (tmp_path / "kept.tar.gz").read_bytes() == b"older"


def test_a_backup_does_not_go_into_what_it_keeps(workspace: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="lies inside"):
        backup(workspace, workspace.root / "kept.tar.gz")


def test_no_backup_while_a_refresh_runs(workspace: Workspace, tmp_path: Path) -> None:
    ask = (
        "import sys; from pathlib import Path; from dagster_project.backup import backup;"
        "from dagster_project.workspace import Workspace; backup(Workspace(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    with refresh_lock(workspace):
        command = [sys.executable, "-c", ask, str(workspace.root), str(tmp_path / "kept.tar.gz")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Another refresh" in done.stderr
    assert list(tmp_path.glob("*kept.tar.gz*")) == []


def test_a_folder_with_something_in_it_is_not_written_into(workspace: Workspace, tmp_path: Path) -> None:
    backup(workspace, tmp_path / "kept.tar.gz")
    with pytest.raises(ConfigurationError, match="not an empty folder"):
        restore(tmp_path / "kept.tar.gz", workspace.root)


@pytest.mark.parametrize("part", [0.2, 0.6, 0.97])
def test_a_backup_cut_short_leaves_nothing(workspace: Workspace, tmp_path: Path, part: float) -> None:
    file = tmp_path / "kept.tar.gz"
    backup(workspace, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(VerificationFailed, match="not a whole backup|cut short"):
        restore(file, tmp_path / "back")
    assert [path.name for path in tmp_path.iterdir() if "back" in path.name] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"data/publications/p1/warehouse.duckdb": b"forged!"}, "warehouse.duckdb has other bytes"),
        ({"data/publications/p1/extra.html": b"<script>"}, "extra.html was put in"),
        ({"data/publications/p1/warehouse.duckdb": None}, "warehouse.duckdb is gone"),
    ],
)
def test_a_backup_with_a_changed_byte_names_the_file(
    workspace: Workspace, tmp_path: Path, change: dict[str, bytes | None], says: str
) -> None:
    file = tmp_path / "kept.tar.gz"
    backup(workspace, file)
    _repack(file, change)
    with pytest.raises(VerificationFailed, match=says):
        restore(file, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_member_cannot_leave_the_folder(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "kept.tar.gz"
    backup(workspace, file)
    _repack(file, {"../escaped.txt": b"out"})
    with pytest.raises(VerificationFailed, match="not a whole backup"):
        restore(file, tmp_path / "back")
    assert not (tmp_path / "escaped.txt").exists()


def test_what_is_no_archive_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "holiday.tar.gz").write_bytes(b"no archive")
    with pytest.raises(VerificationFailed, match="not a whole backup"):
        restore(tmp_path / "holiday.tar.gz", tmp_path / "back")


def _repack(file: Path, change: dict[str, bytes | None]) -> None:
    """Change members of a backup as an attacker would: the archive itself stays sound."""
    members: dict[str, tuple[tarfile.TarInfo, bytes | None]] = {}
    with tarfile.open(file, "r:gz") as archive:
        for info in archive:
            stream = archive.extractfile(info) if info.isfile() else None
            members[info.name] = (info, stream.read() if stream else None)
    for name, content in change.items():
        if content is None:
            del members[name]
            continue
        info = members[name][0] if name in members else tarfile.TarInfo(name)
        info.size = len(content)
        members[name] = (info, content)
    with gzip.open(file, "wb") as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for info, body in members.values():
            archive.addfile(info, io.BytesIO(body) if body is not None else None)
