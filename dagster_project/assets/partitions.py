"""A partition per municipality: the assets of a workspace, once for each workspace of an installation."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from dagster_project.errors import EXIT_OK, EXIT_SET_ASIDE
from dagster_project.many.installation import Installation
from dagster_project.run import RunOptions
from dagster_project.snapshots import utc_now


def per_municipality(
    assets: Sequence[dg.AssetsDefinition], installation: Installation | None
) -> Sequence[dg.AssetsDefinition]:
    """The same assets, with a partition for each workspace; as they are where one workspace stands alone."""
    if installation is None:
        return assets
    partitions = dg.StaticPartitionsDefinition(installation.workspace_keys())
    return list(dg.map_asset_specs(lambda spec: spec.replace_attributes(partitions_def=partitions), assets))


def job_of_all(installation: Installation) -> dg.JobDefinition:
    """One run that refreshes every workspace in its own process, each as a run of its own with its own partition."""

    @dg.op(description="Asks national sources once, then refreshes every workspace, one after the other.")
    def refresh_workspaces(context: dg.OpExecutionContext) -> Iterator[Any]:
        from dagster_project.many.refresh import refresh_all  # which runs the job of these definitions

        options = RunOptions(common=installation.root, since=utc_now())
        # no more than the code: what was set aside names files, and the record of this run is everybody's
        ended = refresh_all(installation, options, tell=lambda each: context.log.info(f"{each.key}: {each.code}"))
        codes = {each.key: each.code for each in ended}
        yield dg.Output(codes, metadata={"exit codes": codes})
        unwell = {key: code for key, code in codes.items() if code not in (EXIT_OK, EXIT_SET_ASIDE)}
        if unwell:
            raise dg.Failure(f"Not every workspace ended well; exit codes: {unwell}.", allow_retries=False)

    @dg.job(
        executor_def=dg.in_process_executor,
        description="Every workspace. `opkoers refresh --workspaces` does the same.",
    )
    def refresh_all_workspaces() -> None:
        refresh_workspaces()

    return refresh_all_workspaces
