"""Trace: from one published value back to the bytes it rests on.

Value → formula with its numbers → models → raw rows → snapshot file, hash and address → what the gates said → run.
It reads the publication that stands and the snapshots; it builds nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from dagster_project import ingest, transform
from dagster_project.contracts import Dataset, contract
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.extract.reading import ReadContext
from dagster_project.product import code_fingerprint, product_path
from dagster_project.publication import current_folder, read_manifest
from dagster_project.snapshots import Snapshot, SnapshotStore
from dagster_project.workspace import Workspace

VALUE_MODEL = "fct_indicator_value"
_SHOWN_ROWS = 20


def trace(workspace: Workspace, indicator_id: str, region_code: str, period_id: str) -> dict[str, Any]:
    """The chain behind one published value.

    Returns:
        A dictionary with value, indicator, formula, models, snapshots (each with its raw rows), gates and run.

    Raises:
        ConfigurationError: nothing is published, or there is no such value; the message names the nearest ones.
        VerificationFailed: a snapshot in the chain is gone or was changed.
    """
    folder = current_folder(workspace)
    if folder is None:
        raise ConfigurationError("Nothing is published yet. Run: opkoers refresh.")
    manifest = read_manifest(folder)
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        value = _value(connection, indicator_id, region_code, period_id)
        indicator = _row(connection, "select * from marts.dim_indicator where indicator_id = ?", [indicator_id])
        version = _version(connection, indicator_id, period_id)
        gates = _gates(connection, [sha for _, sha in _roles(value)])
        run = _row(connection, "select * from marts.audit_run where run_id = ?", [manifest["run_id"]])
    store = SnapshotStore(workspace.snapshots)
    concepts = _concepts(indicator_id, version)
    return {
        "value": value,
        "indicator": indicator,
        "formula": _formula(value, indicator, version),
        "models": list(_models(manifest)),
        "snapshots": [_snapshot(workspace, store, role, sha, value, concepts) for role, sha in _roles(value)],
        "gates": gates,
        "run": run,
        "publication": {name: manifest[name] for name in ("publication_id", "created_at", "git_commit", "as_of")},
    }


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _row(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> dict[str, Any]:
    rows = _rows(connection, sql, parameters)
    return rows[0] if rows else {}


def _value(connection: duckdb.DuckDBPyConnection, indicator_id: str, region: str, period: str) -> dict[str, Any]:
    where = "where indicator_id = ? and region_code = ? and period_id = ? and territory = 'as_published'"
    value = _row(connection, f"select * from marts.{VALUE_MODEL} {where}", [indicator_id, region, period])
    if value:
        return value
    for column, given in (("indicator_id", indicator_id), ("region_code", region), ("period_id", period)):
        sql = (
            f"select {column} from (select distinct {column} from marts.{VALUE_MODEL})"
            f" order by {column} <> ?, levenshtein({column}, ?), {column} limit 4"
        )
        nearest = [row[column] for row in _rows(connection, sql, [given, given])]
        if given not in nearest:
            raise ConfigurationError(f"No value has {column} {given!r}. The nearest: {', '.join(nearest)}.")
    raise ConfigurationError(
        f"{indicator_id} has no value for {region} in {period}. Ask the table {VALUE_MODEL} which there are."
    )


def _version(connection: duckdb.DuckDBPyConnection, indicator_id: str, period_id: str) -> dict[str, Any]:
    """The register's version in force when the period began; empty for an indicator that only an objective knows."""
    return _row(
        connection,
        "select v.* from marts.dim_indicator_version as v inner join marts.dim_period as p on"
        " p.start_date between coalesce(v.valid_from, p.start_date) and coalesce(v.valid_to, p.start_date)"
        " where v.indicator_id = ? and p.period_id = ?",
        [indicator_id, period_id],
    )


def _concepts(indicator_id: str, version: dict[str, Any]) -> set[str]:
    """The concepts of raw figures on which the indicator rests; bands of ages come out of figures per year of age."""
    named = {version.get(f"{part}_concept") for part in ("published", "numerator", "denominator")} - {None}
    ends = {f"{version['published_concept']}_{end}" for end in ("low", "high")} if version else set()
    ages = {"inhabitants_by_age"} if any(str(name).startswith("inhabitants_") for name in named) else set()
    return {indicator_id, *map(str, named), *ends, *ages}


