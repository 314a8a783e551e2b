"""The chain: everything that an auditor asks of one published row, as one record.

Value and formula; what it rests on, down to rows of snapshots; the snapshots; the models and columns it went through;
what the gates said; the run, the pins and the objectives of the publication. It builds nothing and changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.blueprint import git_blob
from dagster_project.product import code_fingerprint, product_path
from dagster_project.row_keys import split_key
from dagster_project.snapshots import Snapshot, sha256_of
from dagster_project.trace.formula import VALUE_COLUMNS, formula
from dagster_project.trace.question import Question, answer
from dagster_project.trace.raw_rows import RawRows, read_rows, verified
from dagster_project.trace.reading import Publication, Row, opened
from dagster_project.trace.walk import Edge, Node, RowName, walk, wanted_rows
from dagster_project.workspace import SETTINGS_FILE, Workspace

SEAL_SOURCE = "aggregate"
SnapshotName = tuple[str, str, str]
"""Source, dataset and snapshot id."""
SEED_KEYS = {
    "indicators": ("indicator_id",),
    "indicator_versions": ("indicator_id", "version"),
    "breaks": ("indicator_id", "region_code", "break_date"),
    "region_changes": ("event_date", "old_code", "new_code", "kind"),
    "cost_breaks": ("wet", "break_date"),
}
"""Which columns of a seed make the keys in `audit_lineage`."""


def trace(workspace: Workspace, question: Question, *, as_of: date | None = None) -> Row:
    """The chain behind one published row.

    Args:
        workspace: the workspace.
        question: which row; see `question.py`.
        as_of: a day; then the publication answers that tells what was known on it. None: the one that stands.

    Returns:
        A record of texts, numbers, lists and dictionaries: `table`, `key`, `row`, `formula`, `nodes`, `snapshots`,
        `models`, `columns`, `gates`, `run`, `publication`, `objectives`.

    Raises:
        ConfigurationError: no publication, table or row answers; the message names the nearest.
        VerificationFailed: a snapshot in the chain is gone or was changed.
    """
    with opened(workspace, as_of) as publication:
        row_key, _ = answer(publication, question)
        nodes = walk(publication, question.table, row_key)
        snapshots, raw = _snapshots(workspace, publication, nodes.values())
        models, columns = _models(publication, question.table, _ends(nodes.values()))
        told = [_told(publication, node, nodes, raw) for node in nodes.values()]
        return {
            **{name: told[0][name] for name in ("table", "key", "row", "formula")},
            "nodes": told,
            "snapshots": snapshots,
            "models": models,
            "columns": columns,
            "gates": _gates(publication, nodes.values()),
            "objectives": _objectives(publication, nodes.values()),
            **_publication(publication),
        }


def _snapshots(
    workspace: Workspace, publication: Publication, nodes: Iterable[Node]
) -> tuple[list[Row], dict[SnapshotName, RawRows]]:
    """The snapshots in which the chain ends, each verified, and the wanted rows of each."""
    told: list[Row] = []
    raw: dict[SnapshotName, RawRows] = {}
    for name, wanted in wanted_rows(nodes).items():
        snapshot, path = verified(workspace, *name)
        raw[name] = read_rows(workspace, snapshot, path, wanted)
        told.append(_snapshot(workspace, snapshot, path) | _sealed(publication, snapshot))
    return told, raw


def _snapshot(workspace: Workspace, snapshot: Snapshot, path: Path) -> Row:
    inside = path.is_relative_to(workspace.root)
    return {
        "file": (path.relative_to(workspace.root) if inside else path).as_posix(),
        "sha256": snapshot.snapshot_id,
        "sha256_verified": True,
        "source": snapshot.source_id,
        "dataset": snapshot.dataset_id,
        "table_id": snapshot.table_id,
        "url": snapshot.url,
        "origin": snapshot.origin,
        "original_url": snapshot.original_url,
        "retrieved_at": snapshot.retrieved_at,
        "publisher_modified": snapshot.publisher_modified,
        "licence": snapshot.licence,
        "attribution": snapshot.attribution,
        "is_synthetic": snapshot.is_synthetic,
    }


def _sealed(publication: Publication, snapshot: Snapshot) -> Row:
    """The exports that a seal was made of: their names, hashes and numbers of rows. Nobody in them is shown."""
    if snapshot.source_id != SEAL_SOURCE:
        return {}
    files = publication.rows(
        "select original_id, file_name, rows_in, rows_loaded, rows_quarantined, state, forgotten_at"
        " from marts.dim_registration_file where snapshot_id = ? order by received_at, original_id",
        [snapshot.snapshot_id],
    )
    return {"sealed": files}


def _told(
    publication: Publication, node: Node, nodes: Mapping[RowName, Node], raw: Mapping[SnapshotName, RawRows]
) -> Row:
    grain = publication.grains[node.table]
    return {
        "table": node.table,
        "row_key": node.row_key,
        "key": {column: node.row[column] for column in grain},
        "row": node.row,
        "formula": formula(node, nodes),
        "rests_on": [{"role": edge.role, **_end(publication, edge, raw)} for edge in node.edges],
    }


def _end(publication: Publication, edge: Edge, raw: Mapping[SnapshotName, RawRows]) -> Row:
    to = edge.to
    if "raw_table" in to:
        rows = raw[to["source_id"], to["dataset_id"], to["snapshot_id"]][to["raw_table"]]
        lines = [row for number in to["row_numbers"] for row in rows[number]]
        concept = to.get("concept_id")
        return {**to, "rows": [row for row in lines if concept is None or row["concept_id"].strip() == concept]}
    if "seed" in to:
        return {**to, **_seed(publication, to["seed"], to["seed_key"])}
    return dict(to)


def _seed(publication: Publication, seed: str, key: str) -> Row:
    """Where a fact that people keep stands, by the file of then; its row, where today's file is still that one."""
    if seed == "settings":
        return {"file": SETTINGS_FILE}
    if seed == "contracts":
        return {"file": f"sources/{split_key(key)[0]}.yml"}
    kept = publication.rows("select file, git_blob from marts.audit_model where model = ?", [f"seeds.{seed}"])[0]
    path = product_path(kept["file"])
    if not path.is_file() or git_blob(path.read_bytes()) != kept["git_blob"]:
        return {**kept, "row": None}
    with path.open(encoding="utf-8", newline="") as stream:
        lines = csv.DictReader(stream)
        row = next((line for line in lines if [line[column] for column in SEED_KEYS[seed]] == split_key(key)), None)
    return {**kept, "row": row}


