"""`mapping suggest`: the contract that fits, a mapping that loads, and nothing of a person."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import yaml

from dagster_project.contracts import Dataset, contract
from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import dropfolder, mappings
from dagster_project.mapping.suggest import suggest
from dagster_project.workspace import Workspace
from tests.unit.mapping.exports import PERSONS, REMARK, as_text, provisions

HEADERS = (
    *("Cl. BSN", "Naam cliënt", "Prod.code", "Ingangs datum", "Datum eind", "Toewijzingsnr", "Vorm zorg"),
    *("Type verwijzer", "Wijk", "E-mail", "Opmerkingen"),
)
EXPECTED = {
    "bsn": "Cl. BSN",
    "beschikking_key": "Toewijzingsnr",
    "product_code": "Prod.code",
    "form": "Vorm zorg",
    "referrer": "Type verwijzer",
    "wijk": "Wijk",
    "start_date": "Ingangs datum",
    "end_date": "Datum eind",
}


def laid_over(folder: Path, dataset_id: str, text: str) -> Dataset:
    """The contract with a suggestion as its mapping: it loads as it stands."""
    (folder / "mappings").mkdir(exist_ok=True)
    (folder / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n')
    (folder / "mappings" / f"{dataset_id}.yml").write_text(text, encoding="utf-8")
    return mappings.apply_mapping(contract("registration", dataset_id), Workspace(folder))


def test_a_windows_export_with_headers_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "wmo lijst 2024.csv"
    path.write_text(as_text(HEADERS, provisions(), ";", "%d-%m-%Y"), encoding="cp1252")
    text = suggest(path)
    mapping = yaml.safe_load(text)
    assert text.startswith("# Voorstel voor mappings/zorg_voorzieningen.yml, naar wmo lijst 2024.csv.")
    assert mapping["file_pattern"] == "*wmo*lijst*.csv"
    assert mapping["format"] == {"encoding": "cp1252", "delimiter": ";", "date_format": "%d-%m-%Y"}
    assert mapping["headers"] == EXPECTED
    mapped = laid_over(tmp_path, "zorg_voorzieningen", text)
    assert dropfolder.fitting(path.name, [mapped]) == [mapped]


def test_nothing_of_a_person_is_shown_and_what_is_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wmo.csv"
    rows = provisions(codes=("01", "ZZ99", "Jansen", "1234567"))
    path.write_text(as_text(HEADERS, rows, ";", "%d-%m-%Y"), encoding="utf-8")
    text = suggest(path)
    hidden = {str(cell) for row in rows for cell in row if isinstance(cell, str) and (len(cell) == 9 or "@" in cell)}
    for value in (*hidden, *PERSONS, REMARK, "Pietersen", "1234567"):
        assert value not in text
    assert '#   "ZZ99": {wet: , category: , form: }  # ' in text
    assert "#   en nog 2, die hier niet worden getoond" in text
    assert '# wordt niet gelezen: "Naam cliënt" (lijkt op een naam)' in text
    assert '# wordt niet gelezen: "E-mail" (lijkt op een e-mailadres)' in text
    assert '# wordt niet gelezen: "Opmerkingen" (lijkt op vrije tekst)' in text
    assert "# referrer: van 3 teksten staan er 1 niet in het contract" in text
    assert 'bsn: "Cl. BSN"  # waarschijnlijk; 9 cijfers, elfproef klopt' in text
    assert 'wijk: "Wijk"  # zeker; ' in text


@pytest.mark.parametrize(
    ("encoding", "delimiter", "date_format", "expected"),
    [
        ("utf-8-sig", ",", "%Y-%m-%d", {"encoding": "utf-8-sig", "delimiter": ",", "date_format": "%Y-%m-%d"}),
        ("utf-16", "\t", "%d/%m/%Y", {"encoding": "utf-16", "delimiter": "\t", "date_format": "%d/%m/%Y"}),
        ("utf-8", "|", "%Y%m%d", {"encoding": "utf-8", "delimiter": "|", "date_format": "%Y%m%d"}),
    ],
)
def test_how_a_file_is_written_is_found(
    tmp_path: Path, encoding: str, delimiter: str, date_format: str, expected: dict[str, str]
) -> None:
    path = tmp_path / "wmo.txt"
    path.write_text(as_text(HEADERS, provisions(), delimiter, date_format), encoding=encoding)
    mapping = yaml.safe_load(suggest(path))
    assert mapping["format"] == expected
    assert mapping["headers"] == EXPECTED


def test_a_workbook_with_a_title_and_parquet_give_the_same_headers(tmp_path: Path) -> None:
    rows = provisions()
    book = tmp_path / "wmo.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        sheet, day = workbook.add_worksheet(), workbook.add_format({"num_format": "dd-mm-yyyy"})
        sheet.write(0, 0, "Voorzieningen Wmo")
        for line, row in enumerate([list(HEADERS), *rows], start=2):
            for place, cell in enumerate(row):
                sheet.write(line, place, cell, *([day] if isinstance(cell, date) else []))
    text = tmp_path / "wmo.csv"
    text.write_text(as_text(HEADERS, rows, ";", "%Y-%m-%d"), encoding="utf-8")
    parquet = tmp_path / "wmo.parquet"
    duckdb.read_csv(str(text)).write_parquet(str(parquet))
    for path in (book, parquet):
        mapping = yaml.safe_load(suggest(path))
        assert "format" not in mapping
        assert mapping["headers"] == EXPECTED


@pytest.mark.parametrize(
    ("headers", "row", "expected"),
    [
        (
            "Clientnr;Maand;Bedrag;Product;Beschikkingnr;Wet",
            "4711;202401;1.240,50;07;B1;Wmo",
            "registration/zorg_declaraties",
        ),
        ("Clientnummer;Regelingcode;Begindatum;Status", "4711;MR01;01-02-2024;toegekend", "suite4sd_toekenningen"),
        ("BSN;Begindatum;Einddatum;Soort uitkering", "123456782;01-02-2024;;bijstand", "registration/uitkeringen"),
        ("BSN;Datum vestiging", "123456782;01-02-2020", "registration/inburgering"),
        ("Soort;Ontvangstdatum;Uitkomst", "klacht;01-02-2024;gegrond", "registration/klachten_bezwaar"),
        ("Gemeentecode;Indicator;Periode;Waarde", "GM0396;Jongeren met jeugdhulp (% tot 18 jaar);2024;12,5", "gmsd"),
        (
            "Gemeente code;Peiljaar;Terugkeer in bijstand binnen een jaar (%)",
            "GM0396;2024;12,5",
            "divosa/benchmark_werk_inkomen",
        ),
    ],
)
def test_the_contract_is_found_by_headers_and_cells(tmp_path: Path, headers: str, row: str, expected: str) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text("\n".join([headers, *[row] * 20]) + "\n", encoding="utf-8")
    second = suggest(path).splitlines()[1]
    assert f"{expected}:" in second


def test_amounts_say_how_decimals_are_written(tmp_path: Path) -> None:
    for mark, amount in ((",", "1.240,50"), (".", "1240.50")):
        path = tmp_path / "lijst.csv"
        path.write_text("\n".join(["BSN;Maand;Bedrag;Product", *[f"123456782;2024-01;{amount};07"] * 9]))
        assert yaml.safe_load(suggest(path))["format"]["decimal"] == mark


def test_a_number_under_an_unknown_header_is_found_by_its_cells_alone(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text("\n".join(["Xyz;Begindatum;Einddatum", *["123456782;01-02-2024;"] * 9]))
    text = suggest(path, "uitkeringen")
    assert 'bsn: "Xyz"  # onzeker: alleen naar de waarden; 9 cijfers, elfproef klopt' in text


def test_what_is_needed_and_not_found_is_said(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text("\n".join(["BSN;Begindatum", *["123456782;01-02-2024"] * 9]))
    text = suggest(path, "registration/uitkeringen")
    assert "# NIET GEVONDEN: end_date ('Einddatum' of 'Datum einde' of 'Datum eind')." in text


def test_a_contract_that_is_named_and_a_file_that_is_like_none(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text("Kleur;Maat\nrood;XL\n")
    with pytest.raises(ConfigurationError, match="no contract resembles its 2 columns; the nearest is"):
        suggest(path)
    with pytest.raises(ConfigurationError, match="--dataset names minima; a mapping can be made for"):
        suggest(path, "minima")
    with pytest.raises(ConfigurationError, match="is a folder: the tables of a dump go by their own names"):
        suggest(tmp_path)
    with pytest.raises(ConfigurationError, match="does not exist"):
        suggest(tmp_path / "absent.csv")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"123456782;Jansen\n123456783;De Vries\n", "has values in its first line, expected headers"),
        ("a.csv", b"\n\n", "is empty, expected a line of headers"),
        ("a.xlsx", b"BSN;x", "is no workbook"),
        ("a.parquet", b"BSN;x", "cannot be read as parquet"),
        ("a.csv", b"a;b\n" + b"x" * 200_000 + b";1\n", "cannot be read as text with separators"),
    ],
)
def test_what_cannot_be_read_is_refused_without_showing_it(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnsoundData, match=message) as caught:
        suggest(tmp_path / name)
    assert "Jansen" not in str(caught.value)
    assert "1234" not in str(caught.value)
