"""Contracts of the municipality's own exports and files by the Open Data Contract Standard (ODCS, version 3.1.0).

A supplier or another department reads in them what a file must hold, and tools that know the standard can check it.

What belongs here: translating our contracts (`contracts.py`) into the terms of the standard. What does not: reading
and checking files by a contract, which `extract/` and `registration/` do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from dagster_project import transform
from dagster_project.contracts import ANY_CODE, PERIOD, Column, Dataset, all_contracts
from dagster_project.errors import ConfigurationError
from dagster_project.extract.mappings import apply_mapping
from dagster_project.snapshots import write_durably
from dagster_project.workspace import Workspace

API_VERSION = "v3.1.0"
_KINDS = ("record_file", "cssd_dump", "workspace_file", "printed_list")
"""Kinds of dataset that are files with named columns."""
_HASHED = ("client", "bsn", "key")
_LOGICAL = {"date": "date", "decimal": "number", "integer": "integer"}
_INTERVALS = {
    "monthly": (1, "m"),
    "quarterly": (3, "m"),
    "half-yearly": (6, "m"),
    "yearly": (1, "y"),
    "per school year": (1, "y"),
    "4-yearly": (4, "y"),
}
_JAVA_DATES = {"%d": "dd", "%m": "MM", "%Y": "yyyy", "%y": "yy"}
_MONTH = "Een dag, een maand als 2024-03, of cijfers die met jaar en maand beginnen (202403)."


def exportable(workspace: Workspace) -> list[Dataset]:
    """The datasets that have a contract to export, each with the workspace's own mapping laid over it.

    Raises:
        ConfigurationError: a mapping is wrong.
    """
    return [apply_mapping(dataset, workspace) for dataset in all_contracts() if dataset.kind in _KINDS]


def export_contracts(workspace: Workspace, folder: Path) -> list[Path]:
    """Write one `<dataset>.odcs.yaml` per dataset.

    Args:
        workspace: gives the municipality, its mappings and its retention.
        folder: to write into; made when it is not there.

    Returns:
        The files.

    Raises:
        ConfigurationError: a mapping is wrong, or the folder cannot be written.
    """
    contracts = {dataset.dataset_id: contract_of(dataset, workspace) for dataset in exportable(workspace)}
    files = [folder / f"{name}.odcs.yaml" for name in contracts]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in zip(files, contracts.values(), strict=True):
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
            write_durably(path, text.encode())
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written ({error.strerror}). Choose another folder.") from error
    return files


def contract_of(dataset: Dataset, workspace: Workspace) -> dict[str, Any]:
    """One contract in the form of the standard."""
    gemeente = workspace.settings.gemeente
    return {
        "kind": "DataContract",
        "apiVersion": API_VERSION,
        "id": f"urn:opkoers:{gemeente}:{dataset.key}",
        "name": dataset.title,
        "version": f"{dataset.contract_version}.0.0",
        "status": "draft" if dataset.unverified else "active",
        "domain": "sociaal domein",
        "tenant": workspace.settings.gemeente_name,
        "description": _description(dataset),
        "servers": [_server(dataset)],
        "schema": [*_objects(dataset)],
        "slaProperties": [*_promises(dataset, workspace)],
    }


def _is_personal(dataset: Dataset) -> bool:
    return dataset.is_client_level


def _description(dataset: Dataset) -> dict[str, Any]:
    limits = "Alleen de kolommen van dit contract worden gelezen."
    if _is_personal(dataset):
        limits += (
            " Nummers van personen en beschikkingen worden bij binnenkomst vervangen door een hash met sleutel "
            "(HMAC-SHA-256); namen, adressen en opmerkingen worden nooit gelezen. Gepubliceerd worden alleen aantallen "
            "en bedragen, zonder kleine aantallen."
        )
    return {
        "purpose": "Cijfers, doelen en oordelen in de monitor sociaal domein.",
        "usage": f"Licentie: {dataset.licence}. Bronvermelding: {dataset.attribution}.",
        "limitations": limits,
    }


def _server(dataset: Dataset) -> dict[str, Any]:
    pattern = dataset.file_pattern or ""
    server: dict[str, Any] = {
        "server": "werkmap",
        "type": "local",
        "path": pattern if dataset.kind == "workspace_file" else f"drop/{pattern}",
        "format": "csv",
        "encoding": dataset.format.encoding,
    }
    # the standard knows a delimiter of remote servers only
    separators = [{"property": "delimiter", "value": dataset.format.delimiter}] if dataset.format.delimiter else []
    return server | {"customProperties": [*separators, {"property": "decimal", "value": dataset.format.decimal}]}


def _objects(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """The tables of a dump, or the one table of a file."""
    if dataset.tables:
        for table, columns in dataset.tables.items():
            yield _object(dataset, table, f"{table}.csv", columns, f"cssd_{table}")
    else:
        yield _object(dataset, dataset.dataset_id, dataset.file_pattern, dataset.columns, dataset.raw_table)


def _object(
    dataset: Dataset, name: str, file: str | None, columns: Sequence[Column], raw_table: str | None
) -> dict[str, Any]:
    meanings = _meanings(dataset.source_id, raw_table)
    choices = [*_choices(columns)]
    either = {each.name for choice in choices for each in choice}
    return {
        "name": name,
        "physicalName": file or name,
        "physicalType": "file",
        "logicalType": "object",
        "description": dataset.title,
        "dataGranularityDescription": "Eén rij per regel van het bestand.",
        "properties": [
            _property(dataset, name, _optional(column) if column.name in either else column, meanings)
            for column in columns
        ],
        "quality": [*_file_rules(dataset), *(_choice_rule(choice) for choice in choices)],
    }


def _choices(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Columns that fill the same one, so that a file need have only one of them: a BSN or a client number."""
    targets: dict[str, list[Column]] = {}
    for column in columns:
        targets.setdefault(column.target, []).append(column)
    return (several for several in targets.values() if len(several) > 1)


