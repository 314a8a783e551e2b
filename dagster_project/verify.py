"""Verify: are the stored bytes still those that were stored, and does a rebuild give what was published or frozen?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.editions.freeze import rebuild
from dagster_project.editions.store import editions
from dagster_project.editions.store import faults as edition_faults
from dagster_project.errors import ConfigurationError, OpkoersError, VerificationFailed
from dagster_project.execution import execute
from dagster_project.product import code_fingerprint
from dagster_project.publication import PUBLISHED_SCHEMA, WAREHOUSE, current_folder, quoted, read_manifest, table_hashes
from dagster_project.registration.vault import vault_faults, vault_state
from dagster_project.run import RunOptions, rebuild_lock
from dagster_project.snapshots import SnapshotStore, sha256_of
from dagster_project.workspace import Workspace


def verify(workspace: Workspace) -> list[str]:
    """Re-hash every snapshot, original, published and frozen file, follow the chains, rebuild and compare.

    What stands published is compared table by table, an edition byte by byte.

    Returns:
        What was verified, one sentence each.

    Raises:
        VerificationFailed: something differs; every difference found is named.
        ConfigurationError: nothing is published yet, or there are originals and no key to read them with.
    """
    folder = current_folder(workspace)
    if folder is None:
        raise ConfigurationError("Nothing is published yet, so there is nothing to verify. Run: opkoers refresh.")
    store = SnapshotStore(workspace.snapshots)
    manifest = read_manifest(folder)
    frozen = editions(workspace)
    faults = [
        *_snapshot_faults(store),
        *vault_faults(workspace),
        *_pin_faults(store, manifest),
        *_publication_faults(workspace),
        *edition_faults(workspace),
        *(fault for edition in frozen for fault in _pin_faults(store, edition.record)),
    ]
    if faults:
        raise VerificationFailed("\n".join(faults))
    with rebuild_lock(workspace):
        _rebuild_and_compare(workspace, folder, manifest)
        editions_told = [rebuild(workspace, edition) for edition in frozen]
    return [
        f"{sum(1 for _ in store.all())} snapshots and their sidecars are as they were stored.",
        *vault_state(workspace),
        f"{len(manifest['files'])} files of publication {manifest['publication_id']} are as they were published.",
        f"A rebuild from its {len(manifest['pins'])} pins gives the same content: {manifest['content_hash']}.",
        *(f"{len(one.record['files'])} files of edition {one.label} are as they were frozen." for one in frozen),
        *editions_told,
    ]


def _snapshot_faults(store: SnapshotStore) -> Iterator[str]:
    for path in sorted(store.root.glob("*/*/*.json")):
        if path.name.startswith("."):
            continue
        try:
            store.verify(store.read_sidecar(path))
        except VerificationFailed as error:
            yield str(error)


def _pin_faults(store: SnapshotStore, manifest: dict[str, Any]) -> Iterator[str]:
    for pin in manifest["pins"]:
        if not (store.root / pin["source_id"] / pin["dataset_id"] / f"{pin['snapshot_id']}.json").is_file():
            yield (
                f"Pin {pin['source_id']}/{pin['dataset_id']} {pin['snapshot_id'][:12]}… has no snapshot any more. "
                "Restore it from backup."
            )


def _publication_faults(workspace: Workspace) -> Iterator[str]:
    """Files that are not those of their manifest, and manifests that are not those that the next one saw."""
    folders = sorted(path for path in workspace.publications.glob("*") if not path.name.startswith("."))
    hashes = {sha256_of(folder / "manifest.json"): folder.name for folder in folders}
    for folder in folders:
        manifest = read_manifest(folder)
        for name, expected in manifest["files"].items():
            path = folder / name
            if not path.is_file():
                yield f"{folder.name}/{name} is gone. Restore it from backup, or refresh to publish anew."
            elif sha256_of(path) != expected:
                yield f"{folder.name}/{name} was changed after it was published. Restore it from backup."
        before = manifest["previous_manifest_sha256"]
        if before and before not in hashes and folder != folders[0]:
            yield f"The manifest before {folder.name} was changed or removed: none has sha256 {before[:12]}…."


def _rebuild_and_compare(workspace: Workspace, folder: Path, manifest: dict[str, Any]) -> None:
    options = RunOptions(
        offline=True,
        as_of=date.fromisoformat(manifest["as_of"]),
        pins=tuple(pin["snapshot_id"] for pin in manifest["pins"]),
    )
    try:
        run, _ = execute(workspace, options)
    except OpkoersError as error:
        raise VerificationFailed(f"The publication could not be rebuilt: {error}") from error
    try:
        rebuilt = table_hashes(run.database)
        differing = [name for name, table in rebuilt.items() if table != manifest["tables"].get(name)]
        if differing:
            raise VerificationFailed(_first_difference(run.database, folder / WAREHOUSE, differing, manifest))
    finally:
        shutil.rmtree(run.folder, ignore_errors=True)


def _first_difference(rebuilt: Path, published: Path, tables: list[str], manifest: dict[str, Any]) -> str:
    """A sentence that names the first table, row and column in which a rebuild differs from what stands."""
    table = f"{PUBLISHED_SCHEMA}.{tables[0]}"
    with duckdb.connect() as connection:
        for name, path in (("rebuilt", rebuilt), ("published", published)):
            connection.execute(f"attach '{quoted(path)}' as {name} (read_only)")
        rows = connection.execute(
            f"select * from published.{table} except select * from rebuilt.{table} order by all limit 1"
        )
        names = [column[0] for column in rows.description or ()]
        row = rows.fetchone()
    shown = (
        ", ".join(f"{name} {v}" for name, v in zip(names, row, strict=True) if v is not None) if row else "fewer rows"
    )
    sentence = f"A rebuild differs in {', '.join(tables)}; first in {tables[0]}: published has {shown}."
    if manifest["code_fingerprint"] != code_fingerprint():
        sentence += f" It was built by commit {manifest['git_commit']}."
    return sentence
