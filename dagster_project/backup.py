"""Backup and restore: a workspace with all that cannot be made anew, in one file, and back into an empty folder.

What goes in: the workspace's own files, snapshots, publications, editions, run records and the encrypted originals.
What stays out: keys (without them a stolen backup tells nothing of persons), the confidential database and build
folders, which are made anew, and Dagster's own storage, which has a database of its own on a server. Whether what came
back is sound says `verify`.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from dagster_project import __version__
from dagster_project.errors import ConfigurationError, VerificationFailed
from dagster_project.extract.pseudonym import HMAC_KEY
from dagster_project.registration.identity import AGE_IDENTITY
from dagster_project.run import refresh_lock, remove_tree
from dagster_project.signing import SIGNING_KEY
from dagster_project.snapshots import sha256_of, utc_now
from dagster_project.workspace import Workspace

_LIST = "opkoers-backup.json"
"""Last member: what is in the backup, with the sha256 of every file. A backup without it was cut short."""
_MADE_ANEW = ("build", "dagster", "confidential/clients.duckdb", "confidential/clients.duckdb.wal")
"""Below the data folder."""
_NOT_OURS = (".git", ".venv")
_KEYS = (HMAC_KEY, AGE_IDENTITY, SIGNING_KEY)


def backup(workspace: Workspace, target: Path) -> list[str]:
    """Write a workspace to one file, whole or not at all. No refresh runs meanwhile.

    Args:
        workspace: the workspace.
        target: the file to write, a gzipped tar; a folder gets a name with the gemeente and the moment in it.

    Returns:
        What was written and what is to be kept apart, one sentence each.

    Raises:
        ConfigurationError: the file exists, lies inside the workspace, or a refresh is running.
    """
    made_at = utc_now()
    if target.is_dir():
        moment = made_at.replace("-", "").replace(":", "")
        target = target / f"opkoers-{workspace.settings.gemeente}-{moment}.tar.gz"
    _refuse_target(workspace, target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with refresh_lock(workspace):
            contents = _write(workspace, temporary, made_at)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    size = target.stat().st_size / 1e6
    keys = " and ".join(str(place.file(workspace)) for place in _KEYS if place.is_there(workspace))
    sentences = [f"Wrote {len(contents['files'])} files of {workspace.root} to {target} ({size:.1f} MB)."]
    if keys:
        sentences.append(f"The keys are not in it. Keep them apart, where only you can reach them: {keys}")
    return sentences


def _refuse_target(workspace: Workspace, target: Path) -> None:
    place = target.resolve()
    if target.exists():
        raise ConfigurationError(f"{target} exists, and a backup is never overwritten. Choose another name.")
    if not place.parent.is_dir():
        raise ConfigurationError(f"There is no folder {place.parent}. Make it, or choose another one.")
    inside = [folder for folder in (workspace.root, workspace.data) if place.is_relative_to(folder)]
    if inside:
        raise ConfigurationError(f"{target} lies inside {inside[0]}, which is what is to be kept. Choose another disk.")


def _write(workspace: Workspace, path: Path, made_at: str) -> dict[str, Any]:
    """Write the archive, readable by its owner only, and have it on disk for certain."""
    contents: dict[str, Any] = {
        "opkoers_version": __version__,
        "made_at": made_at,
        "gemeente": workspace.settings.gemeente,
        "folders": {},
        "files": {},
        "links": {},
    }
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.PAX_FORMAT, compresslevel=6) as archive:
            for name, path in _members(workspace):
                if path.is_symlink():
                    archive.add(path, name, recursive=False)
                    contents["links"][name] = str(path.readlink())
                elif path.is_dir():
                    contents["folders"][name] = _mode(path)
                else:
                    contents["files"][name] = {"sha256": _add(archive, name, path), "mode": _mode(path)}
            _add_list(archive, contents)
        stream.flush()
        os.fsync(stream.fileno())
    return contents


def _members(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Every folder, file and link to keep, by its path from the workspace."""
    stays = _left_out(workspace)
    for folder, below, files in os.walk(workspace.root):
        here = Path(folder)
        below[:] = sorted(name for name in below if here / name not in stays and name not in _NOT_OURS)
        for path in (here / name for name in (*below, *sorted(files))):
            is_kind = path.is_symlink() or path.is_file() or path.is_dir()
            if is_kind and path not in stays and not _is_passing(path):
                yield path.relative_to(workspace.root).as_posix(), path


