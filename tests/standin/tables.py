"""Tables that the stand-in serves, in the shape in which CBS sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]

V3_PUBLIC = "https://opendata.cbs.nl/ODataFeed/odata"
V4_PUBLIC = "https://datasets.cbs.nl/odata/v1/CBS"


@dataclass(frozen=True)
class V3Table:
    """A wide table.

    Attributes:
        table_id: in any case.
        properties: rows of DataProperties: dimensions, and a Topic per measure with its unit.
        codes: dimension to the rows of its code list; keys padded as in the data.
        rows: rows of TypedDataSet.
        modified: when it changed last, without a zone.
        title: what it is called.
        info: what else TableInfos says of it.
    """

    table_id: str
    properties: Sequence[Row]
    codes: Mapping[str, Sequence[Row]]
    rows: Sequence[Row]
    modified: str
    title: str
    info: Mapping[str, Any] = field(default_factory=dict)

    def collections(self) -> dict[str, Sequence[Row]]:
        """Name of each collection to its rows."""
        info = {
            "ID": 1,
            "Identifier": self.table_id,
            "Title": self.title,
            "Modified": self.modified,
            "RecordCount": len(self.rows),
            "Catalog": "CBS",
            **self.info,
        }
        return {
            "TableInfos": [info],
            "DataProperties": self.properties,
            "CategoryGroups": [],
            **self.codes,
            "TypedDataSet": self.rows,
            "UntypedDataSet": self.rows,
        }


@dataclass(frozen=True)
class V4Table:
    """A long table.

    Attributes:
        table_id: in the one case that works.
        properties: the document of Properties.
        dimensions: rows of Dimensions.
        measures: rows of MeasureCodes.
        codes: dimension to the rows of its code list.
        rows: rows of Observations.
    """

    table_id: str
    properties: Mapping[str, Any]
    dimensions: Sequence[Row]
    measures: Sequence[Row]
    codes: Mapping[str, Sequence[Row]]
    rows: Sequence[Row]

    def collections(self) -> dict[str, Sequence[Row]]:
        """Name of each collection to its rows."""
        return {
            "Dimensions": self.dimensions,
            "MeasureCodes": self.measures,
            **{f"{dimension}Codes": rows for dimension, rows in self.codes.items()},
            "Observations": self.rows,
        }


@dataclass(frozen=True)
class StaticFile:
    """A file as DUO serves it, with the stamps it carries."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = "text/csv"


@dataclass
class Holdings:
    """All that a stand-in serves."""

    v3: dict[str, V3Table] = field(default_factory=dict)
    v4: dict[str, V4Table] = field(default_factory=dict)
    files: dict[str, StaticFile] = field(default_factory=dict)
