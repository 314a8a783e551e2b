"""The models beyond one machine: intermediate and marts on Apache Spark, from what DuckDB has loaded and staged.

Files are read, gated and staged where they lie, by DuckDB. What the later layers read of that is handed over as
Parquet in a folder that both sides see; dbt then runs the same models on Spark, whose tables come to lie in the same
folder. They are held against the publication that stands. What does not belong here: how the dialects differ, which is
the work of `dbt/macros/dialect.sql`, and publishing, which stays with the files.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from dagster_project import ingest, transform
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.product import product_path
from dagster_project.publication import current_folder, read_manifest
from dagster_project.run import Run, RunOptions
from dagster_project.verification.difference import grain_of
from dagster_project.warehouse import PUBLISHED_SCHEMA, WAREHOUSE, is_audit, published_tables, quoted
from dagster_project.workspace import Workspace

METHOD_VARIABLE = "OPKOERS_SPARK_METHOD"
"""How dbt reaches Spark: `session` on this machine, or `thrift`; see dbt/profiles.yml for the rest."""
SESSION = "session"
PYTHON_VARIABLE = "OPKOERS_SPARK_PYTHON"
"""The Python of Spark's own environment, made from requirements-spark.lock."""
MADE = ("intermediate", PUBLISHED_SCHEMA)
"""Layers that Spark makes."""
TOLERANCE = 1e-9
"""Of floating values, beside the larger of 1 and the value itself."""
_RUN_ID = "spark"
_REGISTER = "register"
_SHOWN = 300
_WORKER = Path(__file__).with_name("spark_worker.py")

Tables = dict[str, list[str]]
"""Layer to the names of its tables."""


@dataclass(frozen=True)
class Difference:
    """Where what Spark made is not what stands published: a table, and in how many rows or what of it."""

    table: str
    told: str


def build(workspace: Workspace, folder: Path) -> list[str]:
    """Hand over what stands published as DuckDB staged it, make the later layers on Spark, and compare.

    Args:
        workspace: the workspace.
        folder: a new or empty folder that Spark sees under the same path.

    Returns:
        What was done, in sentences.

    Raises:
        ConfigurationError: nothing is published, the folder holds something, a library or Java is missing, or Spark
            cannot be reached or cannot read the folder.
        VerificationFailed: Spark made something else than stands published; the message names the tables.
    """
    standing = _standing(workspace)
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError(f"{folder} is not empty, expected a new folder for what Spark reads and makes.")
    _python()  # before the work that it would be for
    folder = folder.resolve()
    with staged(workspace, standing) as database:
        tables = hand_over(database, folder)
    make(folder, tables)
    return [
        f"Handed over {sum(map(len, tables.values()))} tables in {folder}, and made {' and '.join(MADE)} on Spark.",
        compare(folder, standing / WAREHOUSE),
    ]


def _python() -> str:
    """The Python that has pyspark: the one that is named, or this one.

    Raises:
        ConfigurationError: it has no pyspark, or there is no Java for it.
    """
    python = os.environ.get(PYTHON_VARIABLE) or sys.executable
    seen = "import importlib.util as i, sys; sys.exit(not (i.find_spec('pyspark') and i.find_spec('dbt')))"
    try:
        is_there = subprocess.run([python, "-c", seen], check=False, capture_output=True).returncode == 0
    except OSError:
        is_there = False
    if not is_there:
        raise ConfigurationError(
            f"{python} has no Spark, which has an environment of its own. Make one (python3 -m venv .venv-spark; "
            ".venv-spark/bin/pip install --require-hashes -r requirements-spark.lock) and name its Python in "
            f"{PYTHON_VARIABLE}."
        )
    if _is_session() and not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise ConfigurationError(
            "Spark on this machine needs Java, and there is none. Install a Java runtime, 17 or newer, or name a Spark "
            f"server with {METHOD_VARIABLE}=thrift and OPKOERS_SPARK_HOST."
        )
    return python


