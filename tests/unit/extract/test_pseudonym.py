"""Client numbers: one key per client, and a secret that stays one."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.errors import ConfigurationError
from dagster_project.extract.pseudonym import HMAC_KEY, Pseudonymiser, new_key
from dagster_project.keys import make_key_file
from dagster_project.workspace import Workspace

KEY = bytes(range(32))
posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes mean nothing here")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.delenv(HMAC_KEY.variable, raising=False)
    monkeypatch.delenv(HMAC_KEY.file_variable, raising=False)
    (tmp_path / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n', encoding="utf-8")
    return Workspace(tmp_path)


def test_a_client_key_is_the_hmac_of_the_number() -> None:
    expected = hmac.new(KEY, b"123456", hashlib.sha256).hexdigest()
    assert Pseudonymiser(KEY).client_key("123456") == expected


@given(st.integers(1, 10**9), st.integers(0, 4), st.sampled_from(["", " ", "\t"]))
def test_leading_zeros_and_space_do_not_make_another_client(number: int, zeros: int, space: str) -> None:
    pseudonymiser = Pseudonymiser(KEY)
    assert pseudonymiser.client_key(f"{space}{'0' * zeros}{number}{space}") == pseudonymiser.client_key(str(number))


@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=20))
def test_clients_stay_apart(numbers: list[str]) -> None:
    pseudonymiser = Pseudonymiser(KEY)
    normal = {number.strip().lstrip("0") if number.strip().isdecimal() else number.strip() for number in numbers} - {""}
    assert len({key for number in numbers if (key := pseudonymiser.client_key(number))}) == len(normal)


def test_letters_keep_their_zeros() -> None:
    pseudonymiser = Pseudonymiser(KEY)
    assert pseudonymiser.client_key("0A1") != pseudonymiser.client_key("A1")


@pytest.mark.parametrize("number", ["", "  ", "0", "0000"])
def test_no_number_has_no_key(number: str) -> None:
    assert Pseudonymiser(KEY).client_key(number) is None


def test_another_key_makes_other_clients() -> None:
    assert Pseudonymiser(KEY).client_key("1") != Pseudonymiser(bytes(32)).client_key("1")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="has 4 bytes, expected 32 or more"):
        Pseudonymiser(b"kort")


def test_the_environment_gives_the_key(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HMAC_KEY.variable, KEY.hex())
    assert Pseudonymiser.of(workspace).client_key("7") == Pseudonymiser(KEY).client_key("7")


def test_a_key_file_named_by_the_environment_gives_the_key(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "elsewhere" / "key"
    make_key_file(path, new_key())
    monkeypatch.setenv(HMAC_KEY.file_variable, str(path))
    expected = Pseudonymiser(bytes.fromhex(path.read_text(encoding="ascii"))).client_key("7")
    assert Pseudonymiser.of(workspace).client_key("7") == expected


def test_without_a_key_the_error_says_how_to_make_one(workspace: Workspace) -> None:
    with pytest.raises(
        ConfigurationError, match="OPKOERS_HMAC_KEY is empty and there is no .*secret.key.*opkoers key make"
    ):
        Pseudonymiser.of(workspace)


@posix_only
def test_a_fresh_key_file_is_closed_and_works(workspace: Workspace) -> None:
    path = HMAC_KEY.own_file(workspace.root)
    make_key_file(path, new_key())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Pseudonymiser.of(workspace).client_key("7") is not None


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_that_others_can_reach_is_refused(workspace: Workspace, mode: int) -> None:
    path = HMAC_KEY.own_file(workspace.root)
    make_key_file(path, new_key())
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="can be read by other users, expected mode 0600"):
        Pseudonymiser.of(workspace)


def test_a_key_file_is_never_replaced(tmp_path: Path) -> None:
    make_key_file(tmp_path / "key", new_key())
    before = (tmp_path / "key").read_text(encoding="ascii")
    with pytest.raises(ConfigurationError, match="exists"):
        make_key_file(tmp_path / "key", new_key())
    assert (tmp_path / "key").read_text(encoding="ascii") == before


def test_a_wrong_key_is_refused_without_showing_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HMAC_KEY.variable, "geheim-woord")
    with pytest.raises(ConfigurationError, match="is not a hexadecimal key") as caught:
        Pseudonymiser.of(workspace)
    assert "geheim" not in str(caught.value)
    assert caught.value.__suppress_context__
