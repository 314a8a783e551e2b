"""The drop folder: which exports lie in `drop/`, which contract each fits, and where each goes afterwards.

Files are copied byte for byte and moved; what is in them is the work of the readers. The municipality's own
`mappings/` (headers, codes and formats of its exports) are laid over the contracts here as well.

An export is taken when it is complete: it stands still, and nobody has one of its files open for writing
(completeness.py). Between two files of a folder nobody has one open: let a program that exports table by table write
elsewhere, and move the folder into `drop/` when it is ready.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from dagster_project.contracts import Column, Dataset, Product, all_contracts
from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import delimited, documents, limits, places, sheets, workbooks
from dagster_project.extract.completeness import is_open_for_writing
from dagster_project.extract.documents import BadDocument
from dagster_project.extract.personal import masked, masked_name, names_a_person
from dagster_project.legible import is_legible, legible, legible_lines
from dagster_project.snapshots import Recording, pack, sha256_of, write_durably
from dagster_project.workspace import Workspace

SYNTHETIC_PREFIX = "SYNTHETISCH"
"""An export whose name starts with this is made up, and says so everywhere."""
YOUNG = 2.0
"""Seconds since its last change within which a file may still be growing."""
SETTLE = 1.0
"""Seconds between the two looks at a young file."""
_DROPPED = ("record_file", "figure_file", "printed_list", "cssd_dump")
MAX_FILES = 2_000
"""Files and folders in an export: a dump of every table of a registration has some 300."""
CLIENT_LEVEL = ("record_file", "cssd_dump")
"""Kinds with rows on persons: their exports are never kept in plain."""
_CLIENT_LEVEL_SETTINGS = ("products", "wijken", "values", "max_faulty_share", "negative_is_fault")
FORMS = {
    "record_file": (".csv", ".txt", ".xlsx", ".parquet"),
    "figure_file": (".csv", ".txt", ".xlsx"),
    "printed_list": (".csv", ".txt"),
}
"""Endings of the files that each kind is read from. A pattern that ends in `.csv` takes them all."""
FIGURE_FIELDS = {
    "region": "region_dimension",
    "period": "period_dimension",
    "measure": "measure_dimension",
    "value": "value_dimension",
}
"""What a mapping calls the columns of a file of figures, and where its contract names their header."""
_NO_EXPORTS = (".*", "readme*", "leesmij*", "thumbs.db", "desktop.ini")
_UNFINISHED = ("*.tmp", "*.part", "*.partial", "*.crdownload", "~$*")

Signature = tuple[tuple[str, int, int], ...]
"""Name, size and modification time of every file of an export; of a folder, its own time as well."""


@dataclass(frozen=True)
class Incoming:
    """An export that lies in `drop/`: a file, or a folder of table dumps."""

    path: Path
    root: Path
    """The workspace's folder, with `accepted/` and `rejected/` in it."""
    dataset: Dataset | None
    """The contract that it fits; None for a stray."""
    signature: Signature

    @property
    def name(self) -> str:
        return self.path.name


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
    return Incoming(path, workspace.root, None if reason else fits[0], _signature(path)), reason


def incoming(workspace: Workspace, datasets: Iterable[Dataset], settle: float = SETTLE) -> list[Incoming]:
    """The exports in `drop/` that are complete and fit one of the contracts, in order of name; see `look`."""
    return look(workspace, datasets, settle).exports


def strays(workspace: Workspace, datasets: Iterable[Dataset], settle: float = SETTLE) -> list[tuple[Incoming, str]]:
    """What lies in `drop/` and cannot be taken, each with the reason: it fits no contract, or more than one; it is a
    link, or of a form that its contract does not read.
    """
    return look(workspace, datasets, settle).strays


