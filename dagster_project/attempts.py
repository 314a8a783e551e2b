"""What went wrong when a dataset was asked last: `<data>/attempts.json`, one entry per dataset in trouble.

It spares the publisher and us: a table that was set aside is not pulled again while it is the same table under the same
contract. It also tells since when a table is out of reach. Removing the file does no harm; everything is tried again.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from dagster_project.contracts import Dataset
from dagster_project.extract import documents
from dagster_project.product import code_fingerprint
from dagster_project.snapshots import utc_now, write_durably

log = logging.getLogger(__name__)

FILE = "attempts.json"


class Keeps(Protocol):
    """A workspace, or another holder of snapshots that keeps such a file."""

    @property
    def data(self) -> Path: ...


Cause = Literal["unsound", "vanished", "unreachable"]


@dataclass(frozen=True)
class Attempt:
    """A dataset's last attempt, which failed.

    Attributes:
        cause: unsound: what came is not what the contract promises; vanished: the publisher knows it no more;
            unreachable: no answer, or none that was whole.
        since: UTC moment of the first of the attempts in a row that failed for this cause.
        publisher_modified: the publisher's stamp of what was set aside; None when none was stated.
        etag: likewise.
        fingerprint: of the contract and of the code that reads by it.
        sentence: what was said of it.
    """

    cause: Cause
    since: str
    publisher_modified: str | None
    etag: str | None
    fingerprint: str
    sentence: str

    def covers(self, dataset: Dataset, publisher_modified: str | None) -> bool:
        """Whether another attempt at bytes of that stamp would only end the same way."""
        if self.cause == "unreachable" or self.fingerprint != fingerprint(dataset):
            return False
        return self.publisher_modified == publisher_modified


Attempts = dict[str, Attempt]
"""By the key of the dataset."""


def fingerprint(dataset: Dataset) -> str:
    """One sha256 for a contract and all code and content of the product."""
    return hashlib.sha256(f"{code_fingerprint()}{dataset.model_dump_json()}".encode()).hexdigest()


def failed(
    dataset: Dataset,
    cause: Cause,
    sentence: str,
    before: Attempt | None,
    *,
    publisher_modified: str | None = None,
    etag: str | None = None,
) -> Attempt:
    """An attempt that has just failed, its sentence made to name the dataset; `before` is the one noted until now."""
    if not sentence.startswith(dataset.key):
        sentence = f"{dataset.key}: {sentence}"
    since = before.since if before and before.cause == cause else utc_now()
    return Attempt(cause, since, publisher_modified, etag, fingerprint(dataset), sentence)


def read_attempts(workspace: Keeps) -> Attempts:
    """What is noted; nothing where the file is missing or damaged, for it can only spare work."""
    path = workspace.data / FILE
    if not path.is_file():
        return {}
    try:
        content = documents.read_json(path)
        return {key: Attempt(**entry) for key, entry in content.items()}
    except (ValueError, TypeError, AttributeError) as error:
        log.warning("%s cannot be read (%s): every table is tried anew.", path, error)
        return {}


def note_attempts(workspace: Keeps, changes: Mapping[str, Attempt | None]) -> None:
    """Write down failed attempts, and strike out those of datasets that are well again (None)."""
    known = read_attempts(workspace)
    merged = {key: attempt for key, attempt in {**known, **changes}.items() if attempt}
    if merged == known:
        return
    workspace.data.mkdir(parents=True, exist_ok=True)
    content = {key: asdict(attempt) for key, attempt in sorted(merged.items())}
    write_durably(workspace.data / FILE, json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")
