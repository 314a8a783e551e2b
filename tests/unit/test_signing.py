"""Signatures: made with a key that stays secret, checked with a line of opkoers.toml, by us and by openssl alike."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dagster_project.cli import main
from dagster_project.errors import ConfigurationError
from dagster_project.signing import make_signing_key, signature_faults, signature_of, signer_of
from dagster_project.workspace import Workspace

SETTINGS = 'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n'


def workspace_with(root: Path, *public_keys: str) -> Workspace:
    root.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(f'"{key}"' for key in public_keys)
    signing = f"[signing]\npublic_key = [{listed}]\n" if public_keys else ""
    (root / "opkoers.toml").write_text(SETTINGS + signing, encoding="utf-8")
    return Workspace(root)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a key may lie that the environment names."""
    monkeypatch.delenv("OPKOERS_SIGNING_KEY", raising=False)
    monkeypatch.setenv("OPKOERS_SIGNING_KEY_FILE", str(tmp_path / "signing.pem"))
    return tmp_path / "signing.pem"


def faults(path: Path, signed_with: str | None, *trusted: str, must_be_signed: bool = False) -> list[str]:
    record = {"signed_with": signed_with}
    return list(signature_faults(path, "manifest.json", record, trusted, must_be_signed=must_be_signed))


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_bytes(b'{"figures": 1}\n')
    return path


def test_what_is_signed_holds_until_a_byte_changes(tmp_path: Path, key_file: Path, manifest: Path) -> None:
    public = make_signing_key(key_file)
    signer = signer_of(workspace_with(tmp_path / "w", public))
    assert signer is not None
    assert signer.public_key == public
    signer.sign(manifest)
    assert faults(manifest, public, public, must_be_signed=True) == []
    manifest.write_bytes(b'{"figures": 2}\n')
    (told,) = faults(manifest, public, public)
    assert told.startswith("The signature manifest.json.sig is not that of manifest.json")
    signature_of(manifest).unlink()
    assert faults(manifest, public) == ["manifest.json.sig is gone. Restore it from backup."]


