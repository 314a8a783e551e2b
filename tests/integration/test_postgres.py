"""The publication in a real PostgreSQL: the same values, one switch, a reader who can only read, and plain refusals."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from dagster_project import changes
from dagster_project.demo import init_workspace, make_demo_workspace
from dagster_project.errors import ConfigurationError, PostgresUnreachable, VerificationFailed
from dagster_project.execution import refresh
from dagster_project.publication import current_folder, point_at
from dagster_project.run import RunOptions
from dagster_project.serving import postgres
from dagster_project.serving.postgres import URL_VARIABLE, is_due, serve
from dagster_project.warehouse import published_tables
from dagster_project.workspace import Workspace
from tests.postgres import Postgres, running_postgres

ODD = """
create schema marts;
create table marts.odd (name varchar, small integer, big bigint, rate double, money decimal(18,2), yes boolean,
    day date, moment timestamp);
insert into marts.odd values
    ('', 0, 9007199254740993, 0.1, 0.10, true, '1582-10-15', '1969-12-31 23:59:59'),
    ('\\N', -1, -9007199254740993, 1e-300, -0.01, false, '2026-02-28', '2026-03-29 01:30:00.5'),
    ('é "quoted", with; a' || chr(10) || 'line, 🏳️', 2147483647, 1, 1.7976931348623157e308, 9999999999999999.99, null,
     '9999-12-31', '2026-01-01 00:00:00.000001'),
    (null, null, null, null, null, null, null, null),
    ('-0', 1, 1, -0.0, 0, true, null, null);
comment on table marts.odd is 'What can go wrong, it''s here. One row per fault.';
comment on column marts.odd.name is 'A name.';
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running_postgres() as running:
        yield running


