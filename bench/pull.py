"""Pulling one wide (v3) and one long (v4) CBS table of a million cells, against the packages a user would pick instead.

A stand-in CBS in a process of its own serves made-up tables, every page made beforehand, so that only the clients are
measured. Each client runs in a fresh process; its imports are not timed. Memory is the peak of the process. Two lengths
of each table show what memory does as a table grows.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import urllib.request
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from dagster_project.contracts import Dataset, Measure
from tests.standin.made_up import SAYS_SO
from tests.standin.server import StandIn
from tests.standin.tables import V3Table, V4Table

PERIODS = 20
MEASURES = 10
REGIONS = {"short": 1_250, "long": 5_000}  # times periods and measures: 250 000 and 1 000 000 cells
TABLES = {
    ("v3", "short"): "99101NED",
    ("v3", "long"): "99103NED",
    ("v4", "short"): "99102NED",
    ("v4", "long"): "99104NED",
}
ROUNDS = 5  # the best of these counts: what else the machine does only ever adds time
Result = dict[str, float]


def main() -> None:
    """Serve, measure and print one table per version."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    server = spawn.Process(target=_serve, args=(there,), daemon=True)
    server.start()
    root: str = here.recv()
    try:
        for version, rivals in (("v3", (cbsodata_v3, cbsodata_v3_kept)), ("v4", (cbsodata4,))):
            _compare(spawn, version, root, (ours, ours_and_read, *rivals))
    finally:
        here.send("stop")
        server.join()


def ours(version: str, root: str, table_id: str, folder: Path) -> Callable[[], int]:
    """Our pull: bodies to disk, each checked, packed, hashed and stored as a snapshot."""
    from dagster_project.extract import cbs
    from dagster_project.extract.endpoints import Endpoints
    from dagster_project.extract.http import HttpClient
    from dagster_project.snapshots import SnapshotStore

    dataset = contract(version, table_id)
    endpoints = Endpoints(cbs_v3=f"{root}/ODataFeed/odata", cbs_v4=f"{root}/odata/v1/CBS")

    def work() -> int:
        recording = cbs.pull(dataset, endpoints, HttpClient(), folder / "scratch")
        snapshot, _ = SnapshotStore(folder / "snapshots").add(dataset, recording)
        return (snapshot.row_count or 0) * (MEASURES if version == "v3" else 1)

    return work


def ours_and_read(version: str, root: str, table_id: str, folder: Path) -> Callable[[], int]:
    """Our pull, then the reader's checks and its batches of raw rows."""
    from dagster_project.extract import cbs
    from dagster_project.snapshots import SnapshotStore

    pull = ours(version, root, table_id, folder)
    dataset = contract(version, table_id)

    def work() -> int:
        pull()
        store = SnapshotStore(folder / "snapshots")
        [snapshot] = store.all()
        batches = cbs.read(dataset, store.verify(snapshot), snapshot.snapshot_id)
        return sum(batch.rows.num_rows for batch in batches if batch.table == "cbs_observation")

    return work


def cbsodata_v3(_version: str, root: str, table_id: str, _folder: Path) -> Callable[[], int]:
    """`cbsodata.get_data`: a list of dictionaries in memory, codes replaced by titles."""
    import cbsodata

    cbsodata.options.use_https = False

    def work() -> int:
        return len(cbsodata.get_data(table_id, catalog_url=root.removeprefix("http://"))) * MEASURES

    return work


def cbsodata_v3_kept(_version: str, root: str, table_id: str, folder: Path) -> Callable[[], int]:
    """`cbsodata.get_data` with a folder: the same, and kept on disk, as our pull and cbsodata4 keep theirs."""
    import cbsodata

    cbsodata.options.use_https = False

    def work() -> int:
        host = root.removeprefix("http://")
        return len(cbsodata.get_data(table_id, dir=folder / "data", catalog_url=host)) * MEASURES

    return work


