"""What Dagster loads: assets from the contracts and the dbt manifest, the gates, the jobs, and what starts them.

Loads with a workspace and without one: nothing here asks for it before a run does. Where `OPKOERS_WORKSPACES` names a
folder of workspaces, every asset has a partition for each of them.
"""

import json
from collections.abc import Sequence
from typing import Any

import dagster as dg

from dagster_project import arrivals, changes
from dagster_project.assets.edition import edition
from dagster_project.assets.gates import gate_checks
from dagster_project.assets.history import HISTORY, as_of_publication
from dagster_project.assets.models import model_assets
from dagster_project.assets.outcome import conclude_failure, publication, run_record
from dagster_project.assets.partitions import job_of_all, per_municipality
from dagster_project.assets.proof import disclosure_proof
from dagster_project.assets.resources import PARTITION_TAG, Refresh, gate
from dagster_project.assets.sources import raw_tables, snapshot_assets
from dagster_project.conclusion import conclude_dead
from dagster_project.errors import ConfigurationError
from dagster_project.execution import as_raised
from dagster_project.gate.suites import STAGES
from dagster_project.many.installation import Installation, installation_in_environment
from dagster_project.publication import current_folder
from dagster_project.run import RunOptions
from dagster_project.snapshots import AMSTERDAM
from dagster_project.tags import TOLD_TAG
from dagster_project.workspace import Settings

JOB_NAME = "refresh"
TIME_ZONE = str(AMSTERDAM)
SENSOR_SECONDS = 60


def _setting(name: str) -> Any:
    """What the workspace wants; the default where there is no workspace."""
    try:
        return getattr(Refresh().found_workspace().settings, name)
    except ConfigurationError:
        return Settings.model_fields[name].default


def refresh_schedule(name: str, source: str, setting: str) -> dg.ScheduleDefinition:
    """A look at one network source, at set times in Europe/Amsterdam; a look without news starts no run.

    Args:
        name: of the schedule.
        source: the source that is asked; before the first publication all are.
        setting: the setting with its cron expression.
    """

    @dg.schedule(
        name=name,
        job_name=JOB_NAME,
        cron_schedule=_setting(setting),
        execution_timezone=TIME_ZONE,
        description=f"Looks for new figures of {source.upper()}, and runs when there are any.",
    )
    def look() -> dg.SkipReason | dg.RunRequest:
        workspace = Refresh().found_workspace()
        only = (source,) if current_folder(workspace) else ()
        quiet = changes.why_nothing_to_do(workspace, RunOptions(only=only))
        if quiet:
            return dg.SkipReason(str(quiet))
        return dg.RunRequest(run_config={"resources": {"refresh": {"config": {"only": [*only], "is_patient": True}}}})

    return look


def edition_schedule() -> dg.ScheduleDefinition:
    """The days on which an edition is frozen, when the workspace wants that."""
    is_on = _setting("freeze_editions")
    return dg.ScheduleDefinition(
        name="scheduled_edition",
        job=edition,
        cron_schedule=_setting("edition_schedule"),
        execution_timezone=TIME_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED,
        description="Freezes the edition of the month.",
    )


def schedule_of_all(installation: Installation, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """One run a day for every workspace of an installation; one without news costs it a few seconds."""
    return dg.ScheduleDefinition(
        name="scheduled_refresh_of_all",
        job=job,
        cron_schedule=installation.settings.schedule,
        execution_timezone=TIME_ZONE,
        description="Asks CBS and DUO once, then refreshes every workspace.",
    )


def drop_sensor(installation: Installation | None = None) -> dg.SensorDefinition:
    """A look in `drop/` every minute, which starts a run when complete exports lie there.

    It runs wherever a Dagster daemon runs, because whoever drops an export on a server expects it to be taken.
    `watch_drop_folder = false` keeps it from ever starting a run, whatever the switch in the UI says.

    Args:
        installation: the folder of workspaces that it looks into, each with a run of its own partition; None: the one
            workspace.
    """
    is_on = installation is not None or _setting("watch_drop_folder")

    @dg.sensor(
        job_name=JOB_NAME,
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
        description="Looks in drop/ every minute.",
    )
    def drop_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        return _seen_in_all(installation, context.cursor) if installation else _seen(context.cursor)

    return drop_sensor


def _seen(cursor: str | None) -> dg.SensorResult:
    found = arrivals.arrivals(Refresh().found_workspace(), cursor)
    if found.run_key is None:
        return dg.SensorResult(skip_reason=found.sentence, cursor=found.cursor)
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=found.run_key)], cursor=found.cursor)


