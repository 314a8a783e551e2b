"""Reading one original into the confidential database: sound rows into typed tables, faulty rows into the quarantine.

DuckDB does it, by SQL made from the contract. Payments are added up at the door: one scan groups them by client,
beschikking, product and month, and only when rows turn out to be faulty a second one finds their lines. Rows in are
rows loaded and rows quarantined, counted apart. What the file looks like is the work of convert.py, what a cell means
that of typed.py; where originals come from, and what becomes of the tables, does not belong here.
"""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import duckdb
import pyarrow as pa

from dagster_project.contracts import ANY_CODE, Column, Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import archives
from dagster_project.extract.delimited import MAX_CELL, BrokenRow
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.extract.reading import SYNTHETIC_COLUMN
from dagster_project.registration import typed
from dagster_project.registration.convert import Prepared, prepare, sql_text, unreadable_parquet
from dagster_project.registration.names import FilePeriod, period_of, refuse_personal_number
from dagster_project.registration.tables import CONFIDENTIAL_TABLES
from dagster_project.registration.typed import Check, value, written
from dagster_project.registration.vault import Original

MEMORY_LIMIT = "1500MB"
"""What DuckDB may use; sums on their way to the tables come on top of it."""
GROUPED = {"declaratieregel", "cssd_szukhis"}
"""Tables of payments, whose lines are added up."""
_WET_OF_CATEGORY = {"loonkostensubsidie": "participatiewet", "bijzondere_bijstand": "bijzondere_bijstand"}
"""Act of a category that a contract names without one; all others are the municipality's own."""
_SALTS = 3


@dataclass(frozen=True)
class Intake:
    """What reading one original came to."""

    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    reasons: dict[str, int]
    """Kind of reason to rows that were set aside for it."""


@dataclass(frozen=True)
class _Part:
    """One table of an original that is being read."""

    connection: duckdb.DuckDBPyConnection
    dataset: Dataset
    original: Original
    pseudonymiser: Pseudonymiser
    table: str
    columns: tuple[Column, ...]
    file: Path
    extension: str
    name: str


@dataclass(frozen=True)
class _Plan:
    """The SQL of one table: what is scanned, what cells become, and what is checked."""

    part: _Part
    source: Prepared
    checks: list[Check]
    code_column: str | None
    in_scan: tuple[str, ...] = ()
    """Targets that are read while lines are added up; the others are what lines are grouped by."""

    @property
    def keys(self) -> list[str]:
        return [target for target in self.source.columns if target not in self.in_scan]

    def column(self, target: str) -> Column:
        return self.source.columns[target][0]


