"""CBS StatLine, OData version 4: long tables, one row per measure and combination of codes.

Which pages to ask, and what their rows mean. Fetching and resuming do not belong here (`cbs_pages.py`), nor does what
both versions check (`cbs_rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from dagster_project.contracts import Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract.cbs_meaning import Choices, Naming, Takers, find_measures
from dagster_project.extract.cbs_pages import PullFolder, address
from dagster_project.extract.cbs_rows import TableReader, check_unit, kept, objects, unsound
from dagster_project.raw import RawBatch

STAMP_MEMBER = "properties.json"
NAMING = Naming("measure", "MeasureCodes", "Identifier", is_numbered=False)
_NUMBERS = frozenset({int, float})
_CODE_COLUMNS = {
    "code_key": ("Identifier",),
    "title": ("Title",),
    "description": ("Description",),
    "group_key": ("DimensionGroupId",),
    "status": ("Status",),
}
_TABLE_COLUMNS = {
    "table_id": ("Identifier",),
    "title": ("Title",),
    "status": ("Status",),
    "modified": ("ObservationsModified", "Modified"),
    "version": ("Version",),
    "version_reason": ("VersionReason",),
    "coverage": ("TemporalCoverage",),
    "description": ("Description",),
}


def stamp_address(root: str) -> str:
    """Where the table states when it changed last."""
    return f"{root}/Properties"


def stamp_of(document: Any) -> str:
    """When the observations changed last, and their version, as `/Properties` states them.

    Raises:
        UnsoundData: it states no moment.
    """
    moment = document.get("ObservationsModified") if isinstance(document, dict) else None
    if not isinstance(moment, str) or not moment:
        raise UnsoundData(
            "CBS states no ObservationsModified in Properties, expected a moment. Check the base URL for v4."
        )
    return f"{moment} version {document.get('Version')}"


def data_address(dataset: Dataset, root: str, measures: Iterable[str], conditions: Sequence[str] = ()) -> str:
    """The observations of those measures, within the contract's filter, that meet all conditions."""
    asked = " or ".join(f"Measure eq '{code}'" for code in measures)
    others = [f"({dataset.filter})", *conditions] if dataset.filter else list(conditions)
    return address(f"{root}/Observations", filter=" and ".join([*others, f"({asked})"]) if others else asked)


def collect(dataset: Dataset, folder: PullFolder) -> tuple[str, int]:
    """Fetch dimensions, measures, the code lists that the contract needs, and the observations.

    Returns:
        Address of the observations, and how many there are.

    Raises:
        UnsoundData: the table lacks a measure, dimension or code of the contract.
    """
    root = folder.root
    dimensions = folder.rows(folder.collect("dimensions", f"{root}/Dimensions", first="dimensions.json", anew=True))
    _check_dimensions(dataset, _identifiers(dataset, "Dimensions", dimensions))
    measures = folder.rows(
        folder.collect("measure-codes", f"{root}/MeasureCodes", first="measure-codes.json", anew=True)
    )
    found = find_measures(dataset, objects(dataset, "MeasureCodes", measures), NAMING)
    codes = {dimension: _code_list(dataset, folder, dimension) for dimension in dataset.coded_dimensions}
    choices = Choices.look_up(dataset, codes.__getitem__, NAMING)
    Takers(dataset, found, choices)
    data = data_address(dataset, root, dict.fromkeys(key for _, key, _ in found), choices.conditions())
    return data, sum(page.rows for page in folder.collect("observations", data))


def read(reader: TableReader) -> Iterator[RawBatch]:
    """Raw rows of a snapshot: table, measures, codes, then observations page by page.

    Raises:
        UnsoundData: what arrived is not what the contract promises.
    """
    dataset = reader.dataset
    dimensions = _identifiers(dataset, "Dimensions", reader.rows("dimensions"))
    _check_dimensions(dataset, dimensions)
    found = find_measures(dataset, reader.rows("measure-codes"), NAMING)
    takers = Takers(dataset, found, Choices.look_up(dataset, lambda name: reader.rows(f"codes-{name}"), NAMING))
    for measure, key, row in found:
        check_unit(dataset, measure, key, row.get("Unit"))
    yield reader.table(reader.document(STAMP_MEMBER), _TABLE_COLUMNS)
    yield reader.measures(found)
    yield from reader.codes(dataset.coded_dimensions, _CODE_COLUMNS)
    count = 0
    for rows in reader.pages("observations"):
        yield _observations(reader, rows, dimensions, takers, count)
        count += len(rows)
    reader.close(count)


