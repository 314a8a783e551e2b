"""A workspace with keys of its own, whatever the environment says, and the confidential database of the model tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.extract.pseudonym import HMAC_KEY
from dagster_project.registration.identity import AGE_IDENTITY
from dagster_project.registration.rotation import make_missing_keys
from dagster_project.registration.vault import Vault
from dagster_project.workspace import Workspace
from tests.unit.registration.confidential import Confidential


@pytest.fixture
def bare_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for place in (HMAC_KEY, AGE_IDENTITY):
        monkeypatch.delenv(place.variable, raising=False)
        monkeypatch.delenv(place.file_variable, raising=False)
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\nretention_days = 100\n')
    return Workspace(root)


@pytest.fixture
def workspace(bare_workspace: Workspace) -> Workspace:
    make_missing_keys(bare_workspace)
    return bare_workspace


@pytest.fixture
def vault(workspace: Workspace) -> Vault:
    return Vault(workspace)


@pytest.fixture(scope="session")
def confidential(tmp_path_factory: pytest.TempPathFactory) -> Confidential:
    """Made once."""
    return Confidential(tmp_path_factory.mktemp("confidential"))
