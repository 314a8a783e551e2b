"""Run every benchmark: `python -m bench`, or one: `python -m bench pull`."""

from __future__ import annotations

import importlib
import sys

NAMES = ("pull", "stages", "country", "site", "disclosure")


def main() -> None:
    """Run the benchmarks that were named, or all."""
    for name in sys.argv[1:] or NAMES:
        if name not in NAMES:
            sys.exit(f"No benchmark {name!r}; there are: {', '.join(NAMES)}.")
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
