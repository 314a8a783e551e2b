"""Trace: every published row of two samples ends in bytes that exist and hash right, and the command tells it so."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from dagster_project.cli import main
from dagster_project.errors import EXIT_OK
from dagster_project.publication import current_folder, read_manifest
from dagster_project.run import today
from dagster_project.snapshots import sha256_of
from dagster_project.trace.raw_rows import HIDDEN, RawRows, read_rows, verified
from dagster_project.trace.reading import Publication, opened
from dagster_project.warehouse import is_audit
from dagster_project.workspace import Workspace
from tests.integration.conftest import own_demo

SAMPLES = ("heemskerk", pytest.param("borger-odoorn", marks=pytest.mark.long))
SEED = 20261126
OWN_SETS = {("dim_region_profile", "dim_region_profile"), ("dim_region", "dim_region")}
"""Sets within their own table: a profile is measured by all profiles, an unlisted region known by what lies in it."""

Traced = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module", params=SAMPLES)
def sample(request: pytest.FixtureRequest, published_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A sample workspace, published once for this file."""
    folder = tmp_path_factory.mktemp(request.param) / "workspace"
    if request.param == "heemskerk":
        return own_demo(published_demo, folder)
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--sample", request.param, "--workspace", str(folder)])
    assert ended.value.code in (EXIT_OK, 5)
    return Workspace(folder)


@pytest.fixture
def publication(sample: Workspace) -> Iterator[Publication]:
    with opened(sample) as found:
        yield found


