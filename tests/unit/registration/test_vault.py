"""The vault gives back what was delivered, keeps it from everybody else, and knows when it cannot."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.extract.pseudonym import HMAC_KEY
from dagster_project.registration import vault as vault_module
from dagster_project.registration.identity import AGE_IDENTITY, as_file, new_identity
from dagster_project.registration.vault import Vault, vault_faults, vault_state
from dagster_project.run import clear_leftovers
from dagster_project.workspace import Workspace
from tests.unit.registration.originals import DATASET, PLAIN, deliver, export, holds_number, was_killed

posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes and signals are others here")


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setattr(vault_module, "utc_now", lambda: moment)


def plain_of(vault: Vault, folder: Path) -> list[str]:
    """The texts of all kept originals."""
    texts = []
    for original in vault.all():
        with vault.opened(original, folder) as path:
            texts.append(path.read_text())
    return texts


@given(st.binary(max_size=200_000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_comes_out_is_what_went_in(vault: Vault, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file.parquet"
    file.write_bytes(content)
    original, _ = vault.add(DATASET, file, "grants.parquet", is_synthetic=False)
    assert (original.original_id, original.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    with vault.opened(original, tmp_path / "plain") as path:
        assert (path.read_bytes(), path.suffix) == (content, ".parquet")
    assert file.read_bytes() == content


def test_an_original_says_where_it_came_from(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-01-15T23:30:00Z")
    original = deliver(vault, tmp_path)
    assert vault.all() == [original]
    assert (original.source_id, original.dataset_id, original.file_name) == (
        "registration",
        "grants",
        "grants_2024.csv",
    )
    assert (original.extension, original.is_synthetic, original.licence) == ("csv", True, "not published")
    assert (original.received_at, original.sightings, original.forgotten_at) == ("2026-01-15T23:30:00Z", [], None)
    assert original.received_on.isoformat() == "2026-01-16"  # it was past midnight in Amsterdam
    assert original.retain_until == "2026-04-26"  # a hundred days later


@pytest.mark.parametrize(
    ("suffix", "extension"),
    [("csv", "csv"), ("CSV", "csv"), ("txt", "csv"), ("xlsx", "xlsx"), ("parquet", "parquet"), ("zip", "zip")],
)
def test_the_suffix_tells_what_kind_of_file_it_is(vault: Vault, tmp_path: Path, suffix: str, extension: str) -> None:
    original, _ = vault.add(DATASET, export(tmp_path, suffix=suffix), "grants", is_synthetic=False)
    assert original.extension == extension


@posix_only
def test_files_are_closed_and_so_is_every_folder_on_the_way(vault: Vault, workspace: Workspace, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        original = deliver(vault, tmp_path)
        with vault.opened(original, tmp_path / "plain") as path:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    finally:
        os.umask(before)
    files = list(vault.root.iterdir())
    assert sorted(path.suffix for path in files) == [".age", ".json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    folders = (vault.root, workspace.data / "confidential")
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_number_stands_nowhere_in_the_workspace(vault: Vault, workspace: Workspace, tmp_path: Path) -> None:
    original = deliver(vault, tmp_path)
    with vault.opened(original, workspace.build / "run") as path:
        assert holds_number(workspace.root) == [path]
    assert holds_number(workspace.root) == []


def test_the_plain_copy_goes_when_reading_fails(vault: Vault, workspace: Workspace, tmp_path: Path) -> None:
    original = deliver(vault, tmp_path)
    with pytest.raises(RuntimeError), vault.opened(original, workspace.build / "run"):
        raise RuntimeError("a reader stumbles")
    assert list((workspace.build / "run").iterdir()) == []


def test_the_same_bytes_are_one_original_and_one_more_sighting(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "2026-01-15T12:00:00Z")
    first = deliver(vault, tmp_path)
    at(monkeypatch, "2026-02-15T12:00:00Z")
    again, is_new = vault.add(DATASET, export(tmp_path), "grants_2024.csv", is_synthetic=True)
    assert not is_new
    assert (again.original_id, again.received_at) == (first.original_id, first.received_at)
    assert again.sightings == ["2026-02-15T12:00:00Z"]
    assert again.retain_until == first.retain_until
    assert vault.all() == [again]


def test_originals_come_oldest_first_by_their_last_delivery(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, text in enumerate(["one", "two", "three", "one"], start=1):
        at(monkeypatch, f"2026-01-0{day}T12:00:00Z")
        deliver(vault, tmp_path, text)
    assert plain_of(vault, tmp_path / "plain") == ["two", "three", "one"]


def test_a_misnamed_file_is_put_right_by_its_next_delivery(vault: Vault, tmp_path: Path) -> None:
    deliver(vault, tmp_path, name="grants_2023.csv")
    renamed = deliver(vault, tmp_path, name="grants_2024.csv")
    assert [(one.file_name, len(one.sightings)) for one in vault.all()] == [("grants_2024.csv", 1)]
    vault.discard(renamed)
    assert [(one.file_name, len(one.sightings)) for one in vault.all()] == [("grants_2023.csv", 0)]
    assert plain_of(vault, tmp_path / "plain") == [PLAIN]


def test_the_contract_of_the_last_delivery_counts(vault: Vault, tmp_path: Path) -> None:
    deliver(vault, tmp_path)
    other = deliver(vault, tmp_path, dataset_id="benefits")
    assert [one.dataset_id for one in vault.all()] == ["benefits"]
    vault.discard(other)
    assert [one.dataset_id for one in vault.all()] == ["grants"]


def test_what_was_refused_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    vault.discard(deliver(vault, tmp_path))
    assert (vault.all(), list(vault.root.iterdir())) == ([], [])


def test_what_was_refused_twice_leaves_nothing_either(vault: Vault, tmp_path: Path) -> None:
    """A run was killed between adding a file and refusing it; the next run adds it again."""
    deliver(vault, tmp_path)
    vault.discard(deliver(vault, tmp_path))
    assert (vault.all(), list(vault.root.iterdir())) == ([], [])


def test_a_changed_byte_is_named(vault: Vault, workspace: Workspace, tmp_path: Path) -> None:
    original = deliver(vault, tmp_path)
    stored = vault.root / f"{original.original_id}.age"
    content = bytearray(stored.read_bytes())
    content[-20] ^= 1
    stored.write_bytes(content)
    with (
        pytest.raises(VerificationFailed, match=f"{original.original_id}.age cannot be decrypted .*was changed"),
        vault.opened(original, workspace.build / "run"),
    ):
        pytest.fail("a changed original was read")
    assert list((workspace.build / "run").iterdir()) == []
    assert [original.original_id in fault for fault in vault_faults(workspace)] == [True]


def test_another_original_in_its_place_is_named(vault: Vault, workspace: Workspace, tmp_path: Path) -> None:
    one, other = deliver(vault, tmp_path, "one"), deliver(vault, tmp_path, "other")
    (vault.root / f"{other.original_id}.age").replace(vault.root / f"{one.original_id}.age")
    faults = sorted(vault_faults(workspace), key=lambda fault: "gone" in fault)
    assert "was changed: its sha256 is" in faults[0]
    assert "is gone" in faults[1]
    assert len(faults) == 2


def test_a_damaged_original_is_mended_by_delivering_it_again(
    vault: Vault, workspace: Workspace, tmp_path: Path
) -> None:
    original = deliver(vault, tmp_path)
    (vault.root / f"{original.original_id}.age").write_bytes(b"nonsense")
    assert len(list(vault_faults(workspace))) == 1
    deliver(vault, tmp_path)
    assert list(vault_faults(workspace)) == []


def test_a_file_that_changes_meanwhile_is_not_kept(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "sha256_of", lambda _: "0" * 64)
    with pytest.raises(VerificationFailed, match="was changed"):
        deliver(vault, tmp_path)
    assert list(vault.root.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [{"extra": 1}, {"bytes": "many"}, {"original_id": "0" * 64}, {"extension": "exe"}, {"forgotten_at": "once"}],
)
def test_a_sidecar_with_a_wrong_key_or_value_is_refused(
    vault: Vault, workspace: Workspace, tmp_path: Path, change: dict[str, object]
) -> None:
    original = deliver(vault, tmp_path)
    sidecar = vault.root / f"{original.original_id}.json"
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | change))
    with pytest.raises(VerificationFailed, match="Sidecar"):
        vault.all()
    assert len(list(vault_faults(workspace))) == 1
    vault.clear_leftovers()
    assert (vault.root / f"{original.original_id}.age").is_file()


def test_another_key_cannot_read_it(vault: Vault, workspace: Workspace, tmp_path: Path) -> None:
    deliver(vault, tmp_path)
    AGE_IDENTITY.file(workspace).write_text(as_file([new_identity()]))
    (fault,) = vault_faults(workspace)
    assert "the key is another one" in fault


def test_without_a_key_nothing_is_kept_and_the_way_out_is_told(bare_workspace: Workspace, tmp_path: Path) -> None:
    vault = Vault(bare_workspace)
    assert (vault.all(), list(vault_faults(bare_workspace)), list(vault_state(bare_workspace))) == ([], [], [])
    with pytest.raises(ConfigurationError, match="OPKOERS_AGE_IDENTITY is empty .*secret.age.*opkoers key make"):
        deliver(vault, tmp_path)
    assert vault.all() == []


def test_the_environment_gives_the_key(
    bare_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AGE_IDENTITY.variable, str(new_identity()))
    deliver(Vault(bare_workspace), tmp_path)
    assert plain_of(Vault(bare_workspace), tmp_path / "plain") == [PLAIN]


def test_a_key_file_elsewhere_gives_the_key(
    bare_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "elsewhere.age"
    path.write_text(as_file([new_identity()]))
    path.chmod(0o600)
    monkeypatch.setenv(AGE_IDENTITY.file_variable, str(path))
    deliver(Vault(bare_workspace), tmp_path)
    assert plain_of(Vault(bare_workspace), tmp_path / "plain") == [PLAIN]


@pytest.mark.parametrize("text", ["geheim-woord", "", "# only a comment\n"])
def test_a_wrong_key_is_refused_without_showing_it(workspace: Workspace, tmp_path: Path, text: str) -> None:
    AGE_IDENTITY.file(workspace).write_text(text)
    with pytest.raises(ConfigurationError, match="secret.age holds") as caught:
        deliver(Vault(workspace), tmp_path)
    assert "geheim" not in str(caught.value)


@posix_only
def test_a_key_file_that_others_can_reach_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    AGE_IDENTITY.file(workspace).chmod(0o640)
    with pytest.raises(ConfigurationError, match="can be read by other users, expected mode 0600"):
        deliver(Vault(workspace), tmp_path)


def test_a_full_disk_is_no_damaged_original(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = deliver(vault, tmp_path)

    def full(hashing: object, part: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vault_module._Hashing, "write", full)
    with pytest.raises(OSError, match="No space left"):
        vault.verify(original)


def test_verifying_tells_what_is_kept_and_what_was_forgotten(
    vault: Vault, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "2025-01-15T12:00:00Z")
    deliver(vault, tmp_path, "old", "grants_2024.csv")
    at(monkeypatch, "2026-01-15T12:00:00Z")
    deliver(vault, tmp_path, "new", "grants_2025.csv")
    vault.forget(vault.all()[1].received_on)
    assert list(vault_faults(workspace)) == []
    kept, forgotten = vault_state(workspace)
    assert kept.startswith("1 encrypted originals")
    assert "grants_2024.csv of 2025-01-15 was forgotten by policy on 2026-01-15" in forgotten


def test_verifying_names_what_is_no_original(vault: Vault, workspace: Workspace, tmp_path: Path) -> None:
    original = deliver(vault, tmp_path, "new", "grants_2025.csv")
    (vault.root / ".unfinished.age.1.tmp").write_text("x", encoding="utf-8")
    assert list(vault_faults(workspace)) == []
    (vault.root / "kopie.csv").write_text("x", encoding="utf-8")
    (vault.root / f"{original.original_id}.json").unlink()
    orphan, strange = vault_faults(workspace)
    assert f"{original.original_id}.age has no sidecar, and the next refresh removes it" in orphan
    assert strange.startswith(f"{vault.root / 'kopie.csv'} is no original")


@posix_only
def test_memory_does_not_grow_with_the_file(workspace: Workspace, tmp_path: Path) -> None:
    """Bytes that a child of its own needs at most, for a file of 160 MB that is written, read back and opened."""
    import resource

    big = tmp_path / "big.csv"
    with big.open("wb") as stream:
        for _ in range(160):
            stream.write(b"123456782;MR01;2024-01-01;00\n" * 36_000)

    def work() -> None:
        vault = Vault(workspace)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        original, _ = vault.add(DATASET, big, "grants.csv", is_synthetic=True)
        with vault.opened(original, workspace.build / "run") as path:
            assert path.stat().st_size == big.stat().st_size
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # kilobytes

    assert not was_killed(work, tmp_path / "nowhere", 1)


@posix_only
class TestKilled:
    """A process that is killed at any touch of a file leaves whole originals or none, and the next one completes."""

    def sound(self, workspace: Workspace, expected: list[set[str]], tmp_path: Path) -> None:
        """After the clean-up of the next run every original is whole, and no number stands anywhere."""
        clear_leftovers(workspace)
        vault = Vault(workspace)
        assert list(vault_faults(workspace)) == []
        kept = [original for original in vault.all() if original.forgotten_at is None]
        texts = set()
        for original in kept:
            with vault.opened(original, tmp_path / "plain") as path:
                texts.add(path.read_text())
        assert texts in expected
        assert sorted(path.stem for path in vault.root.glob("*.age")) == sorted(one.original_id for one in kept)
        assert {path.suffix for path in vault.root.glob("*")} <= {".age", ".json"}
        assert not list(vault.root.glob(".*"))
        assert holds_number(workspace.root) == []

    def test_while_adding(self, workspace: Workspace, tmp_path: Path) -> None:
        file, step = export(tmp_path), 1

        def work() -> None:
            Vault(workspace).add(DATASET, file, "grants.csv", is_synthetic=True)

        while was_killed(work, workspace.data / "confidential", step):
            self.sound(workspace, [set(), {PLAIN}], tmp_path)
            work()
            self.sound(workspace, [{PLAIN}], tmp_path)
            Vault(workspace).discard(Vault(workspace).all()[0])
            step += 1
        assert step > 6
        self.sound(workspace, [{PLAIN}], tmp_path)

    def test_while_forgetting(self, workspace: Workspace, tmp_path: Path) -> None:
        vault, step = Vault(workspace), 1
        other = PLAIN + "more\n"

        def work() -> None:
            Vault(workspace).forget(original.received_on.replace(year=2200))

        while True:
            deliver(vault, tmp_path)
            original = deliver(vault, tmp_path, other)
            killed = was_killed(work, workspace.data / "confidential", step)
            self.sound(workspace, [set(), {PLAIN}, {other}, {PLAIN, other}], tmp_path)
            work()
            self.sound(workspace, [set()], tmp_path)
            if not killed:
                break
            step += 1
        assert step > 6
        assert {one.forgotten_at is None for one in vault.all()} == {False}

    def test_while_a_copy_is_open(self, workspace: Workspace, tmp_path: Path) -> None:
        vault = Vault(workspace)
        original = deliver(vault, tmp_path)

        def work() -> None:
            with vault.opened(original, workspace.build / "run") as path:
                path.read_text()

        step = 1
        while was_killed(work, workspace.data, step):
            self.sound(workspace, [{PLAIN}], tmp_path)
            step += 1
        assert step > 3


def test_the_two_keys_stand_side_by_side(workspace: Workspace) -> None:
    assert HMAC_KEY.file(workspace).parent == AGE_IDENTITY.file(workspace).parent == workspace.root / "data"
