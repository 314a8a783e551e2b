"""The command line. Each command finds its workspace, calls one function, prints, and ends with its exit code.

The commands stand in rooms by subject: `machine`, `running`, `publications`, `proof` and `registrations`. A new
command goes into the room it is about; what they share stands in `terminal`.
"""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.completion import completion_init  # type: ignore[attr-defined]  # what add_completion would call

from dagster_project import language
from dagster_project.cli import machine, proof, publications, registrations, running
from dagster_project.cli.help import spoken_command
from dagster_project.cli.terminal import complain
from dagster_project.errors import OpkoersError, ending_of
from dagster_project.extract.personal import masked

app = typer.Typer(
    name="opkoers",
    help="Is the social-domain plan on course? A data warehouse for Dutch municipalities that answers with proof.",
    no_args_is_help=True,
    add_completion=False,  # it would write into a person's start files: see the command completion
    pretty_exceptions_enable=False,
)
for each in (machine, running, publications, proof, registrations):
    app.add_typer(each.room)


def main(arguments: list[str] | None = None) -> Any:
    """Entry point: run a command; an error that the user can act on is one plain sentence and its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    completion_init()
    language.speak("")  # until the workspace is found
    try:
        spoken_command(app)(args=given)
    except Exception as error:
        if "--debug" in given:
            raise
        text, code = ending_of(error)
        complain(text if isinstance(error, OpkoersError) else masked(text))
        sys.exit(code)
