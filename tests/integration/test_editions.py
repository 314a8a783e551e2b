"""An edition that was frozen: whole, untouched by what comes later, built anew to the byte, refused when untold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.cli import main
from dagster_project.contracts import contract
from dagster_project.editions import freeze as freezing
from dagster_project.editions.diff import EditionDiff, compare
from dagster_project.editions.freeze import freeze
from dagster_project.editions.store import editions
from dagster_project.errors import ConfigurationError, GateRefused, VerificationFailed
from dagster_project.execution import refresh
from dagster_project.publication import current_folder, current_manifest
from dagster_project.run import RunOptions, remove_tree
from dagster_project.snapshots import sha256_of
from dagster_project.verify import examine, verify
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import Workspace
from tests.integration.conftest import Refresh
from tests.integration.country import GEMEENTEN, column_key, key_figures
from tests.standin.server import StandIn

LABEL = "2026-01"
OBJECTIVES = (
    "plan_id;objective_id;opgave;title;indicator_id;kind;direction;baseline_value;baseline_period;target_value;"
    "target_period;margin;unit;decimals;owner;instrument;rhythm;programme;source;valid_from\n"
    "plan;plan-01;Thuis;Minder mensen met Wmo-hulp;wmo_clients_per_10000;level;down;480;2020;300;2027;;"
    "per 10.000 inwoners;1;Ina Voorbeeld;;yearly;;Verzonnen plan;2024-01-01\n"
    "plan;plan-02;Meedoen;Meer vrijwilligers;vrijwilligers_pct;level;up;50;2020;{target};2027;;%;1;Stichting Samen;;"
    "yearly;;Verzonnen plan;2024-01-01\n"
)
MEASUREMENTS = (
    "indicator_id;region_code;period_id;value;interval_low;interval_high;source;synthetisch;eenheid\n"
    "vrijwilligers_pct;GM0396;2020;50;;;Eigen telling;ja;\n"
    "vrijwilligers_pct;GM0396;2024;{value};;;Eigen telling;ja;\n"
)
TELLING = """\
---
edition: {label}
author_role: beleidsadviseur
synthetisch: ja
---
## Oorzaak en gevolg
Verzonnen oorzaak.

## Maatregelen
Verzonnen maatregel.
"""


def keep(workspace: Workspace, *, target: str = "70", value: str = "64,5") -> None:
    """Write the files that the workspace's own people keep."""
    (workspace.root / "objectives.csv").write_text(OBJECTIVES.format(target=target), encoding="utf-8")
    (workspace.root / "measurements.csv").write_text(MEASUREMENTS.format(value=value), encoding="utf-8")


def tell(workspace: Workspace, objective: str = "plan-01", label: str = LABEL) -> None:
    """Write the telling of an objective."""
    folder = workspace.root / "narratives"
    folder.mkdir(exist_ok=True)
    (folder / f"{objective}.md").write_text(TELLING.format(label=label), encoding="utf-8")


def revise_wmo(country: StandIn) -> None:
    """Have CBS revise one figure of one municipality: the clients of Wmo in GM0396 in 2024, from 5 to 5,1 percent."""
    table = key_figures(contract("cbs", "kwb_2024"), modified="2025-09-01T02:00:00")
    column, people = column_key(table.table_id, "wmo_clients"), GEMEENTEN["GM0396"]
    (region,) = {name for row in table.rows for name, cell in row.items() if str(cell).strip() == "GM0396"}
    rows = [
        {**row, column: round(people * 0.051)} if str(row[region]).strip() == "GM0396" else row for row in table.rows
    ]
    country.put(replace(table, rows=rows))


def bytes_of(folder: Path) -> dict[str, tuple[str, int]]:
    """Hash and mode of every file and folder."""
    paths = [folder, *sorted(folder.rglob("*"))]
    return {str(p.relative_to(folder)): (sha256_of(p) if p.is_file() else "", p.stat().st_mode & 0o777) for p in paths}


@pytest.fixture(autouse=True)
def opened(workspace: Workspace) -> Iterator[None]:
    """Editions are closed to writing: open them again, so that the folder of the test can be removed."""
    yield
    for folder in workspace.editions.glob("*"):
        remove_tree(folder)


