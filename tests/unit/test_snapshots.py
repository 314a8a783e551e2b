"""Snapshots keep the publisher's bytes once, unchanged, with a sidecar that can be believed."""

from __future__ import annotations

import contextlib
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts import Dataset
from dagster_project.errors import UnsoundData, VerificationFailed
from dagster_project.snapshots import Recording, Snapshot, SnapshotStore, end_of_day, pack, sha256_of

DATASET = Dataset.model_validate(
    {
        "source_id": "made_up",
        "dataset_id": "figures",
        "kind": "duo_csv",
        "title": "Made-up figures",
        "licence": "CC0",
        "attribution": "nobody",
        "path": "figures.csv",
        "region_dimension": "GEMEENTE",
        "period_dimension": "JAAR",
        "measures": [{"measure": "AANTAL", "concept": "things"}],
    }
)


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots")


def add(store: SnapshotStore, content: str, moment: str, url: str = "made-up://figures") -> tuple[Snapshot, bool]:
    file = store.root.parent / "arrived.tmp"
    file.write_text(content)
    recording = Recording(file, "csv", "wire", url, http_status=200, publisher_modified=moment, row_count=1)
    return store.add(DATASET, recording, retrieved_at=moment)


def test_the_id_is_the_sha256_of_the_file_and_the_bytes_are_those_that_arrived(store: SnapshotStore) -> None:
    snapshot, is_new = add(store, "a;b\n1;2\n", "2026-01-01T00:00:00Z")
    assert is_new
    assert store.path_of(snapshot).read_bytes() == b"a;b\n1;2\n"
    assert sha256_of(store.path_of(snapshot)) == snapshot.snapshot_id == store.path_of(snapshot).stem


def test_the_same_bytes_again_are_a_sighting_and_no_second_file(store: SnapshotStore) -> None:
    first, _ = add(store, "same", "2026-01-01T00:00:00Z")
    again, is_new = add(store, "same", "2026-02-01T00:00:00Z")
    assert not is_new
    assert again.snapshot_id == first.snapshot_id
    assert again.sightings == ["2026-02-01T00:00:00Z"]
    assert [s.snapshot_id for s in store.all()] == [first.snapshot_id]
    assert not (store.root.parent / "arrived.tmp").exists()


def test_bytes_that_come_back_after_others_are_the_newest_again(store: SnapshotStore) -> None:
    first, _ = add(store, "one", "2026-01-01T00:00:00Z")
    second, _ = add(store, "two", "2026-02-01T00:00:00Z")
    add(store, "one", "2026-03-01T00:00:00Z")
    assert [s.snapshot_id for s in store.known("made_up", "figures")] == [second.snapshot_id, first.snapshot_id]


def test_what_was_known_on_a_day_leaves_out_what_came_later(store: SnapshotStore) -> None:
    first, _ = add(store, "one", "2026-01-01T00:00:00Z")
    second, _ = add(store, "two", "2026-02-01T22:59:59Z")
    assert store.known("made_up", "figures", date(2025, 12, 31)) == []
    assert [s.snapshot_id for s in store.known("made_up", "figures", date(2026, 1, 31))] == [first.snapshot_id]
    assert store.known("made_up", "figures", date(2026, 2, 1))[-1].snapshot_id == second.snapshot_id


def test_a_day_ends_at_midnight_in_amsterdam() -> None:
    assert end_of_day(date(2026, 1, 31)) == "2026-01-31T22:59:59Z"
    assert end_of_day(date(2026, 7, 31)) == "2026-07-31T21:59:59Z"


def test_a_changed_byte_is_found_on_reading(store: SnapshotStore) -> None:
    snapshot, _ = add(store, "figures", "2026-01-01T00:00:00Z")
    store.path_of(snapshot).write_text("fiqures")
    with pytest.raises(VerificationFailed, match="was changed: its sha256 is"):
        store.verify(snapshot)


def test_bytes_that_are_gone_are_named(store: SnapshotStore) -> None:
    snapshot, _ = add(store, "figures", "2026-01-01T00:00:00Z")
    store.path_of(snapshot).unlink()
    with pytest.raises(VerificationFailed, match="is gone"):
        store.verify(snapshot)


