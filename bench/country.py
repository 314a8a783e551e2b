"""The whole country on this machine: every table, all municipalities, wijken and buurten, all years. Linux only.

A stand-in CBS in a process of its own serves a made-up Netherlands (`bench/netherlands.py`), every page made
beforehand, so that only the product is measured. `opkoers refresh` runs as anybody runs it: from nothing, with nothing
new, and with one table revised. Memory is what /proc says of the process and of all that it started, looked at ten
times a second; that of the tree counts pages that processes share more than once, so it errs upwards.

Beside it, the yearly tables of wijken and buurten just pulled are loaded twice more, each in a fresh process: by the
product into raw rows, and by pandas as in a notebook.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import netherlands
from bench.stages import OPKOERS, last_run, timed
from dagster_project.contracts import Dataset, all_contracts
from tests.standin.server import StandIn

AIM_MEGABYTES = 2048
REVISED = "86165NED"
"""Kerncijfers wijken en buurten 2025: the table that its publisher corrects before the last refresh."""
EVERY_SECONDS = 0.1
SLOWEST = 10


@dataclass
class Watched:
    """What running a command came to.

    Attributes:
        seconds: wall time.
        code: its exit code.
        output: what it said.
        main: peak memory of its process, in megabytes.
        tree: peak memory of its process and all that it started.
        others: the highest peak of one of those.
    """

    seconds: float = 0.0
    code: int = 0
    output: str = ""
    main: float = 0.0
    tree: float = 0.0
    others: dict[int, float] = field(default_factory=dict)


def main() -> None:
    """Serve, refresh three times, load twice, and print."""
    if not sys.platform.startswith("linux"):
        print("bench country reads memory from /proc: it runs on Linux only.")
        return
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    server = spawn.Process(target=serve_country, args=(there,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            _measure(spawn, here, Path(scratch))
    finally:
        here.send("stop")
        server.join()


def _measure(spawn: Any, server: Connection, scratch: Path) -> None:
    addresses: dict[str, str] = server.recv()
    workspace = scratch / "workspace"
    environment = {**os.environ, **addresses, "OPKOERS_CACHE_DIR": str(scratch / "cache")}
    timed(*OPKOERS, "init", str(workspace), "--gemeente", netherlands.GEMEENTE)
    command = (*OPKOERS, "refresh", "--workspace", str(workspace))
    runs: dict[str, tuple[Watched, dict[str, float]]] = {}
    first = watch(command, environment)
    runs["from nothing"] = first, last_run(workspace)
    raw, slowest = _told_by_dagster(workspace)
    runs["nothing new"] = watch(command, environment), {}
    server.send(REVISED)
    server.recv()
    runs[f"{REVISED} revised"] = watch(command, environment), last_run(workspace)
    _print_runs(runs)
    _print_sizes(workspace, raw, slowest)
    loads = {name: _loaded(spawn, load, workspace / "data") for name, load in LOADS.items()}
    _print_loads(loads)


def watch(command: tuple[str, ...], environment: dict[str, str]) -> Watched:
    """Run a command and look at its memory meanwhile; it must end well, with or without tables set aside."""
    found = Watched()
    start = perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            _look(process.pid, found)
            try:
                process.wait(EVERY_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        found.seconds = perf_counter() - start
        output.seek(0)
        found.output = output.read()
    found.code = process.returncode
    if found.code != 0:
        sys.exit(f"{' '.join(command)} ended with {found.code}:\n{found.output}")
    return found


def _look(pid: int, found: Watched) -> None:
    """Note the memory of a process, and of all that it started."""
    found.main = max(found.main, _megabytes(pid, "VmHWM"))
    started = _started_by(pid)
    found.tree = max(found.tree, sum(_megabytes(one, "VmRSS") for one in (pid, *started)))
    for one in started:
        found.others[one] = max(found.others.get(one, 0.0), _megabytes(one, "VmHWM"))


def _started_by(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # the name, in brackets, may hold anything; the parent is the second field behind it
            parents[int(path.parent.name)] = int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


def _megabytes(pid: int | str, name: str) -> float:
    """Memory of a process by one of the names of /proc: VmRSS now, VmHWM at its peak; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{name}:")), 0) / 1024


