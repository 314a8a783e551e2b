"""The door for personal numbers: a keyed hash replaces a client number or BSN before anything else sees it.

HMAC-SHA-256 (RFC 2104) with a key that the municipality keeps. Nothing here logs, stores or prints a number. Which
columns hold personal numbers is said by the contracts, and reading them is the readers' work.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from dagster_project.errors import ConfigurationError
from dagster_project.workspace import Workspace

KEY_VARIABLE = "OPKOERS_HMAC_KEY"
KEY_FILE_VARIABLE = "OPKOERS_HMAC_KEY_FILE"
KEY_BYTES = 32
_BLOCK = 64
"""Bytes in a block of SHA-256."""
_RECIPE = 'python -c "import secrets; print(secrets.token_hex(32))"'


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
                f"The key for client numbers has {len(key)} bytes, expected {KEY_BYTES} or more. Make one: {_RECIPE}"
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
        given = os.environ.get(KEY_VARIABLE, "").strip()
        if given:
            return cls(_from_hex(given, KEY_VARIABLE))
        path = Path(os.environ.get(KEY_FILE_VARIABLE) or key_file_of(workspace.home))
        return cls(_from_hex(_read_key_file(path), str(path)))

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


def passes_eleven_test(written: str) -> bool:
    """Whether nine digits, however grouped, are a possible BSN: 9a + 8b + … + 2h - i divides by eleven."""
    digits = [int(character) for character in written if character.isdigit()]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return any(digits) and sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11 == 0


def key_file_of(root: Path) -> Path:
    """Where a workspace keeps its key when the environment names no other place."""
    return root / "data" / "secret.key"


def make_key_file(path: Path) -> None:
    """Write a fresh random key that only its owner can read.

    Raises:
        ConfigurationError: the file exists; a key that was used is never replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(f"{path} exists: a new key would give every client another key. Keep it.") from error
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(KEY_BYTES) + "\n")


def _read_key_file(path: Path) -> str:
    if not path.is_file():
        raise ConfigurationError(
            f"Client numbers need a key: {KEY_VARIABLE} is empty and there is no {path}. "
            f"Make one with: {_RECIPE} > {path} and close it with: chmod 600 {path}"
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigurationError(
            f"{path} can be read by other users, expected mode 0600. Close it with: chmod 600 {path}"
        )
    return path.read_text(encoding="ascii", errors="replace").strip()


def _from_hex(text: str, place: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        # `from None`: the original error quotes the text, which is the key
        raise ConfigurationError(f"{place} is not a hexadecimal key. Make one with: {_RECIPE}") from None
