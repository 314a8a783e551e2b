"""The files of the municipality's own registrations, what was set aside of them, and the counts of other subjects.

What belongs here: their words and tables. What does not: care (`care.py`), and reading a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dagster_project.site.queries.care import TOTAL, CareRows, RegistrationCount, RegistrationFile
from dagster_project.site.words import labels
from dagster_project.site.words.care_words import (
    MISSING,
    Cell,
    Head,
    Table,
    column_of,
    count_cell,
    main_periods,
    member_name,
    wet_name,
    wet_order,
)

_SUBJECTS = {
    "wachttijd": "Wachttijd van zorg",
    "toekenning": "Toekenningen",
    "uitkering": "Uitkeringen",
    "inburgering": "Inburgering",
    "schuldhulp": "Schuldhulp",
    "melding": "Meldingen",
    "klacht": "Klachten en bezwaren",
}
_MEASURES = {
    ("wachttijd", "started"): "Voorzieningen die begonnen",
    ("wachttijd", "started_in_norm"): "Daarvan binnen de norm begonnen",
    ("toekenning", "grants"): "Toekenningen",
    ("toekenning", "standing_end"): "Mensen aan het eind van de periode",
    ("uitkering", "standing_end"): "Mensen met een uitkering aan het eind van de periode",
    ("uitkering", "ended"): "Mensen van wie de uitkering eindigde",
    ("uitkering", "returned"): "Daarvan binnen een jaar terug in een uitkering",
    ("inburgering", "reached"): "Mensen die 3,5 jaar na hun vestiging zijn",
    ("inburgering", "left"): "Daarvan op die dag zonder bijstand",
    ("schuldhulp", "applications"): "Mensen die om schuldhulp vroegen",
    ("schuldhulp", "standing_end"): "Mensen in schuldhulp aan het eind van de periode",
    ("schuldhulp", "ended"): "Mensen van wie de schuldhulp eindigde",
    ("schuldhulp", "solved"): "Daarvan met een oplossing",
    ("melding", "reports"): "Meldingen",
    ("melding", "resolved"): "Meldingen die een oplossing kregen",
    ("melding", "resolved_by_general"): "Daarvan met een voorliggende voorziening",
    ("klacht", "complaints"): "Klachten",
    ("klacht", "objections"): "Bezwaren",
    ("klacht", "upheld"): "Gegrond",
}
"""The subjects and measures, in the order in which the page shows them."""

_CATEGORIES = {
    "minimaregeling": "minimaregelingen",
    "kindpakket": "kindpakket",
    "bijzondere_bijstand": "bijzondere bijstand",
    "loonkostensubsidie": "loonkostensubsidie",
    "dagbesteding": "dagbesteding",
}
STATES = {"serving": "in gebruik", "partly_superseded": "deels vervangen", "superseded": "vervangen"}


def count_tables(counts: Sequence[RegistrationCount]) -> tuple[tuple[str, Table], ...]:
    """A title and a table per subject, those that the page knows first."""
    found = {row.subject for row in counts}
    known = [subject for subject in _SUBJECTS if subject in found]
    return tuple(
        (_SUBJECTS.get(subject, subject), _count_table(subject, [row for row in counts if row.subject == subject]))
        for subject in (*known, *sorted(found - set(_SUBJECTS)))
    )


def _count_table(subject: str, rows: list[RegistrationCount]) -> Table:
    heads = main_periods(rows)
    at = {(_key(row), row.period_id): row for row in rows}
    keys = sorted({_key(row) for row in rows}, key=_order)
    title = _SUBJECTS.get(subject, subject)
    return Table(
        anchor=f"telling-{subject}",
        caption=f"{title} per periode",
        corner="Telling",
        columns=tuple(column_of(head) for head in heads),
        under=(),
        rows=tuple(
            (Head(_key_words(key)), tuple(_cell(at.get((key, head.period_id))) for head in heads)) for key in keys
        ),
    )


_Key = tuple[str, str, str, str]


def _key(row: RegistrationCount) -> _Key:
    return (row.subject, row.measure, row.wet, row.category)


def _order(key: _Key) -> tuple[tuple[int, str], bool, str, int, str]:
    """Per wet and category the measures after each other, all categories together first."""
    subject, measure, wet, category = key
    known = list(_MEASURES)
    place = known.index((subject, measure)) if (subject, measure) in known else len(known)
    return (wet_order(wet), category != TOTAL, category, place, measure)


def count_words(subject: str, measure: str) -> str:
    """What a count counts."""
    return _MEASURES.get((subject, measure), f"{subject}, {measure}")


def _key_words(key: _Key) -> str:
    subject, measure, wet, category = key
    words = count_words(subject, measure)
    parts = [] if category == TOTAL else [_CATEGORIES.get(category, member_name(category).lower())]
    parts += [] if wet == TOTAL or subject not in {"wachttijd", "klacht"} else [wet_name(wet)]
    return f"{words}: {', '.join(parts)}" if parts else words


def _cell(row: RegistrationCount | None) -> Cell:
    return count_cell(row.value, row.absence) if row else MISSING


@dataclass(frozen=True)
class FileLine:
    """One file as the page shows it."""

    title: str
    file_name: str
    period: str
    received: str
    rows_in: str
    rows_loaded: str
    rows_set_aside: str
    state: str
    remarks: tuple[str, ...]
    is_synthetic: bool


def files_of(files: Sequence[RegistrationFile]) -> tuple[FileLine, ...]:
    """A line per file, those of one export together with the newest first."""
    return tuple(_file(row) for row in files)


def _file(row: RegistrationFile) -> FileLine:
    return FileLine(
        title=row.title,
        file_name=row.file_name,
        period=labels.period(row.period_id) if row.period_id else "stand tot de dag van ontvangst",
        received=labels.moment_words(row.received_at),
        rows_in=labels.number(row.rows_in, 0),
        rows_loaded=labels.number(row.rows_loaded, 0),
        rows_set_aside=labels.number(row.rows_quarantined, 0),
        state=STATES.get(row.state, row.state),
        remarks=tuple(_file_remarks(row)),
        is_synthetic=row.is_synthetic,
    )


def _file_remarks(row: RegistrationFile) -> Iterator[str]:
    if row.replaced_by:
        yield f"door {row.replaced_by}"
    if row.forgotten_at:
        yield f"vergeten op {labels.day(labels.amsterdam(row.forgotten_at))}"


def files_sentence(rows: CareRows) -> str:
    """How many lines of how many files were read, loaded and set aside: the last two are the first."""
    n_in, n_loaded, n_aside = (
        sum(getattr(row, name) for row in rows.files) for name in ("rows_in", "rows_loaded", "rows_quarantined")
    )
    files = "1 bestand" if len(rows.files) == 1 else f"{labels.number(len(rows.files), 0)} bestanden"
    return (
        f"De gemeente leverde {files} aan met samen {labels.number(n_in, 0)} regels: {labels.number(n_loaded, 0)} "
        f"zijn ingelezen en {labels.number(n_aside, 0)} terzijde gelegd."
    )


def forgotten_sentence(files: Sequence[RegistrationFile]) -> str:
    """How many originals are gone because their time was over; empty where none is."""
    n = sum(row.forgotten_at is not None for row in files)
    if not n:
        return ""
    which = "Van 1 bestand is het origineel" if n == 1 else f"Van {labels.number(n, 0)} bestanden is het origineel"
    return f"{which} weggedaan, omdat de bewaartermijn voorbij was. De optelling van toen blijft staan."