@pytest.mark.parametrize(
    "change", [{"extra": 1}, {"row_count": "many"}, {"snapshot_id": "0" * 64}, {"origin": "rumour"}]
)
def test_a_sidecar_with_a_wrong_key_or_value_is_refused(store: SnapshotStore, change: dict[str, object]) -> None:
    snapshot, _ = add(store, "figures", "2026-01-01T00:00:00Z")
    path = store.sidecar_of(snapshot)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(VerificationFailed):
        list(store.all())


def test_a_reconstructed_snapshot_must_say_of_what(store: SnapshotStore) -> None:
    snapshot, _ = add(store, "figures", "2026-01-01T00:00:00Z")
    path = store.sidecar_of(snapshot)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"origin": "reconstructed"}))
    with pytest.raises(VerificationFailed, match="original_url|None is not of type"):
        list(store.all())


def test_an_unsound_snapshot_is_moved_with_its_reason_and_serves_no_more(store: SnapshotStore, tmp_path: Path) -> None:
    snapshot, _ = add(store, "nonsense", "2026-01-01T00:00:00Z")
    kept = store.set_aside(snapshot, "the unit changed", tmp_path / "rejected")
    assert kept.read_text() == "nonsense"
    assert json.loads(kept.with_suffix(".json").read_text())["reason"] == "the unit changed"
    assert store.latest("made_up", "figures") is None


@given(bodies=st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_packing_keeps_every_body_and_address_and_gives_the_same_bytes_twice(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("pages")
    members = []
    for number, body in enumerate(bodies):
        page = folder / str(number)
        page.write_bytes(body)
        members.append((f"page-{number:04}.json", page, f"https://example.invalid/page?{number}"))
    pack(folder / "one.zip", members)
    pack(folder / "two.zip", members)
    assert sha256_of(folder / "one.zip") == sha256_of(folder / "two.zip")
    with zipfile.ZipFile(folder / "one.zip") as archive:
        assert [archive.read(info) for info in archive.infolist()] == bodies
        assert [info.comment.decode() for info in archive.infolist()] == [url for _, _, url in members]


def test_bytes_that_change_while_they_are_read_are_not_believed(store: SnapshotStore) -> None:
    snapshot, _ = add(store, "a;b\n1;2\n", "2026-01-01T00:00:00Z")
    with store.opened(snapshot) as path:
        assert path.read_bytes() == b"a;b\n1;2\n"
    with (
        pytest.raises(VerificationFailed, match="was changed"),
        store.opened(snapshot) as path,
    ):
        path.write_text("a;b\n1;9\n")


def test_bytes_that_change_and_cannot_be_read_then_are_no_fault_of_what_they_said(store: SnapshotStore) -> None:
    snapshot, _ = add(store, "a;b\n1;2\n", "2026-01-01T00:00:00Z")
    with pytest.raises(UnsoundData, match="its own fault"), store.opened(snapshot):
        raise UnsoundData("its own fault")

    def spoil(path: Path) -> None:
        path.write_text("a;b\n1;9\n")
        raise UnsoundData("line 2 is unreadable")

    with pytest.raises(VerificationFailed, match="was changed"), store.opened(snapshot) as path:
        spoil(path)


def test_a_snapshot_half_set_aside_stands_whole_in_one_place_at_least(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever step of it is the last: a sidecar without its bytes would stop every later run."""
    steps = ("copyfile", "replace", "unlink")
    for number in range(12):
        snapshot, _ = add(store, f"content {number}", "2026-01-01T00:00:00Z")
        left = number

        def stopping(work: Callable[..., object]) -> Callable[..., object]:
            def step(*arguments: object, **named: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    raise KeyboardInterrupt
                return work(*arguments, **named)

            return step

        with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            for owner, name in zip((shutil, Path, Path), steps, strict=True):
                patch.setattr(owner, name, stopping(getattr(owner, name)))
            store.set_aside(snapshot, "made up to be wrong", tmp_path / "rejected")
        stored = store.sidecar_of(snapshot).is_file()
        if stored:
            store.verify(store.read_sidecar(store.sidecar_of(snapshot)))
        else:
            moved = tmp_path / "rejected" / snapshot.relative_path
            assert (sha256_of(moved), moved.with_suffix(".json").is_file()) == (snapshot.snapshot_id, True)
    assert left > 0, "the last round came to its end"
