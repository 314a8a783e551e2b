"""Commands for a workspace and the machine it stands on: init, doctor, backup, restore, version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dagster_project import __version__
from dagster_project.cli.terminal import WorkspaceOption, out, say
from dagster_project.workspace import find_workspace

room = typer.Typer()


@room.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new workspace.")],
    gemeente: Annotated[str, typer.Option("--gemeente", help="CBS code, such as GM0396.")],
    name: Annotated[str, typer.Option("--name", help="Name as it should read on the page; default: the code.")] = "",
) -> None:
    """Write a workspace that runs, for your own municipality."""
    from dagster_project.demo import init_workspace

    init_workspace(folder, gemeente, name or gemeente)
    say(
        f"Workspace for {name or gemeente} in {folder}. Fill objectives.csv, then: opkoers refresh --workspace {folder}"
    )


@room.command()
def doctor(
    workspace: WorkspaceOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the sources.")] = False,
) -> None:
    """Is this machine fit to run it: versions, rights, keys, disk, reach of each source, and what to do."""
    from dagster_project import doctor as examination

    findings = []
    for finding in examination.examine(find_workspace(workspace), offline=offline):
        findings.append(finding)
        out.print(examination.as_line(finding), soft_wrap=True)
    raise typer.Exit(examination.exit_code(findings))


@room.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="TO", help="File to write, or a folder to write it into.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write the workspace with all that cannot be made anew to one file; keys stay out of it."""
    from dagster_project.backup import backup as back_up

    for sentence in back_up(find_workspace(workspace), target):
        say(sentence)


@room.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="File that opkoers backup wrote.")],
    target: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Put a backup back in a new folder, every file checked against its hash."""
    from dagster_project.backup import restore as put_back

    for sentence in put_back(source, target):
        say(sentence)


@room.command()
def version() -> None:
    """The version of Opkoers."""
    say(__version__)
