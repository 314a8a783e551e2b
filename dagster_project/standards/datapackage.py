"""`datapackage.json`: the published tables and sheets as a Data Package (https://datapackage.org, version 2).

What belongs here: how each file of a publication is described for programs, with the meaning of its columns, its
licence and its publishers. What does not: the descriptions themselves (dbt's manifest) and the cells of the sheets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.export.cells import Cell, Euro, Figure, Share, Sheet
from dagster_project.export.delimited import INTERNATIONAL
from dagster_project.export.geojson import LAYER
from dagster_project.export.imprint import SYNTHETIC_MARK
from dagster_project.site.site import SiteRun
from dagster_project.snapshots import sha256_of
from dagster_project.standards.contract import agreed_version
from dagster_project.standards.publisher import Publisher
from dagster_project.standards.tables import PublishedColumn, PublishedTable

FILE = "datapackage.json"
_SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {
    "text": "string",
    "double": "number",
    "boolean": "boolean",
    "integer": "integer",
    "bigint": "integer",
    "date": "date",
    "timestamp": "datetime",
}


def write_datapackage(
    folder: Path, tables: Sequence[PublishedTable], sheets: Sequence[Sheet], publisher: Publisher, run: SiteRun
) -> None:
    """Describe the Parquet and CSV files of a publication beside them, and its layer of wijken where it has one.

    Args:
        folder: the publication; holds `parquet/` and `export/csv/`.
        tables: what stands in `parquet/`, one file each.
        sheets: what stands in `export/csv/`, one file each.
        publisher: who publishes, under which licence, on whose figures.
        run: gives the package its version and moment.

    Raises:
        FileNotFoundError: a table or sheet has no file.
    """
    resources = [
        *(_table(folder, table, is_synthetic=table.name in publisher.synthetic_tables) for table in tables),
        *(_sheet(folder, sheet) for sheet in sheets),
        *_layers(folder),
    ]
    package = {
        "$schema": _SCHEMA,
        "name": f"opkoers-{publisher.gemeente.lower()}",
        "id": run.publication_id,
        "title": publisher.title,
        "description": publisher.description,
        "version": run.edition or run.publication_id,
        "tablesVersion": agreed_version(),
        "created": run.generated_at,
        "isSynthetic": any(resource["isSynthetic"] for resource in resources),
        "licenses": [{"path": publisher.licence, "title": publisher.licence_title}],
        "sources": [
            {"title": source.attribution, "licence": source.licence, "isSynthetic": source.is_synthetic}
            for source in publisher.sources
        ],
        "contributors": [{"title": publisher.name, "path": publisher.uri, "roles": ["publisher"]}],
        "resources": resources,
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _table(folder: Path, table: PublishedTable, *, is_synthetic: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_column(column) for column in table.columns]}
    if table.key:
        # what a row is known by may hold nulls, which a primary key must not
        may_be_null = any(column.is_key and not column.is_required for column in table.columns)
        schema["uniqueKeys" if may_be_null else "primaryKey"] = [table.key] if may_be_null else table.key
    path = f"parquet/{table.name}.parquet"
    return {
        "name": table.name,
        "title": table.name,
        "description": table.description,
        **_file(folder, path, "parquet", "application/vnd.apache.parquet"),
        "isSynthetic": is_synthetic,
        "schema": schema,
    }


def _column(column: PublishedColumn) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": "number" if column.data_type.startswith("decimal") else _TYPES[column.data_type],
        "description": column.description,
    }
    return field | ({"constraints": {"required": True}} if column.is_required else {})


def _sheet(folder: Path, sheet: Sheet) -> dict[str, Any]:
    path = f"export/csv/{INTERNATIONAL.folder}/{sheet.name.lower()}.csv"
    columns = [[row[n] for row in sheet.rows] for n in range(len(sheet.headings))]
    return {
        "name": f"csv-{sheet.name.lower()}",
        "title": sheet.name,
        "description": sheet.about,
        **_file(folder, path, "csv", "text/csv"),
        "encoding": "utf-8",
        "dialect": {"delimiter": INTERNATIONAL.separator, "lineTerminator": "\r\n"},
        "isSynthetic": any(SYNTHETIC_MARK in row for row in sheet.rows),
        "schema": {
            "fields": [
                {"name": heading, "type": cell_type(cells)}
                for heading, cells in zip(sheet.headings, columns, strict=True)
            ],
            "missingValues": [""],
        },
    }


def _layers(folder: Path) -> Iterator[dict[str, Any]]:
    path = f"export/{LAYER}"
    if not (folder / path).is_file():
        return
    features = json.loads((folder / path).read_text(encoding="utf-8"))["features"]
    yield {
        "name": "wijken",
        "title": "Wijken",
        "description": "Een vlak per wijk met van elke indicator het nieuwste cijfer, voor QGIS en andere kaarten.",
        **_file(folder, path, "geojson", "application/geo+json"),
        "isSynthetic": any(feature["properties"]["is_synthetisch"] for feature in features),
    }


def _file(folder: Path, path: str, form: str, media_type: str) -> dict[str, Any]:
    file = folder / path
    return {
        "path": path,
        "format": form,
        "mediatype": media_type,
        "bytes": file.stat().st_size,
        "hash": f"sha256:{sha256_of(file)}",
    }


def cell_type(cells: Iterable[Cell]) -> str:
    """The type that fits every cell of a column that is filled; `any` where none is."""
    kinds = {_kind(cell) for cell in cells if cell is not None}
    if len(kinds) == 1:
        return kinds.pop()
    if not kinds:
        return "any"
    return "number" if kinds == {"integer", "number"} else "string"


def _kind(cell: Cell) -> str:
    match cell:
        case Figure() | Euro() | Share():
            return "number"
        case int():
            return "integer"
        case date():
            return "date"
        case _:
            return "string"
