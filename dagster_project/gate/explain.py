"""What the gates said of one run, for the person who has to do something about it.

Read from the run's own record in `data/runs/`: a run that was refused leaves nothing else behind. What belongs here:
the words of the explanation and the way out. What does not: judging (`judgement.py`) and the Dutch of the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from dagster_project import pulls
from dagster_project.contracts import all_contracts
from dagster_project.errors import ConfigurationError
from dagster_project.gate.judgement import gate_log, refuses
from dagster_project.gate.results import WHOLE_GATE, number, rows_in_words
from dagster_project.ingest import OWN
from dagster_project.publication import current_manifest
from dagster_project.run import RunState, finished_runs
from dagster_project.snapshots import Snapshot, SnapshotStore, in_amsterdam
from dagster_project.workspace import SETTINGS_FILE, Workspace

_NEWEST = 10
_WHEN = {
    "after_ingest": "on what came in, before anything was computed",
    "after_build": "on what was computed, before publication",
    "after_proof": "on the proof that small counts cannot be worked out",
}
_OF_SETTINGS = {"accepted_jump": "accepted_jumps", "parameter": "gemeente and small_count_threshold"}
"""Raw tables that hold what stands in the settings."""

Explained = dict[str, Any]


def find_run(workspace: Workspace, asked: str | None = None) -> RunState:
    """The run to explain.

    Args:
        workspace: the workspace.
        asked: a run's id or the beginning of one, or the id of a publication; None: the last run that came to a gate.

    Raises:
        ConfigurationError: no run fits, or more than one; the newest are named.
    """
    runs = list(finished_runs(workspace))
    if not runs:
        raise ConfigurationError(f"No run of {workspace.root} is recorded yet. Run: opkoers refresh.")
    if asked is None:
        judged = [run for run in runs if run.validations]
        if not judged:
            raise ConfigurationError(f"No run came to a gate yet. {_newest(runs)}")
        return judged[-1]
    found = [run for run in runs if asked and (run.run_id.startswith(asked) or run.publication_id == asked)]
    if not found:
        raise ConfigurationError(f"No run is called {asked!r}, expected one. {_newest(runs)}")
    if len(found) > 1:
        raise ConfigurationError(f"{len(found)} runs are called {asked!r}, expected one. {_newest(runs)}")
    return found[0]


def _newest(runs: list[RunState]) -> str:
    named = [f"{run.run_id[:8]} ({in_amsterdam(run.started_at)}, {run.outcome})" for run in reversed(runs[-5:])]
    return f"The newest: {', '.join(named)}."


def explain(workspace: Workspace, asked: str | None = None) -> Explained:
    """What a run's gates checked, what they found, where it came from and what to do.

    Raises:
        ConfigurationError: no run fits, or more than one; the newest are named.
    """
    run = find_run(workspace, asked)
    inputs = _Inputs(workspace, run)
    findings = [_finding(row, inputs) for row in sorted((r for r in run.validations if _is_trouble(r)), key=_rank)]
    return {
        "run_id": run.run_id,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "as_of": run.as_of,
        "outcome": run.outcome,
        "exit_code": run.exit_code,
        "publication_id": run.publication_id,
        "message": run.message,
        "gates": [_gate(stage, list(rows)) for stage, rows in groupby(run.validations, key=lambda row: row["stage"])],
        "findings": findings,
        "new_inputs": inputs.new if any(finding["refuses"] for finding in findings) else [],
        "set_aside": run.set_aside,
        "notified": run.notified,
        "stands": inputs.stands,
    }


def _is_trouble(row: dict[str, Any]) -> bool:
    return bool(row["result"] != "passed")


def _rank(row: dict[str, Any]) -> int:
    """Critical failures first, then checks that could not run, then warnings; each in the order of the gates."""
    if row["result"] == "broken":
        return 1
    return 0 if refuses(row) else 2


def _gate(stage: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "stage": stage,
        "when": _WHEN.get(stage, ""),
        "checks": len(rows),
        "tables": len({row["table_name"] for row in rows if row["table_name"]}),
        "passed": sum(row["result"] == "passed" for row in rows),
        "refused": sum(refuses(row) and row["result"] != "broken" for row in rows),
        "broken": sum(row["result"] == "broken" for row in rows),
        "warned": sum(row["result"] == "failed" and not refuses(row) for row in rows),
    }


class _Inputs:
    """What a run rested on: its snapshots, and which of them the publication that stands does not know yet."""

    def __init__(self, workspace: Workspace, run: RunState) -> None:
        self.workspace = workspace
        self.kinds = {dataset.key: dataset for dataset in all_contracts()}
        self._store = SnapshotStore(workspace.snapshots)
        manifest = current_manifest(workspace)
        self.stands = manifest["publication_id"] if manifest else None
        # a publication made since then knows the inputs of this run as well: nothing follows from that
        is_older = manifest is not None and manifest["created_at"] <= run.started_at
        known = {pin["snapshot_id"] for pin in manifest["pins"]} if manifest and is_older else None
        fresh = [pin for pin in run.pins if known is not None and pin["snapshot_id"] not in known]
        self.new = [self.described(f"{pin['source_id']}/{pin['dataset_id']}", pin["snapshot_id"]) for pin in fresh]

    def described(self, key: str, snapshot_id: str) -> dict[str, Any]:
        """One snapshot: what it is, where it stands and since when; only its name where it is there no more."""
        told: dict[str, Any] = {"dataset": key, "snapshot_id": snapshot_id}
        snapshot = self._snapshot(key, snapshot_id)
        if snapshot is None:
            return told
        file = self._store.path_of(snapshot)
        return told | {
            "name": snapshot.table_id or snapshot.url,
            "file": file.relative_to(self.workspace.data).as_posix(),
            "retrieved_at": snapshot.retrieved_at,
            "publisher_modified": snapshot.publisher_modified,
        }

    def _snapshot(self, key: str, snapshot_id: str) -> Snapshot | None:
        source_id, _, dataset_id = key.partition("/")
        known = self._store.all(source_id, dataset_id)
        return next((snapshot for snapshot in known if snapshot.snapshot_id == snapshot_id), None)


def _finding(row: dict[str, Any], inputs: _Inputs) -> dict[str, Any]:
    origins = [
        inputs.described(origin["dataset"], origin["snapshot_id"])
        | {"rows": origin["rows"], "row_numbers": list(origin["row_numbers"])}
        for origin in row.get("origins", ())
    ]
    suite_file = f"expectations/{row['stage']}/{row['suite']}.yml" if row["suite"] != WHOLE_GATE else None
    kind = "broken" if row["result"] == "broken" else "critical" if refuses(row) else "warning"
    return {
        "kind": kind,
        "refuses": refuses(row),
        "stage": row["stage"],
        "suite": row["suite"],
        "suite_file": suite_file,
        "table": row["table_name"],
        "column": row["column_name"],
        "check": row["expectation"],
        "found": row["observed"],
        "expected": row["expected"],
        "failing_rows": row["unexpected_count"],
        "rows": row["element_count"],
        "message": row["message"],
        "origins": origins,
        "way_out": list(_ways_out(row, origins, suite_file, inputs)),
    }


def _ways_out(
    row: dict[str, Any], origins: list[dict[str, Any]], suite_file: str | None, inputs: _Inputs
) -> Iterator[str]:
    if row["result"] == "broken":
        log = gate_log(inputs.workspace).relative_to(inputs.workspace.data).as_posix()
        yield f"It says nothing of the data. Run again; if it stays, {log} in the data folder may say why."
        yield f"The check itself stands in {suite_file}." if suite_file else "No suite of this gate was run."
        return
    settings = _OF_SETTINGS.get(row["suite"])
    if settings:
        yield f"Mend {settings} in {SETTINGS_FILE}, then: opkoers refresh."
    for origin in origins:
        yield from _of_dataset(origin, inputs)
    if not origins and not settings:
        yield _WITHOUT_ORIGIN[row["stage"]] if refuses(row) else _STANDS_THERE
    yield f"If what was found is right, the check is too narrow: {suite_file}."


_WITHOUT_ORIGIN = {
    "after_ingest": "From which file it came cannot be told from the rows alone: begin with the inputs that are new.",
    "after_build": "It was computed from several inputs: begin with those that are new.",
    "after_proof": "A hidden count could be worked out from what is shown. Nothing of it was published; report this, "
    "for it is a fault of the program and not of your files.",
}
_STANDS_THERE = "The rows were let through: opkoers trace follows a figure of theirs back to its file."


def _of_dataset(origin: dict[str, Any], inputs: _Inputs) -> Iterator[str]:
    dataset = inputs.kinds.get(origin["dataset"])
    name = origin.get("name", origin["dataset"])
    if dataset is None:
        return
    if dataset.kind in OWN:
        yield f"Mend {name} in the workspace, then: opkoers refresh."
    elif dataset.kind in pulls.WIRED:
        yield (
            f"Look at {name} of {dataset.source_id.upper()}: is it wrong there too, wait for its correction, and until "
            f"then leave the source out with {dataset.source_id} = false under [sources] in {SETTINGS_FILE}."
        )
    elif dataset.kind == "sealed":
        yield "It comes from your own registrations: opkoers mapping check tells how each export is read."
    else:
        yield (
            f"See how {name} is read with opkoers mapping check; mend mappings/{dataset.dataset_id}.yml, or put a "
            "corrected export into drop/."
        )


def as_lines(explained: Explained) -> Iterator[str]:
    """The explanation as plain text, worst first."""
    code = f", exit code {explained['exit_code']}"
    yield f"Run {explained['run_id']} of {in_amsterdam(explained['started_at'])}: {explained['outcome']}{code}."
    yield explained["message"]
    if not explained["gates"]:
        yield "It ended before any gate: nothing was checked."
    for gate in explained["gates"]:
        yield _gate_sentence(gate)
    for position, finding in enumerate(explained["findings"], 1):
        yield ""
        yield from _finding_lines(position, finding)
    if explained["new_inputs"]:
        yield ""
        yield f"New in this run, unknown to the publication {explained['stands']}:"
        yield from (f"  {_origin_words(origin)}" for origin in explained["new_inputs"])
    if explained["set_aside"]:
        yield ""
        yield "Set aside, and left out of what was judged (the lines stand in rejected/ where the sentence says so):"
        yield from (f"  {sentence}" for sentence in explained["set_aside"])
    if explained["notified"]:
        yield ""
        yield f"Told: {'; '.join(explained['notified'])}."


def _gate_sentence(gate: dict[str, Any]) -> str:
    parts = [f"{gate['passed']} passed"]
    parts += [counted.format(count=gate[name]) for name, counted in _COUNTED if gate[name]]
    return (
        f"Gate {gate['stage']}, {gate['when']}: {gate['checks']} checks on {gate['tables']} tables; {', '.join(parts)}."
    )


_COUNTED = (("refused", "{count} refused"), ("broken", "{count} could not be run"), ("warned", "{count} warned"))
_HEADS = {
    "critical": "Critical: this stops publication",
    "broken": "Broken: the check could not be run, and that stops publication too",
    "warning": "Warning: this stops nothing",
}


def _finding_lines(position: int, finding: dict[str, Any]) -> Iterator[str]:
    yield f"{position}. {_HEADS[finding['kind']]}"
    if finding["kind"] == "broken":
        yield f"   What:     {finding['message']}"
    else:
        column = f", column {finding['column']}" if finding["column"] else ""
        yield f"   Where:    {finding['table']}{column} (suite {finding['suite']})"
        yield f"   Found:    {finding['found']}{_share(finding)}"
        yield f"   Expected: {finding['expected']}"
    for origin in finding["origins"]:
        yield f"   From:     {_origin_words(origin)}"
    for way_out in finding["way_out"]:
        yield f"   Way out:  {way_out}"


def _share(finding: dict[str, Any]) -> str:
    if finding["failing_rows"] is None:
        return ""
    return f"; {number(finding['failing_rows'])} of {rows_in_words(finding['rows'] or 0)}"


def _origin_words(origin: dict[str, Any]) -> str:
    lines = f", first at row {', '.join(map(str, origin['row_numbers']))}" if origin.get("row_numbers") else ""
    rows = f": {rows_in_words(origin['rows'])}{lines}" if "rows" in origin else ""
    if "file" not in origin:
        return f"{origin['dataset']}{rows} (its snapshot {origin['snapshot_id'][:12]} is gone)"
    retrieved = in_amsterdam(origin["retrieved_at"])
    return f"{origin['dataset']}, {origin['name']}{rows} ({origin['file']}, retrieved {retrieved})"


def listed(workspace: Workspace) -> Iterator[str]:
    """The newest runs, newest first: when, how they ended, and what failed at their gates."""
    runs = list(finished_runs(workspace))[-_NEWEST:]
    if not runs:
        yield "No run is recorded yet. Run: opkoers refresh."
    for run in reversed(runs):
        troubled = sorted({row["suite"] for row in run.validations if refuses(row)})
        warned = sum(_rank(row) == 2 for row in run.validations if _is_trouble(row))
        judged = f"{len(run.validations)} checks" if run.validations else "no gate"
        refused = f"; refused by {', '.join(troubled)}" if troubled else ""
        warnings = f"; {warned} warned" if warned else ""
        yield f"{run.run_id[:8]}  {in_amsterdam(run.started_at)}  {run.outcome}, {judged}{warnings}{refused}"
