"""Where the time of a demo and of a refresh goes, against the floor of the imports and against the usual wiring.

The floor is one process that imports what a refresh needs and does nothing. The usual wiring is the same job started by
Dagster's own command, which starts Python and warms the gate only when the job is loaded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

OPKOERS = (sys.executable, "-m", "dagster_project.cli")
IMPORTS = "import duckdb, pyarrow, dagster, dagster_dbt, dbt.cli.main, great_expectations"


def timed(*command: str, env: dict[str, str] | None = None, codes: tuple[int, ...] = (0,)) -> float:
    """Wall seconds of a command that must end well."""
    start = perf_counter()
    done = subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False)
    seconds = perf_counter() - start
    if done.returncode not in codes:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return seconds


def last_run(workspace: Path) -> dict[str, float]:
    """Seconds per stage of the newest run."""
    record = max((workspace / "data" / "runs").glob("*.json"))
    return dict(json.loads(record.read_text(encoding="utf-8"))["timings"])


def change_an_objective(workspace: Path, digit: int) -> None:
    """Change the last objective's margin, so that the next refresh has something to do."""
    path = workspace / "objectives.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[-1].split(";")
    cells[lines[0].split(";").index("margin")] = str(digit)
    path.write_text("\n".join([*lines[:-1], ";".join(cells)]) + "\n", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "demo"
        cache = {"OPKOERS_CACHE_DIR": str(Path(scratch) / "cache")}
        floor = min(timed(sys.executable, "-c", IMPORTS) for _ in range(2))
        demo = timed(*OPKOERS, "demo", "--workspace", str(workspace), env=cache)
        demo_stages = last_run(workspace)
        change_an_objective(workspace, 1)
        refresh = timed(*OPKOERS, "refresh", "--offline", "--workspace", str(workspace), env=cache)
        refresh_stages = last_run(workspace)
        nothing = timed(*OPKOERS, "refresh", "--offline", "--workspace", str(workspace), env=cache)
        change_an_objective(workspace, 2)
        settings = {
            **cache,
            "OPKOERS_WORKSPACE": str(workspace),
            "DAGSTER_HOME": str(workspace / "data" / "dagster"),
        }
        config = Path(scratch) / "run.json"
        config.write_text(json.dumps({"resources": {"refresh": {"config": {"offline": True}}}}), encoding="utf-8")
        dagster = (sys.executable, "-m", "dagster", "job", "execute", "-m", "dagster_project.definitions")
        usual = timed(*dagster, "-j", "refresh", "-c", str(config), env=settings)
    print("stage                          demo s  refresh s")
    for stage in demo_stages:
        print(f"  {stage:<28} {demo_stages[stage]:6.1f}  {refresh_stages.get(stage, 0.0):9.1f}")
    print(f"imports alone (the floor)      {floor:6.1f}")
    print(f"demo, nothing cached           {demo:6.1f}  = {demo / floor:.1f} × the floor")
    print(f"refresh, one objective changed {refresh:6.1f}  = {refresh / floor:.1f} × the floor")
    print(f"refresh, nothing changed       {nothing:6.1f}  = {nothing / floor:.2f} × the floor")
    print(f"the job by dagster job execute {usual:6.1f}  = {usual / refresh:.1f} × our refresh")


if __name__ == "__main__":
    main()
