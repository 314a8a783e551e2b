"""The job that freezes an edition, as `opkoers edition freeze` does, and refuses as it does."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from dagster_project.assets.resources import Refresh
from dagster_project.editions.calendar import coming_edition
from dagster_project.run import today
from dagster_project.tags import EDITION_TAG, tags_of_run


class Label(dg.Config):
    """Which edition."""

    label: str = ""
    """Year and month, such as 2026-04; empty: this month's, or else the next one that there will be."""


@dg.op(description="Keeps what stands published as an edition that never changes again.")
def freeze_edition(context: dg.OpExecutionContext, config: Label) -> Iterator[Any]:
    """Freeze; the run bears the label of the edition."""
    from dagster_project.editions.freeze import freeze  # whose rebuild runs the job of these definitions

    label = config.label or coming_edition(today())
    context.instance.add_run_tags(context.run_id, {**tags_of_run(), EDITION_TAG: label})
    frozen = freeze(Refresh().found_workspace(), label)
    yield dg.Output(label, metadata={"sha256 of edition.json": frozen.sha256, "folder": str(frozen.folder)})


@dg.job(
    executor_def=dg.in_process_executor,
    description="Freezes the edition of this month, or the coming one; refuses where a deviation is untold.",
)
def edition() -> None:
    """One step."""
    freeze_edition()
