"""The pages of a site as one HTML document, for printing: a title page, a table of contents, and each page's content.

Every id gets the name of its page before it, and links between pages become links within the document, so that the
printed document needs nothing beside it.

What belongs here: taking pages apart and putting them together. What does not: printing (`printing.py`) and any word
that a page itself says.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from dagster_project.export.imprint import Imprint

_FRONT = "index.html"
_LEFT_OUT = frozenset({"controles.html", "gegevens.html"})
"""Pages that do not belong in a document for the council: every technical check, which `bronnen.html` sums up, and
every column of every table."""
_OPGAVE = re.compile(r"^opgave-(\d+)\.html$")
_NAMES_IDS = {"for", "headers", "list"} | {
    f"aria-{relation}" for relation in ("labelledby", "describedby", "controls", "owns", "details")
}
_LINKS = {"href", "xlink:href"}
_URL_REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
_OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_HEADINGS = {"h1", "h2", "h3"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

_PRINT_STYLE = """
@page { size: A4; margin: 18mm 15mm 20mm; @bottom-left { content: "%(footer)s"; font: 8pt sans-serif; color: #404040; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #404040; } }
@page :first { @bottom-left { content: none; } @bottom-right { content: none; } }
:root { color-scheme: light; }
h1, h2, h3 { white-space: pre-wrap; /* else the outline joins the words around a line end */ }
.pdf-voorblad { padding-top: 60mm; }
.pdf-voorblad h1 { font-size: 30pt; }
.pdf-voorblad dl { display: grid; grid-template-columns: max-content 1fr; gap: 1mm 6mm; margin-top: 12mm; }
.pdf-voorblad dd { margin: 0; }
.pdf-voorblad .pdf-bronnen { margin-top: 12mm; font-size: 8pt; }
.pdf-inhoud, .pdf-deel { break-before: page; }
.pdf-inhoud ol { list-style: none; padding: 0; }
.pdf-inhoud li { margin-block: 0.4mm; }
.pdf-inhoud .pdf-diep { margin-inline-start: 6mm; }
.pdf-deel > h1 { margin-block: 0 6mm; }
.pdf-deel:not(#blz-index) .melding { display: none; /* the title page, the front page and every foot say it */ }
.pdf-deel > h1 + main > :first-child { margin-top: 0; padding-top: 0; border-top: 0; }
"""


@dataclass
class _PageParts:
    """What is taken from one page."""

    file: str
    title: str
    main: str
    is_titled_within: bool
    links: list[str]
    navigation: list[str]
    icons: str
    stylesheets: list[str]
    theme_class: str


@dataclass
class _Reader(HTMLParser):
    """Takes one page apart; what stands in `<main>` is kept as it was written, ids and links apart."""

    file: str
    files: frozenset[str]
    title: str = ""
    heading: str = ""
    is_titled_within: bool = False
    main: list[str] = field(default_factory=list)
    icons: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    navigation: list[str] = field(default_factory=list)
    stylesheets: list[str] = field(default_factory=list)
    theme_class: str = ""
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        match tag:
            case "html":
                self.theme_class = named.get("class", "")
            case "link" if named.get("rel") == "stylesheet":
                self.stylesheets.append(named.get("href", ""))
            case "a":
                (self.links if "main" in self._open else self.navigation).append(named.get("href", ""))
            case "h1" if "main" in self._open:
                self.is_titled_within = True
        if tag not in _VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self._open.append(tag)
        self._keep(self._rewritten(tag, attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._keep(self._rewritten(tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self._keep(f"</{tag}>")
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title" and "head" in self._open:
            self.title += data
        if "h1" in self._open:
            self.heading += data
        if not _HEADINGS.isdisjoint(self._open):
            data = _BLANKS.sub(" ", data)  # print keeps blanks in headings, see the style
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _keep(self, text: str) -> None:
        if "main" in self._open:
            self.main.append(text)
        elif "svg" in self._open and "header" not in self._open and "footer" not in self._open:
            self.icons.append(text)

    def _rewritten(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        if "main" not in self._open and tag != "main":
            return self.get_starttag_text() or ""
        end = " />" if (self.get_starttag_text() or "").endswith("/>") else ">"
        changed = [*filter(None, (self._attribute(tag, name, value) for name, value in attrs))]
        if tag == "details" and "open" not in dict(attrs):
            changed.append("open")  # paper cannot be unfolded
        return f"<{' '.join([tag, *changed])}{end}"

    def _attribute(self, tag: str, name: str, value: str | None) -> str:
        if value is None:
            return name
        if name == "id":
            value = _anchor(self.file, value)
        elif name in _NAMES_IDS:
            value = " ".join(_anchor(self.file, part) for part in value.split())
        elif name in _LINKS and tag == "a":
            target = self._target(value)
            if target is None:
                return ""
            value = target
        elif name in _LINKS and value.startswith("#"):
            value = f"#{_anchor(self.file, value[1:])}"
        else:
            value = _URL_REFERENCE.sub(lambda match: f"url(#{_anchor(self.file, match[1])})", value)
        return f'{name}="{html.escape(value)}"'

    def _target(self, address: str) -> str | None:
        """Where a link goes within the document; None for a file that lies beside the site."""
        if _OUTSIDE.match(address):
            return address
        file, _, fragment = address.partition("#")
        file = file or self.file
        if file not in self.files:
            return None
        return f"#{_anchor(file, fragment)}" if fragment else f"#{_slug(file)}"


def assemble(site_folder: Path, imprint: Imprint) -> str:
    """One HTML document of the pages of a site, all but the technical detail of its checks.

    Args:
        site_folder: the folder with the pages; what their stylesheets name is found from there.
        imprint: what the title page says.

    Raises:
        FileNotFoundError: the folder has no front page.
    """
    files = frozenset(path.name for path in site_folder.glob("*.html")) - _LEFT_OUT
    parts = {name: _read(site_folder / name, files) for name in sorted(files)}
    if _FRONT not in parts:
        raise FileNotFoundError(f"{site_folder} holds no {_FRONT}: render the site before it is printed.")
    ordered = [parts[name] for name in in_reading_order(parts)]
    front = parts[_FRONT]
    title = f"{front.title} – {dict(imprint.lines)['Stand van']}"
    footer = f"Gemeente {imprint.gemeente} · stand van {dict(imprint.lines)['Stand van']}"
    if imprint.synthetic_note:
        footer += " · met synthetische cijfers, zie het voorblad"
    style = _PRINT_STYLE % {"footer": footer.replace("\\", "\\\\").replace('"', '\\"').replace("<", "")}
    # within the document: printing does not wait in the same way each time for what is linked
    stylesheets = [(site_folder / name).read_text(encoding="utf-8") for name in front.stylesheets]
    styles = "".join(f"<style>{sheet}</style>\n" for sheet in (*stylesheets, style))
    body = "".join((_title_page(front, imprint), _contents(ordered), *(_part(page) for page in ordered)))
    return (
        f'<!doctype html>\n<html lang="nl" class="{html.escape(front.theme_class)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n"
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src file: 'unsafe-inline'; img-src file: data:; font-src file: data:\">\n"
        f"{styles}</head>\n<body>\n{front.icons}\n{body}</body>\n</html>\n"
    )


def _read(path: Path, files: frozenset[str]) -> _PageParts:
    reader = _Reader(path.name, files)
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    main = "".join(reader.main) + ("" if not reader.main or reader.main[-1] == "</main>" else "</main>")
    title = html.unescape(reader.heading or reader.title).strip()
    icons = "".join(reader.icons)
    return _PageParts(
        file=path.name,
        title=" ".join(title.split()),
        main=_with_shared_icons(main, path.name, icons),
        is_titled_within=reader.is_titled_within,
        links=reader.links,
        navigation=reader.navigation,
        icons=icons,
        stylesheets=reader.stylesheets,
        theme_class=reader.theme_class,
    )


def _with_shared_icons(main: str, file: str, icons: str) -> str:
    """The icons stand once in the document: what refers to them keeps their names."""
    for name in re.findall(r'<symbol id="([^"]+)"', icons):
        main = main.replace(f'href="#{_anchor(file, name)}"', f'href="#{name}"')
    return main


def in_reading_order(parts: dict[str, _PageParts]) -> list[str]:
    """The front, each opgave with its objectives, then the navigation's pages, each before those named after it."""
    opgaven = sorted((name for name in parts if _OPGAVE.match(name)), key=_number)
    order = [_FRONT]
    for opgave in opgaven:
        order.append(opgave)
        order += [name for name in _files(parts[opgave].links) if name.startswith("doel-") and name in parts]
    for name in (name for name in _files(parts[_FRONT].navigation) if name in parts):
        order += [name, *(other for other in sorted(parts) if other.startswith(f"{name.removesuffix('.html')}-"))]
    return list(dict.fromkeys([*order, *sorted(parts)]))


def _number(name: str) -> int:
    match = _OPGAVE.match(name)
    return int(match[1]) if match else 0


def _files(addresses: Iterable[str]) -> Iterator[str]:
    return (address.partition("#")[0] for address in addresses)


def _slug(file: str) -> str:
    return f"blz-{file.removesuffix('.html')}"


def _anchor(file: str, name: str) -> str:
    return f"{_slug(file)}--{name}"


def _title_page(front: _PageParts, imprint: Imprint) -> str:
    lines = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>" for name, text in imprint.lines)
    note = f'<p class="melding">{html.escape(imprint.synthetic_note)}</p>' if imprint.synthetic_note else ""
    sources = "".join(f"<li>{html.escape(attribution)}</li>" for attribution in imprint.attributions)
    return (
        f'<section class="pdf-voorblad kolom"><h1>{html.escape(front.title)}</h1>\n<dl>{lines}</dl>\n{note}\n'
        f'<div class="pdf-bronnen"><p>Bronnen</p><ul>{sources}</ul></div></section>\n'
    )


def _depth(page: _PageParts) -> str:
    return "pdf-diep" if page.file.startswith("doel-") else "pdf-blad"


def _contents(pages: Iterable[_PageParts]) -> str:
    entries = "".join(
        f'<li class="{_depth(page)}"><a href="#{_slug(page.file)}">{html.escape(page.title)}</a></li>\n'
        for page in pages
    )
    return f'<nav class="pdf-inhoud kolom" aria-label="Inhoud"><h1>Inhoud</h1>\n<ol>\n{entries}</ol></nav>\n'


def _part(page: _PageParts) -> str:
    heading = "" if page.is_titled_within else f'<h1 class="kolom">{html.escape(page.title)}</h1>\n'
    return f'<div class="pdf-deel" id="{_slug(page.file)}">\n{heading}{page.main}\n</div>\n'
