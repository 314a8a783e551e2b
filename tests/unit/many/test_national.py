"""National snapshots are pulled once, and each workspace takes them over as if it had asked itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import sleep

import pytest

from dagster_project.attempts import failed, note_attempts
from dagster_project.changes import _ask_sources
from dagster_project.contracts import Dataset, all_contracts
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.many import national
from dagster_project.many.installation import Installation
from dagster_project.run import RunOptions
from dagster_project.snapshots import SnapshotStore, utc_now
from dagster_project.workspace import Workspace
from tests.integration.country import key_figures, made_up_country
from tests.standin.server import StandIn

TABLE = next(d for d in all_contracts() if d.kind == "cbs_v3")
FILE = next(d for d in all_contracts() if d.kind == "duo_csv")
BOTH = [TABLE, FILE]


@pytest.fixture
def country(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with made_up_country() as standin:
        for name, address in standin.environment.items():
            monkeypatch.setenv(name, address)
        yield standin


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    for key in ("almere", "heemskerk"):
        (tmp_path / key).mkdir()
        (tmp_path / key / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n')
    (tmp_path / "workspaces.toml").write_text(
        "[network]\nattempts = 2\ntimeout_seconds = 1.5\nbackoff_seconds = 0.05\n"
    )
    return Installation(tmp_path)


class Taking:
    """Takes datasets over into the workspaces of an installation, as runs that begin at one moment do."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.options = RunOptions(common=installation.root, since=utc_now())

    def __call__(self, key: str, datasets: list[Dataset] | None = None) -> list[national.Pulled]:
        workspace = self.installation.workspace(key)
        outcomes = national.take_over(self.options, workspace, datasets or BOTH, lambda _: None)
        note_attempts(workspace, {outcome.dataset.key: outcome.attempt for outcome in outcomes})
        return outcomes

    def news(self, key: str) -> tuple[str, ...] | None:
        return _ask_sources(self.installation.workspace(key), BOTH, self.options)

    def later(self) -> Taking:
        """The same in a run that begins after what was asked until now."""
        sleep(1.1)  # snapshots bear the second in which they came
        after = Taking(self.installation)
        after.options = replace(self.options, since=f"{date.today().year + 1}-01-01T00:00:00Z")
        return after


@pytest.fixture
def taking(installation: Installation) -> Taking:
    return Taking(installation)


def store(workspace: Workspace) -> SnapshotStore:
    return SnapshotStore(workspace.snapshots)


def test_publishers_are_asked_once_and_each_workspace_has_it_all(country: StandIn, taking: Taking) -> None:
    first = taking("almere")
    asked = country.count("")
    second = taking("heemskerk")
    assert country.count("") == asked > 0
    assert [each.snapshot.snapshot_id for each in first if each.snapshot] == [
        each.snapshot.snapshot_id for each in second if each.snapshot
    ]
    one, other = (taking.installation.workspace(key) for key in ("almere", "heemskerk"))
    for snapshot in store(one).all():
        paths = [store(workspace).verify(snapshot) for workspace in (one, other)]
        assert paths[0].samefile(paths[1])
        assert not store(one).sidecar_of(snapshot).samefile(store(other).sidecar_of(snapshot))
        assert paths[0].stat().st_mode & 0o777 == 0o444
    assert len(list(store(other).all())) == len(BOTH)


def test_what_is_the_same_is_no_news_and_leaves_no_trace(country: StandIn, taking: Taking) -> None:
    assert taking.news("almere") is None
    taking("almere")
    before = {path: path.read_bytes() for path in taking.installation.workspace("almere").snapshots.rglob("*.json")}
    assert taking.news("almere") == ()
    later = taking.later()
    assert [(each.snapshot, each.attempt) for each in later("almere")] == [(None, None)] * len(BOTH)
    assert {path: path.read_bytes() for path in before} == before


def test_what_its_publisher_revised_comes_to_all(country: StandIn, taking: Taking) -> None:
    for key in ("almere", "heemskerk"):
        taking(key)
    country.put(key_figures(TABLE, factor=1.5, modified="2025-09-01T02:00:00"))
    later = taking.later()
    for key in ("almere", "heemskerk"):
        assert later.news(key) is None
        table, file = later(key)
        assert table.snapshot
        assert file.snapshot is None
        assert len(store(taking.installation.workspace(key)).known(TABLE.source_id, TABLE.dataset_id)) == 2


