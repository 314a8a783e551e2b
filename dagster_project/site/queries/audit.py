"""Rows about snapshots and checks: what a publication stands on, and what its gates found.

What belongs here: SQL on the audit tables, and its records. What does not: words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SnapshotRow:
    """One snapshot that this publication stands on, with what its publisher says of the table and its last attempt."""

    snapshot_id: str
    source_id: str
    dataset_id: str
    table_id: str | None
    origin: str
    url: str | None
    original_url: str | None
    retrieved_at: datetime
    publisher_modified: str | None
    licence: str | None
    attribution: str | None
    is_synthetic: bool
    title: str | None = None
    publisher_status: str | None = None
    successor_table_id: str | None = None
    successor_note: str | None = None
    trouble: str | None = None
    trouble_since: datetime | None = None


@dataclass(frozen=True)
class ValidationRow:
    """What one expectation found."""

    stage: str
    suite: str
    table_name: str | None
    expectation: str
    column_name: str | None
    severity: str
    result: str
    observed: str | None
    expected: str | None
    unexpected_count: int | None
    element_count: int | None
    message: str | None


@dataclass(frozen=True)
class Quarantined:
    """Figures, or lines of a registration, of one dataset that were left out for one reason."""

    dataset: str
    reason: str
    n: int
    is_of_registration: bool = False


@dataclass(frozen=True)
class DatasetRow:
    """A dataset that is asked for: how old it is, since when it is in trouble, and whether it was ever received."""

    title: str
    attribution: str | None
    table_id: str | None
    age_days: int | None
    trouble: str | None
    trouble_since: datetime | None
    is_serving_old: bool
    is_received: bool


QUARANTINE = """
    select coalesce(d.title, q.source_id || '/' || q.dataset_id) as dataset, q.reason, cast(sum(q.n) as bigint) as n,
        q.dataset_id in (select dataset_id from marts.dim_registration_file) as is_of_registration
    from marts.audit_quarantine as q
    left join marts.dim_dataset as d on d.source_id = q.source_id and d.dataset_id = q.dataset_id
    group by all
"""

DATASETS = """
    select coalesce(d.title, d.source_id || '/' || d.dataset_id) as title,
        regexp_replace(d.attribution, '^Bron: ', '') as attribution, d.table_id, a.age_days, a.trouble, a.trouble_since,
        coalesce(a.is_serving_old, false) as is_serving_old, a.snapshot_id is not null as is_received
    from marts.dim_dataset as d
    inner join marts.audit_dataset as a on a.source_id = d.source_id and a.dataset_id = d.dataset_id
    order by d.source_id, d.dataset_id
"""

SNAPSHOTS = """
    select s.snapshot_id, s.source_id, s.dataset_id, s.table_id, s.origin, s.url, s.original_url, s.retrieved_at,
        cast(s.publisher_modified as text) as publisher_modified, s.licence, s.attribution,
        coalesce(s.is_synthetic, false) as is_synthetic, d.title,
        d.publisher_status, d.successor_table_id, d.successor_note, a.trouble, a.trouble_since
    from marts.audit_snapshot as s
    left join marts.dim_dataset as d on d.source_id = s.source_id and d.dataset_id = s.dataset_id
    left join marts.audit_dataset as a on a.source_id = s.source_id and a.dataset_id = s.dataset_id
    where s.is_serving
    order by s.is_synthetic, s.source_id, s.dataset_id, s.retrieved_at, s.url, s.snapshot_id
"""

VALIDATIONS = """
    select stage, suite, table_name, expectation, column_name, severity, result, observed, expected,
        unexpected_count, element_count, message
    from marts.audit_validation
    order by stage desc, suite, table_name, column_name nulls first, expectation, severity, expected, observed, message,
        result, unexpected_count, element_count
"""
