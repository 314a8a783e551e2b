"""What `deploy/` holds is what the tools that read it accept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


def _needs(program: str) -> None:
    if shutil.which(program):
        return
    if os.environ.get("OPKOERS_REQUIRE_SERVER"):
        pytest.fail(f"{program} is required here and not on this machine")
    pytest.skip(f"{program} is not on this machine")


def test_every_unit_is_one_that_systemd_accepts(tmp_path: Path) -> None:
    """With the programs of this environment in the place of those on a server: systemd looks whether they exist."""
    _needs("systemd-analyze")
    programs = Path(sys.executable).parent
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    copies = []
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/opkoers/.venv/bin", str(programs))
        copy = tmp_path / unit.name
        copy.write_text(text.replace("User=opkoers", f"User={user}"), encoding="utf-8")
        copies.append(str(copy))
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *copies]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "opkoers" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_every_service_runs_a_command_that_there_is(unit: Path) -> None:
    line = next(line for line in unit.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart="))
    program, *arguments = line.removeprefix("ExecStart=").split()
    command = [str(Path(sys.executable).with_name(Path(program).name)), *arguments[:1], "--help"]
    if arguments[0].startswith("-"):
        command = [command[0], "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "200"})
    options = [argument for argument in arguments if argument.startswith("-")]
    assert [option for option in options if option not in said.stdout] == []


def test_compose_accepts_its_file(tmp_path: Path) -> None:
    command = _compose()
    folder = tmp_path / "deploy"
    shutil.copytree(DEPLOY, folder)
    shutil.copyfile(DEPLOY / "compose.env.example", folder / ".env")
    (folder / "htpasswd").touch()
    done = subprocess.run(
        [*command, "-f", "compose.yaml", "config"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert {"webserver", "daemon", "database", "proxy"} <= set(services)
    assert [name for name, service in services.items() if service.get("ports")] == ["webserver"]


def test_compose_wants_its_secrets_from_outside() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert "${OPKOERS_DATABASE_PASSWORD:?" in text
    assert "CHANGE-ME" not in text


def _compose() -> list[str]:
    """The command that compose goes by here."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            asked = subprocess.run([*command, "version"], capture_output=True, check=False)
            if asked.returncode == 0:
                return command
    _needs("docker-compose")
    return ["docker-compose"]


def test_the_proxy_accepts_its_file(tmp_path: Path) -> None:
    _needs("nginx")
    _needs("openssl")
    keys = ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subject = ["-subj", "/CN=opkoers.example.nl", "-days", "1", "-nodes"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", *subject, *keys], capture_output=True, check=True)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8").replace("/etc/ssl/opkoers", str(tmp_path))
    (tmp_path / "site.conf").write_text(text, encoding="utf-8")
    whole = (
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    command = ["nginx", "-t", "-q", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
