"""What the tests of intake share: made-up exports, and reading them into a confidential database in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.contracts import Dataset, contract
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.registration.intake import Intake, create_confidential_schema, read_original
from dagster_project.registration.vault import Original

KEY = bytes(range(32))
BSN = "123456782"
"""Passes the elfproef, and is nobody's: it is the example of the law."""
OTHER_BSN = "111222333"

TOEKENNINGEN = contract("registration", "suite4sd_toekenningen")
VOORZIENINGEN = contract("registration", "zorg_voorzieningen")
DECLARATIES = contract("registration", "zorg_declaraties")
CSSD = contract("registration", "suite4sd_cssd")


def key_of(number: str) -> str:
    """What a client number becomes."""
    found = Pseudonymiser(KEY).client_key(number)
    assert found
    return found


def original_of(dataset: Dataset, file: Path, name: str, *, is_synthetic: bool = False) -> Original:
    """What the vault would know of a file."""
    content = file.read_bytes()
    return Original(
        original_id=hashlib.sha256(name.encode() + content).hexdigest(),
        source_id=dataset.source_id,
        dataset_id=dataset.dataset_id,
        file_name=name,
        extension=Path(name).suffix.removeprefix(".").lower() or "zip",
        received_at="2026-01-15T12:00:00Z",
        sightings=[],
        bytes=len(content),
        is_synthetic=is_synthetic,
        retain_until="2031-01-15",
        forgotten_at=None,
        licence=dataset.licence,
        attribution=dataset.attribution,
    )


class Confidential:
    """A confidential database in memory."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set threads = 2")
        create_confidential_schema(self.connection)

    def read(self, dataset: Dataset, file: Path, name: str = "export.csv", *, is_synthetic: bool = False) -> Intake:
        original = original_of(dataset, file, name, is_synthetic=is_synthetic)
        return read_original(self.connection, dataset, file, original, Pseudonymiser(KEY))

    def rows(self, table: str, columns: str = "*", order: str = "all") -> list[tuple[Any, ...]]:
        return self.connection.execute(f"select {columns} from raw.{table} order by {order}").fetchall()

    def faults(self) -> list[tuple[Any, ...]]:
        """Line, column and kind of every row that was set aside."""
        return self.rows("quarantine", "line, column_name, reason_kind", "line, column_name")

    def everything(self) -> str:
        """All that any table holds, as one text."""
        tables = self.connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        told = []
        for schema, table in tables:
            told.append(repr(self.connection.execute(f"select * from {schema}.{table}").fetchall()))
        return "\n".join(told)


@contextmanager
def confidential() -> Iterator[Confidential]:
    """A fresh confidential database."""
    found = Confidential()
    try:
        yield found
    finally:
        found.connection.close()


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "file.csv") -> Path:
    """A file of text, line ends as they are."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path
