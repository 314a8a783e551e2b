"""Dumps of the CSSD tables: whole, hashed and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.errors import UnsoundData
from dagster_project.extract import cssd
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.snapshots import pack
from tests.unit.extract.files import CSSD, KEY, read_all

DUMP = {
    "szclient.csv": "clientnr,ind_gezag\n900012345,\n4711,J\n",
    "wvbesl.csv": "besluitnr,clientnr\n100000001,900012345\n",
    "wvind_b.csv": (
        "besluitnr,volgnr_ind,clientnr,dd_begin,dd_eind,volume,status_indicatie,kode_regeling\n"
        "100000001,1,900012345,2025-01-31T00:00:00,,1,toegekend,KP01\n"
    ),
    "szregel.csv": "kode_regeling,omschryving\nKP01,Kindpakket\n",
    "wvdos.csv": "besluitnr,volgnr_ind,uniek,kode_reden_einde_voorz\n100000001,1,100000002,\n",
    "szukhis.csv": "uniekwvdos,bedrag,verslagnr\n100000002,12.50,1\n",
    "abc_refcod.csv": "code,domein,omschrijving\ntoegekend,STATUS_INDICATIE,Toegekend\n",
}


def dump(folder: Path, files: dict[str, str]) -> Path:
    members = []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        members.append((name, folder / name, name))
    pack(folder / "dump.zip", members)
    return folder / "dump.zip"


def test_a_dump_lands_in_its_seven_tables(tmp_path: Path) -> None:
    tables, faults = read_all(cssd.read, CSSD, dump(tmp_path, DUMP), name="cssd_2025")
    assert faults == []
    assert {table: len(rows) for table, rows in tables.items()} == {
        "cssd_szclient": 2,
        "cssd_wvbesl": 1,
        "cssd_wvind_b": 1,
        "cssd_szregel": 1,
        "cssd_wvdos": 1,
        "cssd_szukhis": 1,
        "cssd_abc_refcod": 1,
    }
    (indication,) = tables["cssd_wvind_b"]
    assert indication["client_key"] == Pseudonymiser(KEY).client_key("900012345")
    assert (indication["dd_begin"], indication["dd_eind"]) == ("2025-01-31", None)
    assert indication["category"] == "kindpakket"
    assert tables["cssd_szukhis"][0]["bedrag"] == "12.50"
    assert "900012345" not in repr(tables)


def test_headers_in_capitals_and_semicolons_are_read_as_well(tmp_path: Path) -> None:
    files = {name.upper(): text.upper().replace(",", ";") for name, text in DUMP.items()}
    tables, faults = read_all(cssd.read, CSSD, dump(tmp_path, files), name="cssd_2025")
    assert faults == []
    assert tables["cssd_wvind_b"][0]["dd_begin"] == "2025-01-31"


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    files = {name: text for name, text in DUMP.items() if name not in ("wvdos.csv", "szregel.csv")}
    with pytest.raises(UnsoundData, match=r"cssd_2025 lacks szregel.csv, wvdos.csv, expected 7 tables"):
        read_all(cssd.read, CSSD, dump(tmp_path, files), name="cssd_2025")


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsoundData, match="two files for one table"):
        read_all(cssd.read, CSSD, dump(tmp_path, {**DUMP, "szclient.txt": "clientnr\n"}), name="cssd_2025")


def test_a_missing_column_is_named_even_where_its_cells_may_be_empty(tmp_path: Path) -> None:
    files = {**DUMP, "szclient.csv": "clientnr\n1\n"}
    with pytest.raises(UnsoundData, match=r"cssd_2025/szclient.csv lacks the header 'ind_gezag'"):
        read_all(cssd.read, CSSD, dump(tmp_path, files), name="cssd_2025")


def test_faulty_rows_are_set_aside_with_table_and_column(tmp_path: Path) -> None:
    header, sound = DUMP["wvind_b.csv"].splitlines()
    wrong = [
        "1,1,2,2025-02-30T00:00:00,,1,toegekend,KP01",
        "1,1,2,2025-02-01T00:00:00,2025-01-01T00:00:00,1,toegekend,KP01",
        "1,1,2,2025-02-01T00:00:00,,1,toegekend,ZZ",
        "1,1,2,2025-02-01T00:00:00,,1,900012345,KP01",
    ]
    files = {**DUMP, "wvind_b.csv": "\n".join([header, *wrong, *[sound] * 16]) + "\n"}
    tables, faults = read_all(cssd.read, CSSD, dump(tmp_path, files), name="cssd_2025")
    assert len(tables["cssd_wvind_b"]) == 16
    assert sorted((fault.line, fault.column) for fault in faults) == [
        (2, "wvind_b.dd_begin"),
        (3, "wvind_b.dd_eind"),
        (4, "wvind_b.kode_regeling"),
        (5, "wvind_b.status_indicatie"),
    ]
    assert "900012345" not in repr(faults)


def test_one_rotten_table_refuses_the_dump(tmp_path: Path) -> None:
    files = {**DUMP, "wvbesl.csv": "besluitnr,clientnr\n1,\n"}
    with pytest.raises(UnsoundData, match="wvbesl.csv: 1 of 1 rows are faulty"):
        read_all(cssd.read, CSSD, dump(tmp_path, files), name="cssd_2025")