def _told_by_dagster(workspace: Path) -> tuple[dict[str, int], dict[str, float]]:
    """Rows per raw table and seconds per model of the newest run, as Dagster's own log has them."""
    import dagster as dg

    rows: dict[str, int] = {}
    seconds: dict[str, float] = {}
    with dg.DagsterInstance.from_config(str(workspace / "data" / "dagster")) as instance:
        for key in instance.all_asset_keys():
            event = instance.get_latest_materialization_event(key)
            metadata = event.asset_materialization.metadata if event and event.asset_materialization else {}
            name = "/".join(key.path)
            if key.path[0] == "raw" and "dagster/row_count" in metadata:
                rows[name] = int(metadata["dagster/row_count"].value)  # type: ignore[arg-type]
            if "Execution Duration" in metadata:
                seconds[name] = float(metadata["Execution Duration"].value)  # type: ignore[arg-type]
    return rows, seconds


def _print_runs(runs: dict[str, tuple[Watched, dict[str, float]]]) -> None:
    print(f"\nrefresh of the whole country on {len(os.sched_getaffinity(0))} cores, s and share of the whole")
    print(f"{'':28}" + "".join(f"{name:>22}" for name in runs))
    stages = list(dict.fromkeys(stage for _, timings in runs.values() for stage in timings))
    for stage in stages:
        print(f"  {stage:26}" + "".join(_shared(timings.get(stage), run.seconds) for run, timings in runs.values()))
    rest = [(run, run.seconds - sum(timings.values())) for run, timings in runs.values()]
    print(f"  {'start, Dagster and the end':26}" + "".join(_shared(seconds, run.seconds) for run, seconds in rest))
    print(f"{'in all':28}" + "".join(f"{run.seconds:>14.1f}{'':8}" for run, _ in runs.values()))
    peaks = {
        "the process": [run.main for run, _ in runs.values()],
        "the largest it started": [max(run.others.values(), default=0.0) for run, _ in runs.values()],
        "the whole tree": [run.tree for run, _ in runs.values()],
    }
    for whose, megabytes in peaks.items():
        print(f"peak MB, {whose:19}" + "".join(f"{peak:>14.0f}{'':8}" for peak in megabytes))
    for whose in ("the process", "the whole tree"):
        most = max(peaks[whose])
        verdict = "met" if most < AIM_MEGABYTES else "NOT met"
        print(f"aim of less than {AIM_MEGABYTES} MB, {whose}: {verdict}, {most:.0f} MB at most")
    for name, (run, _) in runs.items():
        print(f"{name}: {run.output.strip().splitlines()[-1] if run.output.strip() else 'said nothing'}")


def _shared(seconds: float | None, whole: float) -> str:
    return f"{'':22}" if seconds is None else f"{seconds:>14.1f}{seconds / whole:>7.0%} "


def _print_sizes(workspace: Path, raw: dict[str, int], models: dict[str, float]) -> None:
    current = workspace / "data" / "current"
    published = json.loads((current / "manifest.json").read_text(encoding="utf-8"))["tables"]
    snapshots = [path for path in (workspace / "data" / "snapshots").rglob("*.zip") if path.is_file()]
    print(f"\nsnapshots: {len(snapshots)}, {_size(snapshots):,.0f} MB")
    print(f"rows in raw: {sum(raw.values()):,}, of which {raw['raw/cbs_observation']:,} figures of CBS")
    print(f"rows published: {sum(table['rows'] for table in published.values()):,}")
    print("  " + ", ".join(f"{name} {table['rows']:,}" for name, table in _largest(published)))
    print(f"warehouse.duckdb: {_size([current / 'warehouse.duckdb']):,.0f} MB")
    slowest = sorted(models.items(), key=lambda item: -item[1])[:SLOWEST]
    print(f"slowest of {len(models)} models and seeds from nothing, s:")
    print("  " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest))


def _largest(tables: dict[str, dict[str, int]]) -> list[tuple[str, dict[str, int]]]:
    return sorted(tables.items(), key=lambda item: -item[1]["rows"])[:5]


def _size(paths: Iterable[Path]) -> float:
    return sum(path.stat().st_size for path in paths) / 1e6


def kwb() -> list[Dataset]:
    """The contracts of Kerncijfers wijken en buurten."""
    return [dataset for dataset in all_contracts() if dataset.dataset_id.startswith("kwb_")]


