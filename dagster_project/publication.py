"""Publications: what stands published, and putting a new one in its place in one swap.

`<data>/publications/<utc time>-<run>/` is complete, and chained, before `<data>/current` points at it. The pointer is a
relative symlink, or a file with the folder's name where links do not exist. What a publication means is not known here:
models make the tables and `warehouse.py` copies them, `site/` makes the pages, `export/` the files to take away. An
edition's output is written here as well; keeping it is the work of `editions/freeze.py`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project import chain
from dagster_project.data_docs.write import write_data_docs
from dagster_project.editions.store import edition_before
from dagster_project.errors import NO_ROOM, VerificationFailed
from dagster_project.export.write import write_exports
from dagster_project.extract import documents
from dagster_project.extract.documents import BadDocument
from dagster_project.extract.places import is_inside
from dagster_project.run import Run, RunState
from dagster_project.signing import SIGNED_WITH, signer_of
from dagster_project.site import theme
from dagster_project.site.render import SiteRun, render_site
from dagster_project.snapshots import SnapshotStore, sha256_of, sync_folder, utc_now, write_durably
from dagster_project.standards.contract import agreed_version
from dagster_project.warehouse import (
    PUBLISHED_SCHEMA,
    WAREHOUSE,
    content_hash,
    copy_warehouse,
    is_audit,
    published_tables,
    table_hashes,
    write_parquet,
)
from dagster_project.workspace import Workspace

log = logging.getLogger(__name__)

MANIFEST = "manifest.json"
_UNDECISIVE = {
    *("openlineage", "postgres"),
    *("schedule", "duo_schedule", "edition_schedule", "freeze_editions", "watch_drop_folder"),
}
_VERSIONED = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations")


@dataclass(frozen=True)
class Published:
    """What publishing came to."""

    publication_id: str
    folder: Path
    manifest: dict[str, Any]


def current_folder(workspace: Workspace) -> Path | None:
    """The folder of the publication that stands, or None before the first.

    Raises:
        VerificationFailed: the pointer to it leads elsewhere.
    """
    pointer = workspace.current
    if pointer.is_dir():
        folder = pointer.resolve()
    elif pointer.is_file():
        folder = workspace.data / pointer.read_text(encoding="utf-8").strip()
    else:
        return None
    if not is_inside(folder, workspace.data):
        raise VerificationFailed(f"{pointer} leads out of {workspace.data}: it was changed. Remove it, and refresh.")
    return folder


def read_manifest(folder: Path) -> dict[str, Any]:
    """A publication's manifest.

    Raises:
        VerificationFailed: it is not as it was written.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = documents.read_json(path)
        if all(isinstance(pin["snapshot_id"], str) for pin in manifest["pins"]):
            return manifest
        cause = "a pin of it names no snapshot"
    except (BadDocument, FileNotFoundError) as error:
        cause = str(error)
    except (KeyError, TypeError):
        cause = "it lists no snapshots"
    raise VerificationFailed(f"{path} is not as it was written: {cause}. Restore it from backup, or refresh.")


def current_manifest(workspace: Workspace) -> dict[str, Any] | None:
    """The manifest of the publication that stands, or None before the first."""
    folder = current_folder(workspace)
    return read_manifest(folder) if folder else None


def current_pins(workspace: Workspace) -> set[str]:
    """The snapshot ids on which the publication that stands rests."""
    manifest = current_manifest(workspace)
    return {pin["snapshot_id"] for pin in manifest["pins"]} if manifest else set()


