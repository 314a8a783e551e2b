"""The chain: one line for every publication, edition and run record, each line tied to the one before.

`<data>/chain.jsonl`. A line holds the path of a record below the data folder, its sha256, and the hash of the line
before; `link` is the hash of the line itself. Whoever notes one link elsewhere can see later that nothing before it was
changed, taken out or put in between. Manifests and editions hold the link that was the last when they were made. What
belongs here: writing and reading lines. Comparing them with what stands on disk is the work of `verification/`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from dagster_project.errors import VerificationFailed
from dagster_project.snapshots import sha256_of, utc_now, write_durably
from dagster_project.workspace import Workspace

CHAIN = "chain.jsonl"
_RECORDS = {"publications": "*/manifest.json", "editions": "*/edition.json", "runs": "*.json"}
"""Folder below the data folder to the records in it that the chain names."""


@dataclass(frozen=True)
class Link:
    """One line of the chain."""

    number: int
    at: str
    """UTC moment at which the line was written."""
    path: str
    """Of the record, below the data folder."""
    sha256: str
    """Of the record's bytes."""
    stands: bool
    """Whether `current` was to point at it; false for a build as of an earlier day, and for what is no publication."""
    is_late: bool
    """Whether it was added by a later run, because its own was killed before it could."""
    previous: str | None
    """`link` of the line before."""
    link: str
    """sha256 over the other values, as JSON with sorted keys and no blanks."""

    @property
    def kind(self) -> str:
        """publications, editions or runs."""
        return self.path.partition("/")[0]


def records(workspace: Workspace) -> list[str]:
    """The paths below the data folder of every record that is there, by kind and name."""
    found = [path for folder, pattern in _RECORDS.items() for path in sorted((workspace.data / folder).glob(pattern))]
    return [
        path.relative_to(workspace.data).as_posix()
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(workspace.data).parts)
    ]


def file_of(workspace: Workspace) -> Path:
    """Where a workspace's chain stands."""
    return workspace.data / CHAIN


def read_chain(workspace: Workspace) -> list[Link]:
    """Every line, oldest first; none where there is no chain yet.

    Raises:
        VerificationFailed: a line is not as it was written, or does not follow on the one before; it is named.
    """
    path = file_of(workspace)
    if not path.is_file():
        return []
    links: list[Link] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        link = _parsed(line)
        before = links[-1].link if links else None
        if link is None or (link.number, link.previous) != (number, before):
            raise VerificationFailed(
                f"{path}, line {number}, is not as it was written or does not follow on the line before. "
                "Restore it from backup; or move it away: the next refresh begins a new one, and verify will say so."
            )
        links.append(link)
    return links


def _parsed(line: bytes) -> Link | None:
    """A line whose own hash holds and that is written as we write it; None for any other."""
    try:
        link = Link(**json.loads(line))
        is_ours = link.link == _hash(asdict(link)) and line == _line(link)
    except (ValueError, TypeError, AttributeError):
        return None
    return link if is_ours else None


def _line(link: Link) -> bytes:
    return json.dumps(asdict(link), ensure_ascii=False).encode()


def _hash(content: dict[str, Any]) -> str:
    rest = {name: value for name, value in content.items() if name != "link"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))  # as `jq -cS` writes it
    return hashlib.sha256(text.encode()).hexdigest()


def head(workspace: Workspace) -> str | None:
    """The last link; None where nothing was chained yet.

    Raises:
        VerificationFailed: the chain is not as it was written.
    """
    links = read_chain(workspace)
    return links[-1].link if links else None


def append(workspace: Workspace, record: Path, *, stands: bool = False) -> str:
    """Chain a record that is complete and in its place.

    Args:
        workspace: the workspace.
        record: a manifest, an `edition.json` or a run's record.
        stands: whether it is of a publication that `current` is to point at.

    Returns:
        Its link.

    Raises:
        VerificationFailed: the chain is not as it was written.
    """
    with _writing(workspace):
        links = read_chain(workspace)
        added = _next(workspace, links, record, stands=stands)
        _write(workspace, [*links, added])
    return added.link


def settle(workspace: Workspace) -> None:
    """Bring the chain up to date: begin it, and add what a killed run completed and could not chain.

    Only for who holds the refresh lock. A manifest or edition is added when it names the last link, so that it was made
    on top of what is chained; a run's record when it is newer than all that are. Whatever else is there and not in the
    chain stays out: `verify` names it.

    Raises:
        VerificationFailed: the chain is not as it was written.
    """
    with _writing(workspace):
        links = read_chain(workspace)
        begins = not file_of(workspace).is_file()
        late = [path for path in _missing(workspace, links) if begins or _was_next(workspace.data / path, links)]
        for path in late:
            links = [*links, _next(workspace, links, workspace.data / path, stands=False, is_late=True)]
        _write(workspace, links)


def _missing(workspace: Workspace, links: list[Link]) -> list[str]:
    known = {link.path for link in links}
    return [path for path in records(workspace) if path not in known]


def _was_next(record: Path, links: list[Link]) -> bool:
    if record.parent.name == "runs":
        return record.name > max((Path(link.path).name for link in links if link.kind == "runs"), default="")
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
    except ValueError:
        return False
    last = links[-1].link if links else None
    return isinstance(content, dict) and "chain" in content and content["chain"] == last


def _next(workspace: Workspace, links: list[Link], record: Path, *, stands: bool, is_late: bool = False) -> Link:
    content = {
        "number": len(links) + 1,
        "at": utc_now(),
        "path": record.relative_to(workspace.data).as_posix(),
        "sha256": sha256_of(record),
        "stands": stands,
        "is_late": is_late,
        "previous": links[-1].link if links else None,
    }
    return Link(**content, link=_hash(content))  # type: ignore[arg-type]


def _write(workspace: Workspace, links: list[Link]) -> None:
    """All lines anew, in one move: a line that was cut half-way by a full disk would end the chain."""
    content = b"".join(_line(link) + b"\n" for link in links)
    path = file_of(workspace)
    if not path.is_file() or path.read_bytes() != content:
        write_durably(path, content)


@contextmanager
def _writing(workspace: Workspace) -> Iterator[None]:
    """One writer at a time: the steps of a run may be processes of their own."""
    workspace.data.mkdir(parents=True, exist_ok=True)
    with FileLock(workspace.data / ".chain.lock"):
        yield
