from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.site.words import labels


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (214.4, 1, "214,4"),
        (1754, 0, "1.754"),
        (18044027.0, 0, "18.044.027"),
        (-0.3, 1, "−0,3"),
        (-0.04, 1, "0,0"),
        (2.675, 2, "2,68"),
        (48.1, None, "48,1"),
        (60.0, None, "60"),
        (1 / 3, None, "0,33"),
        (5e-05, 1, "0,0"),
        (1e21, 0, "1.000.000.000.000.000.000.000"),
    ],
)
def test_numbers_are_written_as_dutch_prints_them(value: float, decimals: int | None, text: str) -> None:
    assert labels.number(value, decimals) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_written_number_reads_back_as_the_rounded_value(value: float, decimals: int) -> None:
    written = labels.number(value, decimals)
    read = Decimal(written.replace(".", "").replace(",", ".").replace(labels.MINUS, "-"))
    assert read == Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert len(written.partition(",")[2]) == decimals


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(195.2, 0, "195,2"), (5914.7, 0, "5.914,7"), (60.0, 0, "60"), (46.0, 1, "46,0"), (2017.1, None, "2.017,1")],
)
def test_a_limit_is_not_rounded_away(value: float, decimals: int | None, text: str) -> None:
    assert labels.exact_number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(19.6, "%", "19,6 %"), (20.0, "%", "20 %"), (201.3, "nachten", "201,3 nachten"), (2345.67, "€", "€ 2.346")],
)
def test_a_measured_figure_is_shown_as_it_was_measured_and_money_in_whole_euros(
    value: float, unit: str, text: str
) -> None:
    assert labels.exact_amount(value, unit, 0).replace(labels.NBSP, " ") == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(20.2, "%", "20,2 %"), (5645.9, "toekenningen", "5.646 toekenningen"), (165.4, "kinderen", "165 kinderen")],
)
def test_a_computed_value_never_counts_a_part_of_a_person_nor_hides_how_near_a_percentage_is(
    value: float, unit: str, text: str
) -> None:
    assert labels.computed_amount(value, unit, 0).replace(labels.NBSP, " ") == text


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("%", "48,1\u00a0%"),
        ("% van de jongeren tot 18", "48,1\u00a0% van de jongeren tot 18"),
        ("€", "€\u00a048,1"),
        ("euro per inwoner", "€\u00a048,1 per inwoner"),
        ("per 10.000 inwoners", "48,1\u00a0per 10.000 inwoners"),
        ("aantal", "48,1"),
        (None, "48,1"),
    ],
)
def test_units_are_written_well(unit: str | None, text: str) -> None:
    assert labels.amount(48.1, unit, 1) == text


@pytest.mark.parametrize(
    ("absence", "words"),
    [
        ("suppressed", "te klein om te tonen"),
        ("unknown", "onbekend"),
        ("not_available", "niet beschikbaar"),
        ("something new", "onbekend"),
        (None, "onbekend"),
    ],
)
def test_an_absent_value_is_told_never_blank_and_never_zero(absence: str | None, words: str) -> None:
    assert labels.amount(None, "%", 0, absence) == words


@pytest.mark.parametrize(
    ("period_id", "words", "period_type", "start", "end"),
    [
        ("2023", "2023", "year", 2023.0, 2024.0),
        ("2023-H2", "2e helft 2023", "half-year", 2023.5, 2024.0),
        ("2023-Q2", "2e kwartaal 2023", "quarter", 2023.25, 2023.5),
        ("2023-06", "juni 2023", "month", 2023 + 5 / 12, 2023.5),
        ("2022/2023", "schooljaar 2022/2023", "school-year", 2022 + 7 / 12, 2023 + 7 / 12),
    ],
)
def test_every_form_of_period_has_words_and_a_place_in_time(
    period_id: str, words: str, period_type: str, start: float, end: float
) -> None:
    period = labels.read_period(period_id)
    assert period is not None
    assert (period.words, period.period_type) == (words, period_type)
    assert (period.start, period.end) == pytest.approx((start, end))


def test_an_unknown_form_of_period_is_shown_as_it_stands() -> None:
    assert labels.read_period("2023-W07") is None
    assert labels.period("2023-W07") == "2023-W07"
    assert labels.period(None) == "onbekend"


def test_moments_are_shown_on_the_clock_of_amsterdam() -> None:
    assert labels.moment_words(datetime(2025, 4, 14, 22, 30)) == "15 april 2025, 00:30 uur"
    assert labels.moment_words(datetime(2025, 1, 1, 12, 0, tzinfo=UTC)) == "1 januari 2025, 13:00 uur"
    assert labels.day(date(2024, 12, 31)) == "31 december 2024"


def test_an_enumeration_ends_with_en() -> None:
    assert labels.enumeration(["a"]) == "a"
    assert labels.enumeration(["a", "b"]) == "a en b"
    assert labels.enumeration(["a", "b", "c"]) == "a, b en c"


def test_an_unknown_verdict_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'vooruitgang'"):
        labels.verdict_of("vooruitgang")


def test_a_place_is_named_as_people_write_it() -> None:
    assert [labels.place(name) for name in ("Utrecht (PV)", "Utrecht (gemeente)", "Bergen (NH.)", "Almere")] == [
        "Utrecht",
        "Utrecht",
        "Bergen (NH.)",
        "Almere",
    ]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1234", "€\u00a01.234"),
        ("-1234", "\u2212€\u00a01.234"),
        ("-0.50", "\u2212€\u00a01"),
        ("-0.49", "€\u00a00"),
        ("9999999999999999.00", "€\u00a09.999.999.999.999.999"),
    ],
)
def test_an_amount_has_its_sign_before_the_mark_of_the_euro(amount: str, words: str) -> None:
    assert labels.euro(Decimal(amount)) == words
