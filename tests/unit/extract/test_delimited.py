"""Delimited files: encodings, delimiters, headers, dates and numbers as municipalities write them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dagster_project.contracts import Column, FileFormat
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited
from dagster_project.extract.delimited import BrokenRow, Source
from tests.unit.extract.files import write

DUTCH = FileFormat(encoding="cp1252", date_format="%d-%m-%Y")


def rows_of(
    content: bytes, *columns: Column, file_format: FileFormat = DUTCH, broken: list[BrokenRow] | None = None
) -> list[tuple[int, dict[str, str | None]]]:
    source = Source("export.csv", lambda: io.BytesIO(content))
    found = []
    for chunk in delimited.read_chunks(source, columns, file_format, [] if broken is None else broken):
        cells = {name: values.to_pylist() for name, values in chunk.columns.items()}
        for position, line in enumerate(chunk.lines.to_pylist()):
            found.append((line, {name: values[position] for name, values in cells.items()}))
    return found


NAME = Column(name="name", headers=("Naam",), required=True)
PLACE = Column(name="place", headers=("Plaats",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("expected", ["utf-8", "cp1252"])
def test_accents_survive_every_encoding_whatever_the_contract_expects(encoding: str, expected: str) -> None:
    content = "Naam;Plaats\nZoë;Fryslân €\n".encode(encoding)
    found = rows_of(content, NAME, PLACE, file_format=FileFormat(encoding=expected))
    assert found == [(2, {"name": "Zoë", "place": "Fryslân €"})]


def test_a_byte_order_mark_with_other_bytes_behind_it_is_refused() -> None:
    with pytest.raises(UnsoundData, match="not the UTF-8 text that its first bytes announce"):
        rows_of(b"\xef\xbb\xbfNaam;Plaats\nZo\xeb;x\n", NAME)


@pytest.mark.parametrize("delimiter", [";", ","])
def test_the_delimiter_is_found_in_the_header(delimiter: str) -> None:
    assert rows_of(f"Naam{delimiter}Plaats\na{delimiter}b\n".encode(), NAME, PLACE) == [
        (2, {"name": "a", "place": "b"})
    ]


def test_headers_match_without_case_and_space() -> None:
    assert rows_of(b"  NAAM ;pLaats\na;b\n", NAME, PLACE) == [(2, {"name": "a", "place": "b"})]


def test_the_header_that_the_contract_names_first_counts() -> None:
    column = Column(name="key", headers=("Clientnummer", "BSN"), required=True)
    assert rows_of(b"BSN;Clientnummer\n1;2\n", column) == [(2, {"key": "2"})]


def test_a_header_that_stands_twice_is_refused() -> None:
    with pytest.raises(UnsoundData, match="header 'naam' twice"):
        rows_of(b"Naam;naam\na;b\n", NAME)


def test_a_missing_header_is_refused_with_the_nearest_that_was_found() -> None:
    with pytest.raises(UnsoundData, match="lacks the header 'Naam' or 'name'; found 'namen'"):
        rows_of(b"Namen;Plaats\na;b\n", NAME)


def test_the_first_line_of_a_file_without_headers_is_not_shown() -> None:
    with pytest.raises(UnsoundData, match="nothing like it among 2 columns") as caught:
        rows_of(b"900012345;Jansen\n900012346;Pietersen\n", NAME)
    assert "9000" not in str(caught.value)
    assert "Jansen" not in str(caught.value)


def test_a_column_that_may_be_missing_is_left_out() -> None:
    assert rows_of(b"Naam\na\n", NAME, PLACE) == [(2, {"name": "a"})]


def test_columns_that_the_contract_does_not_name_stay_in_the_file() -> None:
    assert rows_of(b"BSN;Naam\n900012345;a\n", NAME) == [(2, {"name": "a"})]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends() -> None:
    content = b'Naam;Plaats\n"a;b";"say ""hi"""\n"c\nd";e\nf;g\n'
    assert [row for _, row in rows_of(content, NAME, PLACE)] == [
        {"name": "a;b", "place": 'say "hi"'},
        {"name": "c\nd", "place": "e"},
        {"name": "f", "place": "g"},
    ]


