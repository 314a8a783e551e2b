"""From the differences between two editions to their words: tables per sort of change, and one sentence.

What belongs here: Dutch for what changed. What does not: finding it (`editions/diff.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dagster_project.site.words import labels
from dagster_project.site.words.cards import page_of

if TYPE_CHECKING:  # it speaks Dutch with our labels: at run time it imports us
    from dagster_project.editions.diff import EditionDiff, FigureChange, ObjectiveChange


_MOST_DECIMALS = 6


@dataclass(frozen=True)
class _Kind:
    """How a sort of change is told: heading, what it means, and in a sentence for one and for more."""

    heading: str
    meaning: str
    one: str
    many: str


_FIGURE_KINDS = {
    "revised": _Kind(
        "Herziene cijfers",
        "De bron geeft nu een ander cijfer over dezelfde periode.",
        "1 cijfer is herzien",
        "{} cijfers zijn herzien",
    ),
    "method_break": _Kind(
        "Andere meetmethode",
        "De bron telt anders dan voorheen; oud en nieuw zijn niet te vergelijken.",
        "1 cijfer wordt anders gemeten",
        "{} cijfers worden anders gemeten",
    ),
    "new": _Kind(
        "Nieuwe cijfers", "Deze stonden nog niet in de vorige editie.", "1 cijfer is nieuw", "{} cijfers zijn nieuw"
    ),
    "gone": _Kind(
        "Verdwenen cijfers",
        "Deze stonden in de vorige editie, maar zijn er nu niet meer.",
        "1 cijfer is verdwenen",
        "{} cijfers zijn verdwenen",
    ),
}
_OBJECTIVE_KINDS = {"new": "nieuw doel", "gone": "vervallen", "changed": "gewijzigd", "verdict": "ander oordeel"}


@dataclass(frozen=True)
class FigureLine:
    """One figure that changed."""

    indicator: str
    region: str
    period: str
    old: str
    new: str
    reason: str
    is_synthetic: bool


@dataclass(frozen=True)
class FigureTable:
    """All figures that changed in one way."""

    anchor: str
    heading: str
    meaning: str
    has_old: bool
    has_new: bool
    lines: tuple[FigureLine, ...]


@dataclass(frozen=True)
class ObjectiveLine:
    """One thing about an objective that changed."""

    title: str
    file: str | None
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class VerdictLine:
    """An objective that is judged otherwise; verdicts that the legend does not know stay words."""

    title: str
    file: str
    old: str
    new: str
    old_verdict: labels.Verdict | None
    new_verdict: labels.Verdict | None


def figures_of(diff: EditionDiff) -> tuple[FigureTable, ...]:
    """A table per sort of change, what needs explaining first; sorts that did not occur are left out."""
    tables = []
    for kind, told in _FIGURE_KINDS.items():
        lines = tuple(_figure(change) for change in diff.figures if change.kind == kind)
        if lines:
            tables.append(
                FigureTable(
                    anchor=f"cijfers-{kind.replace('_', '-')}",
                    heading=told.heading,
                    meaning=told.meaning,
                    has_old=kind in ("revised", "gone"),
                    has_new=kind in ("revised", "new"),
                    lines=lines,
                )
            )
    return tuple(tables)


def _figure(change: FigureChange) -> FigureLine:
    old, new = _amounts(change)
    return FigureLine(
        indicator=change.name_nl,
        region=change.region_name or "alle gebieden",
        period=_period(change),
        old=old,
        new=new,
        reason=change.reason or "",
        is_synthetic=change.is_synthetic,
    )


def _period(change: FigureChange) -> str:
    """The period of a figure, or the day from which a method differs."""
    if change.kind == "method_break":
        return f"vanaf {labels.day(date.fromisoformat(change.period_id))}"
    return labels.period(change.period_id)


def _amounts(change: FigureChange) -> tuple[str, str]:
    """Both figures in words, with more decimals than usual where rounding would hide that they differ."""
    old, new = change.old_value, change.new_value
    if change.decimals is None or old is None or new is None or old == new:
        return _amount(old, change, change.decimals), _amount(new, change, change.decimals)
    decimals = change.decimals
    while decimals < _MOST_DECIMALS and labels.number(old, decimals) == labels.number(new, decimals):
        decimals += 1
    return _amount(old, change, decimals), _amount(new, change, decimals)


def _amount(value: float | None, change: FigureChange, decimals: int | None) -> str:
    return "geen cijfer" if value is None else labels.amount(value, change.unit, decimals)


def objectives_of(diff: EditionDiff) -> tuple[ObjectiveLine, ...]:
    """Objectives that came, went or were set otherwise by the council."""
    return tuple(
        ObjectiveLine(
            title=change.title,
            file=None if change.kind == "gone" else page_of(change.objective_id),
            what=change.field if change.kind == "changed" and change.field else _OBJECTIVE_KINDS[change.kind],
            old=change.old or "–",
            new=change.new or "–",
        )
        for change in diff.objectives
        if change.kind != "verdict"
    )


def verdicts_of(diff: EditionDiff) -> tuple[VerdictLine, ...]:
    """Objectives that are judged otherwise than in the edition before."""
    return tuple(_verdict(change) for change in diff.objectives if change.kind == "verdict")


def _verdict(change: ObjectiveChange) -> VerdictLine:
    old, new = change.old or "–", change.new or "–"
    return VerdictLine(
        change.title,
        page_of(change.objective_id),
        old,
        new,
        labels.VERDICTS.get(old),
        labels.VERDICTS.get(new),
    )


def others_sentence(diff: EditionDiff) -> str:
    """How many figures of other regions changed; empty when none did."""
    if not diff.other_regions:
        return ""
    told = "is 1 cijfer" if diff.other_regions == 1 else f"zijn {labels.number(diff.other_regions, 0)} cijfers"
    return f"Buiten de gemeente en haar wijken {told} veranderd; die staan niet op deze pagina."


def summary_sentence(diff: EditionDiff | None, label: str) -> str:
    """What changed since an edition, in one sentence.

    Args:
        diff: the differences; None where there is no edition yet.
        label: of the edition before, such as `2026-04`.
    """
    if diff is None:
        return "Er is nog geen eerdere editie om mee te vergelijken."
    figures: Counter[str] = Counter(change.kind for change in diff.figures)
    parts = [
        kind.one if figures[name] == 1 else kind.many.format(labels.number(figures[name], 0))
        for name, kind in _FIGURE_KINDS.items()
        if figures[name]
    ]
    changed = {change.objective_id for change in diff.objectives if change.kind != "verdict"}
    judged = {change.objective_id for change in diff.objectives if change.kind == "verdict"}
    if changed:
        parts.append("1 doel is gewijzigd" if len(changed) == 1 else f"{len(changed)} doelen zijn gewijzigd")
    if judged:
        parts.append(
            "1 doel kreeg een ander oordeel" if len(judged) == 1 else f"{len(judged)} doelen kregen een ander oordeel"
        )
    if not parts:
        return f"Sinds editie {label} is er niets veranderd."
    return f"Sinds editie {label}: {labels.enumeration(parts)}."