@pytest.fixture
def database(server: Postgres, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database; the environment points the product at it."""
    name = f"t{abs(hash(request.node.nodeid)) % 10**8}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    monkeypatch.setenv(URL_VARIABLE, server.url(name))
    yield server.url(name)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    init_workspace(tmp_path / "heemskerk", "GM0396", "Heemskerk")
    return switched_on(tmp_path / "heemskerk")


def switched_on(root: Path) -> Workspace:
    """The workspace, with PostgreSQL set up; the sample's settings do not name it, those of a new one do."""
    settings = root / "opkoers.toml"
    text = settings.read_text(encoding="utf-8")
    chosen = text.replace('view_schema = ""', 'view_schema = "marts"')
    settings.write_text(chosen if chosen != text else f'{text}\n[postgres]\nview_schema = "marts"\n', encoding="utf-8")
    return Workspace(root)


def publish_sql(workspace: Workspace, number: int, statements: str) -> None:
    """Let a publication stand whose warehouse is what the statements make."""
    folder = workspace.publications / f"2026110{number}T060000Z-0000000{number}"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute(statements)
    point_at(workspace, folder)


def table_of(number: int, extra: str = "") -> str:
    return f"create schema marts; create table marts.figure as select {number} as value{extra} from range(1000)"


def rows_of(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def bits(value: Any) -> Any:
    """A value as it compares: -0.0 is not 0.0, and nothing equals nothing."""
    return (value, math.copysign(1.0, value)) if isinstance(value, float) else value


def test_every_value_arrives_as_it_was(workspace: Workspace, database: str) -> None:
    publish_sql(workspace, 1, ODD)
    assert "1 tables in schema marts, totals compared" in serve(workspace)
    with duckdb.connect(str(workspace.current / "warehouse.duckdb"), read_only=True) as warehouse:
        sent = warehouse.execute("select * from marts.odd").fetchall()
    arrived = rows_of(database, "select * from marts.odd")
    assert sorted([tuple(map(bits, row)) for row in arrived], key=repr) == sorted(
        [tuple(map(bits, row)) for row in sent], key=repr
    )
    about = "select obj_description('marts.odd'::regclass), col_description('marts.odd'::regclass, 1)"
    assert rows_of(database, about) == [("What can go wrong, it's here. One row per fault.", "A name.")]


def test_the_demo_is_the_same_in_postgres(tmp_path: Path, database: str) -> None:
    """Row counts, keys and values of every published table; and a refresh brings it there by itself."""
    make_demo_workspace(tmp_path / "demo")
    workspace = switched_on(tmp_path / "demo")
    said, code = refresh(workspace, RunOptions(offline=True))
    assert code == 0, said
    assert not is_due(workspace)
    with (
        duckdb.connect(str(workspace.current / "warehouse.duckdb"), read_only=True) as warehouse,
        psycopg.connect(database) as connection,
    ):
        names = published_tables(warehouse)
        assert len(names) > 30
        for name in names:
            sent = warehouse.execute(f"select * from marts.{name}").fetchall()
            arrived = connection.execute(f"select * from marts.{name}").fetchall()
            assert sorted(arrived, key=repr) == sorted(sent, key=repr), name


def test_readers_are_let_over_in_one_step_and_see_no_mixture(workspace: Workspace, database: str) -> None:
    two = "; create table marts.other as select {0} as value from range(1000)"
    publish_sql(workspace, 1, table_of(1) + two.format(1))
    serve(workspace)
    faults, seen, stop = [], set(), threading.Event()

    def read() -> None:
        query = "select min(f.value), max(f.value), min(o.value), max(o.value) from marts.figure f, marts.other o"
        while not stop.is_set():
            with psycopg.connect(database) as connection:
                row = connection.execute(f"select * from ({query}) q").fetchone()
            seen.add(row)
            if len(set(row or ())) != 1:
                faults.append(row)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in range(2, 8):
            publish_sql(workspace, number, table_of(number) + two.format(number))
            serve(workspace)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert faults == []
    assert len(seen) >= 2
    assert rows_of(database, "select distinct value from marts.figure") == [(7,)]
    schemas = rows_of(database, "select nspname from pg_namespace where nspname like 'marts\\_%' order by 1")
    assert [name for (name,) in schemas] == [f"marts_2026110{n}t060000z_0000000{n}" for n in (5, 6, 7)]


def test_the_reader_reads_the_views_and_nothing_else(workspace: Workspace, database: str) -> None:
    publish_sql(workspace, 1, table_of(1))
    serve(workspace)
    with psycopg.connect(database) as connection:
        connection.execute("set role opkoers_reader")
        assert connection.execute("select count(*) from marts.figure").fetchone() == (1000,)
        for forbidden in (
            "delete from marts.figure",
            "create table marts.mine (a int)",
            "select * from marts_20261101t060000z_00000001.figure",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(forbidden)


def test_new_columns_come_and_old_tables_go(workspace: Workspace, database: str) -> None:
    publish_sql(workspace, 1, table_of(1) + "; create table marts.gone as select 1 as a")
    serve(workspace)
    publish_sql(workspace, 2, table_of(2, ", 'x' as label"))
    serve(workspace)
    assert rows_of(database, "select distinct value, label from marts.figure") == [(2, "x")]
    assert rows_of(database, "select table_name from information_schema.views where table_schema = 'marts'") == [
        ("figure",)
    ]
    # a column that went cannot be taken out of a view that stands
    publish_sql(workspace, 3, "create schema marts; create table marts.figure as select 'y' as label")
    serve(workspace)
    assert rows_of(database, "select * from marts.figure") == [("y",)]


def test_a_view_of_others_follows_until_the_columns_change(workspace: Workspace, database: str) -> None:
    publish_sql(workspace, 1, table_of(1))
    serve(workspace)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create view public.theirs as select max(value) as value from marts.figure")
    publish_sql(workspace, 2, table_of(2))
    serve(workspace)
    assert rows_of(database, "select * from public.theirs") == [(2,)]
    publish_sql(workspace, 3, "create schema marts; create table marts.figure as select 'y' as label")
    with pytest.raises(ConfigurationError, match="others built on it .* view theirs depends"):
        serve(workspace)
    assert rows_of(database, "select * from public.theirs") == [(2,)]
    assert is_due(workspace)


def test_totals_that_differ_keep_the_old_one(
    workspace: Workspace, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_sql(workspace, 1, table_of(1))
    serve(workspace)
    publish_sql(workspace, 2, table_of(2))
    copy = postgres._copy

    def tampering(connection: Any, schema: str, table: str, file: Path) -> None:
        copy(connection, schema, table, file)
        connection.execute(
            f"update {schema}.{table} set value = 3 where ctid = (select min(ctid) from {schema}.{table})"
        )

    monkeypatch.setattr(postgres, "_copy", tampering)
    with pytest.raises(VerificationFailed, match=r"figure.value comes to .*2001.*, expected .*2000"):
        serve(workspace)
    assert rows_of(database, "select distinct value from marts.figure") == [(1,)]


def test_a_long_query_keeps_its_publication(workspace: Workspace, database: str) -> None:
    publish_sql(workspace, 1, table_of(1))
    serve(workspace)
    with psycopg.connect(database) as connection, connection.cursor(name="slow") as cursor:
        cursor.itersize = 10
        cursor.execute("select value from marts_20261101t060000z_00000001.figure")
        assert cursor.fetchone() == (1,)
        publish_sql(workspace, 2, table_of(2))
        serve(workspace)
        assert set(cursor) == {(1,)}
    assert rows_of(database, "select distinct value from marts.figure") == [(2,)]


def test_after_going_back_the_earlier_one_is_served(workspace: Workspace, database: str) -> None:
    for number in (1, 2, 3, 4):
        publish_sql(workspace, number, table_of(number))
        serve(workspace)
    point_at(workspace, workspace.publications / "20261102T060000Z-00000002")
    assert is_due(workspace)
    serve(workspace)
    assert rows_of(database, "select distinct value from marts.figure") == [(2,)]


def test_what_is_missing_is_told_without_the_password(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="Nothing is published"):
        serve(workspace)
    publish_sql(workspace, 1, table_of(1))
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    with pytest.raises(ConfigurationError, match="OPKOERS_POSTGRES_URL is empty"):
        serve(workspace)
    for url in ("postgresql://me:geheim@127.0.0.1:9/x", "postgresql://me:geheim@127.0.0.1:port/x"):
        monkeypatch.setenv(URL_VARIABLE, url)
        with pytest.raises((PostgresUnreachable, ConfigurationError)) as caught:
            serve(workspace)
        assert "geheim" not in str(caught.value)


@pytest.mark.long
def test_a_server_out_of_reach_does_not_hold_the_publication(
    tmp_path: Path, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told with exit code 5; the next refresh, with nothing else to do, tries again."""
    make_demo_workspace(tmp_path / "demo")
    workspace = switched_on(tmp_path / "demo")
    monkeypatch.setenv(URL_VARIABLE, "postgresql://127.0.0.1:9/x")
    said, code = refresh(workspace, RunOptions(offline=True))
    assert code == 5
    assert "PostgreSQL does not answer" in said
    assert current_folder(workspace) is not None
    assert changes.why_nothing_to_do(workspace, RunOptions(offline=True)) is None
    monkeypatch.setenv(URL_VARIABLE, server.url())
    serve(workspace)
    assert changes.why_nothing_to_do(workspace, RunOptions(offline=True)) is not None
