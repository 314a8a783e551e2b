"""The stand-in itself: a real HTTP/1.1 server on 127.0.0.1 that counts what it is asked and misbehaves on demand."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import orjson

from dagster_project.extract.endpoints import Endpoints
from tests.standin.faults import Fault
from tests.standin.odata_filter import compile_filter
from tests.standin.tables import V3_PUBLIC, V4_PUBLIC, Holdings, Row, StaticFile, V3Table, V4Table

V3_PATH = "/ODataFeed/odata"
V4_PATH = "/odata/v1/CBS"
DUO_PATH = "/duo"


@dataclass(frozen=True)
class Reply:
    """A whole answer, before anything goes wrong with it."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def with_body(self, body: bytes) -> Reply:
        return replace(self, body=body)


@dataclass
class _Misbehaviour:
    part: str
    fault: Fault
    after: int
    times: int


class Handler(BaseHTTPRequestHandler):
    """Answers one connection. `standin` is the stand-in it works for."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    standin: ClassVar[StandIn]

    def setup(self) -> None:
        super().setup()
        self.standin.connection_opened()

    def finish(self) -> None:
        self.standin.connection_closed()
        super().finish()

    def do_GET(self) -> None:
        self.standin.stopping.wait(self.standin.latency)
        self.standin.user_agents.append(self.headers.get("User-Agent", ""))
        try:
            reply = self.standin.reply(self.path, self.headers)
            fault = self.standin.next_fault(self.path)
            if fault:
                fault(self, reply)
            else:
                self.send_reply(reply)
        except OSError:  # the client went away, as clients of a misbehaving server do
            self.close_connection = True

    def send_reply(self, reply: Reply) -> None:
        self.send_head(reply)
        self.wfile.write(reply.body)

    def send_head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Requests are counted, not printed."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_args: Any) -> None:
        """Broken connections are the point here; the tests look at the client."""


class StandIn:
    """A server with its tables; use it in a `with` block.

    Attributes:
        requests: path and query of every request so far, decoded.
        user_agents: what each of them said of itself.
        connections: how many connections were opened.
        most_connections: how many were open at once at most.
        latency: seconds before every answer.
        ignores_conditions: answer in full where "not modified" would do.
        stopping: set when the server stops, so that hanging requests end.
    """

    def __init__(
        self,
        tables: Iterable[V3Table | V4Table] = (),
        files: Mapping[str, StaticFile] | None = None,
        *,
        v3_page: int = 10_000,
        v4_page: int = 100_000,
    ) -> None:
        self._holdings = Holdings(files=dict(files or {}))
        self._pages = {"v3": v3_page, "v4": v4_page}
        self._cache: dict[str, Reply] = {}
        self._last_chosen: tuple[object, Sequence[Row]] = (None, ())
        self._misbehaviours: list[_Misbehaviour] = []
        self._lock = threading.Lock()
        self.requests: list[str] = []
        self.user_agents: list[str] = []
        self.connections = self.most_connections = self._open_connections = 0
        self.latency = 0.0
        self.ignores_conditions = False
        self.stopping = threading.Event()
        for table in tables:
            self.put(table)
        self._server = _Server(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"standin": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> StandIn:
        self._thread.start()
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def root(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def endpoints(self) -> Endpoints:
        """The base addresses to hand to the product."""
        return Endpoints(cbs_v3=f"{self.root}{V3_PATH}", cbs_v4=f"{self.root}{V4_PATH}", duo=f"{self.root}{DUO_PATH}")

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point the product at it."""
        answers = self.endpoints
        return {
            "OPKOERS_CBS_V3_URL": answers.cbs_v3,
            "OPKOERS_CBS_V4_URL": answers.cbs_v4,
            "OPKOERS_DUO_URL": answers.duo,
        }

    def put(self, table: V3Table | V4Table) -> None:
        """Serve a table, or its new version."""
        if isinstance(table, V3Table):
            self._holdings.v3[table.table_id.lower()] = table
        else:
            self._holdings.v4[table.table_id] = table
        self._cache.clear()
        self._last_chosen = (None, ())

    def put_file(self, name: str, file: StaticFile) -> None:
        """Serve a file below the DUO address, or its new version."""
        self._holdings.files[name] = file

    def misbehave(self, part: str, fault: Fault, *, times: int = 1, after: int = 0) -> None:
        """Let requests whose address holds `part` go wrong, `times` times, once `after` of them went well."""
        with self._lock:
            self._misbehaviours.append(_Misbehaviour(part, fault, after, times))

    def forgive(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._misbehaviours.clear()

    def connection_opened(self) -> None:
        """Note a connection."""
        with self._lock:
            self.connections += 1
            self._open_connections += 1
            self.most_connections = max(self.most_connections, self._open_connections)

    def connection_closed(self) -> None:
        """Note that one is gone."""
        with self._lock:
            self._open_connections -= 1

    def count(self, part: str) -> int:
        """How many requests held `part` in their address."""
        return sum(part in request for request in self.requests)

    def next_fault(self, path: str) -> Fault | None:
        """Note a request, and say what goes wrong with it."""
        asked = unquote(path)
        with self._lock:
            self.requests.append(asked)
            for misbehaviour in self._misbehaviours:
                if misbehaviour.part not in asked or not misbehaviour.times:
                    continue
                if misbehaviour.after:
                    misbehaviour.after -= 1
                    continue
                misbehaviour.times -= 1
                return misbehaviour.fault
        return None

    def reply(self, path: str, headers: Message) -> Reply:
        """The right answer to a request; answers about tables are made once and kept."""
        place = urlsplit(path).path
        if place.startswith(f"{DUO_PATH}/"):
            return self._file(unquote(place.removeprefix(f"{DUO_PATH}/")), headers)
        if path not in self._cache:
            self._cache[path] = self._odata(path)
        return self._cache[path]

    def _file(self, name: str, headers: Message) -> Reply:
        file = self._holdings.files.get(name)
        if file is None:
            return _error(HTTPStatus.NOT_FOUND, f"no file {name}")
        stamps = {"ETag": file.etag, "Last-Modified": file.last_modified}
        given = {name: value for name, value in stamps.items() if value}
        known = (file.etag and headers.get("If-None-Match") == file.etag) or (
            file.last_modified and headers.get("If-Modified-Since") == file.last_modified
        )
        if known and not self.ignores_conditions:
            return Reply(HTTPStatus.NOT_MODIFIED, b"", given)
        return Reply(HTTPStatus.OK, file.body, {"Content-Type": file.content_type, **given})

    def _odata(self, path: str) -> Reply:
        split = urlsplit(path)
        options = dict(parse_qsl(split.query))
        place = unquote(split.path).strip("/")
        if place == "odata/v1/Datasets":
            return self._datasets()
        for version, base in (("v3", V3_PATH), ("v4", V4_PATH)):
            prefix = f"{base.strip('/')}/"
            if place.startswith(prefix):
                table_id, _, collection = place.removeprefix(prefix).partition("/")
                return self._table(version, f"{self.root}{base}", table_id, collection, options)
        return _error(HTTPStatus.NOT_FOUND, f"no {place}")

    def _datasets(self) -> Reply:
        rows = [{"Identifier": t.table_id, "Catalog": "CBS", **t.properties} for t in self._holdings.v4.values()]
        return _json({"value": rows})

    def _table(self, version: str, base: str, table_id: str, collection: str, options: dict[str, str]) -> Reply:
        table = self._holdings.v3.get(table_id.lower()) if version == "v3" else self._holdings.v4.get(table_id)
        if table is None:
            return _error(HTTPStatus.NOT_FOUND, f"Resource not found for the segment '{table_id}'.")
        collections = table.collections()
        if not collection:
            names = [*collections, "Properties"] if version == "v4" else list(collections)
            return _json({"value": [{"name": name, "url": f"{base}/{table_id}/{name}"} for name in names]})
        if collection == "Properties" and isinstance(table, V4Table):
            return _json(dict(table.properties))
        if collection not in collections:
            return _error(HTTPStatus.NOT_FOUND, f"Resource not found for the segment '{collection}'.")
        try:
            rows = self._chosen((version, table_id, collection), collections[collection], options)
        except (ValueError, KeyError) as error:
            return _error(HTTPStatus.BAD_REQUEST, f"The query is not valid: {error}")
        return _json(self._page(version, f"{base}/{table_id}/{collection}", table_id, collection, rows, options))

    def _chosen(self, place: tuple[str, str, str], rows: Sequence[Row], options: Mapping[str, str]) -> Sequence[Row]:
        """The rows asked for; those of the last question are kept, as the next one mostly wants their next page."""
        question = (*place, *((name, value) for name, value in options.items() if name != "$skip"))
        known, chosen = self._last_chosen
        if known != question:
            chosen = _chosen(rows, options)
            self._last_chosen = (question, chosen)
        return chosen

    def _page(
        self, version: str, address: str, table_id: str, collection: str, rows: Sequence[Row], options: dict[str, str]
    ) -> dict[str, Any]:
        """One page of rows; the context names the public service, as a recorded body should."""
        size, skip = self._pages[version], int(options.get("$skip", 0))
        context, link = (
            ("odata.metadata", "odata.nextLink") if version == "v3" else ("@odata.context", "@odata.nextLink")
        )
        public = V3_PUBLIC if version == "v3" else V4_PUBLIC
        page: dict[str, Any] = {
            context: f"{public}/{table_id}/$metadata#{collection}",
            "value": list(rows[skip : skip + size]),
        }
        if skip + size < len(rows):
            query = "&".join(f"{k}={quote(v)}" for k, v in {**options, "$skip": str(skip + size)}.items())
            page[link] = f"{address}?{query}"
        return page


def _chosen(rows: Sequence[Row], options: Mapping[str, str]) -> Sequence[Row]:
    if "$filter" in options:
        test = compile_filter(options["$filter"])
        rows = [row for row in rows if test(row)]
    if "$select" in options:
        names = [name.strip() for name in options["$select"].split(",")]
        rows = [{name: row[name] for name in names} for row in rows]
    return rows


def _json(document: dict[str, Any]) -> Reply:
    return Reply(HTTPStatus.OK, orjson.dumps(document), {"Content-Type": "application/json; charset=utf-8"})


def _error(status: HTTPStatus, message: str) -> Reply:
    body = orjson.dumps({"error": {"code": "", "message": message}})
    return Reply(status, body, {"Content-Type": "application/json; charset=utf-8"})
