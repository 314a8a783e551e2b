"""Rows about local registrations: who uses care and what it costs, other counts, and the files they came from.

What belongs here: SQL on fct_care_*, fct_registration_count and dim_registration_file, and its records. What does not:
words, and any computation on a count. A count that is not shown is null with an absence, here as in its table.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from dagster_project.site.queries.shared import Reader

TOTAL = "totaal"
"""The member of a dimension that stands for all of it."""


@dataclass(frozen=True)
class CareCell:
    """Clients and cost of one wet, category, form, referrer and region in one period; `totaal` where it is all of it.

    Attributes:
        clients: persons; None where there is no figure, or where it is not shown (`clients_absence`).
        cost: in euros; None as clients (`cost_absence`).
        cost_per_client: in euros; None where either of the two is not there.
        covered_through: the last day that the registrations speak for.
        is_whole: whether they speak for all of the period.
    """

    wet: str
    category: str
    form: str
    referrer: str
    region_code: str
    region_name: str
    period_id: str
    clients: int | None
    clients_absence: str | None
    cost: Decimal | None
    cost_absence: str | None
    cost_per_client: Decimal | None
    covered_through: date | None
    is_whole: bool
    is_synthetic: bool


@dataclass(frozen=True)
class CareFlow:
    """Persons in care at the beginning of a period, those who came and left, and those in care at its end."""

    wet: str
    category: str
    region_code: str
    region_name: str
    period_id: str
    standing_begin: int | None
    inflow: int | None
    outflow: int | None
    standing_end: int | None
    absence: str | None
    covered_through: date | None
    is_whole: bool
    is_synthetic: bool


@dataclass(frozen=True)
class CareStacking:
    """Clients with care of one, two, three or more categories in a period."""

    wet: str
    n_provisions: str
    period_id: str
    clients: int | None
    absence: str | None
    covered_through: date | None
    is_whole: bool
    is_synthetic: bool


@dataclass(frozen=True)
class CareOutlook:
    """What an unfinished year will cost, with its interval, against what was budgeted; amounts in euros."""

    wet: str
    period_id: str
    cost_to_date: Decimal | None
    covered_through: date | None
    outlook: Decimal | None
    outlook_low: Decimal | None
    outlook_high: Decimal | None
    budget: Decimal | None
    difference: Decimal | None
    method: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class CarePrinted:
    """A figure that stands in print, beside what the registrations give; `measure` is clients or cost."""

    wet: str
    category: str
    form: str
    period_id: str
    measure: str
    printed_value: Decimal
    printed_unit: int
    computed_value: Decimal | None
    difference: Decimal | None
    is_within_rounding: bool | None
    source: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class RegistrationCount:
    """One count of another subject than care; `unit` is persons, grants or cases."""

    subject: str
    measure: str
    wet: str
    category: str
    period_id: str
    value: Decimal | None
    unit: str | None
    absence: str | None
    covered_through: date | None
    is_whole: bool
    is_synthetic: bool


@dataclass(frozen=True)
class RegistrationFile:
    """One file of the municipality, with how many of its lines were loaded and how many set aside."""

    original_id: str
    dataset_id: str
    title: str
    file_name: str
    period_id: str | None
    received_at: datetime
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    state: str
    replaced_by: str | None
    forgotten_at: datetime | None
    is_synthetic: bool


@dataclass(frozen=True)
class RegistrationFault:
    """Lines of the files of one dataset that were set aside for one reason."""

    title: str
    reason: str
    n: int


@dataclass(frozen=True)
class CareRows:
    """Every row about registrations; empty where the municipality has none."""

    cells: tuple[CareCell, ...]
    flows: tuple[CareFlow, ...]
    stacking: tuple[CareStacking, ...]
    outlooks: tuple[CareOutlook, ...]
    printed: tuple[CarePrinted, ...]
    counts: tuple[RegistrationCount, ...]
    files: tuple[RegistrationFile, ...]
    faults: tuple[RegistrationFault, ...]

    @property
    def is_synthetic(self) -> bool:
        """Whether any of them was made up."""
        tables = [getattr(self, one.name) for one in fields(self)]
        return any(getattr(row, "is_synthetic", False) for rows in tables for row in rows)


_CELLS = """
    select coalesce(u.wet, c.wet) as wet, coalesce(u.category, c.category) as category,
        coalesce(u.form, c.form) as form, coalesce(u.referrer, c.referrer) as referrer,
        coalesce(u.region_code, c.region_code) as region_code,
        coalesce(r.region_name, u.region_code, c.region_code) as region_name,
        coalesce(u.period_id, c.period_id) as period_id, u.clients, u.absence as clients_absence, c.cost,
        c.absence as cost_absence, c.cost_per_client,
        coalesce(u.covered_through, c.covered_through) as covered_through,
        coalesce(u.is_whole, c.is_whole, true) as is_whole,
        coalesce(u.is_synthetic, false) or coalesce(c.is_synthetic, false) as is_synthetic
    from marts.fct_care_use as u
    full outer join marts.fct_care_cost as c
        on c.wet = u.wet and c.category = u.category and c.form = u.form and c.referrer = u.referrer
            and c.region_code = u.region_code and c.period_id = u.period_id
    left join marts.dim_region as r on r.region_code = coalesce(u.region_code, c.region_code)
    order by wet, category, form, referrer, region_name, region_code, period_id
