"""Transform: dbt in this process, on one build database, with the manifest kept between runs.

Parsing takes dbt several seconds and depends on the code alone, so the parsed project is cached per fingerprint of it.
Dagster does not belong here: `assets/models.py` turns the events that `build` hands on into asset events.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock
from platformdirs import user_cache_path

from dagster_project.product import dbt_fingerprint, product_path

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

DATABASE_VARIABLE = "OPKOERS_BUILD_DB"
REGISTRATION = "tag:registration"
"""Models of the confidential database. They are built there (`+tag:registration`) and never with the rest."""
_KEPT_CACHES = 4


class DbtFailed(Exception):
    """dbt could not build: a fault of the program or of a model, not of the data."""


def cache_folder() -> Path:
    """Where parsed projects are kept: `OPKOERS_CACHE_DIR`, or the user's cache folder."""
    configured = os.environ.get("OPKOERS_CACHE_DIR")
    return Path(configured) if configured else user_cache_path("opkoers")


@cache
def parsed_project() -> Path:
    """The folder with `manifest.json` and `partial_parse.msgpack` of this code, parsed once."""
    # where the code lies is part of what dbt keeps: of two copies of it, one may be gone tomorrow
    place = hashlib.sha256(str(product_path("dbt")).encode()).hexdigest()
    folder = cache_folder() / f"dbt-{dbt_fingerprint()[:16]}-{place[:8]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "manifest.json").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            _invoke(["parse"], target=folder)
        _drop_old_caches(folder)
    return folder


def _drop_old_caches(current: Path) -> None:
    others = sorted(
        (path for path in current.parent.glob("dbt-*") if path.is_dir() and path != current),
        key=lambda path: path.stat().st_mtime,
    )
    for path in others[:-_KEPT_CACHES]:
        shutil.rmtree(path, ignore_errors=True)
        Path(f"{path}.lock").unlink(missing_ok=True)


@cache
def manifest() -> dict[str, Any]:
    """dbt's manifest of this code."""
    return json.loads((parsed_project() / "manifest.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _parsed_manifest() -> Manifest:
    from dbt.contracts.graph.manifest import Manifest

    return Manifest.from_msgpack((parsed_project() / "partial_parse.msgpack").read_bytes())


def build(
    database: Path, *, select: str | None = None, exclude: str | None = None, on_event: Callable[[EventMsg], None]
) -> None:
    """Run seeds, models and data tests of a selection on a build database.

    Unit tests are left out: they test the code, which `make test` does, and not the data.

    Args:
        database: the build database; its raw schema is loaded.
        select: dbt selection; None is everything but the models of the confidential database.
        exclude: dbt selection to leave out as well.
        on_event: receives every dbt event as it happens.

    Raises:
        DbtFailed: a model or a data test failed; the message names it.
    """
    arguments = ["build", "--exclude-resource-type", "unit_test", "--no-write-json"]  # nobody reads those files
    left_out = [] if select else [REGISTRATION]
    left_out += [exclude] if exclude else []
    arguments += ["--select", select] if select else []
    arguments += ["--exclude", *left_out] if left_out else []
    _invoke(
        arguments, target=database.parent / "dbt", database=database, manifest=_parsed_manifest(), on_event=on_event
    )


def stage(database: Path) -> None:
    """Load the seeds and make the staging views on a build database whose raw schema is loaded.

    Raises:
        DbtFailed: dbt could not.
    """
    build(
        database,
        select="resource_type:seed path:../models/staging",
        exclude=f"tag:audit {REGISTRATION} resource_type:test",
        on_event=lambda _: None,
    )


def read_by(layers: Collection[str]) -> dict[str, list[str]]:
    """The seeds and models outside some layers that models in them read, by their layer."""
    nodes = manifest()["nodes"]
    readers = [n for n in nodes.values() if n["resource_type"] == "model" and n["fqn"][1] in layers]
    read = {parent for node in readers for parent in node["depends_on"]["nodes"]}
    found: dict[str, list[str]] = {}
    for node in (nodes[name] for name in sorted(read)):
        if node["resource_type"] == "seed" or node["fqn"][1] not in layers:
            found.setdefault(node["schema"], []).append(node["name"])
    return found


def _invoke(
    arguments: list[str],
    *,
    target: Path,
    database: Path | None = None,
    manifest: Manifest | None = None,
    on_event: Callable[[EventMsg], None] | None = None,
) -> None:
    from dbt.cli.main import dbtRunner

    project = str(product_path("dbt"))
    common = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(target)]
    quiet = ["--log-level", "none", "--log-level-file", "none", "--log-path", str(target), "--no-use-colors"]
    runner = dbtRunner(manifest=manifest, callbacks=[on_event] if on_event else None)
    with _build_database(database):
        result = runner.invoke([*arguments, *common, *quiet])
    if result.exception:
        raise DbtFailed(f"dbt {arguments[0]} stopped: {result.exception}") from result.exception
    if not result.success:
        failed = [r for r in result.result.results if r.status in ("error", "fail")]  # type: ignore[union-attr]
        raise DbtFailed(
            "; ".join(f"dbt {r.node.resource_type} {r.node.name}: {str(r.message).strip()}" for r in failed)
        )


@contextmanager
def _build_database(database: Path | None) -> Iterator[None]:
    """Point the profile at a database, and let go of the file afterwards so that other processes may read it."""
    before = os.environ.get(DATABASE_VARIABLE)
    if database:
        os.environ[DATABASE_VARIABLE] = str(database)
    try:
        yield
    finally:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        # the manager only drops its reference: what else still refers to a connection would hold the file until
        # Python happens to clean up, and the gate, another process, could not open it
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        gc.collect()
        os.environ.pop(DATABASE_VARIABLE, None)
        if before is not None:
            os.environ[DATABASE_VARIABLE] = before
