"""How much memory a DuckDB connection of ours takes, and where the rest goes. dbt has its own in dbt/profiles.yml."""

from __future__ import annotations

from pathlib import Path

import duckdb

_MEMORY_LIMIT = "1500MB"
"""As dbt gets for the models: to sort the lineage of a whole country would take twice that."""


def limit_resources(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Let a connection use so much memory; what does not fit goes, encrypted, into a closed folder below the given."""
    spill = folder / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection.execute("set temp_directory = $folder", {"folder": str(spill)})
    connection.execute("set temp_file_encryption = true")
    connection.execute("set memory_limit = $limit", {"limit": _MEMORY_LIMIT})
