"""Where a file of the workspace may lie: in the workspace, whatever links say.

A workspace often comes out of a repository that many people write to. A link in it that leads out would put a file of
the machine among the inputs, and from there on pages that everybody reads.
"""

from __future__ import annotations

from pathlib import Path

from dagster_project.errors import UnsoundData
from dagster_project.extract import limits
from dagster_project.legible import legible


def is_inside(path: Path, root: Path) -> bool:
    """Whether a path lies below a folder once every link in it is followed."""
    return path.resolve() != root.resolve() and path.resolve().is_relative_to(root.resolve())


def refuse_strange(path: Path, root: Path, most: int = limits.OWN_FILE_BYTES) -> None:
    """See that a file of the workspace may be read.

    Args:
        path: the file.
        root: the workspace's folder.
        most: bytes that it may have.

    Raises:
        UnsoundData: it leads out of the workspace, is no plain file, or is too large.
    """
    name = legible(path.relative_to(root).as_posix())
    if not is_inside(path, root):
        raise UnsoundData(f"{name} is a link that leads out of the workspace. Put a copy of the file in its place.")
    if not path.exists():
        raise UnsoundData(f"{name} is a link that leads nowhere. Put the file in its place.")
    limits.size_of(path, name, most)
