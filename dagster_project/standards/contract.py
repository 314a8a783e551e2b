"""The contract of the published tables, versioned: what a reader may count on, and what a change of it asks.

`dbt/published.json` holds tables, columns, types and grain as they were last agreed, with a version by semantic
versioning (https://semver.org): what is gone or of another type raises its first number, what is new its second.
Nothing goes that an earlier version did not call deprecated. `python -m dagster_project.standards.contract` writes it
anew.

What belongs here: comparing what dbt's manifest states now with what was agreed, and the version that follows. What
does not: the contracts themselves, which stand beside the models, and checking them against the data, which dbt does.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from dagster_project.errors import ConfigurationError
from dagster_project.product import product_path
from dagster_project.standards.tables import PublishedTable, published_tables

Kind = Literal["major", "minor"]
Tables = Mapping[str, Mapping[str, Any]]
"""Table to its `grain` (columns), its `columns` (name to type), and what of it is `deprecated`."""
DEPRECATED = "Deprecated"
"""How the description of a table or column begins that is to go; readers see it wherever descriptions stand."""
_ITSELF = "*"
"""Stands for the table among what is deprecated of it."""
_UNANNOUNCED = "--unannounced"


@dataclass(frozen=True)
class Change:
    """One difference between two contracts."""

    kind: Kind
    sentence: str
    is_announced: bool = True
    """False where something goes that no earlier version called deprecated."""


def contract_path() -> Path:
    """The file that is agreed upon."""
    return product_path("dbt", "published.json")


@cache
def agreed() -> dict[str, Any]:
    """The contract as it was last agreed: `version`, `versions` and `tables`."""
    return json.loads(contract_path().read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def agreed_version() -> str:
    """The version of the published tables, such as 1.2.0."""
    return str(agreed()["version"])


def stated(tables: Sequence[PublishedTable]) -> dict[str, dict[str, Any]]:
    """The contract that the models state now."""
    return {
        table.name: {
            "grain": list(table.key),
            "columns": {column.name: column.data_type for column in table.columns},
            "deprecated": sorted(_deprecated(table)),
        }
        for table in tables
    }


def _deprecated(table: PublishedTable) -> Iterator[str]:
    if table.description.startswith(DEPRECATED):
        yield _ITSELF
    yield from (column.name for column in table.columns if column.description.startswith(DEPRECATED))


def changes(old: Tables, new: Tables) -> list[Change]:
    """What differs, by name of table. The order of columns is not part of the contract: read them by name."""
    found: list[Change] = []
    for name in sorted({*old, *new}):
        if name not in new:
            found.append(Change("major", f"{name} is gone", _ITSELF in old[name]["deprecated"]))
        elif name not in old:
            found.append(Change("minor", f"{name} is new"))
        else:
            found += _changes_of(name, old[name], new[name])
    return found


def _changes_of(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    was, now, announced = old["columns"], new["columns"], set(old["deprecated"])
    for column in sorted({*was, *now}):
        is_announced = bool({column, _ITSELF} & announced)
        if column not in now:
            yield Change("major", f"{name}.{column} is gone", is_announced)
        elif column not in was:
            yield Change("minor", f"{name}.{column} is new")
        elif was[column] != now[column]:
            yield Change("major", f"{name}.{column} was {was[column]} and is {now[column]}", is_announced)
    if old["grain"] != new["grain"]:
        told = [", ".join(grain) or "nothing" for grain in (old["grain"], new["grain"])]
        yield Change("major", f"a row of {name} was told apart by {told[0]} and is by {told[1]}", _ITSELF in announced)
    for item in sorted(set(new["deprecated"]) - announced):
        if item == _ITSELF or item in was:
            yield Change("minor", f"{name if item == _ITSELF else f'{name}.{item}'} is deprecated")
    for item in sorted(announced - set(new["deprecated"])):
        if item == _ITSELF or item in now:
            yield Change("minor", f"{name if item == _ITSELF else f'{name}.{item}'} is no longer deprecated")


def next_version(version: str, found: Sequence[Change]) -> str:
    """The version that a set of changes asks for; the same one where there is no change."""
    major, minor, _ = map(int, version.split("."))
    if any(change.kind == "major" for change in found):
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if found else version


def fingerprint(tables: Tables) -> str:
    """sha256 of a contract's tables, in any order."""
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def renewed(kept: Mapping[str, Any], tables: Tables, *, unannounced: bool = False) -> dict[str, Any]:
    """The contract after a deliberate change: the tables as they are now, and the version that this asks for.

    Args:
        kept: the contract as it was agreed.
        tables: what the models state now.
        unannounced: let go what was never called deprecated.

    Raises:
        ConfigurationError: something would go unannounced; the message names it.
    """
    found = changes(kept["tables"], tables)
    sudden = [change.sentence for change in found if not change.is_announced]
    if sudden and not unannounced:
        raise ConfigurationError(
            f"No version announced that {'; '.join(sudden)}. Keep it for now and begin its description with "
            f"{DEPRECATED!r}, or, where nobody can be reading it yet, add {_UNANNOUNCED}."
        )
    version = next_version(kept["version"], found)
    entry = {"version": version, "changes": [change.sentence for change in found], "sha256": fingerprint(tables)}
    return {"version": version, "versions": [*kept["versions"], *([entry] if found else [])], "tables": dict(tables)}


def written(contract: Mapping[str, Any]) -> str:
    """A contract as its file holds it."""
    return json.dumps(contract, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the contract anew after a deliberate change, and say which version follows and what is left to do."""
    if set(arguments) - {_UNANNOUNCED}:
        print(f"Found {' '.join(arguments)}; expected nothing, or {_UNANNOUNCED}.", file=sys.stderr)
        return 2
    kept = agreed()
    try:
        contract = renewed(kept, stated(published_tables()), unannounced=_UNANNOUNCED in arguments)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    if contract == kept:
        print(f"The published tables are as agreed, version {kept['version']}.")
        return 0
    contract_path().write_text(written(contract), encoding="utf-8", newline="\n")
    print(f"Published tables {kept['version']} became {contract['version']}. Tell it in CHANGELOG.md by that number:")
    for sentence in contract["versions"][-1]["changes"]:
        print(f"  {sentence}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
