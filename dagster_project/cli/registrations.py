"""Commands for the municipality's own exports: mapping, contract, key, forget."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli.terminal import DebugOption, WorkspaceOption, day_of, say, show_progress
from dagster_project.workspace import find_workspace

room = typer.Typer()


mapping = typer.Typer(help="Propose and explain how exports are read.", no_args_is_help=True)
room.add_typer(mapping, name="mapping")


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
        say(line)
    raise typer.Exit(report.exit_code)


contract = typer.Typer(help="Contracts of the files that the municipality delivers.", no_args_is_help=True)
room.add_typer(contract, name="contract")


@contract.command("export")
def contract_export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write the contracts into.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write a contract in the Open Data Contract Standard for every kind of file, with your own mappings in it."""
    from dagster_project.standards.odcs import API_VERSION, export_contracts

    files = export_contracts(find_workspace(workspace), folder)
    say(f"Wrote {len(files)} contracts (ODCS {API_VERSION}) to {folder}.")


key = typer.Typer(help="Make and rotate the keys of local registrations; make one to sign with.", no_args_is_help=True)
room.add_typer(key, name="key")


@key.command("make")
def key_make(workspace: WorkspaceOption = None) -> None:
    """Make the key for client numbers and the key for originals, where there is none yet."""
    from dagster_project.registration.rotation import make_keys

    for sentence in make_keys(find_workspace(workspace)):
        say(sentence)


@key.command("rotate")
def key_rotate(workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Put new keys in the place of both: hash every client number and encrypt every original anew."""
    from dagster_project.registration.rotation import rotate

    show_progress(debug)
    for sentence in rotate(find_workspace(workspace)):
        say(sentence)


@key.command("signing")
def key_signing(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New file for the private key, outside the workspace.")],
) -> None:
    """Make a key pair to sign publications and editions with: the private key goes to FILE, the public one is shown."""
    from dagster_project.signing import SIGNING_KEY, make_signing_key

    public_key = make_signing_key(file)
    say(
        f"The private key is in {file}, mode 0600: name that file in {SIGNING_KEY.file_variable} where opkoers refresh "
        f'runs, and keep a copy apart. Put this in opkoers.toml:\n\n[signing]\npublic_key = "{public_key}"'
    )


@room.command()
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

    show_progress(debug)
    found = find_workspace(workspace)
    for sentence in forget_persons(found, day_of(before, "--before") if before else end_of_retention(found)):
        say(sentence)
