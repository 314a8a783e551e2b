"""Pytest fixtures around the stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dagster_project.extract.http import HttpClient
from tests.standin import made_up
from tests.standin.server import StandIn


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """A stand-in with one made-up table of each version, in pages of ten rows, and one file."""
    tables = (made_up.v3_table(), made_up.v4_table())
    with StandIn(tables, {"verzuim.csv": made_up.duo_file()}, v3_page=10, v4_page=10) as server:
        yield server


@pytest.fixture
def http() -> Iterator[HttpClient]:
    """The product's client with little patience: three tries, no pauses worth naming."""
    client = HttpClient(attempts=3, backoff=0.01, connect_timeout=2, read_timeout=0.5, deadline=1.2, longest_wait=2.0)
    yield client
    client.close()
