"""From the rows of budgets and costs to what the page about money shows: tables, bars and sentences.

What belongs here: the words of amounts, shares and causes. What does not: SQL (`queries/money.py`) and any share or
split (`models/`). Amounts of one basis are never added to those of another: bruto and netto are different questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from markupsafe import Markup

from dagster_project.site.queries import BudgetLine, Cost, CostChange
from dagster_project.site.queries.money import MoneyRows
from dagster_project.site.words import labels
from dagster_project.site.words.labels import NOT_IN_SOURCE, euro

_MILLION = 1_000_000
_BAR_WIDTH = 100.0


def signed_euro(amount: Decimal) -> str:
    """As `euro`, with a plus where it is more."""
    return f"+{euro(amount)}" if amount > 0 else euro(amount)


def rough_euro(amount: Decimal) -> str:
    """For a sentence: `€ 61,1 mln`, below a million in full."""
    if abs(amount) < _MILLION:
        return euro(amount)
    sign = labels.MINUS if amount < 0 else ""
    return f"{sign}{labels.with_unit(labels.number(abs(amount) / _MILLION, 1), '€')}{labels.NBSP}mln"


def percentage(share: float | None) -> str:
    """A share as a percentage, or that there is none."""
    return "–" if share is None else labels.with_unit(labels.number(share * 100, 1), "%")


@dataclass(frozen=True)
class BudgetRow:
    """One line as the table shows it."""

    name: str
    post: str
    budget: str
    share: str
    bar: Markup
    actual: str
    forecast: str
    against: str
    is_synthetic: bool


@dataclass(frozen=True)
class BudgetTable:
    """The budget of one plan, basis and year.

    Attributes:
        by: the shares are per programme (`programma`), or per budget line where the source has no programmes (`post`).
        columns: which of actual and forecast hold any amount; columns without are not shown.
        wholes: what each of those columns comes to; empty where a line is silent, for the sum would say too little.
    """

    anchor: str
    title: str
    basis: str
    total: str
    by: str
    sentences: tuple[str, ...]
    columns: tuple[str, ...]
    wholes: tuple[str, ...]
    rows: tuple[BudgetRow, ...]
    sources: tuple[str, ...]
    is_synthetic: bool


def budgets_of(lines: Sequence[BudgetLine]) -> tuple[BudgetTable, ...]:
    """A table per plan, basis and year, the newest year of each first."""
    tables: list[BudgetTable] = []
    for (_, basis, period_id), members in groupby(lines, key=lambda row: (row.plan_id, row.basis, row.period_id)):
        tables.append(_budget(f"begroting-{len(tables) + 1}", basis, period_id, list(members)))
    return tuple(tables)


def _budget(anchor: str, basis: str | None, period_id: str, lines: list[BudgetLine]) -> BudgetTable:
    plan, total = lines[0].plan_title, lines[0].plan_budget
    has_programmes = any(line.programme for line in lines)
    largest = max((line.share_of_budget or 0.0 for line in lines), default=0.0)
    columns = [name for name in ("actual", "forecast") if any(getattr(line, name) is not None for line in lines)]
    return BudgetTable(
        anchor=anchor,
        title=f"{plan}, {labels.period(period_id)}",
        basis=basis or f"{NOT_IN_SOURCE}: of dit bruto of netto is, is niet bekend",
        total=euro(total),
        by="programma" if has_programmes else "post",
        sentences=tuple(_budget_sentences(lines, total, has_programmes)),
        columns=tuple(columns),
        wholes=tuple(_whole(lines, name) for name in columns),
        rows=tuple(_budget_row(line, largest, has_programmes) for line in lines),
        sources=tuple(dict.fromkeys(line.source for line in lines if line.source)),
        is_synthetic=any(line.is_synthetic for line in lines),
    )


def _whole(lines: list[BudgetLine], column: str) -> str:
    amounts = [getattr(line, column) for line in lines]
    return "" if None in amounts else euro(sum(amounts, Decimal()))


def _name(line: BudgetLine, has_programmes: bool) -> str:
    """What a share is the share of: the programme where the source has programmes, else the budget line."""
    if has_programmes:
        return line.programme or f"programma {NOT_IN_SOURCE}"
    return line.budget_line or line.opgave or NOT_IN_SOURCE


def _budget_row(line: BudgetLine, largest: float, has_programmes: bool) -> BudgetRow:
    return BudgetRow(
        name=_name(line, has_programmes),
        post=line.budget_line or line.opgave or NOT_IN_SOURCE,
        budget=euro(line.budget),
        share=percentage(line.share_of_budget),
        bar=bar(line.share_of_budget or 0.0, largest),
        actual=euro(line.actual),
        forecast=euro(line.forecast),
        against=_against(line),
        is_synthetic=line.is_synthetic,
    )


def _against(line: BudgetLine) -> str:
    """What was spent against the budget, or will be where nothing is known of that yet."""
    spent, word = (line.actual, "uitgegeven") if line.actual is not None else (line.forecast, "verwacht")
    if spent is None or line.budget is None:
        return "–"
    rest = line.budget - spent
    if rest == 0:
        return f"precies {word}"
    return f"{euro(abs(rest))} {'minder' if rest > 0 else 'meer'} {word}"


def _budget_sentences(lines: list[BudgetLine], total: Decimal | None, has_programmes: bool) -> Iterator[str]:
    if total is not None:
        posts = "één post" if len(lines) == 1 else f"{len(lines)} posten"
        yield f"Begroot is {rough_euro(total)}, verdeeld over {posts}."
    shared = [line for line in lines if line.share_of_budget is not None]
    if len(shared) > 1:
        top = max(shared, key=lambda line: line.share_of_budget or 0.0)
        share = percentage(top.share_of_budget)
        yield f"Het grootste deel is {_name(top, has_programmes)}, met {share} van het geheel."
    if not has_programmes:
        yield f"Per programma: {NOT_IN_SOURCE}."
    yield from _spent(lines)


def _spent(lines: list[BudgetLine]) -> Iterator[str]:
    """What all lines together came to, only where every line has the figure: else the sum would say too little."""
    for attribute, words in (("actual", "Uitgegeven is"), ("forecast", "Verwacht wordt")):
        amounts = [getattr(line, attribute) for line in lines]
        budgets = [line.budget for line in lines]
        known = [amount for amount in amounts if amount is not None]
        if not known:
            continue
        if len(known) < len(lines) or any(budget is None for budget in budgets):
            yield f"{words} bekend voor {len(known)} van de {len(lines)} posten."
            continue
        spent, budget = sum(known, Decimal()), sum((b for b in budgets if b is not None), Decimal())
        rest = budget - spent
        compared = (
            "precies de begroting"
            if rest == 0
            else f"{rough_euro(abs(rest))} {'minder' if rest > 0 else 'meer'} dan begroot"
        )
        yield f"{words} {rough_euro(spent)}: {compared}."


def bar(part: float, whole: float) -> Markup:
    """A bar beside a figure that stands in words next to it; nothing for a screen reader to say."""
    width = max(part, 0.0) / whole * _BAR_WIDTH if whole else 0.0
    return Markup(
        '<svg class="balk" aria-hidden="true" viewBox="0 0 100 12" width="100" height="12" preserveAspectRatio="none">'
        '<rect x="0" y="0" width="{:.1f}" height="12"/></svg>'
    ).format(width)


def signed_bar(part: Decimal, largest: Decimal) -> Markup:
    """A bar from the middle: to the right where it adds to the cost, to the left where it takes off."""
    half = _BAR_WIDTH / 2
    width = float(abs(part) / largest) * half if largest else 0.0
    return Markup(
        '<svg class="balk balk--{}" aria-hidden="true" viewBox="0 0 100 12" width="100" height="12" '
        'preserveAspectRatio="none"><path d="M50,0V12"/><rect x="{:.1f}" y="2" width="{:.1f}" height="8"/></svg>'
    ).format("meer" if part > 0 else "minder", half if part > 0 else half - width, width)


@dataclass(frozen=True)
class CostCell:
    """What a category cost in a year, with who used it and what that is per user."""

    cost: str
    users: str
    per_user: str
    is_synthetic: bool


@dataclass(frozen=True)
class CostRow:
    """One category over the years."""

    name: str
    is_whole: bool
    cells: tuple[CostCell, ...]


@dataclass(frozen=True)
class Effect:
    """One cause of a change in cost."""

    name: str
    amount: str
    meaning: str
    bar: Markup


@dataclass(frozen=True)
class ChangeTable:
    """Why the cost changed from one year to the next."""

    anchor: str
    title: str
    sentence: str
    effects: tuple[Effect, ...]
    change: str
    break_words: str
    is_synthetic: bool


@dataclass(frozen=True)
class Wet:
    """What one wet cost: per category and year, and each change split into its causes."""

    anchor: str
    name: str
    years: tuple[str, ...]
    rows: tuple[CostRow, ...]
    changes: tuple[ChangeTable, ...]
    sources: tuple[str, ...]
    has_categories: bool
    is_synthetic: bool


def wetten_of(costs: Sequence[Cost], changes: Sequence[CostChange]) -> tuple[Wet, ...]:
    """One entry per wet, in the order of their names."""
    names = dict.fromkeys([*(row.wet for row in costs), *(row.wet for row in changes)])
    return tuple(
        _wet(f"kosten-{place}", name, [c for c in costs if c.wet == name], [c for c in changes if c.wet == name])
        for place, name in enumerate(names, start=1)
    )


def _wet(anchor: str, name: str, costs: list[Cost], changes: list[CostChange]) -> Wet:
    years = sorted({row.period_id for row in costs}, key=lambda p: (labels.period_end(p), p))
    at = {(row.category, row.period_id): row for row in costs}
    categories = dict.fromkeys(row.category for row in costs)
    largest = max((abs(amount) for change in changes for _, amount in _parts(change)), default=Decimal())
    return Wet(
        anchor=anchor,
        name=name,
        years=tuple(labels.period(year) for year in years),
        rows=tuple(
            CostRow(category or "Geheel", category is None, tuple(_cost_cell(at.get((category, y))) for y in years))
            for category in categories
        ),
        changes=tuple(_change(f"{anchor}-{n}", change, largest) for n, change in enumerate(changes, start=1)),
        sources=tuple(dict.fromkeys(row.source for row in costs if row.source)),
        has_categories=any(category is not None for category in categories),
        is_synthetic=any(row.is_synthetic for row in costs),
    )


def _cost_cell(row: Cost | None) -> CostCell:
    if row is None or (row.cost is None and row.users is None):
        return CostCell(NOT_IN_SOURCE, "", "", row.is_synthetic if row else False)
    users = f"cliënten {NOT_IN_SOURCE}"
    if row.users is not None:
        users = "1 cliënt" if row.users == 1 else f"{labels.number(row.users, 0)} cliënten"
    per_user = "" if row.cost_per_user is None else f"{euro(row.cost_per_user)} per cliënt"
    return CostCell(euro(row.cost), users, per_user, row.is_synthetic)


_EFFECTS = (
    ("users_effect", "Aantal cliënten", "meer of minder mensen"),
    ("price_effect", "Prijs", "duurder of goedkoper per cliënt binnen een categorie"),
    ("mix_effect", "Samenstelling", "verschuiving tussen categorieën"),
    ("unsplit_effect", "Niet te verdelen", "de bron geeft geen cliënten, of telt anders op"),
)


def _parts(change: CostChange) -> list[tuple[str, Decimal]]:
    """The causes that the table knows, the remainder only where there is one."""
    found = [(name, getattr(change, name)) for name, *_ in _EFFECTS]
    return [(name, amount) for name, amount in found if amount is not None and (amount or name != "unsplit_effect")]


def _change(anchor: str, change: CostChange, largest: Decimal) -> ChangeTable:
    words = {name: (title, meaning) for name, title, meaning in _EFFECTS}
    before, after = labels.period(change.previous_period_id), labels.period(change.period_id)
    parts = _parts(change)
    return ChangeTable(
        anchor=anchor,
        title=f"Van {before} naar {after}",
        sentence=_change_sentence(change, parts),
        effects=tuple(
            Effect(words[name][0], signed_euro(amount), words[name][1], signed_bar(amount, largest))
            for name, amount in parts
        ),
        change=signed_euro(change.change),
        break_words=_break_words(change),
        is_synthetic=change.is_synthetic,
    )


def _change_sentence(change: CostChange, parts: list[tuple[str, Decimal]]) -> str:
    before, after = labels.period(change.previous_period_id), labels.period(change.period_id)
    if change.change == 0:
        return f"{change.wet}: de kosten zijn in {after} gelijk aan die in {before}, {euro(change.cost_after)}."
    verb = "stegen" if change.change > 0 else "daalden"
    told = (
        f"{change.wet}: de kosten {verb} van {euro(change.cost_before)} in {before} naar "
        f"{euro(change.cost_after)} in {after}"
    )
    share = f" ({percentage(float(abs(change.change) / change.cost_before))})" if change.cost_before else ""
    split = [part for part in parts if part[0] != "unsplit_effect"]
    if not split:
        return f"{told}{share}. Waardoor, is met deze cijfers niet te zeggen."
    name, amount = max(split, key=lambda part: abs(part[1]))
    title = next(title for known, title, _ in _EFFECTS if known == name)
    return f"{told}{share}. Het meest telt: {title.lower()}, {signed_euro(amount)}."


def _break_words(change: CostChange) -> str:
    if change.break_date is None:
        return ""
    return f"{labels.day(change.break_date)}: {change.break_reason or 'reden onbekend'}"


def summary_sentences(rows: MoneyRows) -> tuple[str, ...]:
    """What the page comes to: the newest budget of each plan and basis, and the newest change of each wet."""
    return (*_newest_budgets(rows.lines), *_newest_changes(rows.changes))


def _newest_budgets(lines: Sequence[BudgetLine]) -> Iterator[str]:
    for _, members in groupby(lines, key=lambda line: (line.plan_id, line.basis)):
        line = next(members)  # the newest year comes first
        if line.plan_budget is not None:
            basis = f", grondslag {line.basis}" if line.basis else ""
            total, year = rough_euro(line.plan_budget), labels.period(line.period_id)
            yield f"{line.plan_title}: begroot is {total} in {year}{basis}."


def _newest_changes(changes: Sequence[CostChange]) -> Iterator[str]:
    for _, members in groupby(changes, key=lambda change: change.wet):
        *_, newest = members
        yield _change_sentence(newest, _parts(newest))
