"""Secret keys: where each stands, who may read it, and how its file is made and replaced.

A key comes from the environment or from a file that only its owner can read, never from `opkoers.toml`. What a key is
for, and whether its text is one, is said where it is used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dagster_project.errors import ConfigurationError
from dagster_project.snapshots import sync_folder, write_durably
from dagster_project.workspace import Workspace

RECIPE = "Make one with: opkoers key make"
FILE_MODE = 0o600
FOLDER_MODE = 0o700


@dataclass(frozen=True)
class KeyPlace:
    """Where one key of a workspace comes from: a variable, the file that another variable names, or its own file."""

    variable: str
    """Environment variable that may hold the key itself."""
    file_name: str
    """Its file in `data/` of the workspace, wherever publications go."""
    purpose: str
    """What needs it, in the plural, as an error begins."""
    recipe: str = RECIPE
    """How to make one, as an error ends."""

    @property
    def file_variable(self) -> str:
        """Environment variable that may name a file elsewhere."""
        return f"{self.variable}_FILE"

    def own_file(self, root: Path) -> Path:
        """Where a workspace keeps it when the environment names no other place."""
        return root / "data" / self.file_name

    def file(self, workspace: Workspace) -> Path:
        """The file that it is read from unless the environment holds the key itself."""
        return Path(os.environ.get(self.file_variable) or self.own_file(workspace.home))

    def in_environment(self) -> str:
        """The key that the environment holds, or nothing."""
        return os.environ.get(self.variable, "").strip()

    def is_there(self, workspace: Workspace) -> bool:
        return bool(self.in_environment()) or self.file(workspace).is_file()

    def read(self, workspace: Workspace) -> tuple[str, str]:
        """The text of the key, and the place it was found in, to name in an error.

        Raises:
            ConfigurationError: there is no key, or other users can read its file.
        """
        given = self.in_environment()
        if given:
            return given, self.variable
        path = self.file(workspace)
        if not path.is_file():
            raise ConfigurationError(
                f"{self.purpose} need a key: {self.variable} is empty and there is no {path}. {self.recipe}"
            )
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise ConfigurationError(
                f"{path} can be read by other users, expected mode 0600. Close it with: chmod 600 {path}"
            )
        return path.read_text(encoding="ascii", errors="replace").strip(), str(path)


def make_key_file(path: Path, text: str) -> None:
    """Write a fresh key that only its owner can read.

    Raises:
        ConfigurationError: the file exists; a key that was used is never overwritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
    except FileExistsError as error:
        raise ConfigurationError(f"{path} exists, and what was made with it needs it. Keep it.") from error
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)


def replace_key_file(path: Path, text: str) -> None:
    """Put another key in the place of one: at any moment the file holds the old key or the new one, whole."""
    write_durably(path, text.encode("ascii"), mode=FILE_MODE)
