"""One export in every form that it may come in: encodings, line ends, quotes, sheets, Parquet and dumps."""

from __future__ import annotations

import codecs
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.errors import UnsoundData
from dagster_project.extract import limits
from dagster_project.registration import sums as adding
from dagster_project.registration.intake import Intake
from dagster_project.registration.orphans import flag_orphans
from tests.unit.registration.exports import (
    BSN,
    CSSD,
    DECLARATIES,
    OTHER_BSN,
    TOEKENNINGEN,
    confidential,
    key_of,
    write,
)

HEADER = "Cliëntnummer;Regelingcode;Begindatum;Einddatum;Status"
ROWS = ["4711;MR01;01-03-2024;31-12-2024;beëindigd", "4712;KP01;29-02-2024;;toegekend"]
TEXT = "\n".join([HEADER, *ROWS]) + "\n"
TYPED = [
    (2, key_of("4711"), "minimaregeling", date(2024, 3, 1), date(2024, 12, 31), "beëindigd"),
    (3, key_of("4712"), "kindpakket", date(2024, 2, 29), None, "toegekend"),
]
COLUMNS = "line, client_key, category, start_date, end_date, status"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("cp1252"),
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode("cp1252"),
        TEXT.replace("\n", "\r\n").rstrip().encode("utf-8"),
        TEXT.replace("\n", "\r").encode("utf-8"),
        (TEXT + "\n\n").encode("utf-8"),
        (TEXT + ";;;;\n;;;;\n").encode("utf-8"),
        TEXT.replace("4711", '"4711"').encode("utf-8"),
        TEXT.replace("beëindigd", '"beëindigd"').replace("\n", "\r\n").encode("cp1252"),
        TEXT.replace("4711", " 4711\t").replace("KP01", "  kp01\u00a0").encode("utf-8"),
    ],
)
def test_an_export_is_the_same_in_any_encoding(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with confidential() as database:
        assert database.read(TOEKENNINGEN, path) == Intake(2, 2, 0, {})
        assert database.rows("toekenning", COLUMNS, "line") == TYPED
    assert [one.name for one in tmp_path.iterdir()] == ["file.csv"]


def test_blank_lines_in_between_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    text = "\n".join([HEADER, ROWS[0], "", ";;;;", ROWS[1], "", ROWS[1].replace("KP01", "ZZ9")]) + "\n"
    lenient = TOEKENNINGEN.model_copy(update={"max_faulty_share": 0.5})
    with confidential() as database:
        assert database.read(lenient, write(tmp_path, text)) == Intake(3, 2, 1, {"unknown_code": 1})
        assert database.rows("toekenning", "line") == [(2,), (5,)]
        assert database.faults() == [(7, "regeling_code", "unknown_code")]


def test_a_line_end_within_quotes_does_not_end_a_row(tmp_path: Path) -> None:
    header = HEADER + ";Toelichting"
    text = "\n".join([header, ROWS[0] + ';"over\ntwee;regels"', ROWS[1] + ';"zei ""ja"""']) + "\n"
    with confidential() as database:
        assert database.read(TOEKENNINGEN, write(tmp_path, text)) == Intake(2, 2, 0, {})
        assert database.rows("toekenning", COLUMNS, "line") == TYPED


def test_quotes_that_do_not_match_refuse_the_file(tmp_path: Path) -> None:
    text = TEXT.replace("4711", '"4711')
    with confidential() as database, pytest.raises(UnsoundData, match="quotes"):
        database.read(TOEKENNINGEN, write(tmp_path, text))


@pytest.mark.parametrize("separator", [";", ","])
def test_rows_with_too_many_or_too_few_cells_are_counted_in_both_ways_of_reading(
    tmp_path: Path, separator: str
) -> None:
    contract = TOEKENNINGEN.model_copy(
        update={"format": TOEKENNINGEN.format.model_copy(update={"delimiter": None}), "max_faulty_share": 1.0}
    )
    text = "\n".join([HEADER, "1;MR01", *ROWS, ROWS[0] + ";;"]).replace(";", separator)
    with confidential() as database:
        assert database.read(contract, write(tmp_path, text)) == Intake(4, 2, 2, {"broken_row": 2})
        assert database.faults() == [(2, None, "broken_row"), (5, None, "broken_row")]


def sheet(path: Path, *rows: list[Any], above: int = 0) -> Path:
    workbook = openpyxl.Workbook()
    first = workbook.active
    assert first is not None
    first.title = "Toelichting"
    first.append(["Export van de gemeente"])
    second = workbook.create_sheet("Gegevens")
    for _ in range(above):
        second.append([])
    for row in rows:
        second.append(row)
    workbook.save(path)
    return path


def test_a_sheet_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "zorg.xlsx",
        ["BSN", "Beschikkingnummer", "Productcategorie", "Leveringsvorm", "Begindatum zorg", "Bedrag", "Naam"],
        [int(BSN), "B-1", 2, "ZIN", datetime(2024, 3, 15), 1240.5, "Jansen"],
        [float(OTHER_BSN), "B-2", "44", "PGB", 45366, "1.240,50", "Pietersen"],
        [BSN, "B-1", "02", "ZIN", "31-03-2024", 0.25, None],
        [None, None, None, None, None, None, None],
        [BSN, "B-1", "02", "ZIN", "31-02-2024", 1, None],
        *[[BSN, "B-1", "02", "ZIN", "01-05-2024", 1, None]] * 4,
        above=2,
    )
    with confidential() as database:
        intake = database.read(DECLARATIES, path, "zorg_declaraties.xlsx")
        assert intake == Intake(8, 7, 1, {"impossible_date": 1})
        assert database.rows("declaratieregel", "client_key, care_month, product_code, amount, n_lines", "amount") == [
            (key_of(BSN), date(2024, 5, 1), "02", Decimal("4.00"), 4),
            (key_of(OTHER_BSN), date(2024, 3, 1), "44", Decimal("1240.50"), 1),
            (key_of(BSN), date(2024, 3, 1), "02", Decimal("1240.75"), 2),
        ]
        # the title rows and the blank row count, as they do in the sheet
        assert database.faults() == [(8, "care_month", "impossible_date")]
        assert "Jansen" not in database.everything()


