"""Pulls of many tables over real HTTP: side by side but few at a time, in a fixed order, each on its own."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest

from dagster_project import changes, ingest, pulls
from dagster_project.attempts import Attempts, read_attempts
from dagster_project.contracts import Dataset, all_contracts, contract
from dagster_project.progress import Board, display
from dagster_project.pulls import WIRED, Pulled, Round
from dagster_project.run import Run, RunOptions
from dagster_project.snapshots import SnapshotStore
from dagster_project.workspace import Workspace
from tests.integration.country import key_figures, settle
from tests.standin import faults
from tests.standin.server import Handler, Reply, StandIn

CONTRACTS = [dataset for dataset in all_contracts() if dataset.kind in WIRED]
TABLES = {(dataset.kind, dataset.table_id or dataset.path) for dataset in CONTRACTS}
CBS_CONTRACTS = [dataset for dataset in CONTRACTS if dataset.source_id == "cbs"]
WIDE = [dataset for dataset in CONTRACTS if dataset.kind == "cbs_v3"]
LAST = contract("cbs", "kwb_2024")
Take = Callable[[], Run]


@pytest.fixture
def take(country: StandIn, workspace: Workspace) -> Take:
    """Take every dataset of CBS and DUO in a run of its own, without building anything."""

    def take_all() -> Run:
        run = Run(workspace, f"run-{len(list(workspace.build.glob('run-*')))}", RunOptions())
        run.begin()
        for source_id in ("cbs", "duo"):
            ingest.take(run, source_id)
        return run

    return take_all


def snapshots(workspace: Workspace) -> dict[str, str]:
    """Newest snapshot of each dataset that has one."""
    found = [SnapshotStore(workspace.snapshots).latest(d.source_id, d.dataset_id) for d in CONTRACTS]
    return {snapshot.key: snapshot.snapshot_id for snapshot in found if snapshot}


def named(sentence: str) -> str:
    """The dataset that a sentence begins with."""
    return re.split("[: ]", sentence)[0]


def with_connections(workspace: Workspace, connections: int) -> Workspace:
    settings = workspace.root / "opkoers.toml"
    text = settings.read_text(encoding="utf-8")
    assert "connections = 3" in text
    settings.write_text(text.replace("connections = 3", f"connections = {connections}"), encoding="utf-8")
    return Workspace(workspace.root)


@pytest.mark.parametrize("connections", [1, 2, 3, 8])
def test_a_host_never_sees_more_connections_than_were_set(
    country: StandIn, workspace: Workspace, tmp_path: Path, connections: int
) -> None:
    country.latency = 0.02
    workspace = with_connections(workspace, connections)
    with display(lambda _: None) as shown:
        pulled = Round(workspace, tmp_path / "scratch", {}, ()).pull(CONTRACTS, shown)
    assert country.most_connections == connections
    assert country.connections == connections, "a worker keeps its connection"
    assert [one.dataset for one in pulled] == CONTRACTS
    assert all(one.snapshot for one in pulled)


def test_what_comes_side_by_side_is_what_comes_one_by_one(
    country: StandIn, workspace: Workspace, tmp_path: Path
) -> None:
    for connections, folder in ((1, "one"), (8, "eight")):
        settled = with_connections(Workspace(settle(tmp_path / folder)), connections)
        run = Run(settled, "run", RunOptions())
        run.begin()
        ingest.take(run, "cbs")
        ingest.take(run, "duo")
    one, eight = (Workspace(tmp_path / folder) for folder in ("one", "eight"))
    assert snapshots(one) == snapshots(eight)
    assert len(snapshots(one)) == len(CONTRACTS)


def _late(seconds: float, fault: faults.Fault) -> faults.Fault:
    def late(handler: Handler, reply: Reply) -> None:
        sleep(seconds)
        fault(handler, reply)

    return late


def test_tables_that_fail_are_told_in_the_order_of_the_contracts_and_hurt_no_other(
    country: StandIn, workspace: Workspace, take: Take
) -> None:
    first, second, third = WIDE[1], WIDE[-2], WIDE[-1]
    no_columns = faults.rewritten(faults.without_row("Type", "Topic"))
    country.misbehave(f"{first.table_id}/DataProperties", _late(0.8, faults.status(503)), times=99)
    country.misbehave(f"{second.table_id}/TableInfos", _late(0.3, faults.status(404, "weg")), times=99)
    country.misbehave(f"{third.table_id}/DataProperties", no_columns, times=99)
    said = take().state().set_aside
    failed = [d.key for d in CONTRACTS if d.table_id in (first.table_id, second.table_id, third.table_id)]
    assert [named(sentence) for sentence in said] == failed
    told = dict(zip(failed, said, strict=True))
    assert "503" in told[first.key]
    assert "knows no table" in told[second.key]
    assert "has no column" in told[third.key]
    assert snapshots(workspace).keys() == {d.key for d in CONTRACTS} - set(failed)


def test_a_broken_pull_goes_on_where_it_broke_in_the_next_round(
    country: StandIn, workspace: Workspace, take: Take
) -> None:
    country.misbehave("TypedDataSet", faults.reset_half_way, after=7, times=1000)
    assert take().state().set_aside
    had = [request for request in country.requests if "TypedDataSet" in request][:7]
    country.forgive()
    country.requests.clear()
    assert take().state().set_aside == []
    assert len(snapshots(workspace)) == len(CONTRACTS)
    asked = [request for request in country.requests if "TypedDataSet" in request]
    assert asked
    assert not set(had) & set(asked), "a page that was had is not asked again"
    assert country.count("Observations") == 0, "nor a table that came whole"


def test_a_round_without_news_asks_once_per_table(country: StandIn, workspace: Workspace, take: Take) -> None:
    take()
    country.requests.clear()
    take()
    assert len(country.requests) == len(TABLES) < len(CONTRACTS)


def test_a_service_that_does_not_answer_is_asked_once_more_only(
    country: StandIn, workspace: Workspace, take: Take
) -> None:
    workspace = with_connections(workspace, 1)
    country.misbehave("TableInfos", faults.status(503), times=1000)
    run = Run(workspace, "run", RunOptions())
    run.begin()
    ingest.take(run, "cbs")
    wide = {dataset.table_id for dataset in WIDE}
    assert workspace.settings.network.attempts == 2
    assert country.count("TableInfos") == 2 + len(wide) - 1
    assert len(run.state().set_aside) == len(WIDE)
    assert {attempt.cause for attempt in read_attempts(workspace).values()} == {"unreachable"}
    assert all("no snapshot can serve" in sentence for sentence in run.state().set_aside)


def test_a_table_that_was_set_aside_is_tried_again_when_it_changes_and_not_before(
    country: StandIn, workspace: Workspace, take: Take
) -> None:
    fault = faults.rewritten(faults.without_row("Type", "Topic"))
    country.misbehave(f"{LAST.table_id}/DataProperties", fault, times=1000)
    (first,) = take().state().set_aside
    since = read_attempts(workspace)[LAST.key].since
    country.requests.clear()
    assert take().state().set_aside == [first]
    assert country.count(f"{LAST.table_id}/") == 1, "its stamp alone"

    country.put(key_figures(LAST, modified="2026-01-01T02:00:00"))
    country.requests.clear()
    assert take().state().set_aside == [first]
    assert country.count(f"{LAST.table_id}/DataProperties"), "it changed, so it was tried"
    assert read_attempts(workspace)[LAST.key].since == since, "it fails for the same reason as before"

    country.forgive()
    country.put(key_figures(LAST, modified="2026-02-01T02:00:00"))
    assert take().state().set_aside == []
    assert read_attempts(workspace) == {}
    assert LAST.key in snapshots(workspace)


def test_a_table_that_was_set_aside_is_tried_again_under_another_contract(
    country: StandIn, workspace: Workspace, tmp_path: Path
) -> None:
    country.misbehave(f"{LAST.table_id}/DataProperties", faults.rewritten(faults.without_row("Type", "Topic")))

    def pull(dataset: Dataset, attempts: Attempts) -> Pulled:
        with display(lambda _: None) as shown:
            (pulled,) = Round(workspace, tmp_path, attempts, ()).pull([dataset], shown)
        return pulled

    failed = pull(LAST, {}).attempt
    assert failed
    assert pull(LAST, {LAST.key: failed}).attempt == failed
    assert pull(LAST.model_copy(update={"title": "Anders"}), {LAST.key: failed}).snapshot


def test_a_table_that_vanished_serves_its_last_snapshot_and_is_asked_once_per_round(
    country: StandIn, workspace: Workspace, take: Take
) -> None:
    take()
    before = snapshots(workspace)
    country.misbehave(f"/{LAST.table_id}/", faults.status(404, "weg"), times=1000)
    (said,) = take().state().set_aside
    assert said.startswith(f"{LAST.key}: CBS knows no table")
    assert "its snapshot of" in said
    assert read_attempts(workspace)[LAST.key].cause == "vanished"
    country.requests.clear()
    assert take().state().set_aside == [said]
    assert len(country.requests) == len(TABLES)
    assert snapshots(workspace) == before
    country.forgive()
    assert take().state().set_aside == []
    assert read_attempts(workspace) == {}


def test_the_one_question_about_a_file_that_was_set_aside_carries_its_own_stamp(
    country: StandIn, workspace: Workspace, take: Take
) -> None:
    (duo,) = (dataset for dataset in CONTRACTS if dataset.kind == "duo_csv")
    run = take()
    snapshot = run.store.latest("duo", duo.dataset_id)
    assert snapshot
    attempt = pulls.failed(
        duo, "unsound", "duo: unsound.", None, publisher_modified=snapshot.publisher_modified, etag=snapshot.etag
    )
    answer = pulls.ask(
        duo,
        None,
        attempt,
        pulls.Stamps(country.endpoints),
        country.endpoints,
        pulls.HttpClient(),
        workspace.build,
    )
    assert answer.kind == "still_set_aside"


def test_whoever_ends_a_round_ends_its_pulls(country: StandIn, workspace: Workspace, tmp_path: Path) -> None:
    country.latency = 0.1

    class Impatient:
        def show(self, board: Board) -> None:
            if any(table.has_ended for table in board.standings()):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Round(workspace, tmp_path, {}, ()).pull(CONTRACTS, Impatient())
    asked = len(country.requests)
    assert 0 < len(snapshots(workspace)) < len(CONTRACTS), "what had come is kept"
    sleep(0.5)
    assert len(country.requests) == asked
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]


def test_lines_tell_the_start_and_the_end_of_every_pull(country: StandIn, workspace: Workspace) -> None:
    lines: list[str] = []
    run = Run(workspace, "run", RunOptions())
    run.begin()
    ingest.take(run, "cbs", {LAST.dataset_id}, lines.append)
    start, end = lines
    assert start == f"{LAST.key}: the pull starts"
    assert end.startswith(f"{LAST.key}: the pull ends; 22 rows, ")


def test_a_source_that_is_not_wanted_is_not_asked(country: StandIn, workspace: Workspace) -> None:
    for options in (RunOptions(only=("duo",)), RunOptions(offline=True)):
        run = Run(workspace, f"run-{options.offline}", options)
        run.begin()
        taken = ingest.take(run, "cbs")
        assert taken.keys() == {dataset.dataset_id for dataset in CBS_CONTRACTS}
    assert country.requests == []
    assert changes.why_nothing_to_do(workspace, RunOptions()) is None


def test_two_datasets_of_one_table_share_its_stamp(country: StandIn) -> None:
    stamps = pulls.Stamps(country.endpoints)
    twins = [dataset for dataset in CONTRACTS if dataset.table_id == contract("cbs", "population").table_id]
    assert len(twins) > 1
    assert len({stamps.of(dataset, pulls.HttpClient()) for dataset in twins}) == 1
    assert len(country.requests) == 1
