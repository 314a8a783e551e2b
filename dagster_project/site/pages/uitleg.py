"""The reading guide: how the verdicts come about, in plain words.

What belongs here: what stands on `uitleg.html`. What does not: the words of one verdict (`labels.py`), and the formulas
themselves, which are computed in `models/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.site.site import Page, Site
from dagster_project.site.words import labels
from dagster_project.site.words.outlook import POINTS_FOR_TREND

_BANDS = (
    ("0,95 of meer", "op koers"),
    ("0,60 tot 0,95", "achter op schema"),
    ("0 tot 0,60", "ver achter"),
    ("minder dan 0", "verkeerde richting"),
)
"""The bands of int_objective_status, which is where they are computed."""

_START, _NOW, _GOAL, _YEARS_PAST, _YEARS = 50.0, 52.0, 60.0, 2, 4


def pages(_site: Site) -> Iterator[Page]:
    """The reading guide."""
    context = {
        "verdicts": labels.VERDICTS.values(),
        "bands": [(words, labels.VERDICTS[text]) for words, text in _BANDS],
        "example": _example(),
        "points_for_trend": POINTS_FOR_TREND,
    }
    yield Page("uitleg.html", "uitleg.html.j2", "Hoe leest u deze monitor?", context, "uitleg.html")


def _example() -> str:
    """A worked example; every number in it follows from the five that it starts with."""
    done = (_NOW - _START) / (_GOAL - _START)
    expected = _YEARS_PAST / _YEARS
    return (
        f"Een cijfer moet in {_YEARS} jaar van {labels.number(_START)} naar {labels.number(_GOAL)} en staat na "
        f"{_YEARS_PAST} jaar op {labels.number(_NOW)}. Afgelegd is {labels.amount(done * 100, '%', 0)} van de weg; "
        f"{labels.amount(expected * 100, '%', 0)} van de tijd is voorbij. De verhouding is "
        f"{labels.number(done / expected, 2)}: ver achter."
    )
