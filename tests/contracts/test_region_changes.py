"""The seed of municipal reorganisations against the code list of CBS that the sample workspace carries."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import pytest

from dagster_project import ingest
from dagster_project.contracts import contract
from dagster_project.extract.pseudonym import Pseudonymiser
from dagster_project.extract.reading import ReadContext
from dagster_project.product import product_path
from dagster_project.snapshots import SnapshotStore

SINCE = date(2010, 1, 1)
LEAST_BREAK = 0.02
"""Share of a gemeente's inhabitants from which a border change breaks its series."""
_BLOCK = re.compile(r"^(?P<what>[^\n]*?) per (?P<day>\d\d-\d\d-\d{4}),?[^\n]*\n(?P<rest>(?:(?:-|\.\.\.|nieuwe naam)[^\n]*\n?)*)", re.M)
_DESTINATION = re.compile(r"- [^\n]*\((GM\d{4})\)[^\n]*(?:\n\.\.\.[^\n]*?(\d+) inwoners?)?")


class Move(NamedTuple):
    """Who went where on which day, as the seed names it."""

    event_date: date
    old_code: str
    new_code: str


def _day(text: str) -> date:
    return datetime.strptime(text, "%d-%m-%Y").date()  # noqa: DTZ007 - a day, not a moment


@pytest.fixture(scope="module")
def seed() -> list[dict[str, str]]:
    with product_path("seeds", "region_changes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def descriptions() -> dict[str, tuple[str, str]]:
    """Title and description of every gemeente code of the sample's population table."""
    store = SnapshotStore(product_path("sources", "samples", "heemskerk", "data", "snapshots"))
    dataset = contract("cbs", "population")
    snapshot = next(s for s in store.all() if s.dataset_id == "population")
    context = ReadContext(lambda: pytest.fail("a code list holds no persons"))
    found: dict[str, tuple[str, str]] = {}
    for batch in ingest.read(dataset, store.verify(snapshot), snapshot, context):
        if "code_key" in batch.rows.column_names:
            for row in batch.rows.to_pylist():
                if re.fullmatch(r"GM\d{4}", row["code_key"].strip()):
                    found[row["code_key"].strip()] = (row["title"], (row["description"] or "").replace("\r", ""))
    assert len(found) > 800
    return found
