"""Suites: which checks there are, read from `expectations/<stage>/<suite>.yml`, and whether they can be trusted.

A suite that cannot be trusted (empty, an unknown expectation type, an unknown severity) is not an error here but a
suite with a `fault`: the gate that runs it is then broken and stops the run. Great Expectations itself would drop an
unknown type with a log line and let an empty suite succeed. Running suites does not belong here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dagster_project.product import product_path
from dagster_project.raw import RAW_TABLES

Stage = Literal["after_ingest", "after_build", "after_proof"]
Severity = Literal["critical", "warning"]
STAGES: tuple[Stage, ...] = get_args(Stage)

SQL_TYPE = "unexpected_rows_expectation"
PROVEN_TYPES = frozenset(
    {
        SQL_TYPE,
        "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_unique",
        "expect_column_values_to_not_be_null",
        "expect_table_row_count_to_be_between",
    }
)
"""The types that are known to pass and to fail inside DuckDB; `tests/unit/gate/test_duckdb_source.py` proves each.

`expect_compound_columns_to_be_unique` is left out on purpose: in SQL it never sees rows with an empty key column."""

_SCHEMA: dict[Stage, str] = {"after_ingest": "raw", "after_build": "marts", "after_proof": "raw"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is there
_TABLE = r"^(raw|marts)\.[a-z][a-z0-9_]*$"
_PERSON_TABLE = re.compile(r"^raw\.(municipal|registration)_")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Meta(_Strict):
    """What a reader needs beside the type and its arguments."""

    sentence: str | None = None
    """What is expected, as the end of "… expected …". Required for SQL."""
    name: str | None = None
    """Short name of an SQL check. Required for SQL."""
    column: str | None = None
    """The column that an SQL check is about, where it is about one."""
    shows: str | None = None
    """The column of an SQL check's answer whose values name what is wrong. Only for what is published anyway."""


class Expectation(_Strict):
    """One check: a Great Expectations type, its arguments, and how bad it is when it fails."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Severity
    meta: Meta = Meta()

    @model_validator(mode="after")
    def _is_trustworthy(self) -> Expectation:
        if self.type not in PROVEN_TYPES:
            raise ValueError(
                f"unknown expectation type {self.type!r}; known to work: {', '.join(sorted(PROVEN_TYPES))}"
            )
        if self.type == SQL_TYPE:
            if not (self.meta.name and self.meta.sentence):
                raise ValueError("an SQL check needs meta.name and meta.sentence")
            if "{batch}" not in str(self.kwargs.get("unexpected_rows_query")):
                raise ValueError("unexpected_rows_query does not read from {batch}, so it would check another table")
        return self

    @property
    def column(self) -> str:
        """The column or columns that it is about, `` for the whole table."""
        pair = [self.kwargs[key] for key in ("column_A", "column_B") if key in self.kwargs]
        return ", ".join(pair) or self.kwargs.get("column") or self.meta.column or ""

    @property
    def label(self) -> str:
        """Type and arguments in short; unique within a suite."""
        if self.type == SQL_TYPE:
            return f"{self.type}({self.meta.name})"
        arguments = ", ".join(f"{name}={_short(value)}" for name, value in self.kwargs.items())
        return f"{self.type}({arguments})"


def _short(value: object) -> str:
    text = str(value).replace("'", "")
    return text if len(text) <= 60 else f"{text[:57]}..."


class _SuiteFile(_Strict):
    name: str
    table: Annotated[str, Field(pattern=_TABLE)]
    description: Annotated[str, Field(min_length=1)]
    expectations: tuple[Expectation, ...]

    @model_validator(mode="after")
    def _checks_something(self) -> _SuiteFile:
        if not self.expectations:
            raise ValueError("the suite is empty: it would pass whatever the data")
        labels = [expectation.label for expectation in self.expectations]
        if not self.table.startswith(f"{_SCHEMA['after_build']}.") and any(e.meta.shows for e in self.expectations):
            raise ValueError("meta.shows is for published tables: values of a raw table may tell of a person")
        if len(set(labels)) < len(labels):
            twice = sorted({label for label in labels if labels.count(label) > 1})
            raise ValueError(f"stated twice: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class Suite:
    """The checks of one table at one stage.

    Attributes:
        fault: why it cannot be trusted, None when it can. A suite with a fault has no expectations.
    """

    stage: Stage
    name: str
    table: str
    description: str
    expectations: tuple[Expectation, ...]
    fault: str | None = None

    @property
    def holds_persons(self) -> bool:
        """Whether single values of the table may tell of a person and must never be shown."""
        return bool(_PERSON_TABLE.match(self.table))


def suites_for(stage: Stage, folder: Path | None = None) -> list[Suite]:
    """Every suite of a stage, in the order of their file names.

    Args:
        stage: the gate.
        folder: the folder that holds the stages' folders; the product's own `expectations/` by default.
    """
    root = folder or product_path("expectations")
    return [read_suite(path, stage) for path in sorted((root / stage).glob("*.yml"))]


def read_suite(path: Path, stage: Stage) -> Suite:
    """One suite file; whatever is wrong with it becomes the suite's `fault`, which names the way out."""
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - it is a safe one
        content = _SuiteFile.model_validate(written)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return _faulty(path, stage, f"not readable as YAML ({' '.join(str(error).split())})")
    except ValidationError as error:
        return _faulty(path, stage, "; ".join(_fault(detail["loc"], detail["msg"]) for detail in error.errors()))
    if content.name != path.stem:
        return _faulty(path, stage, f"it calls itself {content.name!r}, expected the file's name {path.stem!r}")
    return Suite(stage, content.name, content.table, content.description, content.expectations)


def _fault(location: tuple[int | str, ...], message: str) -> str:
    place = ".".join(map(str, location))
    text = message.removeprefix("Value error, ")
    return f"{place}: {text}" if place else text


def _faulty(path: Path, stage: Stage, fault: str) -> Suite:
    # a suite bears its table's name, whatever else is wrong with it
    table = f"{'raw' if path.stem in RAW_TABLES else _SCHEMA[stage]}.{path.stem}"
    return Suite(stage, path.stem, table, "", (), f"{stage}/{path.name}: {fault}. Mend the suite and run again.")
