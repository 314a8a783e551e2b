"""The intake of one run: exports from `drop/` into the vault, and from there into a new seal when anything changed.

Reading files belongs to `intake`, keeping originals to `vault`, building and sealing to `confidential`. An export
leaves `drop/` last: whatever stops the run before that, the next one finds it there again, and nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import incoming
from dagster_project.extract.incoming import Incoming
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.registration import confidential
from dagster_project.registration.confidential import Built
from dagster_project.registration.vault import Original, Vault
from dagster_project.workspace import Workspace


def take(
    workspace: Workspace, items: Collection[Incoming], scratch: Path, set_aside: Callable[[str], None]
) -> dict[str, list[str]]:
    """Take client-level exports in, and seal what all of them come to when that may have changed.

    Without a key nothing is read: the exports wait in `drop/`, the last seal serves, and the reason is told.

    Args:
        workspace: the workspace.
        items: complete exports of client-level kinds that lie in `drop/`.
        scratch: a folder to copy through.
        set_aside: takes a sentence for everything that was left out.

    Returns:
        Names of the files that were taken, by dataset id.
    """
    if not items and not Vault(workspace).all():
        return {}
    try:
        return _take(workspace, items, scratch, set_aside)
    except ConfigurationError as error:
        set_aside(f"Exports of local registrations were not read. {error}")
        return {}


def _take(
    workspace: Workspace, items: Collection[Incoming], scratch: Path, set_aside: Callable[[str], None]
) -> dict[str, list[str]]:
    pseudonymiser = Pseudonymiser.of(workspace)
    arrived = _into_vault(workspace, items, scratch, set_aside)
    refused: dict[str, str] = {}
    if is_due(workspace):
        known = _read_before(workspace)
        confidential.renew(
            workspace, pseudonymiser, lambda built: refused.update(_discard(workspace, built, known, set_aside))
        )
    taken: dict[str, list[str]] = {}
    rows = confidential.rows_of(workspace) if arrived else {}
    for original, item in arrived:
        reason = refused.get(original.original_id)
        if reason:
            incoming.reject(item, reason)
            set_aside(f"{reason} The file is in rejected/.")
            continue
        try:
            incoming.accept_sealed(item, _receipt(item, original, rows[original.original_id]))
        except UnsoundData as error:  # it was changed since: what lies there now is another export
            set_aside(str(error))
            continue
        taken.setdefault(original.dataset_id, []).append(item.name)
    return taken


def is_due(workspace: Workspace) -> bool:
    """Whether the originals that are kept would be read anew: something changed, or an earlier run was stopped."""
    if not Vault(workspace).all():
        return False
    try:
        return confidential.stands_on(workspace) != confidential.grounds(workspace, Pseudonymiser.of(workspace))
    except ConfigurationError:
        return True  # the run says that the key is missing


def _into_vault(
    workspace: Workspace, items: Collection[Incoming], scratch: Path, set_aside: Callable[[str], None]
) -> list[tuple[Original, Incoming]]:
    """Encrypt every export. One that changes while it is read waits for the next run."""
    vault, arrived = Vault(workspace), []
    for item in items:
        if item.dataset is None:
            continue
        try:
            plain = incoming.pack_or_copy(item, scratch)
        except UnsoundData as error:
            set_aside(str(error))
            continue
        try:
            original, _ = vault.add(item.dataset, plain, item.name, is_synthetic=incoming.is_synthetic(item.name))
            arrived.append((original, item))
        finally:
            plain.unlink(missing_ok=True)
    return arrived


def _read_before(workspace: Workspace) -> set[str]:
    stood = confidential.stands_on(workspace)
    return {str(original_id) for original_id, *_ in stood["originals"]} if stood else set()


def _discard(workspace: Workspace, built: Built, known: set[str], set_aside: Callable[[str], None]) -> dict[str, str]:
    """Take refused originals out of the vault, unless an earlier run could read them: those wait for a mended mapping.

    One that was known under another name or contract becomes again what it was.

    Returns:
        The reasons of all of them, by original id: an export that came again and is refused goes to `rejected/`.
    """
    vault = Vault(workspace)
    by_id = {original.original_id: original for original in vault.all()}
    for original_id, reason in built.refused.items():
        if original_id in known and by_id[original_id].earlier is None:
            set_aside(f"{reason} It was read before and is kept: mend its mapping, then refresh.")
        else:
            vault.discard(by_id[original_id])
    return built.refused


def _receipt(item: Incoming, original: Original, rows: tuple[int, int]) -> str:
    loaded, quarantined = rows
    seen_before = original.received_at if original.sightings else None
    return incoming.receipt_of(item, original.original_id, loaded, quarantined, original.retain_until, seen_before)
