"""Reading one original into the confidential database: sound rows into typed tables, faulty rows into the quarantine.

DuckDB does it, by SQL made from the contract (plan.py). Payments are added up on the way (sums.py). Rows in are rows
loaded and rows quarantined, counted apart. What the file looks like is the work of convert.py; where originals come
from, and what becomes of the tables, does not belong here.
"""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import duckdb

from dagster_project.contracts import Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import archives
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.extract.reading import SYNTHETIC_COLUMN
from dagster_project.registration.convert import prepare, unreadable_parquet
from dagster_project.registration.names import FilePeriod, period_of, refuse_personal_number
from dagster_project.registration.plan import GROUPED, Part, Plan, count, make_lookups, outputs_of, plan_of
from dagster_project.registration.set_aside import (
    NotPlain,
    Outcome,
    quarantine_broken,
    quarantine_staged,
    refuse_long_cells,
    refuse_unparsed,
    stage,
)
from dagster_project.registration.sums import load_sums
from dagster_project.registration.tables import CONFIDENTIAL_TABLES
from dagster_project.registration.vault import Original
from dagster_project.spill import limit_resources


@dataclass(frozen=True)
class Intake:
    """What reading one original came to."""

    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    reasons: dict[str, int]
    """Kind of reason to rows that were set aside for it."""