def test_a_workbook_without_the_headers_or_no_workbook_is_refused(tmp_path: Path) -> None:
    with confidential() as database:
        with pytest.raises(UnsoundData, match="lacks the header 'BSN'"):
            database.read(DECLARATIES, sheet(tmp_path / "a.xlsx", ["Naam"], ["Jansen"]), "a.xlsx")
        for content in (b"geen werkboek", b"PK\x03\x04 kapot"):
            (tmp_path / "b.xlsx").write_bytes(content)
            with pytest.raises(UnsoundData, match="is no workbook|no readable zip"):
                database.read(DECLARATIES, tmp_path / "b.xlsx", "b.xlsx")


def test_parquet_is_read_as_it_is(tmp_path: Path) -> None:
    rows = pa.table(
        {
            "BSN": pa.array([float(BSN), float(OTHER_BSN)]),
            "Beschikkingnummer": pa.array([1, 2], pa.int64()),
            "Productcategorie": ["02", "44"],
            "Naam": ["Jansen", "Pietersen"],
            "Begindatum zorg": pa.array([datetime(2024, 3, 15), datetime(2024, 4, 1)]),
            "Bedrag": pa.array([Decimal("1240.50"), Decimal("3.00")], pa.decimal128(10, 2)),
        }
    )
    pq.write_table(rows, tmp_path / "zorg.parquet")
    with confidential() as database:
        assert database.read(DECLARATIES, tmp_path / "zorg.parquet", "zorg.parquet") == Intake(2, 2, 0, {})
        assert database.rows("declaratieregel", "client_key, beschikking_key, care_month, amount", "amount") == [
            (key_of(OTHER_BSN), key_of("2"), date(2024, 4, 1), Decimal("3.00")),
            (key_of(BSN), key_of("1"), date(2024, 3, 1), Decimal("1240.50")),
        ]
        (tmp_path / "kapot.parquet").write_bytes(b"PAR1")
        with pytest.raises(UnsoundData, match="no readable Parquet file"):
            database.read(DECLARATIES, tmp_path / "kapot.parquet", "kapot.parquet")


def grants(path: Path, **columns: pa.Array) -> Path:
    sound = {
        "Clientnummer": ["4711"] * 20,
        "Regelingcode": ["MR01"] * 20,
        "Begindatum": ["01-03-2024"] * 20,
        "Einddatum": [None] * 20,
        "Status": ["toegekend"] * 20,
    }
    pq.write_table(pa.table({**sound, **columns}), path)
    return path


