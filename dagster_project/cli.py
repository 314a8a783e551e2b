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
from dagster_project.errors import EXIT_OK, EXIT_VERIFY, ConfigurationError, OpkoersError, ending_of
from dagster_project.extract.personal import masked
from dagster_project.legible import LegibleFormatter, legible_lines
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
    _out.print(legible_lines(text), markup=False)


def _end(text: str, code: int) -> None:
    """Print how a command ended, on the channel that fits, and leave with its code."""
    (_out if code == EXIT_OK else _err).print(legible_lines(text), markup=False)
    raise typer.Exit(code)


def _show_progress(debug: bool) -> None:
    """Send the product's own log to the terminal; with `--debug` everybody's."""
    logger = logging.getLogger() if debug else logging.getLogger("dagster_project")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LegibleFormatter("%(asctime)s  %(message)s", datefmt="%H:%M:%S"))
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
    sample: Annotated[
        str, typer.Option("--sample", help="heemskerk, heerenveen, westervoort or borger-odoorn.")
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
def verify(
    workspace: WorkspaceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: what agrees, notes and every fault.")] = False,
    debug: DebugOption = False,
) -> None:
    """Re-hash every snapshot, original and edition, rebuild, and compare with what stands published and was frozen."""
    from dagster_project.verify import examine
    from dagster_project.verify import verify as verify_workspace

    _show_progress(debug)
    if as_json:
        report = examine(find_workspace(workspace))
        sys.stdout.write(json.dumps(report.as_record(), ensure_ascii=False, indent=2) + "\n")
        raise typer.Exit(EXIT_OK if report.agrees else EXIT_VERIFY)
    for sentence in verify_workspace(find_workspace(workspace)):
        _say(sentence)


@app.command()
def serve(workspace: WorkspaceOption = None) -> None:
    """Copy what stands published into PostgreSQL, compare, and let readers over to it."""
    from dagster_project.run import refresh_lock
    from dagster_project.serving.postgres import serve as serve_postgres

    found = find_workspace(workspace)
    with refresh_lock(found):
        _say(serve_postgres(found))


spark = typer.Typer(help="The later models on Apache Spark, beyond one machine.", no_args_is_help=True)
app.add_typer(spark, name="spark")


@spark.command("build")
def spark_build(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder that Spark sees under the same path.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Hand over what DuckDB staged of what stands published, make the later models on Spark, and compare."""
    from dagster_project.run import refresh_lock
    from dagster_project.serving.spark import build

    found = find_workspace(workspace)
    with refresh_lock(found):
        for sentence in build(found, folder):
            _say(sentence)


@spark.command("compare")
def spark_compare(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that opkoers spark build wrote.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Hold what Spark made against what stands published: keys and counts exactly, numbers to 1e-9."""
    from dagster_project.serving.spark import compare_with_standing

    _say(compare_with_standing(find_workspace(workspace), folder))


@app.command()
def rollback(
    publication: Annotated[
        str | None, typer.Argument(metavar="[PUBLICATION]", help="Its id; default: the one before what stands.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Let an earlier publication stand again; nothing is removed."""
    from dagster_project.rollback import roll_back
    from dagster_project.serving import postgres

    found = find_workspace(workspace)
    for sentence in roll_back(found, publication):
        _say(sentence)
    if postgres.is_due(found):
        _say("PostgreSQL still serves the other one. Run: opkoers serve")


@app.command()
def doctor(
    workspace: WorkspaceOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the sources.")] = False,
) -> None:
    """Is this machine fit to run it: versions, rights, keys, disk, reach of each source, and what to do."""
    from dagster_project import doctor as examination

    findings = []
    for finding in examination.examine(find_workspace(workspace), offline=offline):
        findings.append(finding)
        _out.print(examination.as_line(finding), soft_wrap=True)
    raise typer.Exit(examination.exit_code(findings))


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="TO", help="File to write, or a folder to write it into.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write the workspace with all that cannot be made anew to one file; keys stay out of it."""
    from dagster_project.backup import backup as back_up

    for sentence in back_up(find_workspace(workspace), target):
        _say(sentence)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="File that opkoers backup wrote.")],
    target: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Put a backup back in a new folder, every file checked against its hash."""
    from dagster_project.backup import restore as put_back

    for sentence in put_back(source, target):
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


key = typer.Typer(help="Make and rotate the keys of local registrations; make one to sign with.", no_args_is_help=True)
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


@key.command("signing")
def key_signing(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New file for the private key, outside the workspace.")],
) -> None:
    """Make a key pair to sign publications and editions with: the private key goes to FILE, the public one is shown."""
    from dagster_project.signing import SIGNING_KEY, make_signing_key

    public_key = make_signing_key(file)
    _say(
        f"The private key is in {file}, mode 0600: name that file in {SIGNING_KEY.file_variable} where opkoers refresh "
        f'runs, and keep a copy apart. Put this in opkoers.toml:\n\n[signing]\npublic_key = "{public_key}"'
    )


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


gate = typer.Typer(help="What the gates checked, and why they refused.", no_args_is_help=True)
app.add_typer(gate, name="gate")


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

    explained = explain(find_workspace(workspace), run)
    if as_json:
        sys.stdout.write(json.dumps(explained, ensure_ascii=False, indent=2) + "\n")
        return
    for line in as_lines(explained):
        _say(line)


@gate.command("list")
def gate_list(workspace: WorkspaceOption = None) -> None:
    """The newest runs, how they ended and what their gates refused."""
    from dagster_project.gate.explain import listed

    for line in listed(find_workspace(workspace)):
        _say(line)


notify = typer.Typer(help="News of a run that was refused, by e-mail and webhook.", no_args_is_help=True)
app.add_typer(notify, name="notify")


@notify.command("test")
def notify_test(workspace: WorkspaceOption = None) -> None:
    """Send a test message by every channel of [notify], and tell how that went."""
    from dagster_project.notify.announce import try_out

    _end(*try_out(find_workspace(workspace)))


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


contract = typer.Typer(help="Contracts of the files that the municipality delivers.", no_args_is_help=True)
app.add_typer(contract, name="contract")


@contract.command("export")
def contract_export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write the contracts into.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write a contract in the Open Data Contract Standard for every kind of file, with your own mappings in it."""
    from dagster_project.standards.odcs import API_VERSION, export_contracts

    files = export_contracts(find_workspace(workspace), folder)
    _say(f"Wrote {len(files)} contracts (ODCS {API_VERSION}) to {folder}.")


@app.command()
def version() -> None:
    """The version of Opkoers."""
    _say(__version__)


def main(arguments: list[str] | None = None) -> Any:
    """Entry point: run a command; an error that the user can act on is one plain sentence and its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=given)
    except Exception as error:
        if "--debug" in given:
            raise
        text, code = ending_of(error)
        shown = text if isinstance(error, OpkoersError) else masked(text)
        _err.print(legible_lines(shown), markup=False)
        sys.exit(code)


if __name__ == "__main__":
    main()
