"""The register by versions: one after the other without a gap, alike where they are said to be comparable."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest

from dagster_project.product import product_path

Row = dict[str, str]


def seed(name: str) -> list[Row]:
    with product_path("seeds", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def versions() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in seed("indicator_versions"):
        found[row["indicator_id"]].append(row)
    return found


def in_force(row: Row, day: date) -> bool:
    return (row["valid_from"] or "0001-01-01") <= day.isoformat() <= (row["valid_to"] or "9999-12-31")


def key(label: str) -> str:
    """As the macro label_key compares names and units."""
    bare = "".join(c for c in unicodedata.normalize("NFD", label) if not unicodedata.combining(c))
    return re.sub(r"\s+", "", bare.lower()).replace(".", "")


def test_versions_follow_each_other_without_overlap_or_gap() -> None:
    for indicator, rows in versions().items():
        assert [int(row["version"]) for row in rows] == list(range(1, len(rows) + 1)), indicator
        assert (rows[0]["valid_from"], rows[-1]["valid_to"]) == ("", ""), indicator
        for earlier, later in pairwise(rows):
            after = date.fromisoformat(earlier["valid_to"]) + timedelta(days=1)
            assert date.fromisoformat(later["valid_from"]) == after, indicator


def test_comparable_versions_share_unit_and_rate_base() -> None:
    for indicator, rows in versions().items():
        for earlier, later in pairwise(rows):
            if later["is_comparable"] == "true":
                assert (earlier["unit"], earlier["rate_base"]) == (later["unit"], later["rate_base"]), indicator
            else:
                assert later["note"], f"{indicator} says not what changed"


def test_plausible_bounds_hold_a_gemeente_and_little_else() -> None:
    for row in seed("indicator_versions"):
        low, high = row["plausible_low"], row["plausible_high"]
        assert bool(low) == bool(high), row["indicator_id"]
        if low:
            assert 0 <= float(low) < float(high), row["indicator_id"]
        if row["rate_base"] == "100" and high and row["indicator_id"] != "demografische_druk_pct":
            assert float(high) <= 100, row["indicator_id"]


def test_a_bijstand_figure_in_the_wrong_unit_lies_outside_the_bounds() -> None:
    """31,4 per 1.000 is 314 per 10.000: the figure that was printed under the wrong unit."""
    for row in versions()["bijstand_per_10000_18plus"]:
        assert float(row["plausible_low"]) > 31.4
        assert float(row["plausible_low"]) <= 314 <= float(row["plausible_high"])


def test_lapsed_rows_carry_their_date_and_the_list_its_first_budget_year() -> None:
    official = [row for row in seed("indicators") if row["bbv_number"]]
    assert {row["valid_from"] for row in official} == {"2017-01-01"}
    lapsed = {int(row["bbv_number"]): row["valid_to"] for row in official if row["valid_to"]}
    assert lapsed == {7: "2018-01-31", 12: "2018-01-31", 13: "2018-01-31", 25: "2017-12-31"}
    assert all(row["legal_source"].startswith("Stcrt 2016, 16004") for row in official)
    assert {row["unverified"] for row in official if int(row["bbv_number"]) >= 33} == {"true"}


def test_every_name_means_one_indicator() -> None:
    meant: dict[str, set[str]] = defaultdict(set)
    for row in seed("indicators"):
        meant[key(row["name_nl"])].add(row["indicator_id"])
        meant[key(row["indicator_id"])].add(row["indicator_id"])
    for row in seed("indicator_labels"):
        meant[key(row["indicator_label"])].add(row["indicator_id"])
    assert {label: ids for label, ids in meant.items() if len(ids) > 1} == {}
    assert set().union(*meant.values()) == {row["indicator_id"] for row in seed("indicators")}


@pytest.mark.parametrize("day", [date(2015, 1, 1), date(2018, 1, 1), date(2021, 8, 1), date(2024, 1, 1)])
def test_a_unit_means_one_factor_at_a_time(day: date) -> None:
    factors: dict[tuple[str, str], set[float]] = defaultdict(set)
    for row in seed("indicator_versions"):
        if in_force(row, day):
            factors[row["indicator_id"], key(row["unit"])].add(1.0)
        if row["printed_unit"] != row["unit"] and row["rate_base"] and row["printed_rate_base"]:
            factor = float(row["rate_base"]) / float(row["printed_rate_base"])
            factors[row["indicator_id"], key(row["printed_unit"])].add(factor)
    for row in seed("indicator_units"):
        if in_force(row, day):
            factors[row["indicator_id"], key(row["unit_label"])].add(float(row["factor"]))
    assert {unit: found for unit, found in factors.items() if len(found) > 1} == {}


def test_labels_name_indicators_of_the_register() -> None:
    known = {row["indicator_id"] for row in seed("indicators")}
    assert {row["indicator_id"] for row in seed("indicator_labels")} <= known
    units = seed("indicator_units")
    assert {row["indicator_id"] for row in units} | {row["counts_as"] for row in units} - {""} <= known
    assert all(float(row["factor"]) > 0 for row in units)
