"""From the rows of the snapshots to the list of sources at the foot of the page.

What belongs here: how old, from whom, under which licence, and what of it was set aside. What does not: what the
figures mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dagster_project.site.queries import SnapshotRow
from dagster_project.site.queries.audit import DatasetRow, Quarantined
from dagster_project.site.words import labels

_SHOWN_OF_HASH = 12


@dataclass(frozen=True)
class Source:
    """One snapshot as the page names it."""

    name: str
    attribution: str
    dataset: str
    licence: str
    retrieved: str
    publisher: str
    state: str
    """What deserves a warning: discontinued, succeeded, out of reach; empty when nothing does."""
    age: str
    origin: str
    address: str
    link: str | None
    fingerprint: str
    is_synthetic: bool


def sources_of(rows: Iterable[SnapshotRow], as_of: date) -> tuple[Source, ...]:
    """One entry per snapshot, real figures first."""
    return tuple(_source(row, as_of) for row in rows)


def _source(row: SnapshotRow, as_of: date) -> Source:
    address = row.original_url or row.url or "onbekend"
    attribution = (row.attribution or row.source_id).removeprefix("Bron: ")
    table = f", tabel {row.table_id}" if row.table_id else ""
    return Source(
        name=row.title or attribution,
        attribution=attribution if row.title else "",
        dataset=f"{row.source_id}/{row.dataset_id}{table}",
        licence=row.licence or "onbekend",
        retrieved=labels.moment_words(row.retrieved_at),
        publisher=publisher_stamp(row.publisher_modified),
        state=state_words(row),
        age=_age(row.retrieved_at, as_of),
        origin=labels.ORIGINS.get(row.origin, row.origin),
        address=address,
        link=address if address.startswith(("https://", "http://")) else None,
        fingerprint=row.snapshot_id[:_SHOWN_OF_HASH],
        is_synthetic=row.is_synthetic,
    )


def publisher_stamp(stamp: str | None) -> str:
    """The day of the publisher's own stamp, without a time zone as it stands; other forms as sent."""
    if not stamp:
        return "niet vermeld"
    first, _, rest = stamp.partition(" ")
    try:
        moment = datetime.fromisoformat(first)
    except ValueError:
        return "onbekend" if first.startswith("unknown") else stamp
    known = labels.day(labels.amsterdam(moment) if moment.tzinfo else moment)
    return f"{known} ({rest.replace('version', 'versie')})" if rest else known


def state_words(row: SnapshotRow) -> str:
    """Discontinued and by what it was succeeded, and since when the table is in trouble."""
    return "; ".join(part for part in (_succession(row), _trouble(row)) if part)


def _succession(row: SnapshotRow) -> str:
    if row.successor_table_id:
        stopped = "stopgezet; " if row.publisher_status == "discontinued" else ""
        return f"{stopped}opgevolgd door tabel {row.successor_table_id}"
    if row.publisher_status != "discontinued":
        return ""
    return f"stopgezet; de uitgever schrijft: “{row.successor_note}”" if row.successor_note else "stopgezet"


def _trouble(row: SnapshotRow) -> str:
    if row.trouble is None:
        return ""
    since = f" sinds {labels.day(labels.amsterdam(row.trouble_since))}" if row.trouble_since else ""
    return f"{labels.TROUBLES[row.trouble]}{since}"


def set_aside_sentence(quarantined: Sequence[Quarantined]) -> str:
    """How many figures were left out."""
    total = sum(row.n for row in quarantined)
    if not total:
        return "Er is geen enkel cijfer terzijde gelegd."
    figures = "Er is 1 cijfer" if total == 1 else f"Er zijn {labels.number(total, 0)} cijfers"
    reasons = len({row.reason for row in quarantined})
    return f"{figures} terzijde gelegd, om {'1 reden' if reasons == 1 else f'{reasons} redenen'}."


def dataset_name(dataset: DatasetRow) -> str:
    """What a dataset is called, and by whom it is published."""
    table = f", tabel {dataset.table_id}" if dataset.table_id else ""
    publisher = f" ({dataset.attribution}{table})" if dataset.attribution else ""
    return f"{dataset.title}{publisher}"


def trouble_words(dataset: DatasetRow) -> str:
    """A dataset whose last attempt failed: why, and since when."""
    since = f" sinds {labels.day(labels.amsterdam(dataset.trouble_since))}" if dataset.trouble_since else ""
    return f"{dataset_name(dataset)}: {labels.TROUBLES[dataset.trouble or '']}{since}"


def _age(retrieved_at: datetime, as_of: date) -> str:
    days = (as_of - labels.amsterdam(retrieved_at).date()).days
    return "na de peildatum opgehaald" if days < 0 else age_words(days)


def age_words(days: int | None) -> str:
    """A number of days, as pages tell an age."""
    if days is None:
        return "onbekend"
    if days < 0:
        return "van na de peildatum"
    return "1 dag" if days == 1 else f"{labels.number(days, 0)} dagen"
