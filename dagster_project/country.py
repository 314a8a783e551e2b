"""The pages of every gemeente from the publication that stands: which database, which run, which folder.

What belongs here: finding those and refusing what would do harm. What does not: what stands on the pages
(`site/country.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from dagster_project.errors import ConfigurationError
from dagster_project.publication import current_folder, read_manifest
from dagster_project.site.country import render_country
from dagster_project.site.site import SiteRun
from dagster_project.workspace import Workspace


def write_country(workspace: Workspace, target: Path, gemeenten: Sequence[str] | None) -> str:
    """Write the page of official indicators of gemeenten, and say what was written.

    Args:
        workspace: whose publication is shown.
        target: folder to write into.
        gemeenten: codes; None for every gemeente.

    Raises:
        ConfigurationError: nothing is published yet, a code is unknown, or the folder lies among the publications.
    """
    folder = current_folder(workspace)
    if folder is None:
        raise ConfigurationError(
            f"Nothing is published yet in {workspace.root}; the pages are made of a publication. Run: opkoers refresh."
        )
    if target.resolve().is_relative_to(workspace.data):
        raise ConfigurationError(
            f"{target} lies in {workspace.data}, where publications stay as they were made. Choose a folder outside it."
        )
    manifest = read_manifest(folder)
    run = SiteRun(
        run_id=manifest["run_id"],
        publication_id=manifest["publication_id"],
        generated_at=manifest["created_at"],
        as_of=date.fromisoformat(manifest["as_of"]),
        git_commit=manifest["git_commit"],
    )
    written = render_country(folder / "warehouse.duckdb", workspace, target, run, gemeenten or ())
    n_gemeenten = len({path.stem.partition("-")[0] for path in written if path.stem.startswith("GM")})
    told = "1 gemeente" if n_gemeenten == 1 else f"{n_gemeenten} gemeenten"
    return f"Pages of {told} in {target}; open {target / 'index.html'}."
