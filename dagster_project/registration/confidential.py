"""The confidential database: rows on persons, made anew from the encrypted originals, and never published.

It is built beside the others, in a closed folder, and put in its place in one move, as
`<data>/confidential/clients.duckdb` (mode 0600). What it comes to leaves it as a seal. Taking exports in from `drop/`
belongs to `intake_run`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb

from dagster_project import transform
from dagster_project.contracts import Dataset, all_contracts
from dagster_project.errors import UnsoundData, VerificationFailed
from dagster_project.extract import documents, mappings
from dagster_project.extract.documents import BadDocument
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.product import code_fingerprint
from dagster_project.quarantine import keep_lines, lines_file
from dagster_project.registration import seal as seals
from dagster_project.registration.intake import create_confidential_schema, read_original
from dagster_project.registration.orphans import flag_orphans
from dagster_project.registration.seal import Seal
from dagster_project.registration.vault import Original, Vault
from dagster_project.snapshots import Recording, Snapshot, SnapshotStore, sha256_of, sync_folder, write_durably
from dagster_project.workspace import Workspace

SEALED = "sealed"
_MODELS = f"+{transform.REGISTRATION}"
_BUILD = "warehouse.duckdb"  # fixed: the file name is dbt's database name in the manifest
_LINES_HEADER = ("regel", "tabel", "kolom", "soort", "reden")


@dataclass
class Built:
    """A confidential database in the making.

    Attributes:
        database: the file, complete once the models ran.
        refused: originals that cannot be read by their contract, with the reason.
    """

    database: Path
    refused: dict[str, str] = field(default_factory=dict)


def database_of(workspace: Workspace) -> Path:
    """Where a workspace keeps its confidential database."""
    return workspace.data / "confidential" / "clients.duckdb"


def datasets_of(workspace: Workspace) -> dict[str, Dataset]:
    """The contracts of client-level exports, with the workspace's mappings laid over them, by dataset id."""
    on = (d for d in all_contracts() if d.is_client_level and workspace.source_is_on(d.source_id))
    return {dataset.dataset_id: mappings.apply_mapping(dataset, workspace) for dataset in on}


def sealed_contract() -> Dataset:
    """The contract of the seal."""
    return next(dataset for dataset in all_contracts() if dataset.kind == SEALED)


def build(workspace: Workspace, folder: Path, pseudonymiser: Pseudonymiser) -> Built:
    """Read every original that is kept into a fresh database below a closed folder, and run the models on it.

    An original that its contract refuses is left out and told; the rest goes on.

    Raises:
        DbtFailed: a model failed: a fault of the program.
    """
    vault, datasets = Vault(workspace), datasets_of(workspace)
    built = Built(folder / _BUILD)
    with _umask(0o077), duckdb.connect(str(built.database)) as connection:
        create_confidential_schema(connection)
        for original in _kept(vault):
            dataset = datasets.get(original.dataset_id)
            if dataset is None:
                continue  # its source is switched off: it waits in the vault
            try:
                with vault.opened(original, folder) as plain:
                    read_original(connection, dataset, plain, original, pseudonymiser)
            except UnsoundData as error:
                built.refused[original.original_id] = str(error)
        flag_orphans(connection)
    with _umask(0o077):
        transform.build(built.database, select=_MODELS, on_event=lambda _: None)
    return built


def _kept(vault: Vault) -> Iterator[Original]:
    return (original for original in vault.all() if original.forgotten_at is None)


def keep(workspace: Workspace, database: Path) -> None:
    """Put a built database in its place, in one move."""
    target = database_of(workspace)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    database.chmod(0o600)
    with database.open("rb") as stream:
        os.fsync(stream.fileno())
    database.replace(target)
    sync_folder(target.parent)


def seal(workspace: Workspace, database: Path, scratch: Path) -> Snapshot:
    """Seal what a built database comes to, with the marks of the small-count policy, as a snapshot."""
    # its solver takes a while to import, and most runs seal nothing
    from dagster_project.disclosure.decide import decide

    store, contract = SnapshotStore(workspace.snapshots), sealed_contract()
    before = store.latest(contract.source_id, contract.dataset_id)
    computed = seals.taken_from(database)
    if before:
        earlier = seals.read_seal(store.verify(before))
        computed = seals.carried_over(computed, earlier, _forgotten(workspace))
    history = [published.version for published in _published(workspace, store, contract)]
    hidden = decide(computed.counted, workspace.settings.small_count_threshold, history)
    return _store(store, contract, computed.hiding(hidden), scratch)


def _store(store: SnapshotStore, contract: Dataset, content: Seal, scratch: Path) -> Snapshot:
    file = scratch / "registration.zip"
    seals.write(content, file)
    folder = store.root / contract.source_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    snapshot, _ = store.add(
        contract,
        Recording(
            file=file,
            extension="zip",
            origin="file",
            url=file.name,
            row_count=len(content.cells),
            is_synthetic=any(row.is_synthetic for row in content.files),
        ),
    )
    return snapshot


