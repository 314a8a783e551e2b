"""The proof of a build: how far a reader of what is published can narrow down what is not.

Nothing here knows why a cell is hidden: `intervals` starts from what is shown. `published_cells` reads the marts as any
reader can, `record` writes down what came of it, for the gate to judge.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import duckdb
import pyarrow as pa

from dagster_project.disclosure.cells import EURO, PERSONS, TOTAL, CellKey, Interval, Version
from dagster_project.disclosure.reader import Reader, Sheet, Unknown, sheet_of
from dagster_project.raw import RawBatch, append

Published = dict[CellKey, Decimal | None]


def intervals(
    published: Mapping[CellKey, Decimal | None],
    units: Mapping[CellKey, str],
    threshold: int,
    history: Sequence[Version] = (),
    *,
    unchanged: Collection[CellKey] = (),
    exact: bool = True,
) -> list[Interval]:
    """How far every hidden cell can be narrowed down from what is published, in the order of their keys.

    With earlier versions, their hidden cells are among them; what another version shows of these is hidden no longer,
    and left out.

    Args:
        published: every cell there is, None where it is hidden.
        units: the unit of each.
        threshold: how many persons or cases a hidden cell must leave open.
        history: the versions before this one, oldest first; of their hidden values only is used which did not change
            from one to the next.
        unchanged: hidden cells of which the reader is told that they are what they were in the version before: what no
            reader knows, but a sharp one may guess right.
        exact: give the very extremes; otherwise an interval that is wide enough may be wider than is said.
    """
    numbers: dict[tuple[CellKey, Decimal], int] = {}
    sheets = [sheet_of(version.cells, version.units, numbers) for version in history]
    known = {
        sheet.ids[key]: float(value)
        for version, sheet in zip(history, sheets, strict=True)
        for key, value in version.cells.items()
        if key not in version.hidden
    }
    shown = {key: value for key, value in published.items() if value is not None}
    now = sheet_of(shown, units, numbers)
    known |= {now.ids[key]: float(value) for key, value in shown.items()}
    ids = dict(now.ids)
    for at, key in enumerate(sorted(published.keys() - shown.keys())):
        is_told = key in unchanged and key in history[-1].cells
        ids[key] = numbers[key, history[-1].cells[key]] if is_told else len(numbers) + at
    reader = Reader([*sheets, Sheet({key: units[key] for key in published}, ids)], threshold)
    return [
        _interval(one) for one in sorted(reader.unknowns(known, exact=exact), key=lambda one: (one.key, one.number))
    ]


def _interval(one: Unknown) -> Interval:
    return Interval(one.key, one.low, one.high, one.needed, one.is_wide_enough)


_USE = "select wet, category, form, referrer, region_code, period_id, clients from marts.fct_care_use"
_COST = """
select
    wet, category, form, referrer, region_code, period_id,
    coalesce(cost, round(cost_per_client * clients, 2)),
    coalesce(clients, round(cost / nullif(cost_per_client, 0)))
from marts.fct_care_cost
"""
_FLOW = """
select wet, category, region_code, period_id, standing_begin, inflow, outflow, standing_end from marts.fct_care_flow
"""
_MOVES = ("standing_begin", "inflow", "outflow", "standing_end")
_STACKING = "select wet, n_provisions, period_id, clients from marts.fct_care_stacking"
_OUTLOOK = "select wet, period_id, cost_to_date from marts.fct_care_outlook"
_COUNT = "select subject, measure, wet, category, period_id, unit, value from marts.fct_registration_count"
_INDICATOR = """
select distinct
    concept.subject, concept.measure, concept.wet, concept.category, concept.form,
    figure.region_code, figure.period_id,
    case concept.concept_id
        when register.numerator_concept
            then coalesce(figure.numerator, round(figure.rate_computed * figure.denominator / register.rate_base))
        when register.denominator_concept
            then
                coalesce(
                    figure.denominator,
                    round(figure.numerator * register.rate_base / nullif(figure.rate_computed, 0))
                )
    end as value
from marts.fct_indicator_value as figure
inner join seeds.indicator_versions as register on figure.indicator_id = register.indicator_id
inner join seeds.registration_concepts as concept
    on concept.concept_id in (register.numerator_concept, register.denominator_concept)
