"""Where the services answer."""

from __future__ import annotations

import pytest

from dagster_project.extract.endpoints import Endpoints


def test_variables_move_an_address_and_empty_ones_do_not() -> None:
    moved = Endpoints.from_environment({"OPKOERS_CBS_V3_URL": "http://127.0.0.1:1/odata/", "OPKOERS_DUO_URL": ""})
    assert moved == Endpoints(cbs_v3="http://127.0.0.1:1/odata")


def test_the_environment_is_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPKOERS_CBS_V4_URL", "http://127.0.0.1:2/CBS")
    assert Endpoints.from_environment().cbs_v4 == "http://127.0.0.1:2/CBS"
    monkeypatch.delenv("OPKOERS_CBS_V4_URL")
    assert Endpoints.from_environment().cbs_v4 == "https://datasets.cbs.nl/odata/v1/CBS"
