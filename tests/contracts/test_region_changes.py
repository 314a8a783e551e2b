"""The seed of municipal reorganisations, row by row against the code list of CBS that the sample workspace carries."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, datetime
from typing import NamedTuple

import pytest

from dagster_project.product import product_path
from tests.unit.models import sample_population

SINCE = date(2010, 1, 1)
LEAST_BREAK = 0.02
"""Share of a gemeente's inhabitants from which a border change breaks its series."""
_EVENT = re.compile(r"^(?P<what>\w+) per (?P<day>\d\d-\d\d-\d{4}),\s*(?P<where>overgegaan naar:)?$")
_DESTINATION = re.compile(r"^- .*\((?P<code>GM\d{4})\)|^nieuwe naam: .*\((?P<renamed>GM\d{4})\)")
_INHABITANTS = re.compile(r"^\.\.\. .*?(?P<count>\d+) inwoners?")


class Move(NamedTuple):
    """On which day inhabitants of which gemeente went where."""

    event_date: date
    old_code: str
    new_code: str


def _day(text: str) -> date:
    return datetime.strptime(text, "%d-%m-%Y").date()


def _moves(old_code: str, description: str) -> list[tuple[str, Move, int | None]]:
    """What a description says of who left: the kind of event, the move and its inhabitants."""
    found: list[tuple[str, Move, int | None]] = []
    event: tuple[str, date] | None = None
    for line in description.splitlines():
        if headed := re.match(r"\w.* per \d\d-\d\d-\d{4}", line):
            told = _EVENT.match(line.strip())
            leaves = told and (told["where"] or told["what"] == "Naamswijziging")
            event = (told["what"], _day(told["day"])) if told and leaves else None
        elif event and not headed and (there := _DESTINATION.match(line)):
            found.append((event[0], Move(event[1], old_code, there["code"] or there["renamed"]), None))
        elif event and found and (count := _INHABITANTS.match(line)):
            found[-1] = (*found[-1][:2], int(count["count"]))
    return found


@pytest.fixture(scope="module")
def codes() -> dict[str, tuple[str, str]]:
    found = sample_population.gemeente_codes()
    assert len(found) > 800
    return found


@pytest.fixture(scope="module")
def listed(codes: dict[str, tuple[str, str]]) -> list[tuple[str, Move, int | None]]:
    moves = [move for code, (_, text) in codes.items() for move in _moves(code, text) if move[1].event_date >= SINCE]
    assert len(moves) > 200
    return moves


@pytest.fixture(scope="module")
def seed() -> dict[Move, dict[str, str]]:
    with product_path("seeds", "region_changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {Move(date.fromisoformat(r["event_date"]), r["old_code"], r["new_code"]): r for r in rows}
    assert len(found) == len(rows)
    return found


def test_the_seed_and_the_code_list_tell_the_same_moves_with_the_same_inhabitants(
    seed: dict[Move, dict[str, str]], listed: list[tuple[str, Move, int | None]]
) -> None:
    told = {move: "" if count is None else str(count) for what, move, count in listed if what != "Grenswijziging"}
    kept = {move: row["weight_inhabitants"] for move, row in seed.items() if row["kind"] != "border"}
    assert len(told) > 140
    assert sorted(kept.items() - told.items()) == [], "in the seed, not so in the code list"
    assert sorted(told.items() - kept.items()) == [], "in the code list, not so in the seed"


def test_kinds_follow_from_where_people_went(seed: dict[Move, dict[str, str]]) -> None:
    moves = {move: row for move, row in seed.items() if row["kind"] != "border"}
    people = [move for move, row in moves.items() if row["weight_inhabitants"] != "0"]
    leaving = Counter((move.event_date, move.old_code) for move in people)
    arriving = Counter((move.event_date, move.new_code) for move in people)
    for move, row in moves.items():
        alone = arriving[move.event_date, move.new_code] == 1 and row["is_new_code"] == "true"
        whole = leaving[move.event_date, move.old_code] == 1 and row["weight_inhabitants"] != "0"
        assert row["kind"] == ("split" if not whole else "renumbering" if alone else "merger"), move


def test_names_and_beginnings_are_those_of_the_code_list(
    seed: dict[Move, dict[str, str]], codes: dict[str, tuple[str, str]]
) -> None:
    for move, row in seed.items():
        for code, name in ((move.old_code, row["old_name"]), (move.new_code, row["new_name"])):
            assert re.sub(r" \(gemeente\)$", "", codes[code][0]) == name
        begun = re.search(r"(?:Ontstaan per|Begindatum) (\d\d-\d\d-\d{4})", codes[move.new_code][1])
        is_new = bool(begun) and _day(str(begun and begun[1])) == move.event_date
        assert row["is_new_code"] == str(is_new).lower(), move


def test_border_changes_stand_in_the_seed_where_they_moved_two_percent_of_a_gemeente(
    seed: dict[Move, dict[str, str]], listed: list[tuple[str, Move, int | None]]
) -> None:
    counted = sample_population.inhabitants()
    left: Counter[str] = Counter()
    for what, move, count in listed:
        if what != "Grenswijziging":
            left[move.old_code] += count or 0

    def size(code: str) -> float:
        """Its first count on record, or all who left when it ended."""
        years = [year for region, year in counted if region == code]
        return counted[code, min(years)] if years else left[code]

    borders = [(move, count) for what, move, count in listed if what == "Grenswijziging" and count]
    assert len(borders) > 10
    for move, count in borders:
        sides = {"old": count / size(move.old_code), "new": count / size(move.new_code)}
        broken = [side for side, share in sides.items() if share >= LEAST_BREAK]
        row = seed.get(move)
        assert (row is not None) == bool(broken), (move, sides)
        if row:
            assert (row["kind"], row["weight_inhabitants"]) == ("border", str(count))
            assert row["broken_side"] == ("both" if len(broken) == 2 else broken[0])


def test_every_row_says_who_says_so(seed: dict[Move, dict[str, str]]) -> None:
    assert {row["kind"] for row in seed.values()} == {"merger", "renumbering", "split", "border"}
    assert all(row["source"] for row in seed.values())
    assert all(move.event_date >= SINCE for move in seed)
