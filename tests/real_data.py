"""Where collected CBS responses lie, for tests that want them; the product and its required tests do without.

`OPKOERS_REAL_DATA` names the folder; without it a folder `shared/data` beside the checkout is looked for.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def real_data(*parts: str) -> Path:
    """A file or folder of the collected responses; the test is skipped, with the reason, where it is absent."""
    folder = Path(os.environ.get("OPKOERS_REAL_DATA") or _BESIDE)
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no {'/'.join(parts)} in {folder.name}: set OPKOERS_REAL_DATA to the folder with collected data")
    return path