def publish(run: Run) -> Published | None:
    """Put the build's published tables, their files and the site in a new publication, and point `current` at it.

    A build as of an earlier day becomes a publication too, but the pointer stays where it is.

    Returns:
        The publication, or None when its content is what already stands and rests on the same snapshots, code,
        settings and theme: else the next refresh would find them changed again.

    Raises:
        ConfigurationError: it is to be signed, and there is no key for it.
        VerificationFailed: the chain of earlier publications is not as it was written.
    """
    state = run.state()
    signer = signer_of(run.workspace)
    chain.settle(run.workspace)
    with run.stage("hash tables"):
        tables = table_hashes(run.database, spill_in=run.folder)
    if _stands_already(run, state, tables):
        return None
    publication_id = f"{utc_now().replace('-', '').replace(':', '')}-{run.run_id[:8]}"
    final = run.workspace.publications / publication_id
    with _making(final) as making:
        site_run = _site_run(run, state, publication_id)
        not_made = write_output(run.database, run.workspace, making, site_run, stage=run.stage)
        for sentence in not_made:
            log.warning("%s", sentence)
        with run.stage("lineage events"):
            _write_lineage(run, site_run, tables, making)
        manifest = _manifest(run, state, site_run, tables, making) | {"not_made": not_made}
        manifest[SIGNED_WITH] = signer.public_key if signer else None
        write_durably(making / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n")
        if signer:
            signer.sign(making / MANIFEST)
    try:
        chain.append(run.workspace, final / MANIFEST, stands=run.options.as_of is None)
    except OSError:
        shutil.rmtree(final)  # nobody saw it yet, and what is not chained must not stand
        raise
    if run.options.as_of is None:
        point_at(run.workspace, final)
    return Published(publication_id, final, manifest)


@contextmanager
def _making(final: Path) -> Iterator[Path]:
    """A folder that appears under its name when it is complete and on disk; gone when it cannot be completed."""
    making = final.with_name(f".{final.name}.tmp")
    making.mkdir(parents=True)
    try:
        yield making
        sync_tree(making)
        making.rename(final)
        sync_folder(final.parent)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)  # no room may be why: leave none taken
        raise


def _site_run(run: Run, state: RunState, publication_id: str) -> SiteRun:
    before = edition_before(run.workspace, as_of=state.as_of)
    return SiteRun(
        run_id=run.run_id,
        publication_id=publication_id,
        generated_at=utc_now(),
        as_of=run.as_of,
        git_commit=state.git_commit,
        previous=before.folder / WAREHOUSE if before else None,
        previous_label=before.label if before else None,
    )


def _write_lineage(run: Run, site_run: SiteRun, tables: dict[str, dict[str, Any]], folder: Path) -> None:
    """Write the lineage events of the run. They tell of one run and its moments: no edition keeps them."""
    from dagster_project.standards.openlineage import FILE, read_built, write_events  # takes a while to import

    state = run.state()
    root = run.store.root
    sidecars = [root / pin["source_id"] / pin["dataset_id"] / f"{pin['snapshot_id']}.json" for pin in state.pins]
    snapshots = [run.store.read_sidecar(sidecar) for sidecar in sidecars]
    built = read_built(run.database, {name: table["rows"] for name, table in tables.items()})
    gemeente = run.workspace.settings.gemeente
    write_events(folder / FILE, state, gemeente, snapshots, built, site_run.publication_id, utc_now())