@pytest.fixture
def traced(sample: Workspace, capsys: pytest.CaptureFixture[str]) -> Traced:
    """The command itself: its exit code, what it said and its errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = 0
        try:
            main(["trace", *arguments, "--workspace", str(sample.root)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def count(publication: Publication, sql: str) -> int:
    return int(publication.rows(f"select count(*) as n from ({sql})")[0]["n"])


def test_every_row_of_every_table_rests_on_something_that_is_there(publication: Publication) -> None:
    published = {table for table in publication.manifest["tables"] if not is_audit(table)}
    assert published == publication.grains.keys()
    rows = 0
    for table in sorted(published):
        key, lineage = publication.key_of(table), "marts.audit_lineage"
        rows += count(publication, f"select 1 from marts.{table}")
        keys = f"select {key} from marts.{table}"
        assert not count(publication, f"{keys} except select row_key from {lineage} where table_name = '{table}'"), (
            table
        )
        assert not count(publication, f"select row_key from {lineage} where table_name = '{table}' except {keys}"), (
            table
        )
        parents = f"select parent_row_key from {lineage} where parent_table = '{table}' and parent_row_key is not null"
        assert not count(publication, f"{parents} except {keys}"), table
    assert rows > 1000
    sets = publication.rows(
        "select distinct parent_table, parent_filter from marts.audit_lineage where parent_filter <> ''"
    )
    sizes = " union all ".join(
        f"select count(*) as n from marts.{one['parent_table']} where {one['parent_filter']}" for one in sets
    )
    assert publication.rows(f"select min(n) as n from ({sizes})")[0]["n"] >= 1


def test_no_way_leads_back_to_where_it_came_from(publication: Publication) -> None:
    """Rows have an order by the rows they name, tables by their sets: every way ends, in raw rows and seeds only."""
    graph: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    edges = publication.connection.execute(
        "select table_name, row_key, parent_table, parent_row_key from marts.audit_lineage"
        " where parent_row_key is not null"
    ).fetchall()
    for table, key, parent, parent_key in edges:
        graph[table, key].add((parent, parent_key))
    assert len(list(TopologicalSorter(graph).static_order())) >= len(graph) > 0

    tables: dict[str, set[str]] = defaultdict(set)
    between = publication.connection.execute(
        "select distinct table_name, parent_table, parent_filter is not null from marts.audit_lineage"
        " where parent_table is not null"
    ).fetchall()
    assert {(table, parent) for table, parent, is_set in between if is_set and table == parent} <= OWN_SETS
    for table, parent, _ in between:
        if table != parent:
            tables[table].add(parent)
    list(TopologicalSorter(tables).static_order())
    inside = "select 1 from marts.dim_region c join marts.dim_region p on c.parent_code = p.region_code"
    assert not count(publication, f"{inside} where c.region_type = p.region_type")


@pytest.fixture
def raw(sample: Workspace, publication: Publication) -> dict[tuple[str, str, str], RawRows]:
    """Every row of every snapshot that any published row rests on: each snapshot hashed and read once."""
    wanted: dict[tuple[str, str, str], dict[str, set[int]]] = defaultdict(dict)
    rows = publication.connection.execute(
        "select source_id, dataset_id, snapshot_id, raw_table, list(distinct number)"
        " from (select *, unnest(cast(string_split(row_numbers, ',') as bigint[])) as number"
        "  from marts.audit_lineage where raw_table is not null)"
        " group by all"
    ).fetchall()
    for source, dataset, snapshot, table, numbers in rows:
        wanted[source, dataset, snapshot][table] = set(numbers)
    return {name: read_rows(sample, *verified(sample, *name), tables) for name, tables in wanted.items()}


def test_every_row_ends_in_bytes_that_hash_right_and_say_the_number(
    publication: Publication, raw: dict[tuple[str, str, str], RawRows]
) -> None:
    pins = {pin["snapshot_id"] for pin in publication.manifest["pins"]}
    assert {snapshot for _, _, snapshot in raw} <= pins
    parts: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    told = publication.connection.execute(
        "select row_key, role, raw_table, source_id, dataset_id, snapshot_id,"
        " cast(string_split(row_numbers, ',') as bigint[]), concept_id"
        " from marts.audit_lineage"
        " where table_name = 'fct_indicator_value' and raw_table like '%_observation'"
    ).fetchall()
    for key, role, table, *snapshot, numbers, concept in told:
        lines = raw[snapshot[0], snapshot[1], snapshot[2]][table]
        found = [[row for row in lines[number] if row["concept_id"] == concept] for number in numbers]
        assert {len(rows) for rows in found} == {1}, (key, role)
        texts = [rows[0]["value_text"] for rows in found]
        if all(re.fullmatch(r"\s*-?\d+([.,]\d+)?\s*", text or "") for text in texts):
            parts[key][role] = sum(float(text.replace(",", ".")) for text in texts)  # type: ignore[index]
    key = publication.key_of("fct_indicator_value")
    values = publication.connection.execute(
        "select v.row_key, value, numerator, denominator, rate_published, rate_computed, rate_base,"
        " coalesce(published_offset, 0), coalesce(published_factor, 1)"
        f" from (select {key} as row_key, * from marts.fct_indicator_value where value is not null) v"
        " left join marts.audit_lineage l"
        "  on l.table_name = 'fct_indicator_value' and l.role = 'definition' and l.row_key = v.row_key"
        " left join marts.dim_indicator_version d on l.parent_row_key = d.indicator_id || '|' || d.version"
        " where v.territory = 'as_published'"
    ).fetchall()
    checked = 0
    for key, value, numerator, denominator, published, computed, base, offset, factor in values:
        found = parts.get(key, {})
        if published is not None and "published" in found:
            assert offset + factor * found["published"] == pytest.approx(published), key
            checked += 1
        if computed is not None and {"numerator", "denominator"} <= found.keys():
            assert (found["numerator"], found["denominator"]) == (
                pytest.approx(numerator),
                pytest.approx(denominator),
            ), key
            assert found["numerator"] / found["denominator"] * base == pytest.approx(computed), key
            checked += 1
        assert value == pytest.approx(computed if published is None else published), key
    assert checked > 100


def random_rows(publication: Publication) -> list[tuple[str, dict[str, Any]]]:
    """A row of every table that has any, and ten of the values."""
    dice = random.Random(SEED)  # noqa: S311 - not for secrets
    chosen = []
    for table, grain in sorted(publication.grains.items()):
        rows = publication.rows(f"select * from marts.{table} order by {', '.join(grain)}")
        many = 10 if table == "fct_indicator_value" else 1
        chosen += [(table, row) for row in dice.sample(rows, min(many, len(rows)))]
    return chosen


def in_key(row: dict[str, Any], grain: list[str]) -> str:
    return ",".join(f"{column}={'' if row[column] is None else row[column]}" for column in grain)


def test_the_command_tells_the_chain_of_any_row(sample: Workspace, publication: Publication, traced: Traced) -> None:
    for table, row in random_rows(publication):
        code, out, err = traced("--table", table, "--key", in_key(row, publication.grains[table]), "--json")
        assert code == 0, (table, row, err)
        chain = json.loads(out)
        assert chain["row"] == json.loads(json.dumps(row, default=str)), table
        ends = [end for node in chain["nodes"] for end in node["rests_on"]]
        assert all({"rows", "file", "parent_row_key", "parent_filter"} & end.keys() for end in ends)
        for snapshot in chain["snapshots"]:
            assert sha256_of(sample.root / snapshot["file"]) == snapshot["sha256"]
        assert chain["models"][-1]["model"] == f"marts.{table}"
        assert all(re.fullmatch("[0-9a-f]{40}", model["git_blob"]) for model in chain["models"])
        assert chain["gates"]
        assert chain["run"]["started_by"]
        assert {"marts." + node["table"] for node in chain["nodes"]} <= {gate["table_name"] for gate in chain["gates"]}
        for node in chain["nodes"]:
            checked_arithmetic(node)


def checked_arithmetic(node: dict[str, Any]) -> None:
    """What a formula writes out is so."""
    number = r"(-?[\d.]+(?:e[+-]?\d+)?)"
    rate = re.match(rf"{number} / {number} × {number} = {number}", node["formula"] or "")
    if rate:
        over, under, base, result = map(float, rate.groups())
        assert over / under * base == pytest.approx(result, rel=1e-6), node["formula"]
    share = re.match(rf"{number} / {number} = {number}", node["formula"] or "")
    if share:
        over, under, result = map(float, share.groups())
        assert over / under == pytest.approx(result, abs=0.006), node["formula"]


def test_a_hidden_count_stays_hidden_and_nobody_is_shown(publication: Publication, traced: Traced) -> None:
    cells = publication.rows(
        "select * from marts.fct_care_use"
        " order by absence is null, wet, category, form, referrer, region_code, period_id"
    )
    counts = publication.rows("select * from marts.fct_registration_count order by absence is null, subject limit 1")
    table, row = ("fct_care_use", cells[0]) if cells else ("fct_registration_count", counts[0])
    code, out, err = traced("--table", table, "--key", in_key(row, publication.grains[table]), "--json")
    assert code == 0, err
    chain = json.loads(out)
    (told,) = [row for end in chain["nodes"][0]["rests_on"] for row in end["rows"]]
    assert told["is_hidden"] is (row["absence"] == "suppressed")
    assert (told["value"] == HIDDEN) is told["is_hidden"]
    (seal,) = chain["snapshots"]
    assert all(re.fullmatch("[0-9a-f]{64}", file["original_id"]) and file["rows_in"] for file in seal["sealed"])
    assert "client_key" not in out


def test_a_changed_or_missing_snapshot_ends_the_trace(
    sample: Workspace, publication: Publication, traced: Traced
) -> None:
    (row,) = publication.rows(
        "select v.* from marts.fct_indicator_value v join marts.audit_snapshot s using (snapshot_id)"
        " where v.territory = 'as_published' and s.source_id = 'cbs' order by all limit 1"
    )
    asked = (row["indicator_id"], row["region_code"], row["period_id"])
    (path,) = sample.snapshots.rglob(f"{row['snapshot_id']}.zip")
    content = path.read_bytes()
    try:
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        code, _, err = traced(*asked)
        assert (code, str(path) in err, "was changed" in err) == (6, True, True)
        path.unlink()
        code, _, err = traced(*asked)
        assert (code, str(path) in err, "is gone" in err) == (6, True, True)
    finally:
        path.write_bytes(content)
    assert traced(*asked)[0] == 0


def test_what_is_not_there_is_answered_with_the_nearest(publication: Publication, traced: Traced) -> None:
    for arguments, parts in (
        (
            ("bijstand_per_1000_inw", "GM0396", "2020"),
            ("No row of fct_indicator_value has indicator_id", "bijstand_per_10000_inw"),
        ),
        (("--table", "fct_budgets", "--key", "year=2024"), ("No table is called 'fct_budgets'", "fct_budget")),
        (
            ("--table", "fct_budget", "--key", "year=2024"),
            ("not told apart by year", "plan_id, programme, budget_line"),
        ),
        (("--table", "fct_budget", "--key", "2024"), ("--key wants column=value pairs",)),
        (("--table", "fct_break", "--key", "region_code="), ("Several rows of fct_break fit", "indicator_id=")),
        (("geen-doel",), ("No row of fct_objective_attainment has objective_id 'geen-doel'",)),
        (("bijstand_per_10000_inw", "GM0396"), ("Ask in one of three ways",)),
        (("--table", "fct_budget"), ("Ask in one of three ways",)),
    ):
        code, out, err = traced(*arguments)
        assert (code, out) == (2, ""), arguments
        assert all(part in err for part in parts), (arguments, err)
        assert len(err.strip().splitlines()) == 1


def test_a_day_is_answered_by_the_publication_of_then(
    sample: Workspace, publication: Publication, traced: Traced
) -> None:
    table, row = next(pair for pair in random_rows(publication) if pair[0] == "fct_indicator_value")
    asked = ("--table", table, "--key", in_key(row, publication.grains[table]))
    code, out, err = traced(*asked, "--as-of", str(today()), "--json")
    assert code == 0, err
    folder = current_folder(sample)
    assert folder is not None
    told = json.loads(out)["publication"]
    assert told["publication_id"] == read_manifest(folder)["publication_id"]
    assert told["manifest_sha256"] == sha256_of(folder / "manifest.json")
    code, _, err = traced(*asked, "--as-of", "2020-02-29")
    assert (code, "opkoers refresh --as-of 2020-02-29" in err) == (2, True)


def test_an_objective_is_traced_from_its_verdict_to_its_figures(publication: Publication, traced: Traced) -> None:
    verdicts = publication.rows("select * from marts.fct_objective_attainment where is_current order by objective_id")
    for verdict in verdicts:
        code, out, err = traced(verdict["objective_id"])
        assert code == 0, err
        assert f"{verdict['status']}: " in out
        assert "rests on" in out
    judged = [
        verdict for verdict in verdicts if verdict["ratio"] is not None and verdict["kind"] not in ("band", "hold")
    ]
    for verdict in judged[:3]:
        _, out, _ = traced(verdict["objective_id"], "--json")
        formula = json.loads(out)["formula"]
        a, r = verdict["attainment"], verdict["ratio"]
        assert f"= {a:.10g}" in formula or f"{r:.10g}" in formula
        assert "sha256" in traced(verdict["objective_id"])[1]
