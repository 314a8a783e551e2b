"""Write the pages of one publication: `index.html`, `controles.html`, the stylesheet and the municipality's theme.

What belongs here: putting the parts together and writing files. What does not: words (`labels.py` and its neighbours),
SQL (`queries.py`) and drawing (`charts.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dagster_project.site import checks, comparison, indicators, labels, objectives, sources
from dagster_project.site.queries import PageData, read_page_data
from dagster_project.workspace import Workspace

_HERE = Path(__file__).parent
_STYLESHEET = "opkoers.css"
_THEME = "theme.css"
_THEME_CLASS = re.compile(r"\.([a-z][a-z0-9-]*-theme)\b")
_NOTE_ON_SYNTHETIC = "Een deel van de cijfers is synthetisch: verzonnen, om te laten zien hoe deze pagina werkt."


@dataclass(frozen=True)
class SiteRun:
    """The run and publication that the pages belong to.

    Attributes:
        generated_at: UTC, ISO 8601.
        as_of: the day on which the verdicts are given.
    """

    run_id: str
    publication_id: str
    generated_at: str
    as_of: date
    git_commit: str


def render_site(build_db: Path, workspace: Workspace, target: Path, run: SiteRun) -> list[Path]:
    """Write the council's page and the page about the checks.

    Args:
        build_db: the build database; opened read-only, only its schemas marts and intermediate are read.
        workspace: whose municipality is shown; its `theme.css`, if any, is copied and linked after our stylesheet.
        target: folder to write into; made when it is not there.
        run: what the foot of the page says of this run.

    Returns:
        The files that were written.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
        ValueError: a table holds a verdict or a kind of objective that the pages have no words for.
    """
    with duckdb.connect(str(build_db), read_only=True) as connection:
        data = read_page_data(connection, workspace.settings.gemeente)
    theme = workspace.root / _THEME
    theme_css = theme.read_text(encoding="utf-8") if theme.is_file() else None
    shared = _shared_context(data, workspace, run, theme_css)
    files = {
        "index.html": _render("index.html.j2", {**shared, **_index_context(data, workspace, run)}),
        "controles.html": _render("controles.html.j2", {**shared, "stages": checks.stages_of(data.validations)}),
        _STYLESHEET: (_HERE / "static" / _STYLESHEET).read_text(encoding="utf-8"),
    }
    if theme_css is not None:
        files[_THEME] = theme_css
    target.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    return [target / name for name in files]


def _render(template: str, context: dict[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(context)


def _shared_context(data: PageData, workspace: Workspace, run: SiteRun, theme_css: str | None) -> dict[str, Any]:
    return {
        "gemeente": workspace.settings.gemeente_name,
        "as_of": labels.day(run.as_of),
        "generated_at": labels.moment_words(datetime.fromisoformat(run.generated_at)),
        "run": run,
        "stylesheets": [_STYLESHEET, _THEME] if theme_css is not None else [_STYLESHEET],
        "theme_class": _theme_class(theme_css),
        "synthetic_note": _synthetic_note(data, workspace),
        "checks_summary": checks.summary_sentence(data.validations),
    }


def _theme_class(theme_css: str | None) -> str | None:
    """The class that an NL Design System theme hangs its properties on, `voorbeeld-theme`; None for `:root`."""
    match = _THEME_CLASS.search(theme_css or "")
    return match[1] if match else None


def _synthetic_note(data: PageData, workspace: Workspace) -> str | None:
    tables = (
        data.objectives,
        data.objective_points,
        data.wijk_verdicts,
        data.indicator_points,
        data.benchmarks,
        data.peers,
        data.snapshots,
    )
    if not any(row.is_synthetic for table in tables for row in table):
        return None
    return workspace.settings.synthetic_note or _NOTE_ON_SYNTHETIC


def _index_context(data: PageData, workspace: Workspace, run: SiteRun) -> dict[str, Any]:
    gemeente, name = workspace.settings.gemeente, workspace.settings.gemeente_name
    return {
        "plan": _plan(data),
        "summary": objectives.summary_sentence(data.objectives),
        "overdue": objectives.overdue_sentence(data.objectives),
        "synthetic_verdicts": objectives.synthetic_sentence(data.objectives),
        "counts": objectives.verdict_counts(data.objectives),
        "verdicts": labels.VERDICTS.values(),
        "opgaven": objectives.opgaven_of(data),
        "indicators": indicators.blocks_of(data, gemeente, name),
        "likeness": comparison.likeness_of(data, gemeente, name),
        "bbv_filled": data.bbv_filled,
        "bbv_total": data.bbv_total,
        "sources": sources.sources_of(data.snapshots, run.as_of),
        "trace": _trace_example(data, gemeente),
    }


def _plan(data: PageData) -> str:
    plans = dict.fromkeys(objective.source or objective.plan_id for objective in data.objectives)
    return labels.enumeration(list(plans))


def _trace_example(data: PageData, gemeente: str) -> str:
    """The audit command for a figure that stands on this very page, a real one if there is any."""
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
