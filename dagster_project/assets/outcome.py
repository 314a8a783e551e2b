"""The end of the road: what the gates said goes into the audit tables, then the publication is made."""

from collections.abc import Iterator

import dagster as dg

from dagster_project import blueprint, quarantine, transform
from dagster_project.assets.models import Translator
from dagster_project.assets.resources import Refresh
from dagster_project.assets.sources import LATE_TABLES, raw_key, told
from dagster_project.conclusion import conclude
from dagster_project.gate import judgement
from dagster_project.gate.suites import STAGES, suites_for
from dagster_project.publication import publish
from dagster_project.serving.postgres import serve_after


def _published_keys(*, audit: bool) -> list[dg.AssetKey]:
    manifest = transform.manifest()
    models = (
        node for node in manifest["nodes"].values() if node["resource_type"] == "model" and node["schema"] == "marts"
    )
    return [Translator().get_asset_key(node) for node in models if ("audit" in node["tags"]) == audit]


def _judged_keys() -> list[dg.AssetKey]:
    """Every table that a suite judges: no gate may be passed by because nothing was built on its table."""
    return [dg.AssetKey(suite.table.split(".")) for stage in STAGES for suite in suites_for(stage)]


def run_record() -> dg.AssetsDefinition:
    """The raw tables on the run itself, its validations and its code; waits for every mart and every blocking check."""
    waits_for = {*_published_keys(audit=False), *_judged_keys()}
    specs = [
        dg.AssetSpec(
            raw_key(table), deps=waits_for, group_name="run", kinds={"duckdb", "table"}, description=told(table)
        )
        for table in LATE_TABLES
    ]

    @dg.multi_asset(name="run_record", specs=specs)
    def record(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        run = refresh.run(context.run_id)
        quarantine.note_refused(run)
        counts = judgement.load_results(run) | blueprint.load(run)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata={"dagster/row_count": counts[spec.key.path[-1]]})

    return record


def publication() -> dg.AssetsDefinition:
    """The publication: made in full, then put in place in one swap."""

    @dg.asset(key="publication", deps=_published_keys(audit=True), group_name="publication")
    def publication(context: dg.AssetExecutionContext, refresh: Refresh) -> dg.MaterializeResult:  # type: ignore[type-arg]
        run = refresh.run(context.run_id)
        published = None if run.options.is_rebuild else publish(run)
        serve_after(run)
        state = conclude(run, published)
        return dg.MaterializeResult(metadata={"outcome": state.outcome, "message": state.message})

    return publication


@dg.failure_hook(required_resource_keys={"refresh"})
def conclude_failure(context: dg.HookContext) -> None:
    """Write down why a run ended early, whoever started it."""
    run = context.resources.refresh.run(context.run_id)
    conclude(run, error=context.op_exception)
