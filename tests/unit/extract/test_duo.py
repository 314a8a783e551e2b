"""DUO: fetched only when changed, and CSV read as it comes."""

from __future__ import annotations

import csv
import io
import logging
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.contracts import Dataset, FileFormat
from dagster_project.errors import UnsoundData
from dagster_project.extract import duo
from dagster_project.extract.http import HttpClient
from dagster_project.snapshots import Snapshot, SnapshotStore
from tests.standin import made_up
from tests.standin.server import StandIn

HEADER = "SCHOOLJAAR;GEMEENTENUMMER;ABSOLUUT_VERZUIM;LEERLINGEN\n"
MODIFIED = "Tue, 01 Oct 2024 08:00:00 GMT"


def _read(path: Path, content: bytes | str, **changes: Any) -> list[dict[str, Any]]:
    file = path / "file.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    batches = duo.read(made_up.duo_contract(**changes), file, "0" * 64, is_synthetic=True)
    return [row for batch in batches for row in batch.rows.to_pylist()]


def _take(standin: StandIn, http: HttpClient, tmp_path: Path, previous: Snapshot | None = None) -> Snapshot | None:
    dataset = made_up.duo_contract()
    recording = duo.pull(dataset, standin.endpoints, http, tmp_path / "scratch", previous)
    return SnapshotStore(tmp_path / "snapshots").add(dataset, recording)[0] if recording else None


def test_a_file_becomes_one_row_per_line_and_measure(tmp_path: Path) -> None:
    rows = _read(tmp_path, HEADER + "2022/2023;0396;12;5100\n\n2022/2023;34;<5;36200\n")
    found = [
        (r["row_number"], r["concept_id"], r["region_key"], r["period_key"], r["value_text"], r["value_attribute"])
        for r in rows
    ]
    assert sorted(found) == [
        (2, "leerlingen", "0396", "2022/2023", "5100", None),
        (2, "verzuim_absoluut", "0396", "2022/2023", "12", None),
        (4, "leerlingen", "34", "2022/2023", "36200", None),
        (4, "verzuim_absoluut", "34", "2022/2023", None, "Confidential"),
    ]
    assert all(row["is_synthetic"] for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_delimiter_case_of_headers_and_encoding_do_not_matter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "Schooljaar;GemeenteNummer;Naam;absoluut_verzuim ;LEERLINGEN\n2022/2023;0080;Súdwest-Fryslân;7;900\n"
    rows = _read(tmp_path, text.replace(";", delimiter).encode(encoding))
    assert [(row["region_key"], row["value_text"]) for row in rows] == [("0080", "7"), ("0080", "900")]


def test_a_decimal_comma_becomes_a_point_and_a_thousands_mark_is_refused(tmp_path: Path) -> None:
    rows = _read(tmp_path, HEADER + "2022/2023;0396;12,5;5100\n")
    assert rows[0]["value_text"] == "12.5"
    with pytest.raises(UnsoundData, match=r"line 2, column LEERLINGEN holds '5\.100'; expected a number, with ','"):
        _read(tmp_path, HEADER + "2022/2023;0396;12;5.100\n")
    rows = _read(tmp_path, HEADER + "2022/2023;0396;12.5;5100\n", format=FileFormat(decimal="."))
    assert rows[0]["value_text"] == "12.5"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("SCHOOLJAAR;GEMEENTENR;ABSOLUUT_VERZUIM;LEERLINGEN\n", "GEMEENTENUMMER is missing; nearest: gemeentenr"),
        ("SCHOOLJAAR;SCHOOLJAAR;GEMEENTENUMMER;ABSOLUUT_VERZUIM;LEERLINGEN\n", "SCHOOLJAAR stands 2 times"),
        (HEADER, "holds no lines after its header"),
        ("", "header GEMEENTENUMMER is missing"),
        (HEADER + "2022/2023;0396;12\n", "line 2 has 3 cells; expected 4"),
        (HEADER + "2022/2023;0396;twaalf;5100\n", "column ABSOLUUT_VERZUIM holds 'twaalf'; expected a number"),
        (HEADER + '2022/2023;0396;"12;5100\n', "is not CSV"),
        (HEADER + "2022/2023;0396;12;1\n2022/2023;0396;13;1\n", "line 3 contradicts an earlier line on 0396, 2022"),
        (b"\x81\x8d" + HEADER.encode(), "the file is not text"),
    ],
)
def test_a_file_that_breaks_its_contract_is_set_aside_with_one_sentence(
    tmp_path: Path, content: bytes | str, sentence: str
) -> None:
    with pytest.raises(UnsoundData) as caught:
        _read(tmp_path, content)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("duo/made_up_duo: ")
    assert "\n" not in str(caught.value)


