"""The made-up exports of Heemskerk hold the counts that its demo tells, in both forms, and nobody who exists."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dagster_project.contracts import contract
from dagster_project.synthetic import suite4sd
from tests.borger_odoorn import is_bsn

FLAT = "SYNTHETISCH_suite4sd_toekenningen_2024.csv"
DUMP = "SYNTHETISCH_cssd_2025"
CATEGORIES = contract("registration", "suite4sd_toekenningen").categories

Row = dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite4sd")
    for name, write in suite4sd.exports().items():
        write(folder / name)
    return folder


def flat_rows(folder: Path) -> list[Row]:
    with (folder / FLAT).open(encoding="cp1252", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def dump_rows(folder: Path, table: str) -> list[Row]:
    with (folder / DUMP / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_no_made_up_bsn_can_be_a_persons(made: Path) -> None:
    numbers = {row["Clientnummer"]: row["BSN"] for row in flat_rows(made)}
    assert all(bsn.startswith("9000") and len(bsn) == 9 for bsn in numbers.values())
    assert not [bsn for bsn in numbers.values() if is_bsn(bsn)]
    assert len(set(numbers.values())) == len(numbers)


def test_both_forms_hold_the_counts_that_the_demo_tells(made: Path) -> None:
    flat = [
        (row["Clientnummer"], row["Regelingcode"], iso(row["Begindatum"]), iso(row["Einddatum"]), row["Status"])
        for row in flat_rows(made)
    ]
    dump = [
        (row["clientnr"], row["kode_regeling"], row["dd_begin"][:10], row["dd_eind"][:10], row["status_indicatie"])
        for row in dump_rows(made, "wvind_b")
    ]
    for year, rows, counts, standing in (("2024", flat, (5498, 1004), 50), ("2025", dump, (5688, 1049), 56)):
        granted = [row for row in rows if row[4] == "toegekend"]
        begun = [CATEGORIES[code] for _, code, start, _, _ in granted if start.startswith(year)]
        assert (begun.count("minimaregeling"), begun.count("kindpakket")) == counts
        last_day = f"{year}-12-31"
        persons = {
            client
            for client, code, start, end, _ in granted
            if code == "LKS1" and start <= last_day and (not end or end >= last_day)
        }
        assert len(persons) == standing
        assert len(granted) < len(rows)
        assert {start[5:7] for _, _, start, _, _ in granted} == {f"{month:02d}" for month in range(1, 13)}


def iso(written: str) -> str:
    """dd-mm-yyyy the other way round; empty stays empty."""
    return "-".join(reversed(written.split("-")))


def test_the_dump_says_of_every_payment_in_which_month_it_was_made(made: Path) -> None:
    provisions = {row["uniek"] for row in dump_rows(made, "wvdos")}
    payments = dump_rows(made, "szukhis")
    assert payments
    assert {row["uniekwvdos"] for row in payments} <= provisions
    months = {row["verslagnr"][:6] for row in payments}
    assert months == {f"{year}{month:02d}" for year in (2024, 2025) for month in range(1, 13)} & months
    assert {f"2025{month:02d}" for month in range(1, 13)} <= months
