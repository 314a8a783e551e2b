"""Exports with rows on persons: mapped, typed, hashed, checked row by row, and free of personal numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dagster_project.contracts import Product, contract
from dagster_project.errors import UnsoundData
from dagster_project.registration.intake import Intake
from dagster_project.registration.orphans import flag_orphans
from tests.unit.registration.exports import (
    BSN,
    DECLARATIES,
    OTHER_BSN,
    TOEKENNINGEN,
    VOORZIENINGEN,
    Confidential,
    confidential,
    key_of,
    write,
)

HEADER = "BSN;Clientnummer;Regelingcode;Regeling;Begindatum;Einddatum;Status"
SOUND = f"{BSN};4711;MR01;Toeslag;01-03-2024;31-12-2024;toegekend"
CARE = "BSN;Beschikkingnummer;Productcategorie;Leveringsvorm;Verwijzer;Wijk;Begindatum;Einddatum;Naam"
CARE_ROW = f"{BSN};B-1;02;ZIN;Huisarts;WK039601;01-03-2024;31-12-2024;Jansen"
PAID = "BSN;Beschikkingnummer;Productcategorie;Leveringsvorm;Verwijzer;Wijk;Begindatum zorg;Bedrag"
PAID_ROW = f"{BSN};B-1;02;ZIN;Huisarts;WK039601;15-03-2024;1.240,50"


def export(folder: Path, *rows: str, header: str = HEADER, fill: str = SOUND, sound: int = 20) -> Path:
    """An export with the rows in question on lines 2 and on, and enough sound rows after them."""
    return write(folder, "\n".join([header, *rows, *[fill] * sound]) + "\n", "cp1252")


def test_a_row_is_mapped_hashed_and_put_in_its_category(tmp_path: Path) -> None:
    with confidential() as database:
        intake = database.read(TOEKENNINGEN, export(tmp_path, sound=1), "suite4sd_toekenningen_2024.csv")
        assert intake == Intake(1, 1, 0, {})
        assert database.rows("toekenning") == [
            (
                "suite4sd_toekenningen",
                database.rows("original", "original_id")[0][0],
                2,
                key_of("4711"),
                "MR01",
                "minimaregeling",
                date(2024, 3, 1),
                date(2024, 12, 31),
                "toegekend",
                False,
            )
        ]
        columns = "dataset_id, file_name, period_id, first_day, last_day, rows_in, rows_loaded, rows_quarantined"
        assert database.rows("original", columns) == [
            (
                "suite4sd_toekenningen",
                "suite4sd_toekenningen_2024.csv",
                "2024",
                date(2024, 1, 1),
                date(2024, 12, 31),
                1,
                1,
                0,
            )
        ]


@pytest.mark.parametrize(
    ("row", "column", "kind", "reason"),
    [
        ("1;1;MR01;x;31-02-2024;;toegekend", "start_date", "impossible_date", "a real date written dd-mm-yyyy or"),
        ("1;1;MR01;x;01-01-0224;;toegekend", "start_date", "impossible_date", "a real date"),
        ("1;1;MR01;x;;;toegekend", "start_date", "missing_value", "is empty"),
        ("1;1;MR01;x;02-01-2024;01-01-2024;toegekend", "end_date", "end_before_start", "lies before the start"),
        (
            "1;1;ZZ99;x;01-01-2024;;toegekend",
            "regeling_code",
            "unknown_code",
            "code 'ZZ99' is not known",
        ),
        ("1;1;Jansen;x;01-01-2024;;toegekend", "regeling_code", "unknown_code", "is not known"),
        ("1;;MR01;x;01-01-2024;;toegekend", "client_key", "missing_value", "is empty, expected a client number"),
        ("1;000;MR01;x;01-01-2024;;toegekend", "client_key", "missing_value", "expected a client number"),
        ("1;1;MR01;x;01-01-2024;;misschien", "status", "not_allowed", "is not one of toegekend"),
        (f"1;1;{BSN};x;01-01-2024;;toegekend", "regeling_code", "personal_number_in_text", "as long as a BSN"),
        ("1;1;MR01;x", None, "broken_row", "has 4 cells, expected 7"),
        ("1;1;MR01;x;01-01-2024;;toegekend;9", None, "broken_row", "has 8 cells, expected 7"),
    ],
)
def test_a_faulty_row_is_set_aside_and_the_rest_stays(
    tmp_path: Path, row: str, column: str | None, kind: str, reason: str
) -> None:
    with confidential() as database:
        intake = database.read(TOEKENNINGEN, export(tmp_path, row))
        assert intake == Intake(21, 20, 1, {kind: 1})
        assert database.faults() == [(2, column, kind)]
        (told,) = database.rows("quarantine", "reason")[0]
        assert reason in told
        assert not any(secret in told for secret in (BSN, "Jansen", "misschien", "31-02"))
        assert len(database.rows("toekenning")) == 20


@pytest.mark.parametrize(
    ("row", "column", "kind"),
    [
        ("123456789;B;02;ZIN;Huisarts;W;01-03-2024;;x", "client_key", "bsn_fails_elfproef"),
        (f"{BSN}0;B;02;ZIN;Huisarts;W;01-03-2024;;x", "client_key", "bsn_fails_elfproef"),
        (f"{BSN};;02;ZIN;Huisarts;W;01-03-2024;;x", "beschikking_key", "missing_value"),
        (f"{BSN};B;99;ZIN;Huisarts;W;01-03-2024;;x", "product_code", "unknown_code"),
        (f"{BSN};B;02;gratis;Huisarts;W;01-03-2024;;x", "form", "not_allowed"),
        (f"{BSN};B;02;ZIN;dokter Jansen;W;01-03-2024;;x", "referrer", "not_allowed"),
        (f"{BSN};B;02;ZIN;Huisarts;bij {OTHER_BSN};01-03-2024;;x", "wijk", "personal_number_in_text"),
    ],
)
def test_a_provision_with_a_fault_is_set_aside(tmp_path: Path, row: str, column: str, kind: str) -> None:
    with confidential() as database:
        database.read(VOORZIENINGEN, export(tmp_path, row, header=CARE, fill=CARE_ROW))
        assert database.faults() == [(2, column, kind)]


@pytest.mark.parametrize(
    ("row", "column", "kind"),
    [
        (f"{BSN};B;02;ZIN;;;31-02-2024;1,00", "care_month", "impossible_date"),
        (f"{BSN};B;02;ZIN;;;;1,00", "care_month", "missing_value"),
        (f"{BSN};B;02;ZIN;;;01-02-2024;", "amount", "missing_value"),
        (f"{BSN};B;02;ZIN;;;01-02-2024;12.5", "amount", "not_a_number"),
        (f"{BSN};B;02;ZIN;;;01-02-2024;1e3", "amount", "not_a_number"),
        (f"{BSN};B;02;ZIN;;;01-02-2024;-0,01", "amount", "negative_amount"),
        (f"{BSN};B;02;ZIN;;;01-02-2024;{OTHER_BSN}", "amount", "personal_number_in_text"),
        (f"{BSN};B;77;ZIN;;;01-02-2024;1,00", "product_code", "unknown_code"),
        ("111111111;B;02;ZIN;;;01-02-2024;1,00", "client_key", "bsn_fails_elfproef"),
        (f"{BSN};B;77;ZIN;;;31-02-2024;x", "product_code", "unknown_code"),
    ],
)
def test_a_faulty_payment_is_found_on_its_line(tmp_path: Path, row: str, column: str, kind: str) -> None:
    with confidential() as database:
        path = export(tmp_path, PAID_ROW, PAID_ROW, row, header=PAID, fill=PAID_ROW)
        assert database.read(DECLARATIES, path) == Intake(23, 22, 1, {kind: 1})
        assert database.faults() == [(4, column, kind)]
        assert database.rows("declaratieregel", "n_lines, amount") == [(22, Decimal("27291.00"))]


def test_payments_are_added_up_by_client_beschikking_product_and_month(tmp_path: Path) -> None:
    rows = [
        f"{BSN};B-1;02;ZIN;Huisarts;WK039601;01-03-2024;10,00",
        f"0{BSN};B-1;2;zin;huisarts;wk039601;31-03-2024;0,50",  # the same, written otherwise
        f"{BSN};B-1;02;ZIN;Huisarts;WK039601;01-04-2024;1,00",
        f"{BSN};B-1;44;ZIN;Huisarts;WK039601;01-04-2024;2,00",
        f"{OTHER_BSN};B-2;44;PGB;;;2024-04-30T00:00:00;1.000.000,25",
    ]
    with confidential() as database:
        database.read(DECLARATIES, export(tmp_path, *rows, header=PAID, sound=0), is_synthetic=True)
        found = database.rows(
            "declaratieregel",
            "client_key, wet, category, form, referrer, wijk, care_month, amount, n_lines, line, is_synthetic",
            "amount",
        )
    client, other = key_of(BSN), key_of(OTHER_BSN)
    april, huisarts, wijk = date(2024, 4, 1), "huisarts", "WK039601"
    assert found == [
        (client, "wmo", "begeleiding", "ZIN", huisarts, wijk, april, Decimal("1.00"), 1, None, True),
        (client, "jeugdwet", "verblijf", "ZIN", huisarts, wijk, april, Decimal("2.00"), 1, None, True),
        (client, "wmo", "begeleiding", "ZIN", huisarts, wijk, date(2024, 3, 1), Decimal("10.50"), 2, None, True),
        (other, "jeugdwet", "verblijf", "PGB", "onbekend", "onbekend", april, Decimal("1000000.25"), 1, None, True),
    ]


def test_names_and_free_text_are_never_read(tmp_path: Path) -> None:
    with confidential() as database:
        database.read(VOORZIENINGEN, export(tmp_path, header=CARE, fill=CARE_ROW))
        assert "Jansen" not in database.everything()
        assert BSN not in database.everything()


def test_a_row_with_two_faults_counts_once(tmp_path: Path) -> None:
    with confidential() as database:
        assert database.read(TOEKENNINGEN, export(tmp_path, "1;;ZZ99;x;31-02-2024;;misschien")).rows_quarantined == 1


def test_status_and_code_are_read_without_case(tmp_path: Path) -> None:
    with confidential() as database:
        database.read(TOEKENNINGEN, export(tmp_path, "1;1;mr01;x;01-01-2024;;BEËINDIGD", sound=0))
        assert database.rows("toekenning", "status, category, end_date") == [("beëindigd", "minimaregeling", None)]


def test_the_last_day_that_can_be_written_is_an_open_end(tmp_path: Path) -> None:
    rows = ["1;1;MR01;x;1-1-2024;31-12-9999;toegekend", "1;1;MR01;x;2024-01-01 00:00:00;9999-12-31;toegekend"]
    with confidential() as database:
        assert database.read(TOEKENNINGEN, export(tmp_path, *rows, sound=0)).rows_loaded == 2
        assert database.rows("toekenning", "start_date, end_date") == [(date(2024, 1, 1), None)] * 2
    with confidential() as database:
        database.read(TOEKENNINGEN, export(tmp_path, "1;1;MR01;x;31-12-9999;;toegekend"))
        assert database.faults() == [(2, "start_date", "impossible_date")]


def test_a_file_with_the_share_of_the_contract_is_read_and_with_more_is_refused(tmp_path: Path) -> None:
    wrong = "1;1;ZZ99;x;01-01-2024;;toegekend"
    with confidential() as database:
        assert database.read(TOEKENNINGEN, export(tmp_path, wrong, wrong, sound=8)).rows_quarantined == 2
    with confidential() as database:
        told = "export.csv: 3 of 11 rows are faulty, expected at most 20%; the first is line 2, regeling_code"
        with pytest.raises(UnsoundData, match=told):
            database.read(TOEKENNINGEN, export(tmp_path, wrong, wrong, wrong, sound=8))
        assert [database.rows(table) for table in ("toekenning", "quarantine", "original")] == [[], [], []]
        lenient = TOEKENNINGEN.model_copy(update={"max_faulty_share": 0.5})
        assert database.read(lenient, export(tmp_path, wrong, wrong, wrong, sound=8)).rows_loaded == 8


def test_a_code_of_no_category_can_be_caught_by_the_mapping(tmp_path: Path) -> None:
    caught = TOEKENNINGEN.model_copy(update={"categories": {**TOEKENNINGEN.categories, "*": "overig"}})
    with confidential() as database:
        database.read(caught, export(tmp_path, "1;1;ZZ99;x;01-01-2024;;toegekend", sound=0))
        assert database.rows("toekenning", "category") == [("overig",)]


def test_a_mapping_says_what_products_and_wijken_are(tmp_path: Path) -> None:
    mapped = VOORZIENINGEN.model_copy(
        update={
            "products": {"HH1": Product(wet="wmo", category="HH", form="PGB")},
            "wijken": {"De Dorpen": "WK039607"},
        }
    )
    row = f"{BSN};B-1;hh1;;;de dorpen;01-03-2024;;x"
    with confidential() as database:
        database.read(mapped, export(tmp_path, row, header=CARE, sound=0))
        assert database.rows("beschikte_voorziening", "wet, category, form, wijk, referrer, status") == [
            ("wmo", "HH", "PGB", "WK039607", "onbekend", "toegekend")
        ]


def test_a_wet_that_is_not_that_of_the_code_is_a_fault(tmp_path: Path) -> None:
    header, row = CARE.replace("Naam", "Wet"), CARE_ROW.replace("Jansen", "Wmo")
    with confidential() as database:
        database.read(VOORZIENINGEN, export(tmp_path, row.replace("Wmo", "Jeugdwet"), header=header, fill=row))
        assert database.faults() == [(2, "wet", "not_allowed")]


def test_negative_amounts_can_be_corrections(tmp_path: Path) -> None:
    lenient = DECLARATIES.model_copy(update={"negative_is_fault": False})
    with confidential() as database:
        rows = [PAID_ROW, PAID_ROW.replace("1.240,50", "-240,50")]
        assert database.read(lenient, export(tmp_path, *rows, header=PAID, sound=0)).rows_loaded == 2
        assert database.rows("declaratieregel", "amount") == [(Decimal("1000.00"),)]


def test_bsn_is_read_before_a_client_number_and_in_any_grouping(tmp_path: Path) -> None:
    header = "Clientnummer;BSN;Wijk"
    clienten = contract("registration", "clienten")
    rows = [f"1;{BSN};W", "2;1234.56.782;W", "3;123 456 782;W", "4; 0123456782 ;W"]
    with confidential() as database:
        database.read(clienten, export(tmp_path, *rows, header=header, sound=0))
        assert database.rows("client", "client_key") == [(key_of(BSN),)] * 4


def test_a_row_or_a_whole_file_can_say_that_it_is_synthetic(tmp_path: Path) -> None:
    marked = export(tmp_path, SOUND + ";ja", SOUND + ";nee", SOUND + ";", header=HEADER + ";synthetisch", sound=0)
    with confidential() as database:
        database.read(TOEKENNINGEN, marked)
        assert database.rows("toekenning", "is_synthetic", "line") == [(True,), (False,), (False,)]
    with confidential() as database:
        database.read(TOEKENNINGEN, marked, is_synthetic=True)
        assert database.rows("toekenning", "is_synthetic") == [(True,)] * 3


def test_a_missing_header_names_what_is_accepted(tmp_path: Path) -> None:
    with confidential() as database:
        path = export(tmp_path, header=HEADER.replace("Begindatum", "Begin"))
        with pytest.raises(UnsoundData, match="lacks the header 'Begindatum' or 'Datum begin'.*found 'begin'"):
            database.read(TOEKENNINGEN, path)
        path = export(tmp_path, header=CARE.replace("BSN", "Nummer"), fill=CARE_ROW)
        with pytest.raises(UnsoundData, match="lacks the header 'BSN' or .*'Clientnummer'"):
            database.read(VOORZIENINGEN, path)


def test_an_end_date_must_have_its_header_though_it_may_be_empty(tmp_path: Path) -> None:
    path = export(tmp_path, header=CARE.replace("Einddatum", "Tot"), fill=CARE_ROW)
    with confidential() as database, pytest.raises(UnsoundData, match="lacks the header 'Einddatum'"):
        database.read(VOORZIENINGEN, path)


@pytest.mark.parametrize("name", [f"export_{BSN}.csv", "export 123.45.67.82.csv"])
def test_a_name_with_a_personal_number_is_refused_without_showing_it(tmp_path: Path, name: str) -> None:
    with confidential() as database, pytest.raises(UnsoundData) as caught:
        database.read(TOEKENNINGEN, export(tmp_path), name)
    assert BSN not in str(caught.value)


def _all_kinds() -> list[Any]:
    return [
        pytest.param("uitkeringen", "BSN;Soort uitkering;Begindatum;Einddatum", f"{BSN};PW;01-01-2024;", "uitkering"),
        pytest.param("inburgering", "BSN;Vestigingsdatum", f"{BSN};01-01-2024", "inburgering"),
        pytest.param(
            "schuldhulp",
            "BSN;Aanmelddatum;Begindatum;Einddatum;Resultaat",
            f"{BSN};01-01-2024;01-02-2024;01-03-2024;Geslaagd",
            "schuldhulp",
        ),
        pytest.param(
            "meldingen", "Datum melding;Kanaal;Categorie;Uitkomst", "01-01-2024;postduif;HH;Geen voorziening", "melding"
        ),
        pytest.param("klachten_bezwaar", "Ontvangstdatum;Soort;Uitkomst", "01-01-2024;Bezwaar;gegrond", "klacht"),
    ]


@pytest.mark.parametrize(("dataset_id", "header", "row", "table"), _all_kinds())
def test_every_kind_of_registration_lands_in_its_table(
    tmp_path: Path, dataset_id: str, header: str, row: str, table: str
) -> None:
    with confidential() as database:
        intake = database.read(contract("registration", dataset_id), export(tmp_path, row, header=header, sound=0))
        assert intake == Intake(1, 1, 0, {})
        assert len(database.rows(table)) == 1


def _with_provisions(database: Confidential, folder: Path, *rows: str) -> None:
    database.read(VOORZIENINGEN, export(folder, *rows, header=CARE, sound=0), "zorg_voorzieningen.csv")


def test_a_payment_without_its_beschikking_becomes_an_orphan(tmp_path: Path) -> None:
    rows = [PAID_ROW, PAID_ROW.replace("B-1", "B-9"), PAID_ROW.replace("B-1", "B-9"), PAID_ROW.replace("B-1", "")]
    young = PAID_ROW.replace("B-1", "B-9").replace(";02;", ";44;")  # nobody delivered voorzieningen of the Jeugdwet
    with confidential() as database:
        _with_provisions(database, tmp_path, CARE_ROW)
        database.read(DECLARATIES, export(tmp_path, *rows, young, header=PAID, sound=0), "zorg_declaraties.csv")
        flag_orphans(database.connection)
        kept = database.rows("declaratieregel", "beschikking_key, wet, n_lines")
        assert sorted(kept, key=str) == sorted(
            [(key_of("B-1"), "wmo", 1), (key_of("B-9"), "jeugdwet", 1), (None, "wmo", 1)], key=str
        )
        assert database.faults() == [(None, "beschikking_key", "orphan")] * 2
        counts = "rows_in, rows_loaded, rows_quarantined"
        assert (5, 3, 2) in database.rows("original", counts)


def test_without_voorzieningen_there_are_no_orphans(tmp_path: Path) -> None:
    with confidential() as database:
        database.read(DECLARATIES, export(tmp_path, PAID_ROW, header=PAID, sound=0))
        flag_orphans(database.connection)
        assert (len(database.rows("declaratieregel")), database.faults()) == (1, [])


def test_nothing_of_a_refused_file_stays_and_the_next_one_is_read(tmp_path: Path) -> None:
    with confidential() as database:
        with pytest.raises(UnsoundData):
            database.read(DECLARATIES, export(tmp_path, *["1;2;3;4;5;6;7;8"] * 20, header=PAID, fill=PAID_ROW))
        assert database.read(DECLARATIES, export(tmp_path, header=PAID, fill=PAID_ROW)).rows_loaded == 20
        assert len(database.rows("original")) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("2024-03", date(2024, 3, 1)),
        ("202403", date(2024, 3, 1)),
        ("202403001", date(2024, 3, 1)),
        ("29-02-2024", date(2024, 2, 1)),
        ("2024-03-31 23:59", date(2024, 3, 1)),
    ],
)
def test_a_month_may_be_written_in_several_ways(tmp_path: Path, written: str, month: date) -> None:
    with confidential() as database:
        database.read(DECLARATIES, export(tmp_path, PAID_ROW.replace("15-03-2024", written), header=PAID, sound=0))
        assert database.rows("declaratieregel", "care_month") == [(month,)]
