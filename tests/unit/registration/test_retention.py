"""Originals go when their time is over; what they came to is the seal's, and what they were stays told."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from dagster_project.cli import main
from dagster_project.contracts import all_contracts
from dagster_project.errors import EXIT_OK, EXIT_USAGE
from dagster_project.registration import retention
from dagster_project.registration import vault as vault_module
from dagster_project.registration.identity import AGE_IDENTITY
from dagster_project.registration.vault import Vault
from dagster_project.run import today
from dagster_project.workspace import Workspace
from tests.unit.registration.originals import deliver, holds_number

DAY = date(2025, 6, 1)


@pytest.fixture(autouse=True)
def made_anew(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many originals were kept each time that the confidential database was made anew."""
    calls: list[int] = []

    def after_forgetting(workspace: Workspace) -> str:
        calls.append(sum(original.forgotten_at is None for original in Vault(workspace).all()))
        return "The confidential database was made anew."

    stand_in = SimpleNamespace(after_forgetting=after_forgetting)
    monkeypatch.setitem(sys.modules, "dagster_project.registration.confidential", stand_in)
    return calls


def receive(vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch, *moments: str) -> None:
    """Deliver one export at each moment; the clock stands still at the last."""
    for moment in moments:
        monkeypatch.setattr(vault_module, "utc_now", lambda moment=moment: moment)
        deliver(vault, folder, f"123456782 of {moment}", f"grants_{moment[:10]}.csv")


def forget(workspace: Workspace, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["forget", *arguments, "--workspace", str(workspace.root)])
    return int(ended.value.code or 0)