def cbsodata4(_version: str, root: str, table_id: str, folder: Path) -> Callable[[], int]:
    """`cbsodata4.get_observations`: Parquet per page on disk, then one dataframe."""
    import cbsodata4 as package

    def work() -> int:
        return len(package.get_observations(table_id, download_dir=folder / "data", base_url=f"{root}/odata/v1"))

    return work


NAMES = {
    "ours": "opkoers: pull to snapshot",
    "ours_and_read": "opkoers: pull, read to raw rows",
    "cbsodata_v3": "cbsodata.get_data, memory only",
    "cbsodata_v3_kept": "cbsodata.get_data, kept on disk",
    "cbsodata4": "cbsodata4.get_observations",
}


def contract(version: str, table_id: str) -> Dataset:
    """All columns of a bench table."""
    names = [f"Grootheid_{n}" if version == "v3" else f"M{n:06d}" for n in range(1, MEASURES + 1)]
    return Dataset(
        source_id="cbs",
        dataset_id=f"bench_{version}",
        kind="cbs_v3" if version == "v3" else "cbs_v4",
        title=SAYS_SO,
        licence="CC0",
        attribution=SAYS_SO,
        table_id=table_id,
        region_dimension="RegioS",
        period_dimension="Perioden",
        measures=tuple(Measure(measure=name, concept=f"made_up_{name}", unit="aantal") for name in names),
    )


def _compare(spawn: Any, version: str, root: str, clients: tuple[Callable[..., Callable[[], int]], ...]) -> None:
    print(f"\n{version}: {'wide' if version == 'v3' else 'long'} table, best of {ROUNDS} runs in turn")
    print(f"{'':34}{'cells':>10}{'s':>8}{'peak MB':>9}{'above imports':>15}{'time of rival / ours':>23}")
    peaks: dict[str, list[float]] = {}
    for length in REGIONS:
        table_id = TABLES[version, length]
        _warm(root, version, table_id)
        rounds = [[_measured(spawn, client, version, root, table_id) for client in clients] for _ in range(ROUNDS)]
        results = [{key: min(run[key] for run in runs) for key in runs[0]} for runs in zip(*rounds, strict=True)]
        pull, read = results[0]["seconds"], results[1]["seconds"]
        for client, result in zip(clients, results, strict=True):
            rival = client not in (ours, ours_and_read)
            ratio = f"{result['seconds'] / pull:.1f}x pull, {result['seconds'] / read:.1f}x read" if rival else ""
            print(
                f"{NAMES[client.__name__]:34}{result['cells']:>10,.0f}{result['seconds']:>8.2f}{result['peak']:>9.0f}"
                f"{result['peak'] - result['start']:>15.0f}{ratio:>23}"
            )
            peaks.setdefault(client.__name__, []).append(result["peak"] - result["start"])
    for name, (short, long) in peaks.items():
        print(f"{NAMES[name]:34}memory above imports grows {long / short:.2f}x as the table grows 4x")


def _measured(spawn: Any, client: Callable[..., Callable[[], int]], version: str, root: str, table_id: str) -> Result:
    here, there = spawn.Pipe()
    process = spawn.Process(target=_run, args=(client, version, root, table_id, there))
    process.start()
    there.close()
    result: Result = here.recv()
    process.join()
    expected = REGIONS["long" if TABLES[version, "long"] == table_id else "short"] * PERIODS * MEASURES
    if result["cells"] != expected:
        raise RuntimeError(f"{client.__name__} brought {result['cells']:,.0f} cells, expected {expected:,}")
    return result


