"""Verify: are the stored bytes still those that were stored, and does a rebuild give what was published or frozen?

What belongs here: the order of the checks and how they are told. What each looks at stands in `verification/`. What is
cheap comes first, and a rebuild only when all of it holds: on changed bytes it would say nothing more.

What it cannot find: whoever can write all of `data/` can write all of it anew so that it agrees. Against that stand the
hash of an edition or a link of the chain that was noted elsewhere, and signatures with a key that lies elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from dagster_project.chain import read_chain
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.registration.vault import Vault, vault_faults, vault_state
from dagster_project.run import refresh_lock
from dagster_project.signing import SIGNED_WITH, signature_faults, trusted_keys
from dagster_project.snapshots import SnapshotStore
from dagster_project.verification import anew, chained, kept, stored
from dagster_project.verification.kept import Found, Kept
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import Workspace

_TOLD = 20
"""How many faults are told in full; the others are counted."""


@dataclass
class Report:
    """What verifying came to.

    Attributes:
        verified: what agrees, one sentence each.
        notes: what is no fault, and worth knowing.
        faults: what does not agree.
    """

    verified: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether nothing at all was found wrong."""
        return not self.faults

    def as_record(self) -> dict[str, Any]:
        """The report for machines."""
        return {"agrees": self.agrees, **asdict(self)}


def verify(workspace: Workspace) -> list[str]:
    """Examine a workspace.

    Returns:
        What was verified, one sentence each, after what is worth knowing.

    Raises:
        VerificationFailed: something differs; the faults are named, the first twenty in full.
        ConfigurationError: nothing is published yet, a refresh is running, a public key is none, or there are originals
            and no key to read them with.
    """
    report = examine(workspace)
    if not report.agrees:
        raise VerificationFailed(told(report))
    return [*(f"Note: {note}" for note in report.notes), *report.verified]


def told(report: Report) -> str:
    """The faults of a report, each on its line; beyond twenty they are counted."""
    more = [f"And {len(report.faults) - _TOLD} more faults."] if len(report.faults) > _TOLD else []
    notes = [f"Note: {note}" for note in report.notes]
    return "\n".join([*report.faults[:_TOLD], *more, *notes])


def examine(workspace: Workspace) -> Report:
    """Re-hash every snapshot, original, published and frozen file, follow the chain, rebuild and compare.

    No refresh or freeze runs meanwhile.

    Raises:
        ConfigurationError: nothing is published yet, a refresh is running, a public key is none, or there are originals
            and no key to read them with.
    """
    with refresh_lock(workspace):
        found = kept.look(workspace)
        if _is_empty(workspace, found):
            raise ConfigurationError("Nothing is published yet, so there is nothing to verify. Run: opkoers refresh.")
        report = Report(notes=list(found.leftovers))
        current, pointer_faults = kept.standing(workspace, found.publications)
        _look_at_bytes(workspace, found, report)
        report.faults += [*pointer_faults, *_look_at_records(workspace, found, current, report)]
        if current and report.agrees:
            _rebuild(workspace, [current, *found.editions], report)
        elif current:
            report.notes.append("Nothing was built anew: on changed bytes that would say nothing more.")
    return report


def _is_empty(workspace: Workspace, found: Found) -> bool:
    """Whether nothing stands here and nothing ever did."""
    if found.publications or found.editions or found.faults:
        return False
    return all(link.kind == "runs" for link in read_chain(workspace))


def _look_at_bytes(workspace: Workspace, found: Found, report: Report) -> None:
    """Snapshots and their sidecars, and what publications and editions knew of them; originals."""
    snapshots = stored.look(SnapshotStore(workspace.snapshots))
    report.notes += snapshots.leftovers
    report.faults += snapshots.faults
    current, _ = kept.standing(workspace, found.publications)
    others = [one for one in reversed(found.publications) if one != current]
    for one in (*([current] if current else []), *found.editions, *others):
        must_exist = one.is_edition or one == current
        name = f"edition {one.folder.name}" if one.is_edition else f"publication {one.folder.name}"
        report.faults += stored.witness_faults(
            snapshots, one.record, name, one.folder, workspace.rejected, must_exist=must_exist
        )
    report.faults += vault_faults(workspace)
    if current:
        report.faults += stored.original_faults(Vault(workspace), current.folder / WAREHOUSE)
    if report.agrees:
        report.verified.append(f"{len(snapshots.sound)} snapshots and their sidecars are as they were stored.")
        report.verified += vault_state(workspace)


def _look_at_records(workspace: Workspace, found: Found, current: Kept | None, report: Report) -> list[str]:
    """Publications and editions: their files and tables, the chain and the signatures."""
    everything = (*found.publications, *found.editions)
    chain = chained.look(workspace, found)
    report.notes += chain.notes
    faults = [*found.faults, *chain.faults, *kept.file_faults(everything)]
    faults += kept.edition_chain_faults(found.editions)
    faults += [fault for one in everything for fault in _signature_faults(workspace, one, current)]
    for one in (current, *found.editions):
        faults += kept.table_faults(one) if one and not faults else []
    if current:
        report.notes += chained.set_back(chain.links, current)
    if current and not faults:
        report.verified += _records_told(found, current, len(chain.links))
    return faults


def _signature_faults(workspace: Workspace, one: Kept, current: Kept | None) -> Iterator[str]:
    named = trusted_keys(workspace)
    # an earlier publication may have been signed with a key that was given up; what stands and is frozen may not
    trusted = named if one == current or one.is_edition else ()
    name = f"{one.name}/{one.record_name}"
    yield from signature_faults(
        one.record_file, name, one.record, trusted, must_be_signed=bool(named) and one == current
    )


def _records_told(found: Found, current: Kept, links: int) -> Iterator[str]:
    files = sum(len(one.record["files"]) for one in found.publications)
    yield f"{files} files of {len(found.publications)} publications are as they were published."
    yield f"Publication {current.folder.name} stands; its content hash is {current.record['content_hash']}."
    for one in found.editions:
        yield f"{len(one.record['files'])} files of edition {one.folder.name} are as they were frozen."
    if links:
        yield f"{links} records follow on each other in the chain."
    everything = (*found.publications, *found.editions)
    signed = [one for one in everything if one.record.get(SIGNED_WITH)]
    if signed:
        yield f"{len(signed)} of {len(everything)} publications and editions are signed, and each signature holds."


def _rebuild(workspace: Workspace, all_kept: list[Kept], report: Report) -> None:
    for one in all_kept:
        try:
            report.verified.append(anew.build_anew(workspace, one))
        except anew.Differs as difference:
            by_other_code = one.is_edition and not anew.is_same_code(one.record)
            (report.notes if by_other_code else report.faults).append(str(difference))
