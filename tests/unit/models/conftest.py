"""One build database for the tests of the models: raw rows of known figures, run through the real dbt project."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project import transform
from dagster_project.product import product_path
from dagster_project.raw import RAW_TABLES, create_raw_schema
from tests.unit.registration.confidential import create_tables as create_confidential_tables

AS_OF = "2026-11-01"
RETRIEVED = "2026-10-01T06:00:00Z"

ALMERE_YEARS = range(2018, 2025)
# CBS, Kerncijfers wijken en buurten 2018-2024, Almere (CC BY 4.0); inhabitants: CBS, 03759ned
ALMERE = {
    "inhabitants": [203990, 207904, 211893, 214715, 217828, 222825, 226500],
    "wmo_clients": [10820, 11440, 11980, 12045, 11940, 9375, 9515],
    "jeugdzorg_persons": [5805, 5885, 5960, 6585, 6680, 7160, 7400],
    "bijstand_persons": [6150, 5730, 5430, 5350, 5070, 5260, 5460],
}
# CBS, Kerncijfers wijken en buurten 2020, Heemskerk (CC BY 4.0)
HEEMSKERK_2020 = {"inhabitants": 39182, "bijstand_persons": 840}

# a registered indicator without a connector carries the made-up series, one buurt each
SERIES_INDICATOR = "vsv_pct"
CHANCE = [41.0, 44.5, 43.0, 47.5, 49.0, 48.5, 53.0, 52.0]


def random_series(count: int = 240, seed: int = 20261101) -> dict[str, list[tuple[int, float]]]:
    """Made-up yearly series by buurt code: 1 to 24 points with gaps, some rounded so that values tie, some flat."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    series = {}
    for number in range(count):
        years = sorted(dice.sample(range(1995, 2025), dice.randint(1, 24)))
        drift, noise, decimals = dice.uniform(-2, 2), dice.choice([0.5, 5.0]), dice.choice([0, 1, 6])
        values = [max(0.0, round(60 + drift * (year - 2010) + dice.gauss(0, noise), decimals)) for year in years]
        if number % 40 == 0:
            values = [7.0] * len(years)
        series[f"BU0396{number:04d}"] = list(zip(years, values, strict=True))
    return series


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put rows into a raw table, numbered as they come; keys that all rows share are its columns."""
    numbered = "row_number" in RAW_TABLES[table]
    listed = [{"row_number": n, **row} if numbered else row for n, row in enumerate(rows, 1)]
    names = list(listed[0])
    marks = ", ".join("?" for _ in names)
    connection.executemany(
        f"insert into raw.{table} ({', '.join(names)}) values ({marks})",
        [[row[name] for name in names] for row in listed],
    )


def _observations() -> Iterator[dict[str, Any]]:
    def row(dataset: str, concept: str, region: str, period: str, value: int) -> dict[str, Any]:
        return {
            "source_id": "cbs",
            "dataset_id": dataset,
            "snapshot_id": dataset,
            "concept_id": concept,
            "region_key": region,
            "period_key": period,
            "value_text": str(value),
            "is_synthetic": False,
        }

    for concept, values in ALMERE.items():
        dataset = "population" if concept == "inhabitants" else "kwb"
        for year, value in zip(ALMERE_YEARS, values, strict=True):
            yield row(dataset, concept, "GM0034", f"{year}JJ00" if dataset == "population" else str(year), value)
    for concept, value in HEEMSKERK_2020.items():
        yield row("kwb", concept, "GM0396    ", "2020", value)


def _measurements() -> Iterator[dict[str, Any]]:
    for region, points in random_series().items():
        for year, value in points:
            yield {
                "snapshot_id": "measurements",
                "indicator_id": SERIES_INDICATOR,
                "region_code": region,
                "period_id": str(year),
                "value": repr(value),
                "is_synthetic": "ja",
            }
    for year, value in enumerate(CHANCE, start=2018):
        yield {
            "snapshot_id": "measurements",
            "indicator_id": "kans",
            "region_code": "GM0396",
            "period_id": str(year),
            "value": repr(value),
            "is_synthetic": "ja",
        }


# counts of a made-up seal: wet, category, measure, year, value, whether it is hidden
SEALED = [
    ("wmo", "totaal", "clients", "2019", "500", False),
    ("wmo", "totaal", "cost", "2019", "1000000.00", False),
    ("wmo", "totaal", "cost_same_months", "2019", "800000.00", False),
    ("wmo", "begeleiding", "clients", "2019", "300", False),
    ("wmo", "begeleiding", "cost", "2019", "700000.00", False),
    ("wmo", "hulp", "clients", "2019", "250", False),
    ("wmo", "hulp", "cost", "2019", "300000.00", False),
    ("wmo", "totaal", "clients", "2020", "550", False),
    ("wmo", "totaal", "cost", "2020", "1200000.00", False),
    ("wmo", "totaal", "cost_same_months", "2020", "1000000.00", False),
    ("wmo", "begeleiding", "clients", "2020", "545", False),
    ("wmo", "begeleiding", "cost", "2020", "1154321.09", True),
    ("wmo", "hulp", "clients", "2020", "7", True),
    ("wmo", "hulp", "cost", "2020", "45678.91", True),
    ("wmo", "totaal", "clients", "2021", "480", False),
    ("wmo", "totaal", "cost", "2021", "1100000.00", False),
    ("wmo", "totaal", "cost_same_months", "2021", "1100000.00", False),
]


def _sealed() -> Iterator[dict[str, Any]]:
    for line, (wet, category, measure, year, value, hidden) in enumerate(SEALED, 2):
        yield {
            **{"source_id": "aggregate", "dataset_id": "registration", "snapshot_id": "seal", "row_number": line},
            **{"subject": "care", "measure": measure, "unit": "persons" if measure == "clients" else "euro"},
            **{"wet": wet, "category": category, "form": "totaal", "referrer": "totaal", "wijk": "totaal"},
            **{"n_provisions": "totaal", "period_id": year, "value": value, "is_hidden": hidden, "is_synthetic": True},
        }


def _covered() -> Iterator[dict[str, Any]]:
    for line, (year, through) in enumerate({"2019": "12-31", "2020": "12-31", "2021": "11-30"}.items(), 2):
        yield {
            **{"source_id": "aggregate", "dataset_id": "registration", "snapshot_id": "seal", "row_number": line},
            **{"subject": "care", "wet": "wmo", "period_id": year, "covered_from": f"{year}-01-01"},
            **{"covered_through": f"{year}-{through}", "is_whole": through == "12-31"},
        }


def _objectives() -> Iterator[dict[str, Any]]:
    """The sample's 28 objectives, and one of our own with a series long enough for a chance."""
    origin = {"source_id": "municipal", "dataset_id": "objectives", "snapshot_id": "objectives"}
    sample = product_path("sources", "samples", "heemskerk", "objectives.csv")
    with sample.open(encoding="utf-8-sig", newline="") as file:
        plan = [origin | {"row_number": line} | row for line, row in enumerate(csv.DictReader(file, delimiter=";"), 2)]
    yield from plan
    own = {
        "row_number": len(plan) + 2,
        "plan_id": "proef",
        "objective_id": "proef-01",
        "opgave": "Proef",
        "title": "Kans",
        "indicator_id": "kans",
        "kind": "level",
        "direction": "up",
        "baseline_value": "41",
        "baseline_period": "2018",
        "target_value": "56",
        "target_period": "2027",
        "decimals": "0",
        "rhythm": "yearly",
        "valid_from": "2020-01-01",
    }
    yield dict.fromkeys(plan[0]) | origin | own


