"""The sheets of local registrations: care, its course, other counts, and the files they were counted from.

What belongs here: their columns. What does not: reading rows (`site/queries/care.py`). A count that is not shown is an
empty cell with the reason beside it: never that it is small, for larger ones are kept back with it.
"""

from __future__ import annotations

from decimal import Decimal

from dagster_project.export.cells import Cell, Figure, Sheet, euro
from dagster_project.export.columns import Column, period_words, sheet_of, synthetic_mark, yes
from dagster_project.site.queries.care import (
    TOTAL,
    CareCell,
    CareFlow,
    CareOutlook,
    CarePrinted,
    CareRows,
    CareStacking,
    RegistrationCount,
    RegistrationFile,
)
from dagster_project.site.words import labels
from dagster_project.site.words.care_words import HIDDEN_WORDS, SUPPRESSED, wet_name
from dagster_project.site.words.registrations import STATES, count_words

_MEASURES = {"clients": "cliënten", "cost": "kosten"}


def care_sheets(care: CareRows) -> tuple[Sheet, ...]:
    """The sheets that hold any row."""
    sheets = (
        _use(care),
        _flow(care),
        _stacking(care),
        _outlook(care),
        _printed(care),
        _counts(care),
        _files(care),
    )
    return tuple(sheet for sheet in sheets if sheet.rows)


def _reason(absence: str | None) -> str | None:
    if absence is None:
        return None
    return HIDDEN_WORDS if absence == SUPPRESSED else labels.absence_words(absence)


def _whole(value: Decimal | int | None) -> Cell:
    return None if value is None else Figure(float(value), 0)


