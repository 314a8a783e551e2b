"""Contracts: what each source promises, read from `sources/*.yml`.

A contract is data: a block under `datasets` in the meta of a dbt source. This module reads and checks those blocks;
fetching and reading by them is the work of `extract/`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dagster_project.errors import ConfigurationError
from dagster_project.product import product_path

_YEAR = r"(?:19[0-9]{2}|20[0-9]{2}|2100)"
PERIOD = re.compile(rf"{_YEAR}(?:-H[12]|-Q[1-4]|-(?:0[1-9]|1[0-2])|/{_YEAR})?")
"""A period id: year, half-year, quarter, month or school year. Years outside 1900–2100 are typing errors."""
EDITION = re.compile(rf"{_YEAR}-(?:0[1-9]|1[0-2])")
"""The label of an edition: year and month."""
Kind = Literal[
    "cbs_v3",
    "cbs_v4",
    "duo_csv",
    "figure_file",
    "printed_list",
    "record_file",
    "cssd_dump",
    "workspace_file",
    "narrative",
    "shape_file",
    "sealed",
]
Wet = Literal["wmo", "jeugdwet", "participatiewet", "bijzondere_bijstand", "gemeentelijk"]
"""An act under which the municipality provides."""
Form = Literal["ZIN", "PGB", "onbekend"]
"""In kind, or as a personal budget."""
ANY_CODE = "*"
"""In `categories`, `products` and `values`: what stands for every text that is not named."""
Rhythm = Literal["half-yearly", "yearly", "per school year", "4-yearly", "monthly", "quarterly", "irregular"]

MOST_CODES = 100
"""Codes that one contract may name: CBS refuses a filter of about 170, and the rest of the filter counts as well."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Strict):
    """One measured quantity: the publisher's column or measure, and the concept it feeds.

    A column is found by what it is called, never by where it stands: first by the names under `measure`, in their
    order, then by those under `title`. One of the two must be there. The first name that fits counts; a name that fits
    two columns is refused when the table is read, and then the full key must stand in its place.
    """

    measure: str | tuple[str, ...] | None = None
    """v4 measure code, v3 column with or without its `_<number>`, or the header of a file. For CBS also a list: the
    names under which the column went over the years, as `[WmoClienten, WmoClientenTotaal]`."""
    title: str | tuple[str, ...] | None = None
    """CBS only: Title of the column or measure in the publisher's words, or a list of them; compared without case and
    with single spaces. Names a v4 measure where its code is not known."""
    concept: str
    """Concept id that `seeds/indicator_versions.csv` names as numerator, denominator or published rate."""
    unit: str | None = None
    """Unit that the publisher must state; another one sets the dataset aside. None: the publisher states none."""
    where: dict[str, str] = Field(default_factory=dict)
    """CBS only: dimension to the title of the code (or the code itself) that this measure is taken at, such as
    `{Marges: Waarde}`. So one column can feed several concepts: a survey's value, and the ends of its margin. It goes
    before the dataset's `select` of that dimension."""

    @model_validator(mode="after")
    def _has_a_name(self) -> Measure:
        if not (self.names or self.titles):
            raise ValueError("it needs measure or title, or both")
        if not all(name.strip() for name in (*self.names, *self.titles, *self.where.values())):
            raise ValueError("measure, title and where must not hold an empty text")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names under `measure`."""
        return _several(self.measure)

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles under `title`."""
        return _several(self.title)

    @property
    def header(self) -> str:
        """The one header under which a file has it; only CBS's measures have several names."""
        return self.names[0]


