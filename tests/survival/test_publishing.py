"""Faults in publishing and in the commands, readers over many publications, and a refresh during `verify`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.survival.base import Base, copy_tree
from tests.survival.child import ask_for_company, in_child
from tests.survival.groups import strike
from tests.survival.publications import publish_under_readers
from tests.survival.recovery import by_command
from tests.survival.strikes import Watch

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="signals, limits and modes are others here"),
]


@pytest.mark.parametrize("group", ["publishing", "commands"])
def test_faults_in(group: str, base: Base, folder: Path) -> None:
    strike(base, folder, group)


def test_readers_over_fifty_publications(base: Base, folder: Path) -> None:
    came = publish_under_readers(base, folder / "often", times=50)
    print(f"\n{came.sentence}")
    assert [error for read in came.reads for error in read.errors] == []
    assert len(set(came.published)) == 50
    assert all(len(read.publications) > 10 for read in came.reads), "the readers did not see them come and go"
    assert came.held, "a reader that held the first file open read something else afterwards"


def test_a_refresh_that_comes_during_verify_is_turned_away_and_hurts_nothing(base: Base, folder: Path) -> None:
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
        watch = Watch(root, [("compare", "dagster_project.verification.anew:differing_tables")])
        watch.on_touch = lambda _: None
        watch.on_part = lambda _: ask_for_company()

    verified = in_child(
        lambda: by_command("verify", "--workspace", str(root)), root.with_name("verify.json"), arm=arm, beside=refresh
    )
    assert [ending.result for ending in refreshed] == [2], refreshed
    assert "or a verification. Wait until it ends" in refreshed[0].printed
    assert verified.value() == 0, verified.printed
    assert (
        in_child(lambda: by_command("refresh", "--offline", "--workspace", str(root)), root.with_name("r")).result == 5
    )
