"""Every table that a gate guards has a suite, and every suite speaks of columns that its table has."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from dagster_project.gate.suites import SQL_TYPE, STAGES, Suite, suites_for
from dagster_project.product import product_path
from dagster_project.raw import RAW_TABLES

RESULTS_OF_THE_RUN = {"run", "validation", "model", "model_column"}
"""Raw tables that the run writes about itself after the gates: nothing rests on them."""

PROOFS = {"disclosure_interval"}
"""Raw tables that rest on what is published, and are judged with it."""

ROW_NUMBERS = {"row_number", "b.row_number", "min(row_number) as row_number", "min(b.row_number) as row_number"}


def mart_columns() -> dict[str, set[str]]:
    """Columns of every published table, as the dbt contracts state them."""
    tables: dict[str, set[str]] = {}
    for path in sorted(product_path("models").glob("marts/**/*.yml")):
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for model in content.get("models", []):
            tables[model["name"]] = {column["name"] for column in model.get("columns", [])}
    return tables


def named_columns(suite: Suite) -> set[str]:
    return {column for check in suite.expectations for column in check.column.split(", ") if column}


def test_every_raw_table_has_a_suite_after_ingest() -> None:
    assert {suite.table for suite in suites_for("after_ingest")} == {
        f"raw.{table}" for table in RAW_TABLES if table not in RESULTS_OF_THE_RUN | PROOFS
    }


def test_every_published_table_has_a_suite_after_build() -> None:
    published = {f"marts.{path.stem}" for path in product_path("models").glob("marts/**/*.sql")}
    if not published:
        pytest.skip("models/marts holds no models yet")
    assert {suite.table for suite in suites_for("after_build")} == published


def test_every_proof_has_a_suite_of_its_own_stage() -> None:
    assert {suite.table for suite in suites_for("after_proof")} == {f"raw.{table}" for table in PROOFS}


@pytest.mark.parametrize("stage", STAGES)
def test_a_suite_bears_the_name_of_its_table(stage: str) -> None:
    for suite in suites_for(stage):  # type: ignore[arg-type]
        assert suite.table.split(".")[1] == suite.name


def test_suites_after_ingest_name_only_columns_of_raw_tables() -> None:
    for suite in suites_for("after_ingest"):
        assert named_columns(suite) <= set(RAW_TABLES[suite.name]), suite.name


def test_suites_after_build_name_only_columns_of_published_tables() -> None:
    columns = mart_columns()
    if not columns:
        pytest.skip("models/marts holds no contracts yet")
    for suite in suites_for("after_build"):
        assert named_columns(suite) <= columns.get(suite.name, set(RAW_TABLES.get(suite.name, ()))), suite.name


def test_every_raw_row_must_come_from_a_pinned_snapshot() -> None:
    for suite in suites_for("after_ingest"):
        if "snapshot_id" in RAW_TABLES[suite.name] and suite.name != "snapshot":
            assert "snapshot_known" in {check.meta.name for check in suite.expectations}, suite.name


def test_every_client_key_must_be_a_hash_critically() -> None:
    for suite in suites_for("after_ingest"):
        if "client_key" in RAW_TABLES[suite.name]:
            hashes = [check for check in suite.expectations if check.meta.name == "client_key_is_hash"]
            assert [check.severity for check in hashes] == ["critical"], suite.name


def test_sql_on_tables_with_persons_selects_no_column_of_a_person() -> None:
    for suite in suites_for("after_ingest"):
        for check in suite.expectations:
            if suite.holds_persons and check.type == SQL_TYPE:
                query = check.kwargs["unexpected_rows_query"]
                statement = " ".join(line for line in query.splitlines() if not line.startswith("--"))
                assert statement.partition(" from ")[0].removeprefix("select ") in ROW_NUMBERS, check.label
