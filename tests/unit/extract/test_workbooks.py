"""Workbooks are read in a process of their own: what hurts there hurts nobody here."""

from __future__ import annotations

import time
import zipfile
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import openpyxl
import pytest

from dagster_project.errors import UnsoundData
from dagster_project.extract import limits, sheets, workbooks
from dagster_project.extract.workbooks import Row


def saved(path: Path, **content: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in content.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def first_rows(path: Path, **options: object) -> list[Row]:
    with workbooks.opened(path, "x.xlsx", **options) as workbook:  # type: ignore[arg-type]
        return [row for _, rows in workbook.sheets() for row in rows]


def with_sheet(path: Path, xml: str) -> Path:
    """A workbook whose first sheet is a text of ours."""
    plain = saved(path.with_name("plain.xlsx"), Blad=[["a"]])
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            new.writestr(member.filename, xml if member.filename.endswith("sheet1.xml") else content)
    return path


def test_every_kind_of_cell_comes_across(tmp_path: Path) -> None:
    row: list[object] = ["tekst", 1, 2.5, True, datetime(2024, 1, 31, 12, 30), date(2024, 2, 1), clock(8, 15), None]
    path = saved(tmp_path / "a.xlsx", Blad=[row, [timedelta(hours=30)]])
    found = first_rows(path)
    assert found[0] == ["tekst", 1, 2.5, True, datetime(2024, 1, 31, 12, 30), date(2024, 2, 1), clock(8, 15)]
    assert found[1][0] == timedelta(hours=30)
    assert [type(cell) for cell in found[0]] == [str, float, float, bool, datetime, date, clock]


def test_sheets_come_in_order_and_what_is_not_taken_is_passed_over(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", Eén=[[n] for n in range(5_000)], Twee=[], Drie=[["x"]])
    with workbooks.opened(path, "x.xlsx") as workbook:
        assert workbook.sheet_names == ["Eén", "Twee", "Drie"]
        firsts = {name: next(rows, None) for name, rows in workbook.sheets()}
    assert firsts == {"Eén": [0], "Twee": None, "Drie": ["x"]}
    assert first_rows(path, sheet="Drie") == [["x"]]
    assert len(first_rows(path, only_first=True)) == 5_000
    with pytest.raises(UnsoundData, match="lacks the sheet 'Vier', found 'Eén', 'Twee', 'Drie'"):
        list(sheets.read_rows(path, "x.xlsx", "Vier"))


def test_a_sheet_that_asks_for_all_memory_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "a"
    book.worksheets[0]["XFD1048576"] = 1
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(UnsoundData, match=r"takes more than 4 GB of memory .* Delete the empty rows and columns"):
        first_rows(tmp_path / "a.xlsx")


def test_a_sheet_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WORKBOOK_SECONDS", 1)
    monkeypatch.setattr(limits, "ARCHIVE_RATIO", 10_000)
    cell = '<c t="inlineStr"><is><t>x</t></is></c>'
    row = "<row>" + cell * 400 + "</row>"
    path = with_sheet(tmp_path / "a.xlsx", f"<worksheet><sheetData>{row * 20_000}</sheetData></worksheet>")
    begin = time.monotonic()
    with pytest.raises(UnsoundData, match="or 1 s"):
        first_rows(path)
    assert time.monotonic() - begin < 10


def test_a_sheet_that_bursts_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "a.xlsx", "<worksheet><sheetData>" + " " * limits.RATIO_MATTERS * 2)
    with pytest.raises(UnsoundData, match="times its size"):
        first_rows(path)


def test_entities_of_a_document_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("geheim")
    declared = f'<!DOCTYPE w [<!ENTITY e SYSTEM "file://{secret}"><!ENTITY l "lol"><!ENTITY m "&l;&l;&l;">]>'
    cells = '<c t="inlineStr"><is><t>&e;</t></is></c><c t="inlineStr"><is><t>&m;</t></is></c>'
    path = with_sheet(
        tmp_path / "a.xlsx", f"{declared}<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>"
    )
    try:
        found = first_rows(path)
    except UnsoundData:
        found = []
    assert "geheim" not in str(found)
    assert "lollol" not in str(found)


def test_a_row_that_is_wider_than_any_table_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", Blad=[["a"], [None] * limits.COLUMNS + ["b"]])
    with pytest.raises(UnsoundData, match="a filled cell beyond column 500"):
        first_rows(path)


def test_a_long_cell_is_cut_so_that_its_reader_can_tell(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", Blad=[["x" * 20_000]])
    assert first_rows(path) == [["x" * (limits.CELL_CHARACTERS + 1)]]


@pytest.mark.parametrize("content", [b"", b"PK", b"geen werkboek", b"PK\x03\x04" + bytes(200)])
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(UnsoundData, match=r"^x\.xlsx is no "):
        first_rows(tmp_path / "a.xlsx")


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.csv", "BSN 123456782")
    with pytest.raises(UnsoundData, match="cannot be read as a workbook") as caught:
        first_rows(tmp_path / "a.xlsx")
    assert "123456782" not in str(caught.value)


def test_the_process_knows_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPKOERS_HMAC_KEY", "geheim")
    with workbooks.opened(saved(tmp_path / "a.xlsx", Blad=[["a"]]), "x.xlsx"):
        environments = [
            (folder / "environ").read_bytes() for folder in Path("/proc").glob("[0-9]*") if _is_worker(folder)
        ]
    assert environments
    assert not any(b"geheim" in one for one in environments)


def _is_worker(folder: Path) -> bool:
    try:
        command = (folder / "cmdline").read_bytes()
    except OSError:
        return False
    return b"workbook_worker.py" in command and str(Path.cwd()).encode() in command
