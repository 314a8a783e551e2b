"""The unit tests that stand beside the models, run by dbt itself: a refresh leaves them out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner

from dagster_project import transform
from dagster_project.product import product_path


def test_every_dbt_unit_test_passes(build_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = shutil.copy(build_database, tmp_path / build_database.name)
    monkeypatch.setenv(transform.DATABASE_VARIABLE, str(database))
    project = str(product_path("dbt"))
    folders = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(tmp_path / "target")]
    quiet = ["--log-path", str(tmp_path), "--log-level", "none", "--log-level-file", "none"]

    outcome = dbtRunner().invoke(["test", "--select", "test_type:unit", *folders, *quiet])

    assert outcome.exception is None
    results = list(outcome.result)  # type: ignore[arg-type]
    assert [f"{r.node.name}: {r.message}" for r in results if r.status != "pass"] == []
    assert len(results) == len(transform.manifest()["unit_tests"])
