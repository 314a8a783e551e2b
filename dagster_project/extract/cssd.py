"""Table dumps of Centric Suite4Sociaal Domein (CSSD): a folder with one delimited file per Oracle table.

The seven tables and their columns are those that the open-source pipeline of Kennispunt Twente documents. The dump
reaches this module as a snapshot, a zip of the files as they lay in the folder. Flat exports belong to records.py;
joining the tables is the work of the models.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from dagster_project.contracts import Column, Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import delimited, reading
from dagster_project.extract.delimited import BrokenRow, Source
from dagster_project.extract.reading import Kind, ReadContext, Tally
from dagster_project.extract.records import ends_before_start, with_category
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Snapshot

_CLIENT = Column(name="client_key", headers=("clientnr",), type="client", required=True)
_NUMBERS = {"besluitnr", "volgnr_ind", "uniek", "uniekwvdos", "verslagnr"}
"""Running numbers of the registration itself, which may be as long as a BSN."""


def _text(name: str, *, required: bool = False) -> Column:
    return Column(name=name, required=required)


TABLES: dict[str, tuple[Column, ...]] = {
    "szclient": (_CLIENT, _text("ind_gezag")),
    "wvbesl": (_text("besluitnr", required=True), _CLIENT),
    "wvind_b": (
        _text("besluitnr", required=True),
        _text("volgnr_ind", required=True),
        _CLIENT,
        Column(name="dd_begin", type="date", required=True),
        Column(name="dd_eind", type="date"),
        _text("volume"),
        _text("status_indicatie"),
        _text("kode_regeling", required=True),
    ),
    "szregel": (_text("kode_regeling", required=True), _text("omschryving")),
    "wvdos": (
        _text("besluitnr", required=True),
        _text("volgnr_ind", required=True),
        _text("uniek", required=True),
        _text("kode_reden_einde_voorz"),
    ),
    "szukhis": (_text("uniekwvdos", required=True), _text("bedrag"), _text("verslagnr")),
    "abc_refcod": (_text("code", required=True), _text("domein", required=True), _text("omschrijving")),
}
"""The tables that are read, each with its columns; every header must be there."""


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Read one dump into the raw tables `cssd_<table>`, one raw row per row of its file.

    Rows are set aside as in records.py; faults name `<table>.<column>`. Dates come out in ISO form, without a time.

    Raises:
        UnsoundData: a table or a header is missing, or more than a fifth of the rows of one table is faulty. It may
            come after batches were yielded: load the dump in one transaction.
    """
    with zipfile.ZipFile(path) as archive:
        members = _members(archive, snapshot.url)
        for table in TABLES:
            yield from _read_table(dataset, archive, members[table], table, snapshot, context)


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """The file of each table."""
    files = archive.namelist()
    members = {PurePath(file).stem.lower(): file for file in files}
    missing = [f"{table}.csv" for table in TABLES if table not in members]
    if missing:
        raise UnsoundData(
            f"{name} lacks {', '.join(missing)}, expected {len(TABLES)} tables: {', '.join(TABLES)}. "
            "Export them into one folder."
        )
    if len(members) < len(files):
        raise UnsoundData(f"{name} has two files for one table: {', '.join(sorted(files))}. Keep one for each.")
    return members


def _read_table(
    dataset: Dataset, archive: zipfile.ZipFile, member: str, table: str, snapshot: Snapshot, context: ReadContext
) -> Iterator[RawBatch]:
    columns = (*TABLES[table], reading.SYNTHETIC_COLUMN)
    label = f"{table}."
    source = Source(f"{snapshot.url}/{member}", lambda: cast(BinaryIO, archive.open(member)))
    tally = Tally(context.faults)
    broken: list[BrokenRow] = []
    kinds: dict[str, Kind] = {}
    needed = {column.name for column in TABLES[table]}
    for chunk in delimited.read_chunks(source, columns, dataset.format, broken, needed):
        kinds = kinds or _kinds(columns, dataset, context)
        sound = reading.check_cells(chunk, columns, kinds, context.faults, label)
        if table == "wvind_b":
            sound = reading.set_aside(sound, ends_before_start(sound, "dd_begin", "dd_eind", label), context.faults)
            sound = with_category(sound, "kode_regeling", dataset, context.faults, label)
        tally.add_sound(len(sound.lines))
        rows = {**sound.columns, "is_synthetic": reading.is_synthetic(sound, snapshot)}
        yield reading.raw_batch(f"cssd_{table}", dataset, snapshot, sound.lines, rows)
    reading.note_broken_rows(broken, context.faults, label)
    tally.refuse_if_too_many(source.name)


def _kinds(columns: tuple[Column, ...], dataset: Dataset, context: ReadContext) -> dict[str, Kind]:
    kinds = {column.name: reading.kind_of(column, dataset.format, context.pseudonymiser) for column in columns}
    guarded = [c.name for c in columns if c.type == "text" and not c.allowed and c.name not in _NUMBERS]
    return kinds | {name: reading.without_personal_numbers(kinds[name]) for name in guarded}
