"""The confidential database of the tests, made once."""

from __future__ import annotations

import pytest

from tests.unit.registration.confidential import Confidential


@pytest.fixture(scope="session")
def confidential(tmp_path_factory: pytest.TempPathFactory) -> Confidential:
    return Confidential(tmp_path_factory.mktemp("confidential"))
