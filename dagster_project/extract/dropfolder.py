"""The drop folder: which exports lie in `drop/`, which contract each fits, and which are complete (completeness.py).

Only looked at here: an export is taken by incoming.py. Between two files of a folder nobody has one open: let a program
that exports table by table write elsewhere, and move the folder into `drop/` when it is ready.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath

from dagster_project import language
from dagster_project.contracts import Dataset, all_contracts
from dagster_project.extract import limits
from dagster_project.extract.completeness import is_called, signature_of, why_unfinished
from dagster_project.extract.incoming import Incoming
from dagster_project.extract.personal import masked_name, names_a_person
from dagster_project.legible import is_legible, legible
from dagster_project.workspace import Workspace

YOUNG = 2.0
"""Seconds since its last change within which a file may still be growing."""
SETTLE = 1.0
"""Seconds between the two looks at a young file."""
MAX_FILES = 2_000
"""Files and folders in an export: a dump of every table of a registration has some 300."""
FORMS = {
    "record_file": (".csv", ".txt", ".xlsx", ".parquet"),
    "figure_file": (".csv", ".txt", ".xlsx"),
    "printed_list": (".csv", ".txt"),
}
"""Endings of the files that each kind is read from. A pattern that ends in `.csv` takes them all."""
_NO_EXPORTS = (".*", "readme*", "leesmij*", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Look:
    """What lies in `drop/`."""

    exports: list[Incoming] = field(default_factory=list)
    """Complete, and each fits one contract."""
    strays: list[tuple[Incoming, str]] = field(default_factory=list)
    """Complete, and cannot be taken for the reason given."""
    waiting: dict[str, str] = field(default_factory=dict)
    """Name to the reason why it is not complete yet."""


def look(workspace: Workspace, datasets: Iterable[Dataset], settle: float = SETTLE) -> Look:
    """What lies in `drop/`, in order of name. Only looks, moves nothing.

    Hidden files and read-me files are passed over, and so are exports of a source that is switched off: they wait until
    it is on.

    Args:
        workspace: the workspace.
        datasets: contracts to look for; those of network sources and workspace files never fit.
        settle: seconds after which a file that changed just now is looked at again.
    """
    own = list(datasets)
    off = [d for d in all_contracts() if not workspace.source_is_on(d.source_id)]
    found: list[Incoming] = []
    reasons: dict[Path, str] = {}
    for path in _entries(workspace):
        if fitting(path.name, off) and not fitting(path.name, own):
            continue
        item, reason = assess(path, workspace, own)
        if reason:
            reasons[path] = reason
        found.append(item)
    waiting = _unfinished(found, settle)
    there = [item for item in found if item.path not in waiting]
    return Look(
        exports=[item for item in there if item.dataset],
        strays=[(item, reasons[item.path]) for item in there if item.path in reasons],
        waiting={masked_name(legible(path.name)): reason for path, reason in waiting.items()},
    )


def assess(path: Path, workspace: Workspace, datasets: Sequence[Dataset]) -> tuple[Incoming, str | None]:
    """A file or folder as an export, wherever it lies, and why it cannot be taken; None: it can."""
    fits = fitting(path.name, datasets)
    reason = _oddity(path) or _misfit(path, fits, datasets)
    spoken = language.choose(workspace.settings.language)
    return Incoming(path, workspace.root, None if reason else fits[0], signature_of(path), spoken), reason


def incoming(workspace: Workspace, datasets: Iterable[Dataset], settle: float = SETTLE) -> list[Incoming]:
    """The exports in `drop/` that are complete and fit one of the contracts, in order of name; see `look`."""
    return look(workspace, datasets, settle).exports


def strays(workspace: Workspace, datasets: Iterable[Dataset], settle: float = SETTLE) -> list[tuple[Incoming, str]]:
    """What lies in `drop/` and cannot be taken, each with the reason: it fits no contract, or more than one; it is a
    link, or of a form that its contract does not read.
    """
    return look(workspace, datasets, settle).strays


def fitting(name: str, datasets: Iterable[Dataset]) -> list[Dataset]:
    """The contracts whose pattern a name in `drop/` fits."""
    return [d for d in datasets if d.is_dropped and is_called(name, _patterns(d))]


def _entries(workspace: Workspace) -> list[Path]:
    """What lies in `drop/`, but for what is no export by its name."""
    if not workspace.drop.is_dir():
        return []
    return [path for path in sorted(workspace.drop.iterdir()) if not is_called(path.name, _NO_EXPORTS)]


def _patterns(dataset: Dataset) -> list[str]:
    """The pattern of a contract; one that ends in `.csv` also stands for the other forms that its kind is read in."""
    pattern = str(dataset.file_pattern)
    stem = pattern.lower().removesuffix(".csv")
    forms = FORMS.get(dataset.kind, ()) if pattern.lower().endswith(".csv") else ()
    return [pattern, *(f"{stem}{form}" for form in forms)]


def _oddity(path: Path) -> str | None:
    """Why an entry is not read whatever contract it fits: it could lead outside `drop/`, is no file, cannot be named in
    a message without misleading who reads it, or is too large."""
    entries = list(islice(_entries_below(path), MAX_FILES + 1))
    if any(entry.is_symlink() for entry in entries):
        return "It is, or holds, a link, and drop/ takes only files and folders themselves. Copy what it points to."
    if not all(entry.is_file() or entry.is_dir() for entry in entries):
        return "It is, or holds, something that is neither a file nor a folder."
    if not all(is_legible(entry.name) for entry in entries):
        return "Its name, or one in it, has characters that cannot be seen. Rename it."
    if any(names_a_person(entry.name) for entry in entries):
        return "Its name, or one in it, holds a number as long as a BSN, expected none: names are shown. Rename it."
    if len(entries) > MAX_FILES:
        return f"It holds more than {MAX_FILES} files and folders."
    size = sum(entry.lstat().st_size for entry in entries if entry.is_file())
    if size > limits.EXPORT_BYTES:
        return f"It has {limits.shown(size)}, expected {limits.shown(limits.EXPORT_BYTES)} at most. Split it."
    return None


def _entries_below(path: Path) -> Iterator[Path]:
    """An entry, and all that is below it where it is a folder; links are not followed."""
    yield path
    if path.is_dir() and not path.is_symlink():
        for folder, folders, files in os.walk(path):
            yield from (Path(folder) / name for name in (*folders, *files))


def _misfit(path: Path, fits: Sequence[Dataset], own: Sequence[Dataset]) -> str | None:
    if not fits:
        patterns = ", ".join(sorted({str(d.file_pattern) for d in own if d.is_dropped})) or "none"
        name = masked_name(path.name)
        return f"No contract fits the name '{name}'; known patterns: {patterns}. Rename it, or add a mapping."
    if len(fits) > 1:
        return f"The name fits more than one contract: {', '.join(d.key for d in fits)}. Rename it so that it fits one."
    if fits[0].kind == "cssd_dump" and not path.is_dir():
        return f"{fits[0].key} expects a folder with table dumps, found a file."
    if fits[0].kind != "cssd_dump" and not path.is_file():
        return f"{fits[0].key} expects a file, found a folder."
    forms = FORMS.get(fits[0].kind, ())
    named = PurePath(str(fits[0].file_pattern)).suffix
    if forms and path.suffix.lower() not in (*forms, named.lower()):
        return f"{fits[0].key} reads files that end in {', '.join(forms)}, found '{path.suffix}'. Export it as such."
    return None


def _unfinished(found: list[Incoming], settle: float) -> dict[Path, str]:
    """Those that are not complete, each with the reason: one short wait for all that changed just now, then a second
    look, and a look at who has them open."""
    now = time.time_ns()
    if any(now - mtime < YOUNG * 1e9 for item in found for _, _, mtime in item.signature):
        time.sleep(settle)
    reasons = {item.path: why_unfinished(item.path, item.signature) for item in found}
    return {path: reason for path, reason in reasons.items() if reason}
