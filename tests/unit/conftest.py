"""What tests of several rooms share: a workspace with an empty `drop/` and no mappings."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "workspace"
    (root / "drop").mkdir(parents=True)
    (root / "mappings").mkdir()
    (root / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n', encoding="utf-8")
    return Workspace(root)
