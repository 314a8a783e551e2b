"""The drop folder: which exports lie in `drop/`, which contract each fits, and where each goes afterwards.

Files are copied byte for byte and moved; what is in them is the work of the readers. The municipality's own
`mappings/` (headers, codes and formats of its exports) are laid over the contracts here as well.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from dagster_project.contracts import Column, Dataset, Product, all_contracts
from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import delimited
from dagster_project.snapshots import Recording, pack, sha256_of
from dagster_project.workspace import Workspace

SYNTHETIC_PREFIX = "SYNTHETISCH"
"""An export whose name starts with this is made up, and says so everywhere."""
YOUNG = 2.0
"""Seconds since its last change within which a file may still be growing."""
SETTLE = 1.0
"""Seconds between the two looks at a young file."""
_DROPPED = ("record_file", "figure_file", "printed_list", "cssd_dump")
_CLIENT_LEVEL = ("record_file", "cssd_dump")
_CLIENT_LEVEL_SETTINGS = ("products", "wijken", "values", "max_faulty_share", "negative_is_fault")
_PASSED_OVER = (
    *(".*", "readme*", "leesmij*", "thumbs.db", "desktop.ini"),  # no exports
    *("*.tmp", "*.part", "*.partial", "*.crdownload", "~$*"),  # not finished
)

Signature = tuple[tuple[str, int, int], ...]
"""Name, size and modification time of every file of an export."""


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


def incoming(workspace: Workspace, datasets: Iterable[Dataset], settle: float = SETTLE) -> list[Incoming]:
    """The exports in `drop/` that fit one of the contracts, in order of name. Only looks, moves nothing.

    Hidden files and read-me files are passed over, and so is an export that is still being written: it waits for the
    next run.

    Args:
        workspace: the workspace.
        datasets: contracts to look for; those of network sources and workspace files never fit.
        settle: seconds after which a file that changed just now is looked at again.
    """
    own = list(datasets)
    found = [
        Incoming(path, workspace.root, fits[0], _signature(path))
        for path, fits in _candidates(workspace, own)
        if not _oddity(path) and not _misfit(path, fits, own)
    ]
    return _settled(found, settle)


def strays(workspace: Workspace, datasets: Iterable[Dataset], settle: float = SETTLE) -> list[tuple[Incoming, str]]:
    """What lies in `drop/` and cannot be taken, each with the reason: it fits no contract, or more than one; or it is a
    link, or a file where a folder is expected.

    Exports of a source that is switched off are no strays: they wait until it is on.
    """
    own = list(datasets)
    off = [d for d in all_contracts() if not workspace.source_is_on(d.source_id)]
    reasons: dict[Path, str] = {}
    for path, fits in _candidates(workspace, [*own, *off]):
        reason = _oddity(path) or _misfit(path, fits, own)
        if reason:
            reasons[path] = reason
    found = [Incoming(path, workspace.root, None, _signature(path)) for path in reasons]
    return [(item, reasons[item.path]) for item in _settled(found, settle)]


def record(item: Incoming, scratch: Path) -> Recording:
    """Copy an export, ready for the snapshot store: a file as it is, the tables of a dump as one zip.

    Its name stands in `url`, so that exports of several periods stay apart. A copy with client data is closed to
    other users (mode 0600). Files in a dump that no contract reads are not copied.

    Raises:
        UnsoundData: the export changed while it was copied. It stays in `drop/` for the next run.
    """
    if item.dataset is None:
        raise ValueError(f"{item.name} fits no contract: it cannot be recorded")
    scratch.mkdir(parents=True, exist_ok=True)
    is_dump = item.dataset.kind == "cssd_dump"
    copy = scratch / f"{item.dataset.dataset_id}.{'zip' if is_dump else 'csv'}"
    copy.unlink(missing_ok=True)
    copy.touch(mode=0o600)
    if is_dump:
        tables = [path for path in _files(item.path) if path.stem.lower() in item.dataset.tables]
        pack(copy, [(path.name, path, path.name) for path in tables])
        row_count = sum(delimited.count_rows(path) for path in tables)
    else:
        shutil.copyfile(item.path, copy)
        row_count = delimited.count_rows(copy)
    copy.chmod(0o600 if item.dataset.kind in _CLIENT_LEVEL else 0o644)
    if _signature(item.path) != item.signature:
        copy.unlink()
        raise UnsoundData(
            f"drop/{item.name} changed while it was read: it is still being written. It waits for the next run."
        )
    return Recording(
        file=copy,
        extension=copy.suffix.removeprefix("."),
        origin="file",
        url=item.name,
        row_count=row_count,
        is_synthetic=item.name.upper().startswith(SYNTHETIC_PREFIX),
    )


def accept(item: Incoming) -> Path:
    """Move an export that was recorded to `accepted/`, and say where it is now. Nothing there is overwritten."""
    return _move(item, item.root / "accepted")


def reject(item: Incoming, reason: str) -> Path:
    """Move an export to `rejected/` with `<name>.reason.txt` beside it, and say where it is now."""
    target = _move(item, item.root / "rejected")
    note = f"{reason}\nMend it, put it in drop/ again and run: opkoers refresh\n"
    target.with_name(f"{target.name}.reason.txt").write_text(note, encoding="utf-8")
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
    columns are `region`, `period` and the concepts, with one header each; for a dump they are written `table.column`.

    Raises:
        ConfigurationError: the mapping is not YAML, or says something that it may not or that does not fit.
    """
    _refuse_unknown_mappings(workspace)
    path = workspace.mappings / f"{dataset.dataset_id}.yml"
    if dataset.kind not in _DROPPED or not path.is_file():
        return dataset
    try:
        mapping = _Mapping.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        return Dataset.model_validate(_laid_over(dataset, mapping))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"mappings/{path.name} is not readable YAML: {error}. Mend the line it names."
        ) from error
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
    if client_level and dataset.kind not in _CLIENT_LEVEL:
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


