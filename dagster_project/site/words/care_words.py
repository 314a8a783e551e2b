"""The words and tables in which pages show counts of local registrations: names, periods, cells that are not shown.

What belongs here: what the tables of every subject share. What does not: which tables a page holds (`care.py`,
`registrations.py`) and whether a count is shown, which is decided before it is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from dagster_project.site.queries.care import TOTAL
from dagster_project.site.words import labels

HIDDEN_MARK = "•"
HIDDEN_WORDS = "niet getoond"
_NO_FIGURE = "–"
SUPPRESSED = "suppressed"
UNKNOWN = "onbekend"
MOST_YEARS = 5
"""Years beside each other in one table; older ones stand in the tables to download."""

WETTEN = {
    "wmo": "Wmo",
    "jeugdwet": "Jeugdwet",
    "participatiewet": "Participatiewet",
    "bijzondere_bijstand": "Bijzondere bijstand",
    "gemeentelijk": "Regelingen van de gemeente",
    TOTAL: "Alle wetten samen",
}
"""The codes of `wet`, in the order in which pages show them."""

_MEMBERS = {
    "ZIN": "Zorg in natura (ZIN)",
    "PGB": "Persoonsgebonden budget (PGB)",
    UNKNOWN: "Onbekend",
    TOTAL: "Totaal",
}


def wet_name(code: str) -> str:
    """A wet in words; a code that is not known stays as it is."""
    return WETTEN.get(code, code)


def wet_order(code: str) -> tuple[int, str]:
    """Where a wet comes: those that are known first, all of them together last."""
    known = list(WETTEN)
    return (known.index(code) if code in known else len(known) - 1, code)


def member_name(code: str) -> str:
    """A category, form, referrer or wijk in words, with a capital."""
    return _MEMBERS.get(code) or code[:1].upper() + code[1:]


def member_order(code: str) -> tuple[bool, str]:
    """By name, what is unknown last."""
    return (code == UNKNOWN, member_name(code).casefold())


class Covered(Protocol):
    """A row of a period of which the registrations may lack the end."""

    @property
    def period_id(self) -> str: ...
    @property
    def covered_through(self) -> date | None: ...
    @property
    def is_whole(self) -> bool: ...
    @property
    def is_synthetic(self) -> bool: ...


@dataclass(frozen=True)
class PeriodHead:
    """One period above or beside the figures of a table.

    Attributes:
        words: in a heading, `2022`.
        remark: where it is not whole: `t/m november 2022`; else empty.
    """

    period_id: str
    words: str
    remark: str
    is_synthetic: bool

    @property
    def in_sentence(self) -> str:
        """`2021`, `2022 (t/m november)`."""
        return f"{self.words} ({self.remark.removesuffix(f' {self.words}')})" if self.remark else self.words


def through_words(day: date | None) -> str:
    """`t/m november 2022`, with the day where it is not the last of a month; what is unknown says so."""
    if day is None:
        return "niet heel"
    is_last = (day + timedelta(days=1)).day == 1
    return f"t/m {labels.day(day).partition(' ')[2] if is_last else labels.day(day)}"


def period_heads(rows: Iterable[Covered], period_type: str) -> tuple[PeriodHead, ...]:
    """The periods of one type, the oldest first; a period counts as whole where no row says otherwise."""
    found: dict[str, list[Covered]] = {}
    for row in rows:
        known = labels.read_period(row.period_id)
        if known and known.period_type == period_type:
            found.setdefault(row.period_id, []).append(row)
    return tuple(_head(period_id, found[period_id]) for period_id in sorted(found))


def _head(period_id: str, rows: Sequence[Covered]) -> PeriodHead:
    partial = next((row for row in rows if not row.is_whole), None)
    return PeriodHead(
        period_id,
        labels.period(period_id),
        through_words(partial.covered_through) if partial else "",
        any(row.is_synthetic for row in rows),
    )


def main_periods(rows: Sequence[Covered]) -> tuple[PeriodHead, ...]:
    """The newest years, at most `MOST_YEARS`; half-years where there is no year."""
    return (period_heads(rows, "year") or period_heads(rows, "half-year"))[-MOST_YEARS:]


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: the figure, or the mark in its place.
        spoken: words instead of a mark, for whoever cannot see it; empty where the text says it.
        is_hidden: there is a figure, and it is not shown.
    """

    text: str
    spoken: str = ""
    is_hidden: bool = False

    @property
    def in_words(self) -> str:
        return self.spoken or self.text


HIDDEN = Cell(HIDDEN_MARK, HIDDEN_WORDS, is_hidden=True)
MISSING = Cell(_NO_FIGURE, "geen cijfer")


def count_cell(value: Decimal | int | None, absence: str | None) -> Cell:
    """A count, or why there is none."""
    return _absent(absence) if value is None else Cell(labels.number(Decimal(value), 0))


def euro_cell(value: Decimal | None, absence: str | None) -> Cell:
    """An amount in whole euros, or why there is none."""
    return _absent(absence) if value is None else Cell(labels.euro(value))


def _absent(absence: str | None) -> Cell:
    return HIDDEN if absence == SUPPRESSED else MISSING


@dataclass(frozen=True)
class Head:
    """The heading of a column or of a row."""

    words: str
    remark: str = ""
    is_synthetic: bool = False
    is_total: bool = False


@dataclass(frozen=True)
class Table:
    """One table of counts.

    Attributes:
        corner: what its row headings are.
        under: headings that every column repeats under its own, such as Cliënten and Kosten; empty for none.
        rows: a heading and its cells, as many as columns times what stands under each.
        note: a sentence under the table; empty for none.
    """

    anchor: str
    caption: str
    corner: str
    columns: tuple[Head, ...]
    under: tuple[str, ...]
    rows: tuple[tuple[Head, tuple[Cell, ...]], ...]
    note: str = ""

    @property
    def is_synthetic(self) -> bool:
        return any(head.is_synthetic for head in (*self.columns, *(head for head, _ in self.rows)))


def column_of(head: PeriodHead) -> Head:
    """A period as the heading of a column or row."""
    return Head(head.words, head.remark, head.is_synthetic)


def hidden_sentences(tables: Iterable[Table], threshold: int) -> tuple[str, ...]:
    """How many cells of a page are not shown and why; never which of them is the small one. Empty where all are shown.

    Args:
        tables: all that the page holds.
        threshold: the smallest count that may be shown.
    """
    cells = [cell for table in tables for _, row in table.rows for cell in row]
    n_hidden = sum(cell.is_hidden for cell in cells)
    if not n_hidden:
        return ()
    return (
        f"Op deze pagina staat in {labels.number(n_hidden, 0)} van de {labels.number(len(cells), 0)} vakken van de "
        f"tabellen een {HIDDEN_MARK}: dat cijfer is er, maar wordt niet getoond.",
        f"Een aantal onder de {labels.number(threshold, 0)} tonen we niet, omdat dan te herleiden kan zijn om wie het "
        "gaat (een nul wel, waar die niets over mensen verraadt); een bedrag of gemiddelde dat zo'n aantal zou "
        "verraden ook niet.",
        f"Ook sommige grotere cijfers staan er niet: anders kon u het kleine uitrekenen door af te trekken. Daarom "
        f"zeggen we niet welke {HIDDEN_MARK} voor een klein cijfer staat en welke voor een groter.",
    )
