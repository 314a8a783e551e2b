"""A service that means ill: it sends us elsewhere, pretends to be another, or sends more than anybody can hold."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dagster_project.errors import ConfigurationError, SourceUnreachable, UnsoundData
from dagster_project.extract import cbs, limits
from dagster_project.extract.cbs_pages import check_page
from dagster_project.extract.endpoints import Endpoints
from dagster_project.extract.http import HttpClient
from tests.standin import made_up
from tests.standin.faults import Fault, rewritten
from tests.standin.server import StandIn

STAMP = "TableInfos?$format=json"
ANSWER = b'{"value": [{"Modified": "2024-01-01T02:00:00"}]}'


def url_of(standin: StandIn) -> str:
    return f"{standin.endpoints.cbs_v3}/99001NED/{STAMP}"


def sent_to(location: str, status: int = 302) -> Fault:
    def fault(handler, reply) -> None:  # type: ignore[no-untyped-def]
        handler.send_reply(type(reply)(status, b"", {"Location": location}))

    return fault


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(answer: Answer, certificate: Path | None = None) -> Iterator[int]:
    """A server of one trick on loopback; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.timeout = 10
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def plain(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(ANSWER)))
    handler.end_headers()
    handler.wfile.write(ANSWER)


def self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_redirect_on_the_same_host_is_followed(standin: StandIn, http: HttpClient) -> None:
    standin.misbehave(STAMP, sent_to(url_of(standin), 307))
    assert http.json(url_of(standin))["value"]
    standin.misbehave(STAMP, sent_to(f"/ODataFeed/odata/99001NED/{STAMP}"), times=limits.REDIRECTS)


@pytest.mark.parametrize(
    "location",
    [
        "http://elders.example/x",
        "//elders.example/x",
        "https://127.0.0.1:1/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://[",
        "http://a:b@{own}/x",
        "http://elders.example\\@{own}/x",
        "javascript:alert(1)",
        "http://169.254.169.254/latest/meta-data",
        "http://elders.example/\xff",
    ],
)
def test_a_redirect_to_elsewhere_is_refused(standin: StandIn, http: HttpClient, location: str) -> None:
    own = url_of(standin).split("/")[2]
    standin.misbehave(STAMP, sent_to(location.format(own=own)), times=99)
    with pytest.raises(UnsoundData, match=r"sends us on to .*, expected an address on 127\.0\.0\.1:\d+\. It is not"):
        http.json(url_of(standin))
    assert standin.count(STAMP) == 1


def test_a_service_that_sends_us_in_a_circle_is_left(standin: StandIn, http: HttpClient) -> None:
    standin.misbehave(STAMP, sent_to(url_of(standin)), times=99)
    with pytest.raises(UnsoundData, match="sends us on more than 5 times"):
        http.json(url_of(standin))
    assert standin.count(STAMP) == limits.REDIRECTS + 1


@pytest.mark.parametrize(
    ("asked", "location", "hosts", "leads_to"),
    [
        ("https://a.nl/x", "https://b.nl/y", ("B.nl",), "https://b.nl/y"),
        ("https://a.nl/x", "https://b.nl:8443/y", ("b.nl",), None),
        ("https://a.nl/x", "http://b.nl/y", ("b.nl",), None),
        ("https://a.nl/x", "http://a.nl/y", (), None),
        ("http://a.nl/x", "https://a.nl/y", (), "https://a.nl/y"),
        ("https://a.nl/x", "https://a.nl:443/y", (), "https://a.nl:443/y"),
        ("https://a.nl/x", "https://a.nl.evil.example/y", (), None),
        ("https://a.nl/x", "https://sub.a.nl/y", (), None),
        ("https://a.nl/x", "y", (), "https://a.nl/y"),
    ],
)
def test_where_a_redirect_may_lead(asked: str, location: str, hosts: tuple[str, ...], leads_to: str | None) -> None:
    client = HttpClient(hosts=hosts)
    if leads_to:
        assert client._led_to(asked, asked, location) == leads_to
        return
    with pytest.raises(UnsoundData, match="It is not followed"):
        client._led_to(asked, asked, location)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, http: HttpClient) -> None:
    certificate = self_signed(tmp_path / "server.pem")
    with served(plain, certificate) as port:
        with pytest.raises(SourceUnreachable, match="certificate or encryption is not trusted"):
            http.json(f"https://localhost:{port}/x")
        with pytest.MonkeyPatch.context() as patch:  # a municipality that has an authority of its own
            patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            assert HttpClient(attempts=1).json(f"https://localhost:{port}/x")["value"]


def test_a_certificate_of_another_host_is_refused(tmp_path: Path, http: HttpClient) -> None:
    certificate = self_signed(tmp_path / "server.pem")
    with served(plain, certificate) as port, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        with pytest.raises(SourceUnreachable, match="certificate or encryption is not trusted"):
            http.json(f"https://127.0.0.1:{port}/x")


