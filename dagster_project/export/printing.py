"""The whole site as one tagged PDF, `monitor.pdf`, printed by a headless Chromium that is already on the machine.

A publication never fails for want of a PDF: whatever goes wrong with the browser comes back as a sentence that says
what to do about it.

What belongs here: finding and driving the browser, and making its file the same each time. What does not: what the
document says (`assembly.py`).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from dagster_project.export.assembly import assemble
from dagster_project.export.imprint import Imprint

CHROMIUM_VARIABLE = "OPKOERS_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PATIENCE_SECONDS = 180.0
_DOCUMENT = "monitor.html"
_SWITCHES = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers give it 64 MB
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name resolves: nothing leaves the machine
    "--hide-scrollbars",
    "--lang=nl",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--export-tagged-pdf",
)
_DATES = re.compile(rb"/(CreationDate|ModDate) ?\(D:([^)]*)\)")
_IDENTITY = re.compile(rb"/ID ?\[ ?<([0-9A-Fa-f]+)> ?<([0-9A-Fa-f]+)> ?\]")


def find_chromium() -> str | None:
    """The browser that prints: the one named in OPKOERS_CHROMIUM, or else the first known one on the path."""
    named = os.environ.get(CHROMIUM_VARIABLE)
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, _NAMES)), None)


def print_site(
    site_folder: Path, imprint: Imprint, path: Path, *, patience_seconds: float = _PATIENCE_SECONDS
) -> str | None:
    """Print a site as one PDF.

    Args:
        site_folder: the rendered pages.
        imprint: says whose document it is and when it was made.
        path: the file to make.
        patience_seconds: after which the browser is stopped.

    Returns:
        None when the file was made, else a sentence in Dutch that says why not and what to do.

    Raises:
        FileNotFoundError: the site has no front page.
    """
    chromium = find_chromium()
    if chromium is None:
        return _missing()
    with tempfile.TemporaryDirectory(prefix="opkoers-print-") as temporary:
        folder = Path(temporary)
        pages = folder / "site"
        shutil.copytree(site_folder, pages, ignore=shutil.ignore_patterns("*.html"))
        (pages / _DOCUMENT).write_text(assemble(site_folder, imprint), encoding="utf-8", newline="\n")
        printed = folder / "monitor.pdf"
        trouble = _run(_command(chromium, folder, pages / _DOCUMENT, printed), patience_seconds)
        if trouble is None and not _is_whole(printed):
            trouble = "er kwam geen heel bestand uit"
        if trouble is not None:
            return _failed(chromium, trouble)
        path.write_bytes(normalised(printed.read_bytes(), imprint.made_at))
    return None


def _failed(chromium: str, trouble: str) -> str:
    return (
        f"monitor.pdf is niet gemaakt: {chromium} liep vast ({trouble}). Noem een andere Chromium of Chrome in "
        f"{CHROMIUM_VARIABLE}, of druk de pagina's in site/ zelf af."
    )


def _missing() -> str:
    named = os.environ.get(CHROMIUM_VARIABLE)
    if named:
        return (
            f"monitor.pdf is niet gemaakt: {CHROMIUM_VARIABLE} noemt {named}, en dat is geen programma op deze "
            "machine. Noem het pad van een Chromium of Chrome."
        )
    return (
        "monitor.pdf is niet gemaakt: er is geen Chromium of Chrome op deze machine. Installeer er een, bijvoorbeeld "
        f"met apt install chromium, of noem het pad in {CHROMIUM_VARIABLE}."
    )


def _command(chromium: str, folder: Path, document: Path, printed: Path) -> list[str]:
    profile = folder / "profile"
    profile.mkdir()
    command = [chromium, *_SWITCHES, f"--user-data-dir={profile}", f"--print-to-pdf={printed}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium refuses to start as root with its sandbox
    return [*command, document.as_uri()]


def _run(command: list[str], patience_seconds: float) -> str | None:
    """Run the browser and all that it starts; None when it ended well."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return str(error)
    with _stopped_afterwards(process):
        try:
            code = process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            return f"na {patience_seconds:.0f} seconden nog niet klaar"
    return f"code {code}" if code else None


@contextlib.contextmanager
def _stopped_afterwards(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave none of the browser's processes behind, however it ended."""
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()


def _is_whole(path: Path) -> bool:
    if not path.is_file():
        return False
    content = path.read_bytes()
    return content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")


def normalised(content: bytes, made_at: datetime) -> bytes:
    """A PDF with the given moment in place of the browser's clock, and its identity blanked; nothing moves in the file.

    Args:
        content: the PDF.
        made_at: UTC.
    """

    def dated(match: re.Match[bytes]) -> bytes:
        written = match[2]
        moment = f"{made_at:%Y%m%d%H%M%S}+00'00'".encode()[: len(written)].ljust(len(written))
        return match[0].replace(written, moment)

    def blanked(match: re.Match[bytes]) -> bytes:
        return re.sub(rb"[0-9A-Fa-f]", b"0", match[0].replace(b"/ID", b"/\0\0")).replace(b"/\0\0", b"/ID")

    return _IDENTITY.sub(blanked, _DATES.sub(dated, content))
