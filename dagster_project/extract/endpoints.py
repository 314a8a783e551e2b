"""Base addresses of the network sources, and how the environment may move them (to a mirror, or to a stand-in).

Addresses of single tables do not belong here: those follow from the contracts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

_DEFAULTS = {
    "OPKOERS_CBS_V3_URL": "https://opendata.cbs.nl/ODataFeed/odata",
    "OPKOERS_CBS_V4_URL": "https://datasets.cbs.nl/odata/v1/CBS",
    "OPKOERS_DUO_URL": "https://onderwijsdata.duo.nl",
}


@dataclass(frozen=True)
class Endpoints:
    """Where each service answers, without a slash at the end."""

    cbs_v3: str = _DEFAULTS["OPKOERS_CBS_V3_URL"]
    cbs_v4: str = _DEFAULTS["OPKOERS_CBS_V4_URL"]
    duo: str = _DEFAULTS["OPKOERS_DUO_URL"]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Endpoints:
        """The addresses that hold now; a variable that is unset or empty leaves the publisher's own.

        Args:
            environ: variables to read; the process's own when left out.
        """
        variables = os.environ if environ is None else environ
        v3, v4, duo = ((variables.get(name) or default).rstrip("/") for name, default in _DEFAULTS.items())
        return cls(cbs_v3=v3, cbs_v4=v4, duo=duo)
