"""Random messy exports: no row is lost, nothing crashes, both ways of reading agree, and no number gets out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.contracts import Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract.pseudonym import Pseudonymiser, normalise
from dagster_project.registration import intake as reading
from dagster_project.registration import typed
from dagster_project.registration.plan import GROUPED
from tests.unit.registration.exports import (
    BSN,
    DECLARATIES,
    KEY,
    OTHER_BSN,
    TOEKENNINGEN,
    VOORZIENINGEN,
    Confidential,
    confidential,
)

HEADERS = {
    "suite4sd_toekenningen": ["Clientnummer", "Regelingcode", "Begindatum", "Einddatum", "Status", "Naam"],
    "zorg_voorzieningen": ["BSN", "Beschikkingnummer", "Productcode", "Begindatum", "Einddatum", "Wijk", "Verwijzer"],
    "zorg_declaraties": ["BSN", "Beschikkingnummer", "Productcode", "Begindatum zorg", "Bedrag", "Wijk", "Naam"],
}
bsns = st.sampled_from([BSN, OTHER_BSN]) | st.integers(10_000_000, 999_999_999).map(str)
dates = st.dates().map(lambda day: day.strftime("%d-%m-%Y")) | st.sampled_from(
    ["31-02-2024", "2024-01-31", "2024-01-31T00:00:00", "31-12-9999", "1/2/2024", "01-01-24", "00-00-0000", "202401"]
)
amounts = st.decimals(-10, 10_000, places=2).map(lambda number: str(number).replace(".", ",")) | st.sampled_from(
    ["1.240,50", "1,5E3", "12.5", "-", "€ 3", "1_0", "99999999999999999", "0x10", "nan", "١٢"]
)
words = st.sampled_from(
    ["toegekend", "MR01", "ZZ9", "02", "2", "44", "99", "Huisarts", "WK039601", "ja", "", " ", "Jansen", "'", "#", "*"]
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
shapes = st.sampled_from(["{}", " {} ", "0{}", "x{}", "nr {}", '"{}"', "{}\t", "{}\u00a0", '"{}', "{};"])


@st.composite
def cells(draw: st.DrawFn) -> str:
    """A cell as somebody may have written it, sometimes with a number of a person where it does not belong."""
    cell = draw(bsns | dates | amounts | words | texts)
    return draw(shapes).format(cell) if draw(st.integers(0, 5)) == 0 else cell


@st.composite
def exports(draw: st.DrawFn) -> tuple[Dataset, str, str]:
    """A contract, a text and the encoding to write it in."""
    dataset = draw(st.sampled_from([TOEKENNINGEN, VOORZIENINGEN, DECLARATIES]))
    headers = HEADERS[dataset.dataset_id]
    sound = {
        "suite4sd_toekenningen": ["4711", "MR01", "01-03-2024", "", "toegekend", "Jansen"],
        "zorg_voorzieningen": [BSN, "B-1", "02", "01-03-2024", "", "WK039601", "Huisarts"],
        "zorg_declaraties": [BSN, "B-1", "02", "01-03-2024", "10,50", "WK039601", "Jansen"],
    }[dataset.dataset_id]
    lines = [";".join(headers)]
    for _ in range(draw(st.integers(0, 6))):
        row = list(sound)
        for _ in range(draw(st.integers(0, 3))):
            row[draw(st.integers(0, len(row) - 1))] = draw(cells())
        row = row[: draw(st.integers(0, len(row)))] if draw(st.integers(0, 9)) == 0 else row
        lines.append(";".join(row))
        lines += draw(st.sampled_from([[], [], [], [], [""], [";;;;"], ["  "]]))
    lines += [";".join(sound)] * draw(st.sampled_from([0, 5, 40]))
    line_end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    text = line_end.join(lines) + draw(st.sampled_from(["", line_end, line_end * 2]))
    return dataset, text, draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))


def _told(error: BaseException) -> str:
    return f"{error!r} {error.__cause__!r} {None if error.__suppress_context__ else error.__context__!r}"


def _read(database: Confidential, dataset: Dataset, content: bytes) -> tuple[reading.Intake | None, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        try:
            intake = database.read(dataset, path)
        except UnsoundData as error:
            assert database.rows("original") == database.rows("quarantine") == []
            return None, _told(error)
        finally:
            assert [one.name for one in Path(folder).iterdir()] == ["file.csv"]
    return intake, database.everything()


def _numbers(text: str) -> set[str]:
    """The runs of eight digits and more that somebody may be known by."""
    runs = "".join(one if one in "0123456789" else " " for one in text).split()
    return {run for run in runs if len(run) in (8, 9)}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=120)
@given(exports(), st.sampled_from([0.2, 1.0]))
def test_no_row_is_lost_nothing_crashes_and_no_number_gets_out(case: tuple[Dataset, str, str], share: float) -> None:
    contract, text, encoding = case
    dataset = contract.model_copy(update={"max_faulty_share": share})
    with confidential() as database:
        intake, told = _read(database, dataset, text.encode(encoding, errors="replace"))
        assert [number for number in _numbers(text) if number in told] == []
        if intake is None:
            return
        assert intake.rows_in == intake.rows_loaded + intake.rows_quarantined
        assert len(database.rows("quarantine")) == intake.rows_quarantined == sum(intake.reasons.values())
        table = str(dataset.raw_table)
        lines = "coalesce(sum(n_lines), 0)" if table in GROUPED else "count(*)"
        assert database.rows(table, lines) == [(intake.rows_loaded,)]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(exports())
def test_both_ways_of_reading_text_agree(case: tuple[Dataset, str, str]) -> None:
    contract, text, _ = case
    dataset = contract.model_copy(update={"max_faulty_share": 1.0})
    content = text.encode()

    def rewritten(*args: Any, may_be_plain: bool, **kwargs: Any) -> Any:
        return prepare(*args, may_be_plain=False, **kwargs)

    prepare = reading.prepare
    with confidential() as database:
        as_it_stands = _read(database, dataset, content)
    with confidential() as database, patch.object(reading, "prepare", rewritten):
        assert as_it_stands[0] == _read(database, dataset, content)[0]


numbers = st.text(st.sampled_from("0123456789 .-٣x\u00a0\t"), max_size=14) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=10
)


@settings(deadline=None, max_examples=100)
@given(st.lists(numbers, min_size=1, max_size=20))
def test_the_database_hashes_as_python_does(written: list[str]) -> None:
    hasher = Pseudonymiser(KEY)
    inner, outer = hasher.pads
    normal = typed.normal_number(typed.trimmed("number"))
    with confidential() as database:
        found = database.connection.execute(
            f"select case when {normal} is not null then {typed.hashed(normal)} end from unnest($numbers) as t(number)",
            {"numbers": [one.replace("\0", "") for one in written], "inner": inner, "outer": outer},
        ).fetchall()
    assert [one for (one,) in found] == [hasher.client_key(one.replace("\0", "")) for one in written]
    assert normalise(" 012 ") == "12"


@pytest.mark.parametrize("key", [KEY, b"x" * 64, b"y" * 100])
def test_keys_of_any_length_hash_as_python_does(key: bytes) -> None:
    hasher = Pseudonymiser(key)
    inner, outer = hasher.pads
    with confidential() as database:
        (found,) = database.connection.execute(
            f"select {typed.hashed('$number')}", {"number": "4711", "inner": inner, "outer": outer}
        ).fetchone() or (None,)
    assert found == hasher.client_key("4711")