def test_a_quote_that_is_never_closed_is_refused_instead_of_swallowing_rows() -> None:
    with pytest.raises(UnsoundData, match="one is never closed"):
        rows_of(b'Naam;Plaats\na;"b\nc;d\n', NAME, PLACE)


def test_blank_rows_are_passed_over_and_lines_keep_counting() -> None:
    assert rows_of(b"Naam;Plaats\r\n\r\n;;\r\n ; \r\na;b\r\n", NAME, PLACE, broken=(broken := [])) == [
        (5, {"name": "a", "place": "b"})
    ]
    assert broken == [BrokenRow(line=3, cells=3, expected=2)]


def test_rows_of_another_width_are_noted_and_the_lines_after_them_stay_right() -> None:
    broken: list[BrokenRow] = []
    found = rows_of(b"Naam;Plaats\na;b\nc\nd;e;f\ng;h\n", NAME, PLACE, broken=broken)
    assert [line for line, _ in found] == [2, 5]
    assert broken == [BrokenRow(3, 1, 2), BrokenRow(4, 3, 2)]


def test_lines_stay_right_over_many_blocks() -> None:
    many = 400_000
    content = (
        b"Naam;Plaats\n" + b"".join(b"n;%040d\n" % n if n % 100_000 else b"n\n" for n in range(many)) + b"last;x\n"
    )
    broken: list[BrokenRow] = []
    lines = [line for line, _ in rows_of(content, NAME, PLACE, broken=broken)]
    assert [row.line for row in broken] == [2, 100_002, 200_002, 300_002]
    assert len(lines) == many - 4 + 1
    assert lines[-1] == many + 2
    assert len(set(lines) & {row.line for row in broken}) == 0


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnsoundData, match="is empty, expected a line of headers"):
        rows_of(content, NAME)


@pytest.mark.parametrize("content", [b"Naam;Plaats", b"Naam;Plaats\n", b"Naam;Plaats\r\n\r\n"])
def test_headers_alone_are_no_rows(content: bytes) -> None:
    assert rows_of(content, NAME) == []


def test_a_file_with_a_giant_cell_or_too_many_columns_is_refused() -> None:
    with pytest.raises(UnsoundData, match="has a cell of 10001 characters"):
        rows_of(b"Naam\n" + b"x" * 10_001 + b"\n", NAME)
    with pytest.raises(UnsoundData, match="has 501 columns"):
        rows_of(b";".join(b"k%d" % n for n in range(501)) + b"\n", NAME)


cell_text = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=20)


@given(rows=st.lists(st.tuples(cell_text, cell_text), max_size=8), delimiter=st.sampled_from(";,"))
@example(rows=[('"', ";")], delimiter=";")
def test_what_a_spreadsheet_writes_comes_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    rows = [("Zoë", "é"), *rows]  # no UTF-8 once it is Windows-1252
    writer.writerows([("Naam", "Plaats"), *rows])
    found = rows_of(stream.getvalue().encode("cp1252"), NAME, PLACE)
    expected = [{"name": a.strip() or None, "place": b.strip() or None} for a, b in rows if a.strip() or b.strip()]
    assert [row for _, row in found] == expected


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(["", "T00:00:00", " 00:00:00", "T12:30"]))
def test_every_real_date_is_read_in_both_forms(day: date, time: str) -> None:
    assert delimited.parse_date(day.strftime("%d-%m-%Y") + time, "%d-%m-%Y") == day
    assert delimited.parse_date(day.isoformat() + time, "%d-%m-%Y") == day


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1900, 2100))
def test_a_date_is_read_only_if_the_calendar_has_it(day: int, month: int, year: int) -> None:
    first = date(year, month, 1) if 1 <= month <= 12 else None
    exists = first is not None and day >= 1 and (first + timedelta(days=day - 1)).month == month
    assert (delimited.parse_date(f"{day:02d}-{month:02d}-{year}", "%d-%m-%Y") is not None) == exists


