"""The difference between two editions for a terminal, in Dutch, and for machines.

What belongs here: the layout of lines. What does not: finding the differences (`diff.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from dagster_project.editions.diff import EditionDiff, FigureChange, ObjectiveChange, exactly
from dagster_project.site.words import labels

_FIGURES = {
    "new": ("nieuw", "nieuw"),
    "revised": ("herzien", "herzien"),
    "gone": ("vervallen", "vervallen"),
    "method_break": ("methodebreuk", "methodebreuken"),
}
"""One and many of each kind of change."""
_OBJECTIVES = {
    "new": ("nieuw", "nieuw"),
    "gone": ("vervallen", "vervallen"),
    "changed": ("veld gewijzigd", "velden gewijzigd"),
    "verdict": ("ander oordeel", "andere oordelen"),
}
_NO_FIGURE = "geen cijfer"


def as_lines(diff: EditionDiff, old: str, new: str) -> Iterator[str]:
    """The changes as lines.

    Args:
        diff: the changes.
        old: what the earlier side is called, such as `editie 2026-01`.
        new: likewise.
    """
    yield f"Van {old} naar {new}"
    yield _summary("Cijfers", Counter(change.kind for change in diff.figures), _FIGURES)
    yield from (f"  {_figure(change)}" for change in diff.figures)
    yield _summary("Doelen", Counter(change.kind for change in diff.objectives), _OBJECTIVES)
    yield from (f"  {_objective(change)}" for change in diff.objectives)
    if diff.other_regions:
        many = diff.other_regions != 1
        counted = f"{labels.number(diff.other_regions, 0)} {'cijfers' if many else 'cijfer'}"
        yield f"Van andere gebieden {'zijn' if many else 'is'} {counted} anders."


def _summary(what: str, counts: Counter[Any], words: dict[str, tuple[str, str]]) -> str:
    told = [
        f"{labels.number(counts[kind], 0)} {one if counts[kind] == 1 else many}"
        for kind, (one, many) in words.items()
        if counts[kind]
    ]
    return f"{what}: {labels.enumeration(told) or 'niets veranderd'}."


def _figure(change: FigureChange) -> str:
    synthetic = " (synthetisch)" if change.is_synthetic else ""
    kind = _FIGURES[change.kind][0]
    if change.kind == "method_break":
        day = labels.day(date.fromisoformat(change.period_id))
        return f"{kind}: {change.name_nl}, {change.region_name}, vanaf {day}: {change.reason}"
    place = f"{change.name_nl}, {change.region_name}, {labels.period(change.period_id)}{synthetic}"
    return f"{kind}: {place}: {figure_words(change)} ({change.reason})"


def figure_words(change: FigureChange) -> str:
    """`10,0 → 10,5 %`, with as many decimals as it takes to see a difference."""
    before, after = change.old_value, change.new_value
    if before is None:
        return _NO_FIGURE if after is None else _amount(after, change)
    if after is None:
        return f"{_amount(before, change)} → {_NO_FIGURE}"
    if before == after:
        return _amount(after, change)
    old, new = labels.number(before, change.decimals), labels.number(after, change.decimals)
    if old == new:
        old, new = exactly(before), exactly(after)
    return f"{old} → {labels.with_unit(new, change.unit)}"


def _amount(value: float, change: FigureChange) -> str:
    return labels.amount(value, change.unit, change.decimals)


def _objective(change: ObjectiveChange) -> str:
    name = f"{change.objective_id} {change.title}"
    if change.kind in ("new", "gone"):
        return f"{_OBJECTIVES[change.kind][0]}: {name}"
    return f"gewijzigd: {name}: {change.field} {change.old or 'leeg'} → {change.new or 'leeg'}"


def as_record(diff: EditionDiff, old: str, new: str) -> dict[str, Any]:
    """The changes for machines, with the two sides by name."""
    return {"old": old, "new": new, **asdict(diff)}
