"""Which workspaces a folder holds, and what may be set for all of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.many.installation import Installation


def settle(root: Path, *keys: str) -> Installation:
    for key in keys:
        (root / key).mkdir(parents=True)
        (root / key / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n')
    return Installation(root)


def test_every_folder_with_settings_is_one_and_is_not_looked_into(tmp_path: Path) -> None:
    kept = "noord/heemskerk/data/editions/2026-04/workspace"
    installation = settle(tmp_path, "noord/heemskerk", kept, "almere", ".shared/odd")
    (tmp_path / "zuid").symlink_to(tmp_path / "noord")
    (tmp_path / "notes.txt").touch()
    assert installation.workspace_keys() == ["almere", "noord/heemskerk"]
    assert installation.workspace("noord/heemskerk").root == tmp_path / "noord" / "heemskerk"


@pytest.mark.parametrize("name", ["a,b", "a[1]", "a...b", "a|b"])
def test_a_name_that_cannot_be_a_key_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="Give it another name"):
        settle(tmp_path, name).workspace_keys()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_seen_is_one_that_will_be_told_of(tmp_path: Path) -> None:
    installation = settle(tmp_path, "almere", "heemskerk")
    (tmp_path / "almere").chmod(0)
    try:
        assert installation.workspace_keys() == ["almere", "heemskerk"]
    finally:
        (tmp_path / "almere").chmod(0o700)


def test_a_key_does_not_lead_out(tmp_path: Path) -> None:
    settle(tmp_path, "inside", "outside")
    with pytest.raises(ConfigurationError, match="leads out"):
        Installation(tmp_path / "inside").workspace("../outside")


def test_what_is_set_for_all_is_read_strictly(tmp_path: Path) -> None:
    assert Installation(tmp_path).settings.schedule == "0 6 * * 1-5"
    (tmp_path / "workspaces.toml").write_text('schedule = "0 5 * * *"\n[network]\nconnections = 2\n')
    settings = Installation(tmp_path).settings
    assert (settings.schedule, settings.network.connections, settings.network.attempts) == ("0 5 * * *", 2, 4)
    for text in ("gemeente = 'GM0396'\n", "schedule = ["):
        (tmp_path / "workspaces.toml").write_text(text)
        with pytest.raises(ConfigurationError, match=r"workspaces\.toml"):
            Installation(tmp_path)
    with pytest.raises(ConfigurationError, match="There is no folder"):
        Installation(tmp_path / "nowhere")