def run_key(items: Iterable[Incoming]) -> str:
    """sha256 over the names and contents of exports: the same ones give the same key, whatever their order."""
    digest = hashlib.sha256()
    for item in sorted(items, key=lambda item: item.name):
        digest.update(f"{item.name}\0{_digest(item.path)}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def arrived_at(item: Incoming) -> int:
    """When an export came to lie in `drop/`, or was last touched there: nanoseconds since 1970."""
    return max(path.lstat().st_ctime_ns for path in (item.path, *_files(item.path)))


def record(item: Incoming, scratch: Path) -> Recording:
    """Copy a file of figures or a printed list, ready for the snapshot store.

    Its name stands in `url`, so that exports of several periods stay apart.

    Raises:
        UnsoundData: the export changed while it was copied. It stays in `drop/` for the next run.
    """
    if item.dataset is None or item.dataset.kind in CLIENT_LEVEL:
        raise ValueError(f"{item.name} is no file of figures: it cannot be recorded")
    copy = _copied(item, scratch, 0o644)
    return Recording(
        file=copy,
        extension=copy.suffix.removeprefix("."),
        origin="file",
        url=item.name,
        row_count=sheets.count_rows(copy) if copy.suffix == workbooks.SUFFIX else delimited.count_rows(copy),
        is_synthetic=is_synthetic(item.name),
    )


def is_synthetic(name: str) -> bool:
    """Whether an export says by its name that it is made up."""
    return name.upper().startswith(SYNTHETIC_PREFIX)


def pack_or_copy(item: Incoming, scratch: Path) -> Path:
    """The plain bytes of an export with rows on persons, as they are to be kept encrypted.

    A file is copied as it is; of a folder of table dumps the tables become one zip, which is the same for the same
    tables. Files in a dump that no contract reads are left out. The copy is closed to other users (mode 0600): the
    caller removes it.

    Raises:
        UnsoundData: the export changed while it was copied. It stays in `drop/` for the next run.
    """
    if item.dataset is None or item.dataset.kind not in CLIENT_LEVEL:
        raise ValueError(f"{item.name} holds no rows on persons: it is recorded, not packed")
    return _copied(item, scratch, 0o600)


def accept(item: Incoming) -> Path:
    """Move an export that was recorded to `accepted/`, and say where it is now. Nothing there is overwritten."""
    target = _target(item, item.root / "accepted")
    shutil.move(item.path, target)
    return target


def accept_sealed(item: Incoming, receipt: str) -> Path:
    """Remove an export whose bytes are kept encrypted, leaving a receipt `<name>.accepted.txt` in `accepted/`.

    The receipt is on disk before the export goes. Files of a dump that no contract reads go as well, unkept, and the
    receipt names them.

    Args:
        item: the export, kept since `pack_or_copy` read it.
        receipt: what the receipt says; see `receipt_of`.

    Returns:
        The receipt.

    Raises:
        UnsoundData: the export changed since it was read. It stays in `drop/` for the next run.
    """
    _refuse_changed(item)
    folder = _private_folder(item.root / "accepted")
    target = _free(folder, f"{item.name}.accepted", ".txt", _digest(item.path))
    unread = [legible(path.relative_to(item.path).as_posix()) for path in _files(item.path) if not _is_kept(item, path)]
    note = f"Read by no contract, so not kept: {', '.join(unread)}.\n" if unread else ""
    write_durably(target, legible_lines(f"{receipt.rstrip()}\n{note}").encode(), mode=0o600)
    if item.path.is_dir():
        shutil.rmtree(item.path)
    else:
        item.path.unlink()
    return target


def receipt_of(
    item: Incoming, sha256: str, rows_loaded: int, rows_quarantined: int, retain_until: str, seen_before: str | None
) -> str:
    """What a receipt says of an export that was taken.

    Args:
        item: the export.
        sha256: of its plain bytes, as `pack_or_copy` gave them.
        rows_loaded: rows that were read.
        rows_quarantined: rows that were set aside, each with its reason.
        retain_until: day (ISO) until which the encrypted original is kept.
        seen_before: moment at which the same bytes were met first; None: they are new.
    """
    key = item.dataset.key if item.dataset else "no contract"
    taken = f"{item.name} was taken as {key} on {time.strftime('%Y-%m-%d %H:%M')}."
    again = f"The same bytes were met on {seen_before}: this is one more sighting, nothing is counted twice."
    return "\n".join(
        [
            taken if seen_before is None else f"{taken} {again}",
            f"sha256: {sha256}",
            f"Rows: {rows_loaded + rows_quarantined} in, {rows_loaded} read, {rows_quarantined} set aside.",
            f"The encrypted original is kept until {retain_until}; the plain export was removed from drop/.",
        ]
    )


def reject(item: Incoming, reason: str) -> Path:
    """Move an export to `rejected/`, closed to other users, with `<name>.reason.txt` beside it; say where it is now.

    The reason file never holds what may be a personal number.
    """
    target = _target(item, item.root / "rejected")
    told = masked_name(legible(item.name)).join(masked(legible_lines(part)) for part in reason.split(item.name))
    note = target.with_name(f"{target.name}.reason.txt")  # before the export: killed between them, it is told again
    write_durably(note, f"{told}\nMend it, put it in drop/ again and run: opkoers refresh\n".encode(), mode=0o600)
    shutil.move(item.path, target)
    own = [target] if target.is_symlink() or target.is_file() else [target, *target.rglob("*")]
    for path in own:
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)
    return target


