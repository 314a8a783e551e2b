"""What changed between two warehouses: figures, methods, objectives and verdicts.

Pure: two DuckDB files in, rows out. What does not belong here: which files those are (`store.py`), reading them
(`sides.py`) and how the rows are laid out (`report.py`, the page of changes).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from dagster_project.editions.sides import Both, Row
from dagster_project.site.words import labels


@dataclass(frozen=True)
class FigureChange:
    """A figure that came, went or changed, or a break that is new.

    Attributes:
        kind: `gone` also where there is now a reason instead of a figure. A `method_break` has no values.
        indicator_id: None for a break that concerns every indicator.
        region_code: None for a break that concerns every region.
        period_id: of a break the day, as ISO date.
        reason: why, as the end of a sentence in Dutch.
        name_nl: name of the indicator.
    """

    kind: Literal["new", "gone", "revised", "method_break"]
    indicator_id: str | None
    region_code: str | None
    period_id: str
    old_value: float | None
    new_value: float | None
    unit: str | None
    decimals: int | None
    reason: str
    name_nl: str
    region_name: str
    is_synthetic: bool


@dataclass(frozen=True)
class ObjectiveChange:
    """An objective that came or went, a field of it that changed, or another verdict on it.

    Attributes:
        field: what changed, in Dutch.
        old, new: as text, numbers as Dutch prints them; None where there was or is nothing.
    """

    objective_id: str
    title: str
    kind: Literal["new", "gone", "changed", "verdict"]
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class EditionDiff:
    """All changes; `other_regions` counts those in figures of regions that are not of the municipality."""

    figures: tuple[FigureChange, ...]
    objectives: tuple[ObjectiveChange, ...]
    other_regions: int


def compare(old: Path, new: Path, gemeente: str) -> EditionDiff:
    """What changed from one warehouse to another.

    Figures are those within the borders that they were published for. What one of the files has no table for, because
    it was made by an earlier version, is not compared.

    Args:
        old: the earlier warehouse.
        new: the later one, or a build database.
        gemeente: figures of this municipality and of its wijken are listed, those of others counted.

    Raises:
        duckdb.Error: one of them is no DuckDB database.
    """
    with duckdb.connect() as connection:
        both = Both(connection, old, new, gemeente)
        return EditionDiff(
            figures=(*_figures(both), *_breaks(both)),
            objectives=tuple(_objectives(both)),
            other_regions=both.other_regions(),
        )


_OWN_CHANGES = """
with provenance as (
    select snapshot_id, min(source_id || '/' || dataset_id) as dataset, min(url) as url
    from (from new_audit_snapshot union from old_audit_snapshot) group by snapshot_id
),
revision as (
    select indicator_id, region_code, period_id, list(distinct part) as revised
    from (from new_fct_indicator_revision except from old_fct_indicator_revision)
    group by indicator_id, region_code, period_id
)
select c.*, own.region_name, own.is_wijk, coalesce(i.name_nl, was.name_nl, c.indicator_id) as name_nl,
    coalesce(i.unit, was.unit) as unit, coalesce(i.decimals, was.decimals) as decimals,
    coalesce(r.revised, []) as revised, coalesce(os.dataset, '') as old_dataset, coalesce(ns.dataset, '') as new_dataset
from changed as c
inner join own on c.region_code = own.region_code
left join new_dim_indicator as i on c.indicator_id = i.indicator_id
left join old_dim_indicator as was on c.indicator_id = was.indicator_id
left join revision as r
    on c.indicator_id = r.indicator_id and c.region_code = r.region_code and c.period_id = r.period_id
left join provenance as os on c.old_snapshot_id = os.snapshot_id
left join provenance as ns on c.new_snapshot_id = ns.snapshot_id
order by name_nl, c.indicator_id, own.is_wijk, c.region_code, c.period_id
"""

_NEW_BREAKS = """
with known as (
    select indicator_id from old_fct_indicator_value where region_code in (select region_code from own)
    union
    select indicator_id from new_fct_indicator_value where region_code in (select region_code from own)
)
select b.indicator_id, b.region_code, b.break_date, b.reason, coalesce(i.name_nl, b.indicator_id) as name_nl,
    own.region_name
