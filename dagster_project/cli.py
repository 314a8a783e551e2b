"""The command line. Each command finds its workspace, calls one function, prints, and ends with its exit code."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from dagster_project import __version__
from dagster_project.errors import EXIT_INTERNAL, EXIT_OK, ConfigurationError, OpkoersError
from dagster_project.workspace import Workspace, find_workspace

app = typer.Typer(
    name="opkoers",
    help="Is the social-domain plan on course? A data warehouse for Dutch municipalities that answers with proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Folder of the workspace; default: the nearest one above.")
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show tracebacks and every log line.")]
_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)


def _say(text: str) -> None:
    _out.print(text, markup=False)


def _end(text: str, code: int) -> None:
    """Print how a command ended, on the channel that fits, and leave with its code."""
    (_out if code == EXIT_OK else _err).print(text, markup=False)
    raise typer.Exit(code)


def _show_progress(debug: bool) -> None:
    """Send the product's own log to the terminal; with `--debug` everybody's."""
    logger = logging.getLogger() if debug else logging.getLogger("dagster_project")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", datefmt="%H:%M:%S"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logger.propagate = False


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{option} wants a day as 2025-04-15, found {text!r}.") from error


def _past_day(text: str | None) -> date | None:
    if text is None:
        return None
    day = _day(text, "--as-of")
    if day > datetime.now().astimezone().date():
        raise ConfigurationError(f"--as-of {text} lies in the future; nothing is known of it yet.")
    return day


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

    _show_progress(debug)
    return refresh_workspace(workspace, RunOptions(offline=offline, only=only, as_of=as_of), debug=debug)


@app.command()
def demo(
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Folder to put the demo in; default: demo, or demo-SAMPLE.")
    ] = None,
    sample: Annotated[str, typer.Option("--sample", help="heemskerk, heerenveen or westervoort.")] = "heemskerk",
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
    _end(text, code)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new workspace.")],
    gemeente: Annotated[str, typer.Option("--gemeente", help="CBS code, such as GM0396.")],
    name: Annotated[str, typer.Option("--name", help="Name as it should read on the page; default: the code.")] = "",
) -> None:
    """Write a workspace that runs, for your own municipality."""
    from dagster_project.demo import init_workspace

    init_workspace(folder, gemeente, name or gemeente)
    _say(
        f"Workspace for {name or gemeente} in {folder}. Fill objectives.csv, then: opkoers refresh --workspace {folder}"
    )


@app.command()
def refresh(
    workspace: WorkspaceOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Pull nothing; build from the snapshots at hand.")] = False,
    only: Annotated[str | None, typer.Option("--only", help="Pull these sources only, such as cbs,duo.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Build what was known on a day; pulls nothing.")] = None,
    debug: DebugOption = False,
) -> None:
    """Pull what changed, build, judge, publish."""
    text, code = _refresh(
        find_workspace(workspace), offline=offline, only=_sources(only), as_of=_past_day(as_of), debug=debug
    )
    _end(text, code)


@app.command()
def status(workspace: WorkspaceOption = None) -> None:
    """What stands published, how old each source is, how the last runs ended."""
    from dagster_project.status import status as status_of

    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(status_of(find_workspace(workspace)))


@app.command()
def trace(
    what: Annotated[
        str | None, typer.Argument(metavar="INDICATOR|OBJECTIVE", help="Such as bijstand_per_10000_inw or plan-02.")
    ] = None,
    region: Annotated[str | None, typer.Argument(metavar="REGION", help="Such as GM0396, NL01 or WK039601.")] = None,
    period: Annotated[str | None, typer.Argument(metavar="PERIOD", help="Such as 2020, 2023-H1 or 2022/2023.")] = None,
    territory: Annotated[
        str, typer.Option("--territory", help="as_published, or current: in today's division of gemeenten.")
    ] = "as_published",
    of_period: Annotated[
        str | None, typer.Option("--period", help="Of an objective: the verdict of this period; default: the last.")
    ] = None,
    table: Annotated[str | None, typer.Option("--table", help="Any published table, such as fct_budget.")] = None,
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
    chain = trace_row(find_workspace(workspace), question, as_of=_past_day(as_of))
    if as_json:
        sys.stdout.write(json.dumps(chain, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    for line in as_lines(chain):
        _say(line)


@app.command()
def verify(workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Re-hash every snapshot, original and edition, rebuild, and compare with what stands published and was frozen."""
    from dagster_project.verify import verify as verify_workspace

    _show_progress(debug)
    for sentence in verify_workspace(find_workspace(workspace)):
        _say(sentence)