def test_parquet_that_lies_or_bursts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = grants(tmp_path / "a.parquet")
    nested = grants(tmp_path / "b.parquet", Regelingcode=pa.array([["MR01"]] * 20))
    shifted = tmp_path / "c.parquet"
    shifted.write_bytes(b'"' + path.read_bytes())  # every place in the footer is one byte off
    with confidential() as database:
        assert database.read(TOEKENNINGEN, path, "a.parquet").rows_loaded == 20
        with pytest.raises(UnsoundData, match="has lists under 'Regelingcode'"):
            database.read(TOEKENNINGEN, nested, "b.parquet")
        with pytest.raises(UnsoundData, match="no readable Parquet file"):
            database.read(TOEKENNINGEN, shifted, "c.parquet")
        monkeypatch.setattr(limits, "ROWS", 19)
        with pytest.raises(UnsoundData, match="has 20 rows, expected 19 at most"):
            database.read(TOEKENNINGEN, path, "d.parquet")
        monkeypatch.setattr(limits, "ROWS", 20)
        monkeypatch.setattr(limits, "ARCHIVE_BYTES", 100)
        with pytest.raises(UnsoundData, match="unpacks to .* expected 100 bytes at most"):
            database.read(TOEKENNINGEN, path, "e.parquet")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00", "UTF-16"),
        ((";".join(f"k{n}" for n in range(501)) + "\n").encode(), "501 columns"),
        (HEADER.encode() + b"\n" + b"1;MR01;01-01-2024;;" + b"x" * 20_000 + b"\n", "characters"),
        (b"x" * 70_000, "no line end"),
        ((HEADER + ";Status\n").encode(), "twice"),
    ],
)
def test_what_no_export_looks_like_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "file.csv").write_bytes(content)
    with confidential() as database, pytest.raises(UnsoundData, match=told):
        database.read(TOEKENNINGEN, tmp_path / "file.csv")


def test_a_file_without_rows_is_read(tmp_path: Path) -> None:
    for text in (HEADER, HEADER + "\n", HEADER + "\n\n;;;;\n"):
        with confidential() as database:
            assert database.read(TOEKENNINGEN, write(tmp_path, text)) == Intake(0, 0, 0, {})
    with confidential() as database:
        header = "BSN;Productcategorie;Begindatum zorg;Bedrag\n"
        assert database.read(DECLARATIES, write(tmp_path, header)) == Intake(0, 0, 0, {})


def test_two_groups_with_one_hash_are_told_apart_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    salts: list[int] = []
    scan = adding._scan_with

    def clashing(plan: Any, salt: int) -> tuple[pa.Table, pa.Table]:
        salts.append(salt)
        sums, groups = scan(plan, salt)
        if salt == 0:
            groups = pa.concat_tables([groups, groups])
        return sums, groups

    monkeypatch.setattr(adding, "_scan_with", clashing)
    row = f"{BSN};02;01-03-2024;1,00\n"
    with confidential() as database:
        database.read(DECLARATIES, write(tmp_path, "BSN;Productcategorie;Begindatum zorg;Bedrag\n" + row))
        assert (salts, database.rows("declaratieregel", "amount")) == ([0, 1], [(Decimal("1.00"),)])


DUMP = {
    "szclient.csv": "clientnr,ind_gezag,wijk\n900012345,,WK039601\n4711,J,\n",
    "wvbesl.csv": "besluitnr,clientnr\n100000001,900012345\n",
    "wvind_b.csv": (
        "besluitnr,volgnr_ind,clientnr,dd_begin,dd_eind,volume,status_indicatie,kode_regeling\n"
        "100000001,1,900012345,2025-01-31T00:00:00,,1,toegekend,KP01\n"
    ),
    "szregel.csv": "kode_regeling,omschryving\nKP01,Kindpakket\n",
    "wvdos.csv": "besluitnr,volgnr_ind,uniek,kode_reden_einde_voorz\n100000001,1,100000002,\n",
    "szukhis.csv": "uniekwvdos,bedrag,verslagnr\n100000002,12.50,202502001\n100000002,7.50,202502002\n",
    "abc_refcod.csv": "code,domein,omschrijving\ntoegekend,STATUS_INDICATIE,Toegekend\n",
}


