"""What every command shares: its terminal, its usual options, and how it ends.

What does not belong here: commands, which stand in the rooms beside it, by subject.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dagster_project import language
from dagster_project.errors import EXIT_OK, ConfigurationError
from dagster_project.legible import LegibleFormatter, legible_lines
from dagster_project.workspace import Workspace, find_workspace

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Folder of the workspace; default: the nearest one above.")
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show tracebacks and every log line.")]
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def workspace_at(folder: Path | None) -> Workspace:
    """The workspace that a command is about; its language is spoken from here on.

    Raises:
        ConfigurationError: there is none, or its settings are wrong.
    """
    workspace = find_workspace(folder)
    language.speak(workspace.settings.language)
    return workspace


def say(text: str) -> None:
    """Print a message of our own, in the language of the reader and with everything that it quotes in sight."""
    out.print(legible_lines(language.translated(text)), markup=False)


def complain(text: str) -> None:
    """Print a message on standard error, like `say`."""
    err.print(legible_lines(language.translated(text)), markup=False)


def print_record(record: object) -> None:
    """Print a record for machines, on standard output and nothing beside it."""
    sys.stdout.write(f"{json.dumps(record, ensure_ascii=False, indent=2, default=str)}\n")


def end(text: str, code: int) -> None:
    """Print how a command ended, on the channel that fits, and leave with its code."""
    (say if code == EXIT_OK else complain)(text)
    raise typer.Exit(code)


def show_progress(debug: bool) -> None:
    """Send the product's own log to the terminal; with `--debug` everybody's."""
    logger = logging.getLogger() if debug else logging.getLogger("dagster_project")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LegibleFormatter("%(asctime)s  %(message)s", datefmt="%H:%M:%S"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logger.propagate = False


def day_of(text: str, option: str) -> date:
    """The day that an option gives.

    Raises:
        ConfigurationError: it is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{option} wants a day as 2025-04-15, found {text!r}.") from error


def past_day(text: str | None) -> date | None:
    """The day that `--as-of` gives, if any.

    Raises:
        ConfigurationError: it is no day, or it is yet to come in Amsterdam, whatever the machine's clock shows.
    """
    if text is None:
        return None
    from dagster_project.run import today

    day = day_of(text, "--as-of")
    if day > today():
        raise ConfigurationError(f"--as-of {text} lies in the future; nothing is known of it yet.")
    return day
