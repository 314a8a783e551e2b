"""Refused figures: a sentence per dataset in the run's record, and every line in the workspace, once."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dagster_project import demo, quarantine
from dagster_project.raw import create_raw_schema
from dagster_project.run import Run, RunOptions
from dagster_project.workspace import Workspace

COLUMNS = (
    "source_id, dataset_id, snapshot_id, row_number, side, indicator_label, region_label, period_label, "
    "value_written, unit_label, reason_kind, reason"
)


def run_with(folder: Path, lines: int, options: RunOptions | None = None) -> Run:
    demo.init_workspace(folder, "GM0396", "Verzonnen gemeente")
    run = Run(Workspace(folder), "run", options or RunOptions())
    run.begin()
    with duckdb.connect(str(run.database)) as connection:
        create_raw_schema(connection)
        connection.execute(
            "insert into raw.snapshot (source_id, dataset_id, snapshot_id, url)"
            " values ('municipal', 'printed_figures', 'abcdef0123456789', 'lijst.csv')"
        )
        connection.execute("create schema intermediate")
        types = ", ".join(f"{name} {'bigint' if name == 'row_number' else 'text'}" for name in COLUMNS.split(", "))
        connection.execute(f"create table intermediate.int_refused_figure ({types})")
        connection.execute(
            "create table intermediate.int_stated_figure as select 'printed_figures' as dataset_id, 'a' as snapshot_id,"
            " 9 as row_number, 'region' as side, 'Ga na of de eenheid klopt.' as warning, true as is_counted"
        )
        connection.execute(
            "create table intermediate.int_unit_alarm (source_id text, dataset_id text, concept_id text,"
            " region_code text, period_id text, value double, earlier_period_id text, earlier_value double)"
        )
        for line in range(lines, 0, -1):
            connection.execute(
                "insert into intermediate.int_refused_figure values "
                "('municipal', 'printed_figures', 'abcdef0123456789', ?, 'region', 'Bijstand', 'Aalten', '2018',"
                " '31,4', 'per 10.000', 'implausible', '31,4 kan niet; te klein.')",
                [line + 1],
            )
    return run


def test_one_sentence_tells_the_first_reasons_and_the_file_holds_all(tmp_path: Path) -> None:
    run = run_with(tmp_path / "w", 5)
    quarantine.note_refused(run)
    (sentence,) = run.state().set_aside
    told = (
        "municipal/printed_figures, lijst.csv: 5 figures were left out; all stand in rejected/printed_figures/. Regel 2"
    )
    assert sentence.startswith(told)
    assert sentence.count("Regel") == 3
    assert sentence.endswith("And 2 more.")
    path = run.workspace.root / "rejected" / "printed_figures" / "abcdef012345-lines.csv"
    header, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert header == "regel;gemeente;indicator;eenheid;periode;waarde;soort;reden"
    assert [line.split(";")[0] for line in lines] == ["2", "3", "4", "5", "6"]
    assert lines[0] == '2;Aalten;Bijstand;per 10.000;2018;31,4;implausible;"31,4 kan niet; te klein."'


def test_what_is_only_odd_is_logged_and_sets_nothing_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = run_with(tmp_path / "w", 0)
    quarantine.note_refused(run)
    assert caplog.messages == ["printed_figures, regel 9: Ga na of de eenheid klopt."]
    assert run.state().set_aside == []


def test_the_same_lines_are_written_once(tmp_path: Path) -> None:
    run = run_with(tmp_path / "w", 1)
    quarantine.note_refused(run)
    path = run.workspace.root / "rejected" / "printed_figures" / "abcdef012345-lines.csv"
    before = path.stat()
    quarantine.note_refused(run)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


@pytest.mark.parametrize("options", [RunOptions(), RunOptions(pins=("a",))], ids=["nothing refused", "a rebuild"])
def test_nothing_is_told_when_there_is_nothing_to_tell(tmp_path: Path, options: RunOptions) -> None:
    run = run_with(tmp_path / "w", 1 if options.is_rebuild else 0, options)
    quarantine.note_refused(run)
    assert run.state().set_aside == []
    assert not (run.workspace.root / "rejected" / "printed_figures").exists()


def test_series_that_jump_are_named_with_the_way_to_accept_them(tmp_path: Path) -> None:
    run = run_with(tmp_path / "w", 0)
    with duckdb.connect(str(run.database)) as connection:
        connection.execute(
            "insert into intermediate.int_unit_alarm select 'cbs', 'kwb_2023', 'wmo_clients', 'GM000' || i, '2023',"
            " 9500, '2022', 950 from range(1, 6) as t(i)"
        )
    quarantine.note_refused(run)
    (sentence,) = run.state().set_aside
    assert sentence.startswith("cbs/kwb_2023: figures jumped by about ten")
    assert "wmo_clients of GM0001 from 950 (2022) to 9500 (2023)" in sentence
    assert "and 2 more" in sentence
    assert '"wmo_clients GM0001 2023"' in sentence
