"""The tables that a person pastes from, in Dutch: which columns, in which order, under which headings.

What belongs here: from the rows of `queries.py` to sheets of typed cells. What does not: how a workbook or a CSV file
writes a cell (`workbook.py`, `delimited.py`), and any computation on a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from dagster_project.export import queries
from dagster_project.export.imprint import SYNTHETIC_MARK, Imprint
from dagster_project.export.queries import ExportData
from dagster_project.export.told import Card, PageData, Told
from dagster_project.site.queries import AgendaItem
from dagster_project.site.words import labels

Row = TypeVar("Row")
READING_GUIDE = "Leeswijzer"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet program may read as the start of a formula or a command when it begins a text."""
_TRENDS = {
    "up": "stijgend",
    "down": "dalend",
    "no_significant_change": "niet aantoonbaar veranderd",
    "too_few_points": "te weinig metingen",
}
_BETTER = {"up": "hoger is beter", "down": "lager is beter"}
_STATUSES = {"definitive": "definitief", **labels.VALUE_STATUSES}


@dataclass(frozen=True)
class Figure:
    """A figure with the number of decimals in which it is shown; None shows what it has, two at most."""

    value: float
    decimals: int | None


@dataclass(frozen=True)
class Euro:
    """An amount of money."""

    value: Decimal


@dataclass(frozen=True)
class Share:
    """A part of a whole: 0,25 is shown as 25,0 %."""

    value: float