def load(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill a raw schema with everything above."""
    create_raw_schema(connection)
    insert(
        connection,
        "parameter",
        [{"workspace_gemeente": "GM0396", "as_of": AS_OF, "small_count_threshold": 10}],
    )
    snapshots = {"population": "cbs", "kwb": "cbs", "measurements": "municipal", "objectives": "municipal"}
    snapshots |= {"registration": "aggregate"}
    insert(
        connection,
        "snapshot",
        [
            {"source_id": source, "dataset_id": dataset, "retrieved_at": RETRIEVED, "is_serving": True}
            | {"snapshot_id": "seal" if dataset == "registration" else dataset}
            for dataset, source in snapshots.items()
        ],
    )
    insert(connection, "cbs_observation", _observations())
    insert(connection, "measurement", _measurements())
    insert(connection, "objective", _objectives())
    insert(connection, "registration_cell", _sealed())
    insert(connection, "registration_coverage", _covered())
    create_confidential_tables(connection)


@pytest.fixture(scope="session")
def build_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built database as a file; the models of the confidential database stand in it as well, empty."""
    database: Path = tmp_path_factory.mktemp("models") / "warehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        load(connection)
    transform.build(database, on_event=lambda _: None)
    transform.build(database, select="+tag:registration", on_event=lambda _: None)
    return database


@pytest.fixture(scope="session")
def warehouse(build_database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The built database, read-only."""
    with duckdb.connect(str(build_database), read_only=True) as connection:
        yield connection
