from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.site.queries import Objective
from dagster_project.site.words import labels
from dagster_project.site.words.objectives import (
    explanation,
    overdue_sentence,
    summary_sentence,
    synthetic_sentence,
)
from dagster_project.site.words.targets import target_words

PLAIN = Objective(
    objective_id="plan-01",
    version=1,
    plan_id="plan",
    opgave="Zorg en wonen",
    title="Nachten in de opvang",
    result_area=None,
    indicator_id="nachten",
    kind="level",
    direction="up",
    baseline_value=50.0,
    baseline_period_id="2023",
    target_rule=60.0,
    target_value=60.0,
    target_period_id="2027",
    margin=None,
    unit="%",
    decimals=0,
    owner="GGD",
    instrument="GGD gezondheidsmonitor",
    rhythm="4-yearly",
    programme=None,
    source="Beleidsplan",
    remarks=None,
    valid_from=None,
    snapshot_id=None,
    region_code="GM0396",
    current_value=53.0,
    period_id="2025",
    expected_value=55.0,
    status="achter op schema",
    probability=None,
    next_measurement_due=None,
    is_overdue=False,
    is_synthetic=False,
)


def plain(text: str) -> str:
    return text.replace(labels.NBSP, " ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "minstens 60 %"),
        ({"direction": "down"}, "hoogstens 60 %"),
        ({"target_value": None, "target_rule": None}, "nog open"),
        (
            {"kind": "absolute_change", "direction": "down", "target_rule": -5, "target_value": 45},
            "5 procentpunt minder dan het begin: hoogstens 45 %",
        ),
        (
            {
                "kind": "relative_change",
                "direction": "down",
                "target_rule": -20,
                "target_value": 195.2,
                "unit": "nachten",
            },
            "20 % minder dan het begin: hoogstens 195,2 nachten",
        ),
        (
            {"kind": "relative_change", "direction": "down", "target_rule": None, "target_value": None},
            "nog open hoeveel minder dan het begin",
        ),
        (
            {"kind": "relative_change", "target_rule": 10, "target_value": None, "baseline_value": None},
            "10 % meer dan het begin",
        ),
        (
            {"kind": "not_above_baseline", "direction": "down", "target_rule": None, "target_value": None},
            "niet hoger dan het begin",
        ),
        ({"kind": "hold", "direction": "hold"}, "gelijk aan het begin; hoeveel afwijking mag, is nog open"),
        ({"kind": "hold", "margin": 2.5}, "gelijk aan het begin, met hoogstens 2,5 % verschil"),
        ({"kind": "every_wijk", "target_value": 1, "unit": "aantal"}, "in elke wijk minstens 1"),
        ({"kind": "yearly_growth", "target_rule": 10}, "elk jaar minstens 10 % meer"),
        ({"kind": "band", "margin": 5}, "tussen 55 en 65 %"),
        ({"kind": "band"}, "nog open"),
        ({"kind": "directional", "direction": "down"}, "lager dan het begin"),
        ({"kind": "qualitative"}, "in woorden beschreven"),
    ],
)
def test_every_kind_of_target_is_told_as_a_rule(changes: dict[str, object], words: str) -> None:
    assert plain(target_words(replace(PLAIN, **changes))) == words  # type: ignore[arg-type]


