"""Half-years gone by: what was known at the end of each, built again beside what stands published."""

from datetime import date, datetime, timedelta

import dagster as dg

from dagster_project.assets.resources import Refresh
from dagster_project.errors import EXIT_OK, EXIT_SET_ASIDE, ConfigurationError
from dagster_project.run import RunOptions, today
from dagster_project.snapshots import AMSTERDAM, SnapshotStore

HISTORY = "history"
"""Group of what is built again of earlier days: no part of a refresh."""


def _first_half_year() -> datetime:
    """The start of the half-year in which the workspace's first snapshot was taken; without any, of this one."""
    try:
        taken = (s.retrieved_at for s in SnapshotStore(Refresh().found_workspace().snapshots).all())
        first = date.fromisoformat(min(taken, default=today().isoformat())[:10])
    except ConfigurationError:
        first = today()
    return datetime(first.year, 1 if first.month < 7 else 7, 1, tzinfo=AMSTERDAM)


def as_of_publication() -> dg.AssetsDefinition:
    """The asset with a partition per half-year that has ended since the first snapshot, for a backfill."""
    half_years = dg.TimeWindowPartitionsDefinition(
        start=_first_half_year(), fmt="%Y-%m-%d", cron_schedule="0 0 1 1,7 *", timezone=str(AMSTERDAM)
    )

    @dg.asset(
        partitions_def=half_years,
        group_name=HISTORY,
        kinds={"duckdb"},
        description="What was known at the end of a half-year, as a publication of its own; what stands stays.",
    )
    def as_of_publication(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        from dagster_project.execution import refresh  # which runs the job of these definitions

        day = context.partition_time_window.end.date() - timedelta(days=1)
        told, code = refresh(Refresh().found_workspace(), RunOptions(as_of=day))
        if code not in (EXIT_OK, EXIT_SET_ASIDE):
            raise dg.Failure(f"{told} (exit code {code})", allow_retries=False)
        return dg.MaterializeResult(metadata={"as of": day.isoformat(), "message": told})

    return as_of_publication
