"""The files around a plan, from the workspace to the published tables: new, changed, taken away, broken and rebuilt."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import duckdb
import pytest

from dagster_project.changes import why_nothing_to_do
from dagster_project.publication import current_folder, current_manifest
from dagster_project.run import RunOptions
from dagster_project.verify import verify
from dagster_project.workspace import Workspace
from tests.integration.conftest import Refresh
from tests.standin.server import StandIn

SQUARE = [[[4.66, 52.50], [4.68, 52.50], [4.68, 52.52], [4.66, 52.50]]]
FILES = {
    "objectives.csv": (
        "plan_id;objective_id;opgave;title;indicator_id;kind;direction;baseline_value;baseline_period;target_value;"
        "target_period;unit;rhythm;valid_from;result_area;remarks\n"
        "p;p-01;Werk;Meer banen;eigen_banen;level;up;100;2023;120;2027;banen;yearly;2024-01-01;Meedoen;\n"
        "p;p-02;Zorg;Minder wachten;eigen_wachten;level;down;9;2023;5;2027;weken;;2024-01-01;;Bron noemt geen ritme\n"
    ),
    "plans.csv": "plan_id;title;starts;ends\np;Verzonnen plan;2024;2027\n",
    "opgaven.csv": "plan_id;opgave;ambition;indicators\np;Zorg;Nabij;banen_per_1000, plan_rolstoelen\n",
    "indicators.csv": (
        "plan_id;indicator_id;indicator_group;name_nl;unit;decimals;direction\n"
        "p;plan_rolstoelen;Zorg;Rolstoelen;stuks;0;up\n"
    ),
    "measurements.csv": (
        "indicator_id;region_code;period_id;value;interval_low;interval_high;source;synthetisch\n"
        "plan_rolstoelen;GM0396;2024;12;;;verzonnen;ja\n"
    ),
    "actions.csv": "opgave;action;indicators;state;expected_effect;cost\nZorg;Bellen;*;loopt;Kortere rij;1200,50\n",
    "agenda.csv": "date;subject;opgave\n2027-03-11;Evaluatie;Zorg\n",
    "choices.csv": "plan_id;programme;choice;effect_financial\np;Programma;Niet doen;Bespaart niets\n",
    "risks.csv": "plan_id;opgave;risk\np;Vervoer;De trein rijdt niet\n",
    "budget.csv": (
        "plan_id;budget_line;opgave;year;budget;actual;basis;synthetisch\n"
        "p;Zorg in natura;Zorg;2024;300000;310000,25;bruto;ja\np;Banen;Werk;2024;100000;;bruto;ja\n"
    ),
    "costs.csv": (
        "wet;category;year;users;cost;source;synthetisch\n"
        "Wmo;;2019;10;1000;verzonnen;ja\nWmo;;2020;20;3000;verzonnen;ja\n"
    ),
    "wijken.geojson": json.dumps(
        {
            "type": "FeatureCollection",
            "synthetisch": True,
            "features": [
                {
                    "type": "Feature",
                    "properties": {"statcode": "WK039601", "statnaam": "Verzonnen wijk"},
                    "geometry": {"type": "Polygon", "coordinates": SQUARE},
                }
            ],
        }
    ),
    "narratives/p-01.md": (
        "---\nedition: 2026-04\nauthor_role: adviseur\nsynthetisch: ja\nmaatregelen:\n"
        "  - {maatregel: Banenmarkt, expected_effect: 4, effect_period: 2027, cost: 40000}\n---\n"
        "## Oorzaak en gevolg\nEr sloot een **fabriek**.\n\n## Maatregelen\n"
    ),
    "narratives/p-02.md": "---\nedition: 2026-04\nauthor_role: adviseur\n---\n## Vooruitblik\nHet wordt krap.\n",
    "narratives/p-99.md": "---\nedition: 2026-04\nauthor_role: adviseur\n---\n## Vooruitblik\nVan niemand.\n",
}


def put(workspace: Workspace, files: dict[str, str]) -> None:
    for name, text in files.items():
        (workspace.root / name).parent.mkdir(exist_ok=True)
        (workspace.root / name).write_text(text, encoding="utf-8")


def query(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    folder = current_folder(workspace)
    assert folder is not None
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def tellings(workspace: Workspace) -> dict[str, str]:
    """Objective to the text that is told of it."""
    return dict(query(workspace, "select objective_id, text from marts.dim_narrative order by 1"))


@pytest.mark.long
def test_the_files_around_a_plan_arrive_and_what_they_name_in_vain_is_named(
    country: StandIn, workspace: Workspace, run_refresh: Refresh
) -> None:
    put(workspace, FILES)
    said, code = run_refresh()
    assert code == 0, said
    assert query(workspace, "select plan_id, title, starts from marts.dim_plan") == [("p", "Verzonnen plan", "2024")]
    assert query(workspace, "select opgave, ambition from marts.dim_opgave") == [("Werk", None), ("Zorg", "Nabij")]
    assert query(workspace, "select indicator_id from marts.dim_action_indicator") == [
        ("banen_per_1000",),
        ("eigen_banen",),
        ("eigen_wachten",),
        ("plan_rolstoelen",),
    ]
    measured = "select value from marts.fct_indicator_value where indicator_id = 'plan_rolstoelen'"
    assert query(workspace, f"{measured} and territory = 'as_published'") == [(12.0,)]
    assert query(workspace, "select name_nl, unit from marts.dim_indicator where indicator_id = 'plan_rolstoelen'") == [
        ("Rolstoelen", "stuks")
    ]
    assert query(workspace, "select moment_text, subject from marts.dim_agenda") == [("2027-03-11", "Evaluatie")]
    assert query(
        workspace, "select budget_line, share_of_budget, is_synthetic from marts.fct_budget order by 2 desc"
    ) == [
        ("Zorg in natura", 0.75, True),
        ("Banen", 0.25, True),
    ]
    effects = "users_effect::double, price_effect::double, mix_effect::double, break_date"
    assert query(workspace, f"select {effects} from marts.fct_cost_change") == [(1250, 750, 0, date(2020, 1, 1))]
    assert tellings(workspace) == {
        "p-01": "Er sloot een **fabriek**.",
        "p-02": "Het wordt krap.",
        "p-99": "Van niemand.",
    }
    assert query(workspace, "select maatregel, expected_effect, is_synthetic from marts.dim_maatregel") == [
        ("Banenmarkt", 4.0, True)
    ]
    assert query(workspace, "select region_code, region_name, crs, is_synthetic from marts.dim_region_shape") == [
        ("WK039601", "Verzonnen wijk", "EPSG:4326", True)
    ]
    warned = query(
        workspace,
        "select suite, message from marts.audit_validation where result <> 'passed' and suite in"
        " ('dim_risk', 'dim_narrative', 'dim_action', 'dim_agenda', 'dim_opgave_indicator')",
    )
    assert {suite for suite, _ in warned} == {"dim_risk", "dim_narrative"}
    assert "Vervoer" in str(warned)
    assert "p-99" in str(warned)
    assert "built anew from its" in " ".join(verify(workspace))
    assert run_refresh()[0].startswith("Nothing new")


@pytest.mark.long
def test_a_telling_that_changes_goes_or_breaks(country: StandIn, workspace: Workspace, run_refresh: Refresh) -> None:
    put(workspace, FILES)
    assert run_refresh()[1] == 0
    for path in workspace.snapshots.glob("*/*/*.json"):  # as if all that had been met half a year ago
        known = json.loads(path.read_text())
        path.write_text(json.dumps(known | {"retrieved_at": "2026-03-01T06:00:00Z", "sightings": []}))

    # one changes, one goes together with the shapes, and one is renamed: it is another objective's now, though not a
    # byte of it changed
    (workspace.root / "narratives" / "p-99.md").unlink()
    (workspace.root / "wijken.geojson").unlink()
    (workspace.root / "narratives" / "p-02.md").rename(workspace.root / "narratives" / "p-03.md")
    changed = FILES["narratives/p-01.md"].replace("een **fabriek**", "een winkel")
    put(workspace, {"narratives/p-01.md": changed})
    said, code = run_refresh()
    assert code == 0, said
    assert tellings(workspace) == {"p-01": "Er sloot een winkel.", "p-03": "Het wordt krap."}
    assert query(workspace, "select count(*) from marts.dim_region_shape") == [(0,)]
    assert why_nothing_to_do(workspace, RunOptions(offline=True)) is not None

    # what cannot be read is named, and the last sound telling stays; a BSN is not even kept
    before = sorted(path.name for path in workspace.snapshots.glob("municipal/narratives/*"))
    put(workspace, {"narratives/p-01.md": changed.replace("## Maatregelen", "## Maatregel")})
    put(workspace, {"narratives/p-03.md": FILES["narratives/p-02.md"] + "Mevrouw 111222333 wacht.\n"})
    said, code = run_refresh()
    assert code == 5, said
    assert "narratives/p-01.md, line 11: found the heading '## Maatregel'" in said
    assert "narratives/p-03.md, line 7 holds nine digits that may be a BSN" in said
    assert "111222333" not in said
    assert tellings(workspace) == {"p-01": "Er sloot een winkel.", "p-03": "Het wordt krap."}
    assert sorted(path.name for path in workspace.snapshots.glob("municipal/narratives/*")) == before
    assert why_nothing_to_do(workspace, RunOptions(offline=True)) is None, "a telling that cannot be read is news"

    # what was told in March can be built again
    standing = current_manifest(workspace)
    said, code = run_refresh(as_of=date(2026, 3, 1))
    assert code == 0, said
    assert current_manifest(workspace) == standing
    built = max(path for path in workspace.publications.iterdir())
    with duckdb.connect(str(built / "warehouse.duckdb"), read_only=True) as connection:
        told = connection.execute("select objective_id, text from marts.dim_narrative order by 1").fetchall()
        shapes = connection.execute("select region_code from marts.dim_region_shape").fetchall()
    assert dict(told).keys() == {"p-01", "p-02", "p-99"}
    assert dict(told)["p-01"] == "Er sloot een **fabriek**."
    assert shapes == [("WK039601",)]
