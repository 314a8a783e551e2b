"""Commands that prove what is published: trace and verify."""

from __future__ import annotations

from typing import Annotated

import typer

from dagster_project.cli import completions
from dagster_project.cli.terminal import (
    DebugOption,
    WorkspaceOption,
    past_day,
    print_record,
    say,
    show_progress,
    workspace_at,
)
from dagster_project.errors import EXIT_OK, EXIT_VERIFY

room = typer.Typer()


@room.command()
def trace(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="INDICATOR|OBJECTIVE",
            help="Such as bijstand_per_10000_inw or plan-02.",
            autocompletion=completions.indicators_and_objectives,
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Argument(metavar="REGION", help="Such as GM0396, NL01 or WK039601.", autocompletion=completions.regions),
    ] = None,
    period: Annotated[
        str | None,
        typer.Argument(
            metavar="PERIOD", help="Such as 2020, 2023-H1 or 2022/2023.", autocompletion=completions.periods
        ),
    ] = None,
    territory: Annotated[
        str, typer.Option("--territory", help="as_published, or current: in today's division of gemeenten.")
    ] = "as_published",
    of_period: Annotated[
        str | None, typer.Option("--period", help="Of an objective: the verdict of this period; default: the last.")
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--table", help="Any published table, such as fct_budget.", autocompletion=completions.tables),
    ] = None,
    row: Annotated[
        str | None, typer.Option("--key", help="Its row, such as wet=wmo,period_id=2024; enough to tell it apart.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="From the publication that tells what was known on a day.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="For machines: everything, also what the text leaves out.")
    ] = False,
) -> None:
    """From any published row back to the bytes it rests on.

    A value: INDICATOR REGION PERIOD. The verdict on an objective: OBJECTIVE. Any row of any table: --table and --key.
    """
    from dagster_project.trace import as_lines, question_of
    from dagster_project.trace import trace as trace_row

    question = question_of(what, region, period, territory=territory, of_period=of_period, table=table, key=row)
    chain = trace_row(workspace_at(workspace), question, as_of=past_day(as_of))
    if as_json:
        print_record(chain)
        return
    for line in as_lines(chain):
        say(line)


@room.command()
def verify(
    workspace: WorkspaceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: what agrees, notes and every fault.")] = False,
    debug: DebugOption = False,
) -> None:
    """Re-hash every snapshot, original and edition, rebuild, and compare with what stands published and was frozen."""
    from dagster_project.verify import examine
    from dagster_project.verify import verify as verify_workspace

    show_progress(debug)
    if as_json:
        report = examine(workspace_at(workspace))
        print_record(report.as_record())
        raise typer.Exit(EXIT_OK if report.agrees else EXIT_VERIFY)
    for sentence in verify_workspace(workspace_at(workspace)):
        say(sentence)
