"""CBS StatLine, OData version 3: wide tables, one row per combination of codes and one column per measure.

Which pages to ask, and what their rows mean. Fetching and resuming do not belong here (`cbs_pages.py`), nor does what
both versions check (`cbs_rows.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from dagster_project.contracts import Dataset, Measure
from dagster_project.errors import UnsoundData
from dagster_project.extract.cbs_pages import PullFolder, address
from dagster_project.extract.cbs_rows import TableReader, check_unit, kept, objects, unsound
from dagster_project.extract.rows import nearest
from dagster_project.raw import RawBatch

STAMP_MEMBER = "table-infos.json"
_NUMBERS = frozenset({int, float, str})  # text: the untyped form of the protocol
_DIMENSION_TYPES = {"Dimension", "GeoDimension", "GeoDetail", "TimeDimension"}
_CODE_COLUMNS = {
    "code_key": ("Key",),
    "title": ("Title",),
    "description": ("Description",),
    "group_key": ("CategoryGroupID", "Municipality"),  # the latter in tables of wijken and buurten
    "status": ("Status",),
}
Found = tuple[Measure, str, Mapping[str, Any]]


def stamp_address(root: str) -> str:
    """Where the table states when it changed last."""
    return address(f"{root}/TableInfos", format="json")


def stamp_of(document: Any) -> str:
    """When the table changed last, as `/TableInfos` states it: Dutch time without a zone.

    Raises:
        UnsoundData: it states no moment.
    """
    rows = document.get("value") if isinstance(document, dict) else None
    info = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    moment = info.get("Modified")
    if not isinstance(moment, str) or not moment:
        raise UnsoundData("CBS states no Modified in TableInfos, expected a moment. Check the base URL for v3.")
    return moment


def data_address(dataset: Dataset, root: str, columns: Sequence[str]) -> str:
    """The rows within the contract's filter, with only those columns."""
    return address(f"{root}/TypedDataSet", format="json", select=",".join(columns), filter=dataset.filter)


def collect(dataset: Dataset, folder: PullFolder) -> tuple[str, int]:
    """Fetch column descriptions, the code lists of region and period, and the rows.

    Returns:
        Address of the rows, and how many there are.

    Raises:
        UnsoundData: the table lacks a column or dimension of the contract.
    """
    root = folder.root
    listed = folder.collect(
        "data-properties", address(f"{root}/DataProperties", format="json"), first="data-properties.json", anew=True
    )
    properties = objects(dataset, "DataProperties", folder.rows(listed))
    dimensions = _dimensions(dataset, properties)
    columns = [key for _, key, _ in find_columns(dataset, properties)]
    for dimension in _coded(dataset):
        folder.collect(
            f"codes-{dimension}", address(f"{root}/{dimension}", format="json"), first=f"codes-{dimension}.json"
        )
    data = data_address(dataset, root, [*dimensions, *columns])
    return data, sum(page.rows for page in folder.collect("data", data))


def read(reader: TableReader) -> Iterator[RawBatch]:
    """Raw rows of a snapshot: measures, codes, then observations page by page, a wide row becoming one per measure.

    Raises:
        UnsoundData: what arrived is not what the contract promises.
    """
    dataset = reader.dataset
    properties = reader.rows("data-properties")
    dimensions = _dimensions(dataset, properties)
    found = find_columns(dataset, properties)
    for measure, key, row in found:
        check_unit(dataset, measure, key, row.get("Unit"))
    yield reader.measures(found)
    yield from reader.codes(_coded(dataset), _CODE_COLUMNS)
    count = 0
    for rows in reader.pages("data"):
        yield from _observations(reader, rows, dimensions, found, count)
        count += len(rows)
    _check_complete(reader, count)
    reader.close(count)


def find_columns(dataset: Dataset, properties: Sequence[Mapping[str, Any]]) -> list[Found]:
    """Each measure of the contract with its column's key and description.

    CBS numbers the columns of a table anew each year (`WmoClienten_86`, `WmoClienten_89`), so a contract may leave the
    number out.

    Raises:
        UnsoundData: no column of that name, or several.
    """
    topics = {str(row.get("Key")): row for row in properties if row.get("Type") == "Topic"}
    found: list[Found] = []
    for measure in dataset.measures:
        fits = ((name, _keys_of(name, topics)) for name in measure.names)
        name, keys = next(((name, keys) for name, keys in fits if keys), (" or ".join(measure.names), []))
        if not keys:
            raise unsound(
                dataset, f"it has no column {name}", f"it in DataProperties; nearest: {nearest(name, topics)}"
            )
        if len(keys) > 1:
            raise unsound(
                dataset, f"{name} fits several columns, {', '.join(keys)}", "one: name the full key in the contract"
            )
        found.append((measure, keys[0], topics[keys[0]]))
    return found


def _keys_of(name: str, topics: Mapping[str, Any]) -> list[str]:
    return [name] if name in topics else [key for key in topics if re.sub(r"_\d+$", "", key) == name]


def _dimensions(dataset: Dataset, properties: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every dimension of the table, after seeing that those of the contract are among them."""
    known = [str(row.get("Key")) for row in properties if row.get("Type") in _DIMENSION_TYPES]
    for name in _coded(dataset):
        if name not in known:
            raise unsound(dataset, f"it has no dimension {name}", f"one of {', '.join(known) or 'none at all'}")
    return known


def _coded(dataset: Dataset) -> list[str]:
    return [name for name in (dataset.region_dimension, dataset.period_dimension, dataset.detail_dimension) if name]


def _observations(
    reader: TableReader, rows: list[Any], dimensions: Sequence[str], found: Sequence[Found], before: int
) -> Iterator[RawBatch]:
    """One page of raw.cbs_observation, a batch per measure; `before` rows came in earlier pages."""
    dataset = reader.dataset
    keys = {name: reader.keys(rows, name) for name in dimensions}
    values = {key: reader.numbers(rows, key, _NUMBERS) for _, key, _ in found}
    new = reader.admit(list(keys.values()), list(values.values()))
    width = len(found)
    own = [name for name in (dataset.region_dimension, dataset.period_dimension) if name]
    shared = {name: pa.array(keys[name], pa.string()) for name in own}
    details = reader.details(keys)
    for place, (measure, key, _) in enumerate(found, start=1):
        batch = reader.make.batch(
            "cbs_observation",
            range(before * width + place, (before + len(rows)) * width + place, width),
            {
                "concept_id": measure.concept,
                "measure_key": key,
                "region_key": shared[str(dataset.region_dimension)],
                "period_key": shared[dataset.period_dimension] if dataset.period_dimension else dataset.period,
                "value_text": values[key],
                "value_attribute": None,
                "detail_key": details,
            },
        )
        yield kept(batch, new)


def _check_complete(reader: TableReader, count: int) -> None:
    """A table that is taken whole must hold as many rows as CBS says it has."""
    stated = reader.rows("table-infos")[0].get("RecordCount")
    if reader.dataset.filter is None and isinstance(stated, int) and count < stated:
        raise reader.unsound(f"{count:,} rows came", f"the {stated:,} that TableInfos states")
