"""The parts of a trace: keys, questions, formulas, and which publication answers for a day."""

from __future__ import annotations

import csv
import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from dagster_project.blueprint import git_blob, grains
from dagster_project.errors import ConfigurationError
from dagster_project.product import product_path
from dagster_project.row_keys import row_key, split_key
from dagster_project.trace.chain import SEED_KEYS
from dagster_project.trace.formula import formula
from dagster_project.trace.question import Question, question_of
from dagster_project.trace.reading import opened
from dagster_project.trace.walk import Edge, Node
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import Workspace
from tests.unit.models.test_columns import PUBLISHED

TEXTS = ["", "a", "a|b", "\\", "\\|", "a\\", "|", "é|\\\\|", "2024-01-31"]


@pytest.mark.parametrize("first", TEXTS)
@pytest.mark.parametrize("second", TEXTS)
def test_a_key_falls_apart_into_the_columns_that_made_it(first: str, second: str) -> None:
    with duckdb.connect() as connection:
        sql = f"select {row_key(('a', 'b'))} from (select ?::text as a, ?::text as b)"
        ((key,),) = connection.execute(sql, [first, second]).fetchall()
    assert split_key(key) == [first, second]


def test_keys_are_written_alike_by_the_models_and_by_the_trace() -> None:
    macros = product_path("dbt", "macros", "values.sql").read_text(encoding="utf-8")
    told = Environment(autoescape=False).from_string(macros + "{{ row_key(['a', 'b']) }}").render()  # noqa: S701
    with duckdb.connect() as connection:
        for text in TEXTS:
            sql = f"select ({told}) = ({row_key(('a', 'b'))}) from (select ?::text as a, null::date as b)"
            assert connection.execute(sql, [text]).fetchall() == [(True,)]


def test_every_published_table_says_in_one_place_what_tells_its_rows_apart() -> None:
    known = grains()
    for table, columns in PUBLISHED.items():
        assert set(known[table]) <= set(columns.split()), table


@pytest.mark.parametrize(("seed", "columns"), SEED_KEYS.items())
def test_a_row_of_a_seed_is_found_by_its_key(seed: str, columns: tuple[str, ...]) -> None:
    with product_path("seeds", f"{seed}.csv").open(encoding="utf-8", newline="") as stream:
        keys = [tuple(line[column] for column in columns) for line in csv.DictReader(stream)]
    assert len(set(keys)) == len(keys) > 0


def test_a_file_is_named_as_git_names_it(tmp_path: Path) -> None:
    for content in (b"", b"select 1\n", "één\r\n".encode()):
        (tmp_path / "file").write_bytes(content)
        command = ["git", "hash-object", "--no-filters", str(tmp_path / "file")]
        assert git_blob(content) == subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def asked(what: str | None = None, region: str | None = None, period: str | None = None, **options: Any) -> Question:
    left_out = {"territory": "as_published", "of_period": None, "table": None, "key": None}
    return question_of(what, region, period, **left_out | options)


def test_a_question_has_three_forms() -> None:
    value = {"indicator_id": "i", "region_code": "GM0001", "period_id": "2020"}
    assert asked("i", "GM0001", "2020").key == {**value, "territory": "as_published"}
    assert asked("i", "GM0001", "2020", territory="current").key == {**value, "territory": "current"}
    assert asked("plan-01") == Question("fct_objective_attainment", {"objective_id": "plan-01"}, is_current=True)
    assert asked("plan-01", of_period="2024").key == {"objective_id": "plan-01", "period_id": "2024"}
    row = asked(table="marts.fct_budget", key="programme=Zorg, jeugd en werk,opgave=,period_id=2024")
    assert row == Question("fct_budget", {"programme": "Zorg, jeugd en werk", "opgave": "", "period_id": "2024"})


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ((), {}),
        (("i", "GM0001"), {}),
        ((), {"table": "fct_budget"}),
        ((), {"key": "a=b"}),
        (("i",), {"table": "fct_budget", "key": "a=b"}),
        (("i", "GM0001", "2020"), {"of_period": "2020"}),
        ((), {"table": "fct_budget", "key": "2024"}),
        ((), {"table": "fct_budget", "key": "=2024"}),
    ],
)
def test_any_other_form_is_answered_with_how_to_ask(arguments: tuple[str, ...], options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"Ask in one of three ways|--key wants"):
        asked(*arguments, **options)


def value(**columns: Any) -> dict[str, Any]:
    names = ("value", "numerator", "denominator", "rate_published", "absence")
    return {**dict.fromkeys(names), "region_code": "GM0001", **columns}


def node(table: str, row: dict[str, Any], *edges: tuple[str, Node]) -> tuple[Node, dict[tuple[str, str], Node]]:
    parents = {parent.name: parent for _, parent in edges}
    found = [Edge(role, {"parent_table": p.table, "parent_row_key": p.row_key}) for role, p in edges]
    return Node(table, "key", row, found), parents


def test_the_formula_of_a_value_is_that_of_its_definition() -> None:
    table = "fct_indicator_value"
    version = {"published_offset": 100, "published_factor": -1, "rate_base": 1000, "unit": "per 1.000"}
    definition = Node("dim_indicator_version", "i|1", version)
    divided = value(value=50.0, numerator=5, denominator=100)
    assert formula(*node(table, divided, ("definition", definition))) == "5 / 100 × 1000 = 50 per 1.000"
    turned = value(value=49.5, rate_published=49.5)
    assert formula(*node(table, turned, ("definition", definition))) == "49.5 = 100 + -1 × 50.5, which was given"
    assert formula(*node(table, value(value=7.0, rate_published=7.0))) == "7, as it was given"
    assert formula(*node(table, value(absence="suppressed"))) == "no value: suppressed"


