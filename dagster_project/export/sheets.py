"""The tables that a person pastes from, in Dutch: which columns, in which order, under which headings.

What belongs here: from rows to sheets of typed cells. What does not: how a workbook or a CSV file
writes a cell (`workbook.py`, `delimited.py`), and any computation on a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dagster_project.export import queries
from dagster_project.export.care_sheets import care_sheets
from dagster_project.export.cells import READING_GUIDE, Cell, Sheet, euro, figure, share
from dagster_project.export.columns import Column, period_words, sheet_of, synthetic_mark, yes
from dagster_project.export.imprint import SYNTHETIC_MARK, Imprint
from dagster_project.export.queries import ExportData
from dagster_project.export.told import Card, PageData, Told
from dagster_project.site.queries import (
    Action,
    AgendaItem,
    BudgetLine,
    Cost,
    CostChange,
    Maatregel,
    Objective,
    Outlook,
)
from dagster_project.site.queries.money import MoneyRows
from dagster_project.site.words import labels
from dagster_project.site.words.actions import indicator_names, moment_words

_TRENDS = {
    "up": "stijgend",
    "down": "dalend",
    "no_significant_change": "niet aantoonbaar veranderd",
    "too_few_points": "te weinig metingen",
}
_BETTER = {"up": "hoger is beter", "down": "lager is beter"}
_STATUSES = {"definitive": "definitief", **labels.VALUE_STATUSES}


def sheets_of(data: ExportData, told: Told, imprint: Imprint) -> tuple[Sheet, ...]:
    """The reading guide and the tables, in the order of the workbook; a table without rows has its headings.

    Those of local registrations come last, and only where the municipality has any.
    """
    tables = (
        _objectives(told),
        _figures(data),
        _comparison(data),
        _budget(told.data),
        _costs(told.money),
        _cost_changes(told.money),
        _actions(told.data),
        _maatregelen(told.data),
        _agenda(told.data),
        *care_sheets(told.data.care),
    )
    return (_reading_guide(tables, data.table_comments, imprint), *tables)


def _reading_guide(tables: Sequence[Sheet], comments: dict[str, str], imprint: Imprint) -> Sheet:
    rows: list[tuple[Cell, ...]] = [(subject, text, None, None, None) for subject, text in imprint.lines]
    if imprint.synthetic_note:
        rows.append(("Let op", imprint.synthetic_note, None, None, None))
        mark = f"Rijen met verzonnen cijfers dragen in de kolom Synthetisch het woord {SYNTHETIC_MARK}."
        rows.append(("Let op", mark, None, None, None))
    for sheet in tables:
        described = "\n".join(f"{name}: {comments[name].strip()}" for name in sheet.tables if name in comments)
        rows.append((f"Blad {sheet.name}", sheet.about, len(sheet.rows), ", ".join(sheet.tables), described or None))
    rows += [("Bronvermelding", attribution, None, None, None) for attribution in imprint.attributions]
    headings = ("Onderwerp", "Toelichting", "Rijen", "Tabellen in warehouse.duckdb", "Wat de tabel zegt over zichzelf")
    return Sheet(READING_GUIDE, "Wat er in deze tabellen staat en waar het vandaan komt.", (), headings, tuple(rows))


def _objectives(told: Told) -> Sheet:
    words = told.cards
    outlooks = {(row.objective_id, row.region_code): row for row in told.data.outlooks}
    column = Column[Objective]

    def ahead(heading: str, cell: Callable[[Objective, Outlook], Cell]) -> Column[Objective]:
        """A column of what the outlook says, where there is one."""

        def cell_of(row: Objective) -> Cell:
            outlook = outlooks.get((row.objective_id, row.region_code))
            return cell(row, outlook) if outlook else None

        return column(heading, cell_of)

    return sheet_of(
        "Doelen",
        "Elk doel van de raad met begin, laatste meting, streven, oordeel en vooruitzicht. Eén rij per doel.",
        ("dim_objective", "fct_objective_attainment", "fct_objective_outlook"),
        told.data.objectives,
        [
            column("Plan", lambda row: row.plan_id),
            column("Opgave", lambda row: row.opgave),
            column("Doel", lambda row: row.title),
            column("Resultaatgebied", lambda row: row.result_area),
            column("Oordeel", lambda row: row.status),
            column("Uitleg", lambda row: words[row.objective_id].explanation),
            column("Begin", lambda row: figure(row.baseline_value, row.decimals)),
            column("Periode begin", lambda row: period_words(row.baseline_period_id)),
            column("Laatste meting", lambda row: figure(_measured(row, words), row.decimals)),
            column(
                "Periode laatste meting",
                lambda row: period_words(row.period_id) if _measured(row, words) is not None else None,
            ),
            column("Rechte weg op dat moment", lambda row: figure(row.expected_value, row.decimals)),
            column("Streven in woorden", lambda row: words[row.objective_id].target.text),
            column("Streefwaarde", lambda row: figure(row.target_value, row.decimals)),
            column("Periode streven", lambda row: period_words(row.target_period_id)),
            column("Eenheid", lambda row: row.unit),
            ahead("Verloop", lambda _, outlook: _TRENDS.get(outlook.trend or "")),
            ahead("Periode vooruitzicht", lambda _, outlook: period_words(outlook.outlook_period_id)),
            ahead("Vooruitzicht", lambda row, outlook: figure(outlook.outlook_value, row.decimals)),
            ahead("Vooruitzicht laag", lambda row, outlook: figure(outlook.outlook_low, row.decimals)),
            ahead("Vooruitzicht hoog", lambda row, outlook: figure(outlook.outlook_high, row.decimals)),
            ahead("Vooruitzicht bij streven", lambda row, outlook: figure(outlook.target_outlook_value, row.decimals)),
            ahead("Effect van maatregelen", lambda row, outlook: figure(outlook.measures_effect, row.decimals)),
            ahead(
                "Vooruitzicht bij streven met maatregelen",
                lambda row, outlook: figure(outlook.target_outlook_with_measures, row.decimals),
            ),
            ahead("Kosten van maatregelen", lambda _, outlook: euro(outlook.measures_cost)),
            column("Kans dat het lukt", lambda row: share(row.probability)),
            ahead("Beslispunt", lambda _, outlook: yes(is_so=outlook.is_beslispunt)),
            column("Volgende meting", lambda row: row.next_measurement_due),
            column("Indicator", lambda row: row.indicator_name),
            column("Eigenaar", lambda row: row.owner),
            column("Gemeten met", lambda row: row.instrument),
            column("Hoe vaak", lambda row: labels.rhythm(row.rhythm) if row.rhythm else None),
            column("Programma", lambda row: row.programme),
            column("Bron", lambda row: row.source),
            column("Opmerkingen", lambda row: row.remarks),
            column("Doel-id", lambda row: row.objective_id),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=words[row.objective_id].is_synthetic)),
        ],
    )


def _figures(data: ExportData) -> Sheet:
    column = Column[queries.FigureRow]
    return sheet_of(
        "Cijfers",
        "De cijfers van de gemeente en haar wijken, binnen de grenzen van toen. Eén rij per indicator, gebied en "
        "periode.",
        ("fct_indicator_value",),
        data.figures,
        [
            column("BBV-nummer", lambda row: row.bbv_number),
            column("Indicator", lambda row: row.indicator),
            column("Gebied", lambda row: row.region_name),
            column("Soort gebied", lambda row: row.region_type),
            column("Gebiedscode", lambda row: row.region_code),
            column("Periode", lambda row: period_words(row.period_id)),
            column("Periode van", lambda row: row.start_date),
            column("Periode tot en met", lambda row: row.end_date),
            column("Waarde", lambda row: figure(row.value, row.decimals)),
            column("Eenheid", lambda row: row.unit),
            column("Marge laag", lambda row: figure(row.interval_low, row.decimals)),
            column("Marge hoog", lambda row: figure(row.interval_high, row.decimals)),
            column("Status", lambda row: _STATUSES.get(row.value_status or "")),
            column("Waarom geen waarde", lambda row: labels.absence_words(row.absence) if row.value is None else None),
            column("Bron", lambda row: row.source),
            column("Indicator-id", lambda row: row.indicator_id),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _comparison(data: ExportData) -> Sheet:
    column = Column[queries.ComparisonRow]
    return sheet_of(
        "Vergelijking",
        "De gemeente naast Nederland, haar provincie, even grote en vergelijkbare gemeenten. Plaats 1 heeft het "
        "hoogste cijfer. Eén rij per indicator en periode.",
        ("fct_indicator_benchmark",),
        data.comparisons,
        [
            column("BBV-nummer", lambda row: row.bbv_number),
            column("Indicator", lambda row: row.indicator),
            column("Periode", lambda row: period_words(row.period_id)),
            column("Gemeente", lambda row: figure(row.value, row.decimals)),
            column("Nederland", lambda row: figure(row.national, row.decimals)),
            column("Nederland opgeteld uit gemeenten", lambda row: yes(is_so=row.national_is_derived)),
            column("Provincie", lambda row: figure(row.provincial, row.decimals)),
            column("Provincie opgeteld uit gemeenten", lambda row: yes(is_so=row.provincial_is_derived)),
            column("Even grote gemeenten (middelste)", lambda row: figure(row.size_class_median, row.decimals)),
            column("Aantal even grote gemeenten", lambda row: row.n_size_class),
            column("Vergelijkbare gemeenten (middelste)", lambda row: figure(row.peer_median, row.decimals)),
            column("Aantal vergelijkbare gemeenten", lambda row: row.n_peers),
            column("Plaats", lambda row: row.rank),
            column("Aantal gemeenten", lambda row: row.n_regions),
            column("Percentiel", lambda row: figure(row.percentile, 0)),
            column("Eenheid", lambda row: row.unit),
            column("Wat is beter", lambda row: _BETTER.get(row.direction or "")),
            column("Indicator-id", lambda row: row.indicator_id),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _budget(data: PageData) -> Sheet:
    column = Column[BudgetLine]
    return sheet_of(
        "Begroting",
        "Begroting, realisatie en prognose. Het aandeel is dat van de regel in de begroting van het hele plan. Eén rij "
        "per begrotingspost en jaar.",
        ("fct_budget",),
        data.budget,
        [
            column("Plan", lambda row: row.plan_id),
            column("Opgave", lambda row: row.opgave),
            column("Programma", lambda row: row.programme),
            column("Begrotingspost", lambda row: row.budget_line),
            column("Jaar", lambda row: period_words(row.period_id)),
            column("Grondslag", lambda row: row.basis),
            column("Begroot", lambda row: euro(row.budget)),
            column("Realisatie", lambda row: euro(row.actual)),
            column("Prognose", lambda row: euro(row.forecast)),
            column("Begroting van het plan", lambda row: euro(row.plan_budget)),
            column("Aandeel in begroting", lambda row: share(row.share_of_budget)),
            column("Bron", lambda row: row.source),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _costs(money: MoneyRows) -> Sheet:
    column = Column[Cost]
    return sheet_of(
        "Kosten",
        "Gebruikers en kosten per wet, categorie en jaar. Wie in meer categorieën voorkomt, telt in de rij zonder "
        "categorie één keer.",
        ("fct_cost",),
        money.costs,
        [
            column("Wet", lambda row: row.wet),
            column("Categorie", lambda row: row.category or "totaal"),
            column("Jaar", lambda row: period_words(row.period_id)),
            column("Gebruikers", lambda row: row.users),
            column("Kosten", lambda row: euro(row.cost)),
            column("Kosten per gebruiker", lambda row: euro(row.cost_per_user)),
            column("Bron", lambda row: row.source),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _cost_changes(money: MoneyRows) -> Sheet:
    column = Column[CostChange]
    return sheet_of(
        "Kostenverschil",
        "Waardoor de kosten veranderden: door het aantal gebruikers, de prijs of de verdeling over categorieën. De "
        "vier delen tellen op tot het verschil. Eén rij per wet en jaar.",
        ("fct_cost_change",),
        money.changes,
        [
            column("Wet", lambda row: row.wet),
            column("Van jaar", lambda row: period_words(row.previous_period_id)),
            column("Naar jaar", lambda row: period_words(row.period_id)),
            column("Kosten eerst", lambda row: euro(row.cost_before)),
            column("Kosten daarna", lambda row: euro(row.cost_after)),
            column("Verschil", lambda row: euro(row.change)),
            column("Door aantal gebruikers", lambda row: euro(row.users_effect)),
            column("Door prijs", lambda row: euro(row.price_effect)),
            column("Door verdeling", lambda row: euro(row.mix_effect)),
            column("Niet te splitsen", lambda row: euro(row.unsplit_effect)),
            column("Breuk op", lambda row: row.break_date),
            column("Reden van de breuk", lambda row: row.break_reason),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _actions(data: PageData) -> Sheet:
    names = indicator_names(data)
    column = Column[Action]
    return sheet_of(
        "Acties",
        "De acties van het uitvoeringsprogramma met de indicatoren waar zij voor bedoeld zijn. Eén rij per actie.",
        ("dim_action", "dim_action_indicator"),
        data.actions,
        [
            column("Plan", lambda row: row.plan_id),
            column("Opgave", lambda row: row.opgave),
            column("Programma", lambda row: row.programme),
            column("Actie", lambda row: row.action),
            column("Stand", lambda row: row.state),
            column("Begint", lambda row: period_words(row.starts)),
            column("Eindigt", lambda row: period_words(row.ends)),
            column("Verwacht effect", lambda row: row.expected_effect),
            column("Kosten", lambda row: euro(row.cost)),
            column("Indicatoren", lambda row: "; ".join(names.get(name, name) for name in row.indicators) or None),
            column("Bron", lambda row: row.source),
            column("Opmerkingen", lambda row: row.remarks),
            column("Actie-id", lambda row: row.action_id),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _maatregelen(data: PageData) -> Sheet:
    objectives = {row.objective_id: row for row in data.objectives}
    places = {objective_id: place for place, objective_id in enumerate(objectives)}
    rows = sorted(data.maatregelen, key=lambda row: places.get(row.objective_id, len(places)))
    rows.sort(key=lambda row: row.edition, reverse=True)
    column = Column[Maatregel]

    def of_objective(heading: str, cell: Callable[[Objective], Cell]) -> Column[Maatregel]:
        """A column of what the objective says, where the plan still has it."""

        def cell_of(row: Maatregel) -> Cell:
            objective = objectives.get(row.objective_id)
            return cell(objective) if objective else None

        return column(heading, cell_of)

    return sheet_of(
        "Maatregelen",
        "Wat er extra gebeurt bij doelen die afwijken, met het verwachte effect in de eenheid van het doel. Eén rij "
        "per doel, editie en maatregel.",
        ("dim_maatregel",),
        rows,
        [
            column("Editie", lambda row: row.edition),
            of_objective("Opgave", lambda row: row.opgave),
            of_objective("Doel", lambda row: row.title),
            column("Maatregel", lambda row: row.maatregel),
            column("Verwacht effect", lambda row: figure(row.expected_effect, None)),
            of_objective("Eenheid", lambda row: "procentpunt" if row.unit == "%" else row.unit),
            column("Effect in", lambda row: period_words(row.effect_period_id)),
            column("Kosten", lambda row: euro(row.cost)),
            column("Doel-id", lambda row: row.objective_id),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _agenda(data: PageData) -> Sheet:
    column = Column[AgendaItem]
    return sheet_of(
        "Agenda",
        "Besluiten die de raad kan verwachten. Eén rij per onderwerp.",
        ("dim_agenda",),
        data.agenda,
        [
            column("Vanaf", lambda row: row.moment_start),
            column("Moment", lambda row: moment_words(row.moment_text)),
            column("Onderwerp", lambda row: row.subject),
            column("Wie besluit", lambda row: row.body),
            column("Plan", lambda row: row.plan_id),
            column("Opgave", lambda row: row.opgave),
            column("Bron", lambda row: row.source),
        ],
    )


def _measured(row: Objective, cards: dict[str, Card]) -> float | None:
    """The last measurement, where there is one after the start."""
    return None if cards[row.objective_id].latest.is_absent else row.current_value
