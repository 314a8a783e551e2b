"""Ingest: what the sources and the drop folder offer becomes snapshots; those that serve are loaded into `raw`.

This package joins contracts, readers and the snapshot store: `taking` takes what is new, `serving` tells which
snapshots speak for a dataset, `readers` which reader reads one, and `loading` fills the raw schema with them and with
what the run itself knows (`knowledge`). Dagster does not belong here: assets call these functions and report what they
return.
"""

from dagster_project.ingest.loading import load_raw
from dagster_project.ingest.readers import read
from dagster_project.ingest.serving import OWN, datasets_of, own_files, serving_snapshots
from dagster_project.ingest.taking import Taken, reject_strays, take, take_patiently

__all__ = [
    "OWN",
    "Taken",
    "datasets_of",
    "load_raw",
    "own_files",
    "read",
    "reject_strays",
    "serving_snapshots",
    "take",
    "take_patiently",
]
