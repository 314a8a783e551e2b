"""The population table that the sample workspace carries: real figures and the code list of all gemeenten."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.contracts import contract
from dagster_project.extract import cbs
from dagster_project.extract.rows import RawBatch
from dagster_project.product import product_path
from dagster_project.snapshots import Snapshot, SnapshotStore


def snapshot() -> Snapshot:
    """Its newest snapshot."""
    return list(_store().all("cbs", "population"))[-1]


def batches() -> Iterator[RawBatch]:
    """Its raw rows: observations, codes and measures."""
    found = snapshot()
    return cbs.read(contract("cbs", "population"), _store().verify(found), found.snapshot_id, found.is_synthetic)


def gemeente_codes() -> dict[str, tuple[str, str]]:
    """Name and description of every gemeente code, with plain line ends."""
    found: dict[str, tuple[str, str]] = {}
    for batch in batches():
        if batch.table == "cbs_code":
            for row in batch.rows.to_pylist():
                code = row["code_key"].strip()
                if re.fullmatch(r"GM\d{4}", code):
                    found[code] = (row["title"].strip(), (row["description"] or "").replace("\r", ""))
    return found


def inhabitants() -> dict[tuple[str, int], float]:
    """Inhabitants by region and year, where there are any."""
    found: dict[tuple[str, int], float] = {}
    for batch in batches():
        if batch.table == "cbs_observation":
            for row in batch.rows.to_pylist():
                if row["value_text"] is not None:
                    found[row["region_key"].strip(), int(row["period_key"][:4])] = float(row["value_text"])
    return found


def _store() -> SnapshotStore:
    return SnapshotStore(product_path("sources", "samples", "open", "snapshots"))
