"""The register: every objective of every plan as a row, with what its document leaves empty.

What belongs here: what stands on `register.html`. What does not: verdicts, and the register of official indicators
(`register.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dagster_project.site.queries import Action, Objective, PageData, Plan
from dagster_project.site.site import Page, Site
from dagster_project.site.words import labels
from dagster_project.site.words.actions import ActionLine, action_lines, indicator_names
from dagster_project.site.words.cards import page_of
from dagster_project.site.words.targets import target_words

_COLUMNS = ("indicator", "bron", "verversing", "basisperiode", "startwaarde", "streefwaarde", "eigenaar")


@dataclass(frozen=True)
class RegisterLine:
    """One objective as a row; a cell is None where the document is silent.

    Attributes:
        cells: in the order of the columns, the indicator first.
    """

    title: str
    file: str
    opgave: str
    cells: tuple[str | None, ...]
    remarks: str | None


@dataclass(frozen=True)
class PlanRegister:
    """The register of one plan."""

    anchor: str
    title: str
    about: tuple[tuple[str, str], ...]
    gaps: str
    lines: tuple[RegisterLine, ...]
    links: str
    actions: tuple[ActionLine, ...]


def pages(site: Site) -> Iterator[Page]:
    """The register."""
    context = {"plans": _registers(site.data), "choices": _choices(site.data)}
    yield Page("register.html", "register.html.j2", "Register van doelen", context, "register.html")


def _registers(data: PageData) -> tuple[PlanRegister, ...]:
    plans = {plan.plan_id: plan for plan in data.plans}
    held = dict.fromkeys([*(o.plan_id for o in data.objectives), *(a.plan_id for a in data.actions), *plans])
    names = indicator_names(data)
    return tuple(
        _register(f"plan-{order}", plan_id, plans.get(plan_id or ""), data, names)
        for order, plan_id in enumerate(held, start=1)
    )


def _register(
    anchor: str, plan_id: str | None, plan: Plan | None, data: PageData, names: dict[str, str]
) -> PlanRegister:
    lines = tuple(_line(objective) for objective in data.objectives if objective.plan_id == plan_id)
    actions = [action for action in data.actions if action.plan_id == plan_id]
    return PlanRegister(
        anchor=anchor,
        title=plan.title if plan else plan_id or "Acties zonder plan",
        about=_about(plan) if plan else (),
        gaps=gaps_sentence(lines),
        lines=lines,
        links=links_sentence(actions),
        actions=action_lines(actions, names),
    )


def _about(plan: Plan) -> tuple[tuple[str, str], ...]:
    runs = " tot en met ".join(labels.period(moment) for moment in (plan.starts, plan.ends) if moment)
    facts = (
        ("Looptijd", runs),
        ("Evaluatie", labels.period(plan.evaluation) if plan.evaluation else None),
        ("Naar de raad", plan.council_moments),
        ("Bron", plan.source),
        ("Opmerkingen", plan.remarks),
    )
    return tuple((name, text or labels.NOT_IN_SOURCE) for name, text in facts)


def _line(objective: Objective) -> RegisterLine:
    start = None
    if objective.baseline_value is not None:
        start = labels.exact_amount(objective.baseline_value, objective.unit, objective.decimals)
    target = target_words(objective)
    if objective.target_period_id and target != labels.NOT_IN_SOURCE:
        target = f"{target} ({labels.period(objective.target_period_id)})"
    return RegisterLine(
        title=objective.title,
        file=page_of(objective.objective_id),
        opgave=objective.opgave,
        cells=(
            objective.indicator_name or (objective.title if objective.indicator_id else None),
            objective.instrument,
            labels.rhythm(objective.rhythm) if objective.rhythm else None,
            labels.period(objective.baseline_period_id) if objective.baseline_period_id else None,
            start,
            None if target == labels.NOT_IN_SOURCE else target,
            objective.owner,
        ),
        remarks=objective.remarks,
    )


def gaps_sentence(lines: Sequence[RegisterLine]) -> str:
    """How many rows lack what, counted from the rows themselves."""
    if not lines:
        return "Dit plan heeft geen doelen."
    missing = Counter(name for line in lines for name, cell in zip(_COLUMNS, line.cells, strict=True) if cell is None)
    whole = f"{len(lines)} {'doel' if len(lines) == 1 else 'doelen'}"
    if not missing:
        return f"{whole}; bij geen ervan ontbreekt iets in de bron."
    told = labels.enumeration([f"de {name} bij {missing[name]}" for name in _COLUMNS if missing[name]])
    return f"{whole}. Niet in de bron staat: {told}."


def links_sentence(actions: Sequence[Action]) -> str:
    """How many actions are tied to no, to one and to more indicators."""
    if not actions:
        return ""
    counts = Counter(min(len(action.indicators), 2) for action in actions)
    whole = f"Van de {len(actions)} acties horen er" if len(actions) > 1 else "Van de ene actie hoort er"
    return f"{whole} {counts[0]} bij geen, {counts[1]} bij één en {counts[2]} bij meer indicatoren."


def _choices(data: PageData) -> list[tuple[str, list[object]]]:
    """Choices by programme, of all plans."""
    programmes = dict.fromkeys(row.programme for row in data.choices)
    return [(name, [row for row in data.choices if row.programme == name]) for name in programmes]
