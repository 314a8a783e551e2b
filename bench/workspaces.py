"""Many municipalities on one installation: what the first costs, and what each further one adds. Linux only.

A stand-in CBS in a process of its own serves a small made-up country; with `--country` the whole of it
(`bench/netherlands.py`). `opkoers refresh --workspaces` runs on a folder of one workspace, then on one of several
(`--count 342` for the Netherlands), then again with nothing new, as many at once as there are cores (`--jobs N`). All
have national data only. Seconds of the processor are those of the command and of all that it started: on a busy machine
they say more than the clock.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from bench.country import Watched, serve_country, watch
from bench.stages import OPKOERS, last_run
from dagster_project import demo
from tests.integration.country import GEMEENTEN, made_up_country

COUNT = 4
ALL_OF_THEM = 342


def main() -> None:
    """Serve, refresh a folder of one and a folder of several, and print."""
    if not sys.platform.startswith("linux"):
        print("bench workspaces reads memory from /proc: it runs on Linux only.")
        return
    count = _given("--count", COUNT)
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    serve = serve_country if "--country" in sys.argv else _serve_small
    server = spawn.Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            _measure(here, Path(scratch), count, _given("--jobs", len(os.sched_getaffinity(0))))
    finally:
        here.send("stop")
        server.join()


def _given(option: str, otherwise: int) -> int:
    return int(sys.argv[sys.argv.index(option) + 1]) if option in sys.argv else otherwise


def _measure(server: Connection, scratch: Path, count: int, jobs: int) -> None:
    # a PDF is the work of a browser and costs the same for all: it is left out
    apart = {"OPKOERS_CACHE_DIR": str(scratch / "cache"), "OPKOERS_CHROMIUM": "none"}
    environment = {**os.environ, **server.recv(), **apart}
    one, many = _settled(scratch / "one", 1), _settled(scratch / "many", count)
    watch((*OPKOERS, "refresh", "--workspaces", str(one)), environment)  # parses the models, which is done once
    one = _settled(scratch / "once more", 1)
    runs: dict[str, tuple[Watched, float]] = {}
    for name, folder in (("one", one), (f"{count}", many), (f"{count}, nothing new", many)):
        before = _processor()
        command = (*OPKOERS, "refresh", "--workspaces", str(folder), "--jobs", str(jobs))
        watched = watch(command, environment)
        runs[name] = watched, _processor() - before
        print(f"{name}: {watched.seconds:.1f} s", flush=True)  # the next may take hours
    _print(runs, many, count, jobs)


def _settled(root: Path, count: int) -> Path:
    """A folder of workspaces with nothing of their own, for as many gemeenten as there are, and then again."""
    codes = list(GEMEENTEN)
    for number in range(count):
        code = codes[number % len(codes)]
        demo.init_workspace(root / f"{number:03}-{code}", code, f"Verzonnen {number}")
    return root


def _processor() -> float:
    """Seconds of the processor that commands took which have ended, and all that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print(runs: dict[str, tuple[Watched, float]], many: Path, count: int, jobs: int) -> None:
    cores = len(os.sched_getaffinity(0))
    print(f"\nrefresh --workspaces, {jobs} at once, {cores} cores, load {os.getloadavg()[1]:.1f}")
    print(f"{'workspaces':24}{'s':>10}{'processor s':>14}{'peak MB':>10}{'whole tree':>12}")
    for name, (watched, processor) in runs.items():
        print(f"{name:24}{watched.seconds:>10.1f}{processor:>14.1f}{watched.main:>10.0f}{watched.tree:>12.0f}")
    (first, first_cpu), (all_, all_cpu), (quiet, _) = runs.values()
    if count > 1:
        extra, extra_cpu = (all_.seconds - first.seconds) / (count - 1), (all_cpu - first_cpu) / (count - 1)
        print(f"each further one: {extra:.1f} s, {extra_cpu:.1f} s of the processor")
        print(f"each where nothing is new: {quiet.seconds / count:.1f} s")
        hours = (first.seconds + extra * (ALL_OF_THEM - 1)) / 3600
        print(
            f"{ALL_OF_THEM} at that pace: {hours:.1f} hours{'' if count == ALL_OF_THEM else ' (worked out, not run)'}"
        )
    folders = sorted(path for path in many.iterdir() if not path.name.startswith("."))
    stages = [last_run(folder) for folder in folders]
    print("stage, median s: " + ", ".join(f"{stage} {_median(stages, stage):.1f}" for stage in stages[0]))
    own = [_size(folder, passed_over="snapshots") for folder in folders]
    print(f"disk: {_size(many / '.shared'):.0f} MB in common, {statistics.median(own):.0f} MB for each")


def _median(stages: list[dict[str, float]], stage: str) -> float:
    return statistics.median(each.get(stage, 0.0) for each in stages)


def _size(folder: Path, passed_over: str = "") -> float:
    """Megabytes of the files in a folder; linked snapshots are counted where they are in common."""
    files = (path for path in folder.rglob("*") if path.is_file() and passed_over not in path.parts)
    return sum(path.stat().st_size for path in files) / 1e6


def _serve_small(pipe: Connection) -> None:
    with made_up_country() as country:
        pipe.send(country.environment)
        pipe.recv()


if __name__ == "__main__":
    main()
