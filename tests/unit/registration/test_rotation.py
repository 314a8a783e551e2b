"""Keys are made once, and rotated without a moment at which something cannot be read."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

from dagster_project.cli import main
from dagster_project.errors import EXIT_USAGE, ConfigurationError
from dagster_project.extract.pseudonym import HMAC_KEY, Pseudonymiser
from dagster_project.registration import rotation
from dagster_project.registration.identity import AGE_IDENTITY, identities_of, new_identity
from dagster_project.registration.vault import Vault, vault_faults
from dagster_project.run import clear_leftovers
from dagster_project.workspace import Workspace
from tests.unit.registration.originals import BSN, PLAIN, deliver, holds_number, was_killed

posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes and signals are others here")


class Rebuilds:
    """Stands in for the confidential database: notes under which key it was last made."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def rebuild(self, workspace: Workspace, pseudonymiser: Pseudonymiser) -> None:
        for original in Vault(workspace).all():
            with Vault(workspace).opened(original, workspace.build / "rebuild") as path:
                assert BSN in path.read_text()
        self.file.write_text(str(pseudonymiser.client_key(BSN)))


@pytest.fixture
def rebuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "made-with"
    stand_in = SimpleNamespace(rebuild=Rebuilds(file).rebuild)
    monkeypatch.setitem(sys.modules, "dagster_project.registration.confidential", stand_in)
    return file


def keys_of(workspace: Workspace) -> tuple[str, str]:
    return HMAC_KEY.file(workspace).read_text(), AGE_IDENTITY.file(workspace).read_text()


def test_both_keys_are_made_once(bare_workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["key", "make", "--workspace", str(bare_workspace.root)]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "secret.key" in said
    assert "secret.age" in said
    made = keys_of(bare_workspace)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == EXIT_USAGE
    assert "never overwritten" in capsys.readouterr().err
    assert keys_of(bare_workspace) == made


@posix_only
def test_fresh_keys_are_closed(workspace: Workspace) -> None:
    files = (HMAC_KEY.file(workspace), AGE_IDENTITY.file(workspace))
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_only_the_key_that_lacks_is_made(workspace: Workspace) -> None:
    hmac_key, _ = keys_of(workspace)
    AGE_IDENTITY.file(workspace).unlink()
    told = rotation.make_keys(workspace)
    assert "originals are encrypted with" in told[0]
    assert keys_of(workspace)[0] == hmac_key
    assert len(identities_of(workspace)) == 1


def test_a_key_from_the_environment_needs_no_file(bare_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HMAC_KEY.variable, "ab" * 32)
    monkeypatch.setenv(AGE_IDENTITY.variable, str(new_identity()))
    with pytest.raises(ConfigurationError, match="OPKOERS_HMAC_KEY and OPKOERS_AGE_IDENTITY"):
        rotation.make_keys(bare_workspace)
    with pytest.raises(ConfigurationError, match="OPKOERS_HMAC_KEY_FILE and OPKOERS_AGE_IDENTITY_FILE"):
        rotation.rotate(bare_workspace)
    assert not HMAC_KEY.file(bare_workspace).exists()


def test_no_new_key_shuts_originals_out(workspace: Workspace, tmp_path: Path) -> None:
    vault = Vault(workspace)
    original = deliver(vault, tmp_path)
    AGE_IDENTITY.file(workspace).unlink()
    with pytest.raises(ConfigurationError, match="1 originals were encrypted with it.*backup.*opkoers forget"):
        rotation.make_keys(workspace)
    vault.forget(original.received_on.replace(year=2200))
    rotation.make_keys(workspace)


@pytest.mark.parametrize("command", [rotation.make_keys, rotation.rotate])
def test_keys_wait_for_a_refresh(workspace: Workspace, command: Callable[[Workspace], list[str]]) -> None:
    before = keys_of(workspace)
    with FileLock(workspace.data / ".refresh.lock"), pytest.raises(ConfigurationError, match="Another refresh"):
        command(workspace)
    assert keys_of(workspace) == before


def test_a_rotation_renews_both_keys_and_everything_made_with_them(
    workspace: Workspace, tmp_path: Path, rebuilt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = Vault(workspace)
    original = deliver(vault, tmp_path)
    old_keys, old_identity = keys_of(workspace), identities_of(workspace)[0]
    old_bytes = (vault.root / f"{original.original_id}.age").read_bytes()
    with pytest.raises(SystemExit) as ended:
        main(["key", "rotate", "--workspace", str(workspace.root)])
    assert ended.value.code == 0
    assert "1 were encrypted anew" in capsys.readouterr().out
    assert set(keys_of(workspace)).isdisjoint(old_keys)
    assert rebuilt.read_text() == Pseudonymiser.of(workspace).client_key(BSN)
    assert (vault.root / f"{original.original_id}.age").read_bytes() != old_bytes
    assert [str(one) == str(old_identity) for one in identities_of(workspace)] == [False]
    assert list(vault_faults(workspace)) == []
    assert Vault(workspace).all() == [original]
    assert holds_number(workspace.root) == []


def test_without_originals_nothing_is_made_anew(workspace: Workspace, rebuilt: Path) -> None:
    before = keys_of(workspace)
    rotation.rotate(workspace)
    assert not rebuilt.exists()
    assert set(keys_of(workspace)).isdisjoint(before)


def test_a_rotation_without_a_key_says_how_to_make_one(bare_workspace: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="opkoers key make"):
        rotation.rotate(bare_workspace)


def test_keys_stay_when_the_database_cannot_be_made_anew(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(workspace: Workspace, pseudonymiser: Pseudonymiser) -> None:
        raise RuntimeError("a model failed")

    monkeypatch.setitem(sys.modules, "dagster_project.registration.confidential", SimpleNamespace(rebuild=fails))
    deliver(Vault(workspace), tmp_path)
    before = keys_of(workspace)
    with pytest.raises(RuntimeError):
        rotation.rotate(workspace)
    assert keys_of(workspace) == before


@posix_only
def test_a_rotation_that_is_killed_loses_nothing_and_is_run_again(
    workspace: Workspace, tmp_path: Path, rebuilt: Path
) -> None:
    originals = [deliver(Vault(workspace), tmp_path, text) for text in (PLAIN, PLAIN + "more\n")]
    step = 1
    while was_killed(lambda: rotation.rotate(workspace), workspace.root, step):
        clear_leftovers(workspace)
        assert list(vault_faults(workspace)) == []
        assert Vault(workspace).all() == sorted(originals, key=lambda one: (one.last_seen_at, one.original_id))
        assert holds_number(workspace.root) == []
        step += 1
    assert step > 20
    assert len(identities_of(workspace)) == 1
    assert list(vault_faults(workspace)) == []
    assert rebuilt.read_text() == Pseudonymiser.of(workspace).client_key(BSN)
