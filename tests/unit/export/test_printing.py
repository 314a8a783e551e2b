"""Whatever is wrong with the browser becomes a sentence, and nothing that it started is left running."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

import pytest

from dagster_project.export.printing import CHROMIUM_VARIABLE, find_chromium, normalised, print_site
from tests.unit.export.conftest import Made
from tests.unit.export.test_assembly import IMPRINT

HALF_A_FILE = 'for a; do case $a in --print-to-pdf=*) printf "%%PDF-1.4 half" > "${a#*=}";; esac; done'

pytestmark = pytest.mark.skipif(os.name != "posix", reason="browsers are played by shell scripts")


def browser(folder: Path, script: str) -> Path:
    path = folder / "nep-chromium"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_without_a_browser_everything_else_is_made_and_a_sentence_says_how_to_get_one(made: Made) -> None:
    assert made.notes == [
        "monitor.pdf is niet gemaakt: er is geen Chromium of Chrome op deze machine. Installeer er een, bijvoorbeeld "
        "met apt install chromium, of noem het pad in OPKOERS_CHROMIUM."
    ]
    assert not (made.folder / "monitor.pdf").exists()
    assert (made.folder / "tables.xlsx").is_file()


def test_the_browser_that_the_environment_names_is_taken_before_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = browser(tmp_path, "exit 0")
    monkeypatch.setenv(CHROMIUM_VARIABLE, str(named))
    assert find_chromium() == str(named)


def test_a_named_browser_that_is_not_there_is_not_replaced_by_another(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CHROMIUM_VARIABLE, "/nergens/chromium")
    told = print_site(made.site, IMPRINT, tmp_path / "monitor.pdf")
    assert told is not None
    assert "OPKOERS_CHROMIUM noemt /nergens/chromium, en dat is geen programma" in told


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "code 3"),
        ("kill -SEGV $$", "code -11"),
        ("exit 0", "er kwam geen heel bestand uit"),
        (
            'for a; do case $a in --print-to-pdf=*) printf "%%PDF-1.4 half" > "${a#*=}";; esac; done',
            "geen heel bestand",
        ),
        ("sleep 60 & sleep 60", "na 1 seconden nog niet klaar"),
    ],
)
def test_a_browser_that_fails_leaves_a_sentence_and_no_file(
    script: str, reason: str, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CHROMIUM_VARIABLE, str(browser(tmp_path, script)))
    told = print_site(made.site, IMPRINT, tmp_path / "monitor.pdf", patience_seconds=1)
    assert told is not None
    assert told.startswith("monitor.pdf is niet gemaakt: ")
    assert reason in told
    assert CHROMIUM_VARIABLE in told
    assert not (tmp_path / "monitor.pdf").exists()


def test_a_browser_that_hangs_is_stopped_with_all_that_it_started(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.pid"
    monkeypatch.setenv(CHROMIUM_VARIABLE, str(browser(tmp_path, f"sleep 60 & echo $! > {child}; wait")))
    print_site(made.site, IMPRINT, tmp_path / "monitor.pdf", patience_seconds=1)
    stat = Path(f"/proc/{child.read_text().strip()}/stat")
    deadline = time.monotonic() + 5
    while stat.exists() and " Z " not in stat.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not stat.exists() or " Z " in stat.read_text()


def test_the_browser_gets_a_profile_of_its_own_that_is_gone_afterwards(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    monkeypatch.setenv(CHROMIUM_VARIABLE, str(browser(tmp_path, f'printf "%s\\n" "$@" > {seen}; exit 1')))
    print_site(made.site, IMPRINT, tmp_path / "monitor.pdf")
    arguments = seen.read_text().splitlines()
    (profile,) = [Path(a.partition("=")[2]) for a in arguments if a.startswith("--user-data-dir=")]
    assert not profile.exists()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in arguments
    assert ("--no-sandbox" in arguments) == (os.geteuid() == 0)


def test_clock_and_identity_of_the_browser_are_replaced_without_moving_a_byte() -> None:
    before = (
        b"%PDF-1.4\n<</CreationDate (D:20260102030405+00'00')\n/ModDate (D:20260102030405+00'00')>>\n"
        b"trailer <</ID [<0AF1><0AF1>]>>\n%%EOF"
    )
    after = normalised(before, datetime(2025, 4, 15, 6, 15))
    assert after == before.replace(b"20260102030405", b"20250415061500").replace(b"0AF1", b"0000")
    assert len(after) == len(before)
