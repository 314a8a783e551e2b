from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.site import render_site
from dagster_project.site.queries import BudgetLine, Cost, CostChange
from dagster_project.site.words import labels, money
from tests.unit.site import more_rows
from tests.unit.site.html_outline import Outline
from tests.unit.site.page_build import RUN, make_build, make_workspace

LINE = BudgetLine(
    plan_id="plan",
    plan_title="Plan",
    programme=None,
    budget_line="Jeugdhulp",
    opgave=None,
    period_id="2024",
    basis="bruto",
    budget=Decimal(3_000_000),
    actual=Decimal(3_200_000),
    forecast=None,
    plan_budget=Decimal(12_000_000),
    share_of_budget=0.25,
    is_synthetic=False,
    source="Begroting",
)
REST = replace(LINE, budget_line="Wmo", budget=Decimal(9_000_000), actual=Decimal(8_500_000), share_of_budget=0.75)
CHANGE = CostChange(
    wet="Wmo",
    period_id="2020",
    previous_period_id="2019",
    cost_before=Decimal(1_000),
    cost_after=Decimal(900),
    change=Decimal(-100),
    users_effect=Decimal(-150),
    price_effect=Decimal(40),
    mix_effect=Decimal(10),
    unsplit_effect=Decimal(0),
    break_date=None,
    break_reason=None,
    is_synthetic=False,
)
COST = Cost("Wmo", None, "2020", 10, Decimal(900), Decimal(90), False, "Brief")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("money")
    build = make_build(root / "warehouse.duckdb", sql=more_rows.MONEY)
    render_site(build, make_workspace(root / "workspace"), root / "site", RUN)
    return (root / "site" / "geld.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "niet in bron"),
        (Decimal(0), "€\u00a00"),
        (Decimal("1234.5"), "€\u00a01.235"),
        (Decimal(-1_234), "−€\u00a01.234"),
    ],
)
def test_an_amount_in_euro(amount: Decimal | None, words: str) -> None:
    assert labels.euro(amount) == words


def test_an_amount_in_a_sentence_is_rounded_to_a_tenth_of_a_million() -> None:
    assert money.rough_euro(Decimal(61_060_000)) == "€\u00a061,1\u00a0mln"
    assert money.rough_euro(Decimal(999_999)) == "€\u00a0999.999"


def test_shares_and_amounts_come_from_the_table() -> None:
    (table,) = money.budgets_of([REST, LINE])
    assert [(row.name, row.share) for row in table.rows] == [("Wmo", "75,0\u00a0%"), ("Jeugdhulp", "25,0\u00a0%")]
    assert table.total == "€\u00a012.000.000"
    assert "Het grootste deel is Wmo, met 75,0\u00a0% van het geheel." in table.sentences


def test_what_was_spent_is_held_against_the_budget_per_line_and_in_all() -> None:
    (table,) = money.budgets_of([REST, LINE])
    assert [row.against for row in table.rows] == [
        "€\u00a0500.000 minder uitgegeven",
        "€\u00a0200.000 meer uitgegeven",
    ]
    assert "Uitgegeven is €\u00a011,7\u00a0mln: €\u00a0300.000 minder dan begroot." in table.sentences


def test_a_sum_of_which_a_part_is_unknown_is_not_given() -> None:
    (table,) = money.budgets_of([REST, replace(LINE, actual=None)])
    assert "Uitgegeven is bekend voor 1 van de 2 posten." in table.sentences
    assert not any("Uitgegeven is €" in sentence for sentence in table.sentences)


def test_without_programmes_the_source_is_said_to_be_silent() -> None:
    (table,) = money.budgets_of([LINE])
    assert "Per programma: niet in bron." in table.sentences
    (table,) = money.budgets_of([replace(LINE, programme="Innovatie"), REST])
    assert not any("Per programma" in sentence for sentence in table.sentences)
    assert [(row.name, row.post) for row in table.rows] == [
        ("Innovatie", "Jeugdhulp"),
        ("programma niet in bron", "Wmo"),
    ]


def test_amounts_of_another_basis_or_year_get_a_table_of_their_own() -> None:
    tables = money.budgets_of([LINE, replace(LINE, period_id="2023"), replace(LINE, basis="netto")])
    assert [(table.title, table.basis) for table in tables] == [
        ("Plan, 2024", "bruto"),
        ("Plan, 2023", "bruto"),
        ("Plan, 2024", "netto"),
    ]


def test_a_budget_that_does_not_say_its_basis_says_so() -> None:
    (table,) = money.budgets_of([replace(LINE, basis=None)])
    assert table.basis == "niet in bron: of dit bruto of netto is, is niet bekend"


def test_a_change_in_cost_names_its_largest_cause() -> None:
    (wet,) = money.wetten_of([COST], [CHANGE])
    (change,) = wet.changes
    assert change.sentence == (
        "Wmo: de kosten daalden van €\u00a01.000 in 2019 naar €\u00a0900 in 2020 (10,0\u00a0%). "
        "Het meest telt: aantal cliënten, −€\u00a0150."
    )
    assert [(effect.name, effect.amount) for effect in change.effects] == [
        ("Aantal cliënten", "−€\u00a0150"),
        ("Prijs", "+€\u00a040"),
        ("Samenstelling", "+€\u00a010"),
    ]
    assert change.change == "−€\u00a0100"


def test_what_cannot_be_split_is_shown_and_never_called_a_cause() -> None:
    unsplit = replace(CHANGE, users_effect=None, price_effect=None, mix_effect=None, unsplit_effect=Decimal(-100))
    (wet,) = money.wetten_of([COST], [unsplit])
    assert [effect.name for effect in wet.changes[0].effects] == ["Niet te verdelen"]
    assert wet.changes[0].sentence.endswith("Waardoor, is met deze cijfers niet te zeggen.")


def test_a_bar_of_causes_points_the_way_of_its_amount() -> None:
    more, less = money.signed_bar(Decimal(50), Decimal(100)), money.signed_bar(Decimal(-50), Decimal(100))
    assert 'class="balk balk--meer"' in more
    assert '<rect x="50.0" y="2" width="25.0"' in more
    assert '<rect x="25.0" y="2" width="25.0"' in less


def test_the_page_shows_shares_costs_causes_and_breaks(page: str) -> None:
    text = Outline(page).text
    for part in (
        "Beleidsplan Sociaal domein: begroot is € 51,0 mln in 2019, grondslag bruto.",
        "Beleidsplan Sociaal domein: begroot is € 45,1 mln in 2019, grondslag netto.",
        "staan apart en zijn nooit bij elkaar opgeteld",
        "Uitkeringen € 19.700.000 38,6 %",
        "€ 100.000 meer uitgegeven",
        "Geheel € 5.496.000 1.553 cliënten € 3.539 per cliënt",
        "Crisis niet in bron € 111.453 cliënten niet in bron",
        "Breuk. 1 januari 2020: Abonnementstarief.",
        "Niet te verdelen",
    ):
        assert part in text
    assert "Sociaal domein synthetisch" in text


def test_without_amounts_the_page_says_how_to_give_them(tmp_path: Path) -> None:
    render_site(make_build(tmp_path / "w.duckdb"), make_workspace(tmp_path / "ws"), tmp_path / "site", RUN)
    text = Outline((tmp_path / "site" / "geld.html").read_text(encoding="utf-8")).text
    assert "Er zijn nog geen bedragen." in text
    assert "budget.csv" in text
    assert "costs.csv" in text
