"""Run a campaign of faults: `python -m tests.survival --seed 7 --faults 200`.

Here and nowhere else a campaign begins, in a process of its own: what is struck is forked from it, and a fork of a
process in which something ran before may inherit a lock that nobody there will open.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

from dagster_project.run import remove_tree
from tests.survival.base import prepared
from tests.survival.campaign import Campaign, Fault, Outcome
from tests.survival.publications import publish_under_readers
from tests.survival.report import summary, table
from tests.survival.steps import STEPS
from tests.survival.strikes import Strike


def main() -> int:
    """Parse the command line, run, print; the exit code tells whether anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.survival", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="what chance begins with")
    parser.add_argument("--faults", type=int, default=25, help="how many; 200 take some minutes")
    parser.add_argument("--step", action="append", help="strike this step only, such as publish; more than once: these")
    parser.add_argument("--only", action="append", help="inject this fault only, as a campaign names it")
    parser.add_argument("--publications", type=int, help="no faults: publish so many times under readers")
    parser.add_argument("--base", type=Path, help="folder to keep the prepared workspaces in, to use again")
    parser.add_argument("--prepare", action="store_true", help="no faults: make the prepared workspaces only")
    given = parser.parse_args()
    os.environ["OPKOERS_CHROMIUM"] = "no-browser-in-this-test"
    os.environ["OPKOERS_LANG"] = "en"  # what commands say is read as the program makes it
    logging.getLogger("dagster_project").setLevel(logging.ERROR)
    scratch = Path(tempfile.mkdtemp(prefix="survival-"))
    scratch.chmod(0o755)
    print(f"seed {given.seed}", flush=True)
    try:
        with prepared(given.base or scratch / "base") as base:
            if given.prepare:
                return 0
            if given.publications:
                came = publish_under_readers(base, scratch / "often", given.publications)
                print("\n".join([came.sentence, *came.faults()]))
                return 1 if came.faults() else 0
            campaign = Campaign(base, scratch / "struck", given.seed)
            steps = [step for step in STEPS if given.step is None or step.name in given.step]
            if given.only:
                chosen = [_fault(word) for word in given.only]
                outcomes = [_told(campaign.inject(fault)) for fault in chosen]
            else:
                outcomes = campaign.run(given.faults, steps, tell=_told)
    finally:
        remove_tree(scratch)
    print(table(outcomes))
    print(summary(outcomes))
    return 1 if any(outcome.violations for outcome in outcomes) else 0


def _fault(word: str) -> Fault:
    name, kind, part, at = word.split("@")
    return Fault(next(step for step in STEPS if step.name == name), Strike(kind, part, float(at)))


def _told(outcome: Outcome) -> Outcome:
    mark = "VIOLATED" if outcome.violations else "ok" if outcome.fell else "did not fall"
    print(f"{outcome.seconds:5.1f} s  {mark:12} {outcome.fault.word}: {outcome.said[:160]}", flush=True)
    for violation in outcome.violations:
        print(f"    {violation}\n    again: python -m tests.survival --only '{outcome.fault.word}'", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
