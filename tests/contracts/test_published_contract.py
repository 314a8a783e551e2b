"""A published table changes by agreement: with the version that the change asks for, and a word in the changelog."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.product import product_root
from dagster_project.standards import contract
from dagster_project.standards.contract import Tables, agreed, changes, fingerprint, next_version, renewed, stated
from dagster_project.standards.tables import PublishedColumn, PublishedTable, published_tables

RENEW = "make contract writes what was agreed anew, with the version that follows"


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_the_published_tables_are_as_agreed() -> None:
    found = changes(agreed()["tables"], stated(published_tables()))
    told = "; ".join(change.sentence for change in found)
    asked = next_version(agreed()["version"], found)
    assert not found, f"{told}: that asks for version {asked}. Where it is meant, {RENEW}."


def test_what_was_agreed_is_what_its_version_stands_for() -> None:
    """Whoever changes the tables of the file by hand, without a version, is found out."""
    kept = agreed()
    last = kept["versions"][-1]
    assert last["version"] == kept["version"]
    assert last["sha256"] == fingerprint(kept["tables"]), f"the tables were changed under their version; {RENEW}"


def test_versions_go_up_one_step_at_a_time() -> None:
    for before, after in pairwise(agreed()["versions"]):
        major, minor, _ = numbers(before["version"])
        assert numbers(after["version"]) in {(major + 1, 0, 0), (major, minor + 1, 0)}
        gone = [sentence for sentence in after["changes"] if re.search(r" is gone$| was .* is ", sentence)]
        assert (numbers(after["version"])[0] > major) is bool(gone), after["version"]


def test_every_version_is_told_in_the_changelog() -> None:
    told = (product_root() / "CHANGELOG.md").read_text(encoding="utf-8")
    untold = [one["version"] for one in agreed()["versions"] if f"Published tables {one['version']}" not in told]
    assert untold == []


def table(name: str = "fct_a", description: str = "", key: tuple[str, ...] = ("id",), **columns: str) -> PublishedTable:
    """A published table; a column is given by its type, with a description after a colon."""
    parts = {column: text.partition(":") for column, text in columns.items()}
    listed = tuple(
        PublishedColumn(column, kind, about, is_required=False, is_key=column in key)
        for column, (kind, _, about) in parts.items()
    )
    return PublishedTable(name, description, listed, "", (), (), key)


def of(*tables: PublishedTable) -> Tables:
    return stated(tables)


OLD = of(table(id="text", value="double", old="text:Deprecated, gone in 2.0.0: take value."), table("dim_b", id="text"))


@pytest.mark.parametrize(
    ("new", "version", "told"),
    [
        (of(table(value="double", id="text", old="text:Deprecated."), table("dim_b", id="text")), "1.4.2", []),
        (
            of(
                table(id="text", value="double", old="text:Deprecated.", more="date"),
                table("dim_b", id="text"),
                table("v_c", id="text"),
            ),
            "1.5.0",
            ["fct_a.more is new", "v_c is new"],
        ),
        (of(table(id="text", value="double"), table("dim_b", id="text")), "2.0.0", ["fct_a.old is gone"]),
        (
            of(table(id="text", value="double:Deprecated.", old="text:Deprecated."), table("dim_b", id="text")),
            "1.5.0",
            ["fct_a.value is deprecated"],
        ),
        (
            of(table(id="text", value="double", old="text"), table("dim_b", id="text")),
            "1.5.0",
            ["fct_a.old is no longer deprecated"],
        ),
    ],
)
def test_a_change_asks_for_its_version(new: Tables, version: str, told: list[str]) -> None:
    kept = {"version": "1.4.2", "versions": [], "tables": OLD}
    after = renewed(kept, new)
    assert after["version"] == version
    assert [sentence for entry in after["versions"] for sentence in entry["changes"]] == told
    assert changes(after["tables"], new) == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (of(table(id="text", old="text:Deprecated."), table("dim_b", id="text")), "fct_a.value is gone"),
        (of(table(id="text", value="double", old="text:Deprecated.")), "dim_b is gone"),
        (
            of(table(id="text", value="integer", old="text:Deprecated."), table("dim_b", id="text")),
            "fct_a.value was double and is integer",
        ),
        (
            of(
                table(id="text", value="double", old="text:Deprecated.", key=("id", "value")),
                table("dim_b", id="text"),
            ),
            "a row of fct_a was told apart by id and is by id, value",
        ),
    ],
)
def test_nothing_goes_unannounced(new: Tables, told: str) -> None:
    kept = {"version": "1.4.2", "versions": [], "tables": OLD}
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        renewed(kept, new)
    assert renewed(kept, new, unannounced=True)["version"] == "2.0.0"


def test_a_table_that_was_called_deprecated_may_go() -> None:
    old = of(table("dim_b", "Deprecated, gone in 2.0.0: take v_b.", id="text"))
    assert renewed({"version": "1.0.0", "versions": [], "tables": old}, {})["version"] == "2.0.0"


def test_the_command_writes_what_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = stated(published_tables())
    earlier = {name: columns for name, columns in now.items() if name != "v_bbv"}
    kept = {"version": "1.0.0", "versions": [], "tables": earlier}
    file = tmp_path / "published.json"
    monkeypatch.setattr(contract, "contract_path", lambda: file)
    monkeypatch.setattr(contract, "agreed", lambda: kept)
    assert contract.main(["--force"]) == 2
    assert contract.main([]) == 0
    assert "Published tables 1.0.0 became 1.1.0" in capsys.readouterr().out
    assert json.loads(file.read_text(encoding="utf-8"))["versions"][-1]["changes"] == ["v_bbv is new"]
    kept["tables"] = {**now, "fct_gone": {"grain": [], "columns": {"id": "text"}, "deprecated": []}}
    assert contract.main([]) == 2
    assert "fct_gone is gone" in capsys.readouterr().err
    kept["tables"] = now
    assert contract.main([]) == 0
    assert "as agreed, version 1.0.0" in capsys.readouterr().out