def test_the_formula_of_a_merged_gemeente_adds_up_its_parts() -> None:
    one, other = Node("t", "1", value(region_code="GM0001")), Node("t", "2", value(region_code="GM0002"))
    merged = value(value=30.0, numerator=3, denominator=100, region_code="GM0003")
    told = formula(*node("fct_indicator_value", merged, ("part", one), ("part", other)))
    assert told == "3 / 100 × 1000 = 30, counts added up over GM0001, GM0002"
    taken = value(value=4.0, rate_published=4.0, region_code="GM0003")
    assert formula(*node("fct_indicator_value", taken, ("taken", one))) == "4, the value of GM0001 as published"


def verdict(**columns: Any) -> dict[str, Any]:
    row = {"kind": "level", "baseline_value": 108.0, "target_value": 250.0, "current_value": 136.0}
    row |= {"baseline_period_id": "2023-H2", "target_period_id": "2027", "expected_value": 179.0}
    return {**row, "attainment": 28 / 142, "ratio": 28 / 71, "status": "ver achter", "region_code": "WK1", **columns}


def test_the_formula_of_a_verdict_shows_way_time_ratio_and_rule() -> None:
    told = formula(*node("fct_objective_attainment", verdict()))
    assert told == (
        "A = (current - baseline) / (target - baseline) = (136 - 108) / (250 - 108) = 0.1971830986; "
        "E = part of the time gone from 2023-H2 to 2027 = 0.5; R = A / E = 0.3943661972; ver achter: 0 ≤ R < 0.60"
    )
    open_ended = verdict(attainment=None, ratio=None, status="doel nog open")
    assert formula(*node("fct_objective_attainment", open_ended)) == (
        "doel nog open: the plan leaves open what the target is"
    )
    wijk = Node("fct_objective_attainment", "w", open_ended)
    assert formula(*node("fct_objective_attainment", verdict(), ("deciding_wijk", wijk))) == (
        "the wijk that does worst decides: WK1, doel nog open: the plan leaves open what the target is"
    )


def test_the_formula_of_a_view_is_that_of_the_row_it_shows() -> None:
    shown = Node("fct_indicator_value", "i|GM0001|2020|as_published", value(value=7.0, rate_published=7.0))
    assert formula(*node("v_bbv", {"waarde": 7.0}, ("value", shown))) == "7, as it was given"
    judged = Node("fct_objective_attainment", "p-01", verdict(attainment=None, ratio=None, status="geen nulmeting"))
    assert formula(*node("v_doelen", {}, ("verdict", judged))) == ("geen nulmeting: there is no baseline to start from")


def test_the_formula_of_money_holds_what_was_spent_or_is_expected_against_the_budget() -> None:
    spent = {"begroot": 90, "werkelijk": 100, "prognose": 120, "verschil": 10}
    assert formula(*node("v_kosten", spent)) == "100 - 90 = 10"
    assert formula(*node("v_kosten", {**spent, "werkelijk": None, "verschil": 30})) == "120 - 90 = 30"
    assert formula(*node("v_kosten", {**spent, "begroot": None, "verschil": None})) is None


def empty(root: Path) -> Workspace:
    (root / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n', encoding="utf-8")
    return Workspace(root)


def publication(workspace: Workspace, name: str, created_at: str, as_of: str, *, with_lineage: bool = True) -> str:
    """A publication with as much of it as says which day it tells of."""
    folder = workspace.publications / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(
        json.dumps({"created_at": created_at, "as_of": as_of, "pins": []}), encoding="utf-8"
    )
    with duckdb.connect(str(folder / WAREHOUSE)) as connection:
        connection.execute("create schema marts")
        if with_lineage:
            connection.execute("create table marts.audit_lineage (table_name text)")
    return name


def answers(workspace: Workspace, day: str) -> str:
    with opened(workspace, date.fromisoformat(day)) as found:
        return found.folder.name


def test_a_day_is_told_by_what_was_made_as_of_it_and_else_by_what_stood_then(tmp_path: Path) -> None:
    workspace = empty(tmp_path)
    publication(workspace, "march", "2026-03-01T09:00:00Z", "2026-03-01")
    publication(workspace, "midnight", "2026-03-10T23:30:00Z", "2026-03-11")  # in Amsterdam it is the 11th
    publication(workspace, "april", "2026-04-01T09:00:00Z", "2026-04-01")
    publication(workspace, "made", "2026-05-01T09:00:00Z", "2026-03-05")
    publication(workspace, "made again", "2026-05-02T09:00:00Z", "2026-03-05")
    assert answers(workspace, "2026-03-01") == "march"
    assert answers(workspace, "2026-03-05") == "made again"
    assert answers(workspace, "2026-03-10") == "march"
    assert answers(workspace, "2026-03-11") == "midnight"
    assert answers(workspace, "2026-12-31") == "april"
    with pytest.raises(ConfigurationError, match="opkoers refresh --as-of 2026-02-28"):
        answers(workspace, "2026-02-28")


def test_a_publication_without_lineage_is_not_traced(tmp_path: Path) -> None:
    workspace = empty(tmp_path)
    publication(workspace, "old", "2026-03-01T09:00:00Z", "2026-03-01", with_lineage=False)
    with pytest.raises(ConfigurationError, match="before publications kept their lineage"):
        answers(workspace, "2026-03-01")
