"""The folder of workspaces: which there are, what is set for all of them, and where they keep what they share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dagster_project.errors import ConfigurationError
from dagster_project.workspace import SETTINGS_FILE, Network, Workspace, checked_settings

WORKSPACES_VARIABLE = "OPKOERS_WORKSPACES"
COMMON_SETTINGS = "workspaces.toml"
COMMON_FOLDER = ".shared"
_NOT_IN_A_KEY = ("...", "\n", "\r", "\t", "\0", ",", "|", "[", "]")
"""What Dagster refuses in the key of a partition, and what it reads as a range or a list of keys."""


class CommonSettings(BaseModel):
    """What `workspaces.toml` may say: the settings of what is done once for all workspaces."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    schedule: Annotated[str, Field(min_length=9)] = "0 6 * * 1-5"
    """Cron expression in Europe/Amsterdam of the daily refresh of all."""
    network: Network = Network()
    """How patient the pulls of national sources are."""


class Installation:
    """A folder of workspaces.

    Attributes:
        root: the folder.
        settings: what is set for all of them.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise ConfigurationError(f"There is no folder {root}, expected one with the workspaces in it.")
        self.root = root.resolve()
        self.settings = _read_settings(self.root / COMMON_SETTINGS)

    @property
    def data(self) -> Path:
        """What the workspaces have in common. Nothing of a municipality's own goes there."""
        return self.root / COMMON_FOLDER

    @property
    def snapshots(self) -> Path:
        """National snapshots."""
        return self.data / "snapshots"

    @property
    def pulls(self) -> Path:
        """Half-fetched national tables."""
        return self.data / "pulls"

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps the runs of all workspaces."""
        return self.data / "dagster"

    @property
    def gate_log(self) -> Path:
        return self.data / "logs" / "gate.log"

    def make(self) -> None:
        """Make the folder of what they have in common, closed to others: Dagster's records name files."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)

    def workspace_keys(self) -> list[str]:
        """The workspaces, each by its path below the root: the keys of Dagster's partitions.

        Raises:
            ConfigurationError: a folder has a name that cannot be a key.
        """
        found = [path.relative_to(self.root).as_posix() for path in _workspaces(self.root)]
        bad = [key for key in found if any(part in key for part in _NOT_IN_A_KEY)]
        if bad:
            raise ConfigurationError(
                f"The folder {bad[0]!r} in {self.root} has a sign in its name that the key of a workspace may not hold "
                "(a comma, | [ ] or ...). Give it another name."
            )
        return found

    def workspace(self, key: str) -> Workspace:
        """The workspace of a key.

        Raises:
            ConfigurationError: there is none, or its settings are wrong.
        """
        folder = self.root / key
        if not folder.resolve().is_relative_to(self.root):
            raise ConfigurationError(f"{key!r} leads out of {self.root}; the workspaces are the folders in it.")
        return Workspace(folder)


def _workspaces(folder: Path) -> Iterator[Path]:
    """Folders with settings, not looked into any further; links and hidden folders are passed over."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink() or not path.is_dir():
            continue
        try:
            is_workspace = (path / SETTINGS_FILE).is_file()
            yield from [path] if is_workspace else _workspaces(path)
        except PermissionError:
            yield path  # whoever runs this may not see it: that is told of it, and the others go on


def _read_settings(path: Path) -> CommonSettings:
    return checked_settings(path, CommonSettings) if path.is_file() else CommonSettings()


def installation_in_environment() -> Installation | None:
    """The folder that `OPKOERS_WORKSPACES` names, or None when it names none."""
    folder = os.environ.get(WORKSPACES_VARIABLE)
    return Installation(Path(folder)) if folder else None
