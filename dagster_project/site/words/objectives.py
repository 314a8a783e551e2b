"""Sentences about objectives: what their verdicts add up to, and why one verdict is what it is.

What belongs here: sentences about verdicts, each computed from the rows shown beside it. What does not: verdicts
themselves, which the tables hold, the words of a target (`targets.py`), trend and outlook (`outlook.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from dagster_project.site.queries import Objective
from dagster_project.site.words import labels
from dagster_project.site.words.targets import target_words

_ON_COURSE = {"behaald", "op koers"}


def verdict_counts(objectives: Iterable[Objective]) -> list[tuple[labels.Verdict, int]]:
    """How many objectives have each verdict, in the order of the legend; verdicts that nobody has are left out."""
    counts = Counter(labels.verdict_of(objective.status).text for objective in objectives)
    return [(verdict, counts[text]) for text, verdict in labels.VERDICTS.items() if counts[text]]


def summary_sentence(objectives: Sequence[Objective]) -> str:
    """What the verdicts add up to, in one or two sentences: every objective is counted once."""
    counts = verdict_counts(objectives)
    if not counts:
        return "Er zijn nog geen doelen vastgelegd."
    total = f"Van de {len(objectives)} doelen" if len(objectives) > 1 else "Van het ene doel"
    measured = [(verdict, count) for verdict, count in counts if verdict.is_measured]
    waiting = [(verdict, count) for verdict, count in counts if not verdict.is_measured]
    told = labels.enumeration([f"{_verb(verdict, count)} {count} {verdict.rest}" for verdict, count in measured])
    if not waiting:
        return f"{total} {told}."
    if not measured:
        return _nothing_judged(total, waiting)
    return f"{total} {told}. {_waiting_sentence(waiting)}"


def _nothing_judged(total: str, waiting: list[tuple[labels.Verdict, int]]) -> str:
    (verdict, count), *others = waiting
    if others:
        return f"{total} is er nog geen te beoordelen: {_waiting_clauses(waiting)}."
    everything = f"Alle {count} doelen" if count > 1 else "Het ene doel"
    return f"{everything} {_verb(verdict, count)} {verdict.rest}."


def _waiting_clauses(waiting: list[tuple[labels.Verdict, int]]) -> str:
    return labels.enumeration([f"{count} {_verb(verdict, count)} {verdict.rest}" for verdict, count in waiting])


def _waiting_sentence(waiting: list[tuple[labels.Verdict, int]]) -> str:
    (verdict, count), *others = waiting
    if others:
        return f"Nog niet te beoordelen zijn er {sum(n for _, n in waiting)}: {_waiting_clauses(waiting)}."
    return f"{count} {'doel' if count == 1 else 'doelen'} {_verb(verdict, count)} {verdict.rest}."


def answer_sentence(objectives: Sequence[Objective]) -> str:
    """Whether the municipality is on course, in one sentence: how many are, how many are not, how many are unknown."""
    if not objectives:
        return "Er zijn nog geen doelen vastgelegd."
    counts = Counter(_answer_to(objective) for objective in objectives)
    judged = len(objectives) - counts["waiting"]
    whole = f"Van de {len(objectives)} doelen" if len(objectives) > 1 else "Van het ene doel"
    if not judged:
        return f"{whole} is nog niets te zeggen: of de gemeente op koers ligt, is niet bekend."
    told = [f"{_are(counts['good'])} er {counts['good']} behaald of op koers"]
    if counts["near"]:
        told.append(f"{_are(counts['near'])} er {counts['near']} op de grens")
    told.append(f"{'blijft' if counts['bad'] == 1 else 'blijven'} er {counts['bad']} achter")
    if counts["waiting"]:
        told.append(f"is van {counts['waiting']} nog niets te zeggen")
    return f"{whole} {labels.enumeration(told)}."


def _answer_to(objective: Objective) -> str:
    verdict = labels.verdict_of(objective.status)
    if not verdict.is_measured:
        return "waiting"
    if verdict.text in _ON_COURSE:
        return "good"
    return "bad" if verdict.text in labels.DEVIATING else "near"


def _are(count: int) -> str:
    return "is" if count == 1 else "zijn"


def worst_of(objectives: Iterable[Objective]) -> Objective | None:
    """The objective that is furthest from its course among those that deviate; None when none does."""
    order = list(labels.DEVIATING)
    deviating = [objective for objective in objectives if objective.status in labels.DEVIATING]
    return min(
        deviating,
        key=lambda o: (order.index(o.status), o.ratio if o.ratio is not None else 1.0, o.objective_id),
        default=None,
    )


def synthetic_sentence(objectives: Iterable[Objective]) -> str:
    """How many verdicts rest on made-up figures; empty when none does."""
    made_up = sum(objective.is_synthetic for objective in objectives)
    if not made_up:
        return ""
    return f"{made_up} {'oordeel rust' if made_up == 1 else 'oordelen rusten'} op synthetische cijfers."


def _verb(verdict: labels.Verdict, count: int) -> str:
    return verdict.verb_one if count == 1 else verdict.verb_many


def overdue_sentence(objectives: Iterable[Objective]) -> str:
    """How many objectives wait for a measurement that should have been there; empty when none does."""
    late = sum(objective.is_overdue for objective in objectives)
    if not late:
        return ""
    return f"Bij {late} {'doel' if late == 1 else 'doelen'} had de volgende meting er al moeten zijn."


def is_measured_again(objective: Objective) -> bool:
    """Whether the figure that counts now came after the one at the start."""
    return objective.current_value is not None and objective.period_id != objective.baseline_period_id


def explanation(objective: Objective, *, with_chance: bool = True) -> str:
    """Why the verdict is what it is, in one to three short sentences from the objective's own row."""
    verdict = labels.verdict_of(objective.status)
    sentences = [_reason(objective)]
    if verdict.is_measured and with_chance:
        sentences.append(_chance(objective))
    if objective.status in {"geen nieuwe meting", "geen nulmeting"} or objective.is_overdue:
        sentences.append(_due(objective))
    return " ".join(sentence for sentence in sentences if sentence)


