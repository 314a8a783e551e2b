"""Run every benchmark: `python -m bench`, or one: `python -m bench pull`. What starts with `--` is its own."""

from __future__ import annotations

import importlib
import itertools
import sys

NAMES = ("pull", "stages", "country", "site", "disclosure", "registration", "spark", "workspaces")


def main() -> None:
    """Run the benchmarks that were named, or all."""
    named = list(itertools.takewhile(lambda argument: not argument.startswith("--"), sys.argv[1:]))
    for name in named or NAMES:
        if name not in NAMES:
            sys.exit(f"No benchmark {name!r}; there are: {', '.join(NAMES)}.")
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
