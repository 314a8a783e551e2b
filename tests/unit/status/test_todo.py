"""What there is to do: each with the way out, the urgent first, and nothing where all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dagster_project import changes
from dagster_project.doctor import Finding
from dagster_project.status.look import Morning
from dagster_project.status.todo import todo
from tests.unit.status.conftest import RUN


@pytest.fixture
def calm(morning: Morning, monkeypatch: pytest.MonkeyPatch) -> Morning:
    """The same morning with all well, save for the settings of the catalogue."""
    monkeypatch.setattr(changes, "files_changed", lambda *_: False)
    well = replace(morning.datasets[0], trouble="", is_overdue=False)
    return replace(morning, runs=(replace(RUN, outcome="published", exit_code=0),), datasets=(well,))


def told(morning: Morning) -> list[tuple[str, str]]:
    return [(one.sentence, one.way_out) for one in todo(morning) if "dcat.ttl" not in one.sentence]


def test_where_all_is_well_there_is_nothing_to_do(calm: Morning) -> None:
    assert told(calm) == []


def test_a_refusal_leads_to_its_explanation_and_a_failure_to_the_doctor(calm: Morning) -> None:
    assert told(replace(calm, runs=(RUN,))) == [(RUN.message, "opkoers gate explain")]
    assert told(replace(calm, runs=(replace(RUN, outcome="failed"),))) == [(RUN.message, "opkoers doctor")]


def test_without_a_publication_the_way_out_is_a_refresh(calm: Morning) -> None:
    assert told(replace(calm, manifest=None, runs=())) == [("Nothing is published yet.", "opkoers refresh")]


def test_what_was_set_aside_and_a_full_disk_are_urgent_and_stand_first(calm: Morning) -> None:
    manifest = {**(calm.manifest or {}), "set_aside": ["municipal/plans: line 3 is odd."]}
    morning = replace(calm, manifest=manifest, disk=Finding("fault", "disk", "0.1 GB free at /x", "Make room."))
    first, second, *rest = todo(morning)
    assert (first.sentence, first.way_out) == ("0.1 GB free at /x.", "Make room.")
    assert second.sentence == "Set aside: municipal/plans: line 3 is odd."
    assert (first.is_urgent, second.is_urgent) == (True, True)
    assert not [one for one in rest if one.is_urgent]


def test_sources_that_were_never_had_are_late_or_are_not_asked_any_more(calm: Morning) -> None:
    had = calm.datasets[0]
    never = replace(had, dataset="woz", checked_at=None, changed_on=None)
    late = replace(had, dataset="late", is_overdue=True)
    morning = replace(calm, today=date(2026, 12, 10), datasets=(had, never, never, late))
    assert told(morning) == [
        ("No source was asked for 14 days: does the schedule run?", "opkoers refresh"),
        ("Tables that were never retrieved: cbs 2.", "opkoers refresh"),
        ("Newer figures are overdue of: cbs/late.", "Ask whoever delivers them, or look at the publisher."),
    ]


def test_changed_files_and_exports_that_lie_there_ask_for_a_refresh(
    calm: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "files_changed", lambda *_: True)
    (calm.workspace.drop / "gmsd_2024.csv").write_text("x\n")
    assert told(calm) == [
        ("Files in drop/ that were not taken yet: 1.", "opkoers refresh"),
        ("Files of the workspace changed since what is published.", "opkoers refresh"),
    ]