def test_an_unknown_kind_of_target_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'wish'"):
        target_words(replace(PLAIN, kind="wish"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "De laatste meting is 53 % (2025). De rechte weg naar het doel lag toen op 55 %."),
        (
            {"status": "op koers", "probability": 0.624, "current_value": 54.8, "decimals": 1},
            "De laatste meting is 54,8 % (2025). De rechte weg naar het doel lag toen op 55,0 %. Dat scheelt weinig. "
            "Als de lijn zo doorgaat, is de kans ongeveer 62 % dat het lukt.",
        ),
        (
            {"status": "behaald", "current_value": 61.0},
            "De laatste meting is 61 % (2025). Daarmee is het doel gehaald.",
        ),
        (
            {"status": "op koers", "direction": "down"},
            "De laatste meting is 53 % (2025). De rechte weg naar het doel lag toen op 55 %.",
        ),
        ({"status": "behaald", "period_id": "2023"}, "De meting aan het begin haalt het doel al."),
        (
            {"status": "verkeerde richting", "current_value": 49.0},
            "De laatste meting is 49 % (2025). Aan het begin was dat 50 %: het doel is verder weg dan toen.",
        ),
        (
            {
                "status": "geen nieuwe meting",
                "period_id": "2023",
                "next_measurement_due": date(2024, 12, 31),
                "is_overdue": True,
            },
            "Na het begin is nog niet opnieuw gemeten. De volgende meting werd verwacht op 31 december 2024 (GGD).",
        ),
        (
            {"status": "geen nieuwe meting", "next_measurement_due": date(2026, 6, 30)},
            "Na het begin is nog niet opnieuw gemeten. De volgende meting wordt verwacht op 30 juni 2026 (GGD).",
        ),
        (
            {"status": "geen nulmeting"},
            "Er is nog geen eerste meting. Wanneer de eerste meting komt, is niet bekend (GGD).",
        ),
        ({"status": "doel nog open"}, "De gemeente moet dit doel nog invullen (GGD)."),
        (
            {"status": "doel nog open", "kind": "hold"},
            "De gemeente moet nog bepalen hoeveel afwijking mag (GGD).",
        ),
        ({"status": "niet meetbaar"}, "Dit doel wordt in woorden gevolgd, niet met een cijfer."),
        (
            {"status": "ver achter", "is_overdue": True, "next_measurement_due": date(2024, 1, 1), "owner": None},
            "De laatste meting is 53 % (2025). De rechte weg naar het doel lag toen op 55 %. "
            "De volgende meting werd verwacht op 1 januari 2024.",
        ),
    ],
)
def test_every_verdict_is_explained_from_its_own_row(changes: dict[str, object], words: str) -> None:
    assert plain(explanation(replace(PLAIN, **changes))) == words  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(list(labels.VERDICTS)), min_size=2, max_size=40))
def test_the_summary_counts_every_objective_once(statuses: list[str]) -> None:
    sentence = summary_sentence([replace(PLAIN, status=status) for status in statuses])
    for text in set(statuses):
        verdict, count = labels.VERDICTS[text], statuses.count(text)
        verb = verdict.verb_one if count == 1 else verdict.verb_many
        clause = rf"({verb} {count}|\b{count}( doelen| doel)? {verb}) {verdict.rest}"
        assert len(re.findall(clause, sentence)) == 1, sentence
    assert f"de {len(statuses)} doelen" in sentence or f"Alle {len(statuses)} doelen" in sentence


def test_the_summary_reads_as_a_sentence() -> None:
    statuses = ["behaald", "op koers", "op koers", "geen nieuwe meting", "geen nieuwe meting", "doel nog open"]
    assert summary_sentence([replace(PLAIN, status=status) for status in statuses]) == (
        "Van de 6 doelen is 1 behaald en liggen 2 op koers. "
        "Nog niet te beoordelen zijn er 3: 2 wachten op een nieuwe meting en 1 moet nog worden ingevuld."
    )
    assert summary_sentence([replace(PLAIN, status=status) for status in statuses[3:]]) == (
        "Van de 3 doelen is er nog geen te beoordelen: 2 wachten op een nieuwe meting en 1 moet nog worden ingevuld."
    )
    assert summary_sentence([replace(PLAIN, status=status) for status in statuses[:4]]) == (
        "Van de 4 doelen is 1 behaald en liggen 2 op koers. 1 doel wacht op een nieuwe meting."
    )
    assert summary_sentence([replace(PLAIN, status="geen nulmeting")] * 5) == (
        "Alle 5 doelen hebben nog geen eerste meting."
    )
    assert summary_sentence([PLAIN]) == "Van het ene doel loopt 1 achter op schema."
    assert summary_sentence([]) == "Er zijn nog geen doelen vastgelegd."


def test_overdue_measurements_are_counted() -> None:
    late = replace(PLAIN, is_overdue=True)
    assert overdue_sentence([PLAIN]) == ""
    assert overdue_sentence([late, PLAIN]) == "Bij 1 doel had de volgende meting er al moeten zijn."
    assert overdue_sentence([late, late]) == "Bij 2 doelen had de volgende meting er al moeten zijn."


def test_verdicts_that_rest_on_synthetic_figures_are_counted() -> None:
    made_up = replace(PLAIN, is_synthetic=True)
    assert synthetic_sentence([PLAIN]) == ""
    assert synthetic_sentence([made_up, PLAIN]) == "1 oordeel rust op synthetische cijfers."
    assert synthetic_sentence([made_up, made_up]) == "2 oordelen rusten op synthetische cijfers."
