from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from dagster_project.gate.results import expected_text
from dagster_project.gate.suites import SQL_TYPE, STAGES, suites_for
from dagster_project.site.pages.controles import old_sentence, set_aside_sentence
from dagster_project.site.queries import ValidationRow
from dagster_project.site.queries.audit import DatasetRow, Quarantined
from dagster_project.site.words.check_names import dutch_names, expected_words, observed_words
from dagster_project.site.words.checks import short_summary, subjects_of, summary_sentence, troubles_of
from dagster_project.site.words.sources import age_words

SUITES = [suite for stage in STAGES for suite in suites_for(stage)]
PASSED = ValidationRow(
    stage="after_build",
    suite="dim_region",
    table_name="marts.dim_region",
    expectation="expect_column_values_to_not_be_null(column=region_code)",
    column_name="region_code",
    severity="critical",
    result="passed",
    observed="no exception",
    expected="a value in every row",
    unexpected_count=0,
    element_count=1412,
    message="Suite dim_region: fine.",
)
FAILED = replace(PASSED, result="failed", observed="3 empty", unexpected_count=3, message="Suite dim_region: 3 fail.")
WARNED = replace(FAILED, severity="warning")
BROKEN = replace(PASSED, result="broken", observed="", unexpected_count=None, element_count=None, message="Broken.")


def test_the_summary_counts_passed_warned_and_refused() -> None:
    rows = [PASSED, PASSED, WARNED, FAILED, BROKEN]
    assert summary_sentence(rows) == "Er zijn 5 controles gedaan: 2 in orde, 1 gaf een waarschuwing en 2 gingen mis."
    assert summary_sentence([PASSED, PASSED]) == "Er zijn 2 controles gedaan; alle zijn in orde."
    assert summary_sentence([]) == "Over deze cijfers is geen enkele controle vastgelegd."
    assert short_summary(rows) == "5 controles, 2 niet in orde, 1 waarschuwing"
    assert short_summary([PASSED]) == "1 controle, in orde"
    assert short_summary([WARNED, WARNED]) == "2 controles, 2 waarschuwingen"


def test_trouble_comes_first_within_a_suite_and_among_the_suites_of_a_subject() -> None:
    calm = replace(PASSED, suite="dim_region_shape", table_name="marts.dim_region_shape")
    troubled = [replace(row, suite="region_shape", table_name="raw.region_shape") for row in (PASSED, WARNED, FAILED)]
    (subject,) = subjects_of([calm, PASSED, *troubled])
    assert subject.title == "Gebieden en perioden"
    assert [suite.name for suite in subject.suites] == ["region_shape", "dim_region", "dim_region_shape"]
    assert [check.outcome for check in subject.suites[0].checks] == ["niet in orde", "let op", "in orde"]
    assert subject.suites[0].trouble == subject.suites[0].checks[0]
    assert subject.suites[1].trouble is None


def test_subjects_stand_in_the_order_of_their_file_and_a_suite_without_one_comes_last() -> None:
    rows = [replace(PASSED, suite=suite) for suite in ("something_new", "snapshot", "objective")]
    titles = [subject.title for subject in subjects_of(rows)]
    assert titles == ["Doelen en hun oordelen", "Bronnen en instellingen", "Overige controles"]
    assert subjects_of(rows)[2].suites[0].title == "something_new"


def test_a_check_that_could_not_run_says_so_in_words() -> None:
    (trouble,) = troubles_of([BROKEN, PASSED])
    check = trouble.check
    assert (check.outcome, check.tone, check.rows) == ("kon niet draaien", "error", "niet geteld")
    assert (check.observed.text, check.expected.text) == ("niet vastgelegd", "dat de controle kan draaien")
    assert check.reason == "Broken."


def test_the_worst_trouble_comes_first_with_its_subject() -> None:
    troubles = troubles_of([WARNED, PASSED, FAILED])
    assert [trouble.check.outcome for trouble in troubles] == ["niet in orde", "let op"]
    assert (troubles[0].subject, troubles[0].stage) == ("Gebieden en perioden", "Na het rekenen")
    assert troubles[0].check.reason is None, "a check that ran is told in Dutch"


def test_rows_are_counted_in_dutch() -> None:
    (trouble,) = troubles_of([FAILED])
    assert trouble.check.rows == "3 fout van 1.412"


