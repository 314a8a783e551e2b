"""The data package describes files that are there, and Frictionless reads the CSV files by what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pytest

from dagster_project.export.cells import Euro, Figure, Share, Sheet
from dagster_project.export.delimited import write_csv
from dagster_project.snapshots import sha256_of
from dagster_project.standards.contract import agreed_version
from dagster_project.standards.datapackage import FILE, cell_type, write_datapackage
from dagster_project.standards.tables import PublishedColumn, PublishedTable
from tests.unit.site.page_build import RUN
from tests.unit.standards.facts import PUBLISHER

CODE = PublishedColumn("code", "text", "The code.", is_required=True, is_key=True)
AMOUNT = PublishedColumn("amount", "decimal(18,2)", "Euros; null where unknown.", is_required=False, is_key=False)
YEAR = PublishedColumn("year", "integer", "The year.", is_required=False, is_key=True)
TABLES = (
    PublishedTable("dim_a", "Codes. One row per code.", (CODE, AMOUNT), "models/marts/dim_a.sql", (), (), ("code",)),
    PublishedTable("fct_b", "Years.", (CODE, YEAR), "models/marts/fct_b.sql", (), (), ("code", "year")),
)
SHEET = Sheet(
    "Doelen",
    "Elk doel.",
    ("dim_a",),
    ("Doel", "Waarde", "Kosten", "Aandeel", "Dag", "Aantal", "Leeg", "Synthetisch"),
    (
        ("=1+1", Figure(2.5, 1), Euro(Decimal("1234.50")), Share(0.25), date(2024, 3, 1), 7, None, "synthetisch"),
        ('Met "komma", en\nregel', None, None, None, None, None, None, None),
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parquet").mkdir()
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(f"copy (select 'x' as code) to '{tmp_path}/parquet/{table.name}.parquet'")
    write_csv([SHEET], tmp_path / "export" / "csv")
    write_datapackage(tmp_path, TABLES, [SHEET], PUBLISHER, RUN)
    return tmp_path


def read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / FILE).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def validate(folder: Path) -> frictionless.Report:
    """Frictionless on the descriptor and the CSV data; it reads no Parquet without a further library."""
    package = frictionless.Package(str(folder / FILE))
    for resource in [resource for resource in package.resources if resource.format == "parquet"]:
        package.remove_resource(resource.name)
    return package.validate()


def test_frictionless_finds_the_descriptor_and_the_data_sound(folder: Path) -> None:
    report = validate(folder)
    assert report.valid, report.to_summary()
    assert [task.stats["rows"] for task in report.tasks] == [2]


def test_frictionless_notices_a_file_that_changed_and_a_cell_of_another_type(folder: Path) -> None:
    path = folder / "export" / "csv" / "int" / "doelen.csv"
    path.write_bytes(path.read_bytes().replace(b",2.5,", b",veel,"))
    found = {error.type for task in validate(folder).tasks for error in task.errors}
    assert found >= {"hash-count", "type-error"}


def test_a_resource_says_what_its_file_is(folder: Path) -> None:
    dim_a, fct_b, sheet = read(folder)["resources"]
    assert (dim_a["path"], dim_a["format"]) == ("parquet/dim_a.parquet", "parquet")
    assert dim_a["hash"] == f"sha256:{sha256_of(folder / dim_a['path'])}"
    assert dim_a["bytes"] == (folder / dim_a["path"]).stat().st_size
    assert (sheet["path"], sheet["description"]) == ("export/csv/int/doelen.csv", "Elk doel.")
    assert [resource["isSynthetic"] for resource in (dim_a, fct_b, sheet)] == [False, True, True]


def test_columns_have_their_type_meaning_and_constraints(folder: Path) -> None:
    dim_a, fct_b, sheet = (resource["schema"] for resource in read(folder)["resources"])
    code = {"name": "code", "type": "string", "description": "The code.", "constraints": {"required": True}}
    assert dim_a["fields"] == [code, {"name": "amount", "type": "number", "description": AMOUNT.description}]
    assert dim_a["primaryKey"] == ["code"]
    assert "primaryKey" not in fct_b
    assert fct_b["uniqueKeys"] == [["code", "year"]]
    assert [field["type"] for field in sheet["fields"]] == [
        "string", "number", "number", "number", "date", "integer", "any", "string",
    ]  # fmt: skip


def test_the_package_names_its_licence_its_sources_and_that_figures_are_made_up(folder: Path) -> None:
    package = read(folder)
    assert package["isSynthetic"] is True
    assert package["licenses"] == [{"path": PUBLISHER.licence, "title": "CC BY 4.0"}]
    assert package["sources"] == [
        {"title": "Bron: CBS StatLine", "licence": "CC BY 4.0", "isSynthetic": False},
        {"title": "Gemeente", "licence": None, "isSynthetic": True},
    ]
    assert (package["version"], package["created"]) == (RUN.publication_id, RUN.generated_at)
    assert package["tablesVersion"] == agreed_version()
    write_datapackage(folder, TABLES, [SHEET], PUBLISHER, replace(RUN, edition="2025-04"))
    assert read(folder)["version"] == "2025-04"


def test_a_table_without_a_file_is_no_part_of_a_package(folder: Path) -> None:
    (folder / "parquet" / "fct_b.parquet").unlink()
    with pytest.raises(FileNotFoundError, match="fct_b"):
        write_datapackage(folder, TABLES, [SHEET], PUBLISHER, RUN)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, None], "integer"),
        ([1, Figure(1.5, None)], "number"),
        ([1, "een"], "string"),
        ([date(2024, 1, 1), "later"], "string"),
        ([], "any"),
    ],
)
def test_the_type_of_a_column_fits_every_cell(cells: list[Any], kind: str) -> None:
    assert cell_type(cells) == kind


def test_a_layer_of_wijken_is_described_where_there_is_one(folder: Path) -> None:
    assert "wijken" not in {resource["name"] for resource in read(folder)["resources"]}
    wijk = {"type": "Feature", "properties": {"is_synthetisch": True}, "geometry": None}
    layer = folder / "export" / "wijken.geojson"
    layer.write_text(json.dumps({"type": "FeatureCollection", "features": [wijk]}), encoding="utf-8")
    write_datapackage(folder, TABLES, [SHEET], PUBLISHER, RUN)
    resource = read(folder)["resources"][-1]
    assert (resource["path"], resource["bytes"]) == ("export/wijken.geojson", layer.stat().st_size)
    assert resource["isSynthetic"]
    assert read(folder)["isSynthetic"]
    report = validate(folder)
    assert report.valid, report.to_summary()
