from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from dagster_project.site.queries import Outlook
from dagster_project.site.words import labels
from dagster_project.site.words.outlook import (
    beslispunt_sentence,
    movement_words,
    outlook_sentences,
    trend_sentence,
)
from tests.unit.site.test_objectives import PLAIN

SHORT = Outlook(
    objective_id="plan-01",
    region_code="GM0396",
    n_points=2,
    window_start="2020",
    window_end="2024",
    trend="too_few_points",
    slope=None,
    p_value=None,
    change=1.3,
    change_from_period_id="2020",
    change_to_period_id="2024",
    change_is_real=None,
    outlook_period_id=None,
    outlook_value=None,
    outlook_low=None,
    outlook_high=None,
    target_period_id="2027",
    target_outlook_value=None,
    target_outlook_low=None,
    target_outlook_high=None,
    probability=None,
    measures_effect=None,
    outlook_with_measures=None,
    target_outlook_with_measures=None,
    measures_cost=None,
    misses_target=False,
    is_beslispunt=False,
    is_synthetic=False,
)
LONG = replace(
    SHORT,
    n_points=7,
    window_start="2018",
    trend="up",
    slope=0.5,
    outlook_period_id="2025",
    outlook_value=54.0,
    outlook_low=52.0,
    outlook_high=56.0,
    target_outlook_value=55.0,
    target_outlook_low=52.0,
    target_outlook_high=58.0,
    probability=0.02,
    misses_target=True,
    is_beslispunt=True,
)
ONE_DECIMAL = replace(PLAIN, decimals=1)


def plain(text: str) -> str:
    return text.replace(labels.NBSP, " ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"trend": "up", "n_points": 7, "slope": 0.5},
            "Over 7 metingen, van 2020 tot en met 2024, is het cijfer aantoonbaar gestegen, met ongeveer 0,5 "
            "procentpunt per jaar.",
        ),
        (
            {"trend": "no_significant_change", "n_points": 7},
            "Over 7 metingen, van 2020 tot en met 2024, is het cijfer niet aantoonbaar veranderd.",
        ),
        (
            {},
            "Van 2020 naar 2024 steeg het cijfer met 1,3 procentpunt. Voor een trend zijn er 2 vergelijkbare metingen; "
            "daarvoor zijn er minstens 5 nodig.",
        ),
        (
            {"change": -1.3, "change_is_real": False},
            "Van 2020 naar 2024 daalde het cijfer met 1,3 procentpunt. Dat valt binnen de marge van de meting: "
            "het cijfer is niet aantoonbaar veranderd. Voor een trend zijn er 2 vergelijkbare "
            "metingen; daarvoor zijn er minstens 5 nodig.",
        ),
        (
            {"change_is_real": True},
            "Van 2020 naar 2024 steeg het cijfer met 1,3 procentpunt. Dat is meer dan de marge van de meting. Voor een "
            "trend zijn er 2 vergelijkbare metingen; daarvoor zijn er minstens 5 nodig.",
        ),
        (
            {"change": 0.0},
            "Van 2020 naar 2024 bleef het cijfer gelijk. Voor een trend zijn er 2 vergelijkbare metingen; daarvoor "
            "zijn er minstens 5 nodig.",
        ),
        (
            {"n_points": 1, "change": None},
            "Voor een trend is er 1 vergelijkbare meting; daarvoor zijn er minstens 5 nodig.",
        ),
        ({"n_points": 0}, "Er zijn nog geen metingen om een richting in te zien."),
    ],
)
def test_every_outcome_of_the_trend_has_its_words(changes: dict[str, object], words: str) -> None:
    assert plain(trend_sentence(ONE_DECIMAL, replace(SHORT, **changes))) == words  # type: ignore[arg-type]


def test_an_objective_for_every_wijk_points_at_its_wijken() -> None:
    whole = replace(SHORT, n_points=0, change=None)
    assert "in de tabel per wijk" in trend_sentence(replace(PLAIN, kind="every_wijk"), whole)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_points": 0}, "nog niet gemeten"),
        ({"n_points": 7, "trend": "down"}, "aantoonbaar gedaald"),
        ({"change_is_real": False}, "niet aantoonbaar veranderd"),
        ({"n_points": 1, "change": None}, "één meting"),
        ({"change": 0.0}, "gelijk gebleven"),
        ({"change": -2.0}, "2,0 procentpunt lager dan in 2020"),
    ],
)
def test_a_wijk_tells_its_movement_in_a_few_words(changes: dict[str, object], words: str) -> None:
    assert plain(movement_words(ONE_DECIMAL, replace(SHORT, **changes))) == words  # type: ignore[arg-type]


def test_the_outlook_is_told_a_year_ahead_and_at_the_target_with_its_interval_and_chance() -> None:
    assert [plain(sentence) for sentence in outlook_sentences(PLAIN, LONG)] == [
        "Als de lijn zo doorgaat, staat het cijfer over 2025 op 54 % (tussen 52 en 56 %).",
        "Over 2027, als het doel gehaald moet zijn, is dat 55 % (tussen 52 en 58 %). Daarmee wordt het doel niet "
        "gehaald (minstens 60 %).",
        "De kans dat het doel wordt gehaald, is ongeveer 2 %.",
    ]


def test_what_is_expected_of_measures_stays_apart_and_says_that_it_is_no_measurement() -> None:
    expected = replace(LONG, measures_effect=3.5, measures_cost=Decimal("40000"), target_outlook_with_measures=58.5)
    *first, last = outlook_sentences(PLAIN, expected)
    assert tuple(first) == outlook_sentences(PLAIN, LONG)
    assert plain(last) == (
        "De gemeente verwacht van haar maatregelen samen +3,5 procentpunt, voor € 40.000. Met die verwachting erbij "
        "komt de vooruitblik voor 2027 op 58,5 %. Dat is een verwachting, geen meting."
    )


def test_without_a_series_there_is_no_outlook_and_it_says_what_it_would_take() -> None:
    (told,) = outlook_sentences(PLAIN, SHORT)
    assert told == "Een vooruitblik is pas te maken met minstens 5 vergelijkbare metingen; het zijn er nu 2."


def test_without_any_measurement_none_is_counted() -> None:
    (told,) = outlook_sentences(PLAIN, None)
    assert told == "Een vooruitblik is pas te maken met minstens 5 vergelijkbare metingen; die zijn er nog niet."


def test_a_beslispunt_is_told_from_its_own_row() -> None:
    assert plain(beslispunt_sentence(PLAIN, LONG)) == (
        "De vooruitblik voor 2027 is 55 %; het doel is minstens 60 %. De kans dat het doel wordt gehaald, is "
        "ongeveer 2 %."
    )


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.000009, "minder dan 1 %"), (0.004, "minder dan 1 %"), (0.62, "ongeveer 62 %"), (0.999, "meer dan 99 %")],
)
def test_a_chance_is_never_called_none_or_certain(probability: float, words: str) -> None:
    assert plain(labels.chance(probability)) == words
