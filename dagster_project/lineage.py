"""Column lineage: from which columns of its parents each column of a model comes, read from its compiled SQL.

It depends on the code alone, so it is worked out once per version of the models and kept beside the parsed project.
(The translation that comes with dagster-dbt reads each model's SQL again for each of its columns at every run.)
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, cast

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

from dagster_project.snapshots import write_durably

log = logging.getLogger(__name__)

Relations = dict[str, dict[str, str]]
"""`schema.table` to its columns and their types."""
Sources = dict[str, list[tuple[str, str]]]
"""Column to the columns it comes from, as `schema.table` and column."""

_DIALECT = "duckdb"
CACHE = "column_lineage.json"
"""File of the parsed project in which the lineage is kept."""


def column_sources(sql: str, relations: Relations) -> Sources:
    """The columns of other relations that each column of a query comes from.

    Raises:
        SqlglotError: the SQL cannot be parsed, or names a column that no relation has.
    """
    nested: dict[str, dict[str, dict[str, str]]] = {}
    for name, columns in relations.items():
        schema_name, table = name.split(".")
        nested.setdefault(schema_name, {})[table] = columns
    schema = MappingSchema({"warehouse": nested}, dialect=_DIALECT)
    query = cast("exp.Query", qualify(parse_one(sql, dialect=_DIALECT), schema=schema, dialect=_DIALECT))
    scope = build_scope(query)
    found: Sources = {}
    for column in query.named_selects:
        root = lineage(column, query, schema=schema, scope=scope, dialect=_DIALECT, trim_selects=False)
        leaves = [node for node in root.walk() if not node.downstream]
        found[column] = sorted({leaf for node in leaves if (leaf := _leaf(node))})
    return found


def _leaf(node: Any) -> tuple[str, str] | None:
    table = node.expression.find(exp.Table)
    return (f"{table.db}.{table.name}", exp.to_column(node.name).name) if table else None


def cached_lineage(project: Path) -> dict[str, Sources]:
    """Column sources per model, of those that were built before; none where nothing was.

    Args:
        project: folder of the parsed project.
    """
    cache = project / CACHE
    return json.loads(cache.read_text(encoding="utf-8")) if cache.is_file() else {}


def model_lineage(models: dict[str, Path], relations: Relations, cache: Path) -> dict[str, Sources]:
    """Column lineage of models, from the cache where it is there.

    Args:
        models: unique id to the file with the compiled SQL.
        relations: every relation of the build database.
        cache: JSON file of this version of the models; what is missing in it is added.

    Returns:
        Column sources per unique id; a model whose SQL sqlglot cannot follow has none, and a log line says so.
    """
    known: dict[str, Sources] = json.loads(cache.read_text(encoding="utf-8")) if cache.is_file() else {}
    missing = {name: path for name, path in models.items() if name not in known}
    for name, path in missing.items():
        try:
            known[name] = column_sources(path.read_text(encoding="utf-8"), relations)
        except SqlglotError as error:
            log.warning("No column lineage for %s: %s", name, error)
            known[name] = {}
    if missing:
        write_durably(cache, json.dumps(known).encode())
    return {name: known[name] for name in models}
