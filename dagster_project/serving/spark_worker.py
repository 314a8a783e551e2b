"""The part of `opkoers spark` that runs in Spark's own environment: a session, dbt on it, and how that ended.

It is started as a file, by the Python that has pyspark, and knows nothing of the product but what it is told: a JSON
object on standard input. It answers with one JSON object in the file that is named there. What does not belong here:
anything that imports `dagster_project`, whose libraries are not in that environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any


def main() -> None:
    """Do what standard input asks, and write how it ended."""
    asked = json.load(sys.stdin)
    Path(asked["answer"]).write_text(json.dumps(work(asked)), encoding="utf-8")


def work(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Run the dbt commands that are asked for, one after the other, on one session.

    Args:
        asked: `project` (dbt's folder), `target` (for what dbt writes), `settings` (of a session on this machine; null
            where Spark is elsewhere) and `commands` (name to dbt's arguments).

    Returns:
        `seconds` per command that ended well, and, when one did not, `failed` (its name) and `fault` (what it said).
    """
    seconds: dict[str, float] = {}
    with session(asked["settings"]):
        for name, arguments in asked["commands"].items():
            start = perf_counter()
            fault = run(arguments, asked["project"], asked["target"])
            if fault is not None:
                return {"seconds": seconds, "failed": name, "fault": fault}
            seconds[name] = round(perf_counter() - start, 3)
    return {"seconds": seconds}


@contextmanager
def session(settings: Mapping[str, str] | None) -> Iterator[None]:
    """Spark on this machine; dbt takes the session that is there."""
    if settings is None:
        yield
        return
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{os.cpu_count() or 1}]").appName("opkoers")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        yield
    finally:
        spark.stop()


def run(arguments: list[str], project: str, target: str) -> str | None:
    """One dbt command on the profile's target `spark`; what failed, or None."""
    from dbt.cli.main import dbtRunner

    folders = ["--project-dir", project, "--profiles-dir", project, "--target-path", target, "--log-path", target]
    outcome = dbtRunner().invoke([*arguments, "--target", "spark", *folders, "--log-level", "none", "--no-use-colors"])
    if outcome.exception:
        return str(outcome.exception)
    if outcome.success:
        return None
    results = getattr(outcome.result, "results", [])
    return "; ".join(f"{_name(told)}: {told.message}" for told in results if told.status in ("error", "fail"))


def _name(told: Any) -> str:
    """Of what was run; dbt tells of models by their node, and of operations by their id."""
    return str(getattr(told, "node", told).unique_id)


if __name__ == "__main__":
    main()
