from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.editions.diff import EditionDiff, FigureChange, ObjectiveChange
from dagster_project.site import render_site
from dagster_project.site.words import changes
from tests.unit.site.html_outline import Outline
from tests.unit.site.page_build import DOELEN, RUN, make_build, make_workspace

REVISED = FigureChange(
    kind="revised",
    indicator_id="bijstand",
    region_code="GM0396",
    period_id="2020",
    old_value=214.4,
    new_value=220.0,
    unit="per 10.000 inwoners",
    decimals=1,
    reason="herzien door de uitgever",
    name_nl="Personen met bijstand",
    region_name="Heemskerk",
    is_synthetic=False,
)
CHANGED = ObjectiveChange("plan-01", "Minder schulden", "changed", "streefwaarde", "10 %", "12 %")
JUDGED = ObjectiveChange("plan-01", "Minder schulden", "verdict", "oordeel", "op koers", "ver achter")
NOTHING = EditionDiff((), (), 0)


def test_without_an_edition_it_is_said_that_there_is_none() -> None:
    assert changes.summary_sentence(None, "") == "Er is nog geen eerdere editie om mee te vergelijken."


def test_where_nothing_changed_it_is_said() -> None:
    assert changes.summary_sentence(NOTHING, "2026-04") == "Sinds editie 2026-04 is er niets veranderd."


def test_the_sentence_counts_figures_by_kind_and_objectives_once() -> None:
    diff = EditionDiff(
        (REVISED, replace(REVISED, kind="new"), replace(REVISED, kind="new", period_id="2021")),
        (CHANGED, replace(CHANGED, field="marge"), JUDGED),
        0,
    )
    assert changes.summary_sentence(diff, "2026-04") == (
        "Sinds editie 2026-04: 1 cijfer is herzien, 2 cijfers zijn nieuw, 1 doel is gewijzigd en "
        "1 doel kreeg een ander oordeel."
    )


def test_a_revised_figure_shows_old_new_and_why() -> None:
    (table,) = changes.figures_of(EditionDiff((REVISED,), (), 0))
    (line,) = table.lines
    assert (line.old, line.new) == ("214,4\u00a0per 10.000 inwoners", "220,0\u00a0per 10.000 inwoners")
    assert line.reason == "herzien door de uitgever"
    assert (table.has_old, table.has_new) == (True, True)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [(1.04, 1.01, ("1,04", "1,01")), (1.0, 1.00000001, ("1,000000", "1,000000")), (2.0, 2.0, ("2,0", "2,0"))],
)
def test_a_small_revision_is_shown_with_the_decimals_that_it_needs(
    old: float, new: float, shown: tuple[str, str]
) -> None:
    change = replace(REVISED, old_value=old, new_value=new, unit=None)
    (table,) = changes.figures_of(EditionDiff((change,), (), 0))
    assert (table.lines[0].old, table.lines[0].new) == shown


def test_a_break_has_a_day_and_no_figures() -> None:
    change = replace(
        REVISED, kind="method_break", period_id="2022-01-01", old_value=None, new_value=None, region_name="overal"
    )
    (table,) = changes.figures_of(EditionDiff((change,), (), 0))
    assert (table.has_old, table.has_new, table.lines[0].period) == (False, False, "vanaf 1 januari 2022")


def test_verdicts_keep_their_icon_and_changes_their_words() -> None:
    diff = EditionDiff((), (CHANGED, JUDGED, replace(CHANGED, kind="gone", old="Minder schulden", new=None)), 0)
    (verdict,) = changes.verdicts_of(diff)
    assert verdict.old_verdict is not None
    assert verdict.old_verdict.icon == "stijgend"
    changed, gone = changes.objectives_of(diff)
    assert (changed.what, changed.old, changed.new) == ("streefwaarde", "10 %", "12 %")
    assert (gone.what, gone.file, gone.new) == ("vervallen", None, "–")


def test_changes_elsewhere_are_counted() -> None:
    assert changes.others_sentence(NOTHING) == ""
    assert "zijn 1.200 cijfers veranderd" in changes.others_sentence(replace(NOTHING, other_regions=1_200))


def test_the_page_tells_what_changed_since_the_edition_before(tmp_path: Path) -> None:
    old = make_build(tmp_path / "old.duckdb")
    new = make_build(
        tmp_path / "new.duckdb",
        sql="""
            update marts.fct_indicator_value set value = 220.0 where indicator_id = 'bijstand_per_10000_inw'
                and region_code = 'GM0396' and period_id = '2020';
            update marts.fct_objective_attainment set status = 'ver achter' where objective_id = 'heemskerk-04';
            update marts.dim_objective set target_value = 99 where objective_id = 'heemskerk-05';
        """,
    )
    run = replace(RUN, previous=old, previous_label="2025-01")
    render_site(new, make_workspace(tmp_path / "ws"), tmp_path / "site", run)
    text = Outline((tmp_path / "site" / "wijzigingen.html").read_text(encoding="utf-8")).text
    assert "Sinds editie 2025-01: 1 cijfer is herzien, 1 doel is gewijzigd en 1 doel kreeg een ander oordeel." in text
    assert "Personen met bijstand per 10.000 inwoners Heemskerk 2020 214,4 per 10.000 inwoners 220,0" in text
    judged = next(doel for doel in DOELEN if doel.objective_id == "heemskerk-04")
    assert f"{judged.title} {judged.status} ver achter" in text


def test_before_the_first_edition_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    render_site(make_build(tmp_path / "w.duckdb"), make_workspace(tmp_path / "ws"), tmp_path / "site", RUN)
    text = Outline((tmp_path / "site" / "wijzigingen.html").read_text(encoding="utf-8")).text
    assert "Er is nog geen eerdere editie om mee te vergelijken." in text
    assert "opkoers edition freeze" in text