def _seen_in_all(installation: Installation, cursor: str | None) -> dg.SensorResult:
    """A look in every workspace; one that cannot be looked into is named, and hides no other."""
    cursors: dict[str, str] = json.loads(cursor) if cursor else {}
    seen, requests, sentences = {}, [], []
    for key in installation.workspace_keys():
        try:
            found = arrivals.arrivals(installation.workspace(key), cursors.get(key))
        except (ConfigurationError, OSError) as error:
            sentences.append(f"{key}: {error}")
            continue
        seen[key] = found.cursor
        sentences.append(f"{key}: {found.sentence}")
        if found.run_key is not None:
            requests.append(dg.RunRequest(run_key=f"{key}:{found.run_key}", partition_key=key))
    reason = None if requests else " ".join(sentences)
    return dg.SensorResult(run_requests=requests, skip_reason=reason, cursor=json.dumps(seen))


def failure_sensor(jobs: Sequence[Any]) -> dg.SensorDefinition:
    """Tells of a run that died before it could tell of itself, such as one that was killed.

    Args:
        jobs: those whose runs leave telling to themselves or to this.
    """

    @dg.run_failure_sensor(
        name="tell_of_failure",
        monitored_jobs=jobs,
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells those of [notify] of a run that failed, unless the run did so itself.",
    )
    def tell_of_failure(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        run = context.dagster_run
        resources: dict[str, Any] = dict(run.run_config).get("resources") or {}  # type: ignore[assignment]
        config = resources.get("refresh", {}).get("config", {})
        if config.get("pins"):
            return dg.SkipReason("It rebuilt what was published, for somebody who waited for it.")
        if run.tags.get(TOLD_TAG):
            return dg.SkipReason("It was told of before.")
        asked = Refresh(workspace=config.get("workspace") or "").for_partition(run.tags.get(PARTITION_TAG))
        events = [*context.get_step_failure_events(), context.failure_event]
        found = next(filter(None, map(as_raised, events)), None)
        error = found or RuntimeError(context.failure_event.message or "The run ended before a step could say why.")
        said = conclude_dead(asked.found_workspace(), run.run_id, error)
        context.instance.add_run_tags(run.run_id, {TOLD_TAG: "yes"})
        return dg.SkipReason(said)

    return tell_of_failure


def definitions_of(installation: Installation | None) -> dg.Definitions:
    """The whole code location.

    Args:
        installation: the folder of workspaces; None for one workspace alone.
    """
    job = dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups(HISTORY),
        executor_def=dg.in_process_executor,
        hooks={conclude_failure},
        description="Pull, load, gate, build, gate, publish. `opkoers refresh` runs this same job.",
    )
    assets = [
        *snapshot_assets(),
        raw_tables(),
        *model_assets(),
        disclosure_proof(),
        run_record(),
        publication(),
    ]
    common: dict[str, Any] = {
        "asset_checks": [gate_checks(stage) for stage in STAGES],
        "resources": {"refresh": Refresh(), "gate": gate},
        # also for what somebody materialises by hand: the steps of a run share one build database
        "executor": dg.in_process_executor,
    }
    if installation:
        of_all = job_of_all(installation)
        return dg.Definitions(
            assets=per_municipality(assets, installation),
            jobs=[job, of_all],
            schedules=[schedule_of_all(installation, of_all)],
            sensors=[drop_sensor(installation), failure_sensor([job])],
            **common,
        )
    return dg.Definitions(
        assets=[*assets, as_of_publication()],
        jobs=[job, edition],
        schedules=[
            refresh_schedule("scheduled_refresh", "cbs", "schedule"),
            refresh_schedule("scheduled_duo", "duo", "duo_schedule"),
            edition_schedule(),
        ],
        sensors=[drop_sensor(), failure_sensor([job, edition])],
        **common,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The whole code location, for the workspace or the workspaces that the environment names."""
    return definitions_of(installation_in_environment())
