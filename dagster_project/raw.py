"""The raw layer: which tables `raw` holds in the build database, and how rows land in them.

Raw rows are what a snapshot says, text as it was sent, with the snapshot and the row they came from. Nothing is
renamed, cast or filtered here: that is staging's work. `sources/*.yml` describes the same tables for dbt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

_ROW = {"source_id": "text", "dataset_id": "text", "snapshot_id": "text", "row_number": "bigint"}
_OBSERVATION = {
    **_ROW,
    "concept_id": "text",
    "measure_key": "text",
    "region_key": "text",
    "period_key": "text",
    "value_text": "text",
    "value_attribute": "text",
    "is_synthetic": "boolean",
}

RAW_TABLES: dict[str, dict[str, str]] = {
    # publishers' figures: one row per measure, region and period as sent
    "cbs_observation": {**_OBSERVATION, "detail_key": "text"},
    "duo_observation": _OBSERVATION,
    "divosa_observation": _OBSERVATION,
    "municipal_observation": _OBSERVATION,
    # code lists and measures of CBS tables
    "cbs_code": {
        **_ROW,
        "dimension": "text",
        "code_key": "text",
        "title": "text",
        "description": "text",
        "group_key": "text",
        "status": "text",
    },
    "cbs_table": {
        **_ROW,
        "table_id": "text",
        "title": "text",
        "status": "text",
        "modified": "text",
        "version": "text",
        "version_reason": "text",
        "coverage": "text",
        "description": "text",
    },
    "cbs_measure": {
        **_ROW,
        "measure_key": "text",
        "concept_id": "text",
        "title": "text",
        "unit": "text",
        "decimals": "integer",
    },
    # local registrations: counts of the seal, never a person
    "registration_cell": {
        **_ROW,
        "subject": "text",
        "measure": "text",
        "unit": "text",
        "wet": "text",
        "category": "text",
        "form": "text",
        "referrer": "text",
        "wijk": "text",
        "n_provisions": "text",
        "period_id": "text",
        "value": "text",
        "is_hidden": "boolean",
        "is_synthetic": "boolean",
    },
    "registration_coverage": {
        **_ROW,
        "subject": "text",
        "wet": "text",
        "period_id": "text",
        "covered_from": "text",
        "covered_through": "text",
        "is_whole": "boolean",
    },
    "registration_file": {
        **_ROW,
        "original_id": "text",
        "original_dataset_id": "text",
        "file_name": "text",
        "period_id": "text",
        "received_at": "text",
        "rows_in": "bigint",
        "rows_loaded": "bigint",
        "rows_quarantined": "bigint",
        "state": "text",
        "superseded_by": "text",
        "forgotten_at": "text",
        "is_synthetic": "boolean",
    },
    "registration_fault": {
        **_ROW,
        "original_id": "text",
        "original_dataset_id": "text",
        "file_name": "text",
        "table_name": "text",
        "column_name": "text",
        "reason_kind": "text",
        "reason": "text",
        "n": "bigint",
    },
    # the workspace's own files, text as written
    "objective": {
        **_ROW,
        "plan_id": "text",
        "objective_id": "text",
        "opgave": "text",
        "title": "text",
        "indicator_id": "text",
        "kind": "text",
        "direction": "text",
        "baseline_value": "text",
        "baseline_period": "text",
        "target_value": "text",
        "target_period": "text",
        "margin": "text",
        "unit": "text",
        "decimals": "text",
        "owner": "text",
        "instrument": "text",
        "rhythm": "text",
        "programme": "text",
        "source": "text",
        "valid_from": "text",
        "result_area": "text",
        "remarks": "text",
    },
    "measurement": {
        **_ROW,
        "indicator_id": "text",
        "region_code": "text",
        "period_id": "text",
        "value": "text",
        "interval_low": "text",
        "interval_high": "text",
        "source": "text",
        "is_synthetic": "text",
        "unit": "text",
    },
    "plan": {
        **_ROW,
        "plan_id": "text",
        "title": "text",
        "starts": "text",
        "ends": "text",
        "evaluation": "text",
        "council_moments": "text",
        "source": "text",
        "remarks": "text",
    },
    "opgave": {
        **_ROW,
        "plan_id": "text",
        "opgave": "text",
        "ambition": "text",
        "indicators": "text",
        "source": "text",
        "remarks": "text",
    },
    "plan_indicator": {
        **_ROW,
        "plan_id": "text",
        "indicator_id": "text",
        "indicator_group": "text",
        "name_nl": "text",
        "definition_nl": "text",
        "unit": "text",
        "decimals": "text",
        "direction": "text",
        "opgave": "text",
        "rhythm": "text",
        "source": "text",
        "remarks": "text",
    },
    "action": {
        **_ROW,
        "plan_id": "text",
        "opgave": "text",
        "programme": "text",
        "action": "text",
        "indicators": "text",
        "state": "text",
        "starts": "text",
        "ends": "text",
        "expected_effect": "text",
        "cost": "text",
        "source": "text",
        "remarks": "text",
        "is_synthetic": "text",
    },
    "agenda": {
        **_ROW,
        "plan_id": "text",
        "opgave": "text",
        "date": "text",
        "period": "text",
        "subject": "text",
        "body": "text",
        "source": "text",
    },
    "choice": {
        **_ROW,
        "plan_id": "text",
        "programme": "text",
        "choice": "text",
        "effect_financial": "text",
        "effect_organisational": "text",
        "effect_society": "text",
        "source": "text",
        "is_synthetic": "text",
    },
    "risk": {**_ROW, "plan_id": "text", "opgave": "text", "risk": "text", "source": "text"},
    "budget": {
        **_ROW,
        "plan_id": "text",
        "programme": "text",
        "budget_line": "text",
        "opgave": "text",
        "year": "text",
        "budget": "text",
        "actual": "text",
        "forecast": "text",
        "basis": "text",
        "source": "text",
        "is_synthetic": "text",
        "wet": "text",
    },
    "cost": {
        **_ROW,
        "wet": "text",
        "category": "text",
        "year": "text",
        "users": "text",
        "cost": "text",
        "source": "text",
        "is_synthetic": "text",
    },
    "printed_care": {
        **_ROW,
        "wet": "text",
        "category": "text",
        "form": "text",
        "year": "text",
        "measure": "text",
        "value": "text",
        "unit": "text",
        "source": "text",
        "is_synthetic": "text",
    },
    "narrative": {
        **_ROW,
        "objective_id": "text",
        "edition": "text",
        "author_role": "text",
        "section": "text",
        "text": "text",
        "is_synthetic": "text",
    },
    "maatregel": {
        **_ROW,
        "objective_id": "text",
        "edition": "text",
        "maatregel": "text",
        "expected_effect": "text",
        "effect_period": "text",
        "cost": "text",
        "is_synthetic": "text",
    },
    "region_shape": {
        **_ROW,
        "region_code": "text",
        "region_name": "text",
        "geometry": "text",
        "crs": "text",
        "is_synthetic": "text",
    },
    # figures as others printed them
    "printed_figure": {
        **_ROW,
        "gemeente": "text",
        "indicator_label": "text",
        "unit_label": "text",
        "period_written": "text",
        "period_key": "text",
        "value_status": "text",
        "value_written": "text",
        "value_number": "text",
        "value_nl_written": "text",
        "value_nl_number": "text",
        "source": "text",
        "note": "text",
        "is_synthetic": "boolean",
    },
    # what the run knows of itself
    "dataset": {
        "source_id": "text",
        "dataset_id": "text",
        "kind": "text",
        "title": "text",
        "table_id": "text",
        "period": "text",
        "rhythm": "text",
        "licence": "text",
        "attribution": "text",
        "contract_version": "integer",
        "unverified": "boolean",
    },
    "snapshot": {
        "snapshot_id": "text",
        "source_id": "text",
        "dataset_id": "text",
        "table_id": "text",
        "file_path": "text",
        "origin": "text",
        "url": "text",
        "original_url": "text",
        "retrieved_at": "text",
        "last_seen_at": "text",
        "publisher_modified": "text",
        "http_status": "integer",
        "row_count": "bigint",
        "bytes": "bigint",
        "licence": "text",
        "attribution": "text",
        "contract_version": "integer",
        "is_synthetic": "boolean",
        "is_serving": "boolean",
    },
    "attempt": {"source_id": "text", "dataset_id": "text", "cause": "text", "since": "text", "sentence": "text"},
    "parameter": {"workspace_gemeente": "text", "as_of": "text", "small_count_threshold": "integer"},
    "accepted_jump": {"concept_id": "text", "region_code": "text", "period_id": "text"},
    # how far each hidden count of the build can be narrowed by a reader of all that is shown
    "disclosure_interval": {
        "subject": "text",
        "measure": "text",
        "wet": "text",
        "category": "text",
        "form": "text",
        "referrer": "text",
        "wijk": "text",
        "n_provisions": "text",
        "period_id": "text",
        "low": "double",
        "high": "double",
        "needed": "double",
        "is_wide_enough": "boolean",
    },
    "run": {
        "run_id": "text",
        "started_at": "text",
        "finished_at": "text",
        "outcome": "text",
        "exit_code": "integer",
        "message": "text",
        "as_of": "text",
        "git_commit": "text",
        "code_fingerprint": "text",
        "opkoers_version": "text",
        "started_by": "text",
        "publication_id": "text",
    },
    "validation": {
        "run_id": "text",
        "stage": "text",
        "suite": "text",
        "table_name": "text",
        "expectation": "text",
        "column_name": "text",
        "severity": "text",
        "result": "text",
        "observed": "text",
        "expected": "text",
        "unexpected_count": "bigint",
        "element_count": "bigint",
        "message": "text",
    },
    # which code made the tables
    "model": {
        "model": "text",
        "layer": "text",
        "file": "text",
        "git_blob": "text",
        "grain": "text",
        "parents": "text",
    },
    "model_column": {"model": "text", "column_name": "text", "parent": "text", "parent_column": "text"},
}


@dataclass(frozen=True)
class RawBatch:
    """Rows for one raw table; a column that the table has and the batch lacks becomes null."""

    table: str
    rows: pa.Table


def create_raw_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every raw table, empty: a source without input is an empty table, not a missing one."""
    connection.execute("create schema if not exists raw")
    for table, columns in RAW_TABLES.items():
        body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create table raw.{table} ({body})")


_ROWS_AT_ONCE = 50_000
"""Small batches are inserted together: an insert costs some ten milliseconds, however few rows it has."""


def append(connection: duckdb.DuckDBPyConnection, batches: Iterable[RawBatch]) -> int:
    """Append batches to their tables, some at a time, so memory stays that of a few batches.

    Returns:
        How many rows were appended.
    """
    total = 0
    waiting: dict[tuple[str, ...], list[pa.Table]] = {}
    for batch in batches:
        key = (batch.table, *batch.rows.column_names)
        held = waiting.setdefault(key, [])
        held.append(batch.rows)
        if sum(rows.num_rows for rows in held) >= _ROWS_AT_ONCE:
            total += _insert(connection, key, waiting.pop(key))
    return total + sum(_insert(connection, key, held) for key, held in waiting.items())


def _insert(connection: duckdb.DuckDBPyConnection, key: tuple[str, ...], held: list[pa.Table]) -> int:
    table, *columns = key
    rows = pa.concat_tables(held, promote_options="permissive")
    names = ", ".join(columns)
    connection.register("batch", rows)
    connection.execute(f"insert into raw.{table} ({names}) select {names} from batch")
    connection.unregister("batch")
    return int(rows.num_rows)
