"""What every export says of itself: whose figures, of which day, from which publication, by whose leave.

What belongs here: those few lines in Dutch. What does not: how a workbook, a document or a title page shows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from dagster_project.export.queries import ExportData, SourceRow
from dagster_project.export.told import Told
from dagster_project.site.render import NOTE_ON_SYNTHETIC
from dagster_project.site.site import SiteRun
from dagster_project.site.words import labels
from dagster_project.workspace import Workspace

SYNTHETIC_MARK = "synthetisch"


@dataclass(frozen=True)
class Imprint:
    """Where the figures come from.

    Attributes:
        lines: subject and text, in the order in which they are shown.
        attributions: how the publishers ask to be named.
        synthetic_note: what is said where any figure is made up; None where none is.
        made_at: UTC; what files state as the moment at which they were made.
    """

    gemeente: str
    lines: tuple[tuple[str, str], ...]
    attributions: tuple[str, ...]
    synthetic_note: str | None
    made_at: datetime


def imprint_of(data: ExportData, told: Told, workspace: Workspace, run: SiteRun) -> Imprint:
    """The imprint of one publication or edition."""
    made_at = datetime.fromisoformat(run.generated_at)
    lines = [("Gemeente", workspace.settings.gemeente_name), ("Stand van", labels.day(run.as_of))]
    if run.edition:
        lines.append(("Editie", run.edition))
    lines += [("Publicatie", run.publication_id), ("Gemaakt op", labels.moment_words(made_at))]
    note = (workspace.settings.synthetic_note or NOTE_ON_SYNTHETIC) if _holds_synthetic(data, told) else None
    return Imprint(
        gemeente=workspace.settings.gemeente_name,
        lines=tuple(lines),
        attributions=tuple(_attributions(data.sources)),
        synthetic_note=note,
        made_at=made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
    )


def _attributions(sources: Iterable[SourceRow]) -> Iterable[str]:
    """One line per publisher and licence, in the publisher's own words."""
    for source in sources:
        licence = f" ({source.licence})" if source.licence else ""
        mark = f" – {SYNTHETIC_MARK}" if source.is_synthetic else ""
        yield f"{source.attribution}{licence}{mark}"


def _holds_synthetic(data: ExportData, told: Told) -> bool:
    tables = [rows for part in (data, told.data, told.money) for rows in vars(part).values() if isinstance(rows, tuple)]
    return told.data.care.is_synthetic or any(getattr(row, "is_synthetic", False) for rows in tables for row in rows)
