"""The blueprint of a publication: which models, seeds and contracts it was made by, and what each column comes from.

A publication keeps it, so that a trace of it years later names the code of then and not that of today. Column lineage
itself is worked out in `lineage.py`; what a row rests on stands in `audit_lineage`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from dagster_project import transform
from dagster_project.gate.judgement import batch
from dagster_project.product import product_path
from dagster_project.raw import append
from dagster_project.run import Run

_KINDS = ("model", "seed")


def git_blob(content: bytes) -> str:
    """The name that git gives to a file of this content, as `git hash-object` prints it.

    An installed product has no repository; whoever has one finds the file by this name.
    Source of the format: Pro Git, 10.2 Git Objects.
    """
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def grains() -> dict[str, list[str]]:
    """The columns that tell the rows of each model apart: those of its grain test, or its one unique column."""
    found: dict[str, list[str]] = {}
    tests = [node for node in transform.manifest()["nodes"].values() if node["resource_type"] == "test"]
    for name in ("grain", "unique"):
        for test in tests:
            told = test.get("test_metadata") or {}
            if told.get("name") == name and test["attached_node"]:
                columns = told["kwargs"]["columns"] if name == "grain" else [test["column_name"]]
                found.setdefault(test["attached_node"].split(".")[-1], columns)
    return found


def load(run: Run) -> dict[str, int]:
    """Fill raw.model and raw.model_column in the build database.

    Returns:
        Rows per table.
    """
    rows = {"model": list(_models()), "model_column": list(_columns())}
    with duckdb.connect(str(run.database)) as connection:
        for table, content in rows.items():
            connection.execute(f"delete from raw.{table}")
            append(connection, [batch(table, content)])
    return {table: len(content) for table, content in rows.items()}


def _models() -> Iterator[dict[str, Any]]:
    manifest, grain = transform.manifest(), grains()
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] in _KINDS}
    nodes |= manifest["sources"]
    for node in nodes.values():
        path = (product_path("dbt") / node["original_file_path"]).resolve()
        parents = [nodes[parent] for parent in node.get("depends_on", {}).get("nodes", ()) if parent in nodes]
        yield {
            "model": _relation(node),
            "layer": node["fqn"][1] if node["resource_type"] == "model" else node["resource_type"],
            "file": path.relative_to(product_path().resolve()).as_posix(),
            "git_blob": git_blob(path.read_bytes()),
            "grain": ",".join(grain.get(node["name"], ())) or None,
            "parents": ",".join(sorted(_relation(parent) for parent in parents)) or None,
        }


def _relation(node: dict[str, Any]) -> str:
    return f"{node['schema']}.{node['name']}"


def _columns() -> Iterator[dict[str, Any]]:
    nodes = transform.manifest()["nodes"]
    for name, columns in _column_lineage(transform.parsed_project() / "column_lineage.json").items():
        if "audit" in nodes[name]["tags"]:
            continue  # built after this: known from the second run of a version on, and the same in every one is better
        for column, parents in columns.items():
            for parent, parent_column in parents:
                yield {
                    "model": _relation(nodes[name]),
                    "column_name": column,
                    "parent": parent,
                    "parent_column": parent_column,
                }


def _column_lineage(path: Path) -> dict[str, dict[str, list[list[str]]]]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
