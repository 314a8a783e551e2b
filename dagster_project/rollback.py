"""Roll back: let an earlier publication stand again, after seeing that it is whole.

Nothing is removed: the publication that is left stays where it is, and the next refresh publishes anew. What went wrong
with the figures is not known here.
"""

from __future__ import annotations

from pathlib import Path

from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.publication import MANIFEST, current_folder, point_at, read_manifest
from dagster_project.run import refresh_lock
from dagster_project.snapshots import sha256_of
from dagster_project.verification.kept import Kept, file_faults
from dagster_project.workspace import Workspace


def roll_back(workspace: Workspace, publication_id: str | None = None) -> list[str]:
    """Point `current` at an earlier publication, in the one step in which a new one is put in place.

    Args:
        workspace: the workspace.
        publication_id: which; None takes the one that stood before the one that stands now.

    Returns:
        What stands now and what happens next, one sentence each.

    Raises:
        ConfigurationError: there is none of that name, none before, or a refresh is running.
        VerificationFailed: a file of it is gone, changed or added; what stood stays.
    """
    with refresh_lock(workspace):
        standing = current_folder(workspace)
        if standing is None:
            raise ConfigurationError("Nothing is published yet, so there is nothing to go back to.")
        target = _named(workspace, publication_id) if publication_id else _before(workspace, standing)
        if target == standing:
            raise ConfigurationError(f"{target.name} is what stands already.")
        faults = list(file_faults((Kept(target, MANIFEST, read_manifest(target)),)))
        if faults:
            raise VerificationFailed(f"{target.name} is not whole: {' '.join(faults[:3])} {standing.name} stands.")
        point_at(workspace, target)
    return [
        f"{target.name} stands again, in the place of {standing.name}, which is kept.",
        "The next refresh publishes anew. Mend what was wrong first, or switch the schedule off until then.",
    ]


def _publications(workspace: Workspace) -> list[Path]:
    """Whole publications, oldest first: their names begin with the moment."""
    found = (path for path in workspace.publications.glob("*") if not path.name.startswith("."))
    return sorted(path.resolve() for path in found if (path / MANIFEST).is_file())


def _named(workspace: Workspace, publication_id: str) -> Path:
    known = {path.name: path for path in _publications(workspace)}
    if publication_id not in known:
        newest = ", ".join(list(known)[:-6:-1])
        raise ConfigurationError(f"There is no publication {publication_id!r}. The newest: {newest}.")
    return known[publication_id]


def _before(workspace: Workspace, standing: Path) -> Path:
    """The publication whose manifest the one that stands names as the one before it."""
    wanted = read_manifest(standing)["previous_manifest_sha256"]
    for path in _publications(workspace):
        if sha256_of(path / MANIFEST) == wanted:
            return path
    raise ConfigurationError(f"There is no publication before {standing.name}. Name one: opkoers rollback PUBLICATION.")
