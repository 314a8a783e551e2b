"""A run for which nobody waits tries a silent source again; the label of the edition that a day belongs to; tags."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dagster_project import ingest
from dagster_project.contracts import all_contracts
from dagster_project.editions.calendar import coming_edition
from dagster_project.errors import SourceUnreachable
from dagster_project.run import Run, RunOptions
from dagster_project.tags import tags_of_run
from dagster_project.workspace import Workspace

DUO = {dataset.dataset_id for dataset in all_contracts() if dataset.source_id == "duo"}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose DUO does not answer."""
    monkeypatch.setenv("OPKOERS_DUO_URL", "http://127.0.0.1:9")
    (tmp_path / "opkoers.toml").write_text(
        'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n[network]\nattempts = 1\nbackoff_seconds = 0.0\n'
    )
    return Workspace(tmp_path)


def begun(workspace: Workspace, *, is_patient: bool) -> Run:
    run = Run(workspace, "run-1", RunOptions(is_patient=is_patient))
    run.begin()
    run.note_set_aside("drop/foto.jpg: it fits no contract.")
    return run


def test_the_first_tries_of_a_patient_run_leave_no_word_and_the_last_goes_on(workspace: Workspace) -> None:
    run = begun(workspace, is_patient=True)
    with pytest.raises(SourceUnreachable, match="tried again"):
        ingest.take_patiently(run, "duo", DUO, lambda _: None, is_last=False)
    state = run.state()
    assert (len(state.set_aside), state.unreachable) == (1, [])
    taken = ingest.take_patiently(run, "duo", DUO, lambda _: None, is_last=True)
    assert {each.note for each in taken.values()} == {"no snapshot"}
    assert len(run.state().set_aside) == 1 + len(DUO)
    assert set(run.state().unreachable) == {"duo_csv"}


def test_a_run_for_which_somebody_waits_says_so_at_once(workspace: Workspace) -> None:
    run = begun(workspace, is_patient=False)
    ingest.take_patiently(run, "duo", DUO, lambda _: None, is_last=False)
    assert len(run.state().set_aside) == 1 + len(DUO)


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2026, 1, 1), "2026-04"),
        (date(2026, 4, 30), "2026-04"),
        (date(2026, 5, 1), "2026-10"),
        (date(2026, 10, 31), "2026-10"),
        (date(2026, 11, 1), "2027-04"),
    ],
)
def test_a_day_belongs_to_the_edition_that_comes(day: date, label: str) -> None:
    assert coming_edition(day) == label
    assert tags_of_run(day)["opkoers/edition"] == label


def test_tags_say_by_which_code_and_whom() -> None:
    tags = tags_of_run()
    assert sorted(tags) == ["opkoers/commit", "opkoers/edition", "opkoers/operator"]
    assert all(tags.values())
