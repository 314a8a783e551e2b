"""A workspace with one snapshot, one publication and one edition, small enough to be made for every test.

Its tables come out of no build: what a rebuild gives is tested in `tests/integration/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from dagster_project import chain
from dagster_project.contracts import contract
from dagster_project.publication import witnesses
from dagster_project.snapshots import Recording, Snapshot, SnapshotStore, sha256_of
from dagster_project.warehouse import WAREHOUSE, content_hash, is_audit, table_hashes
from dagster_project.workspace import Workspace

PUBLICATION = "20260401T060000Z-0a1b2c3d"
LABEL = "2026-04"
MOMENT = "2026-04-01T06:00:00Z"


def settle(root: Path, settings: str = "") -> Workspace:
    """A workspace without anything in it."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "opkoers.toml").write_text(
        f'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n{settings}', encoding="utf-8"
    )
    return Workspace(root)


def take(workspace: Workspace, content: str = "a;b\n1;2\n", moment: str = MOMENT) -> Snapshot:
    """A snapshot of the school file, or a sighting of it."""
    workspace.data.mkdir(parents=True, exist_ok=True)
    file = workspace.data / "arrived"
    file.write_text(content, encoding="utf-8")
    recording = Recording(file, "csv", "wire", "https://example.org/verzuim.csv", http_status=200, row_count=1)
    dataset = contract("duo", "verzuim_gemeente")
    return SnapshotStore(workspace.snapshots).add(dataset, recording, retrieved_at=moment)[0]


def make_warehouse(path: Path, snapshot: Snapshot) -> None:
    """Two tables: one of figures, and the snapshots that they rest on."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_period (period_id text, start_date date)")
        connection.execute("insert into marts.dim_period values ('2023', '2023-01-01'), ('2024', '2024-01-01')")
        connection.execute(
            "create table marts.audit_snapshot as select $id as snapshot_id, $source as source_id,"
            " $dataset as dataset_id, $licence as licence, $url as url, $at::timestamp as retrieved_at,"
            " $at::timestamp as last_seen_at, true as is_serving, 'x' as file_path",
            {
                "id": snapshot.snapshot_id,
                "source": snapshot.source_id,
                "dataset": snapshot.dataset_id,
                "licence": snapshot.licence,
                "url": snapshot.url,
                "at": snapshot.retrieved_at.rstrip("Z"),
            },
        )


def publish(workspace: Workspace, name: str = PUBLICATION, **also: Any) -> Path:
    """A publication of the newest snapshot, chained, to which `current` points."""
    return _keep(workspace, workspace.publications / name, "manifest.json", {**_MANIFEST, **also}, stands=True)


def freeze(workspace: Workspace, label: str = LABEL, **also: Any) -> Path:
    """An edition, chained."""
    return _keep(workspace, workspace.editions / label, "edition.json", {**_EDITION, "label": label, **also})


_COMMON = {
    "run_id": "0a1b2c3d",
    "as_of": "2026-04-01",
    "gemeente": "GM0396",
    "code_fingerprint": "0" * 64,
    "settings_sha256": "0" * 64,
    "git_commit": "unknown",
    "versions": {"python": "3.11"},
}
_MANIFEST = {**_COMMON, "created_at": MOMENT, "generated_at": MOMENT, "previous_manifest_sha256": None}
_EDITION = {**_COMMON, "publication_id": PUBLICATION, "frozen_at": MOMENT, "previous_edition": None}


def _keep(
    workspace: Workspace, folder: Path, record_name: str, content: Mapping[str, Any], *, stands: bool = False
) -> Path:
    snapshot = max(SnapshotStore(workspace.snapshots).all(), key=lambda s: s.last_seen_at)
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "index.html").write_text("<p>een cijfer</p>\n", encoding="utf-8")
    make_warehouse(folder / WAREHOUSE, snapshot)
    pins = [{n: getattr(snapshot, n) for n in ("source_id", "dataset_id", "snapshot_id")}]
    tables = table_hashes(folder / WAREHOUSE, audit=True)
    record = {
        "publication_id": folder.name,
        **content,
        "pins": pins,
        "sidecars": witnesses(workspace, pins),
        "tables": tables,
        "content_hash": content_hash({n: table for n, table in tables.items() if not is_audit(n)}),
        "files": {n: sha256_of(folder / n) for n in (WAREHOUSE, "site/index.html")},
        "chain": chain.head(workspace),
    }
    (folder / record_name).write_text(json.dumps(record), encoding="utf-8")
    chain.append(workspace, folder / record_name, stands=stands)
    if stands:
        workspace.current.unlink(missing_ok=True)
        workspace.current.symlink_to(f"publications/{folder.name}")
    return folder


def change(record: Path, **values: Any) -> None:
    """Put other values into a record of JSON."""
    record.write_text(json.dumps(json.loads(record.read_text(encoding="utf-8")) | values), encoding="utf-8")
