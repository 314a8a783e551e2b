"""Commands that bring a workspace up to date, and tell how that went: refresh, demo, status, gate, notify, dev."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from dagster_project.cli import completions
from dagster_project.cli.terminal import (
    DebugOption,
    WorkspaceOption,
    complain,
    end,
    past_day,
    print_record,
    say,
    show_progress,
    workspace_at,
)
from dagster_project.errors import EXIT_OK, ConfigurationError
from dagster_project.workspace import Workspace

if TYPE_CHECKING:
    from dagster_project.run import RunOptions

room = typer.Typer()
_FILE_WIDTH = 200
"""Characters of a line where no terminal says how many it takes."""


def _sources(text: str | None) -> tuple[str, ...]:
    from dagster_project.contracts import all_contracts

    known = {dataset.source_id for dataset in all_contracts()}
    asked = tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()
    unknown = sorted(set(asked) - known)
    if unknown:
        raise ConfigurationError(f"--only names {', '.join(unknown)}; the sources are {', '.join(sorted(known))}.")
    return asked


def _refresh(
    workspace: Workspace, *, offline: bool, only: tuple[str, ...], as_of: date | None, debug: bool
) -> tuple[str, int]:
    from dagster_project.execution import refresh as refresh_workspace
    from dagster_project.run import RunOptions

    show_progress(debug)
    return refresh_workspace(workspace, RunOptions(offline=offline, only=only, as_of=as_of), debug=debug)


@room.command()
def demo(
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Folder to put the demo in; default: demo, or demo-SAMPLE.")
    ] = None,
    sample: Annotated[
        str,
        typer.Option(
            "--sample", help="heemskerk, heerenveen, westervoort or borger-odoorn.", autocompletion=completions.samples
        ),
    ] = "heemskerk",
    debug: DebugOption = False,
) -> None:
    """Make a sample workspace and run the whole pipeline on it, offline."""
    from dagster_project.demo import make_demo_workspace, sample_called
    from dagster_project.publication import current_folder

    chosen = sample_called(sample)
    folder = workspace or chosen.default_target
    make_demo_workspace(folder, chosen)
    found = Workspace(folder)
    text, code = _refresh(found, offline=True, only=(), as_of=None, debug=debug)
    standing = current_folder(found)
    if code == EXIT_OK and standing:
        shown = found.current if found.current.is_symlink() else standing
        text += f"""

{chosen.about}
  page       {shown / "site" / "index.html"}
  warehouse  {shown / "warehouse.duckdb"}
  status     opkoers status --workspace {folder}
  a figure   opkoers trace bijstand_per_10000_inw {found.settings.gemeente} 2020 --workspace {folder}"""
    end(text, code)


def _refresh_all(folder: Path, keys: list[str] | None, options: RunOptions, jobs: int, *, debug: bool) -> None:
    """Refresh every workspace of a folder, and end with the table of how each ended and the gravest code."""
    from dagster_project.many.installation import Installation
    from dagster_project.many.refresh import Ended, gravest, refresh_all, report

    def tell(ended: Ended) -> None:
        complain(f"{ended.key} ({ended.code}): {ended.told}")

    show_progress(debug)
    ended = refresh_all(Installation(folder), options, keys=keys, jobs=jobs, debug=debug, tell=tell)
    Console(width=None if sys.stdout.isatty() else 120).print(report(ended))
    raise typer.Exit(gravest(ended))


@room.command()
def refresh(
    workspace: WorkspaceOption = None,
    workspaces: Annotated[
        Path | None, typer.Option("--workspaces", help="Refresh every workspace in this folder; ask CBS and DUO once.")
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option("--key", help="With --workspaces: this one only, by its folder; may be given more than once."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, help="With --workspaces: so many at once, each some 2 GB of memory.")
    ] = 1,
    offline: Annotated[bool, typer.Option("--offline", help="Pull nothing; build from the snapshots at hand.")] = False,
    only: Annotated[
        str | None,
        typer.Option("--only", help="Pull these sources only, such as cbs,duo.", autocompletion=completions.sources),
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Build what was known on a day; pulls nothing.")] = None,
    debug: DebugOption = False,
) -> None:
    """Pull what changed, build, judge, publish."""
    if workspaces:
        if workspace:
            raise ConfigurationError("--workspace and --workspaces were both given; take one of them.")
        from dagster_project.run import RunOptions
        from dagster_project.snapshots import utc_now

        asked = RunOptions(offline, _sources(only), past_day(as_of), common=workspaces.resolve(), since=utc_now())
        _refresh_all(workspaces, keys, asked, jobs, debug=debug)
    if keys or jobs > 1:
        raise ConfigurationError("--key and --jobs go with --workspaces DIR; give that as well.")
    text, code = _refresh(
        workspace_at(workspace), offline=offline, only=_sources(only), as_of=past_day(as_of), debug=debug
    )
    end(text, code)


@room.command()
def status(
    workspace: WorkspaceOption = None,
    is_whole: Annotated[bool, typer.Option("--all", help="Every dataset and file, also what was never had.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """What stands published, how old each source is, what its gates said and what needs a hand; ends with code 0."""
    from dagster_project.status import status as status_of
    from dagster_project.status import status_record

    found = workspace_at(workspace)
    if as_json:
        print_record(status_record(found))
        return
    is_seen = sys.stdout.isatty() or "COLUMNS" in os.environ
    Console(width=None if is_seen else _FILE_WIDTH, highlight=False).print(status_of(found, is_whole=is_whole))


gate = typer.Typer(help="What the gates checked, and why they refused.", no_args_is_help=True)
room.add_typer(gate, name="gate")


@gate.command("explain")
def gate_explain(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]", help="Id of a run or its beginning, or of a publication; default: the last one judged."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """What a run's gates checked, what failed and where it came from, and the way out."""
    from dagster_project.gate.explain import as_lines, explain

    explained = explain(workspace_at(workspace), run)
    if as_json:
        print_record(explained)
        return
    for line in as_lines(explained):
        say(line)


@gate.command("list")
def gate_list(workspace: WorkspaceOption = None) -> None:
    """The newest runs, how they ended and what their gates refused."""
    from dagster_project.gate.explain import listed

    for line in listed(workspace_at(workspace)):
        say(line)


notify = typer.Typer(help="News of a run that was refused, by e-mail and webhook.", no_args_is_help=True)
room.add_typer(notify, name="notify")


@notify.command("test")
def notify_test(workspace: WorkspaceOption = None) -> None:
    """Send a test message by every channel of [notify], and tell how that went."""
    from dagster_project.notify.announce import try_out

    end(*try_out(workspace_at(workspace)))


@room.command()
def dev(
    workspace: WorkspaceOption = None,
    port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Open the Dagster UI on this workspace: the same definitions, schedule and runs."""
    from dagster_project.assets.resources import WORKSPACE_VARIABLE
    from dagster_project.execution import prepare_dagster_home

    found = workspace_at(workspace)
    prepare_dagster_home(found.dagster_home)
    environment = {**os.environ, "DAGSTER_HOME": str(found.dagster_home), WORKSPACE_VARIABLE: str(found.root)}
    dagster = ["-m", "dagster", "dev", "-m", "dagster_project.definitions"]
    command = [sys.executable, *dagster, "-h", "127.0.0.1", "-p", str(port)]
    say(f"Dagster on http://127.0.0.1:{port}; stop with Ctrl-C.")
    if os.name == "posix":
        os.execve(command[0], command, environment)  # noqa: S606 - in our place, so that signals reach it
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)