def _models(publication: Publication, table: str, ends: set[str]) -> tuple[list[Row], list[Row]]:
    """The models that a table is made by, upstream first, and from which columns its value comes, step by step.

    Args:
        publication: the publication.
        table: the table of the row that is traced.
        ends: raw tables and seeds in which the chain of the row ends. Steps that lead to none of them are left out.
    """
    known = {row["model"]: row for row in publication.rows("select * from marts.audit_model order by model")}
    steps = publication.rows("select * from marts.audit_model_column order by all")
    start, wanted = f"marts.{table}", VALUE_COLUMNS.get(table)
    asked = [
        (r["model"], r["column_name"]) for r in steps if r["model"] == start and wanted in (None, r["column_name"])
    ]
    columns = _leading_to(ends, _column_steps(steps, asked))
    on_the_way = {start, *(step["parent"] for step in columns)}
    names = ("model", "layer", "file", "git_blob")
    models = [
        {**{name: known[model][name] for name in names}, "gives_the_value": model in on_the_way}
        for model in _upstream(known, start)
    ]
    return models, columns


def _upstream(known: Mapping[str, Row], start: str) -> list[str]:
    """A model after all that it reads."""
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in found or name not in known:
            return
        for parent in (known[name]["parents"] or "").split(","):
            visit(parent)
        found[name] = None

    visit(start)
    return list(found)


def _leading_to(ends: set[str], steps: list[Row]) -> list[Row]:
    """The steps from which one of the ends can be reached."""
    parents: dict[str, set[str]] = {}
    for step in steps:
        parents.setdefault(step["parent"], set()).add(step["model"])
    leading, waiting = set(ends), list(ends)
    while waiting:
        new = parents.get(waiting.pop(), set()) - leading
        leading |= new
        waiting += new
    return [step for step in steps if step["parent"] in leading]


def _column_steps(steps: list[Row], start: list[tuple[str, str]]) -> list[Row]:
    by_column: dict[tuple[str, str], list[Row]] = {}
    for step in steps:
        by_column.setdefault((step["model"], step["column_name"]), []).append(step)
    found: dict[tuple[str, str], list[Row]] = {}
    waiting = list(start)
    while waiting:
        column = waiting.pop(0)
        if column not in found:
            found[column] = by_column.get(column, [])
            waiting += [(step["parent"], step["parent_column"]) for step in found[column]]
    return [step for part in found.values() for step in part]


def _ends(nodes: Iterable[Node]) -> set[str]:
    """The raw tables and seeds in which a chain ends."""
    edges = [edge.to for node in nodes for edge in node.edges]
    raw = {f"raw.{to['raw_table']}" for to in edges if "raw_table" in to}
    return raw | {f"seeds.{to['seed']}" for to in edges if "seed" in to}


def _gates(publication: Publication, nodes: Iterable[Node]) -> list[Row]:
    """The suites that judged the tables of the chain, with every expectation that was not met."""
    tables = {"raw.snapshot", "raw.parameter"}
    for node in nodes:
        tables |= {
            f"marts.{node.table}",
            *(f"raw.{edge.to['raw_table']}" for edge in node.edges if "raw_table" in edge.to),
        }
    return publication.rows(
        "select stage, suite, table_name, count(*) as expectations,"
        " count(*) filter (where result = 'passed') as passed,"
        " list(concat_ws(' ', expectation, column_name) || ': ' || result || ' (' || severity || ') ' || message)"
        "  filter (where result <> 'passed') as not_met"
        " from marts.audit_validation where list_contains(?, table_name)"
        " group by stage, suite, table_name order by stage desc, suite",
        [sorted(tables)],
    )


def _objectives(publication: Publication, nodes: Iterable[Node]) -> Row:
    """Which objectives the publication speaks of, and the versions of those in the chain."""
    pins = publication.manifest["pins"]
    snapshot = next((pin["snapshot_id"] for pin in pins if pin["dataset_id"] == "objectives"), None)
    names = ("objective_id", "version", "valid_from", "valid_to", "is_current")
    versions = [{name: node.row[name] for name in names} for node in nodes if node.table == "dim_objective"]
    return {"snapshot_id": snapshot, "versions": versions}


def _publication(publication: Publication) -> dict[str, Any]:
    manifest = publication.manifest
    run = publication.rows("select * from marts.audit_run where run_id = ?", [manifest["run_id"]])
    names = ("publication_id", "created_at", "as_of", "content_hash", "git_commit", "code_fingerprint")
    return {
        "run": run[0] if run else {"run_id": manifest["run_id"]},
        "publication": {
            **{name: manifest[name] for name in names},
            "manifest_sha256": sha256_of(publication.folder / "manifest.json"),
            "read_by_the_same_code": manifest["code_fingerprint"] == code_fingerprint(),
        },
        "pins": {"count": len(manifest["pins"]), "listed_in": ["manifest.json", "marts.audit_snapshot"]},
    }
