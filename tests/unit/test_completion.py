"""A real shell completes commands, options, ids of the register and the workspace, and editions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project import cli
from dagster_project.demo import init_workspace

PROGRAMS = Path(sys.executable).parent
pytestmark = pytest.mark.skipif(
    shutil.which("bash") is None or not (PROGRAMS / "opkoers").is_file(), reason="needs bash and an installed opkoers"
)
ASK = """
source <(opkoers completion bash)
complete -p opkoers
COMP_WORDS=(opkoers "$@")
COMP_CWORD=$#
_opkoers_completion opkoers
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("completion")
    init_workspace(root, "GM0396", "Heemskerk", registrations=False)
    with (root / "objectives.csv").open("a", encoding="utf-8") as stream:
        stream.write("koers;koers-07;Zorg;Minder zorg\n")
    (root / "data" / "editions" / "2026-04").mkdir(parents=True)
    return root


def proposed(folder: Path, *words: str) -> list[str]:
    """What bash proposes behind some words; the last of them has only been begun."""
    environment = os.environ | {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", "--norc", "-c", ASK, "bash", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    first, *rest = done.stdout.splitlines()
    assert first == "complete -o default -F _opkoers_completion opkoers"
    return [line for line in rest if line]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("st",), ["status"]),
        (("edition", "f"), ["freeze"]),
        (("refresh", "--of"), ["--offline"]),
        (("trace", "bijstand_per_10000_18"), ["bijstand_per_10000_18plus"]),
        (("trace", "koers-"), ["koers-07"]),
        (("edition", "diff", "2026"), ["2026-04"]),
        (("init", "--gemeente", "Heem"), ["Heemskerk", "Heemstede"]),
        (("demo", "--sample", "w"), ["westervoort"]),
        (("trace", "bijstand_per_10000_18plus", "GM"), []),  # nothing is published: nothing to propose
    ],
)
def test_bash_completes(workspace: Path, words: tuple[str, ...], expected: list[str]) -> None:
    assert proposed(workspace, *words) == expected


def test_outside_a_workspace_nothing_of_one_is_proposed(tmp_path: Path) -> None:
    assert proposed(tmp_path, "edition", "diff", "2") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_that_asks_opkoers(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["completion", shell])
    assert ended.value.code == 0
    assert f"_OPKOERS_COMPLETE=complete_{shell}" in capsys.readouterr().out
