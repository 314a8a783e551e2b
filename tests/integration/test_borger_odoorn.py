"""The made-up Borger-Odoorn on the whole road: what the registrations come to, what is published, and what is not.

The confidential database must give the printed tables; the publication must give nobody away; the same facts as table
dumps must give the same publication. What is true is counted by `tests/borger_odoorn.py`, from the exports alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project import demo
from dagster_project.disclosure.cells import EURO, PERSONS, TOTAL, CellKey
from dagster_project.disclosure.prove import intervals
from dagster_project.execution import refresh
from dagster_project.publication import current_folder
from dagster_project.run import RunOptions
from dagster_project.synthetic import care_exports
from dagster_project.synthetic.borger_odoorn import PRODUCTS
from dagster_project.workspace import Workspace
from tests import borger_odoorn as truth

THRESHOLD = 10
LAST_DAY = date(2022, 11, 30)
NUMBER = re.compile(rb"(?<![0-9A-Za-z])[0-9]{9}(?![0-9A-Za-z])")
PERSONAL = re.compile(rb"Verzonnen[ .]\d{5}|voorbeeld\.invalid|gaf BSN", re.IGNORECASE)
COMPARED = (
    *("fct_care_use", "fct_care_cost", "fct_care_flow", "fct_care_stacking", "fct_care_outlook", "fct_care_printed"),
    "fct_registration_count",
)


@dataclass(frozen=True)
class Built:
    """A workspace after its first refresh.

    Attributes:
        workspace: the workspace.
        inputs: a copy of what was put in its `drop/`.
        said: the sentence of the refresh.
        code: its exit code.
    """

    workspace: Workspace
    inputs: Path
    said: str
    code: int

    @property
    def published(self) -> Path:
        """The folder that was published."""
        folder = current_folder(self.workspace)
        assert folder is not None
        return folder

    def marts(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the published warehouse."""
        with duckdb.connect(str(self.published / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def confidential(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the confidential database."""
        database = self.workspace.data / "confidential" / "clients.duckdb"
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.execute(sql).fetchall()


Exports = Mapping[str, Callable[[Path], None]]


def prepared(root: Path, exports: Exports) -> tuple[Path, Path]:
    """The sample's workspace with other exports in its `drop/`, and a folder with a copy of them."""
    sample = demo.sample_called("borger-odoorn")
    workspace, inputs = root / "workspace", root / "inputs"
    demo.make_demo_workspace(workspace, sample)
    for path in (workspace / "drop").iterdir():
        path.unlink()
    demo.write_synthetic_exports(workspace, exports)
    inputs.mkdir()
    for name, write in exports.items():
        write(inputs / name)
    return workspace, inputs


def built(root: Path, exports: Exports) -> Built:
    folder, inputs = prepared(root, exports)
    workspace = Workspace(folder)
    said, code = refresh(workspace, RunOptions(offline=True))
    return Built(workspace, inputs, said, code)


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Published from the flat exports."""
    return built(tmp_path_factory.mktemp("flat"), care_exports.flat_exports())


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Published from the table dumps."""
    return built(tmp_path_factory.mktemp("dumps"), care_exports.cssd_exports())


@pytest.fixture(scope="module")
def paid(flat: Built) -> list[truth.Paid]:
    return truth.paid_in_flat(flat.inputs, PRODUCTS)


@pytest.fixture(scope="module")
def cells(flat: Built) -> dict[CellKey, Decimal]:
    """The unsuppressed cells of care."""
    rows = flat.confidential(
        "select subject, measure, wet, category, form, referrer, wijk, n_provisions, period_id, value"
        " from registration.cell where subject = 'care'"
    )
    found = {CellKey(*row[:-1]): row[-1] for row in rows}
    assert len(found) == len(rows) > 1000
    return found


def test_what_is_set_aside_is_told_and_the_rest_is_published(flat: Built) -> None:
    assert flat.code == 5, flat.said
    files = flat.confidential("select file_name, rows_in, rows_loaded, rows_quarantined, state from registration.file")
    assert len(files) == 8
    assert all(rows_in == loaded + aside for _, rows_in, loaded, aside, _ in files)
    assert {state for *_, state in files} == {"serving"}
    aside = {name: quarantined for name, _, _, quarantined, _ in files if quarantined}
    assert aside == {"SYNTHETISCH_zorg_declaraties_2021.csv": 9, "SYNTHETISCH_zorg_voorzieningen_2021.csv": 4}
    lines = sum(1 for what in ("declaraties", "voorzieningen") for _ in truth.flat_rows(flat.inputs, what))
    assert sum(rows_in for _, rows_in, *_ in files) == lines


def test_the_confidential_database_gives_every_printed_figure(
    cells: dict[CellKey, Decimal], paid: list[truth.Paid]
) -> None:
    exact = truth.counted(paid, PRODUCTS)
    for (wet, category, year, measure), figure in truth.printed().items():
        form = "ZIN" if wet == "jeugdwet" else TOTAL
        value = cells[CellKey("care", measure, wet, category, form, period_id=str(year))]
        assert value == exact[wet, category, year, measure], (wet, category, year, measure)
        expected = truth.WMO_TRUE_2022 if (wet, category, year, measure) == ("wmo", "totaal", 2022, "cost") else figure
        half_a_unit = 500 if (wet, measure) == ("wmo", "cost") else Decimal("0.5")
        assert abs(value - expected) <= half_a_unit, (wet, category, year, measure)
    for category, year in (("Crisis", 2019), ("Vervoer", 2019)):
        for measure in ("clients", "cost"):
            assert cells[CellKey("care", measure, "jeugdwet", category, "ZIN", period_id=str(year))] == 0


def test_a_total_of_clients_is_never_the_sum_of_categories_or_acts(
    cells: dict[CellKey, Decimal], paid: list[truth.Paid]
) -> None:
    for year in truth.YEARS:
        by_wet: dict[str, set[str]] = defaultdict(set)
        for line in paid:
            if line.month.year == year:
                by_wet[PRODUCTS[line.code][0]].add(line.bsn)
        everybody = cells[CellKey("care", "clients", period_id=str(year))]
        assert everybody == len(by_wet["wmo"] | by_wet["jeugdwet"]) < len(by_wet["wmo"]) + len(by_wet["jeugdwet"])
        for wet, persons in by_wet.items():
            whole = CellKey("care", "clients", wet, period_id=str(year))
            parts: dict[str, list[Decimal]] = defaultdict(list)
            for key, value in cells.items():
                if (key.measure, key.wet, key.period_id) == ("clients", wet, str(year)):
                    broken_down = [name for name in ("category", "wijk", "n_provisions") if getattr(key, name) != TOTAL]
                    if len(broken_down) == 1 and key.form == key.referrer == TOTAL:
                        parts[broken_down[0]].append(value)
            assert cells[whole] == len(persons)
            assert max(parts["category"]) <= cells[whole] < sum(parts["category"])
            assert sum(parts["wijk"]) == sum(parts["n_provisions"]) == cells[whole]
            assert len(parts["wijk"]) == 17


def test_half_years_wijken_and_forms_are_as_plain_counting_has_them(
    cells: dict[CellKey, Decimal], paid: list[truth.Paid]
) -> None:
    persons: dict[CellKey, set[str]] = defaultdict(set)
    euros: dict[CellKey, Decimal] = defaultdict(Decimal)
    for line in paid:
        wet, category = PRODUCTS[line.code]
        referrer = line.referrer or "onbekend"
        for period in (f"{line.month.year}", f"{line.month.year}-H{1 if line.month.month < 7 else 2}"):
            for dimensions in (
                *({}, {"category": category}, {"form": line.form}, {"referrer": referrer}),
                {"category": category, "form": line.form},
            ):
                key = CellKey("care", "clients", wet, **dimensions, period_id=period)
                persons[key].add(line.bsn)
                euros[CellKey("care", "cost", wet, **dimensions, period_id=period)] += line.amount
    for key, who in persons.items():
        assert cells[key] == len(who), key
    for key, amount in euros.items():
        assert cells[key] == amount, key


def test_flow_is_what_the_provisions_say(flat: Built, cells: dict[CellKey, Decimal]) -> None:
    decided = [p for p in truth.decided_in_flat(flat.inputs, PRODUCTS) if p.status == "toegekend"]
    for year in truth.YEARS:
        first, last = date(year, 1, 1), min(date(year, 12, 31), LAST_DAY)
        before = first - timedelta(days=1)
        for wet in ("wmo", "jeugdwet"):
            of_wet = [p for p in decided if PRODUCTS[p.code][0] == wet]
            begin = {p.bsn for p in of_wet if p.start <= before <= p.end}
            end = {p.bsn for p in of_wet if p.start <= last <= p.end}
            inside = {p.bsn for p in of_wet if p.start <= last and p.end >= before}
            found = [
                cells[CellKey("care", measure, wet, period_id=str(year))]
                for measure in ("standing_begin", "inflow", "outflow", "standing_end")
            ]
            assert found == [len(begin), len(inside - begin), len(inside - end), len(end)], (wet, year)


def test_2022_is_told_to_run_to_november(flat: Built) -> None:
    rows = flat.marts(
        "select distinct period_id, is_whole, covered_through from marts.fct_care_use"
        " where wet in ('wmo', 'jeugdwet') and period_id not like '%-H%' order by period_id"
    )
    assert rows == [
        *((str(year), True, date(year, 12, 31)) for year in truth.YEARS[:-1]),
        ("2022", False, LAST_DAY),
    ]
    outlook = dict(
        flat.marts("select wet, outlook - cost_to_date from marts.fct_care_outlook where period_id = '2022'")
    )
    assert outlook["wmo"] > 0
    assert outlook["jeugdwet"] > 0


def test_the_published_tables_hide_every_small_count_and_what_would_give_it_away(
    flat: Built, cells: dict[CellKey, Decimal]
) -> None:
    shown = published_cells(flat)
    for key, value in shown.items():
        assert value is None or value == cells[key], key
        if key.measure != "cost" and 0 < cells[key] < THRESHOLD:
            assert value is None, key
    hidden = {key for key, value in shown.items() if value is None}
    small = {key for key in shown if key.measure != "cost" and 0 < cells[key] < THRESHOLD}
    assert CellKey("care", "clients", "jeugdwet", "Crisis", "ZIN", period_id="2020") in small
    assert {key for key in hidden - small if key.measure == "clients"}, (
        "one small count alone would be a subtraction away"
    )
    crumbs = flat.marts("select count(cost_per_client) from marts.fct_care_cost where cost is null or clients is null")
    assert crumbs == [(0,)]
    (totals,) = flat.marts(
        "select count(clients) from marts.fct_care_use where category = 'totaal' and form = 'totaal'"
        " and referrer = 'totaal' and region_code = 'GM1681' and period_id in ('2019', '2020', '2021')"
    )
    assert totals == (9,), "the wholes of both acts and of all together stay to be read"


def test_a_reader_of_everything_published_can_place_no_hidden_cell(flat: Built) -> None:
    shown = published_cells(flat)
    units = {key: EURO if key.measure == "cost" else PERSONS for key in shown}
    found = intervals(shown, units, THRESHOLD, exact=False)
    assert {interval.key for interval in found} == {key for key, value in shown.items() if value is None}
    assert [interval for interval in found if not interval.is_wide_enough] == []


def published_cells(flat: Built) -> dict[CellKey, Decimal | None]:
    """What the marts show of care, None where they hide it: read here by its own way, not by the product's."""
    found: dict[CellKey, Decimal | None] = {}

    def wijk(region: str) -> str:
        return TOTAL if region == "GM1681" else region

    for measure, table in (("clients", "fct_care_use"), ("cost", "fct_care_cost")):
        for wet, category, form, referrer, region, period, value in flat.marts(
            f"select wet, category, form, referrer, region_code, period_id, {measure} from marts.{table}"
        ):
            key = CellKey("care", measure, wet, category, form, referrer, wijk(region), period_id=period)
            found[key] = None if value is None else Decimal(value)
    for measure in ("standing_begin", "inflow", "outflow", "standing_end"):
        for wet, category, region, period, value in flat.marts(
            f"select wet, category, region_code, period_id, {measure} from marts.fct_care_flow"
        ):
            key = CellKey("care", measure, wet, category, wijk=wijk(region), period_id=period)
            found[key] = None if value is None else Decimal(value)
    for wet, number, period, value in flat.marts(
        "select wet, n_provisions, period_id, clients from marts.fct_care_stacking"
    ):
        key = CellKey("care", "clients", wet, n_provisions=number, period_id=period)
        found[key] = None if value is None else Decimal(value)
    return found


def test_the_print_is_right_but_for_its_total_of_the_wmo_in_2022(flat: Built) -> None:
    rows = flat.marts(
        "select wet, category, period_id, measure, printed_value, computed_value, difference, is_within_rounding"
        " from marts.fct_care_printed"
    )
    assert {(row[0], row[1], int(row[2]), row[3]): int(row[4]) for row in rows} == truth.printed()
    wrong = [row for row in rows if row[7] is False]
    assert wrong == [("wmo", "totaal", "2022", "cost", 4_518_000, truth.WMO_TRUE_2022, 100_000, False)]
    hidden = [row for row in rows if row[5] is None]
    assert all(row[6] is None and row[7] is None for row in hidden)
    assert len(hidden) < len(rows) / 4, "most of what was printed can be shown"


@pytest.mark.parametrize("exports", ["flat", pytest.param("dumps", marks=pytest.mark.long)])
def test_no_number_or_name_of_a_person_is_anywhere_but_in_the_vault(
    exports: str, request: pytest.FixtureRequest
) -> None:
    result: Built = request.getfixturevalue(exports)
    personal = numbers_in(result.inputs)
    assert len(personal) > 3000
    drop = result.workspace.drop
    assert not drop.exists() or list(drop.iterdir()) == []
    seen = 0
    for place, content in contents_below(result.workspace.root):
        seen += 1
        assert not personal.intersection(NUMBER.findall(content)), place
        assert not PERSONAL.search(content), place
    assert seen > 100
    assert not personal.intersection(NUMBER.findall(result.said.encode()))


def numbers_in(inputs: Path) -> set[bytes]:
    """Every BSN and client number of the exports, also of rows that were set aside."""
    return {
        number for path in inputs.rglob("*.csv") for number in NUMBER.findall(path.read_bytes()) if number[:3] == b"999"
    }


def contents_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder as it lies there, and what is packed in it: members of archives, cells of databases."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        place, content = path.relative_to(folder).as_posix(), path.read_bytes()
        yield place, content
        if zipfile.is_zipfile(BytesIO(content)):
            with zipfile.ZipFile(BytesIO(content)) as archive:
                for member in archive.namelist():
                    yield f"{place}/{member}", archive.read(member)
        elif path.suffix == ".parquet":
            with duckdb.connect() as connection:
                yield f"{place} (cells)", text_of(connection, f"read_parquet('{path}')")
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for schema, table in connection.execute(
                    "select schema_name, table_name from duckdb_tables()"
                ).fetchall():
                    yield f"{place} {schema}.{table}", text_of(connection, f'"{schema}"."{table}"')


def text_of(connection: duckdb.DuckDBPyConnection, relation: str) -> bytes:
    """All rows of a relation as text."""
    rows = connection.execute(f"select cast(t as varchar) from {relation} as t").fetchall()
    return "\n".join(row[0] or "" for row in rows).encode()


@pytest.mark.long  # a whole run more
def test_table_dumps_of_the_same_facts_publish_the_same_rows(flat: Built, dumps: Built) -> None:
    assert dumps.code == 0, dumps.said
    for table in COMPARED:
        sql = f"select * exclude (snapshot_id) from marts.{table} order by all"
        rows = flat.marts(sql)
        assert rows == dumps.marts(sql), table
        assert rows or table == "fct_registration_count"


def opkoers_refresh(workspace: Path) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("opkoers")), "refresh", "--offline", "--workspace", str(workspace)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def reached(moment: str, workspace: Path) -> bool:
    """Whether a refresh is as far as that."""
    data = workspace / "data"
    if moment == "the first original is in the vault":
        return any((data / "confidential" / "originals").glob("*"))
    if moment == "persons are being read":
        return any((data / "build").rglob("registration-*/*.duckdb"))
    return (data / "confidential" / "clients.duckdb").exists()


@pytest.mark.long
@pytest.mark.parametrize(
    "moment", ["the first original is in the vault", "persons are being read", "the confidential database is in place"]
)
def test_a_kill_during_the_intake_leaves_nothing_half_and_the_next_run_completes(
    flat: Built, tmp_path: Path, moment: str
) -> None:
    workspace, inputs = prepared(tmp_path, care_exports.flat_exports())
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in inputs.iterdir()}
    process = opkoers_refresh(workspace)
    deadline = time.monotonic() + 300
    while not reached(moment, workspace) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None, "the run ended before it could be stopped"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    assert current_folder(Workspace(workspace)) is None, "nothing was published"
    for path in (workspace / "drop").glob("[!.]*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == before[path.name]
    here = {path.name for path in (workspace / "drop").glob("[!.]*")}
    receipts = {path.name.removesuffix(".accepted.txt") for path in (workspace / "accepted").glob("*.accepted.txt")}
    assert here | receipts == set(before)

    done = opkoers_refresh(workspace)
    assert done.wait(timeout=900) == 5
    again = Built(Workspace(workspace), inputs, "", 5)
    for table in COMPARED:
        sql = f"select * exclude (snapshot_id) from marts.{table} order by all"
        assert again.marts(sql) == flat.marts(sql), table
    personal = numbers_in(inputs)
    for place, content in contents_below(workspace):
        assert not personal.intersection(NUMBER.findall(content)), place
