"""Editions as they stand on disk: their order, their chain, what tampering shows, and how a folder is closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.editions import freeze as freezing
from dagster_project.editions.freeze import freeze
from dagster_project.editions.store import RECORD, check_label, edition_before, editions, find_edition
from dagster_project.errors import ConfigurationError, GateRefused
from dagster_project.run import remove_tree
from dagster_project.snapshots import sha256_of
from dagster_project.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n', encoding="utf-8")
    made = Workspace(tmp_path)
    yield made
    for folder in made.editions.glob("*"):
        remove_tree(folder)


def put(workspace: Workspace, label: str, as_of: str, before: str | None = None) -> Path:
    """An edition with one page."""
    folder = workspace.editions / label
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "index.html").write_text(label, encoding="utf-8")
    previous = {"label": before, "sha256": sha256_of(workspace.editions / before / RECORD)} if before else None
    files = {"site/index.html": sha256_of(folder / "site" / "index.html")}
    record = {"label": label, "as_of": as_of, "previous_edition": previous, "files": files}
    (folder / RECORD).write_text(json.dumps(record), encoding="utf-8")
    return folder


def test_editions_come_oldest_first_and_unfinished_ones_do_not_count(workspace: Workspace) -> None:
    assert editions(workspace) == []
    assert edition_before(workspace) is None
    put(workspace, "2026-04", "2026-05-02")
    put(workspace, "2025-10", "2025-11-01")
    (workspace.editions / ".2026-07.tmp").mkdir()
    assert [edition.label for edition in editions(workspace)] == ["2025-10", "2026-04"]


@pytest.mark.parametrize(
    ("label", "as_of", "expected"),
    [
        (None, None, "2026-04"),
        ("2026-04", None, "2025-10"),
        ("2025-10", None, None),
        ("2026-01", None, "2025-10"),
        (None, "2026-05-01", "2025-10"),
        (None, "2026-05-02", "2026-04"),
    ],
)
def test_the_edition_before_is_that_of_the_label_and_tells_of_no_later_day(
    workspace: Workspace, label: str | None, as_of: str | None, expected: str | None
) -> None:
    put(workspace, "2025-10", "2025-11-01")
    put(workspace, "2026-04", "2026-05-02")
    found = edition_before(workspace, label, as_of=as_of)
    assert (found and found.label) == expected


@pytest.mark.parametrize("label", ["2026", "2026-13", "2026-4", "april", "2026-04-01", "../2026-04", "2026-04\n"])
def test_a_label_that_is_no_year_and_month_is_refused(workspace: Workspace, label: str) -> None:
    with pytest.raises(ConfigurationError, match="such as 2026-04"):
        check_label(label)
    with pytest.raises(ConfigurationError, match="such as 2026-04"):
        freeze(workspace, label)


def test_an_edition_that_is_not_there_is_answered_with_those_that_are(workspace: Workspace) -> None:
    put(workspace, "2025-10", "2025-11-01")
    with pytest.raises(ConfigurationError, match=r"There is no edition 2026-04; the editions are: 2025-10\."):
        find_edition(workspace, "2026-04")


def test_without_a_publication_there_is_nothing_to_freeze(workspace: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="Nothing is published yet"):
        freeze(workspace, "2026-04")


def test_a_folder_appears_when_it_is_complete_and_closed(workspace: Workspace) -> None:
    final = workspace.editions / "2026-04"
    unfinished = workspace.editions / ".2026-04.tmp"
    (unfinished / "site").mkdir(parents=True)  # as a kill without a warning leaves it
    (unfinished / "site" / "old.html").write_text("oud", encoding="utf-8")
    freezing._close(unfinished)
    with freezing._making(final) as folder:
        assert list(folder.iterdir()) == []
        (folder / "site").mkdir()
        (folder / "site" / "index.html").write_text("nieuw", encoding="utf-8")
        assert not final.exists()
    assert [path.name for path in workspace.editions.iterdir()] == ["2026-04"]
    modes = {path.name: path.stat().st_mode & 0o777 for path in (final, *final.rglob("*"))}
    assert modes == {"2026-04": 0o555, "site": 0o555, "index.html": 0o444}


def test_what_is_interrupted_leaves_nothing(workspace: Workspace) -> None:
    with pytest.raises(KeyboardInterrupt), freezing._making(workspace.editions / "2026-04") as folder:  # noqa: PT012
        (folder / "edition.json").write_text("{}", encoding="utf-8")
        raise KeyboardInterrupt
    assert list(workspace.editions.iterdir()) == []


_JUDGED = """
create schema marts;
create table marts.fct_objective_attainment as select * from (values
    ('heemskerk-02', 1, 'op koers', true), ('heemskerk-05', 1, 'achter op schema', true),
    ('heemskerk-07', 1, 'verkeerde richting', true), ('heemskerk-08', 1, 'ver achter', false),
    ('heemskerk-21', 1, 'op koers', false), ('heemskerk-21', 2, 'ver achter', true)
) as t (objective_id, version, status, is_current);
create table marts.dim_objective as select * from (values
    ('heemskerk-02', 1, 'A'), ('heemskerk-21', 1, 'Oude eigenaar'), ('heemskerk-21', 2, 'Divosa'),
    ('heemskerk-05', 1, null), ('heemskerk-07', 1, 'GGD'), ('heemskerk-08', 1, 'B')
) as t (objective_id, version, owner);
create table marts.dim_narrative as select * from (values
    ('heemskerk-05', '2026-04', 'cause', 'Tekst'), ('heemskerk-05', '2026-04', 'measures', '  '),
    ('heemskerk-07', '2026-04', 'cause', 'Tekst'), ('heemskerk-07', '2026-04', 'measures', 'Tekst'),
    ('heemskerk-21', '2026-01', 'cause', 'Tekst'), ('heemskerk-21', '2026-01', 'measures', 'Tekst')
) as t (objective_id, edition, section, text);
"""


def test_every_objective_that_deviates_without_a_telling_is_named_with_its_owner(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(_JUDGED)
    with pytest.raises(GateRefused) as refused:
        freezing._refuse_untold(tmp_path / "warehouse.duckdb", "2026-04", "publication-1")
    assert str(refused.value).splitlines() == [
        "heemskerk-05 (no owner in the plan): verdict 'achter op schema', and narratives/heemskerk-05.md tells nothing "
        "for edition 2026-04 under Maatregelen.",
        "heemskerk-21 (Divosa): verdict 'ver achter', and narratives/heemskerk-21.md tells nothing for edition 2026-04 "
        "under Oorzaak en gevolg and Maatregelen.",
        "Edition 2026-04 was not frozen; publication publication-1 still stands. Have them told, refresh, and freeze "
        "again.",
    ]
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(
            "insert into marts.dim_narrative select objective_id, '2026-04', unnest(['cause', 'measures']), 'Tekst'"
            " from marts.dim_objective"
        )
    freezing._refuse_untold(tmp_path / "warehouse.duckdb", "2026-04", "publication-1")


def test_a_file_that_no_publication_took_is_named_so_that_it_can_be_mended(workspace: Workspace) -> None:
    (workspace.root / "narratives").mkdir()
    (workspace.root / "narratives" / "plan-01.md").write_text("geen voorblad", encoding="utf-8")
    (workspace.root / "plans.csv").write_text("plan_id;title\n", encoding="utf-8")
    assert list(freezing._changed_files(workspace, {"pins": []})) == ["narratives/plan-01.md", "plans.csv"]
