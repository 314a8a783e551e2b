"""What can be asked: a row of any published table, the value of an indicator, or the verdict on an objective.

Each comes down to one row of one table; where there is no such row the error names the nearest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dagster_project.errors import ConfigurationError
from dagster_project.extract.rows import closest
from dagster_project.trace.reading import Publication, Row
from dagster_project.warehouse import PUBLISHED_SCHEMA

VALUES = "fct_indicator_value"
VERDICTS = "fct_objective_attainment"
_NEAREST = 4


@dataclass(frozen=True)
class Question:
    """A row of a published table, by columns of its key; those that are left out may be anything."""

    table: str
    key: Mapping[str, str]
    is_current: bool = False
    """Of verdicts: the one that stands."""
    takes_newest: bool = False
    """Of several rows that fit: that of the newest version, of the gemeente before its wijken."""


def of_value(indicator: str, region: str, period: str, territory: str = "as_published") -> Question:
    """The value of an indicator."""
    key = {"indicator_id": indicator, "region_code": region, "period_id": period, "territory": territory}
    return Question(VALUES, key)


def of_objective(objective: str, period: str | None = None) -> Question:
    """The verdict on an objective for the gemeente: the one that stands, or that of a period."""
    if period is None:
        return Question(VERDICTS, {"objective_id": objective}, is_current=True)
    return Question(VERDICTS, {"objective_id": objective, "period_id": period}, takes_newest=True)


def of_row(table: str, key: str) -> Question:
    """A row of any published table.

    Args:
        table: its name, with or without the schema.
        key: `column=value` pairs with commas between them; an empty value is an empty column.

    Raises:
        ConfigurationError: the key is not written so.
    """
    pairs = [pair.partition("=") for pair in re.split(r",(?=\s*\w+\s*=)", key)]
    if not all(sign and name.strip() for name, sign, _ in pairs):
        raise ConfigurationError(f"--key wants column=value pairs such as year=2024,wet=wmo; found {key!r}.")
    return Question(table.removeprefix(f"{PUBLISHED_SCHEMA}."), {name.strip(): text for name, _, text in pairs})


def question_of(
    what: str | None,
    region: str | None,
    period: str | None,
    *,
    territory: str,
    of_period: str | None,
    table: str | None,
    key: str | None,
) -> Question:
    """The question that the words of a command ask, in one of three forms.

    Raises:
        ConfigurationError: they are none of the three.
    """
    if table and key is not None and what is None:
        return of_row(table, key)
    if what and region and period and not table and not of_period:
        return of_value(what, region, period, territory)
    if what and not region and not table:
        return of_objective(what, of_period)
    raise ConfigurationError(
        "Ask in one of three ways: opkoers trace INDICATOR REGION PERIOD [--territory current], "
        "opkoers trace OBJECTIVE [--period PERIOD], or opkoers trace --table TABLE --key column=value,…"
    )


def answer(publication: Publication, question: Question) -> tuple[str, Row]:
    """The key and the row that a question asks for.

    Raises:
        ConfigurationError: there is no such table, column or row, or there are several; the message names the nearest.
    """
    table, key = question.table, question.key
    if table not in publication.grains:
        near = _nearest(table, publication.grains)
        raise ConfigurationError(f"No table is called {table!r}. The nearest: {near}.")
    grain = publication.grains[table]
    unknown = sorted(set(key) - set(grain))
    if unknown:
        raise ConfigurationError(f"{table} is not told apart by {', '.join(unknown)}. Its key is: {', '.join(grain)}.")
    where = " and ".join(f"coalesce(cast({column} as text), '') = ?" for column in key)
    where += " and is_current" if question.is_current else ""
    name, row_key = f"{PUBLISHED_SCHEMA}.{table}", publication.key_of(table)
    found = publication.rows(
        f"select {row_key} as row_key from {name} where {where} order by {_newest_first(grain)} limit {_NEAREST + 1}",
        list(key.values()),
    )
    if len(found) == 1 or (found and question.takes_newest):
        chosen = str(found[0]["row_key"])
        return chosen, publication.row(table, chosen) or {}
    if found:
        shown = "; ".join(_as_key(publication, table, row["row_key"]) for row in found[:_NEAREST])
        raise ConfigurationError(f"Several rows of {table} fit; say more of the key, such as {shown}.")
    raise ConfigurationError(_no_row(publication, table, key))


def _newest_first(grain: list[str]) -> str:
    """Of versions the newest, and the gemeente before its wijken."""
    order = {"version": "version desc", "region_code": "region_code like 'WK%', region_code"}
    return ", ".join(order.get(column, column) for column in grain)


def _as_key(publication: Publication, table: str, row_key: str) -> str:
    row = publication.row(table, row_key) or {}
    return ",".join(f"{name}={'' if row[name] is None else row[name]}" for name in publication.grains[table])


def _nearest(given: str, known: Mapping[str, object]) -> str:
    return ", ".join(closest(given, known))


def _no_row(publication: Publication, table: str, key: Mapping[str, str]) -> str:
    """Which part of a key occurs nowhere, and what comes nearest; else the rows that differ least."""
    name = f"{PUBLISHED_SCHEMA}.{table}"
    for column, given in key.items():
        near = publication.rows(
            f"select text from (select distinct coalesce(cast({column} as text), '') as text from {name})"
            f" order by text <> ?, levenshtein(text, ?), text limit {_NEAREST}",
            [given, given],
        )
        texts = [row["text"] for row in near]
        if given not in texts:
            return f"No row of {table} has {column} {given!r}. The nearest: {', '.join(texts) or 'none at all'}."
    asked = "|".join(key.values())
    given_columns = " || '|' || ".join(f"coalesce(cast({column} as text), '')" for column in key)
    near = publication.rows(
        f"select {publication.key_of(table)} as row_key from {name}"
        f" order by levenshtein({given_columns}, ?), row_key limit 3",
        [asked],
    )
    shown = "; ".join(_as_key(publication, table, row["row_key"]) for row in near)
    return f"{table} has no row {', '.join(f'{k} {v}' for k, v in key.items())}. The nearest: {shown}."
