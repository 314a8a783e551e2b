"""Where collected CBS responses and the founding documents lie, for tests that want them; the product and its required
tests do without.

`OPKOERS_REAL_DATA` names the folder of the responses; without it a folder `shared/data` beside the checkout is looked
for. The documents lie in `seeds` beside it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def _folder() -> Path:
    return Path(os.environ.get("OPKOERS_REAL_DATA") or _BESIDE)


def founding_documents() -> list[Path]:
    """The documents that the samples were taken from; the test is skipped, with the reason, where they are absent."""
    found = sorted((_folder().parent / "seeds").glob("*.txt"))
    if not found:
        pytest.skip("no founding documents: set OPKOERS_REAL_DATA to the folder that lies beside their folder `seeds`")
    return found


def real_data(*parts: str) -> Path:
    """A file or folder of the collected responses; the test is skipped, with the reason, where it is absent."""
    folder = _folder()
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no {'/'.join(parts)} in {folder.name}: set OPKOERS_REAL_DATA to the folder with collected data")
    return path
