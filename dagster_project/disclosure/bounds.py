"""How far a set of linear relations narrows unknown numbers down: linear programs, block by block.

Numbers are known by their position; what they mean is not known here. After the known ones are filled in, the relations
fall apart into blocks that share no unknown; each is solved by itself. A solution of one program is a witness for every
unknown in its block, so that most of them need no program of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
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

    def _right(self, values: Floats) -> Floats:
        """What is left for the unknowns of each row."""
        return np.asarray(-(self.matrix @ np.nan_to_num(values)), np.float64)

    def plainly_narrow(self, values: Floats, needed: dict[int, float]) -> dict[int, Extent]:
        """Those that are narrow already by one relation at a time: quick, and never wrong, but not all of them."""
        unknown = np.flatnonzero(np.isnan(values))
        part = self.matrix[:, unknown].tocsr()
        sweep = _Sweep(part, self._right(values), self.equal)
        found: dict[int, Extent] = {}
        for at, number in enumerate(unknown):
            low, high = float(sweep.low[at]), float(sweep.high[at])
            if int(number) in needed and -_TINY <= high - low < needed[int(number)] - _TINY:
                found[int(number)] = Extent(low, high, sweep.reasons(at))
        return found

    def extents(
        self, values: Floats, needed: dict[int, float], *, exact: bool, enough: int | None = None
    ) -> dict[int, Extent]:
        """How far each unknown that is asked for can go, every number being at least 0.

        Args:
            values: per number its value, NaN where it is unknown.
            needed: positions of unknowns, with the width at which each is wide enough.
            exact: look for the very extremes of all; otherwise a wide one is left alone once it is known to be wide.
            enough: leave the rest of a block unanswered when so many of it were found narrow.
        """
        unknown = np.flatnonzero(np.isnan(values))
        part = self.matrix[:, unknown].tocsr()
        right = self._right(values)
        found: dict[int, Extent] = {}
        for columns, rows in _blocks(part, right, self.equal):
            wanted = [(at, needed[int(unknown[c])]) for at, c in enumerate(columns) if int(unknown[c]) in needed]
            if wanted:
                cap = 2.0 * float(np.abs(right[rows]).sum()) + _ROOM
                block = _Block(
                    part[rows][:, columns].toarray(), right[rows], self.equal[rows], self.soft[rows],
                    self.whole[unknown[columns]], cap,
                )  # fmt: skip
                for at, extent in _solved(block, wanted, exact=exact, enough=enough).items():
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
    product = np.asarray(matrix @ finite, np.float64)
    product[(abs(matrix) @ infinite) > 0] = np.inf
    return product


class _Sweep:
    """Bounds that follow from one row at a time, given those of the other unknowns in it, some times over."""

    def __init__(self, part: csr_array, right: Floats, equal: NDArray[np.bool_]) -> None:
        self.rows = np.concatenate([np.arange(len(right)), np.flatnonzero(equal)])
        self.matrix = vstack([part, -part[np.flatnonzero(equal)]]).tocsr()
        self.right = np.concatenate([right, -right[equal]])
        self.low, self.high = np.zeros(part.shape[1]), np.full(part.shape[1], np.inf)
        self.low_row, self.high_row = np.full(part.shape[1], -1), np.full(part.shape[1], -1)
        self.row = np.repeat(np.arange(len(self.right)), np.diff(self.matrix.indptr))
        self.column, self.factor = self.matrix.indices, self.matrix.data
        for _ in range(_SWEEPS):
            if not self._tighten():
                break

    def _tighten(self) -> bool:
        least = self.factor * np.where(self.factor > 0, self.low[self.column], self.high[self.column])
        endless = np.isinf(least)
        finite = np.where(endless, 0.0, least)
        n = len(self.right)
        rest = np.bincount(self.row, finite, n)[self.row] - finite
        is_bound = (np.bincount(self.row, endless, n)[self.row] - endless) == 0
        limit = (self.right[self.row] - rest) / self.factor
        lower = self._set(self.high, self.high_row, -1.0, limit, is_bound & (self.factor > 0))
        return self._set(self.low, self.low_row, 1.0, limit, is_bound & (self.factor < 0)) or lower

    def _set(self, bound: Floats, setter: Ints, sign: float, limit: Floats, chosen: NDArray[np.bool_]) -> bool:
        """Take over the tightest limits; whether any is tighter than what stood."""
        at = np.flatnonzero(chosen)
        at = at[sign * (limit[at] - bound[self.column[at]]) > _TINY]
        at = at[np.lexsort((self.row[at], -sign * limit[at]))][::-1]  # the tightest is written last, and stays
        bound[self.column[at]], setter[self.column[at]] = limit[at], self.row[at]
        return len(at) > 0

    def reasons(self, at: int) -> dict[int, float]:
        """The rows behind both bounds of an unknown, and how far each moves them."""
        found: dict[int, float] = {}
        waiting, seen = [(at, True, 1.0), (at, False, 1.0)], set()
        while waiting:
            column, is_high, weight = waiting.pop()
            row = int((self.high_row if is_high else self.low_row)[column])
            if row < 0 or (column, is_high) in seen:
                continue
            seen.add((column, is_high))
            span = slice(self.matrix.indptr[row], self.matrix.indptr[row + 1])
            factors = dict(zip(self.column[span].tolist(), self.factor[span].tolist(), strict=True))
            weight /= abs(factors[column])
            original = int(self.rows[row])
            found[original] = found.get(original, 0.0) + weight
            waiting += [(c, f < 0, weight * abs(f)) for c, f in sorted(factors.items()) if c != column]
        return found


_SWEEPS = 4


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
        self.a_upper, self.a_equal = csr_array(block.matrix[self.upper]), csr_array(block.matrix[self.equal])
        self.right_upper, self.right_equal = block.right[self.upper], block.right[self.equal]
        self.block = block

    @property
    def is_trivial(self) -> bool:
        """Whether every unknown stands by itself."""
        return not (len(self.upper) or len(self.equal))

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
        bounds = np.column_stack([self.low, np.maximum(self.low, self.high)])
        result = _solve(costs, self.a_upper, self.right_upper, self.a_equal, self.right_equal, bounds)
        if result.status == 2:
            return None
        if result.status != 0:
            raise ArithmeticError(f"The solver gave up on {len(costs)} unknowns: {result.message}")
        return result.x, self._reasons(result)

    def _reasons(self, result: Any) -> dict[int, float]:
        pairs = [
            (self.upper, result.ineqlin.marginals),
            (self.equal, result.eqlin.marginals),
            (self.low_row, result.lower.marginals),
            (self.high_row, result.upper.marginals),
        ]
        found: dict[int, float] = {}
        for rows, weights in pairs:
            for row, weight in zip(rows, weights, strict=True):
                if row >= 0 and abs(weight) > _TINY:
                    found[int(row)] = found.get(int(row), 0.0) + float(abs(weight))
        return found


def _solve(
    costs: Floats, a_upper: csr_array, right_upper: Floats, a_equal: csr_array, right_equal: Floats, bounds: Floats
) -> Any:
    """The one door to the solver."""
    has_upper, has_equal = a_upper.shape[0] > 0, a_equal.shape[0] > 0
    program: dict[str, Any] = {
        "bounds": bounds,
        "method": "highs",
        "A_ub": a_upper if has_upper else None,
        "b_ub": right_upper if has_upper else None,
        "A_eq": a_equal if has_equal else None,
        "b_eq": right_equal if has_equal else None,
    }
    solver: Any = linprog  # its stubs tell apart more kinds of input than fit one call
    return solver(costs, **program)


def _solved(block: _Block, wanted: list[tuple[int, float]], *, exact: bool, enough: int | None) -> dict[int, Extent]:
    program = _feasible(block)
    return _Search(program, wanted, exact=exact).run(enough)


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
    result = _solve(
        np.concatenate([np.zeros(n), np.ones(2 * len(rows))]),
        csr_array(wider[~block.equal]),
        block.right[~block.equal],
        csr_array(wider[block.equal]),
        block.right[block.equal],
        np.array([(0.0, np.inf)]),
    )
    if result.status != 0:
        return None
    give = np.zeros(n_rows)
    up, down = result.x[n : n + len(rows)], result.x[n + len(rows) :]
    give[rows] = up + np.where(block.equal[rows], -down, down)
    return np.where(block.equal | (give <= 0), give, give + _TINY)


_WORTH_IT = 2
"""Two programs that settle fewer unknowns than this are better spent on one of them."""


class _Search:
    """The extremes of the unknowns of one block that are asked for."""

    def __init__(self, program: _Program, wanted: list[tuple[int, float]], *, exact: bool) -> None:
        self.program, self.wanted, self.exact = program, wanted, exact
        n = len(program.low)
        self.least, self.most = np.full(n, np.inf), np.full(n, -np.inf)
        self.whole = program.block.whole

    def run(self, enough: int | None) -> dict[int, Extent]:
        if self.program.is_trivial:
            return {at: self._bounded(at, needed) for at, needed in self.wanted}
        self._look_around()
        found: dict[int, Extent] = {}
        n_narrow = 0
        for at, needed in sorted(self.wanted, key=lambda one: self._seen(one[0]).width >= one[1] - _TINY, reverse=True):
            if n_narrow == enough:
                break
            found[at] = self._extent(at, needed)
            n_narrow += found[at].width < needed - _TINY
        return found

    def _look_around(self) -> None:
        """Search the block in directions that serve all unknowns at once, while that pays."""
        draw = np.random.default_rng(len(self.least))  # of fixed seed: the same block is always searched the same way
        towards = np.zeros(len(self.least))
        towards[[at for at, _ in self.wanted]] = 1.0
        left = len(self.wanted)
        while True:
            for sign in (1.0, -1.0):
                self._minimum(sign * towards)
            open_ = [at for at, needed in self.wanted if self._seen(at).width < needed - _TINY]
            if left - len(open_) < _WORTH_IT:
                return
            left = len(open_)
            towards = np.zeros(len(self.least))
            towards[open_] = draw.choice((-1.0, 1.0), left)

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
