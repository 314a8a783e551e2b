"""CBS StatLine behind one form, whichever version of OData a table is taken by.

`stamp` asks when a table changed, `pull` brings it in as one recording, `read` turns a stored snapshot into raw rows.
What differs between the versions belongs to `cbs_v3.py` and `cbs_v4.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from dagster_project.contracts import Dataset
from dagster_project.errors import ConfigurationError, SourceUnreachable, UnsoundData
from dagster_project.extract import cbs_v3, cbs_v4
from dagster_project.extract.cbs_pages import Progress, PullFolder, checked_stamp
from dagster_project.extract.cbs_rows import TableReader
from dagster_project.extract.endpoints import Endpoints
from dagster_project.extract.http import HttpClient, RequestRefused
from dagster_project.extract.rows import RowMaker
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Origin, Recording, pack


def table_address(dataset: Dataset, endpoints: Endpoints) -> str:
    """Address of the contract's table."""
    base = endpoints.cbs_v3 if dataset.kind == "cbs_v3" else endpoints.cbs_v4
    return f"{base}/{dataset.table_id}"


def stamp(dataset: Dataset, endpoints: Endpoints, http: HttpClient) -> str:
    """The publisher's stamp of the table's last change, by one small request. Equal stamps mean equal content.

    Raises:
        SourceUnreachable: no sound answer in all the tries.
        UnsoundData: the table does not exist, or states no stamp.
    """
    version = _version(dataset)
    root = table_address(dataset, endpoints)
    try:
        return checked_stamp(dataset.key, version.stamp_of(http.json(version.stamp_address(root))))
    except RequestRefused as refusal:
        raise _no_table(dataset, root, refusal) from refusal


def pull(
    dataset: Dataset,
    endpoints: Endpoints,
    http: HttpClient,
    scratch: Path,
    *,
    origin: Origin = "wire",
    original_url: str | None = None,
    on_progress: Progress | None = None,
) -> Recording:
    """Bring in a table as one recording: a zip of the exact bodies, each with the address it came from.

    A pull that breaks leaves its whole pages in `scratch`; the next pull with the same `scratch` goes on from there as
    long as the publisher's stamp is the same. Memory is that of one page, however long the table.

    Args:
        dataset: a contract of kind `cbs_v3` or `cbs_v4`.
        endpoints: where the services answer.
        http: the client.
        scratch: folder for unfinished work; a folder per dataset is made in it.
        origin: how the bytes came about.
        original_url: for `reconstructed`: the public address of the table, shown instead of the address asked.
        on_progress: told of every page.

    Raises:
        SourceUnreachable: a page did not come in all the tries, or the table keeps changing meanwhile.
        UnsoundData: the table does not exist, or lacks what the contract promises.
    """
    version = _version(dataset)
    root = table_address(dataset, endpoints)
    shown_root = original_url or root
    folder = PullFolder(http, scratch / dataset.source_id / dataset.dataset_id, root, dataset.key, on_progress)
    for _ in range(2):  # a table that changes under our hands is taken anew, once
        try:
            before = folder.begin(version.STAMP_MEMBER, version.stamp_address(root), version.stamp_of)
        except RequestRefused as refusal:
            raise _no_table(dataset, root, refusal) from refusal
        data_address, rows = version.collect(dataset, folder)
        if stamp(dataset, endpoints, http) != before:
            folder.discard()
            continue
        target = folder.path.with_suffix(".zip")
        pack(target, folder.members(shown_root))
        folder.discard()
        return Recording(
            file=target,
            extension="zip",
            origin=origin,
            url=data_address.replace(root, shown_root, 1),
            http_status=200,
            publisher_modified=before,
            row_count=rows,
            original_url=original_url,
        )
    raise SourceUnreachable(
        f"{dataset.key}: CBS changed table {dataset.table_id} twice while it was pulled. "
        "Nothing was taken over; try again later."
    )


def read(dataset: Dataset, path: Path, snapshot_id: str, is_synthetic: bool = False) -> Iterator[RawBatch]:
    """Raw rows of a stored snapshot: raw.cbs_table, cbs_measure, cbs_code, then raw.cbs_observation page by page.

    Codes are kept exactly as sent. Titles in the contract are looked up in the snapshot's own code lists, so an old
    snapshot means today what it meant then. An exact duplicate row is taken once. The rows count only when the iterator
    ends well: some faults show on the last page.

    Args:
        dataset: the contract.
        path: the stored zip.
        snapshot_id: its sha256.
        is_synthetic: marks every observation.

    Raises:
        UnsoundData: a column, measure or code vanished, a unit changed, a value is no number, two rows contradict each
            other, rows came that were not asked or did not come, or there are none.
    """
    reader = TableReader(dataset, path, RowMaker(dataset, snapshot_id, is_synthetic))
    yield from _version(dataset).read(reader)


def _version(dataset: Dataset) -> ModuleType:
    versions = {"cbs_v3": cbs_v3, "cbs_v4": cbs_v4}
    if dataset.kind not in versions:
        raise ConfigurationError(
            f"{dataset.key} is of kind {dataset.kind}, expected {' or '.join(versions)}. Mend its contract."
        )
    return versions[dataset.kind]


def _no_table(dataset: Dataset, root: str, refusal: RequestRefused) -> UnsoundData:
    if refusal.status != 404:
        return refusal
    way_out = "Mend table_id in the contract."
    if dataset.kind == "cbs_v4":
        way_out += " Ids of v4 tables are case-sensitive."
    return UnsoundData(f"{dataset.key}: CBS knows no table {dataset.table_id} at {root}, expected it there. {way_out}")
