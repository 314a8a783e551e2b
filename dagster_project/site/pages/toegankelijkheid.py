"""The accessibility statement of the monitor: what was tested, how, and what was not.

What belongs here: what stands on `toegankelijkheid.html`. It claims no more than the tests of this program show; the
municipality's own, examined statement is linked where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.site.site import Page, Site

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def pages(site: Site) -> Iterator[Page]:
    """The accessibility statement."""
    settings = site.workspace.settings
    context = {
        "contact": settings.contact,
        "contact_link": contact_link(settings.contact),
        "statement_url": settings.accessibility_url,
    }
    yield Page("toegankelijkheid.html", "toegankelijkheid.html.j2", "Toegankelijkheid", context, "uitleg.html")


def contact_link(contact: str) -> str | None:
    """Where a click on the contact leads: an address on the web or of mail; None for words."""
    if contact.startswith(("https://", "http://")) and not re.search(r"\s", contact):
        return contact
    return f"mailto:{contact}" if _EMAIL.fullmatch(contact) else None
