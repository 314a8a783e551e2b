"""What the tests of the vault share: a made-up export, and a process that is killed at a chosen moment."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dagster_project.contracts import Dataset
from dagster_project.registration.vault import Original, Vault

BSN = "123456782"
"""The number that everyone makes examples with. It stands in every export here, and nowhere else may it."""
PLAIN = f"BSN;Regelingcode\n{BSN};MR01\n" * 40
DATASET = Dataset.model_validate(
    {
        "source_id": "registration",
        "dataset_id": "grants",
        "kind": "record_file",
        "title": "Made-up grants",
        "licence": "not published",
        "attribution": "nobody",
        "file_pattern": "*grants*.csv",
        "raw_table": "toekenning",
        "columns": [{"name": "client_key", "headers": ["BSN"], "type": "client"}],
    }
)
_STEPS = ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod")


def export(folder: Path, text: str = PLAIN, suffix: str = "csv") -> Path:
    path = folder / f"export.{suffix}"
    path.write_text(text)
    return path


def deliver(vault: Vault, folder: Path, text: str = PLAIN, name: str = "grants_2024.csv", **changes: Any) -> Original:
    """Add a text as an export; `changes` are those of the contract."""
    dataset = DATASET.model_copy(update=changes)
    original, _ = vault.add(dataset, export(folder, text), name, is_synthetic=True)
    return original


def holds_number(folder: Path) -> list[Path]:
    """The files below a folder in which the number stands plain."""
    return [path for path in folder.rglob("*") if path.is_file() and BSN.encode() in path.read_bytes()]


def was_killed(work: Callable[[], object], root: Path, step: int) -> bool:
    """Do work in a process of its own that is killed (SIGKILL) just before its n-th touch of a file below a folder.

    Returns:
        Whether it came so far; otherwise it ended well.
    """
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if event in _STEPS and str(arguments[0]).startswith(str(root)):
                seen += 1
                if seen == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)
