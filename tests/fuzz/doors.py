"""Every door through which something of others comes in: a sound file, and the product's own reader of it.

A door returns what it read, as text that is looked through for what may not be there. What it may raise is said by
`REFUSALS`: the product's own errors, and nothing else.
"""

from __future__ import annotations

import io
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from dagster_project.contracts import Dataset, contract
from dagster_project.errors import OpkoersError
from dagster_project.extract import cbs, duo, figures, mappings, narratives, printed, shapes, workspace_files
from dagster_project.extract.cbs_pages import check_page
from dagster_project.extract.http import BrokenAnswer, HttpClient
from dagster_project.extract.reading import ReadContext
from dagster_project.gate.suites import read_suite
from dagster_project.mapping.sample import sample_of
from dagster_project.product import product_path
from dagster_project.publication import read_manifest
from dagster_project.raw import RawBatch
from dagster_project.registration import seal
from dagster_project.registration.seal import CoverageRow, FaultRow, Seal, read_seal
from dagster_project.run import RunState, read_record
from dagster_project.snapshots import SnapshotStore
from dagster_project.workspace import Workspace, read_settings
from tests.fuzz.mutate import BSN
from tests.standin import made_up
from tests.standin.server import StandIn
from tests.unit.extract.files import BENCHMARK, GMSD, MEASUREMENTS, OBJECTIVES, snapshot_of
from tests.unit.registration.exports import DECLARATIES, TOEKENNINGEN, confidential

REFUSALS = (OpkoersError, BrokenAnswer)
SETTINGS = 'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\nretention_days = 100\n[network]\nattempts = 3\n'
Read = Callable[[Path], object]


@dataclass(frozen=True)
class Door:
    """One reader.

    Attributes:
        name: of the file that is written for it.
        sound: a file that it reads without a fault.
        read: reads it.
        headers: of a table of text, for tables that are made from nothing.
        may_hold_numbers: whether what it reads may hold a number as long as a BSN: figures of an open source, and
            what people set themselves.
    """

    name: str
    sound: Callable[[], bytes]
    read: Read
    headers: tuple[str, ...] = ()
    may_hold_numbers: bool = True


def _batches(batches: Iterable[RawBatch]) -> list[dict[str, Any]]:
    """All rows; every number in them must be one, and every cell of text one that a database can hold."""
    rows = [row for batch in batches for row in batch.rows.to_pylist()]
    for row in rows:
        for column, cell in row.items():
            if isinstance(cell, float):
                assert math.isfinite(cell), (column, cell)
            if isinstance(cell, str):
                cell.encode()
                assert len(cell) <= 200_000, column
            if column in _NUMBERS and cell is not None:
                assert _A_NUMBER.fullmatch(str(cell)), cell
            if column in ("period_key", "period_id", "period") and isinstance(cell, str) and cell[:4].isdigit():
                assert "1900" <= cell[:4] <= "2100", cell
    return rows


_A_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?(?:e[+-][0-9]{1,3})?\s*|\s*\.?\s*|[xX•*]")
_NUMBERS = {"value_text", "value_number", "value_nl_number", "expected_effect", "cost"}


def _csv(dataset: Dataset) -> tuple[str, ...]:
    return tuple((column.headers or (column.name,))[0] for column in dataset.columns)


def _figure_headers(dataset: Dataset) -> tuple[str, ...]:
    return tuple(column.headers[0] for column in figures.columns_of(dataset))


def _text(headers: Iterable[str], *rows: Iterable[str]) -> bytes:
    return "\n".join(";".join(row) for row in (headers, *rows)).encode()


@cache
def _cbs(version: str) -> tuple[Dataset, bytes]:
    """A made-up table and its snapshot, pulled from the stand-in once."""
    tables = (made_up.v3_table(gemeenten=3), made_up.v4_table(gemeenten=3, years=2))
    dataset = made_up.v3_contract(tables[0]) if version == "v3" else made_up.v4_contract(tables[1])
    with StandIn(tables, {}, v3_page=10, v4_page=10) as server, tempfile.TemporaryDirectory() as folder:
        recording = cbs.pull(dataset, server.endpoints, HttpClient(), Path(folder))
        return dataset, recording.file.read_bytes()


