"""The client of the worker: starts it early, asks it to run gates, and turns its every failure into a broken gate.

Great Expectations takes seconds to import. `GateWorker.start()` at the beginning of a refresh lets that happen while
the sources are read. What the worker does does not belong here.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pydantic import BaseModel, ConfigDict, ValidationError

import dagster_project
from dagster_project.gate.results import GateReport, broken_row
from dagster_project.gate.suites import Stage

DEFAULT_TIMEOUT = 600.0
"""Seconds for one gate, import included."""

_CLOSING_PATIENCE = 5.0
_NO_MORE_ANSWERS = ""


class Request(BaseModel):
    """One gate to run: the line that goes to the worker. A `GateReport` comes back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: Stage
    database: Path
    run_id: str
    suites: Path | None = None
    """Folder of the stages' folders; None for the product's own."""


class GateWorker:
    """The process that runs the gates of one refresh. Use as a context manager, or call `close`."""

    def __init__(self, log: Path, suites: Path | None = None) -> None:
        """Prepare a worker; `start` starts it.

        Args:
            log: file that receives what the worker prints, for diagnosis.
            suites: folder of the stages' folders; None for the product's own `expectations/`.
        """
        self.log = log
        self._suites = suites
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()

    def start(self) -> Self:
        """Start the process, which begins importing at once. Returns without waiting."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        package_home = str(Path(dagster_project.__file__).resolve().parents[1])
        search_path = os.pathsep.join(filter(None, [package_home, os.environ.get("PYTHONPATH")]))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                # -P: a file in the current folder never stands in for a library
                [sys.executable, "-P", "-m", "dagster_project.gate.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
                env={**os.environ, "PYTHONPATH": search_path, "GX_ANALYTICS_ENABLED": "false"},
            )
        threading.Thread(target=_listen, args=(self._process.stdout, self._answers), daemon=True).start()
        return self

    @property
    def pid(self) -> int | None:
        """Process id while one was started and not closed."""
        return self._process.pid if self._process else None

    def run(self, stage: Stage, database: Path, run_id: str, timeout: float = DEFAULT_TIMEOUT) -> GateReport:
        """Run the suites of a stage on a build database. Close your own connections to it first.

        Args:
            stage: the gate.
            database: the build database; it is opened read-only and closed before this returns.
            run_id: goes into every row.
            timeout: seconds to wait; then the worker is ended and the gate is broken.

        Returns:
            The report. A worker that crashed, hung or answered nonsense gives a broken one, never a pass.
        """
        request = Request(stage=stage, database=database.resolve(), run_id=run_id, suites=self._suites)
        try:
            report = GateReport.model_validate_json(self._ask(request, timeout))
            if report.stage != stage:
                raise _WorkerFault(f"it answered for {report.stage}")
        except (_WorkerFault, ValidationError) as error:
            self.close()
            fault = "it gave an answer that is no report" if isinstance(error, ValidationError) else str(error)
            reason = f"its worker failed: {fault}; {self.log} may say why"
            return GateReport(stage=stage, checks=(broken_row(stage, run_id, reason),))
        return report

    def _ask(self, request: Request, timeout: float) -> str:
        if self._process is None or self._process.stdin is None:
            raise _WorkerFault("it does not run")
        try:
            self._process.stdin.write(request.model_dump_json() + "\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=timeout)
        except queue.Empty:
            raise _WorkerFault(f"it gave no answer within {timeout:g} seconds") from None
        except OSError:
            answer = _NO_MORE_ANSWERS
        if answer == _NO_MORE_ANSWERS:
            raise _WorkerFault("it ended without an answer")
        return answer

    def close(self) -> None:
        """End the process, gently and then not. Safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):  # a worker that is gone already cannot take what is still in the pipe
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(_CLOSING_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self if self._process else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _WorkerFault(Exception):
    """Why the worker gave no report, as the end of "its worker failed: …"."""


def _listen(answers: IO[str], into: queue.SimpleQueue[str]) -> None:
    """Pass on the worker's lines until it ends, so that waiting for one can have a limit on every platform."""
    with answers:
        for line in answers:
            into.put(line)
    into.put(_NO_MORE_ANSWERS)
