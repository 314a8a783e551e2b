"""Freezing an edition.

An edition is the publication that stands, built once more from its pins and written with a fixed identity: the run,
the publication and the moment of freezing stand in `edition.json`, the settings and files of the workspace beside it in
`workspace/`. Whatever changes later cannot reach it, and building it anew gives the same bytes. Its audit tables are
those of the run that published, and stand in its warehouse: they tell of what happened, which no rebuild can repeat.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster_project import chain
from dagster_project.changes import why_nothing_to_do
from dagster_project.contracts import contract
from dagster_project.editions.store import RECORD, Edition, check_label, edition_before, editions, find_edition
from dagster_project.editions.untold import untold
from dagster_project.errors import ConfigurationError, GateRefused, VerificationFailed
from dagster_project.extract import narratives
from dagster_project.ingest import OWN, datasets_of, own_files
from dagster_project.product import code_fingerprint
from dagster_project.publication import MANIFEST, current_folder, read_manifest, settings_hash, sync_tree, witnesses
from dagster_project.rebuild import KEPT_WORKSPACE, built, compared_otherwise, edition_as_original, write_like
from dagster_project.run import RunOptions, operator, refresh_lock, remove_tree
from dagster_project.signing import SIGNED_WITH, Signer, signer_of
from dagster_project.snapshots import SnapshotStore, sha256_of, sync_folder, utc_now, write_durably
from dagster_project.warehouse import WAREHOUSE, content_hash, is_audit, table_hashes
from dagster_project.workspace import SETTINGS_FILE, Workspace, without_notify


def freeze(workspace: Workspace, label: str) -> Edition:
    """Keep the publication that stands as an edition, immutable.

    Args:
        workspace: the workspace.
        label: year and month, `2026-04`.

    Returns:
        The edition.

    Raises:
        ConfigurationError: the label is taken or no label, nothing is published, the workspace or the code changed
            since, or a refresh is running.
        GateRefused: an objective that deviates has no telling for this edition; all of them are named.
        VerificationFailed: a rebuild gives another content than what stands published, or the chain is broken.
    """
    check_label(label)
    with refresh_lock(workspace):
        if label in {edition.label for edition in editions(workspace)}:
            raise ConfigurationError(
                f"Edition {label} exists and stays as it is. Freeze under another label, or see: opkoers edition list."
            )
        standing = current_folder(workspace)
        if standing is None:
            raise ConfigurationError("Nothing is published yet, so there is nothing to freeze. Run: opkoers refresh.")
        manifest = read_manifest(standing)
        _refuse_what_moved(workspace, manifest)
        _refuse_untold(standing / WAREHOUSE, label, standing.name)
        signer = signer_of(workspace)
        chain.settle(workspace)
        with _making(workspace.editions / label) as folder:
            _fill(workspace, label, standing, manifest, folder, signer)
        try:
            chain.append(workspace, workspace.editions / label / RECORD)
        except OSError:
            remove_tree(workspace.editions / label)  # what is not chained must not stay
            raise
    return find_edition(workspace, label)


def _refuse_what_moved(workspace: Workspace, manifest: dict[str, Any]) -> None:
    """An edition holds what a refresh would publish now: else the workspace and its edition would disagree."""
    publication = manifest["publication_id"]
    way_out = "Run: opkoers refresh, then freeze."
    if manifest["settings_sha256"] != settings_hash(workspace):
        raise ConfigurationError(
            f"{SETTINGS_FILE} or a file in mappings/ changed since publication {publication} was made, and they decide "
            "what it says. "
            f"{way_out}"
        )
    if manifest["code_fingerprint"] != code_fingerprint():
        raise ConfigurationError(
            f"Publication {publication} was made by another version of the code (commit {manifest['git_commit']}). "
            f"{way_out}"
        )
    if why_nothing_to_do(workspace, RunOptions(offline=True)) is None:
        changed = ", ".join(_changed_files(workspace, manifest))
        found = f"{changed} changed" if changed else "there is new input, or a measurement has fallen due"
        raise ConfigurationError(f"Since publication {publication} was made, {found}. {way_out}")


def _changed_files(workspace: Workspace, manifest: dict[str, Any]) -> Iterator[str]:
    """The workspace's own files that are not those of the publication: changed, gone, new, or set aside as unsound."""
    pinned = dict(_pinned_files(workspace, manifest["pins"]))
    own = [dataset for dataset in datasets_of(workspace) if dataset.kind in OWN]
    there = {name: path for dataset in own for name, path in own_files(workspace, dataset).items()}
    for name in sorted({*pinned, *there}):
        if name not in there or there[name].read_bytes() != pinned.get(name):
            yield name


