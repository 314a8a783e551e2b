"""A table that the project has never seen becomes an indicator by data alone: no Python, no SQL.

What is written here into a copy of the project is what docs/how-to/add-a-table.md shows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dagster_project.product import product_root
from dagster_project.publication import current_folder
from dagster_project.workspace import Workspace
from tests.standin.made_up import v4_table
from tests.standin.server import StandIn

CONTENT = ("dagster_project", "dbt", "expectations", "models", "seeds", "sources")
TABLE = "99002NED"

BLOCK = f"""\
          tevredenheid:
            title: Tevredenheid per gemeente
            kind: cbs_v4
            table_id: {TABLE}
            rhythm: yearly
            region_dimension: RegioS
            period_dimension: Perioden
            measures:
              - {{measure: M000002, concept: tevredenheid_pct, unit: "%"}}
"""
INDICATOR = {
    "indicator_id": "tevredenheid_pct",
    "name_nl": "Tevredenheid",
    "definition_nl": "Verzonnen cijfer om mee te testen.",
    "direction": "up",
    "source_id": "cbs",
    "source_reference": TABLE,
    "rhythm": "yearly",
    "unverified": "false",
}
VERSION = {
    "indicator_id": "tevredenheid_pct",
    "version": "1",
    "unit": "%",
    "rate_base": "100",
    "decimals": "2",
    "published_concept": "tevredenheid_pct",
    "published_factor": "1",
    "published_offset": "0",
    "is_comparable": "true",
}
SUITE = """\
name: tevredenheid
table: raw.cbs_observation
description: >-
  Tevredenheid per gemeente, percentages.
expectations:
  - type: unexpected_rows_expectation
    severity: critical
    meta:
      name: tevredenheid_within_100
      column: value_text
      sentence: percentages from 0 to 100
    kwargs:
      unexpected_rows_query: |
        select row_number from {batch}
        where concept_id = 'tevredenheid_pct' and not try_cast(value_text as double) between 0 and 100
"""


def add_row(seed: Path, cells: dict[str, str]) -> None:
    """One more row at the end of a seed, under its own header."""
    header = seed.read_text(encoding="utf-8").splitlines()[0].split(",")
    with seed.open("a", encoding="utf-8") as file:
        file.write(",".join(cells.get(name, "") for name in header) + "\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's own folders, with the new indicator in it."""
    for name in CONTENT:
        ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
        shutil.copytree(product_root() / name, tmp_path / "project" / name, ignore=ignored)
    copy = tmp_path / "project"
    contracts = copy / "sources" / "cbs.yml"
    text = contracts.read_text(encoding="utf-8")
    assert text.count("        datasets:\n") == 1
    contracts.write_text(text.replace("        datasets:\n", f"        datasets:\n{BLOCK}"), encoding="utf-8")
    add_row(copy / "seeds" / "indicators.csv", INDICATOR)
    add_row(copy / "seeds" / "indicator_versions.csv", VERSION)
    (copy / "expectations" / "after_ingest" / "tevredenheid.yml").write_text(SUITE, encoding="utf-8")
    return copy


def test_a_new_indicator_is_data(country: StandIn, workspace: Workspace, project: Path, tmp_path: Path) -> None:
    country.put(v4_table())
    done = subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", "refresh", "--workspace", str(workspace.root)],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "OPKOERS_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = current_folder(workspace)
    assert folder is not None
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        values = warehouse.execute(
            "select period_id, value, absence from marts.fct_indicator_value"
            " where indicator_id = 'tevredenheid_pct' and region_code = 'GM9000' and territory = 'as_published'"
            " order by period_id"
        ).fetchall()
        judged = warehouse.execute("select result from marts.audit_validation where suite = 'tevredenheid'").fetchall()
    sent = [row for row in v4_table().rows if row["Measure"] == "M000002" and row["RegioS"] == "GM9000"]
    assert [value for _, value, _ in values] == [row["Value"] for row in sent]
    assert [absence for _, _, absence in values].count(None) == sum(row["Value"] is not None for row in sent)
    assert judged == [("passed",)]
