"""Dagster's own storage on a real PostgreSQL, with the settings of `deploy/`."""

from __future__ import annotations

import shutil

import dagster as dg
import pytest

from dagster_project.product import product_root
from dagster_project.workspace import Workspace
from tests.integration.conftest import Refresh
from tests.postgres import running_postgres
from tests.standin.server import StandIn


@pytest.mark.long
def test_a_refresh_leaves_its_run_in_postgres(
    workspace: Workspace, country: StandIn, run_refresh: Refresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.dagster_home.mkdir(parents=True)
    shutil.copyfile(product_root() / "deploy" / "dagster.yaml", workspace.dagster_home / "dagster.yaml")
    with running_postgres() as server:
        monkeypatch.setenv("OPKOERS_DAGSTER_STORAGE", server.url().replace("postgresql://", "postgresql+psycopg2://"))
        said, code = run_refresh()
        assert code == 0, said
        with dg.DagsterInstance.from_config(str(workspace.dagster_home)) as instance:
            runs = instance.get_runs()
            assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS]
            assert instance.get_latest_materialization_event(dg.AssetKey("publication")) is not None
    assert not [path for path in workspace.dagster_home.rglob("*.db") if path.stat().st_size]
