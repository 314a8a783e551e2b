"""The audit of dependencies tells the truth: of what is vulnerable, and of what it could not ask."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = "six==1.17.0 \\\n    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n"
FAULT = {
    "id": "MADE-UP-1",
    "affected": [
        {
            "package": {"name": "six", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def osv(answer: object) -> Iterator[str]:
    """A service on loopback that says the same of every package."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK)
    return path


def test_what_is_vulnerable_fails(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with osv({"vulns": [FAULT]}) as url:
        assert script("audit").main(["--lock", str(lock), "--osv-url", url]) == 1
    assert "VULNERABLE: six 1.17.0: MADE-UP-1, mended in 99.0" in capsys.readouterr().err


def test_what_is_sound_passes(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with osv({}) as url:
        assert script("audit").main(["--lock", str(lock), "--osv-url", url, "--strict"]) == 0
    assert "1 packages, 0 known vulnerabilities" in capsys.readouterr().out


def test_what_could_not_be_asked_is_told_and_fails_only_when_asked_to(
    lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--lock", str(lock), "--osv-url", "http://127.0.0.1:9/"]
    assert script("audit").main(arguments) == 0
    assert capsys.readouterr().out.startswith("NOT AUDITED: the vulnerability service could not be asked")
    assert script("audit").main([*arguments, "--strict"]) == 1


def test_every_locked_package_has_a_licence_that_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert script("licences").main() == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("SSPL-1.0", False),
        ("", False),
    ],
)
def test_a_licence_fits_or_not(expression: str, fits: bool) -> None:
    assert script("licences").fits(expression) == fits
