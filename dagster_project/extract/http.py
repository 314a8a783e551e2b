"""One polite HTTP client: patient with a service that stumbles, never fooled by half an answer, never stuck.

What an answer means does not belong here: callers pass a check that says whether a body is whole.
"""

from __future__ import annotations

import copy
import random
import re
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

import orjson
import requests
import urllib3

from dagster_project import __version__
from dagster_project.errors import ConfigurationError, SourceUnreachable, UnsoundData
from dagster_project.extract import limits
from dagster_project.extract.personal import masked
from dagster_project.extract.redirects import joined, may_follow
from dagster_project.extract.watched import Session, WatchedAdapter, cut_off_after
from dagster_project.legible import legible

T = TypeVar("T")

USER_AGENT = f"opkoers/{__version__} (open data warehouse for Dutch municipalities)"
_CHUNK = 1 << 18
_SHOWN = 200  # characters of an address that are told
_ERROR_TEXT = 4096  # bytes of an error page that are read for its message
_ASK_AGAIN = {408, 425, 429}
_NOT_AN_ADDRESS = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)


class BrokenAnswer(Exception):
    """An answer that is not whole; asking again may help. The text is the cause in plain words.

    Attributes:
        wait: seconds the service asks to wait, if it does.
    """

    def __init__(self, cause: str, wait: float | None = None) -> None:
        super().__init__(cause)
        self.wait = wait


class Stopped(Exception):
    """Somebody ended the work while a request was under way or still to be made."""


