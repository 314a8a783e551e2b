"""What the commands make of what was typed."""

from datetime import UTC, date, datetime, tzinfo
from typing import Any

import pytest

from dagster_project import run as run_module
from dagster_project.cli.terminal import past_day
from dagster_project.errors import ConfigurationError


def test_a_day_begins_in_amsterdam_also_where_the_machine_counts_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    class HalfPastMidnight(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime(2026, 11, 26, 23, 30, tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr(run_module, "datetime", HalfPastMidnight)
    assert past_day("2026-11-27") == date(2026, 11, 27)
    with pytest.raises(ConfigurationError, match="2026-11-28 lies in the future"):
        past_day("2026-11-28")


def test_no_day_is_none_and_what_is_no_day_is_told() -> None:
    assert past_day(None) is None
    with pytest.raises(ConfigurationError, match="--as-of wants a day as 2025-04-15, found 'gisteren'"):
        past_day("gisteren")
