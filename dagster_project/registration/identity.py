"""The age identities of a workspace: with them originals are encrypted and read back.

The file is one that the `age` program reads as well: `age --decrypt -i data/secret.age FILE.age`. It may hold several
identities, one a line: the first encrypts, each of them decrypts. So a rotation can stop anywhere and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyrage import IdentityError, x25519

from dagster_project.errors import ConfigurationError
from dagster_project.keys import RECIPE, KeyPlace
from dagster_project.workspace import Workspace

AGE_IDENTITY = KeyPlace("OPKOERS_AGE_IDENTITY", "secret.age", "The originals of local registrations")


def new_identity() -> Any:
    """A fresh x25519 identity."""
    return x25519.Identity.generate()


def as_file(identities: Iterable[Any]) -> str:
    """The text of an identity file, the one that encrypts first."""
    return "".join(f"# public key: {identity.to_public()}\n{identity}\n" for identity in identities)


def identities_of(workspace: Workspace) -> list[Any]:
    """The identities of a workspace, the one that encrypts first.

    They come from OPKOERS_AGE_IDENTITY, else from the file that OPKOERS_AGE_IDENTITY_FILE names, else from
    `data/secret.age` in the workspace.

    Raises:
        ConfigurationError: there is none, a line is no identity, or other users can read the file.
    """
    text, place = AGE_IDENTITY.read(workspace)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise ConfigurationError(f"{place} holds no key: expected a line AGE-SECRET-KEY-1…. Restore it from backup.")
    try:
        return [x25519.Identity.from_str(line) for line in lines]
    except IdentityError:
        # `from None`: no more is told of a text that may be a key
        raise ConfigurationError(
            f"{place} holds a line that is no age key, expected AGE-SECRET-KEY-1…. {RECIPE}"
        ) from None
