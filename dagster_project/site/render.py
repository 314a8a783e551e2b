"""Write the pages of one publication: every page that a page module gives, the stylesheet and the municipality's theme.

What belongs here: putting the parts together and writing files. What does not: what stands on a page (`pages/`),
words (`words/`), SQL (`queries/`) and drawing (`draw/`).
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dagster_project.site.pages import (
    bbv,
    bronnen,
    controles,
    doel,
    front,
    gegevens,
    geld,
    indicatoren,
    opgave,
    register,
    toegankelijkheid,
    uitleg,
    wijken,
    wijzigingen,
    zorg,
)
from dagster_project.site.queries import Reader, read_page_data
from dagster_project.site.site import FOOT, NAVIGATION, NavEntry, Page, Site, SiteRun
from dagster_project.site.theme import FILE as THEME
from dagster_project.site.theme import theme_of
from dagster_project.site.words import labels
from dagster_project.workspace import Workspace

__all__ = ["THEME", "SiteRun", "render_site"]

PAGE_MODULES = (
    front,
    opgave,
    register,
    doel,
    indicatoren,
    geld,
    zorg,
    bbv,
    wijken,
    wijzigingen,
    bronnen,
    controles,
    gegevens,
    uitleg,
    toegankelijkheid,
)
"""The registry: each has `pages(site)`, which gives the pages it is about. Their order is that of the written files."""

_HERE = Path(__file__).parent
_STYLESHEET = "opkoers.css"
_THEME_CLASS = re.compile(r"\.([a-z][a-z0-9-]*-theme)\b")
NOTE_ON_SYNTHETIC = "Een deel van de cijfers is synthetisch: verzonnen, om te laten zien hoe deze monitor werkt."


def render_site(build_db: Path, workspace: Workspace, target: Path, run: SiteRun) -> list[Path]:
    """Write all pages of the monitor.

    Args:
        build_db: the build database; opened read-only, only its schema marts is read.
        workspace: whose municipality is shown; its `theme.css`, if any, is copied and linked after our stylesheet.
        target: folder to write into; made when it is not there.
        run: what the foot of each page says of this run.

    Returns:
        The files that were written.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
        ValueError: a table holds a verdict or a kind of objective that the pages have no words for.
    """
    theme_css = theme_of(workspace)
    with duckdb.connect(str(build_db), read_only=True) as connection:
        reader = Reader(connection, workspace.settings.gemeente)
        site = Site(read_page_data(reader), reader, workspace, run)
        pages = [page for module in PAGE_MODULES for page in module.pages(site)]
        files = _render_pages(pages, _shared_context(site, theme_css))
    files |= styles(theme_css)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    return [target / name for name in files]


def styles(theme_css: str | None) -> dict[str, str]:
    """The stylesheets that every page links, by their file."""
    files = {_STYLESHEET: (_HERE / "static" / _STYLESHEET).read_text(encoding="utf-8")}
    return files if theme_css is None else {**files, THEME: theme_css}


@cache
def templates() -> Environment:
    """The templates, compiled once."""
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(page: Page, frame: dict[str, Any]) -> str:
    """One page as HTML.

    Args:
        page: what it shows.
        frame: what every page shows around it.
    """
    return templates().get_template(page.template).render({**frame, "page": page, **page.context})


def _render_pages(pages: list[Page], shared: dict[str, Any]) -> dict[str, str]:
    written = {page.file for page in pages}
    frame = {**shared, "navigation": _entries(NAVIGATION, written), "foot": _entries(FOOT, written)}
    return {page.file: render_page(page, frame) for page in pages}


def _entries(entries: tuple[NavEntry, ...], written: set[str]) -> list[NavEntry]:
    """The entries whose page is written, so that no link leads nowhere."""
    return [entry for entry in entries if entry.file in written]


def _shared_context(site: Site, theme_css: str | None) -> dict[str, Any]:
    return {
        **frame_of(site.run, theme_css),
        "gemeente": site.gemeente_name,
        "owner": f"Gemeente {site.gemeente_name}",
        "synthetic_note": _synthetic_note(site),
    }


def frame_of(run: SiteRun, theme_css: str | None) -> dict[str, Any]:
    """What stands around every page, whoever it is about."""
    return {
        "as_of": labels.day(run.as_of),
        "generated_at": labels.moment_words(datetime.fromisoformat(run.generated_at)),
        "run": run,
        "stylesheets": [_STYLESHEET, THEME] if theme_css is not None else [_STYLESHEET],
        "has_theme": theme_css is not None,
        "theme_class": _theme_class(theme_css),
    }


def _theme_class(theme_css: str | None) -> str | None:
    """The class that an NL Design System theme hangs its properties on, `voorbeeld-theme`; None for `:root`."""
    match = _THEME_CLASS.search(theme_css or "")
    return match[1] if match else None


def _synthetic_note(site: Site) -> str | None:
    """The warning that every page bears as soon as any row that the pages share was made up."""
    tables = [rows for rows in vars(site.data).values() if isinstance(rows, tuple)]
    rows_made_up = any(getattr(row, "is_synthetic", False) for rows in tables for row in rows)
    if not rows_made_up and not site.data.care.is_synthetic:
        return None
    return site.workspace.settings.synthetic_note or NOTE_ON_SYNTHETIC