def test_a_password_of_the_user_is_never_sent(tmp_path: Path, http: HttpClient) -> None:
    sent: list[str | None] = []

    def noting(handler: BaseHTTPRequestHandler) -> None:
        sent.append(handler.headers.get("Authorization"))
        plain(handler)

    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login wij password geheim\n")
    with served(noting) as port, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NETRC", str(netrc))
        http.json(f"http://127.0.0.1:{port}/x")
    assert sent == [None]


def test_a_body_that_bursts_is_left_while_it_comes(tmp_path: Path, http: HttpClient) -> None:
    bomb = gzip.compress(bytes(1 << 26))

    def bursting(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(bomb)))
        handler.end_headers()
        handler.wfile.write(bomb)

    with served(bursting) as port, pytest.raises(UnsoundData, match="unpacks to more than 250 times its size"):
        http.download(f"http://127.0.0.1:{port}/x", tmp_path / "body", lambda _: None)
    assert not list(tmp_path.iterdir())


def test_headers_without_end_are_not_held(http: HttpClient) -> None:
    def talking(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for number in range(5_000):
            handler.send_header(f"X-{number}", "x" * 1_000)
        handler.end_headers()

    with served(talking) as port, pytest.raises(SourceUnreachable, match="no sound answer"):
        http.json(f"http://127.0.0.1:{port}/x")


@pytest.mark.parametrize("stamp", ["x" * 300, "\x01", "é" * 3])
def test_a_stamp_that_is_none_is_not_kept(tmp_path: Path, http: HttpClient, stamp: str) -> None:
    def stamping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("ETag", stamp)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with served(stamping) as port:
        answer = http.download_if_changed(
            f"http://127.0.0.1:{port}/x", tmp_path / "body", etag=None, last_modified=None
        )
    assert answer.etag is None


def test_words_of_a_service_are_shown_in_sight_and_without_numbers(standin: StandIn, http: HttpClient) -> None:
    def scolding(handler, reply) -> None:  # type: ignore[no-untyped-def]
        handler.send_reply(type(reply)(404, b"\x1b[2Jweg 123456782", {}))

    standin.misbehave(STAMP, scolding)
    with pytest.raises(UnsoundData) as caught:
        http.json(url_of(standin))
    assert "\x1b" not in str(caught.value)
    assert "123456782" not in str(caught.value)


def _pull(standin: StandIn, http: HttpClient, folder: Path) -> None:
    cbs.pull(made_up.v3_contract(made_up.v3_table()), standin.endpoints, http, folder)


@pytest.mark.parametrize("link", ["/ander/pad?$skip=10", "../99002NED/TypedDataSet?$skip=10"])
def test_a_next_page_of_another_table_is_not_followed(
    standin: StandIn, http: HttpClient, tmp_path: Path, link: str
) -> None:
    standin.misbehave("TypedDataSet", rewritten(lambda page: page.update({"odata.nextLink": link})), times=99)
    with pytest.raises(UnsoundData, match="for its next page, expected an address below"):
        _pull(standin, http, tmp_path)


def test_pages_without_end_are_left(
    standin: StandIn, http: HttpClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAGES", 20)
    asked: list[int] = []

    def further(page: dict[str, object]) -> None:
        asked.append(1)
        page["odata.nextLink"] = f"TypedDataSet?$skip=10&n={len(asked)}"

    standin.misbehave("TypedDataSet", rewritten(further), times=99)
    with pytest.raises(UnsoundData, match="comes to page 21 and .*, expected 20 pages"):
        _pull(standin, http, tmp_path)


def test_a_page_larger_than_memory_holds_is_left(
    standin: StandIn, http: HttpClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAGE_BYTES", 1_000)
    with pytest.raises(UnsoundData, match="more than the 1,000 bytes accepted"):
        _pull(standin, http, tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        "http://opendata.cbs.nl/x",
        "http://127.0.0.1.evil.example/x",
        "https://wij:geheim@opendata.cbs.nl/x",
        "ftp://opendata.cbs.nl",
        "file:///etc",
        "https://",
        "https://a.nl/x?y=1",
        "https://a.nl/\x1b",
        "http://[",
        "https://a.nl:99999/",
        "opendata.cbs.nl",
    ],
)
def test_a_base_address_that_is_not_safe_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="OPKOERS_DUO_URL is no base address") as caught:
        Endpoints.from_environment({"OPKOERS_DUO_URL": address})
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://[::1]:1/a", "http://localhost/a", "https://x.nl/a"])
def test_a_base_address_that_is_safe_is_taken(address: str) -> None:
    assert Endpoints.from_environment({"OPKOERS_CBS_V4_URL": f"{address}/"}).cbs_v4 == address


def test_the_made_up_table_is_pulled_whole(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    """What is refused above is refused for its fault, and not for the table."""
    recording = cbs.pull(made_up.v3_contract(made_up.v3_table()), standin.endpoints, http, tmp_path)
    assert recording.row_count
    assert check_page(b'{"value": []}') == (0, None)
