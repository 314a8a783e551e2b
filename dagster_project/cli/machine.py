"""Commands for a workspace and the machine it stands on: init, doctor, backup, restore, completion, version."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dagster_project import __version__
from dagster_project.cli import completions
from dagster_project.cli.terminal import WorkspaceOption, out, say, workspace_at

room = typer.Typer()


@room.command()
def init(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of the new workspace; default: the gemeente's name.")
    ] = None,
    gemeente: Annotated[
        str | None,
        typer.Option(
            "--gemeente",
            help="Name or CBS code, such as Heemskerk or GM0396; then nothing is asked.",
            autocompletion=completions.gemeente_names,
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name as it should read on the page; default: that of CBS.")] = "",
    registrations: Annotated[
        bool | None,
        typer.Option("--registrations/--no-registrations", help="Whether it reads exports with rows on persons."),
    ] = None,
    contact: Annotated[
        str | None, typer.Option("--contact", help="Where questions on the monitor can go, such as an e-mail address.")
    ] = None,
) -> None:
    """Write a workspace that runs, for your own municipality; asks three questions, or none with --gemeente."""
    from dagster_project import language
    from dagster_project.cli.questions import Beginning, ask, given
    from dagster_project.demo import init_workspace, refuse_used_folder

    if folder:
        refuse_used_folder(folder)  # before anybody answers questions for nothing
    wanted = Beginning(gemeente, name, registrations, contact)
    answers = given(wanted) if gemeente else ask(wanted)
    target = folder or Path(answers.folder_name)
    init_workspace(
        target,
        answers.code,
        answers.name,
        registrations=answers.registrations,
        contact=answers.contact,
        language=language.spoken(),
    )
    say(f"""Workspace for {answers.name} ({answers.code}) in {target}.
LEESMIJ.md in it tells what every file is for. Go on with:
  cd {shlex.quote(str(target))}
  opkoers doctor
  opkoers refresh""")


@room.command()
def doctor(
    workspace: WorkspaceOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the sources.")] = False,
) -> None:
    """Is this machine fit to run it: versions, rights, keys, disk, reach of each source, and what to do."""
    from dagster_project import doctor as examination

    findings = []
    for finding in examination.examine(workspace_at(workspace), offline=offline):
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

    for sentence in back_up(workspace_at(workspace), target):
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


class Shell(StrEnum):
    """Shells that can be told what completes a command."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@room.command()
def completion(shell: Annotated[Shell, typer.Argument(help="The shell you type in.")]) -> None:
    """Print what makes the shell complete commands, options, ids and editions; for its start file, or to source."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # Typer's own

    script = get_completion_script(prog_name="opkoers", complete_var="_OPKOERS_COMPLETE", shell=shell.value)
    sys.stdout.write(f"{script}\n")


@room.command()
def version() -> None:
    """The version of Opkoers."""
    say(__version__)