def _pinned_files(workspace: Workspace, pins: list[dict[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file that the workspace's own people keep, as it was when the publication was made."""
    store = SnapshotStore(workspace.snapshots)
    for pin in pins:
        kind = contract(pin["source_id"], pin["dataset_id"]).kind
        if kind not in OWN:
            continue
        snapshot = store.read_sidecar(store.root / pin["source_id"] / pin["dataset_id"] / f"{pin['snapshot_id']}.json")
        path = store.verify(snapshot)
        yield snapshot.url, narratives.content_of(path) if kind == "narrative" else path.read_bytes()


def _refuse_untold(warehouse: Path, label: str, publication: str) -> None:
    sentences = list(untold(warehouse, label))
    if not sentences:
        return
    raise GateRefused(
        "\n".join(
            [
                *sentences,
                f"Edition {label} was not frozen; publication {publication} still stands. "
                "Have them told, refresh, and freeze again.",
            ]
        )
    )


@contextmanager
def _making(final: Path) -> Iterator[Path]:
    """A folder that appears under its name only when it is complete, on disk, and closed to writing."""
    making = final.with_name(f".{final.name}.tmp")
    remove_tree(making)  # of a freeze that was killed
    making.mkdir(parents=True)
    try:
        yield making
        sync_tree(making)
        _close(making)
        making.rename(final)
        sync_folder(final.parent)
    except BaseException:
        remove_tree(making)
        raise


def _close(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)


def _fill(
    workspace: Workspace, label: str, standing: Path, manifest: dict[str, Any], folder: Path, signer: Signer | None
) -> None:
    _keep_workspace(workspace, manifest["pins"], folder / KEPT_WORKSPACE)
    before = edition_before(workspace, label)
    record = {
        "label": label,
        "frozen_at": utc_now(),
        "frozen_by": operator(),
        **{name: manifest[name] for name in ("publication_id", "run_id", "as_of", "gemeente", "pins")},
        **{name: manifest[name] for name in ("code_fingerprint", "git_commit", "opkoers_version", "versions")},
        "settings_sha256": manifest["settings_sha256"],
        "settings": workspace.settings.model_dump(mode="json"),
        "objectives_snapshot_id": _objectives(manifest["pins"]),
        "previous_edition": {"label": before.label, "sha256": before.sha256} if before else None,
        "manifest_sha256": sha256_of(standing / MANIFEST),
        "chain": chain.head(workspace),
        "sidecars": witnesses(workspace, manifest["pins"]),
        SIGNED_WITH: signer.public_key if signer else None,
    }
    made = Edition(label, folder, record)
    record["not_made"] = _write_rebuilt(made, workspace, standing / WAREHOUSE, manifest["tables"])
    tables = table_hashes(folder / WAREHOUSE, audit=True)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in files]
    record |= {
        "content_hash": content_hash({name: table for name, table in tables.items() if not is_audit(name)}),
        "tables": tables,
        "compared_otherwise": {name: how for name in names if (how := compared_otherwise(name))},
        "files": {name: sha256_of(path) for name, path in zip(names, files, strict=True)},
    }
    write_durably(folder / RECORD, json.dumps(record, indent=1, ensure_ascii=False).encode() + b"\n")
    if signer:
        signer.sign(folder / RECORD)


def _objectives(pins: list[dict[str, str]]) -> str | None:
    return next((pin["snapshot_id"] for pin in pins if pin["dataset_id"] == "objectives"), None)


def _keep_workspace(workspace: Workspace, pins: list[dict[str, str]], folder: Path) -> None:
    """Copy what of the workspace decides the output: settings, mappings, theme, and the files that it rests on."""
    own = [workspace.root / "theme.css", *workspace.mapping_files()]
    copies = {path.relative_to(workspace.root).as_posix(): path.read_bytes() for path in own if path.is_file()}
    copies[SETTINGS_FILE] = without_notify(workspace.root / SETTINGS_FILE)
    for name, content in {**copies, **dict(_pinned_files(workspace, pins))}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _write_rebuilt(edition: Edition, home: Workspace, standing: Path, tables: dict[str, dict[str, Any]]) -> list[str]:
    """Build an edition from its pins and its own copy of the workspace, and write its output into its folder.

    Args:
        edition: its folder holds `workspace/`.
        home: the workspace whose snapshots it rests on.
        standing: the warehouse with the audit tables of the run that published.
        tables: rows and hashes that every table must come to.

    Returns:
        A sentence in Dutch for each file that could not be made on this machine.

    Raises:
        VerificationFailed: the rebuild gives another content; the tables that differ are named.
    """
    original = edition_as_original(home, edition)
    with built(original) as database:
        rebuilt = table_hashes(database)
        differing = [name for name, table in rebuilt.items() if table != tables.get(name)]
        differing += [name for name in tables if not is_audit(name) and name not in rebuilt]
        if differing:
            raise VerificationFailed(
                f"A rebuild of publication {edition.record['publication_id']} differs in {', '.join(differing)}. "
                "Run: opkoers verify, which names the first row that differs."
            )
        return write_like(original, database, standing, edition.folder)


def side_of(workspace: Workspace, label: str | None) -> tuple[str, Path]:
    """What one side of a comparison is called in Dutch, and its warehouse.

    Args:
        workspace: the workspace.
        label: of an edition; None: the publication that stands.

    Raises:
        ConfigurationError: there is no such edition, or nothing is published.
    """
    if label is not None:
        return f"editie {label}", find_edition(workspace, label).folder / WAREHOUSE
    standing = current_folder(workspace)
    if standing is None:
        raise ConfigurationError("Nothing is published yet, so there is nothing to compare with. Run: opkoers refresh.")
    return f"de publicatie {standing.name}", standing / WAREHOUSE
