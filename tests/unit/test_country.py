"""Pages of every gemeente from the publication that stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dagster_project.country import write_country
from dagster_project.errors import ConfigurationError
from dagster_project.workspace import Workspace
from tests.unit.site.page_build import make_build, make_workspace

MANIFEST = {
    "run_id": "run",
    "publication_id": "publication",
    "created_at": "2025-04-15T06:15:00Z",
    "as_of": "2025-04-15",
    "git_commit": "0a1b2c3d",
    "pins": [],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with a publication, pointed at as where links do not exist."""
    made = make_workspace(tmp_path / "workspace")
    folder = made.publications / "publication"
    folder.mkdir(parents=True)
    make_build(folder / "warehouse.duckdb")
    (folder / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    made.current.write_text("publications/publication\n", encoding="utf-8")
    return made


def test_all_gemeenten_are_written_and_counted(workspace: Workspace, tmp_path: Path) -> None:
    said = write_country(workspace, tmp_path / "pages", None)
    assert said == f"Pages of 5 gemeenten in {tmp_path / 'pages'}; open {tmp_path / 'pages' / 'index.html'}."
    assert len(list((tmp_path / "pages").glob("GM????.html"))) == 5


def test_one_gemeente_is_written_alone(workspace: Workspace, tmp_path: Path) -> None:
    assert write_country(workspace, tmp_path / "pages", ["GM0034"]).startswith("Pages of 1 gemeente in")


def test_before_the_first_publication_there_is_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Nothing is published yet"):
        write_country(make_workspace(tmp_path / "workspace"), tmp_path / "pages", None)


def test_publications_are_not_written_into(workspace: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="Choose a folder outside it"):
        write_country(workspace, workspace.current.parent / "publications" / "publication" / "site", None)
