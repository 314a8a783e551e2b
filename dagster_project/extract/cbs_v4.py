"""CBS StatLine, OData version 4: long tables, one row per measure and combination of codes.

Which pages to ask, and what their rows mean. Fetching and resuming do not belong here (`cbs_pages.py`), nor does what
both versions check (`cbs_rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster_project.contracts import Dataset, Measure
from dagster_project.errors import UnsoundData
from dagster_project.extract.cbs_pages import PullFolder, address
from dagster_project.extract.cbs_rows import TableReader, check_unit, kept, objects, unsound
from dagster_project.extract.rows import nearest
from dagster_project.raw import RawBatch

STAMP_MEMBER = "properties.json"
_NUMBERS = frozenset({int, float})
_CODE_COLUMNS = {
    "code_key": ("Identifier",),
    "title": ("Title",),
    "description": ("Description",),
    "group_key": ("DimensionGroupId",),
    "status": ("Status",),
}
Found = tuple[Measure, str, Mapping[str, Any]]


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


def data_address(dataset: Dataset, root: str) -> str:
    """The observations of the contract's measures within its filter."""
    measures = " or ".join(f"Measure eq '{m.header}'" for m in dataset.measures)
    return address(
        f"{root}/Observations", filter=f"({dataset.filter}) and ({measures})" if dataset.filter else measures
    )


def collect(dataset: Dataset, folder: PullFolder) -> tuple[str, int]:
    """Fetch dimensions, measures, the code lists of region and period, and the observations.

    Returns:
        Address of the observations, and how many there are.

    Raises:
        UnsoundData: the table lacks a measure or dimension of the contract.
    """
    root = folder.root
    dimensions = folder.rows(folder.collect("dimensions", f"{root}/Dimensions", first="dimensions.json", anew=True))
    coded = _coded_dimensions(dataset, _identifiers(dataset, "Dimensions", dimensions))
    measures = folder.rows(
        folder.collect("measure-codes", f"{root}/MeasureCodes", first="measure-codes.json", anew=True)
    )
    _find_measures(dataset, measures)
    for dimension in coded:
        folder.collect(f"codes-{dimension}", f"{root}/{dimension}Codes", first=f"codes-{dimension}.json")
    data = data_address(dataset, root)
    return data, sum(page.rows for page in folder.collect("observations", data))


def read(reader: TableReader) -> Iterator[RawBatch]:
    """Raw rows of a snapshot: measures, codes, then observations page by page.

    Raises:
        UnsoundData: what arrived is not what the contract promises.
    """
    dataset = reader.dataset
    dimensions = _identifiers(dataset, "Dimensions", reader.rows("dimensions"))
    found = _find_measures(dataset, reader.rows("measure-codes"))
    for measure, key, row in found:
        check_unit(dataset, measure, key, row.get("Unit"))
    yield reader.measures(found)
    yield from reader.codes(_coded_dimensions(dataset, dimensions), _CODE_COLUMNS)
    concepts = {measure.header: measure.concept for measure in dataset.measures}
    count = 0
    for rows in reader.pages("observations"):
        yield _observations(reader, rows, dimensions, concepts, count)
        count += len(rows)
    reader.close(count)


def _observations(
    reader: TableReader, rows: list[Any], dimensions: Sequence[str], concepts: Mapping[str, str], before: int
) -> RawBatch:
    """One page of raw.cbs_observation; `before` rows came in earlier pages."""
    keys = {name: reader.keys(rows, name) for name in ("Measure", *dimensions)}
    values = reader.numbers(rows, "Value", _NUMBERS)
    attributes = reader.words(rows, "ValueAttribute")
    texts = [row["StringValue"] for row in rows if row["Value"] is None and row.get("StringValue") is not None]
    if texts:
        raise reader.unsound(f"a value is the text {str(texts[0])[:40]!r}", "a number or null")
    unasked = set(keys["Measure"]) - set(concepts)
    if unasked:
        raise reader.unsound(f"observations of measure {min(unasked)} came, which was not asked", ", ".join(concepts))
    new = reader.admit(list(keys.values()), [values, attributes])
    dataset = reader.dataset
    batch = reader.make.batch(
        "cbs_observation",
        range(before + 1, before + len(rows) + 1),
        {
            "concept_id": [concepts[key] for key in keys["Measure"]],
            "measure_key": keys["Measure"],
            "region_key": keys[str(dataset.region_dimension)],
            "period_key": keys[dataset.period_dimension] if dataset.period_dimension else dataset.period,
            "value_text": values,
            "value_attribute": attributes,
            "detail_key": reader.details({name: keys[name] for name in dimensions}),
        },
    )
    return kept(batch, new)


def _identifiers(dataset: Dataset, what: str, rows: list[Any]) -> list[str]:
    return [str(row.get("Identifier")) for row in objects(dataset, what, rows)]


def _coded_dimensions(dataset: Dataset, known: Sequence[str]) -> list[str]:
    """Dimensions of the contract whose code lists are taken, after seeing that the table has them."""
    wanted = [name for name in (dataset.region_dimension, dataset.period_dimension, dataset.detail_dimension) if name]
    for name in wanted:
        if name not in known:
            raise unsound(dataset, f"it has no dimension {name}", f"one of {', '.join(known)}")
    return wanted


def _find_measures(dataset: Dataset, rows: list[Any]) -> list[Found]:
    """Each measure of the contract with its row in MeasureCodes."""
    by_code = {str(row.get("Identifier")): row for row in objects(dataset, "MeasureCodes", rows)}
    for measure in dataset.measures:
        if measure.header not in by_code:
            raise unsound(
                dataset,
                f"it has no measure {measure.header}",
                f"it in MeasureCodes; nearest: {nearest(measure.header, by_code)}",
            )
    return [(measure, measure.header, by_code[measure.header]) for measure in dataset.measures]
