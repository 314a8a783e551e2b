"""The page of all checks: what was checked of which subject, what failed, what was set aside, how old the sources are.

What belongs here: what stands on `controles.html`. What does not: the words of one check (`checks.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dagster_project.site.queries import audit
from dagster_project.site.site import Page, Site
from dagster_project.site.words import checks, labels, sources

_IN_ORDER = f"select * from ({audit.QUARANTINE}) order by n desc, dataset, reason"


def pages(site: Site) -> Iterator[Page]:
    """The page of all checks."""
    rows = site.data.validations
    datasets = site.reader.rows(audit.DatasetRow, audit.DATASETS)
    quarantined = site.reader.rows(audit.Quarantined, _IN_ORDER)
    context = {
        "subjects": checks.subjects_of(rows),
        "troubles": checks.troubles_of(rows),
        "checks_summary": checks.summary_sentence(rows),
        "gates": checks.counts_of(rows),
        "set_aside": set_aside_sentence(quarantined),
        "quarantined": quarantined,
        "in_trouble": [dataset for dataset in datasets if dataset.trouble],
        "trouble_words": sources.trouble_words,
        "old": old_sentence(datasets),
        "ages": sorted(filter(lambda dataset: dataset.is_received, datasets), key=_oldest_first),
        "dataset_name": sources.dataset_name,
        "age_words": sources.age_words,
        "number": lambda n: labels.number(n, 0),
    }
    crumbs = (("bronnen.html", "Bronnen"),)
    yield Page("controles.html", "controles.html.j2", "Controles", context, "bronnen.html", crumbs)


def _oldest_first(dataset: audit.DatasetRow) -> tuple[int, str]:
    return -(dataset.age_days or 0), dataset.title


def set_aside_sentence(quarantined: Sequence[audit.Quarantined]) -> str:
    """How many figures, and lines of registrations, were left out."""
    figures = sum(row.n for row in quarantined if not row.is_of_registration)
    lines = sum(row.n for row in quarantined if row.is_of_registration)
    if not figures and not lines:
        return "Er is niets terzijde gelegd."
    parts = [
        _counted(figures, "cijfer", "cijfers"),
        _counted(lines, "regel uit een registratie", "regels uit registraties"),
    ]
    verb = "is" if figures + lines == 1 else "zijn"
    return f"Terzijde gelegd {verb} {' en '.join(filter(None, parts))}."


def _counted(n: int, one: str, more: str) -> str:
    return "" if n == 0 else f"1 {one}" if n == 1 else f"{labels.number(n, 0)} {more}"


def old_sentence(datasets: Sequence[audit.DatasetRow]) -> str:
    """How many sources gave nothing at the last attempt, and how many of them serve with older figures."""
    troubled = [dataset for dataset in datasets if dataset.trouble]
    if not troubled:
        return "Van alle bronnen is de laatste poging gelukt, of is er nog geen gedaan."
    n = len(troubled)
    failed = "Bij 1 bron lukte" if n == 1 else f"Bij {n} bronnen lukte"
    old = sum(dataset.is_serving_old for dataset in troubled)
    serving = {0: "", 1: " Van 1 daarvan staan oudere cijfers in de monitor."}.get(
        old, f" Van {old} daarvan staan oudere cijfers in de monitor."
    )
    return f"{failed} de laatste poging niet.{serving}"
