"""The rows and words of the site, read once for all exports, so that they say what the pages say.

What belongs here: taking rows and words over. What does not: new words about an objective, which belong in `site/`.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from dagster_project.site.queries import PageData, Reader, read_page_data
from dagster_project.site.queries.money import MoneyRows, read_money
from dagster_project.site.words.cards import Card, Figure
from dagster_project.site.words.opgaven import Opgave, opgaven_of

__all__ = ["Card", "Figure", "Opgave", "PageData", "Told", "told_by_site"]


@dataclass(frozen=True)
class Told:
    """The site's rows and words.

    Attributes:
        gemeente: code of the municipality.
        data: the rows that its pages share.
        money: its rows about money.
        opgaven: those of all plans, in the order of its pages.
        cards: what it says of each objective, by objective id.
    """

    gemeente: str
    data: PageData
    money: MoneyRows
    opgaven: tuple[Opgave, ...]
    cards: dict[str, Card]


def told_by_site(connection: duckdb.DuckDBPyConnection, gemeente: str) -> Told:
    """Read the words of the site about every opgave and objective.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
        ValueError: a table holds a verdict or a kind of objective that the site has no words for.
    """
    reader = Reader(connection, gemeente)
    data = read_page_data(reader)
    opgaven = opgaven_of(data)
    cards = {card.objective_id: card for opgave in opgaven for card in opgave.cards}
    return Told(gemeente, data, read_money(reader), opgaven, cards)
