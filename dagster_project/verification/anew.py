"""What a rebuild gives: what was published or frozen is built anew from its pins, and every difference is named.

Tables are compared first, for all else follows from them; then every file that a rebuild writes, byte by byte.
"""

from __future__ import annotations

import importlib.metadata
import logging
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster_project.errors import OpkoersError
from dagster_project.product import code_fingerprint, git_commit
from dagster_project.publication import settings_hash
from dagster_project.rebuild import (
    BY_BROWSER,
    NOT_REBUILT,
    Original,
    built,
    compared_otherwise,
    edition_as_original,
    publication_as_original,
    write_like,
)
from dagster_project.snapshots import sha256_of
from dagster_project.transform import DbtFailed
from dagster_project.verification.difference import differing_tables, first_difference
from dagster_project.verification.kept import Kept
from dagster_project.warehouse import WAREHOUSE
from dagster_project.workspace import Workspace

log = logging.getLogger("dagster_project.verify")

_TEXT = {".html", ".css", ".csv", ".json", ".txt", ".svg"}
_SHOWN = 160
"""Characters of a line that are shown."""


class Differs(Exception):
    """A rebuild differs, or cannot be had. The text says where."""


def build_anew(workspace: Workspace, kept: Kept) -> str:
    """Build a publication or an edition anew and compare.

    Returns:
        What was found, in one sentence.

    Raises:
        Differs: it is not the same; the first difference is told in full.
    """
    with _scratch(workspace, kept) as scratch:
        (scratch / "workspace").mkdir()
        original = (
            edition_as_original(workspace, kept.as_edition())
            if kept.is_edition
            else publication_as_original(workspace, kept.folder, kept.record, scratch / "workspace")
        )
        log.info("%s is built anew from its %d pins", original.name, len(kept.record["pins"]))
        (scratch / "output").mkdir()
        try:
            with built(original) as database:
                return _compared(original, database, scratch / "output")
        except (OpkoersError, DbtFailed) as error:
            raise Differs(f"{original.name} could not be built anew: {error}{_circumstances(original)}") from error


@contextmanager
def _scratch(workspace: Workspace, kept: Kept) -> Iterator[Path]:
    folder = workspace.build / f"verify-{kept.folder.name}"
    shutil.rmtree(folder, ignore_errors=True)  # of a verification that was killed
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compared(original: Original, database: Path, output: Path) -> str:
    tables = differing_tables(original.warehouse, database)
    if tables:
        first = first_difference(original.warehouse, database, tables[0])
        more = f" More tables differ: {', '.join(tables[1:])}." if len(tables) > 1 else ""
        raise Differs(
            f"{original.name}, built anew, differs in table {tables[0]}. {first}{more}{_circumstances(original)}"
        )
    pins, content = len(original.record["pins"]), original.record["content_hash"]
    said = f"{original.name}, built anew from its {pins} pins, gives the same"
    if not is_same_code(original.record) or original.site_run is None:
        return f"{said} tables: {content}.{_circumstances(original)} Pages and exports were not compared."
    write_like(original, database, original.warehouse, output)
    differing = list(_differing_files(original, output))
    faulty = [name for name in differing if compared_otherwise(name) != BY_BROWSER]
    if faulty:
        shown = _first_line(original.folder / faulty[0], output / faulty[0])
        raise Differs(
            f"{original.name}, built anew, gives the same tables and differs in {', '.join(faulty)}.{shown}"
            f"{_circumstances(original)}"
        )
    if differing:
        return f"{said} bytes but for {', '.join(differing)}, which the browser of this machine prints otherwise."
    return f"{said} bytes."


def is_same_code(record: Mapping[str, Any]) -> bool:
    """Whether this code made a publication or edition; other code may rightly give other pages, or other tables."""
    return bool(record["code_fingerprint"] == code_fingerprint())


def _differing_files(original: Original, output: Path) -> Iterator[str]:
    """Names of the files that a rebuild makes otherwise, makes and finds not there, or does not make."""
    recorded: dict[str, str] = original.record["files"]
    rebuilt = {path.relative_to(output).as_posix(): path for path in output.rglob("*") if path.is_file()}
    folders = {name.partition("/")[0] for name in rebuilt if "/" in name}
    for name in sorted({*rebuilt, *recorded}):
        if name == WAREHOUSE or compared_otherwise(name) == NOT_REBUILT:
            continue
        if name not in rebuilt and name.partition("/")[0] not in folders:
            continue  # written beside the output by the run itself, and tells of that run
        if name not in rebuilt or sha256_of(rebuilt[name]) != recorded.get(name):
            yield name


def _first_line(published: Path, rebuilt: Path) -> str:
    """The first line in which a file of text differs."""
    if published.suffix not in _TEXT or not published.is_file() or not rebuilt.is_file():
        return ""
    was, is_now = (path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (published, rebuilt))
    for number, (old, new) in enumerate(zip(was, is_now, strict=False), start=1):
        if old != new:
            start = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
            begin = max(0, start - 40)
            old, new = (line[begin : begin + _SHOWN].strip() for line in (old, new))
            return f" First on line {number} of {published.name}: {old!r} stands, {new!r} is rebuilt."
    return f" {published.name} has {len(was)} lines, and {len(is_now)} when rebuilt."


def _circumstances(original: Original) -> str:
    """What else is not as it was, and may be why."""
    record = original.record
    told = []
    if not is_same_code(original.record):
        told.append(f"It was built by commit {record['git_commit']}; this is {git_commit()}.")
    if record["settings_sha256"] != settings_hash(original.workspace):
        told.append("opkoers.toml or a file in mappings/ was changed since: put it back, or run: opkoers refresh.")
    others = {name: was for name, was in record["versions"].items() if was != _version(name)}
    if others:
        now = ", ".join(f"{name} {was} (here {_version(name)})" for name, was in sorted(others.items()))
        told.append(f"It was built with {now}.")
    return "".join(f" {sentence}" for sentence in told)


def _version(name: str) -> str:
    return platform.python_version() if name == "python" else importlib.metadata.version(name)