"""

_FLOWS = """
    select f.wet, f.category, f.region_code, coalesce(r.region_name, f.region_code) as region_name, f.period_id,
        f.standing_begin, f.inflow, f.outflow, f.standing_end, f.absence, f.covered_through,
        coalesce(f.is_whole, true) as is_whole, coalesce(f.is_synthetic, false) as is_synthetic
    from marts.fct_care_flow as f
    left join marts.dim_region as r on r.region_code = f.region_code
    order by f.wet, f.category, region_name, f.region_code, f.period_id
"""

_STACKING = """
    select wet, n_provisions, period_id, clients, absence, covered_through, coalesce(is_whole, true) as is_whole,
        coalesce(is_synthetic, false) as is_synthetic
    from marts.fct_care_stacking
    order by wet, n_provisions, period_id
"""

_OUTLOOKS = """
    select wet, period_id, cost_to_date, covered_through, outlook, outlook_low, outlook_high, budget, difference,
        method, coalesce(is_synthetic, false) as is_synthetic
    from marts.fct_care_outlook
    order by wet, period_id
"""

_PRINTED = """
    select wet, category, form, period_id, measure, printed_value, printed_unit, computed_value, difference,
        is_within_rounding, source, coalesce(is_synthetic, false) as is_synthetic
    from marts.fct_care_printed
    order by wet, measure, period_id, form, category
"""

_COUNTS = """
    select subject, measure, wet, category, period_id, value, unit, absence, covered_through,
        coalesce(is_whole, true) as is_whole, coalesce(is_synthetic, false) as is_synthetic
    from marts.fct_registration_count
    order by subject, measure, wet, category, period_id
"""

_FILES = """
    select f.original_id, f.dataset_id, coalesce(d.title, f.dataset_id) as title, f.file_name, f.period_id,
        f.received_at, f.rows_in, f.rows_loaded, f.rows_quarantined, f.state, n.file_name as replaced_by,
        f.forgotten_at, coalesce(f.is_synthetic, false) as is_synthetic
    from marts.dim_registration_file as f
    left join marts.dim_registration_file as n on n.original_id = f.superseded_by
    left join (select dataset_id, max(title) as title from marts.dim_dataset group by dataset_id) as d
        on d.dataset_id = f.dataset_id
    order by f.dataset_id, f.received_at desc, f.file_name
"""

_FAULTS = """
    select coalesce(d.title, q.dataset_id) as title, q.reason, cast(sum(q.n) as bigint) as n
    from marts.audit_quarantine as q
    left join (select dataset_id, max(title) as title from marts.dim_dataset group by dataset_id) as d
        on d.dataset_id = q.dataset_id
    where q.dataset_id in (select dataset_id from marts.dim_registration_file)
    group by all
    order by n desc, title, q.reason
"""


def read_care(reader: Reader) -> CareRows:
    """Read the rows about registrations.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    return CareRows(
        cells=reader.rows(CareCell, _CELLS),
        flows=reader.rows(CareFlow, _FLOWS),
        stacking=reader.rows(CareStacking, _STACKING),
        outlooks=reader.rows(CareOutlook, _OUTLOOKS),
        printed=reader.rows(CarePrinted, _PRINTED),
        counts=reader.rows(RegistrationCount, _COUNTS),
        files=reader.rows(RegistrationFile, _FILES),
        faults=reader.rows(RegistrationFault, _FAULTS),
    )
