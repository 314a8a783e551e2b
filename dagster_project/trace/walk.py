"""The walk: from a row along `audit_lineage` to rows of snapshots and to facts that people keep.

A row is met once, however many ways lead to it. Sets of rows are told, not walked: each of their rows has a trace of
its own. What the rows say is not looked at here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from dagster_project.errors import VerificationFailed
from dagster_project.trace.reading import LINEAGE, Publication, Row
from dagster_project.warehouse import PUBLISHED_SCHEMA

RowName = tuple[str, str]
"""Table and key of a published row."""


_FIRST = (
    "line", "taken", "part", "published", "numerator", "denominator", "deciding_wijk", "current", "baseline", "verdict",
    "objective", "own", "national", "provincial",
)  # fmt: skip
"""Roles in the order in which a reader asks for them; the others follow."""


@dataclass
class Edge:
    """One thing that a row rests on: what `audit_lineage` says of it, without what is empty."""

    role: str
    to: Row

    @property
    def parent(self) -> RowName | None:
        """The published row it leads to, if it leads to one."""
        key = self.to.get("parent_row_key")
        return (self.to["parent_table"], key) if key is not None else None


@dataclass
class Node:
    """A published row and what it rests on."""

    table: str
    row_key: str
    row: Row
    edges: list[Edge] = field(default_factory=list)

    @property
    def name(self) -> RowName:
        return self.table, self.row_key

    def to(self, *roles: str) -> list[Edge]:
        """Its edges of some roles."""
        return [edge for edge in self.edges if edge.role in roles]


def walk(publication: Publication, table: str, row_key: str) -> dict[RowName, Node]:
    """Every published row on the way from a row to its ends, the row itself first.

    Raises:
        VerificationFailed: a row on the way is not published, or rests on nothing.
    """
    nodes: dict[RowName, Node] = {}
    waiting = deque([(table, row_key)])
    while waiting:
        name = waiting.popleft()
        if name in nodes:
            continue
        nodes[name] = _node(publication, *name)
        waiting.extend(parent for edge in nodes[name].edges if (parent := edge.parent) is not None)
    return nodes


def _node(publication: Publication, table: str, row_key: str) -> Node:
    row = publication.row(table, row_key)
    edges = publication.rows(
        f"select * exclude (table_name, row_key) from {PUBLISHED_SCHEMA}.{LINEAGE}"
        " where table_name = ? and row_key = ? order by all",
        [table, row_key],
    )
    if row is None or not edges:
        found = f"{table} {row_key} is not published" if row is None else f"{table} {row_key} rests on nothing"
        raise VerificationFailed(
            f"{found}, by {publication.folder.name}. The publication is broken: run opkoers verify."
        )
    edges.sort(key=lambda edge: _FIRST.index(edge["role"]) if edge["role"] in _FIRST else len(_FIRST))
    return Node(table, row_key, row, [_edge(publication, edge) for edge in edges])


def _edge(publication: Publication, told: Row) -> Edge:
    to = {name: value for name, value in told.items() if name != "role" and value is not None}
    if "row_numbers" in to:
        to["row_numbers"] = [int(number) for number in to["row_numbers"].split(",")]
    if "parent_filter" in to:
        (counted,) = publication.rows(
            f"select count(*) as n from {PUBLISHED_SCHEMA}.{to['parent_table']} where {to['parent_filter']}"
        )
        to["rows"] = counted["n"]
    return Edge(told["role"], to)


def wanted_rows(nodes: Iterable[Node]) -> dict[tuple[str, str, str], dict[str, set[int]]]:
    """Which rows of which snapshots the walk ends in: source, dataset and snapshot to raw table to row numbers."""
    wanted: dict[tuple[str, str, str], dict[str, set[int]]] = {}
    for edge in (edge for node in nodes for edge in node.edges if "raw_table" in edge.to):
        snapshot = (edge.to["source_id"], edge.to["dataset_id"], edge.to["snapshot_id"])
        tables = wanted.setdefault(snapshot, {})
        tables.setdefault(edge.to["raw_table"], set()).update(edge.to["row_numbers"])
    return wanted
