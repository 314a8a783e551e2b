"""monitor.pdf as Debian's chromium prints it, read back by pdfinfo and pdftotext of poppler-utils.

Skipped where one of them is missing; with OPKOERS_REQUIRE_BROWSER=1 their absence is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dagster_project.export import write_exports
from dagster_project.export.printing import CHROMIUM_VARIABLE
from dagster_project.site import render_site
from tests.unit.export.export_build import make_export_build
from tests.unit.site.page_build import DOELEN, NOT_MEASURABLE, RUN, make_workspace

A4 = "594.96 x 841.92 pts (A4)"


@pytest.fixture(scope="module", autouse=True)
def programs(chromium: str | None) -> Iterator[None]:
    missing = [name for name in ("pdfinfo", "pdftotext") if shutil.which(name) is None]
    if missing or chromium is None:
        told = f"not on this machine: {', '.join([*missing, *([] if chromium else ['chromium'])])}; apt install it"
        if os.environ.get("OPKOERS_REQUIRE_BROWSER") == "1":
            pytest.fail(f"OPKOERS_REQUIRE_BROWSER=1, but {told}")
        pytest.skip(told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHROMIUM_VARIABLE, chromium)
        yield


class Asked(ThreadingHTTPServer):
    """A server on loopback that remembers what was asked of it."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Asked

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def outside() -> Iterator[Asked]:
    with Asked() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, outside: Asked) -> list[Path]:
    """The same edition, printed twice, after somebody let its published theme ask for things from elsewhere."""
    root = tmp_path_factory.mktemp("pdf")
    theme = (
        f'@import url("{outside.address}/font.css");\n'
        f'.heemskerk-theme {{ --x: 1 }} body {{ background: url("{outside.address}/pixel.png") }}'
    )
    database = make_export_build(root / "warehouse.duckdb")
    workspace = make_workspace(root / "workspace", theme=".heemskerk-theme { --x: 1 }")
    run = replace(RUN, edition="2025-04")
    render_site(database, workspace, root / "site", run)
    (root / "site" / "theme.css").write_text(theme, encoding="utf-8")
    for name in ("one", "two"):
        assert write_exports(database, root / "site", root / name, workspace, run).not_made == []
    return [root / name / "monitor.pdf" for name in ("one", "two")]


@pytest.fixture(scope="module")
def text(printed: list[Path]) -> str:
    shown = subprocess.run(["pdftotext", "-layout", printed[0], "-"], capture_output=True, text=True, check=True)
    return " ".join(shown.stdout.split())


def info(path: Path, *options: str) -> str:
    return subprocess.run(["pdfinfo", *options, path], capture_output=True, text=True, check=True).stdout


def test_the_document_is_tagged_and_says_its_language_and_title(printed: list[Path]) -> None:
    content = printed[0].read_bytes()
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", content)
    assert b"/StructTreeRoot" in content
    assert re.search(rb"/Lang \(nl", content)
    told = info(printed[0])
    assert re.search(r"Title: +Zijn we op koers\? – 15 april 2025", told)
    assert re.search(r"Tagged: +yes", told)
    assert {"H1", "H2", "Table", "TH", "TD", "Link", "L"} <= set(
        re.findall(r"^\s*(\w+)", info(printed[0], "-struct"), re.M)
    )


def test_it_has_an_outline_and_links_within_itself(printed: list[Path]) -> None:
    content = printed[0].read_bytes()
    assert b"/Outlines" in content
    destinations = info(printed[0], "-dests")
    for page in ("blz-opgave-1", "blz-doel-heemskerk-01", "blz-bronnen"):
        assert page in destinations
    assert b"file:///" not in content


def test_it_holds_every_objective_and_opgave(text: str) -> None:
    for title in {doel.title for doel in (*DOELEN, NOT_MEASURABLE)} | {doel.opgave for doel in DOELEN}:
        assert title in text
    assert "Inhoud" in text
    assert "Editie 2025-04" in text


def test_every_page_is_a4_and_numbered(printed: list[Path], text: str) -> None:
    told = info(printed[0], "-f", "1", "-l", "9999")
    sizes = set(re.findall(r"Page +\d+ size: +(.*)", told))
    assert sizes == {A4}
    (count,) = re.findall(r"Pages: +(\d+)", told)
    assert all(f"{page} / {count}" in text for page in range(2, int(count) + 1))


def test_printed_twice_it_is_the_same_to_the_byte(printed: list[Path]) -> None:
    first, second = (path.read_bytes() for path in printed)
    assert first == second
    assert b"(D:20250415061500+00'00')" in first


def test_nothing_is_asked_of_another_machine(printed: list[Path], outside: Asked) -> None:
    assert printed[0].is_file()
    assert outside.paths == []