@pytest.mark.long
def test_what_was_frozen_stays_while_everything_else_moves_on(
    country: StandIn, workspace: Workspace, run_refresh: Refresh, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(workspace)
    run_refresh()
    published = current_manifest(workspace)
    with pytest.raises(GateRefused) as refused:
        freeze(workspace, LABEL)
    assert str(refused.value).startswith("plan-01 (Ina Voorbeeld): verdict 'verkeerde richting'")
    assert "plan-02" not in str(refused.value)
    assert "under Oorzaak en gevolg and Maatregelen" in str(refused.value)
    assert (current_manifest(workspace), editions(workspace)) == (published, [])

    tell(workspace)
    with pytest.raises(ConfigurationError, match="Run: opkoers refresh, then freeze"):
        freeze(workspace, LABEL)
    said, code = run_refresh()
    assert code == 0, said
    assert_a_killed_freeze_leaves_nothing(workspace)
    edition = freeze(workspace, LABEL)
    standing = current_manifest(workspace)
    assert standing is not None
    assert [kept.label for kept in editions(workspace)] == [LABEL]
    assert edition.record["content_hash"] == standing["content_hash"]
    assert (edition.record["pins"], edition.record["as_of"]) == (standing["pins"], standing["as_of"])
    before = bytes_of(edition.folder)
    assert {mode for sha, mode in before.values() if sha} == {0o444}
    assert {mode for sha, mode in before.values() if not sha} == {0o555}
    assert {"edition.json", WAREHOUSE, "site/index.html", "parquet/dim_objective.parquet"} <= before.keys()
    assert before["workspace/objectives.csv"][0] == sha256_of(workspace.root / "objectives.csv")
    assert before["workspace/narratives/plan-01.md"][0] == sha256_of(workspace.root / "narratives" / "plan-01.md")
    with pytest.raises(ConfigurationError, match=f"Edition {LABEL} exists"):
        freeze(workspace, LABEL)

    revise_wmo(country)
    keep(workspace, target="75", value="65")
    (workspace.root / "theme.css").write_text(":root { color: black; }", encoding="utf-8")
    settings = workspace.root / "opkoers.toml"
    settings.write_text(settings.read_text().replace("Verzonnen gemeente", "Verzonnen stad"), encoding="utf-8")
    moved = Workspace(workspace.root)
    with pytest.raises(ConfigurationError, match="opkoers.toml or a file in mappings/ changed since publication"):
        freeze(moved, "2026-04")
    said, code = refresh(moved, RunOptions())
    assert code == 0, said
    assert bytes_of(edition.folder) == before
    assert_lists_exactly(compare_with_current(moved, edition.folder), capsys, moved)
    assert (
        verify(moved)[-1] == f"Edition {LABEL}, built anew from its {len(standing['pins'])} pins, gives the same bytes."
    )
    assert bytes_of(edition.folder) == before
    assert_tampering_is_found(moved, edition.folder)


def assert_a_killed_freeze_leaves_nothing(workspace: Workspace) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(freezing, "write_durably", killed)  # the last file of all
        with pytest.raises(KeyboardInterrupt):
            freeze(workspace, LABEL)
    assert list(workspace.editions.iterdir()) == []


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def compare_with_current(workspace: Workspace, edition: Path) -> EditionDiff:
    folder = current_folder(workspace)
    assert folder is not None
    return compare(edition / WAREHOUSE, folder / WAREHOUSE, "GM0396")


def assert_lists_exactly(diff: EditionDiff, capsys: pytest.CaptureFixture[str], workspace: Workspace) -> None:
    """The publisher's figure, the measurement and the target, and nothing else."""
    told = {(f.kind, f.indicator_id, f.region_code, f.period_id, f.reason) for f in diff.figures}
    assert told == {
        ("revised", "wmo_clients_per_10000", "GM0396", "2024", "herzien door de uitgever"),
        ("revised", "vrijwilligers_pct", "GM0396", "2024", "met de hand gewijzigd in measurements.csv"),
    }
    objectives = [(o.objective_id, o.kind, o.field, o.old, o.new) for o in diff.objectives]
    assert objectives == [("plan-02", "changed", "streefwaarde", "70\u00a0%", "75\u00a0%")]
    assert diff.other_regions == 0
    capsys.readouterr()
    shown = output_of(capsys, "edition", "diff", LABEL, "--workspace", str(workspace.root))
    assert "herzien: Meer vrijwilligers, Verzonnen GM0396, 2024 (synthetisch): 64,5 → 65,0\u00a0% (met de hand" in shown
    assert "gewijzigd: plan-02 Meer vrijwilligers: streefwaarde 70\u00a0% → 75\u00a0%" in shown
    record = json.loads(output_of(capsys, "edition", "diff", LABEL, "--json", "--workspace", str(workspace.root)))
    assert (record["old"], len(record["figures"]), len(record["objectives"])) == (f"editie {LABEL}", 2, 1)
    assert LABEL in output_of(capsys, "edition", "list", "--workspace", str(workspace.root))


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 0
    return capsys.readouterr().out


def assert_tampering_is_found(workspace: Workspace, edition: Path) -> None:
    page = edition / "site" / "index.html"
    page.chmod(0o644)
    page.write_bytes(page.read_bytes() + b" ")
    with pytest.raises(VerificationFailed, match=f"editions/{LABEL}/site/index.html was changed after it was frozen"):
        verify(workspace)
    assert [sentence.split()[0] for sentence in examine(workspace).faults] == [f"editions/{LABEL}/site/index.html"]
