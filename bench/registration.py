"""Payments on persons: read, pseudonymised, checked and added up, by the product and by pandas. Linux only.

A made-up CSV of payments (the same every time, names of nobody) is read three times, each in a process of its own: by
the product into its confidential tables and from there into clients and cost per wet, category, form, month and year;
by pandas to the same table; and by DuckDB alone, which parses every cell and nothing more: the floor. The two tables
must be equal.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb

from dagster_project.contracts import care_products, contract
from dagster_project.extract.pseudonym import Pseudonymiser, passes_eleven_test
from dagster_project.registration.intake import create_confidential_schema, read_original
from dagster_project.registration.vault import Original

ROWS = 20_000_000
WEEKS = 260
KEY = hashlib.sha256(b"made up for the benchmark").digest()
NAME = "SYNTHETISCH_zorg_declaraties.csv"
AIM_SPEED, AIM_MEMORY, AIM_FLOOR = 4.0, 0.25, 3.0


def main() -> None:
    """Make the file, read it in three ways, and print times, memory and their ratios."""
    if not sys.platform.startswith("linux"):
        print("bench registration reads its memory as Linux tells it: it runs there only.")
        return
    parser = argparse.ArgumentParser(prog="python -m bench registration")
    parser.add_argument("--rows", type=int, default=ROWS)
    arguments, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / NAME
        rows = _measured(write_payments, file, arguments.rows).found
        print(f"{rows:,} payments, {file.stat().st_size / 1e6:,.0f} MB of CSV")
        found = {}
        for name, way in WAYS.items():
            found[name] = _measured(way, file)
            one = found[name]
            print(
                f"{name:8} {one.seconds:8.1f} s {one.processor:8.1f} s of processor {one.megabytes:8.0f} MB", flush=True
            )
    if found["product"].found != found["pandas"].found:
        sys.exit("The product and pandas do not come to the same clients and cost.")
    _print_ratios(found["product"], found["pandas"], found["floor"])


def _print_ratios(product: Measured, pandas: Measured, floor: Measured) -> None:
    faster, of_processor = pandas.seconds / product.seconds, pandas.processor / product.processor
    print(f"{faster:.1f}× as fast as pandas (aim {AIM_SPEED:.0f}×); {of_processor:.1f}× by processor time")
    print(f"{product.megabytes / pandas.megabytes:.2f} of its memory (aim {AIM_MEMORY})")
    longer, of_processor = product.seconds / floor.seconds, product.processor / floor.processor
    print(f"{longer:.1f}× the bare scan (aim {AIM_FLOOR:.0f}×); {of_processor:.1f}× by processor time")


def write_payments(file: Path, rows: int) -> int:
    """Write made-up payments: so many weeks of every provision, in the form of a Dutch export.

    Returns:
        How many there are: a whole number of weeks.
    """
    provisions = max(1, rows // WEEKS)
    clients = max(1, provisions * 10 // 13)
    tried = map(str, range(100_000_000, 100_000_000 + 12 * clients))
    numbers = [number for number in tried if passes_eleven_test(number)]
    codes = sorted(care_products())
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            "create table client as select unnest(range(len($numbers))) as client_id, unnest($numbers) as bsn",
            {"numbers": numbers},
        )
        connection.execute(
            "create table provision as select client.bsn, 3000000 + g as beschikking, "
            "$codes[1 + (hash(g * 7) % len($codes))::integer] as product, "
            "case when hash(g * 3) % 5 = 0 then 'PGB' else 'ZIN' end as form, "
            "['huisarts', 'gemeente', 'zelfverwijzer', 'rechter'][1 + (hash(g * 5) % 4)::integer] as referrer, "
            "'WK0396' || lpad((hash(client_id) % 20)::text, 2, '0') as wijk, 1000 + hash(g * 11) % 40000 as cents "
            f"from range({provisions}) as t(g) inner join client on client_id = hash(g * 17) % {len(numbers)}",
            {"codes": codes},
        )
        connection.execute(
            'copy (select bsn as "BSN", beschikking as "Beschikkingnummer", product as "Productcategorie", '
            'form as "Leveringsvorm", referrer as "Verwijzer", wijk as "Wijk", '
            "strftime(date '2019-01-01' + (7 * week)::integer, '%d-%m-%Y') as \"Begindatum zorg\", "
            "replace(printf('%.2f', (cents + hash(beschikking * 1000 + week) % 500) / 100.0), '.', ',') as \"Bedrag\" "
            f"from range({WEEKS}) as t(week), provision) to '{file}' (header, delimiter ';', quote '')"
        )
    return provisions * WEEKS


def by_product(file: Path) -> str:
    """The product's own road, from the file to the table of clients and cost."""
    dataset = contract("registration", "zorg_declaraties")
    original = Original(
        original_id="0" * 64,
        source_id=dataset.source_id,
        dataset_id=dataset.dataset_id,
        file_name=file.name,
        extension="csv",
        received_at="2026-01-01T00:00:00Z",
        sightings=[],
        bytes=file.stat().st_size,
        is_synthetic=True,
        retain_until="2031-01-01",
        forgotten_at=None,
        licence=dataset.licence,
        attribution=dataset.attribution,
    )
    database = file.with_name("clients.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute("set threads = 2")
        connection.execute("set enable_progress_bar = false")
        create_confidential_schema(connection)
        intake = read_original(connection, dataset, file, original, Pseudonymiser(KEY))
        assert intake.rows_quarantined == 0
        found = connection.execute(_AGGREGATE).fetchall()
    return _digest(found)


_AGGREGATE = """
with line as (select wet, category, form, client_key, amount, care_month from raw.declaratieregel)
select wet, category, form, strftime(care_month, '%Y-%m') as period, count(distinct client_key), sum(amount)
from line group by wet, category, form, care_month
union all
select wet, category, form, cast(year(care_month) as text), count(distinct client_key), sum(amount)
from line group by wet, category, form, year(care_month)
"""


def by_pandas(file: Path) -> str:
    """What a careful analyst would write: the same checks, hashes and table."""
    import pandas as pd

    hasher = Pseudonymiser(KEY)
    products = care_products()
    payments = pd.read_csv(file, sep=";", dtype=str)
    clients = payments["BSN"].unique()
    assert all(passes_eleven_test(number) for number in clients)
    payments["client_key"] = payments["BSN"].map({number: hasher.client_key(number) for number in clients})
    numbers = payments["Beschikkingnummer"].unique()
    payments["beschikking_key"] = payments["Beschikkingnummer"].map({one: hasher.client_key(one) for one in numbers})
    payments = payments.drop(columns=["BSN", "Beschikkingnummer"])
    payments["wet"] = payments["Productcategorie"].map({code: product.wet for code, product in products.items()})
    payments["category"] = payments["Productcategorie"].map({code: one.category for code, one in products.items()})
    days = pd.to_datetime(payments["Begindatum zorg"], format="%d-%m-%Y", errors="coerce")
    amount = payments["Bedrag"].str.replace(".", "").str.replace(",", ".")
    payments["cents"] = (pd.to_numeric(amount, errors="coerce") * 100).round()
    known = payments[["wet", "client_key", "cents"]].notna().all(axis=None) and days.notna().all()
    assert known
    assert (payments["cents"] >= 0).all()
    assert payments["Leveringsvorm"].isin(["ZIN", "PGB"]).all()
    payments["month"] = days.dt.strftime("%Y-%m")
    payments["year"] = days.dt.strftime("%Y")
    found = []
    for period in ("month", "year"):
        grouped = payments.groupby(["wet", "category", "Leveringsvorm", period], observed=True)
        table = grouped.agg(clients=("client_key", "nunique"), cents=("cents", "sum")).reset_index()
        found += [(*row[:5], row[5] / 100) for row in table.itertuples(index=False, name=None)]
    return _digest(found)


def by_floor(file: Path) -> str:
    """A scan that parses every cell, with DuckDB's own types, and keeps nothing."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            'select count("BSN"), count("Beschikkingnummer"), count("Productcategorie"), count("Leveringsvorm"), '
            'count("Verwijzer"), count("Wijk"), max("Begindatum zorg"), sum("Bedrag") from read_csv('
            f"'{file}', delim = ';', header = true, decimal_separator = ',', dateformat = '%d-%m-%Y', quote = '', "
            "columns = {'BSN': 'varchar', 'Beschikkingnummer': 'varchar', 'Productcategorie': 'varchar', "
            "'Leveringsvorm': 'varchar', 'Verwijzer': 'varchar', 'Wijk': 'varchar', 'Begindatum zorg': 'date', "
            "'Bedrag': 'decimal(18, 2)'})"
        ).fetchall()
    return ""


WAYS: dict[str, Callable[[Path], str]] = {"product": by_product, "pandas": by_pandas, "floor": by_floor}


def _digest(found: list[tuple[Any, ...]]) -> str:
    rows = sorted((*map(str, row[:4]), int(row[4]), f"{float(row[5]):.2f}") for row in found)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


@dataclass(frozen=True)
class Measured:
    """What one way took, in a process of its own.

    Attributes:
        seconds: by the clock.
        processor: seconds of the processors together, which a busy machine does not stretch as much.
        megabytes: memory at its highest.
        found: what the way returned.
    """

    seconds: float
    processor: float
    megabytes: float
    found: Any


def _measured(way: Callable[..., Any], *given: Any) -> Measured:
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_run, args=(there, way, *given))
    process.start()
    there.close()
    found: Measured = here.recv()
    process.join()
    return found


def _run(pipe: Any, way: Callable[..., Any], *given: Any) -> None:
    start = perf_counter()
    found = way(*given)
    seconds = perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    # not ru_maxrss, which a process inherits from the one that started it
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    pipe.send(Measured(seconds, used.ru_utime + used.ru_stime, int(kilobytes) / 1024, found))


if __name__ == "__main__":
    main()
