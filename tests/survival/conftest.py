"""Prepared workspaces, made once per file, in a place that every user of the machine may enter."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.export.printing import CHROMIUM_VARIABLE
from dagster_project.run import remove_tree
from tests.survival.base import Base, prepared


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where faults strike."""
    path = Path(tempfile.mkdtemp(prefix="survival-"))
    yield path
    for edition in path.glob("*/workspace/data/editions/*"):
        remove_tree(edition)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[Base]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHROMIUM_VARIABLE, "no-browser-in-this-test")
        with prepared(folder / "base") as base:
            yield base