def create_confidential_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every confidential table, empty, and keep the connection within bounds: see `limit_resources`."""
    (file,) = connection.execute("select path from duckdb_databases() where not internal limit 1").fetchone() or (None,)
    if file:
        limit_resources(connection, Path(file).parent)
    connection.execute("create schema if not exists raw")
    for table, columns in CONFIDENTIAL_TABLES.items():
        body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create table raw.{table} ({body})")


def read_original(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    file: Path,
    original: Original,
    pseudonymiser: Pseudonymiser,
) -> Intake:
    """Read one original into the confidential tables, in one transaction.

    Args:
        connection: the confidential database, with the tables of `create_confidential_schema`.
        dataset: the contract, with the municipality's mapping laid over it.
        file: the decrypted original, in a folder closed to others; converted files stand beside it for a while.
        original: what is known of it.
        pseudonymiser: makes client keys.

    Returns:
        Rows in the file, and what became of them.

    Raises:
        UnsoundData: the file is not as the contract says, its name holds a number of a person or two periods, or more
            rows are faulty than the contract allows. Nothing is loaded then.
    """
    refuse_personal_number(original.file_name)
    period = period_of(original.file_name)
    connection.execute("begin")
    try:
        intakes = [_read_part(part) for part in _parts(connection, dataset, file, original, pseudonymiser)]
        intake = _sum(intakes)
        _note_original(connection, original, period, intake)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    return intake


def _parts(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    file: Path,
    original: Original,
    pseudonymiser: Pseudonymiser,
) -> Iterator[Part]:
    """The tables of an original, each with its file: one, or those of a dump, unpacked one at a time."""
    own = (connection, dataset, original, pseudonymiser)
    if dataset.kind != "cssd_dump":
        columns = (*dataset.columns, SYNTHETIC_COLUMN)
        yield Part(*own, str(dataset.raw_table), columns, file, original.extension, original.file_name)
        return
    with archives.opened(file, original.file_name) as archive:
        for table, member in _members(archive, dataset, original.file_name).items():
            unpacked = file.with_name(f"{file.name}.{table}")
            extension = PurePath(member).suffix.lower().removeprefix(".")
            columns = (*dataset.tables[table], SYNTHETIC_COLUMN)
            try:
                unpacked.touch(mode=0o600)
                with unpacked.open("wb") as target:
                    archives.copy(archive, member, target, original.file_name)
                yield Part(*own, f"cssd_{table}", columns, unpacked, extension, f"{original.file_name}/{table}")
            finally:
                unpacked.unlink(missing_ok=True)


def _members(archive: zipfile.ZipFile, dataset: Dataset, name: str) -> dict[str, str]:
    """The file of each table of a dump."""
    files = [member for member in archive.namelist() if PurePath(member).stem.lower() in dataset.tables]
    members = {PurePath(member).stem.lower(): member for member in files}
    missing = [table for table in dataset.tables if table not in members]
    if missing:
        raise UnsoundData(
            f"{name} lacks {', '.join(missing)}, expected {len(dataset.tables)} tables: {', '.join(dataset.tables)}. "
            "Export them into one folder, as .csv or .parquet."
        )
    if len(members) < len(files):
        raise UnsoundData(f"{name} has two files for one table: {', '.join(sorted(files))}. Keep one for each.")
    return {table: members[table] for table in dataset.tables}


def _read_part(part: Part) -> Intake:
    """Read one table; text that DuckDB cannot parse as it stands is rewritten first."""
    with contextlib.suppress(NotPlain):
        return _read_prepared(part, may_be_plain=True)
    try:
        return _read_prepared(part, may_be_plain=False)
    except NotPlain:
        raise UnsoundData(
            f"{part.name} cannot be told apart in rows: what was counted and what was read differ. Its quotes do not "
            "match, probably. Export it again."
        ) from None


def _read_prepared(part: Part, *, may_be_plain: bool) -> Intake:
    dataset = part.dataset
    with tempfile.TemporaryDirectory(dir=part.file.parent) as scratch:
        source = prepare(
            part.file,
            part.name,
            part.columns,
            dataset.format,
            Path(scratch),
            extension=part.extension,
            may_be_plain=may_be_plain,
        )
        plan = plan_of(part, source)
        make_lookups(plan)
        try:
            loaded = load_sums(plan) if part.table in GROUPED else _load_rows(plan)
        except duckdb.Error as error:
            # a row with too many or too few cells; `from None`, because the original error quotes it
            if source.is_plain and isinstance(error, duckdb.InvalidInputException):
                raise NotPlain from None
            if part.extension == "parquet":
                raise unreadable_parquet(part.name) from None
            raise
        quarantine_broken(plan)
        return _settled(plan, loaded)


def _load_rows(plan: Plan) -> Outcome:
    """One row of the table for each row of the file."""
    part = plan.part
    if plan.source.is_plain:
        refuse_unparsed(plan)
    else:
        refuse_long_cells(plan)
    outputs = outputs_of(plan)
    kept = ", ".join(f"case when fault is null then {sql} end as {name}" for name, sql in outputs.items())
    stage(plan, f"line as at_line, fault, shown, {kept}", "true")
    names = ", ".join(outputs)
    part.connection.execute(
        f"insert into raw.{part.table} ({names}) select {names} from intake_row where fault is null"
    )
    loaded = count(part.connection, "select count(*) from intake_row where fault is null")
    return quarantine_staged(plan, loaded)


def _settled(plan: Plan, outcome: Outcome) -> Intake:
    """The count of one table, checked.

    Raises:
        NotPlain: rows in are not rows loaded and rows quarantined.
        UnsoundData: more rows are faulty than the contract allows.
    """
    part, source = plan.part, plan.source
    reasons: dict[str, int] = {}
    for number, rows in sorted(outcome.faults.items()):
        kind = plan.checks[number - 1].kind
        reasons[kind] = reasons.get(kind, 0) + rows
    if source.broken:
        reasons["broken_row"] = len(source.broken)
    quarantined = sum(reasons.values())
    if source.rows_in != outcome.loaded + quarantined:
        raise NotPlain
    if source.rows_in and quarantined / source.rows_in > part.dataset.max_faulty_share:
        raise UnsoundData(_too_many(plan, quarantined))
    return Intake(source.rows_in, outcome.loaded, quarantined, reasons)


def _too_many(plan: Plan, quarantined: int) -> str:
    part = plan.part
    line, column, reason = part.connection.execute(
        "select line, column_name, reason from raw.quarantine where original_id = ? and table_name = ? "
        "order by line, column_name limit 1",
        [part.original.original_id, part.table],
    ).fetchone() or (None, None, "")
    where = f"line {line}, {column}" if column else f"line {line}"
    return (
        f"{part.name}: {quarantined} of {plan.source.rows_in} rows are faulty, expected at most "
        f"{part.dataset.max_faulty_share:.0%}; the first is {where}: {reason}. "
        "Mend the export or its mapping in mappings/."
    )


def _note_original(
    connection: duckdb.DuckDBPyConnection, original: Original, period: FilePeriod | None, intake: Intake
) -> None:
    connection.execute(
        "insert into raw.original values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            original.original_id,
            original.dataset_id,
            original.file_name,
            original.received_at,
            period.period_id if period else None,
            period.first_day if period else None,
            period.last_day if period else None,
            intake.rows_in,
            intake.rows_loaded,
            intake.rows_quarantined,
            original.is_synthetic,
        ],
    )


def _sum(intakes: Sequence[Intake]) -> Intake:
    reasons: dict[str, int] = {}
    for intake in intakes:
        for kind, rows in intake.reasons.items():
            reasons[kind] = reasons.get(kind, 0) + rows
    return Intake(
        sum(one.rows_in for one in intakes),
        sum(one.rows_loaded for one in intakes),
        sum(one.rows_quarantined for one in intakes),
        reasons,
    )
