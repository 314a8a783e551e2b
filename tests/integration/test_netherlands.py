"""The made-up Netherlands of real size: every region and year of every table, in the memory that a small server has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from bench import netherlands
from bench.country import warm
from dagster_project import demo
from dagster_project.contracts import all_contracts
from dagster_project.warehouse import WAREHOUSE
from tests.standin.server import StandIn


@pytest.mark.long
def test_a_refresh_with_the_whole_country_comes_to_its_end(tmp_path: Path) -> None:
    demo.init_workspace(tmp_path / "workspace", netherlands.GEMEENTE, "Verzonnen gemeente")
    with StandIn(netherlands.tables(netherlands.Figures()), netherlands.verzuim()) as standin:
        warm(standin, all_contracts())
        done = subprocess.run(
            [sys.executable, "-m", "dagster_project.cli", "refresh", "--workspace", str(tmp_path / "workspace")],
            env={**os.environ, **standin.environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    warehouse = tmp_path / "workspace" / "data" / "current" / WAREHOUSE
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        regions = dict(
            connection.execute(
                "select left(region_code, 2), count(distinct region_code) from marts.fct_indicator_value group by all"
            ).fetchall()
        )
        unfounded = connection.execute(
            "select count(*) from (select distinct concat_ws('|', indicator_id, region_code, period_id, territory)"
            " as row_key from marts.fct_indicator_value where value is not null) as value"
            " anti join marts.audit_lineage as edge"
            " on edge.table_name = 'fct_indicator_value' and edge.row_key = value.row_key"
        ).fetchone()
    # of every year, so those of gemeenten that are no more as well
    expected = {"GM": netherlands.PRESENT, "WK": netherlands.WIJKEN, "BU": netherlands.BUURTEN}
    assert {kind: regions[kind] >= least for kind, least in expected.items()} == dict.fromkeys(expected, True)
    assert unfounded == (0,)