def _left_out(workspace: Workspace) -> set[Path]:
    return {workspace.data / name for name in _MADE_ANEW} | {place.file(workspace) for place in _KEYS}


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _is_passing(path: Path) -> bool:
    """Locks and half-written files: nobody's to keep."""
    return path.name.startswith(".") and path.suffix in (".tmp", ".lock")


def _add(archive: tarfile.TarFile, name: str, file: Path) -> str:
    """Add a file, and give the sha256 of the very bytes that went in."""
    info = archive.gettarinfo(file, name)
    info.uname = info.gname = ""
    info.uid = info.gid = 0
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        archive.addfile(info, _Hashed(stream, digest))
    return digest.hexdigest()


class _Hashed(io.RawIOBase):
    """A stream that is hashed as it is read."""

    def __init__(self, stream: io.BufferedIOBase | io.BufferedReader, digest: Any) -> None:
        self._stream, self._digest = stream, digest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        return chunk


def _add_list(archive: tarfile.TarFile, contents: dict[str, Any]) -> None:
    content = json.dumps(contents, ensure_ascii=False, indent=1).encode()
    info = tarfile.TarInfo(_LIST)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, io.BytesIO(content))


def restore(source: Path, target: Path) -> list[str]:
    """Put a backup back in an empty folder, after checking every file of it against its hash.

    Args:
        source: the file that `backup` wrote.
        target: a folder that does not exist yet, or an empty one.

    Returns:
        What came back and what to do next, one sentence each.

    Raises:
        ConfigurationError: the folder is not empty, or there is no such file.
        VerificationFailed: the file is no whole backup, or a byte of it changed. The folder is left as it was.
    """
    if not source.is_file():
        raise ConfigurationError(f"There is no file {source}. Name one that opkoers backup wrote.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigurationError(f"{target} is not an empty folder. Restore into a new one, and look at it there.")
    target.parent.mkdir(parents=True, exist_ok=True)
    making = target.with_name(f".{target.name}.{os.getpid()}.restoring")
    try:
        contents = _unpack(source, making)
        if target.exists():
            target.rmdir()
        making.rename(target)
    finally:
        remove_tree(making)
    where = f"{contents['gemeente']}, made {contents['made_at']} by Opkoers {contents['opkoers_version']}"
    return [
        f"Restored {len(contents['files'])} files of {where} to {target}.",
        f"Put the keys in place, if it had any, and run: opkoers verify --workspace {target}",
    ]


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    folder.mkdir(mode=0o700)
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(folder, filter="data")  # refuses what would land outside the folder
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise VerificationFailed(f"{source} is not a whole backup ({error}). Take an older one.") from error
    listed = folder / _LIST
    if not listed.is_file():
        raise VerificationFailed(f"{source} was cut short, or no backup: it holds no {_LIST}. Take an older one.")
    contents: dict[str, Any] = json.loads(listed.read_text(encoding="utf-8"))
    listed.unlink()
    faults = list(_faults(folder, contents))
    if faults:
        raise VerificationFailed(f"{source} changed since it was made: {'; '.join(faults[:3])}. Take an older one.")
    _set_modes(folder, contents)
    return contents


def _faults(folder: Path, contents: dict[str, Any]) -> Iterator[str]:
    """Files that are gone, changed or were put in beside those of the list."""
    for name, kept in contents["files"].items():
        path = folder / PurePosixPath(name)
        if not path.is_file():
            yield f"{name} is gone"
        elif sha256_of(path) != kept["sha256"]:
            yield f"{name} has other bytes"
    for name, expected in contents["links"].items():
        path = folder / PurePosixPath(name)
        if not path.is_symlink() or str(path.readlink()) != expected:
            yield f"the link {name} is gone or points elsewhere"
    known = {*contents["files"], *contents["links"]}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file()}
    yield from (f"{name} was put in" for name in sorted(found - known))


def _set_modes(folder: Path, contents: dict[str, Any]) -> None:
    """Who may do what: closed folders, and editions that nobody writes in. The deepest first, for those close."""
    for name, kept in contents["files"].items():
        (folder / name).chmod(kept["mode"])
    for name, mode in sorted(contents["folders"].items(), reverse=True):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name).chmod(mode)
