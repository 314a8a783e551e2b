"""The published tables are read from dbt's manifest: every model of the schema, with its grain and what it rests on."""

from __future__ import annotations

from typing import Any

import pytest

from dagster_project import transform
from dagster_project.product import product_path
from dagster_project.standards import tables
from dagster_project.standards.tables import published_tables


@pytest.fixture
def small_manifest(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A project of one mart on one intermediate model on one seed and one source."""

    def model(name: str, schema: str, **more: Any) -> dict[str, Any]:
        file = f"../models/{schema}/{name}.sql"
        node = {"resource_type": "model", "unique_id": f"model.{name}", "original_file_path": file, "schema": schema}
        return {**node, "name": name, "description": "Rows.\n One row per key.", "columns": {}, **more}

    column = {"name": "key", "data_type": "text", "description": "The\n key.", "constraints": [{"type": "not_null"}]}
    grain = {"name": "grain", "kwargs": {"columns": ["key", "year"]}}
    test = {"resource_type": "test", "unique_id": "test.grain", "config": {}, "test_metadata": grain}
    manifest = {
        "nodes": {
            "model.fct": model("fct", "marts", columns={"key": column}),
            "model.int": model("int", "intermediate"),
            "seed.list": {"resource_type": "seed", "schema": "seeds", "name": "list", "alias": "list"},
            "test.grain": {**test, "attached_node": "model.fct"},
        },
        "sources": {"source.raw": {"resource_type": "source", "schema": "raw", "name": "row", "identifier": "rows"}},
        "parent_map": {"model.fct": ["model.int"], "model.int": ["seed.list", "source.raw"]},
    }
    monkeypatch.setattr(transform, "manifest", lambda: manifest)
    monkeypatch.setattr(tables, "published_tables", published_tables.__wrapped__)
    return manifest


def test_a_table_has_its_columns_grain_model_and_what_it_rests_on(small_manifest: dict[str, Any]) -> None:
    (found,) = tables.published_tables()
    assert (found.name, found.description, found.file) == ("fct", "Rows. One row per key.", "models/marts/fct.sql")
    assert (found.parents, found.origins) == (("intermediate.int",), ("raw.rows", "seeds.list"))
    assert found.key == ("key", "year")
    (column,) = found.columns
    assert (column.name, column.data_type, column.description) == ("key", "text", "The key.")
    assert column.is_required
    assert column.is_key


def test_a_test_on_part_of_the_rows_says_nothing_of_the_grain(small_manifest: dict[str, Any]) -> None:
    small_manifest["nodes"]["test.grain"]["config"] = {"where": "is_current"}
    (found,) = tables.published_tables()
    assert found.key == ()


def test_every_published_model_of_the_product_is_there_and_described() -> None:
    files = {path.stem for folder in ("marts", "audit") for path in product_path("models", folder).rglob("*.sql")}
    found = {table.name: table for table in published_tables()}
    assert set(found) == files
    for table in found.values():
        assert table.description, table.name
        assert table.origins, table.name
        assert product_path(*table.file.split("/")).is_file()
        assert [column.name for column in table.columns if not column.description] == [], table.name


def test_a_known_table_of_the_product_is_read_right() -> None:
    (table,) = (table for table in published_tables() if table.name == "fct_indicator_value")
    assert table.key == ("indicator_id", "region_code", "period_id", "territory")
    assert table.parents == ("intermediate.int_indicator_value", "intermediate.int_indicator_value_current")
    assert "raw.cbs_observation" in table.origins
    assert not any(origin.startswith("intermediate.") for origin in table.origins)