def put(path: Path, day: date, text: str = "123456782") -> Path:
    """A file that was last changed on a day."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    stamp = datetime(day.year, day.month, day.day, 12).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def test_what_was_received_before_the_day_goes_and_the_rest_stays(
    vault: Vault,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made_anew: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    # the second came at half past midnight in Amsterdam
    receive(vault, tmp_path, monkeypatch, "2025-05-31T21:30:00Z", "2025-05-31T22:30:00Z", "2025-07-01T12:00:00Z")
    first, *others = vault.all()
    assert forget(workspace, "--before", "2025-06-01") == EXIT_OK
    said = capsys.readouterr().out
    assert "Forgot 1 originals received before 2025-06-01: grants_2025-05-31.csv." in said
    assert "made anew" in said
    assert made_anew == [2]
    now = {original.original_id: original for original in Vault(workspace).all()}
    assert now[first.original_id].forgotten_at == "2025-07-01T12:00:00Z"
    assert [now[other.original_id] for other in others] == others
    assert not (vault.root / f"{first.original_id}.age").exists()
    assert (vault.root / f"{first.original_id}.json").is_file()


def test_the_day_of_receipt_counts_and_not_that_of_a_later_delivery(
    vault: Vault, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for moment in ("2025-01-01T12:00:00Z", "2025-07-01T12:00:00Z"):
        monkeypatch.setattr(vault_module, "utc_now", lambda moment=moment: moment)
        deliver(vault, tmp_path)
    assert len(vault.forget(DAY)) == 1


def test_a_second_time_forgets_nothing_and_still_sees_to_the_database(
    vault: Vault, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_anew: list[int]
) -> None:
    """The first time may have been stopped before it came to the database."""
    receive(vault, tmp_path, monkeypatch, "2025-01-01T12:00:00Z")
    retention.forget(workspace, DAY)
    before = Vault(workspace).all()
    assert retention.forget(workspace, DAY)[0] == "No original that was received before 2025-06-01 is kept."
    assert Vault(workspace).all() == before
    assert made_anew == [0, 0]


def test_a_workspace_without_originals_needs_no_key_and_no_database(
    bare_workspace: Workspace, made_anew: list[int]
) -> None:
    assert retention.forget(bare_workspace, DAY)[0].startswith("No original")
    assert made_anew == []


def test_forgetting_needs_no_key(
    vault: Vault, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(vault, tmp_path, monkeypatch, "2025-01-01T12:00:00Z")
    AGE_IDENTITY.file(workspace).unlink()
    retention.forget(workspace, DAY)
    assert list(vault.root.glob("*.age")) == []


def test_a_forgotten_original_that_is_delivered_again_is_kept_anew(
    vault: Vault, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "utc_now", lambda: "2025-01-01T12:00:00Z")
    deliver(vault, tmp_path)
    (forgotten,) = vault.forget(DAY)
    monkeypatch.setattr(vault_module, "utc_now", lambda: "2025-08-01T12:00:00Z")
    again = deliver(vault, tmp_path)
    assert (again.received_at, again.forgotten_at, again.sightings) == ("2025-08-01T12:00:00Z", None, [])
    assert (vault.root / f"{again.original_id}.age").is_file()
    vault.discard(again)
    assert [one.forgotten_at for one in vault.all()] == [forgotten.forgotten_at]
    assert not (vault.root / f"{again.original_id}.age").exists()


def test_without_a_day_the_retention_of_the_workspace_counts(
    vault: Vault, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [today() - timedelta(days=age) for age in (101, 100)]
    receive(vault, tmp_path, monkeypatch, *(f"{day}T12:00:00Z" for day in days))
    over = [original.retain_until < today().isoformat() for original in vault.all()]
    assert over == [True, False]
    assert forget(workspace) == EXIT_OK
    assert [original.forgotten_at is not None for original in Vault(workspace).all()] == over


@pytest.mark.parametrize(
    ("day", "told"),
    [("2205-06-01", "lies ahead"), ("01-06-2025", "--before wants a day as 2025-04-15, found '01-06-2025'")],
)
def test_a_day_that_cannot_be_meant_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], day: str, told: str
) -> None:
    assert forget(workspace, "--before", day) == EXIT_USAGE
    assert told in capsys.readouterr().err


def test_plain_exports_that_may_hold_persons_go_as_well(workspace: Workspace) -> None:
    rejected, accepted = workspace.root / "rejected", workspace.root / "accepted"
    (dataset,) = (one for one in all_contracts() if one.dataset_id == "suite4sd_toekenningen")
    old, new = DAY - timedelta(days=1), DAY
    gone = [
        put(rejected / "suite4sd_toekenningen_2023.csv", old),
        put(rejected / "iets anders.xlsx", old),  # a stray may hold anything
        put(rejected / "divosa_benchmark_suite4sd_toekenningen.csv", old),  # and so may what fits two contracts
        put(rejected / "suite4sd_toekenningen_2019.xlsx", old),
        put(rejected / "cssd_2023" / "szclient.csv", old).parent,
        put(accepted / "suite4sd_toekenningen_2022.csv", old),
        put(workspace.rejected / "municipal" / dataset.dataset_id / f"{'a' * 64}.csv", old),
    ]
    (dump,) = (path for path in gone if path.is_dir())
    os.utime(dump, (put(rejected / "x", old).stat().st_mtime,) * 2)
    reason = put(rejected / "iets anders.xlsx.reason.txt", old, "No contract fits")
    kept = [
        put(rejected / "suite4sd_toekenningen_2024.csv", new),
        put(rejected / "divosa_benchmark_2023.csv", old),
        put(rejected / "divosa_benchmark_2023.xlsx", old),
        put(accepted / "suite4sd_toekenningen_2020.csv.accepted.txt", old),
        put(accepted / "SYNTHETISCH_cssd_2020.accepted.txt", old),
        put(rejected / "printed_figures" / "abc-lines.csv", old).parent,
        put(accepted / "divosa_benchmark_2022.csv", old),
        put(rejected / "suite4sd_toekenningen_2021.csv", old),  # an old file that was refused later
        put(rejected / "suite4sd_toekenningen_2021.csv.reason.txt", new, "a column is missing"),
    ]
    told = retention.forget(workspace, DAY)
    assert [path for path in (*gone, reason) if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []
    assert "rejected/iets anders.xlsx" in told[1]


def test_nothing_plain_is_left_in_the_vault(
    vault: Vault, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(vault, tmp_path, monkeypatch, "2025-01-01T12:00:00Z", "2025-07-01T12:00:00Z")
    retention.forget(workspace, DAY)
    assert holds_number(workspace.root) == []
