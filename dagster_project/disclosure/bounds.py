"""How far a set of linear relations narrows unknown numbers down: linear programs, block by block.

Numbers are known by their position; what they mean is not known here. After the known ones are filled in, the relations
fall apart into blocks that share no unknown; each is solved by itself. A solution of one program is a witness for every
unknown in its block, so that most of them need no program of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TINY = 1e-6
"""Below this a difference is the solver's, not the data's."""


@dataclass(frozen=True)
class Row:
    """The sum of factor × number is 0, or at most 0.

    Attributes:
        terms: positions and factors.
        is_soft: a guess of the reader: dropped where it contradicts what is certain.
    """

    terms: tuple[tuple[int, float], ...]
    is_equality: bool
    is_soft: bool = False


@dataclass
class Extent:
    """How far one unknown can go.

    Attributes:
        low: lowest value that was found; the lowest there is where the extent is not wide enough.
        high: likewise the highest; infinite where nothing bounds it.
        reasons: which rows keep it from going further, and by how much: only where it is not wide enough.
    """

    low: float
    high: float
    reasons: dict[int, float] = field(default_factory=dict)

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass
class System:
    """Relations between numbers, in the order in which they were given.

    Attributes:
        rows: the relations.
        whole: per number, whether it is a whole number.
    """

    rows: Sequence[Row]
    whole: NDArray[np.bool_]

    def __post_init__(self) -> None:
        counts = [len(row.terms) for row in self.rows]
        index = np.repeat(np.arange(len(self.rows)), counts)
        terms = [term for row in self.rows for term in row.terms]
        columns = np.array([position for position, _ in terms], np.int64)
        factors = np.array([factor for _, factor in terms], np.float64)
        self.matrix = csr_array((factors, (index, columns)), shape=(len(self.rows), len(self.whole)))
        self.equal = np.array([row.is_equality for row in self.rows], bool)
        self.soft = np.array([row.is_soft for row in self.rows], bool)

    def extents(self, values: Floats, needed: dict[int, float], *, exact: bool) -> dict[int, Extent]:
        """How far each unknown that is asked for can go, every number being at least 0.

        Args:
            values: per number its value, NaN where it is unknown.
            needed: positions of unknowns, with the width at which each is wide enough.
            exact: look for the very extremes of all; otherwise a wide one is left alone once it is known to be wide.
        """
        unknown = np.flatnonzero(np.isnan(values))
        part = self.matrix[:, unknown].tocsr()
        right = -(self.matrix @ np.nan_to_num(values))
        found: dict[int, Extent] = {}
        for columns, rows in _blocks(part, right, self.equal):
            wanted = [(at, needed[int(unknown[c])]) for at, c in enumerate(columns) if int(unknown[c]) in needed]
            if wanted:
                cap = 2.0 * float(np.abs(right[rows]).sum()) + _ROOM
                block = _Block(
                    part[rows][:, columns].toarray(), right[rows], self.equal[rows], self.soft[rows],
                    self.whole[unknown[columns]], cap,
                )  # fmt: skip
                for at, extent in _solved(block, wanted, exact=exact).items():
                    extent.reasons = {int(rows[row]): weight for row, weight in extent.reasons.items()}
                    found[int(unknown[columns[at]])] = extent
        return found


_ROOM = 100_000.0
"""How much further than all that is known an unknown is let go before it counts as unbounded."""


def _blocks(part: csr_array, right: Floats, equal: NDArray[np.bool_]) -> list[tuple[Ints, Ints]]:
    """Unknowns (columns) and the rows on them, per set that hangs together."""
    size = np.diff(part.indptr)
    low, high = _simple_bounds(part, right, equal, size == 1)
    binding = (size > 1) & ~_always_true(part, right, equal, low, high)
    n_rows, n_columns = part.shape
    entries = part.tocoo()
    kept = binding[entries.row]
    links = csr_array(
        (np.ones(kept.sum()), (entries.row[kept], entries.col[kept] + n_rows)), shape=(n_rows + n_columns,) * 2
    )
    _, labels = connected_components(links, directed=False)
    of_column = labels[n_rows:]
    of_row = np.full(n_rows, -1)
    used = binding | (size == 1)
    first = part.indices[np.minimum(part.indptr[:-1], max(len(part.indices) - 1, 0))] if len(part.indices) else of_row
    of_row[used] = of_column[first[used]]
    order, row_order = np.argsort(of_column, kind="stable"), np.argsort(of_row, kind="stable")
    found = []
    for label in dict.fromkeys(of_column):
        columns = order[np.searchsorted(of_column[order], label) : np.searchsorted(of_column[order], label, "right")]
        rows = row_order[np.searchsorted(of_row[row_order], label) : np.searchsorted(of_row[row_order], label, "right")]
        found.append((columns, rows))
    return found


def _simple_bounds(
    part: csr_array, right: Floats, equal: NDArray[np.bool_], single: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Bounds that rows with one unknown set."""
    low, high = np.zeros(part.shape[1]), np.full(part.shape[1], np.inf)
    at = part.indptr[:-1][single]
    columns, factors = part.indices[at], part.data[at]
    limits, both = right[single] / factors, equal[single]
    np.minimum.at(high, columns[(factors > 0) | both], limits[(factors > 0) | both])
    np.maximum.at(low, columns[(factors < 0) | both], limits[(factors < 0) | both])
    return low, high