@app.command()
def forget(
    before: Annotated[
        str | None,
        typer.Option("--before", help="Forget what was received before this day; default: what the retention asks."),
    ] = None,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Remove client-level originals that were received before a day; the counts made of them stay."""
    from dagster_project.registration.retention import end_of_retention
    from dagster_project.registration.retention import forget as forget_persons

    _show_progress(debug)
    found = find_workspace(workspace)
    for sentence in forget_persons(found, _day(before, "--before") if before else end_of_retention(found)):
        _say(sentence)


key = typer.Typer(help="Make and rotate the keys of local registrations.", no_args_is_help=True)
app.add_typer(key, name="key")


@key.command("make")
def key_make(workspace: WorkspaceOption = None) -> None:
    """Make the key for client numbers and the key for originals, where there is none yet."""
    from dagster_project.registration.rotation import make_keys

    for sentence in make_keys(find_workspace(workspace)):
        _say(sentence)


@key.command("rotate")
def key_rotate(workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Put new keys in the place of both: hash every client number and encrypt every original anew."""
    from dagster_project.registration.rotation import rotate

    _show_progress(debug)
    for sentence in rotate(find_workspace(workspace)):
        _say(sentence)


@app.command()
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

    found = find_workspace(workspace)
    if every and gemeente:
        raise ConfigurationError("--all and --gemeente were both given; take one of them.")
    _say(write_country(found, out, None if every else tuple(gemeente or (found.settings.gemeente,))))


@app.command()
def dev(
    workspace: WorkspaceOption = None,
    port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Open the Dagster UI on this workspace: the same definitions, schedule and runs."""
    from dagster_project.assets.resources import WORKSPACE_VARIABLE
    from dagster_project.execution import prepare_dagster_home

    found = find_workspace(workspace)
    prepare_dagster_home(found)
    environment = {**os.environ, "DAGSTER_HOME": str(found.dagster_home), WORKSPACE_VARIABLE: str(found.root)}
    dagster = ["-m", "dagster", "dev", "-m", "dagster_project.definitions"]
    command = [sys.executable, *dagster, "-h", "127.0.0.1", "-p", str(port)]
    _say(f"Dagster on http://127.0.0.1:{port}; stop with Ctrl-C.")
    if os.name == "posix":
        os.execve(command[0], command, environment)  # noqa: S606 - in our place, so that signals reach it
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)


edition = typer.Typer(help="Freeze, list and compare editions of the monitor.", no_args_is_help=True)
app.add_typer(edition, name="edition")
LabelArgument = Annotated[str, typer.Argument(metavar="LABEL", help="Year and month, such as 2026-04.")]


@edition.command("freeze")
def edition_freeze(label: LabelArgument, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Keep what stands published as an edition that never changes again."""
    from dagster_project.editions.freeze import freeze

    _show_progress(debug)
    frozen = freeze(find_workspace(workspace), label)
    _say(
        f"Froze edition {label} of publication {frozen.record['publication_id']} in {frozen.folder}. "
        f"The sha256 of its edition.json is {frozen.sha256}: note it where the council keeps its papers."
    )


@edition.command("list")
def edition_list(workspace: WorkspaceOption = None) -> None:
    """The frozen editions, oldest first."""
    from dagster_project.editions.store import editions

    frozen = editions(find_workspace(workspace))
    if not frozen:
        _say("No edition is frozen yet. Freeze what stands published with: opkoers edition freeze 2026-04.")
    for kept in frozen:
        record = kept.record
        _say(
            f"{kept.label}  as of {record['as_of']}, frozen {record['frozen_at']} by {record['frozen_by']}, "
            f"publication {record['publication_id']}, sha256 {kept.sha256}"
        )


@edition.command("diff")
def edition_diff(
    old: Annotated[str, typer.Argument(metavar="A", help="Label of the earlier edition.")],
    new: Annotated[
        str | None, typer.Argument(metavar="[B]", help="Label of the later one; default: what stands published.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """What changed from edition A to B: figures, methods, objectives and verdicts."""
    from dagster_project.editions import report
    from dagster_project.editions.diff import compare
    from dagster_project.editions.freeze import side_of

    found = find_workspace(workspace)
    (a, was), (b, now) = side_of(found, old), side_of(found, new)
    diff = compare(was, now, found.settings.gemeente)
    if as_json:
        sys.stdout.write(json.dumps(report.as_record(diff, a, b), ensure_ascii=False, indent=2) + "\n")
        return
    for line in report.as_lines(diff, a, b):
        _say(line)


mapping = typer.Typer(help="Propose and explain how exports are read.", no_args_is_help=True)
app.add_typer(mapping, name="mapping")


@mapping.command("suggest")
def mapping_suggest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export: .csv, .txt, .xlsx or .parquet.")],
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Contract to map it to; default: the one that fits best.")
    ] = None,
) -> None:
    """Propose a mapping for an export, from its headers and the shape of its cells."""
    from dagster_project.mapping.suggest import suggest

    sys.stdout.write(suggest(file, dataset))


@mapping.command("check")
def mapping_check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Exports; default: what lies in drop/.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Explain what would be read of exports, and what would be set aside. Takes nothing in."""
    from dagster_project.mapping.check import check

    report = check(find_workspace(workspace), files or ())
    for line in report.lines:
        _say(line)
    raise typer.Exit(report.exit_code)


@app.command()
def version() -> None:
    """The version of Opkoers."""
    _say(__version__)


def main(arguments: list[str] | None = None) -> Any:
    """Entry point: run a command; an error that the user can act on is one plain sentence and its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=given)
    except OpkoersError as error:
        if "--debug" in given:
            raise
        _err.print(str(error), markup=False)
        sys.exit(error.exit_code)
    except Exception as error:
        if "--debug" in given:
            raise
        _err.print(
            f"Internal error: {type(error).__name__}: {error}. Run again with --debug for the traceback.", markup=False
        )
        sys.exit(EXIT_INTERNAL)


if __name__ == "__main__":
    main()
