"""Every column of the key figures' contracts is found in what CBS sent of Kerncijfers wijken en buurten 2020.

It lies in `cbs-odata-v3/84799NED` of the collected data (`tests/real_data.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dagster_project.contracts import contract
from dagster_project.extract import cbs
from dagster_project.extract.http import HttpClient
from tests.real_data import real_data
from tests.standin.server import StandIn
from tests.standin.tables import V3Table

COLUMNS = {
    "inhabitants": ("AantalInwoners_5", "aantal"),
    "inhabitants_0_14": ("k_0Tot15Jaar_8", "aantal"),
    "inhabitants_65plus": ("k_65JaarOfOuder_12", "aantal"),
    "woz_value_average": ("GemiddeldeWoningwaarde_35", "x 1 000 euro"),
    "income_per_inhabitant": ("GemiddeldInkomenPerInwoner_72", "x 1 000 euro"),
    "bijstand_persons": ("PersonenPerSoortUitkeringBijstand_83", "aantal"),
    "jeugdzorg_persons": ("JongerenMetJeugdzorgInNatura_87", "aantal"),
    "wmo_clients": ("WmoClienten_89", "aantal"),
    "address_density": ("Omgevingsadressendichtheid_116", "per km²"),
}
"""Concept to its column in 84799NED and the unit that CBS states there."""


@pytest.fixture(scope="module")
def properties() -> list[dict[str, Any]]:
    """The rows of DataProperties as the service sent them in March 2021."""
    path = real_data("cbs-odata-v3", "84799NED", "cbs.v3.84799NED_DataProperties.parquet")
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


@pytest.mark.parametrize("year", range(2014, 2026))
def test_every_column_is_found_by_its_name_in_the_unit_of_the_contract(
    year: int, properties: list[dict[str, Any]], http: HttpClient, tmp_path: Path
) -> None:
    dataset = contract("cbs", f"kwb_{year}")
    key = "GM0396    "
    topics = dict.fromkeys((str(row["Key"]) for row in properties if row["Type"] == "Topic"), 1)
    table = V3Table(
        str(dataset.table_id),
        properties,
        {"WijkenEnBuurten": [{"Key": key, "Title": "Heemskerk"}]},
        [{"WijkenEnBuurten": key, **topics}],
        "2021-03-26T02:00:00",
        "the columns of 2020, and one row to carry them",
    )
    with StandIn([table]) as standin:
        recording = cbs.pull(dataset, standin.endpoints, http, tmp_path)
    batches = [batch for batch in cbs.read(dataset, recording.file, "0") if batch.table == "cbs_measure"]
    found = {row["concept_id"]: (row["measure_key"], row["unit"]) for b in batches for row in b.rows.to_pylist()}
    assert found == {measure.concept: COLUMNS[measure.concept] for measure in dataset.measures}