class RequestRefused(UnsoundData):
    """The service understood the request and refuses it: asking again does not help.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """What the headers of an answer say. `status` is 200, or 304 when nothing changed and no body came."""

    status: int
    etag: str | None
    last_modified: str | None


class HttpClient:
    """Asks one thing at a time and keeps its connection open.

    A time-out, a broken connection, a truncated body, 408, 425, 429 and 5xx are asked again after a pause that doubles
    and varies, so that many clients do not return in step. Other refusals are final.
    """

    def __init__(
        self,
        *,
        attempts: int = 4,
        backoff: float = 2.0,
        connect_timeout: float = 10.0,
        read_timeout: float = 45.0,
        deadline: float = 900.0,
        max_bytes: int = limits.BODY_BYTES,
        hosts: Collection[str] = (),
        longest_wait: float = 120.0,
        sleep: Callable[[float], object] | None = None,
        on_bytes: Callable[[int], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> None:
        """Settings in seconds and bytes.

        Args:
            attempts: how often one request is tried in all.
            backoff: the pause after the first failure.
            connect_timeout: patience for a connection.
            read_timeout: patience between two bytes.
            deadline: patience for one whole answer, however steadily it drips.
            max_bytes: the largest body accepted, after decompression.
            hosts: other hosts that a service may send us on to; without any, only its own.
            longest_wait: the longest pause; a service that asks for more (`Retry-After`) is left alone.
            sleep: how to pause; by default until the time is over or somebody ends the work.
            on_bytes: told how many bytes came, decompressed, as they come.
            stop: when another thread sets it, every request ends in `Stopped` at its next byte.
        """
        self._attempts = attempts
        self._backoff = backoff
        self._timeouts = (connect_timeout, read_timeout)
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._hosts = frozenset(host.casefold() for host in hosts)
        self._longest_wait = longest_wait
        self._on_bytes = on_bytes
        self._stop = stop or threading.Event()
        self._sleep = sleep or self._stop.wait
        self._session = Session()
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.headers["Accept-Encoding"] = "gzip, deflate"  # fewer decoders to trust, on every machine the same
        self._session.auth = _without_credentials
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, WatchedAdapter(pool_connections=2, pool_maxsize=2))

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def for_table(self, *, attempts: int | None = None, on_bytes: Callable[[int], None] | None = None) -> HttpClient:
        """The same client on the same connections, with another patience or another listener."""
        other = copy.copy(self)
        other._attempts = attempts or self._attempts
        other._on_bytes = on_bytes or self._on_bytes
        return other

    def download(self, url: str, target: Path, check: Callable[[Path], T], *, most: int | None = None) -> T:
        """Stream a body to `target`, which appears only when it is whole.

        Args:
            url: the address.
            target: the file to make.
            check: looks at the body; raises BrokenAnswer when it is not whole. Its result is returned.
            most: the largest body accepted; None: that of the client.

        Raises:
            SourceUnreachable: no whole answer came in all the tries.
            RequestRefused: the service refuses the request.
            UnsoundData: the body is larger than is accepted, or unpacks to too many times its size; or the service
                sends us on to another host, to an open connection, or too often.
            ConfigurationError: `url` is not an address.
        """

        def attempt() -> T:
            with _part_of(target) as part:
                with part.open("wb") as sink, self._open(url, {}) as response:
                    self._copy(response, sink, self._max_bytes if most is None else min(most, self._max_bytes))
                result = check(part)
                part.replace(target)
                return result

        return self._persist(url, attempt)

    def download_if_changed(self, url: str, target: Path, *, etag: str | None, last_modified: str | None) -> Answer:
        """Stream a body to `target` unless the service says that it has not changed.

        The body must carry its length, since nothing else shows that a text file was cut; it is asked uncompressed for
        the same reason.

        Raises:
            As `download`.
        """
        headers = {"Accept-Encoding": "identity"}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified

        def attempt() -> Answer:
            with _part_of(target) as part:
                with part.open("wb") as sink, self._open(url, headers) as response:
                    stamps = _stamp(response.headers.get("ETag")), _stamp(response.headers.get("Last-Modified"))
                    if response.status_code == requests.codes.not_modified:
                        return Answer(response.status_code, *stamps)
                    if not _shows_its_end(response):
                        raise BrokenAnswer("the body carries no length, so a cut in it cannot be seen")
                    self._copy(response, sink, self._max_bytes)
                part.replace(target)
                return Answer(response.status_code, *stamps)

        return self._persist(url, attempt)

    def json(self, url: str) -> Any:
        """One small JSON document.

        Raises:
            As `download`.
        """

        def attempt() -> Any:
            sink = BytesIO()
            with self._open(url, {}) as response:
                self._copy(response, sink, min(limits.PAGE_BYTES, self._max_bytes))
            try:
                return orjson.loads(sink.getvalue())
            except orjson.JSONDecodeError as error:
                raise BrokenAnswer("the answer is not whole JSON") from error

        return self._persist(url, attempt)

    def _persist(self, url: str, attempt: Callable[[], T]) -> T:
        for number in range(1, self._attempts + 1):
            self._go_on()
            try:
                return attempt()
            except BrokenAnswer as failure:
                pause = self._pause(number, failure.wait)
                if number == self._attempts or pause > self._longest_wait:
                    tries = "1 try" if number == 1 else f"{number} tries"
                    raise SourceUnreachable(
                        f"{_place(url)} gave no sound answer in {tries}; last cause: {failure}. "
                        "Nothing was taken over; try again later."
                    ) from failure
                self._sleep(pause)
        raise ValueError("attempts must be 1 or more")

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _pause(self, number: int, asked: float | None) -> float:
        if asked is not None:
            return asked
        spread = random.uniform(0.5, 1.5)  # noqa: S311  jitter, not a secret
        doubled: float = self._backoff * 2 ** (number - 1)
        return min(doubled * spread, self._longest_wait)

    @contextmanager
    def _open(self, url: str, headers: dict[str, str]) -> Iterator[requests.Response]:
        """An answer of status 200 or 304, its body not yet read; whatever breaks meanwhile becomes BrokenAnswer."""
        with cut_off_after(self._deadline) as cut_off:
            try:
                with self._answer(url, headers) as response:
                    self._judge(url, response)
                    yield response
            except _NOT_AN_ADDRESS as error:
                raise ConfigurationError(
                    f"{url} is not an address: {error}. Mend the base URL or the contract."
                ) from error
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                raise BrokenAnswer(self._overdue() if cut_off.is_set() else self._in_plain_words(error)) from error
            if cut_off.is_set():  # a body without a length ends quietly when it is cut off
                raise BrokenAnswer(self._overdue())

    def _answer(self, url: str, headers: dict[str, str]) -> requests.Response:
        """What the service answers, after following where it sends us on to."""
        here = url
        for _ in range(limits.REDIRECTS + 1):
            response = self._session.get(
                here, headers=headers, stream=True, timeout=self._timeouts, allow_redirects=False
            )
            if not response.is_redirect:
                return response
            response.close()
            here = self._led_to(url, here, response.headers["Location"])
        raise UnsoundData(
            f"{_place(url)} sends us on more than {limits.REDIRECTS} times, the last time to {_place(here)}. "
            "Nothing was taken over; check the address in a browser."
        )

    def _led_to(self, asked: str, here: str, location: str) -> str:
        """Where a redirect leads: to the host that was asked, or to another that the settings name, never to a
        connection that is less safe."""
        there = joined(here, location)
        own = urlsplit(asked)
        if there and may_follow(own, there, self._hosts):
            return there.geturl()
        raise UnsoundData(
            f"{_place(asked)} sends us on to {legible(location[:_SHOWN])!r}, expected an address on {own.netloc}"
            f"{' by https' if own.scheme == 'https' else ''}. It is not followed: if the publisher moved, name its "
            "host under hosts in [network] of opkoers.toml."
        )

    def _copy(self, response: requests.Response, sink: BinaryIO, most: int) -> None:
        size = 0
        for chunk in response.iter_content(_CHUNK):
            self._go_on()
            size += len(chunk)
            self._on_bytes(len(chunk))
            if size > most:
                raise UnsoundData(
                    f"{_place(response.url)} sends more than the {most:,} bytes accepted. Narrow the contract's filter."
                )
            if size > max(limits.RATIO_MATTERS, limits.ARCHIVE_RATIO * response.raw.tell()):
                raise UnsoundData(
                    f"{_place(response.url)} sends a body that unpacks to more than {limits.ARCHIVE_RATIO} times its "
                    "size. Nothing was taken over; report it to the publisher."
                )
            sink.write(chunk)

    def _judge(self, url: str, response: requests.Response) -> None:
        status = response.status_code
        if status in (requests.codes.ok, requests.codes.not_modified):
            return
        said = _message(response)
        if status in _ASK_AGAIN or status >= 500:
            raise BrokenAnswer(f"HTTP {status}{said}", _retry_after(response))
        raise RequestRefused(
            f"{_place(url)} refuses the request: HTTP {status}{said}. Mend the address or the contract.", status
        )

    def _overdue(self) -> str:
        return f"the answer was not complete after {self._deadline:g} s"

    def _in_plain_words(self, error: Exception) -> str:
        connect, read = self._timeouts
        text = repr(error)
        if isinstance(error, requests.ConnectTimeout):
            return f"no connection within {connect:g} s"
        if isinstance(error, requests.ReadTimeout) or "ReadTimeoutError" in text or "timed out" in text:
            return f"not a byte came for {read:g} s"
        if "ConnectionResetError" in text:
            return "the connection was broken off"
        if isinstance(error, requests.exceptions.ContentDecodingError):
            return "the compressed body is damaged"
        if isinstance(error, requests.exceptions.ChunkedEncodingError) or "IncompleteRead" in text:
            return "the body ended half-way"
        if isinstance(error, requests.exceptions.SSLError):
            return "the service's certificate or encryption is not trusted"
        if isinstance(error, requests.exceptions.ProxyError):
            return "the proxy of this network did not let the request through"
        if "NameResolutionError" in text:
            return "the host's name is not known on this network"
        if isinstance(error, requests.ConnectionError):
            return "the connection was refused or broken off"
        return f"{type(error).__name__} while reading"


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """The name under which a body arrives; what still bears it at the end was not whole and is removed."""
    part = target.with_name(f"{target.name}.part")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return legible(f"{parts.hostname or ''}{parts.path}"[:_SHOWN])


def _without_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sends no name and password that a file of the user (.netrc) may hold for a host: every source is open."""
    return request


def _stamp(value: str | None) -> str | None:
    """A stamp that may be kept and sent back; None where a service sends what is none."""
    return (
        value if value and len(value) <= limits.HEADER_CHARACTERS and value.isascii() and value.isprintable() else None
    )


def _shows_its_end(response: requests.Response) -> bool:
    return "Content-Length" in response.headers or "chunked" in response.headers.get("Transfer-Encoding", "").lower()


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that `Retry-After` asks for, written as a number or as a date; None when it is absent or unreadable."""
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    with suppress(ValueError):
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    return None


def _message(response: requests.Response) -> str:
    """The service's own words about an error, shortened: from OData's error object, else the page without its tags."""
    body = next(response.iter_content(_ERROR_TEXT), b"")
    text = body.decode("utf-8", "replace")
    with suppress(orjson.JSONDecodeError, AttributeError):
        document = orjson.loads(body)
        error = document.get("odata.error") or document.get("error") or {}
        message = error.get("message", "")
        text = str(message.get("value", "") if isinstance(message, dict) else message)
    words = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return f", {legible(masked(words[:160]))!r}" if words else ""