@given(st.text(max_size=30))
def test_no_text_makes_reading_a_date_or_number_fail(text: str) -> None:
    found = delimited.parse_date(text, "%d-%m-%Y")
    assert found is None or str(found.year) in text
    number = delimited.parse_decimal(text, ",", grouped=True)
    assert number is None or float(number) == float(text.strip().replace(".", "").replace(",", "."))


@pytest.mark.parametrize(
    "text", ["31-02-2024", "01-13-2024", "2024-02-30", "1-1-24", "01-01-0202", "9998-12-31", "gisteren"]
)
def test_impossible_and_unlikely_dates_are_no_dates(text: str) -> None:
    assert delimited.parse_date(text, "%d-%m-%Y") is None


def test_the_open_end_of_registrations_is_a_date() -> None:
    assert delimited.parse_date("31-12-9999", "%d-%m-%Y") == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("text", "grouped", "expected"),
    [
        ("48,1", False, "48.1"),
        ("-5", False, "-5"),
        ("48.1", False, None),
        ("1.240", False, None),
        ("1.240", True, "1240"),
        ("1.240,5", True, "1240.5"),
        ("12.40", True, None),
        ("1,2,3", True, None),
        ("٤٢", False, None),
        ("", False, None),
    ],
)
def test_a_number_is_read_as_the_contract_writes_it(text: str, grouped: bool, expected: str | None) -> None:
    assert delimited.parse_decimal(text, ",", grouped=grouped) == expected


def test_a_decimal_point_is_read_where_the_contract_says_so() -> None:
    assert delimited.parse_decimal("48.1", ".") == "48.1"
    assert delimited.parse_decimal("48,1", ".") is None


def test_rows_are_counted_without_parsing(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b'Naam;Plaats\r\n"a\nb";c\r\n\r\n;;\r\nd;e')
    assert delimited.count_rows(path) == 2


@pytest.mark.parametrize("text", ["123456782", "12345678", "1234.56.782", "123 456 782", "x123456782y"])
def test_an_error_never_shows_what_may_be_a_bsn(text: str) -> None:
    assert not any(part in delimited.quoted(text) for part in ("1234", "456", "78"))


def test_an_error_does_show_dates_and_school_years() -> None:
    assert delimited.quoted("31-02-2024") == "'31-02-2024'"
    assert delimited.quoted("2023-2024") == "'2023-2024'"


def test_a_line_that_would_fill_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 1_000)
    path = write(tmp_path, "a\n" + "x" * 1_000)
    with (
        path.open(encoding="utf-8") as stream,
        pytest.raises(UnsoundData, match="x has a line of more than 1000 bytes"),
    ):
        list(delimited.bounded_lines(stream, "x"))
    assert delimited.count_rows(path) == 1


def test_a_header_that_is_longer_than_any_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsoundData, match="longer than any is"):
        delimited.headers_of(Source.of(write(tmp_path, "x" * 21_000 + ";b\n1;2\n"), "x"), FileFormat())


def test_a_quote_that_is_never_closed_is_found_whatever_limit_another_library_set() -> None:
    before = csv.field_size_limit(10_000_000)
    try:
        with pytest.raises(csv.Error, match="a cell of more than 20000 characters"):
            list(delimited.bounded_rows(["a;b\n", '"x;y\n', *["1;2\n"] * 6_000], ";"))
    finally:
        csv.field_size_limit(before)
    assert list(delimited.bounded_rows(["a;b\n", '"x;\n', 'y";2\n'], ";")) == [["a", "b"], ["x;\ny", "2"]]
