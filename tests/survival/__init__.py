"""Survival: faults at every step of a refresh, and what must hold after each of them.

`python -m tests.survival --seed 7 --faults 200` runs a campaign; `make test` runs a sample of it, `make test-campaigns`
all of it. A workspace is prepared once at every boundary between two steps (`base`). A fault strikes one step in a
process of its own, on a copy (`strikes`, `child`), while a reader reads what stands published (`reader`). Then what
must hold is looked at (`soundness`), the next refresh runs (`recovery`), and it is looked at again (`campaign`).
"""
