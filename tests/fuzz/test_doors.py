"""Whatever comes in through any door is read or refused, soon, in bounded memory, and without a word of a person.

`make test` tries a few dozen things per door, the same ones every time; the campaign tries new ones and prints how
many.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.legible import legible_lines
from tests.fuzz import mutate
from tests.fuzz.doors import DOORS, REFUSALS, Door
from tests.fuzz.mutate import BSN

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")  # an archive with a member twice is made on purpose

SLOW = {"workbook": 6, "intake CSV": 8, "intake sums": 6, "intake Parquet": 8}
"""Doors behind which a process or a database starts, and how often `make test` knocks."""
OFTEN = 40
_LONGER = 5
"""Times that the campaign knocks for every time that `make test` does."""
PATIENCE = 30.0
"""Seconds for a file of some kilobytes, on a machine that does other things too."""
MEMORY = 1 << 30
"""Bytes by which this process may grow in all."""


def contents(door: Door) -> st.SearchStrategy[bytes]:
    """What is brought to a door: its sound file spoilt, or a table under its headers made from nothing."""
    sound = door.sound()
    spoilt = mutate.archives(sound) if door.name.endswith((".zip", ".xlsx")) else mutate.spoilt(sound)
    return st.one_of(spoilt, mutate.tables(door.headers)) if door.headers else spoilt


def knock(door: Door, content: bytes) -> str:
    """Bring some bytes to a door, and see that it was read or refused as it must be.

    Returns:
        What came of it.
    """
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / door.name
        path.write_bytes(content)
        try:
            found = door.read(path)
        except REFUSALS as error:
            told = str(error)
            assert BSN not in told, told
            assert legible_lines(told) == told, told
            assert len(told) < 2_000, told
            outcome = "refused"
        else:
            assert door.may_hold_numbers or not re.search(rf"(?<![0-9]){BSN}(?![0-9])", str(found))
            outcome = "read"
    assert time.monotonic() - begin < PATIENCE
    return outcome


def campaign(door: Door, examples: int, *, is_same: bool) -> Counter[str]:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=is_same,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(contents(door))
    def knocked(content: bytes) -> None:
        outcomes[knock(door, content)] += 1

    knocked()
    return outcomes


@pytest.mark.parametrize("name", DOORS)
def test_what_is_sound_is_read(name: str) -> None:
    assert knock(DOORS[name], DOORS[name].sound()) == "read"


@pytest.mark.parametrize("name", DOORS)
def test_anything_is_read_or_refused(name: str, bounded_memory: Callable[[], int]) -> None:
    assert campaign(DOORS[name], SLOW.get(name, OFTEN), is_same=True)
    assert bounded_memory() < MEMORY


@pytest.fixture
def bounded_memory() -> Callable[[], int]:
    """Tells by how many bytes the largest size of this process grew since the test began."""
    resource = pytest.importorskip("resource")
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return lambda: (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit


@pytest.mark.long
def test_campaign_over_every_door(bounded_memory: Callable[[], int], capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    total: Counter[str] = Counter()
    for name, door in DOORS.items():
        outcomes = campaign(door, _LONGER * SLOW.get(name, OFTEN), is_same=False)
        total += outcomes
        told.append(f"{name}: {dict(outcomes)}")
    with capsys.disabled():
        print(f"\nfuzzed {total.total()} files: {dict(total)}", *told, sep="\n  ")
    assert bounded_memory() < 2 * MEMORY
