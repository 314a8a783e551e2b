"""Editions: what was frozen, as it stands under `<data>/editions/<label>/`.

What belongs here: finding and reading editions. What does not: making one (`freeze.py`), whether it is still untouched
(`verification/`), and what changed between two of them (`diff.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.contracts import EDITION
from dagster_project.errors import ConfigurationError
from dagster_project.extract import documents
from dagster_project.extract.documents import BadDocument
from dagster_project.snapshots import sha256_of
from dagster_project.workspace import Workspace

RECORD = "edition.json"


@dataclass(frozen=True)
class Edition:
    """One frozen edition.

    Attributes:
        label: year and month, `2026-04`.
        folder: where its files stand.
        record: `edition.json`: what it rests on, who froze it and when, and the sha256 of each of its files.
    """

    label: str
    folder: Path
    record: dict[str, Any]

    @property
    def sha256(self) -> str:
        """The hash of `edition.json`, and so of all that stands in the edition."""
        return sha256_of(self.folder / RECORD)


def editions(workspace: Workspace) -> list[Edition]:
    """The frozen editions, oldest first."""
    folders = sorted(path for path in workspace.editions.glob("*") if EDITION.fullmatch(path.name))
    return [_read(folder) for folder in folders]


def _read(folder: Path) -> Edition:
    try:
        record = documents.read_json(folder / RECORD)
    except BadDocument as error:
        raise ConfigurationError(
            f"Edition {folder.name} has no readable {RECORD} ({error}). Restore {folder} from backup."
        ) from error
    return Edition(folder.name, folder, record)


def find_edition(workspace: Workspace, label: str) -> Edition:
    """The edition with a label.

    Raises:
        ConfigurationError: there is none; the message names those that there are.
    """
    known = editions(workspace)
    for edition in known:
        if edition.label == label:
            return edition
    there = ", ".join(edition.label for edition in known) or "none yet"
    raise ConfigurationError(f"There is no edition {label}; the editions are: {there}.")


def edition_before(workspace: Workspace, label: str | None = None, *, as_of: str | None = None) -> Edition | None:
    """The newest edition before a label, or the newest of all.

    Args:
        workspace: the workspace.
        label: the edition to look back from; None: from now.
        as_of: leaves out the editions that tell of a later day than this one (ISO).
    """
    before = [
        edition
        for edition in editions(workspace)
        if (label is None or edition.label < label) and (as_of is None or edition.record["as_of"] <= as_of)
    ]
    return before[-1] if before else None


def check_label(label: str) -> None:
    """Refuse a label that is not a year and a month.

    Raises:
        ConfigurationError: it has another form.
    """
    if not EDITION.fullmatch(label):
        raise ConfigurationError(f"An edition is called by year and month, such as 2026-04; found {label!r}.")
