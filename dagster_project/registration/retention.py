"""Forgetting: after their retention period persons leave the workspace, and what they came to stays in the seals.

The vault removes its own bytes, the confidential database is made anew without them by `confidential`; here both are
called, and exports with persons that lie plain in the workspace's folders are removed.
"""

from __future__ import annotations

import fnmatch
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path, PurePath

from dagster_project.contracts import Dataset, all_contracts
from dagster_project.errors import ConfigurationError
from dagster_project.extract import mappings
from dagster_project.quarantine import LINES
from dagster_project.registration.vault import Original, Vault
from dagster_project.run import refresh_lock, today
from dagster_project.snapshots import AMSTERDAM
from dagster_project.workspace import Workspace

_NOT_ON_PERSONS = ("figure_file", "printed_list")
_REASON = ".reason.txt"
_RECEIPT = ".accepted.txt"


def end_of_retention(workspace: Workspace) -> date:
    """The day before which a receipt is so long ago that its retention period is over."""
    return today() - timedelta(days=workspace.settings.retention_days)


def forget(workspace: Workspace, before: date) -> list[str]:
    """Forget the persons in everything that was received before a day, in Amsterdam.

    Returns:
        What was removed, one sentence each.

    Raises:
        ConfigurationError: the day lies ahead, or a refresh is running.
        VerificationFailed: a sidecar is not as it was written; nothing was removed.
    """
    if before > today() + timedelta(days=1):
        raise ConfigurationError(
            f"--before {before} lies ahead. The last day that makes sense is tomorrow, which forgets everything."
        )
    with refresh_lock(workspace):
        vault = Vault(workspace)
        vault.clear_leftovers()
        forgotten = vault.forget(before)
        plain = [path for path in _plain_exports(workspace) if _received_on(path) < before]
        for path in plain:
            _remove(path)
        told = [_originals_sentence(forgotten, before)]
        if plain:
            told.append(f"Removed plain exports that may hold persons: {', '.join(_shown(workspace, plain))}.")
        if vault.all():  # also when nothing was forgotten now: an earlier try may have been stopped after the vault
            from dagster_project.registration.confidential import after_forgetting  # dbt comes along

            told.append(after_forgetting(workspace))
    return [*told, "Copies in backups are out of reach of this command."]


def _originals_sentence(forgotten: list[Original], before: date) -> str:
    if not forgotten:
        return f"No original that was received before {before} is kept."
    names = ", ".join(original.file_name for original in forgotten)
    return f"Forgot {len(forgotten)} originals received before {before}: {names}."


def _plain_exports(workspace: Workspace) -> Iterator[Path]:
    """What lies plain in the workspace and may hold persons.

    In `rejected/` that is all but the exports that fit contracts without persons only: a stray can hold anything. In
    `accepted/` and among rejected snapshots it is what fits a contract with persons; earlier versions left it there.
    """
    contracts = [mappings.apply_mapping(dataset, workspace) for dataset in all_contracts()]
    harmless = [dataset for dataset in contracts if dataset.kind in _NOT_ON_PERSONS]
    client_level = [dataset for dataset in contracts if dataset.is_client_level]
    for path in _entries(workspace.root / "rejected"):
        is_harmless = _fits(path, harmless) and not _fits(path, client_level)
        if not path.name.endswith(_REASON) and not is_harmless and not _is_listing(path):
            yield path
    for path in _entries(workspace.root / "accepted"):
        if _fits(path, client_level) and not path.name.endswith(_RECEIPT):
            yield path
    for dataset in client_level:
        yield from sorted(workspace.rejected.glob(f"*/{dataset.dataset_id}/*"))


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _fits(path: Path, datasets: list[Dataset]) -> bool:
    """Whether its name fits a contract, whatever kind of file it is."""
    patterns = (PurePath(str(dataset.file_pattern).lower()).stem for dataset in datasets)
    return any(fnmatch.fnmatchcase(path.stem.lower(), pattern) for pattern in patterns)


def _is_listing(path: Path) -> bool:
    """Whether a folder holds nothing but lists of lines."""
    return path.is_dir() and not path.is_symlink() and all(entry.name.endswith(LINES) for entry in path.iterdir())


def _received_on(path: Path) -> date:
    """The day on which a file was set aside, as its reason tells, or else on which it was last changed."""
    reason = _reason_of(path)
    stamp = (reason if reason.is_file() else path).lstat().st_mtime
    return datetime.fromtimestamp(stamp, AMSTERDAM).date()


def _reason_of(path: Path) -> Path:
    return path.with_name(f"{path.name}{_REASON}")


def _remove(path: Path) -> None:
    """Remove an export, then the reason beside it: killed between them, the next try finds nothing left to remove."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    _reason_of(path).unlink(missing_ok=True)


def _shown(workspace: Workspace, paths: list[Path]) -> list[str]:
    root = workspace.root
    return [str(path.relative_to(root) if path.is_relative_to(root) else path) for path in paths]
