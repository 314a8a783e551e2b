"""Likeness, medians, ranks and percentiles as the models make them, against numpy and scipy.

Made-up figures, and the real ones of Kerncijfers wijken en buurten 2020 (84799NED).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from dagster_project import transform
from dagster_project.raw import create_raw_schema
from tests.real_data import real_data
from tests.unit.models.conftest import AS_OF, RETRIEVED, insert

Figures = dict[tuple[str, str], float]
"""Region and concept (or indicator, for what is surveyed) to figure, of one year."""

YEAR = "2023"
SURVEYED = "banen_per_1000"
COMPLETE, GAPPED = "bijstand_per_10000_inw", "jeugdzorg_per_10000_inw"
COUNTS = {COMPLETE: "bijstand_persons", GAPPED: "jeugdzorg_persons"}
PROVINCES = ("PV20", "PV21", "PV22")
WHOLES = ("NL01", *PROVINCES)
ABOLISHED = "GM5120"
CHARACTERISTICS = ("inhabitants", "address_density", "share_0_14", "share_65plus", "income_per_inhabitant")
SIZE_LIMITS = (20_000, 50_000, 100_000, 150_000, 250_000)


def made_up_country(seed: int = 20261102) -> Figures:
    """121 gemeenten, one of them abolished: with gaps, a count that is missing, and values of a survey that tie."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    figures: Figures = {}
    for number in range(121):
        region, people = f"GM{5000 + number}", round(dice.lognormvariate(10.3, 0.9))
        figures[region, "inhabitants"] = people
        figures |= {(region, concept): dice.randrange(0, people // 20, 10) for concept in COUNTS.values()}
        optional = {
            "address_density": round(dice.lognormvariate(6.7, 0.8)),
            "inhabitants_0_14": round(people * dice.uniform(0.11, 0.2)),
            "inhabitants_65plus": round(people * dice.uniform(0.12, 0.3)),
            "income_per_inhabitant": round(dice.uniform(20, 40), 1),
            SURVEYED: round(dice.gauss(600, 40), -1),
        }
        figures |= {(region, name): value for name, value in optional.items() if dice.random() < 0.8}
    del figures["GM5119", COUNTS[GAPPED]]
    return figures


def province_of(region: str) -> str:
    """The first forty lie in the first province, and so on; the abolished one lies in the last."""
    return PROVINCES[min((int(region[2:]) - 5000) // 40, 2)]


def gemeenten(figures: Mapping[tuple[str, str], float]) -> list[str]:
    return sorted({region for region, _ in figures})


def write_build(path: Path, figures: Figures, year: str, codes: Iterable[tuple[str, str, str | None, str]]) -> Path:
    """A build of these figures: counts and characteristics as a table of CBS, what is surveyed as measurements.

    Args:
        codes: code, name, group and description of regions.
    """
    origin = {"source_id": "cbs", "dataset_id": "kwb", "snapshot_id": "kwb"}
    with duckdb.connect(str(path)) as connection:
        create_raw_schema(connection)
        insert(connection, "parameter", [{"workspace_gemeente": "GM0396", "as_of": AS_OF, "small_count_threshold": 10}])
        hand = {"source_id": "municipal", "dataset_id": "measurements", "snapshot_id": "measurements"}
        insert(
            connection, "snapshot", [{**one, "retrieved_at": RETRIEVED, "is_serving": True} for one in (origin, hand)]
        )
        insert(
            connection,
            "cbs_observation",
            [
                {**origin, "concept_id": name, "region_key": region, "period_key": year, "value_text": repr(value)}
                for (region, name), value in figures.items()
                if name != SURVEYED
            ],
        )
        names = ("code_key", "title", "group_key", "description")
        insert(connection, "cbs_code", [{**origin, **dict(zip(names, code, strict=True))} for code in codes])
        measured = [
            {**hand, "indicator_id": SURVEYED, "region_code": region, "period_id": year, "value": repr(value)}
            for (region, name), value in figures.items()
            if name == SURVEYED
        ]
        if measured:
            insert(connection, "measurement", measured)
    transform.build(path, on_event=lambda _: None)
    return path


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build of the made-up country, in which the inhabitants of provinces and country are known."""
    figures = made_up_country()
    wholes = dict.fromkeys(WHOLES, 0.0)
    for region in gemeenten(figures):
        for whole in (province_of(region), "NL01"):
            wholes[whole] += figures[region, "inhabitants"]
    life = "Opgeheven per 01-01-2024, overgegaan naar:\n- Een (GM5000),\n... 1 hectare met 1 woningen en 1 inwoners\n"
    codes = [
        (region, f"Verzonnen {region}", f"GM{province_of(region)}", life if region == ABOLISHED else "")
        for region in gemeenten(figures)
    ]
    whole_figures = {(region, "inhabitants"): people for region, people in wholes.items()}
    path = tmp_path_factory.mktemp("country") / "warehouse.duckdb"
    with duckdb.connect(str(write_build(path, figures | whole_figures, YEAR, codes)), read_only=True) as connection:
        yield connection


def profiles(figures: Figures) -> dict[str, dict[str, float]]:
    """Standardised characteristics of every gemeente that still exists, by numpy."""
    measured: dict[str, dict[str, float]] = {name: {} for name in CHARACTERISTICS}
    for (region, concept), value in figures.items():
        if region == ABOLISHED:
            continue
        if concept in ("inhabitants", "address_density"):
            measured[concept][region] = float(np.log(value))
        elif concept == "income_per_inhabitant":
            measured[concept][region] = value
        elif concept in ("inhabitants_0_14", "inhabitants_65plus"):
            measured[concept.replace("inhabitants", "share")][region] = value / figures[region, "inhabitants"]
    found: dict[str, dict[str, float]] = {}
    for name, values in measured.items():
        for region, z in zip(values, stats.zscore(list(values.values())), strict=True):
            found.setdefault(region, {})[name] = float(z)
    return found


def likest(figures: Figures) -> dict[str, list[tuple[float, str, int]]]:
    """Of every gemeente the ten nearest: distance, code and number of characteristics that both have."""
    known = profiles(figures)
    found = {}
    for region, own in known.items():
        near = []
        for other, theirs in known.items():
            shared = [name for name in own if name in theirs]
            if other == region or 2 * len(shared) <= len(own):
                continue
            apart = np.array([theirs[name] - own[name] for name in shared])
            near.append((float(np.sqrt(np.mean(apart**2))), other, len(shared)))
        found[region] = sorted(near)[:10]
    return found


def values_of(figures: Figures, indicator_id: str) -> dict[str, float]:
    if indicator_id == SURVEYED:
        return {region: value for (region, name), value in figures.items() if name == SURVEYED}
    concept = COUNTS[indicator_id]
    return {
        region: figures[region, concept] / figures[region, "inhabitants"] * 10_000
        for region in gemeenten(figures)
        if (region, concept) in figures
    }


def test_standardised_characteristics_are_those_of_scipy(country: duckdb.DuckDBPyConnection) -> None:
    expected = profiles(made_up_country())
    rows = country.execute("select region_code, characteristic, standardised from marts.dim_region_profile").fetchall()
    assert len(rows) == sum(len(own) for own in expected.values())
    assert all(z == pytest.approx(expected[region][name], abs=1e-9) for region, name, z in rows)
    assert {len(own) for own in expected.values()} >= {2, 3, 4, 5}


def test_peers_are_the_ten_nearest_by_brute_force(country: duckdb.DuckDBPyConnection) -> None:
    found = country.execute(
        "select region_code, peer_code, n_characteristics, distance from marts.dim_peer order by region_code, rank"
    ).fetchall()
    assert found == [
        (region, code, n, pytest.approx(distance, abs=1e-9))
        for region, peers in sorted(likest(made_up_country()).items())
        for distance, code, n in peers
    ]


@pytest.mark.parametrize("indicator_id", [SURVEYED, COMPLETE, GAPPED])
def test_medians_ranks_and_percentiles_are_those_of_numpy_and_scipy(
    country: duckdb.DuckDBPyConnection, indicator_id: str
) -> None:
    figures = made_up_country()
    values, peers = values_of(figures, indicator_id), likest(figures)
    ranks = dict(zip(values, stats.rankdata([-v for v in values.values()], method="min"), strict=True))
    sizes = {region: int(np.digitize(figures[region, "inhabitants"], SIZE_LIMITS)) for region in gemeenten(figures)}
    rows = country.execute(
        "select region_code, value, size_class_median, n_size_class, peer_median, n_peers, rank, percentile, n_regions "
        "from marts.fct_indicator_benchmark where indicator_id = ? and period_id = ?",
        [indicator_id, YEAR],
    ).fetchall()
    assert sorted(row[0] for row in rows) == sorted(values)
    for region, value, class_median, n_class, peer_median, n_peers, rank, percentile, n_regions in rows:
        same_size = [v for other, v in values.items() if sizes[other] == sizes[region]]
        of_peers = [values[code] for _, code, _ in peers.get(region, []) if code in values]
        assert value == pytest.approx(values[region])
        assert (class_median, n_class) == (pytest.approx(np.median(same_size)), len(same_size))
        assert n_peers == len(of_peers)
        assert peer_median == (pytest.approx(np.median(of_peers)) if of_peers else None)
        assert (rank, n_regions) == (ranks[region], len(values))
        assert percentile == pytest.approx(stats.percentileofscore(list(values.values()), values[region], kind="mean"))


def test_rates_of_wholes_are_remade_from_counts_where_every_gemeente_has_one(
    country: duckdb.DuckDBPyConnection,
) -> None:
    figures = made_up_country()
    assert _wholes(country, SURVEYED) == [(whole, None, False) for whole in WHOLES]
    assert _wholes(country, COMPLETE) == [
        (whole, pytest.approx(_rate(figures, COMPLETE, whole)), True) for whole in WHOLES
    ]
    assert _wholes(country, GAPPED) == [
        ("NL01", None, False),
        ("PV20", pytest.approx(_rate(figures, GAPPED, "PV20")), True),
        ("PV21", pytest.approx(_rate(figures, GAPPED, "PV21")), True),
        ("PV22", None, False),
    ]


def _rate(figures: Figures, indicator_id: str, whole: str) -> float:
    members = [region for region in gemeenten(figures) if whole in ("NL01", province_of(region))]
    counted = sum(figures[region, COUNTS[indicator_id]] for region in members)
    return counted / sum(figures[region, "inhabitants"] for region in members) * 10_000


def _wholes(country: duckdb.DuckDBPyConnection, indicator_id: str) -> list[Any]:
    """Province or country, its value and whether that was re-made, as all its gemeenten are told it."""
    return country.execute(
        """
        select distinct parent_code, provincial, provincial_is_derived
        from marts.fct_indicator_benchmark inner join marts.dim_region using (region_code) where indicator_id = $id
        union
        select distinct 'NL01', national, national_is_derived
        from marts.fct_indicator_benchmark where indicator_id = $id
        order by parent_code
        """,
        {"id": indicator_id},
    ).fetchall()


REAL_CONCEPTS = {
    "AantalInwoners_5": "inhabitants",
    "k_0Tot15Jaar_8": "inhabitants_0_14",
    "k_65JaarOfOuder_12": "inhabitants_65plus",
    "Omgevingsadressendichtheid_116": "address_density",
    "PersonenPerSoortUitkeringBijstand_83": "bijstand_persons",
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build of all gemeenten of 84799NED."""
    table = real_data("cbs-odata-v3", "84799NED", "cbs.v3.84799NED_TypedDataSet.parquet")
    with duckdb.connect() as reader:
        cells = reader.execute(
            f"select trim(WijkenEnBuurten), trim(Gemeentenaam_1), {', '.join(REAL_CONCEPTS)} from read_parquet(?) "
            "where WijkenEnBuurten like 'GM%' or WijkenEnBuurten like 'NL%'",
            [str(table)],
        ).fetchall()
    figures = {
        (region, concept): value
        for region, _, *row in cells
        for concept, value in zip(REAL_CONCEPTS.values(), row, strict=True)
        if value is not None
    }
    codes = [(region, name, None, "") for region, name, *_ in cells]
    path = tmp_path_factory.mktemp("real") / "warehouse.duckdb"
    with duckdb.connect(str(write_build(path, figures, "2020", codes)), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("gemeente", "expected"),
    [
        (
            "Heemskerk",
            "Huizen, Vlissingen, Zutphen, Veldhoven, Maassluis, Den Helder, Zwijndrecht, Middelburg, Leiderdorp, "
            "Bergen op Zoom",
        ),
        (
            "Almere",
            "Amersfoort, Zwolle, Utrecht, Haarlemmermeer, Arnhem, Pijnacker-Nootdorp, Houten, Ede, Lelystad, Haarlem",
        ),
    ],
)
def test_real_gemeenten_are_like_those_that_a_planner_would_name(
    real: duckdb.DuckDBPyConnection, gemeente: str, expected: str
) -> None:
    found = real.execute(
        """
        select string_agg(peer.region_name, ', ' order by likeness.rank), max(likeness.n_characteristics)
        from marts.dim_peer as likeness
        inner join marts.dim_region as own using (region_code)
        inner join marts.dim_region as peer on likeness.peer_code = peer.region_code
        where own.region_name = ?
        """,
        [gemeente],
    ).fetchone()
    assert found == (expected, 4)


def test_real_bijstand_stands_where_an_independent_count_puts_it(real: duckdb.DuckDBPyConnection) -> None:
    rates = dict(
        real.execute(
            "select region_code, numerator / denominator * 10000 from marts.fct_indicator_value "
            "where indicator_id = 'bijstand_per_10000_inw' and region_code like 'GM%' and value is not null "
            "and territory = 'as_published'"
        ).fetchall()
    )
    (row,) = real.execute(
        "select rank, n_regions, percentile, national, national_is_derived from marts.fct_indicator_benchmark "
        "where indicator_id = 'bijstand_per_10000_inw' and region_code = 'GM0396'"
    ).fetchall()
    higher = sum(rate > rates["GM0396"] for rate in rates.values())
    percentile = stats.percentileofscore(list(rates.values()), rates["GM0396"], kind="mean")
    assert row == (higher + 1, 355, pytest.approx(percentile), pytest.approx(421_110 / 17_407_585 * 10_000), False)
