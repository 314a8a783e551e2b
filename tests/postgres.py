"""A real PostgreSQL server for a test: a fresh cluster on 127.0.0.1, started by the test and ended with it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port

REQUIRED = "OPKOERS_REQUIRE_POSTGRES"
"""Set where a skip would mean untested everywhere."""
_PATIENCE_SECONDS = "60"


@dataclass(frozen=True)
class Postgres:
    """A running server; its superuser needs no password on this machine."""

    port: int
    user: str = "postgres"

    def url(self, database: str = "postgres", user: str | None = None) -> str:
        return f"postgresql://{user or self.user}@127.0.0.1:{self.port}/{database}"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server and stop it afterwards; skips where PostgreSQL is not installed."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="opkoers-pg-"))
    owner = _owner()
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data, port = folder / "data", free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        ids = {"user": owner.pw_uid, "group": owner.pw_gid} if owner else {}
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, **ids)  # type: ignore[call-overload]
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    try:
        run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        log = ["-l", str(folder / "log"), "-t", _PATIENCE_SECONDS, "-w"]
        run("pg_ctl", "-D", str(data), "-o", options, *log, "start")
        try:
            yield Postgres(port)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Where Debian keeps the server's programs, or the folder on the path that has them."""
    named = shutil.which("initdb")
    found = [Path(named).parent] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found:
        return found[0]
    if os.environ.get(REQUIRED):
        pytest.fail("PostgreSQL is required here and is not installed")
    pytest.skip("PostgreSQL is not installed on this machine")


def _owner() -> pwd.struct_passwd | None:
    """The server refuses to run as root: then another user owns it."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
