"""What every page module gets and gives: the site that is being made, and a page of it.

What belongs here: the records that pass between `render.py` and the page modules, and the entries of the navigation.
What does not: writing files (`render.py`), and what stands on a page (`pages/`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.site.queries import PageData, Reader
from dagster_project.workspace import Workspace

if TYPE_CHECKING:  # it speaks Dutch with our labels: at run time it imports us
    from dagster_project.editions.diff import EditionDiff


@dataclass(frozen=True)
class SiteRun:
    """The run and publication that the pages belong to.

    Attributes:
        generated_at: UTC, ISO 8601.
        as_of: the day on which the verdicts are given.
        edition: label of the edition that is being frozen, `2026-04`; None for a publication.
        previous: `warehouse.duckdb` of the edition before, to tell what changed since; None when there is none.
        previous_label: the label of that edition.
    """

    run_id: str
    publication_id: str
    generated_at: str
    as_of: date
    git_commit: str
    edition: str | None = None
    previous: Path | None = None
    previous_label: str | None = None


@dataclass(frozen=True)
class Site:
    """What a page module may read: rows that pages share, a reader for rows of its own, the workspace and the run."""

    data: PageData
    reader: Reader
    workspace: Workspace
    run: SiteRun

    @property
    def gemeente(self) -> str:
        """Code of the municipality, `GM0396`."""
        return self.workspace.settings.gemeente

    @property
    def gemeente_name(self) -> str:
        return self.workspace.settings.gemeente_name

    @cached_property
    def changes(self) -> EditionDiff | None:
        """What differs from the edition before, found once for all pages; None where there is none."""
        if self.run.previous is None:
            return None
        from dagster_project.editions.diff import compare  # see above

        return compare(self.run.previous, self.reader.database, self.gemeente)


@dataclass(frozen=True)
class Page:
    """One page to be written.

    Attributes:
        file: its name in the flat folder, `bbv.html`.
        template: its file in `templates/`, which extends `basis.html.j2`.
        title: its heading and the first part of the title of its window.
        context: what its template needs besides what every template gets (see `render.py`).
        nav: file of the entry of the navigation under which it falls.
        crumbs: the pages above it, from the front page down, as (file, words); empty for a page of the navigation.
    """

    file: str
    template: str
    title: str
    context: dict[str, Any]
    nav: str
    crumbs: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True)
class NavEntry:
    """One entry of the navigation."""

    file: str
    words: str


NAVIGATION = (
    NavEntry("index.html", "Op koers?"),
    NavEntry("register.html", "Register"),
    NavEntry("indicatoren.html", "Indicatoren"),
    NavEntry("geld.html", "Geld"),
    NavEntry("zorg.html", "Zorg"),
    NavEntry("bbv.html", "Vergelijken"),
    NavEntry("wijken.html", "Wijken"),
    NavEntry("wijzigingen.html", "Wijzigingen"),
    NavEntry("registraties.html", "Registraties"),
    NavEntry("bronnen.html", "Bronnen"),
    NavEntry("uitleg.html", "Uitleg"),
)
"""The pages that stand in the header of every page."""

FOOT = (
    NavEntry("bronnen.html", "Bronnen en hun leeftijd"),
    NavEntry("controles.html", "Alle controles"),
    NavEntry("gegevens.html", "Tabellen en kolommen"),
    NavEntry("uitleg.html", "Hoe leest u deze monitor?"),
    NavEntry("toegankelijkheid.html", "Toegankelijkheid"),
)
"""The pages that stand in the foot of every page."""
