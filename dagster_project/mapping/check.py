"""What would be read of exports, before they are taken in: `opkoers mapping check`.

The readers of a refresh read a copy, with a key that is thrown away, into a database in memory. Nothing is kept. What
is told are headers, counts and lines, never a value of a person.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from dagster_project import ingest
from dagster_project.contracts import Column, Dataset
from dagster_project.errors import EXIT_OK, EXIT_SET_ASIDE, EXIT_USAGE, ConfigurationError, UnsoundData
from dagster_project.extract import delimited, dropfolder, figures, incoming, workbooks
from dagster_project.extract.incoming import Incoming
from dagster_project.extract.pseudonym import KEY_BYTES, Pseudonymiser
from dagster_project.extract.reading import SYNTHETIC_COLUMN, ReadContext
from dagster_project.mapping.sample import Sample, sample_of
from dagster_project.registration.intake import create_confidential_schema, read_original
from dagster_project.registration.names import period_of
from dagster_project.registration.vault import Original
from dagster_project.snapshots import Snapshot, sha256_of, utc_now
from dagster_project.spill import limit_resources
from dagster_project.workspace import Workspace

_LINES = 5
"""Lines of faulty rows that are shown for each reason."""
_HASHED = {"client": "hashed", "bsn": "hashed", "key": "hashed"}
_SEVERITY = (EXIT_OK, EXIT_SET_ASIDE, EXIT_USAGE)


@dataclass(frozen=True)
class Report:
    """What is told of some exports, and the exit code: 0 readable, 5 rows or a file set aside, 2 no contract."""

    lines: list[str]
    exit_code: int


@dataclass(frozen=True)
class _Outcome:
    """What reading came to: rows, and of those set aside the reason, how many there are and where the first stand."""

    loaded: int
    reasons: list[tuple[str, int, str]]


def check(workspace: Workspace, files: Sequence[Path]) -> Report:
    """Explain what would be read.

    Args:
        workspace: whose contracts and mappings hold.
        files: exports, wherever they lie; none: what lies in `drop/`.

    Raises:
        ConfigurationError: a file does not exist, or a mapping is wrong.
    """
    absent = [str(path) for path in files if not path.exists()]
    if absent:
        raise ConfigurationError(f"{', '.join(absent)} does not exist. Give the path of an export.")
    datasets = ingest.datasets_of(workspace)
    if files:
        assessed, waiting = [dropfolder.assess(path.resolve(), workspace, datasets) for path in files], {}
    else:
        look = dropfolder.look(workspace, datasets)
        assessed, waiting = [*((item, None) for item in look.exports), *look.strays], look.waiting
    lines, code = [], EXIT_OK
    for item, reason in assessed:
        told, found = _of_stray(item, reason) if reason else _of_export(workspace, item)
        lines += [*told, ""]
        code = max(code, found, key=_SEVERITY.index)
    lines += [f"{name} is not complete: {reason}. It waits." for name, reason in waiting.items()]
    return Report(lines or ["drop/ holds no exports."], code)


def _of_stray(item: Incoming, reason: str) -> tuple[list[str], int]:
    is_legible = item.path.is_file() and item.path.suffix.lower() in dropfolder.FORMS["record_file"]
    way_out = f" See what it resembles: opkoers mapping suggest {item.path}" if is_legible else ""
    return [item.name, f"  It would be rejected. {reason}{way_out}"], EXIT_USAGE


def _of_export(workspace: Workspace, item: Incoming) -> tuple[list[str], int]:
    dataset = item.dataset
    if dataset is None:
        raise ValueError(f"{item.name} fits no contract")
    lines = [item.name, *(f"  {line}" for line in _fits(workspace, item, dataset))]
    try:
        lines += [f"  {line}" for line in _layout(item, dataset)]
        outcome = _read(workspace, item, dataset)
    except UnsoundData as error:
        return [*lines, f"  It would be refused as a whole. {error}"], EXIT_SET_ASIDE
    set_aside = sum(n for _, n, _ in outcome.reasons)
    total = outcome.loaded + set_aside
    lines.append(f"  Of {total} rows {outcome.loaded} would be read and {set_aside} set aside.")
    for reason, n, where in outcome.reasons:
        lines.append(f"    {n}: {reason}{where}")
    return lines, EXIT_SET_ASIDE if set_aside else EXIT_OK


def _fits(workspace: Workspace, item: Incoming, dataset: Dataset) -> Iterator[str]:
    """Which contract an export fits, and why."""
    yield f"It fits {dataset.key} ({dataset.title}): its name fits '{dataset.file_pattern}'."
    if (workspace.mappings / f"{dataset.dataset_id}.yml").is_file():
        yield f"mappings/{dataset.dataset_id}.yml is laid over the contract."
    if dataset.is_client_level:
        try:
            period = period_of(item.name)
        except UnsoundData:
            return  # its reader says so
        yield (
            f"It speaks for {period.period_id}."
            if period
            else "Without a period in its name it is a stand: it speaks for everything up to its receipt."
        )


def _layout(item: Incoming, dataset: Dataset) -> Iterator[str]:
    """How an export is written, which header feeds which column, and which are not read."""
    if dataset.kind != "cssd_dump":
        columns = figures.columns_of(dataset) if dataset.kind == "figure_file" else dataset.columns
        yield from _file_layout(sample_of(item.path, sheet=dataset.format.sheet), columns, dataset)
        return
    files = {path.stem.lower(): path for path in sorted(item.path.iterdir()) if path.is_file()}
    for table, columns in dataset.tables.items():
        if table in files:
            yield f"Table {table}:"
            yield from (f"  {line}" for line in _file_layout(sample_of(files[table]), columns, dataset))
    unread = sorted(path.name for stem, path in files.items() if stem not in dataset.tables)
    if unread:
        yield f"No contract reads {', '.join(unread)}: not kept."


def _file_layout(sample: Sample, columns: Sequence[Column], dataset: Dataset) -> Iterator[str]:
    yield _format(sample, dataset)
    places = delimited.match_headers(sample.name, sample.headers, (*columns, SYNTHETIC_COLUMN), ())
    if not places:
        # what is taken for headers may as well be a person's data
        yield f"None of the {len(sample.headers)} headers is known: is the first line a line of headers?"
        return
    fed: dict[str, str] = {}
    for column in (*columns, SYNTHETIC_COLUMN):
        if column.name in places and column.target not in fed:
            fed[column.target] = sample.headers[places[column.name]]
            how = f", {_HASHED[column.type]}" if column.type in _HASHED else ""
            yield f"'{fed[column.target]}' feeds {column.target.removeprefix('measure:') or 'value'}{how}."
    unread = [header for header in sample.headers if header not in fed.values()]
    if unread:
        yield f"Not read: {', '.join(delimited.quoted(header) for header in unread)}."


def _format(sample: Sample, dataset: Dataset) -> str:
    if sample.form == workbooks.SUFFIX:
        return (
            f"A workbook, sheet '{dataset.format.sheet}'." if dataset.format.sheet else "A workbook, its first sheet."
        )
    if sample.form == ".parquet":
        return "A parquet file."
    cut = {"\t": "tabs"}.get(sample.delimiter or "", f"'{sample.delimiter}'")
    return (
        f"Text in {sample.encoding}, cells separated by {cut}; numbers are read with a decimal "
        f"'{dataset.format.decimal}', dates as {dataset.format.date_format} or ISO."
    )


def _read(workspace: Workspace, item: Incoming, dataset: Dataset) -> _Outcome:
    """Read a copy, in a folder that is closed to others and removed."""
    workspace.build.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=workspace.build, prefix="check-") as folder:
        scratch = Path(folder)
        if dataset.is_client_level:
            return _read_records(incoming.pack_or_copy(item, scratch), item, dataset)
        return _read_figures(incoming.record(item, scratch).file, item, dataset)


def _read_records(copy: Path, item: Incoming, dataset: Dataset) -> _Outcome:
    original = Original(
        original_id=sha256_of(copy),
        source_id=dataset.source_id,
        dataset_id=dataset.dataset_id,
        file_name=item.name,
        extension=copy.suffix.removeprefix("."),
        received_at=utc_now(),
        sightings=[],
        bytes=copy.stat().st_size,
        is_synthetic=incoming.is_synthetic(item.name),
        retain_until=utc_now()[:10],
        forgotten_at=None,
        licence=dataset.licence,
        attribution=dataset.attribution,
    )
    with duckdb.connect() as connection:
        create_confidential_schema(connection)
        limit_resources(connection, copy.parent)
        intake = read_original(connection, dataset, copy, original, Pseudonymiser(secrets.token_bytes(KEY_BYTES)))
        rows = connection.execute(
            "select concat_ws(', ', table_name, column_name), reason, count(*), list(line order by line)[:$lines] "
            "from raw.quarantine group by all order by count(*) desc, 1, 2",
            {"lines": _LINES},
        ).fetchall()
    return _Outcome(
        intake.rows_loaded, [(f"{place}: {reason}", n, _where(n, lines)) for place, reason, n, lines in rows]
    )


def _where(n: int, lines: Sequence[int | None]) -> str:
    known = [str(line) for line in lines if line is not None]
    if not known:
        return ""
    return f" ({'line' if n == 1 else 'lines'} {', '.join(known)}{', …' if n > len(known) else ''})"


def _read_figures(copy: Path, item: Incoming, dataset: Dataset) -> _Outcome:
    snapshot = Snapshot(
        snapshot_id=sha256_of(copy),
        source_id=dataset.source_id,
        dataset_id=dataset.dataset_id,
        extension=copy.suffix.removeprefix("."),
        origin="file",
        url=item.name,
        original_url=None,
        retrieved_at=utc_now(),
        publisher_modified=None,
        etag=None,
        http_status=None,
        row_count=None,
        bytes=copy.stat().st_size,
        licence=dataset.licence,
        attribution=dataset.attribution,
        table_id=None,
        contract_version=dataset.contract_version,
        is_synthetic=False,
    )
    context = ReadContext()
    rows: set[int] = set()
    for batch in ingest.read(dataset, copy, snapshot, context):
        rows |= set(batch.rows["row_number"].to_pylist())
    grouped: dict[str, list[int]] = {}
    for fault in context.faults:
        grouped.setdefault(f"{fault.column}: {fault.reason}".removeprefix(": "), []).append(fault.line)
    reasons = [(reason, len(lines), _where(len(lines), sorted(lines)[:_LINES])) for reason, lines in grouped.items()]
    return _Outcome(len(rows), sorted(reasons, key=lambda one: (-one[1], one[0])))