def _run(client: Callable[..., Callable[[], int]], version: str, root: str, table_id: str, answer: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = client(version, root, table_id, Path(folder))
        start = _peak_megabytes()
        begin = perf_counter()
        cells = work()
        seconds = perf_counter() - begin
    answer.send({"cells": cells, "seconds": seconds, "start": start, "peak": _peak_megabytes()})


def _peak_megabytes() -> float:
    """Peak resident memory of this process (Linux); unlike getrusage's, it starts anew with the process."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def _warm(root: str, version: str, table_id: str) -> None:
    """Ask every page once by each client's address, so that the server has it ready."""
    from dagster_project.extract import cbs_v3, cbs_v4

    dataset = contract(version, table_id)
    if version == "v3":
        base = f"{root}/ODataFeed/odata/{table_id}"
        columns = ["RegioS", "Perioden", *(measure.header for measure in dataset.measures)]
        addresses = [cbs_v3.data_address(dataset, base, columns), f"{base}/TypedDataSet?%24format=json"]
    else:
        base = f"{root}/odata/v1/CBS/{table_id}"
        addresses = [
            cbs_v4.data_address(dataset, base, [measure.header for measure in dataset.measures]),
            f"{base}/Observations",
        ]
    for address in addresses:
        following: str | None = address
        while following:
            with urllib.request.urlopen(following) as response:  # noqa: S310  our own server
                page = orjson.loads(response.read())
            following = page.get("odata.nextLink", page.get("@odata.nextLink"))


def _serve(pipe: Connection) -> None:
    tables: list[V3Table | V4Table] = []
    for (version, length), table_id in TABLES.items():
        tables.append((_wide if version == "v3" else _long)(table_id, REGIONS[length]))
    with StandIn(tables) as standin:
        pipe.send(standin.root)
        pipe.recv()


def _codes(regions: int) -> tuple[list[str], list[str]]:
    return [f"GM{place:04d}" for place in range(regions)], [f"{2000 + place}JJ00" for place in range(PERIODS)]


def _wide(table_id: str, regions: int) -> V3Table:
    region_codes, periods = _codes(regions)
    names = [f"Grootheid_{n}" for n in range(1, MEASURES + 1)]
    topics = [{"Type": "Topic", "Key": name, "Title": name, "Unit": "aantal", "Decimals": 0} for name in names]
    rows = [
        {
            "ID": place,
            "RegioS": region.ljust(10),
            "Perioden": period,
            **{name: place + n for n, name in enumerate(names)},
        }
        for place, (region, period) in enumerate((region, period) for region in region_codes for period in periods)
    ]
    return V3Table(
        table_id=table_id,
        properties=[{"Type": "GeoDimension", "Key": "RegioS"}, {"Type": "TimeDimension", "Key": "Perioden"}, *topics],
        codes={
            "RegioS": [{"Key": code.ljust(10), "Title": f"Verzonnen {code}"} for code in region_codes],
            "Perioden": [{"Key": code, "Title": code[:4]} for code in periods],
        },
        rows=rows,
        modified="2024-01-01T02:00:00",
        title=SAYS_SO,
    )


def _long(table_id: str, regions: int) -> V4Table:
    region_codes, periods = _codes(regions)
    measures = [f"M{n:06d}" for n in range(1, MEASURES + 1)]
    keys = ((region, period, measure) for region in region_codes for period in periods for measure in measures)
    rows = [
        {
            "Id": place,
            "Measure": measure,
            "ValueAttribute": "None",
            "Value": place,
            "StringValue": None,
            "RegioS": region,
            "Perioden": period,
        }
        for place, (region, period, measure) in enumerate(keys)
    ]
    return V4Table(
        table_id=table_id,
        properties={"Identifier": table_id, "ObservationsModified": "2024-01-01T00:00:00+01:00", "Version": "1"},
        dimensions=[
            {"Identifier": "RegioS", "Kind": "GeoDimension"},
            {"Identifier": "Perioden", "Kind": "TimeDimension"},
        ],
        measures=[{"Identifier": m, "Title": m, "Unit": "aantal", "Decimals": 0} for m in measures],
        codes={
            "RegioS": [{"Identifier": code, "Title": f"Verzonnen {code}"} for code in region_codes],
            "Perioden": [{"Identifier": code, "Title": code[:4]} for code in periods],
        },
        rows=rows,
    )


if __name__ == "__main__":
    main()
