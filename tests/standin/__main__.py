"""Run the stand-in by hand with made-up tables: `python -m tests.standin`. Ctrl-C ends it."""

from __future__ import annotations

import threading

from tests.standin import made_up
from tests.standin.server import StandIn


def main() -> None:
    """Serve until interrupted, after printing what to export."""
    tables = (made_up.v3_table(gemeenten=300), made_up.v4_table(gemeenten=300, years=8))
    with StandIn(tables, {"verzuim.csv": made_up.duo_file()}) as server:
        for name, address in server.environment.items():
            print(f"export {name}={address}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
