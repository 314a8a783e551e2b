"""Commands on what is published: serve, spark, site, rollback, and its editions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli import completions
from dagster_project.cli.terminal import DebugOption, WorkspaceOption, print_record, say, show_progress, workspace_at
from dagster_project.errors import ConfigurationError

room = typer.Typer()


@room.command()
def serve(workspace: WorkspaceOption = None) -> None:
    """Copy what stands published into PostgreSQL, compare, and let readers over to it."""
    from dagster_project.run import refresh_lock
    from dagster_project.serving.postgres import serve as serve_postgres

    found = workspace_at(workspace)
    with refresh_lock(found):
        say(serve_postgres(found))


spark = typer.Typer(help="The later models on Apache Spark, beyond one machine.", no_args_is_help=True)
room.add_typer(spark, name="spark")


@spark.command("build")
def spark_build(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder that Spark sees under the same path.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Hand over what DuckDB staged of what stands published, make the later models on Spark, and compare."""
    from dagster_project.run import refresh_lock
    from dagster_project.serving.spark import build

    found = workspace_at(workspace)
    with refresh_lock(found):
        for sentence in build(found, folder):
            say(sentence)


@spark.command("compare")
def spark_compare(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that opkoers spark build wrote.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Hold what Spark made against what stands published: keys and counts exactly, numbers to 1e-9."""
    from dagster_project.serving.spark import compare_with_standing

    say(compare_with_standing(workspace_at(workspace), folder))


@room.command()
def site(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write the pages into.")],
    gemeente: Annotated[
        list[str] | None, typer.Option("--gemeente", help="CBS code, such as GM0396; may be given more than once.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every gemeente of the country.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the page of official indicators of other gemeenten, from what stands published; default: your own."""
    from dagster_project.country import write_country

    found = workspace_at(workspace)
    if every and gemeente:
        raise ConfigurationError("--all and --gemeente were both given; take one of them.")
    say(write_country(found, out, None if every else tuple(gemeente or (found.settings.gemeente,))))


@room.command()
def rollback(
    publication: Annotated[
        str | None,
        typer.Argument(
            metavar="[PUBLICATION]",
            help="Its id; default: the one before what stands.",
            autocompletion=completions.publications,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Let an earlier publication stand again; nothing is removed."""
    from dagster_project.rollback import roll_back
    from dagster_project.serving import postgres

    found = workspace_at(workspace)
    for sentence in roll_back(found, publication):
        say(sentence)
    if postgres.is_due(found):
        say("PostgreSQL still serves the other one. Run: opkoers serve")


edition = typer.Typer(help="Freeze, list and compare editions of the monitor.", no_args_is_help=True)
room.add_typer(edition, name="edition")
LabelArgument = Annotated[str, typer.Argument(metavar="LABEL", help="Year and month, such as 2026-04.")]


@edition.command("freeze")
def edition_freeze(label: LabelArgument, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Keep what stands published as an edition that never changes again."""
    from dagster_project.editions.freeze import freeze

    show_progress(debug)
    frozen = freeze(workspace_at(workspace), label)
    say(
        f"Froze edition {label} of publication {frozen.record['publication_id']} in {frozen.folder}. "
        f"The sha256 of its edition.json is {frozen.sha256}: note it where the council keeps its papers."
    )


@edition.command("list")
def edition_list(workspace: WorkspaceOption = None) -> None:
    """The frozen editions, oldest first."""
    from dagster_project.editions.store import editions

    frozen = editions(workspace_at(workspace))
    if not frozen:
        say("No edition is frozen yet. Freeze what stands published with: opkoers edition freeze 2026-04.")
    for kept in frozen:
        record = kept.record
        say(
            f"{kept.label}  as of {record['as_of']}, frozen {record['frozen_at']} by {record['frozen_by']}, "
            f"publication {record['publication_id']}, sha256 {kept.sha256}"
        )


@edition.command("diff")
def edition_diff(
    old: Annotated[
        str, typer.Argument(metavar="A", help="Label of the earlier edition.", autocompletion=completions.editions)
    ],
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="[B]",
            help="Label of the later one; default: what stands published.",
            autocompletion=completions.editions,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """What changed from edition A to B: figures, methods, objectives and verdicts."""
    from dagster_project.editions import report
    from dagster_project.editions.diff import compare
    from dagster_project.editions.freeze import side_of

    found = workspace_at(workspace)
    (a, was), (b, now) = side_of(found, old), side_of(found, new)
    diff = compare(was, now, found.settings.gemeente)
    if as_json:
        print_record(report.as_record(diff, a, b))
        return
    for line in report.as_lines(diff, a, b):
        say(line)
