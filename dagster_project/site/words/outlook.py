"""Trend and outlook of one objective in words.

What belongs here: sentences from a row of fct_objective_outlook. What does not: the verdict (`objectives.py`) and
drawing (`objective_chart.py`).
"""

from __future__ import annotations

from dagster_project.site.queries import Objective, Outlook
from dagster_project.site.words import labels
from dagster_project.site.words.targets import target_words

POINTS_FOR_TREND = 5


def trend_sentence(objective: Objective, outlook: Outlook | None) -> str:
    """Whether the figure truly moves: by the test of its trend, or for a short series from its first to its last."""
    if objective.kind == "every_wijk" and (outlook is None or not outlook.n_points):
        return "Dit doel geldt voor elke wijk; hoe het in elke wijk beweegt, staat in de tabel per wijk."
    if outlook is None or not outlook.n_points:
        return "Er zijn nog geen metingen om een richting in te zien."
    window = f"van {labels.period(outlook.window_start)} tot en met {labels.period(outlook.window_end)}"
    match outlook.trend:
        case "up" | "down":
            moved = "gestegen" if outlook.trend == "up" else "gedaald"
            pace = _pace(objective, outlook)
            return f"Over {outlook.n_points} metingen, {window}, is het cijfer aantoonbaar {moved}{pace}."
        case "no_significant_change":
            return f"Over {outlook.n_points} metingen, {window}, is het cijfer niet aantoonbaar veranderd."
    return " ".join(filter(None, (_change_sentence(objective, outlook), _too_few(outlook))))


def movement_words(objective: Objective, outlook: Outlook | None) -> str:
    """The movement of one wijk in a few words for a cell of a table."""
    if outlook is None or not outlook.n_points:
        return "nog niet gemeten"
    if outlook.trend in {"up", "down"}:
        return "aantoonbaar gestegen" if outlook.trend == "up" else "aantoonbaar gedaald"
    if outlook.trend == "no_significant_change" or outlook.change_is_real is False:
        return "niet aantoonbaar veranderd"
    if outlook.change is None:
        return "één meting" if outlook.n_points == 1 else "niet te zeggen"
    if outlook.change == 0:
        return "gelijk gebleven"
    size = labels.difference(outlook.change, objective.unit, objective.decimals)
    return f"{size} {'hoger' if outlook.change > 0 else 'lager'} dan in {labels.period(outlook.change_from_period_id)}"


def _pace(objective: Objective, outlook: Outlook) -> str:
    if outlook.slope is None:
        return ""
    size = labels.number(abs(outlook.slope), max(objective.decimals or 0, 1))
    unit = "procentpunt" if objective.unit == "%" else objective.unit
    return f", met ongeveer {labels.with_unit(size, unit)} per jaar"


def _change_sentence(objective: Objective, outlook: Outlook) -> str:
    if outlook.change is None:
        return ""
    between = f"Van {labels.period(outlook.change_from_period_id)} naar {labels.period(outlook.change_to_period_id)}"
    if outlook.change == 0:
        return f"{between} bleef het cijfer gelijk."
    moved = "steeg" if outlook.change > 0 else "daalde"
    told = f"{between} {moved} het cijfer met {labels.difference(outlook.change, objective.unit, objective.decimals)}."
    if outlook.change_is_real is None:
        return told
    if outlook.change_is_real:
        return f"{told} Dat is meer dan de marge van de meting."
    return f"{told} Dat valt binnen de marge van de meting: het cijfer is niet aantoonbaar veranderd."


def _too_few(outlook: Outlook) -> str:
    measured = (
        "is er 1 vergelijkbare meting"
        if outlook.n_points == 1
        else (f"zijn er {outlook.n_points} vergelijkbare metingen")
    )
    return f"Voor een trend {measured}; daarvoor zijn er minstens {POINTS_FOR_TREND} nodig."


