"""Which steps are struck together, and a campaign of one such group as tests run it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.survival.base import Base
from tests.survival.campaign import Campaign
from tests.survival.report import assert_sound
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


def strike(base: Base, folder: Path, group: str) -> None:
    """Inject a group's part of all faults, and refuse any violation."""
    steps = [step for step in STEPS if step.name in GROUPS[group]]
    number = round(FAULTS * sum(step.share for step in steps) / sum(step.share for step in STEPS))
    outcomes = Campaign(base, folder / "campaign", SEED).run(number, steps)
    assert_sound(outcomes, SEED)
    assert sum(outcome.fell for outcome in outcomes) >= number
