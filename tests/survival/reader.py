"""A reader of what stands published, over and over: DuckDB, Parquet, pages and manifest must be of one publication.

It resolves the pointer once per look, as a reader that wants more than one file must, and reads everything in the
folder that it then has. A reader of one file goes through the pointer itself.
"""

from __future__ import annotations

import json
import os
import random
import select
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet

from dagster_project.publication import read_manifest
from dagster_project.snapshots import sha256_of
from dagster_project.warehouse import table_hash

_PAUSE = 0.5


@dataclass
class Read:
    """What readers came to."""

    looks: int = 0
    publications: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


def look_once(data: Path, chance: random.Random) -> str:
    """Read what stands published, and give the id of its publication.

    Raises:
        AssertionError: parts of it do not belong together.
    """
    folder = (data / "current").resolve(strict=True)
    manifest = read_manifest(folder)
    assert manifest["publication_id"] == folder.name, f"the manifest in {folder.name} is of another publication"
    _look_in_warehouse(folder, manifest, chance)
    _look_at_files(folder, manifest, chance)
    with duckdb.connect(str(data / "current" / "warehouse.duckdb"), read_only=True) as connection:
        runs = {run for (run,) in connection.execute("select run_id from marts.audit_run").fetchall()}
    standing = read_manifest((data / "current").resolve(strict=True))["run_id"]
    assert runs & {manifest["run_id"], standing}, "through the pointer a file was read that is of neither publication"
    return str(manifest["publication_id"])


def _look_in_warehouse(folder: Path, manifest: dict[str, Any], chance: random.Random) -> None:
    hashed = {name: table for name, table in manifest["tables"].items() if "sha256" in table and table["rows"] < 5000}
    chosen = chance.sample(sorted(hashed), 2)
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        (run_ids,) = connection.execute("select list(run_id) from marts.audit_run").fetchone() or ([],)
        assert manifest["run_id"] in run_ids, f"audit_run of {folder.name} does not hold the run of its manifest"
        for name, table in manifest["tables"].items():
            found = connection.table(f"marts.{name}").shape[0]
            assert found == table["rows"], (
                f"{name} of {folder.name} has {found} rows, its manifest says {table['rows']}"
            )
        for name in chosen:
            assert table_hash(connection, name) == manifest["tables"][name], f"{name} of {folder.name} is torn"
        parquet = folder / "parquet" / f"{chosen[0]}.parquet"
    rows = pyarrow.parquet.read_table(parquet, use_threads=False).num_rows
    assert rows == manifest["tables"][chosen[0]]["rows"], f"{parquet} has {rows} rows"


def _look_at_files(folder: Path, manifest: dict[str, Any], chance: random.Random) -> None:
    pages = [name for name in manifest["files"] if name.endswith(".html")]
    for name in {"site/index.html", *chance.sample(pages, 2)}:
        assert sha256_of(folder / name) == manifest["files"][name], f"{folder.name}/{name} is torn"
    assert manifest["publication_id"] in (folder / "site" / "index.html").read_text(encoding="utf-8")


def read_on(data: Path, stop: int, seed: int, pause: float = _PAUSE) -> Read:
    """Look until the other end of a pipe is closed, and once more."""
    chance, read, again = random.Random(seed), Read(), True  # noqa: S311 - which table to read
    while again:
        again = not select.select([stop], [], [], pause if read.looks else 0)[0]
        try:
            read.publications.add(look_once(data, chance))
        except Exception as error:
            read.errors.append(f"{type(error).__name__}: {error} {traceback.format_exc(limit=-2)}")
        read.looks += 1
    return read


_KEPT: set[int] = set()
"""The ends of pipes that keep readers reading; they end when theirs is closed everywhere."""


@contextmanager
def reading(data: Path, report: Path, seed: int, pause: float = _PAUSE) -> Iterator[Callable[[], Read]]:
    """A reader in a process of its own beside what goes on here.

    Yields:
        What ends it and gives what it read.
    """
    stop, keep = os.pipe()
    _KEPT.add(keep)
    child = os.fork()
    if child == 0:
        for other in _KEPT:  # also those of readers before: they would wait for this one to end
            os.close(other)
        code = 1
        try:
            read = read_on(data, stop, seed, pause)
            report.write_text(json.dumps([read.looks, sorted(read.publications), read.errors[:5]]))
            code = 0
        finally:
            os._exit(code)
    os.close(stop)
    ended: list[Read] = []

    def end() -> Read:
        if not ended:
            _KEPT.discard(keep)
            os.close(keep)
            _, status = os.waitpid(child, 0)
            if status:
                ended.append(Read(errors=[f"the reader itself ended with status {status}"]))
            else:
                looks, publications, errors = json.loads(report.read_text())
                ended.append(Read(looks, set(publications), errors))
            report.unlink(missing_ok=True)
        return ended[0]

    try:
        yield end
    finally:
        end()
