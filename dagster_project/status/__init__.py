"""Status: something to look at each morning. What stands published, what each source came to, what needs a hand.

`look` gathers the facts, `todo` tells what follows from them, `view` shows both. Status judges nothing: it ends with
exit code 0 whatever it found, and machines read `--json`.
"""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType

from dagster_project.status.look import look
from dagster_project.status.todo import todo
from dagster_project.status.view import View, as_record
from dagster_project.workspace import Workspace


def status(workspace: Workspace, *, is_whole: bool = False) -> RenderableType:
    """The state of a workspace, to print.

    Args:
        workspace: the workspace.
        is_whole: show every dataset, also those that were never had, and every own file.
    """
    morning = look(workspace)
    return View(morning, todo(morning), is_whole)


def status_record(workspace: Workspace) -> dict[str, Any]:
    """The state of a workspace, for machines."""
    morning = look(workspace)
    return as_record(morning, todo(morning))
