"""The documentation is true: it builds with every link checked, and its commands are run, page by page.

A block marked `sh` or `python` is run, in the order of its page, in a folder with a checkout's demo beside it. Blocks
without a mark show what needs a server, a file of yours, or another program.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.demo import make_demo_workspace
from dagster_project.execution import refresh
from dagster_project.product import product_root
from dagster_project.run import RunOptions
from dagster_project.workspace import Workspace
from tests.standin.server import StandIn

DOCS = product_root() / "docs"
BLOCK = re.compile(r"^ *```(sh|python)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if BLOCK.search(page.read_text()))
_CLONE = """
git() {  # the checkout at hand is what is cloned, with the environment that these tests run in
    if [ "$1" = clone ]; then
        command git clone --quiet --no-hardlinks "$OPKOERS_CHECKOUT" opkoers
        ln -s "$OPKOERS_ENVIRONMENT" opkoers/.venv
        touch opkoers/.venv/.installed opkoers/.venv/.installed-dev  # so that nothing is installed over it
        export PYTHONPATH="$PWD/opkoers"
    else
        command git "$@"
    fi
}
"""


def test_the_documentation_builds_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("mkdocs")), "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=product_root(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for page in ("commands", "settings", "tables", "indicators", "sources"):
        assert (tmp_path / "reference" / f"{page}.html").stat().st_size > 20_000, page
    fetched = re.compile(r'(?:src|href)="(?:https?:)?//(?!squidfunk)[^"]*\.(?:js|css|woff2?|png|svg)"')
    assert [page.name for page in tmp_path.rglob("*.html") if fetched.search(page.read_text(encoding="utf-8"))] == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo after its first run, as `make demo` leaves it."""
    folder = tmp_path_factory.mktemp("documentation") / "demo"
    make_demo_workspace(folder)
    said, code = refresh(Workspace(folder), RunOptions(offline=True))
    assert code == 0, said
    return folder


@pytest.fixture
def shell(tmp_path: Path, demo: Path, country: StandIn) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a script in a folder with the demo in it; the sources are a stand-in."""
    place = tmp_path / "reader"
    place.mkdir()
    shutil.copytree(demo, place / "demo", symlinks=True)
    programs = Path(sys.executable).parent
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "OPKOERS_CHECKOUT": str(product_root()),
        "OPKOERS_ENVIRONMENT": str(programs.parent),
    }

    def run(script: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-euo", "pipefail", "-c", _CLONE + script]
        return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=pytest.mark.long) if page == "tutorial.md" else page for page in PAGES]
)
def test_the_commands_of_a_page_do_what_it_says(
    page: str, shell: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    script = "\n".join(_as_shell(kind, body) for kind, body in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")))
    done = shell(script)
    assert done.returncode == 0, f"{page}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def _as_shell(kind: str, body: str) -> str:
    return body if kind == "sh" else f"python - <<'PYTHON'\n{body}\nPYTHON"
