"""No text of others starts a formula, and every text can be had back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.formulas import harmless, is_like_a_formula
from dagster_project.quarantine import keep_lines

STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize("start", STARTS)
def test_an_apostrophe_stands_before_every_start(start: str) -> None:
    assert harmless(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["'s-Gravenhage", "a=b", "3 - 4", "", "€ -5", "'t Gooi"])
def test_other_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text


@given(st.text(st.sampled_from(f"{STARTS}'ab"), max_size=6))
def test_every_text_can_be_had_back(text: str) -> None:
    held = harmless(text)
    assert held[:1] not in list(STARTS)
    back = held[1:] if re.match(f"'+[{re.escape(STARTS)}]", held) else held
    assert back == text
    assert is_like_a_formula(text) == (held != text)


def test_a_list_of_lines_that_were_set_aside_is_opened_by_people(tmp_path: Path) -> None:
    path = tmp_path / "rejected" / "lijst" / "a-lines.csv"
    path.parent.parent.mkdir()
    keep_lines(path, ("regel", "reden"), [(2, '=HYPERLINK("http://x")'), (3, None)])
    assert path.read_text(encoding="utf-8-sig") == 'regel;reden\n2;"\'=HYPERLINK(""http://x"")"\n3;\n'