def outlook_sentences(objective: Objective, outlook: Outlook | None) -> tuple[str, ...]:
    """Where the figure will stand a year ahead and at the date of the target, and what measures are to add."""
    if outlook is None or (outlook.outlook_value is None and outlook.target_outlook_value is None):
        return (_no_outlook(outlook), *_measures(objective, outlook))
    return tuple(
        filter(
            None,
            (
                _year_ahead(objective, outlook),
                _at_target(objective, outlook),
                _chance(outlook),
                *_measures(objective, outlook),
            ),
        )
    )


def _no_outlook(outlook: Outlook | None) -> str:
    number = outlook.n_points or 0 if outlook else 0
    now = {0: "die zijn er nog niet", 1: "het is er nu 1"}.get(number, f"het zijn er nu {number}")
    return f"Een vooruitblik is pas te maken met minstens {POINTS_FOR_TREND} vergelijkbare metingen; {now}."


def _amount(objective: Objective, value: float) -> str:
    return labels.computed_amount(value, objective.unit, objective.decimals)


def interval_words(objective: Objective, low: float | None, high: float | None) -> str:
    """` (tussen 50,1 en 57,9 %)`; empty where the table gives no interval."""
    if low is None or high is None:
        return ""
    return f" (tussen {labels.computed_number(low, objective.unit, objective.decimals)} en {_amount(objective, high)})"


def _year_ahead(objective: Objective, outlook: Outlook) -> str:
    if outlook.outlook_value is None:
        return ""
    interval = interval_words(objective, outlook.outlook_low, outlook.outlook_high)
    return (
        f"Als de lijn zo doorgaat, staat het cijfer over {labels.period(outlook.outlook_period_id)} "
        f"op {_amount(objective, outlook.outlook_value)}{interval}."
    )


def _at_target(objective: Objective, outlook: Outlook) -> str:
    if outlook.target_outlook_value is None or outlook.target_period_id is None:
        return ""
    interval = interval_words(objective, outlook.target_outlook_low, outlook.target_outlook_high)
    told = (
        f"Over {labels.period(outlook.target_period_id)}, als het doel gehaald moet zijn, is dat "
        f"{_amount(objective, outlook.target_outlook_value)}{interval}"
    )
    met = "Daarmee wordt het doel niet gehaald" if outlook.misses_target else "Daarmee wordt het doel gehaald"
    return f"{told}. {met} ({target_words(objective)})."


def _chance(outlook: Outlook) -> str:
    if outlook.probability is None:
        return ""
    return f"De kans dat het doel wordt gehaald, is {labels.chance(outlook.probability)}."


def _measures(objective: Objective, outlook: Outlook | None) -> tuple[str, ...]:
    """The second line: never mixed with the first, for an expectation is no measurement."""
    if outlook is None or outlook.measures_effect is None:
        return ()
    sign = labels.MINUS if outlook.measures_effect < 0 else "+"
    effect = f"{sign}{labels.difference(outlook.measures_effect, objective.unit, None)}"
    cost = f", voor {labels.euro(outlook.measures_cost)}" if outlook.measures_cost is not None else ""
    told = f"De gemeente verwacht van haar maatregelen samen {effect}{cost}."
    if outlook.target_outlook_with_measures is None:
        return (told,)
    with_measures = _amount(objective, outlook.target_outlook_with_measures)
    return (
        f"{told} Met die verwachting erbij komt de vooruitblik voor {labels.period(outlook.target_period_id)} "
        f"op {with_measures}. Dat is een verwachting, geen meting.",
    )


def beslispunt_sentence(objective: Objective, outlook: Outlook) -> str:
    """Why the council has to decide: the outlook against the target, and the chance, from the row itself."""
    value, period_id = outlook.target_outlook_value, outlook.target_period_id
    if value is None:
        value, period_id = outlook.outlook_value, outlook.outlook_period_id
    if value is None:
        return f"De vooruitblik mist het doel: {target_words(objective)}."
    told = (
        f"De vooruitblik voor {labels.period(period_id)} is {_amount(objective, value)}; "
        f"het doel is {target_words(objective)}."
    )
    return " ".join(filter(None, (told, _chance(outlook))))
