"""What Dagster loads: assets from the contracts and the dbt manifest, the gates, one job and its schedule.

Loads with a workspace and without one: nothing here asks for it before a run does.
"""

import dagster as dg

from dagster_project import changes
from dagster_project.assets.gates import gate_checks
from dagster_project.assets.models import model_assets
from dagster_project.assets.outcome import conclude_failure, publication, run_record
from dagster_project.assets.resources import Refresh, gate
from dagster_project.assets.sources import raw_tables, snapshot_assets
from dagster_project.errors import ConfigurationError
from dagster_project.run import RunOptions
from dagster_project.workspace import Settings

JOB_NAME = "refresh"


def _cron() -> str:
    """When the workspace wants to look for news; the default where there is no workspace."""
    try:
        return Refresh().found_workspace().settings.schedule
    except ConfigurationError:
        return str(Settings.model_fields["schedule"].default)


def refresh_schedule() -> dg.ScheduleDefinition:
    """A look at set times in Europe/Amsterdam; a day without news starts no run."""

    @dg.schedule(job_name=JOB_NAME, cron_schedule=_cron(), execution_timezone="Europe/Amsterdam")
    def scheduled_refresh() -> dg.SkipReason | dg.RunRequest:
        quiet = changes.why_nothing_to_do(Refresh().found_workspace(), RunOptions())
        return dg.SkipReason(str(quiet)) if quiet else dg.RunRequest()

    return scheduled_refresh


@dg.definitions
def defs() -> dg.Definitions:
    """The whole code location."""
    job = dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        hooks={conclude_failure},
        description="Pull, load, gate, build, gate, publish. `opkoers refresh` runs this same job.",
    )
    return dg.Definitions(
        assets=[*snapshot_assets(), raw_tables(), *model_assets(), run_record(), publication()],
        asset_checks=[gate_checks("after_ingest"), gate_checks("after_build")],
        jobs=[job],
        schedules=[refresh_schedule()],
        resources={"refresh": Refresh(), "gate": gate},
    )
