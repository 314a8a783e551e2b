"""Pages of a CBS table: fetched one by one into a folder, each whole, so that a broken pull goes on where it broke.

What the pages say does not belong here: `cbs_v3.py` and `cbs_v4.py` know that.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import msgspec
import orjson
from msgspec import Struct

from dagster_project.errors import UnsoundData
from dagster_project.extract import limits
from dagster_project.extract.http import BrokenAnswer, HttpClient
from dagster_project.legible import is_legible

_STAMP_FILE = "stamp.txt"


class Progress(Protocol):
    """Who wants to know how a pull is getting on."""

    def described(self, document: Any) -> None:
        """What the publisher says of the table as a whole came: the document with its stamp."""

    def page(self, stem: str, rows: int, *, fetched: bool) -> None:
        """A page of that collection is whole; `fetched` unless an earlier pull had left it."""


@dataclass(frozen=True)
class Page:
    """A page on disk. `next_url` is absolute and checked."""

    name: str
    url: str
    size: int
    rows: int
    next_url: str | None


def parse_json(body: bytes) -> Any:
    """Any JSON document.

    Raises:
        BrokenAnswer: it is not whole.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BrokenAnswer("the answer is not whole JSON") from error


def parse_page(body: bytes) -> list[Any]:
    """The rows of one page of either version of the protocol.

    Raises:
        BrokenAnswer: it is not whole JSON, or not a page.
    """
    document = parse_json(body)
    rows = document.get("value") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise BrokenAnswer("the answer is JSON, but not a page with a list of rows")
    return rows


class _Row(Struct, gc=False):
    """Any row: its fields are passed over."""


class _Page(Struct, gc=False):
    """A page by its shape alone: checking it so, without making its rows, takes a tenth of the time of reading it."""

    value: list[_Row]
    v4_link: str | None = msgspec.field(default=None, name="@odata.nextLink")
    v3_link: str | None = msgspec.field(default=None, name="odata.nextLink")


_PAGE = msgspec.json.Decoder(_Page)


def check_page(body: bytes) -> tuple[int, str | None]:
    """How many rows a page has, and the address of the next page as the service wrote it.

    The text inside the rows is only checked to be UTF-8; a damaged escape in it is noticed when the page is read.

    Raises:
        BrokenAnswer: it is not whole JSON, or not a page of rows.
    """
    try:
        body.decode()
        page = _PAGE.decode(body)
    except msgspec.ValidationError as error:
        raise BrokenAnswer("the answer is JSON, but not a page with a list of rows") from error
    except RecursionError:
        raise BrokenAnswer("the answer is nested too deep") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenAnswer("the answer is not whole JSON") from error
    return len(page.value), page.v4_link or page.v3_link or None


def checked_stamp(label: str, stamp: str) -> str:
    """A publisher's stamp of the last change, which is kept and told.

    Raises:
        UnsoundData: it is longer than any moment, or holds what cannot be seen.
    """
    if len(stamp) > limits.HEADER_CHARACTERS or not is_legible(stamp):
        raise UnsoundData(f"{label} states {stamp[:40]!r}… as the moment of its last change, expected a moment.")
    return stamp


def address(collection: str, **options: str | None) -> str:
    """An OData address with its options, such as `filter` for `$filter`; those that are None are left out."""
    given = {name: quote(value, safe="(),'") for name, value in options.items() if value}
    query = "&".join(f"${name}={value}" for name, value in given.items())
    return f"{collection}?{query}" if query else collection


def next_address(current: str, link: str) -> str:
    """Where a link to the next page leads, by our own scheme: CBS writes `http` in links of pages asked by `https`.

    Raises:
        UnsoundData: it leads to another host.
    """
    here = urlsplit(current)
    try:
        there = urlsplit(urljoin(current, link))
        same_host = (there.hostname, there.port) == (here.hostname, here.port)
    except ValueError:
        same_host = False
    if not same_host:
        raise UnsoundData(
            f"{here.hostname}{here.path} points to {link[:120]!r} for its next page, "
            f"expected an address on {here.netloc}. It is not followed: check the service or the base URL."
        )
    return urlunsplit((here.scheme, here.netloc, there.path, there.query, ""))


