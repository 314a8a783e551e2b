"""What the shell may propose where a command wants a name: ids and labels of the workspace and of the product.

A proposal is a kindness: where it cannot be had (no workspace, nothing published) there is none, and no error. The
script that asks for it comes from Typer.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import typer

from dagster_project.errors import OpkoersError
from dagster_project.product import product_path
from dagster_project.workspace import Workspace, find_workspace

Proposer = Callable[[typer.Context, str], list[str]]


def _quiet(propose: Callable[[typer.Context], Iterable[str]]) -> Proposer:
    """Propose what begins as it was begun; what cannot be read has nothing to propose."""

    @wraps(propose)
    def proposer(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            return sorted({one for one in propose(ctx) if one.startswith(incomplete)})
        except (OpkoersError, OSError):
            return []

    del proposer.__wrapped__  # or Typer would read the signature of what it wraps
    return proposer


def _workspace(ctx: typer.Context) -> Workspace:
    return find_workspace(Path(ctx.params["workspace"]) if ctx.params.get("workspace") else None)


def _column(path: Path, column: str, delimiter: str = ",") -> Iterator[str]:
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from (row[column] for row in csv.DictReader(stream, delimiter=delimiter) if row.get(column))


@_quiet
def indicators_and_objectives(ctx: typer.Context) -> Iterator[str]:
    """Ids of the register, and of the indicators and objectives of the workspace."""
    yield from _column(product_path("seeds", "indicators.csv"), "indicator_id")
    root = _workspace_root(ctx)
    if root:
        yield from _column(root / "indicators.csv", "indicator_id", ";")
        yield from _column(root / "objectives.csv", "objective_id", ";")


def _workspace_root(ctx: typer.Context) -> Path | None:
    try:
        return _workspace(ctx).root
    except OpkoersError:
        return None


@_quiet
def regions(ctx: typer.Context) -> list[str]:
    """Codes for which the indicator at hand is published."""
    return _published(ctx, "region_code", indicator_id=ctx.params.get("what"))


@_quiet
def periods(ctx: typer.Context) -> list[str]:
    """Periods for which the indicator and region at hand are published."""
    return _published(ctx, "period_id", indicator_id=ctx.params.get("what"), region_code=ctx.params.get("region"))


def _published(ctx: typer.Context, column: str, **known: Any) -> list[str]:
    import duckdb

    from dagster_project.publication import current_folder
    from dagster_project.warehouse import WAREHOUSE

    standing = current_folder(_workspace(ctx))
    if standing is None:
        return []
    asked = {name: value for name, value in known.items() if value}
    where = " and ".join(f"{name} = ${name}" for name in asked) or "true"
    try:
        with duckdb.connect(str(standing / WAREHOUSE), read_only=True) as connection:
            rows = connection.execute(f"select distinct {column} from marts.fct_indicator_value where {where}", asked)
            return [str(value) for (value,) in rows.fetchall()]
    except duckdb.Error:
        return []


@_quiet
def tables(ctx: typer.Context) -> list[str]:
    """Tables of what stands published."""
    from dagster_project.publication import current_manifest

    return list((current_manifest(_workspace(ctx)) or {"tables": {}})["tables"])


@_quiet
def publications(ctx: typer.Context) -> list[str]:
    """Ids of the publications that are there."""
    return [folder.name for folder in _workspace(ctx).publications.glob("[!.]*")]


@_quiet
def editions(ctx: typer.Context) -> list[str]:
    """Labels of the frozen editions."""
    return [folder.name for folder in _workspace(ctx).editions.glob("[0-9]*")]


@_quiet
def samples(_: typer.Context) -> list[str]:
    """Names of the samples."""
    from dagster_project.demo import SAMPLES

    return list(SAMPLES)


@_quiet
def sources(_: typer.Context) -> list[str]:
    """Ids of the sources that are pulled."""
    from dagster_project.contracts import all_contracts

    return [dataset.source_id for dataset in all_contracts()]


@_quiet
def gemeente_names(_: typer.Context) -> list[str]:
    """Names of the gemeenten."""
    from dagster_project.gemeenten import gemeenten

    return [one.name for one in gemeenten()]