def test_an_exact_duplicate_is_taken_once_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        rows = _read(tmp_path, HEADER + "2022/2023;0396;12;5100\n" * 3)
    assert len(rows) == 2
    assert "2 exact duplicate lines were taken once" in caplog.text


def test_an_unchanged_file_is_not_taken_again_by_its_etag(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    first = _take(standin, http, tmp_path)
    assert first is not None
    assert (first.etag, first.row_count, first.extension) == ('"made-up-1"', 4, "csv")
    assert _take(standin, http, tmp_path, first) is None
    standin.put_file("verzuim.csv", made_up.duo_file(HEADER + "2023/2024;0396;12;5100\n", etag='"made-up-2"'))
    second = _take(standin, http, tmp_path, first)
    assert second is not None
    assert second.snapshot_id != first.snapshot_id
    assert standin.count("verzuim.csv") == 3


def test_an_unchanged_file_is_not_taken_again_by_its_moment(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    standin.put_file("verzuim.csv", made_up.duo_file(etag=None, last_modified=MODIFIED))
    first = _take(standin, http, tmp_path)
    assert first is not None
    assert first.publisher_modified == MODIFIED
    assert _take(standin, http, tmp_path, first) is None


def test_the_same_moment_in_a_full_answer_counts_as_unchanged(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    standin.put_file("verzuim.csv", made_up.duo_file(etag=None, last_modified=MODIFIED))
    first = _take(standin, http, tmp_path)
    standin.ignores_conditions = True
    assert _take(standin, http, tmp_path, first) is None
    assert not [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]


def test_a_file_that_is_gone_is_refused_by_name(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    dataset = made_up.duo_contract(path="weg.csv")
    with pytest.raises(UnsoundData, match=r"/duo/weg\.csv refuses the request: HTTP 404"):
        duo.pull(dataset, standin.endpoints, http, tmp_path, None)


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6)


def _survives(path: Path, content: bytes, dataset: Dataset) -> None:
    """Either rows that are numbers or null, or our own error with a sentence."""
    file = path / "any.csv"
    file.write_bytes(content)
    rows: list[dict[str, Any]] = [{"value_text": None}]
    with suppress(UnsoundData):
        rows = [row for batch in duo.read(dataset, file, "0" * 64) for row in batch.rows.to_pylist()]
    assert rows
    assert all(row["value_text"] is None or math.isfinite(float(row["value_text"])) for row in rows)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: HEADER.encode() + tail))
def test_any_bytes_are_read_or_set_aside(tmp_path: Path, content: bytes) -> None:
    _survives(tmp_path, content, made_up.duo_contract())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL | st.sampled_from(["<5", "12", "0396", ""]), min_size=3, max_size=5), max_size=5))
def test_any_cells_are_read_or_set_aside(tmp_path: Path, lines: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerows([HEADER.strip().split(";"), *lines])
    _survives(tmp_path, buffer.getvalue().encode(), made_up.duo_contract())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | st.integers(5, 9999), min_size=1, max_size=20))
def test_counts_come_out_as_they_went_in(tmp_path: Path, counts: list[int | None]) -> None:
    lines = [f"2022/2023;{place:04d};{count or '<5'};100" for place, count in enumerate(counts)]
    rows = [row for row in _read(tmp_path, HEADER + "\n".join(lines)) if row["concept_id"] == "verzuim_absoluut"]
    assert [row["value_text"] for row in rows] == [None if count is None else str(count) for count in counts]
    assert [row["value_attribute"] for row in rows] == ["Confidential" if c is None else None for c in counts]
