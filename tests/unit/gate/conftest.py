"""A small, sound build database, made once: every table of both gates holds rows that pass every check."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from dagster_project.product import product_path
from dagster_project.raw import create_raw_schema
from tests.unit.gate.care_rows import CARE_ROWS
from tests.unit.gate.figure_rows import FIGURE_ROWS
from tests.unit.gate.plan_rows import PLAN_ROWS, RAW_PLAN_ROWS
from tests.unit.gate.view_rows import VIEW_ROWS


def create_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every published table, empty, with the columns that its dbt contract states."""
    connection.execute("create schema marts; create schema intermediate")
    for path in sorted(product_path("models").glob("marts/**/*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            body = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
            connection.execute(f"create table marts.{model['name']} ({body})")
    connection.execute(
        "create table intermediate.int_objective (objective_id text, version integer, plan_id text, opgave text)"
    )


@pytest.fixture(scope="session")
def sound_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound database. Do not write to it: ask for `build` instead."""
    path = tmp_path_factory.mktemp("gate") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        create_raw_schema(connection)
        create_marts(connection)
        for rows in (FIGURE_ROWS, RAW_PLAN_ROWS, PLAN_ROWS, CARE_ROWS, VIEW_ROWS):
            connection.execute(rows)
    return path


@pytest.fixture
def build(sound_build: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Make a copy of the sound database and change it with SQL."""

    def changed(sql: str = "") -> Path:
        path = tmp_path / "warehouse.duckdb"
        shutil.copyfile(sound_build, path)
        if sql:
            with duckdb.connect(str(path)) as connection:
                connection.execute(sql)
        return path

    return changed


@pytest.fixture
def suites(tmp_path: Path) -> Callable[..., Path]:
    """Write suite files for a stage and give the folder that holds the stages."""

    def write(stage: str = "after_ingest", **files: str) -> Path:
        folder = tmp_path / "expectations"
        (folder / stage).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / stage / f"{name}.yml").write_text(content, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def _analytics_off() -> Iterator[None]:
    """Nothing leaves the machine when Great Expectations is used within the tests' own process."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GX_ANALYTICS_ENABLED", "false")
    yield
    patch.undo()
