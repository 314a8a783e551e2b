"""The later models on a real Spark, for a made-up country of real tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.serving import spark
from dagster_project.workspace import Workspace
from tests.integration.conftest import Refresh
from tests.spark import spark_python
from tests.standin.server import StandIn


@pytest.mark.long
def test_spark_makes_every_published_table_of_a_made_up_country(
    country: StandIn, workspace: Workspace, run_refresh: Refresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(spark.PYTHON_VARIABLE, spark_python())
    said, code = run_refresh()
    assert code == 0, said
    assert spark.build(workspace, tmp_path / "made")[-1].startswith("They are the")
