"""The lineage of a run as OpenLineage events (https://openlineage.io, specification 2-0-2): `openlineage.jsonl`.

A refresh is one run with a run per step below it: each dataset that was taken, each raw table that was loaded, each
model, each gate and the publication. A step starts and ends when the stage did in which it was done; steps of one stage
share its moments. Ids follow from the run's own, so that the same run gives the same events.

What belongs here: from a run's record, dbt's manifest and the build database to events. What does not: sending them
(`emission.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

import duckdb
from openlineage.client import event_v2, facet_v2
from openlineage.client.serde import Serde

from dagster_project import __version__, transform
from dagster_project.gate.judgement import refuses
from dagster_project.lineage import Sources, cached_lineage
from dagster_project.run import RunState
from dagster_project.snapshots import AMSTERDAM, Snapshot
from dagster_project.standards.publisher import credit
from dagster_project.standards.tables import model_file, relation

FILE = "openlineage.jsonl"
PRODUCER = f"urn:opkoers:{__version__}"
_JOB = "refresh"
_EVENTS = event_v2.RunState


@dataclass(frozen=True)
class Built:
    """What is known of the relations of a build database.

    Attributes:
        columns: relation, as `schema.table`, to its columns and their types.
        loaded: raw table to the keys of the datasets whose rows it holds.
        lineage: model, by its unique id, to the columns that each of its columns comes from.
        rows: published table to its number of rows, where it was counted.
    """

    columns: Mapping[str, Mapping[str, str]]
    loaded: Mapping[str, Sequence[str]]
    lineage: Mapping[str, Sources]
    rows: Mapping[str, int]


@dataclass(frozen=True)
class _Step:
    """One job with its run below the refresh."""

    name: str
    stage: str
    kind: str
    inputs: Sequence[event_v2.InputDataset] = ()
    outputs: Sequence[event_v2.OutputDataset] = ()
    file: str | None = None
    failed: bool = False
    facets: Mapping[str, Any] = field(default_factory=dict)


def read_built(database: Path, rows: Mapping[str, int]) -> Built:
    """Read the columns of every relation, and which datasets each raw table was loaded from.

    Args:
        database: the build database; opened read-only.
        rows: published table to its number of rows.
    """
    columns: dict[str, dict[str, str]] = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
            " where not internal order by all"
        ).fetchall()
        for name, column, kind in found:
            columns.setdefault(name, {})[column] = kind
        loaded = {
            name: [key for (key,) in connection.execute(_datasets_in(name)).fetchall()]
            for name, its in columns.items()
            if name.startswith("raw.") and {"source_id", "dataset_id", "snapshot_id"} <= set(its)
        }
    return Built(columns, loaded, cached_lineage(transform.parsed_project()), rows)


def _datasets_in(table: str) -> str:
    return f"select distinct source_id || '/' || dataset_id from {table} where snapshot_id is not null order by all"


def write_events(
    path: Path,
    state: RunState,
    gemeente: str,
    snapshots: Sequence[Snapshot],
    built: Built,
    publication_id: str,
    at: str,
) -> None:
    """Write the events of a run that publishes, one per line.

    Args:
        path: the file.
        state: the run's record so far.
        gemeente: code of the municipality, part of every name.
        snapshots: those that the run rests on.
        built: its build database.
        publication_id: the publication that it makes.
        at: moment at which it ends (UTC).
    """
    events = [*events_of(state, gemeente, snapshots, built, publication_id=publication_id, at=at)]
    path.write_text("".join(f"{Serde.to_json(event)}\n" for event in events), encoding="utf-8", newline="\n")


def events_of(
    state: RunState,
    gemeente: str,
    snapshots: Sequence[Snapshot],
    built: Built,
    *,
    publication_id: str,
    at: str,
) -> Iterator[event_v2.RunEvent]:
    """The events of a run that publishes: of the refresh and of every step."""
    teller = _Teller(state, gemeente, at)
    steps = [
        *teller.taken(snapshots),
        *teller.loaded(built),
        *teller.models(built),
        *teller.gates(),
        teller.published(built, publication_id),
    ]
    yield teller.event(_EVENTS.START)
    for step in steps:
        yield from teller.step(step)
    yield teller.event(_EVENTS.COMPLETE, outputs=teller.marts(built))


def ending_of(state: RunState, gemeente: str, *, at: str, error: str | None) -> Iterator[event_v2.RunEvent]:
    """The events of a run that makes no publication: of the refresh, and of the gates that it came to.

    Args:
        state: the run's record so far.
        gemeente: code of the municipality.
        at: moment at which it ends (UTC).
        error: why it failed or was refused; None for a run that found nothing new.
    """
    teller = _Teller(state, gemeente, at)
    yield teller.event(_EVENTS.START)
    for step in teller.gates():
        yield from teller.step(step)
    if error is None:
        yield teller.event(_EVENTS.COMPLETE)
        return
    told = facet_v2.error_message_run.ErrorMessageRunFacet(error, "Python", producer=PRODUCER)
    yield teller.event(_EVENTS.FAIL, {"errorMessage": told})


class _Teller:
    """Makes the events of one run."""

    def __init__(self, state: RunState, gemeente: str, at: str) -> None:
        self._state = state
        self._namespace = f"opkoers://{gemeente}"
        self._at = at
        self._run_id = _uuid(state.run_id)

    def event(
        self,
        kind: event_v2.RunState,
        facets: Mapping[str, Any] | None = None,
        outputs: Sequence[event_v2.OutputDataset] = (),
    ) -> event_v2.RunEvent:
        """One event of the refresh as a whole."""
        day = datetime.combine(date.fromisoformat(self._state.as_of), time(), AMSTERDAM)
        run_facets: dict[str, Any] = {
            "nominalTime": facet_v2.nominal_time_run.NominalTimeRunFacet(day.isoformat(), producer=PRODUCER),
            "processing_engine": facet_v2.processing_engine_run.ProcessingEngineRunFacet(
                self._state.opkoers_version, "Opkoers", producer=PRODUCER
            ),
        }
        return event_v2.RunEvent(
            eventType=kind,
            eventTime=self._state.started_at if kind is _EVENTS.START else self._at,
            run=event_v2.Run(str(self._run_id), {**run_facets, **(facets or {})}),
            job=event_v2.Job(self._namespace, _JOB, self._job_facets("JOB", None)),
            outputs=list(outputs),
            producer=PRODUCER,
        )

    def step(self, step: _Step) -> Iterator[event_v2.RunEvent]:
        """The start and the end of a step, at the moments of its stage; what it read and made stands in its end."""
        start, end = self._state.spans.get(step.stage, [self._state.started_at, self._at])
        parent = facet_v2.parent_run.ParentRunFacet(
            facet_v2.parent_run.Run(str(self._run_id)),
            facet_v2.parent_run.Job(self._namespace, _JOB),
            producer=PRODUCER,
        )
        run = event_v2.Run(str(uuid5(self._run_id, step.name)), {"parent": parent, **step.facets})
        job = event_v2.Job(self._namespace, step.name, self._job_facets(step.kind, step.file))
        common: dict[str, Any] = {"run": run, "job": job, "producer": PRODUCER}
        yield event_v2.RunEvent(eventType=_EVENTS.START, eventTime=start, **common)
        yield event_v2.RunEvent(
            eventType=_EVENTS.FAIL if step.failed else _EVENTS.COMPLETE,
            eventTime=end,
            inputs=list(step.inputs),
            outputs=list(step.outputs),
            **common,
        )

    def _job_facets(self, kind: str, file: str | None) -> dict[str, Any]:
        # the standard wants an address of the file; where the code is kept is not known here, its commit is
        commit = self._state.git_commit
        address = ":".join(["urn:opkoers:git", commit, *([file] if file else [])])
        return {
            "jobType": facet_v2.job_type_job.JobTypeJobFacet("BATCH", "OPKOERS", kind, producer=PRODUCER),
            "sourceCodeLocation": facet_v2.source_code_location_job.SourceCodeLocationJobFacet(
                "git", address, path=file, version=commit, producer=PRODUCER
            ),
        }

    def taken(self, snapshots: Iterable[Snapshot]) -> Iterator[_Step]:
        """A step per dataset: from the publisher's address or file to the snapshots of it."""
        ordered = sorted(snapshots, key=lambda snapshot: (snapshot.key, snapshot.snapshot_id))
        for key, members in groupby(ordered, key=lambda snapshot: snapshot.key):
            its = list(members)
            upstream = dict.fromkeys(_address(snapshot) for snapshot in its)
            version = facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet(
                " ".join(snapshot.snapshot_id for snapshot in its), producer=PRODUCER
            )
            told = facet_v2.documentation_dataset.DocumentationDatasetFacet(
                credit(its[0].attribution, its[0].licence), producer=PRODUCER
            )
            yield _Step(
                name=f"take.{key}",
                stage=f"take {its[0].source_id}",
                kind="INGEST",
                inputs=[event_v2.InputDataset(namespace, name) for namespace, name in upstream],
                outputs=[self._output(f"snapshots/{key}", {"version": version, "documentation": told})],
                file="dagster_project/ingest/taking.py",
            )

    def loaded(self, built: Built) -> Iterator[_Step]:
        """A step per raw table that holds rows of snapshots."""
        for table, keys in built.loaded.items():
            if keys:
                yield _Step(
                    name=f"load.{table}",
                    stage="load raw tables",
                    kind="LOAD",
                    inputs=[self._input(f"snapshots/{key}") for key in keys],
                    outputs=[self._output(table, {"schema": _schema(built.columns[table], {})})],
                    file="dagster_project/ingest/loading.py",
                )

    def models(self, built: Built) -> Iterator[_Step]:
        """A step per dbt model in the build database."""
        manifest = transform.manifest()
        relations: dict[str, dict[str, Any]] = {**manifest["sources"], **manifest["nodes"]}
        for unique_id, node in sorted(manifest["nodes"].items()):
            if node["resource_type"] != "model" or relation(node) not in built.columns:
                continue
            parents = [relation(relations[name]) for name in manifest["parent_map"][unique_id] if name in relations]
            yield _Step(
                name=f"dbt.{relation(node)}",
                stage="dbt audit models" if "audit" in node["tags"] else "dbt models",
                kind="MODEL",
                inputs=[self._input(parent) for parent in sorted(parents)],
                outputs=[self._model_output(node, built)],
                file=model_file(node),
            )

    def _model_output(self, node: dict[str, Any], built: Built) -> event_v2.OutputDataset:
        name = relation(node)
        facets: dict[str, Any] = {"schema": _schema(built.columns[name], node["columns"])}
        description = " ".join(node["description"].split())
        if description:
            facets["documentation"] = facet_v2.documentation_dataset.DocumentationDatasetFacet(
                description, producer=PRODUCER
            )
        sources = built.lineage.get(node["unique_id"], {})
        if sources:
            facets["columnLineage"] = self._column_lineage(sources)
        return self._output(name, facets)

    def _column_lineage(self, sources: Sources) -> facet_v2.column_lineage_dataset.ColumnLineageDatasetFacet:
        kinds = facet_v2.column_lineage_dataset
        fields = {
            column: kinds.Fields([kinds.InputField(self._namespace, table, name) for table, name in parents])
            for column, parents in sources.items()
            if parents
        }
        return kinds.ColumnLineageDatasetFacet(fields, producer=PRODUCER)

    def gates(self) -> Iterator[_Step]:
        """A step per gate, with what each expectation found on each table."""
        for stage, of_stage in groupby(self._state.validations, key=lambda row: str(row["stage"])):
            rows = list(of_stage)
            tables: dict[str, list[dict[str, Any]]] = {}
            for row in rows:
                tables.setdefault(row["table_name"], []).append(row)
            yield _Step(
                name=f"gate.{stage}",
                stage=f"gate {stage}",
                kind="TEST",
                inputs=[self._judged(table, found) for table, found in tables.items()],
                file="dagster_project/gate/judgement.py",
                failed=any(refuses(row) for row in rows),
            )

    def _judged(self, table: str, rows: Iterable[dict[str, Any]]) -> event_v2.InputDataset:
        kinds = facet_v2.data_quality_assertions_dataset
        facet = kinds.DataQualityAssertionsDatasetFacet([_assertion(row) for row in rows], producer=PRODUCER)
        return event_v2.InputDataset(self._namespace, table, inputFacets={"dataQualityAssertions": facet})

    def published(self, built: Built, publication_id: str) -> _Step:
        """The step that makes the publication of the published tables."""
        version = facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet(publication_id, producer=PRODUCER)
        return _Step(
            name="publish",
            stage="publish tables",
            kind="PUBLISH",
            inputs=[self._input(name) for name in _marts(built)],
            outputs=[self._output("publication", {"version": version})],
            file="dagster_project/publication.py",
        )

    def marts(self, built: Built) -> list[event_v2.OutputDataset]:
        """The published tables with their number of rows."""
        kinds = facet_v2.output_statistics_output_dataset
        found = []
        for name in _marts(built):
            rows = built.rows.get(name.removeprefix("marts."))
            facets: dict[str, Any] = {}
            if rows is not None:
                facets["outputStatistics"] = kinds.OutputStatisticsOutputDatasetFacet(rows, producer=PRODUCER)
            found.append(event_v2.OutputDataset(self._namespace, name, outputFacets=facets))
        return found

    def _input(self, name: str) -> event_v2.InputDataset:
        return event_v2.InputDataset(self._namespace, name)

    def _output(self, name: str, facets: dict[str, Any]) -> event_v2.OutputDataset:
        return event_v2.OutputDataset(self._namespace, name, facets=facets)


