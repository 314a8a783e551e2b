"""Shorthand for tests: pull a table, read it, and look at the rows as plain tuples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dagster_project.contracts import Dataset
from dagster_project.extract import cbs
from dagster_project.extract.http import HttpClient
from dagster_project.snapshots import Recording
from tests.standin.server import StandIn

SNAPSHOT_ID = "0" * 64


def rows_of(dataset: Dataset, path: Path, table: str = "cbs_observation") -> list[dict[str, Any]]:
    """All rows that a snapshot gives for one raw table."""
    batches = [batch.rows for batch in cbs.read(dataset, path, SNAPSHOT_ID) if batch.table == table]
    return [row for batch in batches for row in batch.to_pylist()]


def values_of(dataset: Dataset, path: Path) -> dict[tuple[str, str, str], str | None]:
    """Concept, region and period of every observation to its value."""
    return {
        (row["concept_id"], row["region_key"], row["period_key"]): row["value_text"] for row in rows_of(dataset, path)
    }


def pulled(dataset: Dataset, standin: StandIn, http: HttpClient, scratch: Path) -> Recording:
    """One pull from the stand-in."""
    return cbs.pull(dataset, standin.endpoints, http, scratch)
