"""What the pages of care say of a wet: in short, the outlook of the year, its course, and how print differs.

What belongs here: sentences, each with its figures from the rows. What does not: tables (`care_tables.py`). Where a
figure is not shown, the sentence that needs it is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from dagster_project.site.draw.columns import Bar, interval_chart
from dagster_project.site.queries.care import TOTAL, CareCell, CareOutlook, CarePrinted
from dagster_project.site.words import labels
from dagster_project.site.words.care_tables import WetRows
from dagster_project.site.words.care_words import PeriodHead, member_name, through_words, wet_name
from dagster_project.site.words.labels import euro
from dagster_project.site.words.money import rough_euro

_SERVICES = {"wmo": "ondersteuning uit de Wmo", "jeugdwet": "jeugdhulp", TOTAL: "zorg of ondersteuning"}
_MEASURES = {"clients": "cliënten", "cost": "kosten"}


def page_of_wet(code: str) -> str:
    """The file of the page of a wet, `zorg-wmo.html`."""
    return f"zorg-{code.replace('_', '-')}.html"


def summary_sentences(wet: WetRows) -> tuple[str, ...]:
    """The newest year, and the last whole one before it."""
    years = wet.periods
    if not years:
        return ()
    newest, row = years[-1], wet.whole(years[-1].period_id)
    told = [] if row is None else list(_newest(wet, newest, row))
    earlier = next((head for head in reversed(years[:-1]) if not head.remark), None)
    before = wet.whole(earlier.period_id) if earlier else None
    if told and earlier and before:
        told += _before(earlier, before, is_partial=bool(newest.remark))
    return tuple(told)


def _newest(wet: WetRows, head: PeriodHead, row: CareCell) -> Iterator[str]:
    service = _SERVICES.get(wet.code, f"iets uit {wet.name}")
    when = f"In {head.in_sentence}"
    cost = "" if row.cost is None else f" Dat kostte {rough_euro(row.cost)}"
    if row.clients is not None:
        people = "kreeg 1 inwoner" if row.clients == 1 else f"kregen {labels.number(row.clients, 0)} inwoners"
        mean = "" if row.cost_per_client is None else f", gemiddeld {euro(row.cost_per_client)} per cliënt"
        yield f"{when} {people} {service}.{cost}{mean}{'.' if cost else ''}"
    elif row.cost is not None:
        yield f"{when} kostte {service} {rough_euro(row.cost)}."


def _before(head: PeriodHead, row: CareCell, *, is_partial: bool) -> Iterator[str]:
    figures = []
    if row.clients is not None:
        figures.append(f"{labels.number(row.clients, 0)} cliënten")
    if row.cost is not None:
        figures.append(rough_euro(row.cost))
    if figures:
        which = f"{head.words}, het laatste hele jaar," if is_partial else f"{head.words}"
        yield f"In {which} waren dat {labels.enumeration(figures)}."


def flow_sentence(wet: WetRows) -> str:
    """The course of the clients in the newest period; empty where a part of it is not shown."""
    head = wet.periods[-1] if wet.periods else None
    row = wet.flow(head.period_id) if head else None
    if head is None or row is None:
        return ""
    figures = (row.standing_begin, row.inflow, row.outflow, row.standing_end)
    if any(figure is None for figure in figures):
        return ""
    begin, came, left, end = (labels.number(Decimal(figure or 0), 0) for figure in figures)
    return (
        f"In {head.in_sentence} begon de gemeente met {begin} cliënten; er kwamen er {came} bij en er gingen er {left} "
        f"weg. Aan het eind waren het er {end}."
    )


@dataclass(frozen=True)
class OutlookBlock:
    """The outlook of one year against its budget.

    Attributes:
        drawing: cost so far, outlook with its interval and budget; None where there is no outlook.
        is_expected: the year is not over, so that its cost is a forecast.
        method: how the outlook was made, in the words of the table.
    """

    anchor: str
    title: str
    sentences: tuple[str, ...]
    drawing: Markup | None
    is_expected: bool
    facts: tuple[tuple[str, str], ...]
    method: str
    is_synthetic: bool


def outlook_of(rows: Sequence[CareOutlook], code: str) -> OutlookBlock | None:
    """The newest year of one wet against its budget, a forecast where it is not whole; None where there is nothing."""
    own = [row for row in rows if row.wet == code]
    newest = max(own, key=lambda row: row.period_id, default=None)
    return _outlook(newest, f"vooruitzicht-{code.replace('_', '-')}") if newest else None


def _is_over(row: CareOutlook) -> bool:
    """Whether the cost of all of the year is known, so that there is nothing to expect."""
    return row.covered_through is not None and (row.covered_through.month, row.covered_through.day) == (12, 31)


def _outlook(row: CareOutlook, anchor: str) -> OutlookBlock:
    year = labels.period(row.period_id)
    sentences = tuple(_outcome_sentences(row) if _is_over(row) else _outlook_sentences(row))
    title = f"{wet_name(row.wet)} in {year}: de kosten naast de begroting"
    if not _is_over(row):
        title = f"Wat gaat {wet_name(row.wet)} in heel {year} kosten?"
    facts = (
        (f"Kosten in {year}" if _is_over(row) else f"Kosten {through_words(row.covered_through)}", row.cost_to_date),
        (f"Verwacht in heel {year}", None if _is_over(row) else row.outlook),
        ("Laag", row.outlook_low),
        ("Hoog", row.outlook_high),
        ("Begroot", row.budget),
    )
    return OutlookBlock(
        anchor=anchor,
        title=title,
        sentences=sentences,
        drawing=_outlook_chart(row, anchor, " ".join(sentences)),
        is_expected=not _is_over(row),
        facts=tuple((name, euro(amount)) for name, amount in facts if amount is not None),
        method=row.method or "",
        is_synthetic=row.is_synthetic,
    )


def _outlook_sentences(row: CareOutlook) -> Iterator[str]:
    year = labels.period(row.period_id)
    if row.outlook is None:
        yield f"Wat heel {year} gaat kosten, is met deze cijfers nog niet te zeggen."
        return
    band = ""
    if row.outlook_low is not None and row.outlook_high is not None:
        band = f", met een marge van {rough_euro(row.outlook_low)} tot {rough_euro(row.outlook_high)}"
    yield f"Voor heel {year} verwachten we {rough_euro(row.outlook)}{band}."
    if row.budget is None:
        yield _no_budget(row)
        return
    yield f"Begroot is {rough_euro(row.budget)}: we verwachten {_against(row.outlook, row.budget)}."
    if row.outlook_low is not None and row.outlook_high is not None:
        within = row.outlook_low <= row.budget <= row.outlook_high
        yield f"De begroting ligt {'binnen' if within else 'buiten'} de marge."


def _outcome_sentences(row: CareOutlook) -> Iterator[str]:
    year = labels.period(row.period_id)
    if row.cost_to_date is None:
        yield f"Wat {year} kostte, wordt niet getoond."
        return
    yield f"{year} kostte {rough_euro(row.cost_to_date)}."
    if row.budget is None:
        yield _no_budget(row)
        return
    yield f"Begroot was {rough_euro(row.budget)}: het kostte {_against(row.cost_to_date, row.budget)}."


def _no_budget(row: CareOutlook) -> str:
    return f"Een begroting voor {wet_name(row.wet)} in {labels.period(row.period_id)} is niet bekend."


def _against(cost: Decimal, budget: Decimal) -> str:
    if cost == budget:
        return "precies wat is begroot"
    return f"{rough_euro(abs(budget - cost))} {'minder' if cost < budget else 'meer'} dan dat"


def _outlook_chart(row: CareOutlook, anchor: str, summary: str) -> Markup | None:
    if row.outlook is None:
        return None
    bars = []
    if row.cost_to_date is not None:
        so_far = "Uitgegeven" if _is_over(row) else f"Uitgegeven {through_words(row.covered_through)}"
        bars.append(Bar(so_far, float(row.cost_to_date), rough_euro(row.cost_to_date)))
    if not _is_over(row):
        bars.append(_expected_bar(row, row.outlook))
    if row.budget is not None:
        bars.append(Bar("Begroot", float(row.budget), rough_euro(row.budget)))
    return interval_chart(bars, chart_id=f"{anchor}-beeld", summary=summary)


def _expected_bar(row: CareOutlook, outlook: Decimal) -> Bar:
    low, high = (None if end is None else float(end) for end in (row.outlook_low, row.outlook_high))
    expected = f"Verwacht in heel {labels.period(row.period_id)}"
    return Bar(expected, float(outlook), rough_euro(outlook), low, high, is_expected=True)


@dataclass(frozen=True)
class PrintedLine:
    """A figure in print that is not what the registrations give."""

    sentence: str
    source: str
    is_synthetic: bool


@dataclass(frozen=True)
class PrintedBlock:
    """How what stands in print compares with the registrations."""

    summary: str
    lines: tuple[PrintedLine, ...]


def printed_of(rows: Sequence[CarePrinted], code: str) -> PrintedBlock | None:
    """What differs from print of one wet; None where nothing of it stands in print.

    A figure that is not shown is not compared, for the outcome would say what it is.
    """
    own = [row for row in rows if row.wet == code]
    if not own:
        return None
    compared = [row for row in own if row.computed_value is not None]
    differing = [row for row in compared if not row.is_within_rounding]
    stand = "staat 1 cijfer" if len(own) == 1 else f"staan {labels.number(len(own), 0)} cijfers"
    told = [
        f"Over {wet_name(code)} {stand} in druk. Met de registratie vergeleken: {_number(len(compared))}. Gelijk op de "
        f"afronding na: {_number(len(compared) - len(differing))}; anders: {_number(len(differing))}."
    ]
    if len(compared) < len(own):
        told.append("De rest is niet vergeleken, omdat het eigen cijfer ontbreekt of niet wordt getoond.")
    return PrintedBlock(" ".join(told), tuple(_printed_line(row) for row in differing))


def _number(count: int) -> str:
    return labels.number(count, 0) if count else "geen"


def _printed_line(row: CarePrinted) -> PrintedLine:
    def written(value: Decimal) -> str:
        return euro(value) if row.measure == "cost" else labels.number(value, 0)

    computed, printed = row.computed_value or Decimal(), row.printed_value
    is_sum = row.measure == "cost" and row.category == TOTAL
    gives = "de categorieën tellen op tot" if is_sum else "de registratie geeft"
    rest = abs(computed - printed)
    return PrintedLine(
        f"{_printed_subject(row)}: in druk staat {written(printed)}, {gives} {written(computed)}. Dat is "
        f"{written(rest)} {'meer' if computed > printed else 'minder'}.",
        row.source or labels.NOT_IN_SOURCE,
        row.is_synthetic,
    )


def _printed_subject(row: CarePrinted) -> str:
    members = [member_name(code) for code in (row.category, row.form) if code != TOTAL] or ["totaal"]
    measure = _MEASURES.get(row.measure, row.measure)
    return f"{measure.capitalize()} {', '.join(members)}, {labels.period(row.period_id)}"
