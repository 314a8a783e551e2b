"""Ways in which a service misbehaves. Each takes the handler of one request and the reply it would have given."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from tests.standin.server import Handler, Reply

Fault = Callable[["Handler", "Reply"], None]
Rewrite = Callable[[dict[str, Any]], None]


def hang(handler: Handler, _reply: Reply) -> None:
    """Answer nothing until the stand-in stops."""
    handler.standin.stopping.wait(60)
    handler.close_connection = True


def reset_half_way(handler: Handler, reply: Reply) -> None:
    """Send half the body, then break the connection off."""
    handler.send_head(reply)
    handler.wfile.write(reply.body[: len(reply.body) // 2])
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())
    handler.close_connection = True


def end_half_way(handler: Handler, reply: Reply) -> None:
    """State the whole length, send half of it, and close in good order."""
    handler.send_head(reply)
    handler.wfile.write(reply.body[: len(reply.body) // 2])
    handler.close_connection = True


def cut_json(handler: Handler, reply: Reply) -> None:
    """Send half the body and state that half as its length: HTTP sees nothing wrong."""
    handler.send_reply(reply.with_body(reply.body[: len(reply.body) // 2]))


def broken_chunks(handler: Handler, reply: Reply) -> None:
    """Send a chunked body that lacks its end."""
    handler.send_response(reply.status)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    half = reply.body[: len(reply.body) // 2]
    handler.wfile.write(b"%x\r\n" % len(half) + half + b"\r\n")
    handler.close_connection = True


def without_length(handler: Handler, reply: Reply) -> None:
    """Send the whole body with no length: its end is where the connection ends."""
    handler.send_response(reply.status)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(reply.body)
    handler.close_connection = True


def drip(pause: float) -> Fault:
    """Send the whole answer, headers too, a byte at a time, with a pause (in seconds) after each."""

    def fault(handler: Handler, reply: Reply) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(reply.body) + reply.body
        handler.close_connection = True
        with suppress(OSError):
            for place in range(len(answer)):
                handler.wfile.write(answer[place : place + 1])
                handler.wfile.flush()
                time.sleep(pause)

    return fault


def status(code: int, message: str = "", retry_after: str | None = None) -> Fault:
    """Answer with a status and a message as OData words it."""

    def fault(handler: Handler, reply: Reply) -> None:
        body = orjson.dumps({"odata.error": {"code": "", "message": {"lang": "nl-NL", "value": message}}})
        headers = {"Retry-After": retry_after} if retry_after else {}
        handler.send_reply(type(reply)(code, body, {"Content-Type": "application/json", **headers}))

    return fault


def page_of_html(handler: Handler, reply: Reply) -> None:
    """Answer 200 with a page for people, as a service under maintenance does."""
    handler.send_reply(type(reply)(200, b"<html><body>Onderhoud</body></html>", {"Content-Type": "text/html"}))


def rewritten(change: Rewrite) -> Fault:
    """Answer with the document changed in place: a column gone, a unit changed, a row twice."""

    def fault(handler: Handler, reply: Reply) -> None:
        document = orjson.loads(reply.body)
        change(document)
        handler.send_reply(reply.with_body(orjson.dumps(document)))

    return fault


def without_column(name: str) -> Rewrite:
    """Every row loses a column."""

    def change(document: dict[str, Any]) -> None:
        for row in document["value"]:
            row.pop(name, None)

    return change


def without_row(key_column: str, key: str) -> Rewrite:
    """One row is gone, such as the description of a measure."""

    def change(document: dict[str, Any]) -> None:
        document["value"] = [row for row in document["value"] if row.get(key_column) != key]

    return change


def with_unit(key_column: str, key: str, unit: str) -> Rewrite:
    """The description of one measure states another unit."""

    def change(document: dict[str, Any]) -> None:
        for row in document["value"]:
            if row.get(key_column) == key:
                row["Unit"] = unit

    return change


def with_row_again(place: int, **changes: object) -> Rewrite:
    """A row comes a second time, at the end, with changes or without."""

    def change(document: dict[str, Any]) -> None:
        document["value"].append({**document["value"][place], **changes})

    return change
