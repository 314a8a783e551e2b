"""The published tables as dbt's manifest describes them: columns, types, meaning, grain, and what they are made of.

What belongs here: reading the manifest into typed records, so that a new mart is described everywhere without a line of
Python. What does not: how a page or a standard words it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from dagster_project import transform

_SCHEMA = "marts"


@dataclass(frozen=True)
class PublishedColumn:
    """One column, as its contract states it."""

    name: str
    data_type: str
    description: str
    is_required: bool
    """Never empty, by a constraint that dbt enforces."""
    is_key: bool
    """One of the columns that a row is known by."""


@dataclass(frozen=True)
class PublishedTable:
    """One published table.

    Attributes:
        file: of its model, from the root of the product: `models/marts/dim_region.sql`.
        parents: the relations that its model reads, as `schema.table`.
        origins: the raw tables and seeds at the far end of its models, as `schema.table`.
        key: the columns of which every combination occurs once; empty where no test says so.
    """

    name: str
    description: str
    columns: tuple[PublishedColumn, ...]
    file: str
    parents: tuple[str, ...]
    origins: tuple[str, ...]
    key: tuple[str, ...]


@cache
def published_tables() -> tuple[PublishedTable, ...]:
    """Every published table of this code, in order of name."""
    manifest = transform.manifest()
    keys = _keys(manifest)
    nodes = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    tables = (_table(manifest, node, keys.get(node["unique_id"], ())) for node in nodes if node["schema"] == _SCHEMA)
    return tuple(sorted(tables, key=lambda table: table.name))


def model_file(node: dict[str, Any]) -> str:
    """The file of a model or seed, from the root of the product: dbt counts from its own folder."""
    parts = PurePosixPath(node["original_file_path"].replace("\\", "/")).parts
    return "/".join(part for part in parts if part != "..")


def relation(node: dict[str, Any]) -> str:
    """A model, seed or source as `schema.table`."""
    return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"


def _table(manifest: dict[str, Any], node: dict[str, Any], key: tuple[str, ...]) -> PublishedTable:
    parents = [_found(manifest, name) for name in manifest["parent_map"][node["unique_id"]]]
    return PublishedTable(
        name=node["name"],
        description=" ".join(node["description"].split()),
        columns=tuple(_column(column, key) for column in node["columns"].values()),
        file=model_file(node),
        parents=tuple(sorted(relation(parent) for parent in parents if parent)),
        origins=tuple(sorted({relation(origin) for origin in _origins(manifest, node["unique_id"], set())})),
        key=key,
    )


def _column(column: dict[str, Any], key: tuple[str, ...]) -> PublishedColumn:
    return PublishedColumn(
        name=column["name"],
        data_type=column["data_type"],
        description=" ".join(column["description"].split()),
        is_required=any(constraint["type"] == "not_null" for constraint in column["constraints"]),
        is_key=column["name"] in key,
    )


def _found(manifest: dict[str, Any], unique_id: str) -> dict[str, Any] | None:
    """A relation by its id; None for what is no relation, such as a macro."""
    found: dict[str, Any] | None = manifest["nodes"].get(unique_id) or manifest["sources"].get(unique_id)
    return found


def _origins(manifest: dict[str, Any], unique_id: str, seen: set[str]) -> Iterator[dict[str, Any]]:
    """Sources and seeds above a node, each walked to once."""
    for name in manifest["parent_map"].get(unique_id, ()):
        if name in seen:
            continue
        seen.add(name)
        node = _found(manifest, name)
        if node and node["resource_type"] in ("source", "seed"):
            yield node
        else:
            yield from _origins(manifest, name, seen)


def _keys(manifest: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Model to its key: the first test that says of which columns every combination, or value, occurs once."""
    keys: dict[str, tuple[str, ...]] = {}
    for node in manifest["nodes"].values():
        columns = tuple(_unique_columns(node))
        if columns:
            keys.setdefault(node["attached_node"], columns)
    return keys


def _unique_columns(node: dict[str, Any]) -> Iterable[str]:
    test = node.get("test_metadata") or {}
    if node["resource_type"] != "test" or node["config"].get("where"):
        return ()
    if test.get("name") == "grain":
        return tuple(test["kwargs"]["columns"])
    return (test["kwargs"]["column_name"],) if test.get("name") == "unique" else ()
