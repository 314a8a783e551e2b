"""The page of a plan's own indicators, in the groups in which the plan names them.

What belongs here: what stands on `indicatoren.html`, with its SQL and words. What does not: objectives, and the
official indicators (`bbv.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from dagster_project.site.queries.shared import SOURCE_TEXTS
from dagster_project.site.site import Page, Site
from dagster_project.site.words import labels
from dagster_project.site.words.labels import NOT_IN_SOURCE

NOT_YET = "nog niet gemeten"


@dataclass(frozen=True)
class PlanIndicator:
    """One indicator of a plan with the newest figure of the municipality, and the one before it."""

    plan_id: str
    plan_title: str
    indicator_id: str
    indicator_group: str | None
    name_nl: str
    definition_nl: str | None
    unit: str | None
    decimals: int | None
    direction: str | None
    opgave: str | None
    rhythm: str | None
    source: str | None
    remarks: str | None
    is_in_register: bool
    value: float | None
    period_id: str | None
    absence: str | None
    earlier_value: float | None
    earlier_period_id: str | None
    is_synthetic: bool
    source_text: str | None


_PLAN_INDICATORS = f"""
    with {SOURCE_TEXTS},
    figure as (
        select v.indicator_id, v.period_id, v.value, v.absence, v.is_synthetic, v.snapshot_id, v.source_text,
            p.period_type,
            row_number() over (
                partition by v.indicator_id
                order by v.value is not null desc, p.end_date desc nulls last, p.start_date, v.period_id desc
            ) as place,
            p.end_date
        from marts.fct_indicator_value as v
        left join marts.dim_period as p using (period_id)
        where v.region_code = $gemeente and v.territory = 'as_published'
    ),
    newest as (select * from figure where place = 1),
    earlier as (
        select f.indicator_id, f.value, f.period_id
        from figure as f
        inner join newest as n on n.indicator_id = f.indicator_id
        where f.value is not null and n.value is not null
            and f.period_type = n.period_type and f.end_date < n.end_date
        qualify row_number() over (partition by f.indicator_id order by f.end_date desc, f.period_id desc) = 1
    )
    select i.plan_id, coalesce(p.title, i.plan_id) as plan_title, i.indicator_id, i.indicator_group, i.name_nl,
        i.definition_nl, i.unit, i.decimals, i.direction, i.opgave, i.rhythm, i.source, i.remarks,
        exists (
            select 1 from marts.dim_indicator as r where r.indicator_id = i.indicator_id and r.bbv_number is not null
        ) as is_in_register,
        n.value, n.period_id, n.absence, e.value as earlier_value, e.period_id as earlier_period_id,
        coalesce(n.is_synthetic, false) as is_synthetic, coalesce(n.source_text, s.source_text) as source_text
    from marts.dim_plan_indicator as i
    left join marts.dim_plan as p on p.plan_id = i.plan_id
    left join newest as n on n.indicator_id = i.indicator_id
    left join earlier as e on e.indicator_id = i.indicator_id
    left join snapshot as s on s.snapshot_id = n.snapshot_id
    order by i.plan_id, i.group_order nulls last, i.indicator_group, i.place, i.indicator_id
"""


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator as the table shows it."""

    name: str
    definition: str
    value: str
    period: str
    change: str
    rhythm: str
    remarks: str
    source: str
    is_absent: bool
    is_synthetic: bool


@dataclass(frozen=True)
class IndicatorGroup:
    """One group of a plan's indicators."""

    anchor: str
    title: str
    summary: str
    source: str
    """Where all of them come from; empty where they differ, and each line then says its own."""
    lines: tuple[IndicatorLine, ...]


@dataclass(frozen=True)
class PlanIndicators:
    """All indicators of one plan."""

    anchor: str
    title: str
    groups: tuple[IndicatorGroup, ...]


def pages(site: Site) -> Iterator[Page]:
    """The page of the plans' indicators; without any it says how to name them."""
    rows = site.reader.rows(PlanIndicator, _PLAN_INDICATORS)
    context = {"summary": summary_sentence(rows), "plans": plans_of(rows)}
    yield Page("indicatoren.html", "indicatoren.html.j2", "Indicatoren van het plan", context, "indicatoren.html")


def summary_sentence(rows: Sequence[PlanIndicator]) -> str:
    """How many indicators the plans name, and of how many there is a figure."""
    if not rows:
        return "Er zijn nog geen indicatoren van een plan vastgelegd."
    measured = sum(row.value is not None for row in rows)
    named = "1 indicator" if len(rows) == 1 else f"{len(rows)} indicatoren"
    groups = len({(row.plan_id, row.indicator_group) for row in rows if row.indicator_group})
    inside = "" if not groups else " in 1 groep" if groups == 1 else f" in {groups} groepen"
    if not measured:
        return f"{named}{inside}; van geen enkele is er al een cijfer."
    return f"{named}{inside}; van {measured} is er een cijfer."


def plans_of(rows: Sequence[PlanIndicator]) -> tuple[PlanIndicators, ...]:
    """The indicators by plan and group, in the order of the plan."""
    plans: list[PlanIndicators] = []
    for (_, title), members in groupby(rows, key=lambda row: (row.plan_id, row.plan_title)):
        anchor = f"plan-{len(plans) + 1}"
        groups = [
            _group(f"{anchor}-groep-{number}", group or "Zonder groep", list(own))
            for number, (group, own) in enumerate(groupby(members, key=lambda row: row.indicator_group), start=1)
        ]
        plans.append(PlanIndicators(anchor, title, tuple(groups)))
    return tuple(plans)


def _group(anchor: str, title: str, rows: list[PlanIndicator]) -> IndicatorGroup:
    counts = Counter(row.value is not None for row in rows)
    total = "1 indicator" if len(rows) == 1 else f"{len(rows)} indicatoren"
    lines = tuple(map(_line, rows))
    sources = {line.source for line in lines}
    summary = f"{total}, waarvan {counts[True] or 'geen enkele'} met een cijfer."
    return IndicatorGroup(anchor, title, summary, sources.pop() if len(sources) == 1 else "", lines)


def _line(row: PlanIndicator) -> IndicatorLine:
    return IndicatorLine(
        name=row.name_nl,
        definition=row.definition_nl or f"definitie {NOT_IN_SOURCE}",
        value=_value(row),
        period=labels.period(row.period_id) if row.value is not None else "",
        change=_change(row),
        rhythm=labels.rhythm(row.rhythm) if row.rhythm else NOT_IN_SOURCE,
        remarks=row.remarks or "",
        source=row.source_text or row.source or NOT_IN_SOURCE,
        is_absent=row.value is None,
        is_synthetic=row.is_synthetic,
    )


def _value(row: PlanIndicator) -> str:
    """The newest figure, or why there is none: a publisher's reason where it gives one."""
    if row.value is not None:
        return labels.amount(row.value, row.unit, row.decimals)
    if row.absence and row.absence not in {"not_collected", "unknown"}:
        return labels.absence_words(row.absence)
    return NOT_YET if row.source or row.rhythm or row.is_in_register else NOT_IN_SOURCE


def _change(row: PlanIndicator) -> str:
    """The difference with the period before, never called an improvement: that is for an objective to say."""
    if row.value is None or row.earlier_value is None:
        return ""
    before = labels.period(row.earlier_period_id)
    words, earlier = (labels.number(value, row.decimals) for value in (row.value, row.earlier_value))
    if words == earlier:
        return f"gelijk aan {before}"
    return f"{'hoger' if row.value > row.earlier_value else 'lager'} dan {before} ({earlier})"
