"""Flat exports of persons and provisions: mapped, checked row by row, and free of personal numbers."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import records
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.extract.reading import ReadContext
from tests.unit.extract.files import KEY, TOEKENNINGEN, read_all, snapshot_of, write

HEADER = "BSN;Clientnummer;Regelingcode;Regeling;Begindatum;Einddatum;Status"
SOUND = "900012345;4711;MR01;Toeslag;01-03-2024;31-12-2024;toegekend"


def export(folder: Path, *rows: str, header: str = HEADER, sound: int = 20) -> Path:
    """An export with the rows in question on lines 2 and on, and enough sound rows after them."""
    return write(folder, "\n".join([header, *rows, *[SOUND] * sound]) + "\n", "cp1252")


def test_a_row_is_mapped_hashed_and_put_in_its_category(tmp_path: Path) -> None:
    tables, faults = read_all(records.read, TOEKENNINGEN, export(tmp_path, sound=1))
    assert faults == []
    assert tables == {
        "municipal_voorziening": [
            {
                "source_id": "municipal",
                "dataset_id": "suite4sd_toekenningen",
                "snapshot_id": "a" * 64,
                "row_number": 2,
                "client_key": Pseudonymiser(KEY).client_key("4711"),
                "regeling_code": "MR01",
                "regeling_name": "Toeslag",
                "start_date": "2024-03-01",
                "end_date": "2024-12-31",
                "status": "toegekend",
                "category": "minimaregeling",
                "is_synthetic": False,
            }
        ]
    }


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (
            "1;1;MR01;x;31-02-2024;;toegekend",
            "start_date",
            "found '31-02-2024', expected a real date written dd-mm-yyyy",
        ),
        ("1;1;MR01;x;;;toegekend", "start_date", "is empty"),
        ("1;1;MR01;x;02-01-2024;01-01-2024;toegekend", "end_date", "lies before the start"),
        ("1;1;ZZ99;x;01-01-2024;;toegekend", "regeling_code", "code 'ZZ99' has no category"),
        ("1;;MR01;x;01-01-2024;;toegekend", "client_key", "is empty, expected a client number"),
        ("1;000;MR01;x;01-01-2024;;toegekend", "client_key", "is not a client number"),
        ("1;1;MR01;x;01-01-2024;;misschien", "status", "found 'misschien', expected one of toegekend"),
        ("1;1;MR01;voor 123456782;01-01-2024;;toegekend", "regeling_name", "without a number as long as a BSN"),
        ("1;1;MR01;x", "", "found 4 cells, expected 7"),
    ],
)
def test_a_faulty_row_is_set_aside_and_the_rest_stays(tmp_path: Path, row: str, column: str, reason: str) -> None:
    tables, faults = read_all(records.read, TOEKENNINGEN, export(tmp_path, row))
    assert [(fault.line, fault.column) for fault in faults] == [(2, column)]
    assert reason in faults[0].reason
    assert len(tables["municipal_voorziening"]) == 20


def test_a_row_with_two_faults_counts_once(tmp_path: Path) -> None:
    _, faults = read_all(records.read, TOEKENNINGEN, export(tmp_path, "1;;ZZ99;x;31-02-2024;;misschien"))
    assert len(faults) == 1


def test_status_is_read_without_case(tmp_path: Path) -> None:
    tables, _ = read_all(records.read, TOEKENNINGEN, export(tmp_path, "1;1;mr01;x;01-01-2024;;BEËINDIGD", sound=0))
    row = tables["municipal_voorziening"][0]
    assert (row["status"], row["category"], row["end_date"]) == ("beëindigd", "minimaregeling", None)


def test_a_file_with_a_fifth_of_faulty_rows_is_read_and_with_more_is_refused(tmp_path: Path) -> None:
    wrong = "1;1;ZZ99;x;01-01-2024;;toegekend"
    _, faults = read_all(records.read, TOEKENNINGEN, export(tmp_path, wrong, wrong, sound=8))
    assert len(faults) == 2
    with pytest.raises(
        UnsoundData, match="export.csv: 3 of 11 rows are faulty, expected at most 20%; the first is line 2"
    ):
        read_all(records.read, TOEKENNINGEN, export(tmp_path, wrong, wrong, wrong, sound=8))


def test_a_code_of_no_category_can_be_caught_by_the_mapping(tmp_path: Path) -> None:
    caught = TOEKENNINGEN.model_copy(update={"categories": {**TOEKENNINGEN.categories, "*": "overig"}})
    tables, faults = read_all(records.read, caught, export(tmp_path, "1;1;ZZ99;x;01-01-2024;;toegekend", sound=0))
    assert faults == []
    assert tables["municipal_voorziening"][0]["category"] == "overig"


def test_a_row_or_a_whole_file_can_say_that_it_is_synthetic(tmp_path: Path) -> None:
    marked = export(tmp_path, SOUND + ";ja", SOUND + ";nee", SOUND + ";", header=HEADER + ";synthetisch", sound=0)
    tables, _ = read_all(records.read, TOEKENNINGEN, marked)
    assert [row["is_synthetic"] for row in tables["municipal_voorziening"]] == [True, False, False]
    tables, _ = read_all(records.read, TOEKENNINGEN, marked, is_synthetic=True)
    assert [row["is_synthetic"] for row in tables["municipal_voorziening"]] == [True, True, True]


def test_a_missing_header_names_what_is_accepted(tmp_path: Path) -> None:
    path = export(tmp_path, header=HEADER.replace("Begindatum", "Begin"))
    with pytest.raises(UnsoundData, match="lacks the header 'Begindatum' or 'Datum begin'.*found 'begin'"):
        read_all(records.read, TOEKENNINGEN, path)


def test_the_key_is_not_asked_for_before_there_is_a_row(tmp_path: Path) -> None:
    def no_key() -> Pseudonymiser:
        raise ConfigurationError("no key")

    context = ReadContext(no_key)
    empty = export(tmp_path, sound=0)
    assert list(records.read(TOEKENNINGEN, empty, snapshot_of(TOEKENNINGEN, "e.csv"), context)) == []
    with pytest.raises(ConfigurationError):
        list(records.read(TOEKENNINGEN, export(tmp_path), snapshot_of(TOEKENNINGEN, "e.csv"), context))


bsn = st.integers(100_000_00, 999_999_999).map(str)


@st.composite
def exports_with_bsns(draw: st.DrawFn) -> tuple[str, list[str]]:
    """An export whose cells hold BSNs, in their own column and, where columns have shifted, in any other."""
    numbers = draw(st.lists(bsn, min_size=1, max_size=6, unique=True))
    stream = io.StringIO()
    stream.write(HEADER + "\n" if draw(st.integers(0, 4)) else "")
    for number in numbers:
        cells = SOUND.split(";")
        cells[0] = number
        cells[1] = draw(st.sampled_from(["4711", number]))
        for _ in range(draw(st.integers(0, 2))):
            cells[draw(st.integers(1, 6))] = draw(st.sampled_from(["{}", "x{}", "0{} ", "nr {} ", '"{}"'])).format(
                number
            )
        stream.write(";".join(cells[draw(st.integers(0, 1)) :] if draw(st.booleans()) else cells) + "\n")
    stream.write((SOUND + "\n") * draw(st.sampled_from([0, 40])))
    return stream.getvalue(), [*numbers, "900012345"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(exports_with_bsns())
def test_a_bsn_reaches_no_row_no_fault_and_no_error(tmp_path: Path, case: tuple[str, list[str]]) -> None:
    content, numbers = case
    try:
        told = repr(read_all(records.read, TOEKENNINGEN, write(tmp_path, content, "cp1252")))
    except UnsoundData as error:
        told = f"{error!r} {error.__cause__!r} {None if error.__suppress_context__ else error.__context__!r}"
    assert [number for number in numbers if number in told] == []
