"""The budget of one opgave in words: what it costs per period, line by line, and in all.

What belongs here: the lines of an opgave and their totals. What does not: the whole budget of a plan (`money.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from dagster_project.site.queries import BudgetLine
from dagster_project.site.words import labels


@dataclass(frozen=True)
class MoneyLine:
    """One line of the budget, or the total of a period."""

    name: str
    budget: str
    actual: str
    forecast: str
    share: str
    source: str
    is_synthetic: bool
    is_total: bool = False


@dataclass(frozen=True)
class MoneyTable:
    """The budget of an opgave in one period and basis."""

    title: str
    lines: tuple[MoneyLine, ...]
    is_synthetic: bool


def tables_of(rows: Iterable[BudgetLine]) -> tuple[MoneyTable, ...]:
    """A table per period and basis, the newest period first, each closed by its total where it has several lines."""

    def key(row: BudgetLine) -> tuple[str, str]:
        return row.period_id, row.basis or ""

    tables = []
    for (period_id, basis), members in groupby(sorted(rows, key=key, reverse=True), key=key):
        lines = list(members)
        shown = [_line(row) for row in lines]
        if len(lines) > 1:
            shown.append(_total(lines))
        title = f"{labels.period(period_id)}{f' ({basis})' if basis else ''}"
        tables.append(MoneyTable(title, tuple(shown), any(row.is_synthetic for row in lines)))
    return tuple(tables)


def _share(value: float | None) -> str:
    return labels.NOT_IN_SOURCE if value is None else labels.amount(value * 100, "%", 1)


def _line(row: BudgetLine) -> MoneyLine:
    name = " – ".join(filter(None, (row.programme, row.budget_line))) or labels.NOT_IN_SOURCE
    return MoneyLine(
        name,
        labels.euro(row.budget),
        labels.euro(row.actual),
        labels.euro(row.forecast),
        _share(row.share_of_budget),
        row.source or labels.NOT_IN_SOURCE,
        row.is_synthetic,
    )


def _total(rows: list[BudgetLine]) -> MoneyLine:
    """What the lines add up to; a column in which any line is silent has no total."""

    def whole(values: list[Decimal | None]) -> Decimal | None:
        known = [value for value in values if value is not None]
        return sum(known, Decimal(0)) if len(known) == len(values) else None

    shares = [row.share_of_budget for row in rows]
    known = [share for share in shares if share is not None]
    return MoneyLine(
        "Samen",
        labels.euro(whole([row.budget for row in rows])),
        labels.euro(whole([row.actual for row in rows])),
        labels.euro(whole([row.forecast for row in rows])),
        _share(sum(known) if len(known) == len(shares) else None),
        "",
        any(row.is_synthetic for row in rows),
        is_total=True,
    )
