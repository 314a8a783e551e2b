"""The municipality's own `mappings/`: headers, codes and formats of its exports, laid over the contracts.

Which export a contract so mapped fits is told in dropfolder.py; what a mapping might look like is suggested in
`mapping/`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from dagster_project.contracts import Column, Dataset, Product, all_contracts
from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import documents, limits, places
from dagster_project.extract.documents import BadDocument
from dagster_project.workspace import Workspace

_CLIENT_LEVEL_SETTINGS = ("products", "wijken", "values", "max_faulty_share", "negative_is_fault")
_OPEN_COLUMNS = ("category", "referrer", "channel")
"""Columns to which a mapping may add values of the municipality's own: the models count them as they come."""
_FIGURE_FIELDS = {
    "region": "region_dimension",
    "period": "period_dimension",
    "measure": "measure_dimension",
    "value": "value_dimension",
}
"""What a mapping calls the columns of a file of figures, and where its contract names their header."""


class _Mapping(BaseModel):
    """What `mappings/<dataset>.yml` may say of the municipality's own export."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_pattern: str | None = None
    format: dict[str, str] = {}
    categories: dict[str, str] = {}
    headers: dict[str, str | tuple[str, ...]] = {}
    values: dict[str, dict[str, str]] = {}
    """Column to text as delivered to the value that the contract knows."""
    products: dict[str, Product] = {}
    wijken: dict[str, str] = {}
    max_faulty_share: float | None = None
    negative_is_fault: bool | None = None


def apply_mapping(dataset: Dataset, workspace: Workspace) -> Dataset:
    """A contract with the workspace's `mappings/<dataset_id>.yml` laid over it, or the contract as it is.

    The mapping may set `file_pattern`, parts of `format`, `max_faulty_share` and `negative_is_fault`; it adds to
    `categories`, `products` (code to `{wet, category, form}`), `wijken` (name to code) and, per column, `values`; and
    `headers` maps a column to a header or headers, tried before those of the contract. For a file of figures the
    columns are `region`, `period` and the concepts, with one header each; in long form also `measure` and `value`, and
    a concept has the text by which the file names it. For a dump they are written `table.column`.

    Raises:
        ConfigurationError: the mapping is not YAML, or says something that it may not or that does not fit.
    """
    _refuse_unknown_mappings(workspace)
    path = workspace.mappings / f"{dataset.dataset_id}.yml"
    if not dataset.is_dropped or not path.is_file():
        return dataset
    try:
        places.refuse_strange(path, workspace.root, limits.MAPPING_BYTES)
        mapping = _Mapping.model_validate(documents.parse_yaml(path.read_bytes()) or {})
        return Dataset.model_validate(_laid_over(dataset, mapping))
    except (BadDocument, UnsoundData) as error:
        raise ConfigurationError(f"mappings/{path.name} is not readable YAML: {error}. Mend it.") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(
            f"mappings/{path.name}: {faults}. It may set {', '.join(_Mapping.model_fields)}; put codes between quotes."
        ) from error


def mappable(dataset: Dataset) -> list[str]:
    """What `headers` of a mapping may name."""
    if dataset.kind == "figure_file":
        own = [name for name, key in _FIGURE_FIELDS.items() if getattr(dataset, key)]
        return [*own, *(measure.concept for measure in dataset.measures)]
    dumped = [f"{table}.{column.name}" for table, columns in dataset.tables.items() for column in columns]
    return [*(column.name for column in dataset.columns), *dumped]


def _refuse_unknown_mappings(workspace: Workspace) -> None:
    """A mapping under a wrong name would do nothing, without a word."""
    known = {f"{dataset.dataset_id}.yml" for dataset in all_contracts() if dataset.is_dropped}
    unknown = [path.name for path in workspace.mapping_files() if path.name not in known]
    if unknown:
        raise ConfigurationError(
            f"mappings/ holds {', '.join(unknown)}, expected only {', '.join(sorted(known))}. Rename or remove it."
        )


def _laid_over(dataset: Dataset, mapping: _Mapping) -> dict[str, Any]:
    content = dataset.model_dump()
    content["file_pattern"] = mapping.file_pattern or dataset.file_pattern
    content["format"] |= mapping.format
    content["categories"] |= _known_categories(mapping.categories, dataset)
    given = mapping.model_dump(exclude_none=True)
    client_level = {name: given[name] for name in _CLIENT_LEVEL_SETTINGS if given.get(name) not in (None, {})}
    if client_level and not dataset.is_client_level:
        raise ConfigurationError(
            f"mappings/{dataset.dataset_id}.yml sets {', '.join(client_level)}, "
            "which only exports with rows on persons have. Leave it out."
        )
    content["products"] |= given["products"]
    content["wijken"] |= mapping.wijken
    content |= {name: given[name] for name in ("max_faulty_share", "negative_is_fault") if name in given}
    if dataset.kind == "figure_file":
        return content | _mapped_figures(dataset, mapping.headers)
    return content | _mapped_columns(dataset, mapping)


def _known_categories(categories: dict[str, str], dataset: Dataset) -> dict[str, str]:
    known = sorted(set(dataset.categories.values()))
    for code, category in categories.items():
        if known and category not in known:
            raise ConfigurationError(
                f"mappings/{dataset.dataset_id}.yml puts code {code} under '{category}', "
                f"expected one of {', '.join(known)}."
            )
    return categories


def _mapped_figures(dataset: Dataset, headers: dict[str, str | tuple[str, ...]]) -> dict[str, Any]:
    """The parts of a contract for figures that hold headers, with the mapping's own instead."""
    own = {name: (given,) if isinstance(given, str) else given for name, given in headers.items()}
    _refuse_unknown_columns(dataset, own, mappable(dataset))
    return {
        **{key: own.get(name, (getattr(dataset, key),))[0] for name, key in _FIGURE_FIELDS.items()},
        "measures": [{**m.model_dump(), "measure": own.get(m.concept, (m.header,))[0]} for m in dataset.measures],
    }


def _mapped_columns(dataset: Dataset, mapping: _Mapping) -> dict[str, Any]:
    """The columns of a contract or of the tables of a dump, with the mapping's headers and values."""
    own = {name: (given,) if isinstance(given, str) else given for name, given in mapping.headers.items()}
    _refuse_unknown_columns(dataset, {**own, **mapping.values}, mappable(dataset))
    tables = {table: _mapped(columns, own, mapping, f"{table}.") for table, columns in dataset.tables.items()}
    return {"columns": _mapped(dataset.columns, own, mapping), "tables": tables}


def _mapped(
    columns: Sequence[Column], own: dict[str, tuple[str, ...]], mapping: _Mapping, label: str = ""
) -> list[dict[str, Any]]:
    """Columns with the mapping's headers and values; those with a header of the mapping's own are looked for first."""
    mapped = []
    for column in columns:
        name = label + column.name
        values = {written.casefold(): value for written, value in mapping.values.get(name, {}).items()}
        content = column.model_dump()
        content["headers"] = (*own.get(name, ()), *column.headers)
        content["values"] |= values
        if column.allowed and column.target in _OPEN_COLUMNS:
            content["allowed"] = tuple(dict.fromkeys((*column.allowed, *values.values())))
        mapped.append(content)
    return sorted(mapped, key=lambda content: label + content["name"] not in own)


def _refuse_unknown_columns(dataset: Dataset, given: Collection[str], known: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigurationError(
            f"mappings/{dataset.dataset_id}.yml maps headers or values of {', '.join(unknown)}, "
            f"expected one of {', '.join(known)}."
        )
