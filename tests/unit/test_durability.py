"""What is renamed into place is on disk before it gets its name, and the name is on disk before it is relied on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dagster_project.publication import point_at, sync_tree
from dagster_project.snapshots import write_durably
from dagster_project.workspace import Workspace
from tests.unit.registration.conftest import bare_workspace

__all__ = ["bare_workspace"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders cannot be synced on other systems")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """Syncs and renames, in their order."""
    log: list[tuple[str, Path]] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(handle: int) -> None:
        log.append(("sync", Path(f"/proc/self/fd/{handle}").readlink()))
        sync(handle)

    def noted_replace(path: Path, target: Path) -> Path:
        log.append(("rename", target))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    return log


def test_a_file_and_then_its_name_are_on_disk(tmp_path: Path, done: list[tuple[str, Path]]) -> None:
    write_durably(tmp_path / "state.json", b"{}")
    (_, temporary), *rest = done
    assert temporary.parent == tmp_path
    assert rest == [("rename", tmp_path / "state.json"), ("sync", tmp_path)]


def test_every_file_and_folder_of_a_publication_is_on_disk(tmp_path: Path, done: list[tuple[str, Path]]) -> None:
    (tmp_path / "site" / "deep").mkdir(parents=True)
    files = {tmp_path / "manifest.json", tmp_path / "site" / "deep" / "page.html"}
    for path in files:
        path.write_text("x")
    sync_tree(tmp_path)
    assert {path for what, path in done if what == "sync"} == {
        *files,
        tmp_path,
        tmp_path / "site",
        tmp_path / "site" / "deep",
    }


def test_the_pointer_is_on_disk(bare_workspace: Workspace, done: list[tuple[str, Path]]) -> None:
    folder = bare_workspace.publications / "one"
    folder.mkdir(parents=True)
    point_at(bare_workspace, folder)
    assert done == [("rename", bare_workspace.current), ("sync", bare_workspace.data)]
    assert bare_workspace.current.resolve() == folder


def test_without_links_the_pointer_is_a_file_that_is_never_half(
    bare_workspace: Workspace, done: list[tuple[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError("A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", no_links)
    folder = bare_workspace.publications / "one"
    folder.mkdir(parents=True)
    point_at(bare_workspace, folder)
    assert [what for what, _ in done] == ["sync", "rename", "sync"]
    assert bare_workspace.current.read_text() == "publications/one"


def test_what_could_not_be_written_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "state.json").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_durably(tmp_path / "state.json", b"new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("state.json", "old")]