class _Mapping(BaseModel):
    """What `mappings/<dataset>.yml` may say of the municipality's own export."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_pattern: str | None = None
    format: dict[str, str] = {}
    categories: dict[str, str] = {}
    headers: dict[str, str | tuple[str, ...]] = {}
    values: dict[str, dict[str, str]] = {}
    """Column to text as delivered to the value that the contract knows."""
    products: dict[str, Product] = {}
    wijken: dict[str, str] = {}
    max_faulty_share: float | None = None
    negative_is_fault: bool | None = None


_OPEN_COLUMNS = ("category", "referrer", "channel")
"""Columns to which a mapping may add values of the municipality's own: the models count them as they come."""


def apply_mapping(dataset: Dataset, workspace: Workspace) -> Dataset:
    """A contract with the workspace's `mappings/<dataset_id>.yml` laid over it, or the contract as it is.

    The mapping may set `file_pattern`, parts of `format`, `max_faulty_share` and `negative_is_fault`; it adds to
    `categories`, `products` (code to `{wet, category, form}`), `wijken` (name to code) and, per column, `values`; and
    `headers` maps a column to a header or headers, tried before those of the contract. For a file of figures the
    columns are `region`, `period` and the concepts, with one header each; in long form also `measure` and `value`, and
    a concept has the text by which the file names it. For a dump they are written `table.column`.

    Raises:
        ConfigurationError: the mapping is not YAML, or says something that it may not or that does not fit.
    """
    _refuse_unknown_mappings(workspace)
    path = workspace.mappings / f"{dataset.dataset_id}.yml"
    if dataset.kind not in _DROPPED or not path.is_file():
        return dataset
    try:
        places.refuse_strange(path, workspace.root, limits.MAPPING_BYTES)
        mapping = _Mapping.model_validate(documents.parse_yaml(path.read_bytes()) or {})
        return Dataset.model_validate(_laid_over(dataset, mapping))
    except (BadDocument, UnsoundData) as error:
        raise ConfigurationError(f"mappings/{path.name} is not readable YAML: {error}. Mend it.") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(
            f"mappings/{path.name}: {faults}. It may set {', '.join(_Mapping.model_fields)}; put codes between quotes."
        ) from error


def _laid_over(dataset: Dataset, mapping: _Mapping) -> dict[str, Any]:
    content = dataset.model_dump()
    content["file_pattern"] = mapping.file_pattern or dataset.file_pattern
    content["format"] |= mapping.format
    content["categories"] |= _known_categories(mapping.categories, dataset)
    given = mapping.model_dump(exclude_none=True)
    client_level = {name: given[name] for name in _CLIENT_LEVEL_SETTINGS if given.get(name) not in (None, {})}
    if client_level and dataset.kind not in CLIENT_LEVEL:
        raise ConfigurationError(
            f"mappings/{dataset.dataset_id}.yml sets {', '.join(client_level)}, "
            "which only exports with rows on persons have. Leave it out."
        )
    content["products"] |= given["products"]
    content["wijken"] |= mapping.wijken
    content |= {name: given[name] for name in ("max_faulty_share", "negative_is_fault") if name in given}
    if dataset.kind == "figure_file":
        return content | _mapped_figures(dataset, mapping.headers)
    return content | _mapped_columns(dataset, mapping)