def _is_session() -> bool:
    return os.environ.get(METHOD_VARIABLE, SESSION) == SESSION


@contextmanager
def staged(workspace: Workspace, standing: Path) -> Iterator[Path]:
    """A build database with raw tables, seeds and staging from the pins of a publication; it is gone afterwards."""
    manifest = read_manifest(standing)
    pins = tuple(pin["snapshot_id"] for pin in manifest["pins"])
    options = RunOptions(offline=True, as_of=date.fromisoformat(manifest["as_of"]), pins=pins)
    run = Run(workspace, _RUN_ID, options)
    shutil.rmtree(run.folder, ignore_errors=True)  # of a build that was killed
    run.begin()
    try:
        ingest.load_raw(run)
        transform.stage(run.database)
        yield run.database
    finally:
        shutil.rmtree(run.folder, ignore_errors=True)


def hand_over(database: Path, folder: Path) -> Tables:
    """Write every staged relation and seed that the later layers read to `<folder>/<layer>/<name>/`, as Parquet.

    Returns:
        What was written.
    """
    tables = transform.read_by(MADE)
    with duckdb.connect(str(database), read_only=True) as connection:
        for layer, names in tables.items():
            for name in names:
                target = folder / layer / name
                target.mkdir(parents=True)
                connection.execute(
                    f"copy (from {layer}.{name}) to '{quoted(target / 'part-0.parquet')}' (format parquet)"
                )
    return tables


def make(folder: Path, tables: Tables) -> dict[str, float]:
    """Let Spark know what was handed over, and run the later layers there, by dbt in Spark's own environment.

    Args:
        folder: that of `hand_over`; `spark.log` in it holds what Spark itself said.
        tables: what was handed over.

    Returns:
        Seconds of registering and of the models.

    Raises:
        ConfigurationError: the environment or Java is missing, or Spark cannot be reached or cannot read the folder.
        DbtFailed: a model failed there; the message names it.
    """
    answer = folder / "answer.json"
    handed = {"location": folder.as_posix(), "tables": tables, "made": list(MADE)}
    asked = {
        "answer": str(answer),
        "project": str(product_path("dbt")),
        "target": str(folder / "dbt"),
        "settings": _settings(folder) if _is_session() else None,
        "commands": {
            _REGISTER: ["run-operation", "hand_over", "--args", json.dumps(handed)],
            "models": ["run", "--select", *(f"path:../models/{layer}" for layer in MADE)],
        },
    }
    with (folder / "spark.log").open("wb") as said:
        done = subprocess.run(
            [_python(), "-P", str(_WORKER)],
            input=json.dumps(asked).encode(),
            stdout=said,
            stderr=said,
            cwd=folder,  # where Spark's own leftovers go
            check=False,
        )
    if done.returncode or not answer.is_file():
        raise ConfigurationError(f"Spark could not be started (exit code {done.returncode}). See {said.name}.")
    outcome = json.loads(answer.read_text(encoding="utf-8"))
    if outcome.get("failed") == _REGISTER:
        raise ConfigurationError(
            f"Spark does not take what is handed over: {_in_short(outcome['fault'])}. Look whether it runs, at "
            f"OPKOERS_SPARK_*, and whether it sees {folder} under that name."
        )
    if "failed" in outcome:
        raise transform.DbtFailed(outcome["fault"])
    return dict(outcome["seconds"])


def _settings(folder: Path) -> dict[str, str]:
    """Of a session on this machine, which serves nobody else."""
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": os.environ.get("OPKOERS_SPARK_MEMORY", "2g"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 1),  # 200, the default, is for clusters
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }


def _in_short(fault: str) -> str:
    """On one line: the first words of a library's fault say too little, and all of them too much."""
    return " ".join(fault.split())[:_SHOWN]


