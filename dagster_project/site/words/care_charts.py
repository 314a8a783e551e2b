"""From the rows of one wet to the drawings of its care, each beside the table that holds the same figures.

What belongs here: which figure is which column, and what the drawing says to whoever cannot see it. What does not:
coordinates (`draw/columns.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from dagster_project.site.draw.columns import Column, column_chart
from dagster_project.site.queries.care import TOTAL
from dagster_project.site.words import labels
from dagster_project.site.words.care_tables import WetRows, clients_of, cost_of, in_order, members_of
from dagster_project.site.words.care_words import Cell, PeriodHead

_THOUSAND = 1_000


@dataclass(frozen=True)
class Chart:
    """A drawing under its title."""

    title: str
    drawing: Markup
    is_synthetic: bool


def total_charts(wet: WetRows, anchor: str) -> tuple[Chart, ...]:
    """Clients and cost of all of a wet, a column per period."""
    rows = [(head, wet.whole(head.period_id)) for head in wet.periods]
    clients = _chart("Cliënten", [(head, clients_of(row), row.clients if row else None) for head, row in rows], anchor)
    cost = _chart(
        "Kosten × € 1.000", [(head, cost_of(row), row.cost if row else None) for head, row in rows], f"{anchor}-kosten"
    )
    return tuple(chart for chart in (clients, cost) if chart)


def category_charts(wet: WetRows, anchor: str) -> tuple[Chart, ...]:
    """The cost of each category, a column per period, all on one scale."""
    names, at = members_of(wet, "category")
    costs = [cell.cost for (code, _), cell in at.items() if code != TOTAL and cell.cost is not None]
    highest = max(costs, default=Decimal())
    charts = (
        _chart(
            names[code],
            [(h, cost_of(c), c.cost if c else None) for h in wet.periods for c in (at.get((code, h.period_id)),)],
            f"{anchor}-{place}",
            highest,
        )
        for place, code in enumerate(in_order(names), start=1)
        if code != TOTAL
    )
    return tuple(chart for chart in charts if chart)


_Figure = tuple[PeriodHead, Cell, Decimal | int | None]


def _chart(title: str, figures: list[_Figure], chart_id: str, highest: Decimal | None = None) -> Chart | None:
    """A chart of counts or amounts; None where there is no figure to draw."""
    known = [value for _, _, value in figures if value is not None]
    if not known:
        return None
    is_money = any(isinstance(value, Decimal) for value in known)
    told = "; ".join(f"{head.in_sentence} {cell.in_words}" for head, cell, _ in figures)
    columns = [
        Column(
            None if value is None else float(value),
            cell.text if value is None else _short(value, is_money=is_money),
            head.period_id,
            is_whole=not head.remark,
        )
        for head, cell, value in figures
    ]
    top = float(highest if highest is not None else max(known))
    name = title.partition(" ×")[0]
    what = f"{name} per jaar" if highest is None else f"Kosten per jaar van {name}"
    drawing = column_chart(columns, highest=top, chart_id=chart_id, summary=f"{what}: {told}.")
    return Chart(title, drawing, any(head.is_synthetic for head, _, _ in figures))


def _short(value: Decimal | int, *, is_money: bool) -> str:
    """A count in full, an amount in thousands of euros."""
    if not is_money:
        return labels.number(Decimal(value), 0)
    thousands = Decimal(value) / _THOUSAND
    return labels.number(thousands, 0 if abs(thousands) >= 10 or not thousands else 1)
