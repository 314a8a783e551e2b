"""The workspace that faults strike: made once, and kept as it stands at each boundary between two steps of a refresh.

A first refresh published; then news came of every kind: tables of CBS and a file of DUO changed, one of them to another
unit, exports with and without persons lie in `drop/`, and the municipality's own files changed.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dagster_project.contracts import contract
from dagster_project.execution import refresh
from dagster_project.run import Run, RunOptions, refresh_lock
from dagster_project.workspace import Workspace
from tests.integration.country import key_figures, population, settle, verzuim
from tests.integration.test_editions import keep, tell
from tests.standin.server import StandIn
from tests.survival.child import in_child
from tests.survival.steps import BOUNDARIES, EDITION, walk

RUN = "5eed0000-0000-4000-8000-000000000001"
"""The run that stands half-way in the prepared workspaces."""
PERSONS = ("111222333", "123456782", "900000001")
"""Client numbers in the export that lies in `drop/`. Nowhere else may they stand."""
_WIDE = ("kwb_2022", "kwb_2023", "kwb_2024")
EXPORT = "SYNTHETISCH_suite4sd_toekenningen_2025.csv"


@dataclass(frozen=True)
class Base:
    """Prepared workspaces, one per boundary.

    Attributes:
        folder: holds them.
        services: variables that name where the stand-ins for CBS and DUO answer, with the news.
        expected: the manifest of the publication that the run came to when nothing struck.
    """

    folder: Path
    services: dict[str, str]
    expected: dict[str, Any]

    def built(self) -> Path:
        """The folder of the run that nothing struck, with its audited database."""
        return self.folder / "audited" / "data" / "build" / RUN


def copy_tree(source: Path, target: Path) -> None:
    """Copy what is in a folder, with its modes and times; blocks are shared where the file system can."""
    target.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", f"{source}/.", str(target)], check=True)


@contextmanager
def prepared(folder: Path) -> Iterator[Base]:
    """Make the workspaces unless they are there, and keep the services up that struck runs and later ones ask."""
    root = folder / "workspace"
    is_there = (folder / BOUNDARIES[-1]).is_dir()
    folder.mkdir(exist_ok=True)
    if not is_there:
        with _serving(lambda _: None) as before:
            in_child(lambda: _first_refresh(root, before), folder / "first.json").value()
        _drop_news(root)
    with _serving(_news) as now:
        if not is_there:
            in_child(lambda: _to_the_end(root, folder, now), folder / "second.json").value()
        expected = json.loads((folder / BOUNDARIES[-1] / "data" / "current" / "manifest.json").read_text())
        yield Base(folder, now, expected)


def _first_refresh(root: Path, services: dict[str, str]) -> None:
    os.environ.update(services)
    settle(root)
    settings = root / "opkoers.toml"
    patient = re.sub(r"(?m)^timeout_seconds = .*$", "timeout_seconds = 60.0", settings.read_text(encoding="utf-8"))
    settings.write_text(patient, encoding="utf-8")  # a machine that is busy is no fault of the source
    keep(Workspace(root))
    for objective in ("plan-01", "plan-02"):
        tell(Workspace(root), objective, EDITION)
    _write_grants(root / "drop" / EXPORT.replace("2025", "2024"), 2024)
    said, code = refresh(Workspace(root), RunOptions())
    assert code == 5, said


def _drop_news(root: Path) -> None:
    _write_grants(root / "drop" / EXPORT, 2025)
    (root / "drop" / "divosa_benchmark_2024.csv").write_text(
        "Gemeentecode;Gemeente;Peiljaar;Terugkeer in de bijstand binnen een jaar (%)\nGM0396;Heemskerk;2024;14,8\n",
        encoding="cp1252",
    )
    (root / "drop" / "onbekend.csv").write_text("a;b\n1;2\n")
    keep(Workspace(root), value="66")


def _write_grants(path: Path, year: int) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="cp1252", newline="") as stream:
        rows = csv.writer(stream, delimiter=";")
        rows.writerow(["BSN", "Clientnummer", "Regelingcode", "Regeling", "Begindatum", "Einddatum", "Status"])
        for number in range(60):
            person = PERSONS[number % len(PERSONS)] if year == 2025 else f"SYN{number:05}"
            rows.writerow([person, f"SYN{number:05}", "MR01", "Minimaregeling", f"15-03-{year}", "", "toegekend"])
    moment = path.stat().st_mtime - 3600  # long complete: no run has to wait and look again
    os.utime(path, (moment, moment))


def _to_the_end(root: Path, folder: Path, services: dict[str, str]) -> None:
    """Walk the steps of a run, and keep the workspace as it stands before each and after the last."""
    os.environ.update(services)
    run = Run(Workspace(root), RUN, RunOptions())
    with refresh_lock(run.workspace):
        for boundary in walk(run):
            copy_tree(root, folder / boundary)
    shutil.rmtree(root)


def _tables() -> list[Any]:
    """A few tables of every kind: CBS knows none of the others, which a run says and goes on."""
    return [*(key_figures(contract("cbs", name)) for name in _WIDE), population()]


def _news(standin: Any) -> None:
    standin.put(key_figures(contract("cbs", "kwb_2023"), factor=1.1, modified="2025-09-01T02:00:00"))
    standin.put(key_figures(contract("cbs", "kwb_2024"), factor=10, modified="2025-09-01T02:00:00"))  # another unit
    standin.put(population(version=2))
    for name, file in verzuim().items():
        body = file.body.replace(b";20;", b";24;")
        standin.put_file(name, replace(file, body=body, etag='"2"', last_modified="Thu, 02 Oct 2025 06:00:00 GMT"))


@contextmanager
def _serving(change: Callable[[Any], None]) -> Iterator[dict[str, str]]:
    """The stand-ins in a process of their own, so that no thread of theirs is in the way of a fork here."""
    told, tell = os.pipe()
    stop, keep = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(keep)
        with StandIn(_tables(), verzuim()) as standin:
            change(standin)
            os.write(tell, json.dumps(standin.environment).encode() + b"\n")
            os.read(stop, 1)
        os._exit(0)
    os.close(stop)
    with os.fdopen(told) as lines:
        services = json.loads(lines.readline())
        os.close(tell)
    try:
        yield services
    finally:
        os.close(keep)
        os.waitpid(child, 0)