def mappable(dataset: Dataset) -> list[str]:
    """What `headers` of a mapping may name."""
    if dataset.kind == "figure_file":
        own = [name for name, key in FIGURE_FIELDS.items() if getattr(dataset, key)]
        return [*own, *(measure.concept for measure in dataset.measures)]
    dumped = [f"{table}.{column.name}" for table, columns in dataset.tables.items() for column in columns]
    return [*(column.name for column in dataset.columns), *dumped]


def _refuse_unknown_mappings(workspace: Workspace) -> None:
    """A mapping under a wrong name would do nothing, without a word."""
    known = {f"{dataset.dataset_id}.yml" for dataset in all_contracts() if dataset.kind in _DROPPED}
    unknown = [path.name for path in workspace.mapping_files() if path.name not in known]
    if unknown:
        raise ConfigurationError(
            f"mappings/ holds {', '.join(unknown)}, expected only {', '.join(sorted(known))}. Rename or remove it."
        )


def _known_categories(categories: dict[str, str], dataset: Dataset) -> dict[str, str]:
    known = sorted(set(dataset.categories.values()))
    for code, category in categories.items():
        if known and category not in known:
            raise ConfigurationError(
                f"mappings/{dataset.dataset_id}.yml puts code {code} under '{category}', "
                f"expected one of {', '.join(known)}."
            )
    return categories


def _mapped_figures(dataset: Dataset, headers: dict[str, str | tuple[str, ...]]) -> dict[str, Any]:
    """The parts of a contract for figures that hold headers, with the mapping's own instead."""
    own = {name: (given,) if isinstance(given, str) else given for name, given in headers.items()}
    _refuse_unknown_columns(dataset, own, mappable(dataset))
    return {
        **{key: own.get(name, (getattr(dataset, key),))[0] for name, key in FIGURE_FIELDS.items()},
        "measures": [{**m.model_dump(), "measure": own.get(m.concept, (m.header,))[0]} for m in dataset.measures],
    }


def _mapped_columns(dataset: Dataset, mapping: _Mapping) -> dict[str, Any]:
    """The columns of a contract or of the tables of a dump, with the mapping's headers and values."""
    own = {name: (given,) if isinstance(given, str) else given for name, given in mapping.headers.items()}
    _refuse_unknown_columns(dataset, {**own, **mapping.values}, mappable(dataset))
    tables = {table: _mapped(columns, own, mapping, f"{table}.") for table, columns in dataset.tables.items()}
    return {"columns": _mapped(dataset.columns, own, mapping), "tables": tables}


def _mapped(
    columns: Sequence[Column], own: dict[str, tuple[str, ...]], mapping: _Mapping, label: str = ""
) -> list[dict[str, Any]]:
    """Columns with the mapping's headers and values; those with a header of the mapping's own are looked for first."""
    mapped = []
    for column in columns:
        name = label + column.name
        values = {written.casefold(): value for written, value in mapping.values.get(name, {}).items()}
        content = column.model_dump()
        content["headers"] = (*own.get(name, ()), *column.headers)
        content["values"] |= values
        if column.allowed and column.target in _OPEN_COLUMNS:
            content["allowed"] = tuple(dict.fromkeys((*column.allowed, *values.values())))
        mapped.append(content)
    return sorted(mapped, key=lambda content: label + content["name"] not in own)


