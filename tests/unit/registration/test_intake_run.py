"""The intake of one run: what it takes, what it leaves lying, and what it does with an export that is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.extract import dropfolder
from dagster_project.extract.incoming import Incoming
from dagster_project.ingest import datasets_of
from dagster_project.registration import confidential, intake_run
from dagster_project.registration.vault import Vault
from dagster_project.snapshots import SnapshotStore
from dagster_project.workspace import Workspace

NAME = "suite4sd_toekenningen_2024.csv"
HEADER = "Clientnummer;Regelingcode;Begindatum;Einddatum;Status\n"
ROWS = "".join(f"K{number};MR01;05-{month:02}-2024;;toegekend\n" for number, month in enumerate(range(1, 13)))


def drop(workspace: Workspace, text: str = HEADER + ROWS) -> list[Incoming]:
    workspace.drop.mkdir(exist_ok=True)
    (workspace.drop / NAME).write_text(text, encoding="cp1252")
    return dropfolder.incoming(workspace, datasets_of(workspace), settle=0)


@pytest.fixture
def take(tmp_path: Path) -> Callable[[Workspace, list[Incoming]], tuple[dict[str, list[str]], list[str]]]:
    def taken(workspace: Workspace, items: list[Incoming]) -> tuple[dict[str, list[str]], list[str]]:
        told: list[str] = []
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        return intake_run.take(workspace, items, scratch, told.append), told

    return taken


def test_without_a_key_the_export_waits_and_the_reason_is_told(bare_workspace: Workspace, take) -> None:  # type: ignore[no-untyped-def]
    taken, told = take(bare_workspace, drop(bare_workspace))
    assert taken == {}
    assert "opkoers key make" in " ".join(told)
    assert (bare_workspace.drop / NAME).is_file()


def test_the_first_export_that_changes_while_it_is_read_waits(workspace: Workspace, take) -> None:  # type: ignore[no-untyped-def]
    items = drop(workspace)
    (workspace.drop / NAME).write_text(HEADER, encoding="cp1252")
    taken, (reason,) = take(workspace, items)
    assert taken == {}
    assert "changed while it was read" in reason
    assert (workspace.drop / NAME).is_file()
    assert Vault(workspace).all() == []


def test_an_export_is_sealed_once_and_refused_without_being_lost(workspace: Workspace, take) -> None:  # type: ignore[no-untyped-def]
    assert take(workspace, drop(workspace)) == ({"suite4sd_toekenningen": [NAME]}, [])
    assert not (workspace.drop / NAME).exists()
    store, contract = SnapshotStore(workspace.snapshots), confidential.sealed_contract()
    sealed = store.latest(contract.source_id, contract.dataset_id)
    assert sealed is not None

    # the same again is one more sighting, and nothing is sealed anew
    assert take(workspace, drop(workspace)) == ({"suite4sd_toekenningen": [NAME]}, [])
    assert [len(original.sightings) for original in Vault(workspace).all()] == [1]
    assert store.latest(contract.source_id, contract.dataset_id) == sealed

    # with a mapping that does not fit it any more, what came again is rejected and what was taken stays in the vault
    workspace.mappings.mkdir()
    (workspace.mappings / "suite4sd_toekenningen.yml").write_text("format: {delimiter: ','}\n", encoding="utf-8")
    taken, told = take(workspace, drop(workspace))
    assert taken == {}
    assert "mend its mapping" in told[0]
    assert (workspace.root / "rejected" / NAME).is_file()
    assert len(Vault(workspace).all()) == 1
