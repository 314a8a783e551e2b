"""Whole real tables, from the wire to the published values, against an independent read of the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from dagster_project import transform
from dagster_project.contracts import Dataset, Measure, contract
from dagster_project.extract import cbs
from dagster_project.extract.http import HttpClient
from dagster_project.raw import append, create_raw_schema
from dagster_project.snapshots import SnapshotStore
from tests.real_data import real_data
from tests.standin.server import StandIn
from tests.standin.tables import V3Table, V4Table

KWB = ("cbs-odata-v3", "84799NED")
POPULATION = ("cbs-odata-v4", "03759ned")


def parquet_rows(name: str) -> list[dict[str, Any]]:
    path = real_data(*KWB, f"cbs.v3.84799NED_{name}.parquet")
    return pq.read_table(path).to_pylist()


def v4_document(name: str) -> Any:
    return json.loads(real_data(*POPULATION, f"{name}.json").read_text(encoding="utf-8"))


def whole_kwb() -> V3Table:
    """84799NED as CBS sent it: 17 341 regions, 118 columns."""
    metadata = json.loads(real_data(*KWB, "cbs.v3.84799NED_Metadata.json").read_text(encoding="utf-8"))
    regions = {"WijkenEnBuurten": parquet_rows("WijkenEnBuurten")}
    return V3Table(
        "84799NED", parquet_rows("DataProperties"), regions, parquet_rows("TypedDataSet"), metadata["Modified"],
        metadata["Title"],
    )  # fmt: skip


def whole_population() -> V4Table:
    """One page of 03759ned as CBS sent it: 13 568 observations."""
    return V4Table(
        table_id="03759ned",
        properties=v4_document("properties"),
        dimensions=v4_document("dimensions")["value"],
        measures=v4_document("measure-codes")["value"],
        codes={name: v4_document(f"codes-{name}")["value"] for name in ("RegioS", "Perioden")},
        rows=v4_document("observations-page-1")["value"],
    )


def both_measures() -> Dataset:
    """The population contract, asking for every measure of the page: 1 January and the average over the year."""
    ours = contract("cbs", "population")
    average = Measure(measure="M000365", concept="inhabitants_average", unit="aantal")
    return ours.model_copy(update={"measures": (*ours.measures, average)})


@pytest.fixture(scope="module")
def datasets() -> tuple[Dataset, Dataset]:
    return contract("cbs", "kwb_2020"), both_measures()


@pytest.fixture(scope="module")
def warehouse(
    datasets: tuple[Dataset, Dataset], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both tables pulled over HTTP, stored, read and built, without the rest of a country."""
    folder = tmp_path_factory.mktemp("real")
    store = SnapshotStore(folder / "snapshots")
    database = folder / "warehouse.duckdb"
    with StandIn((whole_kwb(), whole_population())) as standin, duckdb.connect(str(database)) as connection:
        create_raw_schema(connection)
        connection.execute("insert into raw.parameter values ('GM0396', '2026-11-01', 10)")
        for dataset in datasets:
            snapshot, _ = store.add(dataset, cbs.pull(dataset, standin.endpoints, HttpClient(), folder / "scratch"))
            append(connection, cbs.read(dataset, store.verify(snapshot), snapshot.snapshot_id))
            connection.execute(
                "insert into raw.snapshot (snapshot_id, source_id, dataset_id, retrieved_at, publisher_modified,"
                " is_synthetic, is_serving) values (?, 'cbs', ?, ?, ?, false, true)",
                [snapshot.snapshot_id, dataset.dataset_id, snapshot.retrieved_at, snapshot.publisher_modified],
            )
    transform.build(database, on_event=lambda _: None)
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def published_region(key: str) -> str:
    return "NL01" if key.strip() == "NL00" else key.strip()


def test_every_region_of_84799ned_arrives_cell_for_cell(
    warehouse: duckdb.DuckDBPyConnection, datasets: tuple[Dataset, Dataset]
) -> None:
    source = parquet_rows("TypedDataSet")
    assert len(source) == 17_341
    stem = {re.sub(r"_\d+$", "", key): key for key in source[0]}
    for measure in datasets[0].measures:
        column = next(stem[name] for name in measure.names if name in stem)
        expected = {published_region(row["WijkenEnBuurten"]): row[column] for row in source}
        arrived = warehouse.execute(
            "select region_code, value from staging.stg_cbs__observation"
            " where dataset_id = 'kwb_2020' and concept_id = ? and period_id = '2020'",
            [measure.concept],
        ).fetchall()
        assert len(arrived) == 17_341
        assert dict(arrived) == expected, measure.concept


def test_every_observation_of_03759ned_arrives(warehouse: duckdb.DuckDBPyConnection) -> None:
    source = v4_document("observations-page-1")["value"]
    assert len(source) == 13_568
    expected = {
        (row["Measure"], row["RegioS"].strip(), row["Perioden"][:4]): (row["Value"], row["ValueAttribute"])
        for row in source
    }
    assert len(expected) == 13_568
    arrived = warehouse.execute(
        "select o.measure_key, o.region_code, o.period_id, o.value, o.absence from staging.stg_cbs__observation as o"
        " where o.dataset_id = 'population'"
    ).fetchall()
    said = {"None": None, "Impossible": "impossible", "Confidential": "suppressed", "NotAvailable": "not_available"}
    assert {(m, r, p): (value, absence) for m, r, p, value, absence in arrived} == {
        key: (value, said[attribute]) for key, (value, attribute) in expected.items()
    }
    assert len(arrived) == 13_568


def test_published_values_are_those_of_the_source(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every wijk and buurt with people and a bijstand figure has its rate, and no wijk or buurt alarms."""
    source = {published_region(row["WijkenEnBuurten"]): row for row in parquet_rows("TypedDataSet")}
    bijstand = next(key for key in next(iter(source.values())) if key.startswith("PersonenPerSoortUitkeringBijstand"))
    inhabitants = next(key for key in next(iter(source.values())) if key.startswith("AantalInwoners"))
    rows = warehouse.execute(
        "select region_code, numerator, denominator, value from marts.fct_indicator_value"
        " where indicator_id = 'bijstand_per_10000_inw' and period_id = '2020' and territory = 'as_published'"
    ).fetchall()
    assert len(rows) == 17_341
    small = [row for row in rows if row[0][:2] in ("WK", "BU")]
    for region, numerator, denominator, value in small:
        people, persons = source[region][inhabitants], source[region][bijstand]
        assert (numerator, denominator) == (persons, people), region
        assert value == (pytest.approx(persons / people * 10_000) if persons is not None and people else None), region
    assert warehouse.execute(
        "select count(*) from intermediate.int_unit_alarm where region_code like 'WK%' or region_code like 'BU%'"
    ).fetchall() == [(0,)]
