"""Where Spark runs here: Java is the machine's, and pyspark has an environment, see `.venv-spark` in the Makefile."""

from __future__ import annotations

import os
import shutil

import pytest

from dagster_project.product import product_root
from dagster_project.serving.spark import PYTHON_VARIABLE

REQUIRED = "OPKOERS_REQUIRE_SPARK"
"""Set where a skip would mean untested everywhere."""


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