def compare_with_standing(workspace: Workspace, folder: Path) -> str:
    """Hold what Spark made against the publication that stands, see `compare`.

    Raises:
        ConfigurationError: nothing is published, or Spark made nothing in the folder.
        VerificationFailed: something differs.
    """
    if not (folder / PUBLISHED_SCHEMA).is_dir():
        raise ConfigurationError(f"{folder} holds no {PUBLISHED_SCHEMA}, expected what opkoers spark build made.")
    return compare(folder.resolve(), _standing(workspace) / WAREHOUSE)


def _standing(workspace: Workspace) -> Path:
    folder = current_folder(workspace)
    if folder is None:
        raise ConfigurationError("Nothing is published yet. Run: opkoers refresh.")
    return folder


def compare(folder: Path, warehouse: Path) -> str:
    """Hold what Spark made against a published warehouse: rows, keys and values exactly, floating values to 1e-9.

    Args:
        folder: that of the build.
        warehouse: the published file.

    Returns:
        What agrees, in one sentence.

    Raises:
        VerificationFailed: something differs; the message names the tables, and what of them.
    """
    differences, rows, tables = [], 0, 0
    with duckdb.connect() as connection:
        connection.execute(f"attach '{quoted(warehouse)}' as published (read_only)")
        connection.execute("use published")
        names = [name for name in published_tables(connection) if not is_audit(name)]
        for name in names:
            found = list(_differences(connection, folder, name))
            differences += found
            tables += 1
            rows += connection.table(f"published.{PUBLISHED_SCHEMA}.{name}").shape[0]
    if differences:
        shown = "; ".join(f"{each.table}: {each.told}" for each in differences)
        raise VerificationFailed(f"Spark made something else than stands in {warehouse}: {shown}")
    return (
        f"They are the {tables} published tables with {rows} rows: keys and counts the same, floating values to "
        f"{TOLERANCE:g}."
    )


def _differences(connection: duckdb.DuckDBPyConnection, folder: Path, table: str) -> Iterator[Difference]:
    files = folder / PUBLISHED_SCHEMA / table / "*.parquet"
    if not list(files.parent.glob(files.name)):
        yield Difference(table, "Spark made no such table")
        return
    ours, theirs = f"published.{PUBLISHED_SCHEMA}.{table}", f"read_parquet('{quoted(files)}')"
    columns, made = _columns(connection, ours), _columns(connection, theirs)
    if columns != made:
        yield Difference(table, f"columns {sorted(set(made.items()) ^ set(columns.items()))} are of one side only")
        return
    keys = list(grain_of(table)) or list(columns)
    for told, count in _counts(connection, ours, theirs, columns, keys).items():
        if count:
            yield Difference(table, f"{count} {told}")


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute(f"describe from {relation}").fetchall()}


def _counts(
    connection: duckdb.DuckDBPyConnection, ours: str, theirs: str, columns: Mapping[str, str], keys: list[str]
) -> dict[str, int]:
    """What differs, by how it is told, to the number of rows."""
    same_key = " and ".join(f'one."{key}" is not distinct from other."{key}"' for key in keys)
    counted = {
        "rows more or less": f"abs((select count(*) from {ours}) - (select count(*) from {theirs}))",
        "rows only published": "count(*) filter (other.is_there is null)",
        "rows only on Spark": "count(*) filter (one.is_there is null)",
    }
    both = "one.is_there and other.is_there"
    counted |= {
        f"rows with another {name}": f"count(*) filter ({both} and {_differs(name, kind)})"
        for name, kind in columns.items()
        if name not in keys
    }
    row = connection.execute(
        f"select {', '.join(counted.values())}"
        f" from (select *, true as is_there from {ours}) as one"
        f" full join (select *, true as is_there from {theirs}) as other on {same_key}"
    ).fetchone()
    return dict(zip(counted, row or (), strict=True))


def _differs(name: str, kind: str) -> str:
    one, other = f'one."{name}"', f'other."{name}"'
    if kind != "DOUBLE":
        return f"{one} is distinct from {other}"
    return (
        f"(({one} is null) != ({other} is null)"
        f" or abs({one} - {other}) > {TOLERANCE} * greatest(1, abs({one}), abs({other})))"
    )
