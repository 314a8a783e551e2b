"""What the pages read: rows of the schema `marts` of one build database, as typed records, one module per theme.

What belongs here: the rows that several pages share. What does not: words, drawing, any computation on a figure, and
rows of one page alone, which its module reads for itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.site.queries import audit, care, indicators, money, objectives, plans
from dagster_project.site.queries.audit import SnapshotRow, ValidationRow
from dagster_project.site.queries.care import CareRows
from dagster_project.site.queries.indicators import (
    BbvCount,
    Benchmark,
    Characteristic,
    Indicator,
    IndicatorName,
    Peer,
    Point,
)
from dagster_project.site.queries.money import BudgetLine, Cost, CostChange
from dagster_project.site.queries.objectives import Break, Objective, ObjectiveVersion, Outlook, WijkVerdict
from dagster_project.site.queries.plans import (
    Action,
    AgendaItem,
    Choice,
    Maatregel,
    NarrativeSection,
    OpgaveIndicator,
    OpgaveRow,
    Plan,
    Risk,
)
from dagster_project.site.queries.shared import NATION, Reader

__all__ = [
    "NATION",
    "Action",
    "AgendaItem",
    "BbvCount",
    "Benchmark",
    "Break",
    "BudgetLine",
    "CareRows",
    "Characteristic",
    "Choice",
    "Cost",
    "CostChange",
    "Indicator",
    "IndicatorName",
    "Maatregel",
    "NarrativeSection",
    "Objective",
    "ObjectiveVersion",
    "OpgaveIndicator",
    "OpgaveRow",
    "Outlook",
    "PageData",
    "Peer",
    "Plan",
    "Point",
    "Reader",
    "Risk",
    "SnapshotRow",
    "ValidationRow",
    "WijkVerdict",
    "read_page_data",
]


@dataclass(frozen=True)
class PageData:
    """What more than one page shows, for one municipality."""

    objectives: tuple[Objective, ...]
    objective_points: tuple[Point, ...]
    wijk_verdicts: tuple[WijkVerdict, ...]
    versions: tuple[ObjectiveVersion, ...]
    outlooks: tuple[Outlook, ...]
    breaks: tuple[Break, ...]
    plans: tuple[Plan, ...]
    opgaven: tuple[OpgaveRow, ...]
    opgave_indicators: tuple[OpgaveIndicator, ...]
    actions: tuple[Action, ...]
    agenda: tuple[AgendaItem, ...]
    choices: tuple[Choice, ...]
    risks: tuple[Risk, ...]
    narratives: tuple[NarrativeSection, ...]
    maatregelen: tuple[Maatregel, ...]
    budget: tuple[BudgetLine, ...]
    care: CareRows
    indicators: tuple[Indicator, ...]
    indicator_points: tuple[Point, ...]
    indicator_names: tuple[IndicatorName, ...]
    benchmarks: tuple[Benchmark, ...]
    peers: tuple[Peer, ...]
    characteristics: tuple[Characteristic, ...]
    bbv: BbvCount
    snapshots: tuple[SnapshotRow, ...]
    validations: tuple[ValidationRow, ...]


def read_page_data(reader: Reader) -> PageData:
    """Read the rows that the pages share.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    return PageData(
        objectives=reader.rows(Objective, objectives.OBJECTIVES),
        objective_points=reader.rows(Point, objectives.OBJECTIVE_POINTS),
        wijk_verdicts=reader.rows(WijkVerdict, objectives.WIJK_VERDICTS),
        versions=reader.rows(ObjectiveVersion, objectives.VERSIONS),
        outlooks=reader.rows(Outlook, objectives.OUTLOOKS),
        breaks=reader.rows(Break, objectives.BREAKS),
        plans=reader.rows(Plan, plans.PLANS),
        opgaven=reader.rows(OpgaveRow, plans.OPGAVEN),
        opgave_indicators=reader.rows(OpgaveIndicator, plans.OPGAVE_INDICATORS),
        actions=reader.rows(Action, plans.ACTIONS),
        agenda=reader.rows(AgendaItem, plans.AGENDA),
        choices=reader.rows(Choice, plans.CHOICES),
        risks=reader.rows(Risk, plans.RISKS),
        narratives=reader.rows(NarrativeSection, plans.NARRATIVES),
        maatregelen=reader.rows(Maatregel, plans.MAATREGELEN),
        budget=reader.rows(BudgetLine, money.BUDGET),
        care=care.read_care(reader),
        indicators=reader.rows(Indicator, indicators.INDICATORS),
        indicator_points=reader.rows(Point, indicators.INDICATOR_POINTS, nation=NATION),
        indicator_names=reader.rows(IndicatorName, indicators.INDICATOR_NAMES),
        benchmarks=reader.rows(Benchmark, indicators.BENCHMARKS),
        peers=reader.rows(Peer, indicators.PEERS),
        characteristics=reader.rows(Characteristic, indicators.CHARACTERISTICS),
        bbv=reader.rows(BbvCount, indicators.BBV)[0],
        snapshots=reader.rows(SnapshotRow, audit.SNAPSHOTS),
        validations=reader.rows(ValidationRow, audit.VALIDATIONS),
    )
