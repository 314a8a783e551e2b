"""Contracts: what each source promises, read from `sources/*.yml`.

A contract is data: a block under `datasets` in the meta of a dbt source. This module reads and checks those blocks;
fetching and reading by them is the work of `extract/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dagster_project.errors import ConfigurationError
from dagster_project.product import product_path

PERIOD = re.compile(r"[0-9]{4}(?:-H[12]|-Q[1-4]|-(?:0[1-9]|1[0-2])|/[0-9]{4})?")
"""A period id: year, half-year, quarter, month or school year."""
Kind = Literal[
    "cbs_v3", "cbs_v4", "duo_csv", "figure_file", "printed_list", "record_file", "cssd_dump", "workspace_file"
]
Rhythm = Literal["half-yearly", "yearly", "per school year", "4-yearly", "monthly", "quarterly", "irregular"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Strict):
    """One measured quantity: the publisher's column or measure, and the concept it feeds."""

    measure: str
    """v4 measure code, v3 column without its `_<number>` suffix, or the header of a file."""
    concept: str
    """Concept id that `seeds/indicator_versions.csv` names as numerator, denominator or published rate."""
    unit: str | None = None
    """Unit that the publisher must state; another one sets the dataset aside. None: the publisher states none."""


class Column(_Strict):
    """One column of a record or workspace file: how it is called there, and how we call and read it."""

    name: str
    headers: tuple[str, ...] = ()
    """Headers under which it may appear, compared without case and surrounding space; the name itself always counts."""
    type: Literal["text", "date", "decimal", "integer", "period", "client"] = "text"
    """`client` is a personal number: pseudonymised at the door. `period` is a period id, such as 2023-H1."""
    required: bool = False
    """The header must be there, and every row must fill it. Otherwise the header may be missing and a cell empty."""
    allowed: tuple[str, ...] = ()


class FileFormat(_Strict):
    """How a delimited file is written."""

    encoding: str = "utf-8-sig"
    delimiter: str | None = None
    """None: comma or semicolon, whichever the header line holds."""
    decimal: Literal[",", "."] = ","
    date_format: str = "%d-%m-%Y"


class Dataset(_Strict):
    """The contract of one dataset. Grain, codes and units of what arrives are promised here and checked on arrival."""

    source_id: str
    dataset_id: str
    kind: Kind
    title: str
    licence: str
    attribution: str
    contract_version: Annotated[int, Field(ge=1)] = 1
    rhythm: Rhythm = "yearly"
    unverified: bool = False
    """True while no real response could be had for testing: the first live pull verifies it."""
    path: str | None = None
    """Address below the source's base URL (duo_csv)."""
    table_id: str | None = None
    filter: str | None = None
    """OData `$filter` in the dialect of the service."""
    region_dimension: str | None = None
    period_dimension: str | None = None
    detail_dimension: str | None = None
    """A further dimension of which several codes are taken (ages): its code list is taken too."""
    period: str | None = None
    """The one period of a table without a period dimension."""
    measures: tuple[Measure, ...] = ()
    file_pattern: str | None = None
    """Case-insensitive glob on the file or folder name in `drop/`, or the file name in the workspace."""
    format: FileFormat = FileFormat()
    columns: tuple[Column, ...] = ()
    raw_table: str | None = None
    """Raw table that record and workspace files land in."""
    categories: dict[str, str] = Field(default_factory=dict)
    """Code of a local scheme to category, for record files."""
    suppressed_marks: tuple[str, ...] = ()
    """Cell texts that mean a suppressed small count, such as `<5`."""

    @model_validator(mode="after")
    def _kind_has_what_it_needs(self) -> Dataset:
        needs: dict[str, tuple[str, ...]] = {
            "cbs_v3": ("table_id", "region_dimension", "measures"),
            "cbs_v4": ("table_id", "region_dimension", "measures"),
            "duo_csv": ("path", "region_dimension", "period_dimension", "measures"),
            "figure_file": ("file_pattern", "region_dimension", "period_dimension", "measures"),
            "printed_list": ("file_pattern", "raw_table", "columns"),
            "record_file": ("file_pattern", "raw_table", "columns"),
            "cssd_dump": ("file_pattern",),
            "workspace_file": ("file_pattern", "raw_table", "columns"),
        }
        missing = [name for name in needs[self.kind] if not getattr(self, name)]
        if self.kind.startswith("cbs") and not (self.period_dimension or self.period):
            missing.append("period_dimension or period")
        if missing:
            raise ValueError(f"{self.kind} needs {', '.join(missing)}")
        return self

    @property
    def key(self) -> str:
        """`<source>/<dataset>`, as used in folders, asset keys and messages."""
        return f"{self.source_id}/{self.dataset_id}"


def read_contracts(path: Path) -> Iterator[Dataset]:
    """The datasets of one `sources/*.yml` file.

    Raises:
        ConfigurationError: a block is not a contract; every fault is named.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for source in document["sources"]:
        meta = source.get("config", {}).get("meta", {})
        shared = {name: meta[name] for name in ("licence", "attribution") if name in meta}
        for dataset_id, block in meta.get("datasets", {}).items():
            try:
                yield Dataset.model_validate({"source_id": source["name"], "dataset_id": dataset_id, **shared, **block})
            except ValidationError as error:
                faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'block'}: {e['msg']}" for e in error.errors())
                raise ConfigurationError(
                    f"{path.name}, dataset {dataset_id}: {faults}. Mend the block; see README, 'Add a table'."
                ) from error


@cache
def all_contracts() -> tuple[Dataset, ...]:
    """Every dataset of the product, in the order of file name and block."""
    return tuple(dataset for path in sorted(product_path("sources").glob("*.yml")) for dataset in read_contracts(path))


def contract(source_id: str, dataset_id: str) -> Dataset:
    """One dataset's contract.

    Raises:
        ConfigurationError: there is no such dataset.
    """
    for dataset in all_contracts():
        if (dataset.source_id, dataset.dataset_id) == (source_id, dataset_id):
            return dataset
    known = ", ".join(d.key for d in all_contracts() if d.source_id == source_id) or "no datasets of that source"
    raise ConfigurationError(f"No contract for {source_id}/{dataset_id}; known: {known}.")
