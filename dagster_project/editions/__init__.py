"""Editions: a publication frozen for good, kept, compared and built anew.

What belongs here: freezing (`freeze.py`), what stands frozen (`store.py`), what changed between two (`diff.py` on
`sides.py`) and its layout for a terminal (`report.py`). What does not: pages about changes (`site/`).
"""
