"""One run in which all that lies in the workspace means ill: it is set aside, told of, and the rest is published.

A number that passes the elfproef is planted in a cell, a header, a name, a telling and a plan. After the run it stands
in what people dropped, and nowhere else.
"""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest

from dagster_project.publication import current_folder
from dagster_project.registration.rotation import make_missing_keys
from dagster_project.workspace import Workspace
from tests.integration.conftest import Refresh
from tests.standin.server import StandIn

BSN = "123456782"
LONG_AGO = 1_700_000_000
DROPPED = {
    f"divosa_benchmark_{BSN}.csv": "Gemeentecode;Peiljaar\nGM0396;2023\n",
    "divosa_benchmark_2021.csv": f"Gemeentecode;Peiljaar;BSN {BSN}\n{BSN};2021;{BSN}\n",
    "divosa_benchmark_2022.csv": (
        f"Gemeentecode;Peiljaar;Terugkeer in de bijstand binnen een jaar (%)\n{BSN};2022;{BSN}{BSN}\n"
    ),
    "lijst_bbv.csv": (
        "gemeente;indicator;eenheid;periode;waarde;nederland;bron\n"
        f"Heemskerk {BSN};Bijstand;per 1.000;2018;42;;x\nHeemskerk;Bijstand;per 1.000;2018;42;;nota {BSN}\n"
    ),
    "suite4sd_toekenningen_2024.csv": (
        "Clientnummer;Regelingcode;Begindatum;Einddatum;Status\n"
        + f"{BSN};{BSN};01-03-2024;31-12-2024;toegekend\n" * 20
    ),
    "evil\x1b[2J\n2026 INFO published.csv": "x\n",
    f"onbekend {BSN}.txt": BSN,
}


def drop(workspace: Workspace) -> None:
    for name, text in DROPPED.items():
        (workspace.drop / name).write_text(text, encoding="utf-8")
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"], book.worksheets[0]["XFD1048576"] = "Gemeentecode", BSN
    book.save(workspace.drop / "divosa_benchmark_2019.xlsx")
    with zipfile.ZipFile(workspace.drop / "divosa_benchmark_2020.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(64 << 20))
    (workspace.drop / "divosa_benchmark_2018.csv").symlink_to("/etc/passwd")
    (workspace.root / "budget.csv").unlink(missing_ok=True)
    (workspace.root / "budget.csv").symlink_to("/etc/passwd")
    (workspace.root / "risks.csv").write_text(f"plan_id;opgave;risk\np;o;Mevrouw {BSN}\n", encoding="utf-8")
    narratives = workspace.root / "narratives"
    narratives.mkdir(exist_ok=True)
    (narratives / "plan-01.md").write_text(
        f"---\nedition: 2026-04\nauthor_role: x\n---\n## Oorzaak en gevolg\n{BSN}\n", encoding="utf-8"
    )


def holding(folder: Path, passed_over: tuple[Path, ...]) -> list[Path]:
    """The files below a folder in which the number stands plain."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(one) for one in passed_over)
        if BSN.encode() in path.read_bytes()
    ]


@pytest.mark.long
def test_a_workspace_that_means_ill_publishes_what_is_sound_and_tells_no_number(
    country: StandIn, workspace: Workspace, run_refresh: Refresh, caplog: pytest.LogCaptureFixture
) -> None:
    make_missing_keys(workspace)
    drop(workspace)
    with caplog.at_level(logging.DEBUG):
        said, code = run_refresh()
    assert country.count("")
    assert code == 5, said
    folder = current_folder(workspace)
    assert folder is not None

    assert BSN not in said
    assert BSN not in caplog.text
    rejected = workspace.root / "rejected"
    notes = {path.name: path.read_text(encoding="utf-8") for path in rejected.glob("*.reason.txt")}
    turned_away = [path for path in rejected.iterdir() if path.name not in notes]
    assert {f"{path.name}.reason.txt" for path in turned_away} == set(notes)
    assert len(turned_away) == len(DROPPED) + 3
    assert not any(BSN in text or "\x1b" in text for text in notes.values())
    assert [path.name for path in workspace.drop.iterdir()] == ["LEESMIJ.txt"]

    # what was dropped lies in rejected/, originals are locked, and a snapshot that was set aside is the file itself
    own = (workspace.data / "rejected", workspace.root / "risks.csv", workspace.root / "narratives", *turned_away)
    assert holding(workspace.root, own) == []
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        tables = warehouse.execute("select table_schema, table_name from information_schema.tables").fetchall()
        assert len(tables) > 40
        for schema, table in tables:
            assert BSN not in str(warehouse.execute(f"select * from {schema}.{table}").fetchall()), table
        assert "root:" not in str(warehouse.execute("select * from marts.fct_budget").fetchall())
