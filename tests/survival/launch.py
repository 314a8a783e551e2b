"""Campaigns as tests start them: by the command, and which steps are struck together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.survival.steps import STEPS

SEED = 20261126
FAULTS = int(os.environ.get("OPKOERS_SURVIVAL_FAULTS", "210"))
"""How many in all; CI strikes a sample of them."""
GROUPS = {
    "taking in": ("pull CBS", "pull DUO", "take own files", "take figures from drop", "take registrations"),
    "loading and judging": ("load raw", "gate after_ingest", "gate after_build", "gate after_proof"),
    "models": ("dbt models", "proof of small counts", "record results", "dbt audit models"),
    "publishing": ("publish",),
    "commands": ("freeze edition", "rotate keys", "forget", "whole refresh"),
}
"""Steps whose faults are one test; together they are all of them."""


def strike(base: Path, group: str) -> None:
    """Inject a group's part of all faults, and refuse any violation."""
    steps = [step for step in STEPS if step.name in GROUPS[group]]
    number = round(FAULTS * sum(step.share for step in steps) / sum(step.share for step in STEPS))
    inject(base, number, (step.name for step in steps))


def inject(base: Path, number: int, steps: Iterable[str]) -> None:
    """Inject so many faults in these steps, print what came of them, and refuse any violation."""
    run(base, "--seed", str(SEED), "--faults", str(number), *(word for step in steps for word in ("--step", step)))


def run(base: Path, *arguments: str) -> None:
    """Run `python -m tests.survival` on prepared workspaces, and pass on what it prints.

    Raises:
        AssertionError: it found a violation, or did not come to its end.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.survival", "--base", str(base), *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
