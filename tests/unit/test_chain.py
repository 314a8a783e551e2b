"""The chain ties every record to those before it: no byte of it changes unseen, and a killed run is made good."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from dagster_project import chain
from dagster_project.errors import VerificationFailed
from dagster_project.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n', encoding="utf-8")
    return Workspace(tmp_path)


def put(workspace: Workspace, path: str, content: object = "a record") -> Path:
    record = workspace.data / path
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(content), encoding="utf-8")
    return record


def chained(workspace: Workspace, *paths: str) -> list[chain.Link]:
    for path in paths:
        chain.append(workspace, put(workspace, path, path), stands=path.startswith("publications"))
    return chain.read_chain(workspace)


def test_each_line_names_a_record_its_hash_and_the_line_before(workspace: Workspace) -> None:
    assert (chain.read_chain(workspace), chain.head(workspace)) == ([], None)
    first, second = chained(workspace, "publications/a/manifest.json", "runs/1.json")
    assert (first.number, first.previous, first.stands, first.kind) == (1, None, True, "publications")
    assert (second.number, second.previous, second.stands, second.kind) == (2, first.link, False, "runs")
    assert second.sha256 == chain.sha256_of(workspace.data / "runs/1.json")
    assert chain.head(workspace) == second.link


def test_no_byte_of_it_changes_unseen(workspace: Workspace) -> None:
    chained(workspace, "publications/a/manifest.json", "runs/1.json", "editions/2026-04/edition.json")
    file = chain.file_of(workspace)
    sound = file.read_bytes()
    chance = random.Random(6)  # noqa: S311 - the same places every time
    for place in chance.sample(range(len(sound)), 60):
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        with pytest.raises(VerificationFailed, match=r"chain\.jsonl, line [123], is not as it was written"):
            chain.read_chain(workspace)
    lines = sound.splitlines(keepends=True)
    for forged in (lines[1:], [lines[0], lines[2]], [lines[1], lines[0], lines[2]], [lines[0], *lines]):
        file.write_bytes(b"".join(forged))
        with pytest.raises(VerificationFailed, match="does not follow on the line before"):
            chain.read_chain(workspace)


def test_a_broken_chain_is_not_added_to(workspace: Workspace) -> None:
    chained(workspace, "runs/1.json")
    chain.file_of(workspace).write_text("{}\n", encoding="utf-8")
    with pytest.raises(VerificationFailed, match="begins a new one"):
        chain.append(workspace, put(workspace, "runs/2.json"))
    with pytest.raises(VerificationFailed, match="line 1"):
        chain.settle(workspace)
    assert chain.file_of(workspace).read_text(encoding="utf-8") == "{}\n"


def test_a_chain_begins_with_all_that_is_there(workspace: Workspace) -> None:
    for path in ("runs/1.json", "publications/a/manifest.json", "publications/.b.tmp/manifest.json"):
        put(workspace, path)
    chain.settle(workspace)
    assert [(link.path, link.is_late) for link in chain.read_chain(workspace)] == [
        ("publications/a/manifest.json", True),
        ("runs/1.json", True),
    ]


def test_what_a_killed_run_completed_is_chained_by_the_next_and_nothing_else(workspace: Workspace) -> None:
    (link,) = chained(workspace, "runs/2026-02.json")
    put(workspace, "publications/next/manifest.json", {"chain": link.link})
    put(workspace, "publications/foreign/manifest.json", {"chain": "0" * 64})
    put(workspace, "publications/torn/manifest.json").write_text("{", encoding="utf-8")
    put(workspace, "runs/2026-01.json")
    put(workspace, "runs/2026-03.json")
    chain.settle(workspace)
    added = chain.read_chain(workspace)[1:]
    assert [(late.path, late.is_late, late.stands) for late in added] == [
        ("publications/next/manifest.json", True, False),
        ("runs/2026-03.json", True, False),
    ]
    before = chain.file_of(workspace).stat().st_mtime_ns
    chain.settle(workspace)
    assert chain.file_of(workspace).stat().st_mtime_ns == before


def test_jq_and_sha256sum_agree(workspace: Workspace) -> None:
    """The commands of `docs/audit.md`."""
    if not (shutil.which("jq") and shutil.which("sha256sum") and shutil.which("bash")):
        pytest.skip("no jq or sha256sum on this machine")
    chained(workspace, "publications/a/manifest.json", "runs/1.json")
    guide = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    commands = [line for line in guide.splitlines() if line.startswith("jq ")]
    assert len(commands) == 3

    def outcomes() -> list[int]:
        shell = ["bash", "-o", "pipefail", "-c"]
        return [
            subprocess.run([*shell, line], cwd=workspace.data, capture_output=True, check=False).returncode
            for line in commands
        ]

    assert outcomes() == [0, 0, 0]
    (workspace.data / "runs" / "1.json").write_text("{}", encoding="utf-8")
    file = chain.file_of(workspace)
    file.write_text(file.read_text(encoding="utf-8").replace('"number": 2', '"number": 3'), encoding="utf-8")
    assert [bool(code) for code in outcomes()] == [True, True, False]
