"""The lineage card of an objective: from the figure that is judged back to the file of its publisher.

What belongs here: the words of each step, from the rows of `queries/provenance.py`. What does not: reading snapshots;
`opkoers trace` shows the raw rows themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dagster_project.site.queries import Objective
from dagster_project.site.queries.provenance import Provenance
from dagster_project.site.words import labels
from dagster_project.site.words.sources import publisher_stamp

_MOST_DIGITS = 10


@dataclass(frozen=True)
class Step:
    """One step back: its name, its words, an address if there is one, and whether the words are code."""

    name: str
    text: str
    link: str | None = None
    is_code: bool = False


@dataclass(frozen=True)
class Lineage:
    """The way back from one figure."""

    steps: tuple[Step, ...]
    command: str
    is_synthetic: bool


def lineage_of(objective: Objective, rows: Iterable[Provenance]) -> Lineage | None:
    """The way back from the figure on which the verdict rests; None where nothing was measured.

    For an objective that holds in every wijk that is the figure of the wijk that decides.
    """
    mine = {row.role: row for row in rows if row.objective_id == objective.objective_id}
    if not mine:
        return None
    figure = next(iter(mine.values()))
    return Lineage(tuple(_steps(objective, mine)), f"opkoers trace {objective.objective_id}", figure.is_synthetic)


def _steps(objective: Objective, mine: Mapping[str, Provenance]) -> Iterable[Step]:
    given = mine.get("published")
    counted, divided_by = mine.get("numerator"), mine.get("denominator")
    row = given if given and given.rate_published is not None else counted or given or next(iter(mine.values()))
    value = labels.exact_amount(row.value, objective.unit, objective.decimals)
    yield Step("Cijfer", f"{value}, {row.region_name}, {labels.period(row.period_id)}")
    yield Step("Berekend als", formula_words(row, objective.unit))
    table = f", tabel {row.table_id}" if row.table_id else ""
    yield Step("Dataset", f"{row.source_id}/{row.dataset_id}{table}, {_lines(row)}")
    yield Step("Opgeslagen als", row.file_path, is_code=True)
    yield Step("sha256", row.snapshot_id, is_code=True)
    address = row.original_url or row.url
    yield Step("Adres of bestand", address, address if address.startswith(("https://", "http://")) else None)
    origin = labels.ORIGINS.get(row.origin, row.origin)
    yield Step("Opgehaald", ", ".join(filter(None, (labels.moment_words(row.retrieved_at), origin))))
    yield Step("Stempel van de uitgever", publisher_stamp(row.publisher_modified))
    yield Step("Licentie", row.licence)
    if divided_by:
        table = f", tabel {divided_by.table_id}" if divided_by.table_id else ""
        yield Step("Gedeeld door", f"{divided_by.attribution.removeprefix('Bron: ')}{table}, {_lines(divided_by)}")
        yield Step("sha256 daarvan", divided_by.snapshot_id, is_code=True)


def _lines(row: Provenance) -> str:
    """Which rows of the snapshot; of many the first and the last."""
    first, last = min(row.row_numbers), max(row.row_numbers)
    many = len(row.row_numbers)
    return f"regel {first}" if many == 1 else f"{many} regels, van {first} tot en met {last}"


def formula_words(row: Provenance, unit: str | None) -> str:
    """How the value came about, with its numbers."""
    value = _exact(row.value)
    if row.rate_published is None and row.numerator is not None and row.denominator:
        base = row.rate_base or 1
        worked_out = f"{_exact(row.numerator)} / {_exact(row.denominator)} × {_exact(base)}"
        return f"{worked_out} = {labels.with_unit(value, unit)}"
    offset, factor = row.published_offset or 0.0, row.published_factor or 1.0
    if row.rate_published is not None and (offset, factor) != (0.0, 1.0):
        given = (row.value - offset) / factor
        return f"{_exact(offset)} + {_exact(factor)} × {_exact(given)} = {value}; de uitgever geeft {_exact(given)}"
    return f"{labels.with_unit(value, unit)}, zoals de bron het geeft"


def _exact(value: float) -> str:
    """As many decimals as the number has, six at most."""
    text = f"{value:.{_MOST_DIGITS}g}"
    decimals = len(text.partition(".")[2]) if "." in text and "e" not in text else 0
    return labels.number(value, min(decimals, 6))