def _forgotten(workspace: Workspace) -> list[Original]:
    return [original for original in Vault(workspace).all() if original.forgotten_at is not None]


def _published(workspace: Workspace, store: SnapshotStore, contract: Dataset) -> Iterator[Seal]:
    """The seals that a publication or an edition rests on: what readers may have seen."""
    manifests = [*workspace.publications.glob("*/manifest.json"), *workspace.editions.glob("*/edition.json")]
    pinned = {pin["snapshot_id"] for path in manifests for pin in _content_of(path).get("pins", [])}
    for snapshot in store.all(contract.source_id, contract.dataset_id):
        if snapshot.snapshot_id in pinned:
            yield seals.read_seal(store.verify(snapshot))


def grounds(workspace: Workspace, pseudonymiser: Pseudonymiser) -> dict[str, Any]:
    """What the confidential database and its seal follow from. The key shows only as what it makes of a fixed word."""
    return {
        "originals": sorted(
            [o.original_id, o.dataset_id, o.file_name, o.is_synthetic] for o in _kept(Vault(workspace))
        ),
        "forgotten": sorted(original.original_id for original in _forgotten(workspace)),
        "code": code_fingerprint(),
        "mappings": {path.name: sha256_of(path) for path in workspace.mapping_files()},
        "threshold": workspace.settings.small_count_threshold,
        "key": pseudonymiser.client_key("opkoers"),
    }


def stands_on(workspace: Workspace) -> dict[str, Any] | None:
    """The grounds of the database that is in place, or None where there is none."""
    path = _grounds_file(workspace)
    if not path.is_file() or not database_of(workspace).is_file():
        return None
    try:
        return _content_of(path)
    except VerificationFailed:
        return None  # the database is made anew


def _content_of(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = documents.read_json(path)
    except BadDocument as error:
        raise VerificationFailed(
            f"{path} is not as it was written: {error}. Restore it: what was published decides what is hidden."
        ) from None
    return content


def note_grounds(workspace: Workspace, content: dict[str, Any]) -> None:
    """Remember the grounds of the database that was put in place."""
    path = _grounds_file(workspace)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path, json.dumps(content, indent=1, sort_keys=True).encode() + b"\n", mode=0o600)


def _grounds_file(workspace: Workspace) -> Path:
    return workspace.data / "confidential" / "grounds.json"


@contextmanager
def closed_folder(workspace: Workspace) -> Iterator[Path]:
    """A folder that only its owner can enter, and that is gone afterwards."""
    workspace.build.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="registration-", dir=workspace.build))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def renew(workspace: Workspace, pseudonymiser: Pseudonymiser, on_built: Callable[[Built], None]) -> Snapshot:
    """Make the confidential database and its seal anew, and put the database in its place.

    Args:
        workspace: the workspace.
        pseudonymiser: the key to hash with.
        on_built: told what was read and refused, before anything is sealed; it may raise to stop.

    Returns:
        The seal.
    """
    with closed_folder(workspace) as folder:
        built = build(workspace, folder, pseudonymiser)
        on_built(built)
        content = grounds(workspace, pseudonymiser)
        snapshot = seal(workspace, built.database, folder)
        write_lines(workspace, built.database)
        keep(workspace, built.database)
        note_grounds(workspace, content)
    return snapshot


def rows_of(workspace: Workspace) -> dict[str, tuple[int, int]]:
    """Rows that were loaded from each original, and rows that were set aside."""
    with duckdb.connect(str(database_of(workspace)), read_only=True) as connection:
        rows = connection.execute("select original_id, rows_loaded, rows_quarantined from raw.original").fetchall()
    return {original_id: (loaded, quarantined) for original_id, loaded, quarantined in rows}


def rebuild(workspace: Workspace, pseudonymiser: Pseudonymiser) -> None:
    """Make the confidential database anew with another key; what it comes to stays the same."""
    renew(workspace, pseudonymiser, lambda _: None)


def after_forgetting(workspace: Workspace) -> str:
    """Take the rows of forgotten originals out of the confidential database; their counts stay in the seal.

    Returns:
        One sentence that says so.
    """
    snapshot = renew(workspace, Pseudonymiser.of(workspace), lambda _: None)
    return (
        f"The confidential database was made anew without them; what they came to stays in seal "
        f"{snapshot.snapshot_id[:12]}. Run: opkoers refresh."
    )


def write_lines(workspace: Workspace, database: Path) -> None:
    """Keep the lines that were set aside in `rejected/`, one file per original: where and why, never what they say."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select dataset_id, original_id, line, table_name, column_name, reason_kind, reason"
            " from raw.quarantine order by dataset_id, original_id, table_name, line, column_name"
        ).fetchall()
    by_original: dict[tuple[str, str], list[tuple[object, ...]]] = {}
    for dataset_id, original_id, *line in rows:
        by_original.setdefault((dataset_id, original_id), []).append(tuple(line))
    for (dataset_id, original_id), lines in by_original.items():
        keep_lines(lines_file(workspace, dataset_id, original_id), _LINES_HEADER, lines)


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    """Whatever is made meanwhile, by libraries too, is closed to others."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
