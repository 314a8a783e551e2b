"""Rows about plans: opgaven, actions, the council's agenda, choices, risks and tellings.

What belongs here: SQL on the tables that a workspace's own files fill, and its records. What does not: objectives
themselves (`objectives.py`), money (`money.py`), words, and any computation on a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Plan:
    """One plan of the council, as its document tells when it runs and is reported on."""

    plan_id: str
    title: str
    starts: str | None
    ends: str | None
    evaluation: str | None
    council_moments: str | None
    source: str | None
    remarks: str | None


@dataclass(frozen=True)
class OpgaveRow:
    """One opgave of a plan, with what the plan wants to reach in it."""

    plan_id: str
    opgave: str
    ambition: str | None
    source: str | None
    remarks: str | None


@dataclass(frozen=True)
class OpgaveIndicator:
    """One official indicator that a plan names under an opgave."""

    plan_id: str
    opgave: str
    indicator_id: str
    name_nl: str
    bbv_number: int | None
    unit: str | None
    decimals: int | None


@dataclass(frozen=True)
class Action:
    """One line of an implementation programme, with the indicators that it works on."""

    action_id: str
    plan_id: str | None
    opgave: str | None
    programme: str | None
    action: str
    state: str | None
    starts: str | None
    ends: str | None
    expected_effect: str | None
    cost: Decimal | None
    source: str | None
    remarks: str | None
    is_synthetic: bool
    indicators: list[str]


@dataclass(frozen=True)
class AgendaItem:
    """One moment at which the council or a committee is to decide."""

    plan_id: str | None
    opgave: str | None
    moment_start: date | None
    moment_text: str
    subject: str
    body: str | None
    source: str | None


@dataclass(frozen=True)
class Choice:
    """One choice within a programme and what the plan says that it does."""

    plan_id: str | None
    programme: str
    choice: str
    effect_financial: str | None
    effect_organisational: str | None
    effect_society: str | None
    source: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class Risk:
    """One risk outside the municipality's influence, as the plan names it."""

    plan_id: str | None
    opgave: str | None
    risk: str
    source: str | None


@dataclass(frozen=True)
class NarrativeSection:
    """One part of the telling of an objective for an edition."""

    objective_id: str
    edition: str
    author_role: str | None
    section: str
    text: str
    is_synthetic: bool


@dataclass(frozen=True)
class Maatregel:
    """One measure of a telling, with the effect that its author expects of it."""

    objective_id: str
    edition: str
    maatregel: str
    expected_effect: float | None
    effect_period_id: str | None
    cost: Decimal | None
    is_synthetic: bool


PLANS = """
    select plan_id, title, starts, ends, evaluation, council_moments, source, remarks
    from marts.dim_plan order by plan_id
"""

OPGAVEN = """
    select plan_id, opgave, ambition, source, remarks
    from marts.dim_opgave order by plan_id, opgave_order, opgave
"""

OPGAVE_INDICATORS = """
    select o.plan_id, o.opgave, o.indicator_id, coalesce(i.name_nl, o.indicator_id) as name_nl, i.bbv_number, i.unit,
        i.decimals
    from marts.dim_opgave_indicator as o
    left join marts.dim_indicator as i using (indicator_id)
    order by o.plan_id, o.opgave, o.place, o.indicator_id
"""

ACTIONS = """
    select a.action_id, a.plan_id, a.opgave, a.programme, a.action, a.state, a.starts, a.ends, a.expected_effect,
        a.cost, a.source, a.remarks, coalesce(a.is_synthetic, false) as is_synthetic,
        (
            select coalesce(list(i.indicator_id order by i.indicator_id), [])
            from marts.dim_action_indicator as i where i.action_id = a.action_id
        ) as indicators
    from marts.dim_action as a
    order by a.plan_id, length(a.action_id), a.action_id  -- a100 comes after a99
"""

AGENDA = """
    select plan_id, opgave, moment_start, moment_text, subject, body, source
    from marts.dim_agenda order by moment_start nulls last, moment_text, subject
"""

CHOICES = """
    select plan_id, programme, choice, effect_financial, effect_organisational, effect_society, source,
        coalesce(is_synthetic, false) as is_synthetic
    from marts.dim_choice order by plan_id, programme, choice
"""

RISKS = "select plan_id, opgave, risk, source from marts.dim_risk order by plan_id, opgave, risk"

NARRATIVES = """
    select objective_id, edition, author_role, section, text, coalesce(is_synthetic, false) as is_synthetic
    from marts.dim_narrative order by objective_id, edition, section_order
"""

MAATREGELEN = """
    select objective_id, edition, maatregel, expected_effect, effect_period_id, cost,
        coalesce(is_synthetic, false) as is_synthetic
    from marts.dim_maatregel order by objective_id, edition, maatregel_order
"""
