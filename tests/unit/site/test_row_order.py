"""Pages follow from the rows and not from the order in which they happen to stand: a rebuild gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dagster_project.site import render_site
from tests.unit.site.page_build import DOELEN, NOT_MEASURABLE, RUN, make_build, make_workspace


def turn_round(database: Path) -> None:
    """Let the rows of every table stand in the opposite order."""
    with duckdb.connect(str(database)) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        for (table,) in tables:
            connection.execute(
                f"create or replace temp table held as select row_number() over () as n, * from marts.{table}"
            )
            connection.execute(f"delete from marts.{table}")
            connection.execute(f"insert into marts.{table} select * exclude (n) from held order by n desc")


def add_files_of_one_moment(database: Path) -> None:
    """Snapshots of one dataset that came at the same second, as the tellings of a plan do."""
    with duckdb.connect(str(database)) as connection:
        for number in range(3):
            connection.execute(
                "insert into marts.audit_snapshot select * replace ($id as snapshot_id, $url as url)"
                " from marts.audit_snapshot where is_serving order by all limit 1",
                {"id": str(number) * 64, "url": f"narratives/doel-{number}.md"},
            )


def test_the_order_of_rows_leaves_no_trace(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "workspace")
    build = make_build(tmp_path / "warehouse.duckdb", doelen=[*DOELEN, NOT_MEASURABLE])
    add_files_of_one_moment(build)
    render_site(build, workspace, tmp_path / "as_it_was", RUN)
    turn_round(build)
    render_site(build, workspace, tmp_path / "turned", RUN)
    pages = {path.name: path.read_bytes() for path in (tmp_path / "as_it_was").iterdir()}
    assert len(pages) > 10
    assert b"narratives/doel-2.md" in pages["bronnen.html"]
    differing = [name for name, content in pages.items() if (tmp_path / "turned" / name).read_bytes() != content]
    assert differing == []