@pytest.mark.parametrize(
    ("phrase", "dutch"),
    [
        ("no exception", "geen uitzondering"),
        ("150 480 rows", "150.480 rijen"),
        ("1 row", "1 rij"),
        ("1 row otherwise", "1 rij anders"),
        ("2 rows otherwise", "2 rijen anders"),
        ("3 empty", "3 leeg"),
        ("-5.5 to 1 200", "-5,5 tot 1.200"),
        ("Jeugdhulp, Wmo and 12 more", "Jeugdhulp, Wmo en nog 12"),
        ("Jeugdhulp, Wmo", "Jeugdhulp, Wmo"),
        ("", "niet vastgelegd"),
        (None, "niet vastgelegd"),
    ],
)
def test_what_was_seen_is_told_in_dutch(phrase: str | None, dutch: str) -> None:
    assert observed_words(phrase).text == dutch


@pytest.mark.parametrize(
    ("phrase", "dutch"),
    [
        ("at most 100", "hoogstens 100"),
        ("0 to 1", "0 tot 1"),
        ("one of land, gemeente", "een van: land, gemeente"),
        ("a row count of at least 1", "minstens 1 rij"),
        ("a row count of 1 to 1", "1 tot 1 rijen"),
        ("one row per plan_id, opgave and risk", "één rij per plan_id, opgave en risk"),
        ("one row per wet and year, in whatever case they are written", "één rij per wet en year, hoe ook geschreven"),
        ("one row per cell", "één rij per cel"),
        ("valid_to at least valid_from", "valid_to niet kleiner dan valid_from"),
    ],
)
def test_what_was_expected_is_told_in_dutch(phrase: str, dutch: str) -> None:
    assert (expected_words(phrase).text, expected_words(phrase).is_dutch) == (dutch, True)


def test_a_sentence_without_dutch_stays_as_the_suite_says_it() -> None:
    expected = expected_words("something that nobody has put into Dutch")
    assert (expected.text, expected.is_dutch) == ("something that nobody has put into Dutch", False)


def test_every_check_of_the_product_has_a_name_and_an_expectation_in_dutch() -> None:
    expectations = [(suite.name, expected_text(check)) for suite in SUITES for check in suite.expectations]
    assert len(expectations) > 400
    assert [told for told in expectations if not expected_words(told[1]).is_dutch] == []
    names = Counter(suite for subject in dutch_names().subjects for suite in subject.suites)
    assert set(names) == {suite.name for suite in SUITES}
    assert set(names.values()) == {1}, "a suite belongs to one subject"


def test_no_dutch_sentence_is_kept_for_a_check_that_is_gone() -> None:
    said = {check.meta.sentence for suite in SUITES for check in suite.expectations if check.type == SQL_TYPE}
    assert set(dutch_names().sentences) - said == set()


def test_what_was_set_aside_is_counted_by_its_kind() -> None:
    figures, lines = Quarantined("a", "Geen cijfer", 1200), Quarantined("b", "Geen code", 1, is_of_registration=True)
    assert set_aside_sentence([]) == "Er is niets terzijde gelegd."
    assert set_aside_sentence([lines]) == "Terzijde gelegd is 1 regel uit een registratie."
    told = "Terzijde gelegd zijn 1.200 cijfers en 1 regel uit een registratie."
    assert set_aside_sentence([figures, lines]) == told


def test_sources_in_trouble_are_counted_with_those_that_serve_on() -> None:
    well = DatasetRow("Kerncijfers", "CBS", "1", 4, None, None, False, True)
    away = replace(well, trouble="unreachable", is_serving_old=True)
    assert old_sentence([well]).startswith("Van alle bronnen is de laatste poging gelukt")
    told = "Bij 1 bron lukte de laatste poging niet. Van 1 daarvan staan oudere cijfers in de monitor."
    assert old_sentence([well, away]) == told
    never = replace(away, is_serving_old=False, is_received=False)
    assert old_sentence([never, never]) == "Bij 2 bronnen lukte de laatste poging niet."


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 dag"), (2071, "2.071 dagen"), (-1, "van na de peildatum"), (None, "onbekend")]
)
def test_an_age_is_told_in_days(days: int | None, words: str) -> None:
    assert age_words(days) == words