def _always_true(
    part: csr_array, right: Floats, equal: NDArray[np.bool_], low: Floats, high: Floats
) -> NDArray[np.bool_]:
    """Rows that hold within the bounds whatever the unknowns are."""
    positive, negative = part.maximum(0).tocsr(), part.minimum(0).tocsr()
    most = _times(positive, high) + _times(negative, low)
    return ~equal & (most <= right + _TINY)


def _times(matrix: csr_array, vector: Floats) -> Floats:
    """Matrix × vector, where an infinite number only counts in rows that it is in."""
    finite = np.where(np.isinf(vector), 0.0, vector)
    infinite = np.isinf(vector).astype(np.float64)
    product: Floats = matrix @ finite
    product[(abs(matrix) @ infinite) > 0] = np.inf
    return product


@dataclass
class _Block:
    """Unknowns that hang together: matrix × x ≤ or = right, x ≥ 0."""

    matrix: Floats
    right: Floats
    equal: NDArray[np.bool_]
    soft: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    cap: float


class _Program:
    """A block as the solver wants it: rows with one unknown are bounds, the others a matrix."""

    def __init__(self, block: _Block, kept: NDArray[np.bool_]) -> None:
        size = (block.matrix != 0).sum(axis=1)
        n = block.matrix.shape[1]
        self.low, self.high = np.zeros(n), np.full(n, block.cap)
        self.low_row, self.high_row = np.full(n, -1), np.full(n, -1)
        for row in np.flatnonzero(kept & (size == 1)):
            self._bound(block, int(row))
        self.upper = np.flatnonzero(kept & (size > 1) & ~block.equal)
        self.equal = np.flatnonzero(kept & (size > 1) & block.equal)
        self.a_upper = csr_array(block.matrix[self.upper]) if len(self.upper) else None
        self.a_equal = csr_array(block.matrix[self.equal]) if len(self.equal) else None
        self.block = block

    @property
    def is_trivial(self) -> bool:
        """Whether every unknown stands by itself."""
        return self.a_upper is None and self.a_equal is None

    def _bound(self, block: _Block, row: int) -> None:
        column = int(np.flatnonzero(block.matrix[row])[0])
        factor = block.matrix[row, column]
        limit = block.right[row] / factor
        if (factor > 0 or block.equal[row]) and limit < self.high[column]:
            self.high[column], self.high_row[column] = limit, row
        if (factor < 0 or block.equal[row]) and limit > self.low[column]:
            self.low[column], self.low_row[column] = limit, row

    def minimum(self, costs: Floats) -> tuple[Floats, dict[int, float]] | None:
        """The unknowns at the least cost, and what each row adds to it; None where nothing fits."""
        if (self.low > self.high + _TINY).any():
            return None
        if self.is_trivial:
            return np.where(costs > 0, self.low, self.high), {}
        result = linprog(
            costs,
            A_ub=self.a_upper,
            b_ub=self.block.right[self.upper] if self.a_upper is not None else None,
            A_eq=self.a_equal,
            b_eq=self.block.right[self.equal] if self.a_equal is not None else None,
            bounds=np.column_stack([self.low, np.maximum(self.low, self.high)]),
            method="highs",
        )
        if result.status == 2:
            return None
        if result.status != 0:
            raise ArithmeticError(f"The solver gave up on {len(costs)} unknowns: {result.message}")
        return result.x, self._reasons(result)

    def _reasons(self, result: object) -> dict[int, float]:
        pairs = [
            (self.upper, result.ineqlin.marginals),  # type: ignore[attr-defined]
            (self.equal, result.eqlin.marginals),  # type: ignore[attr-defined]
            (self.low_row, result.lower.marginals),  # type: ignore[attr-defined]
            (self.high_row, result.upper.marginals),  # type: ignore[attr-defined]
        ]
        found: dict[int, float] = {}
        for rows, weights in pairs:
            for row, weight in zip(rows, weights, strict=True):
                if row >= 0 and abs(weight) > _TINY:
                    found[int(row)] = found.get(int(row), 0.0) + float(abs(weight))
        return found


def _solved(block: _Block, wanted: list[tuple[int, float]], *, exact: bool) -> dict[int, Extent]:
    program = _feasible(block)
    return _Search(program, wanted, exact=exact).run()


