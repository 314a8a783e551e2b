"""What people and schedules start in Dagster beside a plain refresh, run to its end on a real workspace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import dagster as dg
import pytest

from dagster_project.assets import sources
from dagster_project.assets.history import as_of_publication
from dagster_project.assets.resources import WORKSPACE_VARIABLE
from dagster_project.definitions import JOB_NAME, definitions_of
from dagster_project.editions.store import editions
from dagster_project.execution import prepare_dagster_home
from dagster_project.publication import current_folder, current_manifest, read_manifest
from dagster_project.run import remove_tree
from dagster_project.tags import EDITION_TAG
from dagster_project.workspace import Workspace
from tests.integration.conftest import Clock, Refresh
from tests.integration.test_editions import revise_wmo
from tests.standin import faults
from tests.standin.server import DUO_PATH, StandIn

pytestmark = pytest.mark.long
LABEL = "2026-10"


@pytest.fixture
def instance(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Dagster's records of the workspace, opened as its daemon opens them."""
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(workspace.root))
    prepare_dagster_home(workspace.dagster_home)
    with dg.DagsterInstance.from_config(str(workspace.dagster_home)) as opened:
        yield opened


def job(name: str) -> dg.JobDefinition:
    return definitions_of(None).resolve_job_def(name)


def test_a_scheduled_refresh_asks_a_silent_source_again_before_it_goes_on(
    workspace: Workspace, country: StandIn, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "ANOTHER_TRY", dg.RetryPolicy(max_retries=3, delay=0.5))
    country.misbehave(DUO_PATH, faults.status(503), times=2)  # as often as the pull itself tries
    patient = {"resources": {"refresh": {"config": {"is_patient": True}}}}
    result = job(JOB_NAME).execute_in_process(instance=instance, run_config=patient, raise_on_error=False)
    assert result.success
    assert [e.step_key for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"] == ["take_duo"]
    manifest = current_manifest(workspace)
    assert manifest
    assert {"cbs", "duo"} <= {pin["source_id"] for pin in manifest["pins"]}


def test_the_job_freezes_what_stands_and_says_why_when_it_cannot(
    workspace: Workspace, country: StandIn, instance: dg.DagsterInstance, run_refresh: Refresh
) -> None:
    del country  # it answers
    said, code = run_refresh()
    assert code == 0, said
    config = {"ops": {"freeze_edition": {"config": {"label": LABEL}}}}
    try:
        result = job("edition").execute_in_process(instance=instance, run_config=config)
        (edition,) = editions(workspace)
        assert edition.label == LABEL
        run = instance.get_run_by_id(result.run_id)
        assert run
        assert run.tags[EDITION_TAG] == LABEL
        again = job("edition").execute_in_process(instance=instance, run_config=config, raise_on_error=False)
        (failed,) = [event for event in again.all_events if event.is_step_failure]
        assert failed.step_failure_data.error
        assert f"Edition {LABEL} exists" in str(failed.step_failure_data.error.cause or failed.step_failure_data.error)
    finally:
        for folder in workspace.editions.glob("*"):
            remove_tree(folder)


def test_a_half_year_is_built_again_beside_what_stands(
    workspace: Workspace, country: StandIn, instance: dg.DagsterInstance, run_refresh: Refresh, live_on: Clock
) -> None:
    live_on(date(2026, 5, 1))
    assert run_refresh()[1] == 0
    live_on(date(2026, 11, 26))
    revise_wmo(country)
    assert run_refresh()[1] == 0
    before, stands = set(workspace.publications.iterdir()), current_folder(workspace)
    asset = as_of_publication()
    assert asset.partitions_def
    assert "2026-01-01" in asset.partitions_def.get_partition_keys()
    result = dg.materialize([asset], instance=instance, partition_key="2026-01-01")
    assert result.success
    (made,) = set(workspace.publications.iterdir()) - before
    assert current_folder(workspace) == stands
    assert stands
    assert (read_manifest(made)["as_of"], read_manifest(stands)["as_of"]) == ("2026-06-30", "2026-11-26")
    assert read_manifest(made)["content_hash"] != read_manifest(stands)["content_hash"]
    assert instance.get_materialized_partitions(dg.AssetKey("as_of_publication")) == {"2026-01-01"}
