"""Lists of printed figures: what a number and a period say, and what stays as it was written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts import PERIOD, contract
from dagster_project.errors import UnsoundData
from dagster_project.extract import printed
from tests.unit.extract.files import read_all, write

LIST = contract("municipal", "printed_figures")
HEADER = "gemeente;indicator;unit_as_shown;period;value;value_nl;source;note"


def read(folder: Path, *rows: str, header: str = HEADER) -> tuple[list[dict[str, object]], list[tuple[int, str]]]:
    tables, faults = read_all(printed.read, LIST, write(folder, "\n".join([header, *rows]) + "\n"))
    return tables.get("printed_figure", []), [(fault.line, fault.column) for fault in faults]


def test_a_row_keeps_its_words_beside_what_they_say(tmp_path: Path) -> None:
    (row,), faults = read(tmp_path, "Aalten;Wmo;per 1.000 inw;2022-1hj**;1.240,5;38%;p. 7;")
    assert faults == []
    assert (row["gemeente"], row["indicator_label"], row["unit_label"]) == ("Aalten", "Wmo", "per 1.000 inw")
    assert (row["period_written"], row["period_key"], row["value_status"]) == ("2022-1hj**", "2022-H1", "revised")
    assert (row["value_written"], row["value_number"]) == ("1.240,5", "1240.5")
    assert (row["value_nl_written"], row["value_nl_number"]) == ("38%", "38")
    assert (row["source"], row["note"], row["row_number"]) == ("p. 7", None, 2)


@pytest.mark.parametrize("text", [".", "49,3 / 49,2 (revised)", "0.71", "n.n.b.", "1,2,3", "12 345"])
def test_what_is_no_number_stays_written_only(tmp_path: Path, text: str) -> None:
    (row,), faults = read(tmp_path, f"Aalten;Wmo;aantal;2022;{text};;;")
    assert (row["value_written"], row["value_number"], faults) == (text, None, [])


def test_headers_of_waarstaatjegemeente_are_known_in_any_case(tmp_path: Path) -> None:
    header = "GEMEENTE;Onderwerp;Eenheid;Peiljaar;Waarde;Bron"
    (row,), _ = read(tmp_path, "Aalten;Banen;per 1.000 inw 15-64;2018;663,0;LISA", header=header)
    assert (row["indicator_label"], row["value_number"], row["source"]) == ("Banen", "663.0", "LISA")


def test_a_list_without_values_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsoundData, match="lacks the header 'Waarde' or 'Gemeentelijke waarde' or 'value'"):
        read(tmp_path, "Aalten;Banen;per 1.000;2018", header="gemeente;indicator;eenheid;periode")


def test_a_personal_number_never_becomes_a_label(tmp_path: Path) -> None:
    sound = ["Aalten;Wmo;aantal;2022;1;;;"] * 9
    rows, faults = read(tmp_path, *sound, "123456782;Wmo;aantal;2022;1;;;")
    assert (len(rows), faults) == (9, [(11, "gemeente")])


@pytest.mark.parametrize(
    ("written", "period", "status"),
    [
        ("2018", "2018", None),
        ("2023*", "2023", "provisional"),
        ("2022-1hj**", "2022-H1", "revised"),
        ("2023-2hj", "2023-H2", None),
        ("2023 2e halfjaar", "2023-H2", None),
        ("2023-H1", "2023-H1", None),
        ("2023-Q4*", "2023-Q4", "provisional"),
        ("2022/2023", "2022/2023", None),
        ("2022-2023", "2022/2023", None),
        ("2022/2024", None, None),
        ("2023-3hj", None, None),
        ("2023-Q5", None, None),
        ("23", None, None),
        ("vorig jaar", None, None),
        ("2023***", "2023", None),
        ("", None, None),
    ],
)
def test_periods_as_they_are_printed(written: str, period: str | None, status: str | None) -> None:
    assert (printed.period_id(written), printed.value_status(written)) == (period, status)


@given(st.integers(1900, 2099), st.sampled_from(["", "-1hj", "-2hj", "-H1", "-Q3"]), st.sampled_from(["", "*", "**"]))
def test_every_printed_period_becomes_an_id_of_its_year(year: int, part: str, stars: str) -> None:
    found = printed.period_id(f" {year}{part}{stars} ")
    assert found is not None
    assert PERIOD.fullmatch(found)
    assert found.startswith(str(year))
    assert printed.value_status(f"{year}{part}{stars}") == {"": None, "*": "provisional", "**": "revised"}[stars]


@given(st.text(max_size=20))
def test_no_text_becomes_a_period_that_is_none(text: str) -> None:
    found = printed.period_id(text)
    assert found is None or PERIOD.fullmatch(found)


@given(st.decimals(-(10**9), 10**9, places=2), st.booleans())
def test_a_number_keeps_its_value_however_it_is_written(number: Decimal, grouped: bool) -> None:
    written = f"{number:,.2f}" if grouped else f"{number:.2f}"
    dutch = written.translate(str.maketrans(",.", ".,"))
    assert Decimal(printed.number_text(dutch, ",") or "nan") == number
