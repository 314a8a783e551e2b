"""Many municipalities: one command for all, as Dagster runs them, and each as if it stood alone."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project import cli
from dagster_project.execution import refresh
from dagster_project.many.installation import Installation
from dagster_project.many.refresh import Ended, gravest, refresh_all, report
from dagster_project.publication import current_folder, current_manifest
from dagster_project.registration.rotation import make_missing_keys
from dagster_project.run import RunOptions
from dagster_project.snapshots import utc_now
from dagster_project.workspace import Workspace
from tests.integration.country import made_up_country, settle
from tests.standin.server import StandIn

pytestmark = pytest.mark.long  # three whole runs
CLIENT = "K4471190"
"""A client of Heemskerk, who is to be found nowhere, and whose hash is to be found in Heemskerk only."""
EXPORT = "suite4sd_toekenningen_2024.csv"
ROWS = "".join(f"{CLIENT if n == 1 else f'K{n}'};MR01;05-{n:02}-2024;;toegekend\n" for n in range(1, 13))
OWN_FIGURE = "indicator_id;region_code;period_id;value;source\nbanen_per_1000;GM0396;2024;641,17;telling Heemskerk\n"


@dataclass(frozen=True)
class Made:
    """Three workspaces after one refresh of all: two sound ones and one whose settings cannot be read."""

    installation: Installation
    ended: dict[str, Ended]
    country: StandIn
    asked: int
    """Requests that all of it took."""

    def workspace(self, key: str) -> Workspace:
        return self.installation.workspace(key)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    root = tmp_path_factory.mktemp("many")
    for key, gemeente in (("heemskerk", "GM0396"), ("almere", "GM9001")):
        settle(root / key)
        settings = root / key / "opkoers.toml"
        settings.write_text(settings.read_text().replace('"GM0396"', f'"{gemeente}"'))
        make_missing_keys(Workspace(root / key))
    (root / "heemskerk" / "drop" / EXPORT).write_text("Clientnummer;Regelingcode;Begindatum;Einddatum;Status\n" + ROWS)
    (root / "heemskerk" / "measurements.csv").write_text(OWN_FIGURE)
    (root / "broken").mkdir()
    (root / "broken" / "opkoers.toml").write_text("gemeente = ")
    installation = Installation(root)
    with made_up_country() as country, pytest.MonkeyPatch.context() as patch:
        for name, address in country.environment.items():
            patch.setenv(name, address)
        ended = refresh_all(installation, RunOptions(common=root, since=utc_now()))
        yield Made(installation, {each.key: each for each in ended}, country, country.count(""))


def test_one_that_cannot_be_read_stops_no_other(made: Made) -> None:
    codes = {key: each.code for key, each in made.ended.items()}
    assert codes == {"almere": 0, "broken": 2, "heemskerk": 0}, made.ended
    assert gravest(list(made.ended.values())) == 2
    assert "opkoers.toml is not readable" in made.ended["broken"].told
    assert made.ended["almere"].told.startswith("Published ")


def test_each_is_the_same_as_when_it_is_refreshed_alone(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Workspace(settle(tmp_path / "alone"))
    settings = alone.root / "opkoers.toml"
    settings.write_text(settings.read_text().replace('"GM0396"', '"GM9001"'))
    make_missing_keys(Workspace(alone.root))
    said, code = refresh(Workspace(alone.root), RunOptions())
    assert code == 0, said
    asked_alone = made.country.count("") - made.asked
    assert made.asked == asked_alone > 0, "two workspaces asked as much of the sources as one"
    here, there = current_manifest(alone), current_manifest(made.workspace("almere"))
    assert here
    assert there
    assert here["pins"] == there["pins"]
    others = {name for name, each in here["tables"].items() if there["tables"][name] != each}
    assert others <= {"dim_dataset"}, "it says when each table was pulled"


def test_what_is_one_municipality_s_own_is_nowhere_else(made: Made) -> None:
    heemskerk = made.workspace("heemskerk")
    with duckdb.connect(str(heemskerk.data / "confidential" / "clients.duckdb"), read_only=True) as clients:
        hashes = clients.execute("select client_key from raw.toekenning").fetchall()
    assert len(hashes) == 12
    folder = current_folder(heemskerk)
    assert folder
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select 1 from marts.fct_indicator_value where value = 641.17").fetchone()
    own = [CLIENT, EXPORT, "telling Heemskerk", *(key for (key,) in hashes)]
    own += [(heemskerk.data / name).read_text().strip() for name in ("secret.key", "secret.age")]
    elsewhere = [made.installation.data, made.workspace("almere").root, made.installation.root / "broken"]
    files = [path for folder in elsewhere for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 100
    for path in files:
        content = path.read_bytes()
        assert not [text for text in own if text.encode() in content], path


def test_what_holds_persons_or_keys_is_closed_to_others(made: Made) -> None:
    assert made.installation.data.stat().st_mode & 0o077 == 0
    data = made.workspace("heemskerk").data
    closed = [
        *(data / "confidential").rglob("*"),
        data / "snapshots" / "aggregate",  # nobody else enters it
        *data.glob("secret.*"),
    ]
    assert len(closed) > 4
    for path in closed:
        assert path.stat().st_mode & 0o077 == 0, path


def test_dagster_knows_a_partition_per_municipality(made: Made) -> None:
    with dg.DagsterInstance.from_config(str(made.installation.dagster_home)) as instance:
        runs = instance.get_runs()
        assert {run.tags["dagster/partition"]: run.status for run in runs} == {
            "almere": dg.DagsterRunStatus.SUCCESS,
            "heemskerk": dg.DagsterRunStatus.SUCCESS,
        }
        key = dg.AssetKey("publication")
        assert instance.get_materialized_partitions(key) == {"almere", "heemskerk"}
        checks = [run.tags["opkoers/operator"] for run in runs]
        assert all(checks)


def test_the_command_ends_with_a_table_and_the_gravest_code_and_a_quiet_day_is_cheap(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["refresh", "--workspaces", str(made.installation.root), "--offline"]
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert "3 gemeenten" in shown.out
    assert "verkeerd ingesteld" in shown.out
    assert shown.err.count("Nothing new since") == 2
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments, "--key", "almere"])
    assert ended.value.code == 0


def _own_figure(made: Made, value: str) -> None:
    """Something new in both sound workspaces."""
    for key in ("almere", "heemskerk"):
        figure = OWN_FIGURE.replace("641,17", value).replace("GM0396", made.workspace(key).settings.gemeente)
        (made.workspace(key).root / "measurements.csv").write_text(figure)


def test_side_by_side_each_publishes_and_is_told_of(made: Made) -> None:
    _own_figure(made, "642,5")
    told: list[str] = []
    options = RunOptions(offline=True, common=made.installation.root)
    ended = refresh_all(made.installation, options, jobs=2, tell=lambda each: told.append(each.key))
    assert [(each.key, each.code) for each in ended] == [("almere", 0), ("broken", 2), ("heemskerk", 0)], ended
    assert sorted(told) == ["almere", "broken", "heemskerk"]
    for key in ("almere", "heemskerk"):
        with duckdb.connect(str(made.workspace(key).current / "warehouse.duckdb"), read_only=True) as warehouse:
            assert warehouse.execute("select 1 from marts.fct_indicator_value where value = 642.5").fetchone()
    with dg.DagsterInstance.from_config(str(made.installation.dagster_home)) as instance:
        runs = [run.tags["dagster/partition"] for run in instance.get_runs() if run.is_success]
        assert sorted(runs) == ["almere", "almere", "heemskerk", "heemskerk"]


def test_a_process_that_is_killed_stops_no_other(made: Made) -> None:
    _own_figure(made, "643,5")
    before = current_folder(made.workspace("almere"))
    others = {child.pid for child in multiprocessing.active_children()}
    struck = threading.Thread(target=_kill_the_lane_of, args=(made.workspace("almere"), others))
    struck.start()
    ended = refresh_all(made.installation, RunOptions(offline=True, common=made.installation.root), jobs=2)
    struck.join()
    assert [(each.key, each.code) for each in ended] == [("almere", 1), ("broken", 2), ("heemskerk", 0)], ended
    assert "ended with -9" in ended[0].told
    assert "--jobs" in ended[0].told
    assert current_folder(made.workspace("almere")) == before
    again = refresh_all(made.installation, RunOptions(offline=True, common=made.installation.root), keys=["almere"])
    assert [each.code for each in again] == [0], again


def _kill_the_lane_of(workspace: Workspace, others: set[int | None]) -> None:
    """Kill the first of the processes that were started since, once the run of a workspace is under way."""
    began = set(workspace.build.glob("*"))
    while set(workspace.build.glob("*")) <= began:
        time.sleep(0.05)
    lanes = [child for child in multiprocessing.active_children() if child.pid not in others]
    min(lanes, key=lambda lane: lane.pid or 0).kill()


def test_one_key_for_all_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPKOERS_HMAC_KEY", "x" * 64)
    with pytest.raises(Exception, match="key of every municipality"):
        refresh_all(made.installation, RunOptions(common=made.installation.root))


def test_the_report_counts_what_was_set_aside() -> None:
    ended = [Ended("a", "A", 5, 1.25, "Published x.\nSet aside: one.\nSet aside: two."), Ended("b", "", 3, 0.5, "No.")]
    assert gravest(ended) == 3
    assert [list(column.cells) for column in report(ended).columns] == [
        ["A", ""],
        ["a", "b"],
        ["goed, niet alles", "geweigerd"],
        ["1.2", "0.5"],
        ["2", ""],
        ["5", "3"],
    ]
