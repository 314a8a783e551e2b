from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.site import render_site
from tests.unit.site.page_build import DOELEN, NOT_MEASURABLE, RUN, make_build, make_workspace


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a build in which every verdict occurs; only for reading."""
    root = tmp_path_factory.mktemp("site")
    build = make_build(root / "warehouse.duckdb", doelen=[*DOELEN, NOT_MEASURABLE])
    render_site(build, make_workspace(root / "workspace"), root / "site", RUN)
    return root / "site"


@pytest.fixture(scope="session")
def index(site: Path) -> str:
    return (site / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, str]:
    """Every page of the site, by its file."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(site.glob("*.html"))}


@pytest.fixture(scope="session")
def bbv(pages: dict[str, str]) -> str:
    return pages["bbv.html"]
