"""What a campaign came to, in figures: a table of steps by kinds, and one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.survival.strikes import KINDS, REST

if TYPE_CHECKING:
    from tests.survival.campaign import Outcome


def _row_of(outcome: Outcome) -> str:
    part = outcome.fault.strike.part
    return outcome.fault.step.name + ("" if part == REST else f": {part}")


def table(outcomes: Sequence[Outcome]) -> str:
    """How many faults fell per step and kind."""
    counts = Counter((_row_of(outcome), outcome.fault.strike.kind) for outcome in outcomes if outcome.fell)
    rows = sorted({row for row, _ in counts})
    width = max((len(row) for row in rows), default=4)
    lines = [" ".join(["step".ljust(width), *(kind.rjust(7) for kind in KINDS)])]
    for row in rows:
        cells = (str(counts[row, kind] or "").rjust(7) for kind in KINDS)
        lines.append(" ".join([row.ljust(width), *cells]))
    return "\n".join(lines)


def summary(outcomes: Sequence[Outcome]) -> str:
    """One line: faults, steps, violations, and what readers read meanwhile."""
    fell = [outcome for outcome in outcomes if outcome.fell]
    violations = sum(bool(outcome.violations) for outcome in outcomes)
    looks = sum(outcome.looks for outcome in outcomes)
    seconds = sum(outcome.seconds for outcome in outcomes)
    steps = len({_row_of(outcome) for outcome in fell})
    return f"faults: {len(fell)} over {steps} steps, {violations} violations; {looks} reads meanwhile; {seconds:.0f} s"
