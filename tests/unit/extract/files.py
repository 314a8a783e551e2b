"""What the tests of file readers share: contracts and snapshots of small files, and reading them into one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from dagster_project.contracts import Dataset, contract
from dagster_project.extract.reading import ReadContext, RowFault
from dagster_project.raw import RAW_TABLES, RawBatch
from dagster_project.snapshots import Snapshot

KEY = bytes(range(32))
Reader = Callable[[Dataset, Path, Snapshot, ReadContext], Iterator[RawBatch]]


def snapshot_of(dataset: Dataset, name: str, *, is_synthetic: bool = False) -> Snapshot:
    """A snapshot that says it holds the file `name`."""
    return Snapshot(
        snapshot_id="a" * 64,
        source_id=dataset.source_id,
        dataset_id=dataset.dataset_id,
        extension="csv",
        origin="file",
        url=name,
        original_url=None,
        retrieved_at="2026-01-15T12:00:00Z",
        publisher_modified=None,
        etag=None,
        http_status=None,
        row_count=None,
        bytes=1,
        licence=dataset.licence,
        attribution=dataset.attribution,
        table_id=None,
        contract_version=1,
        is_synthetic=is_synthetic,
    )


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "file.csv"
    path.write_text(text, encoding=encoding, newline="")
    return path


def read_all(
    reader: Reader, dataset: Dataset, path: Path, *, name: str = "export.csv", is_synthetic: bool = False
) -> tuple[dict[str, list[dict[str, object]]], list[RowFault]]:
    """Rows per raw table, and the faults. Every column must be one that the raw table has."""
    context = ReadContext()
    tables: dict[str, list[dict[str, object]]] = {}
    for batch in reader(dataset, path, snapshot_of(dataset, name, is_synthetic=is_synthetic), context):
        assert set(batch.rows.column_names) <= set(RAW_TABLES[batch.table])
        tables.setdefault(batch.table, []).extend(batch.rows.to_pylist())
    return tables, context.faults


TOEKENNINGEN = contract("registration", "suite4sd_toekenningen")
CSSD = contract("registration", "suite4sd_cssd")
OBJECTIVES = contract("municipal", "objectives")
MEASUREMENTS = contract("municipal", "measurements")
BENCHMARK = contract("divosa", "benchmark_werk_inkomen")
GMSD = contract("municipal", "gmsd")
