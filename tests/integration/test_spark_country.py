"""The later models on a Spark that is elsewhere, behind a Thrift server, for a made-up country of real tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.serving import spark
from dagster_project.workspace import Workspace
from tests.integration.conftest import Refresh
from tests.spark import spark_python, thrift_server
from tests.standin.server import StandIn


@pytest.mark.long
def test_spark_behind_a_thrift_server_makes_every_published_table_of_a_made_up_country(
    country: StandIn, workspace: Workspace, run_refresh: Refresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = spark_python()
    told, code = run_refresh()
    assert code == 0, told
    (tmp_path / "server").mkdir()
    with thrift_server(python, tmp_path / "server") as port:
        monkeypatch.setenv(spark.PYTHON_VARIABLE, python)
        monkeypatch.setenv(spark.METHOD_VARIABLE, "thrift")
        monkeypatch.setenv("OPKOERS_SPARK_HOST", "127.0.0.1")
        monkeypatch.setenv("OPKOERS_SPARK_PORT", str(port))
        assert spark.build(workspace, tmp_path / "made")[-1].startswith("They are the")
    said = (tmp_path / "server" / "server.log").read_text(encoding="utf-8", errors="replace")
    assert "opkoers_marts.fct_indicator_value" in said
