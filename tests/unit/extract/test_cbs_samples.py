"""The sample snapshots of the demo hold the figures that CBS published, and say where they came from."""

from __future__ import annotations

import pytest

from dagster_project.contracts import contract
from dagster_project.extract import duo
from dagster_project.product import product_path
from dagster_project.snapshots import SnapshotStore
from tests.standin.reading import rows_of, values_of
from tests.standin.record_samples import GENERATOR, made_up_verzuim

SAMPLES = SnapshotStore(product_path("sources", "samples", "open", "snapshots"))
# year: inhabitants, bijstand, jeugdzorg, Wmo of gemeente Almere
ALMERE = {
    2018: ("203990", "6150", "5805", "10820"),
    2019: ("207904", "5730", "5885", "11440"),
    2020: ("211893", "5430", "5960", "11980"),
    2021: ("214715", "5350", "6585", "12045"),
    2022: ("217828", "5070", "6680", "11940"),
    2023: ("222825", "5260", "7160", "9375"),
    2024: ("226500", "5460", "7400", "9515"),
}
CONCEPTS = ("inhabitants", "bijstand_persons", "jeugdzorg_persons", "wmo_clients")


def _values(dataset_id: str) -> dict[tuple[str, str, str], str | None]:
    snapshot = SAMPLES.latest("cbs", dataset_id)
    assert snapshot is not None
    return values_of(contract("cbs", dataset_id), SAMPLES.verify(snapshot))


@pytest.mark.parametrize("year", ALMERE)
def test_the_counts_of_almere_are_those_of_the_yearly_tables(year: int) -> None:
    values = _values(f"kwb_{year}")
    assert tuple(values[concept, "GM0034    ", str(year)] for concept in CONCEPTS) == ALMERE[year]
    assert {region for _, region, _ in values} == {"GM0034    "} or year == 2020
    if year != 2020:
        assert values["income_per_inhabitant", "GM0034    ", str(year)] is None, "its decimal point got lost"


def test_what_cbs_had_not_filled_in_yet_is_empty_and_not_zero() -> None:
    values = {concept: value for (concept, _, _), value in _values("kwb_2025").items()}
    assert (values["inhabitants"], values["address_density"]) == ("229574", "1644")
    assert [values[c] for c in ("bijstand_persons", "jeugdzorg_persons", "wmo_clients", "woz_value_average")] == [
        None
    ] * 4


def test_the_key_figures_of_2020_stand_for_every_gemeente() -> None:
    values = _values("kwb_2020")
    assert values["bijstand_persons", "GM0396    ", "2020"] == "840"
    assert values["inhabitants", "GM0396    ", "2020"] == "39182"
    assert values["address_density", "GM0396    ", "2020"] == "2339"
    assert values["inhabitants_65plus", "GM0396    ", "2020"] == "8740"
    for concept, least in (("bijstand_persons", 350), ("address_density", 355)):
        figures = [v for (c, region, _), v in values.items() if region[:2] == "GM" and c == concept]
        assert len(figures) == 355
        assert sum(value is not None for value in figures) >= least
    later = {region for (c, region, _), v in values.items() if c == "wmo_clients" and v is not None}
    assert later == {"GM0034    "}, "only Almere's care is known, from a later vintage"


def test_population_stands_for_2019_to_2026() -> None:
    values = _values("population")
    assert values["inhabitants", "NL01", "2019JJ00"] == "17282163"
    assert values["inhabitants", "GM0396", "2020JJ00"] is not None
    assert {period for _, _, period in values} == {f"{year}JJ00" for year in range(2019, 2027)}
    snapshot = SAMPLES.latest("cbs", "population")
    assert snapshot is not None
    rows = rows_of(contract("cbs", "population"), SAMPLES.path_of(snapshot))
    assert {row["value_attribute"] for row in rows if row["value_text"] is None} == {"Impossible"}


def test_every_sample_is_whole_attributed_and_small() -> None:
    snapshots = list(SAMPLES.all())
    assert len(snapshots) == 10
    for snapshot in snapshots:
        SAMPLES.verify(snapshot)
        assert snapshot.attribution
        assert "127.0.0.1" not in f"{snapshot.url} {snapshot.original_url}"
    cbs = [snapshot for snapshot in snapshots if snapshot.source_id == "cbs"]
    assert {(snapshot.origin, snapshot.licence, snapshot.is_synthetic) for snapshot in cbs} == {
        ("reconstructed", "CC BY 4.0", False)
    }
    assert all(s.original_url and s.original_url.endswith(f"/{s.table_id}") for s in cbs)
    assert sum(snapshot.bytes for snapshot in snapshots) < 5_000_000


def test_the_sample_of_duo_is_synthetic_in_every_row_and_comes_from_the_script() -> None:
    snapshot = SAMPLES.latest("duo", "verzuim_gemeente")
    assert snapshot is not None
    assert (snapshot.is_synthetic, snapshot.url) == (True, GENERATOR)
    path = SAMPLES.verify(snapshot)
    assert path.read_text(encoding="utf-8") == made_up_verzuim()
    header, *lines = made_up_verzuim().splitlines()
    assert header.endswith(";SYNTHETISCH")
    assert all(line.endswith(";ja") for line in lines)
    dataset = contract("duo", "verzuim_gemeente")
    rows = [r for b in duo.read(dataset, path, snapshot.snapshot_id, snapshot.is_synthetic) for r in b.rows.to_pylist()]
    assert all(row["is_synthetic"] for row in rows)
    assert any(row["value_attribute"] == "Confidential" for row in rows)
    assert {row["period_key"] for row in rows} == {"2021/2022", "2022/2023", "2023/2024", "2024/2025"}
