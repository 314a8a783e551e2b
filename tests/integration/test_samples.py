"""The other two plans, from their folder to what is published."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project import demo
from dagster_project.execution import refresh
from dagster_project.publication import current_folder
from dagster_project.run import RunOptions
from dagster_project.workspace import Workspace


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of a sample, published once."""
    folder = tmp_path_factory.mktemp(request.param) / "workspace"
    demo.make_demo_workspace(folder, demo.sample_called(request.param))
    workspace = Workspace(folder)
    said, code = refresh(workspace, RunOptions(offline=True))
    assert code == 0, said
    published = current_folder(workspace)
    assert published is not None
    return published / "warehouse.duckdb"


def rows(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("built", ["heerenveen"], indirect=True)
def test_heerenveen_is_published_with_its_verdicts_indicators_and_shares(built: Path) -> None:
    verdicts = rows(built, "select objective_id, status from marts.fct_objective_attainment where is_current")
    assert Counter(status for _, status in verdicts) == {
        "niet meetbaar": 26,
        "geen nulmeting": 25,
        "geen nieuwe meting": 2,  # the 1.500 uitkeringen of 2017 and the 12 percent of 2019
    }
    assert dict(verdicts)["heerenveen-01"] == "geen nieuwe meting"
    groups = rows(
        built,
        "select indicator_group, count(*) from marts.dim_plan_indicator"
        " group by indicator_group, group_order order by group_order",
    )
    assert groups == [("Preventieve inzet toegang", 4), ("Gebruik voorzieningen", 8), ("Kosten", 4), ("Kwaliteit", 3)]
    shares = rows(built, "select basis, plan_budget, sum(share_of_budget) from marts.fct_budget group by all")
    assert {(basis, int(whole), round(share, 9)) for basis, whole, share in shares if basis == "bruto"} == {
        ("bruto", 61_000_000, 1.0)
    }
    assert len(shares) == 2, "gross and net are never added up"


@pytest.mark.long
@pytest.mark.parametrize("built", ["westervoort"], indirect=True)
def test_westervoort_is_published_as_a_register_with_gaps(built: Path) -> None:
    verdicts = rows(built, "select status, count(*) from marts.fct_objective_attainment where is_current group by all")
    assert verdicts == [("doel nog open", 26)]
    gaps = rows(
        built, "select count(kind), count(rhythm), count(baseline_value), count(target_value) from marts.dim_objective"
    )
    assert gaps == [(0, 0, 0, 0)]
    links = rows(
        built,
        "select indicator_id, count(*) from marts.dim_action left join marts.dim_action_indicator using (action_id)"
        " group by all order by 2",
    )
    assert links == [(None, 3), ("kwaliteit_van_zorg_score", 6)]