def _owner(objective: Objective) -> str:
    return f" ({objective.owner})" if objective.owner else ""


def _reason(objective: Objective) -> str:
    match objective.status:
        case "geen nieuwe meting":
            return "Na het begin is nog niet opnieuw gemeten."
        case "geen nulmeting":
            return "Er is nog geen eerste meting."
        case "doel nog open" if objective.kind == "hold":
            return f"De gemeente moet nog bepalen hoeveel afwijking mag{_owner(objective)}."
        case "doel nog open":
            return f"De gemeente moet dit doel nog invullen{_owner(objective)}."
        case "niet meetbaar":
            return "Dit doel wordt in woorden gevolgd, niet met een cijfer."
        case "behaald" if not is_measured_again(objective):
            return "De meting aan het begin haalt het doel al."
        case "behaald":
            return f"{_last_measurement(objective)} Daarmee is het doel gehaald."
        case "op de grens":
            return f"{_last_measurement(objective)} Door afronding is niet zeker of het doel is gehaald."
        case "verkeerde richting":
            start = labels.exact_amount(objective.baseline_value, objective.unit, objective.decimals)
            return f"{_last_measurement(objective)} Aan het begin was dat {start}: het doel is verder weg dan toen."
    return f"{_last_measurement(objective)} {_path_by_now(objective)}".strip()


def _last_measurement(objective: Objective) -> str:
    value = labels.exact_amount(objective.current_value, objective.unit, objective.decimals)
    return f"De laatste meting is {value} ({labels.period(objective.period_id)})."


def _path_by_now(objective: Objective) -> str:
    if objective.kind in {"hold", "band"}:
        return f"Het doel is: {target_words(objective)}."
    if objective.expected_value is None:
        return ""
    path = labels.computed_amount(objective.expected_value, objective.unit, objective.decimals)
    close = " Dat scheelt weinig." if objective.status == "op koers" and _is_behind(objective) else ""
    return f"De rechte weg naar het doel lag toen op {path}.{close}"


def _is_behind(objective: Objective) -> bool:
    """Whether the last figure lies on the wrong side of the straight path, however near."""
    if objective.current_value is None or objective.expected_value is None:
        return False
    ahead = objective.current_value - objective.expected_value
    return ahead > 0 if objective.direction == "down" else ahead < 0


def _chance(objective: Objective) -> str:
    if objective.probability is None or objective.status == "behaald":
        return ""
    return f"Als de lijn zo doorgaat, is de kans {labels.chance(objective.probability)} dat het lukt."


def _due(objective: Objective) -> str:
    which = "eerste" if objective.status == "geen nulmeting" else "volgende"
    if objective.next_measurement_due is None:
        return f"Wanneer de {which} meting komt, is niet bekend{_owner(objective)}."
    tense = "werd" if objective.is_overdue else "wordt"
    return f"De {which} meting {tense} verwacht op {labels.day(objective.next_measurement_due)}{_owner(objective)}."
