"""From the rows of one wet to the tables of its care.

What belongs here: which row stands in which cell. What does not: sentences (`care.py`), drawings (`care_charts.py`),
and any sum: a client may be in several categories, so that a total is a row of its own and never made of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dagster_project.site.queries.care import TOTAL, CareCell, CareFlow, CareRows, CareStacking
from dagster_project.site.words.care_words import (
    MISSING,
    Cell,
    Head,
    PeriodHead,
    Table,
    column_of,
    count_cell,
    euro_cell,
    main_periods,
    member_name,
    member_order,
    period_heads,
    wet_name,
)

CLIENTS, COST, MEAN = "Cliënten", "Kosten", "Kosten per cliënt"
_FLOW = ("Aan het begin", "Instroom", "Uitstroom", "Aan het eind")
_STACKS = {"1": "Uit 1 categorie", "2": "Uit 2 categorieën", "3+": "Uit 3 of meer"}
_HALVES_NOTE = (
    "Wie in beide halve jaren zorg kreeg, telt in het jaar één keer. De cliënten van twee halve jaren zijn samen dus "
    "meer dan die van het jaar."
)


@dataclass(frozen=True)
class WetRows:
    """The rows of one wet.

    Attributes:
        gemeente: code of the region that is all of the municipality.
    """

    code: str
    gemeente: str
    cells: tuple[CareCell, ...]
    flows: tuple[CareFlow, ...]
    stacking: tuple[CareStacking, ...]

    @property
    def name(self) -> str:
        return wet_name(self.code)

    @property
    def periods(self) -> tuple[PeriodHead, ...]:
        """The periods beside each other in its tables."""
        return main_periods(self.cells)

    def whole(self, period_id: str) -> CareCell | None:
        """All care of the wet in a period."""
        return next((cell for cell in self.cells if cell.period_id == period_id and self._is_total(cell)), None)

    def flow(self, period_id: str) -> CareFlow | None:
        """The course of all clients of the wet in a period."""
        found = (row for row in self.flows if row.period_id == period_id and row.category == TOTAL)
        return next((row for row in found if row.region_code == self.gemeente), None)

    def along(self, dimension: str, **fixed: str) -> tuple[CareCell, ...]:
        """The cells along one dimension, the others at their total or at the member that is given."""
        others = {"category": TOTAL, "form": TOTAL, "referrer": TOTAL, "region_code": self.gemeente} | fixed
        others.pop(dimension)
        return tuple(cell for cell in self.cells if all(getattr(cell, one) == at for one, at in others.items()))

    def _is_total(self, cell: CareCell) -> bool:
        return (cell.category, cell.form, cell.referrer, cell.region_code) == (TOTAL, TOTAL, TOTAL, self.gemeente)


def rows_of_wet(rows: CareRows, code: str, gemeente: str) -> WetRows:
    """The rows of one wet out of all."""
    return WetRows(
        code,
        gemeente,
        tuple(row for row in rows.cells if row.wet == code),
        tuple(row for row in rows.flows if row.wet == code),
        tuple(row for row in rows.stacking if row.wet == code),
    )


def clients_of(row: CareCell | None) -> Cell:
    """The clients of a cell."""
    return count_cell(row.clients, row.clients_absence) if row else MISSING


def cost_of(row: CareCell | None) -> Cell:
    """The cost of a cell."""
    return euro_cell(row.cost, row.cost_absence) if row else MISSING


def mean_of(row: CareCell | None) -> Cell:
    """The cost per client of a cell: it is not shown where clients or cost are not."""
    return euro_cell(row.cost_per_client, row.clients_absence or row.cost_absence) if row else MISSING


def overview_table(wet: WetRows, anchor: str) -> Table:
    """Clients, cost and mean cost of all of a wet: a row per year, then per half-year."""
    years, halves = (period_heads(wet.cells, period_type) for period_type in ("year", "half-year"))
    return Table(
        anchor,
        f"Cliënten en kosten, {wet.name}",
        "Periode",
        (Head(CLIENTS), Head(COST), Head(MEAN)),
        (),
        tuple(
            (column_of(head), (clients_of(row), cost_of(row), mean_of(row)))
            for head in (*years, *halves)
            for row in (wet.whole(head.period_id),)
        ),
        _HALVES_NOTE if years and halves else "",
    )


def flow_table(wet: WetRows, anchor: str) -> Table | None:
    """The course of the clients: a row per year, then per half-year."""
    own = [row for row in wet.flows if row.category == TOTAL and row.region_code == wet.gemeente]
    heads = (*period_heads(own, "year"), *period_heads(own, "half-year"))
    if not heads:
        return None
    rows = tuple((column_of(head), _flow_cells(wet.flow(head.period_id))) for head in heads)
    return Table(
        anchor,
        f"Verloop van cliënten, {wet.name}",
        "Periode",
        tuple(Head(words) for words in _FLOW),
        (),
        rows,
        "Begin + instroom − uitstroom = eind, in mensen die een beschikte voorziening hebben.",
    )


def flow_tables_of_parts(wet: WetRows, anchor: str) -> Iterator[Table]:
    """The course in the newest period, per category and per wijk."""
    if not wet.periods:
        return
    newest = wet.periods[-1]
    rows = [row for row in wet.flows if row.period_id == newest.period_id]
    per_category = {row.category: row for row in rows if row.region_code == wet.gemeente}
    names = {code: member_name(code) for code in per_category}
    yield from _flow_of_parts(wet, per_category, names, newest, f"{anchor}-categorie", "Categorie")
    per_wijk = {_region(row, wet): row for row in rows if row.category == TOTAL}
    names = {code: member_name(code if code == TOTAL else row.region_name) for code, row in per_wijk.items()}
    yield from _flow_of_parts(wet, per_wijk, names, newest, f"{anchor}-wijk", "Wijk")


def _region(row: CareFlow | CareCell, wet: WetRows) -> str:
    """The wijk of a row, or that it is about all of the municipality."""
    return TOTAL if row.region_code == wet.gemeente else row.region_code


def _flow_of_parts(
    wet: WetRows, rows: dict[str, CareFlow], names: dict[str, str], period: PeriodHead, anchor: str, corner: str
) -> Iterator[Table]:
    if set(rows) <= {TOTAL}:
        return
    yield Table(
        anchor,
        f"Verloop per {corner.lower()}, {wet.name}, {period.in_sentence}",
        corner,
        tuple(Head(words) for words in _FLOW),
        (),
        tuple(
            (Head(names[code], "", rows[code].is_synthetic, is_total=code == TOTAL), _flow_cells(rows[code]))
            for code in in_order(names)
        ),
    )


def _flow_cells(row: CareFlow | None) -> tuple[Cell, ...]:
    if row is None:
        return (MISSING,) * len(_FLOW)
    figures = (row.standing_begin, row.inflow, row.outflow, row.standing_end)
    return tuple(count_cell(figure, row.absence) for figure in figures)


def breakdown(wet: WetRows, dimension: str, corner: str, anchor: str, title: str, **fixed: str) -> Table | None:
    """Clients and cost along one dimension and over the years, the total in the last row.

    Args:
        dimension: the field of a cell that differs from row to row.
        corner: what a member of it is called, `Categorie`.
        title: of the table, before the name of the wet.
        fixed: members at which other dimensions stand, `form="ZIN"`; the rest stand at their total.

    Returns:
        None where no cell has a member but the total.
    """
    names, at = members_of(wet, dimension, **fixed)
    if set(names) <= {TOTAL}:
        return None
    return Table(
        anchor,
        f"{title}, {wet.name}",
        corner,
        tuple(column_of(head) for head in wet.periods),
        (CLIENTS, COST),
        tuple(_lines(names, wet.periods, at, (clients_of, cost_of))),
    )


def mean_table(wet: WetRows, dimension: str, corner: str, anchor: str) -> Table | None:
    """The cost per client along one dimension and over the years."""
    names, at = members_of(wet, dimension)
    if set(names) <= {TOTAL}:
        return None
    return Table(
        anchor,
        f"{MEAN} en per {corner.lower()}, {wet.name}",
        corner,
        tuple(column_of(head) for head in wet.periods),
        (),
        tuple(_lines(names, wet.periods, at, (mean_of,))),
    )


CellsAt = dict[tuple[str, str], CareCell]


def members_of(wet: WetRows, dimension: str, **fixed: str) -> tuple[dict[str, str], CellsAt]:
    """The names of the members of a dimension, and the cells by member and period."""
    shown = {head.period_id for head in wet.periods}
    cells = [cell for cell in wet.along(dimension, **fixed) if cell.period_id in shown]
    names: dict[str, str] = {}
    at: CellsAt = {}
    for cell in cells:
        code = _region(cell, wet) if dimension == "region_code" else getattr(cell, dimension)
        names[code] = member_name(cell.region_name if dimension == "region_code" and code != TOTAL else code)
        at[code, cell.period_id] = cell
    return names, at


def _lines(
    names: dict[str, str],
    periods: Sequence[PeriodHead],
    at: CellsAt,
    figures: Sequence[Callable[[CareCell | None], Cell]],
) -> Iterator[tuple[Head, tuple[Cell, ...]]]:
    for code in in_order(names):
        cells = tuple(figure(at.get((code, head.period_id))) for head in periods for figure in figures)
        yield Head(names[code], is_total=code == TOTAL), cells


def in_order(names: dict[str, str]) -> list[str]:
    """By name, unknown after the known, the total last."""
    return sorted(names, key=lambda code: (code == TOTAL, *member_order(names[code].lower())))


def stacking_table(wet: WetRows, anchor: str) -> Table | None:
    """How many clients have care of one, two, three or more categories, over the years."""
    if not wet.stacking:
        return None
    at = {(row.n_provisions, row.period_id): row for row in wet.stacking}
    rows = [
        (
            Head(_STACKS.get(number, number)),
            tuple(_stacked(at.get((number, head.period_id))) for head in wet.periods),
        )
        for number in sorted({row.n_provisions for row in wet.stacking} - {TOTAL})
    ]
    whole = tuple(clients_of(wet.whole(head.period_id)) for head in wet.periods)
    return Table(
        anchor,
        f"Cliënten naar het aantal categorieën waaruit zij zorg kregen, {wet.name}",
        "Zorg",
        tuple(column_of(head) for head in wet.periods),
        (),
        (*rows, (Head("Totaal", is_total=True), whole)),
    )


def _stacked(row: CareStacking | None) -> Cell:
    return count_cell(row.clients, row.absence) if row else MISSING
