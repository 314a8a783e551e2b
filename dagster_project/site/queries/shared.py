"""How rows become typed records, and the words for a snapshot that many queries need.

What belongs here: what the queries of more than one theme share. What does not: any record or query of one theme.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import duckdb

NATION = "NL01"
Record = TypeVar("Record")

SOURCE_TEXTS = """
    snapshot as (
        select snapshot_id, source_id, dataset_id,
            regexp_replace(attribution, '^Bron: ', '') || coalesce(', tabel ' || table_id, '') as source_text
        from marts.audit_snapshot
    )
"""


class Reader:
    """Rows of one build database as records.

    Attributes:
        gemeente: code of the workspace's municipality, `GM0396`; every query may name it `$gemeente`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, gemeente: str) -> None:
        self.gemeente = gemeente
        self._connection = connection

    @property
    def database(self) -> Path:
        """The file that is read."""
        sql = "select path from duckdb_databases() where database_name = current_database()"
        ((path,),) = self._connection.execute(sql).fetchall()
        return Path(path)

    def rows(self, record: type[Record], sql: str, **parameters: str) -> tuple[Record, ...]:
        """The rows of a query, each as a record whose fields are the columns.

        Raises:
            duckdb.Error: the database lacks a table or column of the published contract.
        """
        if "$gemeente" in sql:
            parameters["gemeente"] = self.gemeente
        cursor = self._connection.execute(sql, parameters or None)
        names = [column[0] for column in cursor.description or ()]
        return tuple(record(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())
