"""Secrets of services that others run: each from the environment, or from a file that the environment names.

The keys that a workspace makes for itself stand in `keys.py`. No secret ever comes from `opkoers.toml`, and no error
repeats one, nor the name of its file, which some write the secret into by mistake.
"""

from __future__ import annotations

import os
from pathlib import Path

from dagster_project.errors import ConfigurationError


def file_variable(variable: str) -> str:
    """The variable that may name a file with the secret in it, as containers and systemd hand one over."""
    return f"{variable}_FILE"


def is_set(variable: str) -> bool:
    """Whether the environment holds a secret, or names a file that does."""
    return bool(_text(variable) or _text(file_variable(variable)))


def secret(variable: str) -> str:
    """A secret, or nothing where none is set.

    Raises:
        ConfigurationError: the file that is named cannot be read.
    """
    given, file = _text(variable), _text(file_variable(variable))
    if given or not file:
        return given
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            f"The file that {file_variable(variable)} names cannot be read, expected text with the secret in it. "
            "Name one that this user may read."
        ) from None


def _text(variable: str) -> str:
    return os.environ.get(variable, "").strip()
