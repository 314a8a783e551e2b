"""The documentation is true: it builds with every link checked, and its commands are run, page by page.

A block marked `sh` or `python` is run, in the order of its page, in a folder with a checkout's demo beside it. Blocks
without a mark show what needs a server, a file of yours, or another program. What the pages say of clients that readers
have on their own machine is tried with those clients.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, text

from dagster_project.product import product_root
from dagster_project.publication import current_folder
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import Workspace
from tests.clients import client
from tests.integration.conftest import own_demo
from tests.standin.server import StandIn

DOCS = product_root() / "docs"
BLOCK = re.compile(r"^ *```(sh|python)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
README = product_root() / "README.md"
PAGES = {
    page.relative_to(DOCS).as_posix(): page.read_text(encoding="utf-8")
    for page in sorted(DOCS.rglob("*.md"))
    if BLOCK.search(page.read_text(encoding="utf-8"))
}
PARTS = {
    f"README: {part.partition(chr(10))[0]}": part
    for part in README.read_text(encoding="utf-8").split("\n## ")
    if BLOCK.search(part)
}
"""The README by its sections, which a reader tries one by one."""
CLIENTS = {"duckdb -": ("duckdb-cli", "PATH", "duckdb_cli"), "import polars": ("polars", "PYTHONPATH", "")}
"""What in a script asks for a client of the reader, and where the shell must find it."""
LONG = {"tutorial.md", "how-to/backup.md", "README: For your own municipality", "README: Audit a figure"}
"""What makes publications of its own; each of their commands is run elsewhere as well."""
VIEWS = ("v_bbv", "v_doelen", "v_kosten", "v_wijken")
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


_IN_A_CHECKOUT = """
git clone https://example.org/opkoers.git
mv demo opkoers/
cd opkoers
"""


@pytest.fixture
def shell(tmp_path: Path, published_demo: Path, country: StandIn) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a script in a folder with the demo in it; the sources are a stand-in."""
    place = tmp_path / "reader"
    place.mkdir()
    own_demo(published_demo, place / "demo")
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
    "page", [pytest.param(page, marks=pytest.mark.long) if page in LONG else page for page in (*PARTS, *PAGES)]
)
def test_the_commands_of_a_page_do_what_it_says(
    page: str, shell: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    script = "\n".join(_as_shell(kind, body) for kind, body in BLOCK.findall((PARTS | PAGES)[page]))
    if page in PARTS and "make " in script:
        script = f"{_IN_A_CHECKOUT}\n{script}"
    done = shell(_with_clients(script))
    assert done.returncode == 0, f"{page}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_every_block_of_the_readme_is_run() -> None:
    fences = re.findall(r"^ *```(\w*)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    opened = fences[::2]
    assert opened.count("sh") + opened.count("python") == len(opened) - 1, "only the drawing is no command"


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", README.read_text(encoding="utf-8"))
    own = [link for link in links if "://" not in link]
    assert len(own) > 15
    assert [link for link in own if not (README.parent / link).is_file()] == []


def _with_clients(script: str) -> str:
    needed = [where for asks, where in CLIENTS.items() if asks in script]
    lines = [f'export {variable}="{client(name) / part}:${{{variable}:-}}"' for name, variable, part in needed]
    return "\n".join([*lines, script])


def _as_shell(kind: str, body: str) -> str:
    return body if kind == "sh" else f"python - <<'PYTHON'\n{body}\nPYTHON"


READ_ALL = """
import sys, duckdb
direct = duckdb.connect(sys.argv[1], read_only=True)
attached = duckdb.connect()
attached.execute(f"attach '{sys.argv[1]}' as another (read_only)")
for connection in (direct, attached):
    connection.execute("set enable_progress_bar = false")  # which a slow machine would be shown among the lines
tables = direct.execute("select table_name from information_schema.tables where table_schema = 'marts'").fetchall()
for (table,) in sorted(tables):
    rows = direct.execute(f"select * from marts.{table} order by all").fetchall()
    assert rows == attached.execute(f"select * from another.marts.{table} order by all").fetchall(), table
    print(table, len(rows))
print(duckdb.__version__)
"""


@pytest.fixture(scope="module")
def warehouse(published_demo: Path) -> Path:
    folder = current_folder(Workspace(published_demo))
    assert folder is not None
    return folder / WAREHOUSE


def rows_of(warehouse: Path, table: str) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        ((rows,),) = connection.execute(f"select count(*) from marts.{table}").fetchall()
    return int(rows)


@pytest.mark.parametrize(("name", "version"), [("duckdb-1.1", "1.1."), ("duckdb-1.4", "1.4.")])
def test_an_older_duckdb_reads_every_table_opened_directly_and_attached(
    warehouse: Path, name: str, version: str
) -> None:
    environment = os.environ | {"PYTHONPATH": str(client(name))}
    command = [sys.executable, "-c", READ_ALL, str(warehouse)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *told, used = done.stdout.split("\n")[:-1]
    assert used.startswith(version)
    assert dict(line.split() for line in told) == {
        line.split()[0]: str(rows_of(warehouse, line.split()[0])) for line in told
    }
    assert {line.split()[0] for line in told} > set(VIEWS)


@pytest.mark.parametrize(("name", "folder"), [("duckdb-cli-1.4", "bin"), ("duckdb-cli", "duckdb_cli")])
def test_the_command_line_reads_the_views(warehouse: Path, name: str, folder: str) -> None:
    program = client(name) / folder / "duckdb"
    for view in VIEWS:
        command = [str(program), "-readonly", "-csv", "-noheader", str(warehouse), f"select count(*) from marts.{view}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) == rows_of(warehouse, view) > 0


def test_the_address_for_superset_reads_and_does_not_write(warehouse: Path) -> None:
    page = (DOCS / "how-to" / "bi-tools.md").read_text(encoding="utf-8")
    (address,) = re.findall(r"`(duckdb:///[^`]*)`", page)
    expected = rows_of(warehouse, "v_doelen")  # before: one process opens a file in one way only
    engine = create_engine(address.replace("/srv/opkoers/heemskerk/data/current/warehouse.duckdb", str(warehouse)))
    try:
        with engine.connect() as connection:
            assert connection.execute(text("select count(*) from marts.v_doelen")).scalar() == expected
            with pytest.raises(Exception, match="read-only"):
                connection.execute(text("delete from marts.v_doelen"))
    finally:
        engine.dispose()


LAYER = """
import json, sys, pyogrio
print(json.dumps({name: str(value) for name, value in pyogrio.read_info(sys.argv[1]).items()}))
meta, _, geometry, columns = pyogrio.raw.read(sys.argv[1])
print(json.dumps({"fields": list(meta["fields"]), "shapes": sum(one is not None for one in geometry)}))
print(json.dumps([str(code) for code in columns[list(meta["fields"]).index("wijkcode")]]))
"""


def test_gdal_and_so_qgis_reads_the_layer_of_wijken(warehouse: Path) -> None:
    layer = warehouse.parent / "export" / "wijken.geojson"
    environment = os.environ | {"PYTHONPATH": str(client("pyogrio"))}
    command = [sys.executable, "-c", LAYER, str(layer)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    info, read, codes = (json.loads(line) for line in done.stdout.splitlines())
    assert (info["crs"], info["geometry_type"]) == ("EPSG:28992", "Polygon")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        shapes = connection.execute("select region_code from marts.dim_region_shape order by 1").fetchall()
        shown = connection.execute("select distinct indicator_id from marts.v_wijken where is_nieuwste").fetchall()
    assert [(code,) for code in codes] == shapes
    assert read["shapes"] == len(shapes) > 0
    assert {indicator for (indicator,) in shown} <= set(read["fields"])
