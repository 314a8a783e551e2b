"""The door for personal numbers: a keyed hash replaces a client number or BSN before anything else sees it.

HMAC-SHA-256 (RFC 2104) with a key that the municipality keeps. Nothing here logs, stores or prints a number. Which
columns hold personal numbers is said by the contracts, and reading them is the readers' work.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from dagster_project.errors import ConfigurationError
from dagster_project.keys import RECIPE, KeyPlace
from dagster_project.workspace import Workspace

HMAC_KEY = KeyPlace("OPKOERS_HMAC_KEY", "secret.key", "Client numbers")
KEY_BYTES = 32
_BLOCK = 64
"""Bytes in a block of SHA-256."""


class Pseudonymiser:
    """Turns personal numbers into client keys, hashing each distinct number once.

    Args:
        key: at least 32 secret bytes; the same key gives the same client keys, another key quite other ones.

    Raises:
        ConfigurationError: the key is too short to be secret.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ConfigurationError(
                f"The key for client numbers has {len(key)} bytes, expected {KEY_BYTES} or more. {RECIPE}"
            )
        self._key = key
        self._known: dict[str, str] = {}

    @classmethod
    def of(cls, workspace: Workspace) -> Pseudonymiser:
        """A pseudonymiser with the workspace's own key.

        The key comes from OPKOERS_HMAC_KEY (hexadecimal), else from the file that OPKOERS_HMAC_KEY_FILE names, else
        from `data/secret.key` in the workspace.

        Raises:
            ConfigurationError: there is no key, it is not hexadecimal, or other users can read its file.
        """
        return cls(key_bytes(*HMAC_KEY.read(workspace)))

    def client_key(self, number: str) -> str | None:
        """The key of one client: 64 hexadecimal digits, or None where the cell holds no number at all."""
        normal = normalise(number)
        if not normal:
            return None
        if normal not in self._known:
            self._known[normal] = hmac.new(self._key, normal.encode(), hashlib.sha256).hexdigest()
        return self._known[normal]

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """The inner and outer padded key of RFC 2104, for a database that hashes by itself."""
        key = self._key if len(self._key) <= _BLOCK else hashlib.sha256(self._key).digest()
        padded = key.ljust(_BLOCK, b"\0")
        return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)


def normalise(number: str) -> str:
    """One spelling per number: outer space goes, and a number of digits only loses its leading zeros.

    Spreadsheets drop leading zeros, so `012345678` and `12345678` must be one client. A number of zeros only is no
    number. Anything with another character than a digit in it is kept as it stands.
    """
    text = number.strip()
    return text.lstrip("0") if text.isdecimal() else text


def new_key() -> str:
    """A fresh random key as its file holds it: hexadecimal, on one line."""
    return secrets.token_hex(KEY_BYTES) + "\n"


def key_bytes(text: str, place: str) -> bytes:
    """The key that a text from some place writes in hexadecimal.

    Raises:
        ConfigurationError: it is not hexadecimal.
    """
    try:
        return bytes.fromhex(text)
    except ValueError:
        # `from None`: the original error quotes the text, which is the key
        raise ConfigurationError(f"{place} is not a hexadecimal key. {RECIPE}") from None