class PullFolder:
    """The pages of one pull.

    Attributes:
        path: the folder.
        root: address of the table.
        pages: pages fetched or found so far, in order.
    """

    def __init__(self, http: HttpClient, folder: Path, root: str, label: str, on_progress: Progress | None) -> None:
        self.root = root
        self.pages: list[Page] = []
        self._http = http
        self.path = folder
        self._label = label
        self._on_progress = on_progress
        folder.mkdir(parents=True, exist_ok=True)

    def path_of(self, page: Page) -> Path:
        return self.path / page.name

    def discard(self) -> None:
        """Forget everything, on disk too."""
        self.pages.clear()
        shutil.rmtree(self.path)
        self.path.mkdir()

    def begin(self, name: str, url: str, stamp_of: Callable[[Any], str]) -> str:
        """Fetch the document with the publisher's stamp, and drop pages of an earlier pull if their stamp was another.

        Returns:
            The stamp.
        """
        body = self.path / name
        document = self._http.download(url, body, _whole_json, most=limits.PAGE_BYTES)
        stamp = checked_stamp(self._label, stamp_of(document))
        if self._on_progress:
            self._on_progress.described(document)
        known = self.path / _STAMP_FILE
        if not known.is_file() or known.read_text(encoding="utf-8") != stamp:
            for other in set(self.path.iterdir()) - {body}:
                other.unlink()
            known.write_text(stamp, encoding="utf-8")
        self.pages.append(Page(name, url, body.stat().st_size, 1, None))
        return stamp

    def collect(self, stem: str, url: str, *, first: str | None = None, anew: bool = False) -> list[Page]:
        """Fetch a collection page by page, following its links; pages that are here already are not asked again.

        Args:
            stem: the pages are called `<stem>-0001.json` and on.
            url: address of the first page.
            first: name of the first page, if another.
            anew: ask pages that are here again too. For descriptions of columns: they may change under one stamp.

        Raises:
            SourceUnreachable: a page did not come; those before it stay.
            UnsoundData: the links lead to another host or in a circle.
        """
        found: list[Page] = []
        visited: set[str] = set()
        following: str | None = url
        while following:
            if following in visited:
                raise UnsoundData(
                    f"{self._label}: the links between its pages go in a circle, back to {following[:120]}. "
                    "Nothing was taken over; report it to the publisher."
                )
            visited.add(following)
            number = len(found) + 1
            self._refuse_endless(number)
            name = first if first and number == 1 else f"{stem}-{number:04d}.json"
            known = None if anew else self._known(name, following)
            page = known or self._fetch(name, following)
            self.pages.append(page)
            found.append(page)
            following = page.next_url
            if self._on_progress:
                self._on_progress.page(stem, page.rows, fetched=known is None)
        return found

    def rows(self, pages: list[Page]) -> list[Any]:
        """All rows of a small collection."""
        return [row for page in pages for row in parse_page(self.path_of(page).read_bytes())]

    def members(self, shown_root: str) -> Iterator[tuple[str, Path, str]]:
        """Name, body and address of each page, as a snapshot packs them, the addresses under `shown_root`."""
        for page in self.pages:
            yield page.name, self.path_of(page), page.url.replace(self.root, shown_root, 1)

    def _fetch(self, name: str, url: str) -> Page:
        target = self.path / name
        rows, link = self._http.download(url, target, _check_file, most=limits.PAGE_BYTES)
        page = Page(name, url, target.stat().st_size, rows, self._next(url, link) if link else None)
        self._note_of(name).write_bytes(orjson.dumps(asdict(page)))  # last: without its note a page does not count
        return page

    def _next(self, url: str, link: str) -> str:
        """The next page, which must be of the same table.

        Raises:
            UnsoundData: it is of another, or on another host.
        """
        following = next_address(url, link)
        if not urlsplit(following).path.casefold().startswith(f"{urlsplit(self.root).path.casefold()}/"):
            raise UnsoundData(
                f"{self._label} points to {link[:120]!r} for its next page, expected an address below {self.root}. "
                "It is not followed: check the service or the base URL."
            )
        return following

    def _refuse_endless(self, number: int) -> None:
        """Raise UnsoundData when a collection has more pages, or the pull more bytes, than any table has."""
        size = sum(page.size for page in self.pages)
        if number > limits.PAGES or size > limits.ARCHIVE_BYTES:
            raise UnsoundData(
                f"{self._label} comes to page {number} and {limits.shown(size)}, expected {limits.PAGES} pages and "
                f"{limits.shown(limits.ARCHIVE_BYTES)} at most. Nothing was taken over; narrow the contract's filter."
            )

    def _note_of(self, name: str) -> Path:
        return self.path / f"{name}.note"

    def _known(self, name: str, url: str) -> Page | None:
        """The page of that name, if an earlier pull left it whole and it answers the same question."""
        body, note = self.path / name, self._note_of(name)
        if not (body.is_file() and note.is_file()):
            return None
        try:
            page = Page(**orjson.loads(note.read_bytes()))
        except (orjson.JSONDecodeError, TypeError):
            return None
        return page if (page.url, page.size) == (url, body.stat().st_size) else None


def _check_file(body: Path) -> tuple[int, str | None]:
    return check_page(body.read_bytes())


def _whole_json(body: Path) -> Any:
    return parse_json(body.read_bytes())
