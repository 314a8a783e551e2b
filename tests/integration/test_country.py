"""The made-up country has what every contract asks, and nothing that none asks gets through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.contracts import Dataset, Measure, all_contracts
from dagster_project.extract.http import HttpClient
from tests.integration.country import ADULTS, GEMEENTEN, cbs_tables, figure, made_up_country, share
from tests.standin.by_contract import UNASKED
from tests.standin.made_up import SAYS_SO
from tests.standin.reading import pulled, rows_of
from tests.standin.server import StandIn

CBS = [dataset for dataset in all_contracts() if dataset.is_cbs]
VERSIONS = ["v3", "v4"]


@pytest.fixture(scope="module")
def whole_country() -> Iterator[StandIn]:
    with made_up_country() as standin:
        yield standin


@pytest.mark.parametrize("dataset", CBS, ids=[dataset.dataset_id for dataset in CBS])
def test_every_contract_of_the_product_gets_all_its_concepts(
    whole_country: StandIn, http: HttpClient, tmp_path: Path, dataset: Dataset
) -> None:
    rows = rows_of(dataset, pulled(dataset, whole_country, http, tmp_path).file)
    assert {row["concept_id"] for row in rows} == {measure.concept for measure in dataset.measures}
    assert {row["region_key"].strip() for row in rows} >= set(GEMEENTEN)
    assert all(float(row["value_text"]) >= 0 for row in rows), "a cell that no contract asks"
    assert len(rows) < 20_000


def block(version: str, dataset_id: str, table_id: str, **more: object) -> Dataset:
    return Dataset.model_validate(
        {
            "source_id": "cbs",
            "dataset_id": dataset_id,
            "kind": f"cbs_{version}",
            "title": SAYS_SO,
            "licence": "CC0",
            "attribution": SAYS_SO,
            "table_id": table_id,
            "region_dimension": "RegioS",
            "period_dimension": "Perioden",
            **more,
        }
    )


def contracts(version: str) -> list[Dataset]:
    """Contracts of every form, two of them of one table."""
    gemeenten = {"v3": "substringof('GM',RegioS)", "v4": "startswith(RegioS,'GM')"}[version]
    province = {"v3": "PV27    ", "v4": "PV27"}[version]
    margins = {"": "Waarde", "_low": "Ondergrens", "_high": "MBG0095"}
    survey = [
        {
            "measure": ["Sporters", "WekelijkseSporters"],
            "concept": f"sporters{end}",
            "unit": "%",
            "where": {"Marges": m},
        }
        for end, m in margins.items()
    ]
    persons = {"measure": "Personen", "concept": "bijstand_persons", "unit": "aantal"}
    return [
        block(version, "survey", "99101NED", measures=survey, select={"Leeftijd": ["18 jaar of ouder", "65 of ouder"]}),
        block(version, "titled", "99102NED", measures=[{"title": "Wmo-cliënten", "concept": "wmo_clients"}]),
        block(
            version,
            "halves",
            "99103NED",
            measures=[persons],
            rhythm="half-yearly",
            filter=f"({gemeenten} or RegioS eq '{province}') and Geslacht eq 'T001038' and Perioden ge '2021'",
        ),
        block(
            version,
            "by_age",
            "99103NED",
            measures=[{**persons, "concept": "bijstand_by_age"}],
            filter="Geslacht ne 'T001038' and Perioden eq '2013JJ00'",
            detail_dimension="Geslacht",
        ),
        block(
            version,
            "school_year",
            "99104NED",
            measures=[persons],
            rhythm="per school year",
            select={"Perioden": "2023 (schooljaar)"},
        ),
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_contracts_of_every_form_are_served(http: HttpClient, tmp_path: Path, version: str) -> None:
    asked = contracts(version)
    taken = {}
    with StandIn(cbs_tables(asked), v3_page=50, v4_page=50) as standin:
        for dataset in asked:
            rows = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file)
            taken[dataset.dataset_id] = rows
            for row in rows:
                measure = next(m for m in dataset.measures if m.concept == row["concept_id"])
                assert float(row["value_text"]) == figure(measure, row["region_key"].strip()) != UNASKED
    places = len(GEMEENTEN) + 1
    assert len(taken["survey"]) == 3 * 2 * 2 * places
    assert len(taken["titled"]) == 2 * places
    assert {row["period_key"][4:] for row in taken["halves"]} == {"HJ01", "HJ02", "JJ00"}
    assert {row["region_key"][:2] for row in taken["halves"]} == {"GM", "PV"}
    assert {row["period_key"][:4] for row in taken["halves"]} == {"2021", "2022"}
    assert {row["period_key"] for row in taken["by_age"]} == {"2013JJ00"}
    assert {row["period_key"] for row in taken["school_year"]} == {"2023SJ00"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_contract_that_nothing_can_be_made_up_for_is_named(version: str) -> None:
    impossible = block(
        version,
        "impossible",
        "99105NED",
        measures=[{"measure": "X", "concept": "x"}],
        filter="RegioS eq 'GM0396' and RegioS eq 'GM9001'",
    )
    with pytest.raises(ValueError, match="no row could be made up for x of cbs/impossible"):
        cbs_tables([impossible])


def test_figures_follow_from_their_concept_so_that_tables_agree() -> None:
    count = Measure(measure="a", concept="bijstand_persons", unit="aantal")
    assert figure(count, "GM0396") == 400
    assert figure(count, "NL01") == sum(figure(count, region) for region in GEMEENTEN)
    assert share("inhabitants_18plus") == pytest.approx(ADULTS)
    assert share("inhabitants_0_17") + share("inhabitants_18plus") == pytest.approx(1)
    assert share("inhabitants_0_19_and_65plus") == pytest.approx(1)
    rate = figure(Measure(measure="b", concept="wmo_clients_per_10000", unit="per 10 000 inwoners"), "GM0396")
    low, high = (
        figure(Measure(measure="b", concept=f"wmo_clients_per_10000{end}", unit="x"), "GM0396")
        for end in ("_low", "_high")
    )
    assert low < rate < high
