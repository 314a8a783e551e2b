"""The proof of small counts for one municipality: blocks by themselves against one linear program over everything.

A cube of some 3 000 cells is counted from people made up for it (wetten, categories, forms, referrers, wijken, three
years and their halves), the policy hides what it must, and a reader then looks for the interval of every hidden cell:
by this product, block by block and with witnesses; and as plainly as can be, with two programs over all unknowns per
cell, of which a sample is timed.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from scipy.optimize import linprog

from dagster_project.disclosure.cells import CellKey
from dagster_project.disclosure.decide import decide, primary
from dagster_project.disclosure.prove import intervals
from dagster_project.disclosure.relations import relations
from tests.unit.disclosure.cubes import World, by_key, cube, dice, people

THRESHOLD = 10
CLIENTS = 6_000
SAMPLE = 20
AIM_SECONDS = 10.0
WORLD = World(
    {
        "wmo": ("Begeleiding", "Huishoudelijke hulp", "Rolstoelen", "Vervoer", "Wonen"),
        "jeugdwet": ("Begeleiding", "Behandeling", "Crisis", "Dyslexie", "GI", "Verblijf", "Vervoer"),
        "participatiewet": ("Uitkering", "Re-integratie"),
    },
    wijken=("WK01", "WK02", "WK03", "WK04", "WK05", "WK06"),
    n_years=3,
)


def main() -> None:
    """Count, hide, prove both ways, and print."""
    cells = cube(people(dice(1), CLIENTS, WORLD), WORLD)
    values, units = by_key(cells), {cell.key: cell.unit for cell in cells}
    start = perf_counter()
    hidden = decide(cells, THRESHOLD)
    deciding = perf_counter() - start
    shown = {key: None if key in hidden else value for key, value in values.items()}
    start = perf_counter()
    found = intervals(shown, units, THRESHOLD, exact=False)
    proving = perf_counter() - start
    n_small = sum(1 for _ in primary(values, units, THRESHOLD))
    print(f"\n{len(cells):,} cells of {CLIENTS:,} clients: {n_small} small, {len(hidden)} hidden in all")
    print(
        f"decide: {deciding:.1f} s; proof: {proving:.1f} s, {sum(not one.is_wide_enough for one in found)} given away"
    )
    print(f"aim of a proof within {AIM_SECONDS:.0f} s: {'met' if proving <= AIM_SECONDS else 'NOT met'}")
    plain = _plain({key: None if value is None else float(value) for key, value in shown.items()}, units)
    whole = plain * len(hidden)
    print(f"one program over everything, twice per cell: {plain:.3f} s per cell, {whole:.0f} s for all")
    print(f"time of one program over everything / ours: {whole / proving:.1f}x")


def _plain(shown: dict[CellKey, float | None], units: dict[CellKey, str]) -> float:
    """Seconds per hidden cell of two programs over all unknowns, by a sample."""
    unknown = [key for key, value in shown.items() if value is None]
    at = {key: position for position, key in enumerate(unknown)}
    rows: dict[bool, list[np.ndarray]] = {True: [], False: []}  # type: ignore[type-arg]
    right: dict[bool, list[float]] = {True: [], False: []}
    for relation in relations(units):
        row = np.zeros(len(unknown))
        for key, factor in relation.terms:
            if key in at:
                row[at[key]] = factor
        if row.any():
            rows[relation.is_equality].append(row)
            right[relation.is_equality].append(-sum(f * (shown[key] or 0.0) for key, f in relation.terms))
    start = perf_counter()
    for position in range(0, len(unknown), max(len(unknown) // SAMPLE, 1)):
        for sign in (1.0, -1.0):
            costs = np.zeros(len(unknown))
            costs[position] = sign
            linprog(costs, np.array(rows[False]), right[False], np.array(rows[True]), right[True], method="highs")
    return (perf_counter() - start) / len(range(0, len(unknown), max(len(unknown) // SAMPLE, 1)))


if __name__ == "__main__":
    main()
