"""What a reader can reckon from money: the price per client that shown cells tell, laid on those that are not shown.

A cost that is shown while its clients are hidden tells about how many they are, once the price of such care is known.
The price is the cost per client of the same wet, category and form in cells that are shown, over periods of the same
length; of the category in any form where that form is shown nowhere. It is no more than a guess, so it is widened
both ways, and dropped where it contradicts what is certain (`bounds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dagster_project.disclosure.cells import TOTAL, CellKey

WIDENED = 2.0
"""How far a client's care may cost more or less than the dearest or cheapest that is shown."""

Group = tuple[str, str, str, str, bool]


@dataclass(frozen=True)
class PriceRange:
    """Lowest and highest cost per client that is shown."""

    low: float
    high: float


def group_of(key: CellKey) -> Group:
    """Cells whose clients cost about the same: subject, wet, category, form and whether the period is half a year."""
    return key.subject, key.wet, key.category, key.form, "-" in key.period_id


def known_prices(shown: Iterable[tuple[CellKey, float, float]]) -> dict[Group, PriceRange]:
    """The range of prices per group.

    Args:
        shown: keys, costs and clients of which both are shown.
    """
    found: dict[Group, PriceRange] = {}
    for key, cost, clients in shown:
        if clients <= 0 or cost < 0:
            continue
        price, group = cost / clients, group_of(key)
        for one in dict.fromkeys((group, (*group[:3], TOTAL, group[4]))):
            # a form's price is also one of its category's prices, for forms of which none is known
            before = found.get(one, PriceRange(price, price))
            found[one] = PriceRange(min(before.low, price), max(before.high, price))
    return found


def price_of(key: CellKey, prices: Mapping[Group, PriceRange]) -> PriceRange | None:
    """The range of prices that a reader would lay on a cell, None where nothing like it is shown."""
    group = group_of(key)
    return prices.get(group) or prices.get((*group[:3], TOTAL, group[4]))