def _marts(built: Built) -> list[str]:
    return [name for name in built.columns if name.startswith("marts.")]


def _uuid(run_id: str) -> UUID:
    """The run's id; one that is no UUID gets one of its own."""
    try:
        return UUID(run_id)
    except ValueError:
        return uuid5(NAMESPACE_URL, run_id)


def _address(snapshot: Snapshot) -> tuple[str, str]:
    """Namespace and name of what a snapshot was taken from, as OpenLineage names files and services."""
    parts = urlsplit(snapshot.original_url or snapshot.url)
    if parts.scheme in ("http", "https") and parts.hostname:
        return f"{parts.scheme}://{parts.hostname}", parts.path.strip("/")
    return "file", snapshot.url


def _schema(columns: Mapping[str, str], described: Mapping[str, Any]) -> facet_v2.schema_dataset.SchemaDatasetFacet:
    kinds = facet_v2.schema_dataset
    fields = [
        kinds.SchemaDatasetFacetFields(name, kind, " ".join(described[name]["description"].split()) or None)
        if name in described
        else kinds.SchemaDatasetFacetFields(name, kind)
        for name, kind in columns.items()
    ]
    return kinds.SchemaDatasetFacet(fields, producer=PRODUCER)


def _assertion(row: Mapping[str, Any]) -> facet_v2.data_quality_assertions_dataset.Assertion:
    return facet_v2.data_quality_assertions_dataset.Assertion(
        assertion=row["expectation"] or "suite",
        success=row["result"] == "passed",
        column=row["column_name"] or None,
        severity="error" if row["severity"] == "critical" else "warn",
        name=f"{row['suite']}: {row['expectation'] or 'suite'}",
        description=row["message"],
        expected=row["expected"],
        actual=row["observed"],
    )
