"""The later models on a real Spark: the same published tables as DuckDB's, and a comparison that sees what differs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project import transform
from dagster_project.demo import init_workspace
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.publication import current_folder
from dagster_project.serving import spark
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import Workspace
from tests.integration.conftest import own_demo
from tests.spark import spark_python

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", autouse=True)
def _environment() -> Iterator[None]:
    """Spark's own Python, for all of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(spark.PYTHON_VARIABLE, spark_python())
        yield


@pytest.fixture(scope="module")
def demo(published_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo after its first run."""
    return own_demo(published_demo, tmp_path_factory.mktemp("spark") / "demo")


@pytest.fixture(scope="module")
def made(demo: Workspace, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder in which Spark made the demo's tables, and what was said of it."""
    folder = tmp_path_factory.mktemp("made") / "folder"
    return folder, spark.build(demo, folder)


def warehouse_of(workspace: Workspace) -> Path:
    standing = current_folder(workspace)
    assert standing is not None
    return standing / WAREHOUSE


def test_spark_makes_every_published_table_of_the_demo_as_duckdb_does(
    made: tuple[Path, list[str]], demo: Workspace
) -> None:
    folder, said = made
    models = [node for node in transform.manifest()["nodes"].values() if node["resource_type"] == "model"]
    published = {node["name"] for node in models if node["fqn"][1] == "marts"}
    assert {path.name for path in (folder / "marts").iterdir()} == published
    with duckdb.connect(str(warehouse_of(demo)), read_only=True) as connection:
        rows = sum(connection.table(f"marts.{name}").shape[0] for name in published)
    assert rows > 10_000
    assert said[-1].startswith(f"They are the {len(published)} published tables with {rows} rows")
    assert list(demo.build.glob("rebuild-*")) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update marts.fct_indicator_value set value = value * (1 + 2e-9) where value > 1", "rows with another value"),
        (
            "update marts.fct_objective_attainment set status = 'behaald' where status = 'op koers'",
            "rows with another status",
        ),
        ("update marts.dim_peer set peer_code = 'GM9999' where rank = 1", "rows only published"),
        (
            "delete from marts.fct_break where break_date = (select max(break_date) from marts.fct_break)",
            "more or less",
        ),
        ("alter table marts.fct_cost add column other integer", "of one side only"),
    ],
)
def test_the_comparison_names_what_differs(
    made: tuple[Path, list[str]], demo: Workspace, tmp_path: Path, change: str, told: str
) -> None:
    changed = Path(shutil.copy(warehouse_of(demo), tmp_path))
    with duckdb.connect(str(changed)) as connection:
        connection.execute(change)
    with pytest.raises(VerificationFailed, match=told) as refusal:
        spark.compare(made[0], changed)
    assert change.split("marts.")[1].split()[0] in str(refusal.value)


def test_a_difference_in_the_last_digits_is_none(made: tuple[Path, list[str]], demo: Workspace, tmp_path: Path) -> None:
    changed = Path(shutil.copy(warehouse_of(demo), tmp_path))
    with duckdb.connect(str(changed)) as connection:
        connection.execute("update marts.fct_indicator_value set value = value * (1 + 1e-12)")
    assert spark.compare(made[0], changed).startswith("They are the")


def test_a_table_that_spark_did_not_make_is_told(made: tuple[Path, list[str]], demo: Workspace, tmp_path: Path) -> None:
    shutil.copytree(made[0] / "marts", tmp_path / "marts", ignore=shutil.ignore_patterns("dim_plan"))
    with pytest.raises(VerificationFailed, match="dim_plan: Spark made no such table"):
        spark.compare(tmp_path, warehouse_of(demo))


def test_a_folder_with_something_in_it_is_refused(made: tuple[Path, list[str]], demo: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="is not empty, expected a new folder"):
        spark.build(demo, made[0])


def test_without_a_publication_there_is_nothing_to_hand_over(tmp_path: Path) -> None:
    init_workspace(tmp_path / "heemskerk", "GM0396", "Heemskerk")
    with pytest.raises(ConfigurationError, match="Nothing is published yet"):
        spark.build(Workspace(tmp_path / "heemskerk"), tmp_path / "new")


def test_without_java_the_way_out_is_told(demo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ConfigurationError, match="Install a Java runtime"):
        spark.build(demo, tmp_path / "new")


def test_without_its_environment_the_way_to_make_one_is_told(
    demo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(spark.PYTHON_VARIABLE)
    with pytest.raises(ConfigurationError, match="has no Spark, which has an environment of its own"):
        spark.build(demo, tmp_path / "new")
