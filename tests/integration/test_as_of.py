"""What was known on a day: a build as of it is what was published then, and tells the same changes as the revisions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from dagster_project.contracts import contract
from dagster_project.editions.diff import compare
from dagster_project.publication import current_folder, read_manifest
from dagster_project.verify import examine
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import Workspace
from tests.integration.conftest import Clock, Refresh
from tests.integration.country import key_figures
from tests.integration.test_editions import keep, revise_wmo
from tests.standin.server import StandIn

DAYS = tuple(date(2026, 12, day) for day in (1, 2, 3))
PARTS = ("rate_published", "numerator", "denominator")
Change = dict[tuple[str, str, str, str], tuple[float | None, float | None]]
"""Indicator, region, period and part, to the value before and after."""


def standing(workspace: Workspace) -> Path:
    folder = current_folder(workspace)
    assert folder is not None
    return folder


def built_as_of(workspace: Workspace, run_refresh: Refresh, day: date) -> Path:
    """The publication that a build as of a day makes; `current` stays where it is."""
    before, stands = set(workspace.publications.iterdir()), standing(workspace)
    said, code = run_refresh(as_of=day)
    assert code == 0, said
    assert standing(workspace) == stands
    (made,) = set(workspace.publications.iterdir()) - before
    return made


def changed_values(old: Path, new: Path) -> Change:
    """Every part of a figure that differs between two warehouses, worked out from nothing but their figures."""
    with duckdb.connect() as connection:
        for name, folder in (("old", old), ("new", new)):
            connection.execute(f"attach '{folder / WAREHOUSE}' as {name} (read_only)")
        rows = [
            (part, *row)
            for part in PARTS
            for row in connection.execute(
                f"select indicator_id, region_code, period_id, old.{part}, new.{part}"
                " from old.marts.fct_indicator_value as old join new.marts.fct_indicator_value as new"
                " using (indicator_id, region_code, period_id, territory)"
                f" where territory = 'as_published' and old.{part} is distinct from new.{part}"
            ).fetchall()
        ]
    return {(indicator, region, period, part): (was, is_now) for part, indicator, region, period, was, is_now in rows}


def told_revisions(folder: Path, day: date) -> Change:
    """The revisions that a warehouse tells of as seen on a day."""
    with duckdb.connect(str(folder / WAREHOUSE), read_only=True) as connection:
        rows = connection.execute(
            "select indicator_id, region_code, period_id, part, old_value, new_value from marts.fct_indicator_revision"
            " where seen_at::date = $day and old_value is distinct from new_value",
            {"day": day},
        ).fetchall()
    assert len({row[:4] for row in rows}) == len(rows)
    return {row[:4]: row[4:] for row in rows}


@pytest.mark.long
def test_three_days_can_each_be_had_again_and_revisions_tell_their_differences(
    country: StandIn, workspace: Workspace, run_refresh: Refresh, live_on: Clock
) -> None:
    keep(workspace)
    published = []
    for day, happens in zip(
        DAYS,
        (
            lambda: None,
            lambda: revise_wmo(country),
            lambda: country.put(key_figures(contract("cbs", "kwb_2023"), factor=1.1, modified="2026-12-03T02:00:00")),
        ),
        strict=True,
    ):
        live_on(day)
        happens()
        said, code = run_refresh()
        assert code == 0, said
        published.append(standing(workspace))

    as_of = [built_as_of(workspace, run_refresh, day) for day in DAYS[:2]]
    for was, again in zip(published, as_of, strict=False):
        then, now = read_manifest(was), read_manifest(again)
        for name in ("as_of", "pins", "content_hash"):
            assert now[name] == then[name], (again.name, name)
        assert now["tables"] == then["tables"] | {n: now["tables"][n] for n in ("audit_run",)}

    days = [*as_of, published[2]]
    for old, new, day in zip(days, days[1:], DAYS[1:], strict=False):
        changes = changed_values(old, new)
        assert changes, "something was revised that day"
        told = told_revisions(new, day)
        assert told.keys() == changes.keys()
        for key, values in changes.items():
            assert told[key] == pytest.approx(values), key
        assert_diff_tells(old, new)
    assert told_revisions(published[2], DAYS[1]) == told_revisions(as_of[1], DAYS[1]), "what was told stays told"
    report = examine(workspace)
    assert report.faults == []
    assert report.notes == []


def assert_diff_tells(old: Path, new: Path) -> None:
    """`edition diff` lists, of the municipality, the figures whose shown value differs, and no others."""
    told = {
        (figure.indicator_id, figure.period_id): (figure.old_value, figure.new_value)
        for figure in compare(old / WAREHOUSE, new / WAREHOUSE, "GM0396").figures
        if figure.region_code == "GM0396"
    }
    with duckdb.connect() as connection:
        for name, folder in (("old", old), ("new", new)):
            connection.execute(f"attach '{folder / WAREHOUSE}' as {name} (read_only)")
        rows = connection.execute(
            "select indicator_id, period_id, old.value, new.value from old.marts.fct_indicator_value as old"
            " join new.marts.fct_indicator_value as new using (indicator_id, region_code, period_id, territory)"
            " where territory = 'as_published' and region_code = 'GM0396' and old.value is distinct from new.value"
        ).fetchall()
    assert told == {row[:2]: row[2:] for row in rows}
