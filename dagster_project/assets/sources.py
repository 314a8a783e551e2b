"""One asset per contract (its snapshots), taken together per source, and the raw tables that are loaded from them."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from dagster_project import ingest, rhythm, transform
from dagster_project.assets.resources import Refresh
from dagster_project.contracts import Dataset, all_contracts
from dagster_project.pulls import WIRED
from dagster_project.raw import RAW_TABLES
from dagster_project.registration.confidential import SEALED

LATE_TABLES = ("run", "validation", "model", "model_column")
"""Raw tables that can only be filled when the gates have spoken and every model is built."""

PROOF_TABLES = ("disclosure_interval",)
"""Raw tables that rest on what is published, and are judged with it."""

ANOTHER_TRY = dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""Of sources on the network: about one, two and four minutes after one another, and only where nobody waits."""


def freshness(dataset: Dataset) -> dg.FreshnessPolicy | None:
    """Old when nobody looked for it in one stretch of its rhythm, and overdue after two."""
    days = rhythm.DAYS.get(dataset.rhythm)
    if days is None or dataset.kind not in WIRED:
        return None
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2 * days), warn_window=timedelta(days=days))


def snapshot_key(dataset: Dataset) -> dg.AssetKey:
    return dg.AssetKey(["snapshots", dataset.source_id, dataset.dataset_id])


def raw_key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", table])


def _snapshot_spec(dataset: Dataset) -> dg.AssetSpec:
    client_level = [snapshot_key(d) for d in all_contracts() if d.is_client_level]
    return dg.AssetSpec(
        snapshot_key(dataset),
        deps=client_level if dataset.kind == SEALED else [],
        group_name=f"source_{dataset.source_id}",
        description=f"{dataset.title}. {dataset.attribution}, licence {dataset.licence}.",
        kinds={"python", dataset.kind.split("_")[0]},
        tags={"rhythm": dataset.rhythm.replace(" ", "-")},
        freshness_policy=freshness(dataset),
        metadata={"table_id": dataset.table_id or "", "rhythm": dataset.rhythm, "unverified": dataset.unverified},
    )


def source_assets(source_id: str) -> dg.AssetsDefinition:
    """The assets that bring the snapshots of a source up to date, taken together: its tables are pulled in parallel."""
    specs = [_snapshot_spec(dataset) for dataset in all_contracts() if dataset.source_id == source_id]

    is_wired = any(dataset.kind in WIRED for dataset in all_contracts() if dataset.source_id == source_id)
    another_try = ANOTHER_TRY if is_wired else None

    @dg.multi_asset(name=f"take_{source_id}", specs=specs, can_subset=True, retry_policy=another_try)
    def take(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        run = refresh.run(context.run_id)
        wanted = {key.path[-1] for key in context.selected_asset_keys}
        with run.stage(f"take {source_id}"):
            is_last = context.retry_number >= ANOTHER_TRY.max_retries
            taken = ingest.take_patiently(run, source_id, wanted, context.log.info, is_last=is_last)
        for dataset_id, each in taken.items():
            key = dg.AssetKey(["snapshots", source_id, dataset_id])
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(each))

    return take


def _metadata(taken: ingest.Taken) -> dict[str, str | int]:
    metadata: dict[str, str | int] = {"note": taken.note, "new_snapshots": len(taken.new)}
    newest = max(taken.serving, key=lambda s: s.retrieved_at, default=None)
    if newest:
        metadata |= {
            "snapshot_id": newest.snapshot_id,
            "url": newest.url,
            "dagster/row_count": newest.row_count or 0,
        }
    return metadata


def snapshot_assets() -> list[dg.AssetsDefinition]:
    """The assets of every source of the product, one per contract."""
    return [source_assets(source_id) for source_id in dict.fromkeys(d.source_id for d in all_contracts())]


def _feeds(dataset: Dataset, table: str) -> bool:
    """Whether a dataset's rows land in a raw table; what the run knows of itself rests on all of them."""
    if table in ("dataset", "snapshot", "attempt", "parameter", "accepted_jump"):
        return True
    if dataset.kind in ("cbs_v3", "cbs_v4"):
        return table.startswith("cbs_")
    if dataset.kind == SEALED:
        return table.startswith("registration_")
    if dataset.is_client_level:
        return False
    if dataset.kind == "narrative":
        return table in ("narrative", "maatregel")
    return table == (dataset.raw_table or f"{dataset.source_id}_observation")


def told(table: str) -> str | None:
    """What a raw table holds, as dbt's own documentation of its sources has it."""
    sources = transform.manifest()["sources"].values()
    return next((node["description"] for node in sources if (node["schema"], node["name"]) == ("raw", table)), None)


def raw_specs() -> list[dg.AssetSpec]:
    """One spec per raw table that is loaded from snapshots."""
    return [
        dg.AssetSpec(
            raw_key(table),
            deps=[snapshot_key(dataset) for dataset in all_contracts() if _feeds(dataset, table)],
            group_name="raw",
            kinds={"duckdb", "table"},
            description=told(table),
        )
        for table in RAW_TABLES
        if table not in (*LATE_TABLES, *PROOF_TABLES)
    ]


def raw_tables() -> dg.AssetsDefinition:
    """The asset that loads every raw table into a fresh build database."""

    @dg.multi_asset(name="raw_tables", specs=raw_specs())
    def load(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        run = refresh.run(context.run_id)
        with run.stage("load raw tables"):
            ingest.reject_strays(run)
            counts = ingest.load_raw(run)
        for spec in raw_specs():
            yield dg.MaterializeResult(asset_key=spec.key, metadata={"dagster/row_count": counts[spec.key.path[-1]]})

    return load