def _refuse_unknown_mappings(workspace: Workspace) -> None:
    """A mapping under a wrong name would do nothing, without a word."""
    known = {f"{dataset.dataset_id}.yml" for dataset in all_contracts() if dataset.kind in _DROPPED}
    unknown = sorted(path.name for path in workspace.mappings.glob("*.y*ml") if path.name not in known)
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
    _refuse_unknown_columns(dataset, own, ["region", "period", *(measure.concept for measure in dataset.measures)])
    return {
        "region_dimension": own.get("region", (dataset.region_dimension,))[0],
        "period_dimension": own.get("period", (dataset.period_dimension,))[0],
        "measures": [{**m.model_dump(), "measure": own.get(m.concept, (m.header,))[0]} for m in dataset.measures],
    }


def _mapped_columns(dataset: Dataset, mapping: _Mapping) -> dict[str, Any]:
    """The columns of a contract or of the tables of a dump, with the mapping's headers in front and its values added."""
    own = {name: (given,) if isinstance(given, str) else given for name, given in mapping.headers.items()}
    known = [column.name for column in dataset.columns]
    known += [f"{table}.{column.name}" for table, columns in dataset.tables.items() for column in columns]
    _refuse_unknown_columns(dataset, {**own, **mapping.values}, known)
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


def _candidates(workspace: Workspace, datasets: Iterable[Dataset]) -> Iterator[tuple[Path, list[Dataset]]]:
    """What lies in `drop/`, with the contracts whose pattern its name fits."""
    dropped = [dataset for dataset in datasets if dataset.kind in _DROPPED]
    if not workspace.drop.is_dir():
        return
    for path in sorted(workspace.drop.iterdir()):
        name = path.name.lower()
        is_passed_over = any(fnmatch.fnmatchcase(name, pattern) for pattern in _PASSED_OVER)
        if not is_passed_over:
            yield path, [d for d in dropped if fnmatch.fnmatchcase(name, str(d.file_pattern).lower())]


def _oddity(path: Path) -> str | None:
    """Why an entry is not read whatever its name: it could lead outside `drop/`, or is no file."""
    if any(
        entry.is_symlink() for entry in (path, *(path.rglob("*") if path.is_dir() and not path.is_symlink() else ()))
    ):
        return "It is, or holds, a link, and drop/ takes only files and folders themselves. Copy what it points to."
    if not path.is_file() and not path.is_dir():
        return "It is neither a file nor a folder."
    return None


def _misfit(path: Path, fits: Sequence[Dataset], own: Sequence[Dataset]) -> str | None:
    if not fits:
        patterns = ", ".join(sorted({str(d.file_pattern) for d in own if d.kind in _DROPPED})) or "none"
        return f"No contract fits the name '{path.name}'; known patterns: {patterns}. Rename it, or add a mapping."
    if len(fits) > 1:
        return f"The name fits more than one contract: {', '.join(d.key for d in fits)}. Rename it so that it fits one."
    if fits[0].kind == "cssd_dump" and not path.is_dir():
        return f"{fits[0].key} expects a folder with table dumps, found a file."
    if fits[0].kind != "cssd_dump" and not path.is_file():
        return f"{fits[0].key} expects a file, found a folder."
    return None


def _files(path: Path) -> list[Path]:
    """The file itself, or the visible files directly in a folder."""
    if not path.is_dir() or path.is_symlink():
        return [path]
    return sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith("."))


def _signature(path: Path) -> Signature:
    stats = ((file.name, file.lstat()) for file in _files(path))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def _settled(found: list[Incoming], settle: float) -> list[Incoming]:
    """Those that are not growing: one short wait for all that changed just now, then a second look."""
    now = time.time_ns()
    young = [item for item in found if any(now - mtime < YOUNG * 1e9 for _, _, mtime in item.signature)]
    if young:
        time.sleep(settle)
    growing = {item.path for item in young if not os.path.lexists(item.path) or _signature(item.path) != item.signature}
    return [item for item in found if item.path not in growing]


def _move(item: Incoming, folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / item.name
    if os.path.lexists(target):
        mark = _digest(item.path)[:8]
        names = (
            f"{item.path.stem}.{mark}{extra}{item.path.suffix}" for extra in ("", *(f"-{n}" for n in range(2, 1000)))
        )
        target = next(folder / name for name in names if not os.path.lexists(folder / name))
    shutil.move(item.path, target)
    return target


def _digest(path: Path) -> str:
    files = [f"{file.name} {sha256_of(file)}" for file in _files(path) if file.is_file() and not file.is_symlink()]
    return hashlib.sha256("\n".join(files).encode()).hexdigest()
