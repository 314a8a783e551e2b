"""The page of sources: what was checked, what was set aside, what the figures rest on and how old that is.

What belongs here: what stands on `bronnen.html`, with the rows that only it shows. What does not: the words of one
source (`sources.py`) and of one check (`checks.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from dagster_project.site.queries import CareRows, PageData, SnapshotRow, audit
from dagster_project.site.site import Page, Site
from dagster_project.site.words import checks, labels, sources

_FIGURES_SET_ASIDE = f"""
    select * from ({audit.QUARANTINE})
    where not is_of_registration
    order by n desc, dataset, reason
"""


def pages(site: Site) -> Iterator[Page]:
    """The page of sources."""
    data = site.data
    datasets = site.reader.rows(audit.DatasetRow, audit.DATASETS)
    quarantined = site.reader.rows(audit.Quarantined, _FIGURES_SET_ASIDE)
    context = {
        "sources": sources.sources_of(data.snapshots, site.run.as_of),
        "rests_on": rests_on_sentence(data.snapshots, site.run.as_of),
        "checks_summary": checks.summary_sentence(data.validations),
        "gates": checks.counts_of(data.validations),
        "troubles": checks.troubles_of(data.validations),
        "quarantined": [(row.reason, row.dataset, labels.number(row.n, 0)) for row in quarantined],
        "set_aside": sources.set_aside_sentence(quarantined),
        "registrations": registrations_sentence(data.care),
        "in_trouble": [sources.trouble_words(dataset) for dataset in datasets if dataset.trouble],
        "lacking": [sources.dataset_name(dataset) for dataset in datasets if not dataset.is_received],
        "trace": _trace_example(data, site.gemeente),
    }
    yield Page("bronnen.html", "bronnen.html.j2", "Bronnen", context, "bronnen.html")


def rests_on_sentence(snapshots: Sequence[SnapshotRow], as_of: date) -> str:
    """On how much the figures rest, and how old the oldest and the newest of it is."""
    if not snapshots:
        return "Deze publicatie rust op geen enkel bestand."
    days = sorted((as_of - labels.amsterdam(row.retrieved_at).date()).days for row in snapshots)
    files = "1 bestand" if len(snapshots) == 1 else f"{len(snapshots)} bestanden"
    publishers = len({row.source_id for row in snapshots})
    told = f"De cijfers rusten op {files} van {'1 bron' if publishers == 1 else f'{publishers} bronnen'}."
    if days[0] == days[-1]:
        return f"{told} Alles is {_ago(days[0])} opgehaald."
    return f"{told} Het nieuwste is {_ago(days[0])} opgehaald, het oudste {_ago(days[-1])}."


def _ago(days: int) -> str:
    if days < 0:
        return "na de peildatum"
    if days == 0:
        return "op de peildatum"
    return "1 dag voor de peildatum" if days == 1 else f"{labels.number(days, 0)} dagen voor de peildatum"


def registrations_sentence(care: CareRows) -> str:
    """How many lines of the municipality's own files were left out; empty where it gave none."""
    if not care.files:
        return ""
    n = sum(row.rows_quarantined for row in care.files)
    told = "is geen enkele regel" if n == 0 else "is 1 regel" if n == 1 else f"zijn {labels.number(n, 0)} regels"
    return f"Van de registraties van de gemeente zelf {told} terzijde gelegd."


def _trace_example(data: PageData, gemeente: str) -> str:
    """The audit command for a figure that stands in the monitor, a real one if there is any."""
    listed = {indicator.indicator_id for indicator in data.indicators}
    shown = [
        p
        for p in data.indicator_points
        if p.region_code == gemeente and p.value is not None and p.indicator_id in listed
    ]
    if not shown:
        return f"opkoers trace INDICATOR {gemeente} PERIODE"
    point = min(shown, key=lambda p: p.is_synthetic)
    return f"opkoers trace {point.indicator_id} {gemeente} {point.period_id}"
