"""What `verify` says of stored bytes, before it builds anything: each fault is named, and what is none is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from dagster_project import chain, verify
from dagster_project.cli import main
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.publication import read_manifest
from dagster_project.signing import make_signing_key, signer_of
from dagster_project.snapshots import SnapshotStore, sha256_of
from dagster_project.verification import anew
from dagster_project.workspace import Workspace
from tests.unit.verification.small import LABEL, PUBLICATION, change, freeze, publish, settle, take


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One snapshot, one publication, one edition."""
    made = settle(tmp_path / "w")
    take(made)
    publish(made)
    freeze(made)
    return made


@pytest.fixture(autouse=True)
def not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tables come out of no build, so that none is tried."""
    monkeypatch.setattr(anew, "build_anew", lambda _, kept: f"{kept.name} would be built anew.")


def faults(workspace: Workspace) -> list[str]:
    return verify.examine(workspace).faults


def sidecar(workspace: Workspace) -> Path:
    (path,) = workspace.snapshots.glob("*/*/*.json")
    return path


def test_what_is_as_it_was_agrees_and_is_built_anew(workspace: Workspace) -> None:
    report = verify.examine(workspace)
    assert (report.faults, report.notes) == ([], [])
    content_hash = read_manifest(workspace.publications / PUBLICATION)["content_hash"]
    assert report.verified == [
        "1 snapshots and their sidecars are as they were stored.",
        "2 files of 1 publications are as they were published.",
        f"Publication {PUBLICATION} stands; its content hash is {content_hash}.",
        f"2 files of edition {LABEL} are as they were frozen.",
        "2 records follow on each other in the chain.",
        f"publications/{PUBLICATION} would be built anew.",
        f"editions/{LABEL} would be built anew.",
    ]


Tamper = Callable[[Workspace], object]


def _edit(**values: object) -> Tamper:
    return lambda workspace: change(sidecar(workspace), **values)


def _move_sidecar(workspace: Workspace) -> None:
    old = sidecar(workspace)
    (workspace.snapshots / "cbs" / "kwb_2024").mkdir(parents=True)
    for path in (old, old.with_suffix(".csv")):
        path.rename(workspace.snapshots / "cbs" / "kwb_2024" / path.name)


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (
            _edit(retrieved_at="2025-01-01T00:00:00Z"),
            "retrieved_at was 2026-04-01T06:00:00Z, and is 2025-01-01T00:00:00Z",
        ),
        (_edit(licence="alle rechten"), "licence was"),
        (_edit(url="https://example.org/elders.csv"), "url was https://example.org/verzuim.csv"),
        (_edit(attribution="niemand"), "was changed after publication"),
        (_edit(bytes=7), "says 7 bytes, and the file has 8"),
        (_edit(bytes="8"), "is not of type 'integer'"),
        (_edit(note="x"), "'note' was unexpected"),
        (_edit(snapshot_id="0" * 64), "it was renamed"),
        (lambda w: sidecar(w).unlink(), "has no sidecar"),
        (lambda w: sidecar(w).with_suffix(".csv").unlink(), "is gone"),
        (lambda w: sidecar(w).write_text("[]"), "is not of type 'object'"),
        (lambda w: sidecar(w).write_bytes(b"\xff"), "is not as it was written"),
        (_move_sidecar, "speaks of another dataset than its folder: it was moved"),
        (lambda w: sidecar(w).with_suffix(".txt").write_text("x"), "is not the file that its sidecar speaks of"),
        (lambda w: (w.snapshots / "LEESMIJ.txt").write_text("x"), "snapshots/LEESMIJ.txt is no snapshot"),
        (lambda w: (w.publications / "kopie").mkdir(), "publications/kopie/manifest.json is gone"),
        (lambda w: (w.editions / "oud").mkdir(), "editions/oud does not belong there"),
        (lambda w: (w.runs).mkdir() or (w.runs / "1.json").write_text("{}"), "runs/1.json is not in the chain"),
        (lambda w: chain.file_of(w).unlink(), "chain.jsonl is gone"),
        (lambda w: w.current.unlink(), "leads to nothing"),
    ],
)
def test_a_fault_is_named_and_nothing_is_built_on_it(workspace: Workspace, tamper: Tamper, told: str) -> None:
    tamper(workspace)
    report = verify.examine(workspace)
    assert any(told in fault for fault in report.faults), report.faults
    assert not [sentence for sentence in report.verified if "built anew" in sentence]


def test_sightings_may_grow_and_none_may_go_or_change(workspace: Workspace) -> None:
    take(workspace, moment="2026-05-01T06:00:00Z")
    publish(workspace, "20260501T060000Z-1a1b2c3d")
    take(workspace, moment="2026-06-01T06:00:00Z")
    assert faults(workspace) == []
    change(sidecar(workspace), sightings=["2026-06-01T06:00:00Z"])
    (told,) = faults(workspace)
    assert "has other sightings than publication 20260501T060000Z-1a1b2c3d knew" in told
    change(sidecar(workspace), sightings=[])
    (told,) = faults(workspace)
    assert "moments were changed or taken out" in told


def test_what_a_killed_run_left_is_a_note(workspace: Workspace) -> None:
    (workspace.publications / ".20260501T060000Z-1.tmp").mkdir()
    (workspace.snapshots / "duo" / "verzuim_gemeente" / ".x.csv.tmp").write_text("x")
    report = verify.examine(workspace)
    assert report.faults == []
    assert [note.split()[0] for note in report.notes] == [
        "publications/.20260501T060000Z-1.tmp",
        "snapshots/duo/verzuim_gemeente/.x.csv.tmp",
    ]


def test_the_oldest_publications_may_be_taken_out_and_no_other(workspace: Workspace, tmp_path: Path) -> None:
    second, third = (publish(workspace, f"2026050{n}T060000Z-1a1b2c3d") for n in (1, 2))
    (workspace.publications / PUBLICATION).rename(tmp_path / "elsewhere")
    report = verify.examine(workspace)
    assert report.faults == []
    assert report.notes[0].startswith("The oldest 1 publications were taken out")
    third.rename(tmp_path / "third")
    told = faults(workspace)
    assert f"publications/{third.name}/manifest.json is gone; it was chained" in " ".join(told)
    assert "leads to" in " ".join(told)
    (tmp_path / "third").rename(third)
    (tmp_path / "elsewhere").rename(workspace.publications / PUBLICATION)
    second.rename(tmp_path / "second")
    (told_of_second,) = faults(workspace)
    assert told_of_second.startswith(f"publications/{second.name}/manifest.json is gone")


def test_everything_gone_is_no_clean_slate(workspace: Workspace, tmp_path: Path) -> None:
    workspace.publications.rename(tmp_path / "p")
    workspace.editions.rename(tmp_path / "e")
    assert any("is gone; it was chained" in told for told in faults(workspace))
    with pytest.raises(ConfigurationError, match="Nothing is published yet"):
        verify.examine(settle(tmp_path / "fresh"))


def test_a_pointer_that_was_set_back_is_worth_a_note(workspace: Workspace) -> None:
    publish(workspace, "20260501T060000Z-1a1b2c3d")
    workspace.current.unlink()
    workspace.current.symlink_to(f"publications/{PUBLICATION}")
    report = verify.examine(workspace)
    assert report.faults == []
    assert report.notes == [
        f"Publication {PUBLICATION} stands, and 20260501T060000Z-1a1b2c3d is newer: current was set back."
    ]


def test_a_chain_that_was_written_anew_does_not_hold_what_manifests_name(workspace: Workspace) -> None:
    chain.file_of(workspace).unlink()
    chain.settle(workspace)
    (told,) = faults(workspace)
    assert told.startswith(f"editions/{LABEL}/edition.json was made after link")
    assert "chain.jsonl was cut or written anew" in told


def test_a_record_that_is_forged_with_the_chain_still_has_the_tables_against_it(workspace: Workspace) -> None:
    manifest = workspace.publications / PUBLICATION / "manifest.json"
    tables = json.loads(manifest.read_text())["tables"]
    tables["dim_period"]["rows"] = 3
    change(manifest, tables=tables)
    chain.file_of(workspace).unlink()
    change(workspace.editions / LABEL / "edition.json", chain=None)
    chain.settle(workspace)
    told = faults(workspace)
    assert f"publications/{PUBLICATION}/manifest.json has other rows or another hash of table dim_period" in told[0]
    assert "content hash that is not that of its tables" in told[1]


def test_many_faults_are_told_in_part_and_counted(workspace: Workspace) -> None:
    for number in range(30):
        (workspace.snapshots / f"{number:02}.txt").write_text("x")
    with pytest.raises(VerificationFailed) as failed:
        verify.verify(workspace)
    lines = str(failed.value).splitlines()
    assert len(lines) == 22
    assert lines[0].startswith("snapshots/00.txt is no snapshot")
    assert lines[20] == "And 10 more faults."
    assert len(verify.examine(workspace).as_record()["faults"]) == 30


def test_a_snapshot_that_was_set_aside_later_is_no_fault_of_an_earlier_publication(workspace: Workspace) -> None:
    store = SnapshotStore(workspace.snapshots)
    (first,) = store.all()
    take(workspace, "a;b\n3;4\n", "2026-05-01T06:00:00Z")
    publish(workspace, "20260501T060000Z-1a1b2c3d")
    (workspace.editions / LABEL).rename(workspace.data / "elsewhere")
    links = [replace(link) for link in chain.read_chain(workspace) if link.kind == "publications"]
    chain.file_of(workspace).unlink()
    chain.settle(workspace)
    assert len(links) == 2
    store.set_aside(first, "unsound", workspace.rejected)
    assert not [told for told in faults(workspace) if "Pin" in told]
    (workspace.rejected / "duo" / "verzuim_gemeente" / f"{first.snapshot_id}.json").unlink()
    assert [told for told in faults(workspace) if told.startswith("Pin snapshots/duo/verzuim_gemeente/")]


def test_no_refresh_runs_meanwhile(workspace: Workspace) -> None:
    with FileLock(workspace.data / ".refresh.lock"), pytest.raises(ConfigurationError, match="Another refresh"):
        verify.examine(workspace)


def test_once_a_public_key_is_named_what_stands_must_be_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPKOERS_SIGNING_KEY", raising=False)
    monkeypatch.setenv("OPKOERS_SIGNING_KEY_FILE", str(tmp_path / "key.pem"))
    public = make_signing_key(tmp_path / "key.pem")
    workspace = settle(tmp_path / "w", f'[signing]\npublic_key = "{public}"\n')
    signer = signer_of(workspace)
    assert signer is not None
    take(workspace)
    publish(workspace)
    assert faults(workspace) == [
        f"publications/{PUBLICATION}/manifest.json is not signed, and [signing] in opkoers.toml names a public key. "
        "Run: opkoers refresh."
    ]
    later = publish(workspace, "20260501T060000Z-1a1b2c3d", signed_with=public)
    signer.sign(later / "manifest.json")
    report = verify.examine(workspace)
    assert report.faults == [], "what was published before there was a key stays unsigned"
    assert "1 of 2 publications and editions are signed, and each signature holds." in report.verified
    broken = settle(tmp_path / "w", '[signing]\npublic_key = "geen sleutel"\n')
    with pytest.raises(ConfigurationError, match="'geen sleutel', and no Ed25519 public key"):
        verify.examine(broken)
    forged = (later / "manifest.json.sig").read_bytes()
    (later / "manifest.json.sig").write_bytes(forged[:-1] + bytes([forged[-1] ^ 1]))
    (told,) = faults(workspace)
    assert told.startswith(f"The signature publications/{later.name}/manifest.json.sig is not that of")


def test_every_file_of_an_edition_that_was_changed_taken_out_or_added_is_named(workspace: Workspace) -> None:
    later = freeze(workspace, "2026-10")
    folder = workspace.editions / LABEL
    (folder / "site" / "index.html").write_text("anders", encoding="utf-8")
    (folder / "site" / "extra.html").write_text("extra", encoding="utf-8")
    (later / "site" / "index.html").unlink()
    assert faults(workspace) == [
        f"editions/{LABEL}/site/index.html was changed after it was frozen. Restore it from backup.",
        f"editions/{LABEL}/site/extra.html was added after the edition was frozen. Take it out.",
        "editions/2026-10/site/index.html is gone. Restore it from backup.",
    ]


def test_an_edition_that_was_changed_or_is_gone_breaks_the_chain(workspace: Workspace, tmp_path: Path) -> None:
    record = workspace.editions / LABEL / "edition.json"
    freeze(workspace, "2026-10", previous_edition={"label": LABEL, "sha256": sha256_of(record)})
    assert faults(workspace) == []
    change(record, as_of="2025-12-01")
    assert f"editions/{LABEL}/edition.json was changed after edition 2026-10 was frozen" in " ".join(faults(workspace))
    assert f"editions/{LABEL}/edition.json was changed after it was chained" in " ".join(faults(workspace))
    record.parent.rename(tmp_path / "elsewhere")
    assert f"Edition {LABEL}, on which edition 2026-10 looks back, is gone." in " ".join(faults(workspace))


def test_a_machine_gets_the_same_report_and_exit_code(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for tamper, code in ((lambda: None, 0), (sidecar(workspace).unlink, 6)):
        tamper()
        with pytest.raises(SystemExit) as ended:
            main(["verify", "--json", "--workspace", str(workspace.root)])
        assert ended.value.code == code
        report = json.loads(capsys.readouterr().out)
        assert (report["agrees"], bool(report["faults"])) == (code == 0, code == 6)
