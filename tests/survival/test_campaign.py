"""Faults in the steps up to a publication: nothing is lost, half or torn, and the next refresh succeeds.

`python -m tests.survival` runs longer campaigns, of another seed, and repeats one fault. What strikes publishing and
the commands stands in `test_publishing.py`, so that two processes share the work.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.survival.launch import GROUPS, inject, strike
from tests.survival.steps import STEPS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, limits and modes are others here")
SAMPLE = 25


def test_the_groups_hold_every_step() -> None:
    assert sorted(step.name for step in STEPS) == sorted(name for names in GROUPS.values() for name in names)


@pytest.mark.long
def test_a_sample_of_faults(base: Path) -> None:
    inject(base, SAMPLE, (step.name for step in STEPS if step.is_quick))


@pytest.mark.long
@pytest.mark.parametrize("group", ["taking in", "loading and judging", "models"])
def test_faults_in(group: str, base: Path) -> None:
    strike(base, group)
