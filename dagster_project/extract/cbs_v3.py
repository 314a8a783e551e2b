"""CBS StatLine, OData version 3: wide tables, one row per combination of codes and one column per measure.

Which pages to ask, and what their rows mean. Fetching and resuming do not belong here (`cbs_pages.py`), nor does what
both versions check (`cbs_rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from dagster_project.contracts import Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract.cbs_meaning import Choices, Found, Naming, Takers, find_measures
from dagster_project.extract.cbs_pages import PullFolder, address
from dagster_project.extract.cbs_rows import TableReader, check_unit, kept, objects, unsound
from dagster_project.raw import RawBatch

STAMP_MEMBER = "table-infos.json"
NAMING = Naming("column", "DataProperties", "Key", is_numbered=True)
_NUMBERS = frozenset({int, float, str})  # text: the untyped form of the protocol
_DIMENSION_TYPES = {"Dimension", "GeoDimension", "GeoDetail", "TimeDimension"}
_CODE_COLUMNS = {
    "code_key": ("Key",),
    "title": ("Title",),
    "description": ("Description",),
    "group_key": ("CategoryGroupID", "Municipality"),  # the latter in tables of wijken and buurten
    "status": ("Status",),
}
_TABLE_COLUMNS = {
    "table_id": ("Identifier",),
    "title": ("Title",),
    "status": ("OutputStatus",),
    "modified": ("Modified",),
    "version_reason": ("ReasonDelivery",),
    "coverage": ("Period",),
    "description": ("ShortDescription", "Summary"),
}


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


def data_address(dataset: Dataset, root: str, columns: Sequence[str], conditions: Sequence[str] = ()) -> str:
    """The rows within the contract's filter that meet all conditions, with only those columns."""
    own = f"({dataset.filter})" if dataset.filter and conditions else dataset.filter
    narrowed = " and ".join([own, *conditions] if own else conditions)
    return address(f"{root}/TypedDataSet", format="json", select=",".join(columns), filter=narrowed or None)


def collect(dataset: Dataset, folder: PullFolder) -> tuple[str, int]:
    """Fetch column descriptions, the code lists that the contract needs, and the rows.

    Returns:
        Address of the rows, and how many there are.

    Raises:
        UnsoundData: the table lacks a column, dimension or code of the contract.
    """
    root = folder.root
    listed = folder.collect(
        "data-properties", address(f"{root}/DataProperties", format="json"), first="data-properties.json", anew=True
    )
    properties = objects(dataset, "DataProperties", folder.rows(listed))
    dimensions = _dimensions(dataset, properties)
    found = _find_columns(dataset, properties)
    codes = {dimension: _code_list(dataset, folder, dimension) for dimension in dataset.coded_dimensions}
    choices = Choices.look_up(dataset, codes.__getitem__, NAMING)
    Takers(dataset, found, choices)
    data = data_address(dataset, root, [*dimensions, *dict.fromkeys(key for _, key, _ in found)], choices.conditions())
    return data, sum(page.rows for page in folder.collect("data", data))


def read(reader: TableReader) -> Iterator[RawBatch]:
    """Raw rows of a snapshot: table, measures, codes, then observations page by page, a row for each measure's cell.

    Raises:
        UnsoundData: what arrived is not what the contract promises.
    """
    dataset = reader.dataset
    properties = reader.rows("data-properties")
    dimensions = _dimensions(dataset, properties)
    found = _find_columns(dataset, properties)
    takers = Takers(dataset, found, Choices.look_up(dataset, lambda name: reader.rows(f"codes-{name}"), NAMING))
    for measure, key, row in found:
        check_unit(dataset, measure, key, row.get("Unit"))
    yield reader.table(_table_info(reader), _TABLE_COLUMNS)
    yield reader.measures(found)
    yield from reader.codes(dataset.coded_dimensions, _CODE_COLUMNS)
    count = 0
    for rows in reader.pages("data"):
        yield from _observations(reader, rows, dimensions, found, takers, count)
        count += len(rows)
    _check_complete(reader, count)
    reader.close(count)


def _find_columns(dataset: Dataset, properties: Sequence[Mapping[str, Any]]) -> list[Found]:
    return find_measures(dataset, [row for row in properties if row.get("Type") == "Topic"], NAMING)


def _code_list(dataset: Dataset, folder: PullFolder, dimension: str) -> list[dict[str, Any]]:
    """Fetch a dimension's code list; anew where the contract chooses from it, as its titles decide what is asked."""
    listed = folder.collect(
        f"codes-{dimension}",
        address(f"{folder.root}/{dimension}", format="json"),
        first=f"codes-{dimension}.json",
        anew=dimension in dataset.chosen,
    )
    return objects(dataset, f"code list {dimension}", folder.rows(listed)) if dimension in dataset.chosen else []


def _dimensions(dataset: Dataset, properties: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every dimension of the table, after seeing that those of the contract are among them."""
    known = [str(row.get("Key")) for row in properties if row.get("Type") in _DIMENSION_TYPES]
    for name in dataset.coded_dimensions:
        if name not in known:
            raise unsound(dataset, f"it has no dimension {name}", f"one of {', '.join(known) or 'none at all'}")
    return known


def _table_info(reader: TableReader) -> dict[str, Any]:
    rows = reader.rows("table-infos")
    if not rows:
        raise reader.unsound("TableInfos is empty", "one row")
    return rows[0]


def _observations(
    reader: TableReader, rows: list[Any], dimensions: Sequence[str], found: Sequence[Found], takers: Takers, before: int
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
    wanted = _wanted(keys, found, takers)
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
        yield kept(batch, new, wanted[place - 1])


def _wanted(keys: Mapping[str, Sequence[str]], found: Sequence[Found], takers: Takers) -> list[pa.BooleanArray | None]:
    """For each measure which rows of a page it takes; None: all of them."""
    if not takers.dimensions:
        return [None] * len(found)
    codes = list(zip(*([code.strip() for code in keys[name]] for name in takers.dimensions), strict=True))
    taken = {(key, row): takers.place(key, row) for row in sorted(set(codes)) for key in {key for _, key, _ in found}}
    return [pa.array([taken[key, row] == place for row in codes]) for place, (_, key, _) in enumerate(found)]


def _check_complete(reader: TableReader, count: int) -> None:
    """A table that is taken whole must hold as many rows as CBS says it has."""
    stated = _table_info(reader).get("RecordCount")
    is_whole = not (reader.dataset.filter or reader.dataset.chosen)
    if is_whole and isinstance(stated, int) and count < stated:
        raise reader.unsound(f"{count:,} rows came", f"the {stated:,} that TableInfos states")