Cell = str | int | Figure | Euro | Share | date | None


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes:
        name: of the sheet in the workbook; in lower case that of the CSV file.
        about: what the sheet holds, for the reading guide.
        tables: the published tables that its rows come from.
    """

    name: str
    about: str
    tables: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class _Column(Generic[Row]):
    heading: str
    cell: Callable[[Row], Cell]


def sheets_of(data: ExportData, told: Told, imprint: Imprint) -> tuple[Sheet, ...]:
    """The reading guide and the tables, in the order of the workbook; a table without rows has its headings."""
    tables = (
        _objectives(data, told),
        _figures(data),
        _comparison(data),
        _budget(data),
        _costs(data),
        _cost_changes(data),
        _actions(data),
        _maatregelen(data),
        _agenda(told.data),
    )
    return (_reading_guide(tables, data.table_comments, imprint), *tables)


def _sheet(name: str, about: str, tables: Sequence[str], rows: Iterable[Row], columns: Sequence[_Column[Row]]) -> Sheet:
    return Sheet(
        name,
        about,
        tuple(tables),
        tuple(column.heading for column in columns),
        tuple(tuple(column.cell(row) for column in columns) for row in rows),
    )


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


def _objectives(data: ExportData, told: Told) -> Sheet:
    words = told.cards
    column = _Column[queries.ObjectiveRow]
    return _sheet(
        "Doelen",
        "Elk doel van de raad met begin, laatste meting, streven, oordeel en vooruitzicht. Eén rij per doel.",
        ("dim_objective", "fct_objective_attainment", "fct_objective_outlook"),
        data.objectives,
        [
            column("Plan", lambda row: row.plan_id),
            column("Opgave", lambda row: row.opgave),
            column("Doel", lambda row: row.title),
            column("Resultaatgebied", lambda row: row.result_area),
            column("Oordeel", lambda row: row.status),
            column("Uitleg", lambda row: words[row.objective_id].explanation),
            column("Begin", lambda row: _value(row.baseline_value, row.decimals)),
            column("Periode begin", lambda row: _period(row.baseline_period_id)),
            column("Laatste meting", lambda row: _value(_measured(row, words), row.decimals)),
            column(
                "Periode laatste meting",
                lambda row: _period(row.period_id) if _measured(row, words) is not None else None,
            ),
            column("Rechte weg op dat moment", lambda row: _value(row.expected_value, row.decimals)),
            column("Streven in woorden", lambda row: words[row.objective_id].target.text),
            column("Streefwaarde", lambda row: _value(row.target_value, row.decimals)),
            column("Periode streven", lambda row: _period(row.target_period_id)),
            column("Eenheid", lambda row: row.unit),
            column("Verloop", lambda row: _TRENDS.get(row.trend or "")),
            column("Periode vooruitzicht", lambda row: _period(row.outlook_period_id)),
            column("Vooruitzicht", lambda row: _value(row.outlook_value, row.decimals)),
            column("Vooruitzicht laag", lambda row: _value(row.outlook_low, row.decimals)),
            column("Vooruitzicht hoog", lambda row: _value(row.outlook_high, row.decimals)),
            column("Vooruitzicht bij streven", lambda row: _value(row.target_outlook_value, row.decimals)),
            column("Effect van maatregelen", lambda row: _value(row.measures_effect, row.decimals)),
            column(
                "Vooruitzicht bij streven met maatregelen",
                lambda row: _value(row.target_outlook_with_measures, row.decimals),
            ),
            column("Kosten van maatregelen", lambda row: _euro(row.measures_cost)),
            column("Kans dat het lukt", lambda row: _share(row.probability)),
            column("Beslispunt", lambda row: "ja" if row.is_beslispunt else None),
            column("Volgende meting", lambda row: row.next_measurement_due),
            column("Indicator", lambda row: row.indicator),
            column("Eigenaar", lambda row: row.owner),
            column("Gemeten met", lambda row: row.instrument),
            column("Hoe vaak", lambda row: labels.rhythm(row.rhythm) if row.rhythm else None),
            column("Programma", lambda row: row.programme),
            column("Bron", lambda row: row.source),
            column("Opmerkingen", lambda row: row.remarks),
            column("Doel-id", lambda row: row.objective_id),
            column("Synthetisch", lambda row: _mark(is_synthetic=words[row.objective_id].is_synthetic)),
        ],
    )


def _figures(data: ExportData) -> Sheet:
    column = _Column[queries.FigureRow]
    return _sheet(
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
            column("Periode", lambda row: _period(row.period_id)),
            column("Periode van", lambda row: row.start_date),
            column("Periode tot en met", lambda row: row.end_date),
            column("Waarde", lambda row: _value(row.value, row.decimals)),
            column("Eenheid", lambda row: row.unit),
            column("Marge laag", lambda row: _value(row.interval_low, row.decimals)),
            column("Marge hoog", lambda row: _value(row.interval_high, row.decimals)),
            column("Status", lambda row: _STATUSES.get(row.value_status or "")),
            column("Waarom geen waarde", lambda row: labels.absence_words(row.absence) if row.value is None else None),
            column("Bron", lambda row: row.source),
            column("Indicator-id", lambda row: row.indicator_id),
            column("Synthetisch", lambda row: _mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _comparison(data: ExportData) -> Sheet:
    column = _Column[queries.ComparisonRow]
    return _sheet(
        "Vergelijking",
        "De gemeente naast Nederland, haar provincie, even grote en vergelijkbare gemeenten. Plaats 1 heeft het "
        "hoogste cijfer. Eén rij per indicator en periode.",
        ("fct_indicator_benchmark",),
        data.comparisons,
        [
            column("BBV-nummer", lambda row: row.bbv_number),
            column("Indicator", lambda row: row.indicator),
            column("Periode", lambda row: _period(row.period_id)),
            column("Gemeente", lambda row: _value(row.value, row.decimals)),
            column("Nederland", lambda row: _value(row.national, row.decimals)),
            column("Nederland opgeteld uit gemeenten", lambda row: _yes(is_so=row.national_is_derived)),
            column("Provincie", lambda row: _value(row.provincial, row.decimals)),
            column("Provincie opgeteld uit gemeenten", lambda row: _yes(is_so=row.provincial_is_derived)),
            column("Even grote gemeenten (middelste)", lambda row: _value(row.size_class_median, row.decimals)),
            column("Aantal even grote gemeenten", lambda row: row.n_size_class),
            column("Vergelijkbare gemeenten (middelste)", lambda row: _value(row.peer_median, row.decimals)),
            column("Aantal vergelijkbare gemeenten", lambda row: row.n_peers),
            column("Plaats", lambda row: row.rank),
            column("Aantal gemeenten", lambda row: row.n_regions),
            column("Percentiel", lambda row: _value(row.percentile, 0)),
            column("Eenheid", lambda row: row.unit),
            column("Wat is beter", lambda row: _BETTER.get(row.direction or "")),
            column("Indicator-id", lambda row: row.indicator_id),
            column("Synthetisch", lambda row: _mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _budget(data: ExportData) -> Sheet:
    column = _Column[queries.BudgetRow]
    return _sheet(
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
            column("Jaar", lambda row: _period(row.period_id)),
            column("Grondslag", lambda row: row.basis),
            column("Begroot", lambda row: _euro(row.budget)),
            column("Realisatie", lambda row: _euro(row.actual)),
            column("Prognose", lambda row: _euro(row.forecast)),
            column("Begroting van het plan", lambda row: _euro(row.plan_budget)),
            column("Aandeel in begroting", lambda row: _share(row.share_of_budget)),
            column("Bron", lambda row: row.source),
            column("Synthetisch", lambda row: _mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _costs(data: ExportData) -> Sheet:
    column = _Column[queries.CostRow]
    return _sheet(
        "Kosten",
        "Gebruikers en kosten per wet, categorie en jaar. Wie in meer categorieën voorkomt, telt in de rij zonder "
        "categorie één keer.",
        ("fct_cost",),
        data.costs,
        [
            column("Wet", lambda row: row.wet),
            column("Categorie", lambda row: row.category or "totaal"),
            column("Jaar", lambda row: _period(row.period_id)),
            column("Gebruikers", lambda row: row.users),
            column("Kosten", lambda row: _euro(row.cost)),
            column("Kosten per gebruiker", lambda row: _euro(row.cost_per_user)),
            column("Bron", lambda row: row.source),
            column("Synthetisch", lambda row: _mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _cost_changes(data: ExportData) -> Sheet:
    column = _Column[queries.CostChangeRow]
    return _sheet(
        "Kostenverschil",
        "Waardoor de kosten veranderden: door het aantal gebruikers, de prijs of de verdeling over categorieën. De "
        "vier delen tellen op tot het verschil. Eén rij per wet en jaar.",
        ("fct_cost_change",),
        data.cost_changes,
        [
            column("Wet", lambda row: row.wet),
            column("Van jaar", lambda row: _period(row.previous_period_id)),
            column("Naar jaar", lambda row: _period(row.period_id)),
            column("Kosten eerst", lambda row: _euro(row.cost_before)),
            column("Kosten daarna", lambda row: _euro(row.cost_after)),
            column("Verschil", lambda row: _euro(row.change)),
            column("Door aantal gebruikers", lambda row: _euro(row.users_effect)),
            column("Door prijs", lambda row: _euro(row.price_effect)),
            column("Door verdeling", lambda row: _euro(row.mix_effect)),
            column("Niet te splitsen", lambda row: _euro(row.unsplit_effect)),
            column("Breuk op", lambda row: row.break_date),
            column("Reden van de breuk", lambda row: row.break_reason),
            column("Synthetisch", lambda row: _mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _actions(data: ExportData) -> Sheet:
    column = _Column[queries.ActionRow]
    return _sheet(
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
            column("Begint", lambda row: _period(row.starts)),
            column("Eindigt", lambda row: _period(row.ends)),
            column("Verwacht effect", lambda row: row.expected_effect),
            column("Kosten", lambda row: _euro(row.cost)),
            column("Indicatoren", lambda row: "; ".join(row.indicators) or None),
            column("Bron", lambda row: row.source),
            column("Opmerkingen", lambda row: row.remarks),
            column("Actie-id", lambda row: row.action_id),
            column("Synthetisch", lambda row: _mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _maatregelen(data: ExportData) -> Sheet:
    column = _Column[queries.MaatregelRow]
    return _sheet(
        "Maatregelen",
        "Wat er extra gebeurt bij doelen die afwijken, met het verwachte effect in de eenheid van het doel. Eén rij "
        "per doel, editie en maatregel.",
        ("dim_maatregel",),
        data.maatregelen,
        [
            column("Editie", lambda row: row.edition),
            column("Opgave", lambda row: row.opgave),
            column("Doel", lambda row: row.title),
            column("Maatregel", lambda row: row.maatregel),
            column("Verwacht effect", lambda row: _value(row.expected_effect, None)),
            column("Eenheid", lambda row: "procentpunt" if row.unit == "%" else row.unit),
            column("Effect in", lambda row: _period(row.effect_period_id)),
            column("Kosten", lambda row: _euro(row.cost)),
            column("Doel-id", lambda row: row.objective_id),
            column("Synthetisch", lambda row: _mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _agenda(data: PageData) -> Sheet:
    column = _Column[AgendaItem]
    return _sheet(
        "Agenda",
        "Besluiten die de raad kan verwachten. Eén rij per onderwerp.",
        ("dim_agenda",),
        data.agenda,
        [
            column("Vanaf", lambda row: row.moment_start),
            column("Moment", lambda row: moment_of(row)),
            column("Onderwerp", lambda row: row.subject),
            column("Wie besluit", lambda row: row.body),
            column("Plan", lambda row: row.plan_id),
            column("Opgave", lambda row: row.opgave),
            column("Bron", lambda row: row.source),
        ],
    )


def moment_of(row: AgendaItem) -> str:
    """When a decision is expected: a day or a period in words."""
    if row.moment_start and row.moment_text == row.moment_start.isoformat():
        return labels.day(row.moment_start)
    return labels.period(row.moment_text)


def _measured(row: queries.ObjectiveRow, cards: dict[str, Card]) -> float | None:
    """The last measurement, where there is one after the start."""
    return None if cards[row.objective_id].latest.is_absent else row.current_value


def _value(value: float | None, decimals: int | None) -> Figure | None:
    return None if value is None else Figure(value, decimals)


def _euro(value: Decimal | None) -> Euro | None:
    return None if value is None else Euro(value)


def _share(value: float | None) -> Share | None:
    return None if value is None else Share(value)


def _period(period_id: str | None) -> str | None:
    return labels.period(period_id) if period_id else None


def _yes(*, is_so: bool) -> str | None:
    return "ja" if is_so else None


def _mark(*, is_synthetic: bool) -> str | None:
    return SYNTHETIC_MARK if is_synthetic else None
