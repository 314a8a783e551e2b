"""Doctor: is this machine fit to run Opkoers, and if not, what to do about it.

It looks, and leaves nothing behind but what it found. What the figures are worth says `status`,
whether stored bytes are still those that were stored says `verify`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import requests
from packaging.requirements import Requirement
from rich.text import Text

from dagster_project.contracts import all_contracts
from dagster_project.errors import EXIT_OK, EXIT_UNREACHABLE, EXIT_USAGE, ConfigurationError
from dagster_project.export.printing import CHROMIUM_VARIABLE, find_chromium
from dagster_project.extract.completeness import knows_writers
from dagster_project.extract.endpoints import Endpoints
from dagster_project.extract.pseudonym import HMAC_KEY
from dagster_project.gemeenten import find_gemeente
from dagster_project.language import told, translated
from dagster_project.publication import current_folder
from dagster_project.registration.identity import AGE_IDENTITY
from dagster_project.registration.vault import Vault
from dagster_project.run import finished_runs
from dagster_project.workspace import Workspace

State = Literal["ok", "note", "fault", "unreachable"]
_OLDEST_PYTHON = (3, 11)
_LEAST_FREE = 2_000_000_000
"""Bytes. A build of one gemeente with the country's open figures stays below 1 GB."""
_ROOM_FOR = 4
"""Publications that must still fit: the one in the making, its build database, and room to look back."""
_LEAST_MEMORY = 2_000_000_000
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, how it is, and the way out where it is not well.

    Attributes:
        state: ok; note: worth knowing, and nothing stops; fault: a refresh or a publication will fail;
            unreachable: a source does not answer from here.
    """

    state: State
    subject: str
    found: str
    way_out: str = ""


def examine(workspace: Workspace, *, offline: bool = False) -> Iterator[Finding]:
    """Look at a machine and a workspace, one finding after the other.

    Args:
        workspace: its settings were found sound, or there would be none.
        offline: do not ask the sources.
    """
    yield from _python()
    yield from _packages()
    yield from _time_zone()
    yield _memory()
    yield _gemeente(workspace)
    yield from _folders(workspace)
    yield disk(workspace)
    yield _links(workspace)
    yield _leases(workspace)
    yield from _keys(workspace)
    yield _browser()
    yield _last_run(workspace)
    if not offline:
        yield from _reach(workspace)


_SIGNS: dict[State, tuple[str, str]] = {
    "ok": ("ok", "green"),
    "note": ("note", "yellow"),
    "fault": ("fault", "bold red"),
    "unreachable": ("no reach", "bold red"),
}


def as_line(finding: Finding) -> Text:
    """A finding as it stands in a terminal: how it is, what of, and the way out below it."""
    sign, style = _SIGNS[finding.state]
    line = Text.assemble((f"{told(sign):9}", style), (f"{told(finding.subject):12}", "bold"), translated(finding.found))
    if finding.way_out:
        line.append(f"\n{'':21}→ {translated(finding.way_out)}")
    return line


def exit_code(findings: list[Finding]) -> int:
    """2 where something will fail, 4 where a source is out of reach, else 0."""
    states = {finding.state for finding in findings}
    if "fault" in states:
        return EXIT_USAGE
    return EXIT_UNREACHABLE if "unreachable" in states else EXIT_OK


def _python() -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        yield Finding("fault", "Python", found, "Install Python 3.11 or newer, and make the environment anew.")
        return
    yield Finding("ok", "Python", found)


def _packages() -> Iterator[Finding]:
    """Whether what is installed is what the product was made and tested with."""
    try:
        wanted = [Requirement(text) for text in metadata.requires("opkoers") or []]
    except metadata.PackageNotFoundError:
        yield Finding("note", "packages", "Opkoers runs without being installed", "Install it: see README, Try it.")
        return
    wrong = []
    for requirement in wanted:
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, expected {requirement.specifier}")
    if wrong:
        way_out = "Install from the lock file: pip install --require-hashes -r requirements.lock"
        yield Finding("fault", "packages", "; ".join(wrong), way_out)
        return
    yield Finding("ok", "packages", f"{len(wanted)} as they should be")


def _time_zone() -> Iterator[Finding]:
    try:
        ZoneInfo("Europe/Amsterdam")
    except ZoneInfoNotFoundError:
        yield Finding("fault", "time zone", "Europe/Amsterdam is not known here", "Install the package tzdata.")
        return
    yield Finding("ok", "time zone", "Europe/Amsterdam is known")


def _memory() -> Finding:
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return Finding("note", "memory", "not told by this system")
    if memory < _LEAST_MEMORY:
        return Finding("note", "memory", _size(memory), f"A refresh wants {_size(_LEAST_MEMORY)}; it may be slow here.")
    return Finding("ok", "memory", _size(memory))


def _gemeente(workspace: Workspace) -> Finding:
    try:
        return Finding("ok", "gemeente", str(find_gemeente(workspace.settings.gemeente)))
    except ConfigurationError as error:
        way_out = "If it merged, the new gemeente gets a workspace of its own: see the runbook on mergers."
        return Finding("note", "gemeente", str(error), way_out)


def _folders(workspace: Workspace) -> Iterator[Finding]:
    """Whether this user can write where a refresh writes."""
    for folder in (workspace.data, workspace.drop, workspace.root / "accepted", workspace.root / "rejected"):
        if not folder.exists():
            continue  # a refresh makes it; whether it can says the finding on the folder above
        yield _writable(folder)
    yield _writable(workspace.root)


def _writable(folder: Path) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as probe:
            probe.write(b"x")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        way_out = f"Give the user that runs Opkoers the right to write there: chown or chmod {folder}"
        return Finding("fault", "folder", f"{folder} cannot be written ({error.strerror})", way_out)
    return Finding("ok", "folder", f"{folder} can be written")


def disk(workspace: Workspace) -> Finding:
    """Whether the disk has room for the next publications."""
    free = shutil.disk_usage(_existing(workspace.data)).free
    standing = current_folder(workspace)
    published = sum(path.stat().st_size for path in standing.rglob("*") if path.is_file()) if standing else 0
    needed = max(_LEAST_FREE, _ROOM_FOR * published)
    if free < needed:
        way_out = f"Make room: a refresh wants {_size(needed)} free. Old publications may go to another disk."
        return Finding("fault", "disk", f"{_size(free)} free at {workspace.data}", way_out)
    return Finding("ok", "disk", f"{_size(free)} free at {workspace.data}")


def _links(workspace: Workspace) -> Finding:
    with tempfile.TemporaryDirectory(dir=_existing(workspace.data), prefix=".doctor-") as folder:
        try:
            (Path(folder) / "link").symlink_to("elsewhere")
        except OSError:
            found = "this disk has no links: data/current is a file with the name of the publication's folder"
            return Finding("note", "links", found, "Let BI read the folder that data/current names.")
    return Finding("ok", "links", "data/current can be a link")


def _leases(workspace: Workspace) -> Finding:
    if knows_writers(_existing(workspace.drop)):
        return Finding("ok", "drop folder", "it is known when an export is complete")
    return Finding(
        "note",
        "drop folder",
        f"the disk of {workspace.drop} does not tell whether somebody is still writing a file",
        "Write exports under another name and rename them into drop/ when they are complete.",
    )


def _keys(workspace: Workspace) -> Iterator[Finding]:
    """Whether the keys of local registrations are there and closed to others, where they are wanted."""
    locked = sum(original.forgotten_at is None for original in Vault(workspace).all())
    wanted = any(workspace.source_is_on(one.source_id) for one in all_contracts() if one.is_client_level)
    for place in (HMAC_KEY, AGE_IDENTITY):
        try:
            _, where = place.read(workspace)
            yield Finding("ok", "key", f"{place.purpose} have a key in {where}")
        except ConfigurationError as error:
            state: State = "fault" if locked or place.is_there(workspace) else "note"
            if wanted or state == "fault":
                yield Finding(state, "key", str(error))


def _browser() -> Finding:
    found = find_chromium()
    if found is None:
        way_out = f"Install Chromium, or name one in {CHROMIUM_VARIABLE}; all else is published without it."
        return Finding("note", "browser", "none, so no monitor.pdf is made", way_out)
    return Finding("ok", "browser", f"{found} prints monitor.pdf")


def _last_run(workspace: Workspace) -> Finding:
    runs = list(finished_runs(workspace))
    if not runs:
        return Finding("note", "last run", "none yet", "Run: opkoers refresh")
    last = runs[-1]
    ended_well = last.outcome in ("published", "nothing_new")
    found = f"{last.outcome} on {last.started_at}: {last.message}"
    return Finding("ok", "last run", found) if ended_well else Finding("note", "last run", found, "See: opkoers status")


def _reach(workspace: Workspace) -> Iterator[Finding]:
    """Whether each service answers from here; any answer of it will do."""
    endpoints = Endpoints.from_environment()
    services = (("cbs", "CBS (OData 3)", endpoints.cbs_v3), ("cbs", "CBS (OData 4)", endpoints.cbs_v4))
    for source_id, name, url in (*services, ("duo", "DUO", endpoints.duo)):
        if workspace.source_is_on(source_id):
            yield _answers(name, url)


def _answers(name: str, url: str) -> Finding:
    try:
        with requests.get(url, timeout=_PATIENCE_SECONDS, stream=True, allow_redirects=False) as response:
            status = response.status_code
    except requests.RequestException as error:
        found = f"{name} does not answer at {url} ({type(error).__name__})"
        way_out = "Ask network management to let this machine reach it over https, or set the proxy: HTTPS_PROXY"
        return Finding("unreachable", "reach", found, way_out)
    if status >= 500:
        return Finding("unreachable", "reach", f"{name} answers {status} at {url}", "Try again later.")
    return Finding("ok", "reach", f"{name} answers at {url}")


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