def test_a_workspace_that_had_it_before_meets_it_again(country: StandIn, taking: Taking) -> None:
    workspace = taking.installation.workspace("almere")
    country.put(key_figures(TABLE))
    taking("almere", [TABLE])
    (first,) = store(workspace).all()
    country.put(key_figures(TABLE, factor=1.5, modified="2025-09-01T02:00:00"))
    taking.later()("almere", [TABLE])
    country.put(key_figures(TABLE))
    (outcome,) = taking.later()("almere", [TABLE])
    assert outcome.snapshot is None, "its bytes are not new"
    latest = store(workspace).latest(TABLE.source_id, TABLE.dataset_id)
    assert latest
    assert latest.snapshot_id == first.snapshot_id
    assert len(latest.sightings) == 1


def test_a_source_that_does_not_answer_is_told_by_each_and_its_own_snapshot_serves(
    country: StandIn, taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking("almere")
    monkeypatch.setenv("OPKOERS_CBS_V3_URL", "http://127.0.0.1:9")
    later = taking.later()
    table, file = later("almere")
    assert table.attempt
    assert table.attempt.cause == "unreachable"
    assert file.attempt is None
    assert store(later.installation.workspace("almere")).latest(TABLE.source_id, TABLE.dataset_id)
    other, _ = later("heemskerk")
    assert other.attempt
    assert other.snapshot, "what the others have in common serves one that had nothing"


def test_what_a_workspace_set_aside_does_not_come_back_while_it_is_the_same(country: StandIn, taking: Taking) -> None:
    workspace = taking.installation.workspace("almere")
    taking("almere")
    snapshot = store(workspace).latest(TABLE.source_id, TABLE.dataset_id)
    assert snapshot
    store(workspace).set_aside(snapshot, "its unit changed", workspace.rejected)
    stamp = snapshot.publisher_modified
    note_attempts(workspace, {TABLE.key: failed(TABLE, "unsound", "its unit changed", None, publisher_modified=stamp)})
    later = taking.later()
    table, _ = later("almere")
    assert table.attempt
    assert table.snapshot is None
    assert store(workspace).latest(TABLE.source_id, TABLE.dataset_id) is None
    other, _ = later("heemskerk")
    assert other.snapshot
    assert other.attempt is None


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_where_no_link_can_be_made_it_is_copied(
    country: StandIn, taking: Taking, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "no link")

    monkeypatch.setattr(os, "link", refuse)
    taking("almere")
    common, own = SnapshotStore(taking.installation.snapshots), store(taking.installation.workspace("almere"))
    for snapshot in common.all():
        assert not own.verify(snapshot).samefile(common.verify(snapshot))


def test_a_workspace_is_whole_without_the_others_and_damage_is_found(country: StandIn, taking: Taking) -> None:
    taking("almere")
    common, own = SnapshotStore(taking.installation.snapshots), store(taking.installation.workspace("almere"))
    for snapshot in list(common.all()):
        common.path_of(snapshot).unlink()
        common.sidecar_of(snapshot).unlink()
        own.verify(snapshot)
    taking("heemskerk")
    snapshot = next(own.all())
    own.path_of(snapshot).chmod(0o644)
    own.path_of(snapshot).write_bytes(b"other")
    with pytest.raises(VerificationFailed, match="was changed"):
        own.verify(snapshot)


def test_a_damaged_note_of_what_was_asked_only_costs_another_question(country: StandIn, taking: Taking) -> None:
    taking("almere")
    (taking.installation.data / "asked.json").write_text('{"cbs/x": 3')
    assert all(each.attempt is None for each in taking("heemskerk"))


def test_a_workspace_elsewhere_shares_nothing(taking: Taking, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n')
    with pytest.raises(ConfigurationError, match="does not lie in"):
        national.take_over(taking.options, Workspace(elsewhere), BOTH, lambda _: None)
