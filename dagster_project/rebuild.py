"""Building anew what was published or frozen, from the record that it left: the same pins, day and settings.

What belongs here: running the job on pins, and writing what comes of it under the identity that the record gives. What
does not: judging where the outcome differs, which is the work of `verification/`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.editions.store import Edition
from dagster_project.execution import execute
from dagster_project.publication import write_output
from dagster_project.run import RunOptions
from dagster_project.site.render import SiteRun
from dagster_project.site.theme import FILE as THEME
from dagster_project.warehouse import WAREHOUSE, adopt_audit_tables
from dagster_project.workspace import SETTINGS_FILE, Workspace

KEPT_WORKSPACE = "workspace"
"""Folder of an edition with the files of the workspace that decide its output."""


BY_TABLES = "table by table"
BY_BROWSER = "byte by byte where the browser is the same"
NOT_REBUILT = "not, it is what a rebuild starts from"


def compared_otherwise(name: str) -> str | None:
    """How a file is held against a rebuilt one, where that is not byte by byte."""
    if name == WAREHOUSE:
        return BY_TABLES
    if name.endswith(".pdf"):
        return BY_BROWSER
    return NOT_REBUILT if name.startswith(f"{KEPT_WORKSPACE}/") else None


@dataclass(frozen=True)
class Original:
    """What is built anew: a publication or an edition.

    Attributes:
        name: what to call it, as a sentence begins.
        folder: where its files stand.
        record: its manifest or `edition.json`.
        workspace: whose settings, mappings and theme decide what comes of the pins.
        site_run: what its output says of its run; None where its record does not tell, and pages cannot be compared.
    """

    name: str
    folder: Path
    record: dict[str, Any]
    workspace: Workspace
    site_run: SiteRun | None

    @property
    def warehouse(self) -> Path:
        return self.folder / WAREHOUSE


def publication_as_original(workspace: Workspace, folder: Path, manifest: dict[str, Any], scratch: Path) -> Original:
    """A publication, to be built anew with the settings of its workspace as they are now, and its own theme.

    Args:
        workspace: the workspace.
        folder: where the publication stands.
        manifest: its manifest.
        scratch: an existing folder, for the files of the workspace that decide the output.
    """
    own = [workspace.root / SETTINGS_FILE, *workspace.mapping_files()]
    files = {path.relative_to(workspace.root).as_posix(): path for path in own}
    if (folder / "site" / THEME).is_file():
        files[THEME] = folder / "site" / THEME
    for name, path in files.items():
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, scratch / name)
    kept = Workspace(scratch, home=workspace.root)
    name = f"Publication {manifest['publication_id']}"
    if "generated_at" not in manifest:
        return Original(name, folder, manifest, kept, None)
    before = manifest["previous_edition"]
    site_run = SiteRun(
        run_id=manifest["run_id"],
        publication_id=manifest["publication_id"],
        generated_at=manifest["generated_at"],
        as_of=date.fromisoformat(manifest["as_of"]),
        git_commit=manifest["git_commit"],
        previous=workspace.editions / before / WAREHOUSE if before else None,
        previous_label=before,
    )
    return Original(name, folder, manifest, kept, site_run)


def edition_as_original(workspace: Workspace, edition: Edition) -> Original:
    """An edition, to be built anew with the settings and files that it keeps, on the snapshots of its workspace."""
    record = edition.record
    before = record["previous_edition"]
    site_run = SiteRun(
        run_id=record["run_id"],
        publication_id=record["publication_id"],
        generated_at=record["frozen_at"],
        as_of=date.fromisoformat(record["as_of"]),
        git_commit=record["git_commit"],
        edition=edition.label,
        previous=workspace.editions / before["label"] / WAREHOUSE if before else None,
        previous_label=before["label"] if before else None,
    )
    kept = Workspace(edition.folder / KEPT_WORKSPACE, home=workspace.root)
    return Original(f"Edition {edition.label}", edition.folder, record, kept, site_run)


@contextmanager
def built(original: Original) -> Iterator[Path]:
    """The build database that comes of the pins of an original; it is gone afterwards.

    Raises:
        OpkoersError: a snapshot is not what was stored, or a gate refuses.
    """
    pins = tuple(pin["snapshot_id"] for pin in original.record["pins"])
    as_of = date.fromisoformat(original.record["as_of"])
    build = original.workspace.build
    before = set(build.glob("*"))
    try:
        run, _ = execute(original.workspace, RunOptions(offline=True, as_of=as_of, pins=pins))
        yield run.database
    finally:
        for folder in set(build.glob("*")) - before:  # also that of a run that did not get as far as to say its name
            shutil.rmtree(folder, ignore_errors=True)


def write_like(original: Original, database: Path, audit_of: Path, target: Path) -> list[str]:
    """Write the output of a rebuilt database as the original was written; its `site_run` must be known.

    Args:
        original: what is built anew.
        database: the rebuilt database; its audit tables are replaced.
        audit_of: the warehouse with the audit tables of the run that published.
        target: an existing folder.

    Returns:
        A sentence in Dutch for each file that could not be made on this machine.
    """
    if original.site_run is None:
        raise ValueError(f"the record of {original.name} does not tell of its pages")
    adopt_audit_tables(database, audit_of)
    return write_output(database, original.workspace, target, original.site_run)