def test_openssl_agrees(tmp_path: Path, key_file: Path, manifest: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine")
    public = make_signing_key(key_file)
    signer = signer_of(workspace_with(tmp_path / "w", public))
    assert signer is not None
    signer.sign(manifest)
    pem = tmp_path / "public.pem"
    pem.write_text(f"-----BEGIN PUBLIC KEY-----\n{public}\n-----END PUBLIC KEY-----\n", encoding="ascii")
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", str(pem), "-rawin", "-in", str(manifest)]
    command += ["-sigfile", str(signature_of(manifest))]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    manifest.write_bytes(b"{}")
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_another_key_is_not_trusted_and_an_unsigned_manifest_is_a_fault_once_there_is_a_key(
    tmp_path: Path, key_file: Path, manifest: Path
) -> None:
    mine, other = make_signing_key(tmp_path / "mine.pem"), make_signing_key(key_file)
    signer = signer_of(workspace_with(tmp_path / "w"))
    assert signer is not None, "a key at hand signs, also where opkoers.toml names none"
    signer.sign(manifest)
    assert faults(manifest, other) == []
    (told,) = faults(manifest, other, mine)
    assert f"was signed with public key {other}, which [signing]" in told
    (told,) = faults(manifest, mine, mine)
    assert "is not that of manifest.json" in told, "the record may not claim another key than signed it"
    (told,) = faults(manifest, "no key")
    assert "is not that of manifest.json" in told
    assert faults(manifest, None)[0].startswith("manifest.json.sig was added")
    signature_of(manifest).unlink()
    assert faults(manifest, None) == []
    (told,) = faults(manifest, None, mine, must_be_signed=True)
    assert "is not signed" in told


def test_a_key_may_follow_on_another(tmp_path: Path, key_file: Path, manifest: Path) -> None:
    old, new = make_signing_key(tmp_path / "old.pem"), make_signing_key(key_file)
    workspace = workspace_with(tmp_path / "w", new, old)
    signer = signer_of(workspace)
    assert signer is not None
    assert signer.public_key == new
    signer.sign(manifest)
    assert faults(manifest, new, *workspace.settings.signing.public_keys) == []


def test_without_a_key_and_without_a_line_nothing_is_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPKOERS_SIGNING_KEY", "OPKOERS_SIGNING_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert signer_of(workspace_with(tmp_path / "w")) is None


def test_a_key_comes_from_the_environment_in_each_of_its_forms(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = make_signing_key(key_file)
    pem = key_file.read_text(encoding="ascii")
    body = "".join(pem.splitlines()[1:-1])
    for text in (pem, pem.replace("\n", "\\n"), body):
        monkeypatch.setenv("OPKOERS_SIGNING_KEY", text)
        signer = signer_of(workspace_with(tmp_path / "w", public))
        assert signer is not None
        assert signer.public_key == public
        assert body not in repr(signer)


def _rsa() -> str:
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


@pytest.mark.parametrize(
    "text",
    ["geheim", base64.b64encode(b"geheim" * 8).decode(), "-----BEGIN PRIVATE KEY-----\ngeheim\n", _rsa()],
    ids=["a word", "base64 of something", "torn PEM", "RSA"],
)
def test_what_is_no_key_is_refused_and_never_shown(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("OPKOERS_SIGNING_KEY", text)
    with pytest.raises(ConfigurationError) as refused:
        signer_of(workspace_with(tmp_path / "w"))
    assert str(refused.value).startswith("OPKOERS_SIGNING_KEY holds no Ed25519 private key")
    assert "geheim" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert not [line for line in text.splitlines() if line in str(refused.value)]


def test_a_refresh_with_what_is_no_key_ends_before_it_begins(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = workspace_with(tmp_path / "w")
    monkeypatch.setenv("OPKOERS_SIGNING_KEY", "geheim")
    with pytest.raises(SystemExit) as ended:
        main(["refresh", "--offline", "--workspace", str(workspace.root)])
    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert shown.startswith("OPKOERS_SIGNING_KEY holds no Ed25519 private key")
    assert "geheim" not in shown
    assert [path.name for path in workspace.data.iterdir()] == [".refresh.lock"]


def test_a_key_that_is_asked_for_must_be_there_and_be_the_one_that_is_named(tmp_path: Path, key_file: Path) -> None:
    with pytest.raises(ConfigurationError, match="Signatures need a key: .* Make one with: opkoers key signing FILE"):
        signer_of(workspace_with(tmp_path / "w"))
    public, other = make_signing_key(key_file), make_signing_key(tmp_path / "other.pem")
    with pytest.raises(ConfigurationError, match="does not name"):
        signer_of(workspace_with(tmp_path / "w", other))
    with pytest.raises(ConfigurationError, match="no Ed25519 public key"):
        signer_of(workspace_with(tmp_path / "w", public[:-8]))
    key_file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="can be read by other users"):
        signer_of(workspace_with(tmp_path / "w", public))


def test_the_command_shows_the_public_key_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "keys" / "signing.pem"
    with pytest.raises(SystemExit) as ended:
        main(["key", "signing", str(file)])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    secret = "".join(file.read_text(encoding="ascii").splitlines()[1:-1])
    assert secret not in shown
    assert file.stat().st_mode & 0o777 == 0o600
    line = next(line for line in shown.splitlines() if line.startswith("public_key = "))
    monkeypatch.setenv("OPKOERS_SIGNING_KEY_FILE", str(file))
    signer = signer_of(workspace_with(tmp_path / "w", line.split('"')[1]))
    assert signer is not None
    with pytest.raises(SystemExit) as ended:
        main(["key", "signing", str(file)])
    assert ended.value.code == 2
    assert secret in "".join(file.read_text(encoding="ascii").splitlines())
