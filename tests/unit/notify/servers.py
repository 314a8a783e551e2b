"""Real servers on this machine that take what the product sends: SMTP with and without TLS and log-in, and HTTP."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Mailbox:
    """Keeps the mails that a server accepted, and how they came."""

    def __init__(self, refuses: str = "") -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.over_tls: list[bool] = []
        self.logins: list[tuple[str, str]] = []
        self.refuses = refuses
        self.greylists = 0

    async def handle_RCPT(self, _server: Any, _session: Session, envelope: Envelope, address: str, _: Any) -> str:
        if self.refuses and self.refuses in address:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Session, envelope: Envelope) -> str:
        if self.greylists:
            self.greylists -= 1
            return "451 come again later"
        self.mails.append(message_from_bytes(envelope.content or b"", policy=default))  # type: ignore[arg-type]
        self.recipients.append(list(envelope.rcpt_tos))
        self.over_tls.append(session.ssl is not None)
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        login = (data.login.decode(), data.password.decode())
        self.logins.append(login)
        return AuthResult(success=login == ("monitor", "geheim-wachtwoord"), handled=False)


class _OnAnyPort(Controller):
    """The controller looks for itself under its port, so the port must be known once it listens."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    mailbox: Mailbox, *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: bool = False
) -> Iterator[int]:
    """Run an SMTP server; gives its port.

    Args:
        mailbox: what takes the mails.
        tls: the certificate; without one everything is in the open.
        implicit: TLS from the first byte, not by STARTTLS.
        login: whether a log-in is required.
    """
    arguments: dict[str, Any] = {"hostname": "localhost"}
    if login:
        arguments |= {"authenticator": mailbox.authenticate, "auth_required": True, "auth_require_tls": tls is not None}
    if tls and not implicit:
        arguments |= {"tls_context": tls, "require_starttls": True}
    if implicit:
        arguments |= {"auth_require_tls": False}

    class OnAnyPort(_OnAnyPort):
        def factory(self) -> Server:
            return Server(self.handler, **arguments)

    controller = OnAnyPort(mailbox, hostname="127.0.0.1", port=0, ssl_context=tls if implicit else None)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class Hook:
    """What a webhook was sent."""

    def __init__(self, status: int = 202, headers: dict[str, str] | None = None) -> None:
        self.bodies: list[Any] = []
        self.paths: list[str] = []
        self.status = status
        self.headers = headers or {}


@contextmanager
def hook_server(hook: Hook) -> Iterator[str]:
    """Run a webhook; gives its address without a path."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            hook.paths.append(self.path)
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate of one's own for 127.0.0.1: the server's context, and the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, whole = folder / "trusted.pem", folder / "whole.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    whole.write_bytes(trusted.read_bytes() + secret)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(whole)
    return context, trusted