def dump(folder: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(folder / "dump.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "dump.zip"


def test_a_dump_lands_in_its_seven_tables(tmp_path: Path) -> None:
    with confidential() as database:
        assert database.read(CSSD, dump(tmp_path, {**DUMP}), "cssd_2025") == Intake(9, 9, 0, {})
        columns = "client_key, besluit_key, dd_begin, dd_eind, wet, category, form, referrer"
        assert database.rows("cssd_wvind_b", columns) == [
            (
                key_of("900012345"),
                key_of("100000001"),
                date(2025, 1, 31),
                None,
                "gemeentelijk",
                "kindpakket",
                "onbekend",
                "onbekend",
            )
        ]
        assert database.rows("cssd_szukhis", "provision_key, care_month, amount, n_lines, line") == [
            (key_of("100000002"), date(2025, 2, 1), Decimal("20.00"), 2, None)
        ]
        assert database.rows("cssd_szclient", "wijk, ind_gezag", "line") == [("WK039601", None), ("onbekend", "J")]
        assert database.rows("cssd_wvdos", "provision_key") == [(key_of("100000002"),)]
        assert not any(number in database.everything() for number in ("900012345", "100000001", "100000002"))
        flag_orphans(database.connection)
        assert database.faults() == []
    assert [path.name for path in tmp_path.iterdir()] == ["dump.zip"]


def test_a_dump_may_be_in_capitals_with_semicolons_or_in_parquet(tmp_path: Path) -> None:
    shouted: dict[str, str | bytes] = {name.upper(): text.upper().replace(",", ";") for name, text in DUMP.items()}
    with confidential() as database:
        assert database.read(CSSD, dump(tmp_path, shouted), "cssd_2025").rows_loaded == 9
        assert database.rows("cssd_wvind_b", "dd_begin") == [(date(2025, 1, 31),)]
    for name, text in DUMP.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        source, target = str(tmp_path / name), str(tmp_path / name.replace("csv", "parquet"))
        duckdb.execute(f"copy (from read_csv('{source}')) to '{target}' (format parquet)")
    parquet: dict[str, str | bytes] = {path.name: path.read_bytes() for path in tmp_path.glob("*.parquet")}
    with confidential() as database:
        assert database.read(CSSD, dump(tmp_path, parquet), "cssd_2025").rows_loaded == 9
        assert database.rows("cssd_szukhis", "care_month, amount") == [(date(2025, 2, 1), Decimal("20.00"))]
        assert database.rows("cssd_wvind_b", "client_key, dd_begin") == [(key_of("900012345"), date(2025, 1, 31))]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {name: text for name, text in DUMP.items() if name not in ("wvdos.csv", "szregel.csv")},
            "lacks szregel, wvdos",
        ),
        ({**DUMP, "szclient.txt": "clientnr\n"}, "two files for one table"),
        ({**DUMP, "szclient.csv": "clientnr\n1\n"}, "cssd_2025/szclient lacks the header 'ind_gezag'"),
        ({**DUMP, "wvbesl.csv": "besluitnr,clientnr\n1,\n"}, "cssd_2025/wvbesl: 1 of 1 rows are faulty"),
        ({**DUMP, "szukhis.csv": "uniekwvdos,bedrag,verslagnr\n1,2.00,1\n"}, "szukhis: 1 of 1 rows are faulty"),
    ],
)
def test_a_dump_that_is_not_whole_is_refused(tmp_path: Path, files: dict[str, str | bytes], told: str) -> None:
    with confidential() as database:
        with pytest.raises(UnsoundData, match=told):
            database.read(CSSD, dump(tmp_path, files), "cssd_2025")
        assert database.rows("cssd_szclient") == []


def test_faulty_rows_of_a_dump_are_set_aside_with_table_and_column(tmp_path: Path) -> None:
    header, sound = DUMP["wvind_b.csv"].splitlines()
    wrong = [
        "1,1,2,2025-02-30T00:00:00,,1,toegekend,KP01",
        "1,1,2,2025-02-01T00:00:00,2025-01-01T00:00:00,1,toegekend,KP01",
        "1,1,2,2025-02-01T00:00:00,,1,toegekend,ZZ",
        "1,1,2,2025-02-01T00:00:00,,1,900012345,KP01",
    ]
    files: dict[str, str | bytes] = {**DUMP, "wvind_b.csv": "\n".join([header, *wrong, *[sound] * 16]) + "\n"}
    with confidential() as database:
        assert database.read(CSSD, dump(tmp_path, files), "cssd_2025").rows_quarantined == 4
        assert database.rows("quarantine", "line, table_name, column_name, reason_kind", "line") == [
            (2, "cssd_wvind_b", "dd_begin", "impossible_date"),
            (3, "cssd_wvind_b", "dd_eind", "end_before_start"),
            (4, "cssd_wvind_b", "kode_regeling", "unknown_code"),
            (5, "cssd_wvind_b", "status_indicatie", "personal_number_in_text"),
        ]
        assert "900012345" not in database.everything()


def test_a_payment_of_a_dump_without_its_provision_becomes_an_orphan(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {**DUMP, "szukhis.csv": DUMP["szukhis.csv"] + "77,1.00,202501001\n"}
    with confidential() as database:
        database.read(CSSD, dump(tmp_path, files), "cssd_2025")
        flag_orphans(database.connection)
        assert database.rows("quarantine", "table_name, column_name, reason_kind") == [
            ("cssd_szukhis", "provision_key", "orphan")
        ]
        assert database.rows("original", "rows_in, rows_loaded, rows_quarantined") == [(10, 9, 1)]
