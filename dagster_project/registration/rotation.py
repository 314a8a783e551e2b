"""The two keys of local registrations: making them, and putting new ones in their place.

At any moment of a rotation the files hold a key that reads what is stored: killed halfway, it is run again.
"""

from __future__ import annotations

import shutil

from dagster_project.errors import ConfigurationError
from dagster_project.extract.pseudonym import HMAC_KEY, Pseudonymiser, key_bytes, new_key
from dagster_project.keys import FOLDER_MODE, KeyPlace, make_key_file, replace_key_file
from dagster_project.registration.identity import AGE_IDENTITY, as_file, identities_of, new_identity
from dagster_project.registration.vault import Vault
from dagster_project.run import refresh_lock
from dagster_project.workspace import Workspace

_KEEP = (
    "Keep a copy of both where only you can reach it, apart from the backups of data/: without the second the "
    "originals cannot be read."
)


def make_keys(workspace: Workspace) -> list[str]:
    """Make the keys that a workspace lacks.

    Returns:
        What was made, one sentence each.

    Raises:
        ConfigurationError: both are there, or the one that is gone still locks originals.
    """
    with refresh_lock(workspace):
        made = make_missing_keys(workspace)
    if not made:
        raise ConfigurationError(
            f"Both keys are there already: {_place(workspace, HMAC_KEY)} and {_place(workspace, AGE_IDENTITY)}. "
            "They are never overwritten; put new ones in their place with: opkoers key rotate"
        )
    return [*made, _KEEP]


def make_missing_keys(workspace: Workspace) -> list[str]:
    """Make what is not there, and say so in one sentence each.

    Raises:
        ConfigurationError: the key for originals is gone while originals are locked with it.
    """
    made = []
    if not HMAC_KEY.is_there(workspace):
        make_key_file(HMAC_KEY.file(workspace), new_key())
        made.append(f"Made the key that client numbers are hashed with: {HMAC_KEY.file(workspace)}")
    if not AGE_IDENTITY.is_there(workspace):
        _refuse_to_lock_out(workspace)
        make_key_file(AGE_IDENTITY.file(workspace), as_file([new_identity()]))
        made.append(f"Made the key that originals are encrypted with: {AGE_IDENTITY.file(workspace)}")
    return made


def _refuse_to_lock_out(workspace: Workspace) -> None:
    locked = sum(original.forgotten_at is None for original in Vault(workspace).all())
    if locked:
        raise ConfigurationError(
            f"{AGE_IDENTITY.file(workspace)} is gone, and {locked} originals were encrypted with it: another key "
            "cannot read them. Restore it from backup, or give them up with: opkoers forget --before DATE"
        )


def rotate(workspace: Workspace) -> list[str]:
    """Put new keys in the place of both: hash every client number anew, and encrypt every original anew.

    The confidential database is made anew with the new key before that key takes the place of the old one.

    Returns:
        What was done, one sentence each.

    Raises:
        ConfigurationError: a key comes from the environment, is missing, or a refresh is running.
        VerificationFailed: an original cannot be read. Nothing was lost: the keys at hand read all that they did.
    """
    _refuse_environment()
    with refresh_lock(workspace):
        Pseudonymiser.of(workspace)
        identities = identities_of(workspace)
        vault = Vault(workspace)
        vault.clear_leftovers()
        has_originals = any(original.forgotten_at is None for original in vault.all())
        _rotate_hmac_key(workspace, has_originals)
        count = _rotate_identity(workspace, identities)
    rebuilt = "The confidential database was made anew with it." if has_originals else "There was nothing to hash anew."
    return [
        f"Client numbers are hashed with a new key: {HMAC_KEY.file(workspace)}. {rebuilt}",
        f"Originals are encrypted with a new key: {AGE_IDENTITY.file(workspace)}. {count} were encrypted anew.",
        _KEEP,
        "The old keys still open what older backups hold.",
    ]


def _rotate_hmac_key(workspace: Workspace, has_originals: bool) -> None:
    text, path = new_key(), HMAC_KEY.file(workspace)
    if has_originals:
        from dagster_project.registration.confidential import rebuild  # dbt comes along, and takes a while to import

        rebuild(workspace, Pseudonymiser(key_bytes(text, str(path))))
    replace_key_file(path, text)


def _rotate_identity(workspace: Workspace, identities: list[object]) -> int:
    """Let the file hold the new identity and the old ones until every original is encrypted with the new one."""
    fresh, path = new_identity(), AGE_IDENTITY.file(workspace)
    replace_key_file(path, as_file([fresh, *identities]))
    scratch = workspace.build / "rotation"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=FOLDER_MODE, parents=True)
    try:
        count = Vault(workspace).encrypt_anew(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    replace_key_file(path, as_file([fresh]))
    return count


def _refuse_environment() -> None:
    given = [place for place in (HMAC_KEY, AGE_IDENTITY) if place.in_environment()]
    if given:
        names = " and ".join(place.variable for place in given)
        files = " and ".join(place.file_variable for place in given)
        raise ConfigurationError(
            f"{names} is set, and a rotation writes the new keys to their files. Put each key in a file of mode 0600, "
            f"name it in {files}, and run again."
        )


def _place(workspace: Workspace, place: KeyPlace) -> str:
    return place.variable if place.in_environment() else str(place.file(workspace))
