"""Where Spark runs here: Java is the machine's, and pyspark has an environment, see `.venv-spark` in the Makefile.

Also its Thrift server, which stands for a cluster's.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dagster_project.product import product_root
from dagster_project.serving.spark import PYTHON_VARIABLE
from tests.ports import free_port

REQUIRED = "OPKOERS_REQUIRE_SPARK"
"""Set where a skip would mean untested everywhere."""
_SECONDS_TO_START = 180


def spark_python() -> str:
    """The Python of Spark's environment: the one that is named, or the checkout's; skips where there is none."""
    made = product_root() / ".venv-spark" / "bin" / "python"
    python = os.environ.get(PYTHON_VARIABLE) or (str(made) if made.is_file() else None)
    has_java = bool(os.environ.get("JAVA_HOME") or shutil.which("java"))
    if python and has_java:
        return python
    missing = "Java is not installed" if python else "Spark's environment is not there: make .venv-spark/.installed"
    if os.environ.get(REQUIRED):
        pytest.fail(f"{missing}, and it is required here")
    pytest.skip(missing)


@contextmanager
def thrift_server(python: str, folder: Path) -> Iterator[int]:
    """A Thrift server of Spark's own on 127.0.0.1, with a metastore of its own.

    Args:
        python: of Spark's environment.
        folder: an empty folder for what it keeps and says.

    Yields:
        Its port.
    """
    found = subprocess.check_output([python, "-c", "import pyspark; print(pyspark.__path__[0])"], encoding="utf-8")
    home, port = Path(found.strip()), free_port()
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 1),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    command = [str(home / "bin" / "spark-submit"), "--master", "local[*]"]
    command += ["--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"]
    command += [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    command += ["spark-internal", "--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1"]
    command += ["--hiveconf", f"hive.server2.thrift.port={port}"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "SPARK_HOME": str(home)}, stdout=log, stderr=log
        )
        try:
            _await(server, port, folder / "server.log")
            yield port
        finally:
            server.terminate()
            server.wait()


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    pytest.fail(f"The Thrift server did not start: {log.read_text(errors='replace')[-2000:]}")
