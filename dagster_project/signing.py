"""Signatures: who published this, proven with Ed25519 (RFC 8032) over the bytes of a manifest or an edition's record.

The signature stands beside what it signs, with `.sig` after its name: the 64 bytes alone, so that `openssl pkeyutl`
checks it as well. A public key is written as the body of its PEM file (RFC 8410), one line in `opkoers.toml`. The
private key comes from the environment or a file of mode 0600; it is never logged, and no error repeats its text.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
)

from dagster_project.errors import ConfigurationError
from dagster_project.keys import KeyPlace, make_key_file
from dagster_project.snapshots import write_durably
from dagster_project.workspace import SETTINGS_FILE, Workspace

SUFFIX = ".sig"
SIGNED_WITH = "signed_with"
"""The public key, in a manifest or an edition's record: none there means that it was not signed."""
_RECIPE = "Make one with: opkoers key signing FILE"
SIGNING_KEY = KeyPlace("OPKOERS_SIGNING_KEY", "secret.signing", "Signatures", _RECIPE)


@dataclass(frozen=True)
class Signer:
    """A private key that is ready to sign. `public_key` is the line of `opkoers.toml` that checks it."""

    public_key: str
    _key: Ed25519PrivateKey = field(repr=False)

    def sign(self, path: Path) -> None:
        """Write the signature of a file beside it."""
        write_durably(signature_of(path), self._key.sign(path.read_bytes()))


def signature_of(path: Path) -> Path:
    """Where the signature of a file stands."""
    return path.with_name(path.name + SUFFIX)


def signer_of(workspace: Workspace) -> Signer | None:
    """What signs for a workspace; None where there is no key and none is asked for.

    The key comes from OPKOERS_SIGNING_KEY (PEM, or base64 of PKCS#8), else from the file that OPKOERS_SIGNING_KEY_FILE
    names, else from `data/secret.signing` in the workspace.

    Raises:
        ConfigurationError: there is none although `opkoers.toml` names a public key, it is no Ed25519 key, it is
            another one than `opkoers.toml` names, or other users can read its file.
    """
    named = trusted_keys(workspace)
    is_asked = bool(named or os.environ.get(SIGNING_KEY.file_variable))
    if not is_asked and not SIGNING_KEY.is_there(workspace):
        return None
    text, place = SIGNING_KEY.read(workspace)
    key = _private_key(text, place)
    public = _written(key.public_key())
    if named and public not in named:
        raise ConfigurationError(
            f"The signing key in {place} belongs to public key {public}, which [signing] in {SETTINGS_FILE} does not "
            "name. Add it there, or give the key that it names."
        )
    return Signer(public, key)


def trusted_keys(workspace: Workspace) -> tuple[str, ...]:
    """The public keys that `opkoers.toml` names.

    Raises:
        ConfigurationError: one of them is none.
    """
    named = workspace.settings.signing.public_keys
    for line in named:
        _public_key(line)
    return named


def make_signing_key(path: Path) -> str:
    """Make a key pair, and write the private key to a file that only its owner can read.

    Returns:
        The public key, as `opkoers.toml` has it.

    Raises:
        ConfigurationError: the file exists.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    make_key_file(path, pem.decode("ascii"))
    return _written(key.public_key())


def is_signed_by(path: Path, public_key: str) -> bool:
    """Whether the signature beside a file is there, and is that of its bytes by the owner of a key.

    Raises:
        ConfigurationError: the text is no public key.
    """
    signature = signature_of(path)
    if not signature.is_file():
        return False
    try:
        _public_key(public_key).verify(signature.read_bytes(), path.read_bytes())
    except InvalidSignature:
        return False
    return True


def signature_faults(
    path: Path, name: str, record: Mapping[str, Any], trusted: tuple[str, ...], *, must_be_signed: bool
) -> Iterator[str]:
    """What is wrong with the signature of a manifest or an edition's record, one sentence each.

    Args:
        path: the signed file.
        name: what to call it.
        record: its content, which says with which key it was signed.
        trusted: the public keys that `opkoers.toml` names.
        must_be_signed: whether it may not be unsigned; for what stands, once a public key is named.
    """
    signed_with = record.get(SIGNED_WITH)
    if signed_with is None:
        if signature_of(path).exists():
            yield f"{name}{SUFFIX} was added: {name} says that it was not signed. Take it out."
        if must_be_signed:
            yield f"{name} is not signed, and [signing] in {SETTINGS_FILE} names a public key. Run: opkoers refresh."
        return
    if not signature_of(path).is_file():
        yield f"{name}{SUFFIX} is gone. Restore it from backup."
    elif trusted and signed_with not in trusted:
        yield (
            f"{name} was signed with public key {signed_with}, which [signing] in {SETTINGS_FILE} does not name. "
            "Restore it from backup; or add the key, if it is one of yours."
        )
    elif not _is_signed(path, signed_with):
        yield f"The signature {name}{SUFFIX} is not that of {name} by {signed_with}. Restore both from backup."


def _is_signed(path: Path, public_key: str) -> bool:
    try:
        return is_signed_by(path, public_key)
    except ConfigurationError:
        return False  # what the record calls a key is none


def _written(key: Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode("ascii")


def _public_key(line: str) -> Ed25519PublicKey:
    key = None
    with suppress(ValueError, binascii.Error, UnsupportedAlgorithm):
        key = load_der_public_key(base64.b64decode(line, validate=True))
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError(
            f"public_key in [signing] of {SETTINGS_FILE} is {line!r}, and no Ed25519 public key. "
            "Write the line there that opkoers key signing printed."
        )
    return key


def _private_key(text: str, place: str) -> Ed25519PrivateKey:
    key = None
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):  # no word of what was found: it may be secret
        if "-----BEGIN" in text:
            key = load_pem_private_key(text.replace("\\n", "\n").encode(), None)
        else:
            key = load_der_private_key(base64.b64decode(text, validate=True), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(
            f"{place} holds no Ed25519 private key without a password, expected PEM or base64 of PKCS#8. {_RECIPE}"
        )
    return key
