"""What cannot be seen is written out, and what can is left as it is."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.legible import LegibleFormatter, is_legible, legible, legible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("een\nregel", r"een\nregel"),
        ("\x1b[31mrood\x1b[0m", r"\x1b[31mrood\x1b[0m"),
        ("csv.\u202evsc.exe", r"csv.\u202evsc.exe"),
        ("nul\0byte\x7f\x9b", r"nul\x00byte\x7f\x9b"),
        ("\ufeffmerk\u200b\u2028", r"\ufeffmerk\u200b\u2028"),
        ("half \udcff teken", r"half \udcff teken"),
        (r"C:\plannen\één – “doel” €5 👍.csv", r"C:\plannen\één – “doel” €5 👍.csv"),
    ],
)
def test_a_name_in_one_line(text: str, shown: str) -> None:
    assert legible(text) == shown
    assert is_legible(text) == (text == shown)


def test_a_message_keeps_its_own_lines() -> None:
    assert legible_lines("eerste\ntweede\r\x1b[2J") == "eerste\ntweede\\r\\x1b[2J"


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_can_be_printed_and_stays_as_it_is_the_second_time(text: str) -> None:
    shown = legible(text)
    shown.encode()
    assert legible(shown) == shown
    assert len(shown.splitlines()) <= 1


def test_a_log_line_cannot_forge_another() -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "bestand %s", ("a\x1b[1A\rINFO alles goed",), None)
    assert LegibleFormatter("%(message)s").format(record) == r"bestand a\x1b[1A\rINFO alles goed"
