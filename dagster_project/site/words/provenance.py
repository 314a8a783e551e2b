"""The lineage card of an objective: from the figure that is judged back to the file of its publisher.

What belongs here: the words of each step, from the rows of `queries/provenance.py`. What does not: reading snapshots;
`opkoers trace` shows the raw rows themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    mine = [row for row in rows if row.objective_id == objective.objective_id and row.value is not None]
    whole = [row for row in mine if row.is_gemeente]
    deciding = [row for row in mine if not row.is_gemeente and row.value == objective.current_value]
    chosen = next(iter([*whole, *deciding]), None)
    if chosen is None:
        return None
    command = f"opkoers trace {chosen.indicator_id} {chosen.region_code} {chosen.period_id}"
    return Lineage(tuple(_steps(objective, chosen)), command, chosen.is_synthetic)


def _steps(objective: Objective, row: Provenance) -> Iterable[Step]:
    value = labels.exact_amount(row.value, objective.unit, objective.decimals)
    yield Step("Cijfer", f"{value}, {row.region_name}, {labels.period(row.period_id)}")
    yield Step("Berekend als", formula_words(row, objective.unit))
    table = f", tabel {row.table_id}" if row.table_id else ""
    yield Step("Dataset", f"{row.source_id or labels.NOT_IN_SOURCE}/{row.dataset_id or labels.NOT_IN_SOURCE}{table}")
    if row.file_path:
        yield Step("Opgeslagen als", row.file_path, is_code=True)
    yield Step("sha256", row.snapshot_id or labels.NOT_IN_SOURCE, is_code=True)
    address = row.original_url or row.url or labels.NOT_IN_SOURCE
    yield Step("Adres of bestand", address, address if address.startswith(("https://", "http://")) else None)
    if row.retrieved_at:
        origin = labels.ORIGINS.get(row.origin or "", row.origin or "")
        yield Step("Opgehaald", ", ".join(filter(None, (labels.moment_words(row.retrieved_at), origin))))
    yield Step("Stempel van de uitgever", publisher_stamp(row.publisher_modified))
    yield Step("Licentie", row.licence or labels.NOT_IN_SOURCE)
    if row.denominator_snapshot_id:
        name = (row.denominator_attribution or "").removeprefix("Bron: ") or labels.NOT_IN_SOURCE
        yield Step("Gedeeld door", name)
        yield Step("sha256 daarvan", row.denominator_snapshot_id, is_code=True)


def formula_words(row: Provenance, unit: str | None) -> str:
    """How the value came about, with its numbers."""
    if row.value is None:
        return labels.absence_words(None)
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
