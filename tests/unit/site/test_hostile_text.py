"""Whoever fills the workspace's files cannot put anything but text on a page: every free text of every table tries.

Names that join tables get the same ending everywhere, so that all pages are still made.
"""

from __future__ import annotations

import re

import duckdb
import pytest

from dagster_project.site import render_site
from dagster_project.workspace import Workspace
from tests.unit.site import care_rows, more_rows, plan_rows
from tests.unit.site.html_outline import Outline
from tests.unit.site.page_build import DOELEN, GEMEENTE, NOT_MEASURABLE, RUN, make_build

ATTACK = (
    """"'></title></style></svg>--><script>alert(1)</script>"""
    "<img src=x onerror=alert(2)><a href=javascript:alert(3)>"
)
"""Breaks out of an attribute, of a title, of a drawing and of a comment."""

FREE = (
    *("title", "opgave", "result_area", "owner", "instrument", "programme", "remarks", "ambition", "evaluation"),
    *("council_moments", "action", "expected_effect", "subject", "body", "choice", "effect_financial"),
    *("effect_organisational", "effect_society", "risk", "author_role", "text", "maatregel", "budget_line"),
    *("indicator_group", "name_nl", "definition_nl", "region_name", "message", "observed", "expected", "url"),
    *("publisher_modified", "licence", "attribution", "successor_note", "file_name", "source_text", "break_reason"),
    *("rhythm", "moment_text", "source", "reason", "source_reference", "suite", "expectation"),
)
UNSHOWN = {
    *("council_moments", "effect_organisational", "evaluation", "message", "result_area", "source_reference"),
    "successor_note",
}
"""No page of this build has a place for them, or no row has them."""

SETTINGS = ["gemeente_name", "synthetic_note", "reading_note", "contact"]


_HARMLESS = re.compile(r"https?://|mailto:|#|[a-z0-9-]+\.(html|css)(#|$)|data:,$")


def marked(name: str) -> str:
    return f"{ATTACK}[{name}]"


@pytest.fixture(scope="module")
def hostile_pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("hostile")
    build = make_build(
        root / "warehouse.duckdb",
        doelen=[*DOELEN, NOT_MEASURABLE],
        sql=plan_rows.ALL + more_rows.ALL + care_rows.ALL,
    )
    with duckdb.connect(str(build)) as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        for table, column in columns:
            if column in FREE:
                connection.execute(
                    f"update marts.{table} set {column} = {column} || ? where {column} is not null", [marked(column)]
                )
        connection.execute("update marts.dim_narrative set text = text || ?", ["\n\n" + "\n\n".join(LINKS)])
        connection.execute("update marts.audit_snapshot set url = 'javascript:alert(1)' where dataset_id like '%a%'")
        for table in {table for table, column in columns if column == "objective_id"}:
            connection.execute(
                f"update marts.{table} set objective_id = ? where objective_id = 'heemskerk-21'", [f"../../{ATTACK}"]
            )
    workspace = root / "workspace"
    workspace.mkdir()
    lines = [f'gemeente = "{GEMEENTE}"', *(f"{name} = '''{marked(name)}'''" for name in SETTINGS)]
    (workspace / "opkoers.toml").write_text("\n".join(lines), encoding="utf-8")
    files = render_site(build, Workspace(workspace), root / "site", RUN)
    assert {path.parent for path in files} == {root / "site"}
    assert all(re.fullmatch(r"[a-z0-9-]+\.(html|css)", path.name) for path in files)
    return {path.name: path.read_text(encoding="utf-8") for path in files if path.suffix == ".html"}


LINKS = (
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "<javascript:alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "![x](https://pixel.example/a.png)",
    "[x]: javascript:alert(1)",
    '[x](https://example.nl "\\" onmouseover=alert(1)")',
)


def test_no_page_holds_anything_that_runs_or_fetches(hostile_pages: dict[str, str]) -> None:
    assert len(hostile_pages) > 40
    for name, html in hostile_pages.items():
        for tag, attributes in Outline(html).tags:
            assert tag not in {"script", "img", "iframe", "object", "embed", "form", "base", "style"}, (name, tag)
            for attribute, value in attributes.items():
                assert not attribute.startswith("on"), (name, tag, attribute)
                if attribute in ("href", "src", "xlink:href", "action"):
                    assert re.match(r"https?://|mailto:|#|[a-z0-9-]+\.(html|css)(#|$)|data:,$", value or ""), (
                        name,
                        value,
                    )


def test_every_text_is_shown_as_it_was_written(hostile_pages: dict[str, str]) -> None:
    shown = " ".join(Outline(html).text for html in hostile_pages.values())
    attributes = " ".join(
        value or "" for html in hostile_pages.values() for _, own in Outline(html).tags for value in own.values()
    )
    missing = {name for name in (*FREE, *SETTINGS) if marked(name) not in shown and marked(name) not in attributes}
    assert missing == UNSHOWN, sorted(missing)


def test_no_attribute_is_broken_open(hostile_pages: dict[str, str]) -> None:
    """In the source itself: wherever the attack stands, its quotes and brackets are written out."""
    for name, html in hostile_pages.items():
        assert "<script" not in html, name
        assert "onerror=alert(2)>" not in html, name
