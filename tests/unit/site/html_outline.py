"""A reader of our pages for tests: tags with their attributes, and text, in order."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Outline(HTMLParser):
    """Attributes:
    tags: name and attributes of every opening tag, in order.
    text: all text, spaces collapsed, non-breaking ones as plain ones.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._parts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._parts.append(" ")

    def handle_data(self, data: str) -> None:
        self._parts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self._parts))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def article(html: str, title: str, kind: str = "") -> str:
    """The text of the article that holds a title.

    Args:
        kind: class of the articles to look among, and what follows it in their tag; all when empty.
    """
    opening = f'<article class="{kind}' if kind else "<article"
    found = [part for part in re.findall(rf"{opening}.*?</article>", html, re.DOTALL) if title in part]
    if len(found) != 1:
        raise LookupError(f"{len(found)} articles hold {title!r}")
    return Outline(found[0]).text


def main(html: str) -> str:
    """The part of a page that is its own: without header, foot and the warning that figures are synthetic."""
    own = html.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'<div class="melding".*?</div>', "", own, flags=re.DOTALL)
