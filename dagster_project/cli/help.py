"""The help of the commands, in the language that is spoken.

Whoever asks for help has no workspace yet, so the environment decides. What a wrong option is answered with is typer's
own, and stays English.
"""

from __future__ import annotations

import inspect
from typing import Any

import typer
from typer import rich_utils

from dagster_project import language

_BESIDE = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commands",
    "DEFAULT_STRING": "[default: {}]",
}
"""What typer prints beside our own texts, by the names that it keeps it under."""
_HELP = "Show this message and exit."


def spoken_command(app: typer.Typer) -> Any:
    """The command of an app, ready to be called, with its help in the language that is spoken."""
    for name, english in _BESIDE.items():
        setattr(rich_utils, name, language.translated(english))
    command = typer.main.get_command(app)
    _translate(command)
    return command


def _translate(command: Any) -> None:
    """Put the texts of a command, and of all below it, into the language that is spoken."""
    command.help = _translated(command.help)
    command.get_help_option(typer.Context(command)).help = language.translated(_HELP)
    for parameter in command.params:
        parameter.help = _translated(getattr(parameter, "help", None))
    for each in getattr(command, "commands", {}).values():
        _translate(each)


def _translated(text: str | None) -> str | None:
    """A text of some paragraphs, each of which stands on lines of its own in the code."""
    if not text:
        return text
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(language.translated(" ".join(paragraph.split())) for paragraph in paragraphs)