def _formula(value: dict[str, Any], indicator: dict[str, Any], version: dict[str, Any]) -> str:
    if value["absence"]:
        return f"no value: {value['absence']}"
    if value["rate_published"] is not None:
        offset, factor = version.get("published_offset", 0), version.get("published_factor", 1)
        if (offset, factor) == (0, 1):
            return f"{value['value']:.10g}, as the publisher gives it"
        given = (value["value"] - offset) / factor
        return f"{value['value']:.10g} = {offset:g} + {factor:g} × {given:.10g}, which the publisher gives"
    if value["denominator"] is None:
        return f"{value['value']:.10g}, counted"
    worked_out = f"{value['numerator']:.10g} / {value['denominator']:.10g} × {indicator['rate_base']:.10g}"
    return f"{worked_out} = {value['value']:.10g} {indicator['unit']}"


def _models(manifest: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The models between raw and the value, upstream first, each with its file."""
    if manifest["code_fingerprint"] != code_fingerprint():
        yield {"name": VALUE_MODEL, "file": f"built by another version of the code: commit {manifest['git_commit']}"}
        return
    nodes = {**transform.manifest()["nodes"], **transform.manifest()["sources"]}
    start = next(name for name, node in nodes.items() if node["name"] == VALUE_MODEL)
    seen: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in seen or name not in nodes:
            return
        for parent in nodes[name].get("depends_on", {}).get("nodes", []):
            visit(parent)
        seen[name] = None

    visit(start)
    for name in seen:
        node = nodes[name]
        path = (product_path("dbt") / node["original_file_path"]).resolve()
        shown = path.relative_to(product_path()) if path.is_relative_to(product_path()) else path
        yield {"name": f"{node['schema']}.{node['name']}", "type": node["resource_type"], "file": shown.as_posix()}


def _roles(value: dict[str, Any]) -> list[tuple[str, str]]:
    """The snapshots a value rests on, each once, with what it gave."""
    roles: dict[str, str] = {}
    for role, column in (("numerator", "snapshot_id"), ("denominator", "denominator_snapshot_id")):
        sha = value[column]
        if sha:
            roles[sha] = f"{roles[sha]} and {role}" if sha in roles else role
    return [(role, sha) for sha, role in roles.items()]


def _snapshot(
    workspace: Workspace, store: SnapshotStore, role: str, sha: str, value: dict[str, Any], concepts: set[str]
) -> dict[str, Any]:
    snapshot = next((s for s in store.all() if s.snapshot_id == sha), None)
    if snapshot is None:
        raise VerificationFailed(
            f"The value rests on snapshot {sha}, which is not in {store.root}. Restore it from backup."
        )
    path = store.verify(snapshot)
    dataset = contract(snapshot.source_id, snapshot.dataset_id)
    return {
        "role": role,
        "file": path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else path.as_posix(),
        "sha256": snapshot.snapshot_id,
        "sha256_verified": True,
        "source": snapshot.source_id,
        "dataset": snapshot.dataset_id,
        "table_id": snapshot.table_id,
        "url": snapshot.url,
        "origin": snapshot.origin,
        "original_url": snapshot.original_url,
        "retrieved_at": snapshot.retrieved_at,
        "publisher_modified": snapshot.publisher_modified,
        "licence": snapshot.licence,
        "attribution": snapshot.attribution,
        "is_synthetic": snapshot.is_synthetic,
        "raw_rows": _raw_rows(dataset, path, snapshot, value, concepts),
    }


def _raw_rows(
    dataset: Dataset,
    path: Path,
    snapshot: Snapshot,
    value: dict[str, Any],
    concepts: set[str],
) -> list[dict[str, Any]]:
    """The raw rows of a figure in a snapshot; for registrations of persons only how many rows there are."""
    context = ReadContext()
    found: list[dict[str, Any]] = []
    persons = 0
    for batch in ingest.read(dataset, path, snapshot, context):
        names = batch.rows.column_names
        if "client_key" in names:
            persons += batch.rows.num_rows
        elif "value_written" in names:
            found += [row for row in batch.rows.to_pylist() if _is_print_of(row, value)]
        elif "value_text" in names:
            found += [row for row in batch.rows.to_pylist() if _is_about(row, value, concepts)]
        elif "indicator_id" in names:
            found += [row for row in batch.rows.to_pylist() if row["indicator_id"] == value["indicator_id"]]
    if persons:
        return [{"note": f"{persons} rows on persons, counted; they are not shown"}]
    more = [{"note": f"and {len(found) - _SHOWN_ROWS} more"}] if len(found) > _SHOWN_ROWS else []
    return [*found[:_SHOWN_ROWS], *more]


def _is_about(row: dict[str, Any], value: dict[str, Any], concepts: set[str]) -> bool:
    """Whether a raw observation is of the value's region and period, and of a concept on which it rests."""
    region = re.sub(r"^NL00$", "NL01", str(row["region_key"]).strip())
    same_region = region.lstrip("GM0") == value["region_code"].lstrip("GM0")
    # people are counted on 1 January: a part of a year divides by those of its year
    same_period = _period_of(row["period_key"]) in (value["period_id"], value["period_id"][:4])
    return row["concept_id"] in concepts and same_region and same_period


def _period_of(key: str) -> str:
    """The period id of a key as CBS sends it, such as 2020HJ01; what is an id already stays."""
    found = re.fullmatch(r"(\d{4})(JJ|HJ|KW|MM|SJ)(\d\d)", key.strip())
    if not found:
        return re.sub(r"^(\d{4})-(\d{4})$", r"\1/\2", key.strip())
    year, kind, number = found.groups()
    ends = {"JJ": "", "HJ": f"-H{number[1]}", "KW": f"-Q{number[1]}", "MM": f"-{number}", "SJ": f"/{int(year) + 1}"}
    return year + ends[kind]


def _is_print_of(row: dict[str, Any], value: dict[str, Any]) -> bool:
    """Whether a printed row has the value's year and its number, as it stands or per ten times more or fewer."""
    same_period = str(row["period_key"])[:4] in re.split("[-/]", value["period_id"])
    numbers = [float(text) for text in (row["value_number"], row["value_nl_number"]) if text]
    if value["value"] is None:
        return same_period and not numbers
    return same_period and any(math.isclose(value["value"], n * factor) for n in numbers for factor in (0.1, 1, 10))


def _gates(connection: duckdb.DuckDBPyConnection, snapshot_ids: list[str]) -> list[dict[str, Any]]:
    """The suites that judged the value's table and the raw tables of the sources it came from."""
    sql = (
        "select stage, suite, count(*) as expectations, count(*) filter (where result = 'passed') as passed"
        " from marts.audit_validation where table_name in (?, 'raw.snapshot', 'raw.parameter') or exists ("
        "  select 1 from marts.audit_snapshot where list_contains(?, snapshot_id)"
        "  and (table_name like 'raw.' || source_id || '_%'"
        "       or source_id = 'aggregate' and table_name like 'raw.registration_%'))"
        " group by stage, suite order by stage desc, suite"
    )
    return _rows(connection, sql, [f"marts.{VALUE_MODEL}", snapshot_ids])


def as_lines(chain: dict[str, Any]) -> Iterator[str]:
    """The chain as text for a terminal, one fact a line."""
    value, publication, run = chain["value"], chain["publication"], chain["run"]
    yield f"{value['indicator_id']} {value['region_code']} {value['period_id']}"
    yield f"  value       {chain['formula']}"
    yield f"  status      {value['value_status'] or 'not stated'}; synthetic {value['is_synthetic']}"
    yield f"  indicator   {chain['indicator'].get('name_nl', '-')}"
    yield f"  published   {publication['publication_id']}, as of {publication['as_of']}"
    yield f"  code        commit {publication['git_commit']}"
    yield "  models"
    for model in chain["models"]:
        yield f"    {model['name']}  {model['file']}"
    for snapshot in chain["snapshots"]:
        yield from _snapshot_lines(snapshot)
    yield "  gates"
    for gate in chain["gates"]:
        yield f"    {gate['stage']} {gate['suite']}: {gate['passed']} of {gate['expectations']} passed"
    yield f"  run         {run['run_id']}, started {run['started_at']} by {run['started_by']}"


def _snapshot_lines(snapshot: dict[str, Any]) -> Iterator[str]:
    yield f"  {snapshot['role']} from {snapshot['source']}/{snapshot['dataset']}"
    for row in snapshot["raw_rows"]:
        shown = {k: v for k, v in row.items() if v is not None and k not in ("snapshot_id", "source_id", "dataset_id")}
        yield "    raw row   " + ", ".join(f"{name} {str(v).strip()}" for name, v in shown.items())
    yield f"    file      {snapshot['file']}"
    yield f"    sha256    {snapshot['sha256']} (verified now)"
    yield f"    table     {snapshot['table_id'] or '-'}"
    yield f"    address   {snapshot['url']}"
    if snapshot["origin"] == "reconstructed":
        yield f"    origin    reconstructed from figures of {snapshot['original_url']}: not the service's own bytes"
    else:
        yield f"    origin    {snapshot['origin']}"
    yield f"    retrieved {snapshot['retrieved_at']}; publisher's stamp {snapshot['publisher_modified'] or '-'}"
    yield f"    licence   {snapshot['licence']}; {snapshot['attribution']}"
