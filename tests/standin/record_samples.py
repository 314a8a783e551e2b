"""Record the sample snapshots of the demo: real figures, pulled from the stand-in and stored by the product itself.

    python -m tests.standin.record_samples --from FOLDER

`FOLDER` holds CBS figures as they were collected: `cbs-odata-v4/03759ned` (responses of the service), and, not in the
service's own form, `cbs-odata-v3/84799NED` (parquet) and `cbs-statline-kwb-almere` (a file of several years stacked).
The figures are CBS's (CC BY 4.0), the bytes are not: the sidecars say `reconstructed`, with the address of the
original. The DUO sample is synthetic and made here. Running again gives the same bytes; equal snapshots are kept.
Snapshots of datasets that are recorded no longer are to be removed by hand.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from dagster_project.contracts import Dataset, Measure, contract
from dagster_project.extract import cbs, duo
from dagster_project.extract.http import HttpClient
from dagster_project.product import product_path
from dagster_project.snapshots import Recording, SnapshotStore
from tests.standin.server import StandIn
from tests.standin.tables import V3_PUBLIC, V4_PUBLIC, Row, StaticFile, V3Table, V4Table

ALMERE = "GM0034"
BUURTEN_OF = ("0396", "0034", "0375", "0383", "0450", "0453")  # Heemskerk, Almere, and Heemskerk's neighbours
STAMP_UNKNOWN = "unknown, reconstructed from a file of several years"
GENERATOR = "tests/standin/record_samples.py"
# number -> name, and pupils in the first school year: round and made up
DUO_GEMEENTEN = {
    "0396": ("Heemskerk", 5_200),
    "0375": ("Beverwijk", 5_700),
    "0383": ("Castricum", 5_400),
    "0450": ("Uitgeest", 2_000),
    "0453": ("Velsen", 9_800),
    "0034": ("Almere", 36_400),
    "0074": ("Heerenveen", 7_300),
    "0293": ("Westervoort", 1_900),
    "1681": ("Borger-Odoorn", 3_300),
    "0361": ("Alkmaar", 14_900),
    "0392": ("Haarlem", 21_500),
    "0400": ("Den Helder", 7_000),
}
DUO_YEARS = ("2021/2022", "2022/2023", "2023/2024", "2024/2025")


def main() -> None:
    """Record every sample and print what was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder with collected CBS figures")
    parser.add_argument("--to", type=Path, default=product_path("sources", "samples", "open", "snapshots"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        recorded = SnapshotStore(Path(scratch) / "recorded")
        for dataset, recording in record(arguments.source, Path(scratch)):
            recorded.add(dataset, recording)
        for line in keep(recorded, SnapshotStore(arguments.to)):
            print(line)


def record(source: Path, scratch: Path) -> Iterator[tuple[Dataset, Recording]]:
    """Every sample as the product's own pull records it."""
    http = HttpClient()
    years = dict(almere_by_year(source / "cbs-statline-kwb-almere" / "CBS_Kerncijfers.csv"))
    with StandIn([population(source / "cbs-odata-v4" / "03759ned")]) as standin:
        yield _pulled(standin, http, contract("cbs", "population"), V4_PUBLIC, scratch)
        whole = kwb_2020(source / "cbs-odata-v3" / "84799NED")
        for year, row in years.items():
            dataset = contract("cbs", f"kwb_{year}")
            standin.put(with_later_care(whole, row) if year == 2020 else kwb_almere(dataset, row, whole))
            yield _pulled(standin, http, dataset, V3_PUBLIC, scratch)
        yield _made_up_duo(standin, http, scratch)


def keep(recorded: SnapshotStore, store: SnapshotStore) -> Iterator[str]:
    """Move recorded snapshots to where they are kept, in place of others of the same dataset; one line for each."""
    for snapshot in recorded.all():
        known = store.sidecar_of(snapshot)
        note = "unchanged"
        if not known.is_file():
            note = "new"
            shutil.rmtree(known.parent, ignore_errors=True)
            known.parent.mkdir(parents=True)
            shutil.copyfile(recorded.path_of(snapshot), store.path_of(snapshot))
            shutil.copyfile(recorded.sidecar_of(snapshot), known)
        size = f"{snapshot.row_count:>6} rows {snapshot.bytes:>9,} B"
        yield f"{snapshot.key:24} {snapshot.snapshot_id[:12]} {size} {note}"


def _pulled(
    standin: StandIn, http: HttpClient, dataset: Dataset, public: str, scratch: Path
) -> tuple[Dataset, Recording]:
    original = f"{public}/{dataset.table_id}"
    return dataset, cbs.pull(dataset, standin.endpoints, http, scratch, origin="reconstructed", original_url=original)


def population(folder: Path) -> V4Table:
    """03759ned within the contract: population on 1 January, with the codes of land, provincies and gemeenten."""

    def document(name: str) -> Any:
        return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))

    regions = [row for row in document("codes-RegioS")["value"] if row["Identifier"][:2] in ("NL", "PV", "GM")]
    observations = document("observations-page-1")["value"]
    return V4Table(
        table_id="03759ned",
        properties=document("properties"),
        dimensions=document("dimensions")["value"],
        measures=document("measure-codes")["value"],
        codes={"RegioS": regions, "Perioden": document("codes-Perioden")["value"]},
        rows=[row for row in observations if row["Measure"] == "M000352"],
    )


