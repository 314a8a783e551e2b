"""One asset per contract (its snapshots), and the raw tables that are loaded from them."""

from collections.abc import Iterator

import dagster as dg

from dagster_project import ingest
from dagster_project.assets.resources import BUILD_POOL, Refresh
from dagster_project.contracts import Dataset, all_contracts
from dagster_project.raw import RAW_TABLES

LATE_TABLES = ("run", "validation")
"""Raw tables that can only be filled when the gates have spoken."""


def snapshot_key(dataset: Dataset) -> dg.AssetKey:
    return dg.AssetKey(["snapshots", dataset.source_id, dataset.dataset_id])


def raw_key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", table])


def snapshot_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset that brings one dataset's snapshots up to date."""

    @dg.asset(
        key=snapshot_key(dataset),
        group_name=f"source_{dataset.source_id}",
        description=f"{dataset.title}. {dataset.attribution}, licence {dataset.licence}.",
        kinds={"python", dataset.kind.split("_")[0]},
        metadata={"table_id": dataset.table_id or "", "rhythm": dataset.rhythm, "unverified": dataset.unverified},
    )
    def take(context: dg.AssetExecutionContext, refresh: Refresh) -> dg.MaterializeResult:  # type: ignore[type-arg]
        run = refresh.run(context.run_id)
        with run.stage(f"take {dataset.source_id}"):
            taken = ingest.take(run, dataset.source_id, dataset.dataset_id)
        newest = max(taken.serving, key=lambda s: s.retrieved_at, default=None)
        metadata: dict[str, str | int] = {"note": taken.note, "new_snapshots": len(taken.new)}
        if newest:
            metadata |= {
                "snapshot_id": newest.snapshot_id,
                "url": newest.url,
                "dagster/row_count": newest.row_count or 0,
            }
        return dg.MaterializeResult(metadata=metadata)

    return take


def snapshot_assets() -> list[dg.AssetsDefinition]:
    """An asset for every contract of the product."""
    return [snapshot_asset(dataset) for dataset in all_contracts()]


def _feeds(dataset: Dataset, table: str) -> bool:
    """Whether a dataset's rows land in a raw table; what the run knows of itself rests on all of them."""
    if table in ("dataset", "snapshot", "parameter", "accepted_jump"):
        return True
    if dataset.kind in ("cbs_v3", "cbs_v4"):
        return table.startswith("cbs_")
    if dataset.kind == "cssd_dump":
        return table.startswith("cssd_")
    return table == (dataset.raw_table or f"{dataset.source_id}_observation")


def raw_specs() -> list[dg.AssetSpec]:
    """One spec per raw table that is loaded from snapshots."""
    return [
        dg.AssetSpec(
            raw_key(table),
            deps=[snapshot_key(dataset) for dataset in all_contracts() if _feeds(dataset, table)],
            group_name="raw",
            kinds={"duckdb", "table"},
        )
        for table in RAW_TABLES
        if table not in LATE_TABLES
    ]


def raw_tables() -> dg.AssetsDefinition:
    """The asset that loads every raw table into a fresh build database."""

    @dg.multi_asset(name="raw_tables", specs=raw_specs(), pool=BUILD_POOL)
    def load(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        run = refresh.run(context.run_id)
        with run.stage("load raw tables"):
            ingest.reject_strays(run)
            counts = ingest.load_raw(run)
        for spec in raw_specs():
            yield dg.MaterializeResult(asset_key=spec.key, metadata={"dagster/row_count": counts[spec.key.path[-1]]})

    return load