where figure.territory = 'as_published' and value is not null
order by all
"""


def published_cells(connection: duckdb.DuckDBPyConnection) -> tuple[Published, dict[CellKey, str]]:
    """Every cell of the registrations as the marts of a build show it, None where they show it nowhere, and its unit.

    What one table hides and another shows, or tells by division, is shown.
    """
    (gemeente,) = connection.execute("select workspace_gemeente from raw.parameter").fetchone() or ("",)
    cells: Published = {}
    units: dict[CellKey, str] = {}

    def add(key: CellKey, unit: str, value: Decimal | float | None, *, only_known: bool = False) -> None:
        place = replace(key, wijk=TOTAL if key.wijk == gemeente else key.wijk)
        if only_known and place not in cells:
            return
        units.setdefault(place, unit)
        if cells.get(place) is None:
            cells[place] = None if value is None else Decimal(str(value))

    for wet, category, form, referrer, region, period, clients in connection.execute(_USE).fetchall():
        add(CellKey("care", "clients", wet, category, form, referrer, region, period_id=period), PERSONS, clients)
    for wet, category, form, referrer, region, period, cost, clients in connection.execute(_COST).fetchall():
        key = CellKey("care", "cost", wet, category, form, referrer, region, period_id=period)
        add(key, EURO, cost)
        add(replace(key, measure="clients"), PERSONS, clients, only_known=True)
    for wet, category, region, period, *moves in connection.execute(_FLOW).fetchall():
        for measure, value in zip(_MOVES, moves, strict=True):
            add(CellKey("care", measure, wet, category, wijk=region, period_id=period), PERSONS, value)
    for wet, number, period, clients in connection.execute(_STACKING).fetchall():
        add(CellKey("care", "clients", wet, n_provisions=number, period_id=period), PERSONS, clients)
    for wet, period, cost in connection.execute(_OUTLOOK).fetchall():
        add(CellKey("care", "cost", wet, period_id=period), EURO, cost, only_known=True)
    for subject, measure, wet, category, period, unit, value in connection.execute(_COUNT).fetchall():
        add(CellKey(subject, measure, wet, category, period_id=period), unit, value)
    for subject, measure, wet, category, form, region, period, value in connection.execute(_INDICATOR).fetchall():
        key = CellKey(subject, measure, wet, category, form, wijk=region, period_id=period)
        add(key, PERSONS, value, only_known=True)
    return cells, units


@dataclass(frozen=True)
class Proof:
    """What the reader came to.

    Attributes:
        n_hidden: cells that are hidden.
        n_open: of those, and of small counts that are shown, how many are given away.
        narrowest: the least width over what is needed of it; None where nothing is hidden, infinite where nothing
            bounds what is.
    """

    n_hidden: int
    n_open: int
    narrowest: float | None


def record(connection: duckdb.DuckDBPyConnection, threshold: int) -> Proof:
    """Fill raw.disclosure_interval with every hidden cell of a build, and every small count that it shows.

    A count under the threshold that is shown stands there with no width at all, so that the gate refuses it too. An
    interval that is wide enough may be wider than it says.
    """
    cells, units = published_cells(connection)
    hidden = intervals(cells, units, threshold, exact=False)
    bare = [
        Interval(key, float(value), float(value), float(threshold), False)
        for key, value in sorted(cells.items())
        if value is not None and units[key] != EURO and 0 < value < threshold
    ]
    connection.execute("delete from raw.disclosure_interval")
    append(connection, [RawBatch("disclosure_interval", _table([*hidden, *bare]))])
    return Proof(
        n_hidden=len(hidden),
        n_open=sum(not one.is_wide_enough for one in [*hidden, *bare]),
        narrowest=min(((one.high - one.low) / one.needed for one in [*hidden, *bare]), default=None),
    )


def _table(rows: Sequence[Interval]) -> pa.Table:
    names = CellKey.__dataclass_fields__
    columns: dict[str, list[object]] = {name: [getattr(one.key, name) for one in rows] for name in names}
    columns |= {
        "low": [one.low for one in rows],
        "high": [one.high if math.isfinite(one.high) else None for one in rows],
        "needed": [one.needed for one in rows],
        "is_wide_enough": [one.is_wide_enough for one in rows],
    }
    return pa.table(columns)