def kwb_2020(folder: Path) -> V3Table:
    """84799NED as of March 2021: land, all gemeenten and wijken, and the buurten of a few gemeenten."""

    def rows(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = pq.read_table(folder / f"cbs.v3.84799NED_{name}.parquet").to_pylist()
        return found

    info = json.loads((folder / "cbs.v3.84799NED_Metadata.json").read_text(encoding="utf-8"))
    properties = [{"odata.type": row.pop("odata_type"), **row} for row in rows("DataProperties")]
    return V3Table(
        table_id="84799NED",
        properties=properties,
        codes={"WijkenEnBuurten": [row for row in rows("WijkenEnBuurten") if _in_slice(row["Key"])]},
        rows=[row for row in rows("TypedDataSet") if _in_slice(row["WijkenEnBuurten"])],
        modified=info["Modified"],
        title=info["Title"],
    )


def _in_slice(key: str) -> bool:
    return not key.startswith("BU") or key[2:6] in BUURTEN_OF


def with_later_care(table: V3Table, almere: Row) -> V3Table:
    """84799NED of March 2021, in which jeugdzorg and Wmo were still empty, with those two of gemeente Almere by now."""
    later = {
        key: value for key, value in almere.items() if _stem(key) in ("JongerenMetJeugdzorgInNatura", "WmoClienten")
    }
    rows = [{**row, **later} if row["WijkenEnBuurten"].strip() == ALMERE else row for row in table.rows]
    return replace(
        table, rows=rows, title=f"{table.title}; jeugdzorg and Wmo of gemeente Almere are of a later vintage"
    )


def almere_by_year(path: Path) -> Iterator[tuple[int, Row]]:
    """Year and the figures of gemeente Almere for 2018 to 2025, under the column keys of that year's own table.

    A figure that CBS had not filled in yet, and one that may have lost its decimal point in the file, is None.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            if row["WijkenEnBuurten"].strip() == ALMERE:
                year = int(row["Peildatum"].rpartition("-")[2])
                yield (
                    year,
                    {
                        _key_in(row, measure): _whole(row, measure)
                        for measure in contract("cbs", f"kwb_{year}").measures
                    },
                )


def _key_in(row: dict[str, str], measure: Measure) -> str:
    """The column of a measure in a row of the stacked file: the filled one, or the first of its name."""
    keys = [key for name in measure.names for key in row if _stem(key) == name]
    return next((key for key in keys if row[key]), keys[0])


def _whole(row: dict[str, str], measure: Measure) -> int | None:
    text = row[_key_in(row, measure)]
    return int(text) if text and measure.concept != "income_per_inhabitant" else None


def kwb_almere(dataset: Dataset, figures: Row, described: V3Table) -> V3Table:
    """One year's table with the one row that is known, gemeente Almere; titles as in the year that is described."""
    key = ALMERE.ljust(10)
    titles = {_stem(str(row["Key"])): row["Title"] for row in described.properties}
    topics = [
        {"odata.type": "Cbs.OData.Topic", "Type": "Topic", "Key": column, "Title": titles[last], "Unit": measure.unit}
        for column, measure in zip(figures, dataset.measures, strict=True)
        for last in [next(name for name in measure.names if name in titles)]
    ]
    region = {"odata.type": "Cbs.OData.GeoDetail", "Type": "GeoDetail", "Key": "WijkenEnBuurten"}
    return V3Table(
        table_id=str(dataset.table_id),
        properties=[region, *topics],
        codes={"WijkenEnBuurten": [{"Key": key, "Title": "Almere", "Municipality": ALMERE}]},
        rows=[{"WijkenEnBuurten": key, **figures}],
        modified=STAMP_UNKNOWN,
        title=f"Kerncijfers wijken en buurten {dataset.period}; only gemeente Almere, {STAMP_UNKNOWN}",
    )


def _stem(key: str) -> str:
    """A column's key without the number that differs per year."""
    return key.rpartition("_")[0]


def _made_up_duo(standin: StandIn, http: HttpClient, scratch: Path) -> tuple[Dataset, Recording]:
    dataset = contract("duo", "verzuim_gemeente")
    standin.put_file(str(dataset.path), StaticFile(made_up_verzuim().encode()))
    recording = duo.pull(dataset, standin.endpoints, http, scratch, None)
    if recording is None:
        raise RuntimeError("the stand-in offered no file")
    return dataset, replace(recording, origin="file", url=GENERATOR, http_status=None, is_synthetic=True)


def made_up_verzuim() -> str:
    """A synthetic file in the form of DUO: absent pupils and pupils per gemeente and school year, `<5` where few."""
    lines = ["SCHOOLJAAR;GEMEENTENUMMER;GEMEENTENAAM;ABSOLUUT_VERZUIM;LEERLINGEN;SYNTHETISCH"]
    for place, (number, (name, pupils)) in enumerate(DUO_GEMEENTEN.items()):
        for step, school_year in enumerate(DUO_YEARS):
            now = pupils - 20 * step * (place % 3)
            absent = now * (14 + (place * 7 + step * 5) % 11) // 10_000
            lines.append(f"{school_year};{number};{name};{absent if absent >= 5 else '<5'};{now};ja")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
