"""The made-up Borger-Odoorn: its exports, counted without the product, hold the printed tables and nobody real."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest
import yaml

from dagster_project.demo import sample_called
from dagster_project.synthetic import care_exports
from tests import borger_odoorn as truth

PRODUCTS_OF = {"zorg_declaraties", "zorg_voorzieningen", "suite4sd_cssd"}
SAMPLE = sample_called("borger-odoorn").folder


def written(exports: dict[str, Callable[[Path], None]], folder: Path) -> Path:
    for name, write in exports.items():
        write(folder / name)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def mapping(name: str) -> dict[str, dict[str, str]]:
    content: dict[str, dict[str, str]] = yaml.safe_load((SAMPLE / "mappings" / f"{name}.yml").read_text("utf-8"))
    return content


PRODUCTS = {code: (of["wet"], of["category"]) for code, of in mapping("zorg_declaraties")["products"].items()}  # type: ignore[index]


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(care_exports.flat_exports(), tmp_path_factory.mktemp("flat"))


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(care_exports.cssd_exports(), tmp_path_factory.mktemp("dumps"))


@pytest.fixture(scope="module")
def paid(flat: Path) -> list[truth.Paid]:
    return truth.paid_in_flat(flat, PRODUCTS)


@pytest.fixture(scope="module")
def decided(flat: Path) -> list[truth.Decided]:
    return truth.decided_in_flat(flat, PRODUCTS)


def test_the_print_leaves_room_for_clients_of_several_categories() -> None:
    for table, total in ((truth.WMO, truth.WMO_TOTAL), (truth.JEUGD, truth.JEUGD_TOTAL)):
        for place in range(4):
            clients = [cells[place][0] or 0 for cells in table.values()]
            assert max(clients) <= total[place][0] < sum(clients)
    for place, year in enumerate(truth.YEARS):
        euros = [cells[place][1] or truth.BLANK_BY_DIFFERENCE.get((c, year), 0) for c, cells in truth.JEUGD.items()]
        assert sum(euros) + truth.JEUGD_ROUNDING[place] == truth.JEUGD_TOTAL[place][1]
    assert sum(cells[3][1] for cells in truth.WMO.values()) == truth.WMO_TRUE_2022


def test_the_flat_exports_hold_every_printed_figure(paid: list[truth.Paid]) -> None:
    found = truth.counted(paid, PRODUCTS)
    for (wet, category, year, measure), figure in truth.printed().items():
        held = found[wet, category, year, measure]
        if (wet, category, year, measure) == ("wmo", "totaal", 2022, "cost"):
            assert held == truth.WMO_TRUE_2022 == figure + 100_000
        elif wet == "wmo" and measure == "cost":
            assert abs(held - figure) < 500, (category, year)
        elif category != "totaal" and measure == "cost":
            assert abs(held - figure) < Decimal("0.5"), (category, year)
        else:
            assert held == figure, (wet, category, year, measure)
    assert {(wet, year) for wet, _, year, _ in found} == {(w, y) for w in ("wmo", "jeugdwet") for y in truth.YEARS}


def test_where_the_print_is_blank_few_have_care_if_it_costs_and_nobody_if_it_does_not(paid: list[truth.Paid]) -> None:
    found = truth.counted(paid, PRODUCTS)
    blank = [
        (category, year, cells[place][1] or truth.BLANK_BY_DIFFERENCE.get((category, year), 0))
        for category, cells in truth.JEUGD.items()
        for place, year in enumerate(truth.YEARS)
        if cells[place][0] is None
    ]
    assert len(blank) == 6
    for category, year, euros in blank:
        assert abs(found.get(("jeugdwet", category, year, "cost"), 0) - euros) < Decimal("0.5")
        clients = found.get(("jeugdwet", category, year, "clients"), 0)
        assert 1 <= clients <= 9 if euros else clients == 0


def test_the_dumps_hold_the_same_facts_as_the_flat_exports(
    dumps: Path, paid: list[truth.Paid], decided: list[truth.Decided]
) -> None:
    assert truth.paid_in_dumps(dumps) == paid
    assert truth.decided_in_dumps(dumps) == decided
    besluiten = {row[0]: row[1] for row in truth.dump_rows(dumps, "wvbesl")}
    assert besluiten == {provision.besluit: provision.bsn for provision in decided}
    assert {row[0] for row in truth.dump_rows(dumps, "szclient")} == set(besluiten.values())


def test_money_flows_only_in_months_of_a_provision_that_was_granted(
    paid: list[truth.Paid], decided: list[truth.Decided]
) -> None:
    by_number = {provision.besluit: provision for provision in decided}
    assert len(by_number) == len(decided), "a decision that stands in several exports is the same in all"
    for line in paid:
        provision = by_number[line.besluit]
        assert provision.start.replace(day=1) <= line.month <= provision.end
        assert (line.bsn, line.code, line.form, line.referrer, line.wijk) == (
            *(provision.bsn, provision.code, provision.form, provision.referrer),
            provision.wijk,
        )
        assert provision.status == "toegekend"
        assert line.amount > 0
    assert {line.month.isoformat() for line in paid if line.month.year == 2022} == {
        f"2022-{month:02}-01" for month in range(1, 12)
    }
    assert max(provision.start for provision in decided).isoformat() <= "2022-11-30"
    statuses = Counter(provision.status for provision in decided)
    assert statuses["afgewezen"] == 120
    assert set(statuses) == {"toegekend", "afgewezen"}


def test_an_export_holds_what_ran_in_its_year_and_a_dump_is_whole_by_itself(
    flat: Path, dumps: Path, decided: list[truth.Decided]
) -> None:
    for year in truth.YEARS:
        _, *rows = truth.rows_of(flat / f"SYNTHETISCH_zorg_voorzieningen_{year}.csv", delimiter=";", encoding="cp1252")
        sound = {provision.besluit for provision in decided}
        running = {
            p.besluit for p in decided if p.status == "toegekend" and p.start.year <= year and p.end.year >= year
        }
        refused = {p.besluit for p in decided if p.status == "afgewezen" and p.start.year == year}
        assert {row[3] for row in rows} & sound == running | refused
        folder = dumps / f"SYNTHETISCH_cssd_{year}"
        of_dump = {
            table: list(truth.rows_of(folder / f"{table}.csv", delimiter=",", encoding="utf-8"))[1:]
            for table in ("szclient", "wvind_b", "wvdos", "szukhis")
        }
        assert {row[0] for row in of_dump["wvind_b"]} == running | refused
        assert {row[2] for row in of_dump["wvind_b"]} == {row[0] for row in of_dump["szclient"]}
        assert {row[0] for row in of_dump["szukhis"]} <= {row[2] for row in of_dump["wvdos"]}


def test_there_is_something_to_see_in_every_dimension(paid: list[truth.Paid], decided: list[truth.Decided]) -> None:
    youths = {line.bsn for line in paid if PRODUCTS[line.code][0] == "jeugdwet"}
    elders = {line.bsn for line in paid if PRODUCTS[line.code][0] == "wmo"}
    assert 10 < len(youths & elders) < 100, "some have care under both acts: a total is no sum"
    young = youths - elders
    with_pgb = {line.bsn for line in paid if line.form == "PGB" and line.bsn in young}
    in_kind = {line.bsn for line in paid if line.form == "ZIN" and line.bsn in young}
    assert 10 < len(with_pgb) < 120
    assert with_pgb & in_kind
    assert with_pgb - in_kind
    assert len({line.referrer for line in paid if PRODUCTS[line.code][0] == "jeugdwet"}) == 6
    assert {line.referrer for line in paid if PRODUCTS[line.code][0] == "wmo"} == {""}
    assert {line.wijk for line in paid} == set(mapping("zorg_declaraties")["wijken"])
    waits = [(provision.start - provision.application).days for provision in decided]
    assert min(waits) >= 5
    assert max(waits) > 90
    for year in truth.YEARS:
        assert sum(provision.start.year == year for provision in decided) > 100
        assert sum(provision.end.year == year for provision in decided) > 100


def test_every_number_is_fictitious_and_every_row_says_so(flat: Path, dumps: Path) -> None:
    numbers = Counter(
        chain(
            (row[0] for what in ("voorzieningen", "declaraties") for row in truth.flat_rows(flat, what)),
            (row[0] for row in truth.dump_rows(dumps, "szclient")),
        )
    )
    assert all(number.startswith("999") and len(number) == 9 for number in numbers)
    assert sum(not truth.is_bsn(number) for number in numbers) == 2, "one in either flat export that is to be set aside"
    for path in chain(flat.glob("*"), dumps.glob("*")):
        assert path.name.startswith("SYNTHETISCH")
    for path, delimiter, encoding in (
        *((path, ";", "cp1252") for path in flat.glob("*.csv")),
        *((path, ",", "utf-8") for path in dumps.glob("*/*.csv")),
    ):
        header, *rows = truth.rows_of(path, delimiter=delimiter, encoding=encoding)
        assert header[-1] == "synthetisch"
        assert {row[-1] for row in rows} == {"ja"}


def test_the_flat_exports_tempt_to_read_what_nobody_may(flat: Path) -> None:
    (path,) = flat.glob("*declaraties_2020.csv")
    text = path.read_text(encoding="cp1252")
    told = [row for row in csv.reader(text.splitlines(), delimiter=";") if row[10].startswith("Gebeld met")]
    assert len(told) > 100
    assert all(row[0] in row[10] and row[1] in row[10] and "@voorbeeld.invalid" in row[2] for row in told)


def test_faulty_rows_are_few_of_many_kinds_and_of_one_year(
    flat: Path, paid: list[truth.Paid], decided: list[truth.Decided]
) -> None:
    rows = list(truth.flat_rows(flat, "declaraties"))
    assert len(rows) - len(paid) == 9
    provisions = list(truth.flat_rows(flat, "voorzieningen"))
    assert len({row[3] for row in provisions}) - len(decided) == 4
    faulty_codes = [row for row in (*rows, *provisions) if row[4] not in PRODUCTS]
    assert len(faulty_codes) == 2
    assert sum(len(row) != 12 for row in rows) == 1
    assert sum(row[9].startswith("-") for row in rows) == 2
    assert sum(row[9] == "" for row in rows) == 1
    decisions = {row[3] for row in provisions}
    assert sum(row[3] not in decisions for row in rows) == 2
    for year in (2019, 2020, 2022):
        of_year = [row for row in rows if row[8].endswith(str(year))]
        assert len(of_year) == sum(line.month.year == year for line in paid)


def test_the_exports_are_the_same_bytes_in_another_process(flat: Path, dumps: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from dagster_project.synthetic import care_exports as made\n"
        "for name, write in (made.flat_exports() | made.cssd_exports()).items(): write(Path(sys.argv[1]) / name)\n"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, env=environment)
    assert hashes(tmp_path) == hashes(flat) | hashes(dumps)


def test_the_sample_lists_every_printed_figure_as_printed() -> None:
    with (SAMPLE / "printed_care.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    found = {
        (row["wet"], row["category"] or "totaal", int(row["year"]), row["measure"]): int(row["value"]) for row in rows
    }
    assert found == truth.printed()
    assert len(rows) == len(found)
    assert found["wmo", "totaal", 2022, "cost"] == 4_518_000, "the print's own error is kept"
    for row in rows:
        assert row["form"] == ("ZIN" if row["wet"] == "jeugdwet" else "")
        assert row["unit"] == ("1000" if (row["wet"], row["measure"]) == ("wmo", "cost") else "1")
        assert row["synthetisch"] == ""
        assert "december 2022" in row["source"]


def test_the_mappings_of_the_sample_know_every_code_and_wijk(paid: list[truth.Paid]) -> None:
    first, *others = (mapping(name) for name in sorted(PRODUCTS_OF))
    assert all(other == first for other in others)
    assert {line.code for line in paid} == set(PRODUCTS)
    assert {PRODUCTS[line.code] for line in paid} == {
        *(("wmo", category) for category in truth.WMO),
        *(("jeugdwet", category) for category in truth.JEUGD),
    }
    assert len(set(first["wijken"].values())) == 17
    assert all(code.startswith("WK1681") for code in first["wijken"].values())


def test_the_made_up_budget_says_so() -> None:
    with (SAMPLE / "synthetic" / "budget.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert {(row["wet"], int(row["year"])) for row in rows} == {
        (w, y) for w in ("wmo", "jeugdwet") for y in truth.YEARS
    }
    assert {row["synthetisch"] for row in rows} == {"ja"}
    assert all(row["source"].startswith("SYNTHETISCH") and Decimal(row["budget"]) > 0 for row in rows)
