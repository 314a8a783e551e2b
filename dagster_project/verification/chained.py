"""The chain held against the records on disk: none was changed, taken out or put in between since it was chained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from dagster_project.chain import Link, file_of, read_chain, records
from dagster_project.errors import VerificationFailed
from dagster_project.snapshots import sha256_of
from dagster_project.verification.kept import Found, Kept
from dagster_project.workspace import Workspace

_WAY_OUT = "Restore it from backup."


@dataclass
class Chained:
    """What the chain says of the records."""

    links: list[Link] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is no fault, and worth knowing."""


def look(workspace: Workspace, found: Found) -> Chained:
    """Hold every line against its record, and every record against the chain."""
    all_kept = (*found.publications, *found.editions)
    try:
        links = read_chain(workspace)
    except VerificationFailed as error:
        return Chained(faults=[str(error)])
    chained = Chained(links)
    if not file_of(workspace).is_file():
        if any("chain" in kept.record for kept in all_kept):
            chained.faults.append(f"{file_of(workspace)} is gone. {_WAY_OUT}")
        else:
            chained.notes.append("There is no chain yet: the next publication begins it.")
    else:
        chained.faults += _record_faults(workspace, links, chained.notes)
        chained.faults += [fault for kept in all_kept for fault in _head_faults(kept, links)]
    chained.faults += _manifest_faults(found.publications, links)
    return chained


def _record_faults(workspace: Workspace, links: list[Link], notes: list[str]) -> Iterator[str]:
    last = {link.path: link for link in links}  # an edition that was frozen again has two lines, and the later counts
    there = set(records(workspace))
    adopted = list(takewhile(lambda link: link.is_late, links))
    if adopted:
        notes.append(f"The chain began with {len(adopted)} records that were there already.")
    for kind in ("publications", "editions", "runs"):
        of_kind = [link for link in last.values() if link.kind == kind]
        gone = [link for link in of_kind if link.path not in there]
        oldest = of_kind[: len(gone)]
        if gone and gone == oldest and len(gone) < len(of_kind) and kind != "editions":
            notes.append(f"The oldest {len(gone)} {kind} were taken out: {gone[-1].path} is the last of them.")
        else:
            yield from (f"{link.path} is gone; it was chained at {link.at}. {_WAY_OUT}" for link in gone)
        for link in of_kind:
            if link.path in there and sha256_of(workspace.data / link.path) != link.sha256:
                yield f"{link.path} was changed after it was chained at {link.at}. {_WAY_OUT}"
            elif link.is_late and link.number > len(adopted):
                notes.append(f"{link.path} was chained by a later run at {link.at}: its own was killed.")
    for path in sorted(there - last.keys()):
        yield (
            f"{path} is not in the chain: its run was killed, and the next refresh chains it, or somebody put it "
            "there. Take it out if a refresh does not mend it."
        )


def _head_faults(kept: Kept, links: list[Link]) -> Iterator[str]:
    """A record names the link that was the last when it was made."""
    head = kept.record.get("chain")
    own = max((link.number for link in links if link.path == f"{kept.name}/{kept.record_name}"), default=len(links) + 1)
    if head is not None and all(link.link != head or link.number >= own for link in links):
        yield (
            f"{kept.name}/{kept.record_name} was made after link {head[:12]}…, and the chain before it has no such "
            "link: chain.jsonl was cut or written anew. Restore it from backup."
        )


def _manifest_faults(publications: tuple[Kept, ...], links: list[Link]) -> Iterator[str]:
    """A manifest names the one that stood before it, also where there was no chain yet."""
    known = {sha256_of(kept.record_file) for kept in publications} | {link.sha256 for link in links}
    for kept in publications[1:]:
        before = kept.record["previous_manifest_sha256"]
        if before and before not in known:
            yield f"The manifest before {kept.folder.name} was changed or removed: none has sha256 {before[:12]}…."


def set_back(links: list[Link], standing: Kept) -> list[str]:
    """A sentence when `current` was pointed at an earlier publication than the last that was to stand: no fault."""
    later = [link.path.split("/")[1] for link in links if link.kind == "publications" and link.stands]
    if not later or later[-1] == standing.folder.name or standing.folder.name not in later:
        return []
    return [f"Publication {standing.folder.name} stands, and {later[-1]} is newer: current was set back."]
