"""What an objective asks for, in words: the rule as its plan writes it and the limit that follows.

What belongs here: the words of every kind of target. What does not: whether it is met (`objectives.py`).
"""

from __future__ import annotations

from dagster_project.site.queries import Objective, ObjectiveVersion
from dagster_project.site.words import labels

Aim = Objective | ObjectiveVersion
"""What holds a target: an objective as it is judged, or one of its versions."""


def target_words(objective: Aim) -> str:
    """The target as a rule in words; what the council left open is called open, a silent document silent.

    Raises:
        ValueError: the objective has a kind that the page has no words for.
    """
    if objective.kind is None:
        return labels.NOT_IN_SOURCE
    limit = _limit(objective)
    change = _change(objective)
    match objective.kind:
        case "level":
            return limit or "nog open"
        case "absolute_change" | "relative_change":
            return _joined(f"{change} dan het begin", limit)
        case "not_above_baseline":
            return _joined("niet hoger dan het begin", limit)
        case "hold":
            return _hold_words(objective)
        case "every_wijk":
            return f"in elke wijk {limit}" if limit else "in elke wijk, nog open"
        case "yearly_growth":
            return f"elk jaar {change}"
        case "band":
            return _band_words(objective)
        case "directional":
            return f"{'lager' if objective.direction == 'down' else 'hoger'} dan het begin"
        case "qualitative":
            return "in woorden beschreven"
    raise ValueError(
        f"Objective {objective.objective_id} is of kind {objective.kind!r}, which the page has no words for."
    )


def _joined(rule: str, limit: str | None) -> str:
    return f"{rule}: {limit}" if limit else rule


def _at_bound(objective: Aim) -> str:
    return "hoogstens" if objective.direction == "down" else "minstens"


def _limit(objective: Aim) -> str | None:
    """`minstens 60 %`; None while the target has no number."""
    if objective.target_value is None:
        return None
    text = labels.with_unit(labels.exact_number(objective.target_value, objective.decimals), objective.unit)
    return f"{_at_bound(objective)} {text}"


def _change(objective: Aim) -> str:
    """`20 % minder`, `5 procentpunt minder`, `minstens 10 % meer`; open where the document leaves it open."""
    size = objective.target_rule
    if size is None:
        return f"nog open hoeveel {'minder' if objective.direction == 'down' else 'meer'}"
    less_or_more = "minder" if size < 0 else "meer"
    text = labels.number(abs(size))
    if objective.kind == "absolute_change":
        unit = "procentpunt" if objective.unit == "%" else objective.unit
        return f"{labels.with_unit(text, unit)} {less_or_more}"
    at_least = "minstens " if objective.kind == "yearly_growth" else ""
    return f"{at_least}{labels.with_unit(text, '%')} {less_or_more}"


def _hold_words(objective: Aim) -> str:
    if objective.margin is None:
        return "gelijk aan het begin; hoeveel afwijking mag, is nog open"
    margin = labels.with_unit(labels.number(objective.margin), objective.unit)
    return f"gelijk aan het begin, met hoogstens {margin} verschil"


def _band_words(objective: Aim) -> str:
    if objective.target_value is None or objective.margin is None:
        return "nog open"
    low, high = objective.target_value - objective.margin, objective.target_value + objective.margin
    upper = labels.with_unit(labels.exact_number(high, objective.decimals), objective.unit)
    return f"tussen {labels.exact_number(low, objective.decimals)} en {upper}"
