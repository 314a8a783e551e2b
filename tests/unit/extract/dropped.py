"""What the tests of `drop/` share: files that lie still in it, and the contracts that they fit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dagster_project.extract.incoming import Incoming
from dagster_project.workspace import Workspace
from tests.unit.extract.files import BENCHMARK, CSSD, TOEKENNINGEN

ALL = (TOEKENNINGEN, CSSD, BENCHMARK)
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs links and file modes")
DUMP = {f"{table}.csv": f"{table}\n1\n" for table in CSSD.tables}
LONG_AGO = 1_700_000_000


def drop(workspace: Workspace, name: str, content: bytes = b"Naam\na\n") -> Path:
    """Lay a file in `drop/` as if it came long ago."""
    path = workspace.drop / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def drop_dump(workspace: Workspace, name: str) -> Path:
    """Lay a folder with every table of a dump in `drop/`."""
    for table, text in DUMP.items():
        drop(workspace, f"{name}/{table}", text.encode())
    return lay_still(workspace.drop / name)


def lay_still(folder: Path) -> Path:
    """A folder as if nothing was put into it of late."""
    os.utime(folder, (LONG_AGO, LONG_AGO))
    return folder


def names(items: list[Incoming]) -> list[tuple[str, str]]:
    """Name and contract of each."""
    return [(item.name, item.dataset.key if item.dataset else "") for item in items]
