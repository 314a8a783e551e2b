"""The later models on Spark beside the same models on DuckDB: seconds, memory and their ratios. Linux only.

Twice: the demo, and a made-up country of all gemeenten in every table and year (`bench/netherlands.py`, with a handful
of wijken and buurten). Either engine starts from the same staged tables, in a process of its own; "in all" counts its
start and dbt's parsing too. What both made is compared first.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

from bench import country, netherlands
from bench.stages import OPKOERS, timed
from dagster_project import transform
from dagster_project.publication import current_folder
from dagster_project.serving import spark
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import Workspace

FEW = 400
"""Wijken and buurten of the made-up country: one each for most gemeenten."""


def main() -> None:
    """Build both workspaces, run both engines on each, and print."""
    if not sys.platform.startswith("linux"):
        print("bench spark reads memory from /proc: it runs on Linux only.")
        return
    with tempfile.TemporaryDirectory() as scratch:
        cache = {"OPKOERS_CACHE_DIR": str(Path(scratch) / "cache")}
        demo = Path(scratch) / "demo"
        timed(*OPKOERS, "demo", "--workspace", str(demo), env=cache)
        _measure("demo", Workspace(demo), cache)
        with _served() as addresses:
            place = Path(scratch) / "country"
            timed(*OPKOERS, "init", str(place), "--gemeente", netherlands.GEMEENTE, env=cache)
            timed(*OPKOERS, "refresh", "--workspace", str(place), env={**cache, **addresses})
        _measure("made-up country", Workspace(place), cache)


@contextmanager
def _served() -> Iterator[dict[str, str]]:
    """The addresses of a stand-in that serves the country, in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    server = spawn.Process(target=_serve, args=(there,), daemon=True)
    server.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        server.join()


def _serve(pipe: Connection) -> None:
    netherlands.WIJKEN = netherlands.BUURTEN = FEW
    country.serve_country(pipe)


def _measure(name: str, workspace: Workspace, cache: dict[str, str]) -> None:
    standing = current_folder(workspace)
    if standing is None:
        raise RuntimeError(f"{workspace.root} was refreshed, and nothing is published")
    with tempfile.TemporaryDirectory(dir=workspace.root) as scratch:
        database, folder = Path(scratch) / WAREHOUSE, Path(scratch) / "spark"
        with spark.staged(workspace, standing) as staged:
            shutil.copyfile(staged, database)
        tables = spark.hand_over(database, folder)
        (folder / "tables.json").write_text(json.dumps(tables), encoding="utf-8")
        environment = {**os.environ, **cache}
        runs = {
            engine: country.watch((sys.executable, "-m", "bench.spark", engine, str(place)), environment)
            for engine, place in (("duckdb", database), ("spark", folder))
        }
        said = spark.compare(folder, standing / WAREHOUSE)
    print(f"\n{name}: {said}")
    print(f"{'':10}{'models s':>10}{'in all s':>10}{'peak MB':>10}")
    models = {engine: float(run.output.strip().splitlines()[-1]) for engine, run in runs.items()}
    for engine, run in runs.items():
        print(f"{engine:10}{models[engine]:>10.1f}{run.seconds:>10.1f}{run.tree:>10.0f}")
    ours, theirs = runs["duckdb"], runs["spark"]
    ratios = (models["spark"] / models["duckdb"], theirs.seconds / ours.seconds, theirs.tree / ours.tree)
    print("Spark / DuckDB: models {:.1f}x, in all {:.1f}x, memory {:.1f}x".format(*ratios))


def work(engine: str, place: Path) -> None:
    """Make the later layers on one engine, and print the seconds that the models took."""
    if engine == "duckdb":
        selection = [f"path:../models/{layer}" for layer in spark.MADE]
        transform.parsed_project()
        start = perf_counter()
        transform.build(
            place, select=" ".join(selection), exclude="tag:audit resource_type:test", on_event=lambda _: None
        )
        print(perf_counter() - start)
        return
    tables = json.loads((place / "tables.json").read_text(encoding="utf-8"))
    print(spark.make(place, tables)["models"])


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]))
