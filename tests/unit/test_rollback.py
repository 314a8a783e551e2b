"""Going back to an earlier publication: only to a whole one, in one step, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dagster_project.demo import init_workspace
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.publication import current_folder, point_at
from dagster_project.rollback import roll_back
from dagster_project.snapshots import sha256_of
from dagster_project.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Three publications in a chain; the last one stands."""
    init_workspace(tmp_path / "heemskerk", "GM0396", "Heemskerk")
    workspace = Workspace(tmp_path / "heemskerk")
    before = None
    for number in (1, 2, 3):
        folder = workspace.publications / f"2026110{number}T060000Z-{number}"
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(f"page {number}")
        files = {"index.html": sha256_of(folder / "index.html")}
        manifest = {"pins": [], "files": files, "previous_manifest_sha256": before}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        before = sha256_of(folder / "manifest.json")
        point_at(workspace, folder)
    return workspace


def _page(workspace: Workspace) -> str:
    return (workspace.current / "index.html").read_text()


def test_the_one_before_stands_again_and_nothing_is_removed(workspace: Workspace) -> None:
    said = roll_back(workspace)
    assert _page(workspace) == "page 2"
    assert "20261102T060000Z-2 stands again, in the place of 20261103T060000Z-3" in said[0]
    assert len(list(workspace.publications.iterdir())) == 3
    roll_back(workspace)
    assert _page(workspace) == "page 1"
    with pytest.raises(ConfigurationError, match="no publication before 20261101T060000Z-1"):
        roll_back(workspace)
    roll_back(workspace, "20261103T060000Z-3")
    assert _page(workspace) == "page 3"


@pytest.mark.parametrize(
    ("name", "says"),
    [("2026", "The newest: 20261103T060000Z-3, 20261102"), ("20261103T060000Z-3", "what stands already")],
)
def test_a_publication_that_cannot_be_gone_back_to(workspace: Workspace, name: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        roll_back(workspace, name)
    assert _page(workspace) == "page 3"


@pytest.mark.parametrize(("name", "what"), [("index.html", "was changed"), ("other.html", "was added")])
def test_a_publication_that_is_not_whole_does_not_stand_again(workspace: Workspace, name: str, what: str) -> None:
    (workspace.publications / "20261102T060000Z-2" / name).write_text("forged")
    with pytest.raises(VerificationFailed, match=f"{name} {what} after it was published. .* 20261103T060000Z-3 stands"):
        roll_back(workspace)
    assert current_folder(workspace) == workspace.publications / "20261103T060000Z-3"


def test_before_the_first_publication_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    init_workspace(tmp_path / "new", "GM0396", "Heemskerk")
    with pytest.raises(ConfigurationError, match="Nothing is published yet"):
        roll_back(Workspace(tmp_path / "new"))
