"""Fixtures that every test may use, and the sample of the campaigns that CI runs."""

from __future__ import annotations

import os
import time
import zlib

import pytest

from dagster_project import language

pytest_plugins = ["tests.standin.fixtures"]

# tests read the sentences as the program makes them; those of another language set it themselves
os.environ[language.VARIABLE] = "en"

_ALWAYS = ("tests/survival/", "tests/integration/test_spark", "tests/integration/test_netherlands.py")
"""Faults are a sample of themselves (OPKOERS_SURVIVAL_FAULTS); Spark and real size are tested nowhere else."""

_BEGAN = time.monotonic()


def _sample() -> tuple[int, str] | None:
    """One in how many campaigns is run, and the seed that draws them; None: all of them."""
    one_in = int(os.environ.get("OPKOERS_CAMPAIGNS_ONE_IN", "1"))
    return (one_in, os.environ.get("OPKOERS_CAMPAIGNS_SEED", "")) if one_in > 1 else None


def _is_drawn(item: pytest.Item, one_in: int, seed: str) -> bool:
    return item.nodeid.startswith(_ALWAYS) or zlib.crc32(f"{seed} {item.nodeid}".encode()) % one_in == 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the campaigns that the sample did not draw."""
    sample = _sample()
    if sample is None:
        return
    left_out = [item for item in items if item.get_closest_marker("long") and not _is_drawn(item, *sample)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin no campaign when their time is up; the skip says so."""
    minutes = float(os.environ.get("OPKOERS_CAMPAIGNS_MINUTES", "inf"))
    if item.get_closest_marker("long") and time.monotonic() - _BEGAN > 60 * minutes:
        pytest.skip(f"the {minutes:g} minutes for campaigns (OPKOERS_CAMPAIGNS_MINUTES) are over")
