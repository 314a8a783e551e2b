"""Rows about money: the budgets of plans, what care cost, and why that changed.

What belongs here: SQL on fct_budget, fct_cost and fct_cost_change, and its records. What does not: words, and any
computation on an amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dagster_project.site.queries.shared import Reader


@dataclass(frozen=True)
class BudgetLine:
    """One line of a budget in one period: its part of the whole of plan, period and basis."""

    plan_id: str
    plan_title: str
    programme: str | None
    budget_line: str | None
    opgave: str | None
    period_id: str
    basis: str | None
    budget: Decimal | None
    actual: Decimal | None
    forecast: Decimal | None
    plan_budget: Decimal | None
    share_of_budget: float | None
    is_synthetic: bool
    source: str | None


@dataclass(frozen=True)
class Cost:
    """What one wet, or one category of it, cost in a year; `category` is None for the whole."""

    wet: str
    category: str | None
    period_id: str
    users: int | None
    cost: Decimal | None
    cost_per_user: Decimal | None
    is_synthetic: bool
    source: str | None


@dataclass(frozen=True)
class CostChange:
    """Why the cost of a wet changed between two years."""

    wet: str
    period_id: str
    previous_period_id: str
    cost_before: Decimal
    cost_after: Decimal
    change: Decimal
    users_effect: Decimal | None
    price_effect: Decimal | None
    mix_effect: Decimal | None
    unsplit_effect: Decimal | None
    break_date: date | None
    break_reason: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class MoneyRows:
    """Every row about money; the lines of each plan and basis with the newest year and the largest amount first."""

    lines: tuple[BudgetLine, ...]
    costs: tuple[Cost, ...]
    changes: tuple[CostChange, ...]


_LINES = """
    select b.plan_id, coalesce(p.title, b.plan_id) as plan_title, b.programme, b.budget_line, b.opgave, b.period_id,
        b.basis, b.budget, b.actual, b.forecast, b.plan_budget, b.share_of_budget,
        coalesce(b.is_synthetic, false) as is_synthetic, b.source
    from marts.fct_budget as b
    left join marts.dim_plan as p using (plan_id)
"""

BUDGET = f"""{_LINES}
    left join marts.dim_opgave as o on o.plan_id = b.plan_id and o.opgave = b.opgave
    order by b.plan_id, b.period_id, b.basis, o.opgave_order nulls last, b.opgave, b.programme nulls last, b.budget_line
"""

_BY_SIZE = f"""{_LINES}
    order by b.plan_id, b.basis nulls first, b.period_id desc, b.budget desc nulls last, b.budget_line, b.programme
"""

_COSTS = """
    select wet, category, period_id, users, cost, cost_per_user, coalesce(is_synthetic, false) as is_synthetic, source
    from marts.fct_cost
    order by wet, category nulls first, period_id
"""

_CHANGES = """
    select wet, period_id, previous_period_id, cost_before, cost_after, change, users_effect, price_effect, mix_effect,
        unsplit_effect, break_date, break_reason, coalesce(is_synthetic, false) as is_synthetic
    from marts.fct_cost_change
    order by wet, period_id
"""


def read_money(reader: Reader) -> MoneyRows:
    """Read the rows about money.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    return MoneyRows(
        lines=reader.rows(BudgetLine, _BY_SIZE),
        costs=reader.rows(Cost, _COSTS),
        changes=reader.rows(CostChange, _CHANGES),
    )
