"""The steps of a refresh as faults strike them: each with what it starts from, and the parts that are struck apart."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import duckdb

from dagster_project import blueprint, ingest, quarantine, transform
from dagster_project.assets.models import AUDIT
from dagster_project.conclusion import conclude
from dagster_project.contracts import all_contracts
from dagster_project.gate import judgement
from dagster_project.gate.client import GateWorker
from dagster_project.gate.judgement import gate_log
from dagster_project.gate.suites import Stage
from dagster_project.publication import publish
from dagster_project.run import Run, today

EDITION = "2031-01"
SOURCES = tuple(dict.fromkeys(dataset.source_id for dataset in all_contracts()))
BOUNDARIES = ("lying", "taken", "loaded", "built", "audited", "published")
"""What was done: news lies there, all is taken in, loaded, built and proved, judged and audited, published."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: as the table of a campaign calls it.
        boundary: how the workspace stands before it.
        work: the step itself, for a step of a run; None: a command.
        command: the arguments of the command line.
        parts: functions of the product that are struck apart, by the name of the part.
        share: of two hundred faults so many are its; steps that take long get few.
        is_quick: whether it and what comes after it take few seconds.
    """

    name: str
    boundary: str
    work: Callable[[Run], object] | None = None
    command: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    share: int = 10
    is_quick: bool = False


def _take(source_id: str) -> Callable[[Run], object]:
    return lambda run: ingest.take(run, source_id)


def _load(run: Run) -> None:
    ingest.reject_strays(run)
    ingest.load_raw(run)


def _gate(stage: Stage) -> Callable[[Run], None]:
    def judge(run: Run) -> None:
        with GateWorker(gate_log(run.workspace)).start() as worker:
            judgement.judge(run, worker, stage)

    return judge


def _models(run: Run) -> None:
    transform.build(run.database, exclude=AUDIT, on_event=lambda _: None)


def _audit_models(run: Run) -> None:
    transform.build(run.database, select=AUDIT, on_event=lambda _: None)


def _prove(run: Run) -> None:
    from dagster_project.disclosure.prove import record

    with duckdb.connect(str(run.database)) as connection:
        record(connection, run.workspace.settings.small_count_threshold)


def _record(run: Run) -> None:
    quarantine.note_refused(run)
    judgement.load_results(run)
    blueprint.load(run)


def _publish(run: Run) -> None:
    conclude(run, publish(run))


_TOMORROW = (today() + timedelta(days=1)).isoformat()
_PUBLICATION = "dagster_project.publication"
_FREEZE = "dagster_project.editions.freeze"
STEPS = (
    Step(
        "pull CBS",
        "lying",
        _take("cbs"),
        parts=(("keep snapshot", "dagster_project.snapshots:SnapshotStore.add"),),
        share=14,
        is_quick=True,
    ),
    Step(
        "pull DUO",
        "lying",
        _take("duo"),
        parts=(("keep snapshot", "dagster_project.snapshots:SnapshotStore.add"),),
        share=10,
        is_quick=True,
    ),
    Step("take own files", "lying", _take("municipal"), share=12, is_quick=True),
    Step("take figures from drop", "lying", _take("divosa"), share=10, is_quick=True),
    Step(
        "take registrations",
        "lying",
        _take("registration"),
        parts=(
            ("copy export", "dagster_project.extract.incoming:pack_or_copy"),
            ("vault", "dagster_project.registration.vault:Vault.add"),
            ("confidential build", "dagster_project.registration.confidential:build"),
            ("seal", "dagster_project.registration.confidential:seal"),
            ("keep database", "dagster_project.registration.confidential:keep"),
            ("receipt", "dagster_project.extract.incoming:accept_sealed"),
        ),
        share=18,
    ),
    Step(
        "load raw",
        "taken",
        _load,
        parts=(
            ("reject stray", "dagster_project.extract.incoming:reject"),
            ("set snapshot aside", "dagster_project.snapshots:SnapshotStore.set_aside"),
        ),
        share=22,
        is_quick=True,
    ),
    Step("gate after_ingest", "loaded", _gate("after_ingest"), share=5),
    Step("dbt models", "loaded", _models, share=8),
    Step("proof of small counts", "built", _prove, share=8, is_quick=True),
    Step("gate after_build", "built", _gate("after_build"), share=3),
    Step("gate after_proof", "built", _gate("after_proof"), share=3),
    Step("record results", "built", _record, share=10, is_quick=True),
    Step("dbt audit models", "built", _audit_models, share=5),
    Step(
        "publish",
        "audited",
        _publish,
        parts=(
            ("hash tables", f"{_PUBLICATION}:table_hashes"),
            ("copy warehouse", f"{_PUBLICATION}:copy_warehouse"),
            ("parquet", f"{_PUBLICATION}:write_parquet"),
            ("site", f"{_PUBLICATION}:render_site"),
            ("exports", f"{_PUBLICATION}:write_exports"),
            ("manifest", f"{_PUBLICATION}:_manifest"),
            ("sync", f"{_PUBLICATION}:sync_tree"),
            ("chain", "dagster_project.chain:append"),
            ("pointer", f"{_PUBLICATION}:point_at"),
            ("run record", "dagster_project.run:Run.finish"),
        ),
        share=50,
        is_quick=True,
    ),
    Step(
        "freeze edition",
        "published",
        command=("edition", "freeze", EDITION),
        parts=(
            ("keep workspace", f"{_FREEZE}:_keep_workspace"),
            ("rebuild", "dagster_project.rebuild:execute"),
            ("write", f"{_FREEZE}:write_like"),
            ("sync", f"{_FREEZE}:sync_tree"),
            ("close", f"{_FREEZE}:_close"),
        ),
        share=4,
    ),
    Step("rotate keys", "published", command=("key", "rotate"), share=5),
    Step("forget", "published", command=("forget", "--before", _TOMORROW), share=5),
    Step("whole refresh", "lying", command=("refresh",), share=6),
)


def walk(run: Run) -> Iterator[str]:
    """Go through the steps of a run in their order; every boundary is named when it is reached."""
    run.begin()
    yield "lying"
    for source_id in SOURCES:
        ingest.take(run, source_id)
    yield "taken"
    _load(run)
    yield "loaded"
    with GateWorker(gate_log(run.workspace)).start() as worker:
        judgement.judge(run, worker, "after_ingest")
        _models(run)
        _prove(run)
        yield "built"
        judgement.judge(run, worker, "after_build")
        judgement.judge(run, worker, "after_proof")
    _record(run)
    _audit_models(run)
    yield "audited"
    _publish(run)
    shutil.rmtree(run.folder)
    yield "published"
