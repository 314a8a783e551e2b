"""What readers use on their own machine, from pinned wheels: older DuckDB, its command line, Polars, GDAL.

They stand in a folder of their own, beside the environment and never in it. Each file of requirements names one, with
its hashes, as `uv pip compile --universal --generate-hashes` writes it; what the environment has already is left out.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from dagster_project.transform import cache_folder

REQUIRED = "OPKOERS_REQUIRE_CLIENTS"
"""Set where a client that cannot be installed is a failure: skipped there would mean untested everywhere."""


def client(name: str) -> Path:
    """The folder with a client, installed once; the test is skipped where no index of packages can be reached.

    Args:
        name: of its file of requirements, such as `duckdb-1.1`.
    """
    requirements = Path(__file__).with_name(f"{name}.txt")
    mark = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache_folder() / "clients" / f"{name}-{mark}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            _install(requirements, folder)
    return folder


def _install(requirements: Path, folder: Path) -> None:
    making = folder.with_name(f"{folder.name}.tmp")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--upgrade", "--target", str(making)]
    command += ["-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        making.rename(folder)
        return
    lines = done.stderr.strip().splitlines() or [f"pip ended with {done.returncode}"]
    sentence = f"{requirements.stem} could not be installed: {lines[-1]}"
    if os.environ.get(REQUIRED):
        pytest.fail(sentence)
    pytest.skip(sentence)
