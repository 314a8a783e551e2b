"""Where the installed product keeps its own files (models, seeds, contracts, suites) and which code this is.

Workspace paths do not belong here: see `workspace.py`.
"""

from __future__ import annotations

import hashlib
import subprocess
from functools import cache
from pathlib import Path

from dagster_project import __version__

_PACKAGE = Path(__file__).resolve().parent
_CONTENT_FOLDERS = ("sources", "seeds", "models", "dbt", "expectations")
_CODE_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv", ".j2", ".css", ".json", ".toml"}
_NOT_CODE = {"__pycache__", "samples", "target", "logs"}


@cache
def product_root() -> Path:
    """The folder that holds `models/`, `dbt/`, `seeds/`, `sources/` and `expectations/`.

    A checkout has them beside the package, a wheel carries them inside it.
    """
    checkout = _PACKAGE.parent
    return checkout if (checkout / "models").is_dir() and (checkout / "dbt").is_dir() else _PACKAGE / "product"


def product_path(*parts: str) -> Path:
    """A path inside the product's own folders."""
    return product_root().joinpath(*parts)


def _fingerprint(folders: list[Path]) -> str:
    """sha256 over the names and bytes of all code and content below some folders."""
    digest = hashlib.sha256(__version__.encode())
    files = {
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in _CODE_SUFFIXES and not _NOT_CODE & set(path.parts)
    }
    for path in sorted(files):
        root = product_root() if path.is_relative_to(product_root()) else _PACKAGE
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def code_fingerprint() -> str:
    """One sha256 for all code and content of the product: equal code gives an equal fingerprint."""
    return _fingerprint([_PACKAGE, *(product_path(name) for name in _CONTENT_FOLDERS)])


@cache
def dbt_fingerprint() -> str:
    """One sha256 for what dbt parses."""
    return _fingerprint([product_path(name) for name in ("sources", "seeds", "models", "dbt")])


@cache
def git_commit() -> str:
    """The commit of the checkout that runs, with `-dirty` after it when files differ; `unknown` outside one."""
    root = product_root()
    if not (root / ".git").exists():
        return "unknown"

    def git(*args: str) -> str:
        done = subprocess.run(["git", "-C", str(root), *args], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = git("rev-parse", "HEAD")
    if not commit:
        return "unknown"
    return f"{commit}-dirty" if git("status", "--porcelain", "--untracked-files=no") else commit