def create_confidential_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every confidential table, empty, and keep the connection within bounds: see `limit_resources`."""
    (file,) = connection.execute("select path from duckdb_databases() where not internal limit 1").fetchone() or (None,)
    if file:
        limit_resources(connection, Path(file).parent)
    connection.execute("create schema if not exists raw")
    for table, columns in CONFIDENTIAL_TABLES.items():
        body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create table raw.{table} ({body})")


def limit_resources(connection: duckdb.DuckDBPyConnection, folder: Path, memory_limit: str = MEMORY_LIMIT) -> None:
    """Let a connection use so much memory; what does not fit goes, encrypted, into a closed folder below the given."""
    spill = folder / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection.execute(f"set temp_directory = {sql_text(str(spill))}")
    connection.execute("set temp_file_encryption = true")
    connection.execute(f"set memory_limit = {sql_text(memory_limit)}")


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


def flag_orphans(connection: duckdb.DuckDBPyConnection) -> None:
    """Set payments aside whose beschikking or provision nobody delivered, in one transaction.

    A flat payment is an orphan where voorzieningen of the same wet were delivered with their beschikking, and its own
    is not among them; a payment of a dump where the dump has no such provision, or no indication for it. Payments
    without a beschikking are left alone. Call it once, after all originals.
    """
    connection.execute("begin")
    try:
        for table, (condition, column, sentence) in _ORPHANS.items():
            _move_orphans(connection, table, condition, column, sentence)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


_ORPHANS = {
    "declaratieregel": (
        """payment.beschikking_key is not null
        and payment.wet in (select wet from raw.beschikte_voorziening where beschikking_key is not null)
        and payment.beschikking_key not in (
            select beschikking_key from raw.beschikte_voorziening where beschikking_key is not null
        )""",
        "beschikking_key",
        "belongs to a beschikking that was not delivered with the voorzieningen",
    ),
    "cssd_szukhis": (
        """not exists (
            select 1 from raw.cssd_wvdos as dossier
            inner join raw.cssd_wvind_b as indication using (original_id, besluit_key, volgnr_ind)
            where dossier.original_id = payment.original_id and dossier.provision_key = payment.provision_key
        )""",
        "provision_key",
        "belongs to a provision that the dump does not have, or that has no indication in it",
    ),
}
"""Table to what makes its payments orphans, the column that says so, and the reason in words."""


def _move_orphans(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str, column: str, sentence: str
) -> None:
    connection.execute(
        f"create or replace temp table intake_orphan as select payment.rowid as payment_id, payment.dataset_id, "
        f"payment.original_id, payment.n_lines from raw.{table} as payment where {condition}"
    )
    connection.execute(
        "insert into raw.quarantine (dataset_id, original_id, line, file_name, table_name, column_name, reason_kind, "
        "reason) select orphan.dataset_id, orphan.original_id, null, original.file_name, ?, ?, 'orphan', ? "
        "from intake_orphan as orphan left join raw.original as original using (original_id), "
        "range(orphan.n_lines)",
        [table, column, sentence],
    )
    connection.execute(f"delete from raw.{table} where rowid in (select payment_id from intake_orphan)")
    connection.execute(
        "update raw.original set rows_loaded = rows_loaded - moved.n, rows_quarantined = rows_quarantined + moved.n "
        "from (select original_id, sum(n_lines) as n from intake_orphan group by original_id) as moved "
        "where original.original_id = moved.original_id"
    )
    connection.execute("drop table intake_orphan")


def _parts(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    file: Path,
    original: Original,
    pseudonymiser: Pseudonymiser,
) -> Iterator[_Part]:
    """The tables of an original, each with its file: one, or those of a dump, unpacked one at a time."""
    own = (connection, dataset, original, pseudonymiser)
    if dataset.kind != "cssd_dump":
        columns = (*dataset.columns, SYNTHETIC_COLUMN)
        yield _Part(*own, str(dataset.raw_table), columns, file, original.extension, original.file_name)
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
                yield _Part(*own, f"cssd_{table}", columns, unpacked, extension, f"{original.file_name}/{table}")
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


def _read_part(part: _Part) -> Intake:
    """Read one table; text that DuckDB cannot parse as it stands is rewritten first."""
    with contextlib.suppress(_NotPlain):
        return _read_prepared(part, may_be_plain=True)
    try:
        return _read_prepared(part, may_be_plain=False)
    except _NotPlain:
        raise UnsoundData(
            f"{part.name} cannot be told apart in rows: what was counted and what was read differ. Its quotes do not "
            "match, probably. Export it again."
        ) from None


class _NotPlain(Exception):
    """The rows that DuckDB read are not those that were counted."""


def _read_prepared(part: _Part, *, may_be_plain: bool) -> Intake:
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
        plan = _plan(part, source)
        _make_lookups(plan)
        try:
            loaded = _load_sums(plan) if part.table in GROUPED else _load_rows(plan)
        except duckdb.Error as error:
            # a row with too many or too few cells; `from None`, because the original error quotes it
            if source.is_plain and isinstance(error, duckdb.InvalidInputException):
                raise _NotPlain from None
            if part.extension == "parquet":
                raise unreadable_parquet(part.name) from None
            raise
        _quarantine_broken(plan)
        return _settled(plan, loaded)


def _plan(part: _Part, source: Prepared) -> _Plan:
    targets = CONFIDENTIAL_TABLES[part.table]
    is_coded = "category" in targets and "category" not in source.columns and bool(_codes(part.dataset))
    code_column = next((one for one in source.columns if is_coded and one in typed.CODE_COLUMNS), None)
    columns = {target: column for target, (column, _) in source.columns.items()}
    checks = typed.checks_of(columns, part.dataset, code_column)
    measured = tuple(target for target, column in columns.items() if column.type in ("date", "month", "decimal"))
    return _Plan(part, source, checks, code_column, measured if part.table in GROUPED else ())


def _codes(dataset: Dataset) -> dict[str, tuple[str, str, str, str | None]]:
    """Code, as it is compared, to its spelling, act, category and form."""
    codes: dict[str, tuple[str, str, str, str | None]] = {
        typed.code_key(code): (code, _WET_OF_CATEGORY.get(category, "gemeentelijk"), category, None)
        for code, category in dataset.categories.items()
    }
    for code, product in dataset.known_products.items():
        codes[typed.code_key(code)] = (code, product.wet, product.category, product.form)
    return codes


def _make_lookups(plan: _Plan) -> None:
    connection = plan.part.connection
    columns = "code text, spelling text, wet text, category text, form text"
    connection.execute(f"create or replace temp table intake_code ({columns})")
    connection.execute("create or replace temp table intake_wijk (name text, code text)")
    codes = [(code, *found) for code, found in _codes(plan.part.dataset).items()]
    wijken = {name.lower(): code for name, code in plan.part.dataset.wijken.items()}
    if codes:
        connection.executemany("insert into intake_code values (?, ?, ?, ?, ?)", codes)
    if wijken:
        connection.executemany("insert into intake_wijk values (?, ?)", list(wijken.items()))


@dataclass
class _Outcome:
    """Rows of one table that were loaded, and those that were set aside by the number of the check."""

    loaded: int
    faults: dict[int, int] = field(default_factory=dict)


def _load_rows(plan: _Plan) -> _Outcome:
    """One row of the table for each row of the file."""
    part = plan.part
    if plan.source.is_plain:
        _refuse_unparsed(plan)
    else:
        _refuse_long_cells(plan)
    outputs = _outputs(plan)
    kept = ", ".join(f"case when fault is null then {sql} end as {name}" for name, sql in outputs.items())
    _stage(plan, f"line as at_line, fault, shown, {kept}", "true")
    names = ", ".join(outputs)
    part.connection.execute(
        f"insert into raw.{part.table} ({names}) select {names} from intake_row where fault is null"
    )
    loaded = _count(part.connection, "select count(*) from intake_row where fault is null")
    return _quarantine_staged(plan, loaded)


def _load_sums(plan: _Plan) -> _Outcome:
    """One row of the table for each client, beschikking, product and so on, and month; lines are added up."""
    part = plan.part
    if not plan.source.is_plain:
        _refuse_long_cells(plan)
    sums, groups = _scan_sums(plan)
    read, bad = (pa.compute.sum(sums.column(name)).as_py() or 0 for name in ("n", "n_bad"))
    part.connection.register("intake_sum", sums)
    part.connection.register("intake_group", groups)
    try:
        checked = _checked(plan, plan.keys, "intake_group")
        if _count(part.connection, f"select count(*) from ({checked}) where fault is not null"):
            bad = _count(
                part.connection,
                "select sum(case when fault is null then n_bad else n end) from intake_sum "
                f"inner join ({checked}) using (group_id)",
            )
        _insert_sums(plan, checked)
    finally:
        part.connection.unregister("intake_sum")
        part.connection.unregister("intake_group")
    if not bad:
        return _Outcome(read)
    _stage(plan, "line as at_line, fault, shown", "fault is not null")
    return _quarantine_staged(plan, read - bad)


def _insert_sums(plan: _Plan, checked: str) -> None:
    """Add up what is one group once its cells are read: two spellings of a client number are one client."""
    part = plan.part
    measured = {_measure(plan, "month"): "month", _measure(plan, "decimal"): "amount"}
    measured |= {"line": "null", "n_lines": "n_lines"}
    read = {name: sql for name, sql in _outputs(plan).items() if name not in measured}
    own = [value(key) if plan.column(key).type in typed.HASHED else _output(plan, key) for key in plan.keys]
    sound = f"from ({checked}) where fault is null"
    twins = _count(part.connection, f"select count(*) - count(distinct ({', '.join([*own, '1'])})) {sound}")
    # hashes are taken here, once for each group, and not for each of its months
    read_as = ", ".join(f"{sql} as {name}" for name, sql in read.items())
    amount, lines = "amount", "n - n_bad"
    if twins:
        amount, lines = f"sum({amount})", f"sum({lines})"
    _execute(
        part,
        f"insert into raw.{part.table} ({', '.join([*read, *measured])}) "
        f"with sound as materialized (select group_id, min(group_id) over (partition by {', '.join([*own, '1'])}) "
        f"as first_id, {read_as} {sound}), "
        f"added as (select first_id, month, {amount} as amount, {lines} as n_lines from intake_sum "
        f"inner join sound using (group_id) where n > n_bad {'group by first_id, month' if twins else ''}) "
        f"select {', '.join([*(f'sound.{name}' for name in read), *measured.values()])} "
        "from added inner join sound on sound.group_id = added.first_id",
    )


def _measure(plan: _Plan, kind: str) -> str:
    return next(target for target in plan.in_scan if plan.column(target).type == kind)


def _scan_sums(plan: _Plan) -> tuple[pa.Table, pa.Table]:
    """Scan the file once: euros and lines per group and month, and the cells of each group.

    Groups are told apart by a hash of their cells while lines are added up, which keeps the sums small; that no two
    groups share one is checked, and another hash taken if they do.
    """
    for salt in range(_SALTS):
        sums, groups = _scan_with(plan, salt)
        ids = groups.column("group_id")
        if len(ids.unique()) == len(ids):
            return sums, groups
    raise UnsoundData(f"{plan.part.name}: its groups could not be told apart. Split the file by year.")


def _scan_with(plan: _Plan, salt: int) -> tuple[pa.Table, pa.Table]:
    month, amount = _measure(plan, "month"), _measure(plan, "decimal")
    keys = [f'"k_{target}"' for target in plan.keys]
    cells = ", ".join(f"{plan.source.columns[target][1]} as {key}" for target, key in zip(plan.keys, keys, strict=True))
    texts = {target: plan.source.columns[target][1] for target in plan.in_scan}
    looks = ", ".join(
        f"{text} as t_{target}, {typed.trimmed(text)} as {written(target)}, "
        f"{typed.usual_date(plan.column(target), text, plan.part.dataset.format)} as {typed.usual(target)}"
        for target, text in texts.items()
    )
    measures = ", ".join(f"{_value(plan, target, f't_{target}')} as {value(target)}" for target in texts)
    digest = f"hash({', '.join([*keys, str(salt)])})"  # without its last bit: a signed number goes through Arrow
    sql = (
        f"select group_id, month, {', '.join(keys)}, grouping(month) as is_group, count(*) as n, "
        "count_if(is_bad) as n_bad, sum(case when not is_bad then amount end) as amount from ("
        f"select cast({digest} >> 1 as bigint) as group_id, {', '.join(keys)}, "
        f"{value(month)} as month, {value(amount)} as amount, {_is_bad(plan)} as is_bad "
        f"from (select *, {measures} from (select {cells}, {looks} from {plan.source.scan}))) "
        f"group by grouping sets ((group_id, month), (group_id, {', '.join(keys)}))"
    )
    # a connection of its own: where a row cannot be parsed, the transaction stays sound
    with plan.part.connection.cursor() as cursor:
        batches = cursor.execute(sql).to_arrow_reader(1 << 18)
        sums, groups = [], []
        for batch in batches:
            is_group = pa.compute.cast(batch.column("is_group"), pa.bool_())
            sums.append(batch.select(["group_id", "month", "n", "n_bad", "amount"]).filter(pa.compute.invert(is_group)))
            groups.append(batch.select(["group_id", *(key.strip('"') for key in keys)]).filter(is_group))
        schema = batches.schema
    own = [schema.field(name) for name in ("group_id", "month", "n", "n_bad", "amount")]
    cells_of = [schema.field(name) for name in ("group_id", *(key.strip('"') for key in keys))]
    return pa.Table.from_batches(sums, pa.schema(own)), pa.Table.from_batches(groups, pa.schema(cells_of))


def _value(plan: _Plan, target: str, text: str) -> str:
    return typed.value_of(plan.column(target), text, plan.part.dataset.format, typed.usual(target))


def _is_bad(plan: _Plan) -> str:
    """SQL for whether a line fails a check on what is read while lines are added up, without saying which.

    Whether a cell that must be filled is empty or unreadable makes no difference here, and not asking saves a trim.
    """
    required = [target for target in plan.in_scan if plan.column(target).required]
    faults = [f"{value(target)} is null" for target in required]
    asked = [
        check
        for check in _only(plan.checks, plan.in_scan)
        if check.target not in required or written(check.target) not in check.condition
    ]
    return " or ".join([*faults, *(f"coalesce({check.condition}, false)" for check in asked)])


def _checked(plan: _Plan, targets: Sequence[str], scan: str) -> str:
    """SQL for the rows of a scan with their cells read and the number of the first check that they fail."""
    is_group = scan == "intake_group"
    texts = {target: f'"k_{target}"' if is_group else plan.source.columns[target][1] for target in targets}
    line = "group_id" if is_group else f"{plan.source.line} as line"
    cells = ", ".join([line, *(f"{typed.trimmed(text)} as {written(target)}" for target, text in texts.items())])
    values = ", ".join(["*", *(f"{_value(plan, target, written(target))} as {value(target)}" for target in targets)])
    looks = ", ".join(
        [
            "*",
            *(
                f"{typed.usual_date(plan.column(target), written(target), plan.part.dataset.format)} as "
                f"{typed.usual(target)}"
                for target in targets
            ),
        ]
    )
    code = written(plan.code_column) if plan.code_column else "null"
    wijk = f"lower({value('wijk')})" if "wijk" in targets else "null"
    fault = typed.fault_of(plan.checks if not is_group else _only(plan.checks, targets))
    return (
        f"select *, {fault} as fault, {typed.shown_code(code) if plan.code_column else 'null'} as shown from ("
        "select typed.*, code.spelling as c_spelling, coalesce(code.wet, other.wet) as c_wet, wijk.code as c_wijk, "
        "coalesce(code.category, other.category) as c_category, "
        f"coalesce(code.form, other.form) as c_form from (select {values} from "
        f"(select {looks} from (select {cells} from {scan}))) as typed "
        f"left join intake_code as code on code.code = {typed.code_key_of(code) if plan.code_column else 'null'} "
        f"left join intake_code as other on other.code = {sql_text(ANY_CODE)} and {code} is not null "
        f"left join intake_wijk as wijk on wijk.name = {wijk})"
    )


def _only(checks: Sequence[Check], targets: Sequence[str]) -> list[Check]:
    return [check for check in checks if check.target in targets]


def _outputs(plan: _Plan) -> dict[str, str]:
    """Column of the confidential table to the SQL that fills it from a row whose cells were read."""
    part = plan.part
    outputs: dict[str, str] = {}
    for name, kind in CONFIDENTIAL_TABLES[part.table].items():
        outputs[name] = f"cast({_output(plan, name)} as {kind})"
    outputs["dataset_id"] = sql_text(part.dataset.dataset_id)
    outputs["original_id"] = sql_text(part.original.original_id)
    outputs["line"] = "line"
    is_marked = f"coalesce({value('is_synthetic')} = 'ja', false)" if "is_synthetic" in plan.source.columns else "false"
    outputs["is_synthetic"] = "true" if part.original.is_synthetic else is_marked
    return outputs


def _output(plan: _Plan, name: str) -> str:
    ways: list[str] = []
    if name in plan.source.columns:
        ways.append(typed.hashed(value(name)) if plan.column(name).type in typed.HASHED else value(name))
    if name == "wijk" and ways:
        is_code = f"regexp_full_match({value(name)}, '(?i)wk[0-9]{{6}}')"
        ways = ["c_wijk", f"case when {is_code} then upper({value(name)}) else {value(name)} end"]
    ways = ["c_spelling", *ways] if name == plan.code_column else ways
    ways += [sql_text(one.default) for one in plan.part.columns if one.target == name and one.default]
    if name in ("wet", "category", "form"):
        ways += [f"c_{name}"]
    ways += [sql_text("onbekend")] if name == "form" else []
    return f"coalesce({', '.join(ways)})" if ways else "null"


def _stage(plan: _Plan, selected: str, condition: str) -> None:
    """Read every row by itself into the temporary table intake_row: typed cells and hashes, never a number."""
    part = plan.part
    rows = _checked(plan, list(plan.source.columns), plan.source.scan)
    _execute(part, f"create or replace temp table intake_row as select {selected} from ({rows}) where {condition}")


def _quarantine_staged(plan: _Plan, loaded: int) -> _Outcome:
    part = plan.part
    numbered = list(enumerate(plan.checks, start=1))

    def by_number(texts: Iterator[str]) -> str:
        cases = " ".join(f"when {number} then {sql_text(text)}" for number, text in enumerate(texts, start=1))
        return f"case fault {cases} end"

    with_code = ", ".join(str(number) for number, check in numbered if check.shows_code) or "null"
    part.connection.execute(
        "insert into raw.quarantine (dataset_id, original_id, line, file_name, table_name, column_name, reason_kind, "
        f"reason) select ?, ?, at_line, ?, ?, {by_number(check.target for _, check in numbered)}, "
        f"{by_number(check.kind for _, check in numbered)}, "
        f"case when fault in ({with_code}) and shown is not null then 'code ''' || shown || ''' ' else '' end || "
        f"{by_number(check.sentence for _, check in numbered)} from intake_row where fault is not null",
        [part.dataset.dataset_id, part.original.original_id, part.original.file_name, part.table],
    )
    faults = part.connection.execute(
        "select fault, count(*) from intake_row where fault is not null group by fault"
    ).fetchall()
    part.connection.execute("drop table intake_row")
    return _Outcome(loaded, dict(faults))


def _quarantine_broken(plan: _Plan) -> None:
    part = plan.part
    own = (part.dataset.dataset_id, part.original.original_id)
    rows = [
        (*own, row.line, part.original.file_name, part.table, None, "broken_row", _broken(row))
        for row in plan.source.broken
    ]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        part.connection.executemany(
            "insert into raw.quarantine (dataset_id, original_id, line, file_name, table_name, column_name, "
            f"reason_kind, reason) values ({marks})",
            rows,
        )


def _broken(row: BrokenRow) -> str:
    return f"has {row.cells} cells, expected {row.expected} as in the header"


def _settled(plan: _Plan, outcome: _Outcome) -> Intake:
    """The count of one table, checked.

    Raises:
        _NotPlain: rows in are not rows loaded and rows quarantined.
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
        raise _NotPlain
    if source.rows_in and quarantined / source.rows_in > part.dataset.max_faulty_share:
        raise UnsoundData(_too_many(plan, quarantined))
    return Intake(source.rows_in, outcome.loaded, quarantined, reasons)


