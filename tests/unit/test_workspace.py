"""A workspace is found from below, and its settings are checked with a sentence that helps."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from dagster_project.errors import ConfigurationError
from dagster_project.publication import settings_hash
from dagster_project.run import refresh_lock
from dagster_project.workspace import find_workspace

GOOD = 'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n'


def make(folder: Path, text: str) -> Path:
    (folder / "opkoers.toml").write_text(text)
    return folder


def test_it_is_found_from_a_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, GOOD)
    (tmp_path / "drop").mkdir()
    monkeypatch.chdir(tmp_path / "drop")
    assert find_workspace().root == tmp_path.resolve()


def test_without_one_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="opkoers init"):
        find_workspace()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('gemeente = "0396"\ngemeente_name = "x"\n', "gemeente"),
        (GOOD + "thresold = 5\n", "thresold"),
        (GOOD + "small_count_threshold = 0\n", "small_count_threshold"),
        ("gemeente = \n", "not readable TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        find_workspace(make(tmp_path, text))


def test_a_source_that_is_not_named_is_on(tmp_path: Path) -> None:
    workspace = find_workspace(make(tmp_path, GOOD + "[sources]\nduo = false\n"))
    assert workspace.source_is_on("cbs")
    assert not workspace.source_is_on("duo")


def test_a_second_refresh_of_the_same_workspace_is_told_to_wait(tmp_path: Path) -> None:
    workspace = find_workspace(make(tmp_path, GOOD))
    workspace.data.mkdir()
    other = FileLock(workspace.data / ".refresh.lock")
    with other, pytest.raises(ConfigurationError, match="Another refresh"), refresh_lock(workspace):
        pytest.fail("two refreshes were let in")
    with refresh_lock(workspace), refresh_lock(workspace), pytest.raises(Timeout):
        other.acquire(timeout=0)


@pytest.mark.parametrize(
    "url", ["", "https://lineage.invalid/api/v1/lineage", "http://127.0.0.1:5000/api/v1/lineage", "http://localhost"]
)
def test_lineage_events_may_go_over_tls_or_within_this_machine(tmp_path: Path, url: str) -> None:
    workspace = find_workspace(make(tmp_path, f'{GOOD}[openlineage]\nurl = "{url}"\n'))
    assert workspace.settings.openlineage.url == url


@pytest.mark.parametrize(
    "url",
    ["http://lineage.invalid/", "http://127.0.0.1.evil.invalid/", "ftp://x", "https://me:secret@lineage.invalid/"],
)
def test_lineage_events_go_nowhere_unencrypted_and_no_secret_stands_in_the_settings(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="openlineage.url") as refused:
        find_workspace(make(tmp_path, f'{GOOD}[openlineage]\nurl = "{url}"\n'))
    assert "secret" not in str(refused.value)


def test_only_what_decides_what_is_said_is_in_the_hash_of_the_settings(tmp_path: Path) -> None:
    texts = [
        "",
        '[openlineage]\nurl = "https://lineage.invalid/"\n',
        '[catalog]\nlicence = "https://licence.invalid/"\n',
    ]
    plain, monitored, licensed = (settings_hash(find_workspace(make(tmp_path, GOOD + text))) for text in texts)
    assert plain == monitored != licensed
