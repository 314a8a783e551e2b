"""Faults at every step of a refresh: nothing is lost, half or torn, and the next refresh succeeds.

`python -m tests.survival` runs longer campaigns, of another seed, and repeats one fault.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.export.printing import CHROMIUM_VARIABLE
from tests.survival.base import Base, copy_tree, prepared
from tests.survival.campaign import Campaign, Outcome
from tests.survival.child import ask_for_company, in_child
from tests.survival.publications import publish_under_readers
from tests.survival.recovery import by_command
from tests.survival.report import summary, table
from tests.survival.steps import STEPS
from tests.survival.strikes import Watch

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, limits and modes are others here")

SEED = 20261126
SAMPLE = 25
GROUPS = {
    "taking in": ("pull CBS", "pull DUO", "take own files", "take figures from drop", "take registrations"),
    "loading and judging": ("load raw", "gate after_ingest", "gate after_build", "gate after_proof"),
    "models": ("dbt models", "proof of small counts", "record results", "dbt audit models"),
    "publishing": ("publish",),
    "commands": ("freeze edition", "rotate keys", "forget", "whole refresh"),
}
"""Steps whose faults are one test; together they are all of them."""
FAULTS = 210


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where faults strike: other users may enter it, for one of them loses a permission there."""
    path = Path(tempfile.mkdtemp(prefix="survival-"))
    path.chmod(0o755)
    yield path
    for closed in path.glob("*/data/editions/*"):
        closed.chmod(0o755)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[Base]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHROMIUM_VARIABLE, "no-browser-in-this-test")
        with prepared(folder / "base") as base:
            yield base


def assert_sound(outcomes: list[Outcome]) -> None:
    print(f"\nseed {SEED}\n{table(outcomes)}\n{summary(outcomes)}")
    violated = [
        f"{violation}\nagain: python -m tests.survival --only '{outcome.fault.word}'"
        for outcome in outcomes
        for violation in outcome.violations
    ]
    assert not violated, "\n".join(violated)


def test_the_groups_hold_every_step() -> None:
    assert sorted(step.name for step in STEPS) == sorted(name for names in GROUPS.values() for name in names)


def test_a_sample_of_faults(base: Base, folder: Path) -> None:
    quick = [step for step in STEPS if step.is_quick]
    outcomes = Campaign(base, folder / "sample", SEED).run(SAMPLE, quick)
    assert_sound(outcomes)
    assert sum(outcome.fell for outcome in outcomes) >= SAMPLE


@pytest.mark.long
@pytest.mark.parametrize("group", GROUPS)
def test_faults_in(group: str, base: Base, folder: Path) -> None:
    steps = [step for step in STEPS if step.name in GROUPS[group]]
    number = round(FAULTS * sum(step.share for step in steps) / sum(step.share for step in STEPS))
    outcomes = Campaign(base, folder / "campaign", SEED).run(number, steps)
    assert_sound(outcomes)
    assert sum(outcome.fell for outcome in outcomes) >= number


@pytest.mark.long
def test_readers_over_fifty_publications(base: Base, folder: Path) -> None:
    came = publish_under_readers(base, folder / "often", times=50)
    print(f"\n{came.sentence}")
    assert [error for read in came.reads for error in read.errors] == []
    assert len(set(came.published)) == 50
    assert all(len(read.publications) > 10 for read in came.reads), "the readers did not see them come and go"
    assert came.held, "a reader that held the first file open read something else afterwards"


@pytest.mark.long
def test_a_refresh_beside_verify_hurts_neither(base: Base, folder: Path) -> None:
    root = folder / "beside" / "workspace"
    root.parent.mkdir()
    copy_tree(base.folder / "published", root)
    with (root / "measurements.csv").open("a") as stream:
        stream.write("\n")
    refreshed = []

    def refresh() -> None:
        report = root.with_name("refresh.json")
        refreshed.append(in_child(lambda: by_command("refresh", "--offline", "--workspace", str(root)), report))

    def arm() -> None:
        watch = Watch(root, [("compare", "dagster_project.verify:table_hashes")])
        watch.on_touch = lambda _: None
        watch.on_part = lambda _: ask_for_company()

    verified = in_child(
        lambda: by_command("verify", "--workspace", str(root)), root.with_name("verify.json"), arm=arm, beside=refresh
    )
    assert [ending.result for ending in refreshed] == [5], refreshed
    assert verified.value() == 0, verified.printed
