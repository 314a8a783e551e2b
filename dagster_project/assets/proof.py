"""The proof between models and gate: whether a reader of all that is shown can reach what is hidden."""

from collections.abc import Iterator

import dagster as dg
import duckdb

from dagster_project.assets.resources import Refresh
from dagster_project.assets.sources import PROOF_TABLES, raw_key, told

READ = (
    "fct_care_use",
    "fct_care_cost",
    "fct_care_flow",
    "fct_care_stacking",
    "fct_care_outlook",
    "fct_registration_count",
    "fct_indicator_value",
)
"""Published tables with counts of registrations."""


def disclosure_proof() -> dg.AssetsDefinition:
    """The raw table with the interval of every hidden cell, which a suite after the build judges."""
    (table,) = PROOF_TABLES
    spec = dg.AssetSpec(
        raw_key(table),
        deps=[dg.AssetKey(["marts", mart]) for mart in READ],
        group_name="proof",
        kinds={"duckdb", "table"},
        description=told(table),
    )

    @dg.multi_asset(name="disclosure_proof", specs=[spec])
    def prove(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        from dagster_project.disclosure.prove import record  # its solver takes a while to import

        run = refresh.run(context.run_id)
        with run.stage("proof of small counts"), duckdb.connect(str(run.database)) as connection:
            proof = record(connection, run.workspace.settings.small_count_threshold)
        told = {"dagster/row_count": proof.n_hidden, "given_away": proof.n_open}
        yield dg.MaterializeResult(asset_key=spec.key, metadata=told)

    return prove