def _of_cbs(version: str) -> Door:
    return Door(
        f"{version}.zip", lambda: _cbs(version)[1], lambda path: _batches(cbs.read(_cbs(version)[0], path, "a" * 64))
    )


def _of_file(name: str, dataset: Dataset, reader: Any, sound: bytes, headers: tuple[str, ...], **options: Any) -> Door:
    def read(path: Path) -> object:
        context = ReadContext()
        rows = _batches(reader.read(dataset, path, snapshot_of(dataset, name), context))
        assert BSN not in str(context.faults)
        return rows

    return Door(name, lambda: sound, read, headers, **options)


PRINTED = contract("municipal", "printed_figures")
BUDGET = contract("municipal", "budget")
NARRATIVES = contract("municipal", "narratives")
SHAPES = contract("municipal", "region_shapes")
_TELLING = """---
edition: 2026-04
author_role: beleidsadviseur
maatregelen:
  - {maatregel: Extra jobcoach, expected_effect: 6, effect_period: 2027, cost: 40000}
---
## Oorzaak en gevolg
Tekst.
## Vooruitblik
"""
_RING = [[4.66, 52.5], [4.67, 52.5], [4.67, 52.51], [4.66, 52.5]]
_GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"statcode": "WK039601", "statnaam": "Centrum"},
            "geometry": {"type": "Polygon", "coordinates": [_RING]},
        }
    ],
}
_SUITE = """name: hostile
table: fct_indicator_value
description: x
expectations:
  - type: expect_column_values_to_not_be_null
    kwargs: {column: value}
    severity: critical
"""


def _workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Blad")
        for number, row in enumerate([_figure_headers(BENCHMARK), ("GM0396", "2023", 12.5, "ja")]):
            page.write_row(number, 0, row)
    return stream.getvalue()


def _parquet() -> bytes:
    stream = io.BytesIO()
    headers = ("Clientnummer", "Regelingcode", "Begindatum", "Einddatum", "Status")
    row = (BSN, "MR01", "01-03-2024", "31-12-2024", "toegekend")
    pq.write_table(pa.table({name: [cell] * 3 for name, cell in zip(headers, row, strict=True)}), stream)
    return stream.getvalue()


def _intake(dataset: Dataset) -> Read:
    def read(path: Path) -> object:
        with confidential() as database:
            database.connection.execute("set memory_limit = '300MB'")
            database.read(dataset, path, path.name)
            return database.everything()

    return read


def _mapping(path: Path) -> object:
    root = path.parent / "ws"
    (root / "mappings").mkdir(parents=True, exist_ok=True)
    (root / "opkoers.toml").write_text(SETTINGS)
    (root / "mappings" / f"{BENCHMARK.dataset_id}.yml").write_bytes(path.read_bytes())
    return mappings.apply_mapping(BENCHMARK, Workspace(root))


def _sidecar(path: Path) -> object:
    target = path.parent / "made_up" / "figures" / f"{'a' * 64}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes())
    return SnapshotStore(path.parent).read_sidecar(target)


def _manifest(path: Path) -> object:
    (path.parent / "manifest.json").write_bytes(path.read_bytes())
    return read_manifest(path.parent)["pins"]


def _suite(path: Path) -> object:
    suite = read_suite(path, "after_build")
    assert suite.fault or suite.expectations, "a suite that checks nothing passes for sound"
    return suite.fault


def _seal() -> bytes:
    made = Seal(
        coverage=(CoverageRow("use", "wmo", "2023", "2023-01-01", "2023-12-31", is_whole=True),),
        faults=(FaultRow("a" * 64, "zorg", "x.csv", "t", "c", "k", "r", 3),),
    )
    with tempfile.TemporaryDirectory() as folder:
        seal.write(made, Path(folder) / "seal.zip")
        return (Path(folder) / "seal.zip").read_bytes()


def _json(content: object) -> Callable[[], bytes]:
    return lambda: json.dumps(content).encode()


