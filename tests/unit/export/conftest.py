from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.export import write_exports
from dagster_project.export.printing import CHROMIUM_VARIABLE
from dagster_project.site import SiteRun, render_site
from tests.unit.export.export_build import make_export_build
from tests.unit.site.page_build import RUN, make_workspace

EDITION = replace(RUN, edition="2025-04")


class Made:
    """Exports of one build, and what it takes to make them again."""

    def __init__(self, root: Path, sql: str = "") -> None:
        self.root = root
        self.database = make_export_build(root / "warehouse.duckdb", sql)
        self.workspace = make_workspace(root / "workspace")
        self.site = root / "site"
        render_site(self.database, self.workspace, self.site, EDITION)
        self.folder, self.notes = self.again("export")

    def again(self, name: str, run: SiteRun = EDITION) -> tuple[Path, list[str]]:
        """Write the exports once more, without a browser: printing has tests of its own."""
        folder = self.root / name
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", "")
            patch.delenv(CHROMIUM_VARIABLE, raising=False)
            return folder, write_exports(self.database, self.site, folder, self.workspace, run).not_made


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Exports of a build with something for every sheet; only for reading."""
    return Made(tmp_path_factory.mktemp("export"))
