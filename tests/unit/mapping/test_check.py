"""`mapping check`: what would be read and why, with the exit code, and nothing kept or shown of a person."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.errors import ConfigurationError
from dagster_project.mapping.check import check
from dagster_project.workspace import Workspace
from tests.unit.mapping.exports import PERSONS, REMARK, as_text, provisions

HEADERS = (
    *("BSN", "Naam cliënt", "Productcode", "Begindatum", "Einddatum", "Toewijzingnummer", "Vorm"),
    *("Verwijzer", "Wijk", "E-mail", "Opmerkingen"),
)


def drop(workspace: Workspace, name: str, text: str) -> Path:
    path = workspace.drop / name
    path.write_text(text, encoding="cp1252")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def sound() -> list[list[object]]:
    rows = provisions(codes=("01", "02"))
    for row in rows:
        row[7] = "huisarts"
    return rows


def test_a_sound_export(workspace: Workspace) -> None:
    drop(workspace, "zorg_voorzieningen_2024.csv", as_text(HEADERS, sound(), ";", "%d-%m-%Y"))
    report = check(workspace, ())
    assert report.exit_code == 0
    assert report.lines == [
        "zorg_voorzieningen_2024.csv",
        "  It fits registration/zorg_voorzieningen (Beschikte voorzieningen Wmo en jeugdhulp, platte export): its name "
        "fits '*zorg*voorzieningen*'.",
        "  It speaks for 2024.",
        "  Text in cp1252, cells separated by ';'; numbers are read with a decimal ',', dates as %d-%m-%Y or ISO.",
        "  'BSN' feeds client_key, hashed.",
        "  'Toewijzingnummer' feeds beschikking_key, hashed.",
        "  'Productcode' feeds product_code.",
        "  'Vorm' feeds form.",
        "  'Verwijzer' feeds referrer.",
        "  'Wijk' feeds wijk.",
        "  'Begindatum' feeds start_date.",
        "  'Einddatum' feeds end_date.",
        "  Not read: 'Naam cliënt', 'E-mail', 'Opmerkingen'.",
        "  Of 200 rows 200 would be read and 0 set aside.",
        "",
    ]


def test_faulty_rows_are_counted_per_reason_with_their_first_lines(workspace: Workspace) -> None:
    rows = sound()
    numbers = [str(row[0]) for row in rows]
    rows[3][0] = "123456789"
    for row in rows[10:17]:
        row[2] = "ZZ99"
    drop(workspace, "zorg_voorzieningen.csv", as_text(HEADERS, rows, ";", "%d-%m-%Y"))
    report = check(workspace, ())
    text = "\n".join(report.lines)
    assert report.exit_code == 5
    assert "It speaks for everything up to its receipt" not in text
    assert "Without a period in its name it is a stand" in text
    assert "Of 200 rows 192 would be read and 8 set aside." in text
    assert "7: beschikte_voorziening, product_code: " in text
    assert "(lines 12, 13, 14, 15, 16, …)" in text
    assert "1: beschikte_voorziening, client_key: " in text
    assert "(line 5)" in text
    for value in (*numbers, "123456789", *PERSONS, REMARK, "@"):
        assert value not in text
    assert list(workspace.build.iterdir()) == []
    assert [path.name for path in workspace.drop.iterdir()] == ["zorg_voorzieningen.csv"]


def test_a_file_that_would_be_refused(workspace: Workspace) -> None:
    drop(workspace, "zorg_voorzieningen.csv", "BSN;Naam\n123456782;Jansen\n")
    report = check(workspace, ())
    assert report.exit_code == 5
    assert any(line.startswith("  It would be refused as a whole. ") for line in report.lines)
    assert "Jansen" not in "\n".join(report.lines)


def test_a_file_without_headers_shows_nothing_of_its_first_line(workspace: Workspace) -> None:
    drop(workspace, "zorg_voorzieningen.csv", "Jansen;Noord\nDe Vries;Zuid\n")
    report = check(workspace, ())
    text = "\n".join(report.lines)
    assert "None of the 2 headers is known: is the first line a line of headers?" in text
    assert "Jansen" not in text


def test_a_file_that_fits_nothing_and_one_that_is_not_complete(workspace: Workspace) -> None:
    drop(workspace, "foto.jpg", "x")
    drop(workspace, "minima.csv", "x")
    (workspace.drop / "uitkeringen.csv.part").write_text("x")
    report = check(workspace, ())
    assert report.exit_code == 2
    foto, minima = (line for line in report.lines if "would be rejected" in line)
    assert "No contract fits the name 'foto.jpg'" in foto
    assert "mapping suggest" not in foto
    assert minima.endswith(f"See what it resembles: opkoers mapping suggest {workspace.drop / 'minima.csv'}")
    assert report.lines[-1].startswith("uitkeringen.csv.part is not complete: ")


def test_figures_and_a_dump(workspace: Workspace) -> None:
    drop(
        workspace,
        "gmsd_2024.csv",
        "Gemeentecode;Indicator;Periode;Waarde\n"
        "GM0396;Jongeren met jeugdhulp (% tot 18 jaar);2024;12,5\n"
        + "".join(f"GM{n:04d};Jongeren met jeugdhulp (% tot 18 jaar);2024;1\n" for n in range(9))
        + "Nederland;Jongeren met jeugdhulp (% tot 18 jaar);2024;13\n",
    )
    (workspace.drop / "cssd_2024").mkdir()
    drop(workspace, "cssd_2024/wvbesl.csv", "besluitnr,clientnr\n1,2\n")
    drop(workspace, "cssd_2024/other.csv", "a\n")
    report = check(workspace, [workspace.drop / "gmsd_2024.csv", workspace.drop / "cssd_2024"])
    text = "\n".join(report.lines)
    assert report.exit_code == 5
    assert "'Waarde' feeds value." in text
    assert "Of 11 rows 10 would be read and 1 set aside.\n    1: region: found 'Nederland'" in text
    assert "Table wvbesl:" in text
    assert "'clientnr' feeds client_key, hashed." in text
    assert "No contract reads other.csv: not kept." in text
    assert "It would be refused as a whole. cssd_2024 lacks" in text


def test_a_mapping_is_told_and_used(workspace: Workspace) -> None:
    (workspace.mappings / "uitkeringen.yml").write_text('headers: {bsn: "Nr. persoon"}\n')
    drop(workspace, "uitkeringen_2024.csv", "Nr. persoon;Begindatum;Einddatum\n123456782;01-02-2024;\n")
    report = check(workspace, ())
    assert report.exit_code == 0
    assert "  mappings/uitkeringen.yml is laid over the contract." in report.lines
    assert "  'Nr. persoon' feeds client_key, hashed." in report.lines


def test_an_empty_folder_and_a_file_that_is_not_there(workspace: Workspace) -> None:
    assert check(workspace, ()).lines == ["drop/ holds no exports."]
    with pytest.raises(ConfigurationError, match="absent.csv does not exist"):
        check(workspace, [Path("absent.csv")])


def test_the_commands(workspace: Workspace) -> None:
    path = drop(workspace, "uitkeringen_2024.csv", "BSN;Begindatum;Einddatum\n123456782;01-02-2024;\n")
    runner = CliRunner()
    proposed = runner.invoke(app, ["mapping", "suggest", str(path)])
    assert (proposed.exit_code, proposed.stdout.startswith("# Voorstel voor mappings/uitkeringen.yml")) == (0, True)
    checked = runner.invoke(app, ["mapping", "check", "--workspace", str(workspace.root)])
    assert (checked.exit_code, "Of 1 rows 1 would be read" in checked.stdout) == (0, True)
    drop(workspace, "foto.jpg", "x")
    assert runner.invoke(app, ["mapping", "check", "--workspace", str(workspace.root)]).exit_code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs file modes")
def test_the_copy_that_is_read_is_closed_to_others(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def spy(_connection: object, _dataset: object, file: Path, *_: object) -> None:
        seen.extend([file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777])
        raise KeyboardInterrupt

    monkeypatch.setattr("dagster_project.mapping.check.read_original", spy)
    drop(workspace, "uitkeringen.csv", "BSN;Begindatum;Einddatum\n123456782;01-02-2024;\n")
    with pytest.raises(KeyboardInterrupt):
        check(workspace, ())
    assert seen == [0o600, 0o700]
    assert list(workspace.build.iterdir()) == []
