"""The council's page: plain HTML, CSS and SVG, written from the tables of one build.

What belongs here: reading the published tables, putting them into Dutch words, drawing them. What does not: any figure
that is not in a table, and any rule about who is on course: verdicts are computed in `models/`.
"""

from __future__ import annotations

from dagster_project.site.render import render_site
from dagster_project.site.site import SiteRun

__all__ = ["SiteRun", "render_site"]
