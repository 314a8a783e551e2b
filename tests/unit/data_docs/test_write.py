"""Data Docs tell every expectation and its result, need no network, and follow from the audit tables alone."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from dagster_project.data_docs.write import gates_of, write_data_docs
from dagster_project.gate.results import expected_text
from dagster_project.gate.suites import STAGES, suites_for
from tests.unit.site.html_outline import Outline
from tests.unit.site.page_build import RUN, make_build, make_workspace, validations

HOSTILE = "<script>alert('x')</script>"


def written(folder: Path, checks: list[dict[str, Any]] | None = None) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    database = make_build(folder / "warehouse.duckdb", checks=checks)
    write_data_docs(database, make_workspace(folder / "workspace"), folder / "data_docs", RUN)
    return {path.name: path.read_text(encoding="utf-8") for path in (folder / "data_docs").iterdir()}


def every_check() -> list[dict[str, Any]]:
    """A passed row for every expectation of the product's own suites."""
    return [
        {
            "run_id": "r", "stage": stage, "suite": suite.name, "table_name": suite.table,
            "expectation": check.label, "column_name": check.column, "severity": check.severity, "result": "passed",
            "observed": "no exception", "expected": expected_text(check), "unexpected_count": 0, "element_count": 10,
            "message": "Fine.",
        }
        for stage in STAGES
        for suite in suites_for(stage)
        for check in suite.expectations
    ]  # fmt: skip


def test_the_index_counts_every_suite_and_links_to_it(tmp_path: Path) -> None:
    pages = written(tmp_path)
    assert set(pages) == {"index.html", "after_ingest.html", "after_build.html"}
    text = Outline(pages["index.html"]).text
    assert "warned fct_indicator_value marts.fct_indicator_value 1 0 0 %" in text
    assert "passed dim_region marts.dim_region 2 2 100 %" in text
    for file, anchor in re.findall(r'href="([a-z_]+\.html)#([a-z_]+)"', pages["index.html"]):
        assert f'id="{anchor}"' in pages[file]


def test_every_expectation_of_every_suite_is_told_with_its_query_and_description(tmp_path: Path) -> None:
    pages = written(tmp_path, every_check())
    for stage in STAGES:
        text = Outline(pages[f"{stage}.html"]).text
        for suite in suites_for(stage):
            assert " ".join(suite.description.split()) in text
            for check in suite.expectations:
                assert " ".join(expected_text(check).split()) in text
                query = str(check.kwargs.get("unexpected_rows_query", ""))
                assert " ".join(query.split()) in text


def test_trouble_comes_first_and_a_check_that_could_not_run_gives_its_reason(tmp_path: Path) -> None:
    checks = every_check()
    broken = {"suite": "zz_last", "result": "broken", "message": "Suite zz_last is broken."}
    checks[-1] |= {"stage": "after_build", **broken}
    text = Outline(written(tmp_path, checks)["after_build.html"].partition("</h1>")[2]).text
    assert text.startswith(" broken zz_last")
    assert "Suite zz_last is broken." in text.partition("dim_action")[0]


def test_the_same_rows_give_the_same_bytes_in_whatever_order_they_come(tmp_path: Path) -> None:
    rows = every_check()
    shuffled = random.Random(6).sample(rows, len(rows))  # noqa: S311 - not for secrets
    assert written(tmp_path / "a", rows) == written(tmp_path / "b", shuffled)


def test_the_pages_ask_nothing_of_the_network_and_show_hostile_words_as_words(tmp_path: Path) -> None:
    rows = [{**row, "suite": HOSTILE, "observed": HOSTILE, "expected": HOSTILE} for row in validations()]
    for page in written(tmp_path, rows).values():
        outline = Outline(page)
        assert not outline.all("script") + outline.all("img") + outline.all("iframe")
        assert [link["href"] for link in outline.all("link")] == ["data:,"]
        assert not re.search(r"https?://", page)
        assert HOSTILE in outline.text


@pytest.mark.parametrize("rows", [[], validations()])
def test_they_can_be_written_of_any_number_of_checks(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    pages = written(tmp_path, rows)
    assert ("No expectation was recorded." in pages["index.html"]) == (not rows)
    assert RUN.publication_id in pages["index.html"]


def test_gates_stand_in_the_order_in_which_they_run(tmp_path: Path) -> None:
    assert gates_of([]) == ()
    pages = written(tmp_path, every_check())
    places = [pages["index.html"].index(f'id="{stage}"') for stage in STAGES]
    assert places == sorted(places)