_RUN = RunState("a", "2024-01-01T00:00:00Z", "2024-01-01", "wij", "0", "0", "1")
_PAGE = b'{"odata.nextLink": "x?$skip=2", "value": [{"ID": 0, "RegioS": "GM0396"}, {"ID": 1, "RegioS": "GM0034"}]}'
_GRANT = (BSN, "MR01", "01-03-2024", "31-12-2024", "toegekend")
DOORS: dict[str, Door] = {
    "CBS v3": _of_cbs("v3"),
    "CBS v4": _of_cbs("v4"),
    "CBS page": Door("page.json", lambda: _PAGE, lambda path: check_page(path.read_bytes())),
    "DUO": Door(
        "duo.csv",
        lambda: made_up.duo_file().body,
        lambda path: _batches(duo.read(made_up.duo_contract(), path, "a" * 64)),
        tuple(made_up.duo_file().body.decode("latin-1").splitlines()[0].split(";")),
    ),
    "objectives": _of_file(
        "objectives.csv",
        OBJECTIVES,
        workspace_files,
        (product_path("sources", "samples", "heemskerk", "objectives.csv")).read_bytes()[:2_000].rpartition(b"\n")[0],
        _csv(OBJECTIVES),
    ),
    "measurements": _of_file(
        "measurements.csv", MEASUREMENTS, workspace_files, _text(_csv(MEASUREMENTS)), _csv(MEASUREMENTS)
    ),
    "budget": _of_file("budget.csv", BUDGET, workspace_files, _text(_csv(BUDGET)), _csv(BUDGET)),
    "benchmark": _of_file(
        "divosa.csv",
        BENCHMARK,
        figures,
        _text(_figure_headers(BENCHMARK), ("GM0396", "2023", "12,5", "ja")),
        _figure_headers(BENCHMARK),
    ),
    "long sheet": _of_file(
        "gmsd.csv",
        GMSD,
        figures,
        _text(_figure_headers(GMSD), ("396", "2023", GMSD.measures[0].header, "1,5", "ja")),
        _figure_headers(GMSD),
    ),
    "printed list": _of_file(
        "bbv.csv",
        PRINTED,
        printed,
        _text(_csv(PRINTED), ("Heemskerk", "Bijstand", "per 1.000", "2018", "42,6", "38,4", "p. 12", "")),
        _csv(PRINTED),
        may_hold_numbers=False,
    ),
    "telling": Door(
        "heemskerk-01.md",
        _TELLING.encode,
        lambda path: narratives.parse("narratives/heemskerk-01.md", path.read_bytes()),
        may_hold_numbers=False,
    ),
    "shapes": _of_file("wijken.geojson", SHAPES, shapes, json.dumps(_GEOJSON).encode(), ()),
    "settings": Door("opkoers.toml", SETTINGS.encode, read_settings),
    "mapping": Door("m.yml", lambda: b"headers: {region: Gemeente}\nformat: {decimal: ','}\n", _mapping),
    "suite": Door("hostile.yml", _SUITE.encode, _suite),
    "sidecar": Door(
        "sidecar.json",
        _json({**asdict(snapshot_of(BENCHMARK, "x.csv")), "source_id": "made_up", "dataset_id": "figures"}),
        _sidecar,
    ),
    "manifest": Door("m.json", _json({"pins": [{"snapshot_id": "a" * 64}]}), _manifest),
    "run": Door("run.json", _json(asdict(_RUN)), read_record),
    "seal": Door("seal.zip", _seal, read_seal),
    "sample": Door("export.csv", lambda: _text(("BSN", "Naam"), (BSN, "x")), lambda path: sample_of(path).headers),
    "intake CSV": Door(
        "export.csv",
        lambda: _text(("Clientnummer", "Regelingcode", "Begindatum", "Einddatum", "Status"), *[_GRANT] * 6),
        _intake(TOEKENNINGEN),
        _csv(TOEKENNINGEN),
        may_hold_numbers=False,
    ),
    "intake sums": Door(
        "export.csv",
        lambda: _text(_csv(DECLARATIES)),
        _intake(DECLARATIES),
        _csv(DECLARATIES),
        may_hold_numbers=False,
    ),
    "intake Parquet": Door("export.parquet", _parquet, _intake(TOEKENNINGEN), may_hold_numbers=False),
    "workbook": _of_file("divosa.xlsx", BENCHMARK, figures, _workbook(), ()),
}
