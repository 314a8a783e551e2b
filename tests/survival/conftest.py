"""Prepared workspaces, made once per file, in a place that every user of the machine may enter."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.survival.launch import run


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """Holds the workspace as it stands at each boundary between two steps."""
    folder = Path(tempfile.mkdtemp(prefix="survival-"))
    folder.chmod(0o755)
    run(folder / "base", "--prepare")
    yield folder / "base"
    shutil.rmtree(folder)