def _optional(column: Column) -> Column:
    return column.model_copy(update={"required": False, "present": False})


def _choice_rule(choice: Sequence[Column]) -> dict[str, Any]:
    names = " of ".join(column.name for column in choice)
    filled = ", en gevuld" if any(column.required for column in choice) else ""
    told = f"Het bestand heeft {names}{filled}; heeft het er meer, dan wordt de eerste gelezen."
    return {"type": "text", "description": told, "dimension": "completeness"}


def _meanings(source_id: str, raw_table: str | None) -> dict[str, str]:
    """Column to its description, of the raw table that a file is read into."""
    source = transform.manifest()["sources"].get(f"source.opkoers.{source_id}.{raw_table}", {"columns": {}})
    return {name: " ".join(column["description"].split()) for name, column in source["columns"].items()}


def _file_rules(dataset: Dataset) -> Iterator[dict[str, Any]]:
    yield {"type": "library", "metric": "rowCount", "mustBeGreaterThan": 0, "dimension": "completeness"}
    if _is_personal(dataset):
        share = f"{dataset.max_faulty_share:.0%}".replace("%", " %")
        told = f"Een foute rij wordt met regelnummer en reden apart gelegd; is meer dan {share} fout, dan het bestand."
        yield {"type": "text", "description": told, "dimension": "conformity"}
    for group in dataset.one_of:
        yield {"type": "text", "description": f"Elke rij vult precies één van {', '.join(group)}."}


def _property(dataset: Dataset, table: str, column: Column, meanings: dict[str, str]) -> dict[str, Any]:
    hashed = column.type in _HASHED
    meaning = _MONTH if column.type == "month" else meanings.get(column.target)
    found: dict[str, Any] = {
        "name": column.name,
        "physicalName": (*column.headers, column.name)[0],
        "physicalType": "text",
        "logicalType": _LOGICAL.get(column.type, "string"),
    }
    options = _options(dataset, column)
    found |= {"logicalTypeOptions": options} if options else {}
    found |= {"description": meaning} if meaning else {}
    found |= {"required": column.required, "classification": _classification(dataset, column)}
    if hashed:
        found |= {"criticalDataElement": True, "transformLogic": "HMAC-SHA-256 met een sleutel van de gemeente"}
    rules = [*_rules(table, column)]
    found |= {"quality": rules} if rules else {}
    return found | {"customProperties": [*_customs(column)]}


def _classification(dataset: Dataset, column: Column) -> str:
    """Who may see the column as delivered: of a person directly, of a row on a person, of nobody."""
    if column.type in _HASHED:
        return "restricted"
    return "confidential" if _is_personal(dataset) else "public"


def _options(dataset: Dataset, column: Column) -> dict[str, Any]:
    match column.type:
        case "date":
            return {"format": java_date(dataset.format.date_format)}
        case "period":
            return {"pattern": f"^{PERIOD.pattern}$"}
        case "bsn":
            return {"pattern": "^[0-9]{8,9}$"}
        case "decimal" if _is_personal(dataset) and dataset.negative_is_fault:
            return {"minimum": 0}
        case _:
            return {}


def java_date(pattern: str) -> str:
    """A date format as the standard writes it: `%d-%m-%Y` becomes `dd-MM-yyyy`."""
    for ours, theirs in _JAVA_DATES.items():
        pattern = pattern.replace(ours, theirs)
    return pattern


def _rules(table: str, column: Column) -> Iterator[dict[str, Any]]:
    if column.required:
        yield {"type": "library", "metric": "nullValues", "mustBe": 0, "dimension": "completeness"}
    delivered = sorted({*column.allowed, *column.values})
    if column.allowed and ANY_CODE not in delivered:
        told = "Hoofdletters maken niet uit."
        told += f" Leeg wordt {column.default}." if column.default else ""
        arguments = {"validValues": delivered}
        rule = {"type": "library", "metric": "invalidValues", "arguments": arguments, "mustBe": 0}
        yield {**rule, "dimension": "conformity", "description": told}
    if column.type == "bsn":
        yield {"type": "text", "description": "Voldoet aan de elfproef.", "dimension": "accuracy"}
    if column.not_before:
        query = f"select count(*) from {table} where {column.name} < {column.not_before}"
        yield {"type": "sql", "query": query, "mustBe": 0, "dimension": "consistency"}


def _customs(column: Column) -> Iterator[dict[str, Any]]:
    yield {"property": "headers", "value": [*dict.fromkeys((*column.headers, column.name))]}
    yield {"property": "headerRequired", "value": column.required or column.present}
    if column.values:
        yield {"property": "meaningOfValues", "value": dict(column.values)}


def _promises(dataset: Dataset, workspace: Workspace) -> Iterator[dict[str, Any]]:
    if dataset.rhythm in _INTERVALS:
        value, unit = _INTERVALS[dataset.rhythm]
        yield {"property": "frequency", "value": value, "unit": unit}
    if _is_personal(dataset):
        yield {
            "property": "retention",
            "value": workspace.settings.retention_days,
            "unit": "d",
            "driver": "regulatory",
            "description": "Zo lang blijft het versleutelde origineel bewaard; daarna wordt het vergeten.",
        }