def _refuse_unknown_columns(dataset: Dataset, given: Collection[str], known: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigurationError(
            f"mappings/{dataset.dataset_id}.yml maps headers or values of {', '.join(unknown)}, "
            f"expected one of {', '.join(known)}."
        )


def _entries(workspace: Workspace) -> list[Path]:
    """What lies in `drop/`, but for what is no export by its name."""
    if not workspace.drop.is_dir():
        return []
    return [path for path in sorted(workspace.drop.iterdir()) if not _is_called(path.name, _NO_EXPORTS)]


def _is_called(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def fitting(name: str, datasets: Iterable[Dataset]) -> list[Dataset]:
    """The contracts whose pattern a name in `drop/` fits."""
    return [d for d in datasets if d.kind in _DROPPED and _is_called(name, _patterns(d))]


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
        patterns = ", ".join(sorted({str(d.file_pattern) for d in own if d.kind in _DROPPED})) or "none"
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


def _files(path: Path) -> list[Path]:
    """The file itself, or every file below a folder."""
    if not path.is_dir() or path.is_symlink():
        return [path]
    return sorted(entry for entry in path.rglob("*") if entry.is_file())


def _is_kept(item: Incoming, path: Path) -> bool:
    """Whether a file of an export is copied: of a dump only the tables that are read, directly in its folder."""
    if not item.path.is_dir():
        return True
    tables = item.dataset.tables if item.dataset else {}
    return path.parent == item.path and path.stem.lower() in tables and not path.name.startswith(".")


def _signature(path: Path) -> Signature:
    try:
        stats = [(file.relative_to(path.parent).as_posix(), file.lstat()) for file in _files(path)]
        folder = [(".", 0, path.lstat().st_mtime_ns)] if path.is_dir() and not path.is_symlink() else []
    except FileNotFoundError:  # a file went away during the look
        return ((".", 0, time.time_ns()),)  # like no other
    return (*folder, *((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats))


def _unfinished(found: list[Incoming], settle: float) -> dict[Path, str]:
    """Those that are not complete, each with the reason: one short wait for all that changed just now, then a second
    look, and a look at who has them open."""
    now = time.time_ns()
    if any(now - mtime < YOUNG * 1e9 for item in found for _, _, mtime in item.signature):
        time.sleep(settle)
    reasons = {item.path: _why_unfinished(item) for item in found}
    return {path: reason for path, reason in reasons.items() if reason}


def _why_unfinished(item: Incoming) -> str | None:
    if _signature(item.path) != item.signature:
        return "it is growing"
    files = _files(item.path)
    if not files:
        return "it is an empty folder"
    unfinished = [path.name for path in files if _is_called(path.name, _UNFINISHED)]
    if unfinished:
        return f"{unfinished[0]} is not finished, by its name"
    try:
        written = [
            path.name for path in files if path.is_file() and not path.is_symlink() and is_open_for_writing(path)
        ]
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return f"{written[0]} is open for writing" if written else None


def _copied(item: Incoming, scratch: Path, mode: int) -> Path:
    """A copy of an export in the scratch folder, made under its mode; of a dump, its tables as one zip."""
    scratch.mkdir(parents=True, exist_ok=True)
    dataset_id = item.dataset.dataset_id if item.dataset else item.path.stem
    copy = scratch / f"{dataset_id}{'.zip' if item.path.is_dir() else _suffix(item.path)}"
    copy.unlink(missing_ok=True)
    copy.touch(mode=0o600)
    try:
        if item.path.is_dir():
            tables = [path for path in _files(item.path) if _is_kept(item, path)]
            pack(copy, [(path.name, path, path.name) for path in tables])
        else:
            shutil.copyfile(item.path, copy)
        _refuse_changed(item)
    except BaseException:
        copy.unlink()
        raise
    copy.chmod(mode)
    return copy


def _suffix(path: Path) -> str:
    """The form of a file; text files are all called `.csv`."""
    form = path.suffix.lower()
    return form if form in (".xlsx", ".parquet") else ".csv"


def _refuse_changed(item: Incoming) -> None:
    if _why_unfinished(item):
        raise UnsoundData(
            f"drop/{item.name} changed while it was read: it is still being written. It waits for the next run."
        )


def _private_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _free(folder: Path, stem: str, suffix: str, digest: str) -> Path:
    """A path in a folder that nothing has yet: the plain name, else with a mark of the content, else numbered."""
    marked = f"{stem}.{digest[:8]}"
    names = (f"{stem}{suffix}", f"{marked}{suffix}", *(f"{marked}-{n}{suffix}" for n in range(2, 1000)))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


def _target(item: Incoming, folder: Path) -> Path:
    name = PurePath(legible(item.name))
    target = _private_folder(folder) / name
    if os.path.lexists(target):
        target = _free(folder, name.stem, name.suffix, _digest(item.path))
    return target


def _digest(path: Path) -> str:
    """sha256 over the names and contents of the files of an export; links are passed over."""
    own = [file for file in _files(path) if file.is_file() and not file.is_symlink()]
    files = [f"{file.relative_to(path.parent).as_posix()} {sha256_of(file)}" for file in own]
    return hashlib.sha256("\n".join(files).encode(errors="surrogateescape")).hexdigest()