from (from new_fct_break except from old_fct_break) as b
left join own on b.region_code = own.region_code
left join new_dim_indicator as i on b.indicator_id = i.indicator_id
where (b.region_code is null or own.region_code is not null)
    and (b.indicator_id is null or b.indicator_id in (select indicator_id from known))
order by b.break_date, b.indicator_id nulls first, b.region_code nulls first, b.reason
"""


def _figures(both: Both) -> Iterator[FigureChange]:
    for row in both.rows(_OWN_CHANGES):
        kind: Literal["new", "gone", "revised"] = "revised"
        if row["old_value"] is None:
            kind = "new"
        elif row["new_value"] is None:
            kind = "gone"
        yield FigureChange(
            kind=kind,
            indicator_id=row["indicator_id"],
            region_code=row["region_code"],
            period_id=row["period_id"],
            old_value=row["old_value"],
            new_value=row["new_value"],
            unit=row["unit"],
            decimals=row["decimals"],
            reason={"new": _why_new, "gone": _why_gone, "revised": _why_revised}[kind](row),
            name_nl=row["name_nl"],
            region_name=row["region_name"] or row["region_code"],
            is_synthetic=bool(row["was_synthetic"] or row["is_synthetic"]),
        )


_BY_HAND = "municipal/measurements"
_STATUSES = {**labels.VALUE_STATUSES, "definitive": "definitief"}


def _why_new(row: Row) -> str:
    by_hand = "met de hand ingevuld in measurements.csv" if row["new_dataset"] == _BY_HAND else ""
    before = f"was {labels.absence_words(row['old_absence'])}" if row["old_absence"] else ""
    return "; ".join(part for part in (by_hand, before) if part) or "voor het eerst gegeven"


def _why_gone(row: Row) -> str:
    if row["new_absence"]:
        return f"nu {labels.absence_words(row['new_absence'])}"
    return "uit measurements.csv gehaald" if row["old_dataset"] == _BY_HAND else "niet meer gegeven"


def _why_revised(row: Row) -> str:
    parts = []
    if row["is_other_value"]:
        parts.append(_why_other_value(row))
    elif row["is_other_interval"]:
        parts.append("de marge is veranderd, het cijfer niet")
    if row["old_status"] != row["new_status"]:
        parts.append(f"was {_status(row['old_status'])}, nu {_status(row['new_status'])}")
    if row["was_synthetic"] != row["is_synthetic"]:
        parts.append("was synthetisch, nu echt" if row["was_synthetic"] else "was echt, nu synthetisch")
    return "; ".join(parts)


def _status(code: str | None) -> str:
    return _STATUSES.get(code or "", "zonder status")


def _why_other_value(row: Row) -> str:
    if {"rate_published", "numerator"} & set(row["revised"]):
        return "herzien door de uitgever"
    if row["new_dataset"] == _BY_HAND:
        if row["old_dataset"] == _BY_HAND:
            return "met de hand gewijzigd in measurements.csv"
        return "met de hand ingevuld in measurements.csv, in plaats van het cijfer van een uitgever"
    if row["old_dataset"] == _BY_HAND:
        return "een cijfer van de uitgever, in plaats van dat uit measurements.csv"
    if row["old_numerator"] == row["new_numerator"] and row["old_denominator"] != row["new_denominator"]:
        return f"opnieuw berekend, want de noemer veranderde {_from_to(row['old_denominator'], row['new_denominator'])}"
    if row["old_snapshot_id"] != row["new_snapshot_id"]:
        return "anders gegeven in een nieuw bestand of een nieuwe stand van de bron"
    return "anders berekend uit dezelfde bron"


def _from_to(old: float | None, new: float | None) -> str:
    before, after = (exactly(value) if value is not None else "onbekend" for value in (old, new))
    return f"van {before} in {after}"


def exactly(value: float) -> str:
    """A number as Dutch prints it, with every decimal that it has up to six: less would hide a small change."""
    return labels.number(value, len(f"{value:.6f}".rstrip("0").partition(".")[2]))


def _breaks(both: Both) -> Iterator[FigureChange]:
    if not both.has("fct_break"):
        return
    for row in both.rows(_NEW_BREAKS):
        yield FigureChange(
            kind="method_break",
            indicator_id=row["indicator_id"],
            region_code=row["region_code"],
            period_id=row["break_date"].isoformat(),
            old_value=None,
            new_value=None,
            unit=None,
            decimals=None,
            reason=row["reason"],
            name_nl=row["name_nl"] or "Alle indicatoren",
            region_name=row["region_name"] or row["region_code"] or "overal",
            is_synthetic=False,
        )


_FIELDS = {
    "title": "titel",
    "opgave": "opgave",
    "result_area": "resultaatgebied",
    "indicator_id": "indicator",
    "kind": "soort doel",
    "direction": "richting",
    "baseline_value": "startwaarde",
    "baseline_period_id": "startperiode",
    "target_rule": "doelregel",
    "target_value": "streefwaarde",
    "target_period_id": "doelperiode",
    "is_open": "nog open",
    "margin": "marge",
    "unit": "eenheid",
    "decimals": "decimalen",
    "owner": "eigenaar",
    "instrument": "meetinstrument",
    "rhythm": "ritme",
    "programme": "programma",
    "source": "bron",
    "remarks": "opmerkingen",
}


_CODES = {
    "level": "een niveau",
    "absolute_change": "een verandering",
    "relative_change": "een verandering in procenten",
    "not_above_baseline": "niet boven de start",
    "hold": "vasthouden",
    "every_wijk": "in elke wijk",
    "yearly_growth": "elk jaar groei",
    "band": "binnen grenzen",
    "directional": "een richting",
    "qualitative": "in woorden",
    "up": "omhoog",
    "down": "omlaag",
}


def _objectives(both: Both) -> Iterator[ObjectiveChange]:
    """Per objective, in order: that it came or went, its fields, its verdict."""
    old, new = (_current(both, side) for side in ("old", "new"))
    verdicts = [_verdicts(both, side) for side in ("old", "new")]
    for objective_id in sorted({*old, *new, *verdicts[0], *verdicts[1]}):
        was, now = old.get(objective_id), new.get(objective_id)
        title = next((str(side["title"]) for side in (now, was) if side), objective_id)
        if both.has("dim_objective"):
            yield from _own_changes(objective_id, title, was, now)
        before, after = (side.get(objective_id) for side in verdicts)
        if before and after and before != after:
            yield ObjectiveChange(objective_id, title, "verdict", "oordeel", before, after)


def _current(both: Both, side: str) -> dict[str, Row]:
    return {row["objective_id"]: row for row in both.rows(f"from {side}_dim_objective where is_current")}


def _verdicts(both: Both, side: str) -> dict[str, str]:
    rows = both.rows(f"select objective_id, status from {side}_fct_objective_attainment where is_current")
    return {row["objective_id"]: row["status"] for row in rows}


def _own_changes(objective_id: str, title: str, was: Row | None, now: Row | None) -> Iterator[ObjectiveChange]:
    if was is None or now is None:
        if was is not None:
            yield ObjectiveChange(objective_id, title, "gone", "doel", title, None)
        if now is not None:
            yield ObjectiveChange(objective_id, title, "new", "doel", None, title)
        return
    # a new version is valid from another day as a matter of course; a day that was changed is a change
    fields = _FIELDS if was["version"] != now["version"] else {**_FIELDS, "valid_from": "geldig vanaf"}
    for name, field in fields.items():
        if was[name] != now[name] and not (name == "target_rule" and _is_target(was) and _is_target(now)):
            texts = (_text(name, was), _text(name, now))
            yield ObjectiveChange(objective_id, title, "changed", field, *texts)


def _is_target(objective: Row) -> bool:
    """Whether the rule says no more than the target itself, as it does for a level."""
    return bool(objective["target_rule"] == objective["target_value"])


def _text(name: str, objective: Row) -> str | None:
    value = objective[name]
    match value:
        case None:
            return None
        case bool():
            return "ja" if value else "nee"
        case float():
            return labels.with_unit(exactly(value), objective["unit"] if name != "target_rule" else None)
        case date():
            return labels.day(value)
    if name.endswith("period_id"):
        return labels.period(value)
    return labels.rhythm(value) if name == "rhythm" else _CODES.get(value, str(value))