def _too_many(plan: _Plan, quarantined: int) -> str:
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


def _refuse_unparsed(plan: _Plan) -> None:
    """Raise where DuckDB cannot parse the text as it stands, before the transaction depends on it."""
    cells = ", ".join(f"count({text})" for _, text in plan.source.columns.values())
    with plan.part.connection.cursor() as cursor:
        cursor.execute(f"select {cells} from {plan.source.scan}").fetchall()


def _refuse_long_cells(plan: _Plan) -> None:
    lengths = ", ".join(f"max(strlen({text}))" for _, text in plan.source.columns.values())
    with plan.part.connection.cursor() as cursor:
        found = cursor.execute(f"select {lengths} from {plan.source.scan}").fetchone() or ()
    for target, longest in zip(plan.source.columns, found, strict=True):
        if longest is not None and longest > 4 * MAX_CELL:
            raise UnsoundData(
                f"{plan.part.name} has a cell of more than {MAX_CELL} characters under {target}. Export it again."
            )


def _execute(part: _Part, sql: str) -> None:
    """Run SQL that may hash numbers; the key goes in as a parameter, never into the text."""
    inner, outer = part.pseudonymiser.pads
    given: Mapping[str, Any] = {"inner": inner, "outer": outer} if "$inner" in sql else {}
    part.connection.execute(sql, given)


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    (found,) = connection.execute(sql).fetchone() or (0,)
    return int(found)


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