def load_ours(data: Path) -> Callable[[], int]:
    """The product's reader, its checks included, into the raw table of a fresh database."""
    import duckdb

    from dagster_project.extract import cbs
    from dagster_project.raw import append, create_raw_schema
    from dagster_project.snapshots import SnapshotStore

    store = SnapshotStore(data / "snapshots")

    def work() -> int:
        with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "rows.duckdb")) as connection:
            create_raw_schema(connection)
            for dataset in kwb():
                snapshot = next(store.all(dataset.source_id, dataset.dataset_id))
                append(connection, cbs.read(dataset, store.verify(snapshot), snapshot.snapshot_id))
            return int(connection.table("raw.cbs_observation").shape[0])

    return work


def load_pandas(data: Path) -> Callable[[], int]:
    """What a notebook does: every page by `json`, a frame per table, its columns made into rows, all put together."""
    import pandas as pd

    from dagster_project.snapshots import SnapshotStore

    store = SnapshotStore(data / "snapshots")

    def work() -> int:
        frames = []
        for dataset in kwb():
            snapshot = next(store.all(dataset.source_id, dataset.dataset_id))
            with zipfile.ZipFile(store.path_of(snapshot)) as archive:
                pages = [json.loads(archive.read(name))["value"] for name in archive.namelist() if "data-0" in name]
            wide = pd.DataFrame([row for page in pages for row in page])
            long = wide.melt(id_vars=str(dataset.region_dimension), var_name="measure")
            frames.append(long.rename(columns={str(dataset.region_dimension): "region"}).assign(period=dataset.period))
        return len(pd.concat(frames, ignore_index=True))

    return work


LOADS = {"opkoers: raw rows in DuckDB": load_ours, "pandas: one frame in memory": load_pandas}


def _loaded(spawn: Any, load: Callable[[Path], Callable[[], int]], data: Path) -> dict[str, float]:
    here, there = spawn.Pipe()
    process = spawn.Process(target=_load, args=(load, data, there))
    process.start()
    there.close()
    result: dict[str, float] = here.recv()
    process.join()
    return result


def _load(load: Callable[[Path], Callable[[], int]], data: Path, answer: Connection) -> None:
    work = load(data)
    start = _megabytes("self", "VmHWM")
    begin = perf_counter()
    rows = work()
    seconds = perf_counter() - begin
    answer.send({"rows": rows, "seconds": seconds, "start": start, "peak": _megabytes("self", "VmHWM")})


def _print_loads(loads: dict[str, dict[str, float]]) -> None:
    if len({load["rows"] for load in loads.values()}) != 1:
        raise RuntimeError(f"the loads brought different numbers of rows: {loads}")
    print(f"\nKerncijfers wijken en buurten, {len(kwb())} years, from the snapshots; imports are not timed")
    print(f"{'':30}{'rows':>12}{'s':>8}{'peak MB':>10}{'above imports':>15}{'time of rival / ours':>23}")
    ours = next(iter(loads.values()))
    for name, load in loads.items():
        ratio = "" if load is ours else f"{load['seconds'] / ours['seconds']:.2f}x"
        above = load["peak"] - load["start"]
        print(f"{name:30}{load['rows']:>12,.0f}{load['seconds']:>8.2f}{load['peak']:>10.0f}{above:>15.0f}{ratio:>23}")
    mine, rivals = (load["peak"] - load["start"] for load in loads.values())
    print(f"memory above imports of rival / ours: {rivals / mine:.2f}x")


def serve_country(pipe: Connection) -> None:
    """Serve the country; then, for each table id that comes, its revision; until told to stop."""
    gc.disable()  # a million rows that stay: looking through them again and again costs more than it finds
    with StandIn(netherlands.tables(netherlands.Figures()), netherlands.verzuim()) as standin:
        warm(standin, all_contracts())
        pipe.send(standin.environment)
        while (table_id := pipe.recv()) != "stop":
            standin.put(netherlands.revised(table_id))
            warm(standin, netherlands.asking_for(table_id))
            pipe.send("ready")


def warm(standin: StandIn, contracts: Iterable[Dataset]) -> None:
    """Pull every table once, so that the server has all pages ready that the product will ask."""
    from dagster_project.extract import cbs
    from dagster_project.extract.http import HttpClient

    with tempfile.TemporaryDirectory() as scratch:
        for dataset in contracts:
            if dataset.is_cbs:
                cbs.pull(dataset, standin.endpoints, HttpClient(), Path(scratch)).file.unlink()


if __name__ == "__main__":
    main()