def witnesses(workspace: Workspace, pins: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """What the sidecars of pinned snapshots say, as a manifest keeps it, by `source/dataset/snapshot`."""
    store = SnapshotStore(workspace.snapshots)
    keys = [f"{pin['source_id']}/{pin['dataset_id']}/{pin['snapshot_id']}" for pin in pins]
    return {key: store.read_sidecar(store.root / f"{key}.json").witness() for key in sorted(keys)}


def write_output(
    database: Path,
    workspace: Workspace,
    folder: Path,
    run: SiteRun,
    *,
    stage: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> list[str]:
    """Write all that a reader gets: `warehouse.duckdb`, `parquet/`, `site/`, `data_docs/`, `export/` and the files that
    describe them (`datapackage.json`, `dcat.ttl`). Nothing else writes output.

    What is written follows from the arguments alone: the same build, settings and run give the same bytes, at any
    moment and on any day. Two files are exceptions: `warehouse.duckdb` differs in its bytes, never in its content, for
    DuckDB leaves what happened to be in memory between its blocks; and the PDF is the work of the browser at hand.

    Args:
        database: a build database, complete; it is read only.
        workspace: whose municipality it is.
        folder: an existing folder to write into.
        run: what the output says of the run and publication that it belongs to.
        stage: times a part of the work under its name.

    Returns:
        A sentence in Dutch for each file that could not be made on this machine.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    with stage("publish tables"):
        copy_warehouse(database, folder / WAREHOUSE)
        write_parquet(folder / WAREHOUSE, folder / "parquet")
    with stage("render site"):
        render_site(database, workspace, folder / "site", run)
        write_data_docs(database, workspace, folder / "data_docs", run)
    with stage("write exports"):
        exported = write_exports(database, folder / "site", folder / "export", workspace, run)
    with stage("describe"):
        from dagster_project.standards.describe import write_descriptions  # RDF takes a while to import

        write_descriptions(database, folder, workspace, run, exported.sheets)
    return exported.not_made


def _grounds(run: Run, state: RunState, tables: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a publication says and rests on, as its manifest names it."""
    return {
        "content_hash": content_hash(tables),
        "pins": state.pins,
        "code_fingerprint": state.code_fingerprint,
        "settings_sha256": settings_hash(run.workspace),
    }


def _stands_already(run: Run, state: RunState, tables: dict[str, dict[str, Any]]) -> bool:
    """Whether what stands says the same, on the same grounds, in the same looks."""
    folder = current_folder(run.workspace)
    if folder is None:
        return False
    standing = read_manifest(folder)
    is_same = standing["as_of"] <= state.as_of and _stands_on(standing) == _grounds(run, state, tables)
    return is_same and theme.is_shown(folder / "site", run.workspace)


def _stands_on(manifest: dict[str, Any]) -> dict[str, Any]:
    return {name: manifest[name] for name in ("content_hash", "pins", "code_fingerprint", "settings_sha256")}


def _manifest(
    run: Run, state: RunState, site_run: SiteRun, tables: dict[str, dict[str, Any]], folder: Path
) -> dict[str, Any]:
    before = current_folder(run.workspace)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with duckdb.connect(str(folder / WAREHOUSE), read_only=True) as connection:
        audit = [name for name in published_tables(connection) if is_audit(name)]
        audit_rows = {name: connection.table(f"{PUBLISHED_SCHEMA}.{name}").shape[0] for name in audit}
    return {
        "publication_id": site_run.publication_id,
        "run_id": run.run_id,
        "created_at": utc_now(),
        "generated_at": site_run.generated_at,
        "as_of": state.as_of,
        "verdicts_change_after": _verdicts_change_after(folder / WAREHOUSE, state.as_of),
        "gemeente": run.workspace.settings.gemeente,
        **_grounds(run, state, tables),
        "git_commit": state.git_commit,
        "opkoers_version": state.opkoers_version,
        "tables_version": agreed_version(),
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in _VERSIONED},
        "previous_manifest_sha256": sha256_of(before / MANIFEST) if before else None,
        "previous_edition": site_run.previous_label,
        "chain": chain.head(run.workspace),
        "sidecars": witnesses(run.workspace, state.pins),
        "set_aside": state.set_aside,
        "tables": tables | {name: {"rows": rows} for name, rows in audit_rows.items()},
        "files": {path.relative_to(folder).as_posix(): sha256_of(path) for path in files},
    }


def settings_hash(workspace: Workspace) -> str:
    """sha256 of the workspace's settings as they are in force, and of its mappings: both decide how input is read.

    Where a publication and news of it go besides, and when to look, decides nothing of what it says, and is left out.
    """
    decisive = workspace.settings.model_dump_json(exclude=_UNDECISIVE)
    digest = hashlib.sha256(decisive.encode())
    for path in workspace.mapping_files():
        digest.update(f"\n{path.name} {sha256_of(path)}".encode())
    return digest.hexdigest()


def _verdicts_change_after(warehouse: Path, as_of: str) -> str | None:
    """The first day on which a verdict may change by the calendar alone: a measurement becomes overdue."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        row = connection.execute(
            "select min(next_measurement_due)::varchar from marts.fct_objective_attainment"
            " where is_current and next_measurement_due >= $as_of::date",
            {"as_of": as_of},
        ).fetchone()
    return row[0] if row else None


def sync_tree(folder: Path) -> None:
    """Have every file below a folder, and every name in it, written to disk for certain."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)


def point_at(workspace: Workspace, folder: Path) -> None:
    """Move `current` to a publication in one step; readers of the old one keep it."""
    target = os.path.relpath(folder, workspace.data)
    temporary = workspace.data / f".current.{os.getpid()}.tmp"
    temporary.unlink(missing_ok=True)
    try:
        temporary.symlink_to(target, target_is_directory=True)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        # Windows without the right to make links
        write_durably(workspace.current, Path(target).as_posix().encode())
        return
    temporary.replace(workspace.current)
    sync_folder(workspace.data)
