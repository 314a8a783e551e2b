"""The dbt models as assets: dbt runs in this process, its events become asset events with columns and lineage.

dagster-dbt's own resource starts dbt as a command, which costs a second start-up and a version look-up at every run;
its translation of events is used as it is.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from google.protobuf.json_format import MessageToDict

from dagster_project import transform
from dagster_project.assets.resources import Refresh
from dagster_project.lineage import CACHE, Relations, Sources, model_lineage
from dagster_project.run import Run

AUDIT = "tag:audit"
_RESULTS = {"LogModelResult", "LogSeedResult", "LogTestResult"}


class Translator(DagsterDbtTranslator):
    """Groups models by their layer; what waits for the gates' results comes after all layers, whichever it is of."""

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """What the model means; the library would put all of its SQL behind that."""
        return str(dbt_resource_props["description"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        if "audit" in dbt_resource_props["tags"] and dbt_resource_props["fqn"][1] == "staging":
            return "audit"
        return str(dbt_resource_props["fqn"][1])


_TRANSLATOR = Translator()
"""One for all events: it remembers what it has worked out of a model."""


def _build(run: Run, context: dg.AssetExecutionContext, *, select: str | None, exclude: str | None) -> Iterator[Any]:
    """Build a selection and yield its asset events, each with its columns and column lineage."""
    if context.is_subset:
        raise dg.Failure("Models are built together, in a fresh database per run. Launch the job `refresh` instead.")
    raw_events: list[dict[str, Any]] = []

    def collect(event: Any) -> None:
        if event.info.name in _RESULTS:
            raw_events.append(MessageToDict(event, preserving_proto_field_name=True))

    failure: transform.DbtFailed | None = None
    with run.stage("dbt audit models" if select else "dbt models"):
        try:
            transform.build(run.database, select=select, exclude=exclude, on_event=collect)
        except transform.DbtFailed as error:
            failure = error
    with run.stage("column lineage"):
        relations = _relations(run.database)
        nodes = [_node(raw_event) for raw_event in raw_events]
        sources = _lineage(run, [node for node in nodes if _tells_of_columns(node)], relations)
    for raw_event, node in zip(raw_events, nodes, strict=True):
        yield from _asset_events(raw_event, node, relations, sources.get(node["unique_id"], {}), context)
    if failure:
        raise failure


def _node(raw_event: dict[str, Any]) -> dict[str, Any]:
    return dict(transform.manifest()["nodes"][raw_event["data"]["node_info"]["unique_id"]])


def _tells_of_columns(node: dict[str, Any]) -> bool:
    """Models, but for those of row lineage: their columns are keys, made of columns of every other table."""
    return node["resource_type"] == "model" and not {"lineage", "audit_lineage"} & {node["fqn"][1], node["name"]}


def _relations(database: Path) -> Relations:
    """Columns and types of every relation in the build database."""
    relations: Relations = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
        ).fetchall()
    for schema, table, column, kind in rows:
        relations.setdefault(f"{schema}.{table}", {})[column] = kind
    return relations


def _lineage(run: Run, models: list[dict[str, Any]], relations: Relations) -> dict[str, Sources]:
    compiled = run.folder / "dbt" / "compiled" / "opkoers"
    files = {model["unique_id"]: compiled / model["original_file_path"] for model in models}
    built = {name: path for name, path in files.items() if path.is_file()}
    return model_lineage(built, relations, transform.parsed_project() / CACHE)


def _asset_events(
    raw_event: dict[str, Any],
    node: dict[str, Any],
    relations: Relations,
    sources: Sources,
    context: dg.AssetExecutionContext,
) -> Iterator[Any]:
    """The library's own events; those of models gain the columns as they were built and where they come from."""
    columns = relations.get(f"{node['schema']}.{node['name']}", {})
    history = {"columns": {name: {"data_type": kind} for name, kind in columns.items()}}
    message = DbtCoreCliEventMessage(raw_event=raw_event, event_history_metadata=history)
    for event in message.to_default_asset_events(transform.manifest(), _TRANSLATOR, context):
        if isinstance(event, dg.Output) and sources:
            lineage = {
                column: [dg.TableColumnDep(dg.AssetKey(table.split(".")), name) for table, name in parents]
                for column, parents in sources.items()
            }
            metadata: dict[str, Any] = {
                **event.metadata,
                "dagster/column_lineage": dg.TableColumnLineage(lineage),
                # the UI that is free of charge draws no lineage of columns: it shows this
                "column lineage": dg.MetadataValue.md(_in_words(sources)),
            }
            yield dg.Output(None, output_name=event.output_name, metadata=metadata)
        else:
            yield event


def _in_words(sources: Sources) -> str:
    """Where each column comes from, as a table in Markdown."""
    parents = {column: ", ".join(f"`{table}.{name}`" for table, name in found) for column, found in sources.items()}
    rows = [f"| `{column}` | {found or 'no column: worked out in the model'} |" for column, found in parents.items()]
    return "\n".join(["| column | comes from |", "|---|---|", *rows])


def model_assets() -> list[dg.AssetsDefinition]:
    """Two dbt steps: everything up to the marts, and the audit models that wait for the gates' results.

    The models of the confidential database are no assets: they are built before, where rows on persons stay.
    """
    common: dict[str, Any] = {
        "manifest": transform.manifest(),
        "dagster_dbt_translator": _TRANSLATOR,
    }

    @dbt_assets(name="models", exclude=f"{AUDIT} {transform.REGISTRATION}", **common)
    def models(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[Any]:
        yield from _build(refresh.run(context.run_id), context, select=None, exclude=AUDIT)

    @dbt_assets(name="audit_models", select=AUDIT, **common)
    def audit_models(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[Any]:
        yield from _build(refresh.run(context.run_id), context, select=AUDIT, exclude=None)

    return [models, audit_models]