def _observations(
    reader: TableReader, rows: list[Any], dimensions: Sequence[str], takers: Takers, before: int
) -> RawBatch:
    """One page of raw.cbs_observation; `before` rows came in earlier pages."""
    keys = {name: reader.keys(rows, name) for name in ("Measure", *dimensions)}
    values = reader.numbers(rows, "Value", _NUMBERS)
    attributes = reader.words(rows, "ValueAttribute")
    texts = [row["StringValue"] for row in rows if row["Value"] is None and row.get("StringValue") is not None]
    if texts:
        raise reader.unsound(f"a value is the text {str(texts[0])[:40]!r}", "a number or null")
    dataset = reader.dataset
    concept_ids, feeds = _concepts(dataset, takers, keys)
    new = reader.admit(list(keys.values()), [values, attributes])
    batch = reader.make.batch(
        "cbs_observation",
        range(before + 1, before + len(rows) + 1),
        {
            "concept_id": concept_ids,
            "measure_key": keys["Measure"],
            "region_key": keys[str(dataset.region_dimension)],
            "period_key": keys[dataset.period_dimension] if dataset.period_dimension else dataset.period,
            "value_text": values,
            "value_attribute": attributes,
            "detail_key": reader.details({name: keys[name] for name in dimensions}),
        },
    )
    return kept(batch, new, feeds)


def _concepts(
    dataset: Dataset, takers: Takers, keys: Mapping[str, Sequence[str]]
) -> tuple[list[str | None], pa.BooleanArray | None]:
    """The concept that each row feeds, and which rows feed one at all; None: all of them.

    Args:
        dataset: the contract.
        takers: which measure takes a row.
        keys: dimension, or Measure, to the codes of the rows.

    Raises:
        UnsoundData: a row of a measure or code came that was not asked.
    """

    def concept(measure: str, *codes: str) -> str | None:
        place = takers.place(measure, tuple(code.strip() for code in codes))
        return None if place is None else dataset.measures[place].concept

    if not takers.dimensions:  # by far the most tables: no tuple per row
        by_measure = {code: concept(code) for code in sorted(set(keys["Measure"]))}
        return [by_measure[code] for code in keys["Measure"]], None
    rows = list(zip(keys["Measure"], *(keys[name] for name in takers.dimensions), strict=True))
    by_row = {row: concept(*row) for row in sorted(set(rows))}
    feeds = pa.array([by_row[row] is not None for row in rows]) if None in by_row.values() else None
    return [by_row[row] for row in rows], feeds


def _identifiers(dataset: Dataset, what: str, rows: list[Any]) -> list[str]:
    return [str(row.get("Identifier")) for row in objects(dataset, what, rows)]


def _check_dimensions(dataset: Dataset, known: Sequence[str]) -> None:
    """See that the table has the dimensions of the contract whose code lists are taken."""
    for name in dataset.coded_dimensions:
        if name not in known:
            raise unsound(dataset, f"it has no dimension {name}", f"one of {', '.join(known)}")


def _code_list(dataset: Dataset, folder: PullFolder, dimension: str) -> list[dict[str, Any]]:
    """Fetch a dimension's code list; anew where the contract chooses from it, as its titles decide what is asked."""
    listed = folder.collect(
        f"codes-{dimension}",
        f"{folder.root}/{dimension}Codes",
        first=f"codes-{dimension}.json",
        anew=dimension in dataset.chosen,
    )
    return objects(dataset, f"code list {dimension}", folder.rows(listed)) if dimension in dataset.chosen else []
