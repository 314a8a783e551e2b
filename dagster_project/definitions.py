"""What Dagster loads: assets from the contracts and the dbt manifest, the gates, one job, its schedule and its sensor.

Loads with a workspace and without one: nothing here asks for it before a run does.
"""

from typing import Any

import dagster as dg

from dagster_project import arrivals, changes
from dagster_project.assets.gates import gate_checks
from dagster_project.assets.models import model_assets
from dagster_project.assets.outcome import conclude_failure, publication, run_record
from dagster_project.assets.proof import disclosure_proof
from dagster_project.assets.resources import Refresh, gate
from dagster_project.assets.sources import raw_tables, snapshot_assets
from dagster_project.errors import ConfigurationError
from dagster_project.gate.suites import STAGES
from dagster_project.run import RunOptions
from dagster_project.workspace import Settings

JOB_NAME = "refresh"
SENSOR_SECONDS = 60


def _setting(name: str) -> Any:
    """What the workspace wants; the default where there is no workspace."""
    try:
        return getattr(Refresh().found_workspace().settings, name)
    except ConfigurationError:
        return Settings.model_fields[name].default


def refresh_schedule() -> dg.ScheduleDefinition:
    """A look at set times in Europe/Amsterdam; a day without news starts no run."""

    @dg.schedule(job_name=JOB_NAME, cron_schedule=_setting("schedule"), execution_timezone="Europe/Amsterdam")
    def scheduled_refresh() -> dg.SkipReason | dg.RunRequest:
        quiet = changes.why_nothing_to_do(Refresh().found_workspace(), RunOptions())
        return dg.SkipReason(str(quiet)) if quiet else dg.RunRequest()

    return scheduled_refresh


def drop_sensor() -> dg.SensorDefinition:
    """A look in `drop/` every minute, which starts a run when complete exports lie there.

    It runs wherever a Dagster daemon runs, because whoever drops an export on a server expects it to be taken.
    `watch_drop_folder = false` keeps it from ever starting a run, whatever the switch in the UI says.
    """
    is_on = _setting("watch_drop_folder")

    @dg.sensor(
        job_name=JOB_NAME,
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
        description="Looks in drop/ every minute.",
    )
    def drop_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        found = arrivals.arrivals(Refresh().found_workspace(), context.cursor)
        if found.run_key is None:
            return dg.SensorResult(skip_reason=found.sentence, cursor=found.cursor)
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=found.run_key)], cursor=found.cursor)

    return drop_sensor


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
        assets=[
            *snapshot_assets(),
            raw_tables(),
            *model_assets(),
            disclosure_proof(),
            run_record(),
            publication(),
        ],
        asset_checks=[gate_checks(stage) for stage in STAGES],
        jobs=[job],
        schedules=[refresh_schedule()],
        sensors=[drop_sensor()],
        resources={"refresh": Refresh(), "gate": gate},
        # also for what somebody materialises by hand: the steps of a run share one build database
        executor=dg.in_process_executor,
    )