def _several(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else given


class Column(_Strict):
    """One column of a record or workspace file: how it is called there, and how we call and read it."""

    name: str
    headers: tuple[str, ...] = ()
    """Headers under which it may appear, compared without case and surrounding space; the name itself always counts."""
    type: Literal["text", "date", "month", "decimal", "integer", "period", "client", "bsn", "key"] = "text"
    """`client`, `bsn` and `key` are hashed at the door: any client number, one that must pass the elfproef, and the
    number of a beschikking or provision. `month` is a date, yyyy-mm or digits that start with yyyymm, read as the first
    of its month. `period` is a period id, such as 2023-H1."""
    required: bool = False
    """The header must be there, and every row must fill it. Otherwise the header may be missing and a cell empty."""
    present: bool = False
    """Record files only: the header must be there, but a cell may be empty (an end date)."""
    allowed: tuple[str, ...] = ()
    values: dict[str, str] = Field(default_factory=dict)
    """Record files only: text as delivered to the value as we spell it, compared without case; `*` stands for any other
    text. What comes out must be `allowed`."""
    default: str | None = None
    """Record files only: the value where the header is missing or the cell is empty."""
    feeds: str | None = None
    """Record files only: the column of the confidential table that it fills, where that is not its own name. Of several
    columns that feed the same one, the first that the file has is read."""
    not_before: str | None = None
    """Record files only: a date may not lie before the one in this column."""

    @model_validator(mode="after")
    def _values_are_allowed(self) -> Column:
        odd = sorted({*self.values.values(), *filter(None, [self.default])} - set(self.allowed))
        if self.allowed and odd:
            raise ValueError(f"{self.name} would become {', '.join(odd)}, expected one of {', '.join(self.allowed)}")
        return self

    @property
    def target(self) -> str:
        """The column of the table that it fills."""
        return self.feeds or self.name


class Product(_Strict):
    """What a product code stands for."""

    wet: Wet
    category: str
    form: Form = "onbekend"
    """Where the file itself does not say it."""


class FileFormat(_Strict):
    """How a delimited file is written."""

    encoding: str = "utf-8-sig"
    delimiter: str | None = None
    """None: comma or semicolon, whichever the header line holds."""
    decimal: Literal[",", "."] = ","
    date_format: str = "%d-%m-%Y"
    sheet: str | None = None
    """Name of the sheet in a workbook; None: its first."""


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
    measure_dimension: str | None = None
    """Files of figures in long form (a row per region, period and measure): header of the column that names the
    measure. A measure's `measure` is then a text of that column."""
    value_dimension: str | None = None
    """Files of figures in long form: header of the column that holds the figure."""
    detail_dimension: str | None = None
    """A further dimension of which several codes are taken (ages): its code list is taken too."""
    select: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    """CBS only: dimension to the title of the code to take, or a list of them; a code itself will do. What is asked of
    the service is `filter`, and of each dimension here or in a measure's `where` one of the codes named. Titles are
    looked up in the table's own code list, without case and with single spaces. At most 100 in all: the service refuses
    longer questions. Another selection is another contract: raise `contract_version`, so that the table is pulled anew.
    """
    period: str | None = None
    """The one period of a table without a period dimension."""
    measures: tuple[Measure, ...] = ()
    file_pattern: str | None = None
    """Case-insensitive glob on the file or folder name in `drop/`, or the file name in the workspace; for narratives a
    folder of the workspace and the names in it. In `drop/`, one that ends in `.csv` also takes the other forms that its
    kind is read in: `.xlsx` for figures, `.xlsx` and `.parquet` for rows on persons."""
    format: FileFormat = FileFormat()
    columns: tuple[Column, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    """Workspace files only: groups of columns of which every row fills exactly one."""
    raw_table: str | None = None
    """Raw table that record and workspace files land in."""
    tables: dict[str, tuple[Column, ...]] = Field(default_factory=dict)
    """Dumps only: table to the columns that are read from its file."""
    categories: dict[str, str] = Field(default_factory=dict)
    """Code of a local scheme to category, for record files."""
    products: dict[str, Product] = Field(default_factory=dict)
    """Record files only: product codes beside, or instead of, those of `seeds/care_products.csv`."""
    wijken: dict[str, str] = Field(default_factory=dict)
    """Record files only: name of a wijk to its code, such as WK039601; a name that is not here stays as delivered."""
    max_faulty_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Record files only: with a greater share of faulty rows the file is refused as a whole."""
    negative_is_fault: bool = True
    """Record files only: whether an amount below zero sets its row aside. Corrections in some exports are negative."""
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
            "cssd_dump": ("file_pattern", "tables"),
            "workspace_file": ("file_pattern", "raw_table", "columns"),
            "narrative": ("file_pattern",),
            "shape_file": ("file_pattern", "raw_table"),
            "sealed": (),
        }
        missing = [name for name in needs[self.kind] if not getattr(self, name)]
        if self.is_cbs and not (self.period_dimension or self.period):
            missing.append("period_dimension or period")
        if bool(self.measure_dimension) != bool(self.value_dimension):
            missing.append("measure_dimension and value_dimension, or neither")
        if missing:
            raise ValueError(f"{self.kind} needs {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _names_and_codes_are_of_the_kind(self) -> Dataset:
        if self.is_cbs:
            return self
        if self.select:
            raise ValueError(f"select is for CBS tables, and {self.kind} has no code lists")
        odd = [m.concept for m in self.measures if len(m.names) != 1 or m.titles or m.where]
        if odd:
            raise ValueError(
                f"measure of {', '.join(odd)} must be one header: lists, title and where are for CBS tables"
            )
        return self

    @model_validator(mode="after")
    def _codes_are_named_for_every_measure(self) -> Dataset:
        empty = [
            dimension for dimension, wanted in self.chosen.items() if not wanted or not all(map(str.strip, wanted))
        ]
        if empty:
            raise ValueError(f"select of {', '.join(empty)} must name at least one code, and none that is empty")
        open_ones = [
            f"{measure.concept} at {dimension}"
            for measure in self.measures
            for dimension in self.chosen
            if dimension not in measure.where and dimension not in self.select
        ]
        if open_ones:
            raise ValueError(
                f"where names a code for some measures and not for {', '.join(open_ones)}: add it to their where, "
                "or name the code of all others under select"
            )
        asked = sum(map(len, self.chosen.values()))
        if asked > MOST_CODES:
            raise ValueError(
                f"select and where name {asked} codes, expected at most {MOST_CODES}: the service refuses longer "
                "questions. Use filter with ge and le, or startswith"
            )
        return self

    @property
    def known_products(self) -> dict[str, Product]:
        """Product code to what it stands for: the national lists where the file holds their codes, then its own."""
        national = care_products() if any(column.target == "product_code" for column in self.columns) else {}
        return {**national, **self.products}

    @property
    def is_cbs(self) -> bool:
        """Whether it is a table of CBS."""
        return self.kind in ("cbs_v3", "cbs_v4")

    @property
    def is_client_level(self) -> bool:
        """Whether it has rows on persons: its exports are never kept in plain."""
        return self.kind in ("record_file", "cssd_dump")

    @property
    def is_dropped(self) -> bool:
        """Whether it comes as an export in `drop/`."""
        return self.is_client_level or self.kind in ("figure_file", "printed_list")

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Each dimension of `select` and of the measures' `where` to the titles or codes named for it, each once."""
        wanted = {dimension: list(_several(given)) for dimension, given in self.select.items()}
        for measure in self.measures:
            for dimension, title in measure.where.items():
                wanted.setdefault(dimension, []).append(title)
        return {dimension: tuple(dict.fromkeys(titles)) for dimension, titles in wanted.items()}

    def codes_of(self, measure: Measure, dimension: str) -> tuple[str, ...]:
        """Titles or codes of a chosen dimension at which a measure is taken: its own, else those of the dataset."""
        return (measure.where[dimension],) if dimension in measure.where else _several(self.select[dimension])

    @property
    def coded_dimensions(self) -> tuple[str, ...]:
        """Dimensions of a CBS table whose code lists are taken: region, period, detail, and those it chooses from."""
        own = (self.region_dimension, self.period_dimension, self.detail_dimension, *self.chosen)
        return tuple(dict.fromkeys(name for name in own if name))

    @property
    def key(self) -> str:
        """`<source>/<dataset>`, as used in folders, asset keys and messages."""
        return f"{self.source_id}/{self.dataset_id}"


@cache
def care_products() -> dict[str, Product]:
    """The product categories of iWmo and iJw, by code, from `seeds/care_products.csv`."""
    with product_path("seeds", "care_products.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["product_code"]: Product.model_validate({"wet": row["wet"], "category": row["category"]})
            for row in csv.DictReader(stream)
        }


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
                    f"{path.name}, dataset {dataset_id}: {faults}. Mend the block; see docs/how-to/add-a-table.md."
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