def _use(care: CareRows) -> Sheet:
    column = Column[CareCell]
    return sheet_of(
        "Zorggebruik",
        "Cliënten en kosten per wet, categorie, vorm, verwijzer en wijk. Wie in meer categorieën voorkomt, telt in de "
        "rij totaal één keer: tel cliënten niet op. Eén rij per combinatie en periode.",
        ("fct_care_use", "fct_care_cost"),
        care.cells,
        [
            column("Wet", lambda row: wet_name(row.wet)),
            column("Categorie", lambda row: row.category),
            column("Vorm", lambda row: row.form),
            column("Verwijzer", lambda row: row.referrer),
            column("Gebied", lambda row: row.region_name),
            column("Gebiedscode", lambda row: row.region_code),
            column("Periode", lambda row: period_words(row.period_id)),
            column("Cliënten", lambda row: _whole(row.clients)),
            column("Waarom geen cliënten", lambda row: _reason(row.clients_absence)),
            column("Kosten", lambda row: euro(row.cost)),
            column("Waarom geen kosten", lambda row: _reason(row.cost_absence)),
            column("Kosten per cliënt", lambda row: euro(row.cost_per_client)),
            column("Cijfers t/m", lambda row: row.covered_through),
            column("Hele periode", lambda row: yes(is_so=row.is_whole)),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _flow(care: CareRows) -> Sheet:
    column = Column[CareFlow]
    return sheet_of(
        "Zorgverloop",
        "Cliënten aan het begin, instroom, uitstroom en cliënten aan het eind. Eén rij per wet, categorie of wijk, en "
        "periode.",
        ("fct_care_flow",),
        care.flows,
        [
            column("Wet", lambda row: wet_name(row.wet)),
            column("Categorie", lambda row: row.category),
            column("Gebied", lambda row: row.region_name),
            column("Gebiedscode", lambda row: row.region_code),
            column("Periode", lambda row: period_words(row.period_id)),
            column("Begin", lambda row: _whole(row.standing_begin)),
            column("Instroom", lambda row: _whole(row.inflow)),
            column("Uitstroom", lambda row: _whole(row.outflow)),
            column("Eind", lambda row: _whole(row.standing_end)),
            column("Waarom een leeg vak", lambda row: _reason(row.absence)),
            column("Cijfers t/m", lambda row: row.covered_through),
            column("Hele periode", lambda row: yes(is_so=row.is_whole)),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _stacking(care: CareRows) -> Sheet:
    column = Column[CareStacking]
    return sheet_of(
        "Zorgstapeling",
        "Cliënten naar het aantal categorieën waaruit zij zorg kregen. Eén rij per wet, aantal en periode.",
        ("fct_care_stacking",),
        care.stacking,
        [
            column("Wet", lambda row: wet_name(row.wet)),
            column("Categorieën per cliënt", lambda row: row.n_provisions),
            column("Periode", lambda row: period_words(row.period_id)),
            column("Cliënten", lambda row: _whole(row.clients)),
            column("Waarom geen cliënten", lambda row: _reason(row.absence)),
            column("Cijfers t/m", lambda row: row.covered_through),
            column("Hele periode", lambda row: yes(is_so=row.is_whole)),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _outlook(care: CareRows) -> Sheet:
    column = Column[CareOutlook]
    return sheet_of(
        "Zorgvooruitzicht",
        "Wat een jaar dat nog niet heel is gaat kosten, met de marge en de begroting. Eén rij per wet en jaar.",
        ("fct_care_outlook",),
        care.outlooks,
        [
            column("Wet", lambda row: wet_name(row.wet)),
            column("Jaar", lambda row: period_words(row.period_id)),
            column("Kosten tot nu toe", lambda row: euro(row.cost_to_date)),
            column("Cijfers t/m", lambda row: row.covered_through),
            column("Verwacht", lambda row: euro(row.outlook)),
            column("Laag", lambda row: euro(row.outlook_low)),
            column("Hoog", lambda row: euro(row.outlook_high)),
            column("Begroot", lambda row: euro(row.budget)),
            column("Verschil", lambda row: euro(row.difference)),
            column("Hoe verwacht", lambda row: row.method),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _printed(care: CareRows) -> Sheet:
    column = Column[CarePrinted]
    return sheet_of(
        "Zorg in druk",
        "Cijfers die in druk staan, naast wat de registratie geeft. Leeg waar dat niet wordt getoond. Eén rij per "
        "gedrukt cijfer.",
        ("fct_care_printed",),
        care.printed,
        [
            column("Wet", lambda row: wet_name(row.wet)),
            column("Categorie", lambda row: row.category),
            column("Vorm", lambda row: row.form),
            column("Periode", lambda row: period_words(row.period_id)),
            column("Wat", lambda row: _MEASURES.get(row.measure, row.measure)),
            column("In druk", lambda row: _whole(row.printed_value)),
            column("Gedrukt op", lambda row: row.printed_unit),
            column("Uit de registratie", lambda row: _whole(row.computed_value)),
            column("Verschil", lambda row: _whole(row.difference)),
            column("Door afronding", lambda row: yes(is_so=bool(row.is_within_rounding))),
            column("Bron", lambda row: row.source),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _counts(care: CareRows) -> Sheet:
    column = Column[RegistrationCount]
    return sheet_of(
        "Registratietellingen",
        "Tellingen van andere onderwerpen dan zorg. Eén rij per telling, wet, categorie en periode.",
        ("fct_registration_count",),
        care.counts,
        [
            column("Onderwerp", lambda row: row.subject),
            column("Telling", lambda row: count_words(row.subject, row.measure)),
            column("Wet", lambda row: TOTAL if row.wet == TOTAL else wet_name(row.wet)),
            column("Categorie", lambda row: row.category),
            column("Periode", lambda row: period_words(row.period_id)),
            column("Aantal", lambda row: _whole(row.value)),
            column("Waarom geen aantal", lambda row: _reason(row.absence)),
            column("Cijfers t/m", lambda row: row.covered_through),
            column("Hele periode", lambda row: yes(is_so=row.is_whole)),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )


def _files(care: CareRows) -> Sheet:
    column = Column[RegistrationFile]
    return sheet_of(
        "Registratiebestanden",
        "De bestanden waaruit is geteld. Regels = ingelezen + terzijde gelegd. Eén rij per bestand.",
        ("dim_registration_file",),
        care.files,
        [
            column("Export", lambda row: row.title),
            column("Bestand", lambda row: row.file_name),
            column("Periode", lambda row: period_words(row.period_id)),
            column("Ontvangen", lambda row: labels.amsterdam(row.received_at).date()),
            column("Regels", lambda row: row.rows_in),
            column("Ingelezen", lambda row: row.rows_loaded),
            column("Terzijde gelegd", lambda row: row.rows_quarantined),
            column("Stand", lambda row: STATES.get(row.state, row.state)),
            column("Vervangen door", lambda row: row.replaced_by),
            column("Vergeten op", lambda row: labels.amsterdam(row.forgotten_at).date() if row.forgotten_at else None),
            column("Synthetisch", lambda row: synthetic_mark(is_synthetic=row.is_synthetic)),
        ],
    )