def _feasible(block: _Block) -> _Program:
    """The block without the guesses that contradict it; where figures contradict each other, with some give."""
    everything = np.ones(len(block.right), bool)
    program = _Program(block, everything)
    if program.minimum(np.zeros(block.matrix.shape[1])) is not None:
        return program
    for elastic in (block.soft, everything):
        give = _least_give(block, elastic)
        if give is not None:
            break
    if give is None:
        raise ArithmeticError("No numbers fit, however far the relations give way: this is a fault of the program.")
    dropped = block.soft & (np.abs(give) > _TINY)
    return _Program(replace(block, right=block.right + give), ~dropped)


def _least_give(block: _Block, elastic: NDArray[np.bool_]) -> Floats | None:
    """What must be added to the right side of each elastic row for numbers to fit, in all as little as can be."""
    rows = np.flatnonzero(elastic)
    n_rows, n = block.matrix.shape
    both = np.zeros((n_rows, 2 * len(rows)))
    both[rows, np.arange(len(rows))] = -1.0
    both[rows, len(rows) + np.arange(len(rows))] = np.where(block.equal[rows], 1.0, -1.0)
    wider = np.hstack([block.matrix, both])
    upper, equal = ~block.equal, block.equal
    result = linprog(
        np.concatenate([np.zeros(n), np.ones(2 * len(rows))]),
        A_ub=csr_array(wider[upper]) if upper.any() else None,
        b_ub=block.right[upper] if upper.any() else None,
        A_eq=csr_array(wider[equal]) if equal.any() else None,
        b_eq=block.right[equal] if equal.any() else None,
        method="highs",
    )
    if result.status != 0:
        return None
    give = np.zeros(n_rows)
    up, down = result.x[n : n + len(rows)], result.x[n + len(rows) :]
    give[rows] = up + np.where(block.equal[rows], -down, down)
    return np.where(block.equal | (give <= 0), give, give + _TINY)


class _Search:
    """The extremes of the unknowns of one block that are asked for."""

    def __init__(self, program: _Program, wanted: list[tuple[int, float]], *, exact: bool) -> None:
        self.program, self.wanted, self.exact = program, wanted, exact
        n = len(program.low)
        self.least, self.most = np.full(n, np.inf), np.full(n, -np.inf)
        self.whole = program.block.whole

    def run(self) -> dict[int, Extent]:
        if self.program.is_trivial:
            return {at: self._bounded(at, needed) for at, needed in self.wanted}
        together = np.zeros(len(self.program.low))
        together[[at for at, _ in self.wanted]] = 1.0
        for sign in (1.0, -1.0):
            self._minimum(sign * together)
        return {at: self._extent(at, needed) for at, needed in self.wanted}

    def _minimum(self, costs: Floats) -> dict[int, float]:
        answer = self.program.minimum(costs)
        if answer is None:
            raise ArithmeticError("A block that had a solution has none: this is a fault of the solver.")
        found, reasons = answer
        self.least, self.most = np.minimum(self.least, found), np.maximum(self.most, found)
        return reasons

    def _extent(self, at: int, needed: float) -> Extent:
        reasons: dict[int, float] = {}
        for sign, bound in ((-1.0, self.program.high[at]), (1.0, self.program.low[at])):
            if not self.exact and self._seen(at).width >= needed - _TINY:
                return self._seen(at)
            reached = self.most[at] >= bound - _TINY if sign < 0 else self.least[at] <= bound + _TINY
            setter = self.program.high_row[at] if sign < 0 else self.program.low_row[at]
            if reached and (self.exact or setter < 0):
                continue
            costs = np.zeros(len(self.least))
            costs[at] = sign
            for row, weight in self._minimum(costs).items():
                reasons[row] = reasons.get(row, 0.0) + weight
        extent = self._seen(at)
        extent.reasons = {} if extent.width >= needed - _TINY else reasons
        return extent

    def _bounded(self, at: int, needed: float) -> Extent:
        """The extent of an unknown that no row ties to another."""
        self.least[at], self.most[at] = self.program.low[at], self.program.high[at]
        extent = self._seen(at)
        if extent.width < needed - _TINY:
            setters = {int(row) for row in (self.program.low_row[at], self.program.high_row[at]) if row >= 0}
            extent.reasons = {row: 1.0 / abs(float(self.program.block.matrix[row, at])) for row in sorted(setters)}
        return extent

    def _seen(self, at: int) -> Extent:
        low, high = float(self.least[at]), float(self.most[at])
        if high >= self.program.block.cap - 1.0:
            high = np.inf
        if self.whole[at]:
            low, high = float(np.ceil(low - _TINY)), float(np.floor(high + _TINY)) if np.isfinite(high) else high
        return Extent(low, high)
